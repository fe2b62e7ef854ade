"""What models are used for: the same as in core, through Python."""

import copy
import json
import math
import multiprocessing
import pickle
import sys
import threading

import chartguard
import numpy
import pytest

NOTE = "Patient Tanel Brimos walked 40 feet without help."
LONG = " ".join([NOTE] * 60)
TEXTS = [NOTE, "", "She can walk.", LONG, "😀 José was seen on 3/14/2024 by Dr. Kelor.", NOTE]
CLASSES = {
    "tiny-tagger": chartguard.Tagger,
    "tiny-classifier": chartguard.Classifier,
    "tiny-embedder": chartguard.Embedder,
    "tiny-pair": chartguard.PairScorer,
}


@pytest.fixture(scope="module")
def models(tiny_model):
    return {name: chartguard.Model.load(tiny_model.parent / name) for name in CLASSES}


@pytest.fixture(scope="module")
def smoke(tiny_model):
    """What the makers of each model, which are no part of chartguard, say that it gives."""
    files = {name: tiny_model.parent / name / "chartguard.json" for name in CLASSES}
    return {name: json.loads(file.read_text())["smoke"] for name, file in files.items() if file.exists()}


def test_a_tagger_gives_entities(models):
    tagger = chartguard.Tagger(models["tiny-tagger"])
    assert tagger.labels == ["PATIENT", "DOCTOR", "DATE", "AGE"]
    text = "😀 José. Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor."
    found = tagger.tag(text)
    assert {("Tanel Brimos", "PATIENT"), ("3/14/2024", "DATE"), ("Kelor", "DOCTOR")} <= {
        (text[entity.start : entity.end], entity.label) for entity in found
    }
    assert all(0 < entity.score <= 1 for entity in found)
    assert [entity.start for entity in found] == sorted(entity.start for entity in found)
    first = found[0]
    assert chartguard.Entity(**first.to_dict()) == first == pickle.loads(pickle.dumps(first))
    assert len({first, copy.deepcopy(first)}) == 1 and first != found[-1]
    assert repr(first) == f"Entity({first.start}, {first.end}, \"{first.label}\", {first.score})" and "Tanel" not in repr(found)
    assert tagger.tag("") == []


def test_a_long_text_is_tagged_to_its_end(models):
    found = chartguard.Tagger(models["tiny-tagger"]).tag(LONG)
    names = [entity for entity in found if LONG[entity.start : entity.end] == "Tanel Brimos"]
    assert len(names) == 60


def test_a_classifier_gives_labels(models, smoke):
    classifier = chartguard.Classifier(models["tiny-classifier"])
    expected = smoke["tiny-classifier"]
    scores = classifier.classify(expected["text"])
    assert dict(scores) == pytest.approx(expected["labels"], abs=1e-3)
    assert [score for _, score in scores] == sorted((score for _, score in scores), reverse=True)
    assert math.isclose(sum(score for _, score in scores), 1, abs_tol=1e-5)
    assert not classifier.multi_label and classifier.labels(expected["text"]) == scores[:1]


def test_a_classifier_of_several_labels_goes_by_thresholds(tiny_model, tmp_path):
    for file in (tiny_model.parent / "tiny-classifier").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "chartguard.json").write_text(json.dumps({"multi_label": True, "thresholds": {"evaluation": 0.0, "treatment_note": 1.0, "discharge": 0.0}}))
    classifier = chartguard.Classifier(chartguard.Model.load(tmp_path))
    assert classifier.multi_label
    assert {label for label, _ in classifier.labels(NOTE)} == {"evaluation", "discharge"}


def test_an_embedder_gives_arrays(models, smoke):
    embedder = chartguard.Embedder(models["tiny-embedder"])
    expected = smoke["tiny-embedder"]
    vector = embedder.embed(expected["text"])
    assert vector.dtype == numpy.float32 and vector.shape == (embedder.dimensions,)
    assert numpy.allclose(vector[: len(expected["embedding"])], expected["embedding"], atol=1e-3)
    assert math.isclose(float(vector @ vector), 1, abs_tol=1e-5)
    vector += 1  # an array of the caller's own
    batch = embedder.embed_batch(TEXTS, threads=2)
    assert batch.dtype == numpy.float32 and batch.shape == (len(TEXTS), embedder.dimensions)
    assert all(numpy.array_equal(row, embedder.embed(text)) for row, text in zip(batch, TEXTS, strict=True))
    assert embedder.embed_batch([]).shape == (0, embedder.dimensions)


def test_without_numpy_an_embedder_says_so(models, monkeypatch):
    embedder = chartguard.Embedder(models["tiny-embedder"])
    monkeypatch.setitem(sys.modules, "numpy", None)
    for call in (lambda: embedder.embed(NOTE), lambda: embedder.embed_batch([NOTE])):
        with pytest.raises(ModuleNotFoundError, match="pip install numpy"):
            call()


def test_a_pair_scorer_compares(models, smoke):
    scorer = chartguard.PairScorer(models["tiny-pair"])
    expected = smoke["tiny-pair"]
    assert scorer.score(expected["text"], expected["pair"]) == pytest.approx(expected["similarity"], abs=1e-3)
    pairs = [(NOTE, "She can walk."), ("She can walk.", NOTE), ("", "")]
    assert scorer.score_batch(iter(pairs), threads=2) == [scorer.score(*pair) for pair in pairs]
    with pytest.raises(chartguard.InputError, match="tokens together"):
        scorer.score(LONG, NOTE)
    with pytest.raises(chartguard.InputError) as raised:
        scorer.score_batch([(NOTE, NOTE), (LONG, NOTE)])
    assert raised.value.__notes__ == ["in the pair at index 1"] and "Tanel" not in str(raised.value)
    for wrong in ([(NOTE,)], [NOTE], [(NOTE, 3)]):
        with pytest.raises(chartguard.ConfigError, match="pair 0 is not two str") as raised:
            scorer.score_batch(wrong)
        assert "Tanel" not in str(raised.value)


@pytest.mark.parametrize("threads", [None, 2])
def test_batches_are_in_order(models, threads):
    tagger = chartguard.Tagger(models["tiny-tagger"])
    assert tagger.tag_batch(iter(TEXTS), threads=threads) == [tagger.tag(text) for text in TEXTS]
    classifier = chartguard.Classifier(models["tiny-classifier"])
    assert classifier.classify_batch(TEXTS, threads=threads) == [classifier.classify(text) for text in TEXTS]


def test_what_is_no_list_of_texts_is_refused(models):
    tagger = chartguard.Tagger(models["tiny-tagger"])
    with pytest.raises(chartguard.ConfigError, match="not a single string"):
        tagger.tag_batch(NOTE)
    with pytest.raises(chartguard.ConfigError, match="note 1 is int"):
        tagger.tag_batch([NOTE, 3])
    with pytest.raises(chartguard.InputError, match="surrogate"):
        tagger.tag_batch([NOTE, "Tanel \ud800"])


def test_a_model_for_another_task_is_named(models):
    for name, model in models.items():
        for of, wanted in CLASSES.items():
            if of != name:
                with pytest.raises(chartguard.ModelError, match=f"`{name}` is for {model.task}: expected one for"):
                    wanted(model)
    assert [model.task for model in models.values()] == [
        "token-classification",
        "text-classification",
        "sentence-embedding",
        "pair-similarity",
    ]


def answer(thing):
    """What a thing says of a text, as something that compares."""
    match thing:
        case chartguard.Tagger():
            return thing.tag(NOTE)
        case chartguard.Classifier():
            return thing.classify(NOTE)
        case chartguard.Embedder():
            return thing.embed(NOTE).tolist()
        case chartguard.PairScorer():
            return thing.score(NOTE, "She can walk.")


@pytest.mark.parametrize("name", CLASSES)
def test_they_pickle_by_their_model(models, name):
    thing = CLASSES[name](models[name])
    assert thing.model is models[name] and repr(thing) == f"<chartguard.{CLASSES[name].__name__} {name}>"
    assert copy.copy(thing) is thing and copy.deepcopy(thing) is thing
    there = pickle.loads(pickle.dumps(thing))
    assert answer(there) == answer(thing)
    assert pickle.loads(pickle.dumps(thing)).model is there.model, "loaded once a process"
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(answer, [thing]) == [answer(thing)]


def test_models_of_a_registry(tiny_model, tmp_path):
    registry = chartguard.Registry(tmp_path)
    registry.add("note-type", "1", tiny_model.parent / "tiny-classifier")
    registry.activate("note-type", "1")
    classifier = chartguard.Classifier(registry.get("note-type"))
    there = pickle.loads(pickle.dumps(classifier))
    assert there.classify(NOTE) == classifier.classify(NOTE) and there.model.name == "note-type@1"
    (status,) = registry.status()["models"]
    assert status["in_use"] and status["calls"] == 1


def test_threads_share_a_classifier_without_the_gil(models):
    classifier = chartguard.Classifier(models["tiny-classifier"])
    expected = classifier.classify(NOTE)
    results = []
    threads = [threading.Thread(target=lambda: results.append(classifier.classify(NOTE) == expected)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 8
