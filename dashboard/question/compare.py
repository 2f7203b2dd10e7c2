"""Comparison: lines of a chart, and causes of a change between two days or of one forecast."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

import streamlit as st

from dashboard import charts
from dashboard.components.probability_lines import (
    MAX_LINES,
    ProbabilityLine,
    default_lines,
    list_lines,
    list_question_forecasters,
    other_question_line,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.question.head import lead_forecaster
from dashboard.question.why import show_lines
from dashboard.question.why_data import change_reasons_frame, change_sentence, explain_causes
from dashboard.wording.numbers import clip, display_name, escape_markdown
from dashboard.wording.questions import format_forecast
from forecasts.distributions.distribution import p_yes
from forecasts.questions.question import SUGGESTION
from forecasts.questions.timeline import Forecast
from forecasts.suggestion.changes import ProbabilityChange
from tracker.errors import NotFound
from tracker.model.read_models import QuestionPage

PRESET_PERIODS: Final = {
    "24 h": timedelta(days=1),
    "7 d": timedelta(days=7),
    "30 d": timedelta(days=30),
}
BETWEEN_TWO_DAYS: Final = "two days"
ONE_FORECAST: Final = "one forecast"
MAX_ACTS: Final = 100
"""Newest forecasts that are offered to be explained."""


def render(visit: Visit, page: QuestionPage) -> None:
    """Show why the estimate changed in a period, or why one forecast did."""
    suggestion = page.suggestion
    if suggestion is None or suggestion.at <= page.summary.question.opens_at:
        st.caption("There is no earlier estimate to compare.")
        return
    period = st.segmented_control(
        "Why did the estimate move?",
        (*PRESET_PERIODS, BETWEEN_TWO_DAYS, ONE_FORECAST),
        key="moved-in",
        bind="query-params",
    )
    if period == ONE_FORECAST:
        _choose_forecast(visit, page)
    if period is None or period == ONE_FORECAST:
        return
    since, until = _get_period(page, suggestion.at, period)
    if period == BETWEEN_TWO_DAYS:
        since, until = _choose_two_days(visit, since, until)
    with show_refusals(page.summary.question):
        move = visit.tracker.questions.explain_change(page.summary.question.id, since, until)
        _show_reasons(visit, page, move, "Estimate")


def _choose_forecast(visit: Visit, page: QuestionPage) -> None:
    """Show the choice of a forecast, the newest first, and what moved it."""
    acts = {act.id: act for act in page.acts[: -MAX_ACTS - 1 : -1]}
    picked = st.selectbox(
        "Forecast",
        list(acts),
        index=None,
        format_func=lambda number: _name_act(visit, page, acts[number]),
        placeholder="Choose a forecast",
        key=f"explained-{page.summary.question.id}",
    )
    if picked is not None:
        explain_act(visit, page, acts[picked])


def _name_act(visit: Visit, page: QuestionPage, act: Forecast) -> str:
    name = display_name(page.forecasters[act.forecaster_id], visit.me)
    words = format_forecast(page.summary.question, act.distribution)
    return f"{name}: {words}, {visit.day(act.made_at)}"


def get_compared_dates(visit: Visit, page: QuestionPage) -> tuple[datetime, datetime] | None:
    """Return the two compared instants before the page reaches their inputs; None without a
    comparison.

    A field's value counts before that of the address, as it is newer.
    """
    period, since, until = (
        st.session_state.get(key) or st.query_params.get(key) for key in ("moved-in", "from", "to")
    )
    if page.suggestion is None or period not in (*PRESET_PERIODS, BETWEEN_TWO_DAYS):
        return None
    first, last = _get_period(page, page.suggestion.at, period)
    if period != BETWEEN_TWO_DAYS:
        return first, last
    begin, end = _parse_day(since), _parse_day(until)
    if begin is None or end is None or begin > end:
        return None
    return _get_whole_days(visit, begin, end, (first, last))


def _get_period(page: QuestionPage, until: datetime, period: str) -> tuple[datetime, datetime]:
    opens = page.summary.question.opens_at
    return max(opens, until - PRESET_PERIODS.get(period, until - opens)), until


def _parse_day(value: object) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None


def explain_act(visit: Visit, page: QuestionPage, forecast: Forecast) -> None:
    """Explain one act of a forecaster: evidence by its share, the remainder as judgement."""
    if p_yes(forecast.distribution) is None:
        st.caption("Nothing followed this forecast, so there is no change to explain.")
        return
    move = visit.tracker.questions.explain_act(page.summary.question.id, forecast.id)
    if move is None:
        st.caption("The estimate began here, with its base rate.")
        return
    earlier = [
        a for a in page.acts if a.forecaster_id == forecast.forecaster_id and a.id < forecast.id
    ]
    is_first = not earlier or earlier[-1].distribution is None
    name = display_name(page.forecasters[forecast.forecaster_id], visit.me)
    _show_reasons(visit, page, move, name, from_base_rate=is_first)
    if forecast.forecaster_id != SUGGESTION and not forecast.cites:
        st.caption("It cites no evidence: all judgement.")


def _choose_two_days(visit: Visit, first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """Show the inputs from the start of one day to the end of another, in the viewer's zone."""
    opens, ends = (instant.astimezone(visit.zone).date() for instant in (first, last))
    usual = max(opens, ends - timedelta(days=30))
    with st.container(horizontal=True):
        since, until = (
            st.date_input(
                label, day, opens, ends, key=key, format="YYYY-MM-DD", width=170,
                bind="query-params", required=True,
            )
            for label, key, day in (("From", "from", usual), ("Until the end of", "to", ends))
        )  # fmt: skip
    return _get_whole_days(visit, since, until, (first, last))


def _get_whole_days(
    visit: Visit, begin: date, end: date, limits: tuple[datetime, datetime]
) -> tuple[datetime, datetime]:
    """Return the start of one day and the end of another in the viewer's zone, within limits."""
    start = datetime.combine(begin, time(), visit.zone)
    stop = datetime.combine(end + timedelta(days=1), time(), visit.zone)
    return max(start, limits[0]), min(stop, limits[1])


def _show_reasons(
    visit: Visit,
    page: QuestionPage,
    move: ProbabilityChange,
    name: str,
    *,
    from_base_rate: bool = False,
) -> None:
    """Show the sentence, and the table whose log-odds add up to the change."""
    since, until = visit.moment(move.since), visit.moment(move.until)
    st.markdown(
        f"**{escape_markdown(name)}**: "
        f"{escape_markdown(change_sentence(move, since, until, from_base_rate=from_base_rate))}"
    )
    frame = change_reasons_frame(move, page.pieces)
    if frame.empty:
        return
    show_lines(frame, f"Why it moved: {name}")
    if causes_note := explain_causes(set(frame["cause"])):
        st.caption(causes_note)


LINES_PARAM: Final = "with"
ME: Final = "me"
"""Name of the viewer in the address."""

BOLD, THIN = 3.5, 1.5
"""Widths of the line that the page is about, and of the others."""

_MAX_NAME_CHARACTERS: Final = 80


@dataclass(frozen=True, slots=True)
class ComparisonLines:
    """Lines to draw with their styles, and a note for each requested line that is missing."""

    series: tuple[ProbabilityLine, ...]
    styles: tuple[charts.LineStyle, ...]
    notes: tuple[str, ...] = ()


def select_lines(visit: Visit, page: QuestionPage) -> ComparisonLines:
    """Return the lines of the address, or the default lines if it names none that exists."""
    own_series = {line_series.id: line_series for line_series in list_lines(page, visit.me)}
    names = _read_address(visit)
    lines: list[ProbabilityLine] = []
    notes: list[str] = []
    for name in names[:MAX_LINES]:
        try:
            lines.append(
                own_series[name] if name in own_series else _load_other_question(visit, page, name)
            )
        except LookupError as error:
            notes.append(str(error.args[0]))
    if len(names) > MAX_LINES:
        notes.append(f"Showing the first {MAX_LINES} lines.")
    series = tuple(lines) or default_lines(page, visit.me)
    return ComparisonLines(series, _build_styles(visit, page, series), tuple(notes))


def _read_address(visit: Visit) -> list[str]:
    names = [name.strip() for name in st.query_params.get(LINES_PARAM, "").split(",")]
    return list(dict.fromkeys(visit.me if name == ME else name for name in names if name))


def _load_other_question(visit: Visit, page: QuestionPage, name: str) -> ProbabilityLine:
    """Return another question as a line; raises `LookupError` with a sentence if it has none."""
    try:
        other = visit.tracker.questions.history(name)
    except NotFound:
        raise LookupError(
            f"Nothing is called “{clip(name, _MAX_NAME_CHARACTERS)}”: it is left out."
        ) from None
    if other.question.kind != "binary" or other.question.id == page.summary.question.id:
        raise LookupError(
            f"“{clip(other.question.text, _MAX_NAME_CHARACTERS)}” has no line to compare: it is "
            "left out."
        )
    return other_question_line(other.question, other.timelines)


def _build_styles(
    visit: Visit, page: QuestionPage, series: tuple[ProbabilityLine, ...]
) -> tuple[charts.LineStyle, ...]:
    """Return the styles: people and computed forecasters as everywhere, other questions with long
    dashes.
    """
    forecasters = list_question_forecasters(page, visit.me)
    known = charts.forecaster_lines(
        forecasters, [display_name(f, visit.me) for f in forecasters], visit.me
    )
    by_id: dict[str, charts.LineStyle] = {
        f.id: line for f, line in zip(forecasters, known, strict=True)
    }
    other_series = [line_series for line_series in series if line_series.id not in by_id]
    by_id |= {
        line_series.id: charts.other_question_style(line_series.name, index)
        for index, line_series in enumerate(other_series)
    }
    lead = lead_forecaster(page, visit.me)
    return tuple(
        replace(by_id[line_series.id], width=BOLD if line_series.id == lead else THIN)
        for line_series in series
    )


def show_line_picker(visit: Visit, page: QuestionPage) -> None:
    """Show the choice of lines, which reads all questions."""
    own_names = {line_series.id: line_series.name for line_series in list_lines(page, visit.me)}
    other_texts: dict[str, str] = {
        row.question.id: row.question.text
        for row in visit.tracker.questions.list()
        if row.question.kind == "binary" and row.question.id != page.summary.question.id
    }
    words = {**other_texts, **own_names}
    st.multiselect(
        f"Up to {MAX_LINES} lines",
        [*own_names, *(name for name in other_texts if name not in own_names)],
        default=[line_series.id for line_series in select_lines(visit, page).series],
        format_func=words.__getitem__,
        max_selections=MAX_LINES,
        key=_get_picker_key(page),
        on_change=_store_lines,
        args=(_get_picker_key(page),),
    )
    st.caption("Other questions show their estimate. The address keeps your choice.")


def _get_picker_key(page: QuestionPage) -> str:
    return f"with-{page.summary.question.id}"


def _store_lines(key: str) -> None:
    selected = st.session_state[key]
    if selected:
        st.query_params[LINES_PARAM] = ",".join(selected)
    else:
        st.query_params.pop(LINES_PARAM, None)
