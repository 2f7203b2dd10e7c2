"""Suggested shares of scenarios: their likelihood table first, then stories on them.

    q(scenario) ∝ P(scenario | board) · exp(softcap(γ · Σ stories ± ln LR · novelty · decay))

A story that already counts through a question of the table has to be left out by the caller: it
would count twice.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from forecasts.evidence.evidence import Evidence, Indicator, IndicatorId
from forecasts.evidence.log_odds import LedgerEntry
from forecasts.evidence.weights import DEFAULT_MODEL, SuggestionModel
from forecasts.questions.question import Question
from forecasts.scenarios.scenario_set import ScenarioLine, ScenarioPosterior
from forecasts.suggestion.binary import NO_USUAL_LEVELS
from forecasts.suggestion.categorical import OptionSuggestion, multiply_shares, weigh_options


def suggest_scenarios(
    question: Question,
    table: ScenarioPosterior,
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    *,
    at: datetime,
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
    usual_levels: Mapping[IndicatorId, float] = NO_USUAL_LEVELS,
) -> OptionSuggestion:
    """Suggest shares of the scenarios offered at `at`; without rows and stories the prior.

    `table` is what the questions of the table make of the scenarios at that time, the rest as for
    `forecasts.suggestion.categorical.suggest_options`. The lines of a scenario add up to ln of its
    share: its prior, one line of kind "table row" for each row (named by its question), the
    stories, and the normalisation. A scenario that is ruled out has a share of 0 and no lines.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> from forecasts.scenarios.scenario_set import (ScenarioLikelihoods, ScenarioSet,
    ...     compute_posterior)
    >>> opens = utc("2026-01-01")
    >>> asked = build_question(NewQuestion("futures", "Which?", "As described.",
    ...     ("https://example.org",), opens,
    ...     utc("2027-01-01"), utc("2027-01-08"), kind="categorical", horizon_shape="state_at",
    ...     options=("neutral", "Other"), prior="neutral=80 Other=20"))
    >>> known = ScenarioSet("futures", "Two years", ("", ""), (ScenarioLikelihoods("summit", (0.125,
    ...     0.5)),))
    >>> table = compute_posterior(asked, known, {"summit": 0.2}, at=opens)
    >>> found = suggest_scenarios(asked, table, [], {}, at=opens)
    >>> [round(p, 3) for p in found.distribution.p]
    [0.8, 0.2]
    >>> found.lines["Other"][1].why
    'summit: at 20%, where the prior alone expects 20%'
    """
    weights = weigh_options(
        question,
        table.prior,
        evidence,
        indicators,
        at=at,
        model=model,
        archive_from=archive_from,
        usual_levels=usual_levels,
    )
    start = {name: [*map(_make_entry, lines[:-1])] for name, lines in table.lines.items()}
    closing = next(lines[-1].why for lines in table.lines.values() if lines)
    distribution, lines = multiply_shares(
        table.distribution, start, weights, model, closing=closing
    )
    return OptionSuggestion(question.id, at, distribution, lines, model.version)


def _make_entry(line: ScenarioLine) -> LedgerEntry:
    """Ledger entry of the prior of a scenario, or of a row of the table."""
    if line.question_id is None:
        return LedgerEntry("base rate", line.why, line.log_share)
    return LedgerEntry("table row", f"{line.question_id}: {line.why}", line.log_share)
