"""Reads of conversations: a person's own, and of each earlier answer only what its sources still allow him to read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from access.viewer import Viewer
from conversations.models import Citation, Conversation, Message
from documents.queries import current
from tenants import scope


class UnknownConversation(Exception):
    """It does not exist or is somebody else's: the two answer the same."""

    def __init__(self) -> None:
        super().__init__("There is no such conversation.")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer. `masked`: a source of the answer changed, is gone or may not be read any more; then nothing of the
    answer is here but the question."""

    id: UUID
    question: str
    answer: str
    mode: str
    state: str
    milliseconds: dict[str, float]
    created: datetime
    citations: tuple[Citation, ...]
    closest: tuple[Citation, ...]
    masked: bool
    helpful: bool | None
    sources: tuple[Citation, ...] = ()
    """All that the answer may have drawn on, shown as a citation or not."""

    @property
    def documents(self) -> frozenset[UUID]:
        return frozenset(source.document for source in self.sources)

    @property
    def texts(self) -> frozenset[tuple[UUID, int]]:
        """The documents, each with the generation that was read."""
        return frozenset((source.document, source.generation) for source in self.sources)


def own(viewer: Viewer) -> QuerySet[Conversation]:
    """The viewer's conversations, the latest first; the caller reads them within the viewer's tenant."""
    if viewer.user_id is None:
        return Conversation.objects.none()
    return Conversation.objects.filter(tenant_id=viewer.tenant_id, user_id=viewer.user_id)


@scope.of("viewer")
def one(viewer: Viewer, conversation_id: UUID) -> Conversation:
    """Raises UnknownConversation."""
    found = own(viewer).filter(id=conversation_id).first()
    if found is None:
        raise UnknownConversation
    return found


@scope.of("viewer")
def turns(viewer: Viewer, conversation_id: UUID) -> list[Turn]:
    """All turns, oldest first. Raises UnknownConversation."""
    messages = list(_messages(one(viewer, conversation_id)))
    readable = _readable(viewer, (citation for message in messages for citation in message.citations.all()))
    return [_turn(message, readable) for message in messages]


def masked(viewer: Viewer, conversation_id: UUID) -> list[Turn]:
    """The turns of which nothing but the question may be shown any more, oldest first. Raises UnknownConversation."""
    return [turn for turn in turns(viewer, conversation_id) if turn.masked]


def readable(turns: Iterable[Turn]) -> list[Turn]:
    """Those that may stand in a prompt today: answered, and every source as readable as it was."""
    return [turn for turn in turns if turn.answer and not turn.masked]


@scope.of("viewer")
def message(viewer: Viewer, message_id: UUID) -> Message | None:
    return Message.objects.filter(id=message_id, conversation__in=own(viewer)).first()


def _messages(conversation: Conversation) -> QuerySet[Message]:
    return conversation.messages.select_related("feedback").prefetch_related("citations")


def _readable(viewer: Viewer, citations: Iterable[Citation]) -> set[tuple[UUID, int]]:
    """The documents, each with its current generation, that the viewer may read now."""
    wanted = {citation.document for citation in citations}
    return current(viewer, list(wanted)) if wanted else set()


def _turn(message: Message, readable: set[tuple[UUID, int]]) -> Turn:
    sources = list(message.citations.all())
    masked = any((source.document, source.generation) not in readable for source in sources)
    shown: Sequence[Citation] = [] if masked else sources
    feedback = getattr(message, "feedback", None)
    return Turn(
        id=message.id,
        question=message.question,
        answer="" if masked else message.answer,
        mode="" if masked else message.mode,
        state=message.state,
        milliseconds=message.milliseconds,
        created=message.created,
        citations=tuple(source for source in shown if source.kind == Citation.Kind.CITED),
        closest=tuple(source for source in shown if source.kind == Citation.Kind.CLOSEST),
        masked=masked,
        helpful=feedback.helpful if feedback else None,
        sources=tuple(shown),
    )
