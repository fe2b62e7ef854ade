"""Workers: pickles by configuration, forks, copies; and what a worker says when something is missing there."""

import copy
import multiprocessing
import pickle
import shutil
import subprocess
import sys

import chartguard
import pytest
from conftest import PLAIN

NOTE = "Pt Jane Roe seen by Dr. Adeyemi on 03/14/2024.\nSSN: 219-09-9999\n"
MODEL_NOTE = "Patient Zeltrin Marvok uses a walker. Marvok falls. Dr. Ulmar saw Quist Bendal in May."
KEY = bytes(range(32))
KEYED = {"date": {"operator": "date_shift"}, "ssn": {"operator": "hash"}}


def again(thing):
    return pickle.loads(pickle.dumps(thing))


def test_scrubbers_pickle_by_configuration(tmp_path, tiny_model):
    file = tmp_path / "policy.yaml"
    file.write_text("extends: safe-harbor\nregime: none\ncategories: {date: {operator: keep}}\ndeny: [{text: annex, category: location}]\n")
    for keywords in (
        {},
        {"model": "none"},
        {"policy": file, "model": "none"},
        {"model": tiny_model},
        {"model": chartguard.Model.load(tiny_model)},
        {"policy": "limited-data-set", "strict": True, "model": "none"},
        {"categories": {"name": {"operator": "surrogate"}}, "seed": 7},
        {"policy": {"categories": KEYED}, "key": KEY, "model": "none"},
    ):
        scrubber = chartguard.Scrubber(**keywords)
        other = again(scrubber)
        context = {"patient_id": "1"}
        assert other.scrub(NOTE, context=context).text == scrubber.scrub(NOTE, context=context).text, keywords
        assert other.policy == scrubber.policy and again(scrubber) is other, "built once a process"
        assert pickle.dumps(other) == pickle.dumps(scrubber)
    file.unlink()
    # The policy travels, not its path.
    assert again(again(chartguard.Scrubber(policy={"categories": {"date": {"operator": "keep"}}}))).scrub("03/14/2024").text == "03/14/2024"


def test_scrubbers_with_several_models_pickle(tiny_model, monkeypatch):
    other = tiny_model.parent / "tiny-tagger-bytes"
    loaded = chartguard.Model.load(tiny_model)
    found = {}
    for name, keywords in {
        "one": {"model": [tiny_model]},
        "loaded": {"model": [loaded]},
        "both": {"model": [tiny_model, str(other)]},
        "mixed": {"model": (loaded, other)},
        "builtin": {"model": ["builtin", loaded]},
        "agreed": {"model": [loaded, other], "votes": 2},
        "none": {"model": ["none"]},
    }.items():
        scrubber = chartguard.Scrubber(**keywords)
        found[name] = scrubber.find(MODEL_NOTE)
        assert again(scrubber).find(MODEL_NOTE) == found[name], name
        assert again(again(scrubber)).find(MODEL_NOTE) == found[name], name
        assert copy.deepcopy(scrubber) is scrubber
    assert found["one"] == found["loaded"] and found["both"] == found["mixed"]
    by = {name: {finding.detector.split(".")[0] for finding in findings} for name, findings in found.items()}
    assert "model" in by["one"] and "model" in by["builtin"] and "model" not in by["none"]
    # One model finds "falls", the other does not.
    spans = {name: {(finding.start, finding.end) for finding in findings} for name, findings in found.items()}
    assert (45, 50) in spans["both"] and (45, 50) not in spans["agreed"]
    # A directory given by a path of here is found from elsewhere.
    monkeypatch.chdir(tiny_model.parent)
    pickled = pickle.dumps(chartguard.Scrubber(model=["tiny-tagger", "tiny-tagger-bytes"], votes=2))
    monkeypatch.chdir("/")
    assert pickle.loads(pickled).find(MODEL_NOTE) == found["agreed"]


@pytest.mark.parametrize(
    "keywords",
    [
        {"model": [], "votes": 1},
        {"model": ["builtin"], "votes": 1},
        {"model": ["none", "LOADED"]},
        {"model": ["LOADED", 3]},
        {"model": ["LOADED"], "votes": 2},
        {"model": ["LOADED"], "votes": 0},
        {"model": ["LOADED"], "votes": "two"},
        {"model": "none", "votes": 1},
    ],
)
def test_models_and_votes_that_do_not_fit(keywords, tiny_model):
    if isinstance(keywords["model"], list):
        loaded = chartguard.Model.load(tiny_model)
        keywords = {**keywords, "model": [loaded if one == "LOADED" else one for one in keywords["model"]]}
    with pytest.raises(chartguard.ConfigError, match="model|votes"):
        chartguard.Scrubber(**keywords)


def test_a_key_is_in_the_pickle_and_nowhere_else():
    scrubber = chartguard.Scrubber(policy={"categories": KEYED}, key=KEY, model="none")
    assert KEY.hex().encode() in pickle.dumps(scrubber)
    assert KEY.hex() not in repr(scrubber)


def test_the_rest_pickles(scorer, tiny_model):
    rubric = chartguard.Rubric.builtin("medicare-outpatient-therapy")
    assert again(rubric).hash == rubric.hash
    assert again(chartguard.Model.load(tiny_model)).name == "tiny-tagger"
    assert again(scorer).score(NOTE).to_json() == scorer.score(NOTE).to_json()
    analyzer = chartguard.Analyzer(PLAIN, scorer)
    outcome = again(analyzer).analyze(NOTE)
    want = analyzer.analyze(NOTE)
    assert outcome.scrubbed.text == want.scrubbed.text and outcome.report.to_json() == want.report.to_json()
    same = again(want)
    assert same.scrubbed.text == want.scrubbed.text and same.report.to_html() == want.report.to_html()
    assert same.scrubbed.findings == want.scrubbed.findings and same.scrubbed.places == want.scrubbed.places
    assert [f.reasons for f in same.scrubbed.findings] == [f.reasons for f in want.scrubbed.findings]
    assert again(want.report.criteria) == want.report.criteria


def test_a_judge_does_not_travel():
    """A worker that scored without the judge would give other verdicts in silence."""
    judging = chartguard.Scorer(chartguard.Rubric.builtin("medicare-outpatient-therapy"), judge=lambda question, text: True)
    for thing in (judging, chartguard.Analyzer(PLAIN, judging)):
        with pytest.raises(chartguard.ConfigError, match="judge"):
            pickle.dumps(thing)
    assert copy.deepcopy(judging) is judging


def test_copies_are_the_thing_itself(scorer):
    for thing in (PLAIN, scorer, scorer.rubric, chartguard.Analyzer(PLAIN, scorer), PLAIN.scrub(NOTE), scorer.score(NOTE)):
        assert copy.copy(thing) is thing and copy.deepcopy([thing])[0] is thing


def work(job):
    scrubber, notes = job
    return [scrubber.scrub(note).text for note in notes], scrubber.scrub_column(notes, threads=2)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes(method):
    scrubber = chartguard.Scrubber()
    notes = [f"{i}: {NOTE}" for i in range(20)]
    want = scrubber.scrub_column(notes, threads=2)  # a pool was used before the fork
    with multiprocessing.get_context(method).Pool(2) as pool:
        for single, column in pool.map(work, [(scrubber, notes)] * 4):
            assert single == want and column == want
        assert [s.text for s in pool.map(scrubber.scrub, notes)] == want


def test_a_model_that_is_not_on_the_worker_is_named_with_the_worker(tmp_path, tiny_model):
    place = tmp_path / "model"
    shutil.copytree(tiny_model, place)
    pickled = pickle.dumps(chartguard.Scrubber(model=place))
    shutil.rmtree(place)
    program = f"import pickle\npickle.loads({pickled!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and last.startswith("chartguard.ModelError") and str(place) in last and "on worker" in last
    assert done.stderr.count(str(place)) == 1, "it is said once"


def test_errors_travel():
    with pytest.raises(chartguard.InputError) as caught:
        PLAIN.scrub_column(["a", 3])
    error = again(caught.value)
    assert type(error) is chartguard.InputError and str(error) == str(caught.value)
    assert (error.code, error.where, error.row) == ("input", ["row 1"], 1)


def test_what_does_not_travel_says_what_to_do():
    index = chartguard.SearchIndex(keep_text=True)
    index.add("a", "Rosalind did gait training")
    stream = PLAIN.stream()
    (report,) = chartguard.Scorer(chartguard.Rubric.builtin("medicare-outpatient-therapy")).score_message("Rosalind came")
    for thing, said in [
        (chartguard.Cancel(), "make one in each worker"),
        (index, "load the file in each worker"),
        (index.search("gait")[0], "document, start, end and score"),
        (stream, "from the Scrubber"),
        (stream.push("Rosalind came"), "send its text"),
        (report, r"to_dict\(\)"),
    ]:
        for away in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(chartguard.ConfigError, match=said) as caught:
                away(thing)
            assert caught.value.code == "config" and "Rosalind" not in str(caught.value)
