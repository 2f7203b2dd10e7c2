"""The address of agents asks for a token, whatever else a request brings, and serves MCP."""

import json
import re
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from forecasts.questions.question import ForecasterId
from tests.checkouts import ROOT
from tests.dashboard.served import PUBLIC, SUMMIT, Answer, Guarded
from tests.dashboard.test_login import get_cookie
from tracker.model.principal import Role

SCOUT = ForecasterId("agent:scout")
MESSAGE = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def make_token(guarded: Guarded, role: Role = "agent") -> str:
    return guarded.tracker.accounts.make_token("test", role, 1, account=SCOUT).secret


def post(guarded: Guarded, message: object = MESSAGE, **headers: str | None) -> Answer:
    """Send one message as a client of an earlier version of the protocol does."""
    usual = {"Content_Type": "application/json", "Accept": "application/json, text/event-stream"}
    return guarded.server.ask("/mcp", "POST", json.dumps(message).encode(), **usual | headers)


def test_nothing_but_a_token_opens_the_door(guarded: Guarded) -> None:
    secret = guarded.tracker.accounts.make_owner_link().secret
    origin = guarded.server.origin
    cookie = get_cookie(guarded.post("/enter", secret=secret))
    assert guarded.server.ask("/api/v1/questions", Cookie=cookie).status == 200
    assert post(guarded, Cookie=cookie, Origin=origin).status == 401
    token = make_token(guarded)
    for wrong in (None, "", "Bearer", "Bearer trk_x", f"Basic {token}", token):
        assert post(guarded, Authorization=wrong, Origin=origin).status == 401, wrong
    assert guarded.server.ask(f"/mcp?token={token}", Cookie=cookie).status == 401
    # A token acts until it is ended.
    assert post(guarded, Authorization=f"Bearer {token}").status == 200
    newest = max(guarded.tracker.accounts.tokens(), key=lambda token: token.created_at)
    guarded.tracker.accounts.revoke_token(newest.id)
    assert post(guarded, Authorization=f"Bearer {token}").status == 401


def test_a_page_of_another_site_cannot_use_a_token(guarded: Guarded) -> None:
    bearer = f"Bearer {make_token(guarded)}"
    assert post(guarded, Authorization=bearer).status == 200
    assert post(guarded, Authorization=bearer, Origin=PUBLIC).status == 200
    for origin in ("https://evil.example", "null", ""):
        assert post(guarded, Authorization=bearer, Origin=origin).status == 403, origin
    assert post(guarded, Authorization=bearer, Host="evil.example").status == 400
    assert post(guarded).status == 403  # without either, it might come from anywhere


def test_requests_are_bounded_and_hold_no_session(guarded: Guarded) -> None:
    bearer = f"Bearer {make_token(guarded)}"
    assert guarded.server.ask("/mcp", Authorization=bearer).status == 405
    assert guarded.server.ask("/mcp", "DELETE", Authorization=bearer).status == 405
    assert (
        post(guarded, {**MESSAGE, "params": {"x": "y" * 70_000}}, Authorization=bearer).status
        == 413
    )
    for odd in ([], "x", {}, {"jsonrpc": "2.0"}, {**MESSAGE, "method": "tools/burn"}):
        answer = post(guarded, odd, Authorization=bearer)
        assert answer.status in (200, 202, 400, 404), odd
        assert b"Traceback" not in answer.body
    assert "mcp-session-id" not in post(guarded, Authorization=bearer).headers


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
            Client(
                streamable_http_client(f"{guarded.server.origin}/mcp", http_client=http), mode=mode
            ) as client,
        ):
            return await client.call_tool("submit_forecast", arguments)

    refused = anyio.run(forecast, make_token(guarded, "viewer"))
    assert "agent:scout has the role viewer" in refused.content[0].text
    made = anyio.run(forecast, make_token(guarded))
    assert made.structured_content["forecast"] == "63%"
    standing = guarded.tracker.questions.get(SUMMIT).summary.standings[SCOUT]
    assert standing.p == 0.63


def test_the_agent_of_the_how_to_forecasts(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "morning-agent.md").read_text("utf-8")
    (script,) = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    monkeypatch.setenv("TRACKER_URL", f"{guarded.server.origin}/mcp")
    monkeypatch.setenv("TRACKER_TOKEN", make_token(guarded))
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
