"""Tabs of a question: evidence, history, and the question itself."""

from typing import Any, Literal

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    get_selected_row,
    show_empty,
    show_headline_note,
    show_refusals,
    show_table,
    unwrap_prose,
)
from dashboard.inbox import add_evidence, cards
from dashboard.inbox.data import evidence_frame
from dashboard.question import signposts, statements, why, wording_history
from dashboard.question import signposts as watching
from dashboard.question.data import (
    forecast_history_frame,
    option_priors_frame,
    signposts_frame,
)
from dashboard.wording import (
    KIND_NAMES,
    capitalise,
    describe_forecast,
    escape_markdown,
    forecast_headline,
    format_bound,
    format_value,
    plural,
)
from forecasts.distributions.distribution import OTHER
from forecasts.questions.horizon import HORIZON_MEANINGS
from forecasts.questions.question import SUGGESTION, Question
from tracker.model.read_models import QuestionPage

_C = st.column_config


def show_evidence(visit: Visit, page: QuestionPage) -> None:
    """Show all logged evidence, rejected pieces included, and expected dates that passed in
    silence.
    """
    signposts.show_silences(visit, page)
    if page.summary.status == "open" and not visit.looks_back:
        add_evidence.show_on_question(visit, page.summary.question)
    if not page.evidence:
        show_empty(
            "No evidence yet.", "News that matches a signpost of this question will be listed here."
        )
        return
    record = visit.tracker.learning.matcher_record()
    st.caption(
        f"{plural(len(page.evidence), 'piece', 'pieces')} of evidence, the newest first. Pick a "
        f"row to judge it. {record.describe_question(page.summary.question.id)}"
    )
    show_headline_note(visit)
    frame = evidence_frame(page.evidence, page.summary.question.kind)
    columns = {
        "seen": _C.DatetimeColumn("First seen", format="D MMM YYYY", timezone=visit.zone.key),
        "headline": _C.TextColumn("Headline", width=340),
        "direction": _C.TextColumn(_direction_heading(page)),
        "sure": _C.NumberColumn(
            "Sure of it", format="%g%%", help="How sure the direction is, until a person says."
        ),
        "strength": _C.TextColumn("Strength"),
        "relevant": _C.NumberColumn(
            "Relevant", format="%g%%", help="How likely it bears on the question at all."
        ),
        "status": _C.TextColumn("Status"),
        "reports": _C.NumberColumn("Reports", help="With a text of their own."),
        "independent": _C.NumberColumn(
            "Independent", help="Owners or agencies behind the reports."
        ),
        "copies": _C.NumberColumn(
            "Copies", help="With the text of an earlier report: they count once."
        ),
        "sources": _C.TextColumn("Sources"),
        "matched": _C.TextColumn("Matched words"),
        "nearest": _C.TextColumn("Nearest phrasing"),
    }
    picked = get_selected_row(
        show_table(
            frame,
            columns,
            "Evidence",
            key="evidence-table",
            on_select="rerun",
            selection_mode="single-row",
        )
    )
    if picked is not None:
        cards.show_card(visit, page.evidence[picked], page.summary.question, place="table")


def _direction_heading(page: QuestionPage) -> str:
    return "Points" if page.summary.question.scale is not None else "Speaks"


def show_history(visit: Visit, page: QuestionPage) -> None:
    """Show everyone's forecasts and reasons."""
    question = page.summary.question
    if question.kind == "binary":
        why.show_change_between(visit, page)
    computed = st.toggle("With the estimate's own revisions", key="computed", bind="query-params")
    acts = [a for a in page.acts if computed or a.forecaster_id != SUGGESTION]
    if not acts:
        show_empty("Nobody has forecast yet.", "Be the first: the form is beside the chart.")
        return
    columns = {
        "made": _C.DatetimeColumn("When", format="D MMM YYYY, HH:mm", timezone=visit.zone.key),
        "who": _C.TextColumn("Who"),
        "act": _C.TextColumn("Did"),
        "said": _C.TextColumn("Said"),
        "wording": _C.TextColumn(
            "On", help="The wording that it was made on; see the tab Question."
        ),
        "cites": _C.NumberColumn("Cites", help="How many pieces of evidence it rests on."),
        "why": _C.TextColumn("Why", width=460),
    }
    if len(page.versions) < 2:
        del columns["wording"]
    frame = forecast_history_frame(
        question, acts, page.forecasters, visit.me, versions=page.versions
    )
    selectable = {
        "key": f"history-{computed}-{question.id}",
        "on_select": "rerun",
        "selection_mode": "single-row",
    }
    selection_options: dict[str, Any] = selectable if question.kind == "binary" else {}
    state = show_table(
        frame, columns, "History of forecasts", row_height=WRAPPED_ROW_HEIGHT, **selection_options
    )
    hint = "Pick a row to see why it moved. " if selection_options else ""
    st.caption(
        f"{hint}Nothing is ever removed: an undo is an act of its own. Times in {visit.zone.key}."
    )
    picked = get_selected_row(state) if selection_options else None
    if picked is not None:
        why.explain_act(visit, page, acts[::-1][picked])


def show_about(visit: Visit, page: QuestionPage) -> None:
    """Show resolution criteria, sources, options, base rate, origin and signposts."""
    question = page.summary.question
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**How it is resolved**")
        wording_history.show_current_wording(visit, page)
        st.text(unwrap_prose(question.criteria))
        st.markdown("**Sources**")
        st.text("\n".join(f"• {source}" for source in question.sources))
        st.markdown("**What can be the answer**")
        st.caption(escape_markdown(_describe_answers(question)))
        if question.options:
            _show_options(visit, page)
        st.markdown(
            f"**Base rate: {escape_markdown(forecast_headline(question, question.prior)[0])}**"
        )
        if question.scale is not None:
            st.caption(escape_markdown(capitalise(describe_forecast(question, question.prior))))
        st.text(unwrap_prose(question.dated_prior_reason))
        st.caption(
            f"Opens {visit.day(question.opens_at)} · closes {visit.day(question.closes_at)}"
            f" · answer due {visit.day(question.resolves_at)}"
        )
    with right:
        st.markdown("**Where it comes from**")
        published = f" ({page.essay.published})" if page.essay.published else ""
        st.caption(escape_markdown(f"{page.essay.title}{published}"))
        for claim in page.claims:
            with st.container(border=True):
                st.text(f"“{claim.quote}”")
                st.text(unwrap_prose(claim.restatement))
                st.caption(
                    f"{escape_markdown(claim.id)} · {escape_markdown(claim.modality)} · at "
                    f"character {claim.offset:,} of the essay"
                )
    statements.render(visit, page)
    _show_signposts(visit, page)
    if not visit.looks_back:
        watching.show_add_indicator(visit, page)
    wording_history.render(visit, page)


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


def _show_signposts(visit: Visit, page: QuestionPage) -> None:
    if not page.indicators:
        return
    st.markdown("**Signposts**: what would bear on it, written down in advance")
    columns = {
        "name": _C.TextColumn("Signpost", width=300),
        "direction": _C.TextColumn(_direction_heading(page)),
        "strength": _C.TextColumn("Strength"),
        "seen": _C.NumberColumn(
            "Seen", help="Pieces of evidence that were not rejected; 0 is silence."
        ),
        "kept": _C.TextColumn(
            "Kept", width=150, help="Of its pieces that a person judged. Shown from three on."
        ),
        "last": _C.DatetimeColumn("Last seen", format="D MMM YYYY", timezone=visit.zone.key),
        "expected": _C.DatetimeColumn(
            "Expected by",
            format="D MMM YYYY",
            timezone=visit.zone.key,
            help="From then on its silence counts.",
        ),
        "examples": _C.TextColumn("For example", width=380),
        "opposites": _C.TextColumn("The opposite", width=380),
    }
    if all(i.expected is None for i in page.indicators.values()):
        del columns["expected"]
    frame = signposts_frame(page, visit.tracker.learning.matcher_record())
    if not any(frame["kept"]):
        del columns["kept"]
    show_table(frame, columns, "Signposts", row_height=WRAPPED_ROW_HEIGHT)
