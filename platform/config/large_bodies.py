"""Who may send a large body, and how many are held at once in this process: Django stores a whole body before it asks a view."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, parse_cookie
from starlette.datastructures import Headers
from starlette.types import Scope

from frontend.ui.viewer import reader_of
from identity.models import User

AT_ONCE, EACH = 4, 2
"""Bodies held for everybody together, and for one person."""


class NoRoom(Exception):
    """As many as may be are being received already."""


class LargeBodies:
    def __init__(self, at_once: int = AT_ONCE, each: int = EACH) -> None:
        self._at_once, self._each = at_once, each
        self._held: Counter[UUID] = Counter()

    @contextmanager
    def held(self, person: UUID) -> Iterator[None]:
        """Looks and takes in one step, with nothing awaited between. Raises NoRoom."""
        if self._held.total() >= self._at_once or self._held[person] >= self._each:
            raise NoRoom
        self._held[person] += 1
        try:
            yield
        finally:
            self._held[person] -= 1
            self._held += Counter()  # forgets who holds none


async def sender(scope: Scope) -> UUID | None:
    """The person whose session this request brings, as the views would find him: a cookie that somebody made up is nobody's."""
    key = parse_cookie(Headers(scope=scope).get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    return await sync_to_async(_person, thread_sensitive=False)(key) if key else None


def _person(key: str) -> UUID | None:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    try:
        user = get_user(request)
        request.user = user if isinstance(user, User) else AnonymousUser()
        reader = reader_of(request)
        return reader.user.id if reader else None
    finally:
        connection.close()  # this thread is no request's: nobody else would
