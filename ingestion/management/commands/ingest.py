from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from access import principals
from identity.models import Group
from identity.queries import UnknownGroup
from ingestion import grants, sync
from ingestion.progress import Outcome, Watch
from sources import actions as sources
from sources.models import Source, SyncRun
from tenants import queries as tenants
from tenants import scope
from tenants.models import Tenant
from terminal.command import AskedWrongly, Failed
from terminal.command import Command as Base
from terminal.quantity import counted, part, rate

SHOWN = 20
EVERYONE = ("everyone",)


class Command(Base):
    help = "Brings a folder's documents into a source, through the worker, and waits until each is ready or has a reason why not."
    wrong = (tenants.UnknownTenant, UnknownGroup, sources.NotUnderstood, sources.OtherKind)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="PATH", help="the folder")
        parser.add_argument("--tenant", metavar="SLUG", required=True)
        parser.add_argument("--source", metavar="NAME", required=True, help="made where the tenant has none of this name")
        parser.add_argument(
            "--access",
            metavar="WHO",
            action="append",
            help="`everyone` or `group:NAME`, may be repeated; without it a new source is for everyone, an old one stays as it is",
        )
        parser.add_argument("--allow-removals", action="store_true", help="remove what is gone from the folder, even if that is much of it")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        tenant = tenants.by_slug(options["tenant"])
        folder = _folder(options["path"], options["allow_removals"])
        source = _source(tenant, options["source"], folder, options["access"])
        if not self.as_json:
            self.console.print(
                f"{folder} goes into the source “{source.name}” of {tenant.name}; {who_reads(source)} may read it.", markup=False
            )
        watch = Watch(source)
        run = sync.request(source=source, allow_removals=options["allow_removals"])
        quiet = self.as_json or not self.console.is_terminal
        watch.follow(run, console=None if quiet else self.console)
        return _checked(watch.outcome(run), run)

    def show(self, result: Mapping[str, Any]) -> None:
        failed: Sequence[Mapping[str, str]] = result["failed"]
        for one in failed[:SHOWN]:
            self.console.print(f"  {one['uri']}: {one['message']} ({one['code']})", markup=False)
        if len(failed) > SHOWN:
            self.console.print(f"  … and {len(failed) - SHOWN} more; --json lists them all.")
        ready = part(result["ready"], result["documents"], "document")
        made = rate(result["chunks_per_second"], "chunk")
        chunks = counted(result["chunks"], "chunk")
        self.console.print(f"{ready} ready, {chunks}, {result['seconds']:.1f} s" + (f" ({made})." if made else "."))


def _folder(path: str, allow_empty: bool) -> Path:
    folder = Path(path).expanduser()
    try:
        if not folder.exists():
            raise AskedWrongly(f"There is no folder {path}.", code="not_found")
        if not folder.is_dir():
            raise AskedWrongly(f"{path} is a file. Give the folder that it is in.", code="not_a_folder")
        if not allow_empty and not any(not entry.name.startswith(".") for entry in folder.iterdir()):
            raise AskedWrongly(f"The folder {path} is empty.", code="empty_folder")
        return folder.resolve()
    except OSError as error:
        raise AskedWrongly(f"The folder {path} cannot be read: {error.strerror}.", code="unreadable") from error


@scope.of("tenant")
def _source(tenant: Tenant, name: str, folder: Path, words: Sequence[str] | None) -> Source:
    access = sources.readers(tenant, words or EVERYONE)
    source, created = sources.ensure(tenant=tenant, name=name, kind="folder", config={"path": str(folder)}, access=access, by="command")
    if words and not created:
        grants.change(source=source, access=access, by="command")
    return source


def who_reads(source: Source) -> str:
    if principals.everyone(source.tenant_id) in source.access:
        return f"everyone of {source.tenant.name}"
    groups = Group.objects.filter(tenant=source.tenant_id).order_by("name")
    return ", ".join(f"the group {group.name}" for group in groups if principals.group(group.id) in source.access) or "nobody"


def _checked(result: Outcome, run: SyncRun) -> Mapping[str, Any]:
    """Failed: the run broke off, a person has to decide, or nothing at all could be read. Single failures are only listed."""
    values = result.as_json()
    if run.code:
        raise Failed(run.message, code=run.code, result=values)
    if result.failed and not result.ready:
        raise Failed("None of the documents could be read.", code="nothing_ready", result=values)
    return values
