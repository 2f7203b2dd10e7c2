"""Line styles of forecasters in reports and pages: Okabe and Ito's colours, redundant dashes."""

from dataclasses import dataclass
from typing import Final

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
