"""Ledger of a suggestion: lines in log-odds with reasons, which add up exactly.

Lines are grouped: base rate → time → news → learned correction → limits. Effects of learned
constants and limits are kept apart from news.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, Protocol, TypeVar

from forecasts.distributions.probability import sigmoid
from forecasts.questions.question import EvidenceId

LineKind = Literal[
    "base rate",
    "time passed",
    "table row",
    "reports",
    "evidence",
    "signpost",
    "doubt",
    "evidence scale",
    "learned correction",
    "limits",
]

GroupName = Literal["Base rate", "Time", "News", "Other options", "Learned correction", "Limits"]

RAW_NEWS_KINDS: Final[tuple[LineKind, ...]] = ("reports", "evidence", "signpost")
"""Kinds of news lines before doubt and scale, which apply to their sum."""

GROUPS: Final[Mapping[GroupName, tuple[str, ...]]] = MappingProxyType(
    {
        "Base rate": ("base rate",),
        "Time": ("time passed",),
        "News": ("table row", *RAW_NEWS_KINDS, "doubt", "evidence scale"),
        "Other options": ("all options",),
        "Learned correction": ("learned correction",),
        "Limits": ("limits",),
    }
)
"""Line kinds by group, in order; "Other options" is for questions with options only."""


@dataclass(frozen=True, slots=True)
class StoryEffect:
    """Effect of one story on a line: what its absence would change, in nats."""

    evidence_id: EvidenceId
    log_odds: float


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Line of the ledger of a suggestion.

    `log_odds` is its contribution, in nats; `p_after` the probability with this line and those
    above it. `p_after` depends on the order of the lines, `log_odds` does not. `effects` are those
    of its stories; they need not add up to the line.
    """

    kind: LineKind
    why: str
    log_odds: float
    p_after: float
    effects: tuple[StoryEffect, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerGroup:
    """Group of lines with its total: `log_odds` in nats, from `p_before` to `p_after`.

    The log-odds of all groups of a suggestion add up to logit(p) within 1e-12. `p_before` of the
    first group is 0.5, where log-odds are 0. The group "News" exists even without lines, and counts
    in words which pieces move nothing (`idle`).
    """

    name: GroupName
    lines: tuple[LedgerLine, ...]
    log_odds: float
    p_before: float
    p_after: float
    idle: str = ""


class _HasKind(Protocol):
    @property
    def kind(self) -> str: ...


_AnyLine = TypeVar("_AnyLine", bound=_HasKind)


def iter_groups(lines: Iterable[_AnyLine]) -> Iterator[tuple[GroupName, tuple[_AnyLine, ...]]]:
    """Iterate over the non-empty groups in order; "News" is always included."""
    collected = tuple(lines)
    for name, kinds in GROUPS.items():
        group = tuple(line for line in collected if line.kind in kinds)
        if group or name == "News":
            yield name, group


def group_lines(lines: Iterable[LedgerLine], idle: str = "") -> tuple[LedgerGroup, ...]:
    """Group the lines of a suggestion: base rate, time, news, learned correction, limits.

    `idle` is that of the news.

    >>> groups = group_lines([LedgerLine("base rate", "", -1.0, 0.27),
    ...     LedgerLine("learned correction", "", 0.2, 0.31)])
    >>> [(group.name, group.log_odds, round(group.p_after, 2)) for group in groups]
    [('Base rate', -1.0, 0.27), ('News', 0.0, 0.27), ('Learned correction', 0.2, 0.31)]
    """
    before: list[float] = []
    groups = []
    for name, group_members in iter_groups(lines):
        amounts = [line.log_odds for line in group_members]
        start, before = math.fsum(before), [*before, *amounts]
        total, after = math.fsum(amounts), sigmoid(math.fsum(before))
        words = idle if name == "News" else ""
        groups.append(LedgerGroup(name, group_members, total, sigmoid(start), after, words))
    return tuple(groups)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Ledger line before its place, and so its `p_after`, is known."""

    kind: LineKind
    why: str
    log_odds: float
    effects: tuple[StoryEffect, ...] = ()


def apply_doubt(log_odds: float, doubt: float) -> float:
    """Log-odds of evidence that points the wrong way with a chance of `doubt` (0 to below ½).

    ln((1 − d) L + d) − ln((1 − d) + d L) for a likelihood ratio L: within ± ln((1 − d)/d).

    >>> [round(apply_doubt(nats, 0.02), 3) for nats in (0.0, 1.0, -1.0, 1000.0)]
    [0.0, 0.953, -0.953, 3.892]
    """
    if doubt == 0.0:
        return log_odds
    size = abs(log_odds)
    # Both numerator and denominator are divided by L, so that no large number appears.
    inverse = math.exp(-size)
    ratio = ((1.0 - doubt) + doubt * inverse) / ((1.0 - doubt) * inverse + doubt)
    return math.copysign(math.log(ratio), log_odds)


def closing_difference(total: float, weights: Iterable[LedgerEntry]) -> float:
    """Difference between `total` and the sum of `weights`, rounded once.

    As the last line of a ledger it makes the sum exact to the last bits of a double, where
    differences of rounded sums would accumulate.

    >>> closing_difference(0.3, [LedgerEntry("evidence", "", x) for x in (0.1, 0.2)])
    -2.7755575615628914e-17
    """
    return math.fsum((total, *(-weight.log_odds for weight in weights)))


def accumulate_lines(weights: Iterable[LedgerEntry]) -> Iterator[LedgerLine]:
    """Convert entries to lines, each with the probability after it.

    >>> [round(line.p_after, 2) for line in accumulate_lines([LedgerEntry("base rate", "", -1.0),
    ...     LedgerEntry("evidence", "", 1.0)])]
    [0.27, 0.5]
    """
    z = 0.0
    for weight in weights:
        z += weight.log_odds
        yield LedgerLine(weight.kind, weight.why, weight.log_odds, sigmoid(z), weight.effects)
