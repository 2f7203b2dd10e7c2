"""Fields of a draft, step by step: slots of the sentence, question, closing days, base rate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.essays.draft_signposts import bears_out
from dashboard.essays.drafting_data import SLOTS, Slot, Written, choices, with_slot
from dashboard.home.question_form import (
    EXAMPLES,
    Form,
    base_rate,
    kind_of,
    options_of,
    range_of,
    shape_of,
)
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.essays.claim_map import Mapped
from forecasts.essays.draft import Draft, asked_from
from forecasts.questions.question import HorizonShape, Kind
from tracker.model.essays import EssayPage, SavedDraft

_TEXT_FIELDS: Final = ("text", "criteria", "sources")


@dataclass(frozen=True, slots=True)
class Drafting:
    """Draft in progress: its sentence, the rules' proposal, and its form. `saved` is the stored
    draft.
    """

    visit: Visit
    page: EssayPage
    one: Mapped
    draft: Draft
    form: Form
    saved: SavedDraft | None
    now: datetime

    @property
    def essay_id(self) -> str:
        """Id of its essay."""
        return self.page.essay.id

    @property
    def offset(self) -> int:
        """Offset of its sentence."""
        return self.one.sentence.offset


@dataclass(frozen=True, slots=True)
class Filled:
    """Values of the form. `refusal` is why some of it could not be read."""

    draft: Draft
    scale: Scale | None
    days: tuple[date, ...]
    prior: str
    prior_reason: str
    name: str
    refusal: ForecastsError | None


def slots(work: Drafting) -> None:
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
                on_change=reword,
                args=(work.form, slot, old_value),
            )


def reword(form: Form, slot: Slot, old: str) -> None:
    """Apply a changed slot to the wording, before the page runs."""
    new = (st.session_state[form.key(f"slot-{slot}")] or "").strip()
    wording = with_slot(Written(*(form.value(part) or "" for part in _TEXT_FIELDS)), slot, old, new)
    for part in _TEXT_FIELDS:
        st.session_state[form.key(part)] = getattr(wording, part)


def fields(work: Drafting) -> Filled:
    """Show the fields of the question and return their values."""
    form = work.form
    st.markdown("**2 · The question**")
    kind = kind_of(form)
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
    outcome = bears_out(form, kind, options)
    draft = replace(
        work.draft, text=" ".join(text), criteria=criteria, sources=sources, kind=kind,
        horizon_shape=shape, options=options, bears_out=outcome,
    )  # fmt: skip
    days = _show_closing_days(work)
    form.place("times")
    prior, reason = _show_base_rate(work, draft, scale, days, refusal=refusal)
    name = form.text("Short name", "name", help="For its address and for commands; kept for good.")
    return Filled(draft, scale, days, prior, reason, name, refusal or _check_days(days))


def _read_kind_inputs(
    form: Form, kind: Kind
) -> tuple[HorizonShape, tuple[str, ...], Scale | None, ForecastsError | None]:
    """Read shape, options and range of a kind; the range of a date is the time until the close."""
    try:
        match kind:
            case "binary":
                return shape_of(form), (), None, None
            case "numeric":
                return "state_at", (), range_of(form), None
            case "date":
                return "event_by", (), None, None
            case _:
                return "state_at", options_of(form, kind), None, None
    except ForecastsError as refusal:
        return "state_at", (), None, refusal


def _show_closing_days(work: Drafting) -> tuple[date, ...]:
    """Read the closing days: the selected proposals, and another."""
    form, today = work.form, work.now.date()
    st.markdown("**3 · By when**")
    proposed = [
        day.isoformat() for day in choices(work.draft, form.value("slot-deadline") or "", today)
    ]
    options = form.keyed("horizons")
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
    work: Drafting,
    draft: Draft,
    scale: Scale | None,
    days: Sequence[date],
    *,
    refusal: ForecastsError | None,
) -> tuple[str, str]:
    st.markdown("**4 · How likely, before any news**")
    soonest = min(days, default=work.draft.horizons[0])
    first = asked_from(draft, name="draft", closes_on=soonest, now=work.now)
    shown = first if draft.kind == "date" else replace(first, scale=scale)
    base = base_rate(
        work.form, shown, refusal, prompt=draft.base_rate_prompt or "Comparable cases: k of n."
    )
    work.form.place("prior")
    return base
