"""A pandas column of notes: scrubbed, searched and scored, each with the index it came with.

    python examples/python/pandas_column.py
"""

import chartguard
import pandas as pd

NOTES = pd.DataFrame(
    {
        "visit": [101, 102, 103],
        "note": [
            "PT treatment note 03/14/2024. Rosalind did gait training. Total treatment time: 15 minutes.",
            None,
            "Called Dr. Adeyemi at (555) 201-7788 about MRN: 4471203.",
        ],
        "patient": ["Rosalind Achterberg", "Rosalind Achterberg", "Wim Achterberg"],
    }
).set_index("visit")

scrubber = chartguard.Scrubber()
scorer = chartguard.Scorer(chartguard.Rubric.builtin("medicare-outpatient-therapy"))

shared = scrubber.scrub_column(NOTES["note"])
assert shared.index.equals(NOTES.index)
print(shared.to_string())

# Only what is named is kept: the columns of the input may hold what the notes may not.
analyzer = chartguard.Analyzer(scrubber, scorer)
done = analyzer.analyze_table(NOTES.reset_index(), text="note", id="visit", patient={"names": "patient"}, threads=2)
print(done[["visit", "scrubbed", "score", "risk"]].to_string())
print(chartguard.summary(done).to_dict())
