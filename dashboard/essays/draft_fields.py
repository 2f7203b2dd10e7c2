"""Fields of a draft, step by step: slots of the sentence, question, closing days, base rate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.essays.draft_signposts import choose_claim_outcome
from dashboard.essays.drafting_data import (
    SLOTS,
    QuestionWording,
    Slot,
    fill_slot,
    list_closing_days,
)
from dashboard.home.question_form import (
    EXAMPLES,
    QuestionForm,
    choose_kind,
    choose_shape,
    input_base_rate,
    input_options,
    input_range,
)
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.essays.claim_map import MappedSentence
from forecasts.essays.draft import ClaimDraft, build_new_question
from forecasts.questions.question import HorizonShape, Kind
from tracker.model.essays import EssayPage, SavedDraft

_TEXT_FIELDS: Final = ("text", "criteria", "sources")


@dataclass(frozen=True, slots=True)
class DraftWork:
    """Draft in progress: its sentence, the rules' proposal, and its form. `saved` is the stored
    draft.
    """

    visit: Visit
    page: EssayPage
    mapped: MappedSentence
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


def show_slots(work: DraftWork) -> None:
    """Show the slots of a question, as far as the sentence fills them."""
    st.markdown("**1 · What the sentence says**")
    st.caption("What you change or fill in here is put into the question below.")
    columns = st.columns(2, gap="small")
    for index, (slot, (label, hint)) in enumerate(SLOTS.items()):
        old_value = work.form.value(f"slot-{slot}") or ""
        with columns[index % 2]:
            work.form.text(
                label,
                f"slot-{slot}",
                help=hint,
                placeholder="not said",
                on_change=reword_draft,
                args=(work.form, slot, old_value),
            )


def reword_draft(form: QuestionForm, slot: Slot, old: str) -> None:
    """Apply a changed slot to the wording, before the page runs."""
    new = (st.session_state[form.key(f"slot-{slot}")] or "").strip()
    wording = fill_slot(
        QuestionWording(*(form.value(part) or "" for part in _TEXT_FIELDS)), slot, old, new
    )
    for part in _TEXT_FIELDS:
        st.session_state[form.key(part)] = getattr(wording, part)


def show_fields(work: DraftWork) -> DraftFormValues:
    """Show the fields of the question and return their values."""
    form = work.form
    st.markdown("**2 · The question**")
    kind = choose_kind(form)
    text = form.lines("Question", "text", height=80, placeholder=EXAMPLES[kind], max_chars=300)
    form.place("text")
    shape, options, scale, refusal = _read_kind_inputs(form, kind)
    form.place("options", "scale")
    criteria = "\n".join(form.lines("How it is resolved", "criteria", height=180))
    form.place("criteria")
    with st.expander(
        "What usually turns up that nobody thought of", type="compact", key=f"edges-{form.id}"
    ):
        st.text("\n".join(f"• {case}" for case in work.draft.edge_cases))
    sources = form.lines("Sources, one a line", "sources")
    form.place("sources")
    outcome = choose_claim_outcome(form, kind, options)
    draft = replace(
        work.draft, text=" ".join(text), criteria=criteria, sources=sources, kind=kind,
        horizon_shape=shape, options=options, bears_out=outcome,
    )  # fmt: skip
    days = _show_closing_days(work)
    form.place("times")
    prior, reason = _show_base_rate(work, draft, scale, days, refusal=refusal)
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
    proposed = [
        day.isoformat()
        for day in list_closing_days(work.draft, form.value("slot-deadline") or "", today)
    ]
    options = form.register_field("horizons")
    st.session_state[options["key"]] = [
        day for day in form.value("horizons") or [] if day in proposed
    ]
    selected = st.pills(
        "It closes at the end of (UTC)",
        proposed,
        selection_mode="multi",
        format_func=lambda day: _format_day(date.fromisoformat(day)),
        help="One question opens for each; the day in text and criteria changes with it.",
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
    days: Sequence[date],
    *,
    refusal: ForecastsError | None,
) -> tuple[str, str]:
    st.markdown("**4 · How likely, before any news**")
    soonest = min(days, default=work.draft.horizons[0])
    first = build_new_question(draft, name="draft", closes_on=soonest, now=work.now)
    shown = first if draft.kind == "date" else replace(first, scale=scale)
    base = input_base_rate(
        work.form, shown, refusal, prompt=draft.base_rate_prompt or "Comparable cases: k of n."
    )
    work.form.place("prior")
    return base
