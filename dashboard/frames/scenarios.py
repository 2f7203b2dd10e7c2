"""A scenario set: how its scenarios stood and stand, why, what would move them, and its table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import exp, fsum, inf, log
from typing import Any, Final

import pandas as pd

from dashboard.frames.columns import TIME, frame_of
from dashboard.frames.distributions import as_read
from dashboard.wording import clipped, named, percent_exact, percent_number
from dashboard.wording.scenarios import cell, on_the_board
from forecasts.distribution import Categorical
from forecasts.forecaster import CROWD, RESERVED
from forecasts.question import ForecasterId, QuestionId
from forecasts.scenario_reading import Diagnosticity, RowValue, diagnosticity, information
from forecasts.scenario_set import ScenarioPosterior, posterior, table_of
from tracker.scenarios.values import ScenarioPage

LATELY: Final = timedelta(days=30)
"""How far back what moved is looked for."""

LEAST_LABEL: Final = 0.05
"""A share below this has no room for its number in the chart."""

LEAST_BAR: Final = 0.07
"""The same for a bar, which lies on its side."""

LONGEST: Final = 170


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario: what it is, its prior and its share by the table now, and what people hold.

    `held` has (name, share) of those who hold a forecast, me first; None of a share for an option
    that is gone.
    """

    name: str
    description: str
    prior: float | None
    now: float | None
    held: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Strain:
    """How badly board and table go together, in nats beyond what answers bring, and the row that is
    most off.
    """

    nats: float
    question_id: QuestionId
    said: float
    expected: float


def board_of(page: ScenarioPage) -> dict[QuestionId, float]:
    """P(YES) of the indicator questions that have a number."""
    return {question_id: seat.p for question_id, seat in page.board.items() if seat.p is not None}


def standing(page: ScenarioPage, now: datetime) -> ScenarioPosterior:
    """The scenarios by table and board now; raises `ForecastsError` where the table does not fit
    the options.
    """
    return posterior(page.summary.question, page.scenario_set, board_of(page), at=now)


def shares_of(held: Categorical) -> tuple[tuple[str, float], ...]:
    """The options with their shares, in order."""
    return tuple(zip(held.options, held.p, strict=True))


def scenarios(
    page: ScenarioPage, found: ScenarioPosterior, me: ForecasterId, now: datetime
) -> tuple[Scenario, ...]:
    """All scenarios that are offered, in their order."""
    question = page.summary.question
    told = dict(
        zip(
            (option.name for option in question.options),
            page.scenario_set.descriptions,
            strict=False,
        )
    )
    prior, share = dict(shares_of(found.prior)), dict(shares_of(found.distribution))
    speakers = _speakers(page, me, now)
    return tuple(
        Scenario(
            name,
            told.get(name, ""),
            prior.get(name),
            share.get(name),
            tuple((who, held[name]) for who, held in speakers.items() if name in held),
        )
        for name in question.offered(now)
    )


def _speakers(page: ScenarioPage, me: ForecasterId, now: datetime) -> dict[str, dict[str, float]]:
    """What I hold, and the crowd where it is more than me."""
    others = any(who not in RESERVED and who != me for who in page.held)
    found = {}
    for who in (me, *([CROWD] if others else [])):
        held = None if who not in page.held else as_read(page.summary.question, page.held[who], now)
        if isinstance(held, Categorical):
            found[named(page.forecasters[who], me)] = dict(shares_of(held))
    return found


# Over time


def _stood(page: ScenarioPage) -> list[tuple[datetime, dict[str, float]]]:
    """The shares at each instant of the history, as options were read then."""
    question = page.summary.question
    assert isinstance(question.prior, Categorical)
    return [
        (one.at, dict(shares_of(held)))
        for one in page.history
        if isinstance(
            held := as_read(question, Categorical(question.prior.options, one.shares), one.at),
            Categorical,
        )
    ]


def until(page: ScenarioPage, now: datetime) -> datetime:
    """Where the chart ends: now, or the close."""
    return min(now, page.summary.question.closes_at)


def stack_frame(page: ScenarioPage, now: datetime) -> pd.DataFrame:
    """The shares over time, for areas that add up to 1. Columns: time, option, rank (0 for the
    first option), share.
    """
    steps = _stood(page)
    types = {"time": TIME, "option": "str", "rank": "int64", "share": "float64"}
    ends = [*steps, (until(page, now), steps[-1][1])] if steps else []
    names = [option.name for option in page.summary.question.options]
    return frame_of(
        types, ((at, name, n, p.get(name, 0.0)) for at, p in ends for n, name in enumerate(names))
    )


def stretches_frame(page: ScenarioPage, now: datetime) -> pd.DataFrame:
    """The stretches on which nothing moved, for tips. Columns: time, until, then s0, s1 … (percent
    in words).
    """
    names = [option.name for option in page.summary.question.options]
    types = {"time": TIME, "until": TIME, **{f"s{n}": "str" for n in range(len(names))}}
    steps = _stood(page)
    ends = [*steps, (until(page, now), {})] if steps else []
    rows = (
        (at, later, *(percent_exact(p.get(name, 0.0)) for name in names))
        for (at, p), (later, _) in pairwise(ends)
    )
    return frame_of(types, rows)


def ends_frame(page: ScenarioPage, now: datetime) -> pd.DataFrame:
    """The numbers at the right end of the areas that have room for one. Columns: time, y (0 to 1),
    option, shown.
    """
    types = {"time": TIME, "y": "float64", "option": "str", "shown": "str"}
    steps = _stood(page)
    if not steps:
        return frame_of(types, ())
    names = [option.name for option in page.summary.question.options]
    shares = [steps[-1][1].get(name, 0.0) for name in names]
    rows = [  # the first option lies on top
        (until(page, now), fsum(shares[n + 1 :]) + p / 2.0, name, percent_exact(p))
        for n, (name, p) in enumerate(zip(names, shares, strict=True))
        if p >= LEAST_LABEL
    ]
    return frame_of(types, rows)


def moves(
    page: ScenarioPage, now: datetime
) -> tuple[datetime, tuple[tuple[str, float], ...]] | None:
    """Since when, and how far each scenario moved by the table lately, in shares; None before it
    opens.
    """
    steps = _stood(page)
    if not steps:
        return None
    start = max(until(page, now) - LATELY, steps[0][0])
    before = [p for at, p in steps if at <= start][-1]
    after = steps[-1][1]
    return start, tuple((name, p - before.get(name, 0.0)) for name, p in after.items())


# Why


def why_frame(page: ScenarioPage, found: ScenarioPosterior, option: str) -> pd.DataFrame:
    """The lines of one scenario's share and their sum, ln of the share. Columns: what, adds, times,
    alone, weighed.

    `times` is what the line multiplies the share by, together with the others, in words; `alone`
    what its row would multiply the prior by if no other were on the board, empty for lines that are
    no rows.
    """
    types = {"what": "str", "adds": "float64", "times": "str", "alone": "str", "weighed": "str"}
    lines = found.lines.get(option, ())
    rows: list[tuple[Any, ...]] = []
    for n, line in enumerate(lines):
        if line.question_id is None:
            what, alone = "Before any evidence" if n == 0 else "All rows together", ""
        else:
            what = clipped(page.board[line.question_id].question.question.text, LONGEST)
            alone = _alone(page, found, line.question_id, option)
        rows.append(
            (what, line.log_share, "" if n == 0 else _times(exp(line.log_share)), alone, line.why)
        )
    if rows:
        share = found.distribution.of(option)
        sum_of = log(share) if share > 0.0 else -inf
        rows.append(("Sum", sum_of, "", "", f"the natural logarithm of {percent_exact(share)}"))
    return frame_of(types, rows)


def _alone(
    page: ScenarioPage, found: ScenarioPosterior, question_id: QuestionId, option: str
) -> str:
    """What a row would multiply a scenario's prior by, were it the only one on the board:
    `×1.20`.
    """
    p = page.board[question_id].p
    row = tuple(row for row in page.scenario_set.rows if row.question_id == question_id)
    question = replace(page.summary.question, prior=found.prior)
    held = posterior(
        question, replace(page.scenario_set, rows=row), {} if p is None else {question_id: p}
    )
    return _times(held.distribution.of(option) / found.prior.of(option))


def _times(factor: float) -> str:
    return f"×{factor:.2f}" if factor < 10 else f"×{factor:.0f}"


def moved_most(found: ScenarioPosterior) -> str:
    """The scenario that table and board moved farthest from its prior."""
    return max(
        found.distribution.options,
        key=lambda name: abs(found.distribution.of(name) - found.prior.of(name)),
    )


def strain(page: ScenarioPage, found: ScenarioPosterior) -> Strain | None:
    """How badly the board goes with prior and table; None without a row on the board.

    Answers are a surprise by themselves, on average of the entropy of what was expected of them:
    that is taken off.
    """
    from forecasts.scenarios import indicator_probabilities  # it loads scipy, which few pages need

    board = board_of(page)
    rows = [row for row in page.scenario_set.rows if row.question_id in board]
    if not rows:
        return None
    expected = indicator_probabilities(
        found.prior.p, table_of(page.summary.question, rows, found.prior.options)
    )
    said = [board[row.question_id] for row in rows]
    usual = [_entropy(q) if p in (0.0, 1.0) else 0.0 for p, q in zip(said, expected, strict=True)]
    worst = max(range(len(rows)), key=lambda n: _divergence(said[n], expected[n]) - usual[n])
    return Strain(
        max(0.0, found.nats - fsum(usual)), rows[worst].question_id, said[worst], expected[worst]
    )


def _entropy(p: float) -> float:
    return log(2.0) - _divergence(p, 0.5)


def _divergence(p: float, q: float) -> float:
    """KL(p ‖ q) of two chances, in nats."""
    return fsum(a * log(a / b) for a, b in ((p, q), (1.0 - p, 1.0 - q)) if a > 0.0)


# What would change our mind


def values(page: ScenarioPage, found: ScenarioPosterior) -> tuple[RowValue, ...]:
    """The open indicator questions by what their answers would tell, most first."""
    done = {
        question_id
        for question_id, seat in page.board.items()
        if seat.question.resolution is not None
    }
    return information(page.summary.question, page.scenario_set, found.distribution, answered=done)


def cases_frame(cases: Mapping[str, Categorical]) -> pd.DataFrame:
    """The scenarios in several cases, for stacked bars. Columns: case, option, rank, share, x
    (middle), shown, label.

    `label` is empty where a share has no room for its number.
    """
    types = {"case": "str", "option": "str", "rank": "int64", "share": "float64", "x": "float64"}
    rows: list[tuple[Any, ...]] = []
    for case, held in cases.items():
        before = 0.0
        for n, (name, p) in enumerate(shares_of(held)):
            shown = percent_exact(p)
            rows.append(
                (case, name, n, p, before + p / 2.0, shown, shown if p >= LEAST_BAR else "")
            )
            before += p
    return frame_of({**types, "shown": "str", "label": "str"}, rows)


# The table


def diagnosed(page: ScenarioPage) -> Diagnosticity:
    """The table with its marks, the most telling row first; raises `ForecastsError` where a row
    lacks a number.
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
    return diagnosticity(page.summary.question, page.scenario_set, answers)


def table_frame(page: ScenarioPage, found: Diagnosticity) -> pd.DataFrame:
    """The table as an analysis of competing hypotheses. Columns: id, question, board, ratio, then
    c0, c1 … (in words).

    `ratio` is the likelihood ratio of the answer for the most against the least favoured scenario.
    """
    types = {"id": "str", "question": "str", "board": "str", "ratio": "float64"}
    rows = [
        (
            row.question_id,
            clipped(page.board[row.question_id].question.question.text, LONGEST),
            on_the_board(page.board[row.question_id]),
            round(row.ratio, 1),
            *map(cell, row.cells),
        )
        for row in found.rows
    ]
    return frame_of({**types, **{f"c{n}": "str" for n in range(len(found.scenarios))}}, rows)


def edited_frame(before: Categorical, after: Categorical) -> pd.DataFrame:
    """An edit before it is saved. Columns: option, before, after (percent numbers), change (points,
    empty for 0).
    """
    types = {"option": "str", "before": "float64", "after": "float64", "change": "float64"}
    rows = (
        (
            name,
            percent_number(p),
            percent_number(after.of(name)),
            round(100.0 * (after.of(name) - p), 1) or None,
        )
        for name, p in shares_of(before)
    )
    return frame_of(types, rows)


def offered_shares(held: Categorical, offered: tuple[str, ...]) -> Categorical:
    """A forecast over the options that are offered: those it did not know yet have 0."""
    known = dict(shares_of(held))
    return Categorical(offered, tuple(known.get(name, 0.0) for name in offered))
