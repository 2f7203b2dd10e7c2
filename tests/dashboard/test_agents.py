"""The address of agents asks for a token, whatever else a request brings, and serves MCP."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from forecasts.evidence.evidence import Direction
from forecasts.questions.question import ForecasterId
from tests.builders import a_question, a_set
from tests.checkouts import ROOT
from tests.dashboard.served import PUBLIC, Answer, Served, serving
from tests.dashboard.test_login import get_cookie
from tracker.app.tracker import Tracker, open_tracker
from tracker.model.evidence import ManualEvidence
from tracker.model.principal import Role
from tracker.settings import Settings

SUMMIT = "summit-2027"
SCOUT = ForecasterId("agent:scout")
MESSAGE = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@dataclass(frozen=True)
class Guarded:
    """A dashboard that asks for a log-in, with an open question, and its database."""

    server: Served
    tracker: Tracker

    @property
    def url(self) -> str:
        return f"{self.server.origin}/mcp"

    def make_token(self, role: Role = "agent") -> str:
        return self.tracker.accounts.make_token("test", role, 1, account=SCOUT).secret

    def post(self, message: object = MESSAGE, **headers: str | None) -> Answer:
        """Send one message as a client of an earlier version of the protocol does."""
        usual = {
            "Content_Type": "application/json",
            "Accept": "application/json, text/event-stream",
        }
        return self.server.ask("/mcp", "POST", json.dumps(message).encode(), **usual | headers)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    place = tmp_path_factory.mktemp("agents")
    with serving(place, guarded=True) as server, open_tracker(Settings(place / "data")) as tracker:
        now = datetime.now(UTC)
        dates = {
            name: now + timedelta(days=n) for name, n in (("closes_at", 90), ("resolves_at", 99))
        }
        tracker.question_sets.load(a_set(a_question(opens_at=now - timedelta(days=9), **dates)))
        tracker.evidence.add(ManualEvidence(SUMMIT, "Arland invites Borland", Direction.YES))
        tracker.accounts.add("Scout", "agent")
        yield Guarded(server, tracker)


def test_nothing_but_a_token_opens_the_door(guarded: Guarded) -> None:
    secret = guarded.tracker.accounts.make_owner_link().secret
    body, form = f"secret={secret}".encode(), "application/x-www-form-urlencoded"
    origin = guarded.server.origin
    entered = guarded.server.ask("/enter", "POST", body, Origin=origin, Content_Type=form)
    cookie = get_cookie(entered)
    assert guarded.server.ask("/api/v1/questions", Cookie=cookie).status == 200
    assert guarded.post(Cookie=cookie, Origin=origin).status == 401
    token = guarded.make_token()
    for wrong in (None, "", "Bearer", "Bearer trk_x", f"Basic {token}", token):
        assert guarded.post(Authorization=wrong, Origin=origin).status == 401, wrong
    assert guarded.server.ask(f"/mcp?token={token}", Cookie=cookie).status == 401


def test_a_page_of_another_site_cannot_use_a_token(guarded: Guarded) -> None:
    bearer = f"Bearer {guarded.make_token()}"
    assert guarded.post(Authorization=bearer).status == 200
    assert guarded.post(Authorization=bearer, Origin=PUBLIC).status == 200
    for origin in ("https://evil.example", "null", ""):
        assert guarded.post(Authorization=bearer, Origin=origin).status == 403, origin
    assert guarded.post(Authorization=bearer, Host="evil.example").status == 400
    assert guarded.post().status == 403  # without either, it might come from anywhere


def test_requests_are_bounded_and_hold_no_session(guarded: Guarded) -> None:
    bearer = f"Bearer {guarded.make_token()}"
    assert guarded.server.ask("/mcp", Authorization=bearer).status == 405
    assert guarded.server.ask("/mcp", "DELETE", Authorization=bearer).status == 405
    assert (
        guarded.post({**MESSAGE, "params": {"x": "y" * 70_000}}, Authorization=bearer).status == 413
    )
    for odd in ([], "x", {}, {"jsonrpc": "2.0"}, {**MESSAGE, "method": "tools/burn"}):
        answer = guarded.post(odd, Authorization=bearer)
        assert answer.status in (200, 202, 400, 404), odd
        assert b"Traceback" not in answer.body
    assert "mcp-session-id" not in guarded.post(Authorization=bearer).headers


def test_a_token_acts_until_it_is_ended(guarded: Guarded) -> None:
    token = guarded.make_token()
    assert guarded.post(Authorization=f"Bearer {token}").status == 200
    newest = max(guarded.tracker.accounts.tokens(), key=lambda token: token.created_at)
    guarded.tracker.accounts.revoke_token(newest.id)
    assert guarded.post(Authorization=f"Bearer {token}").status == 401


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_agent_forecasts_over_http(guarded: Guarded, mode: str) -> None:
    arguments = {
        "question_id": SUMMIT,
        "forecast": "63%",
        "reason": "An invitation was sent, and such invitations are mostly accepted.",
        "evidence_ids": [1],
    }

    async def forecast(token: str) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(guarded.url, http_client=http), mode=mode) as client,
        ):
            return await client.call_tool("submit_forecast", arguments)

    refused = anyio.run(forecast, guarded.make_token("viewer"))
    assert "agent:scout has the role viewer" in refused.content[0].text
    made = anyio.run(forecast, guarded.make_token())
    assert made.structured_content["forecast"] == "63%"
    standing = guarded.tracker.questions.get(SUMMIT).summary.standings[SCOUT]
    assert standing.p == 0.63


def test_the_agent_of_the_how_to_forecasts(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "morning-agent.md").read_text("utf-8")
    (script,) = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    monkeypatch.setenv("TRACKER_URL", guarded.url)
    monkeypatch.setenv("TRACKER_TOKEN", guarded.make_token())
    agent: dict[str, Any] = {"__name__": "morning_agent"}
    exec(compile(script, "morning_agent.py", "exec"), agent)
    asked: list[str] = []

    async def ask_nobody(http: object, question: dict[str, Any]) -> tuple[str, str]:
        asked.append(question["question"]["id"])
        return "71%", "The base rate is low, but an invitation like this one is seldom declined."

    agent["ask_model"] = ask_nobody
    guarded.tracker.serve(guarded.tracker.accounts.act_as(SCOUT, "mcp")).forecasts.withdraw(SUMMIT)
    anyio.run(agent["forecast_all_due"])
    assert asked == [SUMMIT]
    assert "71%" in capsys.readouterr().out
    assert guarded.tracker.questions.get(SUMMIT).summary.standings[SCOUT].p == 0.71


def test_without_log_in_agents_still_need_a_token(tmp_path: Path, served: Served) -> None:
    answer = served.ask("/mcp", "POST", b"{}", Origin=served.origin)
    assert (answer.status, b"send a token" in answer.body) == (401, True)
