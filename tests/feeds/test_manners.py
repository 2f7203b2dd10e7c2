"""How often one party may be asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.feeds.fetching import rate_limit
from tracker.feeds.fetching.rate_limit import (
    DEFAULT_RATE,
    MAX_SLEEP_SECONDS,
    TokenBuckets,
    explain_deferral,
    registrable_domain,
)
from tracker.feeds.item import FeedId


def feeds(number: int) -> list[FeedId]:
    return [FeedId(f"feed-{n}") for n in range(number)]


# Who is one party


@check_rows([
    ("www.reddit.com", "reddit.com"), ("old.REDDIT.com.", "reddit.com"),
    ("feeds.bbci.co.uk", "bbci.co.uk"),
    ("one.tumblr.com", "tumblr.com"),  # which counts across its customers
    ("one.github.io", "one.github.io"),  # which does not
    ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"), ("www.xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
    ("feeds.newtopleveldomain", "feeds.newtopleveldomain"),
    # No party that others belong to:
    ("localhost", ""), ("nas.local", ""), ("rss.home.arpa", ""), ("bridge.internal", ""),
    ("co.uk", ""), ("127.0.0.1", ""), ("127.1", ""), ("8.8.8.8", ""), ("2606:4700::1111", ""),
    ("[2606:4700::1111]", ""), ("a..b", ""), ("", ""),
])  # fmt: skip
def test_a_party_is_who_has_registered_a_domain(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


@given(st.text(max_size=40))
def test_any_host_has_a_party_or_none(host: str) -> None:
    domain = registrable_domain(host)
    assert domain == "" or host.lower().rstrip(".").endswith(domain)


# Tokens


def test_five_are_asked_at_once_then_one_each_second() -> None:
    buckets = TokenBuckets()
    waits = [buckets.wait("a.example", feed, 100.0) for feed in feeds(10)]
    assert waits == [0, 0, 0, 0, 0, 1, 2, 3, 4, 5]
    assert buckets.wait("b.example", FeedId("other"), 100.0) == 0


def test_who_comes_back_when_told_is_asked_at_once() -> None:
    buckets = TokenBuckets()
    told = {feed: 100.0 + buckets.wait("a.example", feed, 100.0) for feed in feeds(100)}
    assert [
        buckets.wait("a.example", feed, at)
        for feed, at in told.items()
        if at > 100 + MAX_SLEEP_SECONDS
    ] == [0.0] * 90


def test_who_comes_back_early_keeps_the_place() -> None:
    buckets = TokenBuckets()
    told = {feed: buckets.wait("a.example", feed, 100.0) for feed in feeds(50)}
    assert buckets.wait("a.example", FeedId("feed-49"), 101.0) == told[FeedId("feed-49")] - 1
    assert buckets.wait("a.example", FeedId("feed-49"), 102.0) == told[FeedId("feed-49")] - 2
    assert (
        buckets.wait("a.example", FeedId("new"), 102.0) == told[FeedId("feed-49")] + 1 - 2
    )  # behind all the others


def test_a_slow_site_is_asked_once_a_minute() -> None:
    buckets = TokenBuckets()
    assert [buckets.wait("reddit.com", feed, 100.0) for feed in feeds(4)] == [0, 60, 120, 180]
    assert buckets.wait("reddit.com", FeedId("feed-1"), 159.0) == 1
    actual = explain_deferral("reddit.com")
    assert actual == "reddit.com is asked about once a minute, and other feeds are before this one"
    assert (
        explain_deferral("a.example")
        == "a.example is asked about once a second, and other feeds are before this one"
    )


def test_a_place_that_nobody_comes_for_is_given_up() -> None:
    buckets = TokenBuckets()
    for feed in feeds(100):
        buckets.wait("a.example", feed, 100.0)
    later = 100.0 + 95 + rate_limit.PROMISE_LIFETIME_SECONDS + 1
    buckets.wait("a.example", FeedId("new"), later)
    assert not buckets._buckets["a.example"].promises


def test_buckets_that_are_full_again_are_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "MIN_BUCKET_LIMIT", 10)
    buckets = TokenBuckets()
    for n in range(1_000):
        buckets.wait(f"{n}.example", FeedId("feed"), 100.0 + n)
    assert len(buckets._buckets) <= 10
    for n in range(100):
        buckets.wait(f"{n}.example", FeedId("feed"), 2_000.0)  # none of these is full again
    assert len(buckets._buckets) >= 100


@given(
    asked=st.lists(st.tuples(st.floats(0, 3), st.integers(0, 20)), max_size=80),
    domain=st.sampled_from(["a.example", "reddit.com"]),
)
def test_no_more_are_asked_than_the_rate_allows(
    asked: list[tuple[float, int]], domain: str
) -> None:
    buckets, now, granted = TokenBuckets(), 1_000.0, list[float]()
    for pause, feed in asked:
        now += pause
        wait = buckets.wait(domain, FeedId(str(feed)), now)
        assert wait >= 0
        if wait <= MAX_SLEEP_SECONDS:
            granted.append(now + wait)
    rate = rate_limit.SLOW_SITES.get(domain, DEFAULT_RATE)
    assert granted == sorted(granted)
    for start in range(len(granted)):
        for end in range(start, len(granted)):
            assert end - start + 1 <= rate.burst + (granted[end] - granted[start]) / rate.gap + 1e-6


@given(st.integers(1, 60), st.floats(0.5, 40))
def test_all_are_asked_in_the_end_with_any_clock(number: int, tick: float) -> None:
    buckets, now, due = TokenBuckets(), 0.0, dict.fromkeys(feeds(number), 0.0)
    for _ in range(400):
        for feed in [
            feed for feed, at in sorted(due.items(), key=lambda item: item[1]) if at <= now
        ]:
            wait = buckets.wait("a.example", feed, now)
            if wait <= MAX_SLEEP_SECONDS:
                del due[feed]
            else:
                due[feed] = now + wait
        now += tick
    assert not due


# Rest


def test_a_domain_that_wants_to_be_left_alone_is() -> None:
    buckets = TokenBuckets()
    buckets.rest("a.example", 100, 1_000.0)
    buckets.rest("a.example", 10, 1_000.0)  # a shorter wish does not undo the longer one
    assert buckets.pause_seconds("a.example", 1_000.0) == 100
    assert [buckets.wait("a.example", feed, 1_050.0) for feed in feeds(3)] == [50, 51, 52]
    assert buckets.wait("a.example", FeedId("feed-0"), 1_100.0) == 0
    assert buckets.pause_seconds("a.example", 1_100.5) == 0
    assert buckets.pause_seconds("b.example", 1_000.0) == 0
    buckets = TokenBuckets()
    for feed in feeds(20):
        buckets.wait("a.example", feed, 1_000.0)
    buckets.rest("a.example", 500, 1_000.0)
    assert buckets.wait("a.example", FeedId("feed-19"), 1_001.0) == 499
    assert buckets.wait("a.example", FeedId("feed-15"), 1_011.0) == 489
