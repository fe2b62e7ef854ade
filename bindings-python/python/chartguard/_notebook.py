"""What a notebook shows of results, as HTML that loads nothing from elsewhere and, unless asked, holds nothing of the note."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import Any

from chartguard._chartguard import ConfigError
from chartguard._containers import Table, fail, named, null, rows_of

# Each category has a hue of its own, spread by its name so that it is the same in every notebook.
STYLE = (
    "font:13px/1.5 system-ui,sans-serif;border:1px solid #8884;border-radius:6px;padding:8px 12px;max-width:72em;overflow-x:auto"
)
VERDICTS = {"not_met": "#c0392b", "met": "#1e8449", "not_assessable": "#7f8c8d", "not_applicable": "#aab0b4"}
SEVERITIES = {"high": 0, "medium": 1, "low": 2}


def hue(category: str) -> int:
    return zlib.crc32(category.encode()) % 360


def marked(text: str, places: Iterable[tuple[int, int, str, str]]) -> str:
    """Text with these ranges marked: start, end, category and what a pointer on it says."""
    out, at = [], 0
    for start, end, category, said in places:
        out.append(escape(text[at:start]))
        style = f"background:hsl({hue(category)} 70% 60% / .35);border-radius:3px;padding:0 2px"
        out.append(f'<mark style="{style};color:inherit" title="{escape(said)}">{escape(text[start:end])}</mark>')
        at = end
    out.append(escape(text[at:]))
    return "".join(out)


def legend(categories: Iterable[str]) -> str:
    """How often each category was removed."""
    counts = sorted(Counter(categories).items())
    chips = (
        f'<span style="background:hsl({hue(name)} 70% 60% / .35);border-radius:3px;padding:0 4px;margin-right:6px">'
        f"{escape(name)} {count}</span>"
        for name, count in counts
    )
    return "".join(chips) or "nothing found"


def scrubbed(result: Any, original: str | None = None, show_phi: bool = False) -> str:
    """A scrubbed note; the original only where both are asked for."""
    if show_phi != (original is not None):
        raise fail("the original is shown only for `to_html(original, show_phi=True)`", "show_phi")
    findings = result.findings

    def said(finding: Any) -> str:
        return f"{finding.category}, {finding.score:.2f}, {finding.detector}, {finding.action}"

    if original is not None:
        text, places = original, [(f.start, f.end, f.category, said(f)) for f in findings]
    else:
        text = result.text
        pairs = zip(result.places, findings, strict=True)
        places = [(start, end, f.category, said(f)) for (start, end), f in pairs]
    head = "<b>Original, with protected health information</b><br>" if show_phi else ""
    note = marked(text, places)
    chips = legend(finding.category for finding in findings)
    return f'<div style="{STYLE}">{head}{chips}<pre style="white-space:pre-wrap;margin:8px 0 0">{note}</pre></div>'


def percent(share: float | None) -> str:
    return "not scored" if share is None or share != share else f"{100 * share:.0f} %"


def card(report: Any) -> str:
    """A report: score, then the criteria, the gravest that is not met first. Its messages are the rubric's own."""
    order = {verdict: at for at, verdict in enumerate(VERDICTS)}
    criteria = sorted(report.criteria, key=lambda c: (order[c.verdict], SEVERITIES[c.severity], c.id))
    rows = "".join(
        f'<tr><td style="color:{VERDICTS[c.verdict]}">{c.verdict.replace("_", " ")}</td><td>{c.severity}</td>'
        f'<td style="text-align:left">{escape(c.title)}</td><td style="text-align:left">'
        f"{escape(c.advice or c.message)}</td><td>{len(c.evidence)}</td></tr>"
        for c in criteria
    )
    head = "".join(f"<th>{name}</th>" for name in ("verdict", "severity", "criterion", "what to do", "evidence"))
    kind = " ".join(filter(None, (report.discipline, (report.doc_type or "").replace("_", " "))))
    return (
        f'<div style="{STYLE}"><b style="font-size:20px">{percent(report.score)}</b> {escape(kind)}, '
        f"{percent(report.coverage)} of the criteria that apply were assessed"
        f'<table style="margin-top:8px"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def outcome(result: Any) -> str:
    """A scrubbed note above its report."""
    return scrubbed(result.scrubbed) + card(result.report)


class Summary:
    """What was found, and how notes scored, over a column or a table of results. Holds counts alone.

    Attributes
    ----------
    notes : int
        Rows that are not null.
    categories : dict of str to int
        How often each category was found.
    notes_with_findings : int
    scores : list of int
        How many notes scored in each tenth: 0 to 10 %, and so on; 100 % counts in the last.
    not_scored : int
        Notes that were scored but could not be assessed.

    Examples
    --------
    >>> import chartguard
    >>> scrubber = chartguard.Scrubber(model="none")
    >>> chartguard.summary([scrubber.scrub("SSN 219-09-9999"), scrubber.scrub("no change")])
    <chartguard.Summary 2 notes, 1 findings>
    """

    def __init__(self) -> None:
        self.notes = 0
        self.notes_with_findings = 0
        self.not_scored = 0
        self.categories: dict[str, int] = {}
        self.scores = [0] * 10

    def to_dict(self) -> dict[str, Any]:
        """Give the counts.

        Returns
        -------
        dict
            The attributes by name.

        Examples
        --------
        >>> import chartguard
        >>> found = chartguard.Scrubber(model="none").find_column(["SSN 219-09-9999", "no change", None])
        >>> counts = chartguard.summary(found).to_dict()
        >>> counts["notes"], counts["notes_with_findings"]
        (2, 1)
        """
        return dict(vars(self))

    def __repr__(self) -> str:
        return f"<chartguard.Summary {self.notes} notes, {sum(self.categories.values())} findings>"

    def _repr_html_(self) -> str:
        bars = "".join(
            f'<tr><td style="text-align:left">{escape(name)}</td><td>{count}</td><td style="text-align:left">'
            f'<div style="background:hsl({hue(name)} 70% 60% / .6);height:10px;'
            f'width:{max(2, round(240 * count / max(self.categories.values())))}px"></div></td></tr>'
            for name, count in sorted(self.categories.items(), key=lambda one: (-one[1], one[0]))
        )
        found = f"{self.notes_with_findings} of {self.notes} notes hold something<table>{bars}</table>" if bars else ""
        scored = histogram(self.scores, self.not_scored) if any(self.scores) or self.not_scored else ""
        return f'<div style="{STYLE}">{found or f"{self.notes} notes"}{scored}</div>'


def histogram(scores: list[int], not_scored: int) -> str:
    """How many notes scored in each tenth, as SVG."""
    width, height, most = 26, 80, max([*scores, 1])
    bars = "".join(
        f'<rect x="{at * width}" y="{height - height * n / most:.1f}" width="{width - 2}" height="{height * n / most:.1f}" '
        f'fill="hsl({12 * at} 60% 45%)"><title>{10 * at} to {10 * at + 10} %: {n} notes</title></rect>'
        f'<text x="{at * width + width / 2 - 1}" y="{height + 14}" text-anchor="middle" font-size="9" fill="currentColor">'
        f"{10 * at}</text>"
        for at, n in enumerate(scores)
    )
    size = f'width="{10 * width}" height="{height + 18}" viewBox="0 0 {10 * width} {height + 18}"'
    rest = f"{not_scored} could not be scored" if not_scored else ""
    return f'<div style="margin-top:8px">score in %<br><svg {size} role="img" aria-label="scores">{bars}</svg><br>{rest}</div>'


@named
def summary(results: Any) -> Summary:
    """Count what was found and how notes scored.

    Parameters
    ----------
    results : column or table
        What ``Scrubber.find_column``, ``Scorer.score_column`` or ``Analyzer.analyze_table`` returned, in any container; or a
        list of ``Scrubbed``, ``Report`` or ``Outcome``.

    Returns
    -------
    Summary
        Shown in a notebook as counts by category and a histogram of scores.

    Raises
    ------
    ConfigError
        A table has no column ``findings`` or ``score``, or there is anything else than results, such as the texts themselves.

    Examples
    --------
    >>> import chartguard
    >>> found = chartguard.Scrubber(model="none").find_column(["SSN 219-09-9999", "no change", None])
    >>> chartguard.summary(found).to_dict()["categories"]
    {'ssn': 1}
    """
    out = Summary()
    if Table.is_one(results):
        table = Table(results)
        for name in ("findings", "score"):
            if name not in table.names:
                raise fail(f"the table has no column {name!r}: hand over what `analyze_table` returned", "results")
        pairs = zip(rows_of(table.column("findings")), rows_of(table.column("score")), strict=True)
        rows: Iterable[Any] = (None if null(found) else {"findings": found, "score": score} for found, score in pairs)
    elif isinstance(results, (str, bytes)) or not any(hasattr(results, one) for one in COLUMN):
        raise unlike(results)
    else:
        rows = rows_of(results)
    for row in rows:
        if null(row):
            continue
        out.notes += 1
        row = plainly(row)
        if isinstance(row, dict) and "score" in row:
            score = row["score"]
            if score is None or score != score:
                out.not_scored += 1
            else:
                out.scores[min(9, int(10 * score))] += 1
        found = row.get("findings") if isinstance(row, dict) else row
        out.notes_with_findings += bool(found)
        for finding in found or ():
            out.categories[finding["category"]] = out.categories.get(finding["category"], 0) + 1
    out.categories = dict(sorted(out.categories.items()))
    return out


def plainly(row: Any) -> Any:
    """A result as dicts and lists."""
    if hasattr(row, "scrubbed"):
        return {"findings": [f.to_dict() for f in row.scrubbed.findings], "score": row.report.score}
    if hasattr(row, "findings"):
        return [f.to_dict() for f in row.findings]
    if hasattr(row, "criteria"):
        return {"score": row.score}
    if isinstance(row, dict) and ("score" in row or "findings" in row):
        return row
    if isinstance(row, (str, bytes, dict)) or not isinstance(row, Iterable):
        raise unlike(row)
    found = list(row)
    if not all(isinstance(finding, dict) and "category" in finding for finding in found):
        raise unlike(found)
    return found


# What makes a column of any kind, or a list.
COLUMN = ("__iter__", "to_pylist", "to_list", "tolist")


def unlike(thing: Any) -> ConfigError:
    """An error about what is no result; it may be a note, so only its type is said."""
    what = "what `find_column`, `score_column` or `analyze_table` returned is expected, or a list of Scrubbed, Report or Outcome"
    return fail(f"{what}, not {type(thing).__name__}", "results")
