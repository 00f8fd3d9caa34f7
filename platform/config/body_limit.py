"""Refuses a body that is too long before it is read: Django's handler would store all of it first, and then ask a view."""

from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _TooLong(Exception):
    """More came than the request said, or than it may."""


class BodyLimit:
    """`limit_of` gives the limit in bytes for a path."""

    def __init__(self, application: ASGIApp, limit_of: Callable[[str], int]) -> None:
        self._application, self._limit_of = application, limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_of(scope["path"])
        if _announced(scope) > limit:
            await _refuse(scope, receive, send)
            return
        try:
            await self._application(scope, _counted(receive, limit), send)
        except _TooLong:
            await _refuse(scope, receive, send)


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in lengths if value.isdigit()), default=0)


def _counted(receive: Receive, limit: int) -> Receive:
    """Django reads the whole body before it answers anything, so a refusal never meets a response that has begun."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise _TooLong
        return message

    return counted


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    response = PlainTextResponse("This is larger than what may be sent here.", status_code=413, headers={"Connection": "close"})
    await response(scope, receive, send)
