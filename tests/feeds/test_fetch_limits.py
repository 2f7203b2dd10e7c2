"""Fetching from servers that take time, room or turns without end: each costs its own feed
alone.
"""

import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from itertools import repeat
from threading import Barrier, BrokenBarrierError, Event
from typing import Any

import pytest

from tests.feeds.feed_server import FeedServer, reply
from tests.feeds.fetching import BODY, FakeNames, ask, fetch_all, fetching, results
from tests.tables import check_rows
from tracker.feeds.fetch_results import Fetched, FetchFailed, FetchRequest
from tracker.feeds.fetching import client
from tracker.feeds.item import FeedId

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        yield running


def endless(server: FeedServer, path: str, start: bytes, again: bytes, pause: float = 0.0) -> None:
    """Send the start, and then the same again and again for as long as somebody listens, 5 s at
    most.
    """

    def write(request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        request.wfile.write(start)
        until = time.monotonic() + 5
        while time.monotonic() < until:
            request.wfile.write(again)
            request.wfile.flush()
            time.sleep(pause)

    server.script(path, write)


@contextmanager
def peak_memory() -> Iterator[Callable[[], int]]:
    """How many bytes were in use at the same time at most, once it is over."""
    peak = [0]
    tracemalloc.start()
    try:
        yield lambda: peak[0]
    finally:
        peak[0] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()


def timed(url: str, **changed: Any) -> tuple[Any, float]:
    started = time.monotonic()
    return ask(url, **changed), time.monotonic() - started


# Time


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (OK + b"\r\n", b" "),  # a body
        (OK, b"X-Slow: yes\r\n"),  # headers
        (OK + b"X-Slow: ", b"a"),  # one header
        (b"", b"H"),  # not even a status
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"", mtime=0)),
    ],
)
def test_a_server_that_drips_is_cut_off(server: FeedServer, start: bytes, drop: bytes) -> None:
    endless(server, "/slow", start, drop, pause=0.02)
    result, seconds = timed(server.url("/slow"), total_seconds=0.2)
    assert result.reason in ("timed out after 0.2 s", "answer was garbled or cut short")
    assert seconds < 2


@pytest.mark.parametrize(
    ("start", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50),  # the word that more will come
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 50),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"extension=" * 100),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"Trailer: more\r\n" * 50),
        (
            OK + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"")[:2],
            b"\0\0\0\xff\xff" * 1_000,
        ),  # empty blocks
        (
            OK + b"Content-Encoding: gzip\r\n\r\n",
            gzip.compress(b"", mtime=0) * 50,
        ),  # empty documents
        (OK, b"X-More: of the same\r\n" * 50),  # more headers
        (OK + b"X-Long: ", b"a" * 1_000),  # a longer one
        (OK + b"\r\n", b"x" * 50_000),  # a larger body
        (b"HTTP/1.1 ", b"2" * 1_000),  # a longer status
        (
            OK + b"Content-Length: 0\r\n\r\n",
            OK + b"Content-Length: 0\r\n\r\n",
        ),  # answers that nobody asked for
    ],
)
def test_a_server_that_floods_is_cut_off(server: FeedServer, start: bytes, again: bytes) -> None:
    endless(server, "/flood", start, again)
    with peak_memory() as peak:
        result, seconds = timed(server.url("/flood"), total_seconds=0.25)
    assert isinstance(result, FetchFailed) or result.body == b""
    assert seconds < 3
    assert peak() < 8_000_000


def test_a_silent_server_is_cut_off() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        result, seconds = timed(f"http://127.0.0.1:{silent.getsockname()[1]}/", total_seconds=0.2)
        secure, _ = timed(f"https://127.0.0.1:{silent.getsockname()[1]}/", total_seconds=0.2)
    assert (result.reason, secure.reason) == ("timed out after 0.2 s",) * 2
    assert 0.1 < result.seconds < seconds < 2


def test_redirects_share_one_deadline(server: FeedServer) -> None:
    def slow_hop(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.15)
        reply(request, 302, b"", {"Location": request.path + "x"})

    for length in range(8):
        server.script("/" + "x" * length, slow_hop)
    assert ask(server.url("/"), total_seconds=0.4).reason == "timed out after 0.4 s"
    assert len(server.seen) <= 4


def test_a_hanging_name_server_delays_nobody_else(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = Event()
    names = FakeNames(monkeypatch)
    names.leads["good.test"] = ["127.0.0.1"]
    for n in range(8):  # more than the four lookups at once that the event loop has of its own
        names.leads[f"hangs-{n}.test"] = lambda: (hangs.wait(60), ["127.0.0.1"])[1]
    server.serve("/feed.xml", BODY)
    urls = [
        *(f"http://hangs-{n}.test/" for n in range(8)),
        server.url("/feed.xml", host="good.test"),
    ]
    started = time.monotonic()
    try:
        found = fetch_all(urls, total_seconds=0.3)
        assert time.monotonic() - started < 30
    finally:
        hangs.set()
    assert {r.reason for r in found[:8]} == {"timed out after 0.3 s"}
    assert isinstance(found[8], Fetched)


# Size


def test_a_document_over_the_limit_is_refused_while_it_comes(server: FeedServer) -> None:
    endless(server, "/endless", OK + b"\r\n", b"x" * 100_000)
    result = ask(server.url("/endless"), max_bytes=1_500_000)
    assert (result.reason, result.status) == ("answer larger than 1.5 MB", 200)
    endless(server, "/announced", OK + b"Content-Length: 100001\r\n\r\n", b" ", pause=0.05)
    result, seconds = timed(server.url("/announced"))
    assert result.reason == "answer larger than 0.1 MB"
    assert seconds < 2


def test_a_feed_may_have_a_limit_of_its_own(server: FeedServer) -> None:
    server.answer("/feed.xml", 200, b"x" * 100_000)
    with fetching() as fetch:
        requests = [
            FetchRequest(FeedId(str(n)), server.url("/feed.xml"), max_bytes=n)
            for n in (0, 99_999, 100_000)
        ]
        requests += [FetchRequest(FeedId("usual"), server.url("/feed.xml"))]
        found = results(fetch, requests)
    assert [getattr(r, "reason", "") for r in found] == [
        "answer larger than 0 MB", "answer larger than 0.099999 MB", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_not_blown_up(server: FeedServer, encoding: str) -> None:
    pack = zlib.compressobj(9, wbits=31 if encoding == "gzip" else 15)
    bomb = b"".join(pack.compress(piece) for piece in repeat(bytes(1_000_000), 60)) + pack.flush()
    assert len(bomb) < 100_000
    server.answer("/bomb", 200, bomb, {"Content-Encoding": encoding})
    with peak_memory() as peak:
        result, seconds = timed(server.url("/bomb"), max_bytes=1_000_000)
    assert result.reason == "answer larger than 1 MB"
    assert seconds < 3
    assert peak() < 8_000_000


def test_large_documents_take_turns(server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LARGE_BODY_BYTES", 10_000)
    monkeypatch.setattr(client, "MAX_LARGE_BODIES", 1)
    large, all_are_here = bytes(2_900_000), Barrier(12, timeout=0.3)

    def write(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(large)
        with suppress(BrokenBarrierError):
            all_are_here.wait()
        request.wfile.write(large)

    server.script("/large", write)
    with peak_memory() as peak:
        found = fetch_all([server.url("/large")] * 12, max_bytes=3_000_000, polite=False)
    assert {r.reason for r in found} == {"answer larger than 3 MB"}
    assert peak() < 20_000_000  # not 12 times 3 MB


@check_rows(
    [
        b"X-Long: " + b"a" * 9_000 + b"\r\n",
        b"a" * 9_000 + b": name\r\n",
        b"".join(b"X-%d: many\r\n" % n for n in range(200)),
    ],
    "headers",
)
def test_headers_are_bounded(server: FeedServer, headers: bytes) -> None:
    server.raw("/feed.xml", OK + headers + b"\r\n" + BODY)
    assert ask(server.url("/feed.xml")).reason == "answer was garbled or cut short"
