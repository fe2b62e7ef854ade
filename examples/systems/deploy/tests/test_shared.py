"""What all services in Python share and none of their tests is about: how many notes are worked on at once, and who writes when."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sqlalchemy as sql
from fastapi import FastAPI
from fastapi.testclient import TestClient
from shared import web
from shared.database import engine, writing


def test_no_more_are_worked_on_at_once_than_there_are_threads() -> None:
    app, lock, active, most = FastAPI(), threading.Lock(), 0, 0
    web.harden(app, web.Metrics("shared"), largest=1 << 10)

    @app.get("/work")
    def work() -> None:
        nonlocal active, most
        with lock:
            active += 1
            most = max(most, active)
        time.sleep(0.02)
        with lock:
            active -= 1

    with TestClient(app) as client, ThreadPoolExecutor(40) as asking:
        answers = list(asking.map(lambda _: client.get("/work").status_code, range(120)))
    assert set(answers) == {200}
    assert 1 < most <= web.THREADS < 40


def test_those_who_write_to_sqlite_wait_in_line(tmp_path: Path) -> None:
    made = engine(None, tmp_path / "data" / "some.db")
    table = sql.Table("some", all_ := sql.MetaData(), sql.Column("id", sql.Integer, primary_key=True))
    all_.create_all(made)
    order: list[str] = []

    def later() -> None:
        with writing(made) as to:
            order.append("second")
            to.execute(table.insert().values(id=2))

    with writing(made) as to:
        to.execute(table.insert().values(id=1))
        second = threading.Thread(target=later)
        second.start()
        second.join(0.2)
        # Readers do not wait.
        with made.connect() as at:
            assert at.scalar(sql.select(sql.func.count()).select_from(table)) == 0
        order.append("first")
    second.join(10)
    assert order == ["first", "second"]
    with made.connect() as at:
        assert at.scalars(sql.select(table.c.id).order_by(table.c.id)).all() == [1, 2]
