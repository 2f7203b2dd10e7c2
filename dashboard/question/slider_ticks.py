"""Where a slider of probabilities stops, and what is marked on it.

A point in the middle is as good as another; near 0 and 100 % a tenth of a point changes the odds as
much as many points do in the middle. So the stops are a tenth of a point apart up to 2 % and from
98 % on, and a point between.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

STOPS: Final[tuple[int, ...]] = (*range(1, 20), *range(20, 981, 10), *range(981, 1000))
"""Per mille. 0 and 100 % are none of them: nobody knows that well, and the log score would be
endless.
"""

Sign = Literal["dot", "ring", "triangle", "square"]


def nearest(p: float) -> int:
    """The stop next to a probability of 0..1, the lower of two that are as near.

    >>> nearest(0.634), nearest(0.0123), nearest(0.0)
    (630, 12, 1)
    """
    wanted = 1000 * p
    right = bisect_left(STOPS, wanted)
    beside = STOPS[max(right - 1, 0) : right + 1]
    return min(beside, key=lambda stop: abs(stop - wanted))


def said(stop: int) -> str:
    """A stop as a person would type it.

    >>> said(630), said(12)
    ('63%', '1.2%')
    """
    return f"{stop / 10:g}%"


@dataclass(frozen=True, slots=True)
class Mark:
    """A probability that is marked on the slider, with its sign, its colour and whose it is."""

    p: float
    sign: Sign
    colour: str
    whose: str


def place(p: float) -> float:
    """Where a probability lies on the slider, 0..1 from left to right; in steps, as the slider has
    it.
    """
    return STOPS.index(nearest(p)) / (len(STOPS) - 1)


def ruler(marks: Sequence[Mark]) -> str:
    """The marks as an SVG picture to stand below the slider; made of numbers alone, never of other
    people's text.
    """
    drawn = "".join(
        _SHAPES[mark.sign].format(
            x=f"{_INSET + place(mark.p) * (_WIDE - 2 * _INSET):.1f}", c=mark.colour
        )
        for mark in marks
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE}" height="14" viewBox="0 0 '
        f'{_WIDE} 14">{drawn}</svg>'
    )


def glyph(sign: Sign) -> str:
    """The sign as a letter, for the words beside the drawing."""
    return {"dot": "●", "ring": "○", "triangle": "▲", "square": "■"}[sign]


_WIDE: Final = 330
"""Pixels: as wide as the form usually is. Where it is wider, the picture grows with it."""

_INSET: Final = 6
"""Pixels at either end, by which the slider's first and last stop are indented."""

_SHAPES: Final = {
    "dot": '<circle cx="{x}" cy="7" r="5" fill="{c}"/>',
    "ring": '<circle cx="{x}" cy="7" r="4" fill="none" stroke="{c}" stroke-width="2"/>',
    "triangle": '<path transform="translate({x} 0)" d="M0 2L6 12L-6 12Z" fill="{c}"/>',
    "square": '<path transform="translate({x} 0)" d="M-4.5 2.5H4.5V11.5H-4.5Z" fill="{c}"/>',
}
