"""Question linter: flaws that hinder resolution, with reasons and corrections.

Deterministic: the same question in the same context has the same flaws. "blocking" flaws keep a
stranger from resolving the question or forbid it; all others are "advice". The checks implement
Tetlock's clairvoyance test: somebody who sees the future, but not the asker's mind, could answer.
"""

from forecasts.linting.agreement import find_agreement_flaws
from forecasts.linting.bearing import find_bearing_flaws
from forecasts.linting.context import find_context_flaws
from forecasts.linting.flaws import CODES, Flaw, LintContext, Severity, prepare_lint_target
from forecasts.linting.measures import find_measure_flaws
from forecasts.linting.option_ranges import find_option_flaws
from forecasts.linting.sources import find_source_flaws
from forecasts.linting.times import find_time_flaws
from forecasts.linting.wording import find_wording_flaws
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import Question

__all__ = ["CODES", "Flaw", "LintContext", "Severity", "find_flaws"]


def find_flaws(new_question: NewQuestion | Question, context: LintContext) -> tuple[Flaw, ...]:
    """Return the flaws of a question, blocking ones first, then in the order of `CODES`.

    Never fails on any text.

    >>> from forecasts.questions.question import utc
    >>> vague = NewQuestion("exports", "Will exports fall significantly by 31 March 2027?",
    ...     "YES if exports are lower than in 2026 (UTC).", ("National Bank", "Reuters"),
    ...     utc("2027-01-01"), utc("2027-04-01"), utc("2027-04-08"))
    >>> flaws = find_flaws(vague, LintContext(utc("2027-01-01")))
    >>> [(flaw.code, flaw.reason) for flaw in flaws if flaw.severity == "blocking"]
    [('vague-word', 'readers measure “significantly” by different yardsticks')]
    """
    target = prepare_lint_target(new_question)
    found_flaws = [
        *find_wording_flaws(target),
        *find_measure_flaws(target),
        *find_agreement_flaws(target),
        *find_source_flaws(target),
        *find_time_flaws(target, context),
        *find_option_flaws(target),
        *find_context_flaws(target, context),
        *find_bearing_flaws(new_question),
    ]
    order = {code: position for position, code in enumerate(CODES)}
    return tuple(
        sorted(
            dict.fromkeys(found_flaws),
            key=lambda flaw: (flaw.severity != "blocking", order[flaw.code]),
        )
    )
