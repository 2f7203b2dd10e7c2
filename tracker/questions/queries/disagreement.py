"""Gather who disagrees with whom on a question, why, and who tended to be right. Reads only."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations

from forecasts.distributions.distribution import p_yes
from forecasts.questions.question import (
    CROWD,
    SUGGESTION,
    EvidenceId,
    ForecasterId,
    Question,
    QuestionId,
    find_outside_kind,
    is_person,
    question_status,
)
from forecasts.questions.timeline import Forecast
from forecasts.scoring.common_time import compare_paths
from forecasts.scoring.comparison import CommonQuestion
from forecasts.scoring.gap_record import record_gaps
from forecasts.statistics.gaps import MIN_GAP, MIN_WIDE_GAP, clamp_logit, measure_gap
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.explanation import MIN_NATS, story_effects
from forecasts.suggestion.gap_lines import find_gap_lines
from tracker.errors import Refused
from tracker.model.comments import WideGap
from tracker.model.disagreement import Disagreement, PairGap, Position
from tracker.model.read_models import Choice, QuestionPage
from tracker.questions.queries.comparisons import QuestionLosses, load_losses
from tracker.questions.queries.question_page import build_question_page, require_question
from tracker.questions.queries.score_selection import gather_questions
from tracker.storage import comments, record, resolution_record
from tracker.storage.record import LastAct
from tracker.storage.sessions import Session


def explain_disagreement(
    session: Session, question_id: str, me: ForecasterId, now: datetime
) -> Disagreement:
    """Explain the gaps among me, crowd, suggestion and markets; raises `Refused` for other kinds.

    Only gaps of `MIN_GAP` or more are explained.
    """
    page = build_question_page(session, question_id, now, newest=0)
    question = page.summary.question
    if question.kind != "binary":
        raise Refused(f"{question.id} is no yes-no question: only those have gaps in log-odds")
    positions = _list_positions(page, me)
    apart = [
        (a, b) for a, b in combinations(positions, 2) if measure_gap(a.p, b.p) >= MIN_GAP - 1e-9
    ]
    losses = _load_losses(session, question, now) if apart else ()
    pairs = tuple(_explain_pair(page, a, b, losses) for a, b in apart)
    return Disagreement(
        question.id, positions, pairs, {p.evidence.id: p.headline for p in page.pieces}
    )


def _list_positions(page: QuestionPage, me: ForecasterId) -> tuple[Position, ...]:
    """List me, the crowd if it has anybody else, the suggestion and markets, as far as they are."""
    standings = page.summary.standings
    has_others = any(is_person(name) and name != me for name in standings)
    outside = [n for n in standings if find_outside_kind(n) in ("market", "platform") and n != me]
    names = (me, *((CROWD,) if has_others else ()), SUGGESTION, *outside)
    return tuple(
        Position(standings[name].forecaster, p, clamp_logit(p))
        for name in names
        if name in standings and (p := standings[name].p) is not None
    )


def _load_losses(session: Session, question: Question, now: datetime) -> Sequence[QuestionLosses]:
    """Load the losses on answered yes-no questions of the same sort, live or retrospective."""
    choice = Choice(retrospective=question.retrospective, kind="binary")
    traced = load_losses(session, gather_questions(session, choice, now))
    return [q for of_rule in traced.values() for q in of_rule]


def _explain_pair(
    page: QuestionPage, a: Position, b: Position, losses: Sequence[QuestionLosses]
) -> PairGap:
    size = measure_gap(a.p, b.p)
    first, second = a.forecaster.id, b.forecaster.id
    cites = [_list_cited(page, name, {first, second}) for name in (first, second)]
    lines = None
    if SUGGESTION in (first, second) and isinstance(page.suggestion, Suggestion):
        lines = find_gap_lines(page.suggestion, b.p if first == SUGGESTION else a.p)
    return PairGap(
        a.forecaster,
        b.forecaster,
        size,
        lines,
        tuple(piece for piece in cites[0] if piece not in cites[1]),
        tuple(piece for piece in cites[1] if piece not in cites[0]),
        record_gaps(list(_list_common_gaps(losses, first, second, size))),
    )


def _list_cited(
    page: QuestionPage, name: ForecasterId, pair: set[ForecasterId]
) -> list[EvidenceId]:
    """List the evidence that a forecaster cites, the newest first, or that the suggestion counts.

    The crowd cites what its members do, but for the one that it is compared with.
    """
    if name == SUGGESTION:
        lines = page.suggestion.lines if isinstance(page.suggestion, Suggestion) else ()
        effects = {e: nats for e, nats in story_effects(lines).items() if abs(nats) >= MIN_NATS}
        return sorted(effects, key=lambda piece: -abs(effects[piece]))
    acts = (
        act
        for act in reversed(page.acts)
        if act.forecaster_id == name
        or (name == CROWD and is_person(act.forecaster_id) and act.forecaster_id not in pair)
    )
    return list(dict.fromkeys(piece for act in acts for piece in act.cites))


def _list_common_gaps(
    losses: Sequence[QuestionLosses], a: ForecasterId, b: ForecasterId, size: float
) -> Iterator[CommonQuestion]:
    """Yield the answered questions on which two were so far apart, while they were."""
    for q in losses:
        first, second = q.paths.get(a), q.paths.get(b)
        if first is not None and second is not None:
            differences = compare_paths(q.question, first, second, min_gap=size)
            yield CommonQuestion(q.family, q.question.closes_at, q.answer, differences)


def list_wide_gaps(
    session: Session, me: ForecasterId, now: datetime, only: QuestionId | None = None
) -> tuple[WideGap, ...]:
    """List the widest gap on each open question between me and another person, the widest first.

    On all questions, or on one. Only those where neither has commented since the later of the two
    forecasts, and that I have not set aside since.
    """
    acts = record.load_last_acts(session, None if only is None else [only])
    people = record.list_forecasters(session)
    quieted = [comments.load_last_comments(session), comments.load_dismissed_gaps(session, me)]
    widest: dict[QuestionId, WideGap] = {}
    for question_id in _list_open(session, now, only):
        for other, p, other_p in _list_far_people(acts.get(question_id, {}), me):
            since = max(_find_start(session, question_id, name) for name in (me, other))
            times = [
                at[question_id, name]
                for at in quieted
                for name in (me, other)
                if (question_id, name) in at
            ]
            if all(at < since for at in times):
                widest[question_id] = WideGap(question_id, people[other], p, other_p, since)
                break
    return tuple(sorted(widest.values(), key=lambda gap: -measure_gap(gap.p, gap.other_p)))


def _list_open(session: Session, now: datetime, only: QuestionId | None) -> list[QuestionId]:
    if only is None:
        return list(record.list_open_questions(session, now))
    question = require_question(session, only)
    resolution = resolution_record.find_resolution(session, only)
    return [only] if question_status(question, resolution, now) == "open" else []


def _list_far_people(
    acts: Mapping[ForecasterId, LastAct], me: ForecasterId
) -> list[tuple[ForecasterId, float, float]]:
    """List the people who are far from me with both probabilities, the farthest first."""
    chances = {
        name: p
        for name, (_, distribution) in acts.items()
        if is_person(name) and (p := p_yes(distribution)) is not None
    }
    mine = chances.pop(me, None)
    if mine is None:
        return []
    far = [name for name in chances if measure_gap(mine, chances[name]) >= MIN_WIDE_GAP]
    ranked = sorted(far, key=lambda name: (-measure_gap(mine, chances[name]), name))
    return [(name, mine, chances[name]) for name in ranked]


def _find_start(session: Session, question_id: QuestionId, name: ForecasterId) -> datetime:
    """Return when a forecaster came to the probability that stands: reaffirming is no change."""
    acts = record.forecasts_of_question(session, question_id, name)
    return _trace_back(acts).made_at


def _trace_back(acts: Sequence[Forecast]) -> Forecast:
    """Return the act with which the forecast that stands began."""
    *earlier, last = acts
    for act in reversed(earlier):
        if act.distribution != last.distribution:
            break
        last = act
    return last
