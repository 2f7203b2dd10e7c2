"""Evidence judged with one key each: which way it points, how strongly, accept, reject; and before,
what that does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import streamlit as st

from dashboard.components.toasts import Notice, tell
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm
from dashboard.wording import effect_line, inert, strength, uncalled
from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength, side_words
from forecasts.questions.question import EvidenceId, Question
from tracker.app.tracker import Tracker

SIDES: Final = ((Direction.YES, "Y"), (Direction.NEUTRAL, "0"), (Direction.NO, "N"))
STRENGTHS: Final = tuple(
    (value, str(int(value))) for value in Strength if value is not Strength.NONE
)


@dataclass(frozen=True, slots=True)
class Call:
    """What I take a piece of evidence for, before I accept it; None where nobody has said which way
    it points.
    """

    direction: Direction | None
    strength: Strength


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on pieces of evidence, its words for the notice, and what `Tracker.review` takes
    besides.
    """

    evidence_ids: tuple[EvidenceId, ...]
    verdict: EvidenceStatus
    words: str
    change: Mapping[str, Any] = field(default_factory=dict)


def panel(visit: Visit, e: Evidence, question: Question, place: str) -> None:
    """The keys for one piece, and what accepting or rejecting it would do to the suggestion."""
    call = _call(e)
    sides = [
        (key, {"direction": side}, side_words(question.kind, side, e.option)) for side, key in SIDES
    ]
    strengths = [(key, {"strength": value}, strength(value)) for value, key in STRENGTHS]
    with st.container(gap="xsmall"):
        _choice("It points", sides, call, e)
        _choice("How strongly", strengths, call, e)
        st.caption(_effect(visit, e, question, call))
    missing = call.direction is None
    unsaid = "Say first which way it points; `for neither side` is an answer too."
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if st.button(
            "Accept",
            key=f"{place}-confirm-{e.id}",
            type="primary",
            shortcut="A",
            disabled=missing,
            help=unsaid if missing else None,
        ):
            _accept(visit, e, call)
        if st.button("Reject", key=f"{place}-reject-{e.id}", shortcut="X"):
            _reject(visit, e)


def _call(e: Evidence) -> Call:
    usual = Call(None if uncalled(e) else e.direction, e.strength)
    found: Call = st.session_state.get(f"call-{e.id}", usual)
    return found


def _choice(
    label: str, offered: Sequence[tuple[str, Mapping[str, Any], str]], call: Call, e: Evidence
) -> None:
    """Buttons of which one is pressed; each has its key."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.caption(label, width=90)
        for key, change, words in offered:
            st.button(
                inert(words),
                key=f"call-{e.id}-{key}",
                shortcut=key,
                type="primary" if replace(call, **change) == call else "secondary",
                on_click=_press,
                args=(e, change),
            )


def _press(e: Evidence, change: Mapping[str, Any]) -> None:
    """Change what is called as it stands now: two keys may come before the page is drawn once."""
    st.session_state[f"call-{e.id}"] = replace(_call(e), **change)


def _effect(visit: Visit, e: Evidence, question: Question, call: Call) -> str:
    found = visit.tracker.effect_of_review(e.id, call.direction, call.strength)
    return inert(effect_line(question, found, e.option))


def _accept(visit: Visit, e: Evidence, call: Call) -> None:
    neither = call.direction is Direction.NEUTRAL
    words = "Kept: it speaks for neither side" if neither else "Accepted"
    asked = Judgement(
        (e.id,), "confirmed", words, {"direction": call.direction, "strength": call.strength}
    )
    _judge(visit, e, asked)


def _reject(visit: Visit, e: Evidence) -> None:
    _judge(visit, e, Judgement((e.id,), "rejected", "Rejected"))


def _judge(visit: Visit, e: Evidence, asked: Judgement) -> None:
    with calm():
        notice = judge(visit.tracker, asked)
        st.session_state.pop(f"call-{e.id}", None)
        tell(notice)
        st.rerun()


def judge(tracker: Tracker, asked: Judgement) -> Notice:
    """Judge pieces of evidence; the notice takes the judgement back."""
    for evidence_id in asked.evidence_ids:
        tracker.review(evidence_id, asked.verdict, **asked.change)
    return Notice(asked.words, partial(take_back, tracker, asked))


def take_back(tracker: Tracker, asked: Judgement) -> Notice:
    """Let pieces wait again that were judged; the notice judges them again."""
    for evidence_id in asked.evidence_ids:
        tracker.reopen_evidence(evidence_id)
    wait = "it waits" if len(asked.evidence_ids) == 1 else "they wait"
    return Notice(f"Taken back: {wait} again", partial(judge, tracker, asked))
