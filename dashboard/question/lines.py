"""Lines of the chart of a yes/no question: those of the address, else the usual ones."""

from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from dashboard import charts
from dashboard.components.probability_lines import (
    MAX_LINES,
    ProbabilityLine,
    default_lines,
    list_lines,
    list_question_forecasters,
    other_question_line,
)
from dashboard.components.visit import Visit
from dashboard.question.head import lead_forecaster
from dashboard.wording import clip, display_name
from tracker.errors import NotFound
from tracker.model.read_models import QuestionPage

LINES_PARAM: Final = "with"
ME: Final = "me"
"""Name of the viewer in the address."""

BOLD, THIN = 3.5, 1.5
"""Widths of the line that the page is about, and of the others."""

_MAX_NAME_CHARACTERS: Final = 80


@dataclass(frozen=True, slots=True)
class ComparisonLines:
    """Lines to draw with their styles, and a note for each requested line that is missing."""

    series: tuple[ProbabilityLine, ...]
    styles: tuple[charts.LineStyle, ...]
    notes: tuple[str, ...] = ()


def select_lines(visit: Visit, page: QuestionPage) -> ComparisonLines:
    """Return the lines of the address, or the default lines if it names none that exists."""
    own_series = {line_series.id: line_series for line_series in list_lines(page, visit.me)}
    names = _read_address(visit)
    lines: list[ProbabilityLine] = []
    notes: list[str] = []
    for name in names[:MAX_LINES]:
        try:
            lines.append(
                own_series[name] if name in own_series else _load_other_question(visit, page, name)
            )
        except LookupError as error:
            notes.append(str(error.args[0]))
    if len(names) > MAX_LINES:
        notes.append(f"A chart has room for {MAX_LINES} lines: the first {MAX_LINES} are drawn.")
    series = tuple(lines) or default_lines(page, visit.me)
    return ComparisonLines(series, _build_styles(visit, page, series), tuple(notes))


def _read_address(visit: Visit) -> list[str]:
    names = [name.strip() for name in st.query_params.get(LINES_PARAM, "").split(",")]
    return list(dict.fromkeys(visit.me if name == ME else name for name in names if name))


def _load_other_question(visit: Visit, page: QuestionPage, name: str) -> ProbabilityLine:
    """Return another question as a line; raises `LookupError` with a sentence if it has none."""
    try:
        other = visit.tracker.questions.history(name)
    except NotFound:
        raise LookupError(
            f"Nothing is called “{clip(name, _MAX_NAME_CHARACTERS)}”: it is left out."
        ) from None
    if other.question.kind != "binary" or other.question.id == page.summary.question.id:
        raise LookupError(
            f"“{clip(other.question.text, _MAX_NAME_CHARACTERS)}” has no line to compare: it is "
            "left out."
        )
    return other_question_line(other.question, other.timelines)


def _build_styles(
    visit: Visit, page: QuestionPage, series: tuple[ProbabilityLine, ...]
) -> tuple[charts.LineStyle, ...]:
    """Return the styles: people and computed forecasters as everywhere, other questions with long
    dashes.
    """
    forecasters = list_question_forecasters(page, visit.me)
    known = charts.forecaster_lines(
        forecasters, [display_name(f, visit.me) for f in forecasters], visit.me
    )
    by_id: dict[str, charts.LineStyle] = {
        f.id: line for f, line in zip(forecasters, known, strict=True)
    }
    other_series = [line_series for line_series in series if line_series.id not in by_id]
    by_id |= {
        line_series.id: charts.other_question_style(line_series.name, index)
        for index, line_series in enumerate(other_series)
    }
    lead = lead_forecaster(page, visit.me)
    return tuple(
        replace(by_id[line_series.id], width=BOLD if line_series.id == lead else THIN)
        for line_series in series
    )


def show_line_picker(visit: Visit, page: QuestionPage) -> None:
    """Show the choice of lines, which reads all questions."""
    own_names = {line_series.id: line_series.name for line_series in list_lines(page, visit.me)}
    other_texts: dict[str, str] = {
        row.question.id: row.question.text
        for row in visit.tracker.questions.list()
        if row.question.kind == "binary" and row.question.id != page.summary.question.id
    }
    words = {**other_texts, **own_names}
    st.multiselect(
        f"Up to {MAX_LINES} lines",
        [*own_names, *(name for name in other_texts if name not in own_names)],
        default=[line_series.id for line_series in select_lines(visit, page).series],
        format_func=words.__getitem__,
        max_selections=MAX_LINES,
        key=_get_picker_key(page),
        on_change=_store_lines,
        args=(_get_picker_key(page),),
    )
    st.caption("Other questions show their estimate. The address keeps your choice.")


def _get_picker_key(page: QuestionPage) -> str:
    return f"with-{page.summary.question.id}"


def _store_lines(key: str) -> None:
    selected = st.session_state[key]
    if selected:
        st.query_params[LINES_PARAM] = ",".join(selected)
    else:
        st.query_params.pop(LINES_PARAM, None)
