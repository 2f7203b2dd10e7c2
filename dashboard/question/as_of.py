"""As known on: the page of a question as it stood at the end of an earlier day. The address keeps
the day.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.wording import inert
from forecasts.questions.question import Question
from tracker.model.read_models import QuestionPage

PARAMETER: Final = "known"
_LAST: Final = "known-last"
"""Where the day is kept that stood for now when the slider was last drawn: the next one does at
midnight.
"""

_SEEN: Final = "known-seen"
"""Where the day in the address and that of the slider are kept, as the last run left them."""


def follow() -> None:
    """Let the slider follow the address where somebody went back to, or on to, another day of the
    same question.

    At the start of a run the slider still holds what it did. It is the address that moved when it
    alone did.
    """
    address, held = _address_and_slider()
    before = st.session_state.get(_SEEN)
    if before is not None and held is not None and held == before[1] and address != before[0]:
        st.session_state[PARAMETER] = _read(address) or st.session_state[_LAST]


def _address_and_slider() -> tuple[str | None, date | None]:
    return st.query_params.get(PARAMETER), st.session_state.get(PARAMETER)


def page_then(visit: Visit, question_id: str) -> QuestionPage | None:
    """The page as it stood at the end of the day that somebody chose; None for now, which the last
    day of all is.

    Raises `NotFound`.
    """
    at = _instant(visit)
    if at is None:
        return None
    page = visit.tracker.question_at(question_id, at)
    return page if page.summary.question.opens_at <= at else None  # no day of its own


def looking(visit: Visit) -> Visit:
    """The visit at the end of the day that somebody chose."""
    at = _instant(visit)
    return visit if at is None else replace(visit, now=at, known_on=at)


def _instant(visit: Visit) -> datetime | None:
    """The last instant of the chosen day; None where that is still to come."""
    chosen = _read(st.session_state.get(PARAMETER) or st.query_params.get(PARAMETER))
    if (
        chosen is None
        or chosen == st.session_state.get(_LAST)
        or chosen >= _day(visit, visit.stands_at)
    ):
        return None
    return datetime.combine(chosen + timedelta(days=1), time(), visit.zone) - timedelta(
        microseconds=1
    )


def _day(visit: Visit, instant: datetime) -> date:
    return instant.astimezone(visit.zone).date()


def _days(visit: Visit, question: Question) -> tuple[date, date] | None:
    """The first and the last day that can be chosen; None where there is only one, or none yet."""
    first, last = (_day(visit, instant) for instant in (question.opens_at, visit.stands_at))
    return (first, last) if first < last else None


def _read(said: object) -> date | None:
    try:
        return said if isinstance(said, date) else date.fromisoformat(str(said))
    except ValueError:
        return None


def banner(visit: Visit, present: Visit, question: Question) -> None:
    """That somebody looks back, and the way to the present."""
    days = _days(present, question)
    if visit.known_on is None or days is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/history: **As known on {inert(visit.day(visit.known_on))}**, at the end "
            f"of the day in {inert(visit.zone.key)}. What came later is left out, and nothing "
            "can be changed here.",
            width="stretch",
        )
        st.button(
            "Back to now",
            key="back-to-now",
            on_click=_back,
            args=(days[1],),
            icon=":material/update:",
        )


def _back(last: date) -> None:
    st.session_state[PARAMETER] = last  # the usual value, which the address leaves out


def slider(visit: Visit, question: Question) -> None:
    """The day as which the page is seen; `visit` is that of the present."""
    days = _days(visit, question)
    if days is None:
        return
    held = _read(st.session_state.get(PARAMETER))
    was_now = held == st.session_state.get(_LAST, days[1])
    if held not in (None, days[1]) and (was_now or not days[0] <= held <= days[1]):
        # It was now, before midnight, or it was chosen on another question.
        held = st.session_state[PARAMETER] = days[1]
    st.session_state[_LAST] = days[1]
    opened = held is not None and held < days[1]
    with st.expander(
        "As known on an earlier day",
        opened,
        type="compact",
        icon=":material/history:",
        key="looking-back",
    ):
        st.slider(
            "As known at the end of",
            *days,
            days[1],
            key=PARAMETER,
            bind="query-params",
            format="D MMM YYYY",
        )
        st.caption(
            "The chart, the numbers and the evidence as they stood then. The last day is now."
        )
    st.session_state[_SEEN] = _address_and_slider()
