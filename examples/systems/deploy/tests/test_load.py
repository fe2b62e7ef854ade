"""The load: what it sends, and that it tells whether what it asks for holds."""

import itertools
import subprocess
import sys

import pytest
from conftest import SYSTEMS, System

sys.path.insert(0, str(SYSTEMS))

import load  # noqa: E402


def test_notes_are_of_one_size_and_none_is_like_another() -> None:
    made = list(itertools.islice(load.notes(7), 300))
    assert {len(note.text.encode()) for note in made} <= set(range(load.BYTES - 3, load.BYTES + 1))
    assert len({note.text for note in made}) == 300
    assert all(note.name in note.text and note.patient in note.text for note in made)
    assert made == list(itertools.islice(load.notes(7), 300))


def measure(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SYSTEMS / "load.py"), *arguments], capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", load.SYSTEMS)
def test_what_was_acknowledged_is_there_after_a_kill(name: str, request: pytest.FixtureRequest) -> None:
    if name == "note-intake":
        request.getfixturevalue("note_intake")
    done = measure(name, "--seconds", "3", "--clients", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 missing, 0 doubled" in done.stdout


@pytest.mark.slow
def test_a_rate_that_is_not_met_ends_with_1(document_search: System) -> None:
    done = measure("document-search", "--seconds", "2", "--least", "1000000")
    assert done.returncode == 1
    assert "not met" in done.stderr
