"""Peer points and spot points, after Metaculus.

*Peer points* compare the probability given to the outcome with that of the others at the same time.
A single forecaster earns 0, gains and losses cancel, and joining an easy question late earns
nothing. *Spot points* are taken at four instants, so that the frequency of revision does not
matter.

Source: Metaculus, scores FAQ and `score_math.py`. Deliberate differences: coverage ends when the
last forecaster withdraws; spot forecasts are compared with those held at that instant, not just
before it; and the instants of the spot scores are fixed by the schedule, and not moved to the
actual close by an early answer. Moving them would reward exaggeration: what is held before the
regular instant would count only if the event comes.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.distributions.probability import Floats, check_probabilities
from forecasts.errors import InvalidProbability
from forecasts.questions.answers import get_answer
from forecasts.questions.question import Question, Resolution, to_utc
from forecasts.scoring.rulebook import CURVES, RuleName, points_mass, rule_values
from forecasts.scoring.scores import Score, list_scores
from forecasts.scoring.span_table import SpanTable, Timelines, stand
from forecasts.scoring.time_averages import (
    Counts,
    average_comparison,
    average_scores,
    to_microseconds,
)

SPOT_SHARES: Final = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
"""Instants of the spot scores, as shares of the scheduled time."""


def average_peer_points(
    pair: NDArray[np.intp], start: Counts, end: Counts, mass: ArrayLike, *, halved: bool = False
) -> Floats:
    """Mean peer points of forecasts while they stood; `mass` is the probability of the outcome.

    At one instant they are 100 times the mean over the others of ln(own/other), or 0 if alone:
    100 · n/(n − 1) · ln(own/geometric mean of all n), and they add up to 0. HIGHER is better; with
    probabilities from 0.001 to 0.999 the range is −691 to 691. `halved` for numbers and dates. The
    forecasts of one `pair` do not overlap; one that never stands earns 0. Raises
    `InvalidProbability` for a probability of 0, which would earn minus infinity. Source: Metaculus,
    scores FAQ.

    >>> pair, start, end = np.array([0, 1]), np.array([0, 5]), np.array([10, 10])
    >>> average_peer_points(pair, start, end, [0.9, 0.6]).round(2).tolist()
    [20.27, -40.55]
    """
    p = check_probabilities(mass)
    if (p == 0.0).any():
        raise InvalidProbability(
            "a probability of 0 earns minus infinity: limit it to 0.001 or more first"
        )
    compare = partial(_compare_logs, unit=50.0 if halved else 100.0)
    return average_comparison(pair, start, end, values=np.log(p), compare=compare)


def _compare_logs(logs: Floats, *, unit: float) -> Floats:
    """Peer points; rows are forecasters, columns instants, NaN for no forecast."""
    standing = ~np.isnan(logs)
    n = standing.sum(axis=0)
    mean = np.where(standing, logs, 0.0).sum(axis=0) / np.maximum(n, 1)
    factor = np.where(n > 1, n / np.maximum(n - 1, 1), 0.0) * unit
    return np.asarray(factor * (logs - mean), dtype=np.float64)


def spot_times(question: Question) -> tuple[datetime, ...]:
    """Instants of the spot scores: a sixteenth, an eighth, a quarter and half of the schedule.

    Fixed by the schedule, so that they do not depend on the outcome. An instant after the answer
    counts 0 for everyone.
    """
    length = question.closes_at - question.opens_at
    return tuple(question.opens_at + share * length for share in SPOT_SHARES)


def score_points(
    question: Question,
    resolution: Resolution,
    timelines: Timelines,
    *,
    spots: Sequence[datetime] | None = None,
) -> tuple[Score, ...]:
    """Peer, spot baseline and spot peer points of all forecasters; none when annulled or ambiguous.

    `timelines` are those of peers, which the caller selects: people, not computed forecasters.
    HIGHER is better. Skill over schedule is the points themselves, and the sum of score times
    weight over the receipt, which has a line for each forecast: its mean points while it stood.

    Spot scores are the mean over the instants `spots`, by default `spot_times`; coverage is the
    share of the instants with a forecast. An instant without one, and one after the answer, counts
    0. Raises `InvalidTime` for a spot without a time zone.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 11 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-11"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> yes = Resolution("ceasefire", "yes", "https://example.org", "", *[utc("2026-01-11")] * 3,
    ...     "ann")
    >>> ann = build_timeline([(utc("2026-01-01"), Binary(0.9))])
    >>> bob = build_timeline([(utc("2026-01-05"), Binary(0.6))])
    >>> found = score_points(question, yes, {"ann": ann, "bob": bob})
    >>> [(s.rule, s.coverage, round(s.skill_over_schedule, 2)) for s in found
    ...     if s.forecaster_id == "bob"]
    [('peer', 0.6, -24.33), ('spot_baseline', 0.25, 6.58), ('spot_peer', 0.25, -10.14)]
    """
    happened = get_answer(question, resolution)
    if happened is None:
        return ()
    table = SpanTable.read([stand(question, resolution, timelines)])
    forecasts = [span.distribution for span in table.spans]
    baseline = rule_values("baseline", question, happened, forecasts)
    instants = spot_times(question) if spots is None else tuple(map(to_utc, spots))
    at_spots = table.on_clock(partial(_count_earlier, np.sort(to_microseconds(instants))))
    masses = [points_mass(question, happened, forecast) for forecast in forecasts]
    halved = question.kind in CURVES
    peer, spot_peer = (
        average_peer_points(times.pair, times.start, times.end, masses, halved=halved)
        for times in (table, at_spots)
    )
    return (
        *_list_points(table, "peer", peer),
        *_list_points(at_spots, "spot_baseline", baseline),
        *_list_points(at_spots, "spot_peer", spot_peer),
    )


def _count_earlier(instants: Counts, times: Counts) -> Counts:
    """Clock of spot scores: instants before a time. A forecast holds the instant of its start."""
    return np.searchsorted(instants, times, side="left")


def _list_points(table: SpanTable, rule: RuleName, points: Floats) -> Iterator[Score]:
    return list_scores(table, rule, average_scores(table.clip(), rule, points, no_skill=0.0))
