"""The headline: skill with its interval a forecaster, against references, and as answers came
in.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from statistics import fmean
from typing import Any

import pandas as pd

from dashboard.accuracy.accuracy_data import headline_scores, ranked
from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import clipped, named, percent_number, plural
from forecasts.questions.forecaster import HAZARD, PRIOR, Forecaster
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName, counts_under
from forecasts.scoring.scores import Summary
from forecasts.scoring.skill import REFERENCES, ReferenceName, Skill
from forecasts.scoring.skill_words import gained, interval
from forecasts.statistics.comparison import MIN_CLUSTERS
from tracker.model.read_models import Accuracy

_ITSELF: dict[ForecasterId, tuple[ReferenceName, ...]] = {
    PRIOR: ("base_rate", "no_change"),
    HAZARD: ("hazard",),
}


def rules_present(accuracy: Accuracy) -> tuple[RuleName, ...]:
    """The rules by which anyone was scored, in their order; first of all the one that speaks for
    most questions.
    """
    found = {s.rule for s in accuracy.summaries if s.questions}
    spoken = Counter(HEADLINE[q.kind] for q in accuracy.questions.values())
    first = max(spoken, key=spoken.__getitem__, default=None)
    return tuple(sorted(found, key=lambda rule: (rule != first, list(RULES).index(rule))))


def by_skill(accuracy: Accuracy, rule: RuleName) -> tuple[Summary, ...]:
    """Everyone's summary by one rule, the best skill first."""
    found = [s for s in accuracy.summaries if s.rule == rule and s.skill is not None]
    return tuple(sorted(found, key=lambda s: (-(s.skill or 0.0), s.forecaster_id)))


def skill_frame(accuracy: Accuracy, me: ForecasterId, rule: RuleName) -> pd.DataFrame:
    """One row a forecaster, the best first. Columns:

    id, forecaster, skill with low and high (points; empty ends where there is one group only),
    interval (in words), verdict (whether it is more than luck), questions and groups (how many),
    enough (whether they are enough to say so), on (both in words), coverage and attainable (percent
    of the scheduled time, mean over questions), mean (while active; empty for points).
    """
    types = {
        "id": "str",
        "forecaster": "str",
        "skill": "float64",
        "low": "float64",
        "high": "float64",
    }
    types |= {
        "interval": "str",
        "verdict": "str",
        "questions": "int64",
        "groups": "int64",
        "enough": "bool",
        "on": "str",
    }
    types |= {"coverage": "float64", "attainable": "float64", "mean": "float64"}
    return frame_of(types, (_skill_row(accuracy, me, s) for s in by_skill(accuracy, rule)))


def _skill_row(accuracy: Accuracy, me: ForecasterId, found: Summary) -> tuple[Any, ...]:
    low, high = (
        None if end is None else gained(found.rule, end) for end in (found.low, found.high)
    )
    return (
        found.forecaster_id,
        named(accuracy.forecasters[found.forecaster_id], me),
        gained(found.rule, found.skill or 0.0),
        low,
        high,
        interval(low, high),
        shown(found),
        found.questions,
        found.clusters,
        found.clusters >= MIN_CLUSTERS,
        tersely(found.questions, found.clusters),
        percent_number(found.coverage),
        percent_number(_attainable(accuracy, found)),
        None if RULES[found.rule].is_points else found.mean_while_active,
    )


def shown(found: Summary) -> str:
    """Whether a gain is more than luck: nothing is said of fewer than 30 groups."""
    if found.clusters < MIN_CLUSTERS or found.low is None or found.high is None:
        return "too few to say"
    if found.low > 0.0:
        return "yes"
    return "no: a loss" if found.high < 0.0 else "not shown"


def _attainable(accuracy: Accuracy, found: Summary) -> float:
    """The mean share of the schedule that anyone could have covered, of the questions behind a
    summary.
    """
    return fmean(
        s.attainable_coverage
        for s in accuracy.scores
        if (s.forecaster_id, s.rule) == (found.forecaster_id, found.rule)
        and s.mean_while_active is not None
        and counts_under(s.rule, accuracy.questions[s.question_id].kind)
    )


def rests_on(questions: int, groups: int) -> str:
    """How much stands behind a number: `19 questions in 17 groups`, `40 separate questions`."""
    if questions == groups:
        return plural(questions, "question" if questions == 1 else "separate question")
    return f"{plural(questions, 'question')} in {plural(groups, 'group')}"


def tersely(questions: int, groups: int) -> str:
    """The same for a column that is headed Questions: `19 in 17 groups`, `40 separate`."""
    return (
        f"{questions:,} separate"
        if questions == groups
        else f"{questions:,} in {plural(groups, 'group')}"
    )


def against(accuracy: Accuracy, who: ForecasterId) -> tuple[Skill, ...]:
    """A forecaster against the references, in their order, without those that the forecaster is."""
    return tuple(s for s in accuracy.skills.get(who, ()) if s.reference not in _ITSELF.get(who, ()))


def references_frame(skills: Sequence[Skill]) -> pd.DataFrame:
    """One row a reference. Columns:

    reference (title), saved with low and high (percent of the reference's loss), interval (in
    words), on (questions and groups in words), enough (whether they are enough to say anything),
    verdict, meaning (what it is), shows (what beating it shows).
    """
    types = {
        "reference": "str",
        "saved": "float64",
        "low": "float64",
        "high": "float64",
        "interval": "str",
    }
    types |= {"on": "str", "enough": "bool", "verdict": "str", "meaning": "str", "shows": "str"}
    rows = []
    for skill in skills:
        saved, low, high = (
            None if x is None else 100 * x for x in (skill.skill, skill.low, skill.high)
        )
        told = REFERENCES[skill.reference]
        on = tersely(skill.n, skill.n_clusters)
        ends = (low, high, interval(low, high, 0))
        enough = skill.n_clusters >= MIN_CLUSTERS
        rows.append(
            (told.title, saved, *ends, on, enough, verdict(skill), told.meaning, told.shows)
        )
    return frame_of(types, rows)


def verdict(skill: Skill) -> str:
    """Whether a reference was beaten: nothing is said of fewer than 30 groups."""
    if skill.skill is None:
        return "nothing to beat"
    if skill.n_clusters < MIN_CLUSTERS or skill.low is None or skill.high is None:
        return "too few to say"
    if skill.low > 0.0:
        return "beaten"
    return "not beaten: it did better" if skill.high < 0.0 else "no difference shown"


def counted_at(accuracy: Accuracy, question: QuestionId) -> datetime:
    """When a question began to count: its answer was known and its scheduled close had passed."""
    return max(accuracy.resolutions[question].known_at, accuracy.questions[question].closes_at)


def progress_frame(accuracy: Accuracy, me: ForecasterId) -> pd.DataFrame:
    """Each forecaster's mean skill as questions came to count. Columns:

    time, forecaster, mean (points of skill over the schedule, of all up to here), n (how many),
    last (the questions of this time). Questions of one instant are one step.
    """
    types = {"time": TIME, "forecaster": "str", "mean": "float64", "n": "int64", "last": "str"}
    return frame_of(types, (row for f in ranked(accuracy, me) for row in _steps(accuracy, f, me)))


def _steps(accuracy: Accuracy, forecaster: Forecaster, me: ForecasterId) -> list[tuple[Any, ...]]:
    total, n = 0.0, 0
    rows: dict[datetime, tuple[Any, ...]] = {}
    scores = headline_scores(accuracy, forecaster.id)
    for score in sorted(scores, key=lambda s: (counted_at(accuracy, s.question_id), s.question_id)):
        total, n = total + gained(score.rule, score.skill_over_schedule), n + 1
        at = counted_at(accuracy, score.question_id)
        text = clipped(accuracy.questions[score.question_id].text, 90)
        last = f"{rows[at][4]} · {text}" if at in rows else text
        rows[at] = (at, named(forecaster, me), total / n, n, last)
    return list(rows.values())
