"""Writes of who somebody is in a source's own system. An account that is not verified grants nothing, however well a name fits.

Several people may be proposed for one account; one of them at most is verified.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from audit.actions import record
from identity import changes
from identity.models import ExternalAccount, ExternalMembership, Group, Membership, User
from tenants.actions import lock, move_epoch
from tenants.models import Tenant

BY_SOURCE = "source"
LISTED = 100
"""So many ids of one change are audited by name, the others by number."""


class AccountRefused(Exception):
    """One plain sentence."""


@dataclass(frozen=True, slots=True)
class External:
    """An account or a group of a source, by that system's own lasting id: never an address, never a name."""

    tenant: Tenant
    source: UUID
    id: str


def propose(*, external: External, to: User | Group, by: str = "system") -> ExternalAccount:
    """Says that the two may be the same. It counts once `verify` was called. Raises AccountRefused for somebody of another tenant."""
    _check(external, to)
    owner = {"user": to} if isinstance(to, User) else {"group": to}
    account, _ = ExternalAccount.objects.get_or_create(
        tenant=external.tenant, source=external.source, external_id=external.id, kind=_kind(to), **owner
    )
    return account


def verify(*, account: ExternalAccount, by: str) -> None:
    """`by` is `source`, or `user:<id>` of an administrator. Raises AccountRefused where the account is verified as somebody else's."""
    if by != BY_SOURCE and not by.startswith("user:"):
        raise AccountRefused("Only the source itself or a person verifies an account.")
    with _changing("account.verified", account, by):
        same = {"tenant": account.tenant_id, "source": account.source, "kind": account.kind, "external_id": account.external_id}
        if ExternalAccount.objects.filter(**same, verified_at__isnull=False).exclude(id=account.id).exists():
            raise AccountRefused("This account is verified as somebody else's. Remove that first.")
        ExternalAccount.objects.filter(id=account.id, verified_at=None).update(verified_by=by, verified_at=Now())


def remove(*, account: ExternalAccount, by: str = "system") -> None:
    with _changing("account.removed", account, by):
        ExternalAccount.objects.filter(id=account.id).delete()


@transaction.atomic
def set_members(*, group: External, members: Iterable[str], by: str = "system") -> bool:
    """Who is in the source's group now, all of them: a listing that broke off is not one. Returns whether anything differs."""
    lock(group.tenant.id)
    mine = ExternalMembership.objects.filter(tenant=group.tenant, source=group.source, external_group=group.id)
    before, after = set(mine.values_list("external_user", flat=True)), set(members)
    if before == after:
        return False
    mine.filter(external_user__in=before - after).delete()
    ExternalMembership.objects.bulk_create(
        ExternalMembership(tenant=group.tenant, source=group.source, external_group=group.id, external_user=user)
        for user in sorted(after - before)
    )
    move_epoch(group.tenant.id)
    left, came = sorted(before - after), sorted(after - before)
    detail = {"left": len(left), "came": len(came), "before": left[:LISTED], "after": came[:LISTED]}
    object = f"ext:{group.source}:group:{group.id}"[:200]
    record(action="external_group.members_changed", tenant=group.tenant.id, actor=by, object=object, detail=detail)
    return True


@transaction.atomic
def forget_source(*, tenant: Tenant, source: UUID, by: str = "system") -> None:
    """The source is gone, and with it whoever people were there."""
    lock(tenant.id)
    rows = (ExternalAccount.objects.filter(tenant=tenant, source=source), ExternalMembership.objects.filter(tenant=tenant, source=source))
    if gone := sum(found.delete()[0] for found in rows):
        move_epoch(tenant.id)
        record(action="source.accounts_forgotten", tenant=tenant.id, actor=by, object=f"source:{source}", detail={"count": gone})


def _changing(action: str, account: ExternalAccount, by: str) -> AbstractContextManager[None]:
    if account.user is not None:
        return changes.of_person(action, user=account.user, tenant=account.tenant, by=by)
    assert account.group is not None
    return changes.of_group(action, group=account.group, by=by)


def _kind(to: User | Group) -> str:
    return ExternalAccount.Kind.USER if isinstance(to, User) else ExternalAccount.Kind.GROUP


def _check(external: External, to: User | Group) -> None:
    if not external.id:
        raise AccountRefused("An account of a source has an id.")
    if isinstance(to, Group):
        inside = to.tenant_id == external.tenant.id
    else:
        inside = Membership.objects.filter(tenant=external.tenant, user=to).exists()
    if not inside:
        raise AccountRefused(f"{to} does not belong to the tenant {external.tenant.slug}.")
