"""`manage.py audit …`: seal, verify, export, list, counts."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from access.permissions import NotAllowed, require
from access.resolve import NoAccess, viewer_by_email
from access.roles import Permission
from access.viewer import Viewer
from audit import keys, queries, sealing
from audit.actions import record
from audit.verification import NoCheckpoints, verify
from identity.queries import UnknownPerson
from tenants import queries as tenants
from terminal.command import AskedWrongly, Failed
from terminal.command import Command as Base
from terminal.quantity import counted

COUNTED = timedelta(days=30)
READ = {"list": "audit.listed", "counts": "audit.counted"}


class Command(Base):
    help = "The audit: seals what happened, proves that nobody changed it, hands it out."
    wrong = (NoAccess, UnknownPerson, tenants.UnknownTenant, keys.NoKey)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["seal", "verify", "export", "list", "counts"])
        parser.add_argument("--checkpoints", metavar="FILE", type=Path, help="verify: a copy that was kept elsewhere")
        parser.add_argument("--public-key", metavar="FILE", type=Path, help="verify: proves the signatures without the private key")
        parser.add_argument(
            "--from", dest="since", metavar="TIME", type=_time, help="export, counts: the first moment, such as 2026-05-01 (UTC)"
        )
        parser.add_argument("--to", dest="until", metavar="TIME", type=_time, help="export: the moment after the last")
        parser.add_argument("--tenant", metavar="SLUG", help="export, list, counts: of this tenant only")
        parser.add_argument("--as", dest="email", metavar="AUDITOR", help="list, counts: a person who may read the tenant's audit")
        parser.add_argument("--limit", type=int, default=50, metavar="N", help="list: how many, the newest first (50)")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        done: Mapping[str, Any] = getattr(self, f"_{options['what']}")(options)
        return {"what": options["what"], **done}

    def show(self, result: Mapping[str, Any]) -> None:
        match result["what"]:
            case "seal":
                self.console.print(f"Sealed {counted(result['events'], 'event')} in {counted(result['batches'], 'batch')}.")
            case "verify":
                self.console.print(_told(result), markup=False)
            case "list":
                for event in result["events"]:
                    words = (f"{event['at']:%Y-%m-%d %H:%M:%S}", event["face"], event["action"], _who(event), event["object"])
                    self.console.print("  ".join(word for word in words if word), markup=False)
            case "counts":
                for one in result["counts"]:
                    self.console.print(f"{one['day']}  {one['count']:>7,}  {one['action']}", markup=False)

    def _seal(self, _: dict[str, Any]) -> Mapping[str, Any]:
        made = sealing.seal()
        return {"batches": len(made), "events": sum(batch.count for batch in made)}

    def _verify(self, options: dict[str, Any]) -> Mapping[str, Any]:
        path: Path | None = options["checkpoints"]
        if path and not path.is_file():
            raise AskedWrongly(f"There is no file {path}.")
        try:
            verdict = verify(path=path, key=keys.public(options["public_key"]) if options["public_key"] else None)
        except NoCheckpoints as error:
            raise Failed(str(error), code="no_checkpoints") from error
        result = {"what": "verify", **asdict(verdict), "whole": verdict.whole}
        if not verdict.whole:
            raise Failed(verdict.broken[0].sentence, code="audit_broken", result=result)
        return result

    def _export(self, options: dict[str, Any]) -> Mapping[str, Any]:
        tenant = tenants.by_slug(options["tenant"]).id if options["tenant"] else None
        window = {name: options[name].isoformat() for name in ("since", "until") if options[name]}
        record(action="audit.exported", tenant=tenant, actor="command", detail=window)
        exported = 0
        for event in queries.between(options["since"], options["until"], tenant):
            self.stdout.write(orjson.dumps(event).decode())
            exported += 1
        return {"exported": exported}

    def _list(self, options: dict[str, Any]) -> Mapping[str, Any]:
        if options["limit"] < 1:
            raise AskedWrongly("--limit is at least 1.")
        return {"events": queries.latest(_auditor(options).tenant_id, options["limit"])}

    def _counts(self, options: dict[str, Any]) -> Mapping[str, Any]:
        """How often what happened, by day: neither who nor what."""
        since: datetime = options["since"] or datetime.now(UTC) - COUNTED
        return {"counts": [asdict(one) for one in queries.counts(_auditor(options).tenant_id, since)]}


def _auditor(options: dict[str, Any]) -> Viewer:
    """Who reads, which is written down."""
    if not options["email"]:
        raise AskedWrongly("Name the person who reads with --as.")
    viewer = viewer_by_email(options["email"], options["tenant"])
    try:
        require(viewer, Permission.READ_AUDIT)
    except NotAllowed as error:
        raise AskedWrongly("This person may not read the audit of this tenant.", code="not_allowed") from error
    record(action=READ[options["what"]], tenant=viewer.tenant_id, actor="command", on_behalf=_principal(viewer.user_id))
    return viewer


def _who(event: Mapping[str, Any]) -> str:
    """Who did it, and for whom where that is somebody else."""
    actor, behalf = event["actor"], event["on_behalf"]
    return f"{actor} for {behalf}" if behalf and behalf != actor else str(actor)


def _principal(user: UUID | None) -> str:
    return f"user:{user}" if user else ""


def _told(result: Mapping[str, Any]) -> str:
    seals = f"{counted(result['sealed'], 'event')} in {counted(result['batches'], 'batch')}"
    sealed = f"Sealed: {seals}. Waiting for a seal: {result['unsealed']:,}."
    vouched = f"{counted(result['checkpoints'], 'checkpoint')} up to event {result['checkpointed']}."
    if result["whole"]:
        return f"The audit is whole. {sealed} {vouched}"
    broken = "\n".join(f"  {entry['sentence']}" for entry in result["broken"][:20])
    places = counted(result["broken_count"], "place")
    return f"The audit was tampered with in {places}, the first of them:\n{broken}\n{sealed} {vouched}"


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no moment: write 2026-05-01 or 2026-05-01T08:30 (UTC)") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
