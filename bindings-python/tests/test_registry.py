"""The registry of models: the same as in core, through Python."""

import copy
import pickle
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import chartguard
import pytest

NOTE = "Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor."


@pytest.fixture
def directory(tmp_path, tiny_model):
    registry = chartguard.Registry(tmp_path)
    registry.add("tagger", "1", tiny_model)
    registry.activate("tagger", "1")
    registry.add("tagger", "2", tiny_model.parent / "tiny-tagger-bytes")
    return tmp_path


def by_version(registry):
    return {model["version"]: model for model in registry.status()["models"] if model["name"] == "tagger"}


def test_versions(directory, tiny_model):
    registry = chartguard.Registry(directory)
    model = registry.get("tagger")
    assert model.name == "tagger@1" and "O" in model.labels
    expected = chartguard.Scrubber(model=chartguard.Model.load(tiny_model)).scrub(NOTE).text
    assert chartguard.Scrubber(model=model).scrub(NOTE).text == expected
    registry.activate("tagger", "2")
    assert chartguard.Registry(directory).get("tagger").name == "tagger@2"
    assert registry.rollback("tagger") == "1"
    registry.check("tagger@2")
    with pytest.raises(chartguard.ConfigError, match="is active"):
        registry.remove("tagger", "1")
    registry.add("tagger", "3", tiny_model)
    registry.remove("tagger", "3")
    assert sorted(by_version(registry)) == ["1", "2"]
    now = by_version(registry)["1"]
    assert now["active"] and now["loaded"] and now["in_use"] and now["calls"] == 1 and now["p95_ms"] > 0
    assert now["mean_ms"] > 0 and now["last_error"] is None and len(now["sha256"]) == 64
    assert registry.status()["used"] == now["bytes"] == registry.status()["most_used"]
    assert repr(registry) == f"<chartguard.Registry {directory}>"


def test_mistakes(directory, tiny_model, tmp_path):
    registry = chartguard.Registry(directory)
    with pytest.raises(chartguard.ConfigError, match="did you mean `tagger`"):
        registry.get("taggr")
    with pytest.raises(chartguard.ConfigError, match="not one that a model can have"):
        registry.add("../tagger", "1", tiny_model)
    with pytest.raises(chartguard.ConfigError, match="there already"):
        registry.add("tagger", "1", tiny_model)
    with pytest.raises(chartguard.ConfigError, match="does not exist"):
        chartguard.Registry(tmp_path / "nothing")
    for wrong in ({"memory": -1}, {"wait": -1.0}, {"wait": float("nan")}):
        with pytest.raises(chartguard.ConfigError, match="wait|memory"):
            chartguard.Registry(directory, **wrong)
    shutil.copy(tiny_model / "config.json", directory / "tagger" / "2" / "extra.json")
    with pytest.raises(chartguard.ModelError, match="tagger@2.*extra.json"):
        registry.activate("tagger", "2")
    assert "extra.json" in by_version(registry)["2"]["last_error"]
    assert registry.get("tagger").name == "tagger@1"


def test_a_budget_is_kept_by_threads(directory):
    one = max(model["bytes"] for model in by_version(chartguard.Registry(directory)).values())
    registry = chartguard.Registry(directory, memory=one, wait=600.0)
    begin = threading.Barrier(8)

    def work(number):
        begin.wait()
        for turn in range(4):
            reference = f"tagger@{1 + (number + turn) % 2}"
            assert registry.get(reference).name == reference

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert registry.status()["most_used"] <= one
    held = registry.get("tagger@1")
    assert by_version(registry)["1"]["in_use"]
    impatient = chartguard.Registry(directory, memory=one, wait=0)
    kept = impatient.get("tagger@1")
    with pytest.raises(chartguard.ModelError, match="no room"):
        impatient.get("tagger@2")
    del held, kept
    assert impatient.get("tagger@2").name == "tagger@2"


def test_pickles_by_directory_and_options(directory):
    registry = chartguard.Registry(directory, memory=10**9)
    assert copy.copy(registry) is registry and copy.deepcopy(registry) is registry
    there = pickle.loads(pickle.dumps(registry))
    assert there.status()["memory"] == 10**9 and there.get("tagger").name == "tagger@1"
    assert pickle.loads(pickle.dumps(registry)) is there
    scrubber = chartguard.Scrubber(model=registry.get("tagger"))
    again = pickle.loads(pickle.dumps(scrubber))
    assert again.find(NOTE) == scrubber.find(NOTE)
    assert "model.tagger@1" in {finding.detector for finding in again.find(NOTE)}
    assert pickle.loads(pickle.dumps(registry.get("tagger@2"))).name == "tagger@2"
