"""The service over loopback, as a process of its own: what it sends, stores and logs."""

import contextlib
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chartguard
import httpx
import pytest
from conftest import SYSTEM
from shared.testing import Server, free_port, server
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

MODULE = [sys.executable, "-m", "transcription"]
TURNS = [("clinician", "Good morning, Mrs. Anna"), ("clinician", "Achterberg."), ("patient", "The knee pain is better since Monday.")]
TURNS += [("clinician", f"Exercise {number}: knee flexion 110 degrees, three sets performed.") for number in range(60)]
TURNS += [("clinician", "The goal is to climb stairs."), ("clinician", "Mrs. Achterberg will continue, next visit in two weeks.")]


class Practice:
    """A service over a folder, and one clinician of it."""

    def __init__(self, data: Path, **env: str) -> None:
        self.data = data
        path = f"{SYSTEM.parent}{os.pathsep}{SYSTEM}"
        self.env = {"PYTHONPATH": path, "CHARTGUARD_DATA": str(data), **env}
        self.token = self.clinician("house")

    def clinician(self, name: str) -> str:
        made = subprocess.run([*MODULE, "clinician", name], env={**os.environ, **self.env}, capture_output=True, text=True, check=True)
        return made.stdout.strip()

    @contextlib.contextmanager
    def running(self) -> Iterator[Server]:
        port = free_port()
        with server([*MODULE, "serve", "--port", str(port)], port=port, env=self.env) as started:
            self.service = started
            yield started

    def ask(self, method: str, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return httpx.request(method, self.service.url + path, headers=headers, timeout=30, **more)

    def start(self) -> str:
        answer = self.ask("POST", "/api/consultations/start", json={})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    @contextlib.contextmanager
    def speaking(self, id: str, token: str | None = None) -> Iterator[ClientConnection]:
        url = self.service.url.replace("http", "ws") + f"/api/consultations/{id}/stream"
        with connect(url, additional_headers={"Authorization": f"Bearer {token or self.token}"}) as socket:
            assert json.loads(socket.recv(10))["status"] == "active"
            yield socket

    def everything(self) -> bytes:
        """All that is in the data folder and in the log."""
        return b"".join(file.read_bytes() for file in self.data.rglob("*") if file.is_file()) + self.service.output().encode()


def say(socket: ClientConnection, number: int, speaker: str, text: str) -> dict[str, Any]:
    socket.send(json.dumps({"turn": number, "speaker": speaker, "text": text, "final": True}))
    return json.loads(socket.recv(30))


def whole() -> str:
    with chartguard.Scrubber().stream() as stream:
        runs = itertools.groupby(TURNS, key=lambda turn: turn[0])
        text = "\n".join(f"{speaker.upper()}: " + " ".join(said for _, said in its) for speaker, its in runs)
        return stream.push(text).text + stream.finish().text


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    made = Practice(tmp_path / "data")
    with made.running():
        yield made


def test_what_is_sent_equals_one_push_and_partials_and_names_are_nowhere(practice: Practice) -> None:
    id, sent = practice.start(), []
    with practice.speaking(id) as socket:
        for number, (speaker, text) in enumerate(TURNS):
            socket.send(json.dumps({"turn": number, "speaker": speaker, "text": "Zyxwold Quillfeather", "final": False}))
            sent.append(say(socket, number, speaker, text)["released"])
    assert any(sent), "something leaves before the end"
    sent.append(practice.ask("POST", f"/api/consultations/{id}/complete").json()["released"])
    assert "".join(sent) == whole()
    summary = practice.ask("GET", f"/api/consultations/{id}/summary").json()
    assert len(summary["sections"]) == 7 and summary["score"]["rubric"]["id"] == "medicare-outpatient-therapy"
    assert any(one["title"] == "Treatment" and one["evidence"] for one in summary["sections"])
    assert b"Exercise 7" in practice.everything()
    for name in ("Quillfeather", "Zyxwold", "Achterberg"):
        assert name not in "".join(sent) + json.dumps(summary) and name.encode() not in practice.everything()
    assert practice.ask("GET", "/api/consultations?status=completed").json()[0]["id"] == id
    assert practice.ask("GET", "/api/consultations?status=active").json() == []


def test_a_kill_keeps_what_was_released_and_says_the_rest_is_lost(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data")
    with practice.running() as service:
        id = practice.start()
        with practice.speaking(id) as socket:
            sent = "".join(say(socket, number, *turn)["released"] for number, turn in enumerate(TURNS))
            service.kill()
    with practice.running():
        kept = practice.ask("GET", f"/api/consultations/{id}").json()
        assert sent and kept["status"] == "interrupted"
        assert sum(len(turn["text"]) for turn in kept["turns"]) > 500
        assert practice.ask("POST", f"/api/consultations/{id}/complete").status_code == 409


def test_a_connection_comes_back_in_time_or_the_stream_is_closed(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data", CHARTGUARD_RESUME_SECONDS="2")
    with practice.running():
        id = practice.start()
        with practice.speaking(id) as socket:
            say(socket, 0, *TURNS[0])
        time.sleep(0.3)
        with practice.speaking(id) as socket:
            assert "error" in say(socket, 0, *TURNS[0]), "a final turn is taken once"
            assert "turn" in say(socket, 1, *TURNS[1])
        time.sleep(4.5)
        lost = practice.ask("GET", f"/api/consultations/{id}").json()
        assert lost["status"] == "interrupted" and lost["lost"] > 0 and lost["turns"] == []


def test_two_at_once_are_apart_and_another_clinician_sees_neither(practice: Practice) -> None:
    other = practice.clinician("wilson")
    first, second = practice.start(), practice.start()
    with practice.speaking(first) as one, practice.speaking(second) as two:
        with pytest.raises((InvalidStatus, ConnectionClosed)), practice.speaking(first):
            pass
        for number in range(40):
            say(one, number, "clinician", "Standing exercises were performed today.")
            say(two, number, "patient", "The shoulder pain is better today.")
    for id in (first, second):
        assert practice.ask("POST", f"/api/consultations/{id}/complete").status_code == 200
    texts = [practice.ask("GET", f"/api/consultations/{id}").text for id in (first, second)]
    assert "Standing" in texts[0] and "shoulder" not in texts[0] and "shoulder" in texts[1] and "Standing" not in texts[1]
    assert practice.ask("GET", f"/api/consultations/{first}", other).status_code == 404
    with pytest.raises((InvalidStatus, ConnectionClosed)), practice.speaking(first, other):
        pass


def test_tokens_rates_health_and_metrics(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data", CHARTGUARD_RATE="5")
    with practice.running() as service:
        assert practice.ask("GET", "/api/consultations", "wrong").status_code == 401
        statuses = [practice.ask("GET", "/api/consultations").status_code for _ in range(8)]
        assert statuses[0] == 200 and statuses[-1] == 429
        assert httpx.get(service.url + "/health").json()["live"] == 0
        assert "transcription_http_requests_total" in httpx.get(service.url + "/metrics").text
