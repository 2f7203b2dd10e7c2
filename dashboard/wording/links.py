"""Links between questions in words, with their numbers."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

from dashboard.wording.numbers import MINUS, NBSP, percent_whole, plural
from forecasts.questions.links import LinkKind
from forecasts.scenarios.link_rules import Violation
from tracker.model.scenarios import RepairWord

LINK_RULES: Final[dict[LinkKind, str]] = {
    "implies": "Whenever the first comes true, so does the second: it is at least as likely.",
    "negates": "Exactly one of the two comes true: together they make 100%.",
    "conjunction": (
        "The third asks whether the first two both come true: it can’t be likelier than either."
    ),
    "one of": "Exactly one of them comes true: together they make 100%.",
    "dates": "One event by several dates.",
    "members": "Same question, several subjects.",
    "condition": "A conditional pair: the branch whose condition does not come about is annulled.",
    "sibling": "The second asks the same of a shorter time.",
}
"""The rule of each kind of link, in a sentence."""


def format_link_numbers(kind: LinkKind, p: Sequence[float]) -> str:
    """State the rule of a link with one forecaster's numbers, P(YES) in the order of the link.

    `40% and 55%`, `40% + 55% = 95%`, `40% and 50%, both 20%: from 0% to 40% is possible`.
    Empty for kinds that have a chart.
    """
    percents = [percent_whole(probability) for probability in p]
    match kind:
        case "implies":
            return f"{percents[0]}, and {percents[1]} for what follows from it"
        case "negates" | "one of":
            return f"{' + '.join(percents)} = {percent_total(sum(p))}"
        case "conjunction":
            min_p, max_p = max(0.0, p[0] + p[1] - 1.0), min(p[0], p[1])
            return (
                f"{percents[0]} and {percents[1]}, both {percents[2]}: from "
                f"{percent_whole(min_p)} to {percent_whole(max_p)} is possible"
            )
        case _:
            return ""


def percent_total(total: float) -> str:
    """Format a sum of probabilities, which may exceed 100%: `105%`."""
    return f"{100.0 * total:.0f}%"


def describe_total_probability(p: Sequence[float]) -> str:
    """Compute the unconditional probability of a conditional pair: `26% = 30% × 40% +
    70% × 20%`.

    P(A) = P(B) · P(A | B) + P(not B) · P(A | not B), the law of total probability; a fourth number
    is the forecast of P(A).
    """
    b, if_so, if_not = p[:3]
    total = b * if_so + (1.0 - b) * if_not
    formula = (
        f"{percent_whole(b)} × {percent_whole(if_so)} + {percent_whole(1.0 - b)} × "
        f"{percent_whole(if_not)}"
    )
    actual = f"; currently {percent_whole(p[3])}" if len(p) > 3 else ""
    return f"{percent_whole(total)} = {formula}{actual}"


def describe_contradiction(violation: Violation) -> str:
    """Describe a violated link and the nearest coherent forecasts: `“…” …; nearest that agree: 53%
    and 53%.`
    """
    after = ", ".join(percent_whole(p) for p in violation.after)
    slight = "" if violation.flagged else " Within rounding."
    return f"{violation.words}. The nearest that agree: {after}.{slight}"


LINK_KIND_NAMES: Final[dict[LinkKind, str]] = {
    "implies": "One follows from the other",
    "negates": "One is the opposite of the other",
    "conjunction": "One asks for both of two others",
    "one of": "Exactly one of several",
    "dates": "One event by several dates",
    "members": "One question about several",
    "condition": "A conditional pair",
    "sibling": "A long question and its sibling",
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
    "sibling": ("The long question", "The same of a shorter time"),
}
"""Role of each question of a link, in order; kinds without an entry take any number of
questions.
"""

OPTIONAL_ROLE: Final = "Asked whatever becomes of the condition (optional)"
"""Role of the optional fourth question of a conditional pair."""

MIN_REPAIRS: Final = 10
"""Fewer answered repairs than this are called a small sample."""


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
