"""Data of a scenario set: shares, the table, and what answers would change."""

from collections.abc import Mapping
from datetime import datetime

from dashboard.wording.numbers import display_name
from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import (
    CROWD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    QuestionId,
    is_person,
)
from forecasts.scenarios.diagnosticity import RowValue, analyse_diagnosticity, rank_informative_rows
from forecasts.scenarios.scenario_set import (
    ScenarioLikelihoods,
    ScenarioPosterior,
    compute_posterior,
)
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import ScenarioPage


def list_scenarios(page: ScenarioPage) -> tuple[str, ...]:
    """List the names of all scenarios, in the order of the table's numbers."""
    return tuple(option.name for option in page.summary.question.options)


def board_probabilities(page: ScenarioPage) -> dict[QuestionId, float]:
    """Return P(YES) of the indicator questions with a number."""
    return {question_id: seat.p for question_id, seat in page.board.items() if seat.p is not None}


def current_posterior(page: ScenarioPage, now: datetime) -> ScenarioPosterior:
    """Compute the posterior from table and board."""
    return compute_posterior(
        page.summary.question,
        page.scenario_set,
        board_probabilities(page),
        families=page.families,
        at=now,
    )


def list_shares(
    summary: QuestionSummary, me: ForecasterId, now: datetime
) -> dict[str, Mapping[str, float]]:
    """Return the shares of base rate and estimate, mine, and the crowd's if others forecast."""
    has_crowd = any(is_person(name) and name != me for name in summary.standings)
    names = {PRIOR: "Base rate", SUGGESTION: "Now", me: "You"} | ({CROWD: ""} if has_crowd else {})
    shares: dict[str, Mapping[str, float]] = {}
    for forecaster_id, label in names.items():
        standing = summary.standings.get(forecaster_id)
        if standing is None:
            continue
        current = fold_removed_options(summary.question, now, standing.distribution)
        if isinstance(current, Categorical):
            name = label or display_name(standing.forecaster, me)
            shares[name] = dict(zip(current.options, current.p, strict=True))
    return shares


def rank_rows(page: ScenarioPage) -> tuple[ScenarioLikelihoods, ...]:
    """Rank the rows, most diagnostic first; in their own order while a number is missing."""
    outcomes = {
        question_id: seat.question.resolution.outcome
        for question_id, seat in page.board.items()
        if seat.question.resolution is not None
    }
    answers = {
        question_id: outcome == "yes"
        for question_id, outcome in outcomes.items()
        if outcome in ("yes", "no")
    }
    rows = {row.question_id: row for row in page.scenario_set.rows}
    try:
        ranked = analyse_diagnosticity(page.summary.question, page.scenario_set, answers)
    except ForecastsError:
        return tuple(rows.values())
    return tuple(rows[row.question_id] for row in ranked.rows)


def answer_values(page: ScenarioPage, shares: Categorical) -> tuple[RowValue, ...]:
    """Rank the open indicator questions by how far their answers are expected to move shares."""
    answered = {
        question_id
        for question_id, seat in page.board.items()
        if seat.question.resolution is not None
    }
    values = rank_informative_rows(
        page.summary.question, page.scenario_set, shares, answered=answered, families=page.families
    )
    return tuple(sorted(values, key=lambda value: -value.expected_shift))
