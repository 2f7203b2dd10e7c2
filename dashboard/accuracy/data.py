"""Data frames of scores: scored forecasters, questions, rules, and cohorts of questions."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from statistics import fmean
from typing import Any

import pandas as pd

from dashboard.components.frames import TIME, build_frame
from dashboard.wording import clip, display_name, format_answer, percent_number, plural
from forecasts.questions.formatting import format_cases
from forecasts.questions.question import (
    HAZARD,
    PRIOR,
    Forecaster,
    ForecasterId,
    QuestionId,
    sort_forecasters,
)
from forecasts.scoring import scores
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName, is_counted_under
from forecasts.scoring.scores import Score, Summary
from forecasts.scoring.skill import REFERENCES, ReferenceName, Skill, format_interval, skill_points
from forecasts.statistics.comparison import MIN_CLUSTERS
from tracker.model.read_models import Accuracy, Receipts


def list_scored_forecasters(accuracy: Accuracy, me: ForecasterId) -> tuple[Forecaster, ...]:
    """List everyone who was scored: me, other people, then computed forecasters."""
    scored = {s.forecaster_id for s in accuracy.summaries if s.questions}
    return sort_forecasters((f for f in accuracy.forecasters.values() if f.id in scored), me)


def format_p_value(p_value: float) -> str:
    """Format a p-value: `5 of 100 cases`."""
    return f"{format_cases(p_value, thousands=',')} cases"


def headline_scores(accuracy: Accuracy, forecaster_id: ForecasterId) -> list[Score]:
    """List a forecaster's scores by the headline rule of each question.

    Questions on which they never held a forecast are left out.
    """
    return [
        s
        for s in accuracy.scores
        if s.forecaster_id == forecaster_id
        and s.mean_while_active is not None
        and s.rule == HEADLINE[accuracy.questions[s.question_id].kind]
    ]


def skill_by_question_frame(accuracy: Accuracy, me: ForecasterId) -> pd.DataFrame:
    """One row per question, latest answer first. Columns:

    id, question, answer, known (time), and for each forecaster, under their id, the points of skill
    over the schedule by the headline rule of the question (empty if they never held a forecast).
    """
    forecaster_ids = [f.id for f in list_scored_forecasters(accuracy, me)]
    types = {
        "id": "str",
        "question": "str",
        "answer": "str",
        "known": TIME,
        **{str(f): "float64" for f in forecaster_ids},
    }
    skills: dict[QuestionId, dict[ForecasterId, float]] = {
        question_id: {} for question_id in accuracy.questions
    }
    for forecaster_id in forecaster_ids:
        for score in headline_scores(accuracy, forecaster_id):
            skills[score.question_id][forecaster_id] = skill_points(
                score.rule, score.skill_over_schedule
            )
    latest_first = sorted(
        skills,
        key=lambda question_id: (accuracy.resolutions[question_id].known_at, question_id),
        reverse=True,
    )
    rows = []
    for question_id in latest_first:
        question, resolution = accuracy.questions[question_id], accuracy.resolutions[question_id]
        answer = format_answer(question, resolution)
        rows.append(
            (
                question_id,
                question.text,
                answer,
                resolution.known_at,
                *(skills[question_id].get(f) for f in forecaster_ids),
            )
        )
    return build_frame(types, rows)


def scores_by_rule_frame(scores: Sequence[Score]) -> pd.DataFrame:
    """One row per scoring rule, for one forecaster on one question. Columns:

    rule (title), better (direction), mean (while active, empty for points), skill (points),
    coverage and attainable (percent of the scheduled time).
    """
    rows = []
    for score in sorted(scores, key=lambda s: list(RULES).index(s.rule)):
        rule = RULES[score.rule]
        mean = None if rule.is_points else score.mean_while_active
        cover = percent_number(score.coverage), percent_number(score.attainable_coverage)
        gain = skill_points(score.rule, score.skill_over_schedule)
        rows.append((rule.title, better_direction(score.rule), mean, gain, *cover))
    return build_frame("rule better mean:float skill:float coverage:float attainable:float", rows)


def better_direction(rule: RuleName) -> str:
    """Return the direction in which scores of a rule are better: `↓ lower`, `↑ higher`."""
    return "↓ lower" if RULES[rule].better == "lower" else "↑ higher"


def is_recomputable(receipts: Receipts, score: Score) -> bool:
    """Return True if the score can be recomputed from its receipt alone.

    Never true of rules that compare forecasters, because they need the others' forecasts too.
    """
    return scores.verify_receipt(receipts.question, receipts.resolution, score) is True


def cohorts_frame(accuracy: Accuracy) -> pd.DataFrame:
    """One row per quarter of opening, oldest first. Columns:

    quarter, opened, over, answered, annulled, ambiguous, unanswered, early: numbers of questions.
    """
    counts = ("opened", "over", "answered", "annulled", "ambiguous", "unanswered", "early")
    types = {"quarter": "str", **dict.fromkeys(counts, "int64")}
    return build_frame(
        types, ((c.quarter, *(getattr(c, name) for name in counts)) for c in accuracy.cohorts)
    )


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
    return build_frame(
        (
            "id forecaster skill:float low:float high:float interval verdict "
            "questions:int groups:int enough:bool on coverage:float attainable:float "
            "mean:float"
        ),
        (_skill_row(accuracy, me, s) for s in rank_summaries(accuracy, rule)),
    )


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
    return build_frame(
        (
            "reference saved:float low:float high:float interval on enough:bool "
            "verdict meaning shows"
        ),
        rows,
    )


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
    return build_frame(
        "time:time forecaster mean:float n:int last",
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
