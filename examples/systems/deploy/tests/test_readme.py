"""The table of the README: each test that it names is one."""

import re

from conftest import SYSTEMS

ROOT = SYSTEMS.parents[1]


def test_every_test_that_is_named_is_there() -> None:
    readme = (SYSTEMS / "README.md").read_text(encoding="utf-8")
    named = set()
    for line in readme.splitlines():
        if line.startswith("|") and line.count("|") == 4:
            named |= set(re.findall(r"`([a-z]+_\w+)`", line.split("|")[3]))
    folders = [*SYSTEMS.glob("*/tests"), ROOT / "bindings-python" / "tests", ROOT / "tests" / "tests"]
    sources = [path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".rs")]
    defined = {name for source in sources for name in re.findall(r"\b(?:def|fn) (\w+)\(", source)}
    assert len(named) > 40
    assert not named - defined
