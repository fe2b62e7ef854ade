"""What is loaded: how each system starts, with limits that no load reaches, and what lies in its database afterwards."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYSTEMS = Path(__file__).resolve().parents[1]
ROOT = SYSTEMS.parents[1]
_MANY = "100000000"
_LIMITS = {
    "note-intake": {"CHARTGUARD_RATE_PER_SECOND": "1000000", "CHARTGUARD_RATE_BURST": "1000000"},
    "document-search": {"CHARTGUARD_UPLOADS_PER_MINUTE": _MANY, "CHARTGUARD_QUERIES_PER_MINUTE": _MANY},
    "transcription": {"CHARTGUARD_RATE": _MANY, "CHARTGUARD_LIVE": "1000"},
}
# Where a note that was kept is asked for, what lies in the database of each, by id, and the command that prints a token.
_PATHS = {
    "therapy-compliance": "/reports/{}.json", "note-intake": "/notes/{}", "document-search": "/documents/{}",
    "transcription": "/api/consultations/{}",
}  # fmt: skip
_ROWS = {
    "therapy-compliance": ("compliance.db", "SELECT id, text FROM analyses"),
    "note-intake": ("intake.db", "SELECT id, scrubbed FROM note"),
    "document-search": ("documents.db", "SELECT id, text FROM documents"),
    "transcription": (
        "consultations.db",
        "SELECT id, (SELECT group_concat(text, '') FROM (SELECT text FROM releases WHERE consultation = id ORDER BY number)) FROM consultations",
    ),
}
_FIRST = {"document-search": ["tenant", "add", "load"], "transcription": ["clinician", "load"]}


@dataclass
class Target:
    """One of the systems on a data folder of its own."""

    name: str
    data: Path
    command: list[str]
    env: dict[str, str]
    token: str

    @property
    def ready(self) -> str:
        return "/health/ready" if self.name == "note-intake" else "/health"

    def path(self, id: str) -> str:
        return _PATHS[self.name].format(id)

    def rows(self) -> Iterator[tuple[str, str]]:
        """The id and text of all that lies in the database."""
        file, query = _ROWS[self.name]
        with sqlite3.connect(f"file:{self.data / file}?mode=ro", uri=True) as database:
            for id, text in database.execute(query):
                yield id, text or ""


def target(name: str, data: Path, *, release: bool) -> Target:
    """A system to load, of a release build or of the debug build that tests have."""
    env = {"CHARTGUARD_DATA": str(data), **_LIMITS.get(name, {})}
    built = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / ("release" if release else "debug")
    if name == "note-intake":
        return Target(name, data, [str(_built(built / name, release))], env, "")
    if release:
        env["PYTHONPATH"] = str(_package(_built(built / "lib_chartguard.so", release), data.parent / "wheel"))
    run = [sys.executable, str(SYSTEMS / "run.py"), name]
    token = ""
    if name in _FIRST:
        made = subprocess.run([*run, *_FIRST[name]], env={**os.environ, **env}, check=True, capture_output=True, text=True)
        token = made.stdout.strip()
    return Target(name, data, [*run, "serve"], env, token)


def _built(path: Path, release: bool) -> Path:
    if not path.exists():
        sys.exit(f"load: {path} is missing: cargo build --workspace --lib --bin note-intake{' --release' if release else ''}")
    return path


def _package(library: Path, folder: Path) -> Path:
    """The Python package over a release build of its library, in place of the one that is installed."""
    shutil.copytree(ROOT / "bindings-python" / "python" / "chartguard", folder / "chartguard", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    shutil.copy(library, folder / "chartguard" / "_chartguard.abi3.so")
    return folder
