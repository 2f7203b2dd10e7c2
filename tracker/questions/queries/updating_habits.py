"""Updating habits: measures of belief dynamics from people's acts on answered questions."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from forecasts.distributions.distribution import p_yes
from forecasts.questions.families import FamilyId
from forecasts.questions.question import (
    SUGGESTION,
    ForecasterId,
    Question,
    Resolution,
    effective_close,
    is_person,
)
from forecasts.questions.timeline import Forecast, Timeline, forecaster_timeline
from forecasts.statistics.dynamics import (
    TimedForecast,
    logit_move,
    measure_excess_movement,
    pool_updates,
)
from forecasts.statistics.reaction import TimedRevision, measure_reaction
from forecasts.suggestion.binary import hazard_probability
from tracker.model.read_models import Choice, Habits
from tracker.questions.queries.score_selection import gather_questions
from tracker.storage import record
from tracker.storage.record import group_by_forecaster
from tracker.storage.sessions import Session

_DAY_SECONDS = 86400.0


class _ActHistory:
    """Acts of one forecaster, question by question, with the family of each path and move."""

    def __init__(self) -> None:
        self.histories: list[tuple[Sequence[TimedForecast], float]] = []
        self.paths: list[list[float]] = []
        self.path_families: list[FamilyId] = []
        self.moves: list[TimedRevision] = []
        self.move_families: list[FamilyId] = []


def measure_habits(session: Session, choice: Choice, now: datetime) -> tuple[Habits, ...]:
    """Measure the habits of every person on the binary questions of a choice; most active first.

    Questions that were answered early are left out until their scheduled close: quick answers are
    mostly YES, which looks like movement.
    """
    selection = gather_questions(session, choice, now)
    histories: dict[ForecasterId, _ActHistory] = {}
    for question in selection.countable.values():
        if question.kind != "binary":
            continue
        resolution = selection.resolutions[question.id]
        acts = group_by_forecaster(record.forecasts_of_question(session, question.id))
        suggestion_timeline = forecaster_timeline(acts.get(SUGGESTION, []))
        for forecaster_id in filter(is_person, acts):
            person = histories.setdefault(forecaster_id, _ActHistory())
            _add_acts(
                person,
                question,
                resolution,
                acts[forecaster_id],
                suggestion_timeline=suggestion_timeline,
                family=selection.families[question.id],
            )
    people = record.list_forecasters(session)
    measured = [
        Habits(
            people[forecaster_id],
            pool_updates(history.histories),
            measure_excess_movement(history.paths, history.path_families),
            measure_reaction(history.moves, history.move_families),
        )
        for forecaster_id, history in histories.items()
        if history.histories
    ]
    return tuple(sorted(measured, key=lambda h: (-h.updates.n_acts, h.forecaster.id)))


def _add_acts(
    history: _ActHistory,
    question: Question,
    resolution: Resolution,
    acts: Sequence[Forecast],
    *,
    suggestion_timeline: Timeline,
    family: FamilyId,
) -> None:
    close = effective_close(question, resolution)
    counting_acts = [
        (act, p)
        for act in acts
        if act.made_at < close and (p := p_yes(act.distribution)) is not None
    ]
    if not counting_acts:
        return
    active = sum(span.days for span in forecaster_timeline(acts).spans(question.opens_at, close))
    history.histories.append(
        (
            [
                (act.made_at.timestamp() / _DAY_SECONDS, p, act.act == "reaffirm")
                for act, p in counting_acts
            ],
            active,
        )
    )
    history.paths.append([*(p for _, p in counting_acts), float(resolution.outcome == "yes")])
    history.path_families.append(family)
    for (before, p_before), (after, p_after) in pairwise(counting_acts):
        span = before.made_at, after.made_at
        suggested = [p_yes(suggestion_timeline.at(at)) for at in span]
        if suggested[0] is None or suggested[1] is None:
            continue
        by_time = logit_move(*(hazard_probability(question, at) for at in span))
        evidence = logit_move(suggested[0], suggested[1]) - by_time
        history.moves.append(TimedRevision(logit_move(p_before, p_after), evidence, by_time))
        history.move_families.append(family)
