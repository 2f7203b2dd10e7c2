"""How often a feed publishes, and at what hours, learned from the times of its items.

Items are counted against the time watched, both forgotten with a time constant of a week, so that a
rate is at hand after the first document and follows a feed that changes its ways (a Gamma-Poisson
estimate with exponential forgetting). A count by hour of the day stands beside it, which takes an
eighth off the mean delay of an item at the same number of requests (`python -m
tests.benchmarks.polling`).

A rhythm changes only when something new comes. The silence since then needs no keeping: whoever
asks for a rate says when, and the time in between counts as watched in vain.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Final, TypeVar

import numpy as np

from forecasts.distributions.probability import Floats
from tracker.feeds.feed import HOURS, Rhythm

DAY: Final = timedelta(days=1)
MEMORY_DAYS: Final = 7.0
"""An item counts for 1/e of its weight after so long."""

REACH: Final = timedelta(days=14)
"""How far back the first document of a feed is believed to show all there was."""

BURST: Final = 5
"""Items of one minute that count; more of them are an archive with new dates, not news."""

PINNED: Final = 10
"""One in so many of the entries in a first document may be there from long ago, pinned."""

USUAL_DAYS: Final = 0.25
USUAL_ITEMS: Final = 0.3 * USUAL_DAYS
"""What is believed before anything is known: 0.3 items a day, as firmly as after six hours of
watching.
"""

EVENNESS: Final = 0.5
"""Items added to each hour of the day: an hour is poor only by evidence, and none is ever empty."""

Number = TypeVar("Number", float, Floats)


def learned(
    rhythm: Rhythm, published: Sequence[datetime], now: datetime, *, since: datetime | None = None
) -> Rhythm:
    """The rhythm after a poll that brought new items, from the times at which they were published.

    `since` is the poll before, which did not have them yet (when None: the last one that brought
    any). An earlier date than that does not say at what hour an item came, nor does one that lies
    ahead, nor `now`, which stands for an item without a date: all these are spread over the time
    since. A first poll has none before it: it is taken to show all since the oldest of its entries,
    two weeks at most, and entries without a date say nothing.
    """
    if rhythm.at is None and since is None:
        begin = before = _reach(published, now)
        published = [at for at in published if begin < at < now]
    else:
        begin = rhythm.at or since or now
        before = min(since or begin, now)  # a clock may be set back
    kept = _kept(begin, now)
    hours = [count * kept for count in rhythm.hours]
    for came, weight in _arrivals(published, before, now):
        hours[came.astimezone(UTC).hour] += weight
    return Rhythm(math.fsum(hours), rhythm.days * kept + _watched(kept), now, tuple(hours))


def items_a_day(rhythm: Rhythm, at: datetime) -> float:
    """Items to expect in a day, above 0, by all that is known at `at`."""
    kept = _kept(rhythm.at or at, at)
    return _mean(rhythm.items * kept, rhythm.days * kept + _watched(kept))


def by_hour(rhythm: Rhythm, at: datetime) -> Callable[[int], float]:
    """Items a day to expect at an hour of the day (UTC), always above 0."""
    kept = _kept(rhythm.at or at, at)
    items, days = rhythm.items * kept, rhythm.days * kept + _watched(kept)
    return _by_hour(_mean(items, days), items, rhythm.hours, kept)


def hourly(rhythm: Rhythm, at: datetime) -> list[float]:
    """Items a day to expect at each hour of the day (UTC), all above 0; their mean is
    `items_a_day`.
    """
    return [*map(by_hour(rhythm, at), range(HOURS))]


def hourly_of_all(rhythms: Sequence[Rhythm], at: datetime) -> Floats:
    """The same as `hourly` for many feeds at once: 24 rows, one column for each feed."""
    n = len(rhythms)
    kept = np.fromiter((_kept(r.at or at, at) for r in rhythms), np.float64, n)
    items = np.fromiter((r.items for r in rhythms), np.float64, n) * kept
    days = np.fromiter((r.days for r in rhythms), np.float64, n) * kept + _watched(kept)
    counts = np.fromiter(chain.from_iterable(r.hours for r in rhythms), np.float64, n * HOURS)
    rates = _by_hour(_mean(items, days), items, list(counts.reshape(n, HOURS).T), kept)
    return np.array([rates(hour) for hour in range(HOURS)])


def _mean(items: Number, days: Number) -> Number:
    return (USUAL_ITEMS + items) / (USUAL_DAYS + days)


def _by_hour(
    mean: Number, items: Number, counts: Sequence[Number], kept: Number
) -> Callable[[int], Number]:
    """The mean spread over the day as the counts are, each evened out with those of the hours
    beside it.
    """
    share = mean * HOURS / (items + HOURS * EVENNESS)
    return lambda h: (
        share * (kept * (counts[h - 1] + 2 * counts[h] + counts[(h + 1) % HOURS]) / 4 + EVENNESS)
    )


def _kept(then: datetime, now: datetime) -> float:
    """What is left at `now` of the weight of something at `then`: 1 at once, 0 in the end."""
    return math.exp(-max((now - then) / DAY, 0.0) / MEMORY_DAYS)


def _watched(kept: Number) -> Number:
    """The days between two moments, weighted by age, when so much of the first is left at the
    second.
    """
    return MEMORY_DAYS * (1 - kept)


def _reach(published: Sequence[datetime], now: datetime) -> datetime:
    """Since when the first document of a feed shows all that was published."""
    past = sorted(at for at in published if at < now)
    return max(past[len(past) // PINNED], now - REACH) if past else now


def _arrivals(
    published: Sequence[datetime], before: datetime, now: datetime
) -> Iterator[tuple[datetime, float]]:
    """When each item came, and how much it counts; the many of one minute are left out."""
    minutes: Counter[datetime] = Counter()
    for n, at in enumerate(published):
        spread = before + (now - before) * ((n + 0.5) / len(published))
        dated = at if at < now else spread
        minute = dated.replace(second=0, microsecond=0)
        minutes[minute] += 1
        if minutes[minute] <= BURST:
            yield (at if before < at < now else spread), _kept(dated, now)
