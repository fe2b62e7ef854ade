"""The databases that compose.yaml makes, in a PostgreSQL that runs: each service has its own and cannot enter another's."""

import os
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from conftest import SYSTEMS
from shared.testing import _tool, postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    _tool("psql")
    with postgres() as url:
        at = urlsplit(url)
        env = {
            **os.environ, "PGHOST": at.hostname or "", "PGPORT": str(at.port), "POSTGRES_USER": at.username or "",
            # One that would end the statement, if it were put into it as it is.
            "SEARCH_PASSWORD": "it's", "ROLES_PASSWORD": "b", "MONITOR_PASSWORD": "c", "THERAPY_PASSWORD": "d", "TRANSCRIPTION_PASSWORD": "e",
        }  # fmt: skip
        subprocess.run([SYSTEMS / "deploy" / "postgres" / "databases.sh"], env=env, check=True, capture_output=True)
        yield f"{at.hostname}:{at.port}"


@pytest.mark.parametrize("name", ["therapy", "search", "transcription", "roles"])
def test_each_owns_its_database(place: str, name: str) -> None:
    with psycopg.connect(f"postgresql://{name}@{place}/{name}") as database:
        database.execute("CREATE TABLE kept (id int)")


APART = [("search", "roles"), ("roles", "search"), ("therapy", "transcription"), ("transcription", "therapy"), ("monitor", "search")]


@pytest.mark.parametrize(("user", "database"), APART)
def test_none_enters_another(place: str, user: str, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(f"postgresql://{user}@{place}/{database}")


def test_figures_can_be_looked_at(place: str) -> None:
    with psycopg.connect(f"postgresql://monitor@{place}/postgres") as database:
        assert database.execute("SELECT count(*) FROM pg_stat_activity WHERE query IS NOT NULL").fetchone()
