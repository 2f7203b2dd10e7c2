"""How good everyone was: stored scores and held forecasts, gathered for the questions that were
chosen.
"""

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
    """The questions of a choice: all of them, their answers, and those that count.

    `facets` are what could be chosen instead, among all questions of the same sort that were
    answered.
    """

    table: pl.DataFrame
    facets: Facets
    questions: Mapping[QuestionId, Question]
    resolutions: Mapping[QuestionId, Resolution]
    counted: Mapping[QuestionId, Question]

    def headline(self, scores: Iterable[Score]) -> tuple[Score, ...]:
        """Of the scores on questions that count, those by the rule that speaks for each kind."""
        return tuple(
            s for s in self.of(scores) if s.rule == HEADLINE[self.counted[s.question_id].kind]
        )

    def of(self, scores: Iterable[Score]) -> tuple[Score, ...]:
        """The scores on questions that count."""
        return tuple(s for s in scores if s.question_id in self.counted)


def scored(session: Session, choice: Choice, now: datetime) -> Scored:
    """Gather the questions of a choice; those that count have an answer, and their scheduled close
    has passed.
    """
    every = {q.id: q for q in questions.every(session)}
    table = question_table(every.values(), now)
    wanted = {QuestionId(q) for q in chosen(table, choice)["question"]}
    there = {q: question for q, question in every.items() if q in wanted}
    answered = resolutions.current(session)
    resolved = {q: r for q, r in answered.items() if q in wanted}
    counted = {
        q: question
        for q, question in there.items()
        if counts(question, now) and answer(question, resolved.get(q)) is not None
    }
    choices = facets(table.filter(pl.col("question").is_in(list(answered))), choice.retrospective)
    return Scored(table, choices, there, resolved, counted)


def accuracy(session: Session, choice: Choice, now: datetime) -> Accuracy:
    """Scores, summaries, skill against references, and what became of each cohort."""
    found = scored(session, choice, now)
    scores = found.of(resolutions.all_scores(session))
    lines = cohorts(found.questions.values(), found.resolutions, now)
    return Accuracy(
        choice=choice,
        facets=found.facets,
        questions=found.counted,
        resolutions=found.resolutions,
        forecasters=forecasts.forecasters(session),
        scores=scores,
        summaries=summaries(scores, found.counted),
        skills=_skills(session, found),
        cohorts=lines,
        early=tuple(q for q in found.resolutions if not counts(found.questions[q], now)),
        unscored=tuple(
            q for q, r in found.resolutions.items() if r.outcome in ("annulled", "ambiguous")
        ),
        annul_rate=annul_rate(lines),
        hindsight=_hindsight(session, found.resolutions),
    )


def summaries(
    scores: Iterable[Score], questions: Mapping[QuestionId, Question]
) -> tuple[Summary, ...]:
    """How good everyone was on these questions by every rule, with n and interval (see
    `counts_under`).

    Accuracy page, commands, weekly report and API all show this, so that a forecaster has one
    number.
    """
    told = [
        s
        for s in scores
        if s.question_id in questions and counts_under(s.rule, questions[s.question_id].kind)
    ]
    return summarise(told, {q: fate(question) for q, question in questions.items()})


def _hindsight(
    session: Session, resolved: Mapping[QuestionId, Resolution]
) -> dict[ForecasterId, int]:
    found: dict[ForecasterId, int] = {}
    for resolution in resolved.values():
        for act in too_late(session, resolution):
            found[act.forecaster_id] = found.get(act.forecaster_id, 0) + 1
    return found


def _skills(session: Session, found: Scored) -> Mapping[ForecasterId, tuple[Skill, ...]]:
    """Each forecaster against each reference, on the binary questions that count: the one use of
    receipts here.
    """
    binary = [q.id for q in found.counted.values() if q.kind == "binary"]
    by_question: dict[QuestionId, dict[ForecasterId, Score]] = {}
    for score in resolutions.with_receipts(session, HEADLINE["binary"], binary):
        by_question.setdefault(score.question_id, {})[score.forecaster_id] = score
    climatology = _climatology(found, list(by_question))
    losses: dict[ForecasterId, dict[ReferenceName, list[tuple[float, float, str]]]] = {}
    clusters = fates(found.table)
    for question_id, everyone in by_question.items():
        for who, own in everyone.items():
            references = reference_losses(own, everyone, climatology.get(question_id))
            for name, lost in references.items():
                rows = losses.setdefault(who, {}).setdefault(name, [])
                rows.append((own_loss(own), lost, clusters[question_id]))
    return {
        who: tuple(_skill(name, rows[name]) for name in REFERENCES if name in rows)
        for who, rows in losses.items()
    }


def _skill(name: ReferenceName, rows: list[tuple[float, float, str]]) -> Skill:
    own, reference, clusters = zip(*rows, strict=True)
    return skill_with_interval(own, reference, name=name, clusters=clusters)


def _climatology(found: Scored, asked: list[QuestionId]) -> Mapping[QuestionId, float]:
    """The Brier score of the share of YES among the other questions; nothing for a single
    question.
    """
    if len(asked) < 2:
        return {}
    outcomes = [found.resolutions[q].outcome == "yes" for q in asked]
    return dict(zip(asked, brier(leave_one_out(outcomes), outcomes).tolist(), strict=True))


def calibration(
    session: Session, choice: Choice, lead_days: int, now: datetime
) -> CalibrationReport:
    """What everybody held at a lead time, against what happened."""
    found = scored(session, choice, now)
    records = _records(session, found, lead_days)
    reliable = {who: reliability(snapshots(own, lead_days)) for who, own in records.items()}
    inside = {who: interval_record(own, lead_days) for who, own in records.items()}
    return CalibrationReport(
        choice=choice,
        lead_days=lead_days,
        questions=found.counted,
        forecasters=forecasts.forecasters(session),
        reliability={who: r for who, r in reliable.items() if r is not None},
        intervals={who: i for who, i in inside.items() if i is not None},
    )


def _records(session: Session, found: Scored, lead_days: int) -> dict[ForecasterId, list[Record]]:
    """For each forecaster, the questions that count on which anything was held so many days before
    the close.

    Only what stood at that instant is read, and not how it came about.
    """
    records: dict[ForecasterId, list[Record]] = {}
    instants = {q.id: q.closes_at - timedelta(days=lead_days) for q in found.counted.values()}
    stood = forecasts.stood_at(session, instants)
    for question_id, question in found.counted.items():
        for who, steps in _held_at(
            question, instants[question_id], stood.get(question_id, {})
        ).items():
            records.setdefault(who, []).append((question, found.resolutions[question_id], steps))
    return records


def _held_at(
    question: Question, instant: datetime, stood: Mapping[ForecasterId, Stood]
) -> Mapping[ForecasterId, Timeline]:
    """`timelines` of a question as far as they say what stood at one instant."""
    held = {who: timeline([step]) for who, step in stood.items()}
    held[PRIOR] = timeline([(question.opens_at, question.prior)])
    if question.kind == "binary":
        held[HAZARD] = hazard_timeline(question, question.opens_at, question.closes_at)
    if (crowd := crowd_at(question, people(held), instant)) is not None:
        held[CROWD] = timeline([(instant, crowd)])
    return held


def comparison(session: Session, choice: Choice, now: datetime) -> ComparisonReport:
    """Every pair of forecasters on the questions that both answered."""
    found = scored(session, choice, now)
    people = forecasts.forecasters(session)
    held: dict[ForecasterId, dict[QuestionId, float]] = {}
    for score in found.headline(resolutions.all_scores(session)):
        if score.mean_while_active is not None:
            held.setdefault(score.forecaster_id, {})[score.question_id] = score.skill_over_schedule
    names = {who: people[who].name for who in held}
    rows = [
        (str(who), question_id, -gain)
        for who, own in held.items()
        for question_id, gain in own.items()
    ]
    return ComparisonReport(
        choice=choice,
        forecasters=people,
        comparisons=compare_all(
            held,
            clusters=fates(found.table),
            names=names,
            lower_is_better=False,
            told=apart_in_points,
        ),
        difficulty=difficulty_adjusted(rows) if rows else None,
    )


def table(session: Session, choice: Choice, now: datetime) -> pl.DataFrame:
    """Every score of the chosen questions, a row each, for a spreadsheet."""
    found = scored(session, choice, now)
    rows = score_table(resolutions.all_scores(session), chosen(found.table, choice))
    return rows.with_columns(pl.col("tags").list.join(" ")).sort("question", "rule", "forecaster")
