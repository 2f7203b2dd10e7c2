"""How the dashboard is started and what it refuses; its headers and its settings."""

import asyncio
import base64
import hashlib
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import streamlit
from streamlit import config

from dashboard.__main__ import main
from dashboard.configuration import LOOPBACK, configure, options
from dashboard.serve import SecurityHeaders, build, content_policy, show_calmly
from tracker.api import Tracker

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_an_address_that_others_can_reach_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    assert main(["--data", str(tmp_path), "--address", address]) == 2
    (reason,) = capsys.readouterr().err.splitlines()
    assert "there is no log-in" in reason
    assert "--i-know-there-is-no-login" in reason
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], taken_port: int
) -> None:
    assert main(["--data", str(tmp_path), "--port", str(taken_port)]) == 2
    assert "choose another --port" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_replay_that_was_never_made_is_not_shown_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    assert main(["--data", str(tmp_path), "--port", str(port), "--replay"]) == 2
    assert "tracker demo" in capsys.readouterr().err


def test_a_setting_that_cannot_be_used_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--port", "99999"]) == 2
    assert "'port'" in capsys.readouterr().err


def test_the_module_runs_from_any_directory(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "--help"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "--i-know-there-is-no-login" in done.stdout


def test_the_policy_names_the_one_inline_script_of_the_installed_shell() -> None:
    shell = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", shell, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = content_policy()
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


def test_every_answer_carries_the_security_headers() -> None:
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def keep(message: Any) -> None:
        sent.append(message)

    asyncio.run(SecurityHeaders(app)({"type": "http"}, None, keep))  # type: ignore[arg-type]
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert names["x-content-type-options"] == "nosniff"
    assert names["referrer-policy"] == "no-referrer"
    assert names["content-security-policy"] == content_policy()
    assert names["content-type"] == "text/plain"


def health(tracker: Tracker) -> tuple[int, bytes]:
    """What the health check of this tracker's dashboard answers."""
    (route,) = [r for r in build(tracker)._user_routes if r.path == "/healthz"]
    answer = asyncio.run(route.endpoint(None))
    return answer.status_code, answer.body


def test_the_health_check_touches_the_database(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    assert health(tracker) == (200, b"ok")
    tracker.close()
    monkeypatch.setattr(tracker, "_store", None)
    assert health(tracker)[0] == 503


def test_every_option_is_known_to_this_version_of_streamlit_and_wins() -> None:
    configure()
    for name, value in options(LOOPBACK).items():
        assert config.get_option(name) == value
    assert config.get_option("browser.gatherUsageStats") is False


def test_both_themes_are_set_so_that_the_viewer_chooses() -> None:
    names = options(LOOPBACK)
    assert {n.split(".")[1] for n in names if n.count(".") == 2 and n.startswith("theme.")} == {"light", "dark"}


def test_a_bug_in_a_page_is_one_calm_sentence(caplog: pytest.LogCaptureFixture) -> None:
    assert show_calmly(RuntimeError("secret detail")) is True
    assert "secret detail" in caplog.text
