"""Who is answered, tried on a dashboard that runs: origins, hosts, unknown addresses, and no way
outward.
"""

import json
import socket
from typing import Final

import pytest
from streamlit import net_util
from streamlit.web.server import server_util

from dashboard.components.visit import PAGES
from dashboard.server import configuration
from dashboard.server.assets import STATIC
from tests.dashboard.served import PUBLIC, Served
from tests.dashboard.trapped import OWN_TRY
from tracker.interfaces.api.problems import MEDIA_TYPE

SHAKE: Final = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


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


def test_web_socket_opens_for_own_pages_alone(served: Served) -> None:
    # A web socket opens for own pages alone.
    for origin, host, status in TABLE:
        sent = None if origin is None else origin.format(own=served.host, port=served.port)
        assert shaken(served, host.format(own=served.host, port=served.port), sent) == status
    # Two origins open no web socket.
    lines = [f"{name}: {value}" for name, value in SHAKE.items()]
    lines += [f"Origin: {served.origin}", "Origin: http://evil.example"]
    request = "\r\n".join(["GET /_stcore/stream HTTP/1.1", f"Host: {served.host}", *lines, "", ""])
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as wire:
        wire.sendall(request.encode())
        assert wire.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 403")


def test_changing_requests_need_an_own_page(served: Served) -> None:
    # Changing requests need an own page.
    for path in ("/_stcore/upload_file/session/file", "/api/v1/questions", "/"):
        for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
            for origin in (None, "http://localhost:3000", "null"):
                answer = served.ask(path, method, Origin=origin)
                assert (answer.status, answer.is_page) == (403, False)
            assert served.ask(path, method, Origin=served.origin).status in (400, 403, 405, 422)
    # An upload from an own page reaches streamlit.
    answer = served.ask("/_stcore/upload_file/session/file", "PUT", b"text", Origin=served.origin)
    assert (answer.status, b"XSRF" in answer.body) == (
        403,
        True,
    )  # refused by streamlit, not by the guard


def test_reading_is_shared_with_no_foreign_page(served: Served) -> None:
    for path in ("/", "/healthz", "/_stcore/health", "/api/v1/questions", "/changes.atom"):
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = served.ask(path, method, Origin="http://evil.example")
            assert answer.status in (200, 204, 405)
            assert answer.headers.get("access-control-allow-origin") is None


def test_without_log_in_agents_alone_need_a_token(served: Served) -> None:
    assert served.ask("/api/v1/questions").status == 200
    answer = served.ask("/mcp", "POST", b"{}", Origin=served.origin)
    assert (answer.status, b"send a token" in answer.body) == (401, True)


def test_phones_learn_where_to_share_a_page(served: Served) -> None:
    answer = served.ask("/manifest.json")
    target = json.loads(answer.body)["share_target"]
    assert (answer.status, target["action"], target["method"]) == (200, "./add", "GET")
    assert set(target["params"].values()) == {"url", "title", "text"}
    assert b'<link rel="manifest" href="./manifest.json">' in served.ask("/").body


def test_foreign_names_get_no_answer(served: Served) -> None:
    # A foreign name gets no answer.
    for host in ("evil.example", "0.0.0.0:{port}", "", "127.0.0.1.evil.example", None):
        for path in ("/", "/healthz", "/_stcore/health", "/api/v1/none", "/static/none.js"):
            answer = served.ask(path, Host=host and host.format(port=served.port))
            assert (answer.status, answer.is_page) == (400, False)
    # Foreign origins reach no other machine.
    for origin in ("http://evil.example", "https://checkip.amazonaws.com", "http://192.0.2.7:8501"):
        assert shaken(served, served.host, origin) == 403
        for path in ("/_stcore/health", "/_stcore/host-config", "/", "/media/none"):
            served.ask(path, Origin=origin)
        served.ask("/_stcore/upload_file/a/b", "PUT", b"", Origin=origin)
    assert served.ask("/healthz").body == b"ok"
    assert served.outward() == [OWN_TRY]


def test_streamlit_itself_looks_no_address_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up() -> str:
        raise AssertionError("no address is looked up")

    for name in ("get_external_ip", "get_internal_ip"):
        monkeypatch.setattr(net_util, name, look_up)
    configuration._disable_address_lookup()
    assert not server_util.is_url_from_allowed_origins("http://evil.example")


def test_former_addresses_lead_to_their_pages(served: Served) -> None:
    for former, address in (
        ("/today", "home"),
        ("/accuracy?kind=binary&section=habits", "record?kind=binary&section=habits"),
    ):
        answer = served.ask(former)
        assert (answer.status, answer.headers["location"]) == (308, address)


def test_unknown_addresses_are_404(served: Served) -> None:
    # Unknown addresses of the api are 404 in json.
    for path in (
        "/api/v1/forecasts /api/ /api/v2/questions /api/openapi.json /api/v1/questions/a/b"
    ).split():
        for method in ("GET", "POST"):
            answer = served.ask(path, method, Origin=served.origin)
            assert (answer.status, answer.headers["content-type"]) == (404, MEDIA_TYPE)
            assert json.loads(answer.body)["detail"].lower().startswith("there is nothing at")
    # Other unknown addresses are 404.
    for path in (
        "/openapi.json /calendar.ics /favicon.ico /index.html /static/none.js /static/js/none.js "
        "/_stcore/none /_stcore/none.json /question/none.css /home-first /%2e%2e/index.html "
        "/Questions"
    ).split():
        answer = served.ask(path)
        assert (answer.status, answer.is_page) == (404, False)
    # A browser gets a page with the way home.
    answer = served.ask("/Questions", Accept="text/html,*/*")
    assert answer.status == 404
    assert b"<a href=/>Go to Home</a>" in answer.body
    # Pages and files are where they were.
    for name in ("", *PAGES):
        answer = served.ask(f"/{name}")
        assert (answer.status, answer.is_page) == (200, True), name
    script = next((STATIC / "static" / "js").glob("index.*.js")).name
    for path in (
        "/favicon.png",
        f"/static/js/{script}",
        "/_stcore/health",
        "/_stcore/host-config",
        "/healthz",
    ):
        assert (
            served.ask(path).status == served.ask(path, "HEAD").status == 200
            or path == "/_stcore/host-config"
        )
    assert served.ask("/questions/").headers["location"] == "/questions"
