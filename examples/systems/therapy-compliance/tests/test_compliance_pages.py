"""The pages in headless Chromium, by mouse and by keyboard; SHOTS names a folder for pictures of them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from complying import NOTES, Running

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium")
SHOTS = os.environ.get("SHOTS")


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def shot(page: "playwright.Page", name: str, *, full: bool = True) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=full)


def fits(page: "playwright.Page") -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_from_login_to_report_and_dashboard(browser: "playwright.Browser", compliance: Running) -> None:
    me = compliance.user()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    base = str(me.http.base_url).rstrip("/")
    page.goto(base)
    # By keyboard alone: the field has the focus.
    page.wait_for_selector("input[name=token]:focus")
    page.keyboard.type(me.token)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=No documents")
    for name in ("ot-progress-report.txt", "pt-treatment-note.txt", "radiology-report.txt", "pt-evaluation.txt"):
        page.goto(base)
        page.set_input_files("input[type=file]", NOTES / name)
        page.click("text=Analyze")
        page.wait_for_selector("#findings")
    shot(page, "report")

    # Evidence leads to where it stands in the text, in view.
    link = page.locator(".evidence a").first
    said = link.inner_text()
    link.click()
    target = page.locator(".text :target")
    assert target.inner_text() in said or said.rstrip(".") in target.inner_text()
    playwright.expect(target).to_be_in_viewport()
    shot(page, "evidence", full=False)

    # The filter, by arrow keys.
    every = page.locator(".finding:visible").count()
    page.focus("#show-all")
    page.keyboard.press("ArrowRight")
    high = page.locator(".finding:visible")
    assert 0 < high.count() < every and high.count() == page.locator(".finding.high").count()
    page.locator(".finding:visible >> text=Dispute").first.click()
    page.wait_for_selector("text=disputed")

    page.goto(base)
    rows = page.locator("tbody tr")
    assert rows.count() == 4
    page.select_option("select[name=discipline] >> nth=1", "ot")
    page.click("button:text-is('Filter')")
    assert rows.count() == 1 and "ot-progress-report" in rows.first.inner_text()
    page.goto(base)
    page.click("th >> text=Score")
    page.click("th >> text=Score")
    scores = [cell for cell in page.locator("td[data-title=Score]").all_inner_texts() if cell != "none"]
    assert scores == sorted(scores, key=lambda cell: int(cell.rstrip("%"))) and len(scores) == 3
    shot(page, "history")
    page.goto(base + "/dashboard")
    assert page.locator("svg").count() == 5
    shot(page, "dashboard")

    # Where it is refused, it says why.
    page.goto(base)
    page.set_input_files("input[type=file]", {"name": "visit.pdf", "mimeType": "application/pdf", "buffer": b"text"})
    page.click("text=Analyze")
    assert "%PDF-" in page.locator("[role=alert]").inner_text()
    assert [one for one in wrong if "422" not in one] == []
    page.close()


def test_narrow_dark_and_on_paper(browser: "playwright.Browser", compliance: Running) -> None:
    me = compliance.user()
    report = me.report("evaluation.txt", (NOTES / "pt-evaluation.txt").read_bytes())
    page = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="dark")
    base = str(me.http.base_url).rstrip("/")
    page.goto(base)
    page.fill("input[name=token]", me.token)
    page.click("button")
    page.wait_for_selector("tbody")
    for name, path in (("history", "/"), ("report", f"/reports/{report['id']}"), ("dashboard", "/dashboard"), ("rubrics", "/rubric-versions")):
        page.goto(base + path)
        assert fits(page), name
        shot(page, f"narrow-{name}")
    page.set_viewport_size({"width": 800, "height": 1000})
    page.emulate_media(media="print", color_scheme="light")
    page.goto(f"{base}/reports/{report['id']}")
    assert not page.locator("nav").is_visible() and not page.locator("text=Dispute").first.is_visible()
    assert page.locator(".finding").first.is_visible() and page.locator(".text").is_visible()
    shot(page, "print")
    page.close()
