"""Why did it move? The reasons of one revision, and of the suggestion between any two days."""

from datetime import date, datetime, time, timedelta
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED, calm, table
from dashboard.question.moved_data import moved_frame
from dashboard.wording import inert, named
from dashboard.wording.moved import causes_explained, moved_sentence
from forecasts.distributions.distribution import p_yes
from forecasts.questions.forecaster import SUGGESTION
from forecasts.questions.timeline import Forecast
from forecasts.suggestion.changes import Move
from tracker.model.read_models import QuestionPage

_C = st.column_config

PRESETS: Final = {"24 h": timedelta(days=1), "7 d": timedelta(days=7), "30 d": timedelta(days=30)}
TWO_DAYS: Final = "two days"


def between(visit: Visit, page: QuestionPage) -> None:
    """Why the suggestion moved in the last day, week or month, or between two days; nothing until
    somebody asks.
    """
    suggestion = page.suggestion
    if suggestion is None or suggestion.at <= page.summary.question.opens_at:
        return
    asked = st.segmented_control(
        "Why did the suggestion move?", (*PRESETS, TWO_DAYS), key="moved-in", bind="query-params"
    )
    if asked is None:
        return
    since, until = _preset(page, suggestion.at, asked)
    if asked == TWO_DAYS:
        since, until = _two_days(visit, since, until)
    with calm():
        move = visit.tracker.moved(page.summary.question.id, since, until)
        _reasons(visit, page, move, "Suggestion")


def looked_between(visit: Visit, page: QuestionPage) -> tuple[datetime, datetime] | None:
    """The two instants between which somebody asks why it moved, before the page has come to that;
    None if nobody does.

    What stands in a field counts before what the address says, as it is newer.
    """
    asked, since, until = (
        st.session_state.get(key) or st.query_params.get(key) for key in ("moved-in", "from", "to")
    )
    if page.suggestion is None or asked not in (*PRESETS, TWO_DAYS):
        return None
    first, last = _preset(page, page.suggestion.at, asked)
    if asked != TWO_DAYS:
        return first, last
    begin, end = _read_day(since), _read_day(until)
    if begin is None or end is None or begin > end:
        return None
    return max(_starts(visit, begin), first), min(_starts(visit, end + timedelta(days=1)), last)


def _preset(page: QuestionPage, until: datetime, asked: str) -> tuple[datetime, datetime]:
    opens = page.summary.question.opens_at
    return (max(opens, until - PRESETS[asked]) if asked in PRESETS else opens), until


def _read_day(said: object) -> date | None:
    try:
        return said if isinstance(said, date) else date.fromisoformat(str(said))
    except ValueError:
        return None


def _starts(visit: Visit, on: date) -> datetime:
    return datetime.combine(on, time(), visit.zone)


def act(visit: Visit, page: QuestionPage, revised: Forecast) -> None:
    """Why a forecaster moved with one act: evidence by its share, and the rest as their
    judgement.
    """
    if p_yes(revised.distribution) is None:
        st.caption("Nothing stands after this act, so that there is no move to explain.")
        return
    move = visit.tracker.act_moved(page.summary.question.id, revised.id)
    if move is None:
        st.caption("The suggestion began here: the tab Why tells what it is made of.")
        return
    earlier = [
        a for a in page.acts if a.forecaster_id == revised.forecaster_id and a.id < revised.id
    ]
    first = not earlier or earlier[-1].distribution is None
    who = named(page.forecasters[revised.forecaster_id], visit.me)
    _reasons(visit, page, move, who, from_base_rate=first)
    if revised.forecaster_id != SUGGESTION and not revised.cites:
        st.caption("It cites no evidence, so that all of it is judgement.")


def _two_days(visit: Visit, first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """From the beginning of one day to the end of another, in the viewer's zone; the address keeps
    them.
    """
    opens, ends = (instant.astimezone(visit.zone).date() for instant in (first, last))
    with st.container(horizontal=True):
        since = _day("From", "from", max(opens, ends - timedelta(days=30)), (opens, ends))
        until = _day("To the end of", "to", ends, (opens, ends))
    return max(_starts(visit, since), first), min(_starts(visit, until + timedelta(days=1)), last)


def _day(label: str, key: str, usual: date, within: tuple[date, date]) -> date:
    return st.date_input(
        label,
        usual,
        *within,
        key=key,
        format="YYYY-MM-DD",
        width=170,
        bind="query-params",
        required=True,
    )


def _reasons(
    visit: Visit, page: QuestionPage, move: Move, who: str, *, from_base_rate: bool = False
) -> None:
    """The sentence, and the table whose log-odds add up to it."""
    since, until = visit.moment(move.since), visit.moment(move.until)
    st.markdown(
        f"**{inert(who)}**: "
        f"{inert(moved_sentence(move, since, until, from_base_rate=from_base_rate))}"
    )
    frame = moved_frame(move, page.evidence)
    if frame.empty:
        return
    columns = {
        "cause": _C.TextColumn("Because", width=130),
        "log_odds": _C.NumberColumn(
            "Log-odds", format="%+.2f", width=80, help="What it adds, whatever the order."
        ),
        "after": _C.NumberColumn(
            "So far", format="%g %%", width=70, help="With the rows above it, in this order."
        ),
        "what": _C.TextColumn("What", width=370),
        "weighed": _C.TextColumn("How it was weighed", width=390),
    }
    if not frame["weighed"].any():
        del columns["weighed"]
    table(frame, columns, f"Why it moved: {who}", row_height=WRAPPED)
    if explained := causes_explained(set(frame["cause"])):
        st.caption(explained)
