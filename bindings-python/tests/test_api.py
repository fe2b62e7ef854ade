"""The classes: what they promise, what they refuse, and that nothing they print holds PHI."""

import doctest
import subprocess
import sys
import threading

import chartguard
import chartguard.spark
import pytest
from conftest import REPOSITORY
from hypothesis import given, settings
from hypothesis import strategies as st

NOTE = "Pt Jane Roe seen by Dr. Adeyemi on 03/14/2024.\nSSN: 219-09-9999\nTotal treatment time: 45 min.\n"


def test_doctests():
    module_doc = doctest.testmod(chartguard)
    assert module_doc.failed == 0 and module_doc.attempted > 0
    finder = doctest.DocTestFinder()
    runner = doctest.DocTestRunner()
    for name in chartguard.__all__:
        thing = getattr(chartguard, name)
        # A compiled method is no function of Python, which is all that doctest looks into a class for.
        members = vars(thing) if isinstance(thing, type) else {}
        for part in [thing, *(getattr(thing, member) for member in members)]:
            for test in finder.find(part, name, module=False, globs={}):
                runner.run(test)
    assert runner.failures == 0 and runner.tries > 20
    for module in (chartguard.spark, chartguard._containers, chartguard._notebook):
        assert doctest.testmod(module).failed == 0


def test_everything_is_documented():
    for name in chartguard.__all__:
        thing = getattr(chartguard, name)
        if isinstance(thing, type):
            assert thing.__doc__, name
            for member, value in vars(thing).items():
                if not member.startswith("_") and callable(value):
                    assert value.__doc__, f"{name}.{member}"


def test_policy_by_name_dict_and_file(tmp_path):
    # A policy that keeps what its regime does not let stay says that it is under another.
    inline = {"extends": "safe-harbor", "regime": "none", "categories": {"date": {"operator": "keep"}}}
    with pytest.raises(chartguard.ConfigError, match="regime: none"):
        chartguard.Scrubber(policy={key: inline[key] for key in ("extends", "categories")})
    path = tmp_path / "policy.yaml"
    path.write_text("extends: safe-harbor\nregime: none\ncategories: {date: {operator: keep}}\n")
    keeping = chartguard.Scrubber(categories={"date": {"operator": "keep"}})
    assert (keeping.regime, keeping.policy) == ("none", "custom (safe-harbor)")
    assert chartguard.Scrubber(model="none").regime == "safe-harbor"
    by_keyword = keeping.scrub(NOTE)
    for scrubber in (chartguard.Scrubber(policy=inline), chartguard.Scrubber(policy=path)):
        assert scrubber.scrub(NOTE).text == by_keyword.text
    assert "03/14/2024" in by_keyword.text and "219-09-9999" not in by_keyword.text


def test_own_detectors_lists_and_strict_mode():
    detector = {"name": "se-mrn", "category": "mrn", "pattern": r"\bSE-\d{7}\b", "examples": {"match": ["SE-1234567"]}}
    policy = {"extends": "safe-harbor", "detectors": [detector], "deny": [{"text": "the annex", "category": "location"}]}
    scrubbed = chartguard.Scrubber(policy=policy, model="none").scrub("Chart SE-0042871 in The  Annex.")
    assert scrubbed.text == "Chart [MRN] in [LOCATION]."
    assert [finding.detector for finding in scrubbed.findings] == ["se-mrn", "policy.deny"]
    (finding,) = chartguard.Scrubber(strict=True, model="none").find("saw quackenbush today")
    assert (finding.detector, finding.start, finding.end) == ("strict", 4, 15)
    assert chartguard.Scrubber(policy={"strict": True}, strict=False, model="none").find("saw quackenbush today") == []


def test_the_example_policy():
    path = REPOSITORY / "examples" / "policies" / "st-elsewhere.yaml"
    text = chartguard.Scrubber(policy=path, model="none").scrub("Jacket #44 71 02 seen by rose").text
    assert text == "Jacket #[MRN] seen by ****"


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({"policy": {"detectors": [{"name": "x", "category": "mrn", "pattern": "(?=a)"}]}}, "look-around"),
        ({"policy": {"allow": ["x"], "deny": ["X"]}}, "deny"),
        ({"policy": "safe-harbour"}, "safe-harbor"),
        ({"policy": {"categorys": {}}}, "categories"),
        ({"categories": {"nmae": {}}}, "name"),
        ({"categories": {"name": {"operator": "maskk"}}}, "mask"),
        ({"categories": ["name"]}, "categories"),
        ({"key": b"secret"}, "key"),
        ({"policy": object()}, "policy"),
    ],
)
def test_wrong_configuration_is_named(keywords, expected):
    with pytest.raises(chartguard.ConfigError, match=expected) as caught:
        chartguard.Scrubber(**keywords)
    assert caught.value.code == ("key" if "key" in keywords else "config")
    assert isinstance(caught.value.where, list)


@pytest.mark.parametrize(
    ("call", "function", "nearest"),
    [
        (lambda: chartguard.Scrubber(polcy="safe-harbor"), "Scrubber", "policy"),
        (lambda: chartguard.Scrubber().scrub("", pateint={}), "Scrubber.scrub", "patient"),
        (lambda: chartguard.Scrubber().scrub_message("", fromat="hl7"), "Scrubber.scrub_message", "format"),
        (lambda: chartguard.Scrubber().scrub_batch([], thread=2), "Scrubber.scrub_batch", "threads"),
        (lambda: chartguard.Scrubber().scrub_column([], thread=2), "scrub_column", "threads"),
        (lambda: chartguard.Scrubber().stream(look_ahead=9), "Scrubber.stream", "lookahead"),
        (lambda: chartguard.restore("", b"k" * 32, valt=None), "restore", "vault"),
        (lambda: chartguard.units({}, code="97110"), "units", "codes"),
        (lambda: chartguard.Cancel(time_out=1), "Cancel", "timeout"),
        (lambda: chartguard.SearchIndex(word=9), "SearchIndex", "words"),
        (lambda: chartguard.AuditLog("never-made", keys=b""), "AuditLog", "key"),
        (lambda: chartguard.AuditLog.events("never-made", fihr=True), "AuditLog.events", "fhir"),
    ],
)
def test_an_unknown_keyword_names_the_nearest(call, function, nearest):
    with pytest.raises(TypeError, match=rf"{function}\(\) got an unexpected keyword .*Did you mean '{nearest}'"):
        call()


def test_an_unknown_keyword_of_a_scorer_names_the_nearest(scorer, scrubber):
    for call in (scorer.score, chartguard.Analyzer(scrubber, scorer).analyze):
        with pytest.raises(TypeError, match="Did you mean 'doc_type'"):
            call("", doctype="evaluation")


def test_wrong_types_are_refused():
    with pytest.raises(TypeError):
        chartguard.Scrubber("safe-harbor")
    with pytest.raises(TypeError):
        chartguard.Scrubber().scrub(b"bytes")


def test_lone_surrogate_is_refused_without_repeating_the_text(scrubber):
    with pytest.raises(chartguard.InputError) as caught:
        scrubber.scrub("Jane Roe \ud800")
    assert "Jane" not in str(caught.value) and caught.value.__cause__ is None
    assert "Jane" not in repr(caught.value.__context__)


def test_reprs_hold_no_text(scrubber, scorer):
    outcome = chartguard.Analyzer(scrubber, scorer).analyze(NOTE)
    shown = [outcome, outcome.scrubbed, outcome.report, *outcome.scrubbed.findings, *outcome.report.criteria]
    for thing in [scrubber, scorer, *shown]:
        assert not any(secret in repr(thing) for secret in ("Jane", "Roe", "Adeyemi", "219"))


def test_reasons_say_why_and_hold_no_text(scrubber):
    text = "Señora Roe, MRN: 4471203, NPI 1234567893. Her daughter Rosalind called."
    findings = scrubber.find(text)
    rules = {reason.rule for finding in findings for reason in finding.reasons}
    assert {"cue:mrn", "cue:npi", "validator:npi", "kin"} <= rules
    for finding in findings:
        first = finding.reasons[0]
        assert (first.detector, first.score, first.category) == (finding.detector, finding.score, finding.category)
        assert hash(first) == hash(finding.reasons[0]) and first == finding.reasons[0]
        for reason in finding.reasons:
            assert finding.start <= reason.start < reason.end <= finding.end and 0 < reason.score <= 1
            assert set(reason.to_dict()) == {"detector", "rule", "score", "category", "start", "end"}
            assert not any(secret in repr(reason) for secret in ("Roe", "Rosalind", "4471203", "1234567893"))


def test_batch_equals_single_calls_on_any_number_of_threads(scrubber):
    texts = [f"{i}: {NOTE}" for i in range(600)]
    single = [scrubber.scrub(text).text for text in texts]
    for threads in (None, 1, 3):
        assert [s.text for s in scrubber.scrub_batch(texts, threads=threads)] == single
    assert [s.text for s in scrubber.scrub_batch(iter(texts), threads=2, progress=True)] == single
    assert scrubber.scrub_batch([]) == []


def test_batch_names_the_note_that_failed(scrubber):
    with pytest.raises(chartguard.ConfigError, match="note 1 is int"):
        scrubber.scrub_batch(["fine", 3])
    with pytest.raises(chartguard.ConfigError, match="single string"):
        scrubber.scrub_batch("one note")


def test_scores(scorer):
    report = scorer.score(NOTE, doc_type="treatment_note", discipline="pt")
    assert report.doc_type == "treatment_note" and report.discipline == "pt"
    met = {c.id: c for c in report.criteria}["tx.total-minutes"]
    assert met.verdict == "met"
    assert any("45 min" in NOTE[start:end] for start, end in met.evidence)
    assert 0 <= report.score <= 1 and 0 <= report.coverage <= 1
    assert report.to_dict()["rubric"]["hash"] == chartguard.Rubric.builtin("medicare-outpatient-therapy").hash
    page = report.to_html()
    assert page.lstrip().lower().startswith("<!doctype html>") and "http://" not in page and "https://" not in page
    with pytest.raises(chartguard.ConfigError, match="treatment_note"):
        scorer.score(NOTE, doc_type="tretment_note")


def test_rubric_mistakes_have_a_line():
    with pytest.raises(chartguard.RubricError, match="line"):
        chartguard.Rubric.from_yaml("id: [")
    with pytest.raises(chartguard.RubricError):
        chartguard.Rubric.builtin("medicare")


def test_models(tiny_model, tmp_path):
    model = chartguard.Model.load(tiny_model)
    assert model.labels and "O" in model.labels
    by_object = chartguard.Scrubber(model=model).scrub(NOTE)
    assert by_object.text == chartguard.Scrubber(model=tiny_model).scrub(NOTE).text
    with pytest.raises(chartguard.ModelError, match="model.onnx|directory"):
        chartguard.Model.load(tmp_path)


def test_threads_share_one_scrubber(scrubber):
    expected = scrubber.scrub(NOTE).text
    results = []

    def work():
        for _ in range(50):
            results.append(scrubber.scrub(NOTE).text == expected)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 400 and all(results)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_keeps_what_is_outside_its_findings(text):
    scrubbed = SHARED.scrub(text)
    rest, at = scrubbed.text, 0
    for finding in scrubbed.findings:
        assert at <= finding.start < finding.end <= len(text)
        kept = text[at : finding.start]
        assert rest.startswith(kept)
        rest = rest[len(kept) + len(f"[{finding.category.upper()}]") :]
        at = finding.end
    assert rest == text[at:]


SHARED = chartguard.Scrubber()


def test_an_import_costs_little():
    """Processor time and memory, the least of five: other work on the machine only adds."""
    program = (
        "import time; start = time.process_time(); import chartguard; seconds = time.process_time() - start; "
        "print(seconds, int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) / 1024)"
    )
    command = [sys.executable, "-I", "-c", program]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(5)]
    assert min(float(seconds) for seconds, _ in runs) < 0.150
    assert min(float(memory) for _, memory in runs) < 60
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", "import sys, chartguard; print(*sys.modules)"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pandas", "polars", "pyarrow", "numpy", "duckdb", "pyspark", "tqdm"} & set(loaded)


def test_console_script():
    done = subprocess.run([sys.executable, "-m", "chartguard", "--version"], capture_output=True, text=True, check=True)
    assert chartguard.__version__ in done.stdout
    bad = subprocess.run([sys.executable, "-m", "chartguard", "scrub", "/no/such/file"], capture_output=True, text=True)
    assert bad.returncode == 2 and "/no/such/file" in bad.stderr and not bad.stdout
