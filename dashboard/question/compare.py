"""Causes of a change: of the estimate between two days, or of one forecast."""

from datetime import date, datetime, time, timedelta
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.question.why import show_lines
from dashboard.question.why_data import change_reasons_frame, change_sentence, explain_causes
from dashboard.wording import display_name, escape_markdown, format_forecast
from forecasts.distributions.distribution import p_yes
from forecasts.questions.question import SUGGESTION
from forecasts.questions.timeline import Forecast
from forecasts.suggestion.changes import ProbabilityChange
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
        st.caption("Nothing stands after this act, so that there is no move to explain.")
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
        st.caption("It cites no evidence, so that all of it is judgement.")


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
            for label, key, day in (("From", "from", usual), ("To the end of", "to", ends))
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
