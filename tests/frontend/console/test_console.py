"""The console for an administrator: what it tells, what it leaves out, and what it does."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async

from access import principals
from access.resolve import NoAccess, viewer_for
from audit import queries as audit
from audit.actions import record
from documents import grants
from documents.queries import visible_to
from identity import actions as identity
from identity.models import User
from tenants.scope import within
from tests.frontend.conftest import Scene

Visit = Callable[[User | None], httpx.AsyncClient]


@pytest.fixture
def boss(scene: Scene) -> User:
    tenant = scene.cast.tenant
    return identity.ensure_person(email=f"boss@{tenant.slug}.example", name="Bo", tenant=tenant, role="administrator")[0]


async def post(visit: Visit, who: User, page: str, **form: str) -> httpx.Response:
    async with await sync_to_async(visit)(who) as browser:
        return await browser.post(f"/console/{page}", data=form, headers={"HX-Request": "true"})


def reads(person: User, scene: Scene) -> bool:
    try:
        viewer = viewer_for(user=person, tenant=scene.cast.tenant)
    except NoAccess:
        return False
    with within(scene.cast.tenant.id):
        return visible_to(viewer).filter(id=scene.document.id).exists()


def latest(scene: Scene) -> list[dict[str, Any]]:
    return audit.latest(scene.cast.tenant.id, 20)


def actions(scene: Scene) -> list[str]:
    return [event["action"] for event in latest(scene)]


async def test_why_names_the_way_and_no_title_that_the_administrator_may_not_read(scene: Scene, boss: User, visit: Visit) -> None:
    answer = await post(visit, boss, "why", person=scene.cast.owner.email, document=str(scene.document.id))
    assert "Member of Staff" in answer.text
    assert scene.document.title not in answer.text
    assert "access.explained" in await sync_to_async(actions)(scene)


async def test_the_list_comes_before_the_button_and_the_button_does_it(scene: Scene, boss: User, visit: Visit) -> None:
    teammate = scene.cast.teammate
    form = {"change": "join", "person": teammate.email, "group": "staff"}
    looked = await post(visit, boss, "what-if", **form)
    assert "would gain" in looked.text
    assert not await sync_to_async(reads)(teammate, scene)

    seal = looked.text.partition('name="seal" value="')[2][:64]
    made = await post(visit, boss, "what-if", **form, seal=seal, make="yes")
    assert "Done" in made.text
    assert await sync_to_async(reads)(teammate, scene)
    [event] = [event for event in await sync_to_async(latest)(scene) if event["action"] == "group.members_changed"]
    assert event["face"] == "console"


async def test_what_was_not_looked_at_is_not_made(scene: Scene, boss: User, visit: Visit) -> None:
    form = {"change": "suspend", "person": scene.cast.owner.email}
    answer = await post(visit, boss, "what-if", **form, seal="0" * 64, make="yes")
    assert "Something changed since you looked" in answer.text
    assert await sync_to_async(reads)(scene.cast.owner, scene)


async def test_an_auditor_looks_and_is_not_given_the_button(scene: Scene, visit: Visit) -> None:
    tenant = scene.cast.tenant
    auditor, _ = await sync_to_async(identity.ensure_person)(email=f"auditor@{tenant.slug}.example", tenant=tenant, role="auditor")
    form = {"change": "join", "person": scene.cast.teammate.email, "group": "staff"}
    looked = await post(visit, auditor, "what-if", **form)
    assert "Make this change" not in looked.text
    answer = await post(visit, auditor, f"oversharing/{scene.document.id}/narrow", to="me")
    assert answer.status_code == 404
    assert (await post(visit, auditor, "view-as", person=scene.cast.owner.email, query="lamps")).status_code == 404


async def test_narrowed_to_the_administrator_alone_and_opened_again(scene: Scene, boss: User, visit: Visit) -> None:
    everyone = principals.everyone(scene.cast.tenant.id)
    await sync_to_async(grants.share)(document=scene.document, principals=[everyone], by="user:x")
    answer = await post(visit, boss, f"oversharing/{scene.document.id}/narrow", to="me")
    assert "Only you may read it now" in answer.text
    assert not await sync_to_async(reads)(scene.cast.owner, scene)
    undo = answer.text.partition('name="undo" value="')[2].partition('"')[0]
    await post(visit, boss, f"oversharing/{scene.document.id}/widen", undo=undo)
    assert await sync_to_async(reads)(scene.cast.teammate, scene)


async def test_what_not_everyone_reads_is_neither_narrowed_to_oneself_nor_opened(scene: Scene, boss: User, visit: Visit) -> None:
    answer = await post(visit, boss, f"oversharing/{scene.document.id}/narrow", to="me")
    assert answer.status_code == 409
    assert not await sync_to_async(reads)(boss, scene)
    assert (await post(visit, boss, f"oversharing/{scene.document.id}/widen")).status_code == 404
    assert not await sync_to_async(reads)(scene.cast.teammate, scene)


@pytest.mark.parametrize(
    ("path", "form", "status", "words"),
    [
        ("why", {"person": "", "document": "x"}, 400, "Give the e-mail address of a person."),
        ("why", {"person": "a\0@b.example", "document": "x"}, 400, "This is no e-mail address"),
        ("why", {"person": "nobody@here.example", "document": "x"}, 404, "There is no 'nobody@here.example' in this tenant."),
        ("what-if", {"change": "open", "source": "../etc"}, 400, "There is no such source."),
        ("what-if", {"change": "join", "person": "{boss}", "group": "no-such"}, 404, "has no group 'no-such'"),
        ("what-if", {"change": "suspend", "person": "{boss}"}, 409, "You cannot suspend yourself"),
        ("view-as", {"person": "{boss}", "query": "x" * 1001}, 400, "Shorten it."),
        ("view-as", {"person": "{boss}", "query": " "}, 400, "Say what to look for."),
    ],
)
async def test_bad_input_gets_a_clear_sentence(boss: User, visit: Visit, path: str, form: dict[str, str], status: int, words: str) -> None:
    answer = await post(visit, boss, path, **{name: value.format(boss=boss.email) for name, value in form.items()})
    assert answer.status_code == status
    assert words in unescape(answer.text)


async def test_the_last_leak_test_is_drawn_with_what_failed_first(boss: User, visit: Visit) -> None:
    cells = {"member": {"allowed": 2, "found": 2, "denied": 3, "leaked": 1}}
    doors = [
        {"door": "door-that-holds", "verdict": "holds", "personas": {}},
        {"door": "door-that-leaks", "verdict": "LEAKS", "personas": cells},
    ]
    detail = {"holds": False, "leaks": 1, "knocks": 10, "uncovered": [], "doors": doors, "traces": []}
    await sync_to_async(record)(action="leaktest.ran", actor="leaktest", face="command", detail=detail)
    async with await sync_to_async(visit)(boss) as browser:
        answer = await browser.get("/console/leak-test")
    assert "1 leak" in answer.text
    assert answer.text.index("door-that-leaks") < answer.text.index("door-that-holds")


async def leak_test_page(visit: Visit, who: User) -> str:
    async with await sync_to_async(visit)(who) as browser:
        return unescape((await browser.get("/console/leak-test")).text)


async def test_a_leak_test_is_asked_for_once_and_the_page_waits_for_it(
    scene: Scene, boss: User, visit: Visit, asked_leak_tests: Callable[[], list[list[str]]]
) -> None:
    assert "Run the leak test" in await leak_test_page(visit, boss)
    for _ in range(2):
        assert (await post(visit, boss, "leak-test/start")).status_code == 302
    assert (await sync_to_async(actions)(scene)).count("leaktest.asked") == 1
    assert asked_leak_tests() == [[scene.cast.tenant.slug]]
    waiting = await leak_test_page(visit, boss)
    assert "Asked for at" in waiting
    assert "Run the leak test" not in waiting


@pytest.mark.parametrize(
    ("action", "detail", "words"),
    [
        ("leaktest.failed", {"message": "Another leak test is running."}, "did not run. Another leak test is running."),
        ("leaktest.ran", {"holds": True, "leaks": 0, "knocks": 9, "uncovered": [], "doors": [], "traces": []}, "Nobody found what was not"),
    ],
)
async def test_how_a_leak_test_ended_is_told_to_its_own_tenant_alone(
    scene: Scene, boss: User, visit: Visit, action: str, detail: dict[str, object], words: str
) -> None:
    cast = scene.cast
    await post(visit, boss, "leak-test/start")
    await post(visit, cast.outsider, "leak-test/start")
    await sync_to_async(record)(action=action, tenant=cast.tenant.id, actor="leaktest", detail=detail)
    ended = await leak_test_page(visit, boss)
    assert words in ended
    assert "Run the leak test" in ended
    elsewhere = await leak_test_page(visit, cast.outsider)
    assert words not in elsewhere
    assert "Asked for at" in elsewhere


async def test_a_leak_test_that_is_never_heard_of_again_can_be_asked_for_anew(
    scene: Scene, boss: User, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post(visit, boss, "leak-test/start")
    monkeypatch.setattr("frontend.console.leak_tests.LOST_AFTER", timedelta())
    assert "was not heard of again" in await leak_test_page(visit, boss)
    await post(visit, boss, "leak-test/start")
    assert (await sync_to_async(actions)(scene)).count("leaktest.asked") == 2


async def test_an_auditor_sees_the_result_and_does_not_start_it(scene: Scene, visit: Visit) -> None:
    tenant = scene.cast.tenant
    auditor, _ = await sync_to_async(identity.ensure_person)(email=f"auditor@{tenant.slug}.example", tenant=tenant, role="auditor")
    assert "An administrator starts it here" in await leak_test_page(visit, auditor)
    assert (await post(visit, auditor, "leak-test/start")).status_code == 404
