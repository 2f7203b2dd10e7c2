"""How people revise: their acts on answered questions, gathered for the measures of belief
dynamics.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from forecasts.distributions.distribution import p_yes
from forecasts.questions.forecaster import RESERVED, SUGGESTION
from forecasts.questions.question import ForecasterId, Question, Resolution, effective_close
from forecasts.questions.timeline import Forecast, Timeline, timeline_of
from forecasts.statistics.dynamics import Act, excess_movement, logit_move, pooled_updates, reaction
from forecasts.suggestion.binary import hazard
from tracker.model.read_models import Choice, Habits
from tracker.questions.queries.accuracy import scored
from tracker.storage import forecasts
from tracker.storage.forecasts import acts_by_forecaster
from tracker.storage.sessions import Session

_DAY = 86400.0


class _Gathered:
    """What one forecaster did, question by question."""

    def __init__(self) -> None:
        self.histories: list[tuple[Sequence[Act], float]] = []
        self.paths: list[list[float]] = []
        self.moves: list[tuple[float, float]] = []


def habits(session: Session, choice: Choice, now: datetime) -> tuple[Habits, ...]:
    """The habits of every person, on the binary questions of a choice that count; most active
    first.

    Those that were answered early wait here too: the quick answers alone are mostly YES, which
    looks like movement.
    """
    there = scored(session, choice, now)
    found: dict[ForecasterId, _Gathered] = {}
    for question in there.counted.values():
        if question.kind != "binary":
            continue
        resolution = there.resolutions[question.id]
        acts = acts_by_forecaster(forecasts.of_question(session, question.id))
        suggested = timeline_of(acts.get(SUGGESTION, []))
        for who in acts.keys() - RESERVED:
            _gather(
                found.setdefault(who, _Gathered()), (question, resolution), acts[who], suggested
            )
    people = forecasts.forecasters(session)
    told = [
        Habits(
            people[who], pooled_updates(g.histories), excess_movement(g.paths), reaction(g.moves)
        )
        for who, g in found.items()
        if g.histories
    ]
    return tuple(sorted(told, key=lambda h: (-h.updates.n_acts, h.forecaster.id)))


def _gather(
    into: _Gathered,
    answered: tuple[Question, Resolution],
    acts: Sequence[Forecast],
    suggested: Timeline,
) -> None:
    question, resolution = answered
    close = effective_close(question, resolution)
    counted = [
        (act, p)
        for act in acts
        if act.made_at < close and (p := p_yes(act.distribution)) is not None
    ]
    if not counted:
        return
    active = sum(span.days for span in timeline_of(acts).spans(question.opens_at, close))
    into.histories.append(
        ([(act.made_at.timestamp() / _DAY, p, act.act == "reaffirm") for act, p in counted], active)
    )
    into.paths.append([*(p for _, p in counted), float(resolution.outcome == "yes")])
    for (before, p_before), (after, p_after) in pairwise(counted):
        evidence = _evidence_move(question, suggested, before.made_at, after.made_at)
        if evidence is not None:
            into.moves.append((logit_move(p_before, p_after), evidence))


def _evidence_move(
    question: Question, suggested: Timeline, start: datetime, end: datetime
) -> float | None:
    """What evidence alone moved the suggestion by, in log-odds: its whole move less that of
    time.
    """
    before, after = p_yes(suggested.at(start)), p_yes(suggested.at(end))
    if before is None or after is None:
        return None
    return logit_move(before, after) - logit_move(hazard(question, start), hazard(question, end))
