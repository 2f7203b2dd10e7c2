"""Detail of how a question is resolved: sources, options, base rate, origin, lines and wordings."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Literal
from uuid import uuid4

import pandas as pd
import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.frames import build_frame
from dashboard.components.visit import Visit
from dashboard.components.widgets import ask_line, show_refusals, show_table, unwrap_prose
from dashboard.question import wording_history
from dashboard.question.why import show_base_rate
from dashboard.wording.judgements import judge_name
from dashboard.wording.numbers import escape_markdown, percent_number
from dashboard.wording.questions import (
    KIND_NAMES,
    describe_forecast,
    format_bound,
    format_value,
    line_labels,
    option_line_label,
)
from forecasts.distributions.distribution import OTHER, Categorical
from forecasts.question_sets.question_set import SET_AUTHOR
from forecasts.questions.compiled_question import (
    MAX_LINE_LENGTH,
    CompiledQuestion,
    build_own_lines,
    format_names,
    list_lines,
    parse_names,
)
from forecasts.questions.formatting import capitalise
from forecasts.questions.horizon import HORIZON_MEANINGS
from forecasts.questions.question import ForecasterId, Question
from tracker.model.read_models import QuestionPage, QuestionStatements

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
    if question.scale is not None:
        st.caption(escape_markdown(capitalise(describe_forecast(question, question.prior))))
    show_base_rate(question)
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
    _show_statements(visit, page)
    wording_history.render(visit, page)


def _describe_answers(question: Question) -> str:
    """Describe the possible answers in a sentence."""
    scale = question.scale
    if question.kind == "binary":
        return f"{KIND_NAMES['binary']}: it asks {HORIZON_MEANINGS[question.horizon_shape]}."
    if scale is None:
        return f"{KIND_NAMES[question.kind]}."
    log = " Logarithmic scale." if scale.zero_point is not None else ""
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
        name = ask_line("New option", f"new-option-{question.id}", max_chars=120)
        st.caption(
            "Existing forecasts stay as they are; the new "
            f"option counts as part of their {OTHER} until they are updated."
        )
        if st.form_submit_button("Add option"):
            _change_option(visit, question, name, "added")


def _show_remove_option(visit: Visit, question: Question, names: list[str]) -> None:
    with st.popover("Remove an option", key="removing-option"):
        name = st.selectbox("Option", names, index=None, key=f"old-option-{question.id}")
        st.caption(
            f"Existing forecasts count its share as {OTHER} from now on. "
            "The option can’t be added back under the same name."
        )
        if st.button("Remove option", key="remove-option"):
            _change_option(visit, question, name or "", "removed")


def _change_option(
    visit: Visit, question: Question, name: str, change: Literal["added", "removed"]
) -> None:
    with show_refusals(question):
        visit.tracker.questions.change_option(question.id, name, change)
        notify(f"{name.strip()} is {change}")
        st.rerun()


def option_priors_frame(question: Question) -> pd.DataFrame:
    """The options of a question in their order, and their base rates. Columns:

    option, prior (percent, empty for one that was added later), added and removed (time, empty for
    the start and the end of the question).
    """
    prior = question.prior
    shares = (
        dict(zip(prior.options, prior.p, strict=True)) if isinstance(prior, Categorical) else {}
    )
    rows = [
        (
            o.name,
            percent_number(shares[o.name]) if o.name in shares else None,
            o.added_at,
            o.removed_at,
        )
        for o in question.options
    ]
    return build_frame("option prior:float added:time removed:time", rows)


def _show_statements(visit: Visit, page: QuestionPage) -> None:
    """Show the lines of a question with their author, and the form while news can move it."""
    question, lines = page.summary.question, page.statements
    st.markdown("**Headlines to watch for**")
    st.caption(escape_markdown(_describe_author(visit, lines)))
    with st.container(gap="xxsmall"):
        for label, line in list_lines(question, lines.compiled):
            if line:
                name = label if question.options else capitalise(label)
                st.markdown(f"{escape_markdown(name)}: *{escape_markdown(line)}*")
        for label, derived in groupby(lines.derived, itemgetter(0)):
            headlines = "; ".join(f"*{escape_markdown(line)}*" for _, line in derived)
            st.caption(f"Also for {escape_markdown(label)}: {headlines}")
        if names := [spellings[0] for spellings in lines.compiled.names]:
            st.markdown(f"Names: {escape_markdown(', '.join(names))}")
    if visit.looks_back or page.summary.resolution is not None:
        return
    drawer = st.expander("Edit lines", icon=":material/edit:", key="edit-lines", on_change="rerun")
    if drawer.open:
        with drawer, st.container(width=760):
            _show_statement_form(visit, question, lines)


def _describe_author(visit: Visit, lines: QuestionStatements) -> str:
    if lines.written_at is None:
        return "News is compared with these lines. They are generated from the question."
    author = ForecasterId(lines.compiled.author)
    name = "the question set" if author == SET_AUTHOR else judge_name(author, visit.me)
    since = " The question was edited since: do they still fit?" if lines.reworded else ""
    return (
        f"News is compared with these lines, edited by {name} on {visit.day(lines.written_at)}."
        f"{since}"
    )


def _show_statement_form(visit: Visit, question: Question, lines: QuestionStatements) -> None:
    form = st.session_state.setdefault(_get_form_key(question), uuid4().hex)
    with st.form(f"lines-{form}", border=False):
        st.caption("Clear a line to regenerate it.")
        edited = _show_fields(question, lines.compiled, form)
        with st.container(horizontal=True):
            is_saved = st.form_submit_button("Save lines", type="primary")
            is_reset = lines.written_at is not None and st.form_submit_button(
                "Reset to generated lines"
            )
    with show_refusals(question):
        if is_reset or (is_saved and not any(edited)):
            visit.tracker.questions.reset_statements(question.id)
            _finish(question, "Lines reset")
        elif is_saved:
            own_lines = _build_lines(question, lines.compiled, edited)
            visit.tracker.questions.set_statements(question.id, own_lines)
            _finish(question, "Lines saved")


def _show_fields(question: Question, lines: CompiledQuestion, form: str) -> tuple[str, ...]:
    """Show the fields and return what was typed: a line for each answer, then the names."""
    written = list_lines(question, lines)
    labels = (
        [option_line_label(option) for option, _ in written]
        if question.options
        else line_labels(question.kind)
    )
    typed = [
        ask_line(escape_markdown(label), f"line-{number}-{form}", line, max_chars=MAX_LINE_LENGTH)
        for number, (label, (_, line)) in enumerate(zip(labels, written, strict=True))
    ]
    names = st.text_area(
        "Names to look for, one per line, spellings separated by |",
        "\n".join(format_names(lines.names)),
        key=f"line-names-{form}",
        height=80,
        placeholder="Xi Jinping | Xi | Си Цзиньпин",
    )
    return *typed, (names or "").strip()


def _build_lines(
    question: Question, lines: CompiledQuestion, typed: Sequence[str]
) -> CompiledQuestion:
    names = parse_names(typed[-1].splitlines())
    if not question.options:
        yes, no, _ = typed
        return build_own_lines(yes, no, names=names)
    options = (option for option, _ in list_lines(question, lines))
    return build_own_lines(options=dict(zip(options, typed, strict=False)), names=names)


def _get_form_key(question: Question) -> str:
    return f"lines-form-{question.id}"


def _finish(question: Question, message: str) -> None:
    st.session_state.pop(_get_form_key(question), None)
    notify(message)
    st.rerun()
