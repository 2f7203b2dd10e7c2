"""Contradictions between forecasts, repairs and links in words."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

from dashboard.wording.numbers import MINUS, NBSP, plural
from forecasts.questions.links import LinkKind
from forecasts.scenarios.link_rules import Violation
from tracker.model.scenarios import RepairWord

LINK_KIND_NAMES: Final[dict[LinkKind, str]] = {
    "implies": "One follows from the other",
    "negates": "One is the opposite of the other",
    "conjunction": "One asks for both of two others",
    "one of": "Exactly one of several",
    "dates": "One event by several dates",
    "members": "One question about several",
    "condition": "A conditional pair",
}
"""Names of the kinds of links."""

LINK_ROLES: Final[dict[LinkKind, tuple[str, ...]]] = {
    "implies": ("Whenever this comes true …", "… this does, too"),
    "negates": ("Either this …", "… or this"),
    "conjunction": ("This …", "… and this …", "… are both asked for here"),
    "condition": (
        "The condition",
        "Asked for the case that it comes about",
        "Asked for the case that it does not",
    ),
}
"""Role of each question of a link, in order; kinds without an entry take any number of
questions.
"""

OPTIONAL_ROLE: Final = "Asked whatever becomes of the condition (optional)"
"""Role of the optional fourth question of a conditional pair."""

MIN_REPAIRS: Final = 10
"""Fewer answered repairs than this are called a small sample."""


def format_nats(amount: float) -> str:
    """Format a divergence: `0.049 nats apart`, or infinitely far if certainties contradict each
    other.
    """
    if not isfinite(amount):
        return "infinitely far apart: certainties contradict each other"
    return (
        f"{amount:.3f}{NBSP}nats apart" if amount >= 0.0005 else f"less than 0.001{NBSP}nats apart"
    )


def describe_repair_gain(violation: Violation) -> str:
    """State the guaranteed gain of a repair: `The nearest that agree gain at least 0.021 nats …`"""
    gains = violation.repair.gains
    min_gain = min(gains, default=0.0)
    if min_gain < 0.0005:
        return "The nearest that agree can only gain in log score, whatever the answers."
    is_constant = isfinite(max(gains)) and max(gains) - min_gain < 0.0005
    at_least = "" if is_constant else "at least "
    return (
        f"The nearest that agree gain {at_least}{min_gain:.3f}{NBSP}nats of log score, whatever "
        "the answers."
    )


def format_gain(amount: float | None) -> str:
    """Format the gain of a repair: `+0.083`, `−0.120`, `not answered yet`."""
    if amount is None:
        return "not answered yet"
    if not isfinite(amount):
        return "+∞" if amount > 0 else f"{MINUS}∞"
    return f"{'+' if amount >= 0 else MINUS}{abs(amount):.3f}"


def summarise_repairs(decision: RepairWord, gains: Sequence[float]) -> str:
    """Summarise answered repairs with one decision: `3 of 4 adopted repairs gained, +0.08 nats on
    …`
    """
    if not gains:
        return ""
    better = sum(amount > 0.0 for amount in gains)
    finite = [amount for amount in gains if isfinite(amount)]
    verb = "gained" if decision == "adopted" else "would have gained"
    mean = f", {format_gain(sum(finite) / len(finite))}{NBSP}nats on average" if finite else ""
    unbounded = len(gains) - len(finite)
    unbounded_words = f", besides {unbounded} without bound" if unbounded and finite else ""
    caveat = "; a small sample" if len(gains) < MIN_REPAIRS else ""
    repairs = plural(len(gains), f"{decision} repair")
    return f"{better} of {repairs} {verb}{mean}{unbounded_words}{caveat}."
