"""Fit what answers teach of the crowd: the skill of its members, and how bold it should be.

Only questions teach that count: answered, and past their scheduled close.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from forecasts.aggregation.crowd import CrowdLessons, trace_learned_crowds
from forecasts.aggregation.extremising import PooledQuestion, fit_exponent
from forecasts.distributions.distribution import p_yes
from forecasts.distributions.probability import logit
from forecasts.evidence.parameters import LearnedValue
from forecasts.questions.formatting import format_count, format_signed
from forecasts.questions.question import CROWD_WEIGHTED, effective_close
from forecasts.questions.timeline import Timeline
from forecasts.scoring.adjusted_skill import AdjustedSkill
from forecasts.scoring.rulebook import RuleName
from forecasts.statistics.small_samples import (
    MIN_FAMILIES,
    count_rarer,
    explain_interval_shortage,
)
from tracker.model.read_models import Choice
from tracker.questions.crowd_lessons import (
    DEFAULT_EXPONENT,
    EXPONENT,
    SKILL,
    load_crowd_lessons,
    skill_scope,
)
from tracker.questions.queries.comparisons import (
    QuestionLosses,
    adjust_people,
    load_losses,
)
from tracker.questions.queries.score_selection import gather_questions
from tracker.storage import database_info, learned
from tracker.storage.learned import GLOBAL_SCOPE
from tracker.storage.sessions import Session


def fit_crowds(session: Session, now: datetime) -> Iterator[LearnedValue]:
    """Fit the skill of every member, by headline rule, and the exponent of yes-no questions."""
    losses = _load_answered(session, now)
    for rule, answered in losses.items():
        yield from _fit_skills(session, rule, answered, now)
    yield _fit_exponent(session, losses.get("brier", ()), now)


def _load_answered(session: Session, now: datetime) -> dict[RuleName, tuple[QuestionLosses, ...]]:
    """Load the losses on questions that count; retrospective ones count in a replay alone."""
    losses: dict[RuleName, tuple[QuestionLosses, ...]] = {}
    replayed = database_info.read_replay_time(session) is not None
    for retrospective in (False, True) if replayed else (False,):
        selection = gather_questions(session, Choice(retrospective=retrospective), now)
        for rule, answered in load_losses(session, selection).items():
            losses[rule] = (*losses.get(rule, ()), *answered)
    return losses


def _fit_skills(
    session: Session, rule: RuleName, answered: Sequence[QuestionLosses], now: datetime
) -> Iterator[LearnedValue]:
    resets = learned.find_resets(session, SKILL)
    used = [_forget(question, rule, resets) for question in answered]
    skills = adjust_people(used)
    families = len({q.family for q in used if len(q.people) > 1})
    for skill in skills:
        scope = skill_scope(rule, skill.forecaster_id)
        if families < MIN_FAMILIES:
            why = f"default: {_count_families(families)} of {MIN_FAMILIES} that two people forecast"
            yield LearnedValue(SKILL, scope, 0.0, families, now, why)
        else:
            why = _describe_skill(skill)
            yield LearnedValue(SKILL, scope, skill.skill, skill.families, now, why)


def _forget(
    question: QuestionLosses, rule: RuleName, resets: Mapping[str, datetime]
) -> QuestionLosses:
    """Leave out the members whose skill was reset since the question closed."""
    closed = question.question.closes_at
    paths = {
        name: path
        for name, path in question.paths.items()
        if (reset := resets.get(skill_scope(rule, name))) is None or closed > reset
    }
    return replace(question, paths=paths)


def _describe_skill(skill: AdjustedSkill) -> str:
    side = "better" if skill.skill >= 0.0 else "worse"
    return (
        f"{format_signed(100 * abs(skill.skill)).lstrip('+')} points {side} than the average "
        f"person over {_count_families(skill.families)}, drawn {100 * skill.pooling:.0f}% to it"
    )


def _count_families(count: int) -> str:
    return format_count(count, "family of questions", "families of questions")


def _fit_exponent(
    session: Session, answered: Sequence[QuestionLosses], now: datetime
) -> LearnedValue:
    reset = learned.find_resets(session, EXPONENT).get(GLOBAL_SCOPE)
    lessons = load_crowd_lessons(session).get("binary", ())
    pooled = [
        row
        for question in answered
        if question.answer is not None and (reset is None or question.question.closes_at > reset)
        if (row := _pool_question(question, lessons)) is not None
    ]
    answers: dict[str, set[bool]] = {}
    for row in pooled:
        answers.setdefault(row.family, set()).add(row.happened)
    shortage = explain_interval_shortage(len(answers), count_rarer(answers.values()))
    if shortage:
        why = f"default: {shortage}"
        return LearnedValue(EXPONENT, GLOBAL_SCOPE, DEFAULT_EXPONENT, len(answers), now, why)
    value = fit_exponent(pooled)
    side = "too cautious" if value > 1.0 else "too bold"
    why = f"the weighted crowd was {side} over {_count_families(len(answers))}, drawn to 1"
    return LearnedValue(EXPONENT, GLOBAL_SCOPE, value, len(answers), now, why)


def _pool_question(
    question: QuestionLosses, lessons: Sequence[CrowdLessons]
) -> PooledQuestion | None:
    """Pool a question anew, each instant with what was known then; at first all are average."""
    close = effective_close(question.question, question.resolution)
    nothing_known = CrowdLessons(datetime.min.replace(tzinfo=UTC), {})
    members = question.timelines
    made = trace_learned_crowds(question.question, members, [nothing_known, *lessons], until=close)
    line = made.get(CROWD_WEIGHTED)
    return None if line is None else _weigh_steps(question, line, close)


def _weigh_steps(question: QuestionLosses, line: Timeline, close: datetime) -> PooledQuestion:
    length = question.question.closes_at - question.question.opens_at
    ends = [at for at, _ in line.steps[1:]] + [close]
    spans = [
        (p, (end - start) / length)
        for (start, forecast), end in zip(line.steps, ends, strict=True)
        if forecast is not None and (p := p_yes(forecast)) is not None
    ]
    odds = [logit(float(np.clip(p, 1e-6, 1 - 1e-6))) for p, _ in spans]
    shares = np.array([share for _, share in spans])
    return PooledQuestion(question.family, bool(question.answer), np.array(odds), shares)
