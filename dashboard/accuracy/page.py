"""How good everyone was, one idea at a time: live and retrospective questions never mix."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard.accuracy import calibration as calibrated
from dashboard.accuracy import habits as revised
from dashboard.accuracy import pairs as compared
from dashboard.accuracy import scores as scored
from dashboard.accuracy import skill as skilled
from dashboard.accuracy.insights import on_waiting
from dashboard.components.visit import Visit
from dashboard.components.widgets import buttons, choice, empty, worked_out
from dashboard.wording import KIND, inert
from forecasts.questions.cohorts import HORIZONS
from tracker.model.read_models import Accuracy, Choice

KINDS: Final = ("Live", "Retrospective")

Section = Callable[[Visit, Accuracy], None]

SECTIONS: Final[Mapping[str, Section]] = {
    "Skill": skilled.headline,
    "References": skilled.references,
    "Calibration": calibrated.render,
    "Pairs": compared.render,
    "Over time": skilled.progress,
    "Habits": revised.render,
    "Cohorts": scored.cohorts,
    "Questions": scored.questions,
}
"""The sections of the page. Only the chosen one is worked out; each is a fragment, so that what is
chosen inside it does not work out the page again."""

_PRACTICE: Final = Choice(retrospective=True)
_FILTERS: Final = ("topic", "horizon", "period", "type")


def render(visit: Visit) -> None:
    """The switch, the filters, and one section at a time; the kind with scores is shown first."""
    head = st.container(horizontal=True, vertical_alignment="center")
    head.subheader("Accuracy", anchor=False, width="content")
    with worked_out():
        live = visit.tracker.accuracy(Choice())
        past = None if live.scores else visit.tracker.accuracy(_PRACTICE)
    with head:
        usual = "Retrospective" if past is not None and past.scores else "Live"
        kind = buttons("Questions", KINDS, usual, "kind")
        if kind == "Retrospective" and past is None:
            past = visit.tracker.accuracy(_PRACTICE)
        whole = past if kind == "Retrospective" and past is not None else live
        wanted = _filtered(whole) if whole.scores else whole.choice
    if kind == "Retrospective":
        st.caption(
            "Retrospective questions were written after their own window: practice, never a record."
        )
    if not whole.scores:
        _nothing(visit, whole)
        return
    with worked_out():
        accuracy = whole if wanted == whole.choice else visit.tracker.accuracy(wanted)
    if not accuracy.scores:
        empty("No scored question fits these filters.", "Choose others, or clear them.")
        return
    SECTIONS[buttons("Section", list(SECTIONS), "Skill", "view")](visit, accuracy)


def _nothing(visit: Visit, accuracy: Accuracy) -> None:
    waiting = on_waiting(accuracy)
    if waiting:
        empty("No question counts yet.", inert(waiting))
    else:
        empty(
            "No question has been scored yet.",
            "Scores appear once a question has its answer and its scheduled close has passed."
            " The answer is given on the question's page, in the tab Answer.",
        )
        overdue = {"state": "Overdue"}
        st.page_link(
            visit.pages["questions"],
            label="Answers that are due",
            icon=":material/gavel:",
            query_params=overdue,
        )
    if accuracy.cohorts:
        scored.cohorts(visit, accuracy)


def _filtered(whole: Accuracy) -> Choice:
    """What is asked for, from a few filters; those with nothing to choose between are left out."""
    facets = whole.facets
    offered: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "topic": ("Any tag", {tag: tag for tag in facets.tags}),
        "horizon": (
            "Any horizon",
            {h: HORIZONS[h].replace("more than", "over").capitalize() for h in facets.horizons},
        ),
        "period": ("Closed any time", {period: f"Closed in {period}" for period in facets.periods}),
        "type": ("Any kind", {kind: KIND[kind] for kind in facets.kinds}),
    }
    asked = {
        name: choice(
            anything, options, name, placeholder=anything, width=165, label_visibility="collapsed"
        )
        for name, (anything, options) in offered.items()
        if len(options) > 1
    }
    if any(value is not None for value in asked.values()):
        st.button("Clear", type="tertiary", icon=":material/close:", key="clear", on_click=_clear)
    return replace(
        whole.choice,
        tag=asked.get("topic"),
        horizon=next((h for h in facets.horizons if h == asked.get("horizon")), None),
        period=asked.get("period"),
        kind=next((k for k in facets.kinds if k == asked.get("type")), None),
    )


def _clear() -> None:
    for name in _FILTERS:
        st.session_state[f"choose-{name}"] = None
        st.query_params.pop(name, None)
