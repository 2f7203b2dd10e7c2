"""Contradictions between forecasts, repairs and links in words."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

from dashboard.wording.numbers import MINUS, NBSP, plural
from forecasts.questions.links import LinkKind
from forecasts.scenarios.link_rules import Violation
from tracker.model.scenarios import RepairWord

KIND_OF_LINK: Final[dict[LinkKind, str]] = {
    "implies": "One follows from the other",
    "negates": "One is the opposite of the other",
    "conjunction": "One asks for both of two others",
    "one of": "Exactly one of several",
    "dates": "One event by several dates",
    "members": "One question about several",
    "condition": "A conditional pair",
}
"""The kinds of links in the words of a person who looks for one."""

ROLES: Final[dict[LinkKind, tuple[str, ...]]] = {
    "implies": ("Whenever this comes true …", "… this does, too"),
    "negates": ("Either this …", "… or this"),
    "conjunction": ("This …", "… and this …", "… are both asked for here"),
    "condition": (
        "The condition",
        "Asked for the case that it comes about",
        "Asked for the case that it does not",
    ),
}
"""What each question of a link is to it, in order; kinds without an entry take any number, in
order.
"""

ABOUT: Final = "Asked whatever becomes of the condition (optional)"
"""The fourth question of a conditional pair."""

SMALL_SAMPLE: Final = 10
"""Fewer answered repairs than this say little."""


def nats(amount: float) -> str:
    """How far apart: `0.049 nats`, `infinitely far, as certainties contradict each other`."""
    if not isfinite(amount):
        return "infinitely far apart: certainties contradict each other"
    return (
        f"{amount:.3f}{NBSP}nats apart" if amount >= 0.0005 else f"less than 0.001{NBSP}nats apart"
    )


def offers(found: Violation) -> str:
    """What the repair gains however things turn out: `The nearest that agree gain at least 0.021
    nats …`
    """
    gains = found.repair.gains
    least = min(gains, default=0.0)
    if least < 0.0005:
        return "The nearest that agree can only gain in log score, whatever the answers."
    alike = isfinite(max(gains)) and max(gains) - least < 0.0005
    at_least = "" if alike else "at least "
    return (
        f"The nearest that agree gain {at_least}{least:.3f}{NBSP}nats of log score, whatever "
        "the answers."
    )


def gain(amount: float | None) -> str:
    """What a repair gains: `+0.083`, `−0.120`, `not answered yet`."""
    if amount is None:
        return "not answered yet"
    if not isfinite(amount):
        return "+∞" if amount > 0 else f"{MINUS}∞"
    return f"{'+' if amount >= 0 else MINUS}{abs(amount):.3f}"


def record(decision: RepairWord, gains: Sequence[float]) -> str:
    """How repairs did that were adopted or declined, once answered: `3 of 4 adopted repairs gained,
    +0.08 nats on …`
    """
    if not gains:
        return ""
    better = sum(amount > 0.0 for amount in gains)
    finite = [amount for amount in gains if isfinite(amount)]
    verb = "gained" if decision == "adopted" else "would have gained"
    mean = f", {gain(sum(finite) / len(finite))}{NBSP}nats on average" if finite else ""
    boundless = len(gains) - len(finite)
    beside = f", besides {boundless} without bound" if boundless and finite else ""
    small = "; a small sample" if len(gains) < SMALL_SAMPLE else ""
    of = plural(len(gains), f"{decision} repair")
    return f"{better} of {of} {verb}{mean}{beside}{small}."
