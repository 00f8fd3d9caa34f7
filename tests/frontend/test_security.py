"""What every answer of the portal carries, and what it refuses."""

import re
import stat
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from documents.models import Grant
from frontend.portal import demo, throttle
from frontend.ui.security import POLICY
from identity import actions as identity
from identity.models import User
from tests.factories.cast import Cast
from tests.factories.looking import look
from tests.frontend.conftest import ADDRESS, Scene

Visit = Callable[[User | None], httpx.AsyncClient]
PASSWORD = "a lamp above the harbour"
INLINE = re.compile(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)


@pytest.fixture
def keeper(cast: Cast) -> User:
    identity.set_password(user=cast.owner, password=PASSWORD)
    return cast.owner


async def test_every_page_has_the_strict_policy_and_nothing_inline(scene: Scene, visit: Visit) -> None:
    async with await sync_to_async(visit)(scene.cast.owner) as browser:
        for path in ("/", f"/conversations/{scene.message.conversation_id}", f"/documents/{scene.document.id}", "/nowhere"):
            page = await browser.get(path)
            assert page.headers["content-security-policy"] == POLICY
            assert page.headers["cache-control"] == "no-store"
            assert not INLINE.search(page.text), path


async def test_an_original_comes_as_a_file_that_no_browser_runs(scene: Scene, visit: Visit) -> None:
    async with await sync_to_async(visit)(scene.cast.owner) as browser:
        file = await browser.get(f"/documents/{scene.document.id}/original")
    assert file.content.startswith(b"%PDF")
    assert file.headers["content-disposition"] == 'attachment; filename="rules.pdf"'
    assert file.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in file.headers["content-security-policy"]
    assert file.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/uploads", "/sign-in", "/sign-out", "/demo/person", "/tenant"])
async def test_nothing_is_done_without_the_token(path: str, keeper: User, visit: Visit) -> None:
    async with await sync_to_async(visit)(keeper) as browser:
        del browser.headers["X-CSRFToken"]
        assert (await browser.post(path, data={"question": "Who?"})).status_code == 403


async def test_a_file_over_the_limit_is_refused_before_its_body_is_read() -> None:
    from config.asgi import application

    sent: list[dict[str, object]] = []

    async def never() -> dict[str, object]:
        raise AssertionError("the body was read")

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/uploads", "query_string": b"", "headers": [(b"content-length", b"99999999999")]}
    await application(scope, never, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 413


async def test_a_body_that_lies_about_its_length_is_cut_off(keeper: User, visit: Visit) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 500_000

    async with await sync_to_async(visit)(keeper) as browser:
        assert (await browser.post("/", content=endless())).status_code == 413


async def test_a_question_of_a_hundred_thousand_characters_is_refused(keeper: User, visit: Visit) -> None:
    async with await sync_to_async(visit)(keeper) as browser:
        assert (await browser.post("/", data={"question": "x" * 100_000})).status_code == 413


def test_five_wrong_passwords_close_the_door_for_a_while(keeper: User) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    wrong = [client.post("/sign-in", {"email": keeper.email, "password": "no"}).status_code for _ in range(throttle.PER_ACCOUNT)]
    right = client.post("/sign-in", {"email": keeper.email, "password": PASSWORD})
    assert set(wrong) == {400}
    assert right.status_code == 429
    assert right["Retry-After"]


def test_asking_for_the_door_in_parallel_gains_no_attempt(keeper: User) -> None:
    def knock(_: int) -> int:
        try:
            return Client(REMOTE_ADDR="192.0.2.10").post("/sign-in", {"email": keeper.email, "password": "no"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(3 * throttle.PER_ACCOUNT) as crowd:
        codes = Counter(crowd.map(knock, range(3 * throttle.PER_ACCOUNT)))
    assert codes == {400: throttle.PER_ACCOUNT, 429: 2 * throttle.PER_ACCOUNT}


def test_who_signs_in_often_uses_up_no_attempts(keeper: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "PER_ADDRESS", 2)
    signed_in = {
        Client(REMOTE_ADDR="192.0.2.11").post("/sign-in", {"email": keeper.email, "password": PASSWORD}).status_code
        for _ in range(throttle.PER_ADDRESS + 1)
    }
    assert signed_in == {302}


def test_an_unknown_address_and_a_wrong_password_are_told_the_same(keeper: User) -> None:
    answers = [
        Client(REMOTE_ADDR="192.0.2.8").post("/sign-in", {"email": email, "password": "no"})
        for email in (keeper.email, "nobody@harbour.example")
    ]
    shown = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(keeper: User, wanted: str) -> None:
    answer = Client(REMOTE_ADDR="192.0.2.9").post("/sign-in", {"email": keeper.email, "password": PASSWORD, "next": wanted})
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_only_a_person_of_the_demo_becomes_another_and_only_one_of_the_demo(cast: Cast) -> None:
    demo.install(demo.Demo(persons=(demo.Person(cast.teammate.email, "Teammate", "Demo"),)))
    client = Client()
    client.force_login(cast.owner)
    assert client.post("/demo/person", {"email": cast.teammate.email}).status_code == 404
    client.force_login(cast.teammate)
    assert client.post("/demo/person", {"email": cast.owner.email}).status_code == 404
    assert client.post("/demo/person", {"email": cast.teammate.email}).status_code == 302


def test_only_who_runs_the_demo_reads_who_may_become_whom() -> None:
    demo.install(demo.Demo())
    assert stat.S_IMODE(settings.DEMO_FILE.stat().st_mode) == 0o600


async def test_the_state_of_an_upload_is_told_only_where_it_is_granted(scene: Scene, visit: Visit) -> None:
    async with await sync_to_async(visit)(scene.cast.owner) as browser:
        assert (await browser.get(f"/uploads/{scene.upload.id}")).status_code == 200
        grants = Grant.objects.filter(document=scene.upload)
        await sync_to_async(look)(scene.upload, lambda: grants.update(effect=Grant.Effect.DENY))
        assert (await browser.get(f"/uploads/{scene.upload.id}")).status_code == 404


def test_production_knows_no_demo(cast: Cast) -> None:
    demo.install(demo.Demo(persons=(demo.Person(cast.teammate.email, "Teammate", "Demo"),)))
    with override_settings(PRODUCTION=True):
        assert demo.installed() == demo.Demo()
        with pytest.raises(RuntimeError):
            demo.install(demo.Demo())


def test_a_suspended_person_is_shown_the_door_at_the_next_step(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.teammate)
    assert client.get("/").status_code == 200
    identity.suspend(user=cast.teammate, tenant=cast.tenant)
    assert client.get("/").status_code == 302
    assert client.get("/", headers={"HX-Request": "true"}).status_code == 401


async def test_what_is_missing_below_static_is_not_there(visit: Visit) -> None:
    async with await sync_to_async(visit)(None) as browser:
        assert (await browser.get(f"{ADDRESS}/static/../manage.py")).status_code == 404
        assert (await browser.get("/static/%2e%2e/%2e%2e/manage.py")).status_code == 404
        style = await browser.get("/static/ui/tokens.css")
    assert style.headers["cache-control"] == "public, no-cache"
    assert style.headers["content-encoding"] == "gzip"
