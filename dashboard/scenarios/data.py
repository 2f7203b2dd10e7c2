"""Data frames of a scenario set: history, current shares and reasons, indicators, likelihood
table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import exp, fsum, log
from typing import Final

import pandas as pd

from dashboard.components.frames import TIME, build_frame
from dashboard.scenarios.text import describe_board_state, format_cell
from dashboard.wording import clip, display_name, percent_exact
from forecasts.distributions.distribution import Categorical
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import CROWD, ForecasterId, QuestionId, is_person
from forecasts.scenarios.diagnosticity import (
    Diagnosticity,
    RowValue,
    analyse_diagnosticity,
    rank_informative_rows,
)
from forecasts.scenarios.scenario_set import (
    ScenarioPosterior,
    compute_posterior,
    likelihood_matrix,
    weigh_rows,
)
from tracker.model.scenarios import ScenarioPage

RECENT_PERIOD: Final = timedelta(days=30)
"""Period over which recent changes are shown."""

MIN_LABEL_SHARE: Final = 0.05
"""Smallest share with room for its number in the area chart."""

MAX_TEXT_CHARS: Final = 170


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One scenario: description, prior, current share by the table, and people's forecasts.

    Forecasts are pairs of name and share, me first. Shares are None for removed options.
    """

    name: str
    description: str
    prior: float | None
    now: float | None
    forecasts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class BoardStrain:
    """Inconsistency of board and table in nats beyond expected surprise, and the worst row."""

    nats: float
    question_id: QuestionId
    observed: float
    expected: float


def board_probabilities(page: ScenarioPage) -> dict[QuestionId, float]:
    """Return P(YES) of the indicator questions with a number."""
    return {question_id: seat.p for question_id, seat in page.board.items() if seat.p is not None}


def current_posterior(page: ScenarioPage, now: datetime) -> ScenarioPosterior:
    """Compute the posterior from table and board; raises `ForecastsError` if the table does not fit
    the options.
    """
    return compute_posterior(
        page.summary.question,
        page.scenario_set,
        board_probabilities(page),
        families=page.families,
        at=now,
    )


def option_shares(distribution: Categorical) -> tuple[tuple[str, float], ...]:
    """Return the options with their shares, in order."""
    return tuple(zip(distribution.options, distribution.p, strict=True))


def build_scenario_rows(
    page: ScenarioPage, scenario_posterior: ScenarioPosterior, me: ForecasterId, now: datetime
) -> tuple[ScenarioRow, ...]:
    """List all offered scenarios in their order."""
    question = page.summary.question
    names = (option.name for option in question.options)
    descriptions = dict(zip(names, page.scenario_set.descriptions, strict=False))
    prior = dict(option_shares(scenario_posterior.prior))
    shares = dict(option_shares(scenario_posterior.distribution))
    forecasts = _visible_forecasts(page, me, now)
    return tuple(
        ScenarioRow(
            name,
            descriptions.get(name, ""),
            prior.get(name),
            shares.get(name),
            tuple(
                (forecaster, forecast[name])
                for forecaster, forecast in forecasts.items()
                if name in forecast
            ),
        )
        for name in question.offered_options(now)
    )


def _visible_forecasts(
    page: ScenarioPage, me: ForecasterId, now: datetime
) -> dict[str, dict[str, float]]:
    """Return my shares, and those of the crowd if others forecast, by display name."""
    has_other_people = any(
        is_person(forecaster_id) and forecaster_id != me for forecaster_id in page.held
    )
    shares_by_name = {}
    for forecaster_id in (me, *([CROWD] if has_other_people else [])):
        distribution = (
            None
            if forecaster_id not in page.held
            else fold_removed_options(page.summary.question, now, page.held[forecaster_id])
        )
        if isinstance(distribution, Categorical):
            shares_by_name[display_name(page.forecasters[forecaster_id], me)] = dict(
                option_shares(distribution)
            )
    return shares_by_name


# Over time


def _share_history(page: ScenarioPage) -> list[tuple[datetime, dict[str, float]]]:
    """Return the shares at each time of the history, with removed options merged."""
    question = page.summary.question
    assert isinstance(question.prior, Categorical)
    return [
        (entry.at, dict(option_shares(distribution)))
        for entry in page.history
        if isinstance(
            distribution := fold_removed_options(
                question, entry.at, Categorical(question.prior.options, entry.shares)
            ),
            Categorical,
        )
    ]


def scenarios_chart_end(page: ScenarioPage, now: datetime) -> datetime:
    """Return the end of the chart: now, or the close."""
    return min(now, page.summary.question.closes_at)


def stack_frame(page: ScenarioPage, now: datetime) -> pd.DataFrame:
    """Shares over time, for areas that add up to 1. Columns: time, option, rank (0 for the first
    option), share.
    """
    steps = _share_history(page)
    ends = [*steps, (scenarios_chart_end(page, now), steps[-1][1])] if steps else []
    names = [option.name for option in page.summary.question.options]
    return build_frame(
        "time:time option rank:int share:float",
        ((at, name, n, p.get(name, 0.0)) for at, p in ends for n, name in enumerate(names)),
    )


def stable_periods_frame(page: ScenarioPage, now: datetime) -> pd.DataFrame:
    """Periods without change, for tooltips. Columns: time, until, then s0, s1, … (percent in
    words).
    """
    names = [option.name for option in page.summary.question.options]
    types = {"time": TIME, "until": TIME, **{f"s{n}": "str" for n in range(len(names))}}
    steps = _share_history(page)
    ends = [*steps, (scenarios_chart_end(page, now), {})] if steps else []
    rows = (
        (at, later, *(percent_exact(p.get(name, 0.0)) for name in names))
        for (at, p), (later, _) in pairwise(ends)
    )
    return build_frame(types, rows)


def share_labels_frame(page: ScenarioPage, now: datetime) -> pd.DataFrame:
    """Numbers at the right end of areas with room for one. Columns: time, y (0 to 1), option,
    shown.
    """
    steps = _share_history(page)
    if not steps:
        return build_frame("time:time y:float option shown", ())
    names = [option.name for option in page.summary.question.options]
    shares = [steps[-1][1].get(name, 0.0) for name in names]
    rows = [  # the first option lies on top
        (scenarios_chart_end(page, now), fsum(shares[n + 1 :]) + p / 2.0, name, percent_exact(p))
        for n, (name, p) in enumerate(zip(names, shares, strict=True))
        if p >= MIN_LABEL_SHARE
    ]
    return build_frame("time:time y:float option shown", rows)


def recent_changes(
    page: ScenarioPage, now: datetime
) -> tuple[datetime, tuple[tuple[str, float], ...]] | None:
    """Return the start of the recent period and the change of each share since; None before the
    opening.
    """
    steps = _share_history(page)
    if not steps:
        return None
    start = max(scenarios_chart_end(page, now) - RECENT_PERIOD, steps[0][0])
    before = [p for at, p in steps if at <= start][-1]
    after = steps[-1][1]
    return start, tuple((name, p - before.get(name, 0.0)) for name, p in after.items())


# Reasons


@dataclass(frozen=True, slots=True)
class ShareStep:
    """Factors by which a row of the table multiplies the scenarios' shares.

    Without a question they are those of all rows together: what several say counts once.
    """

    question_id: QuestionId | None
    factors: Mapping[str, float]


MIN_FACTOR_CHANGE: Final = 0.05
"""A row that changes no share by more than this twentieth is not told by itself."""


def explain_shares(scenario_posterior: ScenarioPosterior) -> tuple[tuple[ShareStep, ...], int]:
    """List the steps from the prior to the shares, and how many rows leave all as it is.

    The prior times all steps is the share; the last step takes the rows that are left out along.
    """
    steps: dict[QuestionId | None, dict[str, float]] = {}
    for option, lines in scenario_posterior.lines.items():
        for line in lines[1:]:  # the first is the prior
            steps.setdefault(line.question_id, {})[option] = exp(line.log_share)
    together = steps.pop(None, {})
    notable = {
        question_id: factors
        for question_id, factors in steps.items()
        if any(abs(factor - 1.0) >= MIN_FACTOR_CHANGE for factor in factors.values())
    }
    for question_id in steps.keys() - notable.keys():
        together = {
            option: together.get(option, 1.0) * factor
            for option, factor in steps[question_id].items()
        }
    return (
        *(ShareStep(question_id, factors) for question_id, factors in notable.items()),
        *([ShareStep(None, together)] if together else []),
    ), len(steps) - len(notable)


def measure_strain(page: ScenarioPage, scenario_posterior: ScenarioPosterior) -> BoardStrain | None:
    """Measure how badly the board fits prior and table; None without a row on the board.

    The expected surprise of answers, which is the entropy of their predictions, is subtracted.
    """
    from forecasts.scenarios.likelihood_table import (
        indicator_probabilities,  # it loads scipy, which few pages need
    )

    board = board_probabilities(page)
    rows = [row for row in page.scenario_set.rows if row.question_id in board]
    if not rows:
        return None
    expected = indicator_probabilities(
        scenario_posterior.prior.p,
        likelihood_matrix(page.summary.question, rows, scenario_posterior.prior.options),
    )
    observed = [board[row.question_id] for row in rows]
    surprise_of_answers = [
        weight * _binary_entropy(q) if p in (0.0, 1.0) else 0.0
        for p, q, weight in zip(observed, expected, weigh_rows(rows, page.families), strict=True)
    ]
    worst = max(
        range(len(rows)),
        key=lambda n: _kl_divergence(observed[n], expected[n]) - surprise_of_answers[n],
    )
    return BoardStrain(
        max(0.0, scenario_posterior.nats - fsum(surprise_of_answers)),
        rows[worst].question_id,
        observed[worst],
        expected[worst],
    )


def _binary_entropy(p: float) -> float:
    return log(2.0) - _kl_divergence(p, 0.5)


def _kl_divergence(p: float, q: float) -> float:
    """Return KL(p ‖ q) of two Bernoulli distributions, in nats."""
    return fsum(a * log(a / b) for a, b in ((p, q), (1.0 - p, 1.0 - q)) if a > 0.0)


# Information of answers


def answer_values(
    page: ScenarioPage, scenario_posterior: ScenarioPosterior
) -> tuple[RowValue, ...]:
    """Rank the open indicator questions by the expected information of their answers."""
    answered = {
        question_id
        for question_id, seat in page.board.items()
        if seat.question.resolution is not None
    }
    return rank_informative_rows(
        page.summary.question,
        page.scenario_set,
        scenario_posterior.distribution,
        answered=answered,
        families=page.families,
    )


# The table


def diagnose_table(page: ScenarioPage) -> Diagnosticity:
    """Return the table with its marks, most diagnostic row first; raises `ForecastsError` if a
    number is missing.
    """
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
    return analyse_diagnosticity(page.summary.question, page.scenario_set, answers)


def diagnosticity_frame(page: ScenarioPage, table: Diagnosticity) -> pd.DataFrame:
    """The table as an analysis of competing hypotheses. Columns: id, question, board, ratio, then
    c0, c1, … (in words).

    `ratio` is the likelihood ratio of the answer for the most against the least favoured scenario.
    """
    rows = [
        (
            row.question_id,
            clip(page.board[row.question_id].question.question.text, MAX_TEXT_CHARS),
            describe_board_state(page.board[row.question_id]),
            round(row.ratio, 1),
            *map(format_cell, row.cells),
        )
        for row in table.rows
    ]
    cells = " ".join(f"c{n}" for n in range(len(table.scenarios)))
    return build_frame(f"id question board ratio:float {cells}", rows)
