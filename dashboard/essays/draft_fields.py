"""Fields of a draft: the question, its last day, what decides it, its source and base rate."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.widgets import format_sentence
from dashboard.essays.closing_days import choose_days
from dashboard.essays.draft_work import (
    DraftWork,
    take_candidate,
    take_kind,
)
from dashboard.essays.gaps import (
    is_skeleton,
    list_gaps,
    show_blanks,
)
from dashboard.essays.outcomes import choose_claim_outcome
from dashboard.essays.part_fields import input_criteria, input_sources, input_text
from dashboard.questions.question_form import (
    QuestionForm,
    choose_kind,
    choose_shape,
    input_options,
    input_prior,
    input_range,
    input_reason,
)
from dashboard.wording import escape_markdown, plural
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError
from forecasts.essays.draft import ClaimDraft, build_new_question, with_wording
from forecasts.essays.drafting.rewording import SOURCE_GAP
from forecasts.essays.question_names import find_free_name, name_question
from forecasts.linting.flaws import FlawPlace
from forecasts.questions.question import HorizonShape, Kind
from tracker.llm.draft_proposals import ProposalResult
from tracker.llm.llm_messages import LlmFailure

PROPOSAL_FIELD: Final = "proposed"


@dataclass(frozen=True, slots=True)
class DraftFormValues:
    """Values of the form. `refusal` is why some of it could not be read.

    `missing` names what nobody has filled in yet, by its part of the question; `more` is the place
    of the fields that have good defaults.
    """

    draft: ClaimDraft
    scale: Scale | None
    days: tuple[date, ...]
    prior: str
    prior_reason: str
    name: str
    missing: dict[FlawPlace, str]
    more: DeltaGenerator
    refusal: ForecastsError | None


def show_candidates(work: DraftWork) -> None:
    """Show the questions that can be asked of the claim, to choose one of several."""
    options = work.form.register_field("pick", 0)
    # A model's draft that was saved may not be there any more.
    pick = min(int(work.form.value("pick") or 0), len(work.drafts) - 1)
    st.session_state[options["key"]] = pick
    if len(work.drafts) > 1:
        texts = [_word_candidate(draft) for draft in work.drafts]
        st.radio(
            "What to ask",
            range(len(texts)),
            format_func=texts.__getitem__,
            captions=[_describe_candidate(draft) for draft in work.drafts],
            on_change=take_candidate,
            args=(work,),
            **options,
        )
    for note in work.draft.plan.notes:
        st.caption(f":material/info: {escape_markdown(note)}")
    _show_model_button(work)


def _show_model_button(work: DraftWork) -> None:
    """Show the button that asks the model for more questions, and why some are left out."""
    if not work.visit.tracker.settings.model_url:
        return
    key = work.form.key(PROPOSAL_FIELD)
    if st.button("Ask the model for more", icon=":material/smart_toy:", key=f"ask-{work.form.id}"):
        with st.spinner("Asking the model …"):
            st.session_state[key] = work.visit.tracker.essays.propose(work.essay_id, work.offset)
        st.rerun()
    proposal: ProposalResult | None = st.session_state.get(key)
    if isinstance(proposal, LlmFailure):
        st.markdown(f":material/error: {format_sentence(proposal.reason)}")
    elif proposal is not None:
        for reason in proposal.refused:
            st.caption(f":material/block: Left out {escape_markdown(reason)}")
        if not proposal.drafts and not proposal.refused:
            st.caption("It has nothing to add.")


def _word_candidate(draft: ClaimDraft) -> str:
    """Return a proposed question; a claim that made none stands in its own words."""
    words = f"“{draft.text}”" if is_skeleton(draft) else show_blanks(draft.plan.text)
    return escape_markdown(words)


def _describe_candidate(draft: ClaimDraft) -> str:
    gaps = len(set(draft.plan.gaps))
    to_fill = f"{plural(gaps, 'field')} to fill in" if gaps else "complete"
    if draft.by:
        return escape_markdown(f"by {draft.by} · {to_fill}")
    if draft.match is None:
        return f"in the essay’s own words · {to_fill}"
    return escape_markdown(f"{draft.match.entry.name} · {to_fill}")


def show_fields(work: DraftWork) -> DraftFormValues:
    """Show the fields of the question and return their values."""
    form = work.form
    form.register_field("drafted-day")
    kind: Kind = form.value("kind") or "binary"
    text = input_text(work, kind)
    days = choose_days(work, text)
    form.place("times")
    options, scale, refusal = _read_kind_inputs(form, kind)
    criteria = input_criteria(work, text)
    sources = input_sources(work, text)
    if not work.draft.plan.bears_out and kind == "binary":
        outcome = choose_claim_outcome(form, kind, options)  # the essay only asks
        is_chosen = True
    else:
        outcome, is_chosen = "", False
    reason = _input_base_rate_words(work, kind)
    more = st.expander("More choices", type="compact", key=f"more-{form.id}")
    with more:
        choose_kind(form, on_change=take_kind, args=(work,))
        shape = _choose_shape(form, kind)
        if not is_chosen:
            outcome = choose_claim_outcome(form, kind, options)
        draft = with_wording(
            work.draft, text=text, criteria=criteria, sources=sources, kind=kind,
            shape=shape, options=options, bears_out=outcome,
        )  # fmt: skip
        first = build_new_question(draft, name="draft", now=work.now)
        shown = first if kind == "date" else replace(first, scale=scale)
        prior = input_prior(form, shown, refusal, reason)
        name = _input_name(work, text)
        if cases := work.draft.plan.edge_cases:
            st.caption("What often turns up with such questions:")
            st.text("\n".join(f"• {case}" for case in cases))
    missing = _list_missing(work, draft)
    return DraftFormValues(draft, scale, days, prior, reason, name, missing, more, refusal)


def _input_base_rate_words(work: DraftWork, kind: Kind) -> str:
    """Show the base rate in words; what the catalogue knows of it stands above."""
    if work.draft.match is not None and work.draft.plan.base_rate:
        st.caption(escape_markdown(work.draft.plan.base_rate))
    reason = input_reason(work.form, kind)
    work.form.place("prior")
    return reason


def _input_name(work: DraftWork, text: str) -> str:
    form = work.form
    form.register_field("name", "")
    used = {summary.question.id for summary in work.visit.tracker.questions.list()}
    name = name_question(text, work.draft.text)
    form.follow("name", find_free_name(name, used, work.draft.window.last.year))
    return form.text("Short name", "name", help="For its address and for commands; kept for good.")


def _read_kind_inputs(
    form: QuestionForm, kind: Kind
) -> tuple[tuple[str, ...], Scale | None, ForecastsError | None]:
    """Read options and range of a kind; the range of a date is the time until the close."""
    options: tuple[str, ...] = ()
    scale, refusal = None, None
    try:
        if kind == "numeric":
            scale = input_range(form)
        elif kind in ("categorical", "ordered"):
            options = input_options(form, kind)
    except ForecastsError as error:
        refusal = error
    form.place("options", "scale")
    return options, scale, refusal


def _choose_shape(form: QuestionForm, kind: Kind) -> HorizonShape:
    if kind == "binary":
        return choose_shape(form)
    return "event_by" if kind == "date" else "state_at"


def _list_missing(work: DraftWork, draft: ClaimDraft) -> dict[FlawPlace, str]:
    """Name the parts that nobody has filled in yet."""
    plan = draft.plan
    is_untouched = is_skeleton(work.draft) and plan.text == work.draft.text
    missing: dict[FlawPlace, str] = {}
    if is_untouched or list_gaps(plan.text):
        missing["text"] = "the question"
    if list_gaps("\n".join(plan.options)):
        missing["options"] = "the options"
    if list_gaps(plan.criteria):
        missing["criteria"] = "what decides it"
    if SOURCE_GAP in plan.sources:
        missing["sources"] = "the source"
    return missing
