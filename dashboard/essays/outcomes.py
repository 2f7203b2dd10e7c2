"""Choice of the answer that bears the claim out."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import streamlit as st

from dashboard.questions.question_form import QuestionForm
from forecasts.questions.question import Kind

_BINARY_OUTCOMES: Final = {"yes": "YES", "no": "NO", "": "Neither"}
_COMPARISONS: Final[dict[Kind, tuple[str, ...]]] = {
    "numeric": ("", "at least", "at most", "more than", "less than"),
    "date": ("", "by", "after"),
}
_NO_OUTCOME: Final = "whatever it is"


def choose_claim_outcome(form: QuestionForm, kind: Kind, options: Sequence[str]) -> str:
    """Show the choice of the answer that bears the claim out, as in `Question.bears_out`; "" for
    none.
    """
    if kind == "binary":
        selected = st.pills(
            "Which answer proves the essay right?",
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
        "The essay is right if the answer is",
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
            "The essay is right if the number is"
            if kind == "numeric"
            else "The essay is right if it happens",
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
