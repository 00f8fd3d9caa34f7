"""An answer that stands on somebody's page while access to it is taken away."""

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from playwright.async_api import Browser, Page, expect

from access import principals
from audit.models import AuditEvent
from documents import grants
from documents.models import Document
from identity import actions as identity
from ingestion.grants import apply
from tests.browser import WIDE, Troubles, ask, launched, sign_in
from tests.factories.cast import Cast, make_cast
from tests.factories.looking import look
from tests.journeys.test_portal import PASSWORD, QUESTION, RULES

pytestmark = pytest.mark.browser
OTHER = "# Crane rules\n\nA crane driver rests for one hour after four hours.\n"


@pytest.fixture
def cast(committed: None) -> Cast:
    cast = make_cast()
    identity.set_password(user=cast.owner, password=PASSWORD)
    return cast


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


async def _added(page: Page, name: str, text: str) -> None:
    await page.locator("[data-file]").first.set_input_files({"name": name, "mimeType": "text/markdown", "buffer": text.encode()})
    await expect(page.locator(".upload", has_text=name)).to_contain_text("You can ask about it now", timeout=60_000)


@sync_to_async
def _denied(cast: Cast, title: str) -> None:
    document = look(cast.tenant, lambda: Document.objects.get(tenant=cast.tenant, title=title))
    apply(grants.deny, document=document, principals=[principals.user(cast.owner.id)], by="user:boss")


@sync_to_async
def _readings(cast: Cast) -> int:
    return AuditEvent.objects.filter(tenant=cast.tenant.id, action__endswith=".read").count()


async def test_a_revoked_grant_masks_the_open_answer_and_its_source_and_no_other(
    browser: Browser, cast: Cast, web: str, worker: None
) -> None:
    troubles = Troubles()
    page = await troubles.watch(await browser.new_context(viewport=WIDE))
    await sign_in(page, web, cast.owner.email, PASSWORD)
    await _added(page, "rules.md", RULES)
    await _added(page, "cranes.md", OTHER)
    await ask(page, "How long does a crane driver rest?")
    await ask(page, QUESTION)
    await expect(page.locator("[data-source-panel] mark").first).to_contain_text("nine in the evening")
    await page.locator("a.cite").last.focus()

    await _denied(cast, "Harbour rules")

    masked = page.locator("[data-turn][data-state=masked]")
    await expect(masked).to_contain_text("not yours to read any more")
    await expect(masked.locator("[data-question]")).to_be_focused()
    await expect(page.locator("[data-live-words]")).to_contain_text("masked")
    assert "nine in the evening" not in await page.content()
    assert await masked.locator("[data-question]").inner_text() == QUESTION
    await expect(page.locator("[data-turn]").first).to_contain_text("one hour after four hours")
    assert troubles == []


async def test_who_is_suspended_is_left_with_nothing_on_the_page(browser: Browser, cast: Cast, web: str, worker: None) -> None:
    page = await Troubles().watch(await browser.new_context(viewport=WIDE))
    await sign_in(page, web, cast.owner.email, PASSWORD)
    await _added(page, "rules.md", RULES)
    await ask(page, QUESTION)
    await expect(page.locator("[data-answer]")).to_contain_text("nine in the evening")

    await sync_to_async(identity.suspend)(user=cast.owner, tenant=cast.tenant)

    await expect(page.get_by_label("Password")).to_be_visible()
    assert "nine in the evening" not in await page.content()


async def test_looking_whether_anything_is_masked_is_no_reading(browser: Browser, cast: Cast, web: str, worker: None) -> None:
    page = await Troubles().watch(await browser.new_context(viewport=WIDE))
    await sign_in(page, web, cast.owner.email, PASSWORD)
    await _added(page, "rules.md", RULES)
    await ask(page, QUESTION)
    await expect(page.locator("[data-source-panel] mark").first).to_be_visible()
    before = await _readings(cast)
    async with page.expect_response("**/masked", timeout=30_000) as looked:
        pass
    assert (await (await looked.value).text()).strip() == ""
    assert await _readings(cast) == before
