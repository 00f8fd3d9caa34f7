"""A person's own conversations as the page shows them: the list beside it, and one of them as turns."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from access.viewer import Viewer
from conversations import actions, queries
from conversations.models import Conversation, Message
from frontend.ui import citing
from frontend.ui.markdown import render
from frontend.ui.sse import state_of
from frontend.ui.turns import Failure, State, Turn
from tenants import scope

LISTED = 100
UNANSWERED = Failure("This was not answered. Your question is kept; ask again.")


@dataclass(frozen=True, slots=True)
class Entry:
    id: UUID
    title: str
    updated: datetime
    again: bool
    """The same was asked more than once in that time: only the hour tells them apart."""


@dataclass(frozen=True, slots=True)
class Day:
    label: str
    conversations: tuple[Entry, ...]


@scope.of("viewer")
def days(viewer: Viewer) -> list[Day]:
    """The newest conversations, under Today, Yesterday, This week, Earlier."""
    grouped: dict[str, list[Conversation]] = {}
    today = timezone.localdate()
    for conversation in queries.own(viewer)[:LISTED]:
        grouped.setdefault(_label(timezone.localdate(conversation.updated), today), []).append(conversation)
    return [Day(label, tuple(_entries(found))) for label, found in grouped.items()]


def _entries(conversations: Sequence[Conversation]) -> Iterator[Entry]:
    asked = Counter(conversation.title for conversation in conversations)
    for conversation in conversations:
        yield Entry(conversation.id, conversation.title, conversation.updated, asked[conversation.title] > 1)


@scope.of("viewer")
def turns(viewer: Viewer, conversation_id: UUID) -> list[Turn]:
    """What is shown again is in the audit first: where that cannot be kept, nothing is shown."""
    kept = queries.turns(viewer, conversation_id)
    actions.reopen(viewer=viewer, conversation_id=conversation_id, turns=kept, face="portal")
    return [_turn(viewer, turn) for turn in kept]


def masked(viewer: Viewer, conversation_id: UUID) -> list[Turn]:
    """Those to be taken from a page that shows them. No text leaves here, so nothing is audited."""
    return [_masked(kept) for kept in queries.masked(viewer, conversation_id)]


def _masked(kept: queries.Turn) -> Turn:
    return Turn(question=kept.question, state="masked", message_id=kept.id)


def _turn(viewer: Viewer, kept: queries.Turn) -> Turn:
    if kept.masked:
        return _masked(kept)
    return Turn(
        question=kept.question,
        state=_state(kept),
        mode=kept.mode,
        answer=render(kept.answer, sources={citation.marker: citing.address(citation) for citation in kept.citations}),
        citations=citing.cited(viewer, kept.citations),
        closest=citing.cited(viewer, kept.closest, closest=True),
        search_ms=kept.milliseconds.get("search"),
        message_id=kept.id,
        helpful=kept.helpful,
        failure=UNANSWERED if kept.state == Message.State.FAILED else None,
    )


def _state(kept: queries.Turn) -> State:
    if kept.state == Message.State.FAILED:
        return "failed"
    return state_of(kept.mode, interrupted=kept.state != Message.State.COMPLETE)


def _label(day: date, today: date) -> str:
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return "This week" if day > today - timedelta(days=7) else "Earlier"
