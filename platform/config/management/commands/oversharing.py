from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

from access.permissions import NotAllowed, require
from access.resolve import NoAccess
from access.roles import Permission
from access.viewer import Viewer
from audit.actions import record
from documents import grants, inquiry
from documents.oversharing import suspects
from identity.queries import UnknownGroup, UnknownPerson
from ingestion.grants import apply
from sources import actions as sources
from tenants.models import Tenant
from tenants.queries import UnknownTenant
from terminal.command import AskedWrongly
from terminal.command import Command as Base


class Command(Base):
    help = "Documents that everyone can read and that look as if they should not be, with the command that narrows each; or narrows one."
    wrong = (UnknownTenant, UnknownPerson, UnknownGroup, NoAccess, NotAllowed, inquiry.NoSuchDocument, sources.NotUnderstood)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as", dest="asker", metavar="ADMIN_EMAIL", required=True, help="the administrator who asks")
        parser.add_argument("--tenant", metavar="SLUG")
        parser.add_argument("--limit", type=int, default=50, metavar="N", help="how many documents to list (50); all are counted")
        parser.add_argument("--narrow", metavar="DOCUMENT", help="with --to: only these may read it from now on")
        parser.add_argument("--to", metavar="WHO", action="append", help="`group:NAME`, may be repeated")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        asker = inquiry.asker(options["asker"], options["tenant"])
        if bool(options["narrow"]) != bool(options["to"]):
            raise AskedWrongly("--narrow DOCUMENT and --to group:NAME belong together.")
        if options["narrow"]:
            return self._narrowed(asker, options["narrow"], options["to"])
        found = suspects(asker.tenant_id)
        listed = found[: max(0, options["limit"])]
        titles = inquiry.titles(asker, [one.document for one in listed])
        record(action="access.oversharing", tenant=asker.tenant_id, actor=f"user:{asker.user_id}", detail={"found": len(found)})
        documents = [
            {"document": one.document, "title": titles.get(one.document), "reasons": one.reasons, "narrow": _command(options, one.document)}
            for one in listed
        ]
        return {"found": len(found), "documents": documents}

    def show(self, result: Mapping[str, Any]) -> None:
        if "narrowed" in result:
            self.console.print(f"Only {', '.join(result['to'])} may read {result['narrowed']} now.", markup=False)
            return
        self.console.print(f"{result['found']:,} documents that everyone can read look as if they should not be.")
        for one in result["documents"]:
            self.console.print(str(one["title"] or one["document"]), style="bold", markup=False)
            self.console.print("  " + ", ".join(f"{reason}: {count}" for reason, count in one["reasons"].items()), markup=False)
            self.console.print(f"  {one['narrow']}", style="dim", markup=False)

    def _narrowed(self, asker: Viewer, words: str, to: Sequence[str]) -> Mapping[str, Any]:
        require(asker, Permission.MANAGE_SOURCES)
        document = inquiry.document(asker, words)
        if "everyone" in to:
            raise AskedWrongly("`everyone` narrows nothing: give --to group:NAME.")
        if not grants.is_open(document):
            raise AskedWrongly("Not everyone can read this document: there is nothing to narrow here.")
        readers = sources.readers(Tenant.objects.get(id=asker.tenant_id), to)
        try:
            changed = apply(grants.narrow, document=document, principals=readers, by=f"user:{asker.user_id}")
        except grants.NotThere as error:
            raise AskedWrongly(str(error), code="not_found") from error
        except grants.Widens as error:
            raise AskedWrongly(str(error)) from error
        return {"narrowed": document.id, "to": list(to), "changed": changed}


def _command(options: dict[str, Any], document: object) -> str:
    tenant = f" --tenant {options['tenant']}" if options["tenant"] else ""
    return f"manage.py oversharing --as {options['asker']}{tenant} --narrow {document} --to group:NAME"
