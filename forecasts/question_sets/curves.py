"""Forecasts in the files of a question set: a number, the text that people would type, or a curve
point by point.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import numpy as np

from forecasts.distributions.cdf import Cdf, Scale, date_of, uniform
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.errors import ForecastsError
from forecasts.question_sets.reader import Record
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.parse_forecast import read_forecast
from forecasts.questions.question import Question

VALUES, AT_MOST = "value", "at_most"
"""The keys of a curve: where it is given, and the probability that the answer is at most that."""

_DIGITS = 12
"""As many digits of a number as people could have typed: what a knot has beyond them came from
computing with it.
"""

_BEND = 1e-6  # of probability by the length of the scale: less comes from rounding

_MOST_TYPED = 12
"""Nobody types more levels than that; a longer curve is written point by point."""


def read_curve(r: Record, key: str) -> Cdf | None:
    """The curve under `key`, as { value = [0, 50], at_most = [0.0, 1.0] }; None where something
    else stands there.

    A date is a number of days since 1970-01-01, UTC. Raises `InvalidQuestionSet` for a table that
    is no curve.
    """
    given = r.get(key)
    if not isinstance(given, dict):
        return None
    part = r.part(key, given)
    x, p = part.numbers(VALUES), part.numbers(AT_MOST)
    part.done()
    return r.checked(lambda: Cdf(x, p), key)


def written(
    question: Question, held: Distribution, at: datetime
) -> float | str | dict[str, tuple[float, ...]]:
    """A forecast as the files have it, so that reading gives the very same one.

    A curve becomes the text that people would have typed for it where there is such a text, and a
    table of its points where there is none.

    >>> from forecasts.questions.question import utc
    >>> day = utc("2026-01-01")
    >>> question = Question("grain", "essay", "numeric", "Grain exports?", "As the ministry reports.", (), "state_at",
    ...     day, utc("2026-02-01"), utc("2026-02-02"), Cdf((0.0, 90.0), (0.0, 1.0)), "even", (), scale=Scale(0.0, 90.0))
    >>> written(question, read_forecast(question, "10%=9 50%=41 90%=72", day), day)
    '10%=9 50%=41 90%=72'
    """
    if isinstance(held, Binary):
        return held.p
    if isinstance(held, Categorical):
        # Commas, since an option may begin with a sign that would belong to the number before it.
        return ", ".join(
            f"{name}={_percent(p)}" for name, p in zip(held.options, held.p, strict=True)
        )
    assert question.scale is not None
    for text in _typed(question, question.scale, held):
        if _reads_as(question, text, at, held):
            return text
    return {VALUES: held.x, AT_MOST: held.p}


def _reads_as(question: Question, text: str, at: datetime, held: Cdf) -> bool:
    try:
        return read_forecast(question, text, at) == held
    except ForecastsError:
        return False


def _typed(question: Question, scale: Scale, held: Cdf) -> Iterator[str]:
    """What could have been typed for a curve: levels or three handles, also with what lies beyond
    the range.
    """
    knots = _said(scale, held)
    if len(knots) <= _MOST_TYPED:
        levels = [f"{_percent(_short(p))}={_value(question, x)}" for x, p in knots]
        yield " ".join(levels)
        yield " ".join([*levels, *_beyond(question, scale, held)])
    handles = [x for x in map(held.quantile, (0.25, 0.5, 0.75)) if x is not None]
    if len(held.x) > _MOST_TYPED and len(handles) == 3:
        text = " ".join(_value(question, x) for x in handles)
        yield text
        yield " ".join([text, *_beyond(question, scale, held)])


def _beyond(question: Question, scale: Scale, held: Cdf) -> list[str]:
    above = NEVER if question.kind == "date" else ABOVE
    masses = ((BELOW, held.below, scale.open_lower), (above, held.above, scale.open_upper))
    return [f"{word}={_percent(_short(mass))}" for word, mass, is_open in masses if is_open]


def _said(scale: Scale, held: Cdf) -> list[tuple[float, float]]:
    """The knots inside a curve that somebody gave; on a log scale reading puts others between them,
    on straight lines.

    Those straight lines are straight along the scale, so whatever bends the curve, or lies off the
    grid, was given.
    """
    inner = list(zip(held.x, held.p, strict=True))[1:-1]
    if scale.zero_point is None:
        return inner
    grid, places = set(uniform(scale).x), scale.locations(held.x)
    slopes = np.diff(held.p) / np.diff(places)
    bends = np.abs(np.diff(slopes)) > _BEND
    return [
        knot
        for knot, bent in zip(inner, bends.tolist(), strict=True)
        if bent or knot[0] not in grid
    ]


def _value(question: Question, x: float) -> str:
    if question.kind != "date":
        return f"{x:.{_DIGITS}g}"
    at = date_of(x)
    return (
        at.date().isoformat()
        if at.time().isoformat() == "00:00:00"
        else at.isoformat().replace("+00:00", "Z")
    )


def _short(p: float) -> float:
    return float(f"{p:.{_DIGITS}g}")


def _percent(p: float) -> str:
    """A probability in percent, moved by its decimal point alone, so that it is read to the same
    float.
    """
    return f"{Decimal(repr(p)).scaleb(2):f}%"
