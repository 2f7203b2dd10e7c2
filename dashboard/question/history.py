"""Section of history: everybody's forecasts with their reasons, as a stream."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.components.markup import Markup, make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.wording.numbers import display_name, format_signed_points, plural
from dashboard.wording.questions import format_forecast
from forecasts.distributions.distribution import p_yes
from forecasts.questions.amendments import find_version
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import SUGGESTION, find_outside_kind
from forecasts.questions.timeline import Forecast
from tracker.model.read_models import QuestionPage

MAX_SHOWN: Final = 3
ACT_NAMES: Final = {
    "forecast": "",
    "reaffirm": "reaffirmed",
    "withdraw": "withdrew",
    "undo": "undid",
    "redo": "redid",
}
"""Verbs of acts; a forecast needs none."""


@st.fragment
def render(visit: Visit, page: QuestionPage) -> None:
    """Show the newest forecasts, or all; those of platforms without a reason when all are shown."""
    title = make_tag("h2", "History")
    acts = [act for act in page.acts if act.forecaster_id != SUGGESTION][::-1]
    if not acts:
        show_markup(title, make_tag("p", "Nobody has forecast yet.", kind="note"))
        return
    key = f"history-all-{page.summary.question.id}"
    # Prices come every day; what people say is not to drown in them.
    brief = [act for act in acts if act.rationale or not find_outside_kind(act.forecaster_id)]
    shown = acts if st.session_state.get(key) else (brief or acts)[:MAX_SHOWN]
    stream = make_tag("ol", *(_build_act(visit, page, act) for act in shown), kind="stream")
    show_markup(title, stream)
    if len(shown) < len(acts):
        st.button(
            f"Show all {len(acts):,}",
            key="more-history",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(key, True),
        )


def _build_act(visit: Visit, page: QuestionPage, act: Forecast) -> Markup:
    name = capitalise(display_name(page.forecasters[act.forecaster_id], visit.me))
    number = format_forecast(page.summary.question, act.distribution)
    verb = ACT_NAMES[act.act]
    notes = [note for note in (*describe_act(page, act), visit.day(act.made_at)) if note]
    head = make_tag(
        "p",
        make_tag("b", name),
        f" {verb} " if verb else " ",
        "" if act.distribution is None else number,
        " ",
        make_tag("small", " · ".join(notes)),
    )
    reason = " ".join(act.rationale.split())
    return make_tag("li", head, *([make_tag("p", reason)] if reason else []))


def describe_act(page: QuestionPage, act: Forecast) -> Sequence[str]:
    """List what is to be known of an act: its change, wording, citations and origin."""
    earlier = [
        a for a in page.acts if a.forecaster_id == act.forecaster_id and a.made_at < act.made_at
    ]
    before = p_yes(earlier[-1].distribution) if earlier else None
    after = p_yes(act.distribution)
    moved = (
        format_signed_points(after - before)
        if before is not None and after is not None and act.act != "reaffirm"
        else ""
    )
    wording = (
        f"wording {find_version(page.versions, act.entered_at).number}"
        if len(page.versions) > 1
        else ""
    )
    cites = f"cites {plural(len(act.cites), 'piece', 'pieces')}" if act.cites else ""
    return moved, wording, cites, "" if act.imported_by is None else "imported"
