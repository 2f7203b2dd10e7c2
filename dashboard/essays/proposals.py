"""Optional proposals of a language model for a draft; a person takes or leaves each."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from dashboard.components.widgets import format_sentence
from dashboard.essays.draft_fields import DraftWork, reword_draft
from dashboard.essays.drafting_data import SLOTS, Slot
from dashboard.home.question_form import QuestionForm
from tracker.llm.drafting import Proposal, ProposalResult

_PROPOSALS_FIELD: Final = "proposed"


def show_proposals(work: DraftWork) -> None:
    """Show the button that asks the model, and its answer; nothing without a model."""
    if not work.visit.tracker.settings.model_url:
        return
    state_key = work.form.key(_PROPOSALS_FIELD)
    if st.button(
        "Ask the model for slots and edge cases",
        icon=":material/smart_toy:",
        key=f"propose-{work.form.id}",
    ):
        with st.spinner("Asking the model …"):
            st.session_state[state_key] = work.visit.tracker.essays.propose(
                work.essay_id, work.offset
            )
    proposal: ProposalResult | None = st.session_state.get(state_key)
    if proposal is None:
        return
    if not isinstance(proposal, Proposal):
        st.markdown(f":material/error: {format_sentence(proposal.reason)}")
        return
    with st.container(border=True, gap="xsmall"):
        st.caption("The model proposes. Take what is right; nothing is taken by itself.")
        _show_proposal(work.form, proposal)


def _show_proposal(form: QuestionForm, proposal: Proposal) -> None:
    new_slots = [
        (slot, value)
        for slot in SLOTS
        if (value := getattr(proposal.slots, slot)) and value != form.value(f"slot-{slot}")
    ]
    cases = [case for case in proposal.edge_cases if case not in (form.value("criteria") or "")]
    for slot, value in new_slots:
        _show_proposal_line(
            f"{SLOTS[slot][0]}: {value}", f"take-{slot}-{form.id}", _take_slot, (form, slot, value)
        )
    for n, case in enumerate(cases):
        _show_proposal_line(case, f"case-{n}-{form.id}", _take_edge_case, (form, case))
    if not new_slots and not cases:
        st.text("It has nothing to add.")


def _show_proposal_line(
    text: str, key: str, act: Callable[..., None], args: tuple[Any, ...]
) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button("Take", key=key, on_click=act, args=args)
        st.text(text, width="stretch")


def _take_slot(form: QuestionForm, slot: Slot, value: str) -> None:
    old = form.value(f"slot-{slot}") or ""
    st.session_state[form.key(f"slot-{slot}")] = value
    reword_draft(form, slot, old)


def _take_edge_case(form: QuestionForm, case: str) -> None:
    """Add an edge case to the criteria as a gap, which blocks opening until it is filled."""
    st.session_state[form.key("criteria")] = f"{form.value('criteria') or ''} [… {case}]".strip()
