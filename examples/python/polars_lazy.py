"""A Polars LazyFrame that stays lazy, and a column within an expression.

    python examples/python/polars_lazy.py
"""

import chartguard
import polars as pl

scrubber = chartguard.Scrubber()
notes = pl.LazyFrame({"id": [1, 2, 3], "note": ["SSN 219-09-9999", None, "Seen by Dr. Adeyemi on 03/14/2024."]})

lazy = scrubber.scrub_column(notes, name="note", findings="found")
print(lazy.with_columns(pl.col("found").list.len()).collect())

print(notes.with_columns(pl.col("note").map_batches(scrubber.scrub_column, return_dtype=pl.String)).collect())
