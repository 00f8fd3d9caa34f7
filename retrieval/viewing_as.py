"""The titles that another person would find for a query: never the text, and never without a row in the audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from access import principals
from access.resolve import viewer_for
from access.viewer import Viewer
from audit.actions import record
from documents import inquiry
from identity.models import User
from retrieval.search import search
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class ViewedAs:
    person: User
    titles: Mapping[UUID, str]
    """By document, the best first."""


def view_as(asker: Viewer, *, email: str, query: str, limit: int, face: str) -> ViewedAs:
    """Whether the asker may look is the caller's to check. Raises UnknownPerson, NoAccess, IndexFailure."""
    person = inquiry.person(asker, email)
    viewer = viewer_for(user=person, tenant=Tenant.objects.get(id=asker.tenant_id))
    titles = {passage.document_id: passage.title for passage in search(viewer, query, limit=limit).passages}
    record(
        action="access.viewed_as",
        tenant=asker.tenant_id,
        actor=principals.user(asker.user_id) if asker.user_id else "",
        face=face,
        object=principals.user(person.id),
        detail={"documents": [str(document) for document in titles]},
    )
    return ViewedAs(person, titles)
