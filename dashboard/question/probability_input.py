"""Inputs of a forecast: a probability as text and slider, and an interval by its quantiles.

The field's value counts. It starts with the current forecast, or on a question's page with the base
rate; a cleared field leaves the slider's value. The slider shows the tick nearest to the field.

When one changes the other, the browser may send a late message with the other's old value, which
must not count as a change. The field therefore gets a new key. The slider may have the focus, so it
stays, and its old values are ignored for a moment.

Near 0 and 100% a tenth of a point changes the odds as much as many points do in the middle, so
stops of the slider are a tenth of a point apart up to 2% and from 98% on, and a point apart in
between.

The handles of an interval are quartiles within the range, so that a probability of "never" of any
size can be set beside them. Until an input is changed, the forecast is exactly the initial one.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Final, Literal

import streamlit as st

from dashboard.charts import BLUE, GREY, ORANGE, VERMILLION
from dashboard.components.visit import Visit
from dashboard.question.form_state import initial_text
from dashboard.wording import percent_whole
from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.distributions.curve_builders import replace_tail_masses, reshape_curve
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.errors import ForecastsError
from forecasts.questions.formatting import format_full
from forecasts.questions.parse_forecast import parse_forecast
from forecasts.questions.question import CROWD, PRIOR, SUGGESTION, ForecasterId, Question, is_person
from tracker.model.read_models import QuestionSummary

SLIDER_STOPS: Final[tuple[int, ...]] = (*range(1, 20), *range(20, 981, 10), *range(981, 1000))
"""Stops in per mille. 0 and 100% are excluded, because the log score of certainty is unbounded."""

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


_CATCH_UP_SECONDS: Final = 2.0
"""Seconds in which the browser receives the effect of its last message."""

_REFERENCE_MARKS: Final[tuple[tuple[ForecasterId, Sign, str, str], ...]] = (
    (PRIOR, "triangle", GREY, "base rate"),
    (CROWD, "ring", ORANGE, "crowd"),
    (SUGGESTION, "square", VERMILLION, "estimate"),
)


def show_probability_input(
    visit: Visit, summary: QuestionSummary, form: str, *, slider: bool
) -> Distribution | str:
    """Show field and slider; return the typed text, or the unchanged initial distribution."""
    question, current = summary.question, get_own_forecast(visit, summary)
    start, key = _get_initial_value(question, current, slider=slider), _get_text_key(form)

    def read(text: str) -> Distribution | None:
        try:
            return parse_forecast(question, text, visit.now, current)
        except ForecastsError:
            return None

    text = st.text_input(
        "Probability of YES",
        initial_text(form, "typed", "" if start is None else format_full(question, start)),
        key=key,
        placeholder="63 or 2:1" if current is None else "63, 2:1, +5 or x2",
        live="300ms",
        autocomplete="off",
        on_change=partial(_update_slider, form, key, read),
        persist_state="session",
    )
    text = (text or "").strip()
    if slider:
        stop = _show_slider(visit, summary, form, read(text) or start)
        text = text or format_stop(stop)
    _show_recalibrated(visit, question, read(text) or start)
    return start if start is not None and text == format_full(question, start) else text


def _show_recalibrated(visit: Visit, question: Question, typed: Distribution | None) -> None:
    """Show what the typed number becomes by the recalibration that I have consented to."""
    consent = visit.tracker.accuracy.consent()
    recalibrated = None if consent is None else consent.apply(question, typed)
    if isinstance(recalibrated, Binary):
        st.caption(f"Recalibrated: {percent_whole(recalibrated.p)}")


def _show_slider(
    visit: Visit, summary: QuestionSummary, form: str, first: Distribution | None
) -> int:
    st.session_state.setdefault(
        f"slide-{form}", nearest_stop(first.p if isinstance(first, Binary) else 0.5)
    )
    stop: int = st.select_slider(
        "On a slider",
        SLIDER_STOPS,
        format_func=format_stop,
        key=f"slide-{form}",
        label_visibility="collapsed",
        on_change=partial(_update_text, form),
        persist_state="session",
    )
    _show_marks(list_slider_marks(visit, summary))
    return stop


def get_own_forecast(visit: Visit, summary: QuestionSummary) -> Distribution | None:
    """Return my current forecast."""
    standing = summary.standings.get(visit.me)
    return None if standing is None else standing.distribution


def list_slider_marks(visit: Visit, summary: QuestionSummary) -> list[SliderMark]:
    """List the marks of the slider: my last forecast, base rate, crowd and suggestion.

    The crowd needs at least one other forecaster.
    """
    slider_marks = []
    own_standing = summary.standings.get(visit.me)
    if own_standing is not None and own_standing.p is not None:
        slider_marks.append(SliderMark(own_standing.p, "dot", BLUE, "you, before"))
    is_alone = all(name == visit.me or not is_person(name) for name in summary.standings)
    for forecaster_id, sign, colour, label in _REFERENCE_MARKS:
        standing = summary.standings.get(forecaster_id)
        if (
            standing is not None
            and standing.p is not None
            and not (forecaster_id == CROWD and is_alone)
        ):
            slider_marks.append(SliderMark(standing.p, sign, colour, label))
    return slider_marks


def _show_marks(slider_marks: list[SliderMark]) -> None:
    if slider_marks:
        description = " · ".join(
            f"{sign_glyph(mark.sign)} {mark.owner} {percent_whole(mark.p)}" for mark in slider_marks
        )
        with st.container(key="marks"):  # `look.css` removes its button from the tab order
            st.image(
                draw_marks(slider_marks), width="stretch", alt=f"Marks on the slider: {description}"
            )
        st.caption(description)


def _get_initial_value(
    question: Question, current: Distribution | None, *, slider: bool
) -> Distribution | None:
    """Return the initial value: my forecast, else the base rate if there is a slider."""
    return question.prior if current is None and slider else current


def _update_slider(form: str, key: str, read: Callable[[str], Distribution | None]) -> None:
    if key != _get_text_key(form):
        return
    distribution = read(st.session_state[key] or "")
    if isinstance(distribution, Binary):
        before, target = st.session_state.get(f"slide-{form}"), nearest_stop(distribution.p)
        st.session_state[f"lead-{form}"] = _get_update(form).extend(before, target)
        st.session_state[f"slide-{form}"] = target


def _update_text(form: str) -> None:
    stop, update = st.session_state[f"slide-{form}"], _get_update(form)
    if update.covers(stop):
        st.session_state[f"slide-{form}"] = update.target
        return
    st.session_state.pop(_get_text_key(form), None)
    st.session_state[f"turn-{form}"] = _get_key_number(form) + 1
    st.session_state[_get_text_key(form)] = format_stop(stop)


@dataclass(frozen=True, slots=True)
class _SliderUpdate:
    """Slider tick set by the field, and older ticks that the browser may still send."""

    target: int = -1
    before: frozenset[int | None] = frozenset()
    until: float = 0.0
    """Seconds of the monotonic clock."""

    def extend(self, before: int | None, target: int) -> "_SliderUpdate":
        older = self.before if monotonic() < self.until else frozenset()
        return _SliderUpdate(target, older | {before}, monotonic() + _CATCH_UP_SECONDS)

    def covers(self, stop: int) -> bool:
        return monotonic() < self.until and (stop == self.target or stop in self.before)


def _get_update(form: str) -> _SliderUpdate:
    update: _SliderUpdate = st.session_state.get(f"lead-{form}", _SliderUpdate())
    return update


def _get_key_number(form: str) -> int:
    number: int = st.session_state.get(f"turn-{form}", 0)
    return number


def _get_text_key(form: str) -> str:
    return f"typed{_get_key_number(form) or ''}-{form}"


QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class IntervalHandles:
    """Quartiles of the forecast within the range, and the probabilities beyond its bounds."""

    low: float
    middle: float
    high: float
    below: float = 0.0
    above: float = 0.0


@dataclass(frozen=True, slots=True)
class IntervalStart:
    """Initial state: the forecast, the range still open, its exact handles, and these as shown.

    An input shows fewer digits than a forecast has, so unchanged values are read from the exact
    handles.
    """

    curve: Cdf
    left: Scale
    exact: IntervalHandles
    shown: IntervalHandles


def build_start(question: Question, curve: Cdf, now: datetime) -> IntervalStart:
    """Build the initial state of the inputs for a forecast."""
    left = get_open_range(question, now)
    exact = compute_handles(curve, left)
    shown = _round_days(exact, left) if question.kind == "date" else _round_numbers(exact, left)
    masses = {"below": _round_percentage(exact.below), "above": _round_percentage(exact.above)}
    return IntervalStart(curve, left, exact, replace(shown, **masses))


def get_open_range(question: Question, now: datetime) -> Scale:
    """Return the range in which the answer can lie: for a date question from tomorrow on.

    The whole range if hardly anything is left.
    """
    assert question.scale is not None
    tomorrow = math.ceil(day_number(now))
    if question.kind != "date" or not question.scale.lower < tomorrow < question.scale.upper - 3:
        return question.scale
    return replace(question.scale, lower=float(tomorrow))


def build_curve(start: IntervalStart, entered: IntervalHandles, scale: Scale) -> Cdf:
    """Build the forecast from the inputs, over the whole `scale`; the initial one if none was
    changed.

    If only a probability beyond the range was changed, the shape within it stays; if a handle was
    moved, the curve is smooth. Raises `InvalidForecast` if the handles do not rise within the
    range, or if the probabilities beyond it exceed 1.
    """
    unchanged = [
        math.isclose(new, old)
        for new, old in zip(astuple(entered), astuple(start.shown), strict=True)
    ]
    if all(unchanged):
        return start.curve
    exact, left = astuple(start.exact), start.left
    *places, below, above = (
        old if is_same else new
        for is_same, old, new in zip(unchanged, exact, astuple(entered), strict=True)
    )
    curve = replace_tail_masses(start.curve, left, below=below, above=above)
    if not all(unchanged[:3]):
        curve = reshape_curve(curve, left, places, below=below, above=above)
    return curve if left.lower == scale.lower else Cdf((scale.lower, *curve.x), (below, *curve.p))


def compute_handles(curve: Cdf, left: Scale) -> IntervalHandles:
    """Compute the handles of a forecast; evenly spread if it has no probability in the range."""
    start, end = curve.at(left.lower), curve.at(left.upper)
    quartiles = [curve.quantile(start + q * (end - start)) for q in QUARTERS]
    even = left.values(QUARTERS).tolist()
    low, middle, high = (
        fallback if value is None else value
        for value, fallback in zip(quartiles, even, strict=True)
    )
    if not left.lower <= low < middle < high <= left.upper:
        low, middle, high = even
    return IntervalHandles(
        low,
        middle,
        high,
        curve.below if left.open_lower else 0.0,
        curve.above if left.open_upper else 0.0,
    )


def count_digits(left: Scale) -> int:
    """Return the decimals of a value of the range; below 0 for tens, hundreds and so on."""
    least = left.span if left.zero_point is None else left.lower - left.zero_point
    return (2 if left.zero_point is not None else 3) - math.floor(math.log10(least))


def _round_numbers(exact: IntervalHandles, left: Scale) -> IntervalHandles:
    digits = count_digits(left)
    low, middle, high = (
        min(max(round(value, digits), left.lower), left.upper)
        for value in (exact.low, exact.middle, exact.high)
    )
    return IntervalHandles(low, middle, high)


def _round_days(exact: IntervalHandles, left: Scale) -> IntervalHandles:
    first, last = math.ceil(left.lower), math.floor(left.upper)
    low = min(max(round(exact.low), first), last - 2)
    middle = min(max(round(exact.middle), low + 1), last - 1)
    return IntervalHandles(low, middle, min(max(round(exact.high), middle + 1), last))


def _round_percentage(mass: float) -> float:
    """Round a probability to four digits, as an input shows it in percent."""
    return float(f"{100 * mass:.4g}") / 100
