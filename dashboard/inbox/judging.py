"""Judgements on evidence: direction, strength, accept and reject in a key each, and undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, Literal

import streamlit as st

from dashboard.components.acting import Notice, push_notice
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording import clip, describe_choice, escape_markdown, is_uncalled, strength_name
from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.questions.question import EvidenceId, Question
from tracker.app.tracker import Tracker

INBOX: Final = "inbox"
"""Place of the card whose buttons have keys of the keyboard."""

DIRECTION_KEYS: Final = ((Direction.YES, "Y"), (Direction.NEUTRAL, "0"), (Direction.NO, "N"))
STRENGTHS: Final = tuple(strength for strength in Strength if strength is not Strength.NONE)
_MAX_CHOICE_CHARACTERS: Final = 30
_MAX_NOTE_CHARACTERS: Final = 500
_MISSING: Final = "Say first which way it points; neutral is an answer, too."

Verdict = Literal["confirmed", "rejected"]
_VERBS: Final[Mapping[Verdict, str]] = {"confirmed": "Accepted", "rejected": "Rejected"}


@dataclass(frozen=True, slots=True)
class DirectionCall:
    """Direction and strength to accept evidence with; None while the direction is unknown."""

    direction: Direction | None
    strength: Strength


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """Verdict on pieces of evidence, its message, and further arguments of a review."""

    evidence_ids: tuple[EvidenceId, ...]
    verdict: Verdict
    words: str
    change: Mapping[str, Any] = field(default_factory=dict)


def get_call(evidence: Evidence) -> DirectionCall:
    """Return direction and strength as chosen on the page, else as they stand."""
    default = DirectionCall(
        None if is_uncalled(evidence) else evidence.direction, evidence.strength
    )
    call: DirectionCall = st.session_state.get(f"call-{evidence.id}", default)
    return call


def show_choices(evidence: Evidence, question: Question, place: str) -> None:
    """Show a line of buttons for direction and strength, in which the chosen ones are marked.

    `place` makes keys unique on a page; in the inbox each button has its key of the keyboard.
    """
    call = get_call(evidence)
    sides: list[tuple[str, str, Mapping[str, Any]]] = [
        (key, describe_choice(question, side, evidence.option), {"direction": side})
        for side, key in DIRECTION_KEYS
    ]
    strengths: list[tuple[str, str, Mapping[str, Any]]] = [
        (str(int(value)), strength_name(value), {"strength": value}) for value in STRENGTHS
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        for choices in (sides, strengths):
            with st.container(horizontal=True, gap="xxsmall", width="content"):
                for key, words, change in choices:
                    st.button(
                        escape_markdown(clip(words, _MAX_CHOICE_CHARACTERS)),
                        key=f"{place}-call-{evidence.id}-{key}",
                        shortcut=key if place == INBOX else None,
                        type="primary" if replace(call, **change) == call else "secondary",
                        on_click=_update_call,
                        args=(evidence, change),
                    )


def _update_call(evidence: Evidence, change: Mapping[str, Any]) -> None:
    """Update the current call: two keys may arrive before the page is drawn once."""
    st.session_state[f"call-{evidence.id}"] = replace(get_call(evidence), **change)


def show_verdicts(visit: Visit, evidence: Evidence, place: str) -> None:
    """Show Accept and Reject, and a field for a note; a rejected piece can only be accepted."""
    call = get_call(evidence)
    note_key, keys = f"{place}-note-{evidence.id}", place == INBOX
    note = str(st.session_state.get(note_key, ""))
    kept = DirectionCall(evidence.direction, evidence.strength)
    is_same = evidence.reviewed and call == kept and not note
    if st.button(
        "Save" if evidence.reviewed else "Accept",
        key=f"{place}-confirm-{evidence.id}",
        type="primary",
        shortcut="A" if keys else None,
        disabled=call.direction is None or is_same,
        help=_MISSING if call.direction is None else None,
    ):
        change = {"direction": call.direction, "strength": call.strength, "note": note}
        words = "Accepted: it speaks for neither side"
        if call.direction is not Direction.NEUTRAL:
            words = f"Accepted{'' if evidence.option else '; similar headlines will be found'}"
        _review(visit, [evidence], ReviewRequest((evidence.id,), "confirmed", words, change))
    if evidence.status != "rejected" and st.button(
        "Reject", key=f"{place}-reject-{evidence.id}", shortcut="X" if keys else None
    ):
        change = {"note": note} if note else {}
        _review(visit, [evidence], ReviewRequest((evidence.id,), "rejected", "Rejected", change))
    with st.popover("Note", icon=":material/edit_note:", type="tertiary"):
        st.text_input(
            "Note on your judgement",
            key=note_key,
            max_chars=_MAX_NOTE_CHARACTERS,
            placeholder="Saved when you accept or reject",
        )


def show_joint_verdicts(visit: Visit, pieces: Sequence[Evidence], *, keys: bool = False) -> None:
    """Show Accept and Reject for several pieces; those of unclear direction cannot be accepted.

    With `keys` they are of one story, and have the keys of the keyboard.
    """
    clear = [piece for piece in pieces if not is_uncalled(piece)]
    choices: tuple[tuple[str, Verdict, str, Sequence[Evidence]], ...] = (
        ("Accept", "confirmed", "A", clear),
        ("Reject", "rejected", "X", pieces),
    )
    for label, verdict, key, judged in choices:
        count = f"all {len(judged)}" if len(judged) == len(pieces) else f"{len(judged)} of them"
        about = f"for {count}" if keys else count
        if st.button(
            f"{label} {about}",
            key=f"{verdict}-{pieces[0].story_id if keys else 'shown'}",
            type="primary" if verdict == "confirmed" and keys else "secondary",
            shortcut=key if keys else None,
            disabled=not judged,
        ):
            ids = tuple(piece.id for piece in judged)
            request = ReviewRequest(ids, verdict, f"{_VERBS[verdict]} {about}")
            _review(visit, judged, request)


def _review(visit: Visit, pieces: Sequence[Evidence], request: ReviewRequest) -> None:
    with show_refusals():
        notice = apply_review(visit.tracker, request)
        for piece in pieces:
            st.session_state.pop(f"call-{piece.id}", None)
        had_waited = all(piece.status == "logged" for piece in pieces)
        push_notice(notice if had_waited else Notice(request.words))
        st.rerun()


def apply_review(tracker: Tracker, request: ReviewRequest) -> Notice:
    """Review evidence; the notice undoes it."""
    verdict: EvidenceStatus = request.verdict
    for evidence_id in request.evidence_ids:
        tracker.evidence.review(evidence_id, verdict, **request.change)
    return Notice(request.words, partial(undo_review, tracker, request))


def undo_review(tracker: Tracker, request: ReviewRequest) -> Notice:
    """Reopen reviewed evidence; the notice reviews it again."""
    for evidence_id in request.evidence_ids:
        tracker.evidence.reopen(evidence_id)
    waiting = "it waits" if len(request.evidence_ids) == 1 else "they wait"
    return Notice(f"Taken back: {waiting} again", partial(apply_review, tracker, request))
