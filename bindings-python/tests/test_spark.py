"""Spark, really: each row as a single process gives it. Skipped where PySpark is not installed (`make test-spark` installs it).

CHARTGUARD_SPARK_ROWS sets how many notes go through, 2,000 if it is not set.
"""

import os
import pickle
import shutil
import sys

import chartguard
import pyarrow as pa
import pytest
from chartguard.spark import BatchAnalyzer, BatchScrubber, analyze, scrub, scrub_udf
from conftest import PLAIN

ROWS = int(os.environ.get("CHARTGUARD_SPARK_ROWS", "2000"))
NOTES = [None if i % 53 == 0 else f"Note {i}. SSN 219-09-9999, seen by Dr. Adeyemi." for i in range(ROWS)]


def test_batches_travel_as_configuration(scorer):
    batch = pa.record_batch({"id": range(5), "note": NOTES[:5]})
    for name, work in (("scrub", BatchScrubber(PLAIN, "note", findings="found")), ("analyze", BatchAnalyzer(chartguard.Analyzer(PLAIN, scorer), "note", id="id"))):
        other = pickle.loads(pickle.dumps(work))
        out = other(batch)
        assert isinstance(out, pa.RecordBatch) and out.equals(work(batch)) and len(out) == 5, name
        assert list(other.map([batch, batch]))[1].equals(out)
    assert work(batch)["scrubbed"].to_pylist() == PLAIN.scrub_column(NOTES[:5])


SHIFTING = chartguard.Scrubber(policy={"categories": {"date": {"operator": "date_shift"}}}, model="none", key=bytes(range(32)))
VISITS = {
    "id": list(range(6)),
    "mrn": ["a", "b", "a", None, "b", "a"],
    "who": ["Quackenbush", "Achterberg", "Quackenbush", None, "Achterberg", "Quackenbush"],
    "note": ["quackenbush came 03/14/2024"] * 5 + [None],
}
KNOWN = {"patient_id": "mrn", "patient": {"names": ["who"]}, "on_error": "null"}


def test_what_is_known_of_a_note_comes_from_other_columns():
    want = SHIFTING.scrub_column(VISITS, name="note", **KNOWN)["note"]
    assert want[0] == want[2] != want[1] and want[0].startswith("[NAME]") and want[1].startswith("quackenbush")
    work = pickle.loads(pickle.dumps(BatchScrubber(SHIFTING, "note", **KNOWN)))
    batch = pa.record_batch(VISITS)
    # What is known of a row goes with it, whatever batch it is in.
    assert [row for one in work.map([batch[:1], batch[1:]]) for row in one.column("note").to_pylist()] == want
    with pytest.raises(chartguard.ConfigError, match="'mrn'"):
        BatchScrubber(SHIFTING, "note", patient_id="mrns")(batch)


def test_unknown_keywords_are_named_with_the_nearest(scorer):
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    for call, nearest in [
        (lambda: BatchScrubber(PLAIN, "note", pateint="who"), "patient"),
        (lambda: BatchAnalyzer(analyzer, "note", doctype="kind"), "doc_type"),
        (lambda: scrub(None, "note", PLAIN, finding="f"), "findings"),
        (lambda: scrub_udf(PLAIN, patientid="mrn"), "patient_id"),
        (lambda: analyze(None, "note", analyzer, onerror="null"), "on_error"),
    ]:
        with pytest.raises(TypeError, match=f"Did you mean '{nearest}'"):
            call()


@pytest.fixture(scope="module")
def spark():
    pyspark = pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or newer")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        pyspark.sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "500")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def frame(spark):
    return spark.createDataFrame(list(enumerate(NOTES)), "id bigint, note string").repartition(4, "id")


def test_a_column_equals_a_single_process(frame):
    rows = scrub(frame, "note", PLAIN, findings="found").collect()
    assert sorted(row.id for row in rows) == list(range(ROWS)), "no row is lost, none is there twice"
    want = PLAIN.scrub_column(NOTES)
    found = PLAIN.find_column(NOTES)
    for row in rows:
        assert row.note == want[row.id]
        got = None if row.found is None else [one.asDict() for one in row.found]
        assert got == found[row.id]


def test_a_function_of_a_column(frame):
    rows = frame.withColumn("note", scrub_udf(PLAIN)("note")).collect()
    want = PLAIN.scrub_column(NOTES)
    assert len(rows) == ROWS and all(row.note == want[row.id] for row in rows)


@pytest.mark.parametrize("kind", ["frame", "arrow", "pandas"])
def test_what_is_known_of_a_note_on_a_cluster(kind, spark, monkeypatch):
    want = SHIFTING.scrub_column(VISITS, name="note", **KNOWN)["note"]
    schema = "id bigint, mrn string, who string, note string"
    frame = spark.createDataFrame(list(zip(*VISITS.values(), strict=True)), schema).repartition(3, "id")
    if kind == "frame":
        out = scrub(frame, "note", SHIFTING, **KNOWN)
    else:
        from pyspark.sql import functions

        if kind == "arrow" and not hasattr(functions, "arrow_udf"):
            pytest.skip("Spark has no arrow_udf")
        if kind == "pandas":
            monkeypatch.delattr(functions, "arrow_udf", raising=False)
        function = scrub_udf(SHIFTING, **KNOWN)
        out = frame.withColumn("note", function("note"))
        assert function(frame["note"]) is not None
    rows = {row.id: row.note for row in out.collect()}
    assert [rows[one] for one in VISITS["id"]] == want


def test_tables(frame, scorer):
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    rows = analyze(frame.limit(200), "note", analyzer, id="id").collect()
    assert len(rows) == 200
    for row in rows[:20]:
        if NOTES[row.id] is None:
            assert row.scrubbed is None and row.criteria is None
        else:
            report = scorer.score(NOTES[row.id])
            assert row.scrubbed == PLAIN.scrub(NOTES[row.id]).text and row.score == report.score
            assert [c.verdict for c in row.criteria] == [c.verdict for c in report.criteria]


def test_a_model_that_is_not_on_the_workers_fails_the_job_and_names_worker_and_place(frame, tmp_path, tiny_model):
    place = tmp_path / "model"
    shutil.copytree(tiny_model, place)
    work = scrub(frame, "note", chartguard.Scrubber(model=place))
    shutil.rmtree(place)
    with pytest.raises(Exception, match="on worker") as caught:
        work.collect()
    assert str(place) in str(caught.value) and "Adeyemi" not in str(caught.value)
