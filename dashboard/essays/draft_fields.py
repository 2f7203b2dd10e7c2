"""Fields of a draft, step by step: what to ask, its wording, closing days, base rate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import format_sentence
from dashboard.essays.text import initial_fields
from dashboard.home.question_form import (
    EXAMPLES,
    QuestionForm,
    choose_kind,
    choose_shape,
    input_base_rate,
    input_options,
    input_range,
)
from dashboard.wording import escape_markdown, plural
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.essays.claim_map import MappedSentence
from forecasts.essays.draft import ClaimDraft, build_new_question, redraft, with_wording
from forecasts.questions.question import HorizonShape, Kind
from tracker.llm.draft_proposals import ProposalResult
from tracker.llm.llm_messages import LlmFailure
from tracker.model.essays import EssayPage, SavedDraft

PROPOSAL_FIELD: Final = "proposed"

_BINARY_OUTCOMES: Final = {
    "yes": "The answer is YES",
    "no": "The answer is NO",
    "": "It says nothing of the claim",
}
_COMPARISONS: Final[dict[Kind, tuple[str, ...]]] = {
    "numeric": ("", "at least", "at most", "more than", "less than"),
    "date": ("", "by", "after"),
}
_DATED_FIELDS: Final = ("text", "criteria", "bears", "compared", "bound", "bound-day")
"""Fields of a draft that depend on its last day."""

_NO_OUTCOME: Final = "no answer does"


def choose_claim_outcome(form: QuestionForm, kind: Kind, options: Sequence[str]) -> str:
    """Show the choice of the answer that bears the claim out, as in `Question.bears_out`; "" for
    none.
    """
    if kind == "binary":
        selected = st.pills(
            "The claim is borne out if",
            list(_BINARY_OUTCOMES),
            format_func=_BINARY_OUTCOMES.__getitem__,
            required=True,
            **form.register_field("bears", ""),
        )
        return selected or ""
    if kind in ("numeric", "date"):
        return _choose_bound(form, kind)
    current = [name.strip() for name in str(form.value("bears") or "").split("|")]
    selected_options = st.multiselect(
        "The claim is borne out if the answer is",
        list(options),
        **form.register_field("among", [name for name in current if name in options]),
    )
    return " | ".join(selected_options)


def _choose_bound(form: QuestionForm, kind: Kind) -> str:
    left, right = st.columns(2, vertical_alignment="bottom")
    options = form.register_field("compared", "")
    if form.value("compared") not in _COMPARISONS[kind]:
        st.session_state[options["key"]] = ""
    with left:
        comparison = st.selectbox(
            "The claim is borne out if it is"
            if kind == "numeric"
            else "The claim is borne out if it comes",
            _COMPARISONS[kind],
            format_func=lambda word: word or _NO_OUTCOME,
            **options,
        )
    with right:
        if not comparison:
            return ""
        if kind == "date":
            day = form.day("This day", "bound-day")
            return f"{comparison} {day.isoformat()}" if isinstance(day, date) else ""
        bound = st.number_input(
            "This number", value=None, format="%g", **form.register_field("bound")
        )
    return "" if bound is None else f"{comparison} {float(bound):.12g}"


@dataclass(frozen=True, slots=True)
class DraftWork:
    """Draft in progress: its sentence, the proposed questions, the chosen one, and its form.

    `draft` is the chosen one, as the kind and to the day that the fields were filled for. `saved`
    is the stored draft.
    """

    visit: Visit
    page: EssayPage
    mapped: MappedSentence
    drafts: tuple[ClaimDraft, ...]
    draft: ClaimDraft
    form: QuestionForm
    saved: SavedDraft | None
    now: datetime

    @property
    def essay_id(self) -> str:
        """Id of its essay."""
        return self.page.essay.id

    @property
    def offset(self) -> int:
        """Offset of its sentence."""
        return self.mapped.sentence.offset


def choose_draft(drafts: Sequence[ClaimDraft], form: QuestionForm) -> ClaimDraft:
    """Return the chosen draft, as the kind and to the day that the fields were filled for."""
    pick = min(int(form.value("pick") or 0), len(drafts) - 1)
    day = form.value("drafted-day")
    last = date.fromisoformat(day) if day else None
    return redraft(drafts[pick], kind=form.value("kind"), last=last)


@dataclass(frozen=True, slots=True)
class DraftFormValues:
    """Values of the form. `refusal` is why some of it could not be read."""

    draft: ClaimDraft
    scale: Scale | None
    days: tuple[date, ...]
    prior: str
    prior_reason: str
    name: str
    refusal: ForecastsError | None


def show_candidates(work: DraftWork) -> None:
    """Show the questions that can be asked of the claim, to choose one."""
    st.markdown("**1 · What to ask**")
    texts = [escape_markdown(draft.plan.text) for draft in work.drafts]
    captions = [_describe_candidate(draft) for draft in work.drafts]
    options = work.form.register_field("pick", 0)
    # A model's draft that was saved may not be there any more.
    pick = min(int(work.form.value("pick") or 0), len(texts) - 1)
    st.session_state[options["key"]] = pick
    st.radio(
        "What to ask",
        range(len(texts)),
        format_func=texts.__getitem__,
        captions=captions,
        label_visibility="collapsed",
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


def _describe_candidate(draft: ClaimDraft) -> str:
    gaps = len(draft.plan.gaps)
    to_fill = f"{plural(gaps, 'gap')} to fill" if gaps else "complete"
    if draft.by:
        return escape_markdown(f"by {draft.by} · {to_fill}")
    if draft.match is None:
        return f"the claim in its own words · {to_fill}"
    return escape_markdown(f"{draft.match.entry.name} · {to_fill}")


def take_candidate(work: DraftWork) -> None:
    """Fill the form with the chosen question, before the page runs."""
    form = work.form
    draft = work.drafts[int(st.session_state[form.key("pick")])]
    _fill_form(form, draft, work.now)


def take_kind(work: DraftWork) -> None:
    """Draft the question anew as the chosen kind, before the page runs; its closing days stay."""
    form, kind = work.form, st.session_state[work.form.key("kind")]
    days = form.value("horizons") or []
    last = date.fromisoformat(min(days)) if days else None
    _fill_form(form, redraft(work.draft, kind=kind, last=last), work.now)
    st.session_state[form.key("horizons")] = days


def take_days(work: DraftWork) -> None:
    """Draft the words anew for the first chosen day if nobody changed them, before the page runs.

    Words of a person stay; each question that opens has its own day in them.
    """
    form, days = work.form, work.form.value("horizons")
    drafted = _list_fields(work.draft, work.now)
    if not days or any(form.value(name) != drafted[name] for name in _DATED_FIELDS):
        return
    moved = _list_fields(redraft(work.draft, last=date.fromisoformat(min(days))), work.now)
    for name in (*_DATED_FIELDS, "drafted-day"):
        st.session_state[form.key(name)] = moved[name]


def _fill_form(form: QuestionForm, draft: ClaimDraft, now: datetime) -> None:
    for name, value in _list_fields(draft, now).items():
        st.session_state[form.key(name)] = value


def _list_fields(draft: ClaimDraft, now: datetime) -> dict[str, Any]:
    return initial_fields(draft, build_new_question(draft, name="draft", now=now))


def show_fields(work: DraftWork) -> DraftFormValues:
    """Show the fields of the question and return their values."""
    form = work.form
    form.register_field("drafted-day")
    st.markdown("**2 · The question**")
    kind = choose_kind(form, on_change=take_kind, args=(work,))
    text = form.lines("Question", "text", height=80, placeholder=EXAMPLES[kind], max_chars=300)
    form.place("text")
    shape, options, scale, refusal = _read_kind_inputs(form, kind)
    form.place("options", "scale")
    criteria = "\n".join(form.lines("How it is resolved", "criteria", height=180))
    form.place("criteria")
    with st.expander(
        "What usually turns up that nobody thought of", type="compact", key=f"edges-{form.id}"
    ):
        st.text("\n".join(f"• {case}" for case in work.draft.plan.edge_cases))
    sources = form.lines("Sources, one a line", "sources")
    form.place("sources")
    outcome = choose_claim_outcome(form, kind, options)
    draft = with_wording(
        work.draft, text=" ".join(text), criteria=criteria, sources=sources, kind=kind,
        shape=shape, options=options, bears_out=outcome,
    )  # fmt: skip
    days = _show_closing_days(work)
    form.place("times")
    prior, reason = _show_base_rate(work, draft, scale, refusal=refusal)
    name = form.text("Short name", "name", help="For its address and for commands; kept for good.")
    return DraftFormValues(draft, scale, days, prior, reason, name, refusal or _check_days(days))


def _read_kind_inputs(
    form: QuestionForm, kind: Kind
) -> tuple[HorizonShape, tuple[str, ...], Scale | None, ForecastsError | None]:
    """Read shape, options and range of a kind; the range of a date is the time until the close."""
    try:
        match kind:
            case "binary":
                return choose_shape(form), (), None, None
            case "numeric":
                return "state_at", (), input_range(form), None
            case "date":
                return "event_by", (), None, None
            case _:
                return "state_at", input_options(form, kind), None, None
    except ForecastsError as refusal:
        return "state_at", (), None, refusal


def _show_closing_days(work: DraftWork) -> tuple[date, ...]:
    """Read the closing days: the selected proposals, and another."""
    form, today = work.form, work.now.date()
    st.markdown("**3 · By when**")
    options = form.register_field("horizons")
    chosen = [day for day in form.value("horizons") or [] if day > today.isoformat()]
    proposed = list(dict.fromkeys([*(d.isoformat() for d in work.draft.horizons), *chosen]))
    st.session_state[options["key"]] = [
        day for day in form.value("horizons") or [] if day in proposed
    ]
    selected = st.pills(
        "It closes at the end of (UTC)",
        proposed,
        selection_mode="multi",
        format_func=lambda day: _format_day(date.fromisoformat(day)),
        help="One question opens for each; the day in text and criteria changes with it.",
        on_change=take_days,
        args=(work,),
        **options,
    )
    other_day = form.day("Another day", "another-day", min_value=today)
    return tuple(
        dict.fromkeys(
            [*map(date.fromisoformat, selected or ()), *([other_day] if other_day else [])]
        )
    )


def _format_day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _check_days(days: Sequence[date]) -> ForecastsError | None:
    return None if days else InvalidQuestion("when does it close? choose at least one day")


def _show_base_rate(
    work: DraftWork,
    draft: ClaimDraft,
    scale: Scale | None,
    *,
    refusal: ForecastsError | None,
) -> tuple[str, str]:
    st.markdown("**4 · How likely, before any news**")
    first = build_new_question(draft, name="draft", now=work.now)
    shown = first if draft.plan.kind == "date" else replace(first, scale=scale)
    base = input_base_rate(work.form, shown, refusal, prompt=draft.plan.base_rate)
    work.form.place("prior")
    return base
