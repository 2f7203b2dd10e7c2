"""Which lines a revision chart draws: up to five forecasters or other questions, chosen by the
address.
"""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard import charts
from dashboard.charts.revisions_data import in_order
from dashboard.charts.series import MOST, Series, everyone, first_lines, of_other_question
from dashboard.components.visit import Visit
from dashboard.wording import clipped, inert, named
from tracker.errors import NotFound
from tracker.model.read_models import QuestionPage

PARAMETER: Final = "with"
ME: Final = "me"
"""How an address names whoever looks."""

_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Compared:
    """The lines to draw, how each is drawn, and in a sentence each why something that was asked for
    is not there.
    """

    series: tuple[Series, ...]
    styles: tuple[charts.Line, ...]
    notes: tuple[str, ...] = ()


def compared(visit: Visit, page: QuestionPage) -> Compared:
    """What the address asks for, or the first lines of this question where it asks for nothing that
    is there.
    """
    own = {each.id: each for each in everyone(page, visit.me)}
    asked = _asked(visit)
    found: list[Series] = []
    notes: list[str] = []
    for name in asked[:MOST]:
        try:
            found.append(own[name] if name in own else _other(visit, page, name))
        except LookupError as missing:
            notes.append(str(missing.args[0]))
    if len(asked) > MOST:
        notes.append(f"A chart has room for {MOST} lines: the first {MOST} are drawn.")
    series = tuple(found) or first_lines(page, visit.me)
    return Compared(series, _styles(visit, page, series), tuple(notes))


def _asked(visit: Visit) -> list[str]:
    given = [name.strip() for name in st.query_params.get(PARAMETER, "").split(",")]
    return list(dict.fromkeys(visit.me if name == ME else name for name in given if name))


def _other(visit: Visit, page: QuestionPage, name: str) -> Series:
    """Another question as a line; raises `LookupError` with a sentence where there is none to
    draw.
    """
    try:
        held = visit.tracker.held(name)
    except NotFound:
        raise LookupError(
            f"Nothing is called “{clipped(name, _LONGEST)}”: it is left out."
        ) from None
    if held.question.kind != "binary" or held.question.id == page.summary.question.id:
        raise LookupError(
            f"“{clipped(held.question.text, _LONGEST)}” has no line to compare: it is left out."
        )
    return of_other_question(held.question, held.timelines)


def _styles(
    visit: Visit, page: QuestionPage, series: tuple[Series, ...]
) -> tuple[charts.Line, ...]:
    """People and the computed ones as everywhere, other questions in what colours are left, with
    long dashes.
    """
    forecasters = in_order(page, visit.me)
    known = charts.lines(forecasters, [named(f, visit.me) for f in forecasters], visit.me)
    by_id: dict[str, charts.Line] = {f.id: line for f, line in zip(forecasters, known, strict=True)}
    others = [each for each in series if each.id not in by_id]
    by_id |= {each.id: charts.other_line(each.name, n) for n, each in enumerate(others)}
    return tuple(by_id[each.id] for each in series)


def control(visit: Visit, page: QuestionPage) -> None:
    """The way to choose lines; all questions are read only once somebody opens it."""
    shown = st.popover(
        "Compare", icon=":material/compare_arrows:", key="comparing", on_change="rerun"
    )
    if not shown.open:
        return
    with shown:
        own = {each.id: each.name for each in everyone(page, visit.me)}
        others: dict[str, str] = {
            row.question.id: row.question.text
            for row in visit.tracker.questions()
            if row.question.kind == "binary" and row.question.id != page.summary.question.id
        }
        words = {**others, **own}
        st.multiselect(
            f"Up to {MOST} lines",
            [*own, *(name for name in others if name not in own)],
            default=[each.id for each in compared(visit, page).series],
            format_func=words.__getitem__,
            max_selections=MOST,
            key=_key(page),
            on_change=_chosen,
            args=(_key(page),),
        )
        st.caption(
            "Other questions stand with their suggestion. The choice is kept in the address."
        )


def _key(page: QuestionPage) -> str:
    return f"with-{page.summary.question.id}"


def _chosen(key: str) -> None:
    picked = st.session_state[key]
    if picked:
        st.query_params[PARAMETER] = ",".join(picked)
    else:
        st.query_params.pop(PARAMETER, None)


def notes(found: Compared) -> None:
    """Why something that the address asks for is not in the chart."""
    for note in found.notes:
        st.caption(inert(note))
