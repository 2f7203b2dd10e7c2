"""Data frames of skill: per forecaster with interval, against references, and over time."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from statistics import fmean
from typing import Any

import pandas as pd

from dashboard.accuracy.accuracy_data import headline_scores, list_scored_forecasters
from dashboard.components.columns_data import TIME, build_frame
from dashboard.wording import clip, display_name, percent_number, plural
from forecasts.questions.forecaster import HAZARD, PRIOR, Forecaster
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName, is_counted_under
from forecasts.scoring.scores import Summary
from forecasts.scoring.skill import REFERENCES, ReferenceName, Skill
from forecasts.scoring.skill_words import format_interval, skill_points
from forecasts.statistics.comparison import MIN_CLUSTERS
from tracker.model.read_models import Accuracy

_OWN_REFERENCES: dict[ForecasterId, tuple[ReferenceName, ...]] = {
    PRIOR: ("base_rate", "no_change"),
    HAZARD: ("hazard",),
}


def list_rules_present(accuracy: Accuracy) -> tuple[RuleName, ...]:
    """List the rules by which anyone was scored, in order; the headline rule of most questions
    first.
    """
    rules = {s.rule for s in accuracy.summaries if s.questions}
    headline_counts = Counter(HEADLINE[q.kind] for q in accuracy.questions.values())
    first = max(headline_counts, key=headline_counts.__getitem__, default=None)
    return tuple(sorted(rules, key=lambda rule: (rule != first, list(RULES).index(rule))))


def rank_summaries(accuracy: Accuracy, rule: RuleName) -> tuple[Summary, ...]:
    """List everyone's summary by one rule, best skill first."""
    summaries = [s for s in accuracy.summaries if s.rule == rule and s.skill is not None]
    return tuple(sorted(summaries, key=lambda s: (-(s.skill or 0.0), s.forecaster_id)))


def skill_frame(accuracy: Accuracy, me: ForecasterId, rule: RuleName) -> pd.DataFrame:
    """One row per forecaster, best first. Columns:

    id, forecaster, skill with low and high (points; empty ends if there is only one group),
    interval (in words), verdict (whether it is more than luck), questions and groups (counts),
    enough (whether they suffice for a verdict), on (both in words), coverage and attainable
    (percent of the scheduled time, mean over questions), mean (while active; empty for points).
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
    return build_frame(types, (_skill_row(accuracy, me, s) for s in rank_summaries(accuracy, rule)))


def _skill_row(accuracy: Accuracy, me: ForecasterId, summary: Summary) -> tuple[Any, ...]:
    low, high = (
        None if end is None else skill_points(summary.rule, end)
        for end in (summary.low, summary.high)
    )
    return (
        summary.forecaster_id,
        display_name(accuracy.forecasters[summary.forecaster_id], me),
        skill_points(summary.rule, summary.skill or 0.0),
        low,
        high,
        format_interval(low, high),
        gain_verdict(summary),
        summary.questions,
        summary.clusters,
        summary.clusters >= MIN_CLUSTERS,
        format_sample(summary.questions, summary.clusters),
        percent_number(summary.coverage),
        percent_number(_attainable_coverage(accuracy, summary)),
        None if RULES[summary.rule].is_points else summary.mean_while_active,
    )


def gain_verdict(summary: Summary) -> str:
    """Return the verdict on a gain; none is given below 30 groups."""
    if summary.clusters < MIN_CLUSTERS or summary.low is None or summary.high is None:
        return "too few to say"
    if summary.low > 0.0:
        return "yes"
    return "no: a loss" if summary.high < 0.0 else "not shown"


def _attainable_coverage(accuracy: Accuracy, summary: Summary) -> float:
    """Return the mean attainable coverage of the questions behind a summary."""
    return fmean(
        s.attainable_coverage
        for s in accuracy.scores
        if (s.forecaster_id, s.rule) == (summary.forecaster_id, summary.rule)
        and s.mean_while_active is not None
        and is_counted_under(s.rule, accuracy.questions[s.question_id].kind)
    )


def describe_sample(questions: int, groups: int) -> str:
    """Describe a sample: `19 questions in 17 groups`, `40 separate questions`."""
    if questions == groups:
        return plural(questions, "question" if questions == 1 else "separate question")
    return f"{plural(questions, 'question')} in {plural(groups, 'group')}"


def format_sample(questions: int, groups: int) -> str:
    """Describe a sample for a column headed Questions: `19 in 17 groups`, `40 separate`."""
    return (
        f"{questions:,} separate"
        if questions == groups
        else f"{questions:,} in {plural(groups, 'group')}"
    )


def list_reference_skills(accuracy: Accuracy, forecaster_id: ForecasterId) -> tuple[Skill, ...]:
    """List a forecaster's skill against each reference, except those that are the forecaster
    itself.
    """
    return tuple(
        s
        for s in accuracy.skills.get(forecaster_id, ())
        if s.reference not in _OWN_REFERENCES.get(forecaster_id, ())
    )


def references_frame(skills: Sequence[Skill]) -> pd.DataFrame:
    """One row per reference. Columns:

    reference (title), saved with low and high (percent of the reference's loss), interval (in
    words), on (questions and groups in words), enough (whether they suffice for a verdict),
    verdict, meaning (of the reference), shows (what beating it shows).
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
        reference = REFERENCES[skill.reference]
        on = format_sample(skill.n, skill.n_clusters)
        ends = (low, high, format_interval(low, high, 0))
        enough = skill.n_clusters >= MIN_CLUSTERS
        rows.append(
            (
                reference.title,
                saved,
                *ends,
                on,
                enough,
                reference_verdict(skill),
                reference.meaning,
                reference.shows,
            )
        )
    return build_frame(types, rows)


def reference_verdict(skill: Skill) -> str:
    """Return the verdict against a reference; none is given below 30 groups."""
    if skill.skill is None:
        return "nothing to beat"
    if skill.n_clusters < MIN_CLUSTERS or skill.low is None or skill.high is None:
        return "too few to say"
    if skill.low > 0.0:
        return "beaten"
    return "not beaten: it did better" if skill.high < 0.0 else "no difference shown"


def scoring_time(accuracy: Accuracy, question_id: QuestionId) -> datetime:
    """Return the time from which a question counts: answer known and scheduled close passed."""
    return max(
        accuracy.resolutions[question_id].known_at, accuracy.questions[question_id].closes_at
    )


def progress_frame(accuracy: Accuracy, me: ForecasterId) -> pd.DataFrame:
    """Running mean of each forecaster's skill. Columns:

    time, forecaster, mean (points of skill over the schedule, of all questions so far), n (count),
    last (the questions of this time). Questions of the same time form one step.
    """
    types = {"time": TIME, "forecaster": "str", "mean": "float64", "n": "int64", "last": "str"}
    return build_frame(
        types,
        (
            row
            for f in list_scored_forecasters(accuracy, me)
            for row in _progress_rows(accuracy, f, me)
        ),
    )


def _progress_rows(
    accuracy: Accuracy, forecaster: Forecaster, me: ForecasterId
) -> list[tuple[Any, ...]]:
    total, n = 0.0, 0
    rows: dict[datetime, tuple[Any, ...]] = {}
    scores = headline_scores(accuracy, forecaster.id)
    for score in sorted(
        scores, key=lambda s: (scoring_time(accuracy, s.question_id), s.question_id)
    ):
        total, n = total + skill_points(score.rule, score.skill_over_schedule), n + 1
        at = scoring_time(accuracy, score.question_id)
        text = clip(accuracy.questions[score.question_id].text, 90)
        last = f"{rows[at][4]} · {text}" if at in rows else text
        rows[at] = (at, display_name(forecaster, me), total / n, n, last)
    return list(rows.values())
