"""Fields of a draft, step by step: slots of the sentence, question, closing days, base rate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.essays.text import SLOTS, QuestionWording, Slot, fill_slot, list_closing_days
from dashboard.home.question_form import (
    EXAMPLES,
    QuestionForm,
    choose_kind,
    choose_shape,
    input_base_rate,
    input_options,
    input_range,
)
from dashboard.wording import escape_markdown, side_label, strength_name
from forecasts.distributions.cdf import Scale
from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.essays.claim_map import MappedSentence
from forecasts.essays.draft import (
    ClaimDraft,
    DraftIndicator,
    build_draft_indicators,
    build_new_question,
)
from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.questions.question import HorizonShape, Kind, QuestionId
from tracker.model.essays import EssayPage, SavedDraft

_BINARY_OUTCOMES: Final = {
    "yes": "The answer is YES",
    "no": "The answer is NO",
    "": "It says nothing of the claim",
}
_COMPARISONS: Final[dict[Kind, tuple[str, ...]]] = {
    "numeric": ("", "at least", "at most", "more than", "less than"),
    "date": ("", "by", "after"),
}
_NO_OUTCOME: Final = "no answer does"
_DIRECTIONS: Final = (Direction.YES.name, Direction.NO.name)
_STRENGTHS: Final = tuple(s.name for s in Strength if s is not Strength.NONE)


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
class DraftIndicatorRow:
    """Indicator of the form; `option` is its option, for a question with options."""

    indicator: DraftIndicator
    option: str


def show_indicator_rows(
    form: QuestionForm, kind: Kind, options: Sequence[str]
) -> tuple[DraftIndicatorRow, ...]:
    """Show the indicators and return the selected ones as edited."""
    st.markdown("**5 · What to look for in the news**")
    form.register_field("indicators", 0)
    rows = [
        _show_indicator_row(form, n, kind, options)
        for n in range(int(form.value("indicators") or 0))
    ]
    st.button(
        "Another signpost",
        icon=":material/add:",
        type="tertiary",
        key=f"more-{form.id}",
        on_click=_add_indicator_row,
        args=(form,),
    )
    return tuple(row for row in rows if row is not None)


def _add_indicator_row(form: QuestionForm) -> None:
    st.session_state[form.key("indicators")] = int(form.value("indicators") or 0) + 1


def _show_indicator_row(
    form: QuestionForm, number: int, kind: Kind, options: Sequence[str]
) -> DraftIndicatorRow | None:
    name = str(form.value(f"name-{number}") or "").strip()
    is_used = st.checkbox(
        escape_markdown(name) or "A new signpost", **form.register_field(f"use-{number}", True)
    )
    with st.expander("Edit", type="compact", expanded=not name, key=f"edit-{number}-{form.id}"):
        name = form.text("Signpost", f"name-{number}", placeholder="What would be reported")
        left, right = st.columns(2)
        with left:
            direction = st.selectbox(
                "It speaks",
                _DIRECTIONS,
                format_func=lambda name_of_value: side_label(kind, Direction[name_of_value]),
                **form.register_field(f"direction-{number}", Direction.YES.name),
            )
        with right:
            weight = st.selectbox(
                "How strongly",
                _STRENGTHS,
                format_func=lambda name_of_value: strength_name(Strength[name_of_value]),
                **form.register_field(f"strength-{number}", Strength.MODERATE.name),
            )
        option = _choose_option(form, number, kind, options)
        examples = form.lines("Headlines that would say so, one a line", f"examples-{number}")
        opposites = form.lines("Headlines that would deny it, one a line", f"opposites-{number}")
    indicator = DraftIndicator(name, Direction[direction], Strength[weight], examples, opposites)
    return DraftIndicatorRow(indicator, option) if is_used and name else None


def _choose_option(form: QuestionForm, number: int, kind: Kind, options: Sequence[str]) -> str:
    if kind not in ("categorical", "ordered") or not options:
        return ""
    widget_options = form.register_field(f"option-{number}", options[0])
    if form.value(f"option-{number}") not in options:
        st.session_state[widget_options["key"]] = options[0]
    selected: str = st.selectbox("About the option", list(options), **widget_options)
    return selected


def build_indicators(
    draft: ClaimDraft, question_id: str, rows: Sequence[DraftIndicatorRow]
) -> tuple[Indicator, ...]:
    """Build the indicators of a question, with search terms made of their headlines."""
    indicators: list[Indicator] = []
    for number, row in enumerate(rows, 1):
        built = build_draft_indicators(
            replace(draft, indicators=(row.indicator,)), QuestionId(question_id)
        )
        indicators += [
            replace(indicator, id=IndicatorId(f"{question_id}/draft-{number}"), option=row.option)
            for indicator in built
        ]
    return tuple(indicators)


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
