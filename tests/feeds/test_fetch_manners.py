"""Fetching politely: few at once per host, a steady rate per site, and nobody earlier than
asked.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from threading import Event

import pytest

from tests.feeds.feed_server import FeedServer, reply
from tests.feeds.fetching import (
    BODY,
    NOW,
    FakeNames,
    ask,
    fetch_all,
    fetching,
    requests_to,
    results,
)
from tests.tables import check_rows
from tracker.feeds.fetch_results import Deferred, Fetched, FetchFailed, make_request_source
from tracker.feeds.fetching import rate_limit
from tracker.feeds.fetching.headers import parse_retry_after
from tracker.feeds.fetching.rate_limit import RequestRate


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        yield running


@pytest.fixture(autouse=True)
def public_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of the world, all of which lead to the test's server."""
    names = FakeNames(monkeypatch)
    for host in (
        "www.reddit.com",
        "old.reddit.com",
        "feeds.site.com",
        "www.site.com",
        "a.other.org",
        "nas.lan",
    ):
        names.leads[host] = ["127.0.0.1"]


# Retry-After


@check_rows([429, 503], "status")
@check_rows([
    ("120", 120.0), (" 0 ", 0.0), ("999999999999", 366 * 86400.0), ("9" * 5_000, 366 * 86400.0),
    (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300.0),
    ("Wed, 01 Jun 2022 12:05:00 -0000", 300.0), ("Wednesday, 01-Jun-22 12:05:00 GMT", 300.0),
    (format_datetime(NOW - timedelta(minutes=5), usegmt=True), 0.0),
    ("Wed, 01 Jun 9000 12:00:00 GMT", 366 * 86400.0), ("Wed, 01 Jun 2022 12:05:00 +9999", None),
    ("soon", None), ("-5", None), ("1.5", None), ("٣٠", None), ("", None),
], "asked", "seconds")  # fmt: skip
def test_retry_after_is_read_as_seconds_or_as_a_date(
    server: FeedServer, status: int, asked: str, seconds: float | None
) -> None:
    server.answer("/feed.xml", status, b"", {"Retry-After": asked.encode().decode("latin-1")})
    result = ask(server.url("/feed.xml"))
    assert (result.status, result.retry_after_seconds, result.gone) == (status, seconds, False)


def test_part_of_a_second_is_rounded_up() -> None:
    date = format_datetime(NOW + timedelta(seconds=10), usegmt=True)
    assert parse_retry_after(date, NOW + timedelta(microseconds=1)) == 10.0


@check_rows([200, 301, 403, 404, 500], "status")
def test_retry_after_counts_with_no_other_status(server: FeedServer, status: int) -> None:
    server.answer("/feed.xml", status, BODY, {"Retry-After": "120"})
    result = ask(server.url("/feed.xml", host="feeds.site.com"))
    assert getattr(result, "retry_after_seconds", None) is None
    assert getattr(result, "rests", "") == ""


@pytest.mark.parametrize(
    ("host", "rests"),
    [
        ("feeds.site.com", "site.com"),
        ("FEEDS.Site.COM", "site.com"),
        ("127.0.0.1", ""),
        ("nas.lan", ""),
        ("www.site.com", ""),  # which the operator has named as a host of the own network
    ],
)
def test_a_public_server_speaks_for_its_site(server: FeedServer, host: str, rests: str) -> None:
    server.answer("/feed.xml", 429, b"", {"Retry-After": "120"})
    result = ask(server.url("/feed.xml", host=host), private=["127.0.0.0/8", "www.site.com"])
    assert (result.retry_after_seconds, result.rests) == (120, rests)


def test_the_server_that_answers_speaks_for_its_own_site(server: FeedServer) -> None:
    server.redirect("/feed.xml", 301, server.url("/busy", host="a.other.org"))
    server.answer("/busy", 429, b"", {"Retry-After": "120"})
    assert ask(server.url("/feed.xml", host="feeds.site.com")).rests == "other.org"
    server.answer("/feed.xml", 429)
    result = ask(server.url("/feed.xml", host="feeds.site.com"))
    assert (result.reason, result.rests) == ("HTTP 429 Too Many Requests", "")


def test_no_feed_of_a_resting_site_is_asked(
    server: FeedServer,
) -> None:
    server.answer("/feed.xml", 429, b"", {"Retry-After": "120"})
    urls = [
        server.url("/feed.xml", host=host)
        for host in ("feeds.site.com", "feeds.site.com", "www.site.com")
    ]
    with fetching(per_host=1) as fetch:
        first, second = results(
            fetch, requests_to(*urls[:2])
        )  # at once, so that one stands in line
        (third,) = results(fetch, requests_to(urls[2]))
    told = sorted([first, second], key=lambda r: isinstance(r, Deferred))
    assert isinstance(told[0], FetchFailed)
    for deferred in (told[1], third):
        assert isinstance(deferred, Deferred)
        assert 118 < deferred.wait_seconds <= 120
        assert deferred.reason == "site.com has asked to be left alone for a while"
    assert len(server.seen) == 1


# The rate of a site


def test_a_site_is_asked_at_its_rate(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY)
    urls = [
        server.url("/feed.xml", host=host)
        for host in ("www.reddit.com", "old.reddit.com", "www.reddit.com")
    ]
    found = fetch_all([*urls, server.url("/feed.xml", host="feeds.site.com")])
    assert [type(r) for r in found] == [Fetched, Deferred, Deferred, Fetched]
    assert [round(r.wait_seconds) for r in found[1:3]] == [60, 120]
    actual = found[1].reason
    assert actual == "reddit.com is asked about once a minute, and other feeds are before this one"
    assert len(server.seen) == 2


def test_a_redirect_within_a_site_costs_no_second_token(server: FeedServer) -> None:
    server.redirect("/old", 301, server.url("/feed.xml", host="old.reddit.com"))
    server.serve("/feed.xml", BODY)
    assert isinstance(ask(server.url("/old", host="www.reddit.com")), Fetched)


def test_a_redirect_to_a_busy_site_waits(server: FeedServer) -> None:
    server.redirect("/old", 301, server.url("/feed.xml", host="www.reddit.com"))
    server.serve("/feed.xml", BODY)
    with fetching() as fetch:
        (first,) = results(fetch, requests_to(server.url("/feed.xml", host="www.reddit.com")))
        (second,) = results(fetch, requests_to(server.url("/old", host="feeds.site.com")))
    assert (type(first), type(second)) == (Fetched, Deferred)


def test_a_short_wait_is_slept_through_without_a_place(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "DEFAULT_RATE", RequestRate(gap=0.3, burst=1))
    server.serve("/feed.xml", BODY)
    crowd = [server.url("/feed.xml", host="feeds.site.com")] * 3
    started = time.monotonic()
    with fetching(
        in_flight=1, total_seconds=0.25
    ) as fetch:  # less than the wait, which costs none of it
        order = [
            result.feed_id
            for answers in fetch(
                make_request_source(
                    requests_to(*crowd, server.url("/feed.xml", host="a.other.org"))
                )
            )
            for result in answers
            if isinstance(result, Fetched)
        ]
    assert order == ["feed-0", "feed-3", "feed-1", "feed-2"]
    assert time.monotonic() - started >= 0.6


def test_a_server_of_ones_own_has_no_rate(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY)
    started = time.monotonic()
    found = fetch_all([server.url("/feed.xml"), server.url("/feed.xml", host="nas.lan")] * 20)
    assert {type(r) for r in found} == {Fetched}
    assert time.monotonic() - started < 12  # at a request a second for each host it would be 15


def test_without_politeness_nothing_is_waited_for(server: FeedServer) -> None:
    released = Event()

    def crowded(request: BaseHTTPRequestHandler) -> None:
        if server.most_at_once == 12:
            released.set()
        released.wait(5)
        reply(request, 429, b"", {"Retry-After": "120"})

    server.script("/feed.xml", crowded)
    with fetching(polite=False) as fetch:
        found = results(fetch, requests_to(*[server.url("/feed.xml", host="www.reddit.com")] * 12))
        found += results(fetch, requests_to(server.url("/feed.xml", host="www.reddit.com")))
    assert {(type(r), r.retry_after_seconds, r.rests) for r in found} == {
        (FetchFailed, 120, "reddit.com")
    }
    assert server.most_at_once == 12


# Few at once to one host


def test_one_host_is_asked_by_few_at_once(server: FeedServer) -> None:
    def slow(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.15)
        reply(request, 200, BODY, {})

    server.script("/slow", slow)
    found = fetch_all([server.url("/slow")] * 8, total_seconds=0.5, per_host=2)
    assert {type(r) for r in found} == {
        Fetched
    }  # the last waited longer than its deadline before its turn
    assert server.most_at_once == 2


def test_a_crowd_for_a_slow_host_leaves_room_for_others(server: FeedServer) -> None:
    released = Event()

    def blocked(request: BaseHTTPRequestHandler) -> None:
        released.wait(60)
        reply(request, 200, BODY, {})

    def release(request: BaseHTTPRequestHandler) -> None:
        released.set()
        reply(request, 200, BODY, {})

    server.script("/blocked", blocked)
    server.script("/release", release)
    crowd = [server.url("/blocked")] * 20
    started = time.monotonic()
    found = fetch_all([*crowd, server.url("/release", host="nas.lan")], in_flight=3, per_host=1)
    assert {type(r) for r in found} == {Fetched}
    assert time.monotonic() - started < 30


def test_who_stands_in_line_for_too_long_comes_back_later(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "MAX_QUEUE_SECONDS", 0.1)

    def slow(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        reply(request, 200, BODY, {})

    server.script("/slow", slow)
    found = fetch_all([server.url("/slow")] * 3, per_host=1)
    assert sorted(type(r).__name__ for r in found) == ["Deferred", "Deferred", "Fetched"]
    assert {(r.wait_seconds, r.reason) for r in found if isinstance(r, Deferred)} == {
        (0.1, "too many feeds were waiting for 127.0.0.1")
    }
    assert len(server.seen) == 1
