"""Every example runs, and none prints what it was to remove."""

import ast
import asyncio
import importlib
import json
import os
import shutil
import subprocess
import sys
import threading

import pytest
from conftest import REPOSITORY

FOLDER = REPOSITORY / "examples" / "python"
NEEDS = {
    "spark_job.py": "pyspark",
    "service.py": "fastapi",
    "pandas_column.py": "pandas",
    "polars_lazy.py": "polars",
    "duckdb_function.py": "duckdb",
    "clusters.py": "dask.dataframe",
}
SECRETS = ("219-09-9999", "Adeyemi", "Rosalind", "4471203", "555) 201")


@pytest.mark.parametrize("name", ["pandas_column.py", "polars_lazy.py", "duckdb_function.py", "own_notes.py", "spark_job.py", "clusters.py"])
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


@pytest.fixture
def service(monkeypatch):
    pytest.importorskip("fastapi")
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("service")


def test_the_service(service):
    client = pytest.importorskip("fastapi.testclient")
    with client.TestClient(service.app) as http:
        assert http.post("/scrub", content="SSN 219-09-9999").json()["text"] == "SSN [SSN]"
        assert "score" in http.post("/score", content="PT note", params={"discipline": "pt"}).json()
        assert http.post("/score", content="PT note", params={"discipline": "py"}).status_code == 422
        bad = http.post("/scrub", content=b"Jane \xff")
        assert bad.status_code == 422 and "Jane" not in bad.text
        assert http.post("/scrub", content=b"x" * (service.LARGEST + 1)).status_code == 413
        assert http.post("/scrub", content=iter([b"x"])).status_code == 411


@pytest.mark.parametrize(("engine", "method", "path"), [("scrubber", "scrub", "/scrub"), ("scorer", "score", "/score")])
def test_a_small_request_is_answered_while_a_large_one_is_worked_on(service, monkeypatch, engine, method, path):
    httpx = pytest.importorskip("httpx")
    work = getattr(getattr(service, engine), method)
    begun, answered = threading.Event(), threading.Event()

    class Engine:
        """Has the large note until the small one is answered."""

    def held(self, note, **keywords):
        if note == "large":
            begun.set()
            assert answered.wait(20), "the small request waited for the large one"
        return work(note, **keywords)

    setattr(Engine, method, held)
    monkeypatch.setattr(service, engine, Engine())

    async def requests():
        transport = httpx.ASGITransport(app=service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
            large = asyncio.ensure_future(http.post(path, content="large"))
            while not begun.is_set():
                await asyncio.sleep(0.01)
            small = await http.post(path, content="small")
            answered.set()
            return small, await large

    assert [answer.status_code for answer in asyncio.run(requests())] == [200, 200]
