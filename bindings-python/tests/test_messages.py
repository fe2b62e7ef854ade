"""The messages of tests/cases/formats through Python: what is planted is gone, and other parsers still read what is left."""

import base64
import importlib
import json
import pathlib
import pickle
import re

import chartguard
import pytest
import yaml
from chartguard import ConfigError, InputError, Rubric, Scorer, Scrubber, SecretKeyError, TamperedError, Vault

FORMATS = pathlib.Path(__file__).parents[2] / "tests/cases/formats"
CASES = json.loads((FORMATS / "cases.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def scrubber():
    return Scrubber()


def decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[2:].decode(encoding)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_planted_values_are_gone_and_it_still_parses(scrubber, case):
    message = (FORMATS / case["file"]).read_bytes()
    scrubbed = scrubber.scrub_message(message)
    assert scrubbed.format == case["format"]
    text = decoded(scrubbed.message)
    for packed in re.findall(r"[A-Za-z0-9+/=]{40,}", text):
        try:
            text += base64.b64decode(packed).decode()
        except ValueError:
            pass
    assert [value for value in case["gone"] if value.lower() in text.lower()] == []
    assert [value for value in case["stays"] if value not in text] == []
    assert all(message[finding.start : finding.end] for finding in scrubbed.findings)
    PARSERS.get(case["format"], lambda data: None)(scrubbed.message)


def parse_hl7(data: bytes):
    hl7 = pytest.importorskip("hl7")
    text = data.decode().strip("\x0b\x1c\r").replace("\r\n", "\r").replace("\n", "\r")
    if text.startswith("FHS"):
        assert len(hl7.parse_file(text)) == 1
    else:
        message = hl7.parse(text)
        assert str(message.segment("MSH")[0]) == "MSH"
        assert len(message.segment("PID")) > 18
        apy = pytest.importorskip("hl7apy.parser")
        assert apy.parse_message(text, find_groups=False).msh.msh_10.value.startswith("id-")


def parse_fhir(data: bytes):
    # Release 4; the package itself goes by release 5, which moved some elements.
    construct = pytest.importorskip("fhir.resources.R4B").get_fhir_model_class
    values = data.decode().splitlines() if data.decode().count('\n{"resourceType"') else [data.decode()]
    for value in values:
        resource = json.loads(value)
        assert resource["meta"]["security"][0]["code"] == "REDACTED"
        construct(resource["resourceType"]).model_validate_json(value)


def parse_ccda(data: bytes):
    etree = pytest.importorskip("lxml.etree")
    root = etree.fromstring(data)
    assert root.find(".//{urn:hl7-org:v3}patientRole") is not None


PARSERS = {"hl7": parse_hl7, "fhir": parse_fhir, "ccda": parse_ccda}


def test_a_text_gives_a_text_and_code_points(scrubber):
    message = "{\\rtf1 \u00e9 Dr. Achter{\\b berg} saw}"
    scrubbed = scrubber.scrub_message(message)
    assert scrubbed.message == "{\\rtf1 \u00e9 Dr. [NAME]{\\b } saw}"
    (finding,) = scrubbed.findings
    assert message[finding.start : finding.end] == "Achter{\\b berg"
    assert (finding.path, finding.category, finding.action) == ("rtf", "name", "tag")


def test_mistakes_are_said(scrubber):
    with pytest.raises(ConfigError, match="hl7"):
        scrubber.scrub_message(b"x", format="hl8")
    with pytest.raises(InputError):
        scrubber.scrub_message(b"no message", format="hl7")
    with pytest.raises(TypeError):
        scrubber.scrub_message(7)


NOTE = (
    "MSH|^~\\&|A|B|||20240314||ORU^R01|7|P|2.5.1\r"
    "PID|1||4471203^^^A^MR||ACHTERBERG^ROSALIND\r"
    "OBX|1|TX|11506-3^Note^LN||PT treatment note for Ms. Achterberg. Gait training 15 min, therapeutic exercise 23 min.\r"
    "OBX|2|TX|11506-3^Note^LN||Total treatment time: 38 minutes.\r"
)


def test_a_message_comes_back_from_a_vault(scrubber):
    vault = Vault.from_bytes(b"", bytes(range(32)))
    for message in (NOTE, NOTE.encode(), "Dr. Jos\u00e9 Ach".encode("cp1252")):
        done = scrubber.scrub_message(message, vault=vault, context={"document_id": "7"})
        assert done.message == scrubber.scrub_message(message).message
        assert vault.restore_message(done.message, document_id="7") == message
        with pytest.raises(TamperedError):
            vault.restore_message(done.message + done.message[:1], document_id="7")


def test_notes_of_a_message_are_scored():
    (note,) = Scorer(Rubric.builtin("medicare-outpatient-therapy")).score_message(NOTE, discipline="pt")
    assert note.path == "OBX-5" and note.report.discipline == "pt"
    (found,) = [c for c in note.report.criteria if c.id == "tx.total-minutes"]
    start, end = found.evidence[0]
    assert note.text[start:end].startswith("Total treatment time")
    (same,) = [c for c in note.to_dict()["criteria"] if c["id"] == "tx.total-minutes"]
    place = same["evidence"][0]
    assert NOTE[place["start"] : place["end"]].startswith("Total treatment time")


def test_scrubbed_messages_pickle(scrubber):
    for message in (NOTE, NOTE.encode()):
        done = scrubber.scrub_message(message)
        back = pickle.loads(pickle.dumps(done))
        assert (back.message, back.format) == (done.message, done.format)
        assert [repr(f) for f in back.findings] == [repr(f) for f in done.findings]


def test_the_text_of_documents():
    rtf = r"{\rtf1{\info{\author Quackenbush}}{\b Gait} training,{\i  15} min.\par Caf\'e9 \u8364 ?}"
    html = "<html><head><style>p {x: y}</style></head><body><p>Gait <b>training</b> &amp; more</p><!-- Quackenbush --></body></html>"
    hl7 = "MSH|^~\\&|A|B|||20240314||ORU^R01|7|P|2.5.1\rPID|1||44^^^A^MR||ACHTERBERG^R\rOBX|1|TX|N||first line\rOBX|2|TX|N||second \\T\\ line\r"
    for message in (rtf, rtf.encode()):
        (note,) = chartguard.message_notes(message)
        assert note["text"].split("\n")[0] == "Gait training, 15 min." and "Café €" in note["text"]
    (note,) = chartguard.message_notes(html)
    assert note["text"].strip() == "Gait training & more"
    (note,) = chartguard.message_notes(hl7, format="hl7")
    assert note["path"] == "OBX-5" and note["text"].split() == ["first", "line", "second", "&", "line"]
    (note,) = chartguard.message_notes("Gait training".encode("utf-16"))
    assert note["text"] == "Gait training"
    assert chartguard.message_notes("") == []
    with pytest.raises(chartguard.ConfigError, match="html"):
        chartguard.message_notes(html, format="htm")
    with pytest.raises(chartguard.InputError):
        chartguard.message_notes("{", format="fhir")


def test_messages_come_back_from_themselves():
    key = bytes(range(32))
    categories = json.loads((FORMATS.parents[2] / "core/policies/policy.schema.json").read_text())["$defs"]["Category"]
    names = [one["const"] for one in categories["oneOf"]] if "oneOf" in categories else categories["enum"]
    policy = {"categories": {name: {"operator": "encrypt"} for name in names}}
    encrypting = Scrubber(policy=policy, model="none", key=key)
    formats = set()
    for case in CASES[::4]:
        message = (FORMATS / case["file"]).read_bytes()
        done = encrypting.scrub_message(message)
        formats.add(done.format)
        assert chartguard.restore_message(done.message, key) == message, case["file"]
        PARSERS.get(case["format"], lambda data: None)(done.message)
        if done.message != message:
            with pytest.raises(SecretKeyError):
                chartguard.restore_message(done.message, bytes(range(1, 33)))
    assert len(formats) == 6
    text = r"{\rtf1 SSN 219-{\b 09}-9999}"
    shared = encrypting.scrub_message(text).message
    assert isinstance(shared, str) and "9999" not in shared
    assert chartguard.restore_message(shared, key) == text
    with pytest.raises(TamperedError):
        chartguard.restore_message(shared.replace("SSN", "SSM"), key)
    with pytest.raises(InputError, match="restore_message"):
        chartguard.restore(shared, key)
    vault = Vault.from_bytes(b"", key)
    shared = Scrubber(model="none").scrub_message(text, vault=vault).message
    assert chartguard.restore_message(shared, vault=vault) == text


# Data types that hold what a person is called, where one lives, a number, a date, free text (HL7 v2.5.1, chapter 2A).
TELLING = set("XPN PN XCN PPN CN CNN NDL XAD AD SAD XTN TN CX CK EIP TS DTM DT DR DLN FT TX PL XON DLD ED FC PLN".split())


def numbered(rules):
    """`{1-3: name}` as `{1: name, 2: name, 3: name}`."""
    out = {}
    for place, rule in rules.items():
        first, _, last = str(place).partition("-")
        out |= dict.fromkeys(range(int(first), int(last or first) + 1), rule)
    return out


@pytest.mark.parametrize("version", ["v2_3_1", "v2_4", "v2_5_1", "v2_7", "v2_8_2"])
def test_no_field_that_the_standard_calls_telling_stays(version):
    segments = importlib.import_module(f"hl7apy.{version}.segments").SEGMENTS
    fields = importlib.import_module(f"hl7apy.{version}.fields").FIELDS
    table = yaml.safe_load((FORMATS.parents[2] / "core/policies/messages/hl7v2.yaml").read_text())["segments"]
    wrong, seen = [], 0
    for segment, rules in table.items():
        rules = numbered(rules)
        for name, *_ in segments.get(segment, (None, ()))[1]:
            number, kind = int(name.rpartition("_")[2]), fields[name][2]
            seen += 1
            if rules.get(number) == "keep" and kind in TELLING:
                wrong.append(f"{segment}-{number}: {kind}")
    assert seen > 300
    assert not wrong
