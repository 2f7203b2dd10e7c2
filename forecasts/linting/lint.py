"""Is this question resolvable? What is wrong with it, each with its reason and with what to write
instead.

Deterministic: the same question in the same surroundings has the same flaws. "blocking" is what
keeps a stranger from resolving it, or what must not be asked; "advice" is the rest. The gate that
these checks stand for is Tetlock's clairvoyance test: somebody who sees the future, but not the
asker's mind, could answer.
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


def lint(asked: Asked | Question, around: Surroundings) -> tuple[Flaw, ...]:
    """The flaws of a question, blocking ones first, then in the order of `CODES`; never fails,
    whatever the text.

    >>> from forecasts.questions.question import utc
    >>> vague = Asked("exports", "Will exports fall significantly by 31 March 2027?", "YES if they are lower (UTC).",
    ...     ("National Bank", "Reuters, as fall-back"), utc("2027-01-01"), utc("2027-04-01"), utc("2027-04-08"))
    >>> found = lint(vague, Surroundings(utc("2027-01-01")))
    >>> [(flaw.code, flaw.reason) for flaw in found if flaw.severity == "blocking"]
    [('vague-word', 'readers measure “significantly” by different yardsticks')]
    """
    question = examined(asked)
    found = [
        *wording_flaws(question),
        *criteria_flaws(question),
        *times_flaws(question, around),
        *options_flaws(question),
        *surroundings_flaws(question, around),
    ]
    order = {code: n for n, code in enumerate(CODES)}
    return tuple(
        sorted(
            dict.fromkeys(found), key=lambda flaw: (flaw.severity != "blocking", order[flaw.code])
        )
    )
