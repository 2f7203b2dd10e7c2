"""Review of evidence for one question: match, direction, certainty, and the controls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import streamlit as st

from dashboard.components.acting import Notice, push_notice
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_question, show_refusals
from dashboard.wording import (
    capitalise,
    describe_bearing,
    describe_certainty,
    describe_match,
    effect_line,
    escape_markdown,
    explain_direction,
    is_uncalled,
    judgement_line,
    lift_line,
    model_name,
    strength_name,
)
from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength, describe_side
from forecasts.questions.question import MATCHER, EvidenceId, Question
from tracker.app.tracker import Tracker
from tracker.model.evidence import EvidenceCard

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
            _apply_and_rerun(visit, evidence, ReviewRequest((evidence.id,), "rejected", "Rejected"))


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
    words = "Kept: it speaks for neither side" if is_neutral else _describe_acceptance(evidence)
    request = ReviewRequest(
        (evidence.id,), "confirmed", words, {"direction": call.direction, "strength": call.strength}
    )
    _apply_and_rerun(visit, evidence, request)


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


DIRECTIONS: Final = (Direction.YES, Direction.NEUTRAL, Direction.NO)
_DIRECTION_MISSING: Final = "Say first which way it points; `for neither side` is an answer too."


@dataclass(frozen=True, slots=True)
class JudgementOptions:
    """Options of a judgement: `place` makes keys unique, `about` is the question's text where it is
    not visible, `repeats` omits the match that was shown just above, `keys` enables review by keys.
    """

    place: str
    about: str = ""
    repeats: bool = False
    keys: bool = False


def show_judgement(
    visit: Visit, shown: EvidenceCard, question: Question, options: JudgementOptions
) -> None:
    """Show the facts of a piece of evidence with its controls."""
    evidence = shown.evidence
    st.markdown(
        f"**{escape_markdown(describe_bearing(evidence, question.kind))}**: "
        f"{escape_markdown(options.about or shown.state)}"
    )
    machine_note = (
        " · machine judgement, no person has judged it yet"
        if evidence.status == "logged" and model_name(evidence.judged_by)
        else ""
    )
    st.caption(f"Signpost: {escape_markdown(shown.indicator_name)}{machine_note}")
    with st.container(gap=None):
        reasons = (
            ()
            if options.repeats
            else (describe_match(evidence, shown.why), explain_direction(evidence, shown.why))
        )
        for line in (
            describe_certainty(
                evidence, question.kind, context_only=shown.context_only, perhaps=shown.perhaps
            ),
            evidence.demoted if evidence.status == "logged" else "",
            *reasons,
        ):
            if line:
                st.text(capitalise(line))  # matched words and reasons quote the item
    if shown.may_answer:
        counts = "counts nothing" if shown.perhaps else "counts as strong"
        st.info(
            "This may be the answer itself: if it is, resolve the question. Until you say so it "
            f"{counts}."
        )
    _show_decisions(visit, shown, question)
    if not visit.looks_back:
        _show_key_controls(
            visit, evidence, question, options
        ) if options.keys else _show_mouse_controls(visit, evidence, question, options)


def _show_key_controls(
    visit: Visit, evidence: Evidence, question: Question, options: JudgementOptions
) -> None:
    show_review_keys(visit, evidence, question, options.place)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.popover("Edit with a note", key=f"{options.place}-edit-{evidence.id}"):
            _show_edit_form(visit, evidence, question, options.place)
        link_to_question(visit, question, "Question", ":material/show_chart:")


def _show_mouse_controls(
    visit: Visit, evidence: Evidence, question: Question, options: JudgementOptions
) -> None:
    direction: Direction | None = None
    if is_uncalled(evidence) and evidence.status != "rejected":
        direction = _choose_direction(
            evidence, question, None, key=f"{options.place}-side-{evidence.id}", width=230
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        _show_buttons(visit, evidence, question, options.place, direction=direction)
        if options.about:
            link_to_question(visit, question, "Question", ":material/show_chart:")


def _show_decisions(visit: Visit, shown: EvidenceCard, question: Question) -> None:
    """Show the lifts and the decisions of others, the newest last. They may quote the items."""
    lifts = {lift.decision: lift for lift in shown.lifts}
    for n, decision in enumerate(shown.decisions):
        if decision in lifts:
            words = lift_line(lifts[decision], question.kind)
            st.text(f"{visit.day(decision.at)} · {words}")
        elif decision.by != MATCHER:
            words = judgement_line(
                decision, question.kind, shown.evidence.option, visit.me, adds=n == 0
            )
            st.text(f"{visit.day(decision.at)} · {words}")


def _show_buttons(
    visit: Visit, evidence: Evidence, question: Question, place: str, *, direction: Direction | None
) -> None:
    if evidence.status != "confirmed":
        is_missing = is_uncalled(evidence) and direction is None
        label, key = "Accept", f"{place}-confirm-{evidence.id}"
        if st.button(
            label, key=key, disabled=is_missing, help=_DIRECTION_MISSING if is_missing else None
        ):
            _review_evidence(visit, evidence, "confirmed", direction=direction)
    if evidence.status != "rejected" and st.button("Reject", key=f"{place}-reject-{evidence.id}"):
        _review_evidence(visit, evidence, "rejected")
    with st.popover("Edit", key=f"{place}-edit-{evidence.id}"):
        _show_edit_form(visit, evidence, question, place)


def _choose_direction(
    evidence: Evidence, question: Question, index: int | None, **options: Any
) -> Direction | None:
    """Show the choice of direction in the words of the question's kind."""
    label = "It points" if question.kind in ("numeric", "date") else "It speaks"
    selected: Direction | None = st.selectbox(
        label,
        DIRECTIONS,
        index=index,
        format_func=lambda side: describe_side(question.kind, side, evidence.option),
        placeholder="Which way?",
        **options,
    )
    return selected


def _show_edit_form(visit: Visit, evidence: Evidence, question: Question, place: str) -> None:
    with st.form(f"{place}-form-{evidence.id}", border=False):
        direction = _choose_direction(
            evidence,
            question,
            None if is_uncalled(evidence) else DIRECTIONS.index(evidence.direction),
        )
        strength_value = st.selectbox(
            "How strongly",
            list(Strength),
            index=int(evidence.strength),
            format_func=_format_strength,
        )
        note = st.text_input("Note", max_chars=500)
        if st.form_submit_button("Save as edited"):
            if direction is None:
                st.error(_DIRECTION_MISSING, icon=":material/error:")
            else:
                _review_evidence(
                    visit,
                    evidence,
                    "edited",
                    direction=direction,
                    strength=strength_value,
                    note=note or "",
                )


def _format_strength(value: Strength) -> str:
    return f"{strength_name(value)} (likelihood ratio {value.likelihood_ratio:g})"


def show_joint_judgement(visit: Visit, pieces: Sequence[EvidenceCard]) -> None:
    """Show one judgement for a story on all its questions, if its direction is known on each."""
    if any(is_uncalled(piece.evidence) for piece in pieces):
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
                with show_refusals():
                    ids = tuple(piece.evidence.id for piece in pieces)
                    push_notice(
                        apply_review(
                            visit.tracker,
                            ReviewRequest(ids, verdict, _REVIEW_MESSAGES[verdict]),
                        )
                    )
                    st.rerun()


def _review_evidence(
    visit: Visit, evidence: Evidence, verdict: EvidenceStatus, **change: Any
) -> None:
    with show_refusals():
        direction = evidence.direction if change.get("direction") is None else change["direction"]
        is_neutral = verdict != "rejected" and direction is Direction.NEUTRAL
        words = _REVIEW_MESSAGES[verdict]
        if verdict != "rejected":
            words = (
                "Kept: it speaks for neither side"
                if is_neutral
                else _describe_acceptance(evidence, words)
            )
        notice = apply_review(visit.tracker, ReviewRequest((evidence.id,), verdict, words, change))
        push_notice(notice if evidence.status == "logged" else Notice(words))
        st.rerun()


def _describe_acceptance(evidence: Evidence, done: str = "Accepted") -> str:
    """Say that its headline becomes a line of the question, unless it is about an option."""
    if evidence.option:
        return done
    return f"{done}: headlines like this one will be found from now on"


_REVIEW_MESSAGES: Final = {
    "confirmed": "Accepted",
    "rejected": "Rejected",
    "edited": "Saved as edited",
}
