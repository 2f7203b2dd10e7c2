"""Suggested scenario shares from a likelihood table and the question board."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from forecasts.questions.question import Question, QuestionId
from forecasts.scenarios.scenario_set import (
    ScenarioLine,
    ScenarioPosterior,
    ScenarioSet,
    compute_posterior,
)
from forecasts.suggestion.categorical import OptionLine, OptionSuggestion

VERSION = "scenarios-1"
"""Version of the method."""


def suggest_scenarios(
    question: Question, scenario_set: ScenarioSet, board: Mapping[QuestionId, float], at: datetime
) -> OptionSuggestion:
    """Suggest shares of the scenarios offered at `at`; without rows on the board the prior.

    `board` and errors are those of `forecasts.scenarios.scenario_set.compute_posterior`. The lines
    of a scenario add up to ln of its share: its prior, one line of kind "evidence" for each row
    (named by its question), and the normalisation. A scenario that is ruled out has a share of 0
    and no lines.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> from forecasts.scenarios.scenario_set import ScenarioLikelihoods
    >>> opens = utc("2026-01-01")
    >>> asked = build_question(NewQuestion("futures", "Which?", "As described.", ("https://example.org",),
    ...     opens,
    ...     utc("2027-01-01"), utc("2027-01-08"), kind="categorical", horizon_shape="state_at",
    ...     options=("neutral", "Other"), prior="neutral=80 Other=20"))
    >>> known = ScenarioSet("futures", "Two years", ("", ""), (ScenarioLikelihoods("summit", (0.125,
    ...     0.5)),))
    >>> found = suggest_scenarios(asked, known, {"summit": 0.2}, opens)
    >>> [round(p, 3) for p in found.distribution.p]
    [0.8, 0.2]
    >>> found.lines["Other"][1].why
    'summit: at 20%, where the prior alone expects 20%'
    """
    posterior_now = compute_posterior(question, scenario_set, board, at=at)
    lines = {
        name: _scenario_lines(posterior_now, name) for name in posterior_now.distribution.options
    }
    return OptionSuggestion(
        question.id, at, posterior_now.distribution, MappingProxyType(lines), VERSION
    )


def _scenario_lines(result: ScenarioPosterior, name: str) -> tuple[OptionLine, ...]:
    lines = result.lines[name]
    if result.distribution.of(name) == 0.0 or not lines:
        return ()
    first, *rows, last = lines
    return (
        OptionLine("base rate", first.why, first.log_share),
        *map(_row_line, rows),
        OptionLine("all options", last.why, last.log_share),
    )


def _row_line(line: ScenarioLine) -> OptionLine:
    return OptionLine("evidence", f"{line.question_id}: {line.why}", line.log_share)
