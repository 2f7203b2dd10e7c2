"""Answers that a question set brought from memory: shown, not counted, and put into the form by a
click.
"""

from datetime import date, datetime
from typing import cast

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import link_out
from dashboard.wording import answer_of, inert
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.question import ForecasterId, Outcome, Question, Resolution
from tracker.model.audit import UncheckedAnswer
from tracker.model.read_models import QuestionPage

OPTION, VALUE = "option", "value"
"""Outcomes for which the answer itself is given in an input of its own."""


def render(visit: Visit, page: QuestionPage) -> None:
    """Each answer that waits for a check, with its source, and a button that fills the form with
    it.
    """
    question = page.summary.question
    for number, said in enumerate(page.unchecked):
        with st.container(border=True, gap="xsmall"):
            st.markdown(
                ":material/help: **Not checked, and not counted: "
                f"{inert(answer_of(question, _as_if(said)))}**"
            )
            known = said.known_at
            st.caption(
                f"From the question set, by memory. Known {visit.ago(known)}.",
                help=visit.utc(known),
            )
            if said.note:
                st.text(said.note)
            link_out(said.source_url, "Source to check", key=f"unchecked-source-{number}")
            st.button(
                "Fill the form with it",
                key=f"unchecked-fill-{number}",
                help="Nothing is answered yet: check the source, then give the answer below.",
                on_click=_fill,
                args=(visit, question, said),
            )


def _as_if(said: UncheckedAnswer) -> Resolution:
    """The same as a resolution, for its words only."""
    times = (said.event_at, said.known_at, said.known_at)
    return Resolution(
        said.question_id,
        cast(Outcome, said.outcome),
        said.source_url,
        said.note,
        *times,
        ForecasterId(""),
        said.answer,
    )


def _fill(visit: Visit, question: Question, said: UncheckedAnswer) -> None:
    """Put an answer into the form below; the tick that the source was checked stays empty."""
    outcome, name, value = typed(question, said)
    local = {
        at: moment.astimezone(visit.zone).replace(tzinfo=None)
        for at, moment in _times(said).items()
    }
    filled = {"outcome": outcome, "url": said.source_url, "note": said.note, **local, "sure": False}
    if name:
        filled[name] = value
    for field, content in filled.items():
        st.session_state[f"answer-{field}-{question.id}"] = content


def _times(said: UncheckedAnswer) -> dict[str, datetime]:
    return {
        "known": said.known_at,
        **({} if said.event_at == said.known_at else {"event": said.event_at}),
    }


def typed(question: Question, said: UncheckedAnswer) -> tuple[str, str, str | date | None]:
    """An answer as the form has it: the outcome that is chosen, the input beside it if there is
    one, what stands there.

    Outcomes are those of `dashboard.question.resolving.outcomes`.
    """
    if said.outcome != "answered":
        return said.outcome, "", None
    if question.scale is None:
        return OPTION, "option", said.answer
    if said.answer.lower() in (ABOVE, BELOW, NEVER):
        return said.answer.lower(), "", None
    if question.kind == "date":
        return VALUE, "date", date.fromisoformat(said.answer[:10])
    return VALUE, "number", said.answer
