from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from access.permissions import NotAllowed
from access.resolve import NoAccess
from access.roles import Permission
from documents import inquiry
from identity.queries import UnknownPerson
from index.errors import IndexFailure
from retrieval.viewing_as import view_as
from retrieval.warm import warm
from tenants.queries import UnknownTenant
from terminal.command import AskedWrongly, Failed
from terminal.command import Command as Base


class Command(Base):
    help = "The titles that a person would find for a query, for an administrator of the tenant: no text of them. It is audited."
    wrong = (UnknownTenant, UnknownPerson, NoAccess, NotAllowed)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the person")
        parser.add_argument("query")
        parser.add_argument("--as", dest="asker", metavar="ADMIN_EMAIL", required=True, help="the administrator who looks")
        parser.add_argument("--tenant", metavar="SLUG")
        parser.add_argument("--limit", type=int, default=10, metavar="N", help="how many passages the titles are of (10)")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        if not options["query"].strip() or options["limit"] < 1:
            raise AskedWrongly("The query is empty." if options["limit"] > 0 else "--limit is at least 1.")
        asker = inquiry.asker(options["asker"], options["tenant"], Permission.VIEW_AS)
        warm()
        try:
            found = view_as(asker, email=options["email"], query=options["query"], limit=options["limit"], face="command")
        except IndexFailure as error:
            raise Failed(str(error), code="index_unavailable") from error
        return {"person": found.person.email, "titles": [{"document": id, "title": title} for id, title in found.titles.items()]}

    def show(self, result: Mapping[str, Any]) -> None:
        for one in result["titles"]:
            self.console.print(one["title"], markup=False)
        if not result["titles"]:
            self.console.print(f"Nothing in the documents that {result['person']} can read.", markup=False)
