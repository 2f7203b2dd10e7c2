"""Two parts of a draft: which answer bears the claim out, and what to look for in the news."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import streamlit as st

from dashboard.home.question_form import Form
from dashboard.wording import inert, side, strength
from forecasts.essays.draft import Draft, DraftIndicator, indicators_from
from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.questions.question import Kind, QuestionId

_SIDES: Final = {
    "yes": "The answer is YES",
    "no": "The answer is NO",
    "": "It says nothing of the claim",
}
_COMPARED: Final[dict[Kind, tuple[str, ...]]] = {
    "numeric": ("", "at least", "at most", "more than", "less than"),
    "date": ("", "by", "after"),
}
_NOTHING: Final = "no answer does"
_DIRECTIONS: Final = (Direction.YES.name, Direction.NO.name)
_STRENGTHS: Final = tuple(s.name for s in Strength if s is not Strength.NONE)


def bears_out(form: Form, kind: Kind, options: Sequence[str]) -> str:
    """Which answer bears the claim out, as `Question.bears_out` says it; "" for none."""
    if kind == "binary":
        picked = st.pills(
            "The claim is borne out if",
            list(_SIDES),
            format_func=_SIDES.__getitem__,
            required=True,
            **form.keyed("bears", ""),
        )
        return picked or ""
    if kind in ("numeric", "date"):
        return _measured(form, kind)
    held = [name.strip() for name in str(form.value("bears") or "").split("|")]
    chosen = st.multiselect(
        "The claim is borne out if the answer is",
        list(options),
        **form.keyed("among", [name for name in held if name in options]),
    )
    return " | ".join(chosen)


def _measured(form: Form, kind: Kind) -> str:
    left, right = st.columns(2, vertical_alignment="bottom")
    known = form.keyed("compared", "")
    if form.value("compared") not in _COMPARED[kind]:
        st.session_state[known["key"]] = ""
    with left:
        compared = st.selectbox(
            "The claim is borne out if it is"
            if kind == "numeric"
            else "The claim is borne out if it comes",
            _COMPARED[kind],
            format_func=lambda said: said or _NOTHING,
            **known,
        )
    with right:
        if not compared:
            return ""
        if kind == "date":
            day = form.day("This day", "bound-day")
            return f"{compared} {day.isoformat()}" if isinstance(day, date) else ""
        bound = st.number_input("This number", value=None, format="%g", **form.keyed("bound"))
    return "" if bound is None else f"{compared} {float(bound):.12g}"


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator as it stands in the form; `option` is, for a question with options, the one that
    it is about.
    """

    indicator: DraftIndicator
    option: str


def indicator_rows(form: Form, kind: Kind, options: Sequence[str]) -> tuple[Row, ...]:
    """The indicators that are ticked, each as it was edited."""
    st.markdown("**5 · What to look for in the news**")
    form.keyed("indicators", 0)
    rows = [_row(form, n, kind, options) for n in range(int(form.value("indicators") or 0))]
    st.button(
        "Another signpost",
        icon=":material/add:",
        type="tertiary",
        key=f"more-{form.id}",
        on_click=_more,
        args=(form,),
    )
    return tuple(row for row in rows if row is not None)


def _more(form: Form) -> None:
    st.session_state[form.key("indicators")] = int(form.value("indicators") or 0) + 1


def _row(form: Form, n: int, kind: Kind, options: Sequence[str]) -> Row | None:
    name = str(form.value(f"name-{n}") or "").strip()
    used = st.checkbox(inert(name) or "A new signpost", **form.keyed(f"use-{n}", True))
    with st.expander("Edit", type="compact", expanded=not name, key=f"edit-{n}-{form.id}"):
        name = form.text("Signpost", f"name-{n}", placeholder="What would be reported")
        left, right = st.columns(2)
        with left:
            direction = st.selectbox(
                "It speaks",
                _DIRECTIONS,
                format_func=lambda each: side(kind, Direction[each]),
                **form.keyed(f"direction-{n}", Direction.YES.name),
            )
        with right:
            weight = st.selectbox(
                "How strongly",
                _STRENGTHS,
                format_func=lambda each: strength(Strength[each]),
                **form.keyed(f"strength-{n}", Strength.MODERATE.name),
            )
        option = _option(form, n, kind, options)
        examples = form.lines("Headlines that would say so, one a line", f"examples-{n}")
        opposites = form.lines("Headlines that would deny it, one a line", f"opposites-{n}")
    made = DraftIndicator(name, Direction[direction], Strength[weight], examples, opposites)
    return Row(made, option) if used and name else None


def _option(form: Form, n: int, kind: Kind, options: Sequence[str]) -> str:
    if kind not in ("categorical", "ordered") or not options:
        return ""
    known = form.keyed(f"option-{n}", options[0])
    if form.value(f"option-{n}") not in options:
        st.session_state[known["key"]] = options[0]
    picked: str = st.selectbox("About the option", list(options), **known)
    return picked


def indicators_for(draft: Draft, question_id: str, rows: Sequence[Row]) -> tuple[Indicator, ...]:
    """The indicators of a question, with words to find them by that are made of their headlines."""
    found: list[Indicator] = []
    for n, row in enumerate(rows, 1):
        made = indicators_from(replace(draft, indicators=(row.indicator,)), QuestionId(question_id))
        found += [
            replace(each, id=IndicatorId(f"{question_id}/draft-{n}"), option=row.option)
            for each in made
        ]
    return tuple(found)
