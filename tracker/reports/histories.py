"""Who held what over time, as lines of a chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from forecasts.distributions.cdf import Cdf, date_of
from forecasts.distributions.distribution import Categorical, Distribution, p_yes
from forecasts.questions.forecaster import CROWD, HAZARD, PRIOR, SUGGESTION, Forecaster
from forecasts.questions.question import ForecasterId, Question
from forecasts.questions.timeline import Timeline
from tracker.reports.content import Axis, Chart, EvidenceMark, Point, Role, Rule, Series

MOST_POINTS: Final = 250
"""At most so many steps of one line are drawn, the last of each stretch of time."""

_LAST: Final = {CROWD: 2, SUGGESTION: 3, HAZARD: 4, PRIOR: 5}
_ROLES: Final[Mapping[ForecasterId, Role]] = {
    CROWD: "crowd",
    SUGGESTION: "suggestion",
    HAZARD: "hazard",
    PRIOR: "prior",
}
_RANGE: Final = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Held:
    """What everybody held on a question over a window of time, and whose report it is."""

    question: Question
    timelines: Mapping[ForecasterId, Timeline]
    people: Mapping[ForecasterId, Forecaster]
    window: tuple[datetime, datetime]
    me: ForecasterId

    def in_order(self) -> tuple[ForecasterId, ...]:
        """Everyone who held a forecast in the window: me, other people, then what is computed."""
        there = [
            who
            for who, steps in self.timelines.items()
            if who in self.people and steps.spans(*self.window)
        ]
        return tuple(
            sorted(
                there,
                key=lambda who: (0 if who == self.me else _LAST.get(who, 1), self.people[who].name),
            )
        )

    @property
    def leading(self) -> ForecasterId:
        """Whose shares of the options are drawn: the crowd's, else the suggestion's, else the base
        rate.
        """
        there = self.in_order()
        return next(who for who in (CROWD, SUGGESTION, PRIOR) if who in there)


def history(
    held: Held,
    *,
    marks: Sequence[EvidenceMark] = (),
    rules: Sequence[Rule] = (),
    answer: Point | None = None,
) -> Chart | None:
    """The chart of a question of any kind; None where nothing stood yet."""
    if not held.in_order():
        return None
    question, span = held.question, f"from {held.window[0]:%Y-%m-%d} to {held.window[1]:%Y-%m-%d}"
    more = f", with {len(marks)} pieces of evidence below (▲ for, ▼ against)" if marks else ""
    if question.kind in ("categorical", "ordered"):
        name = held.people[held.leading].name
        alt = f"Probability of each option, as {name} had it, {span}{more}."
        return Chart("share", "", _options(held), alt, tuple(marks), tuple(rules))
    axis: Axis = {"binary": "share", "date": "date"}.get(question.kind, "number")  # type: ignore[assignment]
    unit = question.scale.unit if question.scale is not None and question.kind == "numeric" else ""
    what = "Probability of YES" if axis == "share" else "Middle and 90 % range of each forecast"
    alt = f"{what} over time, {span}{more}."
    return Chart(axis, unit, _forecasters(held), alt, tuple(marks), tuple(rules), answer)


def _forecasters(held: Held) -> tuple[Series, ...]:
    found = []
    for who in held.in_order():
        role: Role = "me" if who == held.me else _ROLES.get(who, "person")
        points = [
            Point(at, *_read(held.question, d))
            for at, d in _steps(held.timelines[who], held.window)
        ]
        found.append(Series(held.people[who].name, role, tuple(points)))
    return tuple(found)


def _options(held: Held) -> tuple[Series, ...]:
    steps = _steps(held.timelines[held.leading], held.window)
    names = [option.name for option in held.question.options]
    return tuple(
        Series(name, "option", tuple(Point(at, _share(d, name)) for at, d in steps))
        for name in names
    )


def _share(held: Distribution | None, name: str) -> float | None:
    return held.of(name) if isinstance(held, Categorical) and name in held.options else None


def _read(
    question: Question, held: Distribution | None
) -> tuple[float | None, float | None, float | None]:
    """The value that is drawn of a forecast, and its range."""
    if not isinstance(held, Cdf):
        return p_yes(held), None, None
    low, middle, high = (_quantile(question, held, level) for level in (_RANGE[0], 0.5, _RANGE[1]))
    return middle, low, high


def _quantile(question: Question, curve: Cdf, level: float) -> float:
    """The value at a level; one beyond the range is drawn at its edge."""
    assert question.scale is not None
    x = curve.quantile(level)
    if x is None:
        x = question.scale.lower if level < curve.below else question.scale.upper
    return as_drawn(question, x)


def as_drawn(question: Question, x: float) -> float:
    """A value as charts have it: a number, or for a date the seconds since 1970."""
    return date_of(x).timestamp() if question.kind == "date" else x


def _steps(
    steps: Timeline, window: tuple[datetime, datetime]
) -> list[tuple[datetime, Distribution | None]]:
    """Where each forecast began, an empty point where a gap begins, and the last value once more at
    the end.
    """
    spans = steps.spans(*window)
    points: list[tuple[datetime, Distribution | None]] = []
    for index, span in enumerate(spans):
        points.append((span.start, span.distribution))
        following = spans[index + 1].start if index + 1 < len(spans) else None
        if following != span.end:
            points.append((span.end, span.distribution))
            if following is not None:
                points.append((span.end, None))
    if len(points) <= MOST_POINTS:
        return points
    stretch = (window[1] - window[0]) / MOST_POINTS
    kept = {int((point[0] - window[0]) / stretch): point for point in points}
    return [points[0], *(point for point in kept.values() if point is not points[0])]
