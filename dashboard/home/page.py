"""Home page: changes, evidence to review, due answers, and disagreement, on one screen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeVar

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.question_list import ForecastGap, ListView, SuggestionMove
from dashboard.components.visit import PageName, Visit
from dashboard.components.widgets import (
    format_sentence,
    show_buttons,
    show_no_questions,
    show_question_line,
    show_refusals,
    show_section_title,
    show_skeleton,
)
from dashboard.home.data import (
    CHANGE_PERIODS,
    HomeOverview,
    build_overview,
    describe_closing,
    describe_gap,
    describe_move,
    describe_overdue,
    describe_stale,
    list_moves,
    no_moves_sentence,
    overview_sentence,
    select_questions,
)
from dashboard.inbox.proposed_answers import describe_proposal
from dashboard.wording import clip, escape_markdown, plural
from dashboard.wording.feeds import first_steps_line
from forecasts.questions.amendments import fold_removed_options
from tracker.app.system import FirstSteps
from tracker.feeds.scheduling.first_start import FirstStart
from tracker.model.proposed_answers import ProposedAnswer
from tracker.model.read_models import QuestionSummary

BUILT_IN_SETS: Final = {
    "china_russia_2022": "Why China stays close to Russia",
    "grid_storage_2026": "After the noon glut: electricity and batteries",
}
"""Question sets that are shipped, by their titles."""

_HIDDEN_KEY: Final = "first-steps-hidden"
_DONE_ICON: Final = ":material/check_circle:"
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
            "Load questions, or write some",
            state.asked,
            (("ask", "Write one"), ("essays", "Start from an essay")),
        ),
        OnboardingStep(
            "Make a first forecast", state.forecast, (("questions", "Choose a question"),)
        ),
        OnboardingStep(
            "Add feeds, and see a first one answer",
            state.polled,
            (("feeds", "Feeds"),),
            "done" if first_start is None else first_start.summary,
        ),
        OnboardingStep("Review a first piece of evidence", state.reviewed, (("inbox", "Inbox"),)),
    )


def show_first_steps(visit: Visit) -> bool:
    """Show the steps while one is open and the list is not hidden; return whether it was shown."""
    if visit.replayed_until is not None or st.session_state.get(_HIDDEN_KEY):
        return False
    state = visit.tracker.system.first_steps()
    all_steps = list_steps(state, visit.tracker.feeds.first_start())
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
            st.markdown(f"{_DONE_ICON} {step.words}: {step.result}", width="content")
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
        questions = loaded.questions + loaded.siblings
        summary = f"{plural(questions, 'question')} and {plural(loaded.feeds, 'feed')}"
        notify(f"{summary} of “{clip(loaded.title, 80)}” came in")
        st.rerun()


MAX_MOVES: Final = 5
MAX_ROWS: Final = 3
"""Rows of a section, so that all sections fit on one screen; the list of questions and the inbox
have the rest.
"""

DEFAULT_PERIOD: Final = "7 days"

T = TypeVar("T")


class _Section(NamedTuple):
    title: str
    icon: str


_OWN_SECTIONS: Final = {
    "closing": _Section("Your forecasts that close within 14 days", ":material/lock_clock:"),
    "stale": _Section("Your forecasts not confirmed for 30 days", ":material/history:"),
}
_MORE_ICON: Final = ":material/list:"


def render(visit: Visit) -> None:
    """Show the summary, then changes, evidence and disagreement at the left, due questions at the
    right.
    """
    has_first_steps = show_first_steps(visit)
    period = _choose_period() if visit.tracker.system.first_steps().asked else DEFAULT_PERIOD
    with show_skeleton():
        all_questions = visit.tracker.questions.list()
    if not all_questions:
        if not has_first_steps:
            show_no_questions(visit)
        return
    now = visit.stands_at
    summaries = select_questions(all_questions, now, replayed=visit.replayed_until is not None)
    overview = build_overview(summaries, ListView(visit.me, now, CHANGE_PERIODS[period]))
    st.markdown(
        overview_sentence(
            period,
            len(overview.moves),
            overview.pieces,
            (len(overview.closing), len(overview.stale), len(overview.overdue)),
        )
    )
    _show_alarm(visit)
    left, right = st.columns(2, gap="large")
    with left:
        _show_changes(
            visit,
            overview.moves,
            period,
            len(list_moves(summaries, CHANGE_PERIODS["30 days"], now)),
        )
        _show_evidence(visit, overview)
        _show_disagreement(visit, overview.apart)
    with right:
        _show_proposed_answers(visit)
        _show_own_questions(visit, overview.closing, "closing")
        _show_own_questions(visit, overview.stale, "stale")
        _show_overdue(visit, overview.overdue)


def _show_alarm(visit: Visit) -> None:
    """Show one line when the feeds as a whole are in trouble: then nothing below changes."""
    if visit.replayed_until is not None:
        return
    fleet = visit.tracker.feeds.status()
    if not fleet.alarm and not fleet.counts["late"]:
        return
    label = "Feeds are in trouble" if fleet.alarm else "Some feeds are late"
    messages = [format_sentence(fleet.alarm)] if fleet.alarm else []
    if fleet.newest_success:
        messages.append(
            f"The newest news is as of {escape_markdown(visit.ago(fleet.newest_success))}."
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.page_link(visit.pages["feeds"], label=f"**{label}**", icon=":material/warning:")
        st.markdown(
            " ".join(messages), width="content", help=visit.utc(fleet.newest_success or visit.now)
        )


def _choose_period() -> str:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.subheader("Home", anchor=False, width="content")
        return show_buttons("Over how long", list(CHANGE_PERIODS), DEFAULT_PERIOD, "moved")


def _show_changes(
    visit: Visit, changes: Sequence[SuggestionMove], period: str, longer: int
) -> None:
    def show_row(move: SuggestionMove) -> None:
        icon = ":material/trending_up:" if move.change > 0 else ":material/trending_down:"
        show_question_line(
            visit, move.summary.question, f"**{describe_move(move.before, move.after)}**", icon
        )

    show_section_title(f"What moved in {period}")
    if not changes:
        st.caption(no_moves_sentence(period, longer))
        return
    _show_rows(changes, show_row, MAX_MOVES)
    if len(changes) > MAX_MOVES:
        _link_to_all(visit, f"All {len(changes):,} that moved", {"sort": "change", "over": period})


def _show_disagreement(visit: Visit, gaps: Sequence[ForecastGap]) -> None:
    if not gaps:
        return

    def show_row(gap: ForecastGap) -> None:
        words = describe_gap(((gap.first_id, gap.first_p), (gap.second_id, gap.second_p)))
        show_question_line(visit, gap.summary.question, f"**{words}**", ":material/compare_arrows:")

    show_section_title("Furthest apart")
    _show_rows(gaps, show_row)
    if len(gaps) > MAX_ROWS:
        _link_to_all(visit, f"All {len(gaps):,} that are apart", {"sort": "apart"})


def _show_evidence(visit: Visit, overview: HomeOverview) -> None:
    def show_row(s: QuestionSummary) -> None:
        words = f"**{plural(s.waiting, 'piece', 'pieces')} to review**"
        show_question_line(visit, s.question, words, ":material/inbox:", inbox=True)

    if not overview.waiting:
        return
    show_section_title("Evidence to review")
    _show_rows(overview.waiting, show_row)
    if len(overview.waiting) > MAX_ROWS:
        st.page_link(
            visit.pages["inbox"],
            label=f"All {plural(overview.pieces, 'piece', 'pieces')}",
            icon=_MORE_ICON,
        )


def _show_own_questions(
    visit: Visit, questions: Sequence[QuestionSummary], section: Literal["closing", "stale"]
) -> None:
    if not questions:
        return

    def show_row(s: QuestionSummary) -> None:
        standing, now = s.standings[visit.me], visit.stands_at
        distribution = fold_removed_options(s.question, now, standing.distribution)
        words = (
            describe_closing(s.question, distribution, now)
            if section == "closing"
            else describe_stale(s.question, distribution, standing.since, now)
        )
        show_question_line(visit, s.question, f"**{words}**", _OWN_SECTIONS[section].icon)

    show_section_title(_OWN_SECTIONS[section].title)
    _show_rows(questions, show_row)
    if len(questions) > MAX_ROWS:
        _link_to_all(
            visit,
            f"All {len(questions):,} of them",
            {"mine": "stale" if section == "stale" else "yes", "sort": section},
        )


def _show_proposed_answers(visit: Visit) -> None:
    def show_row(proposal: ProposedAnswer) -> None:
        words = escape_markdown(describe_proposal(proposal, visit.now))
        show_question_line(visit, proposal.question, f"**{words}**", ":material/gavel:")

    proposals = visit.tracker.resolutions.proposals()
    if not proposals:
        return
    show_section_title("Answers to confirm")
    _show_rows(proposals, show_row)
    if len(proposals) > MAX_ROWS:
        st.page_link(
            visit.pages["inbox"], label=f"All {plural(len(proposals), 'answer')}", icon=_MORE_ICON
        )


def _show_overdue(visit: Visit, questions: Sequence[QuestionSummary]) -> None:
    def show_row(s: QuestionSummary) -> None:
        show_question_line(
            visit,
            s.question,
            f"**{describe_overdue(s.question, visit.stands_at)}**",
            ":material/gavel:",
        )

    if not questions:
        return
    show_section_title("Answers overdue")
    _show_rows(questions, show_row)
    if len(questions) > MAX_ROWS:
        _link_to_all(visit, f"All {len(questions):,} overdue answers", {"state": "Overdue"})


def _show_rows(items: Sequence[T], show_row: Callable[[T], None], limit: int = MAX_ROWS) -> None:
    with st.container(gap="xsmall"):
        for item in items[:limit]:
            show_row(item)


def _link_to_all(visit: Visit, label: str, params: Mapping[str, str]) -> None:
    st.page_link(visit.pages["questions"], label=label, icon=_MORE_ICON, query_params=dict(params))
