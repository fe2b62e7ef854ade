"""Columns into a vault and an audit log, and back: in any container, on any number of threads, whatever fails."""

import copy
import json
import multiprocessing
import pickle
import threading

import chartguard
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from chartguard.spark import BatchAnalyzer
from conftest import PLAIN

KEY = bytes(range(32))
AUDIT_KEY = b"a key of more than sixteen bytes"
NOW = "2024-03-14T09:26:53Z"
# More rows than a block has, and more blocks than are on their way at a time.
ROWS = 5000
NOTES = [None if n % 97 == 5 else f"SSN 219-09-{1000 + n}, seen 03/14/2024 😀" for n in range(ROWS)]
IDS = [f"note {n}" for n in range(ROWS)]
WANT = PLAIN.scrub_column(NOTES)


def vault():
    return chartguard.Vault.from_bytes(b"", KEY)


@pytest.fixture(scope="module")
def unbroken():
    """The bytes of a vault into which the notes went one by one."""
    into = vault()
    for note, name in zip(NOTES, IDS, strict=True):
        if note is not None:
            PLAIN.scrub(note, vault=into, context={"document_id": name})
    return into.to_bytes()


def as_list(column):
    column = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
    return [None if pd.isna(one) else one for one in column]


COLUMNS = {
    "list": lambda: NOTES,
    "tuple": lambda: tuple(NOTES),
    "numpy": lambda: np.array(NOTES, dtype=object),
    "pandas": lambda: pd.Series(NOTES, index=range(7, 7 + ROWS)),
    "pandas-arrow": lambda: pd.Series(NOTES, dtype=pd.ArrowDtype(pa.string())),
    "category": lambda: pd.Series(NOTES, dtype="category"),
    "polars": lambda: pl.Series("note", NOTES),
    "pyarrow": lambda: pa.array(NOTES, pa.string_view()),
    "chunks": lambda: pa.chunked_array([NOTES[:1700], NOTES[1700:1700], NOTES[1700:]]),
    "dictionary": lambda: pa.array(NOTES).dictionary_encode(),
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_is_kept_as_single_calls_keep_it(kind, threads, unbroken, tmp_path):
    column, into = COLUMNS[kind](), vault()
    log = chartguard.AuditLog(tmp_path / "log.jsonl", key=AUDIT_KEY)
    out = PLAIN.scrub_column(
        column, document_id=IDS, vault=into, audit=log, actor="u-17", now=NOW, threads=threads
    )
    assert type(out) is type(column) and as_list(out) == WANT
    assert into.to_bytes() == unbroken
    events = chartguard.AuditLog.events(tmp_path / "log.jsonl", key=AUDIT_KEY)
    assert len(events) == sum(note is not None for note in NOTES)
    assert {event["recorded"] for event in events} == {NOW}
    if kind == "list":
        one = chartguard.AuditLog(tmp_path / "one.jsonl", key=AUDIT_KEY)
        for note in NOTES[:40]:
            if note is not None:
                PLAIN.scrub(note, audit=one, actor="u-17", now=NOW)
        assert events[:39] == chartguard.AuditLog.events(tmp_path / "one.jsonl", key=AUDIT_KEY)
    back = chartguard.restore_column(out, vault=into, document_id=IDS, threads=threads)
    assert type(back) is type(column) and as_list(back) == NOTES


TABLES = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "lazy": pl.LazyFrame,
    "pyarrow": pa.table,
    "batch": pa.RecordBatch.from_pydict,
    "reader": lambda columns: pa.table(columns).to_reader(max_chunksize=300),
    "duckdb": lambda columns: duckdb.from_arrow(pa.table(columns)),
    "dict": dict,
}


def rows_of(table, name):
    if isinstance(table, pl.LazyFrame):
        # A query that wants only some of the columns is answered too.
        table = table.select(name).collect()
    if isinstance(table, duckdb.DuckDBPyRelation):
        table = table.to_arrow_table()
    if isinstance(table, pa.RecordBatchReader):
        table = table.read_all()
    return as_list(table[name])


@pytest.mark.parametrize("kind", TABLES)
def test_tables_say_which_note_is_which(kind, unbroken):
    columns = {"visit": IDS, "note": NOTES, "who": ["Quackenbush"] * ROWS}
    into = vault()
    table = TABLES[kind](columns)
    out = PLAIN.scrub_column(table, name="note", document_id="visit", vault=into, threads=2)
    assert isinstance(out, type(table))
    if kind == "reader":
        # It is read once.
        out = out.read_all()
    assert rows_of(out, "note") == WANT
    if kind != "duckdb":
        assert into.to_bytes() == unbroken
    assert into.head["records"] == sum(note is not None for note in NOTES)
    back = chartguard.restore_column(out, name="note", document_id="visit", vault=into)
    assert rows_of(back, "note") == NOTES


def test_patients_of_a_table_are_found_in_a_column():
    columns = {"note": ["quackenbush slept", "quackenbush slept"], "who": ["Quackenbush", None], "id": [1, 2]}
    for make in TABLES.values():
        into = vault()
        out = PLAIN.scrub_column(make(columns), name="note", patient={"names": ["who"]}, document_id="id", vault=into)
        assert rows_of(out, "note") == ["[NAME] slept", "quackenbush slept"]
        assert into.head["records"] == 2
    for keywords, expected in [
        ({"patient": {"nmaes": "who"}}, "names"),
        ({"patient": {"names": "whom"}}, "'who'"),
        ({"patient": {"names": [3]}}, "int"),
        ({"patient": "who"}, "dict"),
        ({"document_id": "ids"}, "'id'"),
    ]:
        with pytest.raises(chartguard.ConfigError, match=expected):
            PLAIN.scrub_column(columns, name="note", **keywords)
    for ids in (range(2), (str(n) for n in range(2)), np.array([0, 1]), pd.Series([0, 1]), pl.Series([0, 1]), pa.array(["0", "1"]), ("0", "1")):
        into = vault()
        shared = PLAIN.scrub_column(["Seen 03/14/2024", "Seen 03/15/2024"], document_id=ids, vault=into)
        assert chartguard.restore(shared[1], vault=into, document_id="1") == "Seen 03/15/2024"
    with pytest.raises(chartguard.ConfigError, match="no table"):
        PLAIN.scrub_column(columns["note"], document_id="id")
    with pytest.raises(chartguard.ConfigError, match="1 values were given for 2 notes"):
        PLAIN.scrub_column(columns["note"], document_id=["x"])
    with pytest.raises(chartguard.ConfigError, match="name columns"):
        PLAIN.scrub_column(pl.LazyFrame(columns), name="note", document_id=[1, 2]).collect()


def test_the_same_again_adds_nothing(unbroken, tmp_path):
    path = tmp_path / "notes.vault"
    for rows in (1234, ROWS, ROWS):
        into = chartguard.Vault(path, KEY)
        PLAIN.scrub_column(NOTES[:rows], document_id=IDS[:rows], vault=into, threads=2)
        del into
    assert path.read_bytes() == unbroken
    assert chartguard.restore_column(WANT, KEY, vault=path, document_id=IDS) == NOTES
    with pytest.raises(chartguard.SecretKeyError):
        chartguard.restore_column(WANT, bytes(range(1, 33)), vault=path)


def test_what_cannot_be_kept_is_no_result(tmp_path):
    notes = ["Seen 03/14/2024", "x", "Seen 03/15/2024", 7, None, "Seen 03/16/2024"]
    for on_error in ("null", "collect"):
        into, log = vault(), chartguard.AuditLog(tmp_path / f"{on_error}.jsonl")
        out = PLAIN.scrub_column(notes, vault=into, audit=log, on_error=on_error)
        errors = {3: None, 2: None, 5: None}
        if on_error == "collect":
            out, errors = out
            assert [row for row, _ in errors] == [2, 3, 5] and "document id" in str(errors[0][1])
            assert errors[0][1].row == 2 and "03/15" not in str(errors[0][1])
        assert out == ["Seen [DATE]", "x", None, None, None, None]
        events = chartguard.AuditLog.events(tmp_path / f"{on_error}.jsonl")
        assert [(event["outcome"], event.get("error"), event.get("counts")) for event in events] == [
            ("success", None, {"date": {"tag": 1}}),
            ("success", None, None),
            ("failure", "input", None),
            ("failure", "input", None),
        ]
        assert into.head["records"] == 2
    into, log = vault(), chartguard.AuditLog(tmp_path / "raise.jsonl")
    with pytest.raises(chartguard.InputError, match="row 2: .*document id"):
        PLAIN.scrub_column(notes[:3], vault=into, audit=log)
    with pytest.raises(chartguard.ConfigError, match="row 1: .*birth_date"):
        contexts = [None, {"patient": {"birth_date": "1.2.3"}}, None]
        PLAIN.scrub_column(["SSN 219-09-9999"] * 3, contexts=contexts, vault=into, audit=log)
    events = chartguard.AuditLog.events(tmp_path / "raise.jsonl")
    # What comes after the row that failed is neither kept nor recorded.
    assert [event["outcome"] for event in events] == ["success", "success", "failure", "success", "failure"]
    assert into.head["records"] == 3
    assert "219-09" not in (tmp_path / "raise.jsonl").read_text()


def test_nothing_comes_out_where_it_cannot_be_recorded(tmp_path):
    path = tmp_path / "notes.vault"
    vault_of = chartguard.Vault(path, KEY)
    PLAIN.scrub_column(["SSN 219-09-9999"], vault=vault_of)
    reading = chartguard.Vault(path, KEY, read_only=True)
    with pytest.raises(chartguard.ConfigError, match="row 0: .*only to be read"):
        PLAIN.scrub_column(["SSN 219-09-9998"], vault=reading)
    assert PLAIN.scrub_column(["SSN 219-09-9998"], vault=reading, on_error="null") == [None]
    log = chartguard.AuditLog(tmp_path / "log.jsonl")
    with pytest.raises(chartguard.ConfigError, match="RFC 3339"):
        PLAIN.scrub_column(["SSN 219-09-9998"], audit=log, now="yesterday")
    for keywords, expected in [({"vault": str(path)}, "Vault.*str"), ({"audit": path}, "AuditLog"), ({"vualt": reading}, "'vault'")]:
        with pytest.raises((chartguard.ConfigError, TypeError), match=expected):
            PLAIN.scrub_column(["x"], **keywords)


def test_records_are_of_the_time_they_are_made(tmp_path):
    log = chartguard.AuditLog(tmp_path / "log.db")
    PLAIN.scrub_column(NOTES, audit=log, threads=2)
    times = [event["recorded"] for event in chartguard.AuditLog.events(tmp_path / "log.db")]
    assert times == sorted(times) and times[0] < times[-1]


def test_an_analysis_is_kept_too(scorer, tmp_path):
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    notes = [f"PT treatment note. SSN 219-09-{1000 + n}. Gait training. Total treatment time: 15 minutes." for n in range(150)]
    columns = {"visit": [str(n) for n in range(150)], "note": notes}
    one = vault()
    for n, note in enumerate(notes):
        analyzer.analyze(note, context={"document_id": str(n)}, vault=one)
    for kind, make in TABLES.items():
        into, log = vault(), chartguard.AuditLog(tmp_path / f"{kind}.jsonl")
        done = analyzer.analyze_table(
            make(columns), text="note", id="visit", document_id="visit", vault=into, audit=log, actor="u-17", threads=2
        )
        if kind == "reader":
            done = pa.table(done)
        scrubbed = rows_of(done, "scrubbed")
        assert scrubbed == PLAIN.scrub_column(notes), kind
        assert into.head == one.head and log.head["records"] == 150
        assert chartguard.restore_column(scrubbed, vault=into, document_id=columns["visit"]) == notes


def test_who_may_not_is_refused_once(tmp_path):
    access = chartguard.Access.from_yaml(
        "roles: {officer: [restore, read_vault], clerk: [restore]}\n"
        "grants:\n"
        "  - {actor: u-17, role: officer, by: u-1, at: 2024-01-08T09:00:00Z}\n"
        "  - {actor: u-23, role: clerk, by: u-1, at: 2024-01-08T09:00:00Z}\n"
    )
    into, log = vault(), chartguard.AuditLog(tmp_path / "log.jsonl")
    shared = PLAIN.scrub_column(NOTES[:3], document_id=IDS[:3], vault=into)
    by = {"access": access, "audit": log, "now": NOW}
    assert chartguard.restore_column(shared, vault=into, document_id=IDS[:3], actor="u-17", **by) == NOTES[:3]
    with pytest.raises(chartguard.AccessError, match="read_vault"):
        chartguard.restore_column(shared, vault=tmp_path / "none", key=KEY, actor="u-23", **by)
    with pytest.raises(chartguard.ConfigError, match="actor"):
        chartguard.restore_column(shared, vault=into, **by)
    with pytest.raises(chartguard.TamperedError, match="row 1"):
        chartguard.restore_column([shared[0], shared[1] + "!"], vault=into, document_id=IDS[:2], actor="u-17", **by)
    told = [(event["action"], event["outcome"], event["actor"]["id"]) for event in chartguard.AuditLog.events(tmp_path / "log.jsonl")]
    assert told == [
        *[("restore", "success", "u-17")] * 3,
        ("read_vault", "refused", "u-23"),
        ("restore", "success", "u-17"),
        ("restore", "failure", "u-17"),
    ]
    for keywords in ({}, {"key": KEY, "document_id": IDS[:3]}, {"vault": into, "acess": access}):
        with pytest.raises((chartguard.ConfigError, TypeError), match="key|document_id|'access'"):
            chartguard.restore_column(shared, **keywords)


def child(thing, note, said):
    try:
        if isinstance(thing, chartguard.Vault):
            PLAIN.scrub_column([note], vault=thing)
        else:
            PLAIN.scrub_column([note], audit=thing)
        said.put("done")
    except chartguard.ConfigError as error:
        said.put(str(error))


@pytest.mark.parametrize("kind", ["vault", "memory", "audit"])
def test_a_vault_and_a_log_stay_in_their_process(kind, tmp_path):
    thing = {
        "vault": lambda: chartguard.Vault(tmp_path / "v", KEY),
        "memory": vault,
        "audit": lambda: chartguard.AuditLog(tmp_path / "log.jsonl"),
    }[kind]()
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(chartguard.ConfigError, match="each worker opens a file of its own"):
            copied(thing)
    fork = multiprocessing.get_context("fork")
    said = fork.Queue()
    worker = fork.Process(target=child, args=(thing, "SSN 219-09-9999", said))
    worker.start()
    assert "opened in another process" in said.get(timeout=60)
    worker.join()
    # Here it goes on as if nothing had been.
    child(thing, "SSN 219-09-9999", said)
    assert said.get(timeout=60) == "done" and thing.head["records"] == 1


def test_a_batch_of_a_cluster_does_not_take_them_along(scorer):
    work = BatchAnalyzer(chartguard.Analyzer(PLAIN, scorer), "note", vault=vault())
    assert len(work(pa.record_batch({"note": ["SSN 219-09-9999"]}))) == 1
    with pytest.raises(chartguard.ConfigError, match="each worker opens a file of its own"):
        pickle.dumps(work)


def keep_part(job):
    scrubber, path, notes, ids = job
    return scrubber.scrub_column(notes, document_id=ids, vault=chartguard.Vault(path, KEY))


def test_workers_with_a_vault_each(tmp_path):
    parts = [slice(n, None, 4) for n in range(4)]
    jobs = [(PLAIN, tmp_path / f"{n}.vault", NOTES[part], IDS[part]) for n, part in enumerate(parts)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.map(keep_part, jobs)
    for (_, path, notes, ids), scrubbed in zip(jobs, done, strict=True):
        assert chartguard.restore_column(scrubbed, KEY, vault=path, document_id=ids) == notes


def test_threads_share_a_vault_and_a_log(tmp_path):
    into, log = vault(), chartguard.AuditLog(tmp_path / "log.jsonl")
    done = {}

    def work(n):
        part = slice(n * 500, (n + 1) * 500)
        done[n] = PLAIN.scrub_column(NOTES[part], document_id=IDS[part], vault=into, audit=log)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum((done[n] for n in range(8)), []) == WANT[:4000]
    kept = sum(note is not None for note in NOTES[:4000])
    assert into.verify()["records"] == kept == chartguard.AuditLog.verify(tmp_path / "log.jsonl")["records"]
    assert chartguard.restore_column(WANT[:4000], vault=into, document_id=IDS[:4000]) == NOTES[:4000]


def test_an_event_of_the_applications_own(tmp_path):
    path = tmp_path / "log.jsonl"
    log = chartguard.AuditLog(path, key=AUDIT_KEY)
    first = log.record("change_policy", actor="u-17", roles=["officer"], policy=PLAIN, now=NOW)
    log.record("restore", actor="u-23", refused="read_vault", document="SSN 219-09-9999")
    last = log.record("scrub", failed="input", document=b"SSN 219-09-9999")
    assert (first["records"], last) == (1, log.head)
    events = chartguard.AuditLog.events(path, key=AUDIT_KEY)
    assert [(event["action"], event["outcome"]) for event in events] == [
        ("change_policy", "success"),
        ("restore", "refused"),
        ("scrub", "failure"),
    ]
    PLAIN.scrub("x", audit=log)
    assert events[0]["policy"] == chartguard.AuditLog.events(path, key=AUDIT_KEY)[3]["policy"]
    assert events[0]["actor"] == {"id": "u-17", "roles": ["officer"]} and events[0]["recorded"] == NOW
    assert events[1]["document"] == events[2]["document"] and events[1]["document"]["bytes"] == 15
    assert "219-09" not in path.read_text()
    for keywords, expected in [
        ({"action": "scrubb"}, "`scrub`"),
        ({"action": "restore", "refused": "restor"}, "`restore`"),
        ({"action": "scrub", "failed": "inptu"}, "`input`"),
        ({"action": "scrub", "roles": ["officer"]}, "actor"),
        ({"action": "scrub", "document": 3}, "str or bytes"),
        ({"action": "scrub", "now": "today"}, "RFC 3339"),
    ]:
        with pytest.raises(chartguard.ConfigError, match=expected):
            log.record(**keywords)


@pytest.mark.parametrize("name", ["log.jsonl", "log.db"])
def test_what_was_cut_off_shows_against_the_head(name, tmp_path):
    path = tmp_path / name
    log = chartguard.AuditLog(path)
    start = log.head
    PLAIN.scrub_column(["a", "b"], audit=log)
    before = log.head
    PLAIN.scrub_column(["c"], audit=log)
    # The log has grown since, which is no fault.
    for head in (start, before, before["hash"], log.head):
        assert chartguard.AuditLog.verify(path, head=head) == log.head
    del log
    shorter = tmp_path / f"shorter-{name}"
    log = chartguard.AuditLog(shorter)
    PLAIN.scrub_column(["a"], audit=log)
    PLAIN.scrub_column(["x"] * 5, audit=log)
    with pytest.raises(chartguard.TamperedError, match="6 records"):
        chartguard.AuditLog.verify(shorter, head=before)
    with pytest.raises(chartguard.ConfigError, match="head"):
        chartguard.AuditLog.verify(path, head=3)


def test_roles_are_given_and_taken(tmp_path):
    access = chartguard.Access.from_yaml("roles: {officer: [restore, read_vault], clerk: [restore]}\n")
    log = chartguard.AuditLog(tmp_path / "log.jsonl")
    before = copy.deepcopy(access)
    access.grant("u-17", "officer", by="u-1", now="2024-01-08T09:00:00Z", audit=log)
    assert access.allows("u-17", "restore", now=NOW) and not before.allows("u-17", "restore", now=NOW)
    assert not access.allows("u-17", "restore", now="2024-01-07T09:00:00Z")
    access.remove("u-17", "officer", by="u-2", now="2024-02-08T09:00:00Z", audit=log)
    assert not access.allows("u-17", "restore", now=NOW) and access.allows("u-17", "restore", now="2024-02-01T00:00:00Z")
    (grant,) = access.grants()
    assert grant == {
        "actor": "u-17",
        "role": "officer",
        "by": "u-1",
        "at": "2024-01-08T09:00:00Z",
        "removed": {"by": "u-2", "at": "2024-02-08T09:00:00Z"},
    }
    for again in (pickle.loads(pickle.dumps(access)), chartguard.Access.from_yaml(access.to_json())):
        assert again.grants() == access.grants() and json.loads(again.to_json()) == json.loads(access.to_json())
    for call, expected in [
        (lambda: access.grant("u-17", "oficer", by="u-1", audit=log), "`officer`"),
        (lambda: access.remove("u-23", "clerk", by="u-1", audit=log), "does not have"),
        (lambda: access.grant("u-17", "clerk", by=" "), "id"),
        (lambda: access.grant("u-17", "clerk", by="u-1", now="now"), "RFC 3339"),
    ]:
        with pytest.raises(chartguard.ConfigError, match=expected):
            call()
    assert len(access.grants()) == 1
    told = [(event["action"], event["outcome"], event["actor"]["id"]) for event in chartguard.AuditLog.events(tmp_path / "log.jsonl")]
    assert told == [
        ("change_access", "success", "u-1"),
        ("change_access", "success", "u-2"),
        ("change_access", "failure", "u-1"),
        ("change_access", "failure", "u-1"),
    ]


def test_keys(tmp_path):
    path = tmp_path / "key.txt"
    path.write_text(KEY.hex() + "\n")
    key = chartguard.Key(KEY)
    for same in (chartguard.Key(KEY.hex()), chartguard.Key(key), chartguard.Key.load(path), pickle.loads(pickle.dumps(key))):
        assert same.fingerprint("patient", "4471203") == key.fingerprint("patient", b"4471203")
    assert key.fingerprint("patient", "4471203") != chartguard.Key(bytes(range(1, 33))).fingerprint("patient", "4471203")
    assert KEY.hex() not in repr(key) and key.fingerprint("patient", "é") == key.fingerprint("patient", "é".encode())
    policy = {"categories": {"ssn": {"operator": "hash"}}, "regime": "none"}
    hashed = {chartguard.Scrubber(policy=policy, model="none", key=one).scrub("SSN 219-09-9999").text for one in (key, KEY, KEY.hex())}
    assert len(hashed) == 1
    into = chartguard.Vault(tmp_path / "v", key)
    shared = PLAIN.scrub_column(["SSN 219-09-9999"], vault=into)
    assert chartguard.restore_column(shared, key, vault=tmp_path / "v") == ["SSN 219-09-9999"]
    for bad in (b"short", "zz", 3):
        with pytest.raises(chartguard.ConfigError, match="key"):
            chartguard.Key(bad)
    with pytest.raises(chartguard.FileError):
        chartguard.Key.load(tmp_path / "none")
    with pytest.raises(chartguard.InputError):
        key.fingerprint("patient", "\ud800")
