"""The client, and the page about the API: its examples run against a server on this machine."""

import os
import re
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from forecasts.evidence.evidence import Direction
from tests.builders import a_set
from tests.interfaces.api_server import build_guarded_app, open_program
from tests.test_docs import fenced, text
from tracker.app.tracker import Tracker
from tracker.client import ApiProblem, Client

ADDRESS = "http://127.0.0.1:8501"


@contextmanager
def serve(tracker: Tracker) -> Iterator[str]:
    """Serve the API on a free port of this machine; yield its address."""
    config = uvicorn.Config(
        build_guarded_app(tracker), host="127.0.0.1", port=0, log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def test_the_examples_of_the_page_run(
    tracker: Tracker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker.question_sets.load(a_set())
    tracker.evidence.update_suggestions()
    account = tracker.accounts.add("Scout", "agent")
    token = tracker.accounts.make_token("nightly", None, 90, account=account.id).secret
    monkeypatch.setenv("TRACKER_TOKEN", token)
    page = text("http.md")
    names: dict[str, Any] = {}
    with serve(tracker) as address:
        for block in fenced("python", page):
            exec(block.replace(ADDRESS, address), names)
        curls = re.findall(r"^\$ curl (.+)$", page, re.MULTILINE)
        assert len(curls) == 2
        for line in curls:
            answer = run_curl(line.replace(ADDRESS, address))
            assert answer.status_code == 200, answer.text
        names["client"].__exit__()
    printed = capsys.readouterr().out
    assert printed.startswith("summit-2027 2027-07-01 00:00:00+00:00")
    assert "41%" in printed
    assert "403 agent:scout has the role agent, and questions.ask needs analyst" in printed
    acts = [act for act in tracker.questions.get("summit-2027").acts if act.act == "forecast"]
    by_scout = [act for act in acts if act.forecaster_id == "agent:scout"]
    assert len(by_scout) == 3


def run_curl(line: str) -> httpx.Response:
    """Send the request of a command line of curl."""
    words = shlex.split(os.path.expandvars(line))
    method, body, headers = "GET", None, {}
    while len(words) > 1:
        option, value, *words = words
        if option == "-X":
            method = value
        elif option == "-d":
            body = value
        elif option == "-H":
            name, _, content = value.partition(": ")
            headers[name] = content
    return httpx.request(method, words[0], headers=headers, content=body, trust_env=False)


def test_answers_are_values_with_types(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    app = build_guarded_app(tracker)
    account = tracker.accounts.add("Scout", "agent")
    token = tracker.accounts.make_token("nightly", None, 90, account=account.id).secret
    with Client(ADDRESS, token, http=TestClient(app, base_url=ADDRESS)) as client:
        added = client.add_evidence("summit-2027", "They will meet", "yes")
        question = client.read_question("summit-2027")
        (piece,) = client.list_evidence("summit-2027")
        proposed = (piece.id, piece.direction, piece.status)
        assert proposed == (added["evidence"]["id"], Direction.NEUTRAL, "logged")
        assert question.opens_at == tracker.questions.get("summit-2027").summary.question.opens_at
        assert [q.id for q in client.list_questions(text="borland")] == ["summit-2027"]
        with pytest.raises(ApiProblem, match="403 Forbidden: agent:scout has the role agent"):
            client.edit_question("summit-2027", why="shorter", text="Will they meet?")


def test_a_client_edits_what_it_has_read(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    ada, ben = (Client(ADDRESS, http=open_program(tracker)[0]) for _ in range(2))
    ada.get("/feeds/wire")
    ben.send("PATCH", "/feeds/wire", {"title": "Newswire"})
    for client in (ada, ben):  # the one has read an older one, the other none
        with pytest.raises(ApiProblem, match="412 Precondition Failed: this has changed"):
            client.send("PATCH", "/feeds/wire", {"title": "Wire"}, if_unchanged=True)
    ada.get("/feeds/wire")
    assert ada.send("PATCH", "/feeds/wire", {"title": "Wire"}, if_unchanged=True)


def test_a_request_is_sent_again_with_the_same_key() -> None:
    answers = iter([
        httpx.Response(429, headers={"retry-after": "7"}), httpx.ConnectError("broken"), httpx.Response(204),
    ])  # fmt: skip
    sent: list[httpx.Request] = []
    waits: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        result = next(answers)
        if isinstance(result, Exception):
            raise result
        return result

    http = httpx.Client(transport=httpx.MockTransport(answer))
    assert Client(ADDRESS, "trk_x", http=http, wait=waits.append).post("/feeds/wire/retry") is None
    assert (len({r.headers["idempotency-key"] for r in sent}), len(sent)) == (1, 3)
    assert waits == [7.0, 1.0]


def test_a_client_gives_up_with_a_line() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    def wait_long(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503, headers={"retry-after": "3600"}, text="<html>busy</html>")

    for handler, line in ((refuse, "0 No answer"), (wait_long, "503 Service Unavailable: <html>")):
        http = httpx.Client(transport=httpx.MockTransport(handler))
        with pytest.raises(ApiProblem, match=line):
            Client(ADDRESS, http=http, wait=lambda _: None).get("/system")
