"""What an administrator may be told of who reads what: the people, groups and grants of his tenant, and a title only where he may read
the document himself. What is another tenant's and what is not there answer the same."""

from collections.abc import Collection
from uuid import UUID

from access.permissions import require
from access.resolve import viewer_by_email
from access.roles import Permission
from access.viewer import Viewer
from documents.models import Document
from documents.queries import granted_to
from identity.models import Membership, User
from identity.queries import UnknownPerson
from tenants import scope


class NoSuchDocument(Exception):
    """There is none in the tenant, or none of this address that the asker may read."""


def asker(email: str, slug: str | None, permission: Permission = Permission.EXPLAIN_ACCESS) -> Viewer:
    """Raises NotAllowed, and what access.resolve.viewer_by_email raises."""
    viewer = viewer_by_email(email, slug)
    require(viewer, permission)
    return viewer


def person(viewer: Viewer, email: str) -> User:
    """Somebody of the asker's tenant, suspended or not. Raises UnknownPerson."""
    member = Membership.objects.filter(tenant=viewer.tenant_id, user__email__iexact=email).select_related("user").first()
    if member is None:
        raise UnknownPerson(f"There is no {email!r} in this tenant.")
    return member.user


@scope.of("viewer")
def document(viewer: Viewer, words: str) -> Document:
    """By its id any document of the tenant; by its address, which is as telling as a title, one that the asker may read."""
    if id := _uuid(words):
        found = list(Document.objects.filter(id=id, tenant=viewer.tenant_id, removed_at=None).select_related("source"))
    else:
        found = list(granted_to(viewer).filter(uri=words).select_related("source").order_by("created")[:2])
    if len(found) > 1:
        raise NoSuchDocument(f"Several documents have the address {words!r}. Give the id of one.")
    if not found:
        raise NoSuchDocument(f"There is no document {words!r}. One that you may not read yourself is named by its id.")
    return found[0]


@scope.of("viewer")
def titles(viewer: Viewer, documents: Collection[UUID]) -> dict[UUID, str]:
    """Of those that the asker may read himself."""
    return dict(granted_to(viewer).filter(id__in=documents).values_list("id", "title"))


def _uuid(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None
