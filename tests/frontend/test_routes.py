"""Every route that answers, Django's and what config.asgi mounts, for everyone who may knock. A route that is not here fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.urls import URLPattern, URLResolver, get_resolver

from identity import actions as identity
from identity.models import User
from index import schema
from tests.frontend.conftest import Scene

PEOPLE = ("owner", "teammate", "outsider", "suspended", "nobody", "administrator")
"""The outsider administers another tenant, the administrator this one; he reads no more than the teammate."""
IN, OUT = 302, 302
"""A redirect to where one wanted to go, and one to the sign-in."""


@dataclass(frozen=True)
class Door:
    """`answers` in the order of PEOPLE."""

    method: str
    path: str
    answers: tuple[int, int, int, int, int, int]
    form: dict[str, str] = field(default_factory=dict)
    fragment: bool = False


DOORS = {
    "portal:ask": [
        Door("GET", "/", (200, 200, 200, OUT, OUT, 200)),
        Door("POST", "/", (400, 400, 400, 401, 401, 400), {"question": " "}),
        Door("POST", "/", (404, 404, 404, 401, 401, 404), {"question": "Whose?", "conversation": "00000000-0000-0000-0000-000000000000"}),
    ],
    "portal:conversation": [Door("GET", "/conversations/{conversation}", (200, 404, 404, OUT, OUT, 404))],
    "portal:masked": [
        Door("GET", "/conversations/{conversation}/masked", (200, 404, 404, OUT, OUT, 404)),
        Door("GET", "/conversations/{conversation}/masked", (200, 404, 404, 401, 401, 404), fragment=True),
    ],
    "portal:feedback": [Door("POST", "/messages/{message}/feedback", (200, 404, 404, 401, 401, 404), {"helpful": "yes"}, fragment=True)],
    "portal:source": [
        Door("GET", "/documents/{document}?start=0&end=5&generation=1", (200, 404, 404, OUT, OUT, 404)),
        Door("GET", "/documents/{document}?start=0&end=5", (200, 404, 404, 401, 401, 404), fragment=True),
    ],
    "portal:original": [Door("GET", "/documents/{document}/original", (200, 404, 404, OUT, OUT, 404))],
    "portal:picture": [Door("GET", "/documents/{document}/pages/1.png?start=0&end=5", (200, 404, 404, OUT, OUT, 404))],
    "portal:uploads": [Door("POST", "/uploads", (400, 400, 400, 401, 401, 400))],
    "portal:upload": [Door("GET", "/uploads/{upload}", (200, 404, 404, OUT, OUT, 404))],
    "portal:sign-in": [Door("GET", "/sign-in", (200, 200, 200, 200, 200, 200))],
    "portal:sign-out": [Door("POST", "/sign-out", (302, 302, 302, 302, 302, 302))],
    "portal:tenant": [Door("POST", "/tenant", (IN, IN, 404, 401, 401, IN), {"tenant": "{tenant}"})],
    "portal:demo-person": [Door("POST", "/demo/person", (404, 404, 404, 401, 401, 404), {"email": "{owner}"})],
    "console:home": [Door("GET", "/console/", (404, 404, 200, OUT, OUT, 200))],
    "console:why": [
        Door("GET", "/console/why", (404, 404, 200, OUT, OUT, 200)),
        Door("POST", "/console/why", (404, 404, 404, 401, 401, 200), {"person": "{owner}", "document": "{document}"}),
        Door("POST", "/console/why", (404, 404, 400, 401, 401, 400), {"person": "nobody", "document": ""}, fragment=True),
    ],
    "console:what-if": [
        Door("GET", "/console/what-if", (404, 404, 200, OUT, OUT, 200)),
        Door("POST", "/console/what-if", (404, 404, 404, 401, 401, 200), {"change": "suspend", "person": "{owner}"}),
        Door("POST", "/console/what-if", (404, 404, 400, 401, 401, 400), {"change": "marry", "person": "{owner}"}, fragment=True),
    ],
    "console:view-as": [
        Door("GET", "/console/view-as", (404, 404, 200, OUT, OUT, 200)),
        Door("POST", "/console/view-as", (404, 404, 404, 401, 401, 200), {"person": "{owner}", "query": "When are lamps lit?"}),
    ],
    "console:oversharing": [
        Door("GET", "/console/oversharing", (404, 404, 200, OUT, OUT, 200)),
        Door("POST", "/console/oversharing", (404, 404, 200, 401, 401, 200)),
    ],
    "console:narrow": [Door("POST", "/console/oversharing/{document}/narrow", (404, 404, 404, 401, 401, 302), {"to": "me"})],
    "console:widen": [Door("POST", "/console/oversharing/{document}/widen", (404, 404, 404, 401, 401, 404))],
    "console:leak-test": [Door("GET", "/console/leak-test", (404, 404, 200, OUT, OUT, 200))],
    "console:start-leak-test": [Door("POST", "/console/leak-test/start", (404, 404, 302, 401, 401, 302))],
    "live": [Door("GET", "/health/live", (200, 200, 200, 200, 200, 200))],
    "ready": [Door("GET", "/health/ready", (503, 503, 503, 503, 503, 503))],
    "/static": [Door("GET", "/static/ui/tokens.css", (200, 200, 200, 200, 200, 200))],
}


def test_every_route_is_in_the_matrix() -> None:
    from config.asgi import MOUNTED

    assert {*_names(get_resolver()), *MOUNTED} == set(DOORS)


@pytest.mark.parametrize("door", [pytest.param(door, id=f"{door.method}-{name}") for name, doors in DOORS.items() for door in doors])
async def test_each_person_gets_through_the_doors_that_are_open_to_him_and_no_other(
    door: Door, people: dict[str, User | None], places: dict[str, Any], visit: Callable[[User | None], httpx.AsyncClient]
) -> None:
    answers = []
    for name in PEOPLE:
        async with await sync_to_async(visit)(people[name]) as browser:
            headers = {"HX-Request": "true"} if door.fragment else {}
            form = {key: value.format(**places) for key, value in door.form.items()} if door.method == "POST" else None
            answer = await browser.request(door.method, door.path.format(**places), headers=headers, data=form)
            answers.append(answer.status_code)

    assert dict(zip(PEOPLE, answers, strict=True)) == dict(zip(PEOPLE, door.answers, strict=True))


@pytest.fixture
def people(scene: Scene) -> dict[str, User | None]:
    cast = scene.cast
    suspended, _ = identity.ensure_person(email=f"gone@{cast.tenant.slug}.example", tenant=cast.tenant, groups=["staff"])
    identity.suspend(user=suspended, tenant=cast.tenant)
    administrator, _ = identity.ensure_person(email=f"boss@{cast.tenant.slug}.example", tenant=cast.tenant, role="administrator")
    known = {"owner": cast.owner, "teammate": cast.teammate, "outsider": cast.outsider, "suspended": suspended}
    return {**known, "nobody": None, "administrator": administrator}


@pytest.fixture
def places(scene: Scene) -> dict[str, Any]:
    schema.ensure()  # a search finds nothing yet, and has where to look
    return {
        "conversation": scene.message.conversation_id,
        "message": scene.message.id,
        "document": scene.document.id,
        "upload": scene.upload.id,
        "tenant": scene.cast.tenant.slug,
        "owner": scene.cast.owner.email,
    }


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _names(entry, f"{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
