"""Line styles of forecasters in reports and pages: Okabe and Ito's colours, redundant dashes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

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


Stroke = tuple[str, tuple[int, ...], float]
"""Colour, dash and width of a line."""

ME: Final[Stroke] = (BLUE, (), 3.0)
COMPUTED: Final[dict[str, Stroke]] = {
    "suggestion": (VERMILLION, (), 2.5),
    "hazard": (GREY, (6, 3), 1.5),
    "prior": (GREY, (2, 3), 1.5),
    "crowd": (ORANGE, (8, 2), 2.0),
}
PEOPLE: Final = (GREEN, PURPLE, SKY, ORANGE)
OPTIONS: Final = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
DASHES: Final[tuple[tuple[int, ...], ...]] = ((), (6, 3), (2, 3))


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
