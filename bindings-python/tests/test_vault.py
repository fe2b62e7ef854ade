"""The vault: every operator has a way back, for who may."""

import subprocess
import sys
from pathlib import Path

import chartguard
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
NOTE = "Patient: Rosalind Achterberg\nMRN: 44712035\nSSN 219-09-9999, seen 03/14/2024 😀"
NOW = "2024-03-14T09:26:53Z"
OPERATORS = {
    "name": {"operator": "surrogate", "keyed": True},
    "mrn": {"operator": "mask"},
    "ssn": {"operator": "remove"},
    "date": {"operator": "date_shift"},
}


@pytest.fixture(scope="module")
def scrubber():
    return chartguard.Scrubber(policy={"categories": OPERATORS}, model="none", key=KEY)


def test_a_note_comes_back_whatever_was_done_to_it(scrubber, tmp_path):
    path = tmp_path / "notes.vault"
    vault = chartguard.Vault(path, KEY)
    scrubbed = scrubber.scrub(NOTE, vault=vault, context={"document_id": "1", "patient_id": "p"})
    assert "Achterberg" not in scrubbed.text and "219-09-9999" not in scrubbed.text and "03/14" not in scrubbed.text
    assert chartguard.restore(scrubbed.text, vault=vault, document_id="1") == NOTE
    assert chartguard.restore(scrubbed.text, KEY, vault=path) == NOTE
    assert chartguard.Vault.from_bytes(vault.to_bytes(), KEY).head == vault.verify() == vault.head
    (record,) = chartguard.Vault(path, KEY, read_only=True).records()
    assert (record["number"], record["pieces"], record["hash"]) == (1, 4, vault.head["hash"])
    assert repr(vault) == "<chartguard.Vault 1 records>"
    for raised, text, options, said in [
        (chartguard.TamperedError, scrubbed.text + "!", {"vault": vault, "document_id": "1"}, "for this document"),
        (chartguard.TamperedError, scrubbed.text, {"vault": vault, "document_id": "2"}, "another document"),
        (chartguard.SecretKeyError, scrubbed.text, {"key": OTHER_KEY, "vault": path}, "another key"),
        (chartguard.ConfigError, scrubbed.text, {}, "key"),
        (chartguard.ConfigError, scrubbed.text, {"key": KEY, "document_id": "1"}, "document_id"),
    ]:
        with pytest.raises(raised, match=said) as caught:
            chartguard.restore(text, **options)
        assert "Achterberg" not in str(caught.value)
    with pytest.raises(chartguard.ConfigError, match="another process"):
        chartguard.Vault(path, KEY)
    del vault
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(chartguard.TamperedError, match="record 1"):
        chartguard.Vault(path, KEY).verify()


def test_a_batch_is_the_same_and_recorded(scrubber, tmp_path):
    notes = [f"SSN 219-09-{1000 + n}, seen 03/14/2024" for n in range(300)]
    contexts = [{"document_id": str(n), "patient_id": "p"} for n in range(300)]
    vault = chartguard.Vault.from_bytes(b"", KEY)
    log = chartguard.AuditLog(tmp_path / "log.jsonl")
    done = scrubber.scrub_batch(notes, contexts=contexts, vault=vault, audit=log, actor="u-17", now=NOW, threads=2)
    assert done[7].text == scrubber.scrub(notes[7], context=contexts[7]).text
    assert [chartguard.restore(one.text, vault=vault, document_id=str(n)) for n, one in enumerate(done)] == notes
    assert vault.head["records"] == log.head["records"] == 300
    with pytest.raises(chartguard.InputError, match="300 notes"):
        chartguard.restore(done[0].text, vault=vault)
    with pytest.raises(chartguard.InputError, match="document id"):
        scrubber.scrub_batch(["SSN 219-09-9999", "SSN 219-09-9998"], vault=vault)
    with pytest.raises(chartguard.ConfigError, match="contexts"):
        scrubber.scrub_batch(notes, contexts=contexts[:3], vault=vault)


def test_who_may_not_is_refused_and_recorded(scrubber, tmp_path):
    access = chartguard.Access.from_yaml(
        "roles: {officer: [restore, read_vault], clerk: [restore]}\n"
        "grants:\n"
        "  - {actor: u-17, role: officer, by: u-1, at: 2024-01-08T09:00:00Z}\n"
        "  - {actor: u-23, role: clerk, by: u-1, at: 2024-01-08T09:00:00Z}\n"
    )
    vault = chartguard.Vault.from_bytes(b"", KEY)
    text = scrubber.scrub(NOTE, vault=vault).text
    log = chartguard.AuditLog(tmp_path / "log.jsonl", key=b"a key of more than sixteen bytes")
    by = {"access": access, "audit": log, "now": NOW}
    assert chartguard.restore(text, vault=vault, actor="u-17", **by) == NOTE
    with pytest.raises(chartguard.AccessError, match="read_vault"):
        chartguard.restore(text, vault=vault, actor="u-23", **by)
    with pytest.raises(chartguard.AccessError, match="restore"):
        chartguard.restore("Stable.", KEY, actor="u-99", **by)
    with pytest.raises(chartguard.ConfigError, match="actor"):
        chartguard.restore(text, vault=vault, **by)
    assert len(vault.records(actor="u-17", **by)) == 1
    events = chartguard.AuditLog.events(tmp_path / "log.jsonl", key=b"a key of more than sixteen bytes")
    told = [(event["action"], event["outcome"], event["actor"]["id"]) for event in events]
    assert told == [
        ("restore", "success", "u-17"),
        ("read_vault", "refused", "u-23"),
        ("restore", "refused", "u-99"),
        ("read_vault", "success", "u-17"),
    ]
    assert events[0]["document"]["bytes"] == len(NOTE.encode()) and events[0]["actor"]["roles"] == ["officer"]


def test_the_analyzer_takes_what_the_scrubber_takes(tmp_path):
    scrubber = chartguard.Scrubber(model="none")
    scorer = chartguard.Scorer(chartguard.Rubric.builtin("medicare-outpatient-therapy"))
    analyzer = chartguard.Analyzer(scrubber, scorer)
    note = "okonkwo jane: gait training 15 min"
    patient = {"names": ["Jane Okonkwo"]}
    vault = chartguard.Vault.from_bytes(b"", KEY)
    log = chartguard.AuditLog(tmp_path / "log.jsonl")
    outcome = analyzer.analyze(note, patient=patient, context={"document_id": "1"}, vault=vault, audit=log, actor="u-17")
    assert outcome.scrubbed.text == "[NAME]: gait training 15 min"
    assert outcome.report.to_dict() == analyzer.analyze(note).report.to_dict()
    contexts = [{"document_id": str(n), "patient": patient} for n in (1, 2)]
    both = analyzer.analyze_batch([note, note], contexts=contexts, vault=vault, audit=log, threads=2)
    assert [one.scrubbed.text for one in both] == [outcome.scrubbed.text] * 2
    assert vault.head["records"] == 2 and log.head["records"] == 3
    assert chartguard.restore(outcome.scrubbed.text, vault=vault, document_id="2") == note
    with pytest.raises(chartguard.ConfigError, match="contexts"):
        analyzer.analyze_batch([note], contexts=[])


def test_one_known_person_has_one_surrogate():
    scrubber = chartguard.Scrubber(policy={"categories": {"name": {"operator": "surrogate"}}}, model="none", seed=7)
    note = "okonkwo jane came. Jane Okonkwo sat. Mrs Okonkwo left."
    text = scrubber.scrub(note, patient={"names": ["Jane Okonkwo"]}).text
    surname, given = text.split(" ")[:2]
    assert text == f"{surname} {given} came. {given.title()} {surname.title()} sat. Mrs {surname.title()} left."
    assert "okonkwo" not in text.lower()


def test_the_command_reads_what_python_wrote(scrubber, tmp_path):
    path, key = tmp_path / "notes.vault", tmp_path / "key.txt"
    key.write_text(KEY.hex())
    text = scrubber.scrub(NOTE, vault=chartguard.Vault(path, KEY)).text
    main = "import sys; from chartguard.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", main, "restore", "--vault", str(path), "--key-file", str(key), "-"]
    out = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    assert out.stdout.decode() == NOTE


def test_the_command_writes_the_same_vault(tmp_path):
    path, key = tmp_path / "notes.vault", tmp_path / "key.txt"
    key.write_text(KEY.hex())
    main = "import sys; from chartguard.__main__ import main; sys.exit(main())"
    scrub = ["scrub", "--model", "none", "--vault", str(path), "--key-file", str(key), "--document-id", "1", "-"]
    subprocess.run([sys.executable, "-c", main, *scrub], input=NOTE.encode(), capture_output=True, check=True)
    vault = chartguard.Vault.from_bytes(b"", KEY)
    chartguard.Scrubber(model="none").scrub(NOTE, vault=vault, context={"document_id": "1"})
    assert path.read_bytes() == vault.to_bytes()


def test_the_example_runs():
    example = REPOSITORY / "examples" / "python" / "vault.py"
    notes = [str(REPOSITORY / "examples" / "notes" / name) for name in ("ed-note.txt", "physician-soap.txt")]
    out = subprocess.run([sys.executable, str(example), *notes], capture_output=True, text=True, check=True)
    assert "2 notes given back byte for byte" in out.stdout and "no role" in out.stdout
