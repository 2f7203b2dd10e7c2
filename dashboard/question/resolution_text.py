"""Detail of how a question is resolved: sources, options, base rate, origin, lines and wordings."""

from typing import Literal

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals, show_table, unwrap_prose
from dashboard.question import statements, wording_history
from dashboard.question.data import option_priors_frame
from dashboard.wording import (
    KIND_NAMES,
    capitalise,
    describe_forecast,
    escape_markdown,
    forecast_headline,
    format_bound,
    format_value,
)
from forecasts.distributions.distribution import OTHER
from forecasts.questions.horizon import HORIZON_MEANINGS
from forecasts.questions.question import Question
from tracker.model.read_models import QuestionPage

_C = st.column_config


def render(visit: Visit, page: QuestionPage) -> None:
    """Show criteria, sources, possible answers, base rate, origin, lines and wordings."""
    question = page.summary.question
    wording_history.show_current_wording(visit, page)
    st.text(unwrap_prose(question.criteria))
    st.text("\n".join(f"• {source}" for source in question.sources))
    st.caption(escape_markdown(_describe_answers(question)))
    if question.options:
        _show_options(visit, page)
    _show_base_rate(question)
    st.caption(
        f"Opens {visit.day(question.opens_at)} · closes {visit.day(question.closes_at)}"
        f" · resolution due {visit.day(question.resolves_at)}"
    )
    published = f" ({page.essay.published})" if page.essay.published else ""
    st.markdown(f"**From: {escape_markdown(page.essay.title)}**{escape_markdown(published)}")
    for claim in page.claims:
        st.text(f"“{claim.quote}”")
        st.text(unwrap_prose(claim.restatement))
        st.caption(escape_markdown(f"{claim.id} · at character {claim.offset:,} of the essay"))
    statements.render(visit, page)
    wording_history.render(visit, page)


def _show_base_rate(question: Question) -> None:
    number = escape_markdown(forecast_headline(question, question.prior)[0])
    st.markdown(f"**Base rate: {number}**")
    if question.scale is not None:
        st.caption(escape_markdown(capitalise(describe_forecast(question, question.prior))))
    st.text(unwrap_prose(question.dated_prior_reason))


def _describe_answers(question: Question) -> str:
    """Describe the possible answers in a sentence."""
    scale = question.scale
    if question.kind == "binary":
        return f"{KIND_NAMES['binary']}: it asks {HORIZON_MEANINGS[question.horizon_shape]}."
    if scale is None:
        return f"{KIND_NAMES[question.kind]}."
    log = " Equal steps of its scale are equal ratios." if scale.zero_point is not None else ""
    open_bounds = [format_bound(question, "lower")] if scale.open_lower else []
    open_bounds += [format_bound(question, "upper")] if scale.open_upper else []
    beyond = f", or {' or '.join(open_bounds)}" if open_bounds else ""
    span = f"{format_value(question, scale.lower)} to {format_value(question, scale.upper)}"
    return f"{KIND_NAMES[question.kind]} from {span}{beyond}.{log}"


def _show_options(visit: Visit, page: QuestionPage) -> None:
    """Show the options with their base rates, and the forms that change them."""
    question = page.summary.question
    zone = visit.zone.key
    columns = {
        "option": _C.TextColumn("Option"),
        "prior": _C.NumberColumn("Base rate", format="%g%%"),
        "added": _C.DatetimeColumn("Added", format="D MMM YYYY", timezone=zone),
        "removed": _C.DatetimeColumn("Removed", format="D MMM YYYY", timezone=zone),
    }
    if all(option.added_at is None and option.removed_at is None for option in question.options):
        del columns["added"], columns["removed"]
    show_table(option_priors_frame(question), columns, "The options")
    offered = question.offered_options(visit.now)
    if visit.looks_back:
        return
    if (
        question.kind == "categorical"
        and OTHER in offered
        and page.summary.status in ("open", "upcoming")
    ):
        with st.container(horizontal=True):
            _show_add_option(visit, question)
            if len(offered) > 2:
                _show_remove_option(visit, question, [name for name in offered if name != OTHER])


def _show_add_option(visit: Visit, question: Question) -> None:
    with (
        st.popover("Add an option", key="adding-option"),
        st.form(f"add-option-{question.id}", border=False, clear_on_submit=False),
    ):
        name = st.text_input(
            "New option", key=f"new-option-{question.id}", max_chars=120, autocomplete="off"
        )
        st.caption(
            "Standing forecasts keep what they said: until somebody forecasts anew, the new "
            f"option is part of their {OTHER}. Everybody sees it from now on."
        )
        if st.form_submit_button("Add it"):
            _change_option(visit, question, name or "", "added")


def _show_remove_option(visit: Visit, question: Question, names: list[str]) -> None:
    with st.popover("Remove an option", key="removing-option"):
        name = st.selectbox("Option", names, index=None, key=f"old-option-{question.id}")
        st.caption(
            f"From now on, what standing forecasts gave to it counts for {OTHER}; what it earned "
            "before stays. The option cannot come back under the same name."
        )
        if st.button("Remove it", key="remove-option"):
            _change_option(visit, question, name or "", "removed")


def _change_option(
    visit: Visit, question: Question, name: str, change: Literal["added", "removed"]
) -> None:
    with show_refusals():
        visit.tracker.questions.change_option(question.id, name, change)
        notify(f"{name.strip()} is {change}")
        st.rerun()
