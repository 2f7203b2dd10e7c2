"""Forecasts over time: a step function on half-open intervals.

A forecast stands from the instant it was made until the next act, a withdrawal, or the effective
close. Before the opening it counts from the opening; at or after the effective close it is ignored;
of two acts at one instant the last wins.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NewType

from forecasts.distributions.distribution import Distribution
from forecasts.errors import InvalidForecast
from forecasts.questions.question import RESERVED, EvidenceId, ForecasterId, QuestionId

ForecastId = NewType("ForecastId", int)
Act = Literal["forecast", "reaffirm", "withdraw", "undo", "redo"]

MAX_LINE_STEPS: Final = 250
"""Steps drawn per line."""

_HISTORY_ACTS: Final = ("undo", "redo")
"""Acts that restore an earlier state instead of entering a new one."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """One act of a forecaster on a question; immutable.

    `distribution` is the state after the act: None after a withdrawal, or after undoing the first.
    `cites` names the evidence on which it rests; `undoes` the act that an undo reverts, or for a
    redo the undo. `imported_by` is who brought it in from elsewhere, where it was made.
    """

    id: ForecastId
    question_id: QuestionId
    forecaster_id: ForecasterId
    act: Act
    distribution: Distribution | None
    made_at: datetime
    entered_at: datetime
    rationale: str = ""
    cites: tuple[EvidenceId, ...] = ()
    undoes: ForecastId | None = None
    imported_by: ForecasterId | None = None


@dataclass(frozen=True, slots=True)
class ForecastSpan:
    """Distribution held on [start, end)."""

    start: datetime
    end: datetime
    distribution: Distribution

    @property
    def days(self) -> float:
        """Length in days."""
        return (self.end - self.start).total_seconds() / 86400.0


ForecastStep = tuple[datetime, Distribution | None]
"""Forecast from an instant on; None where a gap begins."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """One forecaster's steps on one question: (instant, distribution or None for a gap)."""

    steps: tuple[ForecastStep, ...]

    def at(self, instant: datetime) -> Distribution | None:
        """Distribution held at `instant`; None before the first act and inside a gap."""
        index = bisect_right(self.steps, instant, key=lambda step: step[0])
        return self.steps[index - 1][1] if index else None

    def spans(self, start: datetime, end: datetime) -> tuple[ForecastSpan, ...]:
        """Forecasts held on [start, end), clipped to it; gaps are left out."""
        spans = []
        for index, (made_at, distribution) in enumerate(self.steps):
            until = self.steps[index + 1][0] if index + 1 < len(self.steps) else end
            begin, finish = max(made_at, start), min(until, end)
            if distribution is not None and begin < finish:
                spans.append(ForecastSpan(begin, finish, distribution))
        return tuple(spans)

    def drawn_steps(self, start: datetime, end: datetime) -> list[ForecastStep]:
        """Steps of a line on [start, end): each span, its end before a gap, and the gap.

        Of more than `MAX_LINE_STEPS` the first stays, and the last of each equal stretch of time.
        """
        spans = self.spans(start, end)
        steps: list[ForecastStep] = []
        for index, span in enumerate(spans):
            steps.append((span.start, span.distribution))
            following = spans[index + 1].start if index + 1 < len(spans) else None
            if following != span.end:
                steps.append((span.end, span.distribution))
                if following is not None:
                    steps.append((span.end, None))
        if len(steps) <= MAX_LINE_STEPS:
            return steps
        stretch = (end - start) / MAX_LINE_STEPS
        last_of_stretch = {int((step[0] - start) / stretch): step for step in steps}
        return [steps[0], *(step for step in last_of_stretch.values() if step is not steps[0])]


def build_timeline(acts: Iterable[tuple[datetime, Distribution | None]]) -> Timeline:
    """Sort acts into steps in time; the last act at an instant wins.

    >>> from datetime import UTC, datetime
    >>> from forecasts.distributions.distribution import Binary
    >>> day = datetime(2026, 1, 1, tzinfo=UTC)
    >>> build_timeline([(day, Binary(0.2)), (day, Binary(0.9))]).at(day)
    Binary(p=0.9)
    """
    # The sort is stable, and a dict keeps the last value of a key.
    last = dict(sorted(acts, key=lambda act: act[0]))
    return Timeline(tuple(last.items()))


def forecaster_timeline(forecasts: Sequence[Forecast]) -> Timeline:
    """Timeline of one forecaster's acts on one question, given in order of entry."""
    return build_timeline((f.made_at, f.distribution) for f in forecasts)


def find_undoable(forecasts: Sequence[Forecast]) -> Forecast:
    """Act that an undo would revert: the last one that is neither an undo nor undone.

    `forecasts` are one forecaster's acts on one question in order of entry. Raises
    `InvalidForecast` when there is nothing left to undo.
    """
    cancelled = _find_cancelled(forecasts)
    for forecast in reversed(forecasts):
        if forecast.act not in _HISTORY_ACTS and forecast.id not in cancelled:
            return forecast
    raise InvalidForecast("there is no forecast of yours on this question to undo")


def find_redoable(forecasts: Sequence[Forecast]) -> Forecast:
    """Undo that a redo would revert: the last one since the last new act that is not redone yet.

    `forecasts` are one forecaster's acts on one question in order of entry. Raises
    `InvalidForecast` when nothing was undone since the last new act.
    """
    cancelled = _find_cancelled(forecasts)
    for forecast in reversed(forecasts):
        if forecast.act not in _HISTORY_ACTS:
            break
        if forecast.act == "undo" and forecast.id not in cancelled:
            return forecast
    raise InvalidForecast(
        "nothing of yours on this question was undone last, so there is nothing to do again"
    )


def _find_cancelled(forecasts: Iterable[Forecast]) -> frozenset[ForecastId]:
    """Ids of acts that are undone at present, and of undos that were redone."""
    cancelled: set[ForecastId] = set()
    targets: dict[ForecastId, ForecastId] = {}
    for forecast in forecasts:
        if forecast.undoes is None:
            continue
        cancelled.add(forecast.undoes)
        if forecast.act == "undo":
            targets[forecast.id] = forecast.undoes
        else:
            cancelled.discard(targets[forecast.undoes])
    return frozenset(cancelled)


def hindsight_forecasts(acts: Sequence[Forecast], known_at: datetime) -> tuple[Forecast, ...]:
    """Forecasts that people made after the answer was known; they earn nothing.

    Computed forecasters, which run until the answer is entered, are left out.
    """
    late = (act for act in acts if act.made_at >= known_at and act.forecaster_id not in RESERVED)
    return tuple(act for act in late if act.act in ("forecast", "reaffirm", "redo"))


def distribution_before(forecasts: Sequence[Forecast], act: Forecast) -> Distribution | None:
    """Distribution held before `act`, skipping undone acts; None if there was none."""
    cancelled = _find_cancelled(forecasts)
    earlier = [
        f
        for f in forecasts[: list(forecasts).index(act)]
        if f.act not in _HISTORY_ACTS and f.id not in cancelled
    ]
    return earlier[-1].distribution if earlier else None
