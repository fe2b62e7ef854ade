"""Search over documents."""

import threading

import chartguard
import pytest

NOTE = "S: José 😀 slept badly.\n\nOBJECTIVE:\nAmbulated 150 feet with a rolling walker.\n\nPLAN: Continue gait training.\n"


@pytest.fixture
def index():
    index = chartguard.SearchIndex()
    assert index.add("note 1", NOTE) == 3
    index.add("note 2", "PLAN: Discharge to home exercise program.")
    return index


def test_passages_slice_the_text(index):
    passage = index.search("ambulating with walkers")[0]
    assert (passage.document, passage.section, passage.rank, passage.text) == ("note 1", "objective", 1, None)
    assert NOTE[passage.start : passage.end] == "OBJECTIVE:\nAmbulated 150 feet with a rolling walker."
    assert passage.score == 1 / 61 and passage.bm25 > 0
    assert len(index.search("plan", k=1)) == 1 and index.search("zebra") == [] and index.search("") == []


def test_documents_change(index):
    with pytest.raises(chartguard.InputError):
        index.add("note 1", "again")
    assert index.replace("note 1", "Shoulder pain.") == 1
    assert index.search("walker") == [] and index.search("shoulder")[0].document == "note 1"
    assert index.delete("note 1") and not index.delete("note 1")
    assert len(index) == 1 and "note 2" in index and "note 1" not in index and index.ids() == ["note 2"]
    assert repr(index) == "<chartguard.SearchIndex 1 documents>"


def test_it_saves_and_loads_and_notices_damage(index, tmp_path):
    path = tmp_path / "index"
    index.save(path)
    loaded = chartguard.SearchIndex.load(path)
    found = [(passage.document, passage.start, passage.score) for passage in loaded.search("plan gait", 5)]
    assert found == [(passage.document, passage.start, passage.score) for passage in index.search("plan gait", 5)]
    whole = path.read_bytes()
    for damaged in [whole[:-1], whole[:100], whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:]]:
        path.write_bytes(damaged)
        with pytest.raises(chartguard.TamperedError):
            chartguard.SearchIndex.load(path)
    path.write_text("not an index at all, but long enough to be looked at")
    with pytest.raises(chartguard.InputError):
        chartguard.SearchIndex.load(path)
    with pytest.raises(chartguard.FileError):
        chartguard.SearchIndex.load(tmp_path / "none")


def test_nothing_prints_a_text():
    index = chartguard.SearchIndex(keep_text=True)
    index.add("MRN 4471203", "Quackenbush sleeps badly.")
    (passage,) = index.search("Quackenbush")
    assert passage.text == "Quackenbush sleeps badly."
    with pytest.raises(chartguard.InputError) as raised:
        index.add("MRN 4471203", "Quackenbush")
    for printed in (repr(passage), repr(index), str(raised.value)):
        assert "uackenbush" not in printed and "4471203" not in printed
    with pytest.raises(chartguard.InputError):
        index.search("\ud800")


def test_options_are_checked():
    with pytest.raises(chartguard.ConfigError, match="words"):
        chartguard.SearchIndex(words=1)
    with pytest.raises(chartguard.ConfigError, match="overlap"):
        chartguard.SearchIndex(overlap=100)


def test_threads_share_an_index(index):
    failures = []

    def work(number):
        try:
            for turn in range(50):
                index.replace(f"thread {number}", f"Thoracic stretch number {turn}")
                assert index.search("thoracic stretch", k=10)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [] and len(index) == 6


@pytest.fixture(scope="module")
def embedder(tiny_model):
    return chartguard.Embedder(chartguard.Model.load(tiny_model.parent / "tiny-embedder"))


def test_an_embedder_ranks_by_meaning_too(embedder, tmp_path):
    index = chartguard.SearchIndex(embedder=embedder)
    index.add("note 1", NOTE)
    index.add("note 2", "PLAN: Discharge to home exercise program.")
    found = index.search("PLAN: Discharge to home exercise program.")
    first = found[0]
    assert (first.document, first.rank, first.vector_rank) == ("note 2", 1, 1) and first.cosine == pytest.approx(1, abs=1e-4)
    assert first.score == pytest.approx(2 / 61)
    # The rest has no word of the query, and is ranked all the same.
    assert len(found) == 4 and any(passage.rank is None and passage.vector_rank for passage in found)

    path = tmp_path / "index"
    index.save(path)
    again = chartguard.SearchIndex.load(path, embedder=embedder).search("home", k=2)
    assert [(passage.start, passage.cosine) for passage in again] == [(p.start, p.cosine) for p in index.search("home", k=2)]
    with pytest.raises(chartguard.ModelError, match="tiny-embedder"):
        chartguard.SearchIndex.load(path)
    words = chartguard.SearchIndex()
    words.add("note 1", NOTE)
    assert words.search("gait")[0].vector_rank is None and words.search("gait")[0].cosine is None
    words.save(path)
    with pytest.raises(chartguard.ModelError):
        chartguard.SearchIndex.load(path, embedder=embedder)
    with pytest.raises(TypeError):
        chartguard.SearchIndex(embedder="tiny-embedder")
