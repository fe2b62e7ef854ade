"""The same callable in what else maps over batches: no row is lost, no index is dropped. Skipped where a library is not installed."""

import importlib

import pandas as pd
import pytest
from conftest import PLAIN, REPOSITORY

ROWS = 20_000
NOTES = [f"{i} SSN 219-09-9999" for i in range(ROWS)]
WANT = [f"{i} SSN [SSN]" for i in range(ROWS)]


def test_polars_map_batches():
    pl = pytest.importorskip("polars")
    frame = pl.LazyFrame({"id": range(ROWS), "note": NOTES})
    out = frame.with_columns(pl.col("note").map_batches(PLAIN.scrub_column, return_dtype=pl.String)).collect()
    assert out["note"].to_list() == WANT and out["id"].to_list() == list(range(ROWS))


def test_duckdb_arrow_function():
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.execute("create table notes as select i as id, i || ' SSN 219-09-9999' as note from range(20000) r(i)")
    connection.create_function("scrub", lambda notes: PLAIN.scrub_column(notes), ["VARCHAR"], "VARCHAR", type="arrow")
    rows = connection.execute("select id, scrub(note) from notes order by id").fetchall()
    assert rows == list(enumerate(WANT))


def test_pandas_groups_keep_their_index():
    frame = pd.DataFrame({"note": NOTES}, index=range(5, 5 + ROWS))
    parts = [PLAIN.scrub_column(part, name="note") for _, part in frame.groupby(frame.index % 4)]
    out = pd.concat(parts).sort_index()
    assert out.index.equals(frame.index) and out["note"].tolist() == WANT


@pytest.fixture
def clusters(monkeypatch):
    """The example that shows Dask and Ray."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "examples" / "python"))
    return importlib.import_module("clusters")


def test_dask_map_partitions(clusters):
    dask = pytest.importorskip("dask.dataframe")
    frame = pd.DataFrame({"id": range(ROWS), "note": NOTES}, index=range(5, 5 + ROWS))
    out = clusters.with_dask(frame, PLAIN)
    assert len(out) == ROWS and out.index.equals(frame.index) and out["note"].tolist() == WANT
    parts = dask.from_pandas(frame, npartitions=4)
    joined = parts.assign(scrubbed=parts["note"].map_partitions(PLAIN.scrub_column, meta=parts._meta["note"])).compute()
    assert joined["scrubbed"].tolist() == WANT


def test_ray_map_batches(clusters):
    pytest.importorskip("ray")
    out = clusters.with_ray(pd.DataFrame({"id": range(ROWS), "note": NOTES}), PLAIN)
    assert out["note"].tolist() == WANT
