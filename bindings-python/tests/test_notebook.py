"""What a notebook shows: nothing of the original unless it is asked for, and nothing a note can break out of."""

import chartguard
import pandas as pd
import polars as pl
import pytest
from conftest import PLAIN

NOTE = "<b>Dr. Adeyemi</b> & SSN 219-09-9999 on 03/14/2024"


def test_scrubbed_notes_show_no_original():
    scrubbed = PLAIN.scrub(NOTE)
    page = scrubbed._repr_html_()
    assert page == scrubbed.to_html() and page.count("<mark") == 3
    assert "[NAME]</mark>&lt;/b&gt; &amp;" in page and 'title="ssn, ' in page
    assert "Adeyemi" not in page and "219-09" not in page
    for (start, end), finding in zip(scrubbed.places, scrubbed.findings, strict=True):
        assert scrubbed.text[start:end] == f"[{finding.category.upper()}]"
    shown = scrubbed.to_html(NOTE, show_phi=True)
    assert "Adeyemi</mark>" in shown and "219-09-9999</mark>" in shown and "<b>Dr." not in shown
    for wrong in ((NOTE, False), (None, True)):
        with pytest.raises(chartguard.ConfigError):
            scrubbed.to_html(wrong[0], show_phi=wrong[1])


def test_report_cards(scorer):
    note = "PT treatment note 03/14/2024 Jane Roe. Gait training. Total treatment time: 15 minutes."
    outcome = chartguard.Analyzer(PLAIN, scorer).analyze(note)
    card = outcome.report._repr_html_()
    assert f"{100 * outcome.report.score:.0f} %" in card and card.count("<tr>") == len(outcome.report.criteria) + 1
    both = outcome._repr_html_()
    for page in (card, both):
        assert not any(word in page for word in ("Jane", "Roe", "03/14", "http"))


def test_summaries(scorer):
    notes = [NOTE, None, "no change", "PT treatment note. Gait training. Total treatment time: 15 minutes."]
    found = chartguard.summary(PLAIN.find_column(pl.Series(notes)))
    assert found.to_dict() == chartguard.summary(PLAIN.find_column(notes)).to_dict()
    assert found.notes == 3 and found.notes_with_findings == 1 and found.categories == {"date": 1, "name": 1, "ssn": 1}
    scores = chartguard.summary(scorer.score_column(notes))
    assert sum(scores.scores) + scores.not_scored == 3
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    both = chartguard.summary(analyzer.analyze_table(pl.DataFrame({"note": notes}), text="note"))
    assert both.categories == found.categories and both.scores == scores.scores
    outcomes = chartguard.summary(analyzer.analyze_batch([note for note in notes if note]))
    assert outcomes.to_dict() == both.to_dict()
    page = both._repr_html_()
    assert "<svg" in page and "date" in page and "http" not in page and "Adeyemi" not in page
    assert repr(both) == "<chartguard.Summary 3 notes, 3 findings>"
    with pytest.raises(chartguard.ConfigError, match="analyze_table"):
        chartguard.summary({"note": ["a"]})


@pytest.mark.parametrize("results", ["Seen 03/14/2024", b"x", 7, None, ["Seen 03/14/2024"], [["Seen 03/14/2024"]], [7], [{"a": 1}], pd.Series(["Seen 03/14/2024"])])
def test_a_summary_of_what_is_no_result(results):
    with pytest.raises(chartguard.ConfigError, match="`results`: what `find_column`, .* is expected") as error:
        chartguard.summary(results)
    assert "03/14" not in str(error.value)
