"""The page in headless Chromium, by mouse and by keyboard; SHOTS names a folder for pictures of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from searching import SYSTEM, Client
from shared.testing import chromium, fits, shot

pytestmark = pytest.mark.browser
NOTES = SYSTEM.parents[1] / "notes"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def key(tenants: tuple[Client, Client]) -> str:
    """The key of a tenant with documents."""
    me, _ = tenants
    for name in ("pt-evaluation.txt", "pt-treatment-note.txt", "ot-progress-report.txt"):
        assert me.upload(name, (NOTES / name).read_bytes()).status_code == 201
    return me.http.headers["authorization"].removeprefix("Bearer ")


def test_asked_by_keyboard_alone(browser: Any, key: str, tenants: tuple[Client, Client]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.goto(str(tenants[0].http.base_url))
    page.wait_for_selector("input[name=key]:focus")
    page.keyboard.type(key)
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.name") == "question"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type("stairs with a cane")
    page.keyboard.press("Enter")
    page.wait_for_selector("li blockquote")
    count = page.locator("li blockquote").count()
    assert count > 1 and f"{count} passages" in page.locator("[role=status]").inner_text()
    # Words of the question are marked in what was found, and each passage says where it stands.
    assert {word.lower() for word in page.locator("mark").all_inner_texts()} == {"stairs", "cane"}
    assert page.locator("cite").first.inner_text().endswith(".txt")
    assert all("characters" in one for one in page.locator(".place").all_inner_texts())
    shot(page, "search-found")
    # The next question goes on where this one was.
    page.wait_for_selector("input[name=question]:focus")
    page.fill("input[name=question]", "zebra")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=No passage has a word of the question")
    # Nothing of key or question stands in an address, which is kept in a history.
    assert page.url == str(tenants[0].http.base_url).rstrip("/") + "/"
    assert wrong == []
    page.fill("input[name=key]", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert "not in force" in page.locator("[role=alert]").inner_text()
    shot(page, "search-problem")
    page.close()


def test_narrow_dark_and_on_paper(browser: Any, key: str, tenants: tuple[Client, Client]) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="dark")
    page.goto(str(tenants[0].http.base_url))
    page.fill("input[name=key]", key)
    page.fill("input[name=question]", "balance and gait")
    page.click("button")
    page.wait_for_selector("li blockquote")
    assert fits(page)
    shot(page, "search-narrow")
    page.emulate_media(media="print", color_scheme="light")
    assert not page.locator("form").is_visible() and page.locator("li blockquote").first.is_visible()
    shot(page, "search-print")
    page.close()
