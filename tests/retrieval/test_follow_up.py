"""A follow-up with a model: what is searched for, what the model is shown for it, and what happens where it does not help."""

import asyncio
import uuid
from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async
from pytest_django.fixtures import Settings

from conversations.queries import Turn
from inference.server import Deadlines
from retrieval.ask import ask
from retrieval.events import Done, Sources
from retrieval.follow_up import searched_for
from tests.fakes.chat_server import BreakOff, ChatServer, Refuse, Step, Thought, Wait, chat_server
from tests.retrieval.conftest import Harbour

TENANT = uuid.UUID(int=7)
ABROAD = "How many days may I work abroad?"
FOLLOW_UP = "And who approves it?"
TOGETHER = f"{ABROAD} {FOLLOW_UP}"
REWRITTEN = "Who approves working abroad?"


@pytest.fixture(autouse=True)
def model(settings: Settings) -> None:
    settings.CHAT_MODEL = ""
    settings.CHAT_DEADLINES = Deadlines(step=5)


def turn(question: str, answer: str = "Up to 30 days [1].") -> Turn:
    return Turn(uuid.uuid4(), question, answer, "model", "complete", {}, datetime(2026, 1, 1, tzinfo=UTC), (), (), False, None)


async def searched(
    settings: Settings, *step: Step, question: str = FOLLOW_UP, earlier: tuple[str, ...] = (ABROAD,), readable: tuple[str, ...] = (ABROAD,)
) -> tuple[str, ChatServer]:
    async with chat_server("", step=step) as server:
        settings.CHAT_BASE_URL = server.url
        history = [turn(question) for question in readable]
        return await searched_for(question, earlier, history, tenant=TENANT), server


async def test_a_follow_up_becomes_a_question_that_stands_alone(settings: Settings) -> None:
    query, server = await searched(settings, "<think>It is working abroad.</think>\n", f'"{REWRITTEN}"\n')
    assert query == REWRITTEN
    [sent] = server.requests
    assert sent["messages"][-1]["content"] == f"Question: {ABROAD}\nAnswer: Up to 30 days.\n\nFollow-up question: {FOLLOW_UP}"


@pytest.mark.parametrize(
    "step",
    [
        [Refuse(503)],
        [Refuse(400)],
        [BreakOff()],
        [""],
        [Thought("Hm.")],
        ["<think>Hm."],
        ["Sure! Here it is:\n\nWho approves it?"],
        ["Who approves " * 50],
    ],
)
async def test_a_model_that_writes_no_question_leaves_the_two_together(settings: Settings, step: list[Step]) -> None:
    query, _ = await searched(settings, *step)
    assert query == TOGETHER


async def test_a_slow_model_is_not_waited_for(settings: Settings) -> None:
    settings.CHAT_DEADLINES = Deadlines(step=0.3)
    query, _ = await searched(settings, Wait(asyncio.Event()))
    assert query == TOGETHER


async def test_a_question_with_its_own_subject_is_not_sent(settings: Settings) -> None:
    query, server = await searched(settings, REWRITTEN, question="What does a mooring in the inner harbour cost?")
    assert query == "What does a mooring in the inner harbour cost?"
    assert server.requests == []


@pytest.mark.parametrize("readable", [(), ("What is annual leave?",)])
async def test_a_turn_that_may_not_be_read_is_not_sent(settings: Settings, readable: tuple[str, ...]) -> None:
    query, server = await searched(settings, REWRITTEN, earlier=("What is annual leave?", ABROAD), readable=readable)
    assert query == TOGETHER
    assert server.requests == []


async def test_only_the_turns_that_it_leans_on_are_sent(settings: Settings) -> None:
    before = ("What is annual leave?", ABROAD)
    _, server = await searched(settings, REWRITTEN, earlier=before, readable=before)
    assert "annual leave" not in str(server.requests)


async def test_without_a_model_the_two_are_searched_together(settings: Settings) -> None:
    settings.CHAT_BASE_URL = ""
    assert await searched_for(FOLLOW_UP, [ABROAD], [turn(ABROAD)], tenant=TENANT) == TOGETHER


async def test_what_the_model_writes_is_searched_for_and_the_question_as_asked_is_answered(settings: Settings, harbour: Harbour) -> None:
    viewer = await sync_to_async(lambda: harbour.owner)()
    async with chat_server("Seven [1].", step=["When does the gate of the harbour open?"]) as server:
        settings.CHAT_BASE_URL = server.url
        first = [event async for event in ask(viewer, "What is the salary of a crane driver?")][-1]
        assert isinstance(first, Done)
        events = [event async for event in ask(viewer, "And when is it?", conversation_id=first.conversation_id)]
    [found] = [event for event in events if isinstance(event, Sources)]
    assert found.passages[0].title == "Annual leave"
    [step] = server.steps
    assert "crane driver" in str(step)
    assert "Question: And when is it?" in server.requests[-1]["messages"][-1]["content"]


async def test_a_masked_turn_never_reaches_the_step(settings: Settings, harbour: Harbour) -> None:
    viewer = await sync_to_async(lambda: harbour.owner)()
    async with chat_server("A driver earns 3,900 pounds [1].", step=[REWRITTEN]) as server:
        settings.CHAT_BASE_URL = server.url
        first = [event async for event in ask(viewer, "What is the salary of a crane driver?")][-1]
        assert isinstance(first, Done)
        await sync_to_async(harbour.revoke)()
        again = await sync_to_async(lambda: harbour.owner)()
        _ = [event async for event in ask(again, "And when is it?", conversation_id=first.conversation_id)]
    await sync_to_async(harbour.restore)()
    assert server.steps == []
    assert "3,900" not in str(server.requests[1:])
