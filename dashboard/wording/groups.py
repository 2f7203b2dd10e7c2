"""What links between questions say, with the numbers in them."""

from collections.abc import Sequence
from typing import Final

from dashboard.wording.numbers import percent
from forecasts.questions.links import LinkKind
from forecasts.scenarios.link_rules import Violation

RULE: Final[dict[LinkKind, str]] = {
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
"""What each kind of link says, in a sentence."""


def with_numbers(kind: LinkKind, p: Sequence[float]) -> str:
    """The same with one forecaster's numbers, P(YES) in the order of the link; empty for kinds that
    have a chart.

    `40 % and 55 %`, `40 % + 55 % = 95 %`, `40 % and 50 %, both 20 %: from 0 % to 40 % is possible`.
    """
    said = [percent(each) for each in p]
    match kind:
        case "implies":
            return f"{said[0]}, and {said[1]} for what follows from it"
        case "negates" | "one of":
            return f"{' + '.join(said)} = {percent_of_all(sum(p))}"
        case "conjunction":
            least, most = max(0.0, p[0] + p[1] - 1.0), min(p[0], p[1])
            return (
                f"{said[0]} and {said[1]}, both {said[2]}: from {percent(least)} to "
                f"{percent(most)} is possible"
            )
        case _:
            return ""


def percent_of_all(total: float) -> str:
    """A sum of probabilities, which may pass 100 %: `105 %`."""
    return f"{100.0 * total:.0f}\u00a0%"


def together(p: Sequence[float]) -> str:
    """What a conditional pair makes without the condition: `26 % = 30 % × 40 % + 70 % × 20 %`.

    P(A) = P(B) · P(A | B) + P(not B) · P(A | not B), the law of total probability; a fourth number
    is P(A) as it is held.
    """
    b, if_so, if_not = p[:3]
    total = b * if_so + (1.0 - b) * if_not
    sum_of = f"{percent(b)} × {percent(if_so)} + {percent(1.0 - b)} × {percent(if_not)}"
    held = f"; held is {percent(p[3])}" if len(p) > 3 else ""
    return f"{percent(total)} = {sum_of}{held}"


def contradiction(found: Violation) -> str:
    """What contradicts a link, and the nearest forecasts that do not: `“…” …; nearest that agree:
    53 % and 53 %.`
    """
    after = ", ".join(percent(p) for p in found.after)
    slight = "" if found.flagged else " It is small enough to be noise."
    return f"{found.words}. The nearest that agree: {after}.{slight}"
