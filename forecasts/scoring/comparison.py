"""Comparison of two forecasters on common questions and times, with a verdict that holds.

Verdict, interval and chart come from one process of bets (`forecasts.statistics.betting`), so they
agree, and they may be looked at after every answer. Several pairs looked at together need more
evidence each (e-BH). Beside it stands a test that is valid for one look at a number of families
decided on beforehand; it needs fewer questions, and is wrong more often for whoever looks again.

Sources: see `forecasts.statistics.betting`; Fisher 1935 for the test of one look (flipped signs).
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final, Literal, NamedTuple

import numpy as np

from forecasts.questions.families import FamilyId, describe_families
from forecasts.questions.formatting import capitalise, format_cases, format_signed
from forecasts.questions.question import ForecasterId
from forecasts.statistics.betting import (
    Differences,
    FamilyGains,
    confidence_interval,
    confidence_sequence,
    e_threshold,
    evidence_path,
    pool_families,
)
from forecasts.statistics.intervals import sign_flip_test
from forecasts.statistics.small_samples import (
    MIN_FAMILIES,
    MIN_FIXED_TEST,
    count_rarer,
    explain_rare_answers,
)

LEVEL: Final = 0.95
"""Confidence of intervals; at most 1 − LEVEL of the verdicts on equal forecasters are wrong."""

MAX_POINTS: Final = 40
"""Maximum number of points of a chart of evidence."""

ComparisonVerdict = Literal["better", "worse", "no difference shown", "too early to say"]


class CommonQuestion(NamedTuple):
    """Question on which two forecasters stood at the same time.

    `closes_at` orders the bets; `answer` is True for YES and False for NO, None for other kinds.
    """

    family: FamilyId
    closes_at: datetime
    answer: bool | None
    differences: Differences


@dataclass(frozen=True, slots=True)
class Comparison:
    """Comparison of A with B; all numbers are about the time on which both had a forecast.

    `a` and `b` are ids. `advantage` is B's mean loss less A's, above 0 if A was better, None
    without time in common; `low` to `high` is its confidence sequence. `coverage` is the mean share
    of the scheduled time that they have in common. `e_value` is the evidence against "no
    difference", and `threshold` what it has to reach with the `pairs` looked at together. `p_value`
    belongs to one planned look, None below `MIN_FIXED_TEST` families. `rarer` counts the families
    with the rarer of YES and NO, None without yes-no questions.
    """

    a: ForecasterId
    b: ForecasterId
    questions: int
    families: int
    rarer: int | None
    coverage: float
    advantage: float | None
    low: float
    high: float
    e_value: float
    threshold: float
    pairs: int
    p_value: float | None

    @property
    def verdict(self) -> ComparisonVerdict:
        """Verdict on A."""
        if self.advantage is None or explain_rare_answers(self.rarer):
            return "too early to say"
        if self.e_value >= self.threshold:
            return "better" if self.low >= 0.0 else "worse"
        return "too early to say" if self.families < MIN_FAMILIES else "no difference shown"

    def describe(self, a: str, b: str) -> str:
        """Describe the comparison in a sentence, with names for A and B, in points of loss.

        Names are as they stand inside a sentence: `you`, `the crowd`, `Ada`. A point is a hundredth
        of a Brier score, of an ordered one, or of the range of a number.
        """
        if self.advantage is None:
            never = "never had a forecast on the same question at the same time"
            return f"{capitalise(a)} and {b} {never}."
        points = 100.0 * self.advantage
        size = format_signed(abs(points)).lstrip("+")
        relation = "better" if points > 0.0 else "worse"
        was = "were" if _is_plural(a) else "was"
        relation_words = f"{was} {size} points {relation} than" if points else "equalled"
        start = f"{capitalise(a)} {relation_words} {b}"
        sample = describe_families(self.questions, self.families)
        return f"{start} over {sample}{self._describe_conclusion(a)}"

    def _describe_conclusion(self, a: str) -> str:
        if self.verdict == "too early to say":
            few = f"it takes {MIN_FAMILIES} independent questions"
            return f": too early to say, {explain_rare_answers(self.rarer) or few}."
        worse, better = (format_signed(abs(100 * end)).lstrip("+") for end in (self.low, self.high))
        if self.verdict == "no difference shown":
            return f". It could be anything from {worse} worse to {better} better."
        nearest, farthest = (worse, better) if self.verdict == "better" else (better, worse)
        extent = f"{nearest} to {farthest}, with 95% confidence"
        return f". The true figure is {extent}: {a} {be(a)} {self.verdict}."

    def describe_fixed_test(self) -> str:
        """Describe the test of one planned look; empty if there are too few families."""
        if self.p_value is None:
            return ""
        return (
            f"One planned look at {self.families} independent questions (sign-flip test): a "
            f"difference this large comes about by luck in {format_cases(self.p_value)} cases. "
            "Valid only if this number was decided on beforehand."
        )


def be(name: str) -> str:
    """Return the form of *to be* after a name: `you are`, `Ada is`."""
    return "are" if _is_plural(name) else "is"


def _is_plural(name: str) -> bool:
    return name == "you" or name.startswith("your ")


Pair = tuple[ForecasterId, ForecasterId]


def compare_pairs(
    pairs: Iterable[tuple[Pair, Sequence[CommonQuestion]]],
    shown: Container[Pair] | None = None,
) -> tuple[Comparison, ...]:
    """Compare pairs of forecasters that are looked at together, in the given order.

    Those with `MIN_FAMILIES` in common are the ones whose number raises the threshold. With
    `shown`, only these are returned.
    """
    measured = [(pair, _measure(pair, questions)) for pair, questions in pairs]
    tested = [result.e_value for _, result in measured if result.families >= MIN_FAMILIES]
    threshold = e_threshold(tested, LEVEL) if tested else 1.0 / (1.0 - LEVEL)
    judged = []
    for pair, result in measured:
        if shown is None or pair in shown:
            low, high = confidence_interval(result.gains, threshold)
            judged.append(result.judge(low, high, threshold, max(len(tested), 1)))
    return tuple(judged)


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """Numbers of a pair before it is judged among others."""

    pair: Pair
    gains: FamilyGains
    questions: int
    rarer: int | None
    coverage: float
    e_value: float

    @property
    def families(self) -> int:
        """Number of families in common."""
        return len(self.gains)

    def judge(self, low: float, high: float, threshold: float, pairs: int) -> Comparison:
        """Return the comparison, with the interval and threshold of all pairs together."""
        return Comparison(
            *self.pair,
            questions=self.questions,
            families=self.families,
            rarer=self.rarer,
            coverage=self.coverage,
            advantage=self.gains.advantage if self.families else None,
            low=low,
            high=high,
            e_value=self.e_value,
            threshold=threshold,
            pairs=pairs,
            p_value=_test_once(self.gains),
        )


def _measure(pair: Pair, questions: Sequence[CommonQuestion]) -> _Measured:
    ordered = sort_families(questions)
    gains = pool_families((q.family, q.differences) for q in ordered)
    answers = [
        {q.answer for q in members if q.answer is not None}
        for _, members in groupby(ordered, key=lambda q: q.family)
    ]
    path = evidence_path(gains)
    return _Measured(
        pair,
        gains,
        questions=len(ordered),
        rarer=count_rarer(answers),
        coverage=float(np.mean([q.differences.coverage for q in ordered])) if ordered else 0.0,
        e_value=float(path[-1]) if len(path) else 1.0,
    )


def sort_families(questions: Sequence[CommonQuestion]) -> list[CommonQuestion]:
    """Sort by the last scheduled close of each family; questions without common time go."""
    common = [q for q in questions if q.differences.coverage > 0.0]
    last: dict[FamilyId, datetime] = {}
    for q in common:
        last[q.family] = max(q.closes_at, last.get(q.family, q.closes_at))
    return sorted(common, key=lambda q: (last[q.family], q.family))


def _test_once(gains: FamilyGains) -> float | None:
    if len(gains) < MIN_FIXED_TEST:
        return None
    return sign_flip_test(gains.gains.sum(axis=1))


class EvidencePoint(NamedTuple):
    """State of a comparison at a time: families so far, advantage with interval, e-value."""

    at: datetime
    families: int
    advantage: float
    low: float
    high: float
    e_value: float


def trace_evidence(
    questions: Sequence[CommonQuestion], threshold: float
) -> tuple[EvidencePoint, ...]:
    """Trace a comparison over time, at `MAX_POINTS` families or fewer; the last is the present."""
    ordered = sort_families(questions)
    gains = pool_families((q.family, q.differences) for q in ordered)
    path = evidence_path(gains)
    closes = [
        max(q.closes_at for q in members) for _, members in groupby(ordered, key=lambda q: q.family)
    ]
    spread = np.linspace(1, len(gains), min(len(gains), MAX_POINTS)).astype(int)
    counts: list[int] = np.unique(spread).tolist()
    intervals = confidence_sequence(gains, counts[:-1], threshold)
    intervals.append(confidence_interval(gains, threshold))
    return tuple(
        EvidencePoint(closes[n - 1], n, gains.first(n).advantage, low, high, float(path[n - 1]))
        for n, (low, high) in zip(counts, intervals, strict=True)
    )
