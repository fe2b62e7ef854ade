"""Every example runs, and none prints what it was to remove."""

import ast
import json
import os
import shutil
import subprocess
import sys

import pytest
from conftest import REPOSITORY

FOLDER = REPOSITORY / "examples" / "python"
NEEDS = {
    "spark_job.py": "pyspark",
    "service.py": "fastapi",
    "pandas_column.py": "pandas",
    "polars_lazy.py": "polars",
    "duckdb_function.py": "duckdb",
}
SECRETS = ("219-09-9999", "Adeyemi", "Rosalind", "4471203", "555) 201")


@pytest.mark.parametrize("name", ["pandas_column.py", "polars_lazy.py", "duckdb_function.py", "own_notes.py", "spark_job.py"])
def test_scripts(name):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    if name == "spark_job.py" and shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or newer")
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    done = subprocess.run([sys.executable, FOLDER / name], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "[" in done.stdout and not any(secret in done.stdout for secret in SECRETS), done.stdout


def test_the_notebook_runs_and_is_saved_without_output():
    cells = json.loads((FOLDER / "notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    space: dict = {}
    pages = []
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        assert cell["outputs"] == [] and cell["execution_count"] is None
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop()
        exec(compile(tree, "cell", "exec"), space)
        pages.append(eval(compile(ast.Expression(last.value), "cell", "eval"), space)._repr_html_())
    assert len(pages) == 4 and "<mark" in pages[0] and "gait training" in pages[0] and "<svg" in pages[2]
    assert not any(secret in page for page in pages for secret in ("Achterberg", "03/14/2024", *SECRETS))


def test_the_service():
    pytest.importorskip("fastapi")
    client = pytest.importorskip("fastapi.testclient")
    sys.path.insert(0, str(FOLDER))
    try:
        import service
    finally:
        sys.path.remove(str(FOLDER))
    with client.TestClient(service.app) as http:
        assert http.post("/scrub", content="SSN 219-09-9999").json()["text"] == "SSN [SSN]"
        assert "score" in http.post("/score", content="PT note", params={"discipline": "pt"}).json()
        assert http.post("/score", content="PT note", params={"discipline": "py"}).status_code == 422
        bad = http.post("/scrub", content=b"Jane \xff")
        assert bad.status_code == 422 and "Jane" not in bad.text
        assert http.post("/scrub", content=b"x" * (service.LARGEST + 1)).status_code == 413
        assert http.post("/scrub", content=iter([b"x"])).status_code == 411
