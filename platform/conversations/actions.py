"""Writes of conversations. Each asks again whose conversation it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from access import principals
from access.viewer import Viewer
from audit.actions import Read, record, record_read
from conversations import queries
from conversations.models import Citation, Conversation, Feedback, Message
from tenants import scope

TITLE = 80


class NobodyAsks(Exception):
    """The viewer is no person: only a person has conversations."""


class UnknownMessage(Exception):
    def __init__(self) -> None:
        super().__init__("There is no such answer.")


@dataclass(frozen=True, slots=True)
class Answered:
    """How a turn ended. `sources` are all that the answer may have drawn on, cited or not: where one of them may not be read any
    more, the whole answer is masked."""

    text: str
    mode: str
    sources: Sequence[Citation] = ()
    """Unsaved rows, without their message."""
    milliseconds: dict[str, float] = field(default_factory=dict)
    interrupted: bool = False


@scope.of("viewer")
@transaction.atomic
def start(*, viewer: Viewer, question: str, conversation_id: UUID | None = None) -> Message:
    """A new turn, in a new conversation or in one of the viewer's own. Raises UnknownConversation and NobodyAsks."""
    if viewer.user_id is None:
        raise NobodyAsks
    conversation = queries.one(viewer, conversation_id) if conversation_id else _begin(viewer, viewer.user_id, question)
    conversation.save(update_fields=["updated"])
    return Message.objects.create(conversation=conversation, question=question)


@scope.of("viewer")
@transaction.atomic
def finish(*, viewer: Viewer, message: Message, answered: Answered, face: str) -> None:
    """Keeps the answer. The audit row names the documents that it was made from, and no text."""
    message.answer, message.mode, message.milliseconds = answered.text, answered.mode, answered.milliseconds
    message.state = Message.State.INTERRUPTED if answered.interrupted else Message.State.COMPLETE
    message.save(update_fields=["answer", "mode", "milliseconds", "state"])
    for source in answered.sources:
        source.message = message
    Citation.objects.bulk_create(answered.sources)
    _read(viewer, f"message:{message.id}", face, Read.ANSWER, [(source.document, source.generation) for source in answered.sources])


def show(*, viewer: Viewer, message: Message, documents: Iterable[tuple[UUID, int]], face: str) -> None:
    """To be called before text of these documents and generations, found for the question, is shown or put into a prompt."""
    _read(viewer, f"message:{message.id}", face, Read.PASSAGES, documents)


def reopen(*, viewer: Viewer, conversation_id: UUID, turns: Iterable[queries.Turn], face: str) -> None:
    """To be called before earlier turns are shown again. Of a masked one nothing is shown; without documents nothing was read."""
    documents = {(source.document, source.generation) for turn in turns if not turn.masked for source in turn.sources}
    if documents:
        _read(viewer, f"conversation:{conversation_id}", face, Read.HISTORY, documents)


@scope.of("viewer")
@transaction.atomic
def fail(*, viewer: Viewer, message: Message, code: str, face: str) -> None:
    """The question stays, to be asked again; nothing of an answer is kept."""
    message.answer, message.state = "", Message.State.FAILED
    message.save(update_fields=["answer", "state"])
    record(
        action="answer.failed",
        tenant=viewer.tenant_id,
        actor=_actor(viewer),
        face=face,
        object=f"message:{message.id}",
        detail={"code": code},
    )


@scope.of("viewer")
@transaction.atomic
def give_feedback(*, viewer: Viewer, message_id: UUID, helpful: bool | None) -> None:
    """None takes it back. Raises UnknownMessage."""
    message = queries.message(viewer, message_id)
    if message is None:
        raise UnknownMessage
    if helpful is None:
        Feedback.objects.filter(message=message).delete()
    else:
        Feedback.objects.update_or_create(message=message, defaults={"helpful": helpful})
    record(action="answer.rated", tenant=viewer.tenant_id, actor=_actor(viewer), face="portal", object=f"message:{message.id}")


def _begin(viewer: Viewer, user_id: UUID, question: str) -> Conversation:
    title = " ".join(question.split())
    shown = title if len(title) <= TITLE else title[: TITLE - 1].rstrip() + "…"
    return Conversation.objects.create(tenant_id=viewer.tenant_id, user_id=user_id, title=shown)


def _read(viewer: Viewer, object: str, face: str, what: Read, documents: Iterable[tuple[UUID, int]]) -> None:
    person = _actor(viewer)
    record_read(
        tenant=viewer.tenant_id,
        actor="command" if face == "command" else person,
        on_behalf=person,
        face=face,
        what=what,
        documents=documents,
        object=object,
    )


def _actor(viewer: Viewer) -> str:
    return principals.user(viewer.user_id) if viewer.user_id else "audience"
