"""Form in which a person forecasts, confirms, withdraws and undoes.

The component `entry` shows it. What is typed comes back as a draft, and the next run echoes how it
is understood; a button or key comes back as an act. Unsaved input stays in the browser.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import uuid4

import streamlit as st

from dashboard.components.acting import Notice, push_notice, push_undone
from dashboard.components.scripts import load_component
from dashboard.components.visit import Visit
from dashboard.components.widgets import describe_refusal
from dashboard.question.entry_data import (
    Draft,
    build_echo,
    build_input,
    get_own_forecast,
    parse_draft,
    read_draft,
)
from dashboard.wording.numbers import clip, escape_markdown, percent_whole
from dashboard.wording.questions import format_forecast
from forecasts.distributions.distribution import Distribution
from forecasts.errors import ForecastsError
from forecasts.questions.question import Question, QuestionId
from forecasts.questions.timeline import Forecast
from forecasts.scoring.rulebook import HEADLINE, RULES
from tracker.app.tracker import Tracker
from tracker.errors import TrackerError
from tracker.model.evidence import EvidencePiece
from tracker.model.read_models import QuestionPage, QuestionSummary

MAX_CITABLE_EVIDENCE = 100
"""Newest pieces of evidence that can be cited."""

_MAX_QUESTION_CHARACTERS: Final = 60
"""Characters of a question's text in a notice: undo may concern a question of another page."""


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the form beside the chart of a question."""
    undoable = any(act.forecaster_id == visit.me for act in page.acts)
    show_form(visit, page.summary, page.pieces, undoable=undoable)


@st.fragment
def show_form(
    visit: Visit,
    summary: QuestionSummary,
    evidence: Sequence[EvidencePiece] = (),
    *,
    undoable: bool = False,
) -> None:
    """Show the form; as a fragment, so that an echo does not draw the page again."""
    question_id = summary.question.id
    if st.session_state.pop(f"acted-{question_id}", False):
        st.rerun()
    visit, key = visit.refresh(), f"entry-{question_id}"
    receive = partial(_receive_act, visit, summary)

    def take_draft() -> None:
        draft = st.session_state[key].draft
        if isinstance(draft, Mapping) and draft.get("form") == get_form_id(question_id):
            _get_form(question_id).update(draft=draft, problem=None)

    def take_act() -> None:
        sent = st.session_state[key].act
        if isinstance(sent, Mapping):
            receive(sent)

    load_component("entry", plain=partial(_show_plain_form, receive), isolated=False)(
        key=key,
        data=_build_data(visit, summary, evidence) | {"undo": undoable},
        on_draft_change=take_draft,
        on_act_change=take_act,
    )


def get_form_id(question_id: QuestionId) -> str:
    """Return the id of this rendering of the form, also the idempotency key of its save."""
    form: str = _get_form(question_id)["id"]
    return form


def _get_form(question_id: QuestionId) -> dict[str, Any]:
    """Return the state of the form: id, draft, what the menu asked for, and the last refusal."""
    state: dict[str, Any] = st.session_state.setdefault(
        f"form-{question_id}", {"id": uuid4().hex, "draft": {}, "asked": "", "problem": None}
    )
    return state


def reset_form(question_id: QuestionId) -> None:
    """Start a new rendering of the form after an act; the browser keeps a reason not yet saved."""
    st.session_state.pop(f"form-{question_id}", None)


def _build_data(
    visit: Visit, summary: QuestionSummary, evidence: Sequence[EvidencePiece]
) -> dict[str, Any]:
    question, standing = summary.question, summary.standings.get(visit.me)
    form, current = _get_form(question.id), get_own_forecast(visit, summary)
    citable = [card for card in evidence if card.evidence.status != "rejected"]
    citable = citable[:MAX_CITABLE_EVIDENCE]  # newest first
    draft = form["draft"]
    return {
        "question": question.id,
        "who": visit.me,
        "form": form["id"],
        "after": 0.0 if standing is None else standing.since.timestamp(),
        "standing": describe_own_forecast(visit, summary),
        "still": _name_still(question, current),
        "input": build_input(visit, summary),
        "initial": build_echo(visit, summary, Draft()),
        "echo": {"nr": draft["nr"], **build_echo(visit, summary, read_draft(draft))}
        if "nr" in draft
        else None,
        "problem": form["problem"],
        "citable": bool(citable),
        "evidence": [(card.evidence.id, clip(card.headline, 90)) for card in citable]
        if form["asked"] == "cite"
        else [],
        "withdrawal": _describe_withdrawal(visit, summary) if form["asked"] == "withdraw" else "",
    }


def _name_still(question: Question, current: Distribution | None) -> str:
    """Name my forecast on the button that confirms it."""
    if current is None:
        return ""
    return format_forecast(question, current) if question.kind == "binary" else "the same"


def describe_own_forecast(visit: Visit, summary: QuestionSummary) -> str:
    """Describe my forecast and its age in a few words."""
    standing, current = summary.standings.get(visit.me), get_own_forecast(visit, summary)
    if standing is None or current is None:
        return "No forecast yet; this is the base rate"
    return f"{format_forecast(summary.question, current)}, updated {visit.age(standing.since)}"


def _describe_withdrawal(visit: Visit, summary: QuestionSummary) -> str:
    """Describe what withdrawing does; of a yes/no question with the score so far by answer."""
    question = summary.question
    text = "This withdraws your forecast. Your past forecast is still scored."
    if question.kind != "binary" or visit.now <= question.opens_at:
        return text
    rule = RULES[HEADLINE[question.kind]]
    preview = visit.tracker.resolutions.preview(question.id, ("yes", "no"), visit.now)
    scores = [
        score
        for receipt in preview.values()
        for score in receipt
        if (score.forecaster_id, score.rule) == (visit.me, rule.name)
    ]
    yes, no = [score.mean_while_active for score in scores] or (None, None)
    if yes is None or no is None:
        return text
    return (
        f"{text} Score so far: {yes:.3f} if YES, {no:.3f} if NO ({rule.title}; "
        f"{rule.better} is better), over {percent_whole(scores[0].coverage)} of the scheduled time."
    )


def _receive_act(visit: Visit, summary: QuestionSummary, sent: Mapping[str, Any]) -> None:
    """Do what the form asks for, once: an act sent again belongs to an earlier rendering. What only
    unfolds a part of the form may come from any.
    """
    question = summary.question
    form, act = _get_form(question.id), sent.get("act")
    if act == "ask":
        form["asked"] = sent.get("about")
        return
    if sent.get("form") != form["id"]:
        return
    refusal = _try_act(visit, summary, read_draft(sent), act)
    if refusal is None:
        st.session_state[f"acted-{question.id}"] = True
    else:
        form["problem"] = {"text": refusal, "at": sent.get("at")}


def save_text_forecast(visit: Visit, summary: QuestionSummary, text: str) -> str | None:
    """Save a forecast typed in a list, and push its notice with undo.

    Returns None, or the sentence that refuses the text. For the callback of a component.
    """
    return _try_act(visit, summary, Draft(text), "save")


def reaffirm_in_list(visit: Visit, summary: QuestionSummary) -> str | None:
    """Confirm the standing forecast from a list; returns as `save_text_forecast` does."""
    return _try_act(visit, summary, Draft(), "reaffirm")


def _try_act(visit: Visit, summary: QuestionSummary, draft: Draft, act: object) -> str | None:
    try:
        _do_act(visit, summary, draft, act)
    except (ForecastsError, TrackerError) as refusal:
        return describe_refusal(refusal, summary.question)
    return None


def _do_act(visit: Visit, summary: QuestionSummary, draft: Draft, act: object) -> None:
    tracker, question = visit.tracker, summary.question
    key, forecasts = get_form_id(question.id), tracker.forecasts
    match act:
        case "save":
            forecast = parse_draft(visit, summary, draft)
            made = forecasts.submit(
                question.id, forecast, rationale=draft.reason, cites=draft.cites, key=key
            )
            push_notice(build_act_notice(tracker, question, "Saved", made))
        case "reaffirm":
            made = forecasts.reaffirm(question.id, rationale=draft.reason, key=f"{key}-reaffirm")
            push_notice(build_act_notice(tracker, question, "Confirmed", made))
        case "withdraw":
            made = forecasts.withdraw(question.id, rationale=draft.reason, key=f"{key}-withdraw")
            push_notice(build_act_notice(tracker, question, "Withdrawn", made))
        case "undo":
            push_undone(undo_act(tracker, question, f"{key}-undo"))


def build_act_notice(tracker: Tracker, question: Question, words: str, act: Forecast) -> Notice:
    """Build the notice of an act with its undo, and reset the form of the question."""
    reset_form(question.id)
    return Notice(
        f"{words}: {_format_forecast(question, act)}",
        partial(undo_act, tracker, question, f"undo-{act.id}"),
    )


def undo_act(tracker: Tracker, question: Question, key: str) -> Notice:
    """Undo the last act by appending a compensating one, once for each key."""
    act = tracker.forecasts.undo(question.id, key=key)
    reverse = partial(redo_act, tracker, question, f"redo-{act.id}")
    return _make_notice(
        question, f"Undone. Your forecast: {_format_forecast(question, act)}", reverse
    )


def redo_act(tracker: Tracker, question: Question, key: str) -> Notice:
    """Repeat the act undone last, as a new act."""
    act = tracker.forecasts.redo(question.id, key=key)
    reverse = partial(undo_act, tracker, question, f"undo-{act.id}")
    return _make_notice(question, f"Redone: {_format_forecast(question, act)}", reverse)


def _make_notice(question: Question, text: str, reverse: Callable[[], Notice]) -> Notice:
    """Reset the form, and make the notice of an act with what takes it back."""
    reset_form(question.id)
    return Notice(f"{text} ({clip(question.text, _MAX_QUESTION_CHARACTERS)})", reverse)


def _format_forecast(question: Question, act: Forecast) -> str:
    return (
        "no forecast" if act.distribution is None else format_forecast(question, act.distribution)
    )


def _show_plain_form(
    receive: Callable[[Mapping[str, Any]], None], *, data: Mapping[str, Any], **_options: object
) -> None:
    """Show the form without scripts of ours: one field for the forecast, one for the reason."""
    with st.form(f"plain-{data['form']}"):
        st.text(data["standing"])
        text = st.text_input(data["input"]["label"], data["input"]["text"])
        reason = st.text_area("Why? (optional)")
        if not st.form_submit_button("Save forecast"):
            return
    receive({"act": "save", "form": data["form"], "text": text, "reason": reason})
    problem = _get_form(data["question"])["problem"]
    if problem is None:
        st.rerun()
    st.error(escape_markdown(problem["text"]))
