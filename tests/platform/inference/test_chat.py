"""The relay of the model's stream: what it lets through, how long it waits, and that leaving stops the model."""

import asyncio
import uuid
from contextlib import aclosing

import pytest
from pytest_django.fixtures import Settings as SettingsWrapper

from inference import chat
from inference.chat import Piece, Said
from inference.errors import ModelRefused, ModelUnavailable
from inference.server import Deadlines, cache_salt
from tests.fakes.chat_server import BreakOff, Refuse, RunOut, Step, Thought, Wait, chat_server

TENANT = uuid.UUID(int=7)
CONVERSATION = [Said("system", "Answer."), Said("user", "How long is leave?")]


@pytest.fixture(autouse=True)
def any_model(settings: SettingsWrapper) -> None:
    settings.CHAT_MODEL = ""


@pytest.fixture
def impatient(settings: SettingsWrapper) -> None:
    settings.CHAT_DEADLINES = Deadlines(connect=1, first=1, gap=0.1)


async def heard(settings: SettingsWrapper, *script: Step) -> list[Piece]:
    async with chat_server(*script) as server:
        settings.CHAT_BASE_URL = server.url
        return [piece async for piece in chat.stream(CONVERSATION, tenant=TENANT)]


async def test_words_and_reasoning_arrive_apart(settings: SettingsWrapper) -> None:
    script = Thought("Leave… "), Thought("older servers", field="reasoning_content"), "25 ", "days."
    pieces = await heard(settings, *script)
    assert pieces == [Piece("Leave… ", True), Piece("older servers", True), Piece("25 "), Piece("days.")]


async def test_a_server_that_is_not_there_is_unavailable(settings: SettingsWrapper) -> None:
    settings.CHAT_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(ModelUnavailable):
        _ = [piece async for piece in chat.stream(CONVERSATION, tenant=TENANT)]


@pytest.mark.usefixtures("impatient")
async def test_a_first_word_that_does_not_come_is_not_waited_for(settings: SettingsWrapper) -> None:
    with pytest.raises(ModelUnavailable, match="in time"):
        await heard(settings, Wait(asyncio.Event()))


@pytest.mark.usefixtures("impatient")
async def test_a_gap_that_is_too_long_ends_the_answer(settings: SettingsWrapper) -> None:
    with pytest.raises(ModelUnavailable, match="in time"):
        await heard(settings, "25 ", Wait(asyncio.Event()))


async def test_a_stream_without_its_end_broke_off(settings: SettingsWrapper) -> None:
    with pytest.raises(ModelUnavailable):
        await heard(settings, "25 ", BreakOff())


@pytest.mark.parametrize("script", [["25 ", RunOut()], [Thought("Leave… "), RunOut()], [Thought("Leave… ")]])
async def test_a_proper_end_without_a_whole_answer_is_none(settings: SettingsWrapper, script: list[Step]) -> None:
    with pytest.raises(ModelUnavailable):
        await heard(settings, *script)


@pytest.mark.parametrize(("status", "error"), [(503, ModelUnavailable), (429, ModelUnavailable), (400, ModelRefused), (401, ModelRefused)])
async def test_a_refusal_says_whether_trying_again_helps(settings: SettingsWrapper, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        await heard(settings, Refuse(status))


async def test_leaving_stops_the_model(settings: SettingsWrapper) -> None:
    async with chat_server("25 ", Wait(asyncio.Event()), "days.") as server:
        settings.CHAT_BASE_URL = server.url
        async with aclosing(chat.stream(CONVERSATION, tenant=TENANT)) as pieces:
            assert (await anext(pieces)).text == "25 "
        await asyncio.wait_for(server.left.wait(), 5)
        assert server.said == 1


def test_tenants_do_not_share_a_prefix_cache() -> None:
    assert cache_salt(TENANT) == cache_salt(TENANT) != cache_salt(uuid.UUID(int=8))
    assert str(TENANT) not in cache_salt(TENANT)
