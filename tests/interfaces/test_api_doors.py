"""What stands before the API: tokens in headers alone, origins of cookies, sizes of bodies."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from dashboard.server.guard import MAX_BODY_BYTES, MAX_UPLOAD_BYTES
from dashboard.server.login import name_cookie
from tests.builders import FakeClock, a_set
from tests.interfaces.api_server import API, BASE, build_guarded_app
from tests.interfaces.test_api import FORECASTS, expect_problem
from tracker.app.tracker import Tracker
from tracker.model.accounts import Visitor

BODY = {"forecast": 0.4}


@pytest.fixture
def door(tracker: Tracker) -> TestClient:
    """The API behind guard and gate."""
    tracker.question_sets.load(a_set())
    return TestClient(build_guarded_app(tracker), base_url=API)


def make_token(tracker: Tracker, role: Any = "agent", days: float = 1) -> dict[str, str]:
    """Make a header with a token of an agent."""
    account = tracker.accounts.add("Scout", "agent")
    secret = tracker.accounts.make_token("nightly", role, days, account=account.id).secret
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_opens_the_api_until_it_ends(
    tracker: Tracker, door: TestClient, clock: FakeClock
) -> None:
    header = make_token(tracker)
    assert door.post(FORECASTS, json=BODY, headers=header).status_code == 200
    clock.advance(days=2)
    expired = expect_problem(door.get("questions", headers=header), 401)
    assert expired["detail"] == (
        "this token expired on 2026-12-02: `tracker people token ACCOUNT --name nightly` makes "
        "another"
    )
    clock.advance(days=-2)
    (token,) = tracker.accounts.tokens()
    tracker.accounts.revoke_token(token.id)
    revoked = expect_problem(door.get("questions", headers=header), 401)
    assert "this token was revoked on 2026-12-01" in revoked["detail"]
    unknown = door.get("questions", headers={"Authorization": "Bearer trk_x"})
    assert "not known" in expect_problem(unknown, 401)["detail"]
    nobody = door.get("questions")
    assert "`tracker people token" in expect_problem(nobody, 401)["detail"]
    assert nobody.headers["www-authenticate"] == 'Bearer realm="tracker"'


def test_a_token_in_an_address_is_refused(tracker: Tracker, door: TestClient) -> None:
    header = make_token(tracker)
    for query in ("token=trk_x", "limit=1&access_token=trk_x", "%74oken=trk_x"):
        problem = expect_problem(door.get(f"questions?{query}", headers=header), 400)
        assert "Authorization: Bearer" in problem["detail"]


def test_a_cookie_writes_from_pages_of_this_server_alone(
    tracker: Tracker, door: TestClient
) -> None:
    login = tracker.accounts.enter_as_owner(tracker.accounts.make_owner_link().secret, Visitor())
    cookie = {"Cookie": f"{name_cookie(tracker)}={login.secret}"}
    assert door.get("questions", headers=cookie).status_code == 200
    for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        expect_problem(door.post(FORECASTS, json=BODY, headers={**cookie, **origin}), 403)
    own = {**cookie, "Origin": BASE}
    assert door.post(FORECASTS, json=BODY, headers=own).status_code == 200
    forged = {**cookie, "Authorization": "Bearer x", "Origin": "https://evil.example"}
    expect_problem(door.post(FORECASTS, json=BODY, headers=forged), 403)
    expect_problem(door.post(FORECASTS, json=BODY, headers=forged | {"Origin": BASE}), 401)
    preflight = door.options(FORECASTS, headers={"Origin": "https://evil.example", **cookie})
    assert not [name for name in preflight.headers if name.startswith("access-control")]


def test_bodies_have_limits_and_files_larger_ones(tracker: Tracker, door: TestClient) -> None:
    header = make_token(tracker)
    large = {"forecast": 0.4, "rationale": "x" * MAX_BODY_BYTES}
    refused = expect_problem(door.post(FORECASTS, json=large, headers=header), 413)
    assert "send 64 kB at most" in refused["detail"]
    pieces = iter([b"x" * MAX_BODY_BYTES, b"x"])
    unannounced = {**header, "Content-Type": "application/json"}
    expect_problem(door.post(FORECASTS, content=pieces, headers=unannounced), 413)
    essay = {"id": "e", "title": "E", "text": "It will rain. " * 20_000, "source": "a file"}
    analyst = door.post("essays", json=essay, headers=header)
    assert "needs analyst" in expect_problem(analyst, 403)["detail"]
    essay["text"] = "x" * MAX_UPLOAD_BYTES
    expect_problem(door.post("essays", json=essay, headers=header), 413)
