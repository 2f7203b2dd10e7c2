"""A dashboard of a team: people log in by an OpenID provider, or are vouched for by a proxy."""

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from forecasts.evidence.evidence import Direction
from tests.builders import a_question, a_set
from tests.dashboard.served import FORM, PASSWORD, SUMMIT, Answer, Guarded, Served, serving
from tracker.app.tracker import Tracker, open_tracker
from tracker.model.accounts import Visitor
from tracker.model.evidence import ManualEvidence
from tracker.settings import Settings

PROXY_ADDRESS: Final = "127.0.0.2"
"""The address of this machine at which the trusted proxy sits."""


@dataclass(frozen=True)
class Provider:
    """An OpenID provider in a process of its own, at which everybody may be anybody."""

    port: int

    @property
    def issuer(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def add(self, subject: str, **claims: object) -> None:
        """Store what it says about a person."""
        body = json.dumps(claims).encode()
        self._ask("PUT", f"/users/{subject}", body, "application/json")

    def confirm(self, address: str, subject: str) -> str:
        """Log in there as a person; return the path and query to which it leads back."""
        target = urlsplit(address)
        body = urlencode({"sub": subject}).encode()
        location = self._ask("POST", f"{target.path}?{target.query}", body, FORM)
        back = urlsplit(location)
        return f"{back.path}?{back.query}"

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> str:
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        ) as wire:
            wire.request(method, path, body, {"Content-Type": kind})
            answer = wire.getresponse()
            answer.read()
            return answer.headers.get("location", "")


@contextlib.contextmanager
def providing(*options: str) -> Iterator[Provider]:
    """Run a provider."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *options]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.05)
        yield Provider(port)
    finally:
        process.terminate()
        process.wait(30)


@dataclass(frozen=True)
class Team(Guarded):
    """The dashboard, its database and its provider."""

    provider: Provider

    @property
    def proxy(self) -> Served:
        """The same dashboard, asked by the trusted proxy."""
        return replace(self.server, source=PROXY_ADDRESS)

    def begin(
        self, cookie: str | None = None, path: str = "/sso", **fields: str
    ) -> tuple[str, str]:
        """Begin a log-in; return the address at the provider, and the cookie."""
        answer = self.post(path, cookie, **fields)
        assert answer.status == 200, answer.body
        match = re.search(rb'<a href="([^"]+)">Go on to', answer.body)
        assert match is not None
        return unescape(match[1].decode()), get_cookie(answer)

    def enter(self, subject: str, **fields: str) -> Answer:
        """Log in by the provider as a person."""
        address, way = self.begin(**fields)
        return self.server.ask(self.provider.confirm(address, subject), Cookie=way)

    def let_join(self, name: str, role: str = "viewer") -> str:
        """Let a person join with a password; return the cookie."""
        link = self.tracker.accounts.invite(role)  # type: ignore[arg-type]
        login = self.tracker.accounts.join(link.secret, name, PASSWORD, Visitor("192.0.2.7", "x"))
        return f"tracker-login-{self.server.port}={login.secret}"


def get_cookie(answer: Answer) -> str:
    """Return the cookie that an answer sets."""
    match = re.match(r"tracker-\w+-\d+=[^;]+", answer.headers.get("set-cookie", ""))
    assert match is not None, answer.body
    return match[0]


def read_query(address: str) -> dict[str, str]:
    """Return the query of an address."""
    return dict(parse_qsl(urlsplit(address).query))


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """One dashboard for all tests; who was not invited needs a group."""
    place: Path = tmp_path_factory.mktemp("team")
    with providing() as provider:
        settings = {
            "oidc_issuer": provider.issuer,
            "oidc_client_id": "tracker",
            "oidc_client_secret": "a secret of two",
            "oidc_name": "Example ID",
            "trusted_proxies": PROXY_ADDRESS,
            "trusted_groups_header": "Remote-Groups",
            "group_roles": "staff=analyst, board=admin",
        }
        data = Settings(place / "data", me="ada", **settings)  # type: ignore[arg-type]
        with serving(place, guarded=True, **settings) as server, open_tracker(data) as tracker:
            fill(tracker)
            yield Team(server, tracker, provider)


def fill(tracker: Tracker) -> None:
    """Ask a question that is open today, with a piece of evidence and a forecast; let the person
    Ben and the agent Scout in.
    """
    now = datetime.now(UTC)
    opens, closes = now - timedelta(days=9), now + timedelta(days=90)
    asked = a_question(SUMMIT, opens_at=opens, closes_at=closes, resolves_at=closes)
    tracker.question_sets.load(a_set(asked))
    tracker.evidence.add(ManualEvidence(SUMMIT, "Arland invites Borland", Direction.YES))
    tracker.forecasts.submit(SUMMIT, "40%")
    tracker.accounts.add("Scout", "agent")
    link = tracker.accounts.invite("forecaster")
    tracker.accounts.join(link.secret, "Ben", PASSWORD, Visitor())


@pytest.fixture
def guarded(team: Team) -> Guarded:
    """The same dashboard for tests that need no provider."""
    return team
