"""Accuracy of all forecasters on a choice of questions, from stored scores and forecasts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from forecasts.aggregation.crowd import crowd_at
from forecasts.calibration.reliability import reliability
from forecasts.calibration.snapshots import Record, interval_record, snapshots
from forecasts.questions.answers import answer
from forecasts.questions.cohorts import annul_rate, cohorts, counts, fate
from forecasts.questions.forecaster import CROWD, HAZARD, PRIOR
from forecasts.questions.question import ForecasterId, Question, QuestionId, Resolution
from forecasts.questions.timeline import Timeline, timeline
from forecasts.scoring.references import own_loss, reference_losses
from forecasts.scoring.rulebook import HEADLINE, counts_under
from forecasts.scoring.rules import brier
from forecasts.scoring.scores import Score, Summary, summarise
from forecasts.scoring.skill import (
    REFERENCES,
    ReferenceName,
    Skill,
    difficulty_adjusted,
    leave_one_out,
    skill_with_interval,
)
from forecasts.scoring.skill_words import apart_in_points
from forecasts.statistics.comparison import compare_all
from forecasts.suggestion.binary import hazard_timeline
from tracker.model.read_models import Accuracy, CalibrationReport, Choice, ComparisonReport, Facets
from tracker.questions.queries.question_page import too_late
from tracker.questions.queries.score_table import chosen, facets, fates, question_table, score_table
from tracker.questions.resolve import people
from tracker.storage import forecasts, questions, resolutions
from tracker.storage.forecasts import Stood
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class Scored:
    """Questions of a choice: all of them, their answers, and those that count.

    `facets` are the choices available among all answered questions of the same sort.
    """

    table: pl.DataFrame
    facets: Facets
    questions: Mapping[QuestionId, Question]
    resolutions: Mapping[QuestionId, Resolution]
    counted: Mapping[QuestionId, Question]

    def headline(self, scores: Iterable[Score]) -> tuple[Score, ...]:
        """Filter the scores on questions that count to the headline rule of each kind."""
        return tuple(
            s for s in self.of(scores) if s.rule == HEADLINE[self.counted[s.question_id].kind]
        )

    def of(self, scores: Iterable[Score]) -> tuple[Score, ...]:
        """Filter the scores to those on questions that count."""
        return tuple(s for s in scores if s.question_id in self.counted)


def scored(session: Session, choice: Choice, now: datetime) -> Scored:
    """Gather the questions of a choice.

    Those that count have an answer, and their scheduled close has passed.
    """
    all_questions = {q.id: q for q in questions.every(session)}
    table = question_table(all_questions.values(), now)
    chosen_ids = {QuestionId(q) for q in chosen(table, choice)["question"]}
    chosen_questions = {q: question for q, question in all_questions.items() if q in chosen_ids}
    answered = resolutions.current(session)
    resolved = {q: r for q, r in answered.items() if q in chosen_ids}
    counted = {
        q: question
        for q, question in chosen_questions.items()
        if counts(question, now) and answer(question, resolved.get(q)) is not None
    }
    choices = facets(table.filter(pl.col("question").is_in(list(answered))), choice.retrospective)
    return Scored(table, choices, chosen_questions, resolved, counted)


def accuracy(session: Session, choice: Choice, now: datetime) -> Accuracy:
    """Compute scores, summaries, skill against references, and outcomes by cohort."""
    selection = scored(session, choice, now)
    scores = selection.of(resolutions.all_scores(session))
    lines = cohorts(selection.questions.values(), selection.resolutions, now)
    return Accuracy(
        choice=choice,
        facets=selection.facets,
        questions=selection.counted,
        resolutions=selection.resolutions,
        forecasters=forecasts.forecasters(session),
        scores=scores,
        summaries=summaries(scores, selection.counted),
        skills=_compute_skills(session, selection),
        cohorts=lines,
        early=tuple(q for q in selection.resolutions if not counts(selection.questions[q], now)),
        unscored=tuple(
            q for q, r in selection.resolutions.items() if r.outcome in ("annulled", "ambiguous")
        ),
        annul_rate=annul_rate(lines),
        hindsight=_count_late_forecasts(session, selection.resolutions),
    )


def summaries(
    scores: Iterable[Score], questions: Mapping[QuestionId, Question]
) -> tuple[Summary, ...]:
    """Summarise the scores on these questions by rule, with n and interval (see `counts_under`).

    Accuracy page, commands, weekly report and API all show this, so that a forecaster has one
    number.
    """
    counting_scores = [
        s
        for s in scores
        if s.question_id in questions and counts_under(s.rule, questions[s.question_id].kind)
    ]
    return summarise(counting_scores, {q: fate(question) for q, question in questions.items()})


def _count_late_forecasts(
    session: Session, resolved: Mapping[QuestionId, Resolution]
) -> dict[ForecasterId, int]:
    late_counts: dict[ForecasterId, int] = {}
    for resolution in resolved.values():
        for act in too_late(session, resolution):
            late_counts[act.forecaster_id] = late_counts.get(act.forecaster_id, 0) + 1
    return late_counts


def _compute_skills(
    session: Session, selection: Scored
) -> Mapping[ForecasterId, tuple[Skill, ...]]:
    """Compare each forecaster with each reference, on the binary questions that count.

    The only use of receipts here.
    """
    binary = [q.id for q in selection.counted.values() if q.kind == "binary"]
    by_question: dict[QuestionId, dict[ForecasterId, Score]] = {}
    for score in resolutions.with_receipts(session, HEADLINE["binary"], binary):
        by_question.setdefault(score.question_id, {})[score.forecaster_id] = score
    climatology = _climatology_losses(selection, list(by_question))
    losses: dict[ForecasterId, dict[ReferenceName, list[tuple[float, float, str]]]] = {}
    clusters = fates(selection.table)
    for question_id, everyone in by_question.items():
        for forecaster_id, score_of_forecaster in everyone.items():
            references = reference_losses(
                score_of_forecaster, everyone, climatology.get(question_id)
            )
            for name, reference_loss in references.items():
                rows = losses.setdefault(forecaster_id, {}).setdefault(name, [])
                rows.append((own_loss(score_of_forecaster), reference_loss, clusters[question_id]))
    return {
        forecaster_id: tuple(
            _compute_skill(name, rows[name]) for name in REFERENCES if name in rows
        )
        for forecaster_id, rows in losses.items()
    }


def _compute_skill(name: ReferenceName, rows: list[tuple[float, float, str]]) -> Skill:
    losses, baseline_losses, clusters = zip(*rows, strict=True)
    return skill_with_interval(losses, baseline_losses, name=name, clusters=clusters)


def _climatology_losses(
    selection: Scored, question_ids: list[QuestionId]
) -> Mapping[QuestionId, float]:
    """Brier score of the YES share among the other questions; empty for a single question."""
    if len(question_ids) < 2:
        return {}
    outcomes = [selection.resolutions[q].outcome == "yes" for q in question_ids]
    return dict(zip(question_ids, brier(leave_one_out(outcomes), outcomes).tolist(), strict=True))


def calibration(
    session: Session, choice: Choice, lead_days: int, now: datetime
) -> CalibrationReport:
    """Compare everyone's forecasts at a lead time with the outcomes."""
    selection = scored(session, choice, now)
    records = _records(session, selection, lead_days)
    reliabilities = {
        forecaster_id: reliability(snapshots(own_records, lead_days))
        for forecaster_id, own_records in records.items()
    }
    intervals = {
        forecaster_id: interval_record(own_records, lead_days)
        for forecaster_id, own_records in records.items()
    }
    return CalibrationReport(
        choice=choice,
        lead_days=lead_days,
        questions=selection.counted,
        forecasters=forecasts.forecasters(session),
        reliability={
            forecaster_id: r for forecaster_id, r in reliabilities.items() if r is not None
        },
        intervals={forecaster_id: i for forecaster_id, i in intervals.items() if i is not None},
    )


def _records(
    session: Session, selection: Scored, lead_days: int
) -> dict[ForecasterId, list[Record]]:
    """For each forecaster, the questions that count with a forecast so many days before the close.

    Reads only the forecasts current at that instant, not their history.
    """
    records: dict[ForecasterId, list[Record]] = {}
    instants = {q.id: q.closes_at - timedelta(days=lead_days) for q in selection.counted.values()}
    forecasts_then = forecasts.stood_at(session, instants)
    for question_id, question in selection.counted.items():
        for forecaster_id, steps in _timelines_at(
            question, instants[question_id], forecasts_then.get(question_id, {})
        ).items():
            records.setdefault(forecaster_id, []).append(
                (question, selection.resolutions[question_id], steps)
            )
    return records


def _timelines_at(
    question: Question, instant: datetime, forecasts_then: Mapping[ForecasterId, Stood]
) -> Mapping[ForecasterId, Timeline]:
    """Timelines of a question, reduced to the forecasts current at one instant."""
    timelines = {forecaster_id: timeline([step]) for forecaster_id, step in forecasts_then.items()}
    timelines[PRIOR] = timeline([(question.opens_at, question.prior)])
    if question.kind == "binary":
        timelines[HAZARD] = hazard_timeline(question, question.opens_at, question.closes_at)
    if (crowd := crowd_at(question, people(timelines), instant)) is not None:
        timelines[CROWD] = timeline([(instant, crowd)])
    return timelines


def comparison(session: Session, choice: Choice, now: datetime) -> ComparisonReport:
    """Compare every pair of forecasters on the questions that both answered."""
    selection = scored(session, choice, now)
    people = forecasts.forecasters(session)
    skills: dict[ForecasterId, dict[QuestionId, float]] = {}
    for score in selection.headline(resolutions.all_scores(session)):
        if score.mean_while_active is not None:
            skills.setdefault(score.forecaster_id, {})[score.question_id] = (
                score.skill_over_schedule
            )
    names = {forecaster_id: people[forecaster_id].name for forecaster_id in skills}
    rows = [
        (str(forecaster_id), question_id, -gain)
        for forecaster_id, own_skills in skills.items()
        for question_id, gain in own_skills.items()
    ]
    return ComparisonReport(
        choice=choice,
        forecasters=people,
        comparisons=compare_all(
            skills,
            clusters=fates(selection.table),
            names=names,
            lower_is_better=False,
            told=apart_in_points,
        ),
        difficulty=difficulty_adjusted(rows) if rows else None,
    )


def table(session: Session, choice: Choice, now: datetime) -> pl.DataFrame:
    """Every score of the chosen questions, one row each, for a spreadsheet."""
    selection = scored(session, choice, now)
    rows = score_table(resolutions.all_scores(session), chosen(selection.table, choice))
    return rows.with_columns(pl.col("tags").list.join(" ")).sort("question", "rule", "forecaster")
