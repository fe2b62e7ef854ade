"""The service as its users start it, their way to it, and documents of an invented patient to give it."""

import contextlib
import io
import os
import re
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from reportlab.pdfgen import canvas
from shared.testing import Server, free_port, server

SYSTEM = Path(__file__).parents[1]
NOTES = SYSTEM.parents[1] / "notes"
PLANTED = ("Achterberg", "219-09-9999", "4471203", "rosalind@example.org", "03/14/2024", "2024-03-14")
LINES = (
    "PHYSICAL THERAPY TREATMENT NOTE",
    "Patient: Rosalind Achterberg, SSN 219-09-9999, MRN: 4471203, rosalind@example.org.",
    "Date of service: 03/14/2024",
    "S: Knee pain on stairs for six weeks, worse at night.",
    "O: Gait training 15 min, therapeutic exercise 23 min. Quadriceps strength 4/5. Started aspirin 81 mg QD.",
    "A: Steadier on turns, still needs cues.",
    "P: Continue twice a week.",
)


def txt() -> bytes:
    return "\n".join(LINES).encode()


def rtf() -> bytes:
    return ("{\\rtf1\\ansi " + "\\par ".join(LINES).replace("Achterberg", "Achter\\b berg\\b0 ") + "\\par}").encode()


def docx() -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    runs = [line.replace("Achterberg", "Achter</w:t></w:r><w:r><w:t>berg") for line in LINES]
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{run}</w:t></w:r></w:p>' for run in runs)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
    return file.getvalue()


def pdf() -> bytes:
    file = io.BytesIO()
    page = canvas.Canvas(file)
    for at, line in enumerate(LINES):
        page.drawString(30, 780 - 20 * at, line)
    page.save()
    return file.getvalue()


KINDS = {"txt": txt, "rtf": rtf, "docx": docx, "pdf": pdf}


def without_planted(*held: str | bytes) -> None:
    for one in held:
        data = one.encode() if isinstance(one, str) else one
        found = [planted for planted in PLANTED if planted.lower().encode() in data.lower()]
        assert not found


class Client:
    """One user's way to the service."""

    def __init__(self, url: str, token: str) -> None:
        self.token = token
        self.http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def upload(self, name: str, data: bytes, **said: Any) -> httpx.Response:
        return self.http.post("/analysis/analyze", files={"file": (name, data)}, data=said)

    def report(self, name: str, data: bytes, **said: Any) -> dict[str, Any]:
        """The report of a document that is uploaded, by the way that the answers say."""
        answer = self.upload(name, data, **said)
        assert answer.status_code == 202, answer.text
        status = self.http.get(answer.headers["location"]).json()
        assert (status["state"], status["progress"]) == ("completed", 1.0)
        return self.http.get(status["report"] + ".json").json()


class Running:
    """A data folder, the service over it, and the commands of its operator."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data, self.log = data, data.parent / f"{data.name}.log"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHARTGUARD_")}
        path = f"{SYSTEM.parent}{os.pathsep}{SYSTEM}"
        self.env = {**inherited, "PYTHONPATH": path, "CHARTGUARD_DATA": str(data), **settings}
        self.server: Server | None = None

    def command(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "therapy_compliance", *arguments], env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr
        return done.stdout.strip() if status == 0 else done.stderr

    @contextlib.contextmanager
    def started(self) -> Iterator["Running"]:
        port = free_port()
        command = [sys.executable, "-m", "therapy_compliance", "serve", "--port", str(port)]
        with server(command, port=port, env=self.env, log=self.log) as self.server:
            yield self

    @property
    def admin(self) -> Client:
        """The administrator, by the token that the first start has printed."""
        found = re.search(r"shown this once: (\S+)", self.log.read_text())
        assert found is not None and self.server is not None
        return Client(self.server.url, found[1])

    def user(self, role: str = "clinician") -> Client:
        """A new user; made in this process, for a command takes a second to start."""
        from therapy_compliance.database import Database
        from therapy_compliance.users import Users

        database = Database(self.env.get("DATABASE_URL"), self.data)
        token = Users(database, 60).add(f"u-{uuid.uuid4().hex[:8]}", role)
        database.engine.dispose()
        assert self.server is not None
        return Client(self.server.url, token)

    def kept(self) -> bytes:
        """All that lies in the data folder, and what was logged."""
        files = [path for path in self.data.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in [*files, self.log])
