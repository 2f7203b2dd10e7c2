"""Form that repeats a question in shorter windows."""

from typing import get_args

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import ask_line, format_sentence, show_refusals
from dashboard.wording.numbers import escape_markdown
from dashboard.wording.questions import format_forecast
from dashboard.wording.siblings import RHYTHM_NAMES, describe_rhythm
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError
from forecasts.questions.question import Question
from forecasts.questions.repetition import PLACEHOLDERS, Repetition, SiblingTemplate
from forecasts.questions.windows import Rhythm, format_day
from tracker.errors import TrackerError
from tracker.model.read_models import QuestionPage
from tracker.model.siblings import SiblingPlan


def show_form(visit: Visit, question: Question) -> None:
    """Show how the question is repeated, or the form that repeats it."""
    family = visit.tracker.questions.siblings(question.id)
    st.caption("Siblings ask the same question over shorter windows, so answers come sooner.")
    if family is not None and family.repetition is not None:
        _show_standing(visit, question, family.repetition)
    else:
        _show_repeat_form(visit, question)


def may_repeat(visit: Visit, page: QuestionPage) -> bool:
    """Return True for an open question that is not a sibling itself."""
    return (
        page.summary.parent_id is None
        and not visit.looks_back
        and page.summary.status in ("open", "upcoming")
    )


def _show_standing(visit: Visit, question: Question, repetition: Repetition) -> None:
    st.caption(escape_markdown(describe_rhythm(repetition)))
    if st.button("Stop opening new ones", key="stop-repeating", icon=":material/stop_circle:"):
        with show_refusals(question):
            visit.tracker.questions.stop_repeating(question.id)
            notify("No further sibling opens; those that are open stay")
            st.rerun()


def _show_repeat_form(visit: Visit, question: Question) -> None:
    """Show the next sibling as it would open, and the button that opens it."""
    rhythms: tuple[Rhythm, ...] = get_args(Rhythm)
    left, right = st.columns(2)
    every = left.selectbox(
        "Ask again for each",
        rhythms,
        index=rhythms.index("month"),
        format_func=RHYTHM_NAMES.__getitem__,
        key="repeat-every",
    )
    prior = ask_line(
        "Base rate", "repeat-prior", place=right, placeholder="follows from this question"
    )
    with st.expander("Different wording", key="repeat-words"):
        template = _show_template_fields(question, prior)
    with show_refusals(question):
        repetition = Repetition(question.id, every, template=template)
        try:
            plan = visit.tracker.questions.plan_sibling(repetition)
        except (ForecastsError, TrackerError) as refusal:
            st.caption(format_sentence(str(refusal)))
            return
        _show_plan(plan)
        if st.button("Open it, and the next ones", key="repeat-it", type="primary"):
            visit.tracker.questions.repeat(repetition)
            notify(f"Open for {plan.sibling.window.words}; the next one opens automatically")
            st.rerun()


def _show_template_fields(question: Question, prior: str) -> SiblingTemplate:
    """Show the fields for what differs from the question; empty ones follow from it."""
    meanings = ", ".join(f"{{{name}}} is {meaning}" for name, meaning in PLACEHOLDERS.items())
    st.caption(escape_markdown(f"Only if the question’s own words don’t fit: {meanings}."))
    text = ask_line("Question of each", "repeat-text", placeholder="Will it rain in {window}?")
    criteria = ask_line(
        "Criteria of each", "repeat-criteria", placeholder="YES if … by {last} (UTC)."
    )
    scale = None
    if question.scale is not None and question.kind == "numeric":
        low, high = st.columns(2)
        lower = low.number_input("Range from", value=None, key="repeat-lower")
        upper = high.number_input("to", value=None, key="repeat-upper")
        if lower is not None and upper is not None:
            with show_refusals(question):
                scale = Scale(lower, upper, unit=question.scale.unit)
    reason = "as given" if prior else ""
    return SiblingTemplate(
        text=text, criteria=criteria, prior=prior, prior_reason=reason, scale=scale
    )


def _show_plan(plan: SiblingPlan) -> None:
    question = plan.question
    st.markdown(escape_markdown(question.text))
    closes = format_day(question.closes_at.date())
    base_rate = f"Base rate {format_forecast(question, question.prior)}: {question.prior_reason}"
    st.caption(escape_markdown(f"Closes {closes}. {base_rate}"))
    for flaw in plan.flaws:
        if flaw.severity == "blocking":
            st.caption(
                f":material/warning: {escape_markdown(flaw.reason)}. {format_sentence(flaw.fix)}"
            )
