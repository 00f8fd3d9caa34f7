"""Refuses a body that is too long before it is read: Django's handler would store all of it first, and then ask a view."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.db import DatabaseError
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.large_bodies import LargeBodies, NoRoom, sender
from frontend.ui.viewer import SIGNED_OUT

RETRY_SECONDS = "3"


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes. `large` is for the path `uploads` and whoever is signed in."""

    small: int
    large: int
    uploads: str


class Refused(Exception):
    status: ClassVar[int] = 413
    words: ClassVar[str] = "This is larger than what may be sent here."


class SignedOut(Refused):
    status, words = 401, SIGNED_OUT


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
            await self._pass(scope, receive, send, self._limits.small)
            return
        if announced is not None and announced > self._limits.large:
            raise Refused
        try:
            with self._bodies.held(await _signed_in(scope)):
                await self._pass(scope, receive, send, self._limits.large)
        except NoRoom:
            raise Busy from None

    async def _pass(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        if (_announced(scope) or 0) > limit:
            raise Refused
        counted = _Counted(receive, limit)
        await self._application(scope, counted, send)
        if counted.over:
            raise Refused


class _Counted:
    """Says that the client has left once more has come than may. Django reads the whole body before it answers anything, and
    answers nobody who has left: so the refusal never meets a response that has begun."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._left = receive, limit
        self.over = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        self.over = self.over or self._left < 0
        return {"type": "http.disconnect"} if self.over else message


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
