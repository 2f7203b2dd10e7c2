"""The API: one route a use case, pages, tags, keys, rates, roles, and errors that say what to do."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock, a_question, a_set
from tests.interfaces.api_server import open_program
from tests.reports.lived import HOSTILE, QUESTION, SOURCE, Lived, lived, lived_file
from tests.test_permissions import read_actors
from tracker.app.permissions import REQUIRED_RIGHTS
from tracker.app.tracker import Tracker
from tracker.interfaces.api.paging import cut_page
from tracker.interfaces.api.problems import MEDIA_TYPE
from tracker.interfaces.api.routes import ROUTES, WITHOUT_ROUTE, ApiRoute
from tracker.model.principal import RIGHTS, ROLE_NEEDED, Principal

__all__ = ["lived", "lived_file"]

SUMMIT = "summit-2027"
FORECASTS = f"questions/{SUMMIT}/forecasts"
SCOUT = Principal(ForecasterId("agent:scout"), "agent", "api", account="a7", token="t3")


@pytest.fixture
def program(tracker: Tracker) -> TestClient:
    """A program of the owner, on three questions."""
    tracker.question_sets.load(a_set(a_question(), a_question("later"), a_question("third")))
    return open_program(tracker)[0]


def expect_problem(answer: Any, status: int) -> Mapping[str, Any]:
    """Return the problem of a refused request; each has the fields of RFC 9457."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE), answer.text
    problem: Mapping[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert problem["status"] == status
    assert "\n" not in problem["detail"]
    return problem


# Reading


def test_a_question_is_read_with_acts_evidence_and_scores(lived: Lived) -> None:
    program, _ = open_program(lived.tracker)
    (listed,) = program.get("questions").json()["items"]
    assert (listed["id"], listed["status"], listed["answer"], listed["evidence"]) == (
        QUESTION, "resolved", "YES", 2,
    )  # fmt: skip
    assert listed["closes_at"] == "2027-07-01T00:00:00+00:00"
    (mine,) = [f for f in listed["forecasts"] if f["forecaster"] == "ada"]
    assert (mine["p"], mine["forecast"], mine["kind"]) == (0.55, "55%", "person")
    question = program.get(f"questions/{QUESTION}").json()
    assert [(a["forecaster"], a["p"]) for a in question["acts"]] == [
        ("ada", 0.4), ("ben", 0.6), ("ada", 0.55),
    ]  # fmt: skip
    assert question["acts"][0]["rationale"] == f"They talk. {HOSTILE}"
    pieces = {piece["direction"]: piece for piece in question["evidence_pieces"]}
    assert pieces["yes"]["headline"].startswith("Arland invites Borland")
    assert (pieces["yes"]["url"], pieces["no"]["url"]) == ("https://wire.invalid/summit", "")
    assert [(r["answer"], r["source_url"]) for r in question["resolutions"]] == [("YES", SOURCE)]
    assert {score["rule"] for score in question["scores"]} >= {"brier", "log"}
    before = program.get(f"questions/{QUESTION}/as-of", params={"at": "2026-12-05T00:00:00Z"})
    assert (before.json()["status"], len(before.json()["acts"])) == ("open", 2)


def test_lists_come_in_pages_and_are_filtered(tracker: Tracker, program: TestClient) -> None:
    first = program.get("questions", params={"limit": 2}).json()
    tracker.questions.retract(first["items"][-1]["id"], "typo")  # the cursor names it
    rest = program.get("questions", params={"limit": 2, "after": first["next"]}).json()
    names = [entry["id"] for entry in (*first["items"], *rest["items"])]
    assert (sorted(names), rest["next"]) == (["later", SUMMIT, "third"], None)
    assert [q["id"] for q in program.get("questions?text=LATER").json()["items"]] == ["later"]
    assert program.get("questions?status=resolved").json()["items"] == []
    assert len(program.get("questions?tag=summit").json()["items"]) == 2
    expect_problem(program.get("questions?after=nonsense"), 409)
    for wrong in ("limit=0", "limit=2000", "limit=x", "status=lost", "colour=red"):
        expect_problem(program.get(f"questions?{wrong}"), 422)


@given(st.lists(st.integers(), unique=True, max_size=30), st.integers(1, 7), st.data())
def test_paging_tells_each_entry_once_whatever_is_added(
    entries: list[int], limit: int, data: st.DataObject
) -> None:
    rows = [{"id": number} for number in entries]
    seen: list[int] = []
    after: str | None = ""
    while after is not None:
        page = cut_page(rows, limit, after)
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
        rows = [{"id": f"new-{len(rows)}"}, *rows] if data.draw(st.booleans()) else rows
    assert seen == entries


def test_an_unchanged_answer_is_not_sent_again(tracker: Tracker, program: TestClient) -> None:
    first = program.get("questions")
    tag = {"If-None-Match": first.headers["etag"]}
    again = program.get("questions", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    tracker.forecasts.submit(SUMMIT, "40%")
    assert program.get("questions", headers=tag).status_code == 200


EDITS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    f"questions/{SUMMIT}": ("PATCH", {"sources": ["https://other.example"], "why": "moved"}),
    "comments/1": ("PUT", {"text": "The Met Office says otherwise."}),
    "feeds/wire": ("PATCH", {"title": "Newswire"}),
}


@pytest.mark.parametrize("path", EDITS)
def test_an_edit_of_what_changed_meanwhile_is_refused(
    tracker: Tracker, program: TestClient, clock: FakeClock, path: str
) -> None:
    tracker.comments.add(SUMMIT, "It will rain.")
    method, body = EDITS[path]
    read = program.get(path)
    stale = {"If-Match": read.headers["etag"]}
    clock.advance(hours=1)  # which moves an estimate, and nothing that a person edits
    behind_a_proxy = {"If-Match": f'W/{stale["If-Match"][:-1]}-gzip"'}
    assert program.request(method, path, json=body, headers=behind_a_proxy).status_code == 200
    changed = program.get(path).content
    assert changed != read.content
    refused = expect_problem(program.request(method, path, json=body, headers=stale), 412)
    assert f"read /api/v1/{path} again" in refused["detail"]
    assert program.get(path).content == changed
    assert program.request(method, path, json=body, headers={"If-Match": "*"}).status_code != 412


def test_files_come_with_their_type(lived: Lived) -> None:
    program, _ = open_program(lived.tracker)
    report = program.get("reports/question", params={"name": QUESTION, "form": "html"})
    assert (report.status_code, report.headers["content-type"][:9]) == (200, "text/html")
    table = program.get("tables/forecast", params={"form": "csv"})
    assert table.text.startswith("id,question_id,forecaster_id")
    assert b"<opml" in program.get("feeds/opml").content
    for secret in ("account", "login", "api_token", "access_link", "stored_answer"):
        expect_problem(program.get(f"tables/{secret}"), 404)


# Writing


def test_a_forecast_is_logged_with_door_and_token(tracker: Tracker, program: TestClient) -> None:
    scout, _ = open_program(tracker, SCOUT)
    act = scout.post(FORECASTS, json={"forecast": 0.635, "rationale": "They talk."}).json()
    assert (act["forecaster"], act["p"], act["forecast"]) == ("agent:scout", 0.635, "63.5%")
    assert json.loads(read_actors(tracker)[-1]) == {
        "account": "a7", "by": "agent:scout", "token": "t3", "via": "api",
    }  # fmt: skip
    undone = scout.post(f"{FORECASTS}/undo").json()
    assert (undone["act"], undone["forecast"]) == ("undo", None)


def test_a_question_is_asked_edited_and_watched(program: TestClient) -> None:
    asked = {
        "id": "rain", "text": "Will it rain in Arland on 24 December 2026?",
        "criteria": "YES if the Arland weather service reports at least 1 mm of rain on 24 December 2026 (UTC).",
        "sources": ["https://weather.example"], "opens_at": "2026-12-01T09:30:00Z",
        "closes_at": "2026-12-24T00:00:00Z", "resolves_at": "2026-12-26T00:00:00Z", "prior": "40%",
        "prior_reason": "4 of 10 years", "override": "a test",
    }  # fmt: skip
    question = program.post("questions", json=asked).json()
    assert (question["id"], question["horizon"]) == ("rain", "state_at")
    change = {"sources": ["https://other.example"], "why": "moved", "override": "a test"}
    edited = program.patch("questions/rain", json=change).json()
    assert (edited["sources"], edited["text"]) == (["https://other.example"], asked["text"])
    piece = {"source": "Rain floods Arland", "direction": "yes", "strength": "strong"}
    added = program.post("questions/rain/evidence", json=piece).json()
    assert (added["outcome"], added["evidence"]["strength"]) == ("added", "strong")
    (listed,) = program.get("questions/rain/evidence").json()["items"]
    assert (listed["headline"], listed["direction"]) == ("Rain floods Arland", "yes")
    assert program.delete("questions/third?why=typo").status_code == 204


def test_a_repeated_request_gets_the_first_answer(
    tracker: Tracker, program: TestClient, clock: FakeClock
) -> None:
    key = {"Idempotency-Key": "run-1"}
    first = program.post(FORECASTS, json={"forecast": 0.4}, headers=key)
    clock.advance(hours=1)
    again = program.post(FORECASTS, json={"forecast": 0.4}, headers=key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    expect_problem(program.post(FORECASTS, json={"forecast": 0.5}, headers=key), 422)
    expect_problem(
        program.post("questions/later/forecasts", json={"forecast": 0.4}, headers=key), 422
    )
    scout, _ = open_program(tracker, SCOUT)
    assert (
        scout.post(FORECASTS, json={"forecast": 0.4}, headers=key).json()["id"]
        != first.json()["id"]
    )
    assert len([a for a in tracker.questions.get(SUMMIT).acts if a.forecaster_id == "ada"]) == 1
    clock.advance(hours=24)
    piece = {"source": "Arland and Borland agree", "direction": "yes"}
    other = program.post(f"questions/{SUMMIT}/evidence", json=piece, headers=key)
    assert other.status_code == 200


def test_a_secret_is_shown_once(tracker: Tracker, program: TestClient) -> None:
    key = {"Idempotency-Key": "token"}
    body = {"name": "nightly", "role": "viewer", "days": 7}
    secret = program.post("tokens", json=body, headers=key).json()["secret"]
    again = expect_problem(program.post("tokens", json=body, headers=key), 409)
    assert "a secret is shown once" in again["detail"]
    file = Path(tracker.context.store.engine.url.database or "")
    stored = b"".join(part.read_bytes() for part in file.parent.glob("*.sqlite*"))
    assert secret.startswith("trk_")
    assert secret.encode() not in stored


def test_a_request_that_runs_is_not_done_twice(tracker: Tracker, program: TestClient) -> None:
    key = {"Idempotency-Key": "slow"}
    body = {"forecast": 0.4}
    statuses: list[int] = []
    inner, _ = open_program(tracker)

    submit = type(tracker.forecasts).submit

    def submit_slowly(self: Any, *args: Any, **options: Any) -> Any:
        if not statuses:
            statuses.append(0)
            statuses[0] = inner.post(FORECASTS, json=body, headers=key).status_code
        return submit(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(tracker.forecasts), "submit", submit_slowly)
        assert program.post(FORECASTS, json=body, headers=key).status_code == 200
    assert statuses == [409]
    refused = program.post(FORECASTS, json={"forecast": "140%"}, headers={"Idempotency-Key": "b"})
    assert refused.status_code == 422
    again = program.post(FORECASTS, json=body, headers={"Idempotency-Key": "b"})
    assert again.status_code == 200  # a refused request has done nothing, so its key is free


# Refusals


def test_each_refusal_says_what_to_do(tracker: Tracker, program: TestClient) -> None:
    missing = expect_problem(program.get(f"questions/{SUMMIT[:-1]}"), 404)
    assert f"did you mean {SUMMIT}?" in missing["detail"]
    assert "/api/v1/docs" in expect_problem(program.get("questions/a/b/c"), 404)["detail"]
    expect_problem(program.put("questions", json={}), 405)
    wrong = expect_problem(program.post(FORECASTS, json={"forecast": "140%"}), 422)
    assert wrong["detail"] == "a probability lies between 0 and 100%, not '140%'"
    vague = expect_problem(program.post("questions", json={
        "id": "war", "text": "Will things get worse?", "criteria": "YES if so.", "sources": [],
        "opens_at": "2026-12-01T00:00:00Z", "closes_at": "2027-01-01T00:00:00Z", "resolves_at": "2027-01-02T00:00:00Z",
    }), 422)  # fmt: skip
    assert {flaw["severity"] for flaw in vague["errors"]} >= {"blocking"}
    for body in (
        b"{",
        b"[]",
        b'{"forecast": NaN}',
        b'{"forecast": 0.4, "colour": "red"}',
        b"\xff\xfe",
        b"",
    ):
        answer = program.post(FORECASTS, content=body, headers={"Content-Type": "application/json"})
        expect_problem(answer, 422)
    broken = {"content": b'{"forecast": 0.4', "headers": {"Content-Type": "application/json"}}
    problem = expect_problem(program.post(FORECASTS, **broken), 422)
    assert problem["detail"] == "the body is not valid JSON from character 16 on"
    for text in ("\\ud800", "\\u0000", "x" * 60_000):
        raw = f'{{"forecast": 0.4, "rationale": "{text}"}}'.encode()
        answer = program.post(FORECASTS, content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code in (200, 409, 422), answer.text
    naive = {"params": {"at": "2026-12-01T00:00:00"}}
    assert expect_problem(program.get(f"questions/{SUMMIT}/as-of", **naive), 422)["errors"]
    viewer, _ = open_program(tracker, replace(SCOUT, role="viewer"))
    forbidden = expect_problem(viewer.post(FORECASTS, json={"forecast": 0.4}), 403)
    assert "has the role viewer, and forecasts.submit needs forecaster" in forbidden["detail"]
    scout, _ = open_program(tracker, SCOUT)
    other = {"forecast": 0.4, "forecaster": "ada"}
    assert "only an admin acts" in expect_problem(scout.post(FORECASTS, json=other), 403)["detail"]


def test_each_identity_has_a_rate_of_its_own(tracker: Tracker) -> None:
    seconds = [0.0]
    slow = replace(tracker.settings, api_per_minute=2)
    tracker.settings = slow
    program, door = open_program(tracker, SCOUT, lambda: seconds[0])
    assert [program.get("people").status_code for _ in range(3)] == [200, 200, 429]
    refused = program.get("people")
    assert expect_problem(refused, 429)["detail"] == "too many requests: try again in 30 s"
    assert refused.headers["retry-after"] == "30"
    door.principal = replace(SCOUT, token="t4")
    assert program.get("people").status_code == 200
    door.principal, seconds[0] = SCOUT, 30.0
    assert [program.get("people").status_code for _ in range(2)] == [200, 429]


# The whole table


def test_every_use_case_has_a_route_or_a_reason() -> None:
    routes = {route.use_case for route in ROUTES}
    reasons = {name for names in WITHOUT_ROUTE.values() for name in names.split()}
    assert routes | reasons == set(REQUIRED_RIGHTS)
    assert not routes & reasons
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_the_weakest_role_that_the_table_names_may_write(tracker: Tracker) -> None:
    program, door = open_program(tracker)
    for route in (route for route in ROUTES if route.method != "GET"):
        right = REQUIRED_RIGHTS[route.use_case]
        for role in {"viewer", ROLE_NEEDED[right]}:
            door.principal = replace(SCOUT, role=role)
            answer = send_nothing(program, route)
            assert (answer.status_code != 403) == (right in RIGHTS[role]), (role, route)


def send_nothing(program: TestClient, route: ApiRoute) -> Any:
    """Send a request without a field that its body needs, or about nothing that is there."""
    parts = ["0" if part.startswith("{") else part for part in route.path.split("/")]
    return program.request(route.method, "/".join(parts)[1:], json={"no such field": 1})


def test_the_page_about_the_api_has_each_route_and_no_script(tracker: Tracker) -> None:
    program, _ = open_program(tracker)
    document = program.get("openapi.json").json()
    assert sum(map(len, document["paths"].values())) == len(ROUTES)
    page = program.get("docs").text
    for route in ROUTES:
        assert f"<code>/api/v1{route.path}</code>" in page, route
    assert not any(word in page for word in ("<script", "http://", "https://", "src="))
