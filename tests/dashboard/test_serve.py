"""How the dashboard is started and what it refuses; its headers and its settings."""

import asyncio
import base64
import hashlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import streamlit
from starlette.requests import Request
from starlette.responses import Response
from streamlit import config

from dashboard.__main__ import main
from dashboard.server.assets import build_shell
from dashboard.server.configuration import configure_streamlit, streamlit_options
from dashboard.server.serve import SecurityHeaders, build_app, content_policy, show_script_error
from tests.builders import Press, a_set
from tracker.app.tracker import Tracker
from tracker.errors import StorageUnavailable
from tracker.storage.sessions import Store


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_bad_starts_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # An address that others can reach is refused.
    for address in ("0.0.0.0", "::", "192.168.1.5", "example.org"):
        assert main(["--data", str(tmp_path), "--address", address]) == 2
        (reason,) = capsys.readouterr().err.splitlines()
        assert "TRACKER_ALLOWED_HOSTS" in reason
        assert list(tmp_path.iterdir()) == []
    # A setting that cannot be used is refused.
    assert main(["--data", str(tmp_path), "--port", "99999"]) == 2
    assert "'port'" in capsys.readouterr().err
    # A replay that was never made is not shown empty.
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    assert main(["--data", str(tmp_path), "--port", str(port), "--replay"]) == 2
    assert "tracker demo" in capsys.readouterr().err


def test_a_port_in_use_is_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], taken_port: int
) -> None:
    assert main(["--data", str(tmp_path), "--port", str(taken_port)]) == 2
    assert "choose another --port" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_missing_database_is_no_reason_to_give_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_settings: object, **_options: object) -> None:
        raise StorageUnavailable("no database answers")

    monkeypatch.setattr("dashboard.__main__.open_tracker", away)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    assert main(["--data", str(tmp_path), "--port", str(port)]) == 1
    assert capsys.readouterr().err == "no database answers\n"


def test_policy_names_the_inline_scripts_of_both_pages() -> None:
    installed = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", installed, re.DOTALL)
    (known, keyboard, same) = re.findall(r"<script>(.*?)</script>", build_shell(), re.DOTALL)
    assert same == script
    policy = content_policy()
    for text in (known, keyboard, script):
        assert (
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            in policy
        )
    assert policy.count("sha256-") == 3
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


def test_every_answer_carries_the_security_headers() -> None:
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/plain")],
            }
        )
        await send({"type": "http.response.body", "body": b"ok"})

    async def keep(message: Any) -> None:
        sent.append(message)

    asyncio.run(SecurityHeaders(app)({"type": "http", "path": "/"}, None, keep))  # type: ignore[arg-type]
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert names["x-content-type-options"] == "nosniff"
    assert names["referrer-policy"] == "same-origin"
    assert names["content-security-policy"] == content_policy()
    assert names["content-type"] == "text/plain"


def answer(tracker: Tracker, path: str) -> Response:
    """What this tracker's dashboard answers at a path of its own."""
    (route,) = [r for r in build_app(tracker)._user_routes if r.path == path]
    found: Response = asyncio.run(route.endpoint(Request({"type": "http"})))
    return found


@pytest.fixture
def closed_tracker(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    """A tracker whose database does not answer any more."""

    def refuse(*_: object) -> None:
        raise OSError("the database is gone")

    tracker.close()
    monkeypatch.setattr(Store, "reading", refuse)
    monkeypatch.setattr(Store, "read_version", refuse)
    return tracker


def test_health_and_metrics(
    tracker: Tracker, tracker_with_press: Tracker, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The health check touches the database.
    found = answer(tracker, "/healthz")
    assert (found.status_code, found.body) == (200, b"ok")
    assert found.headers["content-type"] == "text/plain; charset=utf-8"
    # Metrics are told in the format of prometheus.
    tracker_with_press.question_sets.load(a_set())
    press.publish("wire", "Arland invites Borland to a summit")
    tracker_with_press.feeds.poll()
    found = answer(tracker_with_press, "/metrics")
    assert found.status_code == 200
    assert found.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = bytes(found.body).decode().splitlines()
    assert 'tracker_feeds{state="ok"} 1.0' in lines
    assert "tracker_items_total 1.0" in lines
    # Metrics are worked out beside the event loop.
    threads: list[int] = []
    monkeypatch.setattr(tracker.system, "runs", lambda: threads.append(threading.get_ident()) or ())
    assert answer(tracker, "/metrics").status_code == 200
    assert threads
    assert threading.get_ident() not in threads


def test_unavailable_database_is_said_in_words(closed_tracker: Tracker) -> None:
    for path in ("/healthz", "/metrics"):
        found = answer(closed_tracker, path)
        assert (found.status_code, found.body) == (503, b"the database does not answer")
        assert found.headers["content-type"] == "text/plain; charset=utf-8"


def test_streamlit_options_and_themes() -> None:
    # Every option is known to this version of streamlit and wins.
    configure_streamlit()
    for name, value in streamlit_options().items():
        assert config.get_option(name) == value
    assert config.get_option("browser.gatherUsageStats") is False
    assert config.get_option("server.enableAgentApi") is False
    assert config.get_option("server.corsAllowedOrigins") == []
    configure_streamlit("https://forecast.example.org")
    assert config.get_option("server.corsAllowedOrigins") == ["https://forecast.example.org"]
    configure_streamlit()
    # Both themes are set so that the viewer chooses.
    names = streamlit_options()
    assert {n.split(".")[1] for n in names if n.count(".") == 2 and n.startswith("theme.")} == {
        "light",
        "dark",
    }


def test_a_bug_in_a_page_is_one_calm_sentence(caplog: pytest.LogCaptureFixture) -> None:
    assert show_script_error(RuntimeError("secret detail")) is True
    assert "secret detail" in caplog.text
