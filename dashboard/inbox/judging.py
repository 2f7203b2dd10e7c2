"""What a story means for one question: why it matched, which way it points, how surely, and a
person's judgement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from dashboard.components.toasts import Notice, tell
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm, link_to_question
from dashboard.inbox import keyboard_review as one_key
from dashboard.wording import (
    bearing,
    capital,
    inert,
    judgement_line,
    leans,
    machine,
    matched,
    strength,
    sureness,
    uncalled,
)
from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength, side_words
from forecasts.questions.forecaster import MATCHER
from forecasts.questions.question import Question
from tracker.model.read_models import EvidenceCard

SIDES: Final = (Direction.YES, Direction.NEUTRAL, Direction.NO)
_UNSAID: Final = "Say first which way it points; `for neither side` is an answer too."


@dataclass(frozen=True, slots=True)
class How:
    """How a judgement is shown: `place` tells the same piece at two places of a page apart, `about`
    is the question's text where it is not in sight, `repeats` leaves out why it matched where that
    was said just above, and `keys` lets it be judged by keys."""

    place: str
    about: str = ""
    repeats: bool = False
    keys: bool = False


def judgement(visit: Visit, shown: EvidenceCard, question: Question, how: How) -> None:
    """The facts of a piece of evidence with its controls."""
    e = shown.evidence
    st.markdown(f"**{inert(bearing(e, question.kind))}**: {inert(how.about or shown.state)}")
    by = (
        " · machine judgement, no person has judged it yet"
        if e.status == "logged" and machine(e.judged_by)
        else ""
    )
    st.caption(f"Signpost: {inert(shown.indicator_name)}{by}")
    with st.container(gap=None):
        reasons = () if how.repeats else (matched(e, shown.why), leans(e, shown.why))
        for line in (sureness(e, question.kind, context_only=shown.context_only), *reasons):
            if line:
                st.text(capital(line))  # matched words and reasons quote the item
    if shown.may_answer:
        st.info(
            "This may be the answer itself: if it is, resolve the question. Until you say so it "
            "counts as strong."
        )
    _decided(visit, shown, question)
    if not visit.looks_back:
        _by_keys(visit, e, question, how) if how.keys else _by_mouse(visit, e, question, how)


def _by_keys(visit: Visit, e: Evidence, question: Question, how: How) -> None:
    one_key.panel(visit, e, question, how.place)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.popover("Edit with a note", key=f"{how.place}-edit-{e.id}"):
            _edit(visit, e, question, how.place)
        link_to_question(visit, question, "Question", ":material/show_chart:")


def _by_mouse(visit: Visit, e: Evidence, question: Question, how: How) -> None:
    towards: Direction | None = None
    if uncalled(e) and e.status != "rejected":
        towards = _direction(e, question, None, key=f"{how.place}-side-{e.id}", width=230)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        _controls(visit, e, question, how.place, towards=towards)
        if how.about:
            link_to_question(visit, question, "Question", ":material/show_chart:")


def _decided(visit: Visit, shown: EvidenceCard, question: Question) -> None:
    """Who judged it after the matcher, the newest last; a machine is called one. Notes may quote
    the item.
    """
    for decision in shown.decisions:
        if decision.by != MATCHER:
            words = judgement_line(decision, question.kind, shown.evidence.option, visit.me)
            st.text(f"{visit.day(decision.at)} · {words}")


def _controls(
    visit: Visit, e: Evidence, question: Question, place: str, *, towards: Direction | None
) -> None:
    if e.status != "confirmed":
        missing = uncalled(e) and towards is None
        label, key = "Accept", f"{place}-confirm-{e.id}"
        if st.button(label, key=key, disabled=missing, help=_UNSAID if missing else None):
            _review(visit, e, "confirmed", direction=towards)
    if e.status != "rejected" and st.button("Reject", key=f"{place}-reject-{e.id}"):
        _review(visit, e, "rejected")
    with st.popover("Edit", key=f"{place}-edit-{e.id}"):
        _edit(visit, e, question, place)


def _direction(e: Evidence, question: Question, index: int | None, **how: Any) -> Direction | None:
    """Which way it points, in the words of the question's kind."""
    label = "It points" if question.kind in ("numeric", "date") else "It speaks"
    picked: Direction | None = st.selectbox(
        label,
        SIDES,
        index=index,
        format_func=lambda side: side_words(question.kind, side, e.option),
        placeholder="Which way?",
        **how,
    )
    return picked


def _edit(visit: Visit, e: Evidence, question: Question, place: str) -> None:
    with st.form(f"{place}-form-{e.id}", border=False):
        towards = _direction(e, question, None if uncalled(e) else SIDES.index(e.direction))
        weight = st.selectbox(
            "How strongly", list(Strength), index=int(e.strength), format_func=_strength_option
        )
        note = st.text_input("Note", max_chars=500)
        if st.form_submit_button("Save as edited"):
            if towards is None:
                st.error(_UNSAID, icon=":material/error:")
            else:
                _review(visit, e, "edited", direction=towards, strength=weight, note=note or "")


def _strength_option(value: Strength) -> str:
    return f"{strength(value)} (likelihood ratio {value.likelihood_ratio:g})"


def together(visit: Visit, pieces: Sequence[EvidenceCard]) -> None:
    """One judgement for a story on all questions that it bears on, where its direction was called
    on each.
    """
    if any(uncalled(each.evidence) for each in pieces):
        return
    verdicts: tuple[tuple[str, EvidenceStatus], ...] = (
        ("Accept", "confirmed"),
        ("Reject", "rejected"),
    )
    with st.container(horizontal=True, gap="xsmall"):
        for label, verdict in verdicts:
            if st.button(
                f"{label} all {len(pieces)}", key=f"all-{verdict}-{pieces[0].evidence.id}"
            ):
                with calm():
                    ids = tuple(each.evidence.id for each in pieces)
                    tell(
                        one_key.judge(
                            visit.tracker, one_key.Judgement(ids, verdict, _DONE[verdict])
                        )
                    )
                    st.rerun()


def _review(visit: Visit, e: Evidence, verdict: EvidenceStatus, **change: Any) -> None:
    with calm():
        towards = e.direction if change.get("direction") is None else change["direction"]
        neither = verdict != "rejected" and towards is Direction.NEUTRAL
        words = "Kept: it speaks for neither side" if neither else _DONE[verdict]
        notice = one_key.judge(visit.tracker, one_key.Judgement((e.id,), verdict, words, change))
        tell(notice if e.status == "logged" else Notice(words))
        st.rerun()


_DONE: Final = {
    "confirmed": "Accepted",
    "rejected": "Rejected",
    "edited": "Saved as edited",
}
