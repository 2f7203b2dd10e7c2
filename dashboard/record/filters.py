"""Choice of the questions and the forecaster that a track record is about, in the address."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import show_buttons, show_choice, show_skeleton
from dashboard.record.data import list_scored_forecasters
from dashboard.wording.numbers import display_name
from dashboard.wording.questions import KIND_NAMES
from forecasts.questions.links import HORIZONS
from forecasts.questions.question import ForecasterId
from tracker.model.read_models import Accuracy, Choice, Facets

RECORD_KINDS: Final = ("Live", "Retrospective")
RETROSPECTIVE: Final = Choice(retrospective=True)

_FACETS: Final = ("topic", "horizon", "period", "type")


def choose_questions(visit: Visit, whole: Accuracy) -> tuple[Accuracy, Choice, ForecasterId]:
    """Show the filters, closed; `whole` is shown unless the other kind of questions is chosen.

    Returns the accuracy on all questions of the chosen kind, the chosen ones, and the forecaster.
    """
    active = sum(name in st.query_params for name in (*_FACETS, "who", "kind"))
    label = f"Filter ({active})" if active else "Filter"
    with st.popover(label, icon=":material/filter_list:", key="record-filter"):
        usual = RECORD_KINDS[whole.choice.retrospective]
        is_practice = show_buttons("Questions", RECORD_KINDS, usual, "kind") == "Retrospective"
        if is_practice != whole.choice.retrospective:
            with show_skeleton():
                other = RETROSPECTIVE if is_practice else Choice()
                whole = visit.tracker.accuracy.summarise(other)
        people = {f.id: display_name(f, visit.me) for f in list_scored_forecasters(whole, visit.me)}
        subject = show_choice("Forecaster", people, "who", index=0) if people else None
        choice = _choose_facets(whole.choice, whole.facets)
        if active:
            st.button("Clear", icon=":material/close:", key="clear", on_click=_clear_filters)
    return whole, choice, subject or visit.me


def _choose_facets(choice: Choice, facets: Facets) -> Choice:
    """Show the filters that have something to choose from."""
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
            any_label, options, name, placeholder=any_label, label_visibility="collapsed"
        )
        for name, (any_label, options) in offered.items()
        if len(options) > 1
    }
    return replace(
        choice,
        tag=picked.get("topic"),
        horizon=next((h for h in facets.horizons if h == picked.get("horizon")), None),
        period=picked.get("period"),
        kind=next((k for k in facets.kinds if k == picked.get("type")), None),
    )


def _clear_filters() -> None:
    for name in _FACETS:
        st.session_state[f"choose-{name}"] = None
    for name in (*_FACETS, "who", "kind"):
        st.query_params.pop(name, None)
