"""nginx, started for real with the configuration of this folder, in front of systems that run."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import httpx
import pytest
import uvicorn
from conftest import NOTE, SYSTEMS, System
from shared.testing import HOST, _tool, free_port
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

NAME = "search.example.org"
SPEECH, THERAPY = "transcription.example.org", "therapy.example.org"


class Proxy:
    def __init__(self, folder: Path, http: int, https: int) -> None:
        self.folder, self.http, self.https = folder, http, https
        self.context = ssl.create_default_context(cafile=folder / "tls" / "tls.crt")

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=f"https://{HOST}:{self.https}", verify=self.context, timeout=30, **options)  # type: ignore[arg-type]

    def ask(self, method: str, path: str, token: str = "", name: str = NAME, **more: object) -> httpx.Response:
        headers = {"Host": name, **({"Authorization": f"Bearer {token}"} if token else {})}
        with self.client() as client:
            return client.request(method, path, headers=headers, extensions={"sni_hostname": name}, **more)  # type: ignore[arg-type]

    def raw(self, line: str, *headers: str, name: str = NAME) -> tuple[HTTPResponse, bytes]:
        """What is answered to a request as it stands here: httpx puts paths right and has bodies as long as it says."""
        if not any(one.startswith("Connection") for one in headers):
            headers = ("Connection: close", *headers)
        head = "\r\n".join([f"{line} HTTP/1.1", f"Host: {name}", *headers, "", ""])
        with socket.create_connection((HOST, self.https)) as plain, self.context.wrap_socket(plain, server_hostname=name) as tls:
            tls.sendall(head.encode())
            answer = HTTPResponse(tls)
            answer.begin()
            return answer, answer.read()

    def speaking(self, id: str, token: str, **options: object) -> ClientConnection:
        """A consultation's stream, over TLS."""
        plain = socket.create_connection((HOST, self.https))
        headers = {"Authorization": f"Bearer {token}"}
        return connect(
            f"wss://{SPEECH}/api/consultations/{id}/stream", sock=plain, ssl=self.context, additional_headers=headers, open_timeout=10, **options
        )  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def proxy(
    therapy_compliance: System, document_search: System, transcription: System, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    nginx, _ = _tool("nginx"), _tool("openssl")
    folder = tmp_path_factory.mktemp("proxy")
    # Its workers run as another user where it is started as root.
    for above in (folder, *folder.parents[:3]):
        if os.geteuid() == 0 and above.name.startswith("pytest"):
            above.chmod(0o755)
    shutil.copytree(SYSTEMS / "deploy" / "nginx", folder, dirs_exist_ok=True)
    subprocess.run([SYSTEMS / "deploy" / "secrets.sh", folder], check=True, capture_output=True)
    shutil.move(folder / "secrets" / "tls", folder / "tls")
    http, https = free_port(), free_port()
    file = folder / "nginx.conf"
    file.write_text(re.sub(r"listen 8443", f"listen {HOST}:{https}", re.sub(r"listen 8080", f"listen {HOST}:{http}", file.read_text())))
    upstreams = (folder / "upstreams.conf").read_text()
    for place, system in (("therapy-compliance:8101", therapy_compliance), ("document-search:8103", document_search), ("transcription:8104", transcription)):
        assert place in upstreams
        upstreams = upstreams.replace(place, f"{HOST}:{system.port}")
    (folder / "upstreams.conf").write_text(re.sub(r"server [a-z-]+:", f"server {HOST}:", upstreams))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([nginx, "-p", folder, "-c", file, "-g", "daemon off;"], stdout=log, stderr=log)
    try:
        end = time.monotonic() + 10
        while socket.socket().connect_ex((HOST, https)) != 0:
            assert process.poll() is None and time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.05)
        yield Proxy(folder, http, https)
    finally:
        process.terminate()
        process.wait(15)


def test_requests_pass_with_tls(proxy: Proxy, document_search: System) -> None:
    token = document_search.token
    stored = proxy.ask("POST", "/documents", token, files={"file": ("proxy.txt", NOTE.encode())})
    assert stored.status_code == 201, stored.text
    assert stored.headers["strict-transport-security"].startswith("max-age=")
    assert stored.headers["x-content-type-options"] == "nosniff"
    assert proxy.ask("POST", "/search", token, json={"question": "gait"}).json()["passages"]
    assert proxy.ask("GET", "/documents").status_code == 401


def test_a_consultation_is_streamed_through_it(proxy: Proxy, transcription: System) -> None:
    started = proxy.ask("POST", "/api/consultations/start", transcription.token, SPEECH, json={})
    assert started.status_code == 201, started.text
    id, sent = started.json()["id"], ""
    with proxy.speaking(id, transcription.token) as stream:
        assert json.loads(stream.recv(10)) == {"status": "active", "last_final_turn": -1}
        for number in range(40):
            text = "Good morning, Mrs. Rosalind Achterberg." if number == 0 else f"Knee flexion {number} degrees, three sets performed."
            stream.send(json.dumps({"turn": number, "speaker": "clinician", "text": text, "final": True}))
            said = json.loads(stream.recv(10))
            assert said["turn"] == number
            sent += said["released"]
        # Answers come at once: nothing waits in the proxy until a buffer is full.
        assert sent
    kept = proxy.ask("GET", f"/api/consultations/{id}", transcription.token, SPEECH).json()
    assert "[NAME]" in kept["turns"][0]["text"]
    with pytest.raises(InvalidStatus) as refused:
        proxy.speaking(id, "wrong")
    assert refused.value.response.status_code == 403
    # Another path is none on which a protocol is changed.
    answer, _ = proxy.raw("GET /api/consultations", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", name=SPEECH)
    assert answer.status == 401
    with transcription.http() as http:
        assert http.post(f"/api/consultations/{id}/complete").status_code == 200


def test_a_stream_that_is_silent_is_kept_by_pings(proxy: Proxy, transcription: System) -> None:
    """The service pings before the proxy gives up, however long nobody speaks."""
    conf = (proxy.folder / "nginx.conf").read_text()
    (seconds,) = re.findall(r"proxy_read_timeout (\d+)s;\s+proxy_send_timeout", conf)
    # uvicorn's default, which `shared/web.py` leaves as it is.
    assert uvicorn.Config("app").ws_ping_interval <= int(seconds) / 3


def test_a_login_through_it_has_a_cookie_for_tls_alone(proxy: Proxy, therapy_compliance: System) -> None:
    answer = proxy.ask("POST", "/login", name=THERAPY, data={"token": therapy_compliance.token})
    assert answer.status_code == 303
    assert {"Secure", "HttpOnly", "SameSite=strict"} <= {part.strip() for part in answer.headers["set-cookie"].split(";")}
    stored = proxy.ask("POST", "/analysis/analyze", therapy_compliance.token, THERAPY, files={"file": ("proxy.txt", NOTE.encode())})
    assert stored.status_code == 202, stored.text


@pytest.mark.parametrize("path", ["/metrics", "/health", "/health/live", "//metrics", "/%6detrics", "/x/../metrics", "/./health", "/metrics?a=b"])
def test_figures_and_health_do_not_pass(proxy: Proxy, document_search: System, path: str) -> None:
    answer, body = proxy.raw(f"GET {path}")
    assert answer.status == 404
    # It is the proxy's answer: those of the service have an id.
    assert answer.headers["x-request-id"] is None and b"http_requests" not in body
    assert httpx.get(document_search.server.url + "/metrics").status_code == 200


def test_a_file_over_the_bound_is_refused_here(proxy: Proxy) -> None:
    # Told from the length alone, before anything is sent.
    answer, _ = proxy.raw("POST /documents", f"Content-Length: {52 << 20}")
    assert answer.status == 413


def test_plain_http_is_told_where_to_go_and_other_names_nothing(proxy: Proxy) -> None:
    told = httpx.get(f"http://{HOST}:{proxy.http}/documents", headers={"Host": NAME})
    assert (told.status_code, told.headers["location"]) == (308, f"https://{NAME}/documents")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"http://{HOST}:{proxy.http}/", headers={"Host": "elsewhere.example.org"})
    with pytest.raises(httpx.ConnectError):
        proxy.ask("GET", "/", name="elsewhere.example.org")


def test_old_tls_is_refused(proxy: Proxy) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        with socket.create_connection((HOST, proxy.https)) as plain, old.wrap_socket(plain, server_hostname=NAME):
            pass


def test_many_at_once_are_turned_away(proxy: Proxy, document_search: System) -> None:
    with proxy.client(headers={"Host": NAME}) as client:
        statuses = [client.get("/style.css", extensions={"sni_hostname": NAME}).status_code for _ in range(120)]
    assert statuses[0] == 200 and 429 in statuses


def test_neither_log_nor_folder_has_what_was_asked(proxy: Proxy, document_search: System) -> None:
    proxy.ask("GET", "/documents?after=Achterberg", document_search.token)
    time.sleep(0.2)
    kept = b"".join(path.read_bytes() for path in proxy.folder.rglob("*") if path.is_file())
    assert b'"path":"/documents"' in kept
    assert b"Achterberg" not in kept and document_search.token.encode() not in kept
