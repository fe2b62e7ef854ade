"""Where the packages lie, and the service that most tests ask."""

import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

SYSTEM = Path(__file__).parents[1]
sys.path[:0] = [str(SYSTEM.parent), str(SYSTEM)]

from searching import Client, Running  # noqa: E402


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for the tests that need none of their own."""
    with Running(tmp_path_factory.mktemp("search") / "data").started() as started:
        yield started


@pytest.fixture
def tenants(running: Running) -> tuple[Client, Client]:
    """Two tenants that are new to each test; made in this process, for a command takes a second to start."""
    from document_search.database import Database
    from document_search.keys import make

    database = Database(running.env.get("DATABASE_URL"), running.data)
    keys = [make(database, database.add_tenant(f"tenant-{uuid.uuid4().hex[:8]}")) for _ in range(2)]
    database.engine.dispose()
    return running.client(keys[0]), running.client(keys[1])
