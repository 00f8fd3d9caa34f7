"""A large file is read for a person who is signed in now, and few at once; everybody else's is refused before its first byte."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from config.body_limit import BodyLimit, Limits
from config.large_bodies import LargeBodies, NoRoom
from config.pace import Pace
from identity import actions as identity
from identity.models import User
from tests.factories.cast import Cast
from tests.frontend.conftest import ADDRESS

Visit = Callable[[User | None], httpx.AsyncClient]
LARGE = b"x" * 2_000_000


@pytest.fixture
async def browser(cast: Cast, visit: Visit) -> AsyncIterator[httpx.AsyncClient]:
    async with await sync_to_async(visit)(cast.owner) as browser:
        yield browser


def _never() -> bytes:
    raise AssertionError("the body was read")


async def _unread() -> AsyncIterator[bytes]:
    yield _never()


async def _refused(browser: httpx.AsyncClient, announced: dict[str, str]) -> int:
    return (await browser.post("/uploads", content=_unread(), headers=announced)).status_code


@pytest.mark.parametrize("announced", [{"Content-Length": str(len(LARGE))}, {"Transfer-Encoding": "chunked"}])
async def test_nobodys_large_file_is_not_read(announced: dict[str, str], committed: None, visit: Visit) -> None:
    async with await sync_to_async(visit)(None) as nobody:
        assert await _refused(nobody, announced) == 401


@pytest.mark.parametrize("forged", ["0" * 32, "no such session", "' OR 1=1 --", "x" * 5000])
async def test_a_session_that_somebody_made_up_sends_no_large_file(forged: str, committed: None) -> None:
    from config.asgi import application

    cookies = {settings.SESSION_COOKIE_NAME: forged}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=ADDRESS, cookies=cookies) as forger:
        assert await _refused(forger, {"Content-Length": str(len(LARGE))}) == 401


async def test_a_session_of_nobody_sends_no_large_file(visit: Visit, committed: None) -> None:
    empty = SessionStore()
    await sync_to_async(empty.create)()
    async with await sync_to_async(visit)(None) as nobody:
        nobody.cookies[settings.SESSION_COOKIE_NAME] = str(empty.session_key)
        assert await _refused(nobody, {"Content-Length": str(len(LARGE))}) == 401


async def test_who_was_suspended_a_moment_ago_sends_no_large_file(cast: Cast, browser: httpx.AsyncClient) -> None:
    await sync_to_async(identity.suspend)(user=cast.owner, tenant=cast.tenant)
    assert await _refused(browser, {"Content-Length": str(len(LARGE))}) == 401


async def test_a_members_large_file_is_read_and_one_over_the_limit_is_not(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/uploads", files={"file": ("lamps.bin", LARGE)})).status_code == 415
    assert await _refused(browser, {"Content-Length": "99999999999"}) == 413


async def test_a_third_large_file_of_one_person_is_asked_to_come_back_and_then_there_is_room(browser: httpx.AsyncClient) -> None:
    begun, finish = asyncio.Semaphore(0), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        begun.release()
        yield LARGE
        await finish.wait()

    held = [asyncio.create_task(browser.post("/uploads", content=slow(), headers={"Content-Length": str(len(LARGE))})) for _ in range(2)]
    for _ in held:
        await begun.acquire()
    third = await browser.post("/uploads", content=_unread(), headers={"Content-Length": str(len(LARGE))})
    finish.set()
    await asyncio.gather(*held)

    assert third.status_code == 429
    assert third.headers["Retry-After"]
    assert (await browser.post("/uploads", files={"file": ("lamps.bin", LARGE)})).status_code == 415


class Trickle:
    """The application behind a limit, and a clock of its own that ticks once for each piece of a body."""

    def __init__(self, *, stall: float) -> None:
        from config.asgi import django

        self.now = 0.0
        limits = Limits(1_000, 10_000_000, "/uploads", Pace(stall=stall, rate=1_000, clock=lambda: self.now))
        application: Any = django
        self.application: Any = BodyLimit(application, limits)

    def browser(self, like: httpx.AsyncClient) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.application)
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=like.cookies, headers=like.headers)

    async def pieces(self, count: int, size: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            self.now += 1
            yield b"x" * size


async def test_whoever_stops_sending_loses_the_place_and_the_next_one_has_it(browser: httpx.AsyncClient) -> None:
    trickle = Trickle(stall=0.01)

    async def stopped() -> AsyncIterator[bytes]:
        yield b"x" * 5_000
        await asyncio.Event().wait()

    async with trickle.browser(browser) as slow:
        stalled = [slow.post("/uploads", content=stopped(), headers={"Content-Length": "9000"}) for _ in range(2)]
        answers = await asyncio.gather(*stalled)
        assert [(answer.status_code, answer.headers["Connection"]) for answer in answers] == [(408, "close")] * 2
        assert "too slowly" in answers[0].text
        assert (await slow.post("/uploads", files={"file": ("lamps.bin", LARGE)})).status_code == 415


async def test_a_byte_now_and_then_keeps_no_place(browser: httpx.AsyncClient) -> None:
    trickle = Trickle(stall=15)
    async with trickle.browser(browser) as slow:
        answer = await slow.post("/uploads", content=trickle.pieces(1_000, 1), headers={"Content-Length": "9000"})
        assert (answer.status_code, trickle.now) == (408, 16)


async def test_a_slow_body_that_keeps_coming_is_read_whole(browser: httpx.AsyncClient) -> None:
    trickle = Trickle(stall=15)
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    async with trickle.browser(browser) as slow:
        answer = await slow.post("/uploads", content=trickle.pieces(60, 1_000), headers={"Content-Length": "60000", **form})
    assert (answer.status_code, trickle.now) == (400, 60), "no form, but all of it came"


def test_the_process_holds_only_so_many_whoever_sends_them() -> None:
    bodies = LargeBodies(at_once=3, each=2)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(bodies.held(uuid4()))
        with pytest.raises(NoRoom), bodies.held(uuid4()):
            pass
    with bodies.held(uuid4()):
        pass
