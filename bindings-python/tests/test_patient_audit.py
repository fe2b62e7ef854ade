"""What is known of the patient, the audit log, and who may do what."""

import json
import pathlib
import sqlite3
import subprocess
import sys

import pytest

import chartguard

PATIENT = {"names": ["Rosalind Achterberg"], "birth_date": "1941-03-14", "mrns": ["00482910"]}
NOTE = "achterburg, roz: born 14.3.41, chart 48-2910"
NOW = "2024-03-14T09:26:53Z"
KEY = b"a key of more than sixteen bytes"


@pytest.fixture(scope="module")
def plain():
    return chartguard.Scrubber(model="none")


def test_a_patient_is_found_however_it_is_written(plain):
    scrubbed = plain.scrub(NOTE, patient=PATIENT)
    assert scrubbed.text == "[NAME]: born [DATE], chart [MRN]"
    assert {(f.detector, f.score) for f in scrubbed.findings} == {("patient", 1.0)}
    assert scrubbed.findings[0].reasons[0].rule == "patient-mistyped"


def test_the_command_gives_the_same(plain, tmp_path):
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(PATIENT))
    command = ["scrub", "--model", "none", "--patient", str(file), "-"]
    main = "import sys; from chartguard.__main__ import main; sys.exit(main())"
    out = subprocess.run([sys.executable, "-c", main, *command], input=NOTE, capture_output=True, text=True, check=True)
    assert out.stdout == plain.scrub(NOTE, patient=PATIENT).text


@pytest.mark.parametrize(
    ("patient", "said"),
    [
        ({"nmaes": ["Quackenbush"]}, "`names`"),
        ({"names": [" "]}, "names[0]"),
        ({"birth_date": "2041-01-01", "note_date": "2024-01-01"}, "birth_date"),
        ({"names": {"Quackenbush"}}, "patient"),
        ({"ssn": "219-09-99"}, "`ssn`: a social security number"),
        ({}, "nothing is known"),
    ],
)
def test_a_wrong_patient_is_refused_and_not_repeated(plain, patient, said):
    with pytest.raises(chartguard.ConfigError) as caught:
        plain.scrub("note", patient=patient)
    assert said in str(caught.value) and "Quackenbush" not in str(caught.value)


@pytest.mark.parametrize("name", ["log.jsonl", "log.db"])
def test_calls_are_recorded_without_a_value(plain, tmp_path, name):
    path = tmp_path / name
    log = chartguard.AuditLog(path, key=KEY)
    plain.scrub(NOTE, patient=PATIENT, audit=log, actor="u-17", now=NOW)
    plain.scrub("SSN 219-09-9999", audit=log)
    with pytest.raises(chartguard.ConfigError):
        plain.scrub("note", audit=log, now="yesterday")
    assert log.head == chartguard.AuditLog.verify(path, key=KEY)
    first, second = chartguard.AuditLog.events(path, key=KEY)
    assert first["recorded"] == NOW and first["actor"]["id"] == "u-17"
    assert first["counts"] == {"date": {"tag": 1}, "mrn": {"tag": 1}, "name": {"tag": 1}}
    assert second["outcome"] == "success" and second["counts"] == {"ssn": {"tag": 1}}
    resource = chartguard.AuditLog.events(path, key=KEY, fhir=True)[0]
    assert resource["resourceType"] == "AuditEvent"
    with pytest.raises(chartguard.ConfigError):
        chartguard.AuditLog.verify(path)


def test_tampering_shows(plain, tmp_path):
    path = tmp_path / "log.db"
    log = chartguard.AuditLog(path)
    for _ in range(3):
        plain.scrub("SSN 219-09-9999", audit=log)
    del log
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM audit WHERE seq = 2")
    with pytest.raises(chartguard.InputError, match="record 2"):
        chartguard.AuditLog.verify(path)


def test_who_may_and_who_may_not(tmp_path):
    access = chartguard.Access.from_yaml(
        "roles: {officer: [restore], analyst: []}\n"
        "grants:\n"
        "  - {actor: u-17, role: officer, by: u-1, at: 2024-01-08T09:00:00Z}\n"
        "  - {actor: u-23, role: analyst, by: u-17, at: 2024-02-01T09:00:00Z}\n"
    )
    log = chartguard.AuditLog(tmp_path / "log.jsonl")
    access.require("u-17", "restore", now=NOW, audit=log)
    assert not access.allows("u-17", "restore", now="2024-01-01T00:00:00Z")
    with pytest.raises(chartguard.AccessError):
        access.require("u-23", "restore", now=NOW, audit=log)
    with pytest.raises(chartguard.ConfigError, match="restore"):
        access.allows("u-23", "restor")
    (event,) = chartguard.AuditLog.events(tmp_path / "log.jsonl")
    assert (event["action"], event["outcome"], event["permission"]) == ("restore", "refused", "restore")


def test_the_example_runs():
    example = pathlib.Path(__file__).parents[2] / "examples/python/patient_and_audit.py"
    out = subprocess.run([sys.executable, str(example)], capture_output=True, text=True, check=True)
    assert "[NAME]" in out.stdout and "1 records" in out.stdout
