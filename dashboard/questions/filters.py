"""Filters of the questions on one line, kept in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import streamlit as st

from dashboard.components.question_list import MyForecastFilter, QuestionFilter, StateFilter
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_choice
from dashboard.questions.question_rows import RowMarks
from dashboard.wording.numbers import clip
from forecasts.questions.new_question import OWN_ESSAY
from forecasts.questions.question import QuestionId
from tracker.model.read_models import QuestionSummary

KindFilter = Literal["scenarios", "contradictions"]

_STATES: Final[Mapping[StateFilter, str]] = {
    state: "Any state" if state == "All" else state for state in get_args(StateFilter)
}
_MINE: Final[Mapping[MyForecastFilter, str]] = {
    "yes": "You forecast",
    "no": "No forecast yet",
    "stale": "Over 30 days old",
    "apart": "You disagree",
}
_MAX_TITLE_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Filters:
    """Filter of the questions, and those of the chosen kind: scenario sets or contradictions."""

    question: QuestionFilter
    kind: KindFilter | None = None
    ids: frozenset[QuestionId] | None = None


def show_filters(
    visit: Visit, summaries: Sequence[QuestionSummary], marks: RowMarks, *, with_state: bool
) -> Filters:
    """Show the filters that make a difference here, and return what they are set to."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filters"):
        state: StateFilter = _choose_state(summaries) if with_state else "All"
        tags = sorted({tag for s in summaries for tag in s.question.tags})
        tag = (
            show_choice(
                "Tag", {name: name for name in tags}, "tag", placeholder="Any tag",
                label_visibility="collapsed", width=150,
            )
            if tags
            else None
        )  # fmt: skip
        essay = _choose_essay(visit, summaries)
        mine = show_choice(
            "Yours",
            _MINE,
            "mine",
            placeholder="Your forecast",
            label_visibility="collapsed",
            width=170,
        )
        find = st.text_input(
            "Search", type="search", key="find", placeholder="Search questions", live=True,
            bind="query-params", label_visibility="collapsed", width=220,
        )  # fmt: skip
        kind = _choose_kind(marks)
    ids = {"scenarios": marks.scenarios, "contradictions": marks.contradictions}
    question_filter = QuestionFilter(
        "All" if kind == "contradictions" else state, tag, essay, mine, find or ""
    )
    return Filters(question_filter, kind, None if kind is None else ids[kind])


def _choose_state(summaries: Sequence[QuestionSummary]) -> StateFilter:
    """Show the choice of state: open ones at first, if there are any."""
    usual: StateFilter = "Open" if any(s.status == "open" for s in summaries) else "All"
    state = show_choice(
        "State", _STATES, "state", index=list(_STATES).index(usual), width=130,
        label_visibility="collapsed",
    )  # fmt: skip
    return state or usual


def _choose_kind(marks: RowMarks) -> KindFilter | None:
    """Show the choice of scenario sets or of contradictions, as far as there are any."""
    counts: dict[KindFilter, tuple[str, int]] = {
        "scenarios": ("Scenarios", len(marks.scenarios)),
        "contradictions": ("Contradictions", len(marks.contradictions)),
    }
    options = {kind: f"{words} ({count})" for kind, (words, count) in counts.items() if count}
    if not options:
        return None
    return show_choice(
        "Kind", options, "only", st.pills, label_visibility="collapsed", width="content"
    )


def _choose_essay(visit: Visit, summaries: Sequence[QuestionSummary]) -> str | None:
    """Show the choice of essay; none is offered where there is only one."""
    names = sorted({s.question.essay_id for s in summaries})
    if len(names) < 2:
        return None
    titles = visit.tracker.essays.titles()
    words = {
        str(name): "No essay"
        if name == OWN_ESSAY
        else clip(titles.get(name, name), _MAX_TITLE_CHARACTERS)
        for name in names
    }
    return show_choice(
        "Essay", words, "essay", placeholder="Any essay", label_visibility="collapsed", width=200
    )
