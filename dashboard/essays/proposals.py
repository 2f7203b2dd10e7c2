"""What a language model proposes for a draft, if one is set up: a person takes each proposal, or
leaves it.
"""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from dashboard.components.widgets import sentence
from dashboard.essays.draft_fields import Drafting, reword
from dashboard.essays.drafting_data import SLOTS, Slot
from dashboard.home.question_form import Form
from tracker.llm.drafting import Proposal, Proposed

_KEPT: Final = "proposed"


def render(work: Drafting) -> None:
    """The button that asks, and what was answered; nothing where no model is set up."""
    if not work.visit.tracker.settings.model_url:
        return
    place = work.form.key(_KEPT)
    if st.button(
        "Ask the model for slots and edge cases",
        icon=":material/smart_toy:",
        key=f"propose-{work.form.id}",
    ):
        with st.spinner("Asking the model …"):
            st.session_state[place] = work.visit.tracker.propose(work.essay_id, work.offset)
    found: Proposed | None = st.session_state.get(place)
    if found is None:
        return
    if not isinstance(found, Proposal):
        st.markdown(f":material/error: {sentence(found.reason)}")
        return
    with st.container(border=True, gap="xsmall"):
        st.caption("The model proposes. Take what is right; nothing is taken by itself.")
        _offered(work.form, found)


def _offered(form: Form, found: Proposal) -> None:
    new = [
        (slot, said)
        for slot in SLOTS
        if (said := getattr(found.slots, slot)) and said != form.value(f"slot-{slot}")
    ]
    cases = [case for case in found.edge_cases if case not in (form.value("criteria") or "")]
    for slot, said in new:
        _line(f"{SLOTS[slot][0]}: {said}", f"take-{slot}-{form.id}", _take, (form, slot, said))
    for n, case in enumerate(cases):
        _line(case, f"case-{n}-{form.id}", _to_decide, (form, case))
    if not new and not cases:
        st.text("It has nothing to add.")


def _line(said: str, key: str, act: Callable[..., None], args: tuple[Any, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button("Take", key=key, on_click=act, args=args)
        st.text(said, width="stretch")


def _take(form: Form, slot: Slot, said: str) -> None:
    old = form.value(f"slot-{slot}") or ""
    st.session_state[form.key(f"slot-{slot}")] = said
    reword(form, slot, old)


def _to_decide(form: Form, case: str) -> None:
    """Put an edge case into the criteria as a gap: nothing opens before somebody has decided it."""
    st.session_state[form.key("criteria")] = f"{form.value('criteria') or ''} [… {case}]".strip()
