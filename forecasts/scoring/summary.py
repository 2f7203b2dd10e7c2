"""Sums over questions for each forecaster and rule: points, coverage, families."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forecasts.questions.families import FamilyId
from forecasts.questions.formatting import format_signed
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scoring.rulebook import RULES, RuleName
from forecasts.scoring.scores import Score


@dataclass(frozen=True, slots=True)
class Summary:
    """Sums of one forecaster under one rule over several questions.

    `points` add up the gain over the schedule of each question, higher is better: a question
    without a forecast adds 0, so choosing easy ones gains nothing that answering all would not.
    They grow with the number of questions and rank nobody who answered others; see
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
    scores: Iterable[Score], families: Mapping[QuestionId, FamilyId]
) -> tuple[Summary, ...]:
    """Summaries by forecaster and rule, in the order of `RULES`, then most points first.

    Summarise scores of retrospective questions separately.
    """
    groups: dict[tuple[RuleName, ForecasterId], list[Score]] = defaultdict(list)
    for score in scores:
        groups[score.rule, score.forecaster_id].append(score)
    summaries = [_summarise(*key, group, families) for key, group in groups.items()]
    return tuple(sorted(summaries, key=_sort_key))


def _summarise(
    rule: RuleName,
    forecaster_id: ForecasterId,
    scores: Sequence[Score],
    families: Mapping[QuestionId, FamilyId],
) -> Summary:
    active = [(s.mean_while_active, s) for s in scores if s.mean_while_active is not None]
    n = len(active)
    return Summary(
        forecaster_id=forecaster_id,
        rule=rule,
        questions=n,
        families=len({families[s.question_id] for _, s in active}),
        points=skill_points(rule, math.fsum(s.skill_over_schedule for _, s in active)),
        mean_while_active=math.fsum(mean for mean, _ in active) / n if n else None,
        coverage=math.fsum(s.coverage for _, s in active) / n if n else 0.0,
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
