"""Database work of an answer: in the request's own thread, and no connection held while a model speaks."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import connection

P = ParamSpec("P")
R = TypeVar("R")


async def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    return await sync_to_async(function)(*args, **kwargs)


async def release() -> None:
    """Gives the connection back in the thread that holds it: with 100 streams a server would run out of them."""
    await sync_to_async(_close)()


def _close() -> None:
    if not connection.in_atomic_block:
        connection.close()
