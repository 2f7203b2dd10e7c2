"""Many requests at once: batches, callers who stop or wait, connections that are kept, an end to it
all.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from threading import Event

import pytest

from tests.feeds.feed_server import FeedServer, reply
from tests.feeds.fetching import BODY, NOW, ask, fetching, limits, requests_to, results
from tracker.feeds.fetch_results import Fetched, FetchRequest, make_request_source
from tracker.feeds.fetching import client, runner
from tracker.feeds.fetching.client import HttpFetch


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer(keep_alive=True) as running:
        yield running


def soon(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, 5 s at most."""
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.005)


def own_threads() -> set[str]:
    return {t.name for t in threading.enumerate() if t.name.startswith(("feeds", "names"))}


# Answers in batches


def test_answers_come_in_batches_as_there_is_room(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LINGER_SECONDS", 5)  # however slow the machine that tests
    server.serve("/feed.xml", BODY)
    left, rooms = requests_to(*[server.url("/feed.xml")] * 300), list[int]()

    def more(room: int) -> Sequence[FetchRequest]:
        rooms.append(room)
        given, left[:] = left[:room], left[room:]
        return given

    with fetching(in_flight=100, polite=False) as fetch:
        batches = [len(answers) for answers in fetch(more)]
    assert sum(batches) == 300
    assert max(batches) <= 50
    assert len(batches) < 40
    assert rooms[0] == 100
    assert max(rooms) <= 100
    assert server.most_at_once <= 100


def test_an_answer_does_not_wait_for_slow_company(server: FeedServer) -> None:
    released = Event()

    def slow(request: BaseHTTPRequestHandler) -> None:
        released.wait(5)
        reply(request, 200, BODY, {})

    server.script("/slow", slow)
    server.serve("/feed.xml", BODY)
    with fetching() as fetch:
        running = fetch(
            make_request_source(requests_to(server.url("/slow"), server.url("/feed.xml")))
        )
        (first,) = next(running)
        assert first.feed_id == "feed-1"
        released.set()
        assert [r.feed_id for answers in running for r in answers] == ["feed-0"]


def test_the_caller_is_asked_for_more_while_answers_are_slow(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "MAX_IDLE_SECONDS", 0.02)
    server.script("/slow", lambda request: (time.sleep(0.3), reply(request, 200, BODY, {}))[1])
    server.serve("/feed.xml", BODY)
    slow, quick = requests_to(server.url("/slow"), server.url("/feed.xml"))
    given = iter([[slow], [], [], [quick]])
    with fetching(polite=False) as fetch:
        order = [r.feed_id for answers in fetch(lambda room: next(given, [])) for r in answers]
    assert order == ["feed-1", "feed-0"]


def test_a_round_works_inside_a_running_event_loop(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY)

    async def inside() -> object:
        return ask(server.url("/feed.xml"))

    with ThreadPoolExecutor(
        1
    ) as elsewhere:  # a browser test of before may have left a loop running in this thread
        assert isinstance(elsewhere.submit(lambda: asyncio.run(inside())).result(), Fetched)


def test_two_callers_at_once_each_get_their_own_answers(server: FeedServer) -> None:
    server.serve("/a", BODY)
    server.answer("/b", 404)
    with fetching() as fetch, ThreadPoolExecutor(2) as threads:
        a, b = threads.map(
            lambda path: results(fetch, requests_to(*[server.url(path)] * 50)), ("/a", "/b")
        )
    assert {getattr(r, "status", None) for r in a} == {200}
    assert {getattr(r, "status", None) for r in b} == {404}


def test_an_error_of_the_caller_is_the_callers(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY)

    def broken(room: int) -> Sequence[FetchRequest]:
        raise LookupError("no more")

    with fetching() as fetch:
        with pytest.raises(LookupError):
            list(fetch(broken))
        assert isinstance(results(fetch, requests_to(server.url("/feed.xml")))[0], Fetched)


# Stopping


def test_a_caller_who_stops_early_stops_the_requests(server: FeedServer) -> None:
    left = Event()

    def until_hung_up(request: BaseHTTPRequestHandler) -> None:
        request.connection.settimeout(5)
        if request.connection.recv(1) == b"":
            left.set()
        request.close_connection = True

    server.script("/endless", until_hung_up)
    server.serve("/feed.xml", BODY)
    with fetching() as fetch:
        running = fetch(
            make_request_source(requests_to(server.url("/endless"), server.url("/feed.xml")))
        )
        next(running)
        running.close()  # type: ignore[attr-defined]
        assert left.wait(5)
        assert isinstance(results(fetch, requests_to(server.url("/feed.xml")))[0], Fetched)


def test_closing_ends_a_round_that_is_under_way(server: FeedServer) -> None:
    asked, released = Event(), Event()

    def blocked(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        released.wait(5)
        request.close_connection = True

    server.script("/blocked", blocked)
    fetch = HttpFetch(limits(total_seconds=30), lambda: NOW)
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(results_so_far, fetch, requests_to(server.url("/blocked")))
        assert asked.wait(5)
        fetch.close()
        assert running.result(timeout=5) in ([], ["broken off before an answer came"])
        released.set()
    fetch.close()  # which may be done again


def results_so_far(fetch: HttpFetch, requests: Sequence[FetchRequest]) -> list[str]:
    return [
        r.reason
        for answers in fetch(make_request_source(requests))
        for r in answers
        if hasattr(r, "reason")
    ]


def test_a_round_is_over_once_its_fetch_has_been_closed(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY)
    with fetching(in_flight=1) as fetch:
        running = fetch(make_request_source(requests_to(*[server.url("/feed.xml")] * 5)))
        assert len(next(running)) == 1
        fetch.close()
        assert list(running) == []
    assert len(server.seen) == 1


def test_no_thread_and_no_connection_is_left_after_closing(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY)
    with fetching() as fetch:
        assert own_threads() == set()  # nothing starts before it is used
        results(
            fetch,
            requests_to(server.url("/feed.xml", host="127.0.0.1"), "http://nosuchhost.invalid/"),
        )
        assert "feeds" in own_threads()
        assert server.open == 1
    soon(lambda: server.open == 0 and own_threads() == set())


# Connections


def test_connections_are_kept_from_one_round_to_the_next(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY, etag='"1"')
    server.redirect("/moved", 301, "/feed.xml")
    with fetching() as fetch:
        for path in ("/feed.xml", "/moved", "/feed.xml"):
            (result,) = results(fetch, requests_to(server.url(path)))
            assert isinstance(result, Fetched)
    assert server.connections == 1


def test_a_connection_closed_by_the_server_is_opened_anew(server: FeedServer) -> None:
    def once(request: BaseHTTPRequestHandler) -> None:
        reply(request, 200, BODY, {})
        request.close_connection = True  # without a word about it

    server.script("/feed.xml", once)
    with fetching() as fetch:
        for _ in range(3):
            assert isinstance(results(fetch, requests_to(server.url("/feed.xml")))[0], Fetched)
    assert server.connections == 3


def test_more_connections_than_a_process_may_have_are_not_kept(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_KEPT_CONNECTIONS", 3)
    server.serve("/feed.xml", BODY)
    urls = [server.url("/feed.xml", host=host) for host in ("127.0.0.1", "[::ffff:127.0.0.1]")]
    with fetching(polite=False) as fetch:
        for _ in range(3):
            found = results(fetch, requests_to(*urls * 6))
            assert {type(r) for r in found} == {Fetched}
        soon(lambda: server.open <= 3)
        assert server.open >= 1
