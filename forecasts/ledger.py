"""The ledger of a suggestion: lines in log-odds, each with its reason, that add up to what they
explain.

Lines stand in groups: base rate → time → news → learned correction → limits. What a learned
constant or a limit did is never told as news.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, Protocol, TypeVar

from forecasts.evidence import EvidenceId
from forecasts.probability import sigmoid

LineKind = Literal[
    "base rate",
    "time passed",
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
        "News": ("evidence", "silence", "usual level", "evidence scale", "saturation"),
        "Other options": ("all options",),
        "Learned correction": ("learned correction",),
        "Limits": ("limits",),
    }
)
"""The groups in their order, with the kinds of their lines; "Other options" is for questions with
options alone.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One reason why the suggestion is what it is.

    `log_odds` is what it adds, in nats; `p_after` the probability with this line and those above
    it. `p_after` depends on the order of the lines, `log_odds` does not.
    """

    kind: LineKind
    why: str
    log_odds: float
    p_after: float
    evidence_id: EvidenceId | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together, and what they add: `log_odds` in nats, from `p_before` to
    `p_after`.

    The log-odds of all groups of a suggestion add up to logit(p) within 1e-12. `p_before` of the
    first group is 0.5, where log-odds are 0. News without a line is a group, too: there were none.
    """

    name: GroupName
    lines: tuple[Line, ...]
    log_odds: float
    p_before: float
    p_after: float


class _HasKind(Protocol):
    @property
    def kind(self) -> str: ...


_AnyLine = TypeVar("_AnyLine", bound=_HasKind)


def by_group(lines: Iterable[_AnyLine]) -> Iterator[tuple[GroupName, tuple[_AnyLine, ...]]]:
    """The groups that lines fall into, in order; News is among them even when it is empty."""
    collected = tuple(lines)
    for name, kinds in GROUPS.items():
        group = tuple(line for line in collected if line.kind in kinds)
        if group or name == "News":
            yield name, group


def group_lines(lines: Iterable[Line]) -> tuple[Group, ...]:
    """The lines of a suggestion in their groups: base rate, time, news, learned correction, limits.

    >>> groups = group_lines([Line("base rate", "", -1.0, 0.27), Line("learned correction", "", 0.2, 0.31)])
    >>> [(group.name, group.log_odds, round(group.p_after, 2)) for group in groups]
    [('Base rate', -1.0, 0.27), ('News', 0.0, 0.27), ('Learned correction', 0.2, 0.31)]
    """
    before: list[float] = []
    groups = []
    for name, group_members in by_group(lines):
        amounts = [line.log_odds for line in group_members]
        start, before = math.fsum(before), [*before, *amounts]
        groups.append(
            Group(
                name, group_members, math.fsum(amounts), sigmoid(start), sigmoid(math.fsum(before))
            )
        )
    return tuple(groups)


@dataclass(frozen=True, slots=True)
class Weight:
    """A line before its place in the ledger is known."""

    kind: LineKind
    why: str
    log_odds: float
    evidence_id: EvidenceId | None = None


def soft_capped(log_odds: float, cap: float) -> float:
    """cap · tanh(log_odds / cap): nearly itself while small, and never beyond ± cap, whatever comes
    in.

    >>> round(soft_capped(0.2, 3.4), 3), soft_capped(1000.0, 3.4)
    (0.2, 3.4)
    """
    return cap * math.tanh(log_odds / cap)


def rest(total: float, weights: Iterable[Weight]) -> float:
    """What is missing from `weights` to `total`, rounded once however many they are.

    Closing a ledger with it makes its lines add up to within the last bits of a double, where
    differences of rounded sums would pile up.

    >>> rest(0.3, [Weight("evidence", "a story", 0.1), Weight("evidence", "another", 0.2)])
    -2.7755575615628914e-17
    """
    return math.fsum((total, *(-weight.log_odds for weight in weights)))


def in_order(weights: Iterable[Weight]) -> Iterator[Line]:
    """The weights as lines, each with the probability that it leaves behind.

    >>> [round(line.p_after, 2) for line in in_order([Weight("base rate", "", -1.0), Weight("evidence", "", 1.0)])]
    [0.27, 0.5]
    """
    z = 0.0
    for weight in weights:
        z += weight.log_odds
        yield Line(weight.kind, weight.why, weight.log_odds, sigmoid(z), weight.evidence_id)
