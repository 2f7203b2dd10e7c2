"""Serialisation of forecasts in question sets: a number, typed text, or the points of a curve."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import numpy as np

from forecasts.distributions.cdf import Cdf, Scale, date_from_day_number, uniform_curve
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.errors import ForecastsError
from forecasts.question_sets.record_reader import SetRecord
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.parse_forecast import parse_forecast
from forecasts.questions.question import Question

CURVE_VALUES, CURVE_AT_MOST = "value", "at_most"
"""Keys of a curve: the values, and the probability that the answer is at most each of them."""

_MAX_DIGITS = 12
"""Significant digits that people could have typed; further digits of a knot come from computing."""

_MIN_BEND = 1e-6  # change of slope, in probability per length of the scale; less is rounding

_MAX_TYPED_LEVELS = 12
"""Maximum levels that people type; a longer curve is written point by point."""


def read_curve(record: SetRecord, key: str) -> Cdf | None:
    """Read a curve such as { value = [0, 50], at_most = [0.0, 1.0] }; None if `key` is no table.

    A date is a number of days since 1970-01-01, UTC. Raises `InvalidQuestionSet` for a table that
    is no curve.
    """
    table = record.get(key)
    if not isinstance(table, dict):
        return None
    part = record.sub_table(key, table)
    values, probabilities = part.read_numbers(CURVE_VALUES), part.read_numbers(CURVE_AT_MOST)
    part.refuse_unknown_keys()
    return record.check_value(lambda: Cdf(values, probabilities), key)


def format_set_forecast(
    question: Question, forecast: Distribution, at: datetime
) -> float | str | dict[str, tuple[float, ...]]:
    """Serialise a forecast so that reading it gives an equal one.

    A curve becomes the text that people would have typed for it, if there is one, else a table of
    its points.

    >>> from forecasts.questions.question import utc
    >>> day = utc("2026-01-01")
    >>> question = Question("grain", "essay", "numeric", "Grain exports?", "As reported.", (),
    ...     "state_at", day, utc("2026-02-01"), utc("2026-02-02"), Cdf((0.0, 90.0), (0.0, 1.0)),
    ...     "even", (), scale=Scale(0.0, 90.0))
    >>> format_set_forecast(question, parse_forecast(question, "10%=9 50%=41 90%=72", day), day)
    '10%=9 50%=41 90%=72'
    """
    if isinstance(forecast, Binary):
        return forecast.p
    if isinstance(forecast, Categorical):
        # Commas, since a leading sign of an option would join the number before it.
        return ", ".join(
            f"{name}={_format_percent(p)}"
            for name, p in zip(forecast.options, forecast.p, strict=True)
        )
    assert question.scale is not None
    for text in _candidate_texts(question, question.scale, forecast):
        if _reads_as(question, text, at, forecast):
            return text
    return {CURVE_VALUES: forecast.x, CURVE_AT_MOST: forecast.p}


def _reads_as(question: Question, text: str, at: datetime, forecast: Cdf) -> bool:
    try:
        return parse_forecast(question, text, at) == forecast
    except ForecastsError:
        return False


def _candidate_texts(question: Question, scale: Scale, curve: Cdf) -> Iterator[str]:
    """Yield candidate texts for a curve: levels or quartiles, with and without the mass beyond the
    range.
    """
    knots = _find_typed_knots(scale, curve)
    if len(knots) <= _MAX_TYPED_LEVELS:
        levels = [
            f"{_format_percent(_round_digits(p))}={_format_value(question, x)}" for x, p in knots
        ]
        yield " ".join(levels)
        yield " ".join([*levels, *_tail_texts(question, scale, curve)])
    quartiles = [x for x in map(curve.quantile, (0.25, 0.5, 0.75)) if x is not None]
    if len(curve.x) > _MAX_TYPED_LEVELS and len(quartiles) == 3:
        text = " ".join(_format_value(question, x) for x in quartiles)
        yield text
        yield " ".join([text, *_tail_texts(question, scale, curve)])


def _tail_texts(question: Question, scale: Scale, curve: Cdf) -> list[str]:
    above_word = NEVER if question.kind == "date" else ABOVE
    masses = ((BELOW, curve.below, scale.open_lower), (above_word, curve.above, scale.open_upper))
    return [
        f"{word}={_format_percent(_round_digits(mass))}"
        for word, mass, is_open in masses
        if is_open
    ]


def _find_typed_knots(scale: Scale, curve: Cdf) -> list[tuple[float, float]]:
    """Return the knots of a curve that were typed.

    On a log scale, reading adds knots on the grid, on straight lines along the scale. A knot that
    bends the curve or lies off the grid was typed.
    """
    knots = list(zip(curve.x, curve.p, strict=True))[1:-1]
    if scale.zero_point is None:
        return knots
    grid, locations = set(uniform_curve(scale).x), scale.locations(curve.x)
    slopes = np.diff(curve.p) / np.diff(locations)
    bends = np.abs(np.diff(slopes)) > _MIN_BEND
    return [
        knot
        for knot, is_bend in zip(knots, bends.tolist(), strict=True)
        if is_bend or knot[0] not in grid
    ]


def _format_value(question: Question, x: float) -> str:
    if question.kind != "date":
        return f"{x:.{_MAX_DIGITS}g}"
    at = date_from_day_number(x)
    return (
        at.date().isoformat()
        if at.time().isoformat() == "00:00:00"
        else at.isoformat().replace("+00:00", "Z")
    )


def _round_digits(p: float) -> float:
    return float(f"{p:.{_MAX_DIGITS}g}")


def _format_percent(p: float) -> str:
    """Format a probability in percent by moving its decimal point, so that it reads as the same
    float.
    """
    return f"{Decimal(repr(p)).scaleb(2):f}%"
