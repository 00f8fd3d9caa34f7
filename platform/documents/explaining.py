"""Why, as an administrator asks it: by the person's e-mail address and the document's id or address, audited, whatever the face."""

from dataclasses import dataclass
from uuid import UUID

from access import principals
from access.viewer import Viewer
from audit.actions import record
from documents import inquiry
from documents.why import Why, why
from identity.models import User
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Explained:
    person: User
    document: UUID
    title: str | None
    """None where the asker may not read the document himself."""
    why: Why


def explain(asker: Viewer, *, email: str, document: str, face: str) -> Explained:
    """Whether the asker may ask is the caller's to check. Raises UnknownPerson and NoSuchDocument."""
    person, found = inquiry.person(asker, email), inquiry.document(asker, document)
    told = why(user=person, tenant=Tenant.objects.get(id=asker.tenant_id), document=found)
    record(
        action="access.explained",
        tenant=asker.tenant_id,
        actor=principals.user(asker.user_id) if asker.user_id else "",
        face=face,
        object=f"document:{found.id}",
        detail={"person": str(person.id), "readable": told.readable},
    )
    return Explained(person, found.id, inquiry.titles(asker, [found.id]).get(found.id), told)
