"""Fetching, against a real server on loopback."""

import gzip
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

import aiohttp
import pytest

from tests.feeds.feed_server import FeedServer, reply
from tracker.feeds.answers import Fetched, FetchFailed, FetchLimits, FetchRequest, FetchResult, NotModified
from tracker.feeds.fetch import http_fetch
from tracker.feeds.item import FeedId

NOW = datetime(2022, 6, 1, 12, tzinfo=UTC)
BODY = b"<rss version='2.0'><channel><title>News</title></channel></rss>"
LIMITS = FetchLimits("tracker-test/1.0 (+https://tracker.example)", total_seconds=5, max_bytes=100_000)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        yield running


def ask(url: str, etag: str | None = None, last_modified: str | None = None, limits: FetchLimits = LIMITS) -> Any:
    (result,) = fetch_all([FetchRequest(FeedId("wire"), url, etag, last_modified)], limits)
    assert result.feed_id == "wire"
    return result


def fetch_all(requests: Sequence[FetchRequest], limits: FetchLimits = LIMITS) -> Sequence[FetchResult]:
    return http_fetch(limits, lambda: NOW)(requests)


def requests_to(*urls: str) -> list[FetchRequest]:
    return [FetchRequest(FeedId(f"feed-{n}"), url, None, None) for n, url in enumerate(urls)]


def limits(**changed: Any) -> FetchLimits:
    return FetchLimits(**{"user_agent": "tracker-test/1.0", "total_seconds": 5, "max_bytes": 100_000, **changed})


# Documents and validators


def test_a_document_comes_with_its_type_and_validators(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY, etag='W/"a-1"', last_modified="Wed, 01 Jun 2022 08:00:00 GMT")
    url = server.url("/feed.xml")
    assert ask(url) == Fetched(
        FeedId("wire"), url, 200, BODY, "application/rss+xml", 'W/"a-1"', "Wed, 01 Jun 2022 08:00:00 GMT", 0.0
    )


def test_validators_are_sent_back_word_for_word(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY, etag='W/"odd, etag"', last_modified="some day last week")
    url = server.url("/feed.xml")
    assert ask(url, 'W/"odd, etag"', None) == NotModified(FeedId("wire"), 0.0)
    assert ask(url, None, "some day last week") == NotModified(FeedId("wire"), 0.0)
    assert ask(url, '"older"', "some other day").body == BODY
    assert [s.headers["If-None-Match"] for s in server.seen] == ['W/"odd, etag"', None, '"older"']
    assert [s.headers["If-Modified-Since"] for s in server.seen] == [None, "some day last week", "some other day"]


def test_not_modified_is_no_answer_to_a_request_without_conditions(server: FeedServer) -> None:
    server.answer("/feed.xml", 304)
    assert ask(server.url("/feed.xml")) == FetchFailed(FeedId("wire"), "HTTP 304 Not Modified", 304, None, False)


def test_a_validator_that_could_not_be_sent_back_is_not_kept(server: FeedServer) -> None:
    server.answer("/feed.xml", 200, BODY, {"ETag": '"\x80\xff"', "Last-Modified": ""})
    result = ask(server.url("/feed.xml"))
    assert (result.etag, result.last_modified) == (None, None)


def test_the_name_is_honest_and_no_cookie_is_ever_sent(server: FeedServer) -> None:
    server.answer("/a", 302, b"", {"Location": "/b", "Set-Cookie": "track=1; Path=/"})
    server.answer("/b", 200, BODY, {"Set-Cookie": "track=2; Path=/"})
    fetch = http_fetch(LIMITS, lambda: NOW)
    fetch(requests_to(server.url("/a"), server.url("/a")))
    fetch(requests_to(server.url("/b")))
    assert {s.headers["User-Agent"] for s in server.seen} == {"tracker-test/1.0 (+https://tracker.example)"}
    assert {s.headers["Cookie"] for s in server.seen} == {None}
    assert {s.headers["Referer"] for s in server.seen} == {None}


def test_a_compressed_document_is_unpacked(server: FeedServer) -> None:
    server.answer("/feed.xml", 200, gzip.compress(BODY), {"Content-Encoding": "gzip"})
    assert ask(server.url("/feed.xml")).body == BODY
    assert "gzip" in server.seen[0].headers["Accept-Encoding"]


def test_an_empty_document_is_a_document(server: FeedServer) -> None:
    server.answer("/feed.xml", 200)
    assert ask(server.url("/feed.xml")).body == b""


# How long an answer stays fresh


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache-Control": "public, max-age=900"}, 900),
        ({"Cache-Control": "Max-Age=900", "Age": "300"}, 600),
        ({"Cache-Control": "max-age=900", "Age": "3000"}, 0),
        ({"Cache-Control": "max-age=900", "Age": "young"}, 900),
        ({"Cache-Control": "max-age=900, no-cache"}, 0),
        ({"Cache-Control": "no-store", "Expires": format_datetime(NOW + timedelta(hours=1), usegmt=True)}, 0),
        ({"Cache-Control": "s-maxage=7200"}, 0),
        ({"Cache-Control": "max-age=soon"}, 0),
        ({"Expires": format_datetime(NOW + timedelta(hours=1), usegmt=True)}, 3600),
        ({"Expires": format_datetime(NOW - timedelta(hours=1), usegmt=True)}, 0),
        ({"Expires": "0"}, 0),
        ({"Cache-Control": "max-age=60", "Expires": format_datetime(NOW + timedelta(hours=1), usegmt=True)}, 60),
    ],
)
def test_freshness_follows_cache_control_then_expires(
    server: FeedServer, headers: dict[str, str], seconds: float
) -> None:
    server.answer("/feed.xml", 200, BODY, headers)
    server.answer("/same.xml", 304, b"", headers)
    assert ask(server.url("/feed.xml")).min_age_seconds == seconds
    assert ask(server.url("/same.xml"), '"1"').min_age_seconds == seconds


# Refusals


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "HTTP 404 Not Found"),
        (403, "HTTP 403 Forbidden"),
        (500, "HTTP 500 Internal Server Error"),
        (204, "HTTP 204 No Content"),
        (302, "HTTP 302 Found"),  # without a Location there is nowhere to go
        (520, "HTTP 520"),
    ],
)
def test_another_status_is_a_failure_that_names_it(server: FeedServer, status: int, reason: str) -> None:
    server.answer("/feed.xml", status, b"", {"Retry-After": "60"})
    assert ask(server.url("/feed.xml")) == FetchFailed(FeedId("wire"), reason, status, None, False)


def test_gone_is_told_from_not_found(server: FeedServer) -> None:
    server.answer("/feed.xml", 410)
    assert ask(server.url("/feed.xml")) == FetchFailed(FeedId("wire"), "HTTP 410 Gone", 410, None, True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("999999999999", 366 * 86400.0),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300.0),
        ("Wed, 01 Jun 2022 12:05:00 -0000", 300.0),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), 0.0),
        ("Wed, 01 Jun 9000 12:00:00 GMT", 366 * 86400.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    server: FeedServer, status: int, asked: str, seconds: float | None
) -> None:
    server.answer("/feed.xml", status, b"", {"Retry-After": asked})
    result = ask(server.url("/feed.xml"))
    assert (result.status, result.retry_after_seconds, result.gone) == (status, seconds, False)


# Redirects


def test_redirects_are_followed_to_the_final_address(server: FeedServer) -> None:
    for status, hop in ((301, 1), (302, 2), (303, 3), (307, 4), (308, 5)):
        server.answer(
            f"/{hop}", status, b"moved", {"Location": f"/{hop + 1}" if hop % 2 else server.url(f"/{hop + 1}")}
        )
    server.serve("/6", BODY, etag='"6"')
    result = ask(server.url("/1"))
    assert (result.url, result.body) == (server.url("/6"), BODY)
    assert ask(server.url("/1"), '"6"') == NotModified(FeedId("wire"), 0.0)


def test_a_circle_of_redirects_ends_after_five(server: FeedServer) -> None:
    server.answer("/a", 302, b"", {"Location": "/b"})
    server.answer("/b", 301, b"", {"Location": "/a"})
    assert ask(server.url("/a")).reason == "more than 5 redirects"
    assert len(server.seen) == 6


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "ftp://127.0.0.1/feed", "javascript:alert(1)", "data:text/xml,<rss/>", "http://[::1"],
)
def test_a_redirect_to_anything_but_http_is_refused(server: FeedServer, target: str) -> None:
    server.answer("/feed.xml", 302, b"", {"Location": target})
    assert ask(server.url("/feed.xml")).reason == "not an http(s) address"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.xml",
        "file:///etc/passwd",
        "ftp://feeds.example/",
        "http://",
        "http://a:port/",
        "http://a b/",
        "http://[::1",
    ],
)
def test_an_address_that_is_not_http_is_refused_unasked(url: str) -> None:
    assert ask(url) == FetchFailed(FeedId("wire"), "not an http(s) address", None, None, False)


# Time and size


def drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(200):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.02)


def test_a_server_that_drips_is_cut_off(server: FeedServer) -> None:
    server.script("/slow", drip)
    started = time.monotonic()
    assert ask(server.url("/slow"), limits=limits(total_seconds=0.2)).reason == "timed out after 0.2 s"
    assert time.monotonic() - started < 1


def test_redirects_share_one_deadline(server: FeedServer) -> None:
    def slow_hop(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.15)
        reply(request, 302, b"", {"Location": "/hop"})

    server.script("/hop", slow_hop)
    assert ask(server.url("/hop"), limits=limits(total_seconds=0.4)).reason == "timed out after 0.4 s"
    assert len(server.seen) <= 4


def test_a_document_over_the_limit_is_refused_while_it_comes(server: FeedServer) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(1_000):
            request.wfile.write(b"x" * 100_000)

    server.script("/endless", endless)
    assert ask(server.url("/endless"), limits=limits(max_bytes=1_500_000)).reason == "answer larger than 1.5 MB"


def test_a_document_of_exactly_the_limit_is_kept(server: FeedServer) -> None:
    server.answer("/feed.xml", 200, b"x" * 100_000)
    assert len(ask(server.url("/feed.xml")).body) == 100_000


def test_a_gzip_bomb_is_not_blown_up(server: FeedServer) -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, 1)
    assert len(bomb) < 1_000_000
    server.answer("/bomb", 200, bomb, {"Content-Encoding": "gzip"})
    started = time.process_time()
    assert ask(server.url("/bomb")).reason == "answer larger than 0.1 MB"
    assert time.process_time() - started < 1


# Broken answers and absent servers


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Length": "1000"}, BODY),
        ({"Content-Encoding": "gzip"}, b"no gzip at all"),
        ({"Content-Encoding": "br"}, b"unasked"),
        ({"Transfer-Encoding": "chunked"}, b"zz\r\nnot chunked\r\n"),
    ],
)
def test_a_body_that_is_garbled_or_cut_short_is_a_failure(
    server: FeedServer, headers: dict[str, str], body: bytes
) -> None:
    server.answer("/feed.xml", 200, body, headers)
    result = ask(server.url("/feed.xml"))
    assert isinstance(result, FetchFailed)
    assert result.reason == "answer was garbled or cut short"


def test_a_compressed_body_that_stops_early_is_a_failure_within_the_deadline(server: FeedServer) -> None:
    # The client sees the early end at once or, when the body comes in a packet of its own, not at all.
    server.answer("/feed.xml", 200, b"\x78\x9c\x01", {"Content-Encoding": "deflate"})
    result = ask(server.url("/feed.xml"), limits=limits(total_seconds=0.3))
    assert result.reason in ("answer was garbled or cut short", "timed out after 0.3 s")


def test_a_server_that_hangs_up_is_a_failure(server: FeedServer) -> None:
    server.script("/feed.xml", lambda request: None)
    assert ask(server.url("/feed.xml")).reason == "server hung up"


def test_a_server_that_resets_the_connection_is_a_failure(server: FeedServer) -> None:
    def reset(request: BaseHTTPRequestHandler) -> None:
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.connection.shutdown(socket.SHUT_RD)
        request.connection.close()

    server.script("/feed.xml", reset)
    assert ask(server.url("/feed.xml")).reason == "server hung up"


def test_an_answer_in_another_protocol_is_a_failure(server: FeedServer) -> None:
    def greet(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    server.script("/feed.xml", greet)
    assert ask(server.url("/feed.xml")).reason == "answer was garbled or cut short"


def test_https_to_a_server_without_it_is_a_failure(server: FeedServer) -> None:
    result = ask(server.url("/feed.xml", scheme="https"))
    assert result.reason == "no secure connection (certificate or TLS refused)"


def test_a_closed_port_is_a_failure() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert ask(f"http://127.0.0.1:{port}/") == FetchFailed(FeedId("wire"), "connection refused", None, None, False)


def test_an_unknown_host_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*asked: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert ask("http://nosuchhost.invalid/").reason == "host not found"


def test_a_name_server_that_hangs_holds_up_nobody_beyond_the_deadline(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo

    def slow(host: Any, *asked: Any, **more: Any) -> Any:
        if host == "hangs.invalid":
            time.sleep(1.5)
        return look_up("127.0.0.1", *asked, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    server.serve("/feed.xml", BODY)
    started = time.monotonic()
    hanging = ["http://hangs.invalid/"] * 2
    results = fetch_all(requests_to(*hanging, server.url("/feed.xml", host="good.invalid")), limits(total_seconds=0.4))
    assert time.monotonic() - started < 1.4
    assert [type(r) for r in results] == [FetchFailed, FetchFailed, Fetched]


def test_whatever_the_client_stumbles_over_is_a_failure_of_that_feed_alone(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = aiohttp.ClientSession.get

    def stumble(session: aiohttp.ClientSession, url: str, **more: Any) -> Any:
        assert "/odd" not in url
        return get(session, url, **more)

    monkeypatch.setattr(aiohttp.ClientSession, "get", stumble)
    server.serve("/feed.xml", BODY)
    odd, good = fetch_all(requests_to(server.url("/odd"), server.url("/feed.xml")))
    assert isinstance(odd, FetchFailed)
    assert odd.reason == "the HTTP client stumbled over it (AssertionError)"
    assert isinstance(good, Fetched)


def test_an_unreachable_network_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreachable(*asked: object, **more: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("asyncio.selector_events.BaseSelectorEventLoop.sock_connect", unreachable)
    assert ask("http://127.0.0.1:9/").reason == "could not connect"


# Many at once


def test_each_request_has_its_result_in_its_place(server: FeedServer) -> None:
    server.script("/slow", drip)
    server.serve("/good", BODY)
    server.answer("/gone", 410)
    urls = [server.url("/slow"), server.url("/good"), "ftp://x/", server.url("/gone"), server.url("/good")]
    results = fetch_all(requests_to(*urls), limits(total_seconds=0.3))
    assert [r.feed_id for r in results] == ["feed-0", "feed-1", "feed-2", "feed-3", "feed-4"]
    assert [type(r) for r in results] == [FetchFailed, Fetched, FetchFailed, FetchFailed, Fetched]


def test_nothing_to_fetch_is_nothing() -> None:
    assert list(fetch_all([])) == []


def test_one_host_is_asked_by_few_at_once_and_waiting_costs_no_time(server: FeedServer) -> None:
    def slow(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.2)
        reply(request, 200, BODY, {})

    server.script("/slow", slow)
    results = fetch_all(requests_to(*[server.url("/slow")] * 8), limits(total_seconds=0.7, per_host=2))
    assert {type(r) for r in results} == {Fetched}  # the last waited longer than its deadline before its turn
    assert server.most_at_once == 2


def test_a_crowd_for_a_slow_host_leaves_room_for_others(server: FeedServer) -> None:
    released = Event()

    def blocked(request: BaseHTTPRequestHandler) -> None:
        released.wait(5)
        reply(request, 200, BODY, {})

    def release(request: BaseHTTPRequestHandler) -> None:
        released.set()
        reply(request, 200, BODY, {})

    server.script("/blocked", blocked)
    server.script("/release", release)
    crowd = [server.url("/blocked")] * 6
    results = fetch_all(requests_to(*crowd, server.url("/release", host="localhost")), limits(in_flight=2, per_host=1))
    assert {type(r) for r in results} == {Fetched}
