from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from access import principals
from access.resolve import NoAccess, viewer_by_email
from access.viewer import Viewer
from audit.actions import Read, record_read
from documents import queries
from documents.models import Document
from identity.queries import UnknownPerson
from tenants import scope
from tenants.queries import UnknownTenant
from terminal.command import AskedWrongly
from terminal.command import Command as Base


class Command(Base):
    help = "Prints a document's text as it was extracted, if the person may read the document."
    wrong = (UnknownTenant, UnknownPerson, NoAccess)

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("uri", metavar="URI", help="the document's address, such as its path below the source's folder")
        parser.add_argument("--as", dest="email", metavar="EMAIL", required=True, help="the person who reads")
        parser.add_argument("--tenant", metavar="SLUG")
        parser.add_argument("--source", metavar="NAME", help="the source it is of, where several have a document of this address")
        parser.add_argument("--page", type=int, metavar="N")

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        viewer = viewer_by_email(options["email"], options["tenant"])
        document = _one(_called(viewer, options["uri"], options["source"]), options["uri"])
        number = options["page"]
        pages = queries.pages(viewer, document.id, None if number is None else [number])
        if number is not None and not pages:
            raise AskedWrongly(f"{document.uri} has no page {number}. It has {document.page_count}.")
        if pages:
            record_read(
                tenant=viewer.tenant_id,
                actor="command",
                on_behalf=principals.user(viewer.user_id) if viewer.user_id else "",
                face="command",
                what=Read.TEXT,
                documents=[(document.id, pages[0].generation)],
            )
        return {
            "document": document.id,
            "uri": document.uri,
            "state": document.state,
            "code": document.code or None,
            "pages": [{"page": page.number, "heading": page.heading, "text": page.text} for page in pages],
        }

    def show(self, result: Mapping[str, Any]) -> None:
        reason = f" ({result['code']})" if result["code"] else ""
        self.console.print(f"{result['uri']}: {result['state']}{reason}", style="bold", markup=False)
        for page in result["pages"]:
            self.console.rule(f"page {page['page']}")
            self.console.print(page["text"], markup=False)


@scope.of("viewer")
def _called(viewer: Viewer, uri: str, source: str | None) -> list[Document]:
    found = queries.granted_to(viewer).filter(uri=uri)
    return list((found.filter(source__name=source) if source else found).select_related("source"))


def _one(found: list[Document], uri: str) -> Document:
    """A document that is not there and one that the person may not read answer the same."""
    if not found:
        raise AskedWrongly(f"There is no document {uri!r} that this person may read.", code="not_found")
    if len(found) > 1:
        sources = " and ".join(sorted(document.source.name for document in found))
        raise AskedWrongly(f"Several documents are called {uri!r}: say which with --source, of {sources}.", code="ambiguous")
    return found[0]
