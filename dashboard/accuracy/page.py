"""Page *Track record*. Live and retrospective questions never mix."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard.accuracy import calibration, habits, scores, standing, waiting
from dashboard.accuracy.insights import describe_unscored
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    show_buttons,
    show_choice,
    show_empty,
    show_skeleton,
)
from dashboard.wording import KIND_NAMES, escape_markdown
from forecasts.questions.links import HORIZONS
from tracker.model.read_models import Accuracy, Choice

RECORD_KINDS: Final = ("Live", "Retrospective")

SectionRenderer = Callable[[Visit, Accuracy], None]

SECTIONS: Final[Mapping[str, SectionRenderer]] = {
    "Standing": standing.show_standing,
    "Calibration": calibration.show_calibration,
    "Habits": habits.show_habits,
    "Waiting": waiting.show_waiting,
    "Questions": scores.show_question_scores,
    "Cohorts": scores.show_cohorts,
}
"""Sections of the page. Only the chosen one is computed; each is a fragment, so that inputs inside
it do not compute the page again.
"""

_RETROSPECTIVE: Final = Choice(retrospective=True)
_FILTERS: Final = ("topic", "horizon", "period", "type")


def render(visit: Visit) -> None:
    """Show the switch, the filters and one section; the kind with scores comes first."""
    head = st.container(horizontal=True, vertical_alignment="center")
    head.subheader("Track record", anchor=False, width="content")
    with show_skeleton():
        live = visit.tracker.accuracy.summarise(Choice())
        retrospective = None if live.scores else visit.tracker.accuracy.summarise(_RETROSPECTIVE)
    with head:
        default_kind = (
            "Retrospective" if retrospective is not None and retrospective.scores else "Live"
        )
        kind = show_buttons("Questions", RECORD_KINDS, default_kind, "kind")
        if kind == "Retrospective" and retrospective is None:
            retrospective = visit.tracker.accuracy.summarise(_RETROSPECTIVE)
        whole = retrospective if kind == "Retrospective" and retrospective is not None else live
        chosen = _show_filters(whole) if whole.scores else whole.choice
    if kind == "Retrospective":
        st.caption(
            "Retrospective questions were written after their opening: practice, never a record."
        )
    if not whole.scores:
        _show_no_scores(visit, whole)
        return
    with show_skeleton():
        accuracy = whole if chosen == whole.choice else visit.tracker.accuracy.summarise(chosen)
    if not accuracy.scores:
        show_empty("No scored question fits these filters.", "Choose others, or clear them.")
        return
    SECTIONS[show_buttons("Section", list(SECTIONS), "Standing", "view")](visit, accuracy)


def _show_no_scores(visit: Visit, accuracy: Accuracy) -> None:
    uncounted = describe_unscored(accuracy)
    if uncounted and not accuracy.waiting:
        show_empty("No question counts yet.", escape_markdown(uncounted))
    elif not accuracy.waiting:
        show_empty(
            "No question has been scored yet.",
            "Scores appear once a question has its answer and its scheduled close has passed."
            " The answer is given on the question's page.",
        )
        overdue = {"state": "Overdue"}
        st.page_link(
            visit.pages["questions"],
            label="Answers that are due",
            icon=":material/gavel:",
            query_params=overdue,
        )
    waiting.show_uncounted(visit, accuracy)
    if accuracy.cohorts:
        with st.expander("Outcomes by quarter of opening"):
            scores.show_cohorts(visit, accuracy)


def _show_filters(whole: Accuracy) -> Choice:
    """Show the filters that have something to choose from, and return the choice."""
    facets = whole.facets
    offered: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "topic": ("Any tag", {tag: tag for tag in facets.tags}),
        "horizon": (
            "Any horizon",
            {h: HORIZONS[h].replace("more than", "over").capitalize() for h in facets.horizons},
        ),
        "period": ("Closed any time", {period: f"Closed in {period}" for period in facets.periods}),
        "type": ("Any kind", {kind: KIND_NAMES[kind] for kind in facets.kinds}),
    }
    picked = {
        name: show_choice(
            any_label, options, name, placeholder=any_label, width=165, label_visibility="collapsed"
        )
        for name, (any_label, options) in offered.items()
        if len(options) > 1
    }
    if any(value is not None for value in picked.values()):
        st.button(
            "Clear", type="tertiary", icon=":material/close:", key="clear", on_click=_clear_filters
        )
    return replace(
        whole.choice,
        tag=picked.get("topic"),
        horizon=next((h for h in facets.horizons if h == picked.get("horizon")), None),
        period=picked.get("period"),
        kind=next((k for k in facets.kinds if k == picked.get("type")), None),
    )


def _clear_filters() -> None:
    for name in _FILTERS:
        st.session_state[f"choose-{name}"] = None
        st.query_params.pop(name, None)
