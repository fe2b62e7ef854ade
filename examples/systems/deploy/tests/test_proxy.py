"""nginx, started for real with the configuration of this folder, in front of document-search."""

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
from conftest import NOTE, SYSTEMS, System
from shared.testing import HOST, _tool, free_port

NAME = "search.example.org"


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

    def raw(self, line: str, *headers: str) -> tuple[HTTPResponse, bytes]:
        """What is answered to a request as it stands here: httpx puts paths right and has bodies as long as it says."""
        head = "\r\n".join([f"{line} HTTP/1.1", f"Host: {NAME}", "Connection: close", *headers, "", ""])
        with socket.create_connection((HOST, self.https)) as plain, self.context.wrap_socket(plain, server_hostname=NAME) as tls:
            tls.sendall(head.encode())
            answer = HTTPResponse(tls)
            answer.begin()
            return answer, answer.read()


@pytest.fixture(scope="module")
def proxy(document_search: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
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
    upstreams = (folder / "upstreams.conf").read_text().replace("document-search:8103", f"{HOST}:{document_search.port}")
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
