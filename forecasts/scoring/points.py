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

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.distributions.probability import Floats, check_probabilities
from forecasts.errors import InvalidProbability
from forecasts.questions.question import Question, to_utc
from forecasts.scoring.rulebook import CURVES, points_mass
from forecasts.scoring.rules import POINTS_CLIP
from forecasts.scoring.scores import ScoreColumns, rule_columns
from forecasts.scoring.span_table import SpanTable
from forecasts.scoring.time_averages import (
    Cells,
    Counts,
    average_comparison,
    average_scores,
    to_microseconds,
)

SPOT_SHARES: Final = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
"""Instants of the spot scores, as shares of the scheduled time."""


def average_peer_points(
    pair: NDArray[np.intp],
    start: Counts,
    end: Counts,
    mass: ArrayLike,
    *,
    group: NDArray[np.intp] | None = None,
    halved: ArrayLike = False,
) -> Floats:
    """Mean peer points of forecasts while they stood; `mass` is the probability of the outcome.

    At one instant they are 100 times the mean over the others of ln(own/other), or 0 if alone:
    100 · n/(n − 1) · ln(own/geometric mean of all n), and they add up to 0. HIGHER is better; with
    probabilities from 0.001 to 0.999 the range is −691 to 691. The others are those of the same
    `group`, the number of the question of each pair, all by default; `halved` are forecasts of
    numbers and dates. The forecasts of one `pair` do not overlap; one that never stands earns 0.
    Raises `InvalidProbability` for a probability of 0, which would earn minus infinity. Source:
    Metaculus, scores FAQ.

    >>> pair, start, end = np.array([0, 1]), np.array([0, 5]), np.array([10, 10])
    >>> average_peer_points(pair, start, end, [0.9, 0.6]).round(2).tolist()
    [20.27, -40.55]
    """
    p = check_probabilities(mass)
    if (p == 0.0).any():
        raise InvalidProbability(
            "a probability of 0 earns minus infinity: limit it to 0.001 or more first"
        )
    if group is None:
        group = np.zeros(int(pair.max(initial=-1)) + 1, dtype=np.intp)
    unit = np.broadcast_to(np.where(halved, 50.0, 100.0), len(pair))
    compare = partial(_compare_logs, unit=unit)
    return average_comparison(pair, start, end, group=group, values=np.log(p), compare=compare)


def _compare_logs(logs: Cells, *, unit: Floats) -> Floats:
    """Peer points of each cell."""
    n = logs.count()
    mean = logs.sum() / np.maximum(n, 1)
    factor = np.where(n > 1, n / np.maximum(n - 1, 1), 0.0)[logs.column] * unit[logs.interval]
    return np.asarray(factor * (logs.values - mean[logs.column]), dtype=np.float64)


def spot_times(question: Question) -> tuple[datetime, ...]:
    """Instants of the spot scores: a sixteenth, an eighth, a quarter and half of the schedule.

    Fixed by the schedule, so that they do not depend on the outcome. An instant after the answer
    counts 0 for everyone.
    """
    length = question.closes_at - question.opens_at
    return tuple(question.opens_at + share * length for share in SPOT_SHARES)


def score_points(
    table: SpanTable, *, spots: Sequence[datetime] | None = None
) -> tuple[ScoreColumns, ...]:
    """Peer, spot baseline and spot peer points of all forecasters, in columns.

    The pairs of the table are those of peers, which the caller selects: people, not computed
    forecasters. HIGHER is better. Skill over schedule is the points themselves, and the sum of
    score times weight over the receipt, which has a line for each forecast: its mean points while
    it stood.

    Spot scores are the mean over the instants `spots`, by default `spot_times`; coverage is the
    share of the instants with a forecast. An instant without one, and one after the answer, counts
    0. Raises `InvalidTime` for a spot without a time zone.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import Resolution, utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> from forecasts.scoring.scores import list_scores
    >>> from forecasts.scoring.span_table import stand
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 11 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-11"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> yes = Resolution("ceasefire", "yes", "https://example.org", "", *[utc("2026-01-11")] * 3,
    ...     "ann")
    >>> ann = build_timeline([(utc("2026-01-01"), Binary(0.9))])
    >>> bob = build_timeline([(utc("2026-01-05"), Binary(0.6))])
    >>> points = score_points(SpanTable.read([stand(question, yes, {"ann": ann, "bob": bob})]))
    >>> [(s.rule, s.coverage, round(s.skill_over_schedule, 2)) for s in list_scores(points)
    ...     if s.forecaster_id == "bob"]
    [('peer', 0.6, -24.33), ('spot_baseline', 0.25, 6.58), ('spot_peer', 0.25, -10.14)]
    """
    instants = _read_spots(table, spots)
    # Instants before a time are counted, so that a forecast holds the instant of its start.
    at_spots = table.on_clock(
        lambda times, question_index: (instants[question_index] < times[:, np.newaxis]).sum(axis=1)
    )
    masses = _read_masses(table)
    is_curve = np.array([kind in CURVES for kind in table.kinds], dtype=np.bool_)
    halved = is_curve[table.question_index[table.pair]]
    peer, spot_peer = (
        average_peer_points(t.pair, t.start, t.end, masses, group=t.question_index, halved=halved)
        for t in (table, at_spots)
    )
    baseline, _ = rule_columns(table, "baseline")
    cut, spot_cut = table.clip(), at_spots.clip()
    return (
        ScoreColumns("peer", table, average_scores(cut, "peer", peer, 0.0)),
        ScoreColumns(
            "spot_baseline", table, average_scores(spot_cut, "spot_baseline", baseline, 0.0)
        ),
        ScoreColumns("spot_peer", table, average_scores(spot_cut, "spot_peer", spot_peer, 0.0)),
    )


def _read_spots(table: SpanTable, spots: Sequence[datetime] | None) -> Counts:
    """Instants of the spot scores, one row a question."""
    rows = [spot_times(a.question) if spots is None else spots for a in table.answered]
    instants = to_microseconds([to_utc(instant) for row in rows for instant in row])
    return instants.reshape(len(rows), len(SPOT_SHARES) if spots is None else len(spots))


def _read_masses(table: SpanTable) -> Floats:
    """Probability that each forecast gave to the outcome, limited for points."""
    masses = np.clip(table.outcome_probability, POINTS_CLIP, 1.0 - POINTS_CLIP)
    for question, answer, forecasts, rows, _ in table.list_others():
        masses[rows] = [points_mass(question, answer, forecast) for forecast in forecasts]
    return masses
