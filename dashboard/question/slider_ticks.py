"""Stops of the probability slider, and the marks drawn below it.

Near 0 and 100 % a tenth of a point changes the odds as much as many points do in the middle, so
stops are a tenth of a point apart up to 2 % and from 98 % on, and a point apart in between.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

SLIDER_STOPS: Final[tuple[int, ...]] = (*range(1, 20), *range(20, 981, 10), *range(981, 1000))
"""Stops in per mille. 0 and 100 % are excluded, because the log score of certainty is unbounded."""

Sign = Literal["dot", "ring", "triangle", "square"]


def nearest_stop(p: float) -> int:
    """Return the stop nearest to a probability of 0..1, the lower of two equally near ones.

    >>> nearest_stop(0.634), nearest_stop(0.0123), nearest_stop(0.0)
    (630, 12, 1)
    """
    per_mille = 1000 * p
    right = bisect_left(SLIDER_STOPS, per_mille)
    candidates = SLIDER_STOPS[max(right - 1, 0) : right + 1]
    return min(candidates, key=lambda stop: abs(stop - per_mille))


def format_stop(stop: int) -> str:
    """Format a stop as a person would type it.

    >>> format_stop(630), format_stop(12)
    ('63%', '1.2%')
    """
    return f"{stop / 10:g}%"


@dataclass(frozen=True, slots=True)
class SliderMark:
    """A marked probability: sign, colour and owner."""

    p: float
    sign: Sign
    colour: str
    owner: str


def slider_position(p: float) -> float:
    """Return the position of a probability on the slider, 0..1 from left to right, in steps."""
    return SLIDER_STOPS.index(nearest_stop(p)) / (len(SLIDER_STOPS) - 1)


def draw_marks(marks: Sequence[SliderMark]) -> str:
    """Draw the marks as an SVG image; it contains numbers and colours only, never foreign text."""
    shapes = "".join(
        _SHAPES[mark.sign].format(
            x=f"{_INSET + slider_position(mark.p) * (_WIDTH - 2 * _INSET):.1f}", c=mark.colour
        )
        for mark in marks
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="14" viewBox="0 0 '
        f'{_WIDTH} 14">{shapes}</svg>'
    )


def sign_glyph(sign: Sign) -> str:
    """Return the sign as a character, for the words beside the image."""
    return {"dot": "●", "ring": "○", "triangle": "▲", "square": "■"}[sign]


_WIDTH: Final = 330
"""Width in pixels: the usual width of the form; in a wider form the image scales."""

_INSET: Final = 6
"""Indentation of the first and last stop of the slider, in pixels."""

_SHAPES: Final = {
    "dot": '<circle cx="{x}" cy="7" r="5" fill="{c}"/>',
    "ring": '<circle cx="{x}" cy="7" r="4" fill="none" stroke="{c}" stroke-width="2"/>',
    "triangle": '<path transform="translate({x} 0)" d="M0 2L6 12L-6 12Z" fill="{c}"/>',
    "square": '<path transform="translate({x} 0)" d="M-4.5 2.5H4.5V11.5H-4.5Z" fill="{c}"/>',
}
