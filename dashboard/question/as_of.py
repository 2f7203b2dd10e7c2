"""As-of view: the page of a question at the end of an earlier day, which the address keeps."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.wording import escape_markdown
from forecasts.questions.question import Question
from tracker.model.read_models import QuestionPage

DAY_PARAM: Final = "known"
_LAST_DAY_KEY: Final = "known-last"
"""Session key of the day that meant now when the slider was last drawn: at midnight it changes."""

_PREVIOUS_KEY: Final = "known-seen"
"""Session key of the days in address and slider, as the last run left them."""


def sync_slider() -> None:
    """Update the slider after a browser navigation to another day of the same question.

    At the start of a run the slider has its old value. If only the address changed, the browser
    moved.
    """
    address, selected = _read_address_and_slider()
    previous = st.session_state.get(_PREVIOUS_KEY)
    if (
        previous is not None
        and selected is not None
        and selected == previous[1]
        and address != previous[0]
    ):
        st.session_state[DAY_PARAM] = _parse_day(address) or st.session_state[_LAST_DAY_KEY]


def _read_address_and_slider() -> tuple[str | None, date | None]:
    return st.query_params.get(DAY_PARAM), st.session_state.get(DAY_PARAM)


def load_page_as_of(visit: Visit, question_id: str) -> QuestionPage | None:
    """Load the page at the end of the chosen day; None for now, which is the last day.

    Raises `NotFound`.
    """
    instant = _get_instant(visit)
    if instant is None:
        return None
    page = visit.tracker.questions.get_as_of(question_id, instant)
    return page if page.summary.question.opens_at <= instant else None  # before it opened


def get_visit_as_of(visit: Visit) -> Visit:
    """Return the visit at the end of the chosen day."""
    instant = _get_instant(visit)
    return visit if instant is None else replace(visit, now=instant, known_on=instant)


def _get_instant(visit: Visit) -> datetime | None:
    """Return the last instant of the chosen day; None if it is still to come."""
    chosen = _parse_day(st.session_state.get(DAY_PARAM) or st.query_params.get(DAY_PARAM))
    if (
        chosen is None
        or chosen == st.session_state.get(_LAST_DAY_KEY)
        or chosen >= _get_day(visit, visit.stands_at)
    ):
        return None
    return datetime.combine(chosen + timedelta(days=1), time(), visit.zone) - timedelta(
        microseconds=1
    )


def _get_day(visit: Visit, instant: datetime) -> date:
    return instant.astimezone(visit.zone).date()


def _get_day_range(visit: Visit, question: Question) -> tuple[date, date] | None:
    """Return the first and last day to choose from; None if there are fewer than two."""
    first, last = (_get_day(visit, instant) for instant in (question.opens_at, visit.stands_at))
    return (first, last) if first < last else None


def _parse_day(value: object) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None


def show_as_of_banner(visit: Visit, present: Visit, question: Question) -> None:
    """Show that the page is an as-of view, and the way to the present."""
    days = _get_day_range(present, question)
    if visit.known_on is None or days is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/history: **As known on {escape_markdown(visit.day(visit.known_on))}**, "
            f"at the end of the day in {escape_markdown(visit.zone.key)}. What came later is "
            "left out, and nothing can be changed here.",
            width="stretch",
        )
        st.button(
            "Back to now",
            key="back-to-now",
            on_click=_return_to_present,
            args=(days[1],),
            icon=":material/update:",
        )


def _return_to_present(last: date) -> None:
    st.session_state[DAY_PARAM] = last  # the default, which the address omits


def show_day_slider(visit: Visit, question: Question) -> None:
    """Show the slider of the as-of day; `visit` is that of the present."""
    days = _get_day_range(visit, question)
    if days is None:
        return
    selected = _parse_day(st.session_state.get(DAY_PARAM))
    was_now = selected == st.session_state.get(_LAST_DAY_KEY, days[1])
    if selected not in (None, days[1]) and (was_now or not days[0] <= selected <= days[1]):
        # Now before midnight, or a day chosen on another question.
        selected = st.session_state[DAY_PARAM] = days[1]
    st.session_state[_LAST_DAY_KEY] = days[1]
    is_past = selected is not None and selected < days[1]
    with st.expander(
        "As known on an earlier day",
        is_past,
        type="compact",
        icon=":material/history:",
        key="looking-back",
    ):
        st.slider(
            "As known at the end of",
            *days,
            days[1],
            key=DAY_PARAM,
            bind="query-params",
            format="D MMM YYYY",
        )
        st.caption(
            "The chart, the numbers and the evidence as they stood then. The last day is now."
        )
    st.session_state[_PREVIOUS_KEY] = _read_address_and_slider()
