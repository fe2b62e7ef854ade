"""Tables that are read as they are needed: worked on a window at a time, for no more rows and columns than are wanted."""

import json
import signal
import subprocess
import sys
import textwrap
import time

import chartguard
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from chartguard import _containers
from conftest import PLAIN

ROWS = 20_000
COLUMNS = {"id": list(range(ROWS)), "note": [f"{i} SSN 219-09-9999" for i in range(ROWS)], "who": ["Quackenbush"] * ROWS}
WANT = [f"{i} SSN [SSN]" for i in range(ROWS)]
BROKEN = 2 * _containers.WINDOW + 7


class Counted:
    """A scrubber that counts the rows of each call."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        def call(source, *rest):
            self.calls.append(len(source))
            return getattr(PLAIN, name)(source, *rest)

        return call


def scrubbed(frame, **keywords):
    counted = Counted()
    out = _containers.scrub_column(counted, frame, name="note", **keywords)
    counted.calls.clear()
    return out, counted.calls


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_lazy_frame_is_worked_on_by_windows(engine):
    frame = pl.LazyFrame(COLUMNS)
    lazy, calls = scrubbed(frame)
    assert lazy.collect(engine=engine)["note"].to_list() == WANT
    assert sum(calls) == ROWS and max(calls) <= _containers.WINDOW
    for query, rows in [
        (lambda q: q.head(3), 3),
        (lambda q: q.select("id"), 0),
        (lambda q: q.filter(pl.col("id") > 5).select("who"), 0),
        (lambda q: q.filter(pl.col("id") > 5), ROWS),
    ]:
        lazy, calls = scrubbed(frame, findings="found")
        out = query(lazy).collect(engine=engine)
        assert sum(calls) == rows, rows
        assert out.drop("note", "found", strict=False).equals(query(frame).collect().drop("note", strict=False))
    both = scrubbed(frame)[0].join(scrubbed(frame)[0], on="id").sort("id")
    assert both.collect(engine=engine)["note_right"].to_list() == WANT


def test_a_file_goes_to_a_file(tmp_path):
    pl.DataFrame(COLUMNS).write_parquet(tmp_path / "in.parquet", row_group_size=3000)
    lazy = PLAIN.scrub_column(pl.scan_parquet(tmp_path / "in.parquet"), name="note", findings="found", threads=2)
    lazy.sink_parquet(tmp_path / "out.parquet")
    out = pl.read_parquet(tmp_path / "out.parquet")
    assert out.columns == ["id", "note", "who", "found"] and out["note"].to_list() == WANT
    assert out["found"].list.len().to_list() == [1] * ROWS


def test_memory_follows_the_window_and_not_the_frame(tmp_path):
    rows = 120_000
    notes = pl.select(note=pl.int_range(rows).cast(pl.String) + pl.lit(" gait training tolerated well" * 40))
    notes.write_parquet(tmp_path / "in.parquet", row_group_size=10_000)
    program = """
        import resource, sys, chartguard, polars as pl
        scrubber = chartguard.Scrubber(model="none")
        frame = pl.scan_parquet(sys.argv[1])
        if sys.argv[3] == "scrub":
            frame = scrubber.scrub_column(frame, name="note")
        frame.sink_parquet(sys.argv[2], row_group_size=10_000)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    """

    def peak(what):
        files = [str(tmp_path / name) for name in ("in.parquet", "out.parquet")]
        command = [sys.executable, "-c", textwrap.dedent(program), *files, what]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    # Beside what Polars itself reads ahead and writes behind: some windows of 5 MB, of notes of 139 MB in all.
    assert peak("scrub") - peak("copy") < 100


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_ctrl_c_stops_a_query(engine):
    program = f"""
        import os, chartguard, polars as pl
        lazy = chartguard.Scrubber().scrub_column(pl.LazyFrame({{"note": ["seen today by Dr. Adeyemi. " * 2000] * 2000}}), name="note")
        print("go", flush=True)
        try:
            lazy.collect(engine={engine!r})
        except KeyboardInterrupt:
            os._exit(0)
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "go\n"
    time.sleep(0.5)
    start = time.monotonic()
    child.send_signal(signal.SIGINT)
    try:
        # Polars and Python may both raise it: what counts is that the work has ended.
        child.wait(20)
    finally:
        child.kill()
    # The streaming engine sees it after the part at hand, which may take longer in a development build.
    assert time.monotonic() - start < (1 if engine == "in-memory" else 3) and child.returncode != 1


def test_an_enum_becomes_text():
    kind = pl.Enum(["SSN 219-09-9999", "x"])
    lazy = PLAIN.scrub_column(pl.LazyFrame({"note": ["SSN 219-09-9999", None]}, schema={"note": kind}), name="note")
    assert lazy.collect_schema()["note"] == pl.String and lazy.collect()["note"].to_list() == ["SSN [SSN]", None]


KINDS = ["lazy", "reader", "duckdb"]


def lazies(columns):
    """How to make a lazy table of each kind."""
    table = pa.table(columns)
    connection = duckdb.connect()
    connection.register("held", table)
    return {
        "lazy": lambda: pl.LazyFrame(columns),
        "reader": lambda: table.to_reader(max_chunksize=1000),
        "duckdb": lambda: connection.sql("select * from held order by id"),
    }


def listed(column):
    for way in ("to_pylist", "to_list"):
        if hasattr(column, way):
            return getattr(column, way)()
    return list(column)


@pytest.mark.parametrize("kind", KINDS)
def test_columns_of_results(kind, scorer):
    note = "PT treatment note 03/14/2024. Gait training. Total treatment time: 15 minutes."
    columns = {"id": [0, 1, 2], "note": [note, None, "x"], "kind": ["treatment_note", "evaluation", None]}
    make = lazies(columns)[kind]
    assert listed(PLAIN.find_column(make(), name="note")) == PLAIN.find_column(columns["note"])
    assert listed(scorer.score_column(make(), name="note")) == scorer.score_column(columns["note"])
    by_row = scorer.score_column(make(), name="note", doc_type="kind")
    assert listed(by_row) == scorer.score_column(columns, name="note", doc_type="kind")
    empty = lazies({name: pa.array([], pa.table(columns)[name].type) for name in columns})[kind]()
    assert len(PLAIN.find_column(empty, name="note")) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_names_the_row_of_the_whole(kind, scorer):
    columns = {"id": range(ROWS), "note": ["x"] * ROWS, "born": ["1950-02-03"] * BROKEN + ["no date"] * (ROWS - BROKEN)}
    make = lazies(columns)[kind]
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    whole = {"lazy": pl.LazyFrame.collect, "reader": pa.RecordBatchReader.read_all, "duckdb": lambda done: done}[kind]
    for call in (
        lambda: whole(PLAIN.scrub_column(make(), name="note", patient={"birth_date": "born"})),
        lambda: PLAIN.find_column(make(), name="note", patient={"birth_date": "born"}),
        lambda: whole(analyzer.analyze_table(make(), text="note", patient={"birth_date": "born"})),
    ):
        with pytest.raises(chartguard.ConfigError, match=f"^row {BROKEN}: ") as caught:
            call()
        assert caught.value.row == BROKEN and caught.value.where[0] == f"row {BROKEN}"
    _, errors = PLAIN.find_column(make(), name="note", patient={"birth_date": "born"}, on_error="collect")
    assert [row for row, _ in errors] == list(range(BROKEN, ROWS))
    assert errors[-1][1].row == ROWS - 1 and str(errors[-1][1]).startswith(f"row {ROWS - 1}: ")
    with pytest.raises(chartguard.ConfigError, match="name columns"):
        PLAIN.find_column(make(), name="note", patient_id=["a"] * ROWS)


@pytest.mark.parametrize("kind", KINDS)
def test_an_analysis_stays_lazy(kind, scorer):
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    columns = {"id": range(2000), "note": [None if i % 7 == 0 else f"{i} SSN 219-09-9999" for i in range(2000)]}
    make = lazies(columns)[kind]
    want = analyzer.analyze_table(pa.table(columns), text="note", id="id")
    table = make()
    out = analyzer.analyze_table(table, text="note", id="id")
    assert type(out) is type(table)
    if kind == "lazy":
        assert out.head(3).collect().to_dicts() == pl.DataFrame(want).head(3).to_dicts()
        assert out.select("id").collect()["id"].to_list() == list(range(2000))
        assert out.collect().to_dicts() == want.to_pylist()
    else:
        assert pa.table(out).to_pylist() == want.to_pylist()
    table = make()
    out, errors = analyzer.analyze_table(table, text="note", id="id", on_error="collect")
    assert type(out) is type(table) and errors == []
    with pytest.raises(chartguard.ConfigError, match="'note'"):
        analyzer.analyze_table(make(), text="ntoe")


def test_a_relation_comes_back_on_its_own_connection(tmp_path, scorer):
    file = tmp_path / "notes.db"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table notes as select i as id, i || ' SSN 219-09-9999' as note from range(5000) r(i)")
    connection = duckdb.connect(str(file))
    tables = connection.execute("from duckdb_tables()").fetchall(), connection.execute("from duckdb_views()").fetchall()
    out = PLAIN.scrub_column(connection.sql("from notes order by id"), name="note")
    joined = "select count(*) from out join notes using (id) where out.note = id || ' SSN [SSN]'"
    assert connection.sql(joined).fetchall() == [(5000,)]
    assert out.filter("id < 2").fetchall() == [(0, "0 SSN [SSN]"), (1, "1 SSN [SSN]")]
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    done = analyzer.analyze_table(connection.sql("from notes limit 3"), text="note", id="id")
    assert connection.sql("select id from done order by id").fetchall() == [(0,), (1,), (2,)]
    back = chartguard.restore_column(connection.sql("from out limit 1"), bytes(range(32)), name="note")
    assert connection.sql("select count(*) from back").fetchall() == [(1,)]
    assert tables == (connection.execute("from duckdb_tables()").fetchall(), connection.execute("from duckdb_views()").fetchall())
    connection.close()
    # Where the connection cannot take it, it comes back all the same.
    for keywords in ({"read_only": True}, {"config": {"python_enable_replacements": False}}):
        with duckdb.connect(str(file), **keywords) as connection:
            out = PLAIN.scrub_column(connection.sql("from notes order by id limit 1"), name="note")
            assert out.fetchall() == [(0, "0 SSN [SSN]")]


def test_one_progress_bar_for_all_windows():
    program = """
        import json, chartguard, polars as pl, tqdm.auto
        bars = []
        class Bar:
            def __init__(self, **keywords): self.n = 0; bars.append(self)
            def update(self, n): self.n += n
            def close(self): pass
        tqdm.auto.tqdm = Bar
        lazy = pl.LazyFrame({"note": ["x"] * 9000})
        chartguard.Scrubber(model="none").scrub_column(lazy, name="note", progress=True).collect()
        print(json.dumps([bar.n for bar in bars]))
    """
    pytest.importorskip("tqdm")
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [9000]


def test_known_rows_of_found_and_scored_columns(scorer):
    columns = {"note": ["quackenbush slept", "quackenbush slept", None], "who": ["Quackenbush", None, "x"]}
    for table in (columns, pd.DataFrame(columns), pl.DataFrame(columns), pa.table(columns), pl.LazyFrame(columns)):
        found = listed(PLAIN.find_column(table, name="note", patient={"names": "who"}))
        assert [row if row is None else [f["detector"] for f in row] for row in found] == [["patient"], [], None]
    (row,) = PLAIN.find_column(["quackenbush slept"], contexts=[{"patient": {"names": ["Quackenbush"]}}])
    assert row == [one.to_dict() for one in PLAIN.scrub("quackenbush slept", patient={"names": ["Quackenbush"]}).findings]
    with pytest.raises(chartguard.ConfigError, match="names"):
        PLAIN.find_column(columns, name="note", patient={"nmaes": "who"})


def test_known_rows_do_not_change_what_is_found(corpus):
    notes = [text for _, text in corpus][:300]
    found, errors = PLAIN.find_column(notes, patient_id=["p"] * len(notes), on_error="collect")
    want = PLAIN.find_column(notes)
    assert len(errors) < 10 and len([row for row in found if row is not None]) == len(notes) - len(errors)
    assert all(row is None or row == one for row, one in zip(found, want, strict=True))


NOTES = ["Gait training. Total treatment time: 15 minutes.", None, "SLP therapy. Total treatment time: 15 minutes.", "x"]
TYPES = ["treatment_note", "evaluation", "progress_report", None]


@pytest.mark.parametrize("kind", ["dict", "pandas", "arrow dtype", "polars", "pyarrow", "batch", "numpy", "category"])
def test_document_types_by_row(kind, scorer):
    columns = {"note": NOTES, "kind": TYPES, "who": ["pt", "ot", "slp", "pt"]}
    table = {
        "dict": lambda: columns,
        "pandas": lambda: pd.DataFrame(columns, index=[4, 4, 2, 1]),
        "arrow dtype": lambda: pd.DataFrame(columns, dtype=pd.ArrowDtype(pa.string())),
        "polars": lambda: pl.DataFrame(columns),
        "pyarrow": lambda: pa.table(columns),
        "batch": lambda: pa.record_batch(columns),
        "numpy": lambda: {name: pd.Series(column, dtype=object).to_numpy() for name, column in columns.items()},
        "category": lambda: pd.DataFrame(columns).astype("category"),
    }[kind]()
    out = scorer.score_column(table, name="note", doc_type="kind", discipline="who")
    want = [
        None if note is None else scorer.score(note, doc_type=doc_type, discipline=who)
        for note, doc_type, who in zip(NOTES, TYPES, columns["who"], strict=True)
    ]
    if kind == "pandas":
        assert out.index.tolist() == [4, 4, 2, 1]
    rows = listed(out)
    assert len(rows) == 4 and rows[1] in (None, pd.NA)
    for row, report in zip(rows, want, strict=True):
        if report is not None:
            assert (row["score"], row["doc_type"], row["discipline"]) == (report.score, report.doc_type, report.discipline)
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    done = analyzer.analyze_table(table, text="note", doc_type="kind", discipline="pt")
    assert [row for row in listed(done["discipline"]) if isinstance(row, str)] == ["pt"] * 3
    assert listed(done["doc_type"])[2] == "progress_report"


def test_document_types_that_are_none(scorer):
    columns = {"note": NOTES, "kind": ["treatment_note", None, "Jane Roe", "x"]}
    for call in (
        lambda: scorer.score_column(columns, name="note", doc_type="kind"),
        lambda: scorer.score_column(NOTES, doc_type=columns["kind"], on_error="null"),
    ):
        with pytest.raises(chartguard.ConfigError, match="^row 2: `doc_type`") as caught:
            call()
        assert caught.value.row == 2 and "Jane" not in str(caught.value)
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    for call in (
        lambda: scorer.score_column(columns, name="note", doc_type="knid"),
        lambda: analyzer.analyze_table(columns, text="note", doc_type="knid"),
    ):
        with pytest.raises(chartguard.ConfigError, match="'kind'.*evaluation"):
            call()
    with pytest.raises(chartguard.ConfigError, match="row 1: `doc_type`: int"):
        scorer.score_column(["a", "b"], doc_type=["evaluation", 3])
    with pytest.raises(chartguard.ConfigError, match="1 values were given for 2 notes"):
        scorer.score_column(["a", "b"], doc_type=["evaluation"])
    with pytest.raises(chartguard.ConfigError, match="one value for all rows"):
        column = PLAIN.scrub_column(pl.Series(["a"]).to_arrow())
        scorer.score_column(_exporter(column), doc_type=["evaluation"])
    assert scorer.score_column([], doc_type=[]) == []
    broken, errors = scorer.score_column(["a", 3, "b"], doc_type=["evaluation", "evaluation", "discharge"], on_error="collect")
    assert [row for row, _ in errors] == [1] and errors[0][1].row == 1 and broken[1] is None and broken[2] is not None


def _exporter(column):
    class Exporter:
        def __len__(self):
            return len(column)

        def __arrow_c_array__(self, requested_schema=None):
            return column.__arrow_c_array__(requested_schema)

    return Exporter()
