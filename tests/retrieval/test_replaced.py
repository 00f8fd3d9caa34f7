"""Text that its document no longer has is told to nobody: not in an answer that was begun before, and not in a later prompt."""

from pathlib import Path

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from conversations import queries as conversations
from documents import queries
from documents.models import Chunk
from retrieval.ask import ask
from retrieval.events import Done, Event, Sources, Token
from retrieval.guard import Guard
from sources.models import Source
from tenants import queries as tenants
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, write
from tests.factories.looking import look

QUESTION = "When does the harbour gate open?"


@pytest.fixture
def cast(committed: None) -> Cast:
    return make_cast()


@pytest.fixture
def source(cast: Cast, tmp_path: Path) -> Source:
    source = folder_source(cast.tenant, write(tmp_path, HANDBOOK))
    ingested(source)
    return source


def redact(source: Source, folder: Path) -> None:
    write(folder, {"site/opening.txt": "This page was redacted by the legal department.\n"})
    ingested(source)


def test_an_answer_whose_text_is_replaced_while_its_reader_waits_is_not_quoted(cast: Cast, source: Source, tmp_path: Path) -> None:
    async def heard() -> list[Event]:
        told: list[Event] = []
        async for event in ask(await sync_to_async(cast.viewer)(cast.owner), QUESTION):
            told.append(event)
            if isinstance(event, Sources):
                await sync_to_async(redact)(source, tmp_path)
        return told

    told = async_to_sync(heard)()
    assert any(isinstance(event, Sources) for event in told)
    assert "seven" not in "".join(event.text for event in told if isinstance(event, Token))


def test_what_was_found_and_said_before_is_dropped_once_it_is_replaced(cast: Cast, source: Source, tmp_path: Path) -> None:
    viewer = cast.viewer(cast.owner)

    async def answered() -> list[Event]:
        return [event async for event in ask(viewer, QUESTION)]

    done = async_to_sync(answered)()[-1]
    assert isinstance(done, Done)
    history = conversations.turns(viewer, done.conversation_id)
    chunks = look(cast, lambda: list(Chunk.objects.filter(document__uri="site/opening.txt").values_list("id", flat=True)))
    guard = Guard(viewer, history)
    async_to_sync(guard.take)(queries.passages(viewer, chunks))
    assert guard.passages
    assert guard.history

    redact(source, tmp_path)

    assert async_to_sync(guard.dropped)()
    assert (guard.passages, guard.history) == ((), ())


def test_only_text_that_replaces_other_text_moves_the_epoch(cast: Cast, tmp_path: Path) -> None:
    source = folder_source(cast.tenant, write(tmp_path, HANDBOOK))
    before = tenants.epoch(cast.tenant.id)
    ingested(source)
    assert tenants.epoch(cast.tenant.id) == before
    redact(source, tmp_path)
    assert tenants.epoch(cast.tenant.id) == (before or 0) + 1
