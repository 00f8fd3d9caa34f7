from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from rich.text import Text

from access import principals
from access.permissions import NotAllowed, require
from access.resolve import NoAccess, viewer_by_email
from access.roles import Permission
from access.viewer import Viewer
from audit.actions import Read, record_read
from documents.queries import Passage, visible_to
from identity.queries import UnknownPerson
from index.errors import IndexFailure
from index.filters import Narrow
from retrieval.search import search
from retrieval.warm import warm
from tenants.queries import UnknownTenant
from tenants.scope import within
from terminal import command
from terminal.command import AskedWrongly, Failed


class Command(command.Command):
    help = "The passages that a person may read and that answer a query best."
    wrong = (NoAccess, NotAllowed, UnknownPerson, UnknownTenant)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("query")
        parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="search as this person")
        parser.add_argument("--tenant", metavar="SLUG", help="needed where the person belongs to several")
        parser.add_argument("--limit", type=int, default=10, metavar="N", help="how many passages (10)")
        parser.add_argument("--source", metavar="NAME", help="in this source only")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        if not options["query"].strip():
            raise AskedWrongly("The query is empty.")
        if options["limit"] < 1:
            raise AskedWrongly("--limit is at least 1.")
        viewer = viewer_by_email(options["person"], options["tenant"])
        require(viewer, Permission.ASK)
        narrow = _narrow(viewer, options["source"])
        warm()  # here, so that the milliseconds are those of a running service
        try:
            found = search(viewer, options["query"], limit=options["limit"], narrow=narrow)
        except IndexFailure as error:
            raise Failed(str(error), code="index_unavailable") from error
        record_read(
            tenant=viewer.tenant_id,
            actor="command",
            on_behalf=principals.user(viewer.user_id) if viewer.user_id else "",
            face="command",
            what=Read.PASSAGES,
            documents=[(passage.document_id, passage.generation) for passage in found.passages],
        )
        hits = [_hit(rank, passage) for rank, passage in enumerate(found.passages, 1)]
        return {"query": options["query"], "hits": hits, "milliseconds": found.milliseconds}

    def show(self, result: Mapping[str, Any]) -> None:
        for hit in result["hits"]:
            place = ", ".join(str(part) for part in (hit["uri"], f"page {hit['page']}" if hit["page"] else "", hit["heading"]) if part)
            self.console.print(Text(f"{hit['rank']:2}  {hit['title']}", style="bold"), Text(place, style="dim"))
            self.console.print(Text(f"    {' '.join(hit['text'].split())[:300]}"))
        if not result["hits"]:
            self.console.print("Nothing in the documents that this person can read.")
        self.console.print(Text("  ".join(f"{step} {took:.0f} ms" for step, took in result["milliseconds"].items()), style="dim"))


def _narrow(viewer: Viewer, source: str | None) -> Narrow | None:
    """A source of which the person can read nothing and one that was never there answer the same."""
    if source is None:
        return None
    with within(viewer.tenant_id):
        readable = dict(visible_to(viewer).order_by("source__name").values_list("source__name", "source").distinct())
    if source not in readable:
        names = ", ".join(readable) or "none"
        raise AskedWrongly(
            f"This person can read nothing of a source {source!r}. Sources with something to read: {names}.", code="not_found"
        )
    return Narrow(sources=frozenset({readable[source]}))


def _hit(rank: int, passage: Passage) -> dict[str, Any]:
    return {
        "rank": rank,
        "document": str(passage.document_id),
        "title": passage.title,
        "uri": passage.uri,
        "page": passage.page,
        "heading": passage.heading,
        "text": passage.text,
    }
