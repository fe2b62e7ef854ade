"""Python gives what the command line gives, on every shared case."""

import json
import subprocess
import sys


def command(arguments, lines):
    done = subprocess.run(
        [sys.executable, "-m", "chartguard", *arguments, "--jsonl", "-"],
        input="".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def test_scrub_equals_the_command_line(scrubber, corpus, capsys):
    printed = command(["scrub"], [{"id": name, "text": text} for name, text in corpus])
    assert len(printed) == len(corpus)
    for (name, text), line in zip(corpus, printed, strict=True):
        scrubbed = scrubber.scrub(text)
        assert scrubbed.text == line["text"], name
        assert [finding.to_dict() for finding in scrubbed.findings] == line["findings"], name
    with capsys.disabled():
        print(f"Python: {len(corpus)} cases ran with the results of the command line")


def test_reasons_equal_the_command_line(scrubber, corpus):
    printed = command(["scrub", "--explain"], [{"id": name, "text": text} for name, text in corpus])
    for (name, text), line in zip(corpus, printed, strict=True):
        explained = [
            finding.to_dict() | {"reasons": [reason.to_dict() for reason in finding.reasons]}
            for finding in scrubber.find(text)
        ]
        assert explained == line["findings"], name


def test_score_equals_the_command_line(scorer, corpus):
    printed = command(["score"], [{"id": name, "text": text} for name, text in corpus])
    for (name, text), line in zip(corpus, printed, strict=True):
        report = scorer.score(text)
        assert {"id": name, **report.to_dict()} == line, name


def test_find_is_what_scrub_removes(scrubber, corpus):
    for name, text in corpus:
        assert scrubber.find(text) == scrubber.scrub(text).findings, name


def test_offsets_slice_a_str(scrubber):
    text = "😀 Ünïcode: SSN 219-09-9999"
    (finding,) = [f for f in scrubber.find(text) if f.category == "ssn"]
    assert text[finding.start : finding.end] == "219-09-9999"
