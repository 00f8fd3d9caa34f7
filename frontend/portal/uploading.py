"""How far a dropped file has come, in words."""

from dataclasses import dataclass
from uuid import UUID

from access.viewer import Viewer
from documents import queries
from documents.models import Document
from ingestion.upload import KIND, shown_name
from tenants import scope

WORDS = {
    Document.State.PENDING: "Waiting for its turn to be read",
    Document.State.PROCESSING: "Being read",
    Document.State.READY: "You can ask about it now",
    Document.State.DELETING: "It has been removed",
}


@dataclass(frozen=True, slots=True)
class Upload:
    id: UUID
    name: str
    sentence: str
    working: bool = False
    good: bool = False

    @property
    def problem(self) -> bool:
        return not self.working and not self.good


@scope.of("viewer")
def upload(viewer: Viewer, document_id: UUID, *, already_present: bool = False) -> Upload | None:
    """Of the viewer's own uploads and those shared with the company, where granted; None is "not yours" and "not there" alike."""
    owners = [str(viewer.user_id), None]
    found = queries.granted_to(viewer).filter(id=document_id, source__kind=KIND).select_related("source").first()
    if found is None or found.source.config.get("owner") not in owners:
        return None
    working = found.state in (Document.State.PENDING, Document.State.PROCESSING)
    good = found.state == Document.State.READY
    return Upload(found.id, shown_name(found.uri), _sentence(found, already_present and good), working, good)


def _sentence(document: Document, already_present: bool) -> str:
    if already_present:
        return "It was here already: you can ask about it"
    return WORDS.get(Document.State(document.state)) or document.message or "It could not be read"
