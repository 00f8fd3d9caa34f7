"""One turn, for every face: history, answer, save, audit. What goes wrong becomes a Failed, and nothing of the answer is kept."""

import asyncio
import logging
import traceback
import uuid
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from psycopg.errors import DiskFull

from access.permissions import NotAllowed, require
from access.resolve import NoAccess
from access.roles import Permission
from access.viewer import Viewer
from conversations import actions, queries
from conversations import models as kept
from conversations.actions import Answered
from conversations.queries import UnknownConversation
from index.errors import IndexFailure
from retrieval.answer import Asked, Draft, answer
from retrieval.citations import Citation, whole
from retrieval.database import in_thread
from retrieval.events import Done, Event, Failed, Sources
from retrieval.guard import AccessChanged

log = logging.getLogger("redoubt.retrieval")

_CODES: dict[type[Exception], str] = {
    NotAllowed: "not_allowed",
    AccessChanged: "access_changed",
    NoAccess: "access_changed",
    UnknownConversation: "conversation_not_found",
    IndexFailure: "search_unavailable",
    DatabaseError: "unavailable",
}
_MESSAGES = {
    "not_allowed": "Your role does not allow asking. An administrator can change it.",
    "access_changed": "Your access changed while this was being answered, so the answer is taken back. Ask again.",
    "conversation_not_found": "There is no such conversation.",
    "search_unavailable": "Search is not available at the moment. Your question is kept; ask again in a minute.",
    "disk_full": "The database's disk is full: this question is not kept and not answered. Tell your administrator, then ask again.",
    "unavailable": "This cannot be answered at the moment. Ask again in a minute.",
    "internal": "Something went wrong on our side. Ask again; if it stays, tell your administrator the reference.",
    "empty_question": "There is no question. Type one.",
}


@dataclass(frozen=True, slots=True)
class _Turn:
    viewer: Viewer
    face: str
    message: kept.Message
    asked: Asked


async def ask(viewer: Viewer, question: str, *, conversation_id: UUID | None = None, face: str = "portal") -> AsyncGenerator[Event, None]:
    """Sources first, then the words, then the citations, then Done; or Failed. Close it when the asker leaves: what there is of the
    answer is kept as interrupted."""
    question = _cleaned(question)
    if refusal := _refusal(question):
        yield refusal
        return
    try:
        turn = await in_thread(_open, viewer, question, conversation_id, face)
    except Exception as error:
        yield _failed(error)
        return
    async with aclosing(_told(turn)) as events:
        async for event in events:
            yield event


async def _told(turn: _Turn) -> AsyncGenerator[Event, None]:
    draft = Draft()
    try:
        async with aclosing(answer(turn.asked, draft)) as events:
            async for event in events:
                if isinstance(event, Sources):
                    await in_thread(_show, turn, event)
                yield event
        await in_thread(_keep, turn, draft)
    except (GeneratorExit, asyncio.CancelledError):
        draft.interrupted = True
        await asyncio.shield(in_thread(_keep, turn, draft))
        raise
    except Exception as error:
        failed = _failed(error)
        await _forget(turn, failed)
        yield failed
        return
    yield Done(
        mode=draft.mode,
        milliseconds=draft.milliseconds,
        message_id=turn.message.id,
        conversation_id=turn.message.conversation_id,
        interrupted=draft.interrupted,
        note=draft.note,
    )


def _open(viewer: Viewer, question: str, conversation_id: UUID | None, face: str) -> _Turn:
    require(viewer, Permission.ASK)
    before = queries.turns(viewer, conversation_id) if conversation_id else []
    message = actions.start(viewer=viewer, question=question, conversation_id=conversation_id)
    earlier = tuple(turn.question for turn in before)
    return _Turn(viewer, face, message, Asked(viewer, question, tuple(queries.readable(before)), earlier))


def _show(turn: _Turn, found: Sources) -> None:
    """Before any word leaves, also to the model: what cannot be audited is not read."""
    read = [(passage.document_id, passage.generation) for passage in found.passages]
    read += [(source.document, source.generation) for earlier in turn.asked.history for source in earlier.sources]
    actions.show(viewer=turn.viewer, message=turn.message, documents=read, face=turn.face)


def _keep(turn: _Turn, draft: Draft) -> None:
    answered = Answered(draft.text, draft.mode, _sources(draft), draft.milliseconds, draft.interrupted)
    actions.finish(viewer=turn.viewer, message=turn.message, answered=answered, face=turn.face)


def _sources(draft: Draft) -> list[kept.Citation]:
    """Cited, closest, and what else stood in the model's prompt: its words may be in the answer too."""
    shown = [_row(citation, kept.Citation.Kind.CITED) for citation in draft.citations]
    shown += [_row(citation, kept.Citation.Kind.CLOSEST) for citation in draft.closest]
    read = {(row.document, row.generation): row for row in _read(draft)}
    for row in shown:
        read.pop((row.document, row.generation), None)
    return [*shown, *read.values()]


def _read(draft: Draft) -> Iterator[kept.Citation]:
    """The passages, and the sources of the earlier turns with all that these had from turns before them."""
    sources: list[Citation | kept.Citation] = [whole(number, passage) for number, passage in enumerate(draft.read, 1)]
    sources += [source for turn in draft.remembered for source in turn.sources]
    return (_row(source, kept.Citation.Kind.READ) for source in sources)


def _row(source: Citation | kept.Citation, kind: kept.Citation.Kind) -> kept.Citation:
    """What was only read is kept without its words."""
    shown = kind != kept.Citation.Kind.READ
    return kept.Citation(
        kind=kind,
        marker=source.marker,
        document=source.document,
        generation=source.generation,
        title=source.title,
        uri=source.uri,
        page=source.page,
        heading=source.heading,
        quote=source.quote if shown else "",
        table_header=source.table_header if shown else "",
        start=source.start,
        end=source.end,
    )


async def _forget(turn: _Turn, failed: Failed) -> None:
    try:
        await in_thread(actions.fail, viewer=turn.viewer, message=turn.message, code=failed.code, face=turn.face)
    except DatabaseError:
        log.warning("The failed turn %s could not be marked (%s).", turn.message.id, failed.reference)


def _failed(error: Exception) -> Failed:
    """Logs the kind of the error and where it came from, never its words, which may hold a question."""
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), "internal")
    if isinstance(error.__cause__, DiskFull):
        code = "disk_full"
    reference = uuid.uuid4().hex[:8]
    log.warning("No answer (%s): %s, %s.", reference, code, type(error).__name__)
    if code == "internal":
        log.error("%s came from:\n%s", reference, "".join(traceback.format_tb(error.__traceback__)))
    return Failed(code, _MESSAGES[code], reference)


def _cleaned(question: str) -> str:
    return "".join(letter for letter in question if letter.isprintable() or letter in "\n\t").strip()


def _refusal(question: str) -> Failed | None:
    limit = settings.QUESTION_LIMIT_CHARACTERS
    if not question:
        return Failed("empty_question", _MESSAGES["empty_question"], "")
    if len(question) > limit:
        return Failed("question_too_long", f"The question is longer than {limit:,} characters. Shorten it.", "")
    return None
