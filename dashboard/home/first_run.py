"""The first steps in a new database: four, each ticked when it is truly done, and gone once all of
them are.
"""

from typing import Final, NamedTuple

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import PageName, Visit
from dashboard.components.widgets import calm
from dashboard.wording import clipped, plural
from dashboard.wording.installation import steps_done
from tracker.app.system_status import FirstSteps

SETS: Final = {
    "china_russia_2022": "Why China stays close to Russia",
    "grid_storage_2026": "After the noon glut: electricity and batteries",
}
"""The question sets that come along, by their titles."""

_HIDDEN: Final = "first-steps-hidden"
_DONE: Final = ":material/check_circle:"
_OPEN: Final = ":material/radio_button_unchecked:"


class Step(NamedTuple):
    """One step: what is to do, whether it is done, and the pages where one does it."""

    words: str
    done: bool
    links: tuple[tuple[PageName, str], ...]


def steps(found: FirstSteps) -> tuple[Step, ...]:
    """The four steps in the order in which one can take them."""
    return (
        Step(
            "Load questions, or write some",
            found.asked,
            (("ask", "Write one"), ("essays", "Start from an essay")),
        ),
        Step("Make a first forecast", found.forecast, (("questions", "Choose a question"),)),
        Step("Add feeds, and see a first one answer", found.polled, (("feeds", "Feeds"),)),
        Step("Review a first piece of evidence", found.reviewed, (("inbox", "Inbox"),)),
    )


def render(visit: Visit) -> bool:
    """The list, while there is something to do and nobody put it away; whether it was shown."""
    if visit.replayed_until is not None or st.session_state.get(_HIDDEN):
        return False
    found = visit.tracker.first_steps()
    listed = steps(found)
    if all(step.done for step in listed):
        return False
    with st.container(border=True, gap="small", key="first-steps"):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            st.markdown(f"**{steps_done(found)}**", width="content")
            st.button(
                "Hide",
                key="hide-first-steps",
                type="tertiary",
                icon=":material/close:",
                on_click=_hide,
            )
        for step in listed:
            _line(visit, step)
            if step is listed[0] and not step.done:
                _sets(visit)
        if not found.asked:
            st.caption(
                "Only looking around? `./run --demo` replays recorded history since 2022 in a "
                "database of its own, with invented forecasters. It takes up to three minutes, "
                "and no network."
            )
    return True


def _hide() -> None:
    st.session_state[_HIDDEN] = True


def _line(visit: Visit, step: Step) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if step.done:
            st.markdown(f"{_DONE} {step.words}: done", width="content")
            return
        st.markdown(f"{_OPEN} **{step.words}**", width="content")
        for page, label in step.links:
            st.page_link(visit.pages[page], label=label, icon=":material/arrow_forward:")


def _sets(visit: Visit) -> None:
    """A click loads a set that comes along, with its questions, signposts and feeds."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("Load a set, with its questions and feeds:", width="content")
        wanted = [
            name
            for name, title in SETS.items()
            if st.button(title, key=f"load-{name}", icon=":material/download:")
        ]
    for name in wanted:
        _load(visit, name)


def _load(visit: Visit, name: str) -> None:
    """A second click, or one in another window, finds the set there already and adds nothing."""
    with calm():
        with st.spinner("Reading the questions and what they begin with; some seconds …"):
            loaded = visit.tracker.load_built_in(name)
        came = f"{plural(loaded.questions, 'question')} and {plural(loaded.feeds, 'feed')}"
        say(f"{came} of “{clipped(loaded.title, 80)}” came in")
        st.rerun()
