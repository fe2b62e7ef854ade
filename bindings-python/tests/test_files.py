"""`chartguard scrub` over tables and folders: what comes out, and that a run which was killed goes on to the same bytes."""

import csv
import json
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import PLAIN

NOTES = [f"{i}: SSN 219-09-9999, seen 03/14/2024,\nby Dr. \"Adeyemi\"" for i in range(2500)]
NOTES[3], NOTES[4] = "", "no change"
WANT = PLAIN.scrub_column(NOTES, threads=2)


def run(*arguments, status=0):
    command = [sys.executable, "-m", "chartguard", "scrub", "--model", "none", *map(str, arguments)]
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
    lines = tmp_path / "in.jsonl"
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
