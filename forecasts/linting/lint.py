"""Question linter: flaws that hinder resolution, with reasons and corrections.

Deterministic: the same question in the same context has the same flaws. "blocking" flaws keep a
stranger from resolving the question or forbid it; all others are "advice". The checks implement
Tetlock's clairvoyance test: somebody who sees the future, but not the asker's mind, could answer.
"""

from forecasts.linting.criteria import criteria_flaws
from forecasts.linting.flaws import CODES, Flaw, Severity, Surroundings, examined
from forecasts.linting.option_names import options_flaws
from forecasts.linting.surroundings import surroundings_flaws
from forecasts.linting.times import times_flaws
from forecasts.linting.wording import wording_flaws
from forecasts.questions.new_question import Asked
from forecasts.questions.question import Question

__all__ = ["CODES", "Flaw", "Severity", "Surroundings", "lint"]


def lint(new_question: Asked | Question, context: Surroundings) -> tuple[Flaw, ...]:
    """Return the flaws of a question, blocking ones first, then in the order of `CODES`.

    Never fails on any text.

    >>> from forecasts.questions.question import utc
    >>> vague = Asked("exports", "Will exports fall significantly by 31 March 2027?",
    ...     "YES if they are lower (UTC).", ("National Bank", "Reuters, as fall-back"),
    ...     utc("2027-01-01"), utc("2027-04-01"), utc("2027-04-08"))
    >>> flaws = lint(vague, Surroundings(utc("2027-01-01")))
    >>> [(flaw.code, flaw.reason) for flaw in flaws if flaw.severity == "blocking"]
    [('vague-word', 'readers measure “significantly” by different yardsticks')]
    """
    target = examined(new_question)
    found_flaws = [
        *wording_flaws(target),
        *criteria_flaws(target),
        *times_flaws(target, context),
        *options_flaws(target),
        *surroundings_flaws(target, context),
    ]
    order = {code: position for position, code in enumerate(CODES)}
    return tuple(
        sorted(
            dict.fromkeys(found_flaws),
            key=lambda flaw: (flaw.severity != "blocking", order[flaw.code]),
        )
    )
