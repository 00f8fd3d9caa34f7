"""Every page of the console as a door. None shows a text; a title is shown to whoever may read the document, and View as is looked at
as oneself: what it shows of others is what it is for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from django.conf import settings
from django.test import Client
from django.urls import reverse

from access.doors import Canary, Door, Persona
from frontend.console import urls
from frontend.console.views.oversharing import ONLY_ME
from frontend.ui.viewer import TENANT
from identity.models import User

SHOWING = {"why", "view-as"}
"""Pages that show the title of any canary that the administrator may read. The others show nothing of it, or only by chance."""
ADMINISTRATORS = frozenset({"administrator"})
CHANGES = {"narrow", "widen"}
"""They change who may read a document, and show a row of the list: knocked at by who must not get in, and left alone by who may."""
START = "start-leak-test"
"""It would ask for another one of these."""


@contextmanager
def opening() -> Iterator[Sequence[Door]]:
    visitors = _Visitors()
    try:
        yield [_door(str(pattern.name), visitors) for pattern in urls.urlpatterns]
    finally:
        visitors.leave()


def _door(name: str, visitors: "_Visitors") -> Door:
    return Door(f"console:{name}", partial(_visit, visitors, name), shows=name in SHOWING, kinds=ADMINISTRATORS)


class _Visitors:
    """One browser for each persona, signed in as a session signs in."""

    def __init__(self) -> None:
        self._browsers: dict[UUID, Client] = {}
        self._heard: dict[tuple[UUID, str, str, tuple[str, ...]], bytes] = {}

    def browser(self, persona: Persona) -> Client:
        if persona.user not in self._browsers:
            browser = Client(raise_request_exception=False, headers={"host": _host()})
            browser.force_login(User.objects.get(id=persona.user))
            session = browser.session
            session[TENANT] = persona.slug
            session.save()
            self._browsers[persona.user] = browser
        return self._browsers[persona.user]

    def said(self, persona: Persona, method: str, path: str, form: dict[str, str]) -> bytes:
        """Asked once: most pages answer the same whatever canary is looked for, and reading all that everyone can read takes its time."""
        asked = (persona.user, method, path, tuple(form.values()))
        if asked not in self._heard:
            answer = getattr(self.browser(persona), method)(path, form, headers={"HX-Request": "true"}, secure=True)
            self._heard[asked] = f"{answer.status_code} {answer.headers}".encode() + bytes(answer.content)
        return self._heard[asked]

    def leave(self) -> None:
        for browser in self._browsers.values():
            browser.session.flush()


def _visit(visitors: _Visitors, name: str, persona: Persona, canary: Canary) -> Iterator[bytes]:
    if name in CHANGES:
        may_change = persona.kind in ADMINISTRATORS and persona.tenant == canary.tenant
        if not may_change:
            yield visitors.said(persona, "post", reverse(f"console:{name}", args=[canary.document]), {"to": ONLY_ME})
        return
    path = reverse(f"console:{name}")
    if name == START:
        if persona.kind not in ADMINISTRATORS:
            yield visitors.said(persona, "post", path, {})
        return
    yield visitors.said(persona, "get", path, {"document": str(canary.document)} if name == "why" else {})
    for form in _forms(name, persona, canary):
        yield visitors.said(persona, "post", path, form)


def _forms(name: str, persona: Persona, canary: Canary) -> list[dict[str, str]]:
    """All that the page can be asked about this canary. What is sent comes back in its field, so nothing of it holds the canary."""
    forms: dict[str, list[dict[str, str]]] = {
        "why": [{"person": persona.email, "document": str(canary.document)}, {"person": persona.email, "document": canary.uri}],
        "what-if": [{"change": "restore", "person": persona.email}, {"change": "join", "person": persona.email, "group": "staff"}],
        "view-as": [{"person": persona.email, "query": canary.question}],
        "oversharing": [{}],
    }
    return forms.get(name, [])


def _host() -> str:
    return next((host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"), "localhost")
