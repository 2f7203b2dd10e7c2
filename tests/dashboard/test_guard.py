"""Who is answered, tried on a dashboard that runs: origins, hosts, sizes, unknown addresses, and no way outward."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from dashboard.app import ENTRIES
from dashboard.assets import STATIC
from dashboard.configuration import MESSAGE_MEGABYTES, UPLOAD_MEGABYTES
from dashboard.guard import BODY_BYTES, HEADER_BYTES, HEADERS, TARGET_BYTES
from dashboard.views import adding, essays
from tests.checkouts import ROOT
from tests.dashboard.trapped import OWN_TRY

PUBLIC: Final = "https://forecast.example.org"
MEGABYTE: Final = 1024 * 1024
SHAKE: Final = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A dashboard in a process of its own, and what it tried to reach."""

    port: int
    record: Path

    @property
    def host(self) -> str:
        """How it is asked usually."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """The origin of its pages."""
        return f"http://{self.host}"

    def ask(self, path: str, method: str = "GET", body: Any = None, **more: str | None) -> "Answer":
        """The answer to one request; headers are given by name, None leaves one out."""
        named = {"Host": self.host, **{name.replace("_", "-"): value for name, value in more.items()}}
        headers = {name: value for name, value in named.items() if value is not None}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as wire:
            chunked = body is not None and not isinstance(body, bytes)
            wire.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                wire.putheader(name, value)
            if chunked:
                wire.putheader("Transfer-Encoding", "chunked")
            elif body is not None and "Content-Length" not in headers:
                wire.putheader("Content-Length", str(len(body)))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it answers before it has read all
                wire.endheaders(body, encode_chunked=chunked)
            answer = wire.getresponse()
            text = b"" if answer.status == 101 else answer.read()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)

    def outward(self) -> list[str]:
        """The hosts that it tried to reach or to look up."""
        return [line.split()[1] for line in self.record.read_text("utf-8").splitlines()]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def is_page(self) -> bool:
        """Whether it is the page of the dashboard."""
        return b"<html" in self.body


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard without questions, open as in a container, that cannot reach any other machine."""
    place = tmp_path_factory.mktemp("served")
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    server = Served(port, place / "record")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TRACKER_PUBLIC_URL": PUBLIC, "TRACKER_ME": "ada"}
    command = [sys.executable, "-m", "tests.dashboard.trapped", str(server.record), "--data", str(place / "data")]
    command += ["--port", str(port), "--address", "0.0.0.0", "--i-know-there-is-no-login"]
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=place, stdout=log, stderr=log)
    try:
        wait_for(server, process, place / "log")
        yield server
    finally:
        process.terminate()
        process.wait(30)


def wait_for(server: Served, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return as soon as it answers."""
    while process.poll() is None:
        with contextlib.suppress(OSError):
            assert server.ask("/healthz").body == b"ok"
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


def shaken(served: Served, host: str | None, origin: str | None) -> int:
    """The status that a web socket gets: 101 is accepted."""
    return served.ask("/_stcore/stream", **SHAKE, Host=host, Origin=origin).status


TABLE: Final = [
    ("http://{own}", "{own}", 101),
    ("http://localhost:{port}", "localhost:{port}", 101),
    ("http://LOCALHOST:{port}", "localhost:{port}", 403),
    ("http://[::1]:{port}", "[::1]:{port}", 101),
    (PUBLIC, "{own}", 101),
    (PUBLIC, "forecast.example.org", 101),
    ("http://localhost:{port}", "{own}", 403),
    ("http://127.0.0.1:9999", "{own}", 403),
    ("http://localhost:3000", "{own}", 403),
    ("https://localhost", "{own}", 403),
    ("https://{own}", "{own}", 403),
    ("http://127.0.0.1", "{own}", 403),
    ("http://0.0.0.0:1", "{own}", 403),
    ("http://0.0.0.0:{port}", "{own}", 403),
    ("http://evil.localhost", "{own}", 403),
    ("http://evil.example", "{own}", 403),
    ("http://evil.example@{own}", "{own}", 403),
    ("http://{own}/", "{own}", 403),
    ("http://{own} http://evil.example", "{own}", 403),
    ("http://forecast.example.org", "{own}", 403),
    ("null", "{own}", 403),
    ("", "{own}", 403),
    (None, "{own}", 403),
    ("http://evil.example", "evil.example", 403),
    ("http://evil.example:{port}", "evil.example:{port}", 403),
    ("http://0.0.0.0:{port}", "0.0.0.0:{port}", 403),
    ("http://{own}", "evil.example", 403),
]


@pytest.mark.parametrize(("origin", "host", "status"), TABLE)
def test_a_web_socket_opens_for_own_pages_alone(served: Served, origin: str | None, host: str, status: int) -> None:
    sent = None if origin is None else origin.format(own=served.host, port=served.port)
    assert shaken(served, host.format(own=served.host, port=served.port), sent) == status


def test_two_origins_open_no_web_socket(served: Served) -> None:
    lines = [f"{name}: {value}" for name, value in SHAKE.items()]
    lines += [f"Origin: {served.origin}", "Origin: http://evil.example"]
    request = "\r\n".join(["GET /_stcore/stream HTTP/1.1", f"Host: {served.host}", *lines, "", ""])
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as wire:
        wire.sendall(request.encode())
        assert wire.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 403")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["/_stcore/upload_file/session/file", "/api/v1/questions", "/"])
def test_changing_requests_need_an_own_page(served: Served, method: str, path: str) -> None:
    for origin in (None, "http://localhost:3000", "null"):
        answer = served.ask(path, method, Origin=origin)
        assert (answer.status, answer.is_page) == (403, False)
    assert served.ask(path, method, Origin=served.origin).status in (400, 403, 405)


def test_an_upload_from_an_own_page_reaches_streamlit(served: Served) -> None:
    answer = served.ask("/_stcore/upload_file/session/file", "PUT", b"text", Origin=served.origin)
    assert (answer.status, b"XSRF" in answer.body) == (403, True)  # refused by streamlit, not by the guard


@pytest.mark.parametrize("path", ["/", "/healthz", "/_stcore/health", "/api/v1/questions", "/changes.atom"])
def test_reading_is_shared_with_no_foreign_page(served: Served, path: str) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        for origin in ("http://localhost:3000", "http://evil.example"):
            answer = served.ask(path, method, Origin=origin)
            assert answer.status in (200, 204, 405)
            assert answer.headers.get("access-control-allow-origin") is None


@pytest.mark.parametrize("path", ["/", "/healthz", "/_stcore/health", "/api/v1/none", "/static/none.js"])
@pytest.mark.parametrize("host", ["evil.example", "0.0.0.0:{port}", "", "127.0.0.1.evil.example", None])
def test_a_foreign_name_gets_no_answer(served: Served, path: str, host: str | None) -> None:
    answer = served.ask(path, Host=host and host.format(port=served.port))
    assert (answer.status, answer.is_page) == (400, False)


def test_foreign_origins_reach_no_other_machine(served: Served) -> None:
    for origin in ("http://evil.example", "https://checkip.amazonaws.com", "http://192.0.2.7:8501"):
        for _ in range(3):
            assert shaken(served, served.host, origin) == 403
        for path in ("/_stcore/health", "/_stcore/host-config", "/", "/media/none"):
            served.ask(path, Origin=origin)
            served.ask(path, "OPTIONS", Origin=origin)
        served.ask("/_stcore/upload_file/a/b", "PUT", b"", Origin=origin)
    assert served.ask("/healthz").body == b"ok"
    assert served.outward() == [OWN_TRY]


def test_streamlit_itself_knows_no_addresses(served: Served) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.dashboard.trapped import trap; trap(Path(sys.argv[1]));"
        "from dashboard.configuration import configure; configure();"
        "from streamlit.web.server import server_util;"
        "print(server_util.is_url_from_allowed_origins('http://evil.example'))"
    )
    record = served.record.with_name("own-record")
    done = subprocess.run(
        [sys.executable, "-c", program, str(record)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, record.exists()) == ("False\n", False), done.stderr


@pytest.mark.parametrize(
    "path", ["/api/v1/forecasts", "/api/", "/api/v2/questions", "/api/openapi.json", "/api/v1/questions/a/b"]
)
def test_unknown_addresses_of_the_api_are_404_in_json(served: Served, path: str) -> None:
    for method in ("GET", "POST"):
        answer = served.ask(path, method, Origin=served.origin)
        assert (answer.status, answer.headers["content-type"]) == (404, "application/json")
        assert set(json.loads(answer.body)) == {"error"}


@pytest.mark.parametrize(
    "path",
    ["/openapi.json", "/calendar.ics", "/favicon.ico", "/index.html", "/static/none.js", "/static/js/none.js", "/mcp",
     "/_stcore/none", "/_stcore/none.json", "/question/none.css", "/today-first", "/%2e%2e/index.html", "/Questions"],
)  # fmt: skip
def test_other_unknown_addresses_are_404(served: Served, path: str) -> None:
    answer = served.ask(path)
    assert (answer.status, answer.is_page) == (404, False)


def test_pages_and_files_are_where_they_were(served: Served) -> None:
    for name in ("", *ENTRIES):
        answer = served.ask(f"/{name}")
        assert (answer.status, answer.is_page) == (200, True), name
    script = next((STATIC / "static" / "js").glob("index.*.js")).name
    for path in ("/favicon.png", f"/static/js/{script}", "/_stcore/health", "/_stcore/host-config", "/healthz"):
        assert served.ask(path).status == served.ask(path, "HEAD").status == 200 or path == "/_stcore/host-config"
    assert served.ask("/questions/").headers["location"] == "/questions"


@pytest.mark.parametrize(
    ("path", "largest", "status"),
    [
        ("/_stcore/upload_file/session/file", UPLOAD_MEGABYTES * MEGABYTE, 403),
        ("/_stcore/script-health-check", BODY_BYTES, 404),
        ("/api/v1/questions", BODY_BYTES, 405),
    ],
)
def test_a_body_over_its_limit_is_refused_at_once(served: Served, path: str, largest: int, status: int) -> None:
    for announced in (largest + MEGABYTE, 10**10):
        answer = served.ask(path, "PUT", b"", Origin=served.origin, Content_Length=str(announced))
        assert answer.status == 413, announced
    for odd in ("10" * 20, "-1", "1, 2", "0x10"):
        assert served.ask(path, "PUT", b"", Origin=served.origin, Content_Length=odd).status == 400
    assert served.ask(path, "PUT", b"x" * largest, Origin=served.origin).status == status


def test_headers_and_addresses_have_limits(served: Served) -> None:
    assert served.ask("/healthz", Cookie="a" * (HEADER_BYTES - 1_000)).status == 200
    assert served.ask("/healthz", Cookie="a" * 100_000).status in (400, 431)
    assert served.ask("/healthz", **{f"X{number}": "1" for number in range(HEADERS - 1)}).status == 200
    assert served.ask("/healthz", **{f"X{number}": "1" for number in range(HEADERS)}).status in (400, 431)
    assert served.ask(f"/questions?q={'a' * (TARGET_BYTES - 100)}").status == 200
    assert served.ask(f"/questions?q={'a' * TARGET_BYTES}").status == 414


@contextlib.contextmanager
def session(served: Served) -> Iterator[tuple[ClientConnection, str, str]]:
    """A web socket of an own page, the name of its session, and the token that its uploads need."""
    cookie = served.ask("/_stcore/health").headers.get("set-cookie", "")
    token = cookie.partition("_streamlit_xsrf=")[2].partition(";")[0]
    with connect(
        f"ws://{served.host}/_stcore/stream", origin=served.origin, subprotocols=["streamlit"], max_size=None
    ) as socket_:  # type: ignore[arg-type]
        socket_.send(BackMsg(rerun_script={"query_string": ""}).SerializeToString())
        while True:
            message = ForwardMsg.FromString(socket_.recv(timeout=60))  # type: ignore[arg-type]
            if message.HasField("new_session"):
                yield socket_, message.new_session.initialize.session_id, token
                return


def parts(size: int) -> tuple[bytes, str]:
    """A form with one file of this size, and its type."""
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="essay.txt"\r\n\r\n'
    return head + b"x" * size + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"


def in_pieces(body: bytes) -> Iterator[bytes]:
    """The same in pieces, so that its length is not announced."""
    for start in range(0, len(body), MEGABYTE):
        yield body[start : start + MEGABYTE]


def test_an_upload_is_capped_by_the_server(served: Served) -> None:
    with session(served) as (_, name, token):
        for size, whole, status in [
            (MEGABYTE, True, 204),
            (9 * MEGABYTE, True, 204),
            (9 * MEGABYTE, False, 204),
            (12 * MEGABYTE, True, 413),
            (12 * MEGABYTE, False, 413),
        ]:
            body, kind = parts(size)
            answer = served.ask(
                f"/_stcore/upload_file/{name}/file-{size}", "PUT", body if whole else in_pieces(body),
                Origin=served.origin, Content_Type=kind, Cookie=f"_streamlit_xsrf={token}", X_Xsrftoken=token,
            )  # fmt: skip
            assert answer.status == status, (size, whole, answer.body)


def test_a_message_over_its_limit_ends_the_web_socket(served: Served) -> None:
    with session(served) as (wire, _, _):
        with contextlib.suppress(ConnectionClosed):  # it is ended while we still send
            wire.send(b"x" * (MESSAGE_MEGABYTES + 1) * MEGABYTE)
            while True:
                wire.recv(timeout=60)
        assert wire.close_code == 1009


def test_pages_ask_for_no_larger_file_than_the_server_takes() -> None:
    assert max(essays.MEGABYTES, adding.MEGABYTES) <= UPLOAD_MEGABYTES
