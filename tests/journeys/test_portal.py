"""A newcomer's first minutes in a real browser: sign in, add a file, ask, see where it was read, ask the same as somebody else."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from frontend.portal import demo
from identity import actions as identity
from tests.browser import NARROW, WIDE, Troubles, ask, launched, sign_in
from tests.factories.cast import Cast, make_cast
from tests.frontend.payloads import PAYLOADS

pytestmark = pytest.mark.browser
PASSWORD = "a lamp above the harbour"
RULES = """# Harbour rules

## Lamps

The north lamp is lit at nine in the evening, and the harbour master writes it down. Boats wait outside until then.

## Berths

| Boat | Berth | Fee |
| --- | --- | --- |
| Gull | 12 | 40 crowns |
| Tern | 14 | 55 crowns |
"""
QUESTION = "When is the north lamp lit?"
SENTENCE = "The north lamp is lit at nine in the evening, and the harbour master writes it down."
ASK_BY_SCRIPT = """(question) => {
  document.querySelector("#question").value = question;
  document.querySelector("[data-composer]").requestSubmit();
}"""
SHIFTS = """
window.shifted = [];
window.watching = new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.shifted.push([entry.value, entry.sources.map((source) => source.node?.className).join()]);
});
window.watching.observe({ type: "layout-shift", buffered: true });
"""
FORGET_SHIFTS = """() => new Promise((done) => {
  const forget = () => done(void (window.watching.takeRecords(), (window.shifted = [])));
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(forget)));
})"""
"""What moved until now, painted and told of; the browser tells late when it is busy."""


@pytest.fixture
def cast(committed: None) -> Cast:
    cast = make_cast()
    for person in (cast.owner, cast.teammate, cast.outsider):
        identity.set_password(user=person, password=PASSWORD)
    people = [(cast.owner, "Harbour"), (cast.teammate, "Harbour"), (cast.outsider, "Elsewhere")]
    demo.install(demo.Demo(persons=tuple(demo.Person(person.email, person.email, "Demo", company) for person, company in people)))
    return cast


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


async def _add(page: Page, name: str, text: str) -> None:
    await page.locator("[data-file]").first.set_input_files({"name": name, "mimeType": "text/markdown", "buffer": text.encode()})
    await expect(page.locator(".upload").first).to_contain_text("You can ask about it now", timeout=30_000)


async def test_a_dropped_file_answers_with_its_sentence_and_only_to_its_owner(browser: Browser, cast: Cast, web: str, worker: None) -> None:
    troubles = Troubles()
    page = await troubles.watch(await browser.new_context(viewport=WIDE))
    await sign_in(page, web, cast.owner.email, PASSWORD)
    await _add(page, "rules.md", RULES)

    await ask(page, QUESTION)
    await expect(page.locator("[data-answer]")).to_contain_text("nine in the evening")
    await expect(page.locator("[data-source-panel] mark").first).to_be_visible()
    assert SENTENCE.startswith(await page.locator("[data-source-panel] mark").first.inner_text())
    assert await page.locator("#source-title").inner_text() == "Harbour rules"
    await expect(page.locator(".source-facts")).to_contain_text("Only you")

    await page.locator("a.cite").first.focus()
    await page.keyboard.press("o")
    await expect(page.locator("#source-title")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("a.cite").first).to_be_focused()

    await page.locator(f'.demo-person[value="{cast.teammate.email}"]').click()
    await page.wait_for_selector("[data-state=abstained]")
    assert await page.locator("[data-question]").inner_text() == QUESTION
    assert "nine" not in await page.locator("[data-turns]").inner_text()
    assert troubles == []


async def test_on_a_telephone_the_source_is_a_sheet_and_closing_it_returns_the_focus(
    browser: Browser, cast: Cast, web: str, worker: None
) -> None:
    page = await Troubles().watch(await browser.new_context(viewport=NARROW, has_touch=True, color_scheme="dark"))
    await sign_in(page, web, cast.owner.email, PASSWORD)
    await _add(page, "rules.md", RULES)
    await ask(page, "What is the fee for Gull?")

    cite = page.locator("a.cite").first
    await cite.click()
    await expect(page.locator("#source-title")).to_be_focused()
    sheet = await page.locator("[data-source-panel]").bounding_box()
    assert sheet is not None
    assert round(sheet["height"] / NARROW["height"], 1) == 0.7
    await expect(page.locator("[data-source-panel] tr.marked")).to_contain_text("40 crowns")
    await page.keyboard.press("Escape")
    await expect(cite).to_be_focused()
    assert await page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


async def test_nothing_moves_while_an_answer_is_written(browser: Browser, cast: Cast, web: str, worker: None) -> None:
    context = await browser.new_context(viewport=WIDE)
    await context.add_init_script(SHIFTS)
    page = await Troubles().watch(context)
    await sign_in(page, web, cast.owner.email, PASSWORD)
    await _add(page, "rules.md", RULES)
    await ask(page, QUESTION)
    await page.wait_for_selector("[data-source-panel] mark")
    await page.evaluate(FORGET_SHIFTS)

    # By script, so that the browser does not excuse what moves as the consequence of a key.
    await page.evaluate(ASK_BY_SCRIPT, QUESTION)
    await page.wait_for_selector("[data-turn]:nth-child(2)[data-state]:not([data-state=searching])")
    await page.wait_for_selector("[data-source-panel]:not([aria-busy]) mark")

    assert await page.evaluate("window.shifted") == []


async def test_hostile_text_is_shown_and_never_executed(browser: Browser, cast: Cast, web: str, worker: None) -> None:
    troubles = Troubles()
    page = await troubles.watch(await browser.new_context(viewport=WIDE))
    await sign_in(page, web, cast.owner.email, PASSWORD)
    hostile = "\n\n".join(f"Zebra crossing {number}: {payload}" for number, payload in enumerate(PAYLOADS) if "\0" not in payload)
    await _add(page, "<img src=x onerror=pwned()>.md", f"# Zebra <script>pwned()</script>\n\n{hostile}\n")

    for payload in PAYLOADS[::6]:
        await ask(page, f"Which zebra crossing? {payload}")
    await ask(page, "Zebra crossing 3")
    for citation in await page.locator(".citation").all():
        await citation.click()
        await expect(page.locator("[data-source-panel]")).not_to_have_attribute("aria-busy", "true")
    await page.reload()
    await page.wait_for_selector("[data-turn]")

    assert troubles == []


async def test_every_key_does_what_the_list_says(browser: Browser, cast: Cast, web: str, worker: None) -> None:
    page = await Troubles().watch(await browser.new_context(viewport=WIDE))
    await sign_in(page, web, cast.owner.email, PASSWORD)
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.locator("#question")).to_be_focused()
    await page.keyboard.type("/ is typed, not obeyed")
    assert await page.locator("#question").input_value() == "/ is typed, not obeyed"
    await page.reload()
    await page.wait_for_selector("html[data-ready]")
    assert await page.locator("#question").input_value() == "/ is typed, not obeyed", "nothing typed is lost"
