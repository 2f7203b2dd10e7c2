"""Feeds as configured, their polling state, and their publication rate.

The rate and its hours are estimated from the times of a feed's items. Items are counted against the
time watched, both forgotten with a time constant of a week, so that a rate is available after the
first document and follows changes (a Gamma-Poisson estimate with exponential forgetting). A count
by hour of the day reduces the mean delay of an item by an eighth at the same number of requests
(`python -m tests.benchmarks.polling`).

The stored rate changes only with new items. The silence since then is not stored: readers of a rate
pass the time, and the interval counts as watched without items.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Final, TypeVar

import numpy as np

from forecasts.distributions.probability import Floats
from forecasts.evidence.evidence import Grade
from tracker.feeds.item import FeedId

HOURS_PER_DAY = 24


SERIES_PREFIX: Final = "series:"
"""Beginning of the ids of documents of series; no other feed's id has a colon."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Configuration of a feed.

    `source_group` is its owner or news agency: copies inside one group count once. `categories` are
    paths of folder names, as in subscription lists. `importance` (above 0, usually 1) makes it be
    polled more or less often than similar feeds; `every_minutes` fixes its interval instead of
    learning one. `user_agent` and `max_megabytes` override the defaults; `full_text` requests the
    whole article of items that match a question.
    """

    id: FeedId
    title: str
    url: str
    source_group: str
    grade: Grade = "C"
    theme: str = ""
    site_url: str = ""
    categories: tuple[tuple[str, ...], ...] = ()
    importance: float = 1.0
    every_minutes: float | None = None
    user_agent: str = ""
    max_megabytes: float | None = None
    full_text: bool = False

    @property
    def is_series(self) -> bool:
        """True for a document of series: it is polled like a feed, and has numbers, no items."""
        return self.id.startswith(SERIES_PREFIX)


BY_HAND: Final = Feed(
    FeedId("by hand"), "Added by hand", "by-hand:", "by hand", grade="B", theme="by hand"
)
"""Owner of the items that people add. It is never polled, and no list of feeds shows it; no feed
can take its id, as ids have no spaces.
"""


@dataclass(frozen=True, slots=True)
class PublicationRate:
    """Publication rate of a feed, with exponential forgetting.

    `items` were seen in `days` days of watching, both weighted by age up to `at`; `hours` is the
    same count of items by the hour of the day (UTC, 24 numbers that sum to `items`).
    """

    items: float = 0.0
    days: float = 0.0
    at: datetime | None = None
    hours: tuple[float, ...] = (0.0,) * HOURS_PER_DAY


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed and its polling state.

    `etag` and `last_modified` are the server's validators, verbatim. `next_reason` explains the
    time of the next poll, "" if it follows the publication rate (the scheduler then composes the
    text). `ttl_seconds` is how long the document asks not to be polled. `last_status` is None
    without an HTTP answer. `last_error` is the reason of the last failure, or after a success a
    warning about the document ("" if none). `failures` counts those since the last success, the
    first of which was at `failing_since`. `paused_why` says why it is not polled ("" if it is).
    `moved_to` is the permanent redirect that the server has sent since `moved_since`. `recent`
    holds the last answers, oldest first: HTTP statuses, `-` for none. `need` (1 by default) is the
    demand of open questions.
    """

    feed: Feed
    next_due_at: datetime
    next_reason: str = "not polled yet"
    etag: str | None = None
    last_modified: str | None = None
    ttl_seconds: float = 0.0
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    last_status: int | None = None
    last_error: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    paused_why: str = ""
    moved_to: str = ""
    moved_since: datetime | None = None
    recent: str = ""
    last_bytes: int = 0
    last_seconds: float = 0.0
    items_seen: int = 0
    need: float = 1.0
    rhythm: PublicationRate = field(default_factory=PublicationRate)

    @property
    def id(self) -> FeedId:
        """Id of the feed."""
        return self.feed.id

    @property
    def paused(self) -> bool:
        """True if the feed is not polled."""
        return bool(self.paused_why)


DAY: Final = timedelta(days=1)
MEMORY_DAYS: Final = 7.0
"""Age in days at which an item has 1/e of its weight."""

MAX_FIRST_REACH: Final = timedelta(days=14)
"""Maximum age of items for which the first document of a feed is taken as complete."""

MAX_ITEMS_PER_MINUTE: Final = 5
"""Items of one minute that count; more are an archive with new dates, not news."""

PINNED_DIVISOR: Final = 10
"""One in so many of the entries in a first document may be an old pinned one."""

PRIOR_DAYS: Final = 0.25
PRIOR_ITEMS: Final = 0.3 * PRIOR_DAYS
"""Prior: 0.3 items a day, with the weight of six hours of watching."""

HOUR_SMOOTHING: Final = 0.5
"""Items added to each hour of the day, so that no hour is empty."""

FloatOrArray = TypeVar("FloatOrArray", float, Floats)


def update_rate(
    rhythm: PublicationRate,
    published: Sequence[datetime],
    now: datetime,
    *,
    since: datetime | None = None,
) -> PublicationRate:
    """Return the rate after a poll that brought new items, from their times of publication.

    `since` is the poll before, which did not have them yet (when None: the last one that brought
    any). A date before that does not tell the hour of an item, nor does a future one, nor `now`,
    which replaces a missing date: all these are spread over the time since. A first poll has none
    before it: it is taken to show all items since the oldest of its entries, two weeks at most, and
    entries without a date are ignored.
    """
    if rhythm.at is None and since is None:
        start = before = _find_reach(published, now)
        published = [at for at in published if start < at < now]
    else:
        start = rhythm.at or since or now
        before = min(since or start, now)  # a clock may be set back
    decay = _compute_decay(start, now)
    hours = [count * decay for count in rhythm.hours]
    for arrived_at, weight in _weigh_arrivals(published, before, now):
        hours[arrived_at.astimezone(UTC).hour] += weight
    return PublicationRate(
        math.fsum(hours), rhythm.days * decay + _weigh_days(decay), now, tuple(hours)
    )


def items_per_day(rhythm: PublicationRate, at: datetime) -> float:
    """Return the items to expect in a day, above 0, as of `at`."""
    decay = _compute_decay(rhythm.at or at, at)
    return _mean_rate(rhythm.items * decay, rhythm.days * decay + _weigh_days(decay))


def make_hourly_rate(rhythm: PublicationRate, at: datetime) -> Callable[[int], float]:
    """Return a function of the hour of the day (UTC): items a day to expect, above 0."""
    decay = _compute_decay(rhythm.at or at, at)
    items, days = rhythm.items * decay, rhythm.days * decay + _weigh_days(decay)
    return _make_hourly(_mean_rate(items, days), items, rhythm.hours, decay)


def hourly_rates(rhythm: PublicationRate, at: datetime) -> list[float]:
    """Return the items a day to expect at each hour of the day (UTC), all above 0; their mean is
    the daily rate.
    """
    return [*map(make_hourly_rate(rhythm, at), range(HOURS_PER_DAY))]


def hourly_rates_of_all(rhythms: Sequence[PublicationRate], at: datetime) -> Floats:
    """Return the same for many feeds at once: 24 rows, one column for each feed."""
    n = len(rhythms)
    decay = np.fromiter((_compute_decay(r.at or at, at) for r in rhythms), np.float64, n)
    items = np.fromiter((r.items for r in rhythms), np.float64, n) * decay
    days = np.fromiter((r.days for r in rhythms), np.float64, n) * decay + _weigh_days(decay)
    counts = np.fromiter(
        chain.from_iterable(r.hours for r in rhythms), np.float64, n * HOURS_PER_DAY
    )
    rates = _make_hourly(
        _mean_rate(items, days), items, list(counts.reshape(n, HOURS_PER_DAY).T), decay
    )
    return np.array([rates(hour) for hour in range(HOURS_PER_DAY)])


def _mean_rate(items: FloatOrArray, days: FloatOrArray) -> FloatOrArray:
    return (PRIOR_ITEMS + items) / (PRIOR_DAYS + days)


def _make_hourly(
    mean: FloatOrArray, items: FloatOrArray, counts: Sequence[FloatOrArray], decay: FloatOrArray
) -> Callable[[int], FloatOrArray]:
    """Spread the mean over the day as the counts are, each smoothed with its neighbouring hours."""
    share = mean * HOURS_PER_DAY / (items + HOURS_PER_DAY * HOUR_SMOOTHING)
    return lambda h: (
        share
        * (
            decay * (counts[h - 1] + 2 * counts[h] + counts[(h + 1) % HOURS_PER_DAY]) / 4
            + HOUR_SMOOTHING
        )
    )


def _compute_decay(then: datetime, now: datetime) -> float:
    """Return the weight at `now` of something at `then`: 1 at once, 0 in the end."""
    return math.exp(-max((now - then) / DAY, 0.0) / MEMORY_DAYS)


def _weigh_days(decay: FloatOrArray) -> FloatOrArray:
    """Return the days between two times, weighted by age, if the first has this decay at the
    second.
    """
    return MEMORY_DAYS * (1 - decay)


def _find_reach(published: Sequence[datetime], now: datetime) -> datetime:
    """Return the time since which the first document of a feed shows all that was published."""
    past = sorted(at for at in published if at < now)
    return max(past[len(past) // PINNED_DIVISOR], now - MAX_FIRST_REACH) if past else now


def _weigh_arrivals(
    published: Sequence[datetime], before: datetime, now: datetime
) -> Iterator[tuple[datetime, float]]:
    """Yield the time and weight of each item; surplus items of one minute are left out."""
    minutes: Counter[datetime] = Counter()
    for n, at in enumerate(published):
        spread = before + (now - before) * ((n + 0.5) / len(published))
        dated = at if at < now else spread
        minute = dated.replace(second=0, microsecond=0)
        minutes[minute] += 1
        if minutes[minute] <= MAX_ITEMS_PER_MINUTE:
            yield (at if before < at < now else spread), _compute_decay(dated, now)
