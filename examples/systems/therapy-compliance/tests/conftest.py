"""Where the packages lie, and the service that most tests ask."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SYSTEM = Path(__file__).parents[1]
sys.path[:0] = [str(SYSTEM.parent), str(SYSTEM)]

from complying import Running  # noqa: E402


@pytest.fixture(scope="session")
def compliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for the tests that need none of their own."""
    with Running(tmp_path_factory.mktemp("compliance") / "data").started() as started:
        yield started
