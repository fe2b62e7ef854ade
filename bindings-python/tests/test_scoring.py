"""Judges, claims, episodes, units and exports from Python."""

import csv
import datetime
import io
import json
import pickle

import chartguard
import pytest
from chartguard import Analyzer, ConfigError, InferenceError, InputError, Rubric, Scorer, facts, units
from conftest import PLAIN

NOTE = "PT treatment note 03/14/2024. Gait training 15 minutes. Total treatment time: 15 minutes."
ASKS = Rubric.from_yaml(
    "{rubric: asks, version: 1.0.0, title: Asks, criteria: [{id: a, title: A, points: 1, severity: low, citation: {source: s}, "
    "message: m, requires: {judge: {question: Is a functional activity described?}}}]}"
)


def verdict(report):
    return report.to_dict()["criteria"][0]


@pytest.mark.parametrize(
    ("answer", "want", "confidence"),
    [
        (True, "met", 0.5),
        (False, "not_met", 0.5),
        (None, "not_assessable", None),
        ((True, 0.75), "met", 0.75),
        ((False, 7), "not_met", 1.0),
        ((None, 0.2), "not_assessable", None),
    ],
)
def test_a_judge_answers_what_the_rubric_asks(answer, want, confidence):
    asked = []

    def judge(question, text):
        asked.append((question, text))
        return answer

    report = Scorer(ASKS, judge=judge).score("Climbed stairs.")
    assert asked == [("Is a functional activity described?", "Climbed stairs.")]
    found = verdict(report)
    assert (found["verdict"], found["judged"]) == (want, True)
    assert confidence is None or found["confidence"] == confidence
    assert pickle.loads(pickle.dumps(report)).to_json() == report.to_json()


def test_without_a_judge_nothing_is_judged():
    found = verdict(Scorer(ASKS).score("Climbed stairs."))
    assert found["verdict"] == "not_assessable" and "judged" not in found


def test_an_error_of_the_judge_ends_the_call_and_tells_nothing_of_the_note():
    def fails(question, text):
        raise LookupError(text)

    for judge, kind in ((fails, "LookupError"), (lambda question, text: "perhaps", "TypeError"), (lambda: True, "TypeError")):
        scorer = Scorer(ASKS, judge=judge)
        for call in (scorer.score, lambda text, scorer=scorer: scorer.score_column([text], threads=2)):
            with pytest.raises(InferenceError, match=kind) as caught:
                call("Climbed Quillfeather stairs.")
            assert "Quillfeather" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_a_judge_answers_on_threads_for_columns_and_tables():
    scorer = Scorer(ASKS, judge=lambda question, text: "stairs" in text)
    notes = ["Climbed stairs.", "Rested."] * 150
    want = ["met", "not_met"] * 150
    assert [row["criteria"][0]["verdict"] for row in scorer.score_column(notes, threads=2)] == want
    table = Analyzer(PLAIN, scorer).analyze_table({"note": notes}, text="note", threads=2)
    assert [row[0]["verdict"] for row in table["criteria"]] == want
    assert [verdict(one.report)["verdict"] for one in Analyzer(PLAIN, scorer).analyze_batch(notes, threads=2)] == want


def test_a_claim_is_held_against_the_note(scorer):
    note = NOTE.replace("Total", "Total timed minutes: 15. Total")
    for count, want in ((1, "met"), (3, "not_met")):
        claim = {"lines": [{"code": "97116", "units": count, "modifiers": ["GP"]}]}
        report = scorer.score(note, claim=claim, date=datetime.date(2024, 3, 14))
        assert {c.id: c.verdict for c in report.criteria}["tx.units"] == want, count
        assert report.to_json() == scorer.score(note, claim=claim, date="2024-03-14").to_json()
    with pytest.raises(ConfigError, match="did you mean `code`"):
        scorer.score(note, claim={"lines": [{"cod": "97116"}]})
    with pytest.raises(ConfigError, match="YYYY-MM-DD"):
        scorer.score(note, date="spring")


def test_an_episode_is_more_than_its_notes(scorer):
    notes = [
        {"text": "PT initial evaluation 03/14/2024.", "date": datetime.date(2024, 3, 14), "doc_type": "evaluation"},
        {"text": NOTE.replace("03/14", "03/16"), "date": "2024-03-16"},
    ]
    episode = scorer.score_episode(notes, open=True)
    assert [(event["date"], event["kind"]) for event in episode["timeline"]][:1] == [("2024-03-14", "evaluation")]
    single = scorer.score(notes[1]["text"], date="2024-03-16").to_dict()
    assert [c["verdict"] for c in episode["notes"][1]["criteria"]] == [c["verdict"] for c in single["criteria"]]
    closed = {c["id"]: c["verdict"] for c in scorer.score_episode(notes)["criteria"]}
    assert closed != {c["id"]: c["verdict"] for c in episode["criteria"]}, "a discharge note is missing unless care goes on"
    with pytest.raises(ConfigError, match="text") as caught:
        scorer.score_episode([{"text": "x"}, {"note": "y"}])
    assert caught.value.where == ["`notes[1]`"]
    with pytest.raises(ConfigError, match="unknown key `doctype`: did you mean `doc_type`") as caught:
        scorer.score_episode([{"text": "x", "doctype": "evaluation"}])
    assert caught.value.where == ["`notes[0]`"]


def test_units_of_timed_minutes():
    # Medicare Claims Processing Manual ch. 5 section 20.2: 8 to 22 minutes in all are one unit, 38 to 52 are three.
    def billed(minutes):
        return [(code["code"], code["units"]) for code in units(minutes)["codes"]]

    assert billed({"97110": 33, "97140": 7}) == [("97110", 2), ("97140", 1)]
    assert sum(count for _, count in billed({"97112": 7, "97110": 6})) == 1
    assert units({"97110": 7})["units"] == 0
    with pytest.raises(ConfigError, match="code table") as caught:
        units({"00000": 15})
    assert caught.value.where == ["`minutes`"]


def test_facts_of_a_note():
    note = "Señora Peña\nGait training 97116, 15 min. Total treatment time: 15 minutes.\nAnn Lee, PT 3/4/2025\n"
    said = facts(note)

    def text(place):
        return note[place["start"] : place["end"]]

    assert said["minutes"]["total"]["minutes"] == 15
    assert [text(service["span"]) for service in said["services"]] == ["Gait training", "97116"]
    assert [(text(s["date"]), s["role"], s["discipline"]) for s in said["signatures"]] == [("3/4/2025", "therapist", "pt")]
    assert facts("")["goals"] == []
    with pytest.raises(TypeError, match="Did you mean .note"):
        facts(note, notes=1)
    with pytest.raises(InputError, match="surrogate"):
        facts("\ud800")


def test_exports(scorer):
    report = scorer.score(NOTE)
    ids = [criterion.id for criterion in report.criteria]
    rows = list(csv.DictReader(io.StringIO(report.export("csv", name="note 7"))))
    assert list(dict.fromkeys(row["criterion"] for row in rows)) == ids and {row["note"] for row in rows} == {"note 7"}
    sarif = json.loads(report.export("sarif", name="note 7"))
    missed = [criterion.id for criterion in report.criteria if criterion.verdict == "not_met"]
    assert sarif["version"] == "2.1.0" and {result["ruleId"] for result in sarif["runs"][0]["results"]} == set(missed)
    assert report.export("markdown").startswith("# ")
    with pytest.raises(ConfigError, match="csv, sarif, markdown"):
        report.export("pdf")


def test_a_rubric_is_checked_and_tried_from_python():
    rubric = chartguard.Rubric.builtin("medicare-outpatient-therapy")
    assert rubric.check() == []
    tried = rubric.test()
    assert tried["passed"] and tried["run"] > 100 and tried["failures"] == tried["untested"] == []
    yaml = (
        "rubric: r\nversion: '1'\ntitle: T\nterms:\n  unused: [a]\ncriteria:\n- id: x\n  title: X\n  points: 1\n  severity: low\n"
        "  citation: {source: s}\n  message: m\n  requires: {terms: {words: [gait]}}\n"
        "  tests: {fires: [no walking], passes: [no walking, gait training]}\n"
    )
    own = chartguard.Rubric.from_yaml(yaml)
    problems = own.check()
    assert {problem["line"] for problem in problems} == {5, 7}
    assert any(problem["criterion"] == "" and "unused" in problem["message"] for problem in problems)
    tried = own.test()
    assert (tried["passed"], tried["run"]) == (False, 3)
    assert tried["failures"] == [{"criterion": "x", "test": "passes 1", "expected": "met", "found": "not_met"}]


def test_a_scorer_tries_what_asks_its_judge():
    yaml = (
        "rubric: r\nversion: '1'\ntitle: T\ncriteria:\n- id: x\n  title: X\n  points: 1\n  severity: low\n"
        "  citation: {source: s}\n  message: m\n  requires: {judge: {question: Is walking spoken of?}}\n"
        "  tests: {fires: [slept well], passes: [walked well]}\n"
    )
    rubric = chartguard.Rubric.from_yaml(yaml)
    assert rubric.test()["run"] == 0, "there is nobody to ask"
    assert chartguard.Scorer(rubric, judge=lambda question, text: "walk" in text).test()["passed"]
    assert len(chartguard.Scorer(rubric, judge=lambda question, text: True).test()["failures"]) == 1


def test_a_report_beside_the_scrubbed_text(scorer):
    note = "PT treatment note 03/14/2024 for Rosalind Achterberg. Gait training. Total treatment time: 15 minutes."
    outcome = chartguard.Analyzer(PLAIN, scorer).analyze(note, patient={"names": ["Rosalind Achterberg"]})
    for one in (outcome, pickle.loads(pickle.dumps(outcome))):
        beside, text = one.scrubbed_report, one.scrubbed.text
        assert beside.score == one.report.score and len(beside.criteria) == len(one.report.criteria)
        assert one.report.to_dict()["date"] == "2024-03-14" and "2024-03-14" not in beside.to_json()
        pairs = zip(one.report.criteria, beside.criteria, strict=True)
        (total,) = [(a, b) for a, b in pairs if a.id == "tx.total-minutes"]
        assert [note[a:b] for a, b in total[0].evidence] == [text[a:b] for a, b in total[1].evidence]
        assert total[0].evidence != total[1].evidence
        page = beside.to_html()
        assert "[NAME]" in page and "Achterberg" not in page and "Achterberg" in one.report.to_html()


SENTENCES = "Patient walked 40 feet without help. Gait training for 15 minutes. Knee bends to 95 degrees."


def asking(check):
    return Rubric.from_yaml(
        "{rubric: models, version: 1.0.0, title: M, criteria: [{id: a, title: A, points: 1, severity: low, citation: {source: s}, "
        f"message: m, requires: {check}}}]}}"
    )


@pytest.fixture(scope="module")
def models(tiny_model):
    load = lambda name: chartguard.Model.load(tiny_model.parent / name)  # noqa: E731
    return chartguard.Embedder(load("tiny-embedder")), chartguard.Classifier(load("tiny-classifier"))


def test_a_sentence_model_answers_similarity(models):
    embedder, _ = models
    near = asking("{similarity: {to: ['Gait training for 15 minutes.'], at_least: 0.999}}")
    assert verdict(Scorer(near).score(SENTENCES))["verdict"] == "not_assessable"
    scorer = Scorer(near, embedder=embedder)
    found = verdict(scorer.score(SENTENCES))
    assert found["verdict"] == "met" and found["judged"]
    (span,) = found["evidence"]
    assert SENTENCES[span["start"] : span["end"]] == "Gait training for 15 minutes."
    assert verdict(scorer.score("Knee bends to 95 degrees."))["verdict"] == "not_met"
    # It goes to a worker with its model, and stops as any other.
    for same in (pickle.loads(pickle.dumps(scorer)), scorer.until(chartguard.Cancel()), Analyzer(chartguard.Scrubber(), scorer).scorer):
        assert same.score(SENTENCES).to_dict() == scorer.score(SENTENCES).to_dict()


def test_classifiers_answer_by_name_or_alone(models):
    _, classifier = models
    label, score = classifier.classify(SENTENCES)[0]
    for at_least, want in [(score - 0.01, "met"), (score + 0.01, "not_met")]:
        named = asking(f"{{classifier: {{model: kind, label: {label}, at_least: {at_least}}}}}")
        scorer = Scorer(named, classifiers={"kind": classifier})
        assert verdict(scorer.score(SENTENCES))["verdict"] == want
        assert verdict(pickle.loads(pickle.dumps(scorer)).score(SENTENCES))["verdict"] == want
        assert verdict(Scorer(named, classifiers={"other": classifier}).score(SENTENCES))["verdict"] == "not_assessable"
        alone = Scorer(asking(f"{{classifier: {{label: {label}, at_least: {at_least}}}}}"), classifiers=classifier)
        assert verdict(alone.score(SENTENCES))["verdict"] == want


def test_models_that_do_not_fit_are_refused(models):
    embedder, classifier = models
    with pytest.raises(chartguard.RubricError, match="no label `progress`"):
        Scorer(asking("{classifier: {label: progress}}"), classifiers=classifier)
    for wrong in [3, [classifier], {"kind": embedder}, {3: classifier}]:
        with pytest.raises(ConfigError, match="classifiers"):
            Scorer(ASKS, classifiers=wrong)
    with pytest.raises(TypeError):
        Scorer(ASKS, embedder=classifier)


def test_a_classifier_tells_the_type_of_a_document(models):
    _, classifier = models
    label, score = classifier.classify(SENTENCES)[0]
    given = Scorer(ASKS, document_classifier=classifier).score(SENTENCES).to_dict()["doc_type"]
    assert given == (label if score >= 0.5 else Scorer(ASKS).score(SENTENCES).to_dict()["doc_type"])
