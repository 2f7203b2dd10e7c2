"""Style of charts in reports and on pages: colours, dashes, and ticks of axes.

The colours are those of Okabe and Ito, which colour-blind readers can distinguish; a dash or a
shape always repeats the information.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Final, Literal

from forecasts.questions.question import RESERVED, ForecasterId, find_outside_kind

BLUE: Final = "#0072B2"
VERMILLION: Final = "#D55E00"
GREEN: Final = "#009E73"
PURPLE: Final = "#CC79A7"
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREY: Final = "#8A8A8A"


@dataclass(frozen=True, slots=True)
class LineStyle:
    """Style of one line."""

    name: str
    colour: str
    dash: tuple[int, ...] = ()
    width: float = 2.0


_Stroke = tuple[str, tuple[int, ...], float]
"""Colour, dash and width of a line."""

PALETTE: Final = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, GREY)
PERSON_COLOURS: Final = (GREEN, PURPLE, SKY, ORANGE)
OPTION_COLOURS: Final = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
_OPTION_DASHES: Final[tuple[tuple[int, ...], ...]] = ((), (6, 3), (2, 3))
_ROLE_STROKES: Final[dict[str, _Stroke]] = {
    "me": (BLUE, (), 3.0),
    "suggestion": (VERMILLION, (), 2.5),
    "hazard": (GREY, (6, 3), 1.5),
    "prior": (GREY, (2, 3), 1.5),
    "crowd": (ORANGE, (8, 2), 2.0),
    "crowd-weighted": (ORANGE, (4, 2), 2.0),
    "crowd-extremised": (ORANGE, (1, 2), 2.0),
    "market": (GREY, (10, 2, 2, 2), 2.5),
    "platform": (GREY, (10, 2, 2, 2, 2, 2), 2.5),
}

SHARE_TICKS: Final = (0, 0.25, 0.5, 0.75, 1)
"""Labelled probabilities of an axis from 0 to 1."""


def find_line_role(forecaster_id: ForecasterId) -> str:
    """Find the role of a forecaster other than the viewer: computed, outside, or a person."""
    if forecaster_id in RESERVED:
        return forecaster_id
    return find_outside_kind(forecaster_id) or "person"


def line_styles(lines: Iterable[tuple[str, str]]) -> tuple[LineStyle, ...]:
    """Assign a style to each line by its name and role: `me`, or that of `find_line_role`.

    >>> [line.colour for line in line_styles([("Me", "me"), ("Ann", "person")])] == [BLUE, GREEN]
    True
    """
    colours = cycle(PERSON_COLOURS)
    return tuple(
        LineStyle(name, *(_ROLE_STROKES.get(role) or (next(colours), (), 2.0)))
        for name, role in lines
    )


def option_style(name: str, number: int, width: float = 2.0) -> LineStyle:
    """Return the style of an option by its number: colours first, then dashes."""
    turn, colour = divmod(number, len(OPTION_COLOURS))
    dash = _OPTION_DASHES[turn % len(_OPTION_DASHES)]
    return LineStyle(name, OPTION_COLOURS[colour], dash, width)


def dash_range(lines: Iterable[LineStyle]) -> list[list[int]]:
    """Return the dashes of lines as the range of a Vega-Lite scale, solid as `[1, 0]`."""
    return [list(line.dash) or [1, 0] for line in lines]


_MINUTE: Final = 60_000
_DAY: Final = 86_400_000
_MAX_SECONDS_SPAN: Final = 5 * _MINUTE
_MAX_HOURS_SPAN: Final = 3 * _DAY
_MIN_MONTHS_SPAN: Final = 60 * _DAY

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

LOCALE: Final[Mapping[str, Any]] = {
    "time": {
        "dateTime": "%d %b %Y, %H:%M",
        "date": "%d %b %Y",
        "time": "%H:%M",
        "periods": ["AM", "PM"],
        "days": list(_DAYS),
        "shortDays": [day[:3] for day in _DAYS],
        "months": list(_MONTHS),
        "shortMonths": [month[:3] for month in _MONTHS],
    }
}
"""Locale of a chart's configuration, for 24-hour times in accessible descriptions, too."""


def time_ticks(channel: Literal["x", "y"], zone: Literal["local", "utc"]) -> dict[str, Any]:
    """Build the ticks and labels of a temporal axis, as properties of a Vega-Lite axis.

    They depend on the span of the axis. Under three days each label is a time above its date (with
    seconds under five minutes); up to 60 days it is a day, the first one above its year; beyond
    that a month with its year, and a day where a tick is not the first of a month. Where days are
    named, a tick within a day has no label.
    """
    form, part = ("utcFormat", "utc") if zone == "utc" else ("timeFormat", "")
    span, at = f"(domain('{channel}')[1] - domain('{channel}')[0])", "datum.value"
    time = f"{form}({at}, {span} < {_MAX_SECONDS_SPAN} ? '%H:%M:%S' : '%H:%M')"
    day, month, year = (f"{form}({at}, '{pattern}')" for pattern in ("%d %b", "%b %Y", "%Y"))
    return {
        "labelExpr": (
            f"{span} < {_MAX_HOURS_SPAN} ? [{time}, {day}]"
            f" : {part}hours({at}) + {part}minutes({at}) > 0 ? ''"
            f" : {span} < {_MIN_MONTHS_SPAN} ? (datum.index == 0 ? [{day}, {year}] : {day})"
            f" : {part}date({at}) == 1 ? {month} : {day}"
        ),
        "labelOverlap": True,
        "labelSeparation": 12,
        "tickCount": 6,
    }
