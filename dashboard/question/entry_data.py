"""Data of the form of a forecast: what the component shows, and what it sends back.

A browser may send anything: a draft is checked here, and its forecast by the domain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, Final

import numpy as np

from dashboard.charts import BLUE, GREY, ORANGE, VERMILLION
from dashboard.components.visit import Visit
from dashboard.question.interval_handles import (
    build_curve,
    compute_handles,
    count_digits,
    get_open_range,
)
from dashboard.wording.numbers import percent_whole
from dashboard.wording.questions import RangeSide, describe_forecast, format_bound, format_value
from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.errors import ForecastsError, InvalidForecast
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.formatting import (
    capitalise,
    format_full,
    format_sentence,
    warn_of_past_mass,
)
from forecasts.questions.parse_forecast import base_for_change, parse_forecast
from forecasts.questions.question import (
    CROWD,
    FORECAST_FORMATS,
    PRIOR,
    SUGGESTION,
    EvidenceId,
    ForecasterId,
    Question,
    is_person,
)
from tracker.model.read_models import QuestionSummary

SLIDER_STOPS: Final[tuple[int, ...]] = (*range(1, 20), *range(20, 981, 10), *range(981, 1000))
"""Stops of the slider in per mille: a tenth of a point apart near the ends, where it changes the
odds as much as points do in the middle. 0 and 100% are left out, as the log score of certainty is
unbounded.
"""

CURVE_POINTS: Final = 80
"""Heights of the curve that the component draws."""

MAX_TEXT_CHARACTERS: Final = 4_000
MAX_VALUES: Final = 200
"""Values and citations of one draft; more cannot be from this form."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Content of the form: typed text, or values of its inputs; neither if it is untouched.

    Values are the shares of all options, or the handles of an interval, None for one not moved.
    """

    text: str | None = None
    values: tuple[float | None, ...] | None = None
    reason: str = ""
    cites: tuple[EvidenceId, ...] = ()


def read_draft(sent: Mapping[str, Any]) -> Draft:
    """Read what the browser sent; what is not of the right type counts as left empty."""
    text, reason = sent.get("text"), sent.get("reason")
    values, cites = _read_numbers(sent.get("values")), _read_numbers(sent.get("cites"))
    return Draft(
        text[:MAX_TEXT_CHARACTERS] if isinstance(text, str) else None,
        values or None,
        reason.strip()[:MAX_TEXT_CHARACTERS] if isinstance(reason, str) else "",
        tuple(EvidenceId(int(number)) for number in cites if number is not None),
    )


def _read_numbers(value: object) -> tuple[float | None, ...]:
    """Read a list of numbers and gaps; empty if anything else is in it."""
    numbers = value[:MAX_VALUES] if isinstance(value, list) else []
    if any(type(number) not in (int, float, type(None)) for number in numbers):
        return ()
    read = tuple(None if number is None else float(number) for number in numbers)
    return read if all(number is None or abs(number) < 1e15 for number in read) else ()


def get_own_forecast(visit: Visit, summary: QuestionSummary) -> Distribution | None:
    """Return my current forecast, over the options that are offered now."""
    standing = summary.standings.get(visit.me)
    if standing is None:
        return None
    return fold_removed_options(summary.question, visit.now, standing.distribution)


def _get_start(visit: Visit, summary: QuestionSummary) -> Distribution:
    """Return the initial forecast of the form: mine, else the base rate."""
    current, question = get_own_forecast(visit, summary), summary.question
    return current or fold_removed_options(question, visit.now, question.prior)


def parse_draft(visit: Visit, summary: QuestionSummary, draft: Draft) -> Distribution:
    """Build the forecast of a draft: the initial one if nothing was changed.

    Raises `ForecastsError` with the sentence for a draft that is no forecast.
    """
    question, start = summary.question, _get_start(visit, summary)
    if draft.text is not None:
        if draft.text.strip() == format_full(question, start):
            return start
        if not draft.text.strip():
            raise InvalidForecast(f"no forecast yet: {FORECAST_FORMATS[question.kind]}")
        base = base_for_change(question, get_own_forecast(visit, summary))
        return parse_forecast(question, draft.text, visit.now, base)
    if draft.values is None:
        return start
    if isinstance(start, Cdf):
        return _build_curve(question, start, get_open_range(question, visit.now), draft.values)
    return _build_shares(question.offered_options(visit.now), draft.values)


def _build_shares(offered: tuple[str, ...], values: Sequence[float | None]) -> Categorical:
    percentages = [value for value in values if value is not None]
    if len(percentages) != len(offered):
        raise InvalidForecast(f"enter a share for {', '.join(offered)}")
    total = fsum(percentages)
    if abs(total - 100.0) > 0.01:
        raise InvalidForecast(f"shares add up to {total:.4g}%; they must total 100%")
    return Categorical(offered, tuple(share / total for share in percentages))


def _build_curve(
    question: Question, start: Cdf, left: Scale, values: Sequence[float | None]
) -> Cdf:
    assert question.scale is not None
    if len(values) != 5:
        raise InvalidForecast(f"no forecast yet: {FORECAST_FORMATS[question.kind]}")
    masses = [None if mass is None else mass / 100.0 for mass in values[3:]]
    return build_curve(start, left, [*values[:3], *masses], question.scale)


def build_echo(visit: Visit, summary: QuestionSummary, draft: Draft) -> dict[str, Any]:
    """Build the answer to a draft: the forecast in words, as number or curve, or the refusal."""
    question = summary.question
    try:
        forecast = parse_draft(visit, summary, draft)
    except ForecastsError as refusal:
        return {"problem": format_sentence(str(refusal))}
    words = capitalise(describe_forecast(question, forecast))
    echo: dict[str, Any] = {
        "words": words,
        "warning": warn_of_past_mass(question, forecast, visit.now),
    }
    if isinstance(forecast, Binary):
        echo["p"] = forecast.p
        consent = visit.tracker.accuracy.consent()
        recalibrated = None if consent is None else consent.apply(question, forecast)
        if isinstance(recalibrated, Binary):
            echo["words"] = f"{words}. Recalibrated: {percent_whole(recalibrated.p)}"
    elif isinstance(forecast, Cdf):
        echo["heights"] = compute_heights(forecast, get_open_range(question, visit.now))
    return echo


def compute_heights(curve: Cdf, left: Scale) -> list[float]:
    """Compute the density over the range still open, at evenly spaced places, highest 1."""
    edges = left.values(np.linspace(0.0, 1.0, CURVE_POINTS + 1))
    heights = np.diff([curve.at(float(edge)) for edge in edges])
    highest = heights.max()
    return [round(float(height), 4) for height in (heights / highest if highest > 0.0 else heights)]


def build_input(visit: Visit, summary: QuestionSummary) -> dict[str, Any]:
    """Build the input of the question's kind at its initial forecast, mine or the base rate."""
    question, start = summary.question, _get_start(visit, summary)
    text = format_full(question, start)
    if isinstance(start, Binary):
        example = "63, 2:1, +5 or x2" if visit.me in summary.standings else "63 or 2:1"
        marks = {"stops": SLIDER_STOPS, "marks": _list_marks(visit, summary)}
        return {"text": text, "label": "Probability of YES", "example": example, **marks}
    example = FORECAST_FORMATS[question.kind].partition("such as ")[2]
    typed = {"text": text, "label": "Forecast", "example": example}
    if isinstance(start, Categorical):
        offered = question.offered_options(visit.now)
        shares = dict(zip(start.options, start.p, strict=True))
        values = [100.0 * shares.get(name, 0.0) for name in offered]
        return {**typed, "options": offered, "values": values}
    return {**typed, **_build_range(question, start, visit)}


_SIDES: Final[tuple[RangeSide, RangeSide]] = ("lower", "upper")
_HANDLE_LABELS: Final = ("25th percentile", "Median", "75th percentile")


def _build_range(question: Question, start: Cdf, visit: Visit) -> dict[str, Any]:
    left = get_open_range(question, visit.now)
    *places, below, above = compute_handles(start, left)
    ticks = [format_value(question, float(x)) for x in left.values(np.array([0.0, 0.5, 1.0]))]
    is_open = (left.open_lower, left.open_upper)
    return {
        "date": question.kind == "date",
        "lower": left.lower,
        "upper": left.upper,
        "zero": left.zero_point,
        "digits": 0 if question.kind == "date" else count_digits(left),
        "ticks": [tick.removesuffix(f" {left.unit}") for tick in ticks],
        "condition": _describe_condition(question, left) if any(is_open) else "",
        "labels": _HANDLE_LABELS,
        "tails": [
            f"{capitalise(format_bound(question, side, unit=False))}, %" if shown else ""
            for side, shown in zip(_SIDES, is_open, strict=True)
        ],
        "values": [*places, 100.0 * below, 100.0 * above],
    }


def _describe_condition(question: Question, left: Scale) -> str:
    if question.kind == "date":
        return f"If it happens by {format_value(question, left.upper)}:"
    unit = f" {left.unit}" if left.unit else ""
    return f"If it lies between {left.lower:g} and {left.upper:g}{unit}:"


_REFERENCE_MARKS: Final[tuple[tuple[ForecasterId, str, str, str], ...]] = (
    (PRIOR, "▲", GREY, "Base rate"),
    (CROWD, "○", ORANGE, "Crowd"),
    (SUGGESTION, "■", VERMILLION, "Estimate"),
)


def _list_marks(visit: Visit, summary: QuestionSummary) -> list[dict[str, Any]]:
    """List the marks of the slider: my last forecast, base rate, crowd and estimate.

    The crowd needs at least one other forecaster.
    """
    standings = summary.standings
    is_alone = all(name == visit.me or not is_person(name) for name in standings)
    marks = [(visit.me, "●", BLUE, "You"), *_REFERENCE_MARKS]
    return [
        {"p": p, "sign": sign, "colour": colour, "label": f"{label} {percent_whole(p)}"}
        for name, sign, colour, label in marks
        if name in standings and not (name == CROWD and is_alone)
        if (p := standings[name].p) is not None
    ]
