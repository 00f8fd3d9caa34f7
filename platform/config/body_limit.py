"""Refuses a body that is too long before it is read: Django's handler would store all of it first, and then ask a view."""

from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """`limit_of` gives the limit in bytes for a request."""

    def __init__(self, application: ASGIApp, limit_of: Callable[[Scope], int]) -> None:
        self._application, self._limit_of = application, limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_of(scope)
        if _announced(scope) > limit:
            await _refuse(scope, receive, send)
            return
        counted = _Counted(receive, limit)
        await self._application(scope, counted, send)
        if counted.over:
            await _refuse(scope, receive, send)


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


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in lengths if value.isdigit()), default=0)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    response = PlainTextResponse("This is larger than what may be sent here.", status_code=413, headers={"Connection": "close"})
    await response(scope, receive, send)
