"""The service over loopback, as a process of its own: what it sends, stores and logs."""

import contextlib
import itertools
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chartguard
import httpx
import pytest
from conftest import SYSTEM
from shared.environment import table
from shared.testing import Server, ended_while_asking, free_port, postgres, server
from transcription.database import Database
from transcription.live import Live
from transcription.settings import Settings
from transcription.summary import Drafts, turns
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

    def released(self, id: str) -> str:
        """What lies in the database of a consultation, to the character."""
        database = Database(self.env.get("DATABASE_URL"), self.data)
        try:
            return database.released(id)
        finally:
            database.engine.dispose()

    def everything(self) -> bytes:
        """All that is in the data folder and in the log."""
        return b"".join(file.read_bytes() for file in self.data.rglob("*") if file.is_file()) + self.service.output().encode()


def say(socket: ClientConnection, number: int, speaker: str, text: str, final: bool = True) -> dict[str, Any]:
    socket.send(json.dumps({"turn": number, "speaker": speaker, "text": text, "final": final}))
    return json.loads(socket.recv(30))


def speak(practice: Practice, id: str, answered: list[dict[str, Any]]) -> None:
    """Say turn after turn, until the connection ends or they come faster than the rate allows."""
    with contextlib.suppress(ConnectionClosed, OSError), practice.speaking(id) as socket:
        for number in range(100_000):
            text = f"Exercise {number}: knee flexion {number % 130} degrees, three sets performed."
            said = say(socket, number, "clinician", text)
            if "released" not in said:
                assert "too many turns" in said["error"]
                return
            answered.append(said)


def whole() -> str:
    with chartguard.Scrubber().stream() as stream:
        runs = itertools.groupby(TURNS, key=lambda turn: turn[0])
        text = "\n".join(f"[{speaker.upper()}] " + " ".join(said for _, said in its) for speaker, its in runs)
        return stream.push(text).text + stream.finish().text


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    made = Practice(tmp_path / "data")
    with made.running():
        yield made


def spoken_and_kept(practice: Practice) -> None:
    id, sent, kept = practice.start(), [], -1
    with practice.speaking(id) as socket:
        for number, (speaker, text) in enumerate(TURNS):
            partial = say(socket, number, speaker, "Zyxwold Quillfeather", final=False)
            assert partial["turn"] == number and "partial" in partial["error"]
            said = say(socket, number, speaker, text)
            assert kept <= said["kept"] < number
            kept = said["kept"]
            sent.append(said["released"])
    assert any(sent), "something leaves before the end"
    last = practice.ask("POST", f"/api/consultations/{id}/complete").json()
    assert last["kept"] == len(TURNS) - 1
    sent.append(last["released"])
    assert "".join(sent) == whole() == practice.released(id)
    assert whole().startswith("[CLINICIAN] Good morning, Mrs. [NAME].\n[PATIENT] The knee pain")
    assert practice.ask("GET", f"/api/consultations/{id}").json()["kept"] == len(TURNS) - 1
    summary = practice.ask("GET", f"/api/consultations/{id}/summary?discipline=pt").json()
    assert b"Exercise 7" in practice.everything() or "DATABASE_URL" in practice.env
    for name in ("Quillfeather", "Zyxwold", "Achterberg"):
        assert name not in "".join(sent) + json.dumps(summary) and name.encode() not in practice.everything()
    assert practice.ask("GET", "/api/consultations?status=completed").json()[0]["id"] == id
    assert practice.ask("GET", "/api/consultations?status=active").json() == []


def test_what_is_sent_equals_one_push_and_partials_and_names_are_nowhere(practice: Practice) -> None:
    spoken_and_kept(practice)


@pytest.mark.postgres
def test_the_same_on_postgresql(tmp_path: Path) -> None:
    with postgres() as url:
        practice = Practice(tmp_path / "data", DATABASE_URL=url)
        with practice.running():
            spoken_and_kept(practice)
            id = practice.start()
            with practice.speaking(id) as socket:
                sent = "".join(say(socket, number, *turn)["released"] for number, turn in enumerate(TURNS))
                practice.service.kill()
        with practice.running():
            found = practice.ask("GET", f"/api/consultations/{id}").json()
            assert sent and practice.released(id) == sent and found["status"] == "interrupted"
            assert not list(practice.data.rglob("*.db"))


VISIT = """[CLINICIAN] Good morning. How was the week?
[PATIENT] The knee is still sore on the stairs. I take ibuprofen 400 mg twice a day. I want to walk the dog again.
[CLINICIAN] Knee flexion is 110 degrees today. Gait training for 15 minutes on level ground, with verbal cues. \
You are progressing well. The goal is to climb stairs alone. We will continue twice a week for four weeks. It rains.
"""


def test_a_draft_sorts_sentences_and_says_what_the_note_still_needs() -> None:
    spoken = turns(VISIT)
    drafts = Drafts("medicare-outpatient-therapy", None)
    made = drafts.of(spoken, "treatment_note", "pt")
    assert [one["title"] for one in made["sections"]] == [
        "Subjective", "Medications", "Objective", "Assessment", "Treatment", "Goals", "Plan",
    ]  # fmt: skip
    found = {one["id"]: [(turn["number"], turn["text"]) for turn in one["evidence"]] for one in made["sections"]}
    assert found == {
        "subjective": [(1, "The knee is still sore on the stairs.")],
        "medications": [(1, "I take ibuprofen 400 mg twice a day.")],
        "objective": [(2, "Knee flexion is 110 degrees today.")],
        "assessment": [(2, "You are progressing well.")],
        "treatment": [(2, "Gait training for 15 minutes on level ground, with verbal cues.")],
        "goals": [(1, "I want to walk the dog again."), (2, "The goal is to climb stairs alone.")],
        "plan": [(2, "We will continue twice a week for four weeks.")],
    }
    assert [turn["text"] for turn in made["unsorted"]] == ["Good morning.", "How was the week?", "It rains."]
    # Judged as a treatment note: what was said counts, and what nobody said is named with advice.
    score = made["score"]
    assert (score["doc_type"], score["discipline"]) == ("treatment_note", "pt") and 0 < score["score"] < 1
    met, missing = ({one["id"]: one for one in score[name]} for name in ("met", "missing"))
    assert {"tx.interventions", "tx.skilled"} <= met.keys()
    assert {"tx.signature", "tx.total-minutes"} <= missing.keys()
    assert all(one["advice"] for one in missing.values())
    assert met["tx.interventions"]["turns"] == [2]
    for one in met["tx.interventions"]["evidence"]:
        assert "training" in made["draft"][one["start"] : one["end"]].lower()
    # Another type of note needs other things.
    assert {one["id"] for one in drafts.of(spoken, "plan_of_care", "pt")["score"]["missing"]} != missing.keys()
    nothing = drafts.of(turns("[CLINICIAN] It rains.\n"), "treatment_note", None)
    assert (nothing["draft"], nothing["score"]) == ("", None)
    vague = drafts.of(turns("[PATIENT] It is sore.\n"), "treatment_note", None)["score"]
    assert (vague["discipline"], vague["score"], vague["missing"]) == (None, None, [])


def test_the_sections_of_a_practice_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "sections.yaml"
    rubric = (SYSTEM / "transcription" / "sections.yaml").read_text(encoding="utf-8")
    file.write_text(rubric.replace("title: Subjective", "title: Complaints").replace("words: [pain, painful", "words: [snow, painful"))
    drafts = Drafts("medicare-outpatient-therapy", file)
    assert drafts.titles["subjective"] == "Complaints"
    assert drafts.section("Snow fell.", "clinician") == "subjective"


def test_the_rubric_of_sections_passes_its_own_tests() -> None:
    for what in ("check", "test"):
        done = subprocess.run(
            [sys.executable, "-m", "chartguard", "rubric", what, str(SYSTEM / "transcription" / "sections.yaml")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_kill_keeps_all_that_was_sent_once_and_says_which_turns_that_are(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data")
    with practice.running() as service:
        id = practice.start()
        with practice.speaking(id) as socket:
            said = [say(socket, number, *turn) for number, turn in enumerate(TURNS)]
            service.kill()
    sent, kept = "".join(one["released"] for one in said), said[-1]["kept"]
    assert 10 < kept < len(TURNS) - 1
    with practice.running():
        found = practice.ask("GET", f"/api/consultations/{id}").json()
        assert (found["status"], found["lost"], found["kept"]) == ("interrupted", None, kept)
        # Not a character more or less than what was sent, which is how the whole begins.
        assert practice.released(id) == sent and whole().startswith(sent)
        text = " ".join(turn["text"] for turn in found["turns"])
        assert [text.count(f"Exercise {number}:") for number in range(kept - 2)] == [1] * (kept - 2)
        assert practice.ask("POST", f"/api/consultations/{id}/complete").status_code == 409


@pytest.mark.slow
def test_a_kill_while_many_speak_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data")
    answered: dict[str, list[dict[str, Any]]] = {}

    with practice.running() as service:
        for _ in range(4):
            answered[practice.start()] = []
        threads = [threading.Thread(target=speak, args=(practice, id, said)) for id, said in answered.items()]
        for thread in threads:
            thread.start()
        while any(len(said) < 40 for said in answered.values()):
            time.sleep(0.01)
        service.kill()
        for thread in threads:
            thread.join()
    with practice.running():
        for id, said in answered.items():
            sent, stored = "".join(one["released"] for one in said), practice.released(id)
            assert sent and stored.startswith(sent)
            # At most the one release whose answer was on its way came besides, and its turns are known.
            kept = practice.ask("GET", f"/api/consultations/{id}").json()["kept"]
            assert said[-1]["kept"] <= kept <= len(said)
            assert [stored.count(f"Exercise {number}:") for number in range(kept + 1)] == [1] * (kept + 1)


@pytest.mark.slow
def test_a_signal_while_many_speak_lets_what_was_accepted_finish(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data")
    answered: dict[str, list[dict[str, Any]]] = {}

    with practice.running() as service:
        for _ in range(4):
            answered[practice.start()] = []
        threads = [threading.Thread(target=speak, args=(practice, id, said)) for id, said in answered.items()]
        for thread in threads:
            thread.start()
        while any(len(said) < 40 for said in answered.values()):
            time.sleep(0.01)
        assert ended_while_asking(service, "/api/consultations/start", practice.token, b"{}") == (201, 0)
        for thread in threads:
            thread.join()
        assert "a request failed" not in service.output() and "Traceback" not in service.output()
    with practice.running():
        for id, said in answered.items():
            sent, found = "".join(one["released"] for one in said), practice.ask("GET", f"/api/consultations/{id}").json()
            # Unlike after a kill, it is known how much was held.
            assert sent and practice.released(id).startswith(sent) and found["status"] == "interrupted" and found["lost"] > 0


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


def test_what_a_quiet_speaker_said_leaves_in_time(tmp_path: Path) -> None:
    practice = Practice(tmp_path / "data", CHARTGUARD_FLUSH_SECONDS="1")
    with practice.running():
        id, sent = practice.start(), []
        with practice.speaking(id) as socket:
            assert say(socket, 0, "clinician", "Knee flexion is 110 degrees. This is Mrs. Anna")["released"] == ""
            time.sleep(0.7)
            assert say(socket, 1, "clinician", "Achterberg.")["released"] == ""
            # The first turn leaves without its end, a name that the second goes on with; then the second has waited too.
            for kept in (-1, 1):
                early = json.loads(socket.recv(5))
                sent.append(early["released"])
                assert (early["early"], early["kept"]) == (True, kept) and 1 <= early["delay"] < 4
            assert "".join(sent) == "[CLINICIAN] Knee flexion is 110 degrees. This is Mrs. [NAME]."
            with pytest.raises(TimeoutError):
                socket.recv(2)
            # What has left comes no second time out of the stream.
            sent += [say(socket, 2 + number, *turn)["released"] for number, turn in enumerate(TURNS[3:])]
            assert any(sent[2:])
        last = practice.ask("POST", f"/api/consultations/{id}/complete").json()
        text = "".join([*sent, last["released"]])
        assert last["kept"] == len(TURNS) - 2 and text == practice.released(id)
        assert [text.count(f"Exercise {number}:") for number in range(60)] == [1] * 60
        assert text.count("Knee flexion is 110") == 1 and b"Achterberg" not in practice.everything()


def live(scrubber: chartguard.Scrubber, tmp_path: Path) -> Live:
    database = Database(None, tmp_path)
    database.add_clinician("house", "token")
    database.start("1", "house")
    return Live("1", "house", scrubber, None, scrubber.stream(lookahead=256), database, lambda _: None)


@pytest.mark.parametrize("seed", range(3))
def test_wherever_it_leaves_early_nothing_is_lost_doubled_or_named(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)
    one, sent, spoken = live(chartguard.Scrubber(), tmp_path), [], []
    # Longer than what is looked at again.
    for number in range(450):
        words = drawn.sample(["knee", "stairs", "Mrs. Anna Achterberg", "walking", "on 03/14/2024", "naïve reach"], 3)
        # No number that could be an age over 89: whether it is one hangs on what follows, which is not there yet where it leaves early.
        spoken.append(f"Set {number % 80}: {' and '.join(words)}.")
        sent.append(one.take(number, "clinician", spoken[-1], True)["released"])
        if drawn.random() < 0.2:
            early = one.flush(0)
            sent.append(early["released"] if early else "")
            assert one.kept == number
    sent.append(one.complete()["released"])
    text = "".join(sent)
    assert text == chartguard.Scrubber().scrub("[CLINICIAN] " + " ".join(spoken)).text == one.database.released("1")


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
        assert httpx.get(service.url + "/health").json() == {"status": "ok", "live": 0}
        figures = httpx.get(service.url + "/metrics").text
        assert "transcription_http_requests_total" in figures
        assert "transcription_live 0.0" in figures and "transcription_live_most 100.0" in figures
        assert 'transcription_consultations_total{status="failed"} 0.0' in figures


def test_a_message_that_is_too_long_ends_the_connection(practice: Practice) -> None:
    id = practice.start()
    with pytest.raises(ConnectionClosed), practice.speaking(id) as socket:
        say(socket, 0, "clinician", "x" * (200 << 10))
    with practice.speaking(id) as socket:
        assert say(socket, 0, "clinician", "Gait training.")["turn"] == 0


def test_the_readme_has_every_setting() -> None:
    assert table(Settings) in (SYSTEM / "README.md").read_text()
