from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from access.permissions import NotAllowed
from access.resolve import NoAccess
from documents import inquiry
from documents.explaining import explain
from identity.queries import UnknownPerson
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
        told = explain(asker, email=options["email"], document=options["document"], face="command")
        return {
            "person": told.person.email,
            "document": told.document,
            "title": told.title,
            "readable": told.why.readable,
            "words": told.why.words,
            "path": [{"words": step.words, "principal": step.principal or None, "at": step.at} for step in told.why.path],
        }

    def show(self, result: Mapping[str, Any]) -> None:
        self.console.print(f"{result['person']}, {result['title'] or result['document']}", style="bold", markup=False)
        self.console.print(result["words"], markup=False)
