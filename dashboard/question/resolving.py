"""Resolution of a question: the form, a preview of everyone's scores, and the confirmation."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import pandas as pd
import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.score_data import hypothetical_scores_frame, list_possible_answers
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    ask_line,
    build_score_columns,
    link_to_site,
    show_refusals,
    show_table,
)
from dashboard.wording.numbers import escape_markdown
from dashboard.wording.questions import describe_resolution, format_answer, format_bound
from forecasts.distributions.cdf import date_from_day_number
from forecasts.errors import InvalidResolution
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import ForecasterId, Outcome, Question, Resolution
from forecasts.scoring.rulebook import HEADLINE, RULES
from tracker.model.audit import UncheckedAnswer
from tracker.model.proposed_answers import AnswerDesk
from tracker.model.read_models import QuestionPage

OPTION_OUTCOME, VALUE_OUTCOME = "option", "value"
"""Outcomes for which the answer itself is given in an input of its own."""


def show_unverified_answers(visit: Visit, page: QuestionPage) -> None:
    """Show each unverified answer with its source, and a button that fills the form with it."""
    question = page.summary.question
    for number, unverified in enumerate(page.unchecked):
        with st.container(border=True, gap="xsmall"):
            st.markdown(
                ":material/help: **Not checked, and not counted: "
                f"{escape_markdown(_format_unverified(question, unverified))}**"
            )
            known = unverified.known_at
            st.caption(
                f"From the question set, unverified. Known {visit.ago(known)}.",
                help=visit.utc(known),
            )
            if unverified.note:
                st.text(unverified.note)
            link_to_site(unverified.source_url, "Source to check", key=f"unchecked-source-{number}")
            st.button(
                "Use this answer",
                key=f"unchecked-fill-{number}",
                help="Not resolved yet: check the source, then resolve below.",
                on_click=_fill_form,
                args=(visit, question, unverified),
            )


def _format_unverified(question: Question, unverified: UncheckedAnswer) -> str:
    times = (unverified.event_at, unverified.known_at, unverified.known_at)
    outcome, texts = cast(Outcome, unverified.outcome), (unverified.source_url, unverified.note)
    nobody = ForecasterId("")
    resolution = Resolution(question.id, outcome, *texts, *times, nobody, unverified.answer)
    return format_answer(question, resolution)


def _fill_form(visit: Visit, question: Question, unverified: UncheckedAnswer) -> None:
    """Copy an answer into the form; the tick that the source was checked stays empty."""
    outcome, name, value = form_values(question, unverified)
    known, event = (
        moment.astimezone(visit.zone).replace(tzinfo=None)
        for moment in (unverified.known_at, unverified.event_at)
    )
    filled = {
        "outcome": outcome,
        "url": unverified.source_url,
        "note": unverified.note,
        "known": known,
        "sure": False,
    }
    filled |= {} if event == known else {"event": event}
    filled |= {name: value} if name else {}
    for field, content in filled.items():
        st.session_state[f"answer-{field}-{question.id}"] = content


def form_values(
    question: Question, unverified: UncheckedAnswer
) -> tuple[str, str, str | date | None]:
    """Return the form's values for an answer: outcome, additional input, and content of that."""
    if unverified.outcome != "answered":
        return unverified.outcome, "", None
    if question.scale is None:
        return OPTION_OUTCOME, "option", unverified.answer
    if unverified.answer.lower() in (ABOVE, BELOW, NEVER):
        return unverified.answer.lower(), "", None
    if question.kind == "date":
        return VALUE_OUTCOME, "date", date.fromisoformat(unverified.answer[:10])
    return VALUE_OUTCOME, "number", unverified.answer


_C = st.column_config


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """Content of the form: the answer as typed, None while there is none, and its details."""

    answer: str | None
    source: str
    note: str
    known: datetime | None
    event: datetime | None
    sure: bool


def list_outcomes(question: Question) -> dict[str, str]:
    """List the outcomes of a question with their labels."""
    scale = question.scale
    labels: dict[str, str] = {}
    if question.kind == "binary":
        labels = {"yes": "YES", "no": "NO"}
    elif scale is None:
        labels = {OPTION_OUTCOME: "One of the options"}
    else:
        labels = {VALUE_OUTCOME: "A date" if question.kind == "date" else "A number"}
        if scale.open_lower:
            labels[BELOW] = capitalise(format_bound(question, "lower"))
        if scale.open_upper:
            labels[NEVER if question.kind == "date" else ABOVE] = capitalise(
                format_bound(question, "upper")
            )
    return {**labels, "annulled": "Annulled", "ambiguous": "Ambiguous"}


def show_answer_form(visit: Visit, page: QuestionPage) -> None:
    """Show the outcomes; once one is chosen, the form, then the preview of scores."""
    question = page.summary.question
    labels = list_outcomes(question)
    local = visit.now.astimezone(visit.zone).replace(tzinfo=None, second=0, microsecond=0)
    zone = visit.zone.key
    # Outside the form, because the form's fields depend on it.
    outcome = st.segmented_control(
        "Answer",
        list(labels),
        format_func=lambda word: escape_markdown(labels[word]),
        key=f"answer-outcome-{question.id}",
    )
    if outcome is None:
        return
    key = f"answer-{{}}-{question.id}".format
    with st.form(f"answer-{question.id}"):
        answer = _show_answer_input(question, outcome)
        source = ask_line(
            "Source",
            key("url"),
            placeholder="https://…",
            help="The link where anyone can check it.",
        )
        left, right = st.columns(2)
        known = left.datetime_input(
            f"Known at ({zone})",
            local,
            key=key("known"),
            help="When anyone could know. Later forecasts aren’t scored.",
        )
        event = right.datetime_input(
            f"Happened at ({zone})",
            None,
            key=key("event"),
            help="If empty, the same.",
        )
        note = ask_line("Note", key("note"))
        sure = st.checkbox("I have checked the source.", key=key("sure"))
        is_submitted = st.form_submit_button("Preview the scores", type="primary")
    entered = AnswerForm(answer, source, note, known, event, sure)
    if is_submitted:
        _preview_answer(visit, question, entered)
    if st.session_state.get(_get_preview_key(question)) == entered:
        _show_confirmation(visit, page, entered)


def _get_preview_key(question: Question) -> str:
    """Return the session key of the previewed answer; a changed answer needs a new preview."""
    return f"answer-previewed-{question.id}"


def _preview_answer(visit: Visit, question: Question, entered: AnswerForm) -> None:
    """Validate the answer; show an error instead of a preview if it is refused."""
    st.session_state.pop(_get_preview_key(question), None)
    with show_refusals(question):
        visit.tracker.resolutions.check(question.id, **_build_arguments(visit, entered))
        st.session_state[_get_preview_key(question)] = entered


def _show_confirmation(visit: Visit, page: QuestionPage, entered: AnswerForm) -> None:
    """Show everyone's scores under this answer and the others, and the confirmation."""
    question, labels = page.summary.question, list_outcomes(page.summary.question)
    assert entered.known is not None
    known = entered.known.replace(tzinfo=visit.zone)
    frame = _preview_scores(visit, page, entered, known)
    with st.container(border=True):
        st.markdown(
            "**Before you confirm: "
            f"{escape_markdown(labels.get(entered.answer or '') or entered.answer or '')}**, known "
            f"{visit.moment(known)}",
            help=visit.utc(known),
        )
        if frame.empty:
            st.caption("Nobody would be scored. What everyone said stays in the history.")
        else:
            _show_score_preview(question, frame)
        st.caption(
            "Forecasting ends. You can correct the resolution later; the history keeps both."
        )
        with st.container(horizontal=True):
            if st.button("Resolve", type="primary", key=f"answer-give-{question.id}"):
                with show_refusals(page.summary.question):
                    _submit_answer(visit, question, entered)
            if st.button("Cancel", key=f"answer-not-{question.id}", type="tertiary"):
                st.session_state.pop(_get_preview_key(question), None)
                st.rerun()


def _preview_scores(
    visit: Visit, page: QuestionPage, entered: AnswerForm, known: datetime
) -> pd.DataFrame:
    question = page.summary.question
    answers = list_possible_answers(question, entered.answer or "", min(known, question.closes_at))
    scored = visit.tracker.resolutions.preview(question.id, answers, known)
    labels = list_outcomes(question)
    by_label = {labels.get(answer) or answer: scores for answer, scores in scored.items()}
    return hypothetical_scores_frame(question, by_label, page.forecasters, visit.me)


def _show_score_preview(question: Question, frame: pd.DataFrame) -> None:
    columns = {
        "outcome": _C.TextColumn("If it is", width=150),
        **build_score_columns(question, everything=False),
    }
    show_table(frame, columns, "What everyone would score under each outcome")
    rule = RULES[HEADLINE[question.kind]]
    st.caption(
        "Calculated like the final scores, from forecasts made before the outcome was known. "
        f"Skill is 100 × the gain by {rule.title} over knowing nothing: higher is better. ↓ "
        "lower is better, ↑ higher is better. Annulled or ambiguous, nobody is scored."
    )


def _show_answer_input(question: Question, outcome: str | None) -> str | None:
    """Show the input of the answer and return it as typed; None while it is empty."""
    if outcome == OPTION_OUTCOME:
        names = [option.name for option in question.options]
        return st.selectbox(
            "Option",
            names,
            index=None,
            key=f"answer-option-{question.id}",
            placeholder="Which one was it?",
        )
    if outcome != VALUE_OUTCOME:
        return outcome
    scale = question.scale
    assert scale is not None
    if question.kind == "date":
        first, last = (
            date_from_day_number(scale.lower).date(),
            date_from_day_number(scale.upper).date(),
        )
        day = st.date_input(
            "Date", None, first, last, key=f"answer-date-{question.id}", format="YYYY-MM-DD"
        )
        return day.isoformat() if isinstance(day, date) else None
    unit = f"Number, {escape_markdown(scale.unit)}" if scale.unit else "Number"
    return ask_line(unit, f"answer-number-{question.id}", placeholder="41.5") or None


def _build_arguments(visit: Visit, entered: AnswerForm) -> dict[str, Any]:
    """Return the arguments of the tracker's methods; raises `InvalidResolution` if some are
    missing.
    """
    if entered.answer is None:
        raise InvalidResolution("choose an outcome")
    if entered.known is None:
        raise InvalidResolution("add when it was known")
    if not entered.sure:
        raise InvalidResolution("confirm that you checked the source")
    return {
        "answer": entered.answer,
        "source_url": entered.source,
        "known_at": entered.known.replace(tzinfo=visit.zone),
        "event_at": None if entered.event is None else entered.event.replace(tzinfo=visit.zone),
        "note": entered.note,
    }


def _submit_answer(visit: Visit, question: Question, entered: AnswerForm) -> None:
    visit.tracker.resolutions.resolve(question.id, **_build_arguments(visit, entered))
    st.session_state.pop(_get_preview_key(question), None)
    resolution = visit.tracker.questions.get(question.id).summary.resolution
    notify("Answered" if resolution is None else describe_resolution(question, resolution))
    st.rerun()


def show_reopening(visit: Visit, question: Question) -> None:
    """Show the form that retracts an answer, which needs a reason and a second click."""
    with st.popover("Reopen the question", icon=":material/undo:", key=f"reopening-{question.id}"):
        st.caption(
            "This removes the resolution and its scores. Both stay in the history, and "
            "forecasting reopens until the scheduled close."
        )
        reason = ask_line("Reason", f"reopen-why-{question.id}")
        if st.button("Reopen", key=f"reopen-{question.id}"):
            with show_refusals(question):
                visit.tracker.resolutions.reopen(question.id, reason)
                notify("Reopened")
                st.rerun()


RULE_EXAMPLES = {
    "binary": "mean of 2026-12 more than 60",
    "numeric": "last of 2026-12",
    "date": "first day on which value at least 100",
    "categorical": "max of 2026",
    "ordered": "max of 2026",
}


def show_series_line(desk: AnswerDesk) -> None:
    """Say under the chart which series settles the question, and how far it is."""
    if desk.settling is None:
        return
    settlement = desk.settling.settlement
    words = f"Settled by the series {settlement.series_id}: {settlement.rule}."
    waiting = f"It waits: {desk.waiting}." if desk.waiting and not desk.missing else ""
    st.caption(escape_markdown(" ".join(filter(None, (words, waiting, desk.settling.distance)))))


def show_rule_form(visit: Visit, question: Question, desk: AnswerDesk) -> None:
    """Show the form that names a series and a rule; nothing while no series is read."""
    names = [status.series.id for status in visit.tracker.series.list()]
    if not names:
        return
    current = None if desk.settling is None else desk.settling.settlement
    with (
        st.expander("Settle it by a series", icon=":material/database:", key="settling"),
        st.form(f"settling-{question.id}", border=False),
    ):
        st.caption(
            "Once the series has the number, the answer is proposed here; a person confirms it. "
            "Periods are written 2026-12-31, 2026-12, Q4 2026 or 2026."
        )
        name = st.selectbox(
            "Series",
            names,
            index=names.index(current.series_id) if current and current.series_id in names else 0,
            key=f"settling-series-{question.id}",
        )
        rule = ask_line(
            "Rule",
            f"settling-rule-{question.id}",
            current.rule if current else "",
            placeholder=RULE_EXAMPLES[question.kind],
            help="value in, mean of, last of, max of, min of, change of, percent change of or "
            "standing at a period; for yes or no with a number that it has to pass. Leave it "
            "empty to give the answer by hand.",
            max_chars=200,
        )
        if st.form_submit_button("Save the rule"):
            with show_refusals(question):
                visit.tracker.resolutions.settle_by(question.id, name, rule)
                notify("Saved: the series settles it" if rule else "Saved: people answer it")
                st.rerun()
