"""What a type checker is told of columns: the container that comes in comes out, and "collect" gives a tuple."""

import sys
import textwrap

import pytest

PROGRAM = """
    from typing import Any, assert_type
    import chartguard
    from chartguard import ChartguardError

    class Frame: ...

    scrubber = chartguard.Scrubber()
    scorer = chartguard.Scorer(chartguard.Rubric.builtin("medicare-outpatient-therapy"))
    analyzer = chartguard.Analyzer(scrubber, scorer)

    assert_type(scrubber.scrub_column(Frame(), name="note"), Frame)
    assert_type(scrubber.scrub_column(Frame(), on_error="collect"), tuple[Frame, list[tuple[int, ChartguardError]]])
    assert_type(scrubber.find_column(["a"]), list[list[dict[str, Any]] | None])
    assert_type(scorer.score_column(["a"], on_error="null"), list[dict[str, Any] | None])
    assert_type(analyzer.analyze_table(Frame(), text="note"), Frame)
    assert_type(analyzer.analyze_table(Frame(), text="note", on_error="collect"), tuple[Frame, list[tuple[int, ChartguardError]]])
    assert_type(chartguard.restore_column(Frame(), b""), Frame)
    assert_type(chartguard.restore_column(Frame(), on_error="collect"), tuple[Frame, list[tuple[int, ChartguardError]]])
"""


def test_types_of_columns(tmp_path, monkeypatch):
    api = pytest.importorskip("mypy.api")
    package = __import__("chartguard").__path__[0]
    monkeypatch.setenv("MYPYPATH", str(package).removesuffix("/chartguard"))
    file = tmp_path / "program.py"
    file.write_text(textwrap.dedent(PROGRAM))
    arguments = ["--strict", "--ignore-missing-imports", "--follow-imports=silent", "--cache-dir", str(tmp_path / "cache")]
    said, _, status = api.run([*arguments, "--python-executable", sys.executable, str(file)])
    assert status == 0, said
