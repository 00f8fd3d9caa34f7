"""Four answers at once for one person, however many are asked for in one moment, and in whichever way."""

import asyncio
from collections import Counter
from collections.abc import Callable

import httpx
from asgiref.sync import sync_to_async
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontend.portal import slots
from identity.models import User
from tests.factories.cast import Cast
from tests.frontend.conftest import ADDRESS

ASKED = {"question": "When are lamps lit?"}
STREAM = {"Accept": "text/event-stream"}


class Door:
    """Lets no answer's beginning through before so many have come to it."""

    def __init__(self, application: ASGIApp, expected: int) -> None:
        self._application, self._expected, self._open = application, expected, asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def held(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._expected -= 1
                if self._expected == 0:
                    self._open.set()
                await self._open.wait()
            await send(message)

        await self._application(scope, receive, held)


def through(door: Door, browser: httpx.AsyncClient) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(door), base_url=ADDRESS, cookies=browser.cookies, headers=browser.headers, timeout=60
    )


async def test_of_sixteen_questions_at_once_four_are_answered_and_then_there_is_room_again(
    cast: Cast, visit: Callable[[User | None], httpx.AsyncClient]
) -> None:
    from config.asgi import application

    async with await sync_to_async(visit)(cast.owner) as browser, through(Door(application, 16), browser) as crowd:
        answers = await asyncio.gather(*(crowd.post("/", data=ASKED, headers=STREAM) for _ in range(16)))
        assert Counter(answer.status_code for answer in answers) == {200: slots.AT_ONCE, 429: 16 - slots.AT_ONCE}
        assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 429)
        assert (await browser.post("/", data=ASKED)).status_code != 429


async def test_an_answer_for_a_browser_without_scripts_counts_as_well(
    cast: Cast, visit: Callable[[User | None], httpx.AsyncClient]
) -> None:
    from config.asgi import application

    async with await sync_to_async(visit)(cast.owner) as browser, through(Door(application, 5), browser) as crowd:
        streams = [asyncio.create_task(crowd.post("/", data=ASKED, headers=STREAM)) for _ in range(slots.AT_ONCE)]
        whole = asyncio.create_task(crowd.post("/", data=ASKED))
        refused = [answer.status_code == 429 for answer in await asyncio.gather(*streams, whole)]
        assert sum(refused) == 1
