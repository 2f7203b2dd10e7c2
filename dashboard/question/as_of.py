"""As-of view: the page of a question at the end of an earlier day, which the address keeps."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.wording.numbers import escape_markdown
from forecasts.questions.question import Question
from tracker.model.read_models import QuestionPage

DAY_PARAM: Final = "known"
_SLIDER_KEY: Final = "known-day"


def load_page_as_of(visit: Visit, question_id: str) -> QuestionPage | None:
    """Load the page at the end of the day of the address; None for now, which is the last day.

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
    """Return the last instant of the day of the address; None if it is still to come."""
    try:
        chosen = date.fromisoformat(st.query_params.get(DAY_PARAM, ""))
    except ValueError:
        return None
    if chosen >= _get_day(visit, visit.stands_at):
        return None
    return datetime.combine(chosen + timedelta(days=1), time(), visit.zone) - timedelta(
        microseconds=1
    )


def _get_day(visit: Visit, instant: datetime) -> date:
    return instant.astimezone(visit.zone).date()


def show_as_of_banner(visit: Visit, present: Visit, question: Question) -> None:
    """Show that the page is an as-of view, with the slider and the way to the present."""
    if visit.known_on is None:
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":material/history: **As known on {escape_markdown(visit.day(visit.known_on))}**, "
                f"at the end of the day in {escape_markdown(visit.zone.key)}. What came later is "
                "left out, and nothing can be changed here.",
                width="stretch",
            )
            st.button(
                "Return to today",
                key="back-to-now",
                on_click=_open_day,
                args=(None,),
                icon=":material/update:",
            )
        show_day_slider(present, question, _get_day(visit, visit.known_on))


def show_day_slider(visit: Visit, question: Question, chosen: date | None = None) -> None:
    """Show the slider of the as-of day; `visit` is that of the present."""
    first, last = (_get_day(visit, instant) for instant in (question.opens_at, visit.stands_at))
    if first >= last:
        st.caption("The question opened today, so there is no earlier date.")
        return
    st.session_state[_SLIDER_KEY] = min(max(chosen or last, first), last)
    st.slider(
        "View the page as known at the end of",
        first,
        last,
        key=_SLIDER_KEY,
        format="D MMM YYYY",
        on_change=_open_slider_day,
        args=(last,),
    )
    st.caption("Chart, numbers and evidence as they were then. The last day is today.")


def _open_slider_day(last: date) -> None:
    chosen = st.session_state[_SLIDER_KEY]
    _open_day(None if chosen == last else chosen)


def _open_day(day: date | None) -> None:
    if day is None:
        st.query_params.pop(DAY_PARAM, None)
    else:
        st.query_params[DAY_PARAM] = day.isoformat()
