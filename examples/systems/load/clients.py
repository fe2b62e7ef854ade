"""How each system is asked: one client sends notes one after the other, and keeps what was acknowledged."""

import http.client
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.testing import HOST
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from .notes import Mark, Note

# What a client sees of a service that is gone.
BROKEN = (OSError, http.client.HTTPException, WebSocketException, EOFError)


class Unwanted(Exception):
    """An answer that is none of success."""


@dataclass
class Acknowledged:
    """What was said to be kept: by which id, which note; and where the system gives text out, all that it gave."""

    id: str
    mark: Mark
    text: str | None = None


@dataclass
class Client:
    """One of those who ask; `seconds` are the times of what has to be quick."""

    port: int
    token: str
    seconds: list[float] = field(default_factory=list)
    kept: list[Acknowledged] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    # A consultation that is not completed: its id, and what it gave out.
    cut: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        self.http = http.client.HTTPConnection(HOST, self.port, timeout=60)

    def send(self, note: Note) -> None:
        """Send a note; raises one of `BROKEN`, or `Unwanted`."""
        raise NotImplementedError

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> tuple[int, bytes]:
        self.http.request(method, path, body, {"Authorization": f"Bearer {self.token}", "Content-Type": kind})
        answer = self.http.getresponse()
        return answer.status, answer.read()

    def wanted(self, status: int, answered: tuple[int, bytes]) -> bytes:
        if answered[0] != status:
            raise Unwanted(str(answered[0]))
        return answered[1]


class Intake(Client):
    def send(self, note: Note) -> None:
        asked = {"patient_id": note.patient, "note": note.text, "patient": {"names": [note.name]}}
        started = time.perf_counter()
        said = self.wanted(201, self.ask("POST", "/ingest", json.dumps(asked).encode()))
        self.seconds.append(time.perf_counter() - started)
        self.kept.append(Acknowledged(json.loads(said)["id"], note.mark))


def uploaded(name: str, text: str) -> tuple[bytes, str]:
    """A form with a file, and its media type."""
    head = f'--bound\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return f"{head}{text}\r\n--bound--\r\n".encode(), "multipart/form-data; boundary=bound"


class Compliance(Client):
    def send(self, note: Note) -> None:
        body, kind = uploaded("visit.txt", note.text)
        started = time.perf_counter()
        said = self.wanted(202, self.ask("POST", "/analysis/analyze", body, kind))
        # The analysis is done when this has answered.
        self.seconds.append(time.perf_counter() - started)
        self.kept.append(Acknowledged(json.loads(said)["task"], note.mark))


class Search(Client):
    MOST = 100
    """Documents of a client: then its oldest goes, for an index grows with what is in it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._there: deque[Acknowledged] = deque()

    def send(self, note: Note) -> None:
        body, kind = uploaded("visit.txt", note.text)
        started = time.perf_counter()
        said = self.wanted(201, self.ask("POST", "/documents", body, kind))
        self.seconds.append(time.perf_counter() - started)
        self.kept.append(Acknowledged(json.loads(said)["id"], note.mark))
        self._there.append(self.kept[-1])
        if len(self._there) > self.MOST:
            oldest = self._there[0].id
            # Asked for, so that it may be there or not until it is acknowledged.
            self.kept.remove(self._there.popleft())
            self.wanted(204, self.ask("DELETE", f"/documents/{oldest}"))
            self.deleted.append(oldest)


class Speaker(Client):
    """Speaks each note as a consultation, line by line; `seconds` are those until a turn is answered."""

    def send(self, note: Note) -> None:
        id = json.loads(self.wanted(201, self.ask("POST", "/api/consultations/start", b"{}")))["id"]
        sent: list[str] = []
        self.cut = (id, "")
        try:
            with self._stream(id) as stream:
                stream.recv(60)
                for turn, line in enumerate(line for line in note.text.splitlines() if line.strip()):
                    said = {"turn": turn, "speaker": ("clinician", "patient")[turn % 5 == 4], "text": line, "final": True}
                    started = time.perf_counter()
                    stream.send(json.dumps(said))
                    answer = json.loads(stream.recv(60))
                    if "error" in answer:
                        raise Unwanted(answer["error"])
                    self.seconds.append(time.perf_counter() - started)
                    sent.append(answer["released"])
            sent.append(json.loads(self.wanted(200, self.ask("POST", f"/api/consultations/{id}/complete")))["released"])
        except BaseException:
            self.cut = (id, "".join(sent))
            raise
        self.cut = None
        self.kept.append(Acknowledged(id, note.mark, "".join(sent)))

    def _stream(self, id: str) -> ClientConnection:
        url = f"ws://{HOST}:{self.port}/api/consultations/{id}/stream"
        return connect(url, additional_headers={"Authorization": f"Bearer {self.token}"}, compression=None, max_size=None)


KINDS: dict[str, Callable[[int, str], Client]] = {
    "therapy-compliance": Compliance,
    "note-intake": Intake,
    "document-search": Search,
    "transcription": Speaker,
}
