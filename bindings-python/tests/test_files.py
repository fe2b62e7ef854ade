"""`chartguard scrub`, `analyze` and `restore` over tables and folders: what comes out, and that a run which was killed goes on to the same
bytes, of the vault too."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import chartguard
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from chartguard import _files, _lock
from conftest import PLAIN

NOTES = [f"{i}: SSN 219-09-9999, seen 03/14/2024,\nby Dr. \"Adeyemi\"" for i in range(2500)]
NOTES[3], NOTES[4] = "", "no change"
WANT = PLAIN.scrub_column(NOTES, threads=2)


def run(*arguments, status=0, command="scrub"):
    model = [] if command == "restore" else ["--model", "none"]
    command = [sys.executable, "-m", "chartguard", command, *model, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    assert "219-09-9999" not in done.stdout + done.stderr and "Adeyemi" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(("delimiter", "end"), [(",", "\n"), ("\t", "\r\n")])
def test_delimited(tmp_path, delimiter, end):
    source, out = tmp_path / ("in.csv" if delimiter == "," else "in.tsv"), tmp_path / "out"
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
        writer.writerow(["id", "the note", "x"])
        writer.writerows([i, note, "ü"] for i, note in enumerate(NOTES))
    said = run(source, "--column", "the note", "-o", out, "--findings", tmp_path / "f", "--id", "id", "--stats", tmp_path / "s")
    assert "2500 notes" in said
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    assert rows == [["id", "the note", "x"], *([str(i), note, "ü"] for i, note in enumerate(WANT))]
    assert out.read_bytes().count(b"\r\n") == (2501 if end == "\r\n" else 0)
    found = [json.loads(line) for line in (tmp_path / "f").read_text().splitlines()]
    assert found[0]["row"] == 0 and found[0]["id"] == "0" and found[-1]["row"] == 2499
    assert [f["category"] for f in found if f["row"] == 7] == [f.category for f in PLAIN.find(NOTES[7])]
    stats = json.loads((tmp_path / "s").read_text())
    assert stats["notes"] == 2500 and stats["failed"] == 0 and stats["findings"] == len(found)
    assert stats["categories"]["ssn"] == 2498 and stats["notes_with_findings"] == 2498
    assert not list(tmp_path.glob("*.partial"))
    assert "exists" in run(source, "--column", "the note", "-o", out, status=2)


def test_json_lines_and_patients(tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [{"id": i, "note": "quackenbush slept" if i else None, "who": "Quackenbush", "n": 1.5} for i in range(3)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run(source, "--column", "note", "--output", out, "--patient-column", "names=who")
    got = [json.loads(line) for line in out.read_text().splitlines()]
    assert got == [{**row, "note": row["note"] and "[NAME] slept"} for row in rows]


def test_parquet(tmp_path):
    source, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    texts = pa.chunked_array([NOTES[:1700], NOTES[1700:]])
    table = pa.table({"id": range(2500), "note": texts, "kind": pa.array(["a", None] * 1250).dictionary_encode()})
    table = table.replace_schema_metadata({"who": "us"})
    pq.write_table(table, source, row_group_size=900)
    run(source, "--column", "note", "-o", out, "--threads", 2)
    done = pq.read_table(out)
    assert done.schema.equals(table.schema, check_metadata=True)
    assert done["note"].to_pylist() == WANT and done.drop_columns("note").equals(table.drop_columns("note"))
    assert "'note'" in run(source, "--column", "notes", "-o", tmp_path / "x.parquet", status=2)
    (tmp_path / "cut.parquet").write_bytes(source.read_bytes()[:-50])
    assert "cut short" in run(tmp_path / "cut.parquet", "--column", "note", "-o", tmp_path / "x.parquet", status=2)


def test_folders(tmp_path):
    source, out = tmp_path / "notes", tmp_path / "out"
    (source / "b").mkdir(parents=True)
    (source / "a.txt").write_bytes(b"SSN 219-09-9999\r\n")
    (source / "b" / "c.txt").write_text("no change")
    (source / "left.md").write_text("219-09-9999")
    run(source, "-o", out, "--findings", tmp_path / "f", "--id", "id")
    assert {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*.*")} == {
        "a.txt": b"SSN [SSN]\r\n",
        "b/c.txt": b"no change",
    }
    assert json.loads((tmp_path / "f").read_text())["id"] == "a.txt"


def test_bad_input(tmp_path):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    for text, expected in [
        ("id,note\n1,a,b\n", "line 2: 3 fields where the head has 2"),
        ("", "no head"),
        ("note,note\n", "two columns"),
    ]:
        source.write_text(text)
        assert expected in run(source, "--column", "note", "-o", out, status=2)
    source.write_bytes(b"id,note\n1,\xff\n")
    assert "line 2: not UTF-8" in run(source, "--column", "note", "-o", out, status=2)
    lines, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines.write_text('{"note": "a"}\n{"note": Jane}\n')
    said = run(lines, "--column", "note", "-o", out, status=2)
    assert "line 2" in said and "Jane" not in said
    lines.write_text('{"note": "SSN 219-09-9999"}\n{"note": 7}\n')
    assert "line 2" in run(lines, "--column", "note", "-o", out, status=2)
    run(lines, "--column", "note", "-o", out, "--on-error", "null", "--restart", status=1)
    assert out.read_text() == '{"note":"SSN [SSN]"}\n{"note":null}\n'
    assert "no /no/such" in run("/no/such.csv", "--column", "note", "-o", tmp_path / "x", status=2)
    assert "--output" in run(source, "--column", "note", status=2)


def test_help_says_both():
    helps = [subprocess.run([sys.executable, "-m", "chartguard", "scrub", *more, "--help"], capture_output=True, text=True).stdout for more in ([], ["--column", "x"])]
    assert "--jsonl" in helps[0] and "--column NAME --help" in helps[0] and "--patient-column" in helps[1]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path, suffix):
    source, whole, broken = tmp_path / f"in.{suffix}", tmp_path / f"whole.{suffix}", tmp_path / f"broken.{suffix}"
    rows = 12_000
    notes = [NOTES[i % 2500] + " walked well" * 20 for i in range(rows)]
    if suffix == "csv":
        with source.open("w", newline="") as file:
            csv.writer(file).writerows([["note"], *([note] for note in notes)])
    else:
        pq.write_table(pa.table({"note": notes}), source)
    more = ["--findings", tmp_path / "whole.found", "--stats", tmp_path / "whole.stats"]
    run(source, "--column", "note", "-o", whole, *more)
    more = ["--findings", tmp_path / "broken.found", "--stats", tmp_path / "broken.stats"]
    command = [sys.executable, "-m", "chartguard", "scrub", "--model", "none", source, "--column", "note", "-o", broken, *more]
    for kill, least in ((signal.SIGKILL, 2), (signal.SIGINT, 5), (signal.SIGKILL, 7)):
        child = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE)
        while child.poll() is None and len(list(tmp_path.glob("broken.*.partial/0*.json"))) < least:
            time.sleep(0.002)
        child.send_signal(kill)
        child.communicate()
        assert child.returncode == (130 if kill == signal.SIGINT else -9)
        assert not broken.exists()
    done = sorted(tmp_path.glob("broken.*.partial/0*.json"))
    assert 7 <= len(done) < 12
    stamps = {path: path.stat().st_mtime_ns for path in done}
    # Another policy may not go on with these parts.
    assert "policy" in run(source, "--column", "note", "-o", broken, *more, "--policy", "limited-data-set", status=2)
    assert stamps == {path: path.stat().st_mtime_ns for path in done}
    run(source, "--column", "note", "-o", broken, *more)
    assert broken.read_bytes() == whole.read_bytes()
    for name in ("found", "stats"):
        assert (tmp_path / f"broken.{name}").read_bytes() == (tmp_path / f"whole.{name}").read_bytes()
    assert not list(tmp_path.glob("*.partial"))


@pytest.fixture
def keyed(tmp_path):
    """The options of a vault and a log, and where they are."""
    (tmp_path / "key.txt").write_text(KEY.hex())
    (tmp_path / "audit.key").write_bytes(AUDIT_KEY + b"\n")
    vault = ["--vault", tmp_path / "v", "--key-file", tmp_path / "key.txt"]
    return vault, ["--audit", tmp_path / "log.jsonl", "--audit-key", tmp_path / "audit.key", "--actor", "u-17"]


KEY = bytes(range(32))
AUDIT_KEY = b"a key of more than sixteen bytes"


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "folder"])
def test_a_vault_and_a_log_and_the_way_back(tmp_path, suffix, keyed):
    notes = ["Seen 03/14/2024", "Seen 03/15/2024", "no change", "SSN 219-09-9999"]
    source = tmp_path / f"in.{suffix}"
    if suffix == "folder":
        source.mkdir()
        for n, note in enumerate(notes):
            (source / f"{n}.txt").write_text(note)
    elif suffix == "csv":
        with source.open("w", newline="") as file:
            csv.writer(file).writerows([["visit", "note"], *enumerate(notes)])
    elif suffix == "jsonl":
        source.write_text("".join(json.dumps({"visit": n, "note": note}) + "\n" for n, note in enumerate(notes)))
    else:
        pq.write_table(pa.table({"visit": range(4), "note": notes}), source)
    vault, audit = keyed
    shared, back = tmp_path / f"shared.{suffix}", tmp_path / f"back.{suffix}"
    named = [] if suffix == "folder" else ["--column", "note", "--id", "visit"]
    run(source, *named, "-o", shared, *vault, *audit)
    run(shared, *named, "-o", back, *vault, *audit, command="restore")

    def held(path):
        return {one.name: one.read_bytes() for one in path.iterdir()} if path.is_dir() else path.read_bytes()

    if suffix == "parquet":
        assert pq.read_table(back).equals(pq.read_table(source))
        assert pq.read_table(shared)["note"].to_pylist() == ["Seen [DATE]", "Seen [DATE]", "no change", "SSN [SSN]"]
    elif suffix == "jsonl":
        assert [json.loads(line) for line in back.open()] == [json.loads(line) for line in source.open()]
    elif suffix == "csv":
        assert list(csv.reader(back.open())) == list(csv.reader(source.open()))
    else:
        assert held(back) == held(source) != held(shared)
    into = chartguard.Vault(tmp_path / "v", KEY, read_only=True)
    assert into.head["records"] == 4
    name = "1.txt" if suffix == "folder" else "1"
    assert chartguard.restore("Seen [DATE]", vault=into, document_id=name) == notes[1]
    events = chartguard.AuditLog.events(tmp_path / "log.jsonl", key=AUDIT_KEY)
    assert [event["action"] for event in events] == ["scrub"] * 4 + ["restore"] * 4
    assert {event["actor"]["id"] for event in events} == {"u-17"}
    assert [e["document"] for e in events[:4]] == [e["document"] for e in events[4:]]


def test_what_a_vault_and_a_log_need(tmp_path, keyed):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("id,a,b\n7,Seen 03/14/2024,Seen 03/15/2024\n")
    vault, audit = keyed
    assert "--id" in run(source, "--column", "a", "-o", out, *vault, status=2)
    assert "--key-file" in run(source, "--column", "a", "-o", out, *vault[:2], "--id", "id", status=2)
    assert "--audit" in run(source, "--column", "a", "-o", out, *audit[2:], status=2)
    # Two columns of a row are two notes.
    columns = ["--column", "a", "--column", "b"]
    run(source, *columns, "--patient-column", "document_id=id", "-o", out, *vault)
    assert out.read_text() == "id,a,b\n7,Seen [DATE],Seen [DATE]\n"
    assert chartguard.restore("Seen [DATE]", KEY, vault=tmp_path / "v", document_id="7/b") == "Seen 03/15/2024"
    run(out, *columns, "--id", "id", "-o", tmp_path / "back.csv", *vault, command="restore")
    assert (tmp_path / "back.csv").read_text() == source.read_text()
    rules = tmp_path / "roles.yaml"
    rules.write_text("roles: {officer: [restore, read_vault]}\ngrants: [{actor: u-1, role: officer, by: u-1, at: 2024-01-08T09:00:00Z}]\n")
    said = run(out, *columns, "--id", "id", "-o", tmp_path / "x.csv", *vault, *audit, "--access", rules, command="restore", status=2)
    assert "permission `restore`" in said and not (tmp_path / "x.csv").exists()
    said = run(source, *columns, "-o", tmp_path / "x.csv", *audit, "--access", rules, "--policy", "limited-data-set", status=2)
    assert "change_policy" in said
    told = [(e["action"], e["outcome"]) for e in chartguard.AuditLog.events(tmp_path / "log.jsonl", key=AUDIT_KEY)]
    assert told == [("restore", "refused"), ("change_policy", "refused")]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_killed_run_with_a_vault_doubles_nothing(tmp_path, suffix, keyed):
    source = tmp_path / f"in.{suffix}"
    rows = 8_000
    notes = [f"Seen 03/14/2024, {NOTES[i % 2500]}" + " walked well" * 20 for i in range(rows)]
    if suffix == "csv":
        with source.open("w", newline="") as file:
            csv.writer(file).writerows([["n", "note"], *enumerate(notes)])
    else:
        pq.write_table(pa.table({"n": range(rows), "note": notes}), source)
    vault, audit = keyed
    whole, broken = tmp_path / f"whole.{suffix}", tmp_path / f"broken.{suffix}"
    named = ["--column", "note", "--id", "n"]
    run(source, *named, "-o", whole, "--vault", tmp_path / "whole.vault", *vault[2:])
    command = [sys.executable, "-m", "chartguard", "scrub", "--model", "none", source, *named, "-o", broken, *vault, *audit]
    for kill, least in ((signal.SIGKILL, 1), (signal.SIGINT, 3), (signal.SIGKILL, 5)):
        child = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE)
        while child.poll() is None and len(list(tmp_path.glob("broken.*.partial/0*.json"))) < least:
            time.sleep(0.002)
        # In the middle of a part.
        time.sleep(0.03)
        child.send_signal(kill)
        child.communicate()
        assert child.returncode == (130 if kill == signal.SIGINT else -9) and not broken.exists()
    # Parts whose notes are no longer in the vault are not gone on from.
    held = (tmp_path / "v").read_bytes()
    (tmp_path / "v").unlink()
    assert "fewer records" in run(source, *named, "-o", broken, *vault, *audit, status=2)
    (tmp_path / "v").write_bytes(held)
    assert "another vault" in run(source, *named, "-o", broken, "--vault", tmp_path / "w", *vault[2:], *audit, status=2)
    run(source, *named, "-o", broken, *vault, *audit)
    assert broken.read_bytes() == whole.read_bytes()
    assert (tmp_path / "v").read_bytes() == (tmp_path / "whole.vault").read_bytes()
    # The log says what was done: a note that was worked on twice is recorded twice, none is missing.
    events = chartguard.AuditLog.events(tmp_path / "log.jsonl", key=AUDIT_KEY)
    assert len({event["document"]["fingerprint"] for event in events}) == len(set(notes)) and len(events) >= rows


RESULTS = ["scrubbed", "findings", "score", "raw", "coverage", "risk", "doc_type", "discipline", "criteria"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "folder"])
def test_analyze(tmp_path, suffix, scorer):
    notes = [f"PT treatment note {i}. SSN 219-09-9999. Gait training. Total treatment time: 15 minutes." for i in range(1200)]
    notes[5] = "x"
    source, out = tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}"
    if suffix == "folder":
        source.mkdir()
        for n, note in enumerate(notes):
            (source / f"{n:05}.txt").write_text(note)
        ids = [f"{n:05}.txt" for n in range(1200)]
    else:
        ids = list(range(1200))
        columns = {"visit": ids, "note": notes, "who": ["Quackenbush"] * 1200, "ward": ["7b", None] * 600}
        frame = pa.table(columns)
        if suffix == "parquet":
            pq.write_table(frame, source)
        elif suffix == "jsonl":
            source.write_text("".join(json.dumps(row) + "\n" for row in frame.to_pylist()))
        else:
            with source.open("w", newline="") as file:
                csv.writer(file).writerows([frame.column_names, *(row.values() for row in frame.to_pylist())])
    named = [] if suffix == "folder" else ["--column", "note", "--id", "visit", "--keep", "ward"]
    said = run(source, *named, "-o", out, "--doc-type", "treatment_note", "--stats", tmp_path / "s", "--findings", tmp_path / "f", "--threads", 2, command="analyze")
    assert "1200 notes analyzed, 1199 findings removed" in said
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    want = analyzer.analyze_table({"note": notes, "type": ["treatment_note"] * 1200}, text="note", doc_type="type")
    want = [dict(zip(RESULTS, row, strict=True)) for row in zip(*(want[name] for name in RESULTS), strict=True)]
    if suffix == "parquet":
        table = pq.read_table(out)
        assert table.column_names == ["visit", "ward", *RESULTS] and table.schema.field("visit").type == pa.int64()
        assert table.schema.field("score").type == pa.float64()
        rows = table.to_pylist()
    elif suffix == "csv":
        rows = list(csv.DictReader(out.open(newline="")))
        for row in rows:
            row |= {name: json.loads(row[name]) for name in ("findings", "criteria")}
            row |= {name: float(row[name]) if row[name] else None for name in ("score", "raw", "coverage")}
            row |= {name: row[name] or None for name in ("risk", "doc_type", "discipline")}
    else:
        rows = [json.loads(line) for line in out.open()]
    assert [{name: row[name] for name in RESULTS} for row in rows] == want
    assert [str(row["id" if suffix == "folder" else "visit"]) for row in rows] == [str(one) for one in ids]
    if suffix != "folder":
        assert [row["ward"] or None for row in rows] == ["7b", None] * 600 and "Quackenbush" not in str(rows)
    stats = json.loads((tmp_path / "s").read_text())
    scores = [row["score"] for row in want if row["score"] is not None]
    assert stats["scored"] == len(scores) and stats["mean_score"] == pytest.approx(sum(scores) / len(scores), abs=1e-4)
    assert sum(stats["risks"].values()) == sum(row["risk"] is not None for row in want)
    assert len((tmp_path / "f").read_text().splitlines()) == 1199


def test_analyze_goes_on_and_says_what_is_wrong(tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"id": i, "note": f"{i} SSN 219-09-9999"}) + "\n" for i in range(6000)))
    run(source, "--column", "note", "-o", tmp_path / "whole.jsonl", command="analyze")
    command = [sys.executable, "-m", "chartguard", "analyze", "--model", "none", source, "--column", "note", "-o", out]
    child = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE)
    while child.poll() is None and len(list(tmp_path.glob("out.*.partial/0*.json"))) < 2:
        time.sleep(0.002)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert child.returncode == -9
    assert "another rubric" in run(source, "--column", "note", "-o", out, "--rubric", "soap-completeness", command="analyze", status=2)
    assert "another command" in run(source, "--column", "note", "-o", out, status=2)
    run(source, "--column", "note", "-o", out, command="analyze")
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    for options, expected in [
        (["--keep", "ids"], "'id'"),
        (["--rubric", "soap"], "soap-completeness"),
        (["--doc-type", "evaluaton"], "evaluation"),
        (["--column", "id"], "one column"),
        (["--patient-column", "doctype=id"], "doc_type"),
    ]:
        said = run(source, "--column", "note", "-o", tmp_path / "x.jsonl", *options, command="analyze", status=2)
        assert expected in said and "Traceback" not in said


def test_a_text_that_cannot_be_written_is_not_repeated(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"note": "x", "who": "Quackenbush \\ud800"}\n')
    said = run(source, "--column", "note", "-o", tmp_path / "out.jsonl", status=2)
    assert "lone surrogate" in said and "Traceback" not in said and "Quackenbush" not in said


def test_nothing_is_written_over_unasked(tmp_path, capsys, monkeypatch):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    beside = {"--findings": tmp_path / "f.jsonl", "--stats": tmp_path / "s.json"}
    source.write_text("note\nSSN 219-09-9999\n")
    command = ["scrub", "--model", "none", str(source), "--column", "note", "-o"]

    def main(output, *more, expected=None):
        status = _files.main([*command, str(output), *map(str, more)])
        said = capsys.readouterr().err
        assert (status, "219-09-9999" in said) == (2 if expected else 0, False), said
        assert expected is None or expected in said, said
        assert source.read_text() == "note\nSSN 219-09-9999\n" and not list(tmp_path.glob("*.partial"))

    for option, path in beside.items():
        path.write_text("of somebody")
        main(out, option, path, expected=f"`{option}`: {path} exists; --force replaces it")
        assert path.read_text() == "of somebody" and not out.exists()
        main(out, option, path, "--force")
        assert path.read_text() != "of somebody"
        out.unlink(), path.unlink()
    # One place for two things, by whatever name.
    again = tmp_path / "folder" / ".." / "in.csv"
    (tmp_path / "folder").mkdir()
    for output, more, expected in [
        (again, [], "is the input too"),
        (out, ["--findings", again], "is the input too"),
        (out, ["--stats", source], "is the input too"),
        (out, ["--findings", out], "is --output too"),
        (out, ["--findings", tmp_path / "x", "--stats", tmp_path / "x"], "is --findings too"),
        (tmp_path, [], "is a folder that holds the input"),
        (tmp_path / "folder", [], "is a folder"),
        (out, ["--stats", tmp_path / "folder"], "is a folder"),
    ]:
        main(output, *more, expected=expected)
        main(output, *more, "--force", expected=expected)
    # A run that was stopped owns what it put beside its output.
    more = [str(one) for pair in beside.items() for one in pair]
    replace = os.replace

    def stopped(one, other):
        if other == out:
            raise KeyboardInterrupt
        replace(one, other)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stopped)
        assert _files.main([*command, str(out), *more]) == 130
    assert all(path.exists() for path in beside.values()) and not out.exists()
    assert _files.main([*command, str(out), *more[:2]]) == 0
    assert out.read_text() == "note\nSSN [SSN]\n" and not list(tmp_path.glob("*.partial"))


def test_parts_without_findings_give_none(tmp_path, monkeypatch, capsys):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("note\nSSN 219-09-9999\n")
    command = ["scrub", "--model", "none", str(source), "--column", "note", "-o", str(out)]
    with monkeypatch.context() as patch:
        patch.setattr(_files.Scrub, "join", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert _files.main(command) == 130
    assert _files.main([*command, "--findings", str(tmp_path / "f")]) == 2
    assert "another findings" in capsys.readouterr().err
    # What lies there without its manifest is of nobody.
    (tmp_path / "out.csv.partial" / "job.json").unlink()
    (tmp_path / "out.csv.partial" / "000000.part").write_text("of somebody\n")
    assert _files.main(command) == 2 and (tmp_path / "out.csv.partial" / "000000.part").exists()
    assert "of no run" in capsys.readouterr().err
    assert _files.main([*command, "--restart"]) == 0 and out.read_text() == "note\nSSN [SSN]\n"


@pytest.mark.parametrize("command", ["scrub", "analyze"])
def test_a_line_without_its_note_does_not_pass_through(tmp_path, command):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    for lines, expected in [
        (['{"note": "a"}', "", '{"Note": "SSN 219-09-9999"}'], "line 3 has no 'note'; the nearest is 'Note'"),
        (['{"text": "SSN 219-09-9999"}'], "line 1 has no 'note'"),
        (['{"note": "a"}'] * 1000 + ["{}"], "line 1001 has no 'note'"),
    ]:
        source.write_text("\n".join(lines))
        for more in ([], ["--on-error", "null"]):
            assert expected in run(source, "--column", "note", "-o", out, *more, "--restart", command=command, status=2)
            assert not out.exists()
    source.write_text('{"note": null, "id": 7}\n{"note": "x"}\n')
    run(source, "--column", "note", "--id", "id", "-o", out, "--restart", command=command)
    if command == "scrub":
        assert out.read_text() == '{"note":null,"id":7}\n{"note":"x"}\n'


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_columns_are_looked_for_where_there_are_no_rows(tmp_path, suffix):
    source, out = tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.table({"id": pa.array([], pa.int64()), "text": pa.array([], pa.string())}), source)
    else:
        source.write_text(f"id{',' if suffix == 'csv' else chr(9)}text\n")
    named = ["--column", "text", "-o", out]
    for command, options, expected in [
        ("scrub", ["--column", "note", "-o", out], "no column 'note'"),
        ("scrub", [*named, "--id", "ids"], "no column 'ids'"),
        ("scrub", [*named, "--patient-column", "names=who"], "no column 'who'"),
        ("analyze", [*named, "--keep", "ward"], "no column 'ward'"),
        ("restore", ["--column", "note", "-o", out, "--key-file", tmp_path / "key"], "no column 'note'"),
    ]:
        (tmp_path / "key").write_text(KEY.hex())
        assert expected in run(source, *options, command=command, status=2)
        assert not out.exists() and not list(tmp_path.glob("*.partial"))
    run(source, *named)
    assert suffix == "parquet" or out.read_text() == source.read_text()


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_table_without_a_head_is_not_repeated(tmp_path, suffix):
    source, out = tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}"
    first = ["1", "Quackenbush fell on 3/4."]
    if suffix == "csv":
        source.write_text("".join(f'{n},"{first[1]}"\n' for n in (1, 2)))
    elif suffix == "jsonl":
        source.write_text(json.dumps(dict.fromkeys(first, "x")))
    else:
        pq.write_table(pa.table({name: ["x"] for name in first}), source)
    for command, options in [
        ("scrub", ["--column", "note"]),
        ("scrub", ["--column", "Quackenbush fel"]),
        ("scrub", ["--column", "1", "--id", "visit"]),
        ("scrub", ["--column", "1", "--patient-column", "names=who"]),
        ("analyze", ["--column", "1", "--keep", "ward"]),
    ]:
        said = run(source, *options, "-o", out, command=command, status=2)
        assert "on 3/4" not in said and ("no head" in said or suffix == "jsonl" and "line 1 has no" in said)


def test_a_name_that_says_another_format_is_refused(tmp_path):
    table = pa.table({"note": ["SSN 219-09-9999"]})
    pq.write_table(table, tmp_path / "in.parquet")
    for name in ("in.csv", "in.data", "in.TSV"):
        (tmp_path / name).write_text("note\nSSN 219-09-9999\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("SSN 219-09-9999")
    for source, output, options, command, expected in [
        ("in.parquet", "o.csv", [], "scrub", "o.csv is named like CSV, and the output is Parquet"),
        ("in.csv", "o.PQ", [], "scrub", "is named like Parquet, and the output is CSV"),
        ("in.data", "o.csv", ["--format", "tsv"], "scrub", "is named like CSV, and the output is TSV"),
        ("in", "o.csv", [], "analyze", "is named like CSV, and the output is JSON Lines"),
        ("in", "o.jsonl", [], "scrub", "is named like JSON Lines, and the output is a folder of .txt"),
        ("in.parquet", "o.pq", [], "scrub", None),
        ("in.csv", "o.data", [], "scrub", None),
        ("in.data", "o.tsv", ["--format", "tsv"], "scrub", None),
        # Who names a table of another format so reads it so.
        ("in.TSV", "p.tsv", ["--format", "csv"], "scrub", None),
    ]:
        column = [] if source == "in" else ["--column", "note"]
        said = run(tmp_path / source, *column, "-o", tmp_path / output, *options, command=command, status=2 if expected else 0)
        assert (tmp_path / output).exists() == (expected is None) and (expected or "") in said


def test_what_passes_through_is_said(tmp_path):
    def said(text, *options, suffix="csv", command="scrub"):
        source = tmp_path / f"in.{suffix}"
        source.write_text(text)
        lines = run(source, "--column", "note", *options, "-o", tmp_path / "out", "--force", command=command).splitlines()
        assert "notes" in lines[0] and len(lines) <= 2
        return lines[1:]

    two = ["chartguard: 2 other columns pass through as they are: id, patient"]
    assert said("id,note,patient\n1,a,Quackenbush\n", "--patient-column", "names=patient") == two
    assert said("id,note,patient\n") == two
    assert said("id,note,plan\n1,a,b\n", "--column", "plan") == ["chartguard: 1 other column passes through as it is: id"]
    assert said("note\na\n") == []
    assert said("note,Fell on 3/4,c\na,b,c\n") == ["chartguard: 2 other columns pass through as they are"]
    assert said('{"id":1,"note":"a"}\n{"note":"b","patient":"c"}\n', suffix="jsonl") == two
    assert said("id,note,patient\n1,a,b\n", command="analyze") == []
    assert said("id,note,patient\n1,a,b\n", "--id", "id", "--keep", "patient", command="analyze") == two
    many = ",".join(f"c{n}" for n in range(25))
    (line,) = said(f"note,{many}\n")
    assert line.endswith("c18, c19, ...") and "25 other" in line


@pytest.mark.parametrize("command", ["scrub", "analyze", "restore"])
def test_usage_shows_more_than_one_column(command):
    done = subprocess.run([sys.executable, "-m", "chartguard", command, "-o", "x", "--help"], capture_output=True, text=True)
    usage = done.stdout.split("\n\n")[0]
    assert ("--column NAME ..." in usage) == ("again for each further one" in done.stdout.partition("-o, --output")[0]) == (command != "analyze")
    assert ("--patient-column names=patient" in usage) == (command != "restore")


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_one_run_at_a_time(tmp_path, suffix):
    source, out, whole = (tmp_path / f"{name}.{suffix}" for name in ("in", "out", "whole"))
    notes = [NOTES[n % 2500] + " walked well" * 20 for n in range(8000)]
    if suffix == "csv":
        with source.open("w", newline="") as file:
            csv.writer(file).writerows([["note"], *([note] for note in notes)])
    else:
        pq.write_table(pa.table({"note": notes}), source)
    command = [sys.executable, "-m", "chartguard", "scrub", "--model", "none", str(source), "--column", "note", "-o", str(out)]
    first = subprocess.Popen(command, stderr=subprocess.PIPE)
    while first.poll() is None and not list(tmp_path.glob("out.*.partial/0*.json")):
        time.sleep(0.002)
    first.send_signal(signal.SIGSTOP)
    for more in ([], ["--restart"], ["--force"]):
        assert f"another run is working on {out}" in run(source, "--column", "note", "-o", out, *more, status=2)
    first.send_signal(signal.SIGCONT)
    first.communicate()
    assert first.returncode == 0
    assert "exists" in run(source, "--column", "note", "-o", out, status=2)
    run(source, "--column", "note", "-o", whole)
    assert out.read_bytes() == whole.read_bytes() and not list(tmp_path.glob("*.partial"))


def test_runs_that_begin_together(tmp_path):
    (tmp_path / "in.csv").write_text("note\n" + "SSN 219-09-9999\n" * 3000)
    command = [sys.executable, "-m", "chartguard", "scrub", "--model", "none", "in.csv", "--column", "note", "-o", "out.csv"]
    runs = [subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [one.communicate()[1] for one in runs]
    assert sorted(one.returncode for one in runs) == [0, 2, 2, 2], said
    assert all("another run is working on" in one or "exists" in one for one in said if "scrubbed" not in one), said
    assert (tmp_path / "out.csv").read_text() == "note\n" + "SSN [SSN]\n" * 3000 and not list(tmp_path.glob("*.partial"))


def test_a_lock_whose_folder_was_removed_locks_nothing(tmp_path, monkeypatch):
    held = _lock.taken(tmp_path / "a")
    assert _lock.taken(tmp_path / "a") is None
    held.release()
    locked = _lock.locked
    before = [_lock.Held.remove]

    def late(lock):
        # Opened while the other run still held the folder, locked when it had removed it.
        if before:
            before.pop()(_lock.Held(tmp_path / "a", os.dup(lock)))
        return locked(lock)

    monkeypatch.setattr(_lock, "locked", late)
    again = _lock.taken(tmp_path / "a")
    assert (tmp_path / "a" / "lock").exists() and _lock.taken(tmp_path / "a") is None
    again.remove()
    assert not (tmp_path / "a").exists()


def test_folders_are_made_and_nothing_is_left(tmp_path):
    source, out = tmp_path / "in.csv", tmp_path / "a" / "out.csv"
    source.write_text("note\nSSN 219-09-9999\n")
    beside = ["--stats", tmp_path / "b" / "c" / "s.json", "--findings", tmp_path / "d" / "f.jsonl"]
    (tmp_path / "b").write_text("a file")
    assert str(tmp_path / "b") in run(source, "--column", "note", "-o", out, *beside, status=2)
    assert not out.exists() and not list(out.parent.iterdir())
    (tmp_path / "b").unlink()
    run(source, "--column", "note", "-o", out, *beside)
    assert beside[1].exists() and beside[3].exists() and [one.name for one in out.parent.iterdir()] == ["out.csv"]
    # What is refused before a part was complete leaves nothing to go on with.
    other = tmp_path / "other.csv"
    source.write_bytes(b"note\n" + b"a\n" * 9 + b"\xff\n")
    assert "line 11" in run(source, "--column", "note", "-o", other, status=2)
    assert not list(tmp_path.glob("*.partial"))
    source.write_bytes(b"note\n" + b"a\n" * 1009 + b"\xff\n")
    assert "line 1011" in run(source, "--column", "note", "-o", other, status=2)
    assert list(tmp_path.glob("*.partial/000000.json"))


def test_an_option_that_there_is_not(tmp_path):
    for options, expected in [
        (["--colum", "note", "-o", "x"], "`--colum`: tables and folders have no such option; did you mean `--column`?"),
        (["--column", "note", "--ouput=x"], "did you mean `--output`?"),
        (["--column", "note", "--patient-colum", "names=who", "-o", "x"], "did you mean `--patient-column`?"),
        (["--column", "note", "--jsonl", "-o", "x"], "`--jsonl`: tables and folders have no such option"),
    ]:
        said = run("in.csv", *options, status=2)
        assert expected in said and len(said.splitlines()) == 1
    assert "there is no in.csv" in run("in.csv", "--column", "--a b", "-o", "x", status=2)
