"""A real Chromium for a test, asynchronous: the synchronous one keeps a loop running, and Django refuses its database then."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright, expect

from tests import chromium

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 740}
expect.set_options(timeout=30_000)  # in ms: a busy machine is no fault of the page


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    path = chromium.path()
    if path is None and os.environ.get("CI"):
        pytest.fail("Chromium is missing, and in CI that is a failure.")
    if path is None:
        pytest.skip("NO CHROMIUM: this page was not looked at. Install it, or name it with CHROMIUM=/path/to/chromium.")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


class Troubles(list[str]):
    """What a page complained of: errors of scripts, of the content security policy, and refused requests."""

    async def watch(self, context: BrowserContext) -> Page:
        await context.expose_function("pwned", lambda *_: self.append("a payload was executed"))
        page = await context.new_page()
        page.on("pageerror", lambda error: self.append(f"script: {error}"))
        page.on("console", lambda message: self.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: self.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: None if "//127.0.0.1:" in request.url else self.append(f"left the house: {request.url}"))
        return page


async def sign_in(page: Page, address: str, email: str, password: str) -> None:
    await page.goto(f"{address}/sign-in")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_selector("html[data-ready] [data-composer]")


async def ask(page: Page, question: str) -> None:
    """Returns when the answer is complete, whatever became of it."""
    before = await page.locator("[data-turn]").count()
    await page.locator("#question").fill(question)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(f"[data-turn]:nth-child({before + 1})[data-state]:not([data-state=searching])")
