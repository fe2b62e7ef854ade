"""Columns: any container in, the same container out, and each row as it would be by itself."""

import signal
import subprocess
import sys
import textwrap
import threading
import time

import chartguard
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import PLAIN
from hypothesis import given, settings
from hypothesis import strategies as st

NOTES = ["Seen 03/14/2024 by Dr. Adeyemi.", None, "", "SSN 219-09-9999 ☂", "no change", "SSN 219-09-9999 ☂", None]
WANT = [None if note is None else PLAIN.scrub(note).text for note in NOTES]
INDEX = [10, 20, 30, 40, 40, 60, -1]


def arrow_only(values):
    """What exports Arrow and is nothing else."""

    class Exporter:
        def __arrow_c_stream__(self, requested_schema=None):
            return values.__arrow_c_stream__(requested_schema)

    return Exporter()


PANDAS = ["object", "str", "string[python]", "string[pyarrow]", "category", pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.large_string())]


@pytest.mark.parametrize("dtype", PANDAS, ids=str)
def test_pandas_series(dtype):
    series = pd.Series(NOTES, index=INDEX, name="note", dtype=dtype)
    out = PLAIN.scrub_column(series)
    assert isinstance(out, pd.Series) and out.name == "note" and out.index.equals(series.index)
    assert [None if pd.isna(one) else one for one in out] == WANT
    assert out.dtype == series.dtype or dtype == "category" and isinstance(out.dtype, pd.CategoricalDtype)
    assert out.isna().tolist() == series.isna().tolist()
    assert series.tolist()[0] == NOTES[0], "the input is as it was"


def test_pandas_nulls_stay_what_they_are():
    out = PLAIN.scrub_column(pd.Series([None, float("nan"), pd.NA, pd.NaT, "SSN 219-09-9999"], dtype=object))
    assert out[0] is None and isinstance(out[1], float) and out[2] is pd.NA and out[3] is pd.NaT
    assert out[4] == "SSN [SSN]"


def test_pandas_categories_become_one_and_hide_none():
    notes = ["SSN 219-09-9999", "SSN 219-09-9998", "b"]
    series = pd.Series(pd.Categorical(["b", *notes[:2], None], categories=[*notes, "Dr. Adeyemi"], ordered=True))
    out = PLAIN.scrub_column(series)
    assert out.tolist()[:3] == ["b", "SSN [SSN]", "SSN [SSN]"] and out.isna().tolist()[3]
    assert list(out.cat.categories) == ["SSN [SSN]", "b"] and out.cat.ordered


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string()), pa.dictionary(pa.int8(), pa.large_string())],
    ids=str,
)
def test_pyarrow(kind):
    plain = pa.array(NOTES, pa.string())
    array = plain.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else plain.cast(kind)
    out = PLAIN.scrub_column(array)
    assert isinstance(out, pa.Array) and out.type == kind and out.to_pylist() == WANT
    assert PLAIN.scrub_column(array[2:5]).to_pylist() == WANT[2:5]
    chunked = pa.chunked_array([array[:3], array[3:3], array[3:]])
    out = PLAIN.scrub_column(chunked)
    assert isinstance(out, pa.ChunkedArray) and out.type == kind and out.to_pylist() == WANT
    out.validate(full=True)
    empty = PLAIN.scrub_column(array[:0])
    assert empty.type == kind and len(empty) == 0


def test_a_slice_of_a_dictionary_hides_the_values_outside_it():
    array = pa.array(["SSN 219-09-9999", "Dr. Adeyemi came", None, "x"]).dictionary_encode()
    out = PLAIN.scrub_column(array[2:])
    assert out.to_pylist() == [None, "x"] and out.dictionary.to_pylist() == ["x"]


def test_polars():
    series = pl.Series("note", NOTES)
    out = PLAIN.scrub_column(series)
    assert isinstance(out, pl.Series) and out.name == "note" and out.dtype == pl.String and out.to_list() == WANT
    categories = PLAIN.scrub_column(series.cast(pl.Categorical))
    assert isinstance(categories.dtype, pl.Categorical) and categories.cast(pl.String).to_list() == WANT
    closed = PLAIN.scrub_column(series.cast(pl.Enum(series.drop_nulls().unique())))
    assert isinstance(closed.dtype, pl.Enum) and closed.cast(pl.String).to_list() == WANT
    assert set(closed.dtype.categories) == set(WANT) - {None}
    found = PLAIN.find_column(series)
    assert isinstance(found.dtype, pl.List) and found.list.len().to_list() == [2, None, 0, 1, 0, 1, None]


def test_lists_and_numpy():
    assert PLAIN.scrub_column(NOTES) == WANT
    assert PLAIN.scrub_column(tuple(NOTES)) == tuple(WANT)
    array = np.array(NOTES, dtype=object)
    out = PLAIN.scrub_column(array)
    assert out.dtype == object and out.tolist() == WANT
    wide = PLAIN.scrub_column(np.array(["a SSN 219-09-9999", "b"]))
    assert wide.dtype.kind == "U" and wide.tolist() == ["a SSN [SSN]", "b"]
    modern = np.array(["a SSN 219-09-9999", "b"], dtype=np.dtypes.StringDType())
    assert PLAIN.scrub_column(modern).dtype == modern.dtype
    assert PLAIN.find_column(np.array(["SSN 219-09-9999"] * 2, dtype=object)).shape == (2,)


def test_whatever_exports_arrow():
    out = PLAIN.scrub_column(arrow_only(pa.chunked_array([NOTES])))
    assert isinstance(out, chartguard.ArrowColumn) and len(out) == len(NOTES) and out.to_pylist() == WANT
    assert pa.chunked_array(out).to_pylist() == WANT and pl.Series(out).to_list() == WANT
    assert "219" not in repr(out)
    assert PLAIN.find_column(arrow_only(pa.chunked_array([NOTES]))).to_pylist() == PLAIN.find_column(NOTES)


def test_tables():
    columns = {"id": list(range(len(NOTES))), "note": NOTES}
    for table in (pd.DataFrame(columns, index=INDEX), pl.DataFrame(columns), pa.table(columns), pa.RecordBatch.from_pydict(columns), columns):
        out = PLAIN.scrub_column(table, name="note", findings="found")
        assert type(out) is type(table)
        frame = pd.DataFrame(out.to_pylist() if hasattr(out, "to_pylist") else out.to_dicts() if hasattr(out, "to_dicts") else out)
        assert list(frame.columns) == ["id", "note", "found"] and frame["id"].tolist() == columns["id"]
        assert [None if pd.isna(one) else one for one in frame["note"]] == WANT
        assert len(frame["found"].iloc[0]) == 2 and list(frame["found"].iloc[2]) == []
    assert PLAIN.scrub_column(pd.DataFrame(columns, index=INDEX), name="note").index.tolist() == INDEX


def test_lazy_tables():
    columns = {"id": list(range(len(NOTES))), "note": NOTES}
    lazy = PLAIN.scrub_column(pl.LazyFrame(columns), name="note", findings="found")
    assert isinstance(lazy, pl.LazyFrame) and lazy.collect_schema()["note"] == pl.String
    assert lazy.collect()["note"].to_list() == WANT
    assert lazy.select("found").collect()["found"].list.len().to_list()[0] == 2
    reader = PLAIN.scrub_column(pa.table(columns).to_reader(max_chunksize=2), name="note")
    assert isinstance(reader, pa.RecordBatchReader) and reader.read_all()["note"].to_pylist() == WANT
    relation = PLAIN.scrub_column(duckdb.sql("select 1 as id, 'SSN 219-09-9999' as note union all select 2, null"), name="note")
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    assert sorted(relation.fetchall()) == [(1, "SSN [SSN]"), (2, None)]
    with pytest.raises(chartguard.ConfigError, match="'note'"):
        PLAIN.scrub_column(pl.LazyFrame(columns), name="notes")


def test_find_equals_single_calls():
    for column in (NOTES, pa.array(NOTES), pd.Series(NOTES, dtype="category"), pa.array(NOTES).dictionary_encode()):
        rows = PLAIN.find_column(column)
        rows = rows.to_pylist() if hasattr(rows, "to_pylist") else list(rows)
        want = [None if note is None else [f.to_dict() for f in PLAIN.find(note)] for note in NOTES]
        assert rows == want


def test_score_equals_single_calls(scorer):
    notes = ["PT treatment note 03/14/2024. Gait training. Total treatment time: 15 minutes.", None, "x"]
    for column in (notes, pa.array(notes), pd.Series(notes, dtype=object)):
        rows = scorer.score_column(column, doc_type="treatment_note")
        rows = rows.to_pylist() if hasattr(rows, "to_pylist") else list(rows)
        assert rows[1] is None
        for note, row in ((notes[0], rows[0]), (notes[2], rows[2])):
            report = scorer.score(note, doc_type="treatment_note")
            assert (row["score"], row["raw"], row["coverage"]) == (report.score, report.raw, report.coverage)
            assert (row["doc_type"], row["discipline"]) == (report.doc_type, report.discipline)
            assert row["risk"] == report.to_dict()["risk"]
            for got, want in zip(row["criteria"], report.criteria, strict=True):
                assert [got[key] for key in ("id", "verdict", "severity", "confidence", "message")] == [
                    want.id, want.verdict, want.severity, want.confidence, want.message,
                ]
                assert [(place["start"], place["end"]) for place in got["evidence"]] == want.evidence
    with pytest.raises(chartguard.ConfigError, match="treatment_note"):
        scorer.score_column(notes, doc_type="tretment_note")


PATIENTS = {
    "id": [7, 8, 9],
    "note": ["Rosalind slept. MRN 4471203", "quackenbush came", None],
    "first": ["Rosalind", None, "x"],
    "last": ["Achterberg", "Quackenbush", "y"],
    "mrn": [4471203, None, 5],
}


@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy", "pyarrow", "batch", "duckdb", "dict"])
def test_analyze_table(kind, scorer):
    frame = pd.DataFrame(PATIENTS, index=[3, 2, 2])
    arrow = pa.table(PATIENTS)
    table = {
        "pandas": frame,
        "polars": pl.DataFrame(PATIENTS),
        "lazy": pl.LazyFrame(PATIENTS),
        "pyarrow": arrow,
        "batch": arrow.to_batches()[0],
        "duckdb": duckdb.from_arrow(arrow),
        "dict": PATIENTS,
    }[kind]
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    out = analyzer.analyze_table(table, text="note", id="id", patient={"names": ["first", "last"], "mrns": "mrn"})
    assert type(out) is type(table)
    if kind == "lazy":
        out = out.collect()
    if kind == "duckdb":
        out = out.to_arrow_table() if hasattr(out, "to_arrow_table") else out.arrow()
    if kind == "pandas":
        assert out.index.tolist() == [3, 2, 2]
        rows = out.astype(object).where(out.notna(), None).to_dict("records")
    elif kind == "dict":
        rows = [dict(zip(out, row, strict=True)) for row in zip(*out.values(), strict=True)]
    else:
        rows = out.to_pylist() if hasattr(out, "to_pylist") else out.to_dicts()
    assert list(rows[0]) == ["id", "scrubbed", "findings", "score", "raw", "coverage", "risk", "doc_type", "discipline", "criteria"]
    assert [row["id"] for row in rows] == [7, 8, 9]
    assert [row["scrubbed"] for row in rows] == ["[NAME] slept. MRN [MRN]", "[NAME] came", None]
    assert [f["detector"] for f in rows[0]["findings"]] == ["patient", "patient"]
    assert rows[2]["findings"] is None and rows[2]["risk"] is None


def test_analyze_table_errors(scorer):
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    table = {"note": ["a", "b"], "born": ["1950-02-03", "no date"], "kind": ["evaluation", "evaluation"]}
    with pytest.raises(chartguard.ConfigError, match="row 1") as caught:
        analyzer.analyze_table(table, text="note", patient={"birth_date": "born"}, doc_type="kind")
    assert caught.value.row == 1 and caught.value.where[0] == "row 1" and "no date" not in str(caught.value)
    done = analyzer.analyze_table(table, text="note", patient={"birth_date": "born"}, on_error="null")
    assert done["scrubbed"] == ["a", None] and done["error"][0] is None and done["error"][1].startswith("config: row 1")
    done, errors = analyzer.analyze_table(table, text="note", patient={"birth_date": "born"}, on_error="collect")
    assert done["scrubbed"] == ["a", None] and [row for row, _ in errors] == [1]
    for keywords, expected in [
        ({"text": "ntoe"}, "'note'"),
        ({"text": "note", "patient": {"nmaes": "born"}}, "names"),
        ({"text": "note", "patient": {"names": "brn"}}, "born"),
        ({"text": "note", "on_error": "ignore"}, "collect"),
    ]:
        with pytest.raises(chartguard.ConfigError, match=expected):
            analyzer.analyze_table(table, **keywords)


def test_contexts_are_those_of_single_calls():
    key = bytes(range(32))
    policy = {"categories": {"date": {"operator": "date_shift"}}}
    scrubber = chartguard.Scrubber(policy=policy, model="none", key=key)
    notes = ["Seen 03/14/2024"] * 3
    contexts = [{"patient_id": "a"}, {"patient_id": "b"}, {"patient_id": "a"}]
    want = [scrubber.scrub(note, context=context).text for note, context in zip(notes, contexts, strict=True)]
    assert want[0] == want[2] != want[1]
    for column in (notes, pa.array(notes), pa.array(notes).dictionary_encode(), pd.Series(notes, dtype="category")):
        assert list(pd.Series(scrubber.scrub_column(column, contexts=contexts))) == want
    with pytest.raises(chartguard.ConfigError, match="2 values were given for 3 notes"):
        scrubber.scrub_column(notes, contexts=contexts[:2])
    with pytest.raises(chartguard.ConfigError, match="row 1: .*patient_id"):
        scrubber.scrub_column(notes, contexts=[None, {"pateint_id": "b"}, None])


def test_restore_column():
    key = bytes(range(32))
    scrubber = chartguard.Scrubber(policy={"categories": {"ssn": {"operator": "encrypt"}}}, model="none", key=key)
    notes = ["SSN 219-09-9999", None, "x"]
    for column in (notes, pa.array(notes), pl.Series(notes), pd.Series(notes)):
        out = chartguard.restore_column(scrubber.scrub_column(column), key)
        assert type(out) is type(column) and [None if pd.isna(one) else one for one in pd.Series(out)] == notes
    broken = [scrubber.scrub("SSN 219-09-9999").text + "x"]
    with pytest.raises(chartguard.TamperedError, match="row 0"):
        chartguard.restore_column(broken, key)


def test_errors_by_row():
    column = ["SSN 219-09-9999", 3, None, "Jane Roe \ud800", b"x"]
    with pytest.raises(chartguard.InputError, match="row 1: int is no str") as caught:
        PLAIN.scrub_column(column)
    assert (caught.value.row, caught.value.where, caught.value.code) == (1, ["row 1"], "input")
    assert PLAIN.scrub_column(column, on_error="null") == ["SSN [SSN]", None, None, None, None]
    out, errors = PLAIN.scrub_column(column, on_error="collect")
    assert out == ["SSN [SSN]", None, None, None, None]
    assert [(row, type(error)) for row, error in errors] == [(row, chartguard.InputError) for row in (1, 3, 4)]
    assert "Jane" not in str(errors[1][1])
    mixed = pd.Series(["SSN 219-09-9999", 1.5, None], dtype=object)
    assert PLAIN.scrub_column(mixed, on_error="null").tolist() == ["SSN [SSN]", None, None]
    bad = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xffb")])
    with pytest.raises(chartguard.InputError, match="row 1: the text is not UTF-8"):
        PLAIN.scrub_column(bad)
    assert PLAIN.scrub_column(bad, on_error="null").to_pylist() == ["a", None]


def test_an_error_in_a_dictionary_is_that_of_every_row_that_holds_it():
    values = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xffb")])
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 1, 0]), values)
    out, errors = PLAIN.scrub_column(column, on_error="collect")
    assert out.to_pylist() == ["a", None, None, None, "a"] and [row for row, _ in errors] == [1, 3]
    with pytest.raises(chartguard.InputError, match="row 1"):
        PLAIN.scrub_column(column)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2]), pd.Series([1.5, None]), pl.Series([1]), pa.array([1]), pa.array([], pa.int64()), np.array([1]),
        np.array([["a"]]), "one note", 7, pd.Series(pd.Categorical([1, 2])), pd.Series(["a"]).index, pa.array([b"x"]),
    ],
    ids=lambda column: type(column).__name__,
)  # fmt: skip
def test_what_holds_no_text_is_refused(column):
    with pytest.raises(chartguard.ConfigError, match="`column`"):
        PLAIN.scrub_column(column)


def test_empty_and_null_columns():
    assert PLAIN.scrub_column([]) == []
    assert PLAIN.scrub_column(pa.nulls(3)).to_pylist() == [None] * 3
    assert PLAIN.scrub_column(pl.Series("a", [None, None])).to_list() == [None, None]
    empty = PLAIN.scrub_column(pd.Series([], dtype="str", name="n"))
    assert len(empty) == 0 and empty.name == "n"
    numbers = PLAIN.scrub_column(pd.Series([float("nan")] * 2))
    assert numbers.isna().all() and numbers.dtype == float
    found = PLAIN.find_column(pa.array([], pa.string()))
    assert pa.types.is_list(found.type) and pa.types.is_struct(found.type.value_type)


HEADLESS = {"1": ["2"], "Rosalind Achterberg fell on 03/14/2024.": ["SSN 219-09-9999"]}


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table, dict, duckdb.from_arrow])
def test_what_may_be_a_note_is_not_shown_as_a_name(kind, scorer):
    table = kind(pa.table(HEADLESS) if kind is duckdb.from_arrow else HEADLESS)
    analyzer, one = chartguard.Analyzer(PLAIN, scorer), {"name": "1"}
    calls = [
        lambda: PLAIN.scrub_column(table, name="note"),
        lambda: PLAIN.scrub_column(table, name="Rosalind Achterberg fell"),
        lambda: PLAIN.scrub_column(table, patient_id="who", **one),
        lambda: PLAIN.find_column(table, name="note"),
        lambda: PLAIN.find_column(table, patient={"names": "who"}, **one),
        lambda: scorer.score_column(table, name="note"),
        lambda: scorer.score_column(table, doc_type="kind", **one),
        lambda: chartguard.restore_column(table, bytes(32), name="note"),
        lambda: analyzer.analyze_table(table, text="note"),
        lambda: analyzer.analyze_table(table, text="1", id="visit"),
        lambda: analyzer.analyze_table(table, text="1", patient={"names": "who"}),
    ]
    for call in calls:
        with pytest.raises(chartguard.ConfigError, match="of the 2 that there are .* no head") as error:
            call()
        assert "03/14" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("note", True), ("Note text v2.1", True), ("_id-9", True), ("entlassungs größe", True), ("a b c d", True)]
    + [("a b c d e", False), ("a  b", False), ("a" * 65, False), ("seen 2024", False), ("d 03-14-24", False), ("", False)]
    + [("7", False), (7, False), ("Seen, well", False), ("03/14", False), ("a\nb", False), ("note\n", False)],
)
def test_which_names_are_shown(name, shown):
    with pytest.raises(chartguard.ConfigError) as error:
        PLAIN.scrub_column({"x": [], name: []}, name="qqqqqqqq")
    assert (f"among ['x', {name!r}]" in str(error.value), "no head" in str(error.value)) == (shown, not shown)


def test_wrong_keywords():
    for keywords, expected in [({"threads": -1}, "threads"), ({"on_error": "skip"}, "'raise'"), ({"name": "x"}, "no table")]:
        with pytest.raises(chartguard.ConfigError, match=expected):
            PLAIN.scrub_column(["a"], **keywords)
    with pytest.raises(chartguard.ConfigError, match="'note'"):
        PLAIN.scrub_column(pd.DataFrame({"note": ["a"], "id": [1]}), name="notes")
    with pytest.raises(chartguard.ConfigError, match="which of the 2"):
        PLAIN.scrub_column(pd.DataFrame({"note": ["a"], "id": [1]}))
    with pytest.raises(TypeError, match="'treads'. Did you mean 'threads'"):
        PLAIN.scrub_column(["a"], treads=2)
    with pytest.raises(TypeError, match="'polcy'. Did you mean 'policy'"):
        chartguard.Scrubber(polcy="safe-harbor")
    with pytest.raises(TypeError, match="'looakhead'. Did you mean 'lookahead'"):
        chartguard.scrub_stream(PLAIN, ["a"], looakhead=3)
    with pytest.raises(TypeError, match="'result'. Did you mean 'results'"):
        chartguard.summary(result=[])


@pytest.mark.parametrize("threads", [None, 0, 1, 2, 5])
def test_order_does_not_depend_on_threads(threads):
    notes = [f"{i} SSN 219-09-9999 " + "word " * (i % 97) for i in range(3000)]
    want = [note.replace("219-09-9999", "[SSN]") for note in notes]
    assert PLAIN.scrub_column(notes, threads=threads) == want
    assert PLAIN.scrub_column(pa.chunked_array([notes[:1000], notes[1000:]]), threads=threads, progress=True).to_pylist() == want


def test_a_large_note_among_small_ones():
    large = "no change today " * 200_000 + "SSN 219-09-9999"
    out = PLAIN.scrub_column(pa.array(["SSN 219-09-9999", large, "SSN 219-09-9999"]), threads=2).to_pylist()
    assert out == ["SSN [SSN]", large.replace("219-09-9999", "[SSN]"), "SSN [SSN]"]


def test_eight_threads_share_one_scrubber():
    notes = [f"{i} SSN 219-09-9999" for i in range(300)]
    want = PLAIN.scrub_column(notes)
    results = []
    threads = [threading.Thread(target=lambda: results.append(PLAIN.scrub_column(notes, threads=2))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [want] * 8


@pytest.mark.parametrize("source", ["['seen today by Dr. Adeyemi. ' * 200] * 4000", "['seen today by Dr. Adeyemi. ' * 400_000]"])
def test_ctrl_c_stops_within_a_second(source):
    program = f"""
        import chartguard, time
        scrubber = chartguard.Scrubber()
        notes = {source}
        print("go", flush=True)
        try:
            scrubber.scrub_column(notes, threads=2)
        except KeyboardInterrupt:
            print("stopped", flush=True)
            import os
            os._exit(0)
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "go\n"
    time.sleep(0.5)
    start = time.monotonic()
    child.send_signal(signal.SIGINT)
    assert child.stdout.readline() == "stopped\n"
    assert time.monotonic() - start < 1
    assert child.wait(10) == 0


NOTE = st.one_of(st.none(), st.text(max_size=60), st.sampled_from(["SSN 219-09-9999", "Dr. Adeyemi, 03/14/2024", "\r\n\0", "👩‍⚕️"]))
CONTAINERS = {
    "list": lambda notes: notes,
    "object": lambda notes: pd.Series(notes, dtype=object),
    "str": lambda notes: pd.Series(notes, dtype="str"),
    "category": lambda notes: pd.Series(notes, dtype=pd.CategoricalDtype()) if any(notes) else pd.Series(notes, dtype=object),
    "arrow dtype": lambda notes: pd.Series(notes, dtype=pd.ArrowDtype(pa.string())),
    "polars": lambda notes: pl.Series("n", notes, dtype=pl.String),
    "view": lambda notes: pa.array(notes, pa.string_view()),
    "large": lambda notes: pa.array(notes, pa.large_string()),
    "dictionary": lambda notes: pa.array(notes, pa.string()).dictionary_encode(),
    "chunked": lambda notes: pa.chunked_array([notes[: len(notes) // 2], notes[len(notes) // 2 :]], pa.string()),
}


CONTAINERS |= {
    "tuple": tuple,
    "numpy": lambda notes: pd.Series(notes, dtype=object).to_numpy(),
    "index and name": lambda notes: pd.Series(notes, index=[n // 2 for n in range(len(notes))], name="n", dtype=object),
}
TABLES = {
    "dict": dict,
    "pandas": lambda columns: pd.DataFrame({"note": pd.Series(columns["note"], dtype=object), "id": columns["id"]}),
    "polars": lambda columns: pl.DataFrame(columns, schema={"note": pl.String, "id": pl.Int64}),
    "lazy": lambda columns: pl.LazyFrame(columns, schema={"note": pl.String, "id": pl.Int64}),
    "pyarrow": lambda columns: pa.table(columns, schema=SCHEMA),
    "batch": lambda columns: pa.record_batch(columns, schema=SCHEMA),
    "reader": lambda columns: pa.table(columns, schema=SCHEMA).to_reader(max_chunksize=2),
    "duckdb": lambda columns: RELATIONS.from_arrow(pa.table(columns, schema=SCHEMA)),
}
SCHEMA = pa.schema({"note": pa.string(), "id": pa.int64()})
RELATIONS = duckdb.connect()
KEY = bytes(range(32))
ENCRYPTING = chartguard.Scrubber(policy={"categories": {"ssn": {"operator": "encrypt"}}}, model="none", key=KEY)


def rows(column):
    """A column as a list, its nulls as None."""
    for way in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, way):
            column = getattr(column, way)()
            break
    return [None if value is None or value is pd.NA or value != value else value for value in column]


def column_of(table, name):
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if isinstance(table, (duckdb.DuckDBPyRelation, pa.RecordBatchReader)):
        table = pa.table(table)
    return rows(table[name])


@settings(max_examples=200, deadline=None)
@given(st.lists(NOTE, max_size=12), st.sampled_from(sorted(CONTAINERS)), st.sampled_from([1, 2]))
def test_a_column_equals_its_rows(notes, kind, threads):
    column = CONTAINERS[kind](notes)
    out = PLAIN.scrub_column(column, threads=threads)
    want = [None if note is None else PLAIN.scrub(note).text for note in notes]
    assert type(out) is type(column) and len(out) == len(notes)
    assert rows(out) == want
    if isinstance(column, pd.Series):
        assert out.index.equals(column.index) and out.name == column.name
        assert PLAIN.find_column(column).index.equals(column.index)
    found = [None if note is None else [one.to_dict() for one in PLAIN.find(note)] for note in notes]
    assert rows(PLAIN.find_column(column, threads=threads)) == found
    # A date that nothing goes by changes nothing.
    assert rows(PLAIN.find_column(column, date=["2024-03-14"] * len(notes))) == found
    shared = ENCRYPTING.scrub_column(column)
    back = chartguard.restore_column(shared, KEY)
    assert type(back) is type(column) and rows(back) == [
        None if note is None else chartguard.restore(ENCRYPTING.scrub(note).text, KEY) for note in notes
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(NOTE, st.sampled_from([None, "evaluation", "treatment_note"])), max_size=6),
    st.sampled_from(sorted(set(CONTAINERS))),
)
def test_a_scored_column_equals_its_rows(scorer, pairs, kind):
    notes, types = [note for note, _ in pairs], [one for _, one in pairs]
    for keywords, doc_types in (({}, [None] * len(pairs)), ({"doc_type": types}, types)):
        out = rows(scorer.score_column(CONTAINERS[kind](notes), **keywords))
        assert len(out) == len(notes)
        for note, doc_type, row in zip(notes, doc_types, out, strict=True):
            if note is None:
                assert row is None
                continue
            report = scorer.score(note, doc_type=doc_type)
            assert (row["score"], row["coverage"], row["doc_type"]) == (report.score, report.coverage, report.doc_type)
            assert [one["verdict"] for one in row["criteria"]] == [one.verdict for one in report.criteria]


@settings(max_examples=80, deadline=None)
@given(st.lists(NOTE, max_size=8), st.sampled_from(sorted(TABLES)))
def test_a_table_equals_its_rows(notes, kind):
    columns = {"note": notes, "id": list(range(len(notes)))}
    table = TABLES[kind](columns)
    out = PLAIN.scrub_column(table, name="note", findings="found")
    assert type(out) is type(table)
    if kind == "reader":
        # It is read once.
        out = out.read_all()
    assert column_of(out, "note") == [None if note is None else PLAIN.scrub(note).text for note in notes]
    assert column_of(out, "id") == columns["id"]
    found = [None if note is None else [one.to_dict() for one in PLAIN.find(note)] for note in notes]
    assert column_of(out, "found") == found == rows(PLAIN.find_column(TABLES[kind](columns), name="note"))
    back = chartguard.restore_column(ENCRYPTING.scrub_column(TABLES[kind](columns), name="note"), KEY, name="note")
    assert column_of(back, "note") == [
        None if note is None else chartguard.restore(ENCRYPTING.scrub(note).text, KEY) for note in notes
    ]
