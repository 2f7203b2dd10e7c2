"""Rates of news: likelihood of a course of reports if the answer is the favoured one, and if not.

If the answer is the other one, reports come at a rate r; if it is the favoured one, ρ times as
often since the opening. r is unknown: its prior is a Gamma distribution by the author's words, and
the reports before the opening speak on it. ρ is unknown, too: its logarithm is normal around ln of
the stated likelihood ratio. With a chance that falls with r an indicator says something at all, for
news that is routine seldom foretells.

Two more things are unknown, and common to all news of a question, so they are axes of the result
(`forecasts.evidence.coverage` sums over them): `ECHOES`, how many reports follow a report within
days (a self-exciting process, Hawkes 1971), and `ATTENTION`, how much more is reported since the
opening than before, whatever the answer. So a report counts by the chance that it is an occasion of
its own, and a rise of all news is no sign. r is summed over a grid; seen, seen often and not seen
follow from the same numbers, and the expected likelihood ratio is 1 if the answer is the other one.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np

from forecasts.distributions.probability import Floats

YEAR_DAYS: Final = 365.0

EPISODE_DAYS: Final = 3.0
"""Days after a report within which further ones are the same: neither counted nor waited for."""

RATIO_SPREAD: Final = 0.4
"""Standard deviation of ln ρ around ln of the stated likelihood ratio."""

ROUTINE_DAYS: Final = 135.0
"""Interval of reports below which they are more likely routine than a sign; see `SIGNS`."""

ROUTINE_SIGN_CHANCE: Final = 0.1
"""Chance that an indicator whose reports are routine says something all the same."""

RECENT_CHANCE: Final = 0.05
"""Chance that the rate is raised by the half-life's profile, and not since the opening."""

VAGUE_PRIOR: Final = (0.5, 10.0)
"""Gamma prior (events, days) of a rate on which the author says nothing."""

UNWATCHED_CHANCE: Final = 0.3
"""Chance that no feed brings such news, while neither an archive nor its author speaks of it."""

UNWATCHED_PRIOR: Final = (0.02, 30.0)
"""Gamma prior of a rate that is next to 0."""

STATED_EVENTS: Final = 4.0
"""Weight of a stated rate, in events."""

STATED_CHANCE: Final = 0.9
"""Chance that a stated rate is about right."""

MIN_ARCHIVE_DAYS: Final = 30.0
"""Archive before the opening from which it says how often news comes."""

ECHOES: Final = ((0.5, 0.0, 5.0), (0.25, 0.4, 10.0), (0.25, 0.8, 10.0))
"""Ways in which reports follow reports: chance, number of followers, mean delay in days."""

MAX_PAIRS: Final = 100_000
"""Pairs of reports that are weighed at a time: more would need much memory."""

STEP: Final = 0.3
"""Step of the grids of ln r and of the logarithm of attention."""

_SHIFTS: Final = np.arange(-4, 5)
ATTENTION: Final = _SHIFTS * STEP
"""Logarithms of the factor on all rates since the opening: from a third to three times."""

STEADY_SPREAD: Final = 0.1
SHIFT_SPREAD: Final = 0.7
SHIFT_CHANCE: Final = 0.3
"""ln attention is near 0, or, with this chance, shifted to a new level."""

RATES: Final = 0.05 * np.exp(STEP * np.arange(36)) / YEAR_DAYS
"""Grid of rates, in reports a day: from one in twenty years to five a day."""

SIGNS: Final = ROUTINE_SIGN_CHANCE + (1.0 - ROUTINE_SIGN_CHANCE) * (
    1.0 - (-np.expm1(-ROUTINE_DAYS * RATES)) ** 3
)
"""Chance that an indicator says something, by its rate: nearly 1 at one report a year, .1 at 12."""

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(3)
_SPREAD: Final = _NODES * RATIO_SPREAD
_SPREAD_LOGS: Final = np.log(_WEIGHTS / _WEIGHTS.sum())
_ECHO_CHANCES, _FOLLOWERS, _DELAYS = np.array(ECHOES).T


def _weigh_common() -> Floats:
    """Logarithms of the chances of each way of echoing (rows) and each attention (columns)."""
    steady, shifted = (
        np.exp(-((ATTENTION / spread) ** 2) / 2.0) for spread in (STEADY_SPREAD, SHIFT_SPREAD)
    )
    chances = (1.0 - SHIFT_CHANCE) * steady / steady.sum() + SHIFT_CHANCE * shifted / shifted.sum()
    logs: Floats = np.log(_ECHO_CHANCES)[:, None] + np.log(chances)
    return logs


COMMON_LOGS: Final = _weigh_common()
"""Prior of the common unknowns, in logarithms: ways of echoing × attention."""


@dataclass(frozen=True, slots=True)
class RateWords:
    """Words of an author on a kind of news: likelihood ratio (above 1), half-life, usual rate.

    `half_life_days`: how far before now a raised rate reaches, None for all the time.
    `usual_per_year`: reports a year in ordinary times, 0 if not stated.
    """

    likelihood_ratio: float
    half_life_days: float | None = None
    usual_per_year: float = 0.0


@dataclass(frozen=True, slots=True)
class NewsCourse:
    """Reports by the day after the opening on which they came, each the first of its episode.

    They were watched for from `start` to `now`, and are counted from `since` on, where episodes
    that are under way end. `weights` (0 to 1) are the chances that each is such a report.
    """

    start: float
    since: float
    now: float
    days: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def archive(self) -> "NewsCourse":
        """Course of the reports before the count began."""
        reports = tuple(zip(*((d, w) for d, w in self.pairs if d < self.since), strict=True))
        return NewsCourse(self.start, self.start, self.since, *reports)

    @property
    def pairs(self) -> Iterator[tuple[float, float]]:
        """Days with their weights."""
        return zip(self.days, self.weights, strict=True)

    @property
    def total(self) -> float:
        """Expected number of true reports since the count began."""
        return math.fsum(w for d, w in self.pairs if d >= self.since)

    @property
    def total_before(self) -> float:
        """Expected number of true reports before the count began."""
        return math.fsum(w for d, w in self.pairs if d < self.since)

    @property
    def is_archived(self) -> bool:
        """True if an archive says how often such news came before the count began."""
        return self.since - self.start >= MIN_ARCHIVE_DAYS


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Log-likelihoods of a course of reports, by way of echoing and attention.

    `other` is for the other answer, `favoured` for the one that the reports favour.
    """

    other: Floats
    favoured: Floats


@lru_cache(maxsize=2000)
def weigh_course(words: RateWords, course: NewsCourse) -> Likelihoods:
    """Find the log-likelihoods of a course of reports for both answers.

    One report where one a year is usual speaks for the answer that reports favour, unless attention
    has risen so far that more were to be expected:

    >>> course = NewsCourse(-365.0, 0.0, 90.0, (80.0,), (1.0,))
    >>> logs = weigh_course(RateWords(3.0, usual_per_year=1.0), course)
    >>> [round(float(gain), 2) for gain in (logs.favoured - logs.other)[0, [0, -1]]]
    [0.97, -0.14]
    """
    logs = _weigh_rows(words, (course,))
    return Likelihoods(logs.other[0], logs.favoured[0])


@lru_cache(maxsize=100)
def weigh_courses(words: RateWords, courses: tuple[NewsCourse, ...]) -> Likelihoods:
    """Find the log-likelihoods of courses in rows: they differ in reports since the count began."""
    longest = max(len(course.days) for course in courses)
    size = max(1, MAX_PAIRS // (longest**2 + 1))
    starts = range(0, len(courses), size)
    parts = [_weigh_rows(words, courses[start : start + size]) for start in starts]
    return Likelihoods(
        np.concatenate([part.other for part in parts]),
        np.concatenate([part.favoured for part in parts]),
    )


def _weigh_rows(words: RateWords, courses: Sequence[NewsCourse]) -> Likelihoods:
    course, parts = courses[0], _CourseParts.of(courses)
    gains = words.likelihood_ratio * np.exp(_SPREAD) - 1.0
    steady = parts.weigh(np.concatenate([_NO_GAIN, gains]))
    raised = _sum_logs(steady[..., 1:] + _SPREAD_LOGS)
    if words.half_life_days is not None:
        recent = _sum_logs(parts.weigh(gains, words.half_life_days / math.log(2.0)) + _SPREAD_LOGS)
        raised = np.logaddexp(
            raised + math.log(1.0 - RECENT_CHANCE), recent + math.log(RECENT_CHANCE)
        )
    usual = weigh_prior(words.usual_per_year, is_archived=course.is_archived)
    before = (usual + _weigh_archive(course.archive))[:, None, :]
    other, favoured = _shift_rates(steady[..., 0]), _shift_rates(raised)
    mixed = np.logaddexp(other + np.log(1.0 - SIGNS), favoured + np.log(SIGNS))
    return Likelihoods(_sum_logs(before + other), _sum_logs(before + mixed))


@lru_cache(maxsize=500)
def weigh_context(course: NewsCourse) -> Floats:
    """Log-likelihoods of reports that take no side, by way of echoing and attention."""
    usual = _shift_rates(_weigh_usual(course))
    return _sum_logs(_weigh_archive(course.archive)[:, None, :] + usual)


@lru_cache(maxsize=2000)
def _weigh_archive(archive: NewsCourse) -> Floats:
    """Log-likelihood of an archive: ways of echoing × rates."""
    return _weigh_usual(archive)


def _weigh_usual(course: NewsCourse) -> Floats:
    logs: Floats = _CourseParts.of([course]).weigh(_NO_GAIN)[0, ..., 0]
    return logs


def usual_counts(words: RateWords, course: NewsCourse) -> tuple[float, float] | None:
    """Reports that would be usual by now for the favoured and for the other answer.

    None while neither the author nor an archive says how often they come: one of a month, and of a
    quarter of the time since.

    >>> words = RateWords(3.0, usual_per_year=2.0)
    >>> [round(usual, 1) for usual in usual_counts(words, NewsCourse(0.0, 0.0, 365.0))]
    [6.0, 2.0]
    """
    archive_days, days = course.since - course.start, course.now - course.since
    is_watched = course.is_archived and archive_days >= days / 4.0
    if not is_watched and not words.usual_per_year:
        return None
    _, events, prior_days = _list_priors(words.usual_per_year, is_archived=course.is_archived)[-1]
    usual = (events + course.total_before) / (prior_days + archive_days) * days
    return words.likelihood_ratio * usual, usual


@dataclass(frozen=True, slots=True)
class _CourseParts:
    """Arrays of courses in rows, shorter ones filled up with reports of no weight.

    `ends` are those of the episodes. `echoes` are the rates at which each report was to be expected
    as one: rows × ways of echoing × reports.
    """

    course: NewsCourse
    days: Floats
    ends: Floats
    weights: Floats
    echoes: Floats

    @classmethod
    def of(cls, courses: Sequence[NewsCourse]) -> "_CourseParts":
        shape = len(courses), max(len(course.days) for course in courses)
        days, weights = np.full(shape, courses[0].now), np.zeros(shape)
        for row, course in enumerate(courses):
            days[row, : len(course.days)] = course.days
            weights[row, : len(course.days)] = course.weights
        since, ends = courses[0].since, days + EPISODE_DAYS
        ends = np.where(days < since, np.minimum(ends, since), ends)
        gaps = (days[:, :, None] - ends[:, None, :])[:, None]
        fading = np.exp(-np.maximum(gaps, 0.0) / _DELAYS[:, None, None]) * (gaps > -_ROUNDING)
        echoes = np.einsum("kein,kn->kei", fading, weights) * (_FOLLOWERS / _DELAYS)[:, None]
        return cls(courses[0], days, ends, weights, echoes)

    def weigh(self, gains: Floats, reach: float = math.inf) -> Floats:
        """Log-likelihood since the count began: rows × ways of echoing × rates × gains.

        The rate is (1 + gain · exp(−age/reach)) times the usual one.
        """
        since, now = self.course.since, self.course.now
        begin = np.count_nonzero(self.days[0] < since)  # the archive is the same in all rows
        fading = np.exp((self.days[:, begin:] - now) / reach)
        rates = RATES[:, None] * (1.0 + gains * fading[:, None, :, None, None])
        expected = np.log(rates + self.echoes[:, :, begin:, None, None])
        waited, raised = self._measure(since, now, reach)
        followers = _FOLLOWERS * (self._count_echoes(now) - self._count_echoes(since))
        logs: Floats = np.einsum("keirg,ki->kerg", expected, self.weights[:, begin:])
        logs -= RATES[:, None] * (waited[:, None, None, None] + raised[:, None, None, None] * gains)
        logs -= followers[:, :, None, None]
        return logs

    def _measure(self, start: float, end: float, reach: float) -> tuple[Floats, Floats]:
        """Days in which a report would have counted, plain and weighted by exp(−age/reach)."""
        whole = np.ones((len(self.days), 1))
        begins = np.hstack([start * whole, np.clip(self.days, start, end)])
        ends = np.hstack([end * whole, np.clip(self.ends, start, end)])
        shares = np.hstack([whole, -self.weights])
        waited = np.maximum((shares * (ends - begins)).sum(axis=1), 0.0)
        if math.isinf(reach):
            return waited, waited
        last, first = (np.exp((days - self.course.now) / reach) for days in (ends, begins))
        return waited, np.maximum((shares * (last - first)).sum(axis=1) * reach, 0.0)

    def _count_echoes(self, day: float) -> Floats:
        """Share of each way's followers that came by a day, summed over the reports, by row."""
        since = np.maximum(day - self.ends, 0.0)
        arrived = -np.expm1(-since[:, :, None] / _DELAYS)
        shares: Floats = np.einsum("ki,kie->ke", self.weights, arrived)
        return shares


_ROUNDING: Final = 1e-9
_NO_GAIN: Final = np.zeros(1)


def _list_priors(usual_per_year: float, *, is_archived: bool) -> list[tuple[float, float, float]]:
    """Gamma priors of the rate: chance, events, days; what the author states comes last."""
    if usual_per_year:
        days = STATED_EVENTS * YEAR_DAYS / usual_per_year
        return [(1.0 - STATED_CHANCE, *VAGUE_PRIOR), (STATED_CHANCE, STATED_EVENTS, days)]
    if not is_archived:
        return [(UNWATCHED_CHANCE, *UNWATCHED_PRIOR), (1.0 - UNWATCHED_CHANCE, *VAGUE_PRIOR)]
    return [(1.0, *VAGUE_PRIOR)]


@cache
def weigh_prior(usual_per_year: float, *, is_archived: bool) -> Floats:
    """Logarithms of the chances of each rate of the grid."""
    usual = usual_per_year and float(np.clip(usual_per_year, *RATES[[0, -1]] * YEAR_DAYS))
    chances = np.zeros_like(RATES)
    for chance, events, days in _list_priors(usual, is_archived=is_archived):
        density = events * np.log(RATES) - days * RATES
        shares = np.exp(density - density.max())
        chances += chance * shares / shares.sum()
    logs: Floats = np.log(chances + _TINY)
    return logs


_TINY: Final = 1e-300


def _shift_rates(values: Floats) -> Floats:
    """Values at each rate times attention: … × rates becomes … × attention × rates."""
    last = len(RATES) - 1
    shifted: Floats = values[..., np.clip(np.arange(last + 1) + _SHIFTS[:, None], 0, last)]
    return shifted


def _sum_logs(values: Floats) -> Floats:
    """Logarithm of the sum over the last axis, of values given as logarithms."""
    highest = values.max(axis=-1)
    total: Floats = highest + np.log(np.exp(values - highest[..., None]).sum(axis=-1))
    return total
