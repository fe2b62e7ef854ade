"""Scrub a column of notes and score one of them.

    python examples/python/scrub_and_score.py examples/notes/*.txt
"""

import sys
from pathlib import Path

import chartguard


def main(paths: list[str]) -> None:
    notes = [Path(path).read_text(encoding="utf-8") for path in paths]

    # Built once; the GIL is released while notes are worked on.
    scrubber = chartguard.Scrubber(policy="safe-harbor")
    for path, scrubbed in zip(paths, scrubber.scrub_batch(notes, threads=2), strict=True):
        by_category: dict[str, int] = {}
        for finding in scrubbed.findings:
            by_category[finding.category] = by_category.get(finding.category, 0) + 1
        print(Path(path).name, by_category)

    scorer = chartguard.Scorer(chartguard.Rubric.builtin("medicare-outpatient-therapy"))
    outcome = chartguard.Analyzer(scrubber, scorer).analyze(notes[0])
    print(outcome.report.score, outcome.report.doc_type, outcome.report.discipline)
    for criterion in outcome.report.criteria:
        if criterion.verdict == "not_met":
            print(f"  {criterion.severity:6} {criterion.id:24} {criterion.message}")


if __name__ == "__main__":
    main(sys.argv[1:])
