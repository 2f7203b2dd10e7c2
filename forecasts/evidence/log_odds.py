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
    "evidence",
    "silence",
    "usual level",
    "evidence scale",
    "saturation",
    "learned correction",
    "limits",
]

GroupName = Literal["Base rate", "Time", "News", "Other options", "Learned correction", "Limits"]

GROUPS: Final[Mapping[GroupName, tuple[str, ...]]] = MappingProxyType(
    {
        "Base rate": ("base rate",),
        "Time": ("time passed",),
        "News": (
            "table row",
            "evidence",
            "silence",
            "usual level",
            "evidence scale",
            "saturation",
        ),
        "Other options": ("all options",),
        "Learned correction": ("learned correction",),
        "Limits": ("limits",),
    }
)
"""Line kinds by group, in order; "Other options" is for questions with options only."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Line of the ledger of a suggestion.

    `log_odds` is its contribution, in nats; `p_after` the probability with this line and those
    above it. `p_after` depends on the order of the lines, `log_odds` does not.
    """

    kind: LineKind
    why: str
    log_odds: float
    p_after: float
    evidence_id: EvidenceId | None = None


@dataclass(frozen=True, slots=True)
class LedgerGroup:
    """Group of lines with its total: `log_odds` in nats, from `p_before` to `p_after`.

    The log-odds of all groups of a suggestion add up to logit(p) within 1e-12. `p_before` of the
    first group is 0.5, where log-odds are 0. The group "News" exists even without lines.
    """

    name: GroupName
    lines: tuple[LedgerLine, ...]
    log_odds: float
    p_before: float
    p_after: float


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


def group_lines(lines: Iterable[LedgerLine]) -> tuple[LedgerGroup, ...]:
    """Group the lines of a suggestion: base rate, time, news, learned correction, limits.

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
        groups.append(
            LedgerGroup(
                name, group_members, math.fsum(amounts), sigmoid(start), sigmoid(math.fsum(before))
            )
        )
    return tuple(groups)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Ledger line before its place, and so its `p_after`, is known."""

    kind: LineKind
    why: str
    log_odds: float
    evidence_id: EvidenceId | None = None


def apply_soft_cap(log_odds: float, cap: float) -> float:
    """Soft cap: cap · tanh(log_odds / cap), nearly linear for small values and within ± cap.

    >>> round(apply_soft_cap(0.2, 3.4), 3), apply_soft_cap(1000.0, 3.4)
    (0.2, 3.4)
    """
    return cap * math.tanh(log_odds / cap)


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
        yield LedgerLine(weight.kind, weight.why, weight.log_odds, sigmoid(z), weight.evidence_id)
