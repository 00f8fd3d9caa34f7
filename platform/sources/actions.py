"""Writes of sources and their runs. A run's state is the work to do; whoever holds its lease does it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from access import principals
from audit.actions import record
from identity.queries import groups_named
from sources.models import Source, SyncFailure, SyncRun
from sources.queries import expired_runs, tenant_of_run
from tenants import scope
from tenants.actions import move_epoch
from tenants.models import Tenant

LEASE = timedelta(seconds=60)


class OtherKind(Exception):
    """A source of this name exists and is something else."""


class NotUnderstood(Exception):
    """The words that should say who may read mean nothing."""


def readers(tenant: Tenant, words: Sequence[str]) -> list[str]:
    """`everyone` and `group:NAME` as principals. Raises NotUnderstood, and UnknownGroup for a group that is not there."""
    if strange := [word for word in words if word != "everyone" and not word.startswith("group:")]:
        raise NotUnderstood(f"{strange[0]!r} says nobody: give `everyone` or `group:NAME`.")
    groups = groups_named(tenant, [word.removeprefix("group:") for word in words if word != "everyone"])
    everyone = [principals.everyone(tenant.id)] if "everyone" in words else []
    return sorted({*everyone, *(principals.group(group.id) for group in groups)})


@scope.of("tenant")
@transaction.atomic
def ensure(
    *, tenant: Tenant, name: str, kind: str, config: dict[str, Any], access: Sequence[str] | None, by: str = "system"
) -> tuple[Source, bool]:
    """The source of this name, made where there is none; `access` counts for a new one only, and None mirrors the source's own
    permissions. Returns it and whether it is new."""
    policy, readers = _policy(tenant.id, access)
    source, created = Source.objects.get_or_create(
        tenant=tenant, name=name, defaults={"kind": kind, "config": config, "policy": policy, "access": readers, "access_by": by}
    )
    if source.kind != kind:
        raise OtherKind(f"The source {name!r} is of the kind {source.kind!r}, not {kind!r}. Choose another name.")
    moved = not created and source.config != config
    if moved:
        source.config = config
        source.save(update_fields=["config"])
    if created or moved:
        what = "source.created" if created else "source.moved"
        record(action=what, tenant=tenant.id, actor=by, object=f"source:{source.id}", detail={"kind": kind, "access": source.access})
    return source, created


@scope.of("source")
@transaction.atomic
def set_access(*, source: Source, access: Sequence[str] | None, by: str = "system") -> bool:
    """Who may read, or None for the source's own permissions; it holds from the commit on, for each of its documents. Call it by
    ingestion.grants.change, which clears up behind it. Returns whether it differs."""
    now = Source.objects.select_for_update(no_key=True).get(id=source.id)
    policy, readers = _policy(source.tenant_id, access)
    source.policy, source.access = policy, readers
    if (now.policy, now.access) == (policy, readers):
        return False
    Source.objects.filter(id=source.id).update(policy=policy, access=readers, access_at=Now(), access_by=by)
    move_epoch(source.tenant_id)
    detail = {"before": [now.policy, *now.access], "after": [policy, *readers]}
    record(action="source.access_changed", tenant=source.tenant_id, actor=by, object=f"source:{source.id}", detail=detail)
    return True


def _policy(tenant: UUID, access: Sequence[str] | None) -> tuple[str, list[str]]:
    if access is None:
        return Source.Policy.MIRROR, []
    everyone = principals.everyone(tenant) in access
    return Source.Policy.EVERYONE if everyone else Source.Policy.GROUPS, sorted(set(access))


@scope.of("source")
def request_run(*, source: Source, allow_removals: bool = False) -> SyncRun:
    """A run that waits; asking again while it waits is the same run. One that has begun may have seen too little: then one more."""
    try:
        with transaction.atomic():
            run, _ = SyncRun.objects.get_or_create(source=source, state=SyncRun.State.PENDING, defaults={"allow_removals": allow_removals})
    except IntegrityError:
        run = SyncRun.objects.get(source=source, state=SyncRun.State.PENDING)
    if allow_removals and not run.allow_removals:
        SyncRun.objects.filter(id=run.id, state=SyncRun.State.PENDING).update(allow_removals=True)
    return run


def start_run(run_id: Any) -> SyncRun | None:
    """Takes the run's lease. None where it is not waiting, or another run of the source is under way."""
    tenant = tenant_of_run(run_id)
    return _start_run(tenant, run_id) if tenant else None


@scope.of("tenant")
def _start_run(tenant: UUID, run_id: Any) -> SyncRun | None:
    run = SyncRun.objects.select_for_update(of=("self",)).select_related("source__tenant").filter(id=run_id).first()
    if run is None or run.state != SyncRun.State.PENDING:
        return None
    Source.objects.select_for_update().get(id=run.source_id)
    if SyncRun.objects.filter(source=run.source_id, state=SyncRun.State.RUNNING).exists():
        return None
    SyncRun.objects.filter(id=run.id).update(state=SyncRun.State.RUNNING, lease_until=Now() + LEASE)
    run.refresh_from_db(fields=["state", "lease_until"])
    return run


@scope.of("run")
def renew_run(run: SyncRun) -> bool:
    """False where the lease was lost: then the run is another's business, and nothing more may be written for it."""
    mine = SyncRun.objects.filter(id=run.id, state=SyncRun.State.RUNNING, lease_until__gt=Now())
    return bool(mine.update(lease_until=Now() + LEASE, seen=run.seen, changed=run.changed, removed=run.removed))


@scope.of("run")
def miss(*, run: SyncRun, uri: str, code: str, message: str) -> None:
    SyncFailure.objects.create(run=run, uri=uri, code=code, message=message)


@scope.of("run")
def end_run(run: SyncRun, *, code: str = "", message: str = "", failed: bool = False) -> None:
    """A code without `failed` says that a person should look, and that the rest was done."""
    state = SyncRun.State.FAILED if failed else SyncRun.State.FINISHED
    values = {"seen": run.seen, "changed": run.changed, "removed": run.removed, "code": code, "message": message}
    SyncRun.objects.filter(id=run.id, state=SyncRun.State.RUNNING).update(state=state, finished=Now(), lease_until=None, **values)


def restart_expired_runs() -> list[SyncRun]:
    """Runs whose worker died are closed, and each source gets a new one."""
    restarted = []
    for run in expired_runs():
        end_run(run, code="interrupted", message="The worker ended during this run; another run follows.", failed=True)
        restarted.append(request_run(source=run.source, allow_removals=run.allow_removals))
    return restarted
