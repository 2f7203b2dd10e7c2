"""Judgements on evidence: direction, strength, accept and reject in a key each, and undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal, TypedDict

import streamlit as st

from dashboard.components.acting import Notice, push_notice
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording.evidence import is_uncalled, strength_name
from dashboard.wording.judgements import describe_choice
from dashboard.wording.numbers import clip, escape_markdown
from forecasts.evidence.evidence import Direction, Evidence, Strength
from forecasts.questions.question import EvidenceId, Question
from tracker.app.tracker import Tracker

INBOX: Final = "inbox"
"""Place of the card whose buttons have keys of the keyboard."""

DIRECTION_KEYS: Final = ((Direction.YES, "Y"), (Direction.NEUTRAL, "0"), (Direction.NO, "N"))
STRENGTHS: Final = tuple(strength for strength in Strength if strength is not Strength.NONE)
Verdict = Literal["confirmed", "rejected"]


class Call(TypedDict):
    """Direction and strength to accept evidence with; no direction while it is unknown."""

    direction: Direction | None
    strength: Strength


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """Verdict on pieces of evidence, its message, and further arguments of a review."""

    ids: tuple[EvidenceId, ...]
    verdict: Verdict
    words: str
    change: Mapping[str, Any] = field(default_factory=dict)


def get_call(evidence: Evidence) -> Call:
    """Return direction and strength as chosen on the page, else as they stand."""
    direction = None if is_uncalled(evidence) else evidence.direction
    chosen: Call = {"direction": direction, "strength": evidence.strength}
    chosen.update(st.session_state.get(f"call-{evidence.id}", {}))
    return chosen


def show_choices(evidence: Evidence, question: Question, place: str) -> None:
    """Show a line of buttons for direction and strength, in which the chosen ones are marked."""
    call = get_call(evidence)
    choices: list[tuple[str, str, Mapping[str, Any]]] = [
        (key, clip(describe_choice(question, side, evidence.option), 30), {"direction": side})
        for side, key in DIRECTION_KEYS
    ]
    choices += [(str(int(s)), strength_name(s), {"strength": s}) for s in STRENGTHS]
    with st.container(horizontal=True, gap="xxsmall"):
        for key, words, change in choices:
            if key == "1":
                st.space("small")
            st.button(
                escape_markdown(words),
                key=f"{place}-call-{evidence.id}-{key}",
                shortcut=key if place == INBOX else None,
                type="primary" if {**call, **change} == call else "secondary",
                on_click=_update_call,
                args=(evidence, change),
            )


def _update_call(evidence: Evidence, change: Mapping[str, Any]) -> None:
    """Update the current call: two keys may arrive before the page is drawn once."""
    st.session_state.setdefault(f"call-{evidence.id}", {}).update(change)


def show_verdicts(visit: Visit, evidence: Evidence, place: str) -> None:
    """Show Accept and Reject, and a field for a note; a rejected piece can only be accepted."""
    call, keys, note_key = get_call(evidence), place == INBOX, f"{place}-note-{evidence.id}"
    note = str(st.session_state.get(note_key, ""))
    stands = {"direction": evidence.direction, "strength": evidence.strength}
    is_settled = evidence.reviewed and call == stands and not note
    if st.button(
        "Save" if evidence.reviewed else "Accept",
        key=f"{place}-confirm-{evidence.id}",
        type="primary",
        shortcut="A" if keys else None,
        disabled=call["direction"] is None or is_settled,
        help="Choose a direction first." if call["direction"] is None else None,
    ):
        learns = call["direction"] is not Direction.NEUTRAL and not evidence.option
        words = f"Accepted{'; similar headlines will be found' if learns else ''}"
        request = ReviewRequest((evidence.id,), "confirmed", words, {**call, "note": note})
        _review(visit, [evidence], request)
    if evidence.status != "rejected" and st.button(
        "Reject", key=f"{place}-reject-{evidence.id}", shortcut="X" if keys else None
    ):
        request = ReviewRequest((evidence.id,), "rejected", "Rejected", {"note": note})
        _review(visit, [evidence], request)
    with st.popover("Note", icon=":material/edit_note:", type="tertiary"):
        st.text_input(
            "Note on your judgement", key=note_key, max_chars=500, placeholder="Saved with it"
        )


def show_joint_verdicts(visit: Visit, pieces: Sequence[Evidence], *, keys: bool = False) -> None:
    """Show Accept and Reject for several pieces; those of unclear direction cannot be accepted.

    With `keys` they are of one story, and have the keys of the keyboard.
    """
    clear = [piece for piece in pieces if not is_uncalled(piece)]
    choices: tuple[tuple[str, Verdict, Sequence[Evidence]], ...] = (
        ("Accept", "confirmed", clear),
        ("Reject", "rejected", pieces),
    )
    for label, verdict, judged in choices:
        count = f"all {len(judged)}" if len(judged) == len(pieces) else f"{len(judged)} of them"
        about = f"for {count}" if keys else count
        if st.button(
            f"{label} {about}",
            key=f"{verdict}-{pieces[0].story_id if keys else 'shown'}",
            type="primary" if verdict == "confirmed" and keys else "secondary",
            shortcut=("A" if verdict == "confirmed" else "X") if keys else None,
            disabled=not judged,
        ):
            ids = tuple(piece.id for piece in judged)
            words = f"{label}ed {about}"
            _review(visit, judged, ReviewRequest(ids, verdict, words))


def _review(visit: Visit, pieces: Sequence[Evidence], request: ReviewRequest) -> None:
    with show_refusals():
        notice = _apply(visit.tracker, request)
        for piece in pieces:
            st.session_state.pop(f"call-{piece.id}", None)
        had_waited = all(piece.status == "logged" for piece in pieces)
        push_notice(notice if had_waited else Notice(request.words))
        st.rerun()


def _apply(tracker: Tracker, request: ReviewRequest) -> Notice:
    """Review evidence; the notice undoes it."""
    for evidence_id in request.ids:
        tracker.evidence.review(evidence_id, request.verdict, **request.change)
    return Notice(request.words, partial(_undo, tracker, request))


def _undo(tracker: Tracker, request: ReviewRequest) -> Notice:
    for evidence_id in request.ids:
        tracker.evidence.reopen(evidence_id)
    waiting = "it waits" if len(request.ids) == 1 else "they wait"
    return Notice(f"Undone: {waiting} again", partial(_apply, tracker, request))
