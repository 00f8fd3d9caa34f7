"""Every route of the portal as a door, taken from the URLconf: one that is new is knocked at without anybody thinking of it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from asgiref.sync import async_to_sync
from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import AsyncClient
from django.urls import NoReverseMatch, URLPattern, reverse

from access.doors import Canary, Door, Persona
from frontend.portal import urls
from frontend.ui.viewer import TENANT
from identity.models import User

SILENT = {
    "masked": "it shows answers that may not be shown, without their text",
    "feedback": "it answers with its own words",
    "uploads": "it answers with what was sent",
    "upload": "it shows the state of a file to who dropped it",
    "sign-in": "it knows no documents",
    "sign-out": "it knows no documents",
    "tenant": "it knows no documents",
    "demo-person": "it knows no documents",
}
"""Routes that show no document's text to anybody, and why. All others must show the canary to who may read it."""

PRIVATE = {"conversation"}
"""Routes that show what was asked to who asked it, and to nobody else."""

_LOCATION = re.compile(rb"'Location': '([^']+)'")


@contextmanager
def opening() -> Iterator[Sequence[Door]]:
    visitors = Visitors()
    try:
        yield [_door(pattern, visitors) for pattern in urls.urlpatterns]
    finally:
        visitors.leave()


def _door(pattern: URLPattern, visitors: "Visitors") -> Door:
    name = str(pattern.name)
    shows = name not in SILENT
    if name == "ask":
        return Door("portal:ask", partial(_ask, visitors), shows=shows)
    return Door(f"portal:{name}", partial(_visit, visitors, pattern), shows=shows, private=name in PRIVATE)


class Visitors:
    """One browser for each persona, signed in as a session signs in."""

    def __init__(self) -> None:
        self._browsers: dict[UUID, AsyncClient] = {}

    def browser(self, persona: Persona) -> AsyncClient:
        if persona.user not in self._browsers:
            browser = AsyncClient(raise_request_exception=False, headers={"host": _host()})
            browser.force_login(User.objects.get(id=persona.user))
            session = browser.session
            session[TENANT] = persona.slug
            session.save()
            self._browsers[persona.user] = browser
        return self._browsers[persona.user]

    def leave(self) -> None:
        for browser in self._browsers.values():
            browser.session.flush()


def _ask(visitors: Visitors, persona: Persona, canary: Canary) -> Iterable[bytes]:
    """The empty page, and the question: streamed or whole, and in the conversations of others."""
    browser, form = visitors.browser(persona), {"question": canary.question}
    yield from _said(browser, "get", "/")
    if canary.takes_turns(persona):
        yield from _said(browser, "post", "/", form, accept="text/event-stream")
    else:
        [answered, *_] = whole = _said(browser, "post", "/", form)
        yield from whole
        if found := _LOCATION.search(answered):
            yield from _said(browser, "get", found[1].decode())
    for conversation in canary.conversations:
        yield from _said(browser, "post", "/", {**form, "conversation": str(conversation)}, accept="text/event-stream")


def _visit(visitors: Visitors, pattern: URLPattern, persona: Persona, canary: Canary) -> Iterable[bytes]:
    browser = visitors.browser(persona)
    for path, names_something in _paths(pattern, canary):
        for fragment in (False, True):
            answered = _said(browser, "get", path, fragment=fragment)
            yield from (canary.secret.encode() if one.startswith(b"\x89PNG") and not canary.replaced else one for one in answered)
        if names_something:  # without an id it is for what the person sends, and signing out would end the visit
            yield from _said(browser, "post", path, {"helpful": "yes"})


def _paths(pattern: URLPattern, canary: Canary) -> Iterator[tuple[str, bool]]:
    """Its addresses for this canary, and whether an id stands in them. Raises NoReverseMatch for an argument that nobody knows."""
    wanted = pattern.pattern.converters
    for conversation, message in zip(canary.conversations or (uuid4(),), canary.messages or (uuid4(),), strict=True):
        known = {"document_id": canary.document, "conversation_id": conversation, "message_id": message, "number": 1}
        if strange := wanted.keys() - known.keys():
            raise NoReverseMatch(f"portal:{pattern.name} takes {', '.join(sorted(strange))}, which no canary has.")
        path = reverse(f"portal:{pattern.name}", kwargs={name: known[name] for name in wanted})
        yield path, bool(wanted)


def _said(
    browser: AsyncClient, method: str, path: str, form: dict[str, str] | None = None, *, accept: str = "*/*", fragment: bool = False
) -> list[bytes]:
    headers = {"accept": accept, **({"HX-Request": "true"} if fragment else {})}
    return async_to_sync(_requested)(browser, method, path, form, headers)


async def _requested(browser: AsyncClient, method: str, path: str, form: dict[str, str] | None, headers: dict[str, str]) -> list[bytes]:
    options: dict[str, Any] = {"headers": headers, "secure": True}
    answer: HttpResponseBase = await getattr(browser, method)(path, form or {}, **options)
    heads = f"{answer.status_code} {answer.headers}".encode()
    if not answer.streaming:
        return [heads, answer.content]  # type: ignore[attr-defined]
    return [heads, b"".join([piece async for piece in answer])]  # type: ignore[attr-defined]


def _host() -> str:
    return next((host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"), "localhost")
