"""Sample sizes from which numbers and verdicts are shown, and the reason where they are not.

Measured in simulated worlds (`python -m tests.acceptance worlds`): below these limits intervals
cover less, and verdicts are wrong more often, than they say.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

MIN_FAMILIES: Final = 15
"""Families of questions below which no interval is shown but the confidence sequence."""

MIN_RARER: Final = 5
"""Families with the rarer answer below which nobody is called better: until then most
forecasters who say "never" look alike."""

MIN_FIXED_TEST: Final = 30
"""Families below which the test for one planned look is not shown."""


def explain_interval_shortage(families: int, rarer: int | None = None) -> str:
    """Explain why no interval is shown; empty if enough was seen.

    `rarer` counts the families with the rarer of YES and NO, None where that does not apply.

    >>> explain_interval_shortage(9, 3)
    '6 more independent questions are needed'
    >>> explain_interval_shortage(40, 3)
    'YES and NO each have to come in 5 independent questions, and the rarer came in 3'
    """
    if families < MIN_FAMILIES:
        missing = MIN_FAMILIES - families
        if missing == 1:
            return "1 more independent question is needed"
        return f"{missing} more independent questions are needed"
    return explain_rare_answers(rarer)


def explain_rare_answers(rarer: int | None) -> str:
    """Explain that one of YES and NO was seen too seldom for a verdict; empty if it was not."""
    if rarer is None or rarer >= MIN_RARER:
        return ""
    return (
        f"YES and NO each have to come in {MIN_RARER} independent questions, and the rarer came in "
        f"{rarer or 'none'}"
    )


def count_rarer(answers: Iterable[AbstractSet[bool]]) -> int | None:
    """Count the families with the rarer of YES and NO; None if no family has either.

    `answers` are those of each family's yes-no questions.

    >>> count_rarer([{True}, {False}, {True, False}, set()]), count_rarer([set()])
    (2, None)
    """
    seen = [family for family in answers if family]
    if not seen:
        return None
    return min(sum(answer in family for family in seen) for answer in (True, False))
