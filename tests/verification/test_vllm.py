"""The chat model's door and a whole answer, against vLLM itself."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from pytest_django.fixtures import Settings

from access.viewer import Viewer
from inference import chat, server
from inference.chat import Piece, Said
from inference.errors import ModelRefused, ModelUnavailable
from retrieval.ask import ask
from retrieval.events import Citations, Done, Event, Thinking, Token
from tests.retrieval.conftest import Harbour
from tests.verification import tiny_model
from tests.verification.conftest import Carry
from tests.verification.vllm_server import Vllm

pytestmark = pytest.mark.slow

TENANT = uuid.UUID(int=7)
CONVERSATION = [Said("system", "Answer."), Said("user", "How long is leave?")]
SALARY = "What is the salary of a crane driver?"
STANDS = "The salary of a crane driver is 3,900 pounds a month."
FAR = 4_000
"""Tokens that a model in the middle of an answer has still before it."""


@pytest_asyncio.fixture
async def owner(harbour: Harbour) -> AsyncIterator[Viewer]:
    yield await sync_to_async(lambda: harbour.owner)()


async def heard(pieces: list[Piece] | None = None) -> list[Piece]:
    """Into the list that is given, which keeps what came before an error."""
    pieces = [] if pieces is None else pieces
    async for piece in chat.stream(CONVERSATION, tenant=TENANT):
        pieces.append(piece)
    return pieces


def said(pieces: list[Piece], *, is_reasoning: bool) -> str:
    return "".join(piece.text for piece in pieces if piece.is_reasoning is is_reasoning)


async def test_the_words_arrive_in_pieces_and_end(connected: Vllm, carry: Carry) -> None:
    carry(connected.forced("Hm.", "Leave is 25 days long."))
    pieces = await heard()
    assert said(pieces, is_reasoning=False) == "Leave is 25 days long."
    assert len(pieces) > 3


async def test_the_thoughts_arrive_apart_and_first(connected: Vllm, carry: Carry) -> None:
    carry(connected.forced("Let me see.", "25 days."))
    pieces = await heard()
    assert said(pieces, is_reasoning=True) == "Let me see."
    assert [piece.is_reasoning for piece in pieces] == sorted((piece.is_reasoning for piece in pieces), reverse=True)


async def test_words_that_stop_for_want_of_tokens_are_no_whole_answer(connected: Vllm, carry: Carry) -> None:
    carry(connected.forced("Hm.", "Leave is 25 days long.") | {"max_tokens": 9})
    pieces: list[Piece] = []
    with pytest.raises(ModelUnavailable, match="out of tokens"):
        await heard(pieces)
    assert "Leave is 25 days long.".startswith(said(pieces, is_reasoning=False) or "nothing")


async def test_another_tenant_does_not_meet_what_the_first_left_in_the_prefix_cache(connected: Vllm, carry: Carry) -> None:
    carry(connected.forced("Hm.", "25 days."))
    long = [Said("system", "Answer. " * 200), Said("user", "How long is leave?")]

    async def hits(tenant: uuid.UUID) -> float:
        before = connected.measured("prefix_cache_hits_total")
        _ = [piece async for piece in chat.stream(long, tenant=tenant)]
        return connected.measured("prefix_cache_hits_total") - before

    first, other = uuid.uuid4(), uuid.uuid4()
    assert [await hits(first) > 0, await hits(first) > 0, await hits(other) > 0] == [False, True, False]


async def test_the_models_name_is_found_out(connected: Vllm) -> None:
    async with server.connection() as client:
        assert await server.model_name(client) == tiny_model.NAME


@pytest.mark.usefixtures("connected")
async def test_a_model_that_is_not_served_is_refused(settings: Settings) -> None:
    settings.CHAT_MODEL = "another-model"
    with pytest.raises(ModelRefused):
        await heard()


async def test_an_answer_ends_with_the_citation_of_what_it_says(connected: Vllm, carry: Carry, owner: Viewer) -> None:
    carry(connected.forced("Salaries.", f"{STANDS} [1]"))
    events = [event async for event in ask(owner, SALARY)]
    assert text_of(events, Token) == f"{STANDS} [1]"
    assert text_of(events, Thinking) == "Salaries."
    [cited] = [event for event in events if isinstance(event, Citations)]
    assert [(one.marker, one.quote) for one in cited.citations] == [(1, STANDS)]
    assert isinstance(events[-1], Done)
    assert (events[-1].mode, events[-1].note) == ("model", "")


async def test_who_leaves_stops_the_model(connected: Vllm, carry: Carry, owner: Viewer) -> None:
    carry({"min_tokens": FAR})
    before = connected.measured("generation_tokens_total")
    async with aclosing(ask(owner, SALARY)) as events:
        async for event in events:
            if isinstance(event, Thinking | Token):
                break
        assert connected.measured("num_requests_running") == 1
    await idle(connected)
    assert connected.measured("generation_tokens_total") - before < FAR / 4


async def test_quotes_answer_where_the_model_only_thinks(connected: Vllm, carry: Carry, owner: Viewer) -> None:
    assert connected
    carry({"min_tokens": 40, "max_tokens": 40})
    events = [event async for event in ask(owner, SALARY)]
    assert text_of(events, Thinking)
    assert_quoted(events)


async def test_quotes_answer_where_the_server_dies_and_when_it_is_dead(connected: Vllm, carry: Carry, owner: Viewer) -> None:
    """The last one: it leaves no server behind."""
    carry({"min_tokens": FAR})
    events: list[Event] = []
    async for event in ask(owner, SALARY):
        if isinstance(event, Thinking) and not text_of(events, Thinking):
            connected.kill()
        events.append(event)
    assert text_of(events, Thinking)
    assert_quoted(events)
    assert_quoted([event async for event in ask(owner, SALARY)])


def assert_quoted(events: list[Event]) -> None:
    assert f"{STANDS} [1]" in text_of(events, Token)
    assert len([event for event in events if isinstance(event, Citations)]) == 1
    assert isinstance(events[-1], Done)
    assert events[-1].mode == "extractive"
    assert "model" in events[-1].note


def text_of(events: list[Event], kind: type[Thinking] | type[Token]) -> str:
    return "".join(event.text for event in events if isinstance(event, kind))


async def idle(vllm: Vllm) -> None:
    """Until the server works on nothing. It tells nobody, so it is asked."""
    async with asyncio.timeout(30):
        while await asyncio.to_thread(vllm.measured, "num_requests_running") > 0:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
