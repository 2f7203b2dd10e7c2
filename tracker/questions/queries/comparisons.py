"""Comparison of forecasters on the questions and times that they have in common."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import combinations

import numpy as np

from forecasts.aggregation.crowd import MIN_CROWD, crowd_timeline
from forecasts.questions.families import FamilyId
from forecasts.questions.question import (
    CROWD,
    LEARNED_POOLS,
    POOLS,
    Forecaster,
    ForecasterId,
    Question,
    Resolution,
    effective_close,
    is_computed,
    is_person,
)
from forecasts.questions.timeline import ForecastSpan, Timeline, build_timeline
from forecasts.scoring.adjusted_skill import AdjustedSkill, adjust_skill
from forecasts.scoring.common_time import (
    LossPath,
    Paths,
    compare_paths,
    hold_first_forecast,
    trace_losses,
)
from forecasts.scoring.comparison import (
    CommonQuestion,
    Comparison,
    EvidencePoint,
    Pair,
    compare_pairs,
    trace_evidence,
)
from forecasts.scoring.rulebook import HEADLINE, RuleName, ignorance_forecast
from forecasts.scoring.span_table import SpanTable, Standing, stand
from tracker.model.read_models import Choice, ComparisonReport, RuleComparison
from tracker.questions.queries.score_selection import (
    QuestionSelection,
    gather_questions,
    load_table,
)
from tracker.storage import record
from tracker.storage.sessions import Session

UNINFORMED = Forecaster(ForecasterId("uninformed"), "Knowing nothing", "reference")
FIRST = Forecaster(ForecasterId("first"), "First forecast, unchanged", "reference")
_REFERENCES = (FIRST.id, UNINFORMED.id)
"""Opponents that exist for one forecaster alone."""


@dataclass(frozen=True)  # no slots, for the cached properties
class QuestionLosses:
    """Question that counts, with its answer, what stood on it, and everyone's losses."""

    question: Question
    resolution: Resolution
    family: FamilyId
    standing: Standing
    paths: Paths

    @property
    def answer(self) -> bool | None:
        """Return the answer if it is YES or NO."""
        return self.resolution.outcome == "yes" if self.question.kind == "binary" else None

    @property
    def people(self) -> list[ForecasterId]:
        """List the people who forecast."""
        return [name for name in self.paths if is_person(name)]

    @cached_property
    def timelines(self) -> Mapping[ForecasterId, Timeline]:
        """Return the timelines of people, from what stood."""
        return {name: _rebuild_timeline(self.standing.list_spans(name)) for name in self.people}

    @cached_property
    def uninformed(self) -> LossPath | None:
        """Return the losses of knowing nothing."""
        forecast = ignorance_forecast(self.question)
        return _trace(self, UNINFORMED.id, build_timeline([(self.question.opens_at, forecast)]))


def trace_questions(
    selection: QuestionSelection, table: SpanTable
) -> dict[RuleName, tuple[QuestionLosses, ...]]:
    """Trace everyone's losses on each question, by headline rule, that of most questions first."""
    losses: dict[RuleName, list[QuestionLosses]] = {r: [] for r in selection.headline_rules}
    for (question, resolution, standing), paths in zip(
        table.answered, trace_losses(table), strict=True
    ):
        family = selection.families[question.id]
        traced = QuestionLosses(question, resolution, family, standing, paths)
        losses[HEADLINE[question.kind]].append(traced)
    return {rule: tuple(traced) for rule, traced in losses.items()}


def load_losses(
    session: Session, selection: QuestionSelection
) -> dict[RuleName, tuple[QuestionLosses, ...]]:
    """Load everyone's losses on the questions that count, by headline rule."""
    table = load_table(session, selection.countable, selection.resolutions)
    return trace_questions(selection, table)


def adjust_people(losses: Iterable[QuestionLosses]) -> tuple[AdjustedSkill, ...]:
    """Estimate the skill of people on the same questions at the same times, best first."""
    return adjust_skill(
        (q.family, q.answer, {name: q.paths[name] for name in q.people}) for q in losses
    )


def compare_forecasters(
    session: Session, choice: Choice, forecaster_id: ForecasterId | None, now: datetime
) -> ComparisonReport:
    """Compare people with each other, with markets and with computed forecasters, by headline rule.

    The crowds that learn are compared among themselves alone (`compare_pools`). With
    `forecaster_id`, one forecaster with everybody, and with what they would have scored by knowing
    nothing and by never changing their first forecast.
    """
    selection = gather_questions(session, choice, now)
    forecasters = record.list_forecasters(session)
    return ComparisonReport(
        choice=choice,
        forecasters=forecasters | {f.id: f for f in (UNINFORMED, FIRST)},
        rules=tuple(
            RuleComparison(rule, _compare_all(losses, forecaster_id))
            for rule, losses in load_losses(session, selection).items()
        ),
    )


def trace_pair(
    session: Session, choice: Choice, rule: RuleName, pair: Comparison, *, now: datetime
) -> tuple[EvidencePoint, ...]:
    """Trace the evidence on one pair of a report over time."""
    losses = load_losses(session, gather_questions(session, choice, now)).get(rule, ())
    return trace_evidence(_list_common_questions(losses, pair.a, pair.b), pair.threshold)


def _compare_all(
    losses: Sequence[QuestionLosses], forecaster_id: ForecasterId | None
) -> tuple[Comparison, ...]:
    """Compare all pairs together, so that a pair has the same verdict wherever it is shown."""
    present = dict.fromkeys(name for q in losses for name in q.paths)
    people = [name for name in present if is_person(name)]
    opposing = [name for name in present if name not in people and name not in LEARNED_POOLS]
    pairs: list[Pair] = [
        *combinations(people, 2),
        *((a, b) for a in people for b in (*opposing, *_REFERENCES)),
    ]
    if forecaster_id is None:
        shown = [pair for pair in pairs if pair[1] not in _REFERENCES]
    else:
        opponents = (*people, *opposing, *_REFERENCES)
        shown = [(forecaster_id, b) for b in opponents if b != forecaster_id]
        own_pairs = set(map(frozenset, shown))
        pairs = [*shown, *(pair for pair in pairs if frozenset(pair) not in own_pairs)]
    rows = ((pair, _list_common_questions(losses, *pair)) for pair in pairs)
    return compare_pairs(rows, shown=frozenset(shown))


def compare_pools(losses: Sequence[QuestionLosses]) -> tuple[Comparison, ...]:
    """Compare the crowds that learn with the plain one and with each other; none without them."""
    present = {name for q in losses for name in q.paths}
    pools = [name for name in POOLS if name in present]
    return compare_pairs(
        ((b, a), _list_common_questions(losses, b, a)) for a, b in combinations(pools, 2)
    )


def _list_common_questions(
    losses: Iterable[QuestionLosses], a: ForecasterId, b: ForecasterId
) -> list[CommonQuestion]:
    common = []
    for q in losses:
        first, second = _find_path(q, a, against=b), _find_path(q, b, against=a)
        if first is not None and second is not None:
            differences = compare_paths(q.question, first, second)
            common.append(CommonQuestion(q.family, q.question.closes_at, q.answer, differences))
    return common


def _find_path(q: QuestionLosses, name: ForecasterId, *, against: ForecasterId) -> LossPath | None:
    build = _BUILT.get(name)
    if build is None or against not in q.paths:
        return q.paths.get(name)
    return build(q, against)


def _hold_first(q: QuestionLosses, name: ForecasterId) -> LossPath | None:
    """Return the losses of a first forecast left unchanged; None if it was never changed."""
    path = q.paths[name]
    return hold_first_forecast(path) if len(np.unique(path.possible, axis=0)) > 1 else None


def _pool_others(q: QuestionLosses, name: ForecasterId) -> LossPath | None:
    """Return the crowd without one of its members; None if fewer than two are left."""
    if is_computed(name):
        return q.paths.get(CROWD)
    members = {n: line for n, line in q.timelines.items() if n != name}
    if len(members) < MIN_CROWD:
        return None
    until = effective_close(q.question, q.resolution)
    return _trace(q, CROWD, crowd_timeline(q.question, members, until=until))


_BUILT: Mapping[ForecasterId, Callable[[QuestionLosses, ForecasterId], LossPath | None]] = {
    FIRST.id: _hold_first,
    UNINFORMED.id: lambda q, _: q.uninformed,
    CROWD: _pool_others,
}
"""Opponents that are made for one forecaster and question."""


def _rebuild_timeline(spans: Sequence[ForecastSpan]) -> Timeline:
    steps = [(span.start, span.distribution) for span in spans]
    gaps = [(span.end, None) for span in spans]
    return build_timeline([*gaps, *steps])


def _trace(q: QuestionLosses, name: ForecasterId, timeline: Timeline) -> LossPath | None:
    (paths,) = trace_losses(SpanTable.read([stand(q.question, q.resolution, {name: timeline})]))
    return paths.get(name)
