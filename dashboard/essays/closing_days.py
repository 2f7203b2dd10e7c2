"""Last day of a draft: one to choose or to type, and further days for the same question."""

from datetime import date

import streamlit as st

from dashboard.essays.draft_values import parse_day
from dashboard.essays.draft_work import (
    DraftWork,
    list_proposed_days,
    take_day,
    take_further_day,
    take_typed_day,
)
from dashboard.wording import escape_markdown, plural

_EXAMPLE = "30 April 2027"


def choose_days(work: DraftWork, text: str) -> tuple[date, ...]:
    """Show the choice of the last day, and of further ones, folded; return them, soonest first."""
    first = _choose_day(work, text)
    further = _choose_further_days(work, text, first)
    return tuple(sorted(map(date.fromisoformat, {first, *further})))


def _choose_day(work: DraftWork, text: str) -> str:
    form = work.form
    options = form.register_field("day")
    chosen = form.value("day")
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    with left:
        st.pills(
            "Last day that counts (UTC)",
            sorted({*list_proposed_days(work, text), chosen}),
            required=True,
            wrap=True,
            format_func=_format_day,
            on_change=take_day,
            args=(work,),
            **options,
        )
    with right:
        _input_day(work, "Another day", "typed-day", take_typed_day)
    day: str = form.value("day")
    if day < work.today.isoformat():
        st.caption("This day has passed: the question looks back, and its scores are practice.")
    return day


def _choose_further_days(work: DraftWork, text: str, first: str) -> tuple[str, ...]:
    """Show the choice of further days for the same question."""
    form = work.form
    options = form.register_field("more-days", [])
    chosen = [day for day in form.value("more-days") or () if day != first]
    st.session_state[options["key"]] = chosen
    count = f": {plural(len(chosen) + 1, 'question')}" if chosen else ""
    with st.expander(f"Ask for several days{count}", type="compact", key=f"several-{form.id}"):
        st.pills(
            "The same question opens for each of these days, too",
            sorted({*list_proposed_days(work, text), *chosen} - {first}),
            selection_mode="multi",
            wrap=True,
            format_func=_format_day,
            **options,
        )
        _input_day(work, "Add a day", "further-day", take_further_day)
    return tuple(form.value("more-days") or ())


def _input_day(work: DraftWork, label: str, name: str, take: object) -> None:
    """Show a field for a day, which is taken with Enter; an unreadable one stays and says so."""
    typed = work.form.text(label, name, placeholder=_EXAMPLE, on_change=take, args=(work,))
    if typed and parse_day(typed, work.today) is None:
        st.caption(
            f":material/error: “{escape_markdown(typed)}” is no day ahead. Write {_EXAMPLE}."
        )


def _format_day(day: str) -> str:
    read = date.fromisoformat(day)
    return f"{read.day} {read:%b %Y}"
