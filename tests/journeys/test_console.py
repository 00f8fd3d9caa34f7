"""An administrator takes somebody out of a group by keyboard alone: the list first, then the button, then the reason."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from identity import actions as identity
from identity.models import User
from tests.browser import NARROW, Troubles, launched, sign_in
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, ingested, write

pytestmark = pytest.mark.browser
PASSWORD = "a lamp above the harbour"


@pytest.fixture
def cast(committed: None, tmp_path: Path) -> Cast:
    cast = make_cast()
    ingested(folder_source(cast.tenant, write(tmp_path, HANDBOOK), "group:staff"))
    return cast


@pytest.fixture
def boss(cast: Cast) -> User:
    person, _ = identity.ensure_person(email=f"boss@{cast.tenant.slug}.example", tenant=cast.tenant, role="administrator", groups=["staff"])
    identity.set_password(user=person, password=PASSWORD)
    return person


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


async def test_somebody_leaves_a_group_and_why_says_so(browser: Browser, cast: Cast, boss: User, web: str) -> None:
    troubles = Troubles()
    page = await troubles.watch(await browser.new_context(viewport=NARROW, color_scheme="dark"))
    await sign_in(page, web, boss.email, PASSWORD)
    await page.get_by_role("button", name="Your questions").press("Enter")
    await page.get_by_role("link", name="Console").press("Enter")
    await page.get_by_role("navigation").get_by_role("link", name="What if?").press("Enter")

    await page.get_by_label("Join a group").press("ArrowRight")
    await expect(page.get_by_label("Leave a group")).to_be_checked()
    await page.get_by_label("Person").fill(cast.owner.email)
    await page.keyboard.press("Enter")
    await expect(page.locator("#answer")).to_contain_text("1 person would lose documents")
    await expect(page.locator("#answer h2")).to_be_focused()
    await page.get_by_role("button", name="Make this change").press("Enter")
    await expect(page.locator("#answer h2")).to_contain_text("Done")
    await expect(page.locator("#answer h2")).to_be_focused()

    await page.get_by_role("navigation").get_by_role("link", name="Why?").press("Enter")
    await page.get_by_label("Person").fill(cast.owner.email)
    await page.get_by_label("Document", exact=True).fill("leave.md")
    await page.keyboard.press("Enter")
    await expect(page.locator("#answer")).to_contain_text("No grant names this person")
    assert await page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert troubles == []

    await page.get_by_role("link", name="Back to asking").press("Enter")
    await page.wait_for_selector("html[data-ready] [data-composer]")
