"""Where the packages lie, and the service that most tests ask."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SYSTEM = Path(__file__).parents[1]
sys.path[:0] = [str(SYSTEM.parent), str(SYSTEM)]

from practice import Practice  # noqa: E402


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """One service for the tests that need none of their own, with a user of each role."""
    with Practice(tmp_path_factory.mktemp("roles") / "data").started() as started:
        for id, role in {
            "manager": "office_manager",
            "carer": "care_provider",
            "pat-1": "patient",
            "pat-2": "patient",
            "biller": "billing_admin",
        }.items():
            started.user(id, role)
        yield started
