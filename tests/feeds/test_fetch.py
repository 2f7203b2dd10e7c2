"""Fetching, against a real server on loopback: documents, validators, redirects, and what goes
wrong.
"""

import gzip
import socket
import struct
import zlib
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import aiohttp
import pytest

from tests.feeds.feed_server import FeedServer
from tests.feeds.fetching import (
    BODY,
    NOW,
    USER_AGENT,
    FakeNames,
    ask,
    fetch_all,
    fetching,
    requests_to,
    results,
)
from tests.tables import check_rows
from tracker.feeds.fetch_results import (
    Fetched,
    FetchFailed,
    FetchRequest,
    NotModified,
)
from tracker.feeds.item import FeedId


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        yield running


def failed(reason: str, status: int | None = None, **more: Any) -> FetchFailed:
    return FetchFailed(FeedId("wire"), reason, status, **more)


def timeless(result: Any) -> Any:
    """The result as if it had taken no time."""
    assert 0 <= result.seconds < 5
    return type(result)(
        **{name: getattr(result, name) for name in result.__slots__} | {"seconds": 0.0}
    )


# Documents and validators


def test_a_document_comes_with_its_type_and_validators(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY, etag='W/"a-1"', last_modified="Wed, 01 Jun 2022 08:00:00 GMT")
    url = server.url("/feed.xml")
    assert timeless(ask(url)) == Fetched(
        FeedId("wire"),
        url,
        200,
        BODY,
        "application/rss+xml",
        'W/"a-1"',
        "Wed, 01 Jun 2022 08:00:00 GMT",
        0.0,
    )


def test_validators_are_sent_back_word_for_word(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY, etag='W/"odd, etag"', last_modified="some day last week")
    url = server.url("/feed.xml")
    assert timeless(ask(url, 'W/"odd, etag"', None)) == NotModified(FeedId("wire"), 0.0)
    assert timeless(ask(url, None, "some day last week")) == NotModified(FeedId("wire"), 0.0)
    assert ask(url, '"older"', "some other day").body == BODY
    assert [s.headers["If-None-Match"] for s in server.seen] == ['W/"odd, etag"', None, '"older"']
    assert [s.headers["If-Modified-Since"] for s in server.seen] == [
        None,
        "some day last week",
        "some other day",
    ]


def test_validators_beyond_ascii_keep_their_bytes(server: FeedServer) -> None:
    etag = '"é1"'.encode().decode("latin-1")  # as the test's server writes and reads headers
    server.serve("/feed.xml", BODY, etag=etag)
    first = ask(server.url("/feed.xml"))
    assert first.etag == '"é1"'
    assert timeless(ask(server.url("/feed.xml"), first.etag)) == NotModified(FeedId("wire"), 0.0)


def test_answers_that_cannot_be_used_again_are_told(server: FeedServer) -> None:
    server.answer("/feed.xml", 304)
    result = ask(server.url("/feed.xml"))
    assert timeless(result) == failed(
        "HTTP 304 Not Modified, but no earlier version was named", 304
    )
    server.answer("/feed.xml", 200, BODY, {"ETag": '"\x80\xff"', "Last-Modified": ""})
    result = ask(server.url("/feed.xml"))
    assert (result.etag, result.last_modified) == (None, None)


def test_the_name_is_honest_and_no_cookie_is_ever_sent(server: FeedServer) -> None:
    server.answer("/a", 302, b"", {"Location": "/b", "Set-Cookie": "track=1; Path=/"})
    server.answer("/b", 200, BODY, {"Set-Cookie": "track=2; Path=/"})
    with fetching() as fetch:
        results(fetch, requests_to(server.url("/a"), server.url("/a")))
        results(fetch, requests_to(server.url("/b")))
    assert len(server.seen) == 5
    assert {s.headers["User-Agent"] for s in server.seen} == {USER_AGENT}
    assert {s.headers["Cookie"] for s in server.seen} == {None}
    assert {s.headers["Referer"] for s in server.seen} == {None}


def test_a_feed_may_have_its_own_user_agent(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY)
    for name in ("Mozilla/5.0", "two\r\nX-Injected: lines"):
        assert ask(server.url("/feed.xml"), user_agent=name).body == BODY
    assert [s.headers["User-Agent"] for s in server.seen] == [
        "Mozilla/5.0",
        "two X-Injected: lines",
    ]
    assert [s.headers["X-Injected"] for s in server.seen] == [None, None]


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        pytest.param("gzip", gzip.compress(BODY, mtime=0), id="gzip"),
        pytest.param("deflate", zlib.compress(BODY), id="deflate"),
        pytest.param("deflate", zlib.compress(BODY)[2:-4], id="deflate without a head"),
    ],
)
def test_a_compressed_document_is_unpacked(
    server: FeedServer, encoding: str, packed: bytes
) -> None:
    server.answer("/feed.xml", 200, packed, {"Content-Encoding": encoding})
    assert ask(server.url("/feed.xml")).body == BODY
    assert encoding in server.seen[0].headers["Accept-Encoding"]


def test_a_document_may_be_empty_and_its_type_long(server: FeedServer) -> None:
    server.answer("/feed.xml", 200)
    assert ask(server.url("/feed.xml")).body == b""
    server.answer("/feed.xml", 200, BODY, {"Content-Type": "text/xml;\tcharset=" + "x" * 5_000})
    result = ask(server.url("/feed.xml"))
    assert result.content_type.startswith("text/xml;")
    assert len(result.content_type) == 200


# How long an answer stays fresh


@check_rows(
    [
        ({"Cache-Control": "public, max-age=900"}, 900),
        ({"Cache-Control": "Max-Age=900", "Age": "300"}, 600),
        ({"Cache-Control": "max-age=900", "Age": "3000"}, 0),
        ({"Cache-Control": "max-age=900", "Age": "young"}, 900),
        ({"Cache-Control": "max-age=900, no-cache"}, 0),
        (
            {
                "Cache-Control": "no-store",
                "Expires": format_datetime(NOW + timedelta(hours=1), usegmt=True),
            },
            0,
        ),
        ({"Cache-Control": "s-maxage=7200"}, 0),
        ({"Cache-Control": "max-age=soon"}, 0),
        ({"Cache-Control": "max-age=" + "9" * 5_000}, 366 * 86400),
        ({"Cache-Control": "max-age=" + "9" * 5_000, "Age": "9" * 5_000}, 0),
        ({"Expires": format_datetime(NOW + timedelta(hours=1), usegmt=True)}, 3600),
        ({"Expires": format_datetime(NOW - timedelta(hours=1), usegmt=True)}, 0),
        ({"Expires": "Wed, 01 Jun 9000 12:00:00 GMT"}, 366 * 86400),
        ({"Expires": "0"}, 0),
        (
            {
                "Cache-Control": "max-age=60",
                "Expires": format_datetime(NOW + timedelta(hours=1), usegmt=True),
            },
            60,
        ),
    ],
    "headers",
    "seconds",
)
def test_freshness_follows_cache_control_then_expires(
    server: FeedServer, headers: dict[str, str], seconds: float
) -> None:
    server.answer("/feed.xml", 200, BODY, headers)
    server.answer("/same.xml", 304, b"", headers)
    with fetching() as fetch:
        new, same = results(
            fetch,
            [
                FetchRequest(FeedId("new"), server.url("/feed.xml")),
                FetchRequest(FeedId("same"), server.url("/same.xml"), '"1"'),
            ],
        )
    assert (new.min_age_seconds, same.min_age_seconds) == (seconds, seconds)


# Refusals


@check_rows(
    [
        (404, "HTTP 404 Not Found"),
        (403, "HTTP 403 Forbidden"),
        (500, "HTTP 500 Internal Server Error"),
        (520, "HTTP 520"),
        (201, "HTTP 201 Created instead of a document"),
        (204, "HTTP 204 No Content instead of a document"),
        (206, "HTTP 206 Partial Content instead of a document"),
        (226, "HTTP 226 IM Used instead of a document"),
        (300, "HTTP 300 Multiple Choices without a usable address"),
        (
            302,
            "HTTP 302 Found without a usable address",
        ),  # without a Location there is nowhere to go
        (399, "HTTP 399 without a usable address"),
    ],
    "status",
    "reason",
)
def test_another_status_is_a_failure_that_names_it(
    server: FeedServer, status: int, reason: str
) -> None:
    server.answer("/feed.xml", status, b"", {"Retry-After": "60"})
    assert timeless(ask(server.url("/feed.xml"))) == failed(reason, status)


def test_gone_is_told_from_not_found(server: FeedServer) -> None:
    server.answer("/feed.xml", 410)
    assert timeless(ask(server.url("/feed.xml"))) == failed("HTTP 410 Gone", 410, gone=True)


# Redirects


def test_redirects_are_followed_to_the_final_address(server: FeedServer) -> None:
    for status, hop in ((301, 1), (302, 2), (303, 3), (307, 4), (308, 5)):
        server.redirect(f"/{hop}", status, f"/{hop + 1}" if hop % 2 else server.url(f"/{hop + 1}"))
    server.serve("/6", BODY, etag='"6"')
    result = ask(server.url("/1"))
    assert (result.url, result.body) == (server.url("/6"), BODY)
    assert isinstance(ask(server.url("/1"), '"6"'), NotModified)


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ((), ""), ((301,), "/1"), ((308,), "/1"), ((301, 308), "/2"), ((302,), ""), ((303,), ""),
        ((307,), ""),
        ((302, 301), ""),  # what was reached by a temporary redirect is temporary
        ((301, 302), "/1"), ((308, 307, 301), "/1"),
    ],
)  # fmt: skip
def test_only_permanent_redirects_from_the_start_move_a_feed(
    server: FeedServer, statuses: tuple[int, ...], moved_to: str
) -> None:
    for hop, status in enumerate(statuses):
        server.redirect(f"/{hop}", status, f"/{hop + 1}#part")
    server.serve(f"/{len(statuses)}", BODY, etag='"1"')
    expected = server.url(moved_to) if moved_to else ""
    assert ask(server.url("/0")).moved_to == expected
    assert ask(server.url("/0"), '"1"').moved_to == expected


def test_a_circle_of_redirects_is_noticed(server: FeedServer) -> None:
    server.redirect("/a", 302, "/b")
    server.redirect("/b", 301, "/a#again")
    assert timeless(ask(server.url("/a"))) == failed("redirects in a circle", 301)
    assert len(server.seen) == 2


def test_an_endless_chain_of_redirects_ends_after_five(server: FeedServer) -> None:
    for hop in range(8):
        server.redirect(f"/{hop}", 302, f"/{hop + 1}")
    assert timeless(ask(server.url("/0"))) == failed("more than 5 redirects", 302)
    assert len(server.seen) == 6


@check_rows([
    "file:///etc/passwd", "ftp://127.0.0.1/feed", "javascript:alert(1)", "data:text/xml,<rss/>",
    "http://[::1", "http://a b/", "http://\x80\xff/",
], "target")  # fmt: skip
def test_a_redirect_to_anything_but_http_is_refused(server: FeedServer, target: str) -> None:
    server.redirect("/feed.xml", 302, target)
    assert ask(server.url("/feed.xml")).reason == "not an http(s) address"


@check_rows(["", "feed.xml", "file:///etc/passwd", "http://", "http://a:port/", "http://a b/"])
def test_an_address_that_is_not_http_is_refused_unasked(url: str) -> None:
    assert ask(url) == failed("not an http(s) address")


# Passwords in addresses


def test_a_password_is_sent_to_its_host_and_not_shown(server: FeedServer) -> None:
    server.redirect("/old", 301, "/new")
    server.serve("/new", BODY)
    result = ask(server.url("/old", host="me:s%C3%A9cret@127.0.0.1"))
    assert result.url == server.url("/new")
    assert result.moved_to == server.url(
        "/new", host="me:s%C3%A9cret@127.0.0.1"
    )  # it is needed there as well
    assert len({s.headers["Authorization"] for s in server.seen}) == 1
    assert str(server.seen[1].headers["Authorization"]).startswith("Basic ")


# Broken answers and absent servers


@check_rows(
    [
        ({"Content-Length": "1000"}, BODY),
        ({"Content-Encoding": "gzip"}, b"no gzip at all"),
        ({"Content-Encoding": "br"}, b"unasked"),
        ({"Transfer-Encoding": "chunked"}, b"zz\r\nnot chunked\r\n"),
        ({"Content-Length": "none"}, BODY),
    ],
    "headers",
    "body",
)
def test_a_garbled_or_short_body_is_a_failure(
    server: FeedServer, headers: dict[str, str], body: bytes
) -> None:
    server.answer("/feed.xml", 200, body, headers)
    assert timeless(ask(server.url("/feed.xml"))) == failed("answer was garbled or cut short")


def test_a_server_that_does_not_speak_http_is_a_failure(server: FeedServer) -> None:
    server.raw("/feed.xml")
    assert ask(server.url("/feed.xml")).reason == "server hung up"

    def reset(request: BaseHTTPRequestHandler) -> None:
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.connection.shutdown(socket.SHUT_RD)
        request.connection.close()

    server.script("/feed.xml", reset)
    assert ask(server.url("/feed.xml")).reason == "server hung up"
    server.raw("/feed.xml", b"SSH-2.0-OpenSSH\r\n\r\n")
    assert ask(server.url("/feed.xml")).reason == "answer was garbled or cut short"
    result = ask(server.url("/feed.xml", scheme="https"))
    assert result.reason == "no secure connection (certificate or TLS refused)"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert timeless(ask(f"http://127.0.0.1:{port}/")) == failed("connection refused")


@check_rows(["nosuchhost.invalid", "a..b.invalid", "a" * 100 + ".invalid"])
def test_an_unknown_host_is_a_failure(host: str) -> None:
    assert ask(f"http://{host}/").reason == "host not found"


def test_a_host_without_addresses_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeNames(monkeypatch).leads["empty.test"] = []
    assert ask("http://empty.test/").reason == "host not found"


def test_an_unreachable_network_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeNames(monkeypatch).leads["far.test"] = [
        "255.255.255.255"
    ]  # no connection can be made to everybody
    assert ask("http://far.test/", private=["*"]).reason == "could not connect"


def test_an_error_of_the_client_fails_one_feed_alone(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = aiohttp.ClientSession.get

    def stumble(session: aiohttp.ClientSession, url: Any, **more: Any) -> Any:
        assert "/odd" not in str(url)
        return get(session, url, **more)

    monkeypatch.setattr(aiohttp.ClientSession, "get", stumble)
    server.serve("/feed.xml", BODY)
    odd, good = fetch_all([server.url("/odd"), server.url("/feed.xml")])
    assert isinstance(odd, FetchFailed)
    assert odd.reason == "the HTTP client stumbled over it (AssertionError)"
    assert isinstance(good, Fetched)
