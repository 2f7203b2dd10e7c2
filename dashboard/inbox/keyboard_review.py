"""Keyboard review of evidence: one key each for direction, strength, accept and reject, with a
preview.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import streamlit as st

from dashboard.components.toasts import Notice, push_notice
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording import effect_line, escape_markdown, is_uncalled, strength_name
from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength, describe_side
from forecasts.questions.question import EvidenceId, Question
from tracker.app.tracker import Tracker

DIRECTION_KEYS: Final = ((Direction.YES, "Y"), (Direction.NEUTRAL, "0"), (Direction.NO, "N"))
STRENGTH_KEYS: Final = tuple(
    (value, str(int(value))) for value in Strength if value is not Strength.NONE
)


@dataclass(frozen=True, slots=True)
class DirectionCall:
    """Direction and strength to accept a piece of evidence with; None while the direction is
    unknown.
    """

    direction: Direction | None
    strength: Strength


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """Verdict on pieces of evidence, its message, and further arguments of `Tracker.review`."""

    evidence_ids: tuple[EvidenceId, ...]
    verdict: EvidenceStatus
    words: str
    change: Mapping[str, Any] = field(default_factory=dict)


def show_review_keys(visit: Visit, evidence: Evidence, question: Question, place: str) -> None:
    """Show the keys for one piece, and the effect of a review on the suggestion."""
    call = _get_call(evidence)
    sides = [
        (key, {"direction": side}, describe_side(question.kind, side, evidence.option))
        for side, key in DIRECTION_KEYS
    ]
    strengths = [(key, {"strength": value}, strength_name(value)) for value, key in STRENGTH_KEYS]
    with st.container(gap="xsmall"):
        _show_choice_keys("It points", sides, call, evidence)
        _show_choice_keys("How strongly", strengths, call, evidence)
        st.caption(_describe_effect(visit, evidence, question, call))
    is_missing = call.direction is None
    missing_help = "Say first which way it points; `for neither side` is an answer too."
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if st.button(
            "Accept",
            key=f"{place}-confirm-{evidence.id}",
            type="primary",
            shortcut="A",
            disabled=is_missing,
            help=missing_help if is_missing else None,
        ):
            _accept_evidence(visit, evidence, call)
        if st.button("Reject", key=f"{place}-reject-{evidence.id}", shortcut="X"):
            _reject_evidence(visit, evidence)


def _get_call(evidence: Evidence) -> DirectionCall:
    default = DirectionCall(
        None if is_uncalled(evidence) else evidence.direction, evidence.strength
    )
    call: DirectionCall = st.session_state.get(f"call-{evidence.id}", default)
    return call


def _show_choice_keys(
    label: str,
    choices: Sequence[tuple[str, Mapping[str, Any], str]],
    call: DirectionCall,
    evidence: Evidence,
) -> None:
    """Show buttons of which one is pressed; each has its key."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.caption(label, width=90)
        for key, change, words in choices:
            st.button(
                escape_markdown(words),
                key=f"call-{evidence.id}-{key}",
                shortcut=key,
                type="primary" if replace(call, **change) == call else "secondary",
                on_click=_update_call,
                args=(evidence, change),
            )


def _update_call(evidence: Evidence, change: Mapping[str, Any]) -> None:
    """Update the current call: two keys may arrive before the page is drawn once."""
    st.session_state[f"call-{evidence.id}"] = replace(_get_call(evidence), **change)


def _describe_effect(
    visit: Visit, evidence: Evidence, question: Question, call: DirectionCall
) -> str:
    effect = visit.tracker.evidence.preview_review(evidence.id, call.direction, call.strength)
    return escape_markdown(effect_line(question, effect, evidence.option))


def _accept_evidence(visit: Visit, evidence: Evidence, call: DirectionCall) -> None:
    is_neutral = call.direction is Direction.NEUTRAL
    words = "Kept: it speaks for neither side" if is_neutral else "Accepted"
    request = ReviewRequest(
        (evidence.id,), "confirmed", words, {"direction": call.direction, "strength": call.strength}
    )
    _apply_and_rerun(visit, evidence, request)


def _reject_evidence(visit: Visit, evidence: Evidence) -> None:
    _apply_and_rerun(visit, evidence, ReviewRequest((evidence.id,), "rejected", "Rejected"))


def _apply_and_rerun(visit: Visit, evidence: Evidence, request: ReviewRequest) -> None:
    with show_refusals():
        notice = apply_review(visit.tracker, request)
        st.session_state.pop(f"call-{evidence.id}", None)
        push_notice(notice)
        st.rerun()


def apply_review(tracker: Tracker, request: ReviewRequest) -> Notice:
    """Review evidence; the notice undoes it."""
    for evidence_id in request.evidence_ids:
        tracker.evidence.review(evidence_id, request.verdict, **request.change)
    return Notice(request.words, partial(undo_review, tracker, request))


def undo_review(tracker: Tracker, request: ReviewRequest) -> Notice:
    """Reopen reviewed evidence; the notice reviews it again."""
    for evidence_id in request.evidence_ids:
        tracker.evidence.reopen(evidence_id)
    waiting = "it waits" if len(request.evidence_ids) == 1 else "they wait"
    return Notice(f"Taken back: {waiting} again", partial(apply_review, tracker, request))
