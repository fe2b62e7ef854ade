"""What the tests share: the repository's cases, sample notes and small model."""

import tomllib
from pathlib import Path

import chartguard
import pytest

# Patterns and lists alone, which is fast.
PLAIN = chartguard.Scrubber(model="none")
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def scrubber():
    return chartguard.Scrubber()


@pytest.fixture(scope="session")
def scorer():
    return chartguard.Scorer(chartguard.Rubric.builtin("medicare-outpatient-therapy"))


@pytest.fixture(scope="session")
def tiny_model():
    return REPOSITORY / "tests" / "models" / "tiny-tagger"


@pytest.fixture(scope="session")
def corpus():
    """Every shared case and sample note, with an id."""
    texts = []
    for path in sorted((REPOSITORY / "tests" / "cases").glob("*.toml")):
        cases = tomllib.loads(path.read_text(encoding="utf-8")).get("case", [])
        texts += [(f"{path.stem}: {case['name']}", case["text"]) for case in cases]
    for path in sorted((REPOSITORY / "examples" / "notes").glob("*.txt")):
        with path.open(encoding="utf-8", newline="") as file:
            texts.append((path.name, file.read()))
    return texts
