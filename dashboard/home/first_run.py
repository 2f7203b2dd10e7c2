"""First steps in a new database, each ticked when it is done; the list disappears with the last
one.
"""

from typing import Final, NamedTuple

import streamlit as st

from dashboard.components.toasts import notify
from dashboard.components.visit import PageName, Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording import clip, plural
from dashboard.wording.installation import first_steps_line
from tracker.app.system_status import FirstSteps

BUILT_IN_SETS: Final = {
    "china_russia_2022": "Why China stays close to Russia",
    "grid_storage_2026": "After the noon glut: electricity and batteries",
}
"""Question sets that are shipped, by their titles."""

_HIDDEN_KEY: Final = "first-steps-hidden"
_DONE_ICON: Final = ":material/check_circle:"
_OPEN_ICON: Final = ":material/radio_button_unchecked:"


class OnboardingStep(NamedTuple):
    """One step: its text, whether it is done, and the pages for it."""

    words: str
    done: bool
    links: tuple[tuple[PageName, str], ...]


def list_steps(state: FirstSteps) -> tuple[OnboardingStep, ...]:
    """List the four steps in their order."""
    return (
        OnboardingStep(
            "Load questions, or write some",
            state.asked,
            (("ask", "Write one"), ("essays", "Start from an essay")),
        ),
        OnboardingStep(
            "Make a first forecast", state.forecast, (("questions", "Choose a question"),)
        ),
        OnboardingStep(
            "Add feeds, and see a first one answer", state.polled, (("feeds", "Feeds"),)
        ),
        OnboardingStep("Review a first piece of evidence", state.reviewed, (("inbox", "Inbox"),)),
    )


def show_first_steps(visit: Visit) -> bool:
    """Show the steps while one is open and the list is not hidden; return whether it was shown."""
    if visit.replayed_until is not None or st.session_state.get(_HIDDEN_KEY):
        return False
    state = visit.tracker.system.first_steps()
    all_steps = list_steps(state)
    if all(step.done for step in all_steps):
        return False
    with st.container(border=True, gap="small", key="first-steps"):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            st.markdown(f"**{first_steps_line(state)}**", width="content")
            st.button(
                "Hide",
                key="hide-first-steps",
                type="tertiary",
                icon=":material/close:",
                on_click=_hide_steps,
            )
        for step in all_steps:
            _show_step(visit, step)
            if step is all_steps[0] and not step.done:
                _show_sets(visit)
        if not state.asked:
            st.caption(
                "Only looking around? `./run --demo` replays recorded history since 2022 in a "
                "database of its own, with invented forecasters. It takes up to three minutes, "
                "and no network."
            )
    return True


def _hide_steps() -> None:
    st.session_state[_HIDDEN_KEY] = True


def _show_step(visit: Visit, step: OnboardingStep) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if step.done:
            st.markdown(f"{_DONE_ICON} {step.words}: done", width="content")
            return
        st.markdown(f"{_OPEN_ICON} **{step.words}**", width="content")
        for page, label in step.links:
            st.page_link(visit.pages[page], label=label, icon=":material/arrow_forward:")


def _show_sets(visit: Visit) -> None:
    """Show the buttons that load a shipped set with its questions, signposts and feeds."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("Load a set, with its questions and feeds:", width="content")
        chosen = [
            name
            for name, title in BUILT_IN_SETS.items()
            if st.button(title, key=f"load-{name}", icon=":material/download:")
        ]
    for name in chosen:
        _load_set(visit, name)


def _load_set(visit: Visit, name: str) -> None:
    """Load a shipped set; a second click, or one in another window, adds nothing."""
    with show_refusals():
        with st.spinner("Reading the questions and what they begin with; some seconds …"):
            loaded = visit.tracker.question_sets.load_built_in(name)
        summary = f"{plural(loaded.questions, 'question')} and {plural(loaded.feeds, 'feed')}"
        notify(f"{summary} of “{clip(loaded.title, 80)}” came in")
        st.rerun()
