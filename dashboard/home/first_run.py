"""First look: what this is, four steps, a question to try, the shipped sets; a tour of a replay."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.rows import (
    Cell,
    EntryCell,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.visit import PageName, Visit
from dashboard.components.widgets import link_to_question, show_refusals
from dashboard.home.data import choose_sample, find_summary
from dashboard.home.text import format_standing
from dashboard.questions.row_forecasts import build_forecast_events, get_refused
from dashboard.wording.feeds import first_steps_line
from dashboard.wording.numbers import clip, format_day, percent_exact, plural
from forecasts.distributions.distribution import p_yes
from forecasts.questions.question import SUGGESTION, Question
from tracker.app.question_set_files import DEFAULT_SET, load_question_set
from tracker.app.system import FirstSteps
from tracker.errors import TrackerError
from tracker.feeds.scheduling.first_start import FirstStart
from tracker.model.read_models import QuestionSummary

BUILT_IN_SETS: Final = {
    "china_russia_2022": "Why China stays close to Russia",
    "grid_storage_2026": "After the noon glut: electricity and batteries",
}
"""Question sets that are shipped, by their titles; each has an essay of its own name."""

PURPOSE: Final = (
    "These are questions about the future, each with a definite answer one day. News moves an "
    "estimate of each, you forecast beside it, and every answer shows who was right."
)

_HIDDEN_KEY: Final = "first-steps-hidden"
_DONE_ICON: Final = ":material/check_circle:"
_GO_ICON: Final = ":material/arrow_forward:"
_OPEN_ICON: Final = ":material/radio_button_unchecked:"


class OnboardingStep(NamedTuple):
    """One step: its text, whether it is done, the pages for it, and its result once it is done."""

    words: str
    done: bool
    links: tuple[tuple[PageName, str], ...]
    result: str = "done"


def list_steps(
    state: FirstSteps, first_start: FirstStart | None = None
) -> tuple[OnboardingStep, ...]:
    """List the four steps in their order."""
    return (
        OnboardingStep(
            "Load questions",
            state.asked,
            (("ask", "Write your own"), ("essays", "Start from an essay")),
        ),
        OnboardingStep(
            "Make a first forecast", state.forecast, (("questions", "Choose a question"),)
        ),
        OnboardingStep(
            "Connect a feed",
            state.polled,
            (("feeds", "Feeds"),),
            "done" if first_start is None else first_start.summary,
        ),
        OnboardingStep("Review a first piece of evidence", state.reviewed, (("inbox", "Inbox"),)),
    )


def show_first_steps(visit: Visit) -> bool:
    """Show the steps while one is open and the list is not hidden; return whether it was shown.

    They are those of an installation, so whoever may not take them sees none.
    """
    may_take = visit.replayed_until is None and visit.may_curate
    if not may_take or st.session_state.get(_HIDDEN_KEY):
        return False
    state = visit.tracker.system.first_steps()
    all_steps = list_steps(state, visit.tracker.feeds.first_start())
    if all(step.done for step in all_steps):
        return False
    with st.container(border=True, gap="small", key="first-steps"):
        _show_purpose()
        steps, trial = st.columns(2, gap="large")
        with steps, st.container(gap="xsmall"):
            st.markdown(f"**{first_steps_line(state)}**")
            for step in all_steps:
                _show_step(visit, step)
            _show_sets(visit)
        if not state.forecast:
            with trial:
                _show_sample(visit)
    return True


def show_tour(visit: Visit, summaries: Sequence[QuestionSummary]) -> None:
    """Show in a replay what it is, with the open and the answered question with most evidence."""
    if visit.replayed_until is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tour"):
        st.markdown(
            "News since 2022, replayed: it moves an estimate of each question, invented people "
            "forecast beside it, and every answer shows who was right.",
            width="content",
        )
        with st.container(horizontal=True, gap="small", width="content"):
            for label, status in (("Why one moved", "open"), ("How one was answered", "resolved")):
                those = [s for s in summaries if s.status == status and s.question.kind == "binary"]
                if those:
                    best = max(those, key=lambda s: (s.evidence, s.question.closes_at))
                    link_to_question(visit, best.question, label, _GO_ICON)
            st.page_link(visit.pages["record"], label="Who was right", icon=_GO_ICON)


def _show_purpose() -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(PURPOSE, width="content")
        st.button(
            "Hide",
            key="hide-first-steps",
            type="tertiary",
            icon=":material/close:",
            on_click=_hide_steps,
        )


def _hide_steps() -> None:
    st.session_state[_HIDDEN_KEY] = True


def _show_step(visit: Visit, step: OnboardingStep) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if step.done:
            st.markdown(f"{_DONE_ICON} {step.words}: {step.result}", width="content")
            return
        st.markdown(f"{_OPEN_ICON} {step.words}", width="content")
        for page, label in step.links:
            st.page_link(visit.pages[page], label=label, icon=_GO_ICON)


_SAMPLE_COLUMNS: Final = (
    RowColumn("title", "Question"),
    RowColumn("estimate", "Estimate", "end"),
    RowColumn("act", "You", "end", help="Type a forecast and press Enter"),
)


def _show_sample(visit: Visit) -> None:
    """Show a question to try; a forecast on one of a set that is not here loads the set."""
    summaries = visit.tracker.questions.list()
    stored = [s.question for s in summaries]
    sample = choose_sample(stored or _read_default_questions(), visit.now)
    if sample is None:
        return
    st.markdown("**Try one.** How likely is it? Type a number, such as 63, and press Enter.")
    row = _build_row(visit, sample, find_summary(summaries, sample.id))
    take = partial(_forecast_sample, visit, sample)
    show_rows("sample", "A question to try", _SAMPLE_COLUMNS, [row], on={"forecast": take})


@st.cache_resource
def _read_default_questions() -> tuple[Question, ...]:
    """Read the questions of the set that a first start loads."""
    try:
        return load_question_set(DEFAULT_SET).questions
    except TrackerError:
        return ()


def _build_row(visit: Visit, question: Question, summary: QuestionSummary | None) -> Row:
    """Build the row of the sample; without a summary its set is not loaded yet."""
    refused = get_refused("sample")
    closes = f"closes {format_day(question.closes_at, visit.zone)}"
    address = page_address("question", q=question.id)
    p = p_yes(question.prior)
    estimate = format_standing(summary, SUGGESTION) if summary else percent_exact(p or 0.5)
    label = f"Your forecast: {clip(question.text, 90)}"
    cells: dict[str, Cell] = {
        "title": (
            LinkCell(question.text, address, closes) if summary else TextCell(question.text, closes)
        ),
        "estimate": TextCell(estimate, tone="quiet"),
        "act": EntryCell(refused.text, label, problem=refused.problem),
    }
    return Row(question.id, cells)


def _forecast_sample(visit: Visit, question: Question, event: Mapping[str, Any]) -> None:
    """Save the forecast on the sample, after its set is loaded."""
    if not visit.tracker.questions.list():
        visit.tracker.question_sets.load_built_in(DEFAULT_SET)
    summary = find_summary(visit.tracker.questions.list(), question.id)
    known = [] if summary is None else [summary]  # it may have been removed meanwhile
    build_forecast_events(visit, known, "sample")["forecast"](event)


def _show_sets(visit: Visit) -> None:
    """Show the buttons that load the shipped sets which are not here."""
    essays = {str(name) for name in visit.tracker.essays.titles()}
    missing = {name: title for name, title in BUILT_IN_SETS.items() if name not in essays}
    if not missing:
        return
    st.markdown("Load a question set, with its feeds:")
    for name, title in missing.items():
        if st.button(title, key=f"load-{name}", icon=":material/download:"):
            _load_set(visit, name)
    if len(missing) == len(BUILT_IN_SETS) and not visit.tracker.settings.has_public_names:
        st.caption(
            "Only looking around? `./run --demo` replays news since 2022 in a database of its own, "
            "with invented forecasters and without network."
        )


def _load_set(visit: Visit, name: str) -> None:
    """Load a shipped set; a second click, or one in another window, adds nothing."""
    with show_refusals():
        with st.spinner("Loading the questions …"):
            loaded = visit.tracker.question_sets.load_built_in(name)
        questions = loaded.questions + loaded.siblings
        summary = f"{plural(questions, 'question')} and {plural(loaded.feeds, 'feed')}"
        notify(f"Loaded {summary} of “{clip(loaded.title, 80)}”")
        st.rerun()
