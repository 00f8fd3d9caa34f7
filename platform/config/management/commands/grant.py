from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

from access import principals
from access.permissions import NotAllowed
from access.resolve import NoAccess, viewer_for
from access.roles import Permission
from access.viewer import Viewer
from documents import grants, inquiry
from documents.models import Document
from identity.queries import UnknownGroup, UnknownPerson
from ingestion.grants import Change, apply
from sources import actions as sources
from tenants import scope
from tenants.models import Tenant
from tenants.queries import UnknownTenant
from terminal.command import AskedWrongly
from terminal.command import Command as Base

CHANGES: dict[str, tuple[Change, str]] = {
    "share": (grants.share, "may read it"),
    "unshare": (grants.unshare, "no longer share it"),
    "deny": (grants.deny, "may not read it, whatever else lets them"),
    "undeny": (grants.undeny, "are no longer denied it"),
}
WIDENING = ("share", "undeny")


class Command(Base):
    help = "Shares one document, denies it, or takes that back. It holds at once: open pages mask it, running answers stop."
    wrong = (
        UnknownTenant,
        UnknownPerson,
        UnknownGroup,
        NoAccess,
        NotAllowed,
        inquiry.NoSuchDocument,
        sources.NotUnderstood,
        grants.NotThere,
        grants.UnknownPrincipal,
    )

    def add_options(self, parser: ArgumentParser) -> None:
        parser.add_argument("document", metavar="DOCUMENT", help="its id, or its address where you may read it yourself")
        parser.add_argument("--as", dest="asker", metavar="EMAIL", required=True, help="the administrator or curator who changes it")
        parser.add_argument("--tenant", metavar="SLUG")
        change = parser.add_mutually_exclusive_group(required=True)
        who = {"metavar": "WHO", "nargs": "+"}
        change.add_argument("--share", help="EMAIL, `group:NAME` or `everyone`: these may read it, too", **who)  # type: ignore[arg-type]
        change.add_argument("--unshare", help="takes back what was shared with these", **who)  # type: ignore[arg-type]
        change.add_argument("--deny", help="these may not read it, whatever else lets them", **who)  # type: ignore[arg-type]
        change.add_argument("--undeny", help="takes back a denial", **who)  # type: ignore[arg-type]

    def run(self, options: dict[str, Any]) -> Mapping[str, Any]:
        asker = inquiry.asker(options["asker"], options["tenant"], Permission.MANAGE_SOURCES)
        document = inquiry.document(asker, options["document"])
        [done] = (name for name in CHANGES if options[name])
        if done in WIDENING and not inquiry.titles(asker, [document.id]):
            raise AskedWrongly("You may share only what you read yourself: somebody who reads the document can share it.")
        named = _principals(asker, options[done])
        changed = apply(CHANGES[done][0], document=document, principals=list(named.values()), by=f"user:{asker.user_id}")
        title = inquiry.titles(asker, [document.id]).get(document.id)
        still = _still(asker, document, named) if done == "unshare" else []
        return {"document": document.id, "title": title, "change": done, "to": list(named), "changed": changed, "still": still}

    def show(self, result: Mapping[str, Any]) -> None:
        self.console.print(str(result["title"] or result["document"]), style="bold", markup=False)
        if result["changed"]:
            self.console.print(f"{', '.join(result['to'])}: {CHANGES[result['change']][1]}.", markup=False)
        else:
            self.console.print("That was so already. Nothing was changed.")
        if result["still"]:
            words = f"{', '.join(result['still'])}: read it even so, through its source or a group. `why` says how; `--deny` closes it."
            self.console.print(words, markup=False)


def _principals(asker: Viewer, words: Sequence[str]) -> dict[str, str]:
    """What each of the words stands for: `everyone`, `group:NAME`, or the address of a person of the tenant."""
    tenant = Tenant.objects.get(id=asker.tenant_id)
    return {word: _person(asker, word) if "@" in word else sources.readers(tenant, [word])[0] for word in words}


def _person(asker: Viewer, email: str) -> str:
    return principals.user(inquiry.person(asker, email).id)


@scope.of("asker")
def _still(asker: Viewer, document: Document, named: Mapping[str, str]) -> list[str]:
    open_to = grants.readers(document)
    return [word for word, principal in named.items() if principal in open_to or ("@" in word and _reads(asker, document, word))]


def _reads(asker: Viewer, document: Document, email: str) -> bool:
    try:
        viewer = viewer_for(user=inquiry.person(asker, email), tenant=Tenant.objects.get(id=asker.tenant_id))
    except NoAccess:
        return False
    return bool(inquiry.titles(viewer, [document.id]))
