"""Operators under a key and a seed, the note's context, and the way back."""

import json
import subprocess
import sys
from pathlib import Path

import chartguard
import pytest

KEY = bytes(range(32))
NOTE = "Patient: Rosalind Achterberg\nMRN: 44712035\nSSN 219-09-9999, seen 03/14/2024 and 03/21/2024."
POLICY = Path(__file__).resolve().parents[2] / "examples" / "policies" / "research-pool.yaml"


def build(categories, **options):
    return chartguard.Scrubber(policy={"categories": categories}, model="none", **options)


def test_every_form_of_a_key_is_the_same_key():
    import base64

    forms = [KEY, KEY.hex(), base64.b64encode(KEY).decode()]
    texts = {build({"mrn": {"operator": "hash"}}, key=form).scrub(NOTE).text for form in forms}
    assert len(texts) == 1


@pytest.mark.parametrize("key", [b"short", "hunter2", "!!" * 40])
def test_a_bad_key_is_refused_and_not_repeated(key):
    with pytest.raises(chartguard.SecretKeyError) as caught:
        build({}, key=key)
    assert "hunter2" not in str(caught.value) and "!!" not in str(caught.value)
    assert caught.value.code == "key"


def test_operators_that_need_a_key_or_seed_say_so():
    with pytest.raises(chartguard.SecretKeyError, match="needs a key"):
        build({"mrn": {"operator": "hash"}})
    with pytest.raises(chartguard.ConfigError, match="seed"):
        build({"name": {"operator": "surrogate"}})
    with pytest.raises(chartguard.ConfigError, match=r"164\.514\(c\)"):
        chartguard.Scrubber(model="none", key=KEY, categories={"mrn": {"operator": "hash"}})


def test_what_was_encrypted_comes_back():
    scrubber = build({"name": {"operator": "encrypt"}, "ssn": {"operator": "fpe"}, "date": {"operator": "encrypt"},
                      "mrn": {"operator": "fpe"}}, key=KEY)
    scrubbed = scrubber.scrub(NOTE)
    assert "Achterberg" not in scrubbed.text and "219-09-9999" not in scrubbed.text
    assert chartguard.restore(scrubbed.text, KEY) == NOTE
    with pytest.raises(chartguard.SecretKeyError):
        chartguard.restore(scrubbed.text, bytes(range(1, 33)))
    with pytest.raises(chartguard.TamperedError):
        chartguard.restore(scrubbed.text.replace("seen", "saw"), KEY)


def test_notes_of_one_patient_agree():
    scrubber = chartguard.Scrubber(policy=POLICY, model="none", key=KEY)
    one, other = {"patient_id": "1"}, {"patient_id": "2"}
    first = scrubber.scrub(NOTE, context=one).text
    assert scrubber.scrub(NOTE, context=one).text == first != scrubber.scrub(NOTE, context=other).text
    batch = scrubber.scrub_batch([NOTE, NOTE, NOTE], contexts=[one, other, None], threads=2)
    assert [scrubbed.text for scrubbed in batch] == [scrubber.scrub(NOTE, context=c).text for c in (one, other, None)]
    with pytest.raises(chartguard.ConfigError, match="1 contexts were given for 2 notes"):
        scrubber.scrub_batch([NOTE, NOTE], contexts=[one])
    with pytest.raises(chartguard.ConfigError, match="patient_id"):
        scrubber.scrub(NOTE, context={"pateint_id": "1"})


def test_a_generalized_zip_code_names_its_census():
    categories = {"location": {"operator": "generalize", "zip_census": "union"}}
    scrubbed = chartguard.Scrubber(model="none", categories=categories).scrub("Zip code: 06301")
    assert scrubbed.text == "Zip code: 000"
    assert scrubbed.findings[0].census == scrubbed.findings[0].to_dict()["census"] == "union"


def test_python_gives_what_the_command_line_gives(tmp_path, corpus):
    key = tmp_path / "key.txt"
    key.write_text(KEY.hex())
    scrubber = chartguard.Scrubber(policy=POLICY, model="none", key=KEY)
    lines = [{"id": name, "text": text, "context": {"patient_id": name}} for name, text in corpus]
    done = subprocess.run(
        [sys.executable, "-m", "chartguard", "scrub", "--model", "none", "--policy", str(POLICY), "--key-file", str(key),
         "--jsonl", "-"],
        input="".join(json.dumps(line) + "\n" for line in lines), capture_output=True, text=True, encoding="utf-8", check=True,
    )
    printed = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert len(printed) == len(corpus)
    for (name, text), line in zip(corpus, printed, strict=True):
        scrubbed = scrubber.scrub(text, context={"patient_id": name})
        assert scrubbed.text == line["text"], name
        assert [finding.to_dict() for finding in scrubbed.findings] == line["findings"], name
