"""Scoring written down as one would say it: question by question, rule by rule, forecast by
forecast, in plain floats.

It takes its formulas from nowhere in `forecasts`, so that the table is held against something that
nobody made fast.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from forecasts.scoring.score_table import BinaryTable

OneScore = Callable[[float, int], float]


def brier(p: float, outcome: int) -> float:
    return (p - outcome) ** 2


def brier_two_sided(p: float, outcome: int) -> float:
    return (p - outcome) ** 2 + ((1 - p) - (1 - outcome)) ** 2


def log(p: float, outcome: int) -> float:
    given = p if outcome == 1 else 1 - p
    return -math.log(min(max(given, 0.001), 0.999))


def spherical(p: float, outcome: int) -> float:
    given = p if outcome == 1 else 1 - p
    return given / math.sqrt(p**2 + (1 - p) ** 2)


def baseline(p: float, outcome: int) -> float:
    given = p if outcome == 1 else 1 - p
    return 100 * (1 + math.log2(min(max(given, 0.001), 0.999)))


RULES: Mapping[str, OneScore] = {
    "brier": brier,
    "brier_two_sided": brier_two_sided,
    "log": log,
    "spherical": spherical,
    "baseline": baseline,
}
LOWER_IS_BETTER = ("brier", "brier_two_sided", "log")


@dataclass(frozen=True)
class Stood:
    """A forecast of YES that stood on [start, end)."""

    start: int
    end: int
    p: float


@dataclass(frozen=True)
class Asked:
    """A question as one forecaster met it."""

    opens: int
    closes: int
    ends: int
    outcome: int
    stood: Sequence[Stood]


@dataclass(frozen=True)
class Line:
    score: float
    contribution: float


@dataclass(frozen=True)
class Result:
    mean_while_active: float | None
    skill_over_schedule: float
    coverage: float
    attainable_coverage: float
    receipt: Sequence[Line]


def asked(table: BinaryTable, pairs: int) -> list[Asked]:
    """The first so many pairs of a table, each with its intervals in the order of their rows."""
    stood: dict[int, list[Stood]] = defaultdict(list)
    for pair, start, end, p in zip(
        *(c.tolist() for c in (table.pair, table.start, table.end, table.p)), strict=True
    ):
        if pair < pairs:
            stood[pair].append(Stood(start, end, p))
    columns = (
        table.windows.opens,
        table.windows.closes,
        table.windows.ends,
        table.outcome.astype(int),
    )
    rows = zip(*(column[:pairs].tolist() for column in columns), strict=True)
    return [
        Asked(opens, closes, ends, won, stood[pair])
        for pair, (opens, closes, ends, won) in enumerate(rows)
    ]


def score(question: Asked) -> dict[str, Result]:
    """One forecaster on one question by every rule."""
    return {name: score_by(name, question) for name in RULES}


def score_by(name: str, question: Asked) -> Result:
    """One forecaster on one question by one rule."""
    rule = RULES[name]
    at_a_half = rule(0.5, question.outcome)
    scheduled = question.closes - question.opens
    lengths = [
        max(0, min(s.end, question.ends) - max(s.start, question.opens)) for s in question.stood
    ]
    active = sum(lengths)
    receipt, skill = [], 0.0
    for stood, length in zip(question.stood, lengths, strict=True):
        if not 0 <= stood.p <= 1:
            raise ValueError(f"{stood.p} is no probability")
        earned = rule(stood.p, question.outcome)
        gain = at_a_half - earned if name in LOWER_IS_BETTER else earned - at_a_half
        receipt.append(Line(earned, earned * length / active if active else 0.0))
        skill += gain * length / scheduled
    return Result(
        mean_while_active=sum(line.contribution for line in receipt) if active else None,
        skill_over_schedule=skill,
        coverage=active / scheduled,
        attainable_coverage=max(0, question.ends - question.opens) / scheduled,
        receipt=receipt,
    )
