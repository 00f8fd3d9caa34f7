"""A step in LangChain: what it sends, what it returns, how long it waits, and that it reaches nobody but the model's server."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings as SettingsWrapper

from inference import steps
from inference.errors import InferenceError, ModelUnavailable
from inference.server import Deadlines, cache_salt
from tests.fakes.chat_server import BreakOff, Refuse, Step, Thought, Wait, chat_server

TENANT = uuid.UUID(int=7)
MESSAGES = [("system", "Rewrite."), ("human", "Question: {question}")]
ROOT = Path(__file__).parents[3]
CHILD = """
import asyncio, json, sys, uuid
reached = set()
def watch(event, details):
    if event == "socket.connect" and isinstance(details[1], tuple):
        reached.add("%s:%s" % details[1][:2])
sys.addaudithook(watch)
import django
django.setup()
import retrieval.ask
from inference import steps
KINDS = ("langchain", "langchain_core", "langchain_openai", "langsmith", "openai")
before = [name for name in sys.modules if name.partition(".")[0] in KINDS]
said = asyncio.run(steps.run([("system", "Rewrite."), ("human", "{question}")], {"question": "And who?"}, tenant=uuid.UUID(int=7)))
print(json.dumps({"before": before, "said": said, "reached": sorted(reached)}))
"""


@pytest.fixture(autouse=True)
def any_model(settings: SettingsWrapper) -> None:
    settings.CHAT_MODEL = ""
    settings.CHAT_API_KEY = ""


async def said(settings: SettingsWrapper, *step: Step) -> str:
    async with chat_server("", step=step) as server:
        settings.CHAT_BASE_URL = server.url
        return await steps.run(MESSAGES, {"question": "Who? {not a name}"}, tenant=TENANT)


@pytest.mark.parametrize("suffix", ["", "/v1", "/v1/"])
async def test_a_step_sends_its_messages_and_its_tenants_salt_alone(settings: SettingsWrapper, suffix: str) -> None:
    async with chat_server("", step=["Who approves it?"]) as server:
        settings.CHAT_BASE_URL = f"{server.url}{suffix}"
        assert await steps.run(MESSAGES, {"question": "Who? {x}"}, tenant=TENANT) == "Who approves it?"
    [sent] = server.requests
    assert sent["messages"] == [{"role": "system", "content": "Rewrite."}, {"role": "user", "content": "Question: Who? {x}"}]
    assert sent["cache_salt"] == cache_salt(TENANT)


@pytest.mark.parametrize("script", [["<think>Hm.</think>\nWho?"], ["Hm.</think>Who?"], [Thought("Hm."), "Who?"]])
async def test_reasoning_is_no_part_of_what_was_said(settings: SettingsWrapper, script: list[Step]) -> None:
    assert await said(settings, *script) == "Who?"


async def test_reasoning_that_reaches_the_limit_says_nothing(settings: SettingsWrapper) -> None:
    assert await said(settings, "<think>Hm, hm, hm") == ""


@pytest.mark.parametrize("script", [[Refuse(503)], [Refuse(429)], [Refuse(400)], [BreakOff()]])
async def test_a_server_that_fails_is_asked_once(settings: SettingsWrapper, script: list[Step]) -> None:
    async with chat_server("", step=script) as server:
        settings.CHAT_BASE_URL = server.url
        with pytest.raises(InferenceError):
            await steps.run(MESSAGES, {"question": "Who?"}, tenant=TENANT)
    assert len(server.requests) == 1


async def test_a_step_that_takes_too_long_is_given_up(settings: SettingsWrapper) -> None:
    settings.CHAT_DEADLINES = Deadlines(step=0.3)
    with pytest.raises(ModelUnavailable):
        await said(settings, Wait(asyncio.Event()))


async def test_a_server_that_is_not_there_is_unavailable(settings: SettingsWrapper) -> None:
    settings.CHAT_BASE_URL, settings.CHAT_MODEL = "http://127.0.0.1:9", "tiny-model"
    with pytest.raises(ModelUnavailable):
        await steps.run(MESSAGES, {"question": "Who?"}, tenant=TENANT)


async def test_only_the_models_server_is_reached_whatever_the_environment_says() -> None:
    """Tracing and a proxy would send the prompt elsewhere: here to a server that must hear nothing."""
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    eavesdropper = await asyncio.start_server(listen, "127.0.0.1", 0)
    elsewhere = f"http://127.0.0.1:{eavesdropper.sockets[0].getsockname()[1]}"
    tracing = dict.fromkeys(("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"), "true")
    endpoints = {"LANGSMITH_ENDPOINT": elsewhere, "LANGCHAIN_ENDPOINT": elsewhere, "LANGSMITH_API_KEY": "canary"}
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "OPENAI_PROXY", "OPENAI_BASE_URL"), elsewhere)
    async with chat_server("", step=["Who approves it?"]) as server:
        done = await _child({**tracing, **endpoints, **proxies, "CHAT_BASE_URL": server.url, "CHAT_API_KEY": "secret"})
    eavesdropper.close()
    assert done == {"before": [], "said": "Who approves it?", "reached": [server.url.removeprefix("http://")]}
    assert heard == []


async def _child(environment: dict[str, str]) -> dict[str, object]:
    surroundings = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", **environment}
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE)
    out, _ = await child.communicate()
    result: dict[str, object] = json.loads(out)
    return result
