"""A question's day with a model: what it is sent, what is made of its words, and what happens when it or the access fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from unittest.mock import patch
from uuid import UUID

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from pytest_django.fixtures import Settings

from access.viewer import Viewer
from conversations import queries as conversations
from index.filters import Narrow
from inference.server import Deadlines
from retrieval import answer as answering
from retrieval import epochs
from retrieval.ask import ask
from retrieval.events import ABSTENTION, Citations, Done, Event, Failed, Sources, Thinking, Token
from retrieval.guard import AccessChanged, Guard
from retrieval.prompt import REMEMBERED
from retrieval.search import search
from tests.factories.looking import look
from tests.fakes.chat_server import BreakOff, ChatServer, Refuse, Step, Thought, Wait, chat_server
from tests.retrieval.conftest import Harbour

SALARY = "What is the salary of a crane driver?"
LEAVE = "How many days of annual leave does the handbook give everyone?"


@pytest_asyncio.fixture
async def owner(harbour: Harbour) -> AsyncIterator[Viewer]:
    yield await sync_to_async(lambda: harbour.owner)()


@pytest.fixture(autouse=True)
def model(settings: Settings) -> None:
    settings.CHAT_MODEL = ""


async def told(
    settings: Settings, viewer: Viewer, *script: Step, question: str = SALARY, conversation: UUID | None = None
) -> tuple[list[Event], ChatServer]:
    async with chat_server(*script) as server:
        settings.CHAT_BASE_URL = server.url
        return [event async for event in ask(viewer, question, conversation_id=conversation)], server


def written(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


async def test_the_models_words_are_cited_with_the_sentence_that_supports_them(settings: Settings, owner: Viewer) -> None:
    events, _ = await told(settings, owner, Thought("Hm."), "A driver earns 3,900 pounds", " a month [1][9].")
    assert written(events) == "A driver earns 3,900 pounds a month [1]."
    assert [event.text for event in events if isinstance(event, Thinking)] == ["Hm."]
    [cited] = [event for event in events if isinstance(event, Citations)]
    assert [(one.marker, one.quote) for one in cited.citations] == [(1, "The salary of a crane driver is 3,900 pounds a month.")]
    assert isinstance(events[-1], Done)
    assert events[-1].mode == "model"


async def test_the_prompt_holds_only_what_its_asker_may_read(settings: Settings, harbour: Harbour) -> None:
    teammate = await sync_to_async(lambda: harbour.teammate)()
    _, server = await told(settings, teammate, ABSTENTION)
    assert "25 days" in str(server.requests)
    assert "3,900" not in str(server.requests)


async def test_a_model_that_finds_no_answer_abstains(settings: Settings, owner: Viewer) -> None:
    events, _ = await told(settings, owner, ABSTENTION)
    [cited] = [event for event in events if isinstance(event, Citations)]
    assert cited.citations == ()
    assert cited.closest
    assert isinstance(events[-1], Done)
    assert events[-1].mode == "abstained"


@pytest.mark.parametrize("script", [[Refuse(503)], [Refuse(400)], [BreakOff()], [Thought("Hm."), BreakOff()]])
async def test_quotes_answer_where_the_model_does_not(settings: Settings, owner: Viewer, script: list[Step]) -> None:
    events, _ = await told(settings, owner, *script)
    assert "The salary of a crane driver is 3,900 pounds a month. [1]" in written(events)
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.mode, done.interrupted) == ("extractive", False)
    assert "model" in done.note


async def test_quotes_answer_where_the_model_is_too_slow(settings: Settings, owner: Viewer) -> None:
    settings.CHAT_DEADLINES = Deadlines(first=0.5)
    events, _ = await told(settings, owner, Wait(asyncio.Event()))
    assert isinstance(events[-1], Done)
    assert events[-1].mode == "extractive"


async def test_a_model_that_breaks_off_leaves_its_part_marked(settings: Settings, owner: Viewer) -> None:
    events, _ = await told(settings, owner, "A driver earns [1]", " 3,9", BreakOff())
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.mode, done.interrupted) == ("model", True)
    [turn] = await sync_to_async(conversations.turns)(owner, done.conversation_id)
    assert (turn.answer, turn.state) == ("A driver earns [1] 3,9", "interrupted")


async def test_who_leaves_stops_the_model(settings: Settings, owner: Viewer) -> None:
    async with chat_server("A driver", Wait(asyncio.Event()), "earns") as server:
        settings.CHAT_BASE_URL = server.url
        async with aclosing(ask(owner, SALARY)) as events:
            async for event in events:
                if isinstance(event, Token):
                    break
        await asyncio.wait_for(server.left.wait(), 5)
        assert server.said == 1


async def test_access_revoked_while_the_model_speaks_takes_the_answer_back(
    settings: Settings, harbour: Harbour, owner: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "SECONDS", 0.05)
    heard: list[Event] = []
    async with chat_server("A driver earns", Wait(asyncio.Event())) as server:
        settings.CHAT_BASE_URL = server.url
        async for event in ask(owner, SALARY):
            heard.append(event)
            if isinstance(event, Token):
                await sync_to_async(harbour.revoke)()
        await asyncio.wait_for(server.left.wait(), 5)
    await sync_to_async(harbour.restore)()
    assert isinstance(heard[-1], Failed)
    assert heard[-1].code == "access_changed"
    latest = await sync_to_async(look)(owner, lambda: conversations.own(owner)[0].id)
    [turn] = await sync_to_async(conversations.turns)(owner, latest)
    assert (turn.answer, turn.state) == ("", "failed")


async def test_access_revoked_after_the_search_keeps_the_text_out_of_the_prompt(
    settings: Settings, harbour: Harbour, owner: Viewer
) -> None:
    async with chat_server(ABSTENTION) as server:
        settings.CHAT_BASE_URL = server.url
        async for event in ask(owner, SALARY):
            if isinstance(event, Sources):
                assert "3,900" in repr(event.passages)
                await sync_to_async(harbour.revoke)()
    await sync_to_async(harbour.restore)()
    assert server.requests
    assert "3,900" not in str(server.requests)


async def test_access_revoked_before_the_first_word_shows_none(settings: Settings, harbour: Harbour, owner: Viewer) -> None:
    go_on = asyncio.Event()
    async with chat_server(Wait(go_on), "A driver earns 3,900.") as server:
        settings.CHAT_BASE_URL = server.url
        answering = asyncio.create_task(_heard(owner))
        await server.asked.wait()
        await sync_to_async(harbour.revoke)()
        go_on.set()
        heard = await answering
    await sync_to_async(harbour.restore)()
    assert "3,900" in str(server.requests)
    assert not written(heard)
    assert isinstance(heard[-1], Failed)


async def _heard(viewer: Viewer) -> list[Event]:
    return [event async for event in ask(viewer, SALARY)]


async def test_an_earlier_turn_whose_sources_are_gone_stays_out_of_the_prompt(settings: Settings, harbour: Harbour, owner: Viewer) -> None:
    events, _ = await told(settings, owner, "A driver earns 3,900 pounds a month [1].")
    done = events[-1]
    assert isinstance(done, Done)
    await sync_to_async(harbour.revoke)()
    async with chat_server(ABSTENTION) as server:
        settings.CHAT_BASE_URL = server.url
        again = await sync_to_async(lambda: harbour.owner)()
        _ = [event async for event in ask(again, "And how many days of leave?", conversation_id=done.conversation_id)]
        [masked, _now] = await sync_to_async(conversations.turns)(again, done.conversation_id)
    await sync_to_async(harbour.restore)()
    assert "3,900" not in str(server.requests)
    assert (masked.masked, masked.answer, masked.citations) == (True, "", ())


async def test_access_revoked_after_the_search_is_not_quoted_where_the_model_is_down(
    settings: Settings, harbour: Harbour, owner: Viewer
) -> None:
    heard: list[Event] = []
    async with chat_server(Refuse(503)) as server:
        settings.CHAT_BASE_URL = server.url
        async for event in ask(owner, SALARY):
            if isinstance(event, Sources):
                assert "3,900" in repr(event.passages)
                await sync_to_async(harbour.revoke)()
            else:
                heard.append(event)
    await sync_to_async(harbour.restore)()
    assert server.requests
    assert isinstance(heard[-1], Done)
    assert "3,900" not in repr(heard)


async def test_an_earlier_turn_revoked_after_the_search_stays_out_of_the_prompt(
    settings: Settings, harbour: Harbour, owner: Viewer
) -> None:
    conversation = await _about_salaries(settings, owner)
    async with chat_server(ABSTENTION) as server:
        settings.CHAT_BASE_URL = server.url
        async for event in ask(owner, LEAVE, conversation_id=conversation):
            if isinstance(event, Sources):
                await sync_to_async(harbour.revoke)()
    await sync_to_async(harbour.restore)()
    assert server.requests
    assert "3,900" not in str(server.requests)


async def test_an_earlier_turn_in_the_prompt_is_guarded_as_the_passages_are(settings: Settings, harbour: Harbour, owner: Viewer) -> None:
    conversation = await _about_salaries(settings, owner)
    guard = Guard(owner, await sync_to_async(conversations.turns)(owner, conversation))
    await guard.check()
    await sync_to_async(harbour.revoke)()
    with pytest.raises(AccessChanged):
        await guard.check()
    await sync_to_async(harbour.restore)()


async def test_an_answer_is_masked_with_the_earlier_turns_that_its_model_was_shown(
    settings: Settings, harbour: Harbour, owner: Viewer
) -> None:
    """The salaries are asked about in the first turn only; the second and third are told what the one before said."""
    conversation = await _about_salaries(settings, owner)
    for _ in range(REMEMBERED + 1):
        await _asked_of_the_handbook(settings, harbour, owner, conversation)
    turns = await sync_to_async(conversations.turns)(owner, conversation)
    assert [turn.masked for turn in turns] == [False] * len(turns)
    assert [len(turn.citations) for turn in turns] == [1] * len(turns)
    assert not any(turn.closest for turn in turns)
    await sync_to_async(harbour.revoke)()
    later = await sync_to_async(lambda: conversations.turns(harbour.owner, conversation))()
    await sync_to_async(harbour.restore)()
    assert all(turn.masked for turn in later)
    assert "3,900" not in repr(later)


async def _asked_of_the_handbook(settings: Settings, harbour: Harbour, viewer: Viewer, conversation: UUID) -> None:
    """The search finds only the handbook; the model repeats what it was told before."""
    narrowed = partial(search, narrow=Narrow(sources=frozenset({harbour.handbook.id})))
    with patch.object(answering, "search", narrowed):
        events, server = await told(
            settings, viewer, "There are 25 days [1]. As I said, 3,900 pounds.", question=LEAVE, conversation=conversation
        )
    assert isinstance(events[-1], Done), events[-1]
    assert "3,900" in str(server.requests[-1])


async def _about_salaries(settings: Settings, viewer: Viewer) -> UUID:
    events, server = await told(settings, viewer, "A driver earns 3,900 pounds a month [1].")
    done = events[-1]
    assert isinstance(done, Done)
    assert "3,900" in str(server.requests)
    return done.conversation_id
