"""The pages in headless Chromium, by mouse and by keyboard; SHOTS names a folder for pictures of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from complying import NOTES, Running
from shared.testing import chromium, fits, shot

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser
# Notes when each step comes, for a page that goes on by itself is gone before a test can look.
SEEN = """
new MutationObserver(changes => {
  const seen = JSON.parse(sessionStorage.seen || "[]");
  for (const change of changes) for (const node of change.addedNodes)
    if (node.matches?.(".steps li")) seen.push({text: node.textContent, at: performance.now()});
  sessionStorage.seen = JSON.stringify(seen);
}).observe(document, {childList: true, subtree: true});
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def test_from_login_to_report_and_dashboard(browser: Any, compliance: Running) -> None:
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
    scores = [cell.strip() for cell in page.locator("td[data-title=Score]").all_inner_texts() if cell != "none"]
    assert scores == sorted(scores, key=lambda cell: int(cell.rstrip("%"))) and len(scores) == 3
    shot(page, "history")
    page.goto(base + "/dashboard")
    assert page.locator("svg").count() == 5
    shot(page, "dashboard")

    # A long document: what is done is shown while the rest is going on, then the report comes by itself.
    page.goto(base)
    page.add_init_script(SEEN)
    long = (NOTES / "pt-treatment-note.txt").read_text() + "\nGait training with cues on stairs and ramps, 15 minutes." * 3_000
    page.set_input_files("input[type=file]", {"name": "visit.txt", "mimeType": "text/plain", "buffer": long.encode()})
    page.click("text=Analyze", no_wait_after=True)
    page.wait_for_selector("#findings", timeout=120_000)
    assert "visit.txt" in page.locator("h1").inner_text()
    seen = page.evaluate("JSON.parse(sessionStorage.seen)")
    steps = ["Read", "Scoring", "Treatment note", "Storing", "Stored without identifiers; the original is kept nowhere"]
    assert [one["text"].split(":")[0].split(",")[0] for one in seen] == steps
    # The first two were there long before the third.
    assert seen[1]["at"] - seen[0]["at"] < seen[2]["at"] - seen[1]["at"]
    # Without that it leads there too.
    page.goto(base)
    page.route("**/reports/*", lambda route: route.fulfill(status=204))
    page.set_input_files("input[type=file]", NOTES / "pt-treatment-note.txt")
    page.click("text=Analyze")
    page.wait_for_selector("text=Open the report")
    # What was going on is no longer shown.
    playwright.expect(page.locator(".steps li:visible")).to_have_count(3)
    shot(page, "progress", full=False)
    page.unroute("**/reports/*")
    page.click("text=Open the report")
    page.wait_for_selector("#findings")

    # Where it is refused, it says why.
    page.goto(base)
    page.set_input_files("input[type=file]", {"name": "visit.pdf", "mimeType": "application/pdf", "buffer": b"text"})
    page.click("text=Analyze")
    assert "%PDF-" in page.locator("[role=alert]").inner_text()
    assert [one for one in wrong if "422" not in one] == []
    page.close()


def test_a_rubric_from_its_file_into_force_and_back(browser: Any, compliance: Running, tmp_path: Path) -> None:
    me = compliance.admin
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(str(me.http.base_url))
    page.fill("input[name=token]", me.token)
    page.click("button")
    page.click("nav >> text=Rubrics")
    rubric = (NOTES.parents[1] / "core" / "rubrics" / "soap-completeness.yaml").read_text()
    for name, yaml in (("wrong.yaml", rubric.replace("severity: low", "severity: lwo", 1)), ("soap.yaml", rubric)):
        path = tmp_path / name
        path.write_text(yaml)
        page.set_input_files("input[type=file]", path)
        page.click("button:text-is('Add')")
        if name == "wrong.yaml":
            assert "lwo" in page.locator("[role=alert]").inner_text()
    page.click("button:text-is('Activate')")
    assert "test it first" in page.locator("[role=alert]").inner_text()
    shot(page, "rubrics")
    page.click("button:text-is('Test')")
    page.click("button:text-is('Activate')")
    row = page.locator("tbody tr", has_text="soap-completeness")
    assert "in force" in row.inner_text() and "passed" in row.inner_text()
    page.click("text=Roll back")
    assert "in force" in page.locator("tbody tr").first.inner_text()
    assert page.locator("text=Roll back").count() == 0
    page.set_viewport_size({"width": 360, "height": 740})
    assert fits(page)
    shot(page, "narrow-rubrics-admin")
    page.close()


def test_narrow_dark_and_on_paper(browser: Any, compliance: Running) -> None:
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
    # On paper nothing can be unfolded.
    assert page.locator("details li").first.is_visible()
    shot(page, "print")
    page.close()


def test_by_keyboard_alone_from_a_document_to_its_evidence_and_a_review(browser: Any, compliance: Running) -> None:
    me = compliance.user()
    report = me.report("keys.txt", (NOTES / "pt-evaluation.txt").read_bytes())
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(str(me.http.base_url))
    page.wait_for_selector("input[name=token]:focus")
    page.keyboard.type(me.token)
    page.keyboard.press("Enter")
    page.wait_for_selector("tbody")

    def to(selector: str) -> None:
        """Tab until it has the focus, which shows."""
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                # A radio button is shown by its label.
                shown = "document.activeElement.type === 'radio' ? document.activeElement.labels[0] : document.activeElement"
                assert page.evaluate(f"getComputedStyle({shown}).outlineStyle") == "solid", selector
                return
        raise AssertionError(f"{selector} is not reached by Tab")

    # The first stop leads past the navigation.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    to("th a")
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=name**")
    to("td a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#findings")
    assert report["id"] in page.url
    to("#show-all")
    page.keyboard.press("ArrowRight")
    assert page.locator(".finding:visible").count() == page.locator(".finding.high").count()
    to(".finding.high .evidence a")
    page.keyboard.press("Enter")
    playwright.expect(page.locator(".text :target")).to_be_in_viewport()
    # Back to the findings, where the focus was before the jump.
    page.focus(".finding.high button[value=confirm]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=confirmed")
    page.close()
