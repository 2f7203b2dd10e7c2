"""Links between questions in words, with their numbers."""

from collections.abc import Sequence
from typing import Final

from dashboard.wording.numbers import percent_whole
from forecasts.questions.links import LinkKind
from forecasts.scenarios.link_rules import Violation

LINK_RULES: Final[dict[LinkKind, str]] = {
    "implies": "Whenever the first comes true, so does the second: it is at least as likely.",
    "negates": "Exactly one of the two comes true: together they make 100 %.",
    "conjunction": (
        "The third asks whether the first two both come true: it is no likelier than either "
        "of them."
    ),
    "one of": "Exactly one of them comes true: together they make 100 %.",
    "dates": "One event, asked by several dates.",
    "members": "The same question, asked of several.",
    "condition": "A conditional pair: the branch whose condition does not come about is annulled.",
}
"""The rule of each kind of link, in a sentence."""


def format_link_numbers(kind: LinkKind, p: Sequence[float]) -> str:
    """State the rule of a link with one forecaster's numbers, P(YES) in the order of the link.

    `40 % and 55 %`, `40 % + 55 % = 95 %`, `40 % and 50 %, both 20 %: from 0 % to 40 % is possible`.
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
    """Format a sum of probabilities, which may exceed 100 %: `105 %`."""
    return f"{100.0 * total:.0f}\u00a0%"


def describe_total_probability(p: Sequence[float]) -> str:
    """Compute the unconditional probability of a conditional pair: `26 % = 30 % × 40 % + 70 % × 20
    %`.

    P(A) = P(B) · P(A | B) + P(not B) · P(A | not B), the law of total probability; a fourth number
    is the forecast of P(A).
    """
    b, if_so, if_not = p[:3]
    total = b * if_so + (1.0 - b) * if_not
    formula = (
        f"{percent_whole(b)} × {percent_whole(if_so)} + {percent_whole(1.0 - b)} × "
        f"{percent_whole(if_not)}"
    )
    actual = f"; held is {percent_whole(p[3])}" if len(p) > 3 else ""
    return f"{percent_whole(total)} = {formula}{actual}"


def describe_contradiction(violation: Violation) -> str:
    """Describe a violated link and the nearest coherent forecasts: `“…” …; nearest that agree: 53 %
    and 53 %.`
    """
    after = ", ".join(percent_whole(p) for p in violation.after)
    slight = "" if violation.flagged else " It is small enough to be noise."
    return f"{violation.words}. The nearest that agree: {after}.{slight}"
