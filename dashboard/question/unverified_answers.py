"""Unverified answers of a question set: shown, not counted, and copied into the form by a click."""

from datetime import date, datetime
from typing import cast

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_site
from dashboard.wording import escape_markdown, format_answer
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.question import ForecasterId, Outcome, Question, Resolution
from tracker.model.audit import UncheckedAnswer
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
                f"{escape_markdown(format_answer(question, _build_resolution(unverified)))}**"
            )
            known = unverified.known_at
            st.caption(
                f"From the question set, by memory. Known {visit.ago(known)}.",
                help=visit.utc(known),
            )
            if unverified.note:
                st.text(unverified.note)
            link_to_site(unverified.source_url, "Source to check", key=f"unchecked-source-{number}")
            st.button(
                "Fill the form with it",
                key=f"unchecked-fill-{number}",
                help="Nothing is answered yet: check the source, then give the answer below.",
                on_click=_fill_form,
                args=(visit, question, unverified),
            )


def _build_resolution(unverified: UncheckedAnswer) -> Resolution:
    """Build a resolution of the answer, for its wording only."""
    times = (unverified.event_at, unverified.known_at, unverified.known_at)
    return Resolution(
        unverified.question_id,
        cast(Outcome, unverified.outcome),
        unverified.source_url,
        unverified.note,
        *times,
        ForecasterId(""),
        unverified.answer,
    )


def _fill_form(visit: Visit, question: Question, unverified: UncheckedAnswer) -> None:
    """Copy an answer into the form; the tick that the source was checked stays empty."""
    outcome, name, value = form_values(question, unverified)
    local = {
        time_name: moment.astimezone(visit.zone).replace(tzinfo=None)
        for time_name, moment in _list_times(unverified).items()
    }
    filled = {
        "outcome": outcome,
        "url": unverified.source_url,
        "note": unverified.note,
        **local,
        "sure": False,
    }
    if name:
        filled[name] = value
    for field, content in filled.items():
        st.session_state[f"answer-{field}-{question.id}"] = content


def _list_times(unverified: UncheckedAnswer) -> dict[str, datetime]:
    return {
        "known": unverified.known_at,
        **({} if unverified.event_at == unverified.known_at else {"event": unverified.event_at}),
    }


def form_values(
    question: Question, unverified: UncheckedAnswer
) -> tuple[str, str, str | date | None]:
    """Return the form's values for an answer: the outcome, its additional input, and the content of
    that.

    Outcomes are those of `dashboard.question.resolving.list_outcomes`.
    """
    if unverified.outcome != "answered":
        return unverified.outcome, "", None
    if question.scale is None:
        return OPTION_OUTCOME, "option", unverified.answer
    if unverified.answer.lower() in (ABOVE, BELOW, NEVER):
        return unverified.answer.lower(), "", None
    if question.kind == "date":
        return VALUE_OUTCOME, "date", date.fromisoformat(unverified.answer[:10])
    return VALUE_OUTCOME, "number", unverified.answer
