"""Refuses a body that is too long before it is read: Django's handler would store all of it first, and then ask a view."""

import asyncio
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from django.db import DatabaseError
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.large_bodies import LargeBodies, NoRoom, sender
from config.pace import Arrival, Pace
from frontend.ui.viewer import SIGNED_OUT

RETRY_SECONDS = "3"


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes. `large` is for the path `uploads` and whoever is signed in."""

    small: int
    large: int
    uploads: str
    pace: Pace = field(default_factory=Pace)
    """Of a large body: it holds a place while it comes."""


class Refused(Exception):
    status: ClassVar[int] = 413
    words: ClassVar[str] = "This is larger than what may be sent here."


class SignedOut(Refused):
    status, words = 401, SIGNED_OUT


class TooSlow(Refused):
    status, words = 408, "The file came too slowly, or stopped coming. Send it again over a better connection."


class Busy(Refused):
    status, words = 429, "Too many large files are being received at this moment. Send it again in a few seconds."


class Unavailable(Refused):
    status, words = 503, "Files cannot be received at the moment. Send it again in a minute."


class BodyLimit:
    def __init__(self, application: ASGIApp, limits: Limits) -> None:
        self._application, self._limits = application, limits
        self._bodies = LargeBodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._admit(scope, receive, send)
        except Refused as refusal:
            await _answer(refusal, scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        announced = _announced(scope)
        if scope["path"] != self._limits.uploads or (announced is not None and announced <= self._limits.small):
            await self._pass(scope, send, _Counted(receive, self._limits.small))
            return
        if announced is not None and announced > self._limits.large:
            raise Refused
        try:
            with self._bodies.held(await _signed_in(scope)):
                await self._pass(scope, send, _Paced(receive, self._limits.large, self._limits.pace))
        except NoRoom:
            raise Busy from None

    async def _pass(self, scope: Scope, send: Send, counted: "_Counted") -> None:
        if (_announced(scope) or 0) > counted.left:
            raise Refused
        await self._application(scope, counted, send)
        if counted.refusal:
            raise counted.refusal


class _Counted:
    """Says that the client has left once more has come than may, or too slowly. Django reads the whole body before it answers anything, and
    answers nobody who has left: so the refusal never meets a response that has begun."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self.left = receive, limit
        self.refusal: Refused | None = None

    async def __call__(self) -> Message:
        if self.refusal is None:
            try:
                return await self._admitted()
            except Refused as refusal:
                self.refusal = refusal
        return {"type": "http.disconnect"}

    async def _admitted(self) -> Message:
        message = await self._next()
        self.left -= len(message.get("body", b""))
        if self.left < 0:
            raise Refused
        return message

    async def _next(self) -> Message:
        return await self._receive()


class _Paced(_Counted):
    """Until the body is whole; what Django then waits for is only that the client leaves."""

    def __init__(self, receive: Receive, limit: int, pace: Pace) -> None:
        super().__init__(receive, limit)
        self._arrival, self._whole = Arrival(pace), False

    async def _next(self) -> Message:
        if self._whole:
            return await self._receive()
        if (patience := self._arrival.patience) <= 0:
            raise TooSlow
        try:
            async with asyncio.timeout(patience):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow from None
        self._arrival.came(len(message.get("body", b"")))
        self._whole = not message.get("more_body", False)
        return message


def _announced(scope: Scope) -> int | None:
    """None where a body comes in pieces whose sum nobody has said."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return None
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in lengths if value.isdigit()), default=0)


async def _signed_in(scope: Scope) -> UUID:
    try:
        person = await sender(scope)
    except DatabaseError:
        raise Unavailable from None
    if person is None:
        raise SignedOut
    return person


async def _answer(refusal: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {"Connection": "close", **({"Retry-After": RETRY_SECONDS} if refusal.status in (429, 503) else {})}
    await PlainTextResponse(refusal.words, status_code=refusal.status, headers=headers)(scope, receive, send)
