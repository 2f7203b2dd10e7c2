"""Due feeds go to workers in batches, each of which has its sites for itself."""

from datetime import timedelta
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import FakeClock, a_feed, a_set
from tracker.app.tracker import Tracker
from tracker.feeds.item import FeedId
from tracker.ingestion.feed_claims import MAX_BATCH, claim_due_feeds, pack_batches
from tracker.storage import feeds


@given(st.lists(st.integers(1, 250), max_size=30), st.integers(10, 100))
def test_no_site_is_in_two_batches(sizes: list[int], size: int) -> None:
    sites = [[FeedId(f"{site}/{n}") for n in range(count)] for site, count in enumerate(sizes)]
    batches = pack_batches(sites, size)
    homes = [{feed.split("/")[0] for feed in batch} for batch in batches]
    assert sum(map(len, homes)) == len(sites) == len(set(chain.from_iterable(homes)))
    assert all(len(batch) <= MAX_BATCH for batch in batches)
    assert sum(map(len, batches)) == sum(min(count, MAX_BATCH) for count in sizes)


def test_a_site_is_claimed_once_until_its_lease_ends(both: Tracker, clock: FakeClock) -> None:
    urls = {"a": "https://x.site.org/1", "b": "https://y.site.org/2", "c": "https://other.org/"}
    both.question_sets.load(a_set(feeds=[a_feed(name, url=url) for name, url in urls.items()]))

    def claim(*, leaving: str = "") -> list[set[FeedId]]:
        with both.context.store.writing() as session:
            if leaving:
                feeds.lease_feeds(session, [FeedId(leaving)], None)
            return [set(batch) for batch in claim_due_feeds(session, both.now(), 1)]

    assert claim() == [{"a", "b", "c"}]
    assert claim() == []
    assert claim(leaving="a") == []  # b is still being read, at the same site
    assert claim(leaving="c") == [{"c"}]
    assert both.feeds.poll().feeds == 1  # a alone is free: a poll by hand leaves the leased ones
    clock.advance(minutes=11)
    assert {"b"} <= set(chain.from_iterable(claim()))


def test_a_slow_site_is_asked_by_no_other_worker_too_soon(
    tracker: Tracker, clock: FakeClock
) -> None:
    pages = [a_feed(name, url=f"https://www.reddit.com/r/{name}.rss") for name in ("x", "y")]
    tracker.question_sets.load(a_set(feeds=pages))
    tracker.feeds.poll(only=[FeedId("x")])
    for minutes, claimed in ((0.5, False), (1, True)):
        clock.advance(minutes=minutes)
        with tracker.context.store.writing() as session:
            assert bool(claim_due_feeds(session, tracker.now(), 1)) is claimed
    assert clock.time - tracker.now() == timedelta(0)
