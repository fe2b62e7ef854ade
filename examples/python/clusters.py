"""The same column on Dask and on Ray: workers get the configuration, and each builds its scrubber once.

    pip install 'dask[dataframe]'      # or: pip install 'ray[data]'
    python examples/python/clusters.py

Whichever of the two is installed is shown. The index of a pandas part stays what it was, so that Dask can put its parts together.
"""

import importlib.util

import chartguard
import pandas as pd
import pyarrow as pa
from chartguard.spark import BatchScrubber

NOTES = pd.DataFrame(
    {"id": [1, 2, 3], "note": ["SSN 219-09-9999", None, "Seen by Dr. Adeyemi on 03/14/2024."]}, index=[10, 20, 30]
)


def with_dask(notes: pd.DataFrame, scrubber: chartguard.Scrubber) -> pd.DataFrame:
    """Each partition is a DataFrame. `meta`, an empty one, says what comes back, so that no note is worked on to find out."""
    import dask.dataframe

    parts = dask.dataframe.from_pandas(notes, npartitions=2)
    return parts.map_partitions(scrubber.scrub_column, name="note", meta=parts._meta).compute()


def with_ray(notes: pd.DataFrame, scrubber: chartguard.Scrubber) -> pd.DataFrame:
    """Each batch is a table of Arrow. What it works with is built on a worker's first batch."""
    import ray

    work = BatchScrubber(scrubber, "note")

    def scrub(table: pa.Table) -> pa.Table:
        return pa.Table.from_batches(map(work, table.to_batches()), table.schema)

    rows = ray.data.from_arrow(pa.Table.from_pandas(notes, preserve_index=False))
    return rows.map_batches(scrub, batch_format="pyarrow").to_pandas().sort_values("id")


if __name__ == "__main__":
    for name, run in (("dask", with_dask), ("ray", with_ray)):
        if importlib.util.find_spec(name) is not None:
            print(name, run(NOTES, chartguard.Scrubber()).to_string(), sep="\n")
