"""A dashboard in a process of its own that cannot reach any other machine, and plain requests to
it.
"""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from tests.checkouts import ROOT
from tracker.app.tracker import Tracker, open_tracker
from tracker.settings import Settings

SUMMIT: Final = "summit-2027"
PASSWORD: Final = "a house by the river"
FORM: Final = "application/x-www-form-urlencoded"
PUBLIC: Final = "https://forecast.example.org"
"""The setting `public_url` of that dashboard."""


@dataclass(frozen=True)
class Served:
    """A dashboard in a process of its own, and what it tried to reach."""

    port: int
    record: Path
    source: str = "127.0.0.1"
    """The address of this machine that asks."""

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
        named = {
            "Host": self.host,
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        headers = {name: value for name, value in named.items() if value is not None}
        with contextlib.closing(
            http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=30, source_address=(self.source, 0)
            )
        ) as wire:
            chunked = body is not None and not isinstance(body, bytes)
            wire.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                wire.putheader(name, value)
            if chunked:
                wire.putheader("Transfer-Encoding", "chunked")
            elif body is not None and "Content-Length" not in headers:
                wire.putheader("Content-Length", str(len(body)))
            with contextlib.suppress(
                BrokenPipeError, ConnectionResetError
            ):  # it answers before it has read all
                wire.endheaders(body, encode_chunked=chunked)
            answer = wire.getresponse()
            text = b"" if answer.status == 101 else answer.read()
            return Answer(
                answer.status, {name.lower(): value for name, value in answer.getheaders()}, text
            )

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


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard without questions, open as in a container, that cannot reach any other
    machine.
    """
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


@dataclass(frozen=True)
class Guarded:
    """A dashboard that asks whoever comes to log in, and its database."""

    server: Served
    tracker: Tracker

    def post(self, path: str, cookie: str | None = None, **fields: str) -> Answer:
        """Send a form as its page does."""
        body, origin = urlencode(fields).encode(), self.server.origin
        return self.server.ask(path, "POST", body, Origin=origin, Content_Type=FORM, Cookie=cookie)

    def read(self, cookie: str, path: str = "/api/v1/questions") -> int:
        """Ask for what only somebody who is logged in may see; return the status."""
        return self.server.ask(path, Cookie=cookie).status


@contextlib.contextmanager
def serving(
    place: Path, module: str = "tests.dashboard.trapped", *, guarded: bool = False, **settings: str
) -> Iterator[Served]:
    """Run a module that starts a dashboard; its log is the file `log` beside the record.

    Only a guarded one asks whoever comes to log in. Further settings are given by name.
    """
    open_tracker(Settings(data_dir=place / "data")).close()
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    server = Served(port, place / "record")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TRACKER_PUBLIC_URL": PUBLIC,
        "TRACKER_ME": "ada",
        **{f"TRACKER_{name.upper()}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", module, str(server.record), "--data", str(place / "data")]
    command += ["--port", str(port), "--address", "0.0.0.0"]
    command += [] if guarded else ["--no-token"]
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
