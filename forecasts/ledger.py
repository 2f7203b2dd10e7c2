"""The ledger of a suggestion: lines in log-odds, each with its reason, that add up to what they explain."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

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
    "recalibration",
    "clip",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One reason why the suggestion is what it is.

    `log_odds` is what it adds, in nats; `p_after` the probability with this line and those above it.
    `p_after` depends on the order of the lines, `log_odds` does not.
    """

    kind: LineKind
    why: str
    log_odds: float
    p_after: float
    evidence_id: EvidenceId | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """A line before its place in the ledger is known."""

    kind: LineKind
    why: str
    log_odds: float
    evidence_id: EvidenceId | None = None


def soft_capped(log_odds: float, cap: float) -> float:
    """cap · tanh(log_odds / cap): nearly itself while small, and never beyond ± cap, whatever comes in.

    >>> round(soft_capped(0.2, 3.4), 3), soft_capped(1000.0, 3.4)
    (0.2, 3.4)
    """
    return cap * math.tanh(log_odds / cap)


def rest(total: float, weights: Iterable[Weight]) -> float:
    """What is missing from `weights` to `total`, rounded once however many they are.

    Closing a ledger with it makes its lines add up to within the last bits of a double, where differences of
    rounded sums would pile up.

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
