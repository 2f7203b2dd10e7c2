"""Sums over questions for each forecaster and rule: points, coverage, families."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from forecasts.questions.families import FamilyId
from forecasts.questions.formatting import format_signed
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scoring.rulebook import RULES, RuleName, is_counted_under
from forecasts.scoring.scores import ScoreColumns
from forecasts.scoring.span_table import SpanTable


@dataclass(frozen=True, slots=True)
class Summary:
    """Sums of one forecaster under one rule over several questions.

    `points` add up the gain over the schedule of each question, higher is better: a question
    without a forecast adds 0, so choosing easy ones gains nothing that answering all would not.
    They grow with the number of questions and rank nobody forecaster answered others; see
    `forecasts.scoring.adjusted_skill`. `mean_while_active` is the mean of the questions' means, in
    the direction of the rule, None without questions; `coverage` the mean share of scheduled time
    with a forecast, 0 to 1. All are over the same `questions`, in `families`.
    """

    forecaster_id: ForecasterId
    rule: RuleName
    questions: int
    families: int
    points: float
    mean_while_active: float | None
    coverage: float


def summarise_scores(
    columns: Iterable[ScoreColumns], families: Mapping[QuestionId, FamilyId]
) -> tuple[Summary, ...]:
    """Summaries by forecaster and rule, in the order of `RULES`, then most points first.

    Under each rule the questions count that `is_counted_under` names. Summarise scores of
    retrospective questions separately.
    """
    summaries: list[Summary] = []
    for _, same_table in groupby(columns, key=lambda scored: id(scored.table)):
        first, *following = same_table
        groups = _Groups(first.table, families)
        for scored in (first, *following):
            summaries += _summarise(scored, groups)
    return tuple(sorted(summaries, key=_sort_key))


class _Groups:
    """Pairs of a table by forecaster, and the number of the family of each."""

    def __init__(self, table: SpanTable, families: Mapping[QuestionId, FamilyId]) -> None:
        self.names = list(dict.fromkeys(table.forecasters))
        numbers = {name: number for number, name in enumerate(self.names)}
        forecaster = np.array([numbers[name] for name in table.forecasters], dtype=np.intp)
        self.order = np.argsort(forecaster, kind="stable")
        self.forecaster = forecaster[self.order]
        places: dict[FamilyId, int] = {}
        by_question = [
            places.setdefault(families[answered.question.id], len(places))
            for answered in table.answered
        ]
        self.question_index = table.question_index[self.order]
        self.family = np.array(by_question, dtype=np.intp)[self.question_index]


def _summarise(scored: ScoreColumns, groups: _Groups) -> Iterator[Summary]:
    """Summaries of everyone under one rule, from the columns; sums are exact in any order."""
    averaged, cut = scored.averaged, scored.averaged.cut
    counts = [is_counted_under(scored.rule, kind) for kind in scored.table.kinds]
    fits = np.array(counts, dtype=np.bool_)[groups.question_index]
    fits &= ~np.isnan(averaged.skill_over_schedule[groups.order])
    is_active = fits & (cut.active[groups.order] > 0.0)
    rows = groups.order[is_active]
    bounds = np.searchsorted(
        groups.forecaster[is_active], np.arange(len(groups.names) + 1)
    ).tolist()
    present = np.bincount(groups.forecaster[fits], minlength=len(groups.names)).tolist()
    family = groups.family[is_active]
    columns = (averaged.skill_over_schedule, averaged.mean_while_active, cut.coverage)
    skills, means, coverages = (column[rows].tolist() for column in columns)
    for number, name in enumerate(groups.names):
        if not present[number]:
            continue
        part = slice(bounds[number], bounds[number + 1])
        n = part.stop - part.start
        yield Summary(
            forecaster_id=name,
            rule=scored.rule,
            questions=n,
            families=np.unique(family[part]).size,
            points=skill_points(scored.rule, math.fsum(skills[part])),
            mean_while_active=math.fsum(means[part]) / n if n else None,
            coverage=math.fsum(coverages[part]) / n if n else 0.0,
        )


def _sort_key(summary: Summary) -> tuple[int, bool, float, ForecasterId]:
    place = list(RULES).index(summary.rule)
    return place, not summary.questions, -summary.points, summary.forecaster_id


def skill_points(rule: RuleName, skill: float) -> float:
    """Skill in points: a hundredth of a Brier score is one; points stay as they are.

    >>> skill_points("brier", 0.25), skill_points("peer", 12.5)
    (25.0, 12.5)
    """
    return skill if RULES[rule].is_points else 100 * skill


def format_skill(rule: RuleName, skill: float | None) -> str:
    """Format a skill over the schedule in points, such as `+5.7`; a dash without one."""
    return "–" if skill is None else format_signed(skill_points(rule, skill))


def format_interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """Format an interval of gains in points, `−1.3 to +11.2`; empty without one."""
    if low is None or high is None:
        return ""
    return f"{format_signed(low, digits)} to {format_signed(high, digits)}"
