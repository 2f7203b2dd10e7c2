"""Two steps of a draft: the answer that bears the claim out, and the indicators."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import streamlit as st

from dashboard.home.question_form import QuestionForm
from dashboard.wording import escape_markdown, side_label, strength_name
from forecasts.essays.draft import ClaimDraft, DraftIndicator, build_draft_indicators
from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.questions.question import Kind, QuestionId

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
