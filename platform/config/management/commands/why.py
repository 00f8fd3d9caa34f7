from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from access.permissions import NotAllowed
from access.resolve import NoAccess
from audit.actions import record
from documents import inquiry
from documents.why import why
from identity.queries import UnknownPerson
from tenants.models import Tenant
from tenants.queries import UnknownTenant
from terminal.command import Command as Base


class Command(Base):
    help = "Why a person reads a document, or does not: the decision and the way to it, for an administrator of the tenant."
    wrong = (UnknownTenant, UnknownPerson, NoAccess, NotAllowed, inquiry.NoSuchDocument)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the person")
        parser.add_argument("document", metavar="DOCUMENT", help="its id, or its address where you may read it yourself")
        parser.add_argument("--as", dest="asker", metavar="ADMIN_EMAIL", required=True, help="the administrator who asks")
        parser.add_argument("--tenant", metavar="SLUG")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        asker = inquiry.asker(options["asker"], options["tenant"])
        person, document = inquiry.person(asker, options["email"]), inquiry.document(asker, options["document"])
        told = why(user=person, tenant=Tenant.objects.get(id=asker.tenant_id), document=document)
        detail = {"person": str(person.id), "readable": told.readable}
        actor = f"user:{asker.user_id}"
        record(action="access.explained", tenant=asker.tenant_id, actor=actor, object=f"document:{document.id}", detail=detail)
        return {
            "person": person.email,
            "document": document.id,
            "title": inquiry.titles(asker, [document.id]).get(document.id),
            "readable": told.readable,
            "words": told.words,
            "path": [{"words": step.words, "principal": step.principal or None, "at": step.at} for step in told.path],
        }

    def show(self, result: Mapping[str, Any]) -> None:
        self.console.print(f"{result['person']}, {result['title'] or result['document']}", style="bold", markup=False)
        self.console.print(result["words"], markup=False)
