"""Starts one of the systems in front of you: `run.py NAME [what its own command takes]`, or `run.py --list`.

Its data lie in target/systems/NAME unless CHARTGUARD_DATA says otherwise. The systems in Python run in the Python that runs this file.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# Where each listens unless told otherwise, and what it is.
SYSTEMS = {
    "therapy-compliance": (8101, "documents of therapy in, a scored report with evidence and advice out"),
    "note-intake": (8102, "notes in over HTTP, kept scrubbed, scored and audited"),
    "document-search": (8103, "the documents of many tenants, searched with cited passages"),
    "transcription": (8104, "a transcript scrubbed as it streams, made into a draft note"),
    "role-access": (8105, "users, roles and who may have a note back"),
}


def is_there(name: str) -> bool:
    return (HERE / name / "Cargo.toml").exists() or (package(name) / "__main__.py").exists()


def package(name: str) -> Path:
    return HERE / name / name.replace("-", "_")


def binary(name: str) -> Path:
    """A system in Rust: where cargo has put it, built when it was not."""
    subprocess.run(["cargo", "build", "-q", "--workspace", "--bin", name], cwd=ROOT, check=True)
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / name


def command(name: str) -> list[str]:
    if (HERE / name / "Cargo.toml").exists():
        return [str(binary(name))]
    for needed in ("chartguard", "fastapi"):
        if importlib.util.find_spec(needed) is None:
            sys.exit(f"run.py: {needed} is not installed for {sys.executable}: make systems SYSTEM={name} installs what is needed")
    return [sys.executable, "-m", name.replace("-", "_")]


def environment(name: str) -> dict[str, str]:
    inherited = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    path = os.pathsep.join([str(HERE), str(HERE / name), *inherited])
    data = ROOT / "target" / "systems" / name
    data.parent.mkdir(parents=True, exist_ok=True)
    return {"CHARTGUARD_DATA": str(data), **os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("--list", "-h", "--help"):
        for name, (port, what) in SYSTEMS.items():
            print(f"{name:20} {port}  {what}{'' if is_there(name) else ' (not there yet)'}")
        return 0
    name, *rest = arguments
    if name not in SYSTEMS or not is_there(name):
        there = ", ".join(known for known in SYSTEMS if is_there(known))
        print(f"run.py: there is no system {name!r}; there are {there}", file=sys.stderr)
        return 2
    run, env = command(name), environment(name)
    # In place of this process, so that a signal reaches the service.
    os.execvpe(run[0], [*run, *rest], env)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
