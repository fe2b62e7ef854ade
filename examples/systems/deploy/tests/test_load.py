"""The load: what it sends, that what it sends can be found again, and that it tells whether what it asks for holds."""

import argparse
import itertools
import subprocess
import sys
from pathlib import Path

import chartguard
import pytest
from conftest import SYSTEMS, System

sys.path.insert(0, str(SYSTEMS))

from load.__main__ import Found, Memory, Run, loaded, looked_for, told  # noqa: E402
from load.clients import KINDS, Acknowledged  # noqa: E402
from load.notes import BYTES, marks, notes  # noqa: E402
from load.targets import target  # noqa: E402


def test_notes_are_of_one_size_and_none_is_like_another() -> None:
    made = list(itertools.islice(notes(7), 300))
    assert {len(note.text.encode()) for note in made} <= set(range(BYTES - 3, BYTES + 1))
    assert len({note.text for note in made}) == 300
    assert all(note.name in note.text and note.patient in note.text for note in made)
    assert made == list(itertools.islice(notes(7), 300))
    assert made[0].text != next(notes(8)).text


def test_a_mark_is_still_there_when_a_note_was_scrubbed() -> None:
    scrubber = chartguard.Scrubber()
    for note in (*itertools.islice(notes(3), 40), *itertools.islice(notes(0), 12_300, 12_310)):
        scrubbed = scrubber.scrub(note.text, patient={"names": [note.name]}).text
        assert marks(scrubbed) == [note.mark]
        assert note.name not in scrubbed


def test_memory_that_grows_has_a_slope() -> None:
    memory = Memory([float(at) for at in range(100)], [100 + (at if at < 50 else 50) for at in range(100)])
    assert memory.slope() == pytest.approx(0, abs=1e-6)
    memory.sizes[50:] = [150 + at / 60 for at in range(50)]
    assert memory.slope() == pytest.approx(1)
    assert "150 MiB halfway" in str(memory) and "+1.00 MiB a minute" in str(memory)


@pytest.mark.parametrize(("seconds", "growth", "status"), [(600, 3, 1), (600, 1, 0), (60, 3, 0)])
def test_memory_is_asked_to_be_flat_once_it_is_warm(seconds: int, growth: float, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    client = KINDS["note-intake"](0, "")
    client.kept, client.seconds = [Acknowledged("1", (0, 1))], [0.01, 0.02]
    asked = argparse.Namespace(system="note-intake", clients=1, release=True, least=None, p95=None, slope=2.0)
    memory = Memory([float(at) for at in range(seconds)], [100 + growth * at / 60 for at in range(seconds)])
    assert told(asked, Run([client]), memory, float(seconds), Found()) == status
    said = capsys.readouterr()
    assert ("not met: memory" in said.err) == (status == 1) and ("not asked" in said.out) == (seconds < 600)


def test_the_front_door_asks_that_memory_is_flat() -> None:
    text = (SYSTEMS.parents[1] / "Makefile").read_text()
    assert "LOAD_SECONDS ?= 600\n" in text and " --slope 2\n" in text


def measure(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SYSTEMS / "load"), *arguments], capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_what_was_acknowledged_is_there_after_a_kill(name: str, request: pytest.FixtureRequest) -> None:
    if name == "note-intake":
        request.getfixturevalue("note_intake")
    done = measure(name, "--seconds", "3", "--clients", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 missing, 0 doubled" in done.stdout and "MiB a minute" in done.stdout


@pytest.mark.slow
def test_what_is_missing_doubled_or_back_is_told(tmp_path: Path) -> None:
    """It can find what it looks for: what was never kept, what is there twice, a deletion undone, and a text that is another."""
    system = target("document-search", tmp_path / "data", release=False)
    asked = argparse.Namespace(clients=1, seconds=2.0, seed=1)
    run, _, _ = loaded(system, tmp_path / "log", asked)
    sound = looked_for(system, tmp_path / "log", run, 1)
    assert (sound.missing, sound.doubled, sound.returned) == (0, 0, 0)
    (client,) = run.clients
    client.kept.append(Acknowledged("0" * 32, (99, 1)))
    client.kept.append(client.kept[0])
    client.kept[1].text = "another text"
    client.deleted.append(client.kept[2].id)
    found: Found = looked_for(system, tmp_path / "log", Run([client], run.errors), 1)
    # The one that never was is missing in the database, and once more where it is asked for.
    assert (found.missing, found.doubled, found.returned) == (3, 1, 1)


@pytest.mark.slow
def test_a_rate_that_is_not_met_ends_with_1(document_search: System) -> None:
    done = measure("document-search", "--seconds", "2", "--least", "1000000")
    assert done.returncode == 1
    assert "not met: at least" in done.stderr
