"""Disagreement on a question: who stands where in log-odds, what lies between, who was nearer."""

from functools import partial
from typing import Final

import streamlit as st

from dashboard.components.frames import build_frame
from dashboard.components.markup import make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_refusals, show_table
from dashboard.wording.numbers import display_name, name_in_sentence, percent_exact
from forecasts.questions.formatting import capitalise
from tracker.model.disagreement import TOO_FEW, Disagreement, GapWriter
from tracker.model.read_models import QuestionPage

_C: Final = st.column_config


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the positions in a table, and each gap that is a disagreement in sentences."""
    question = page.summary.question
    with show_refusals(question):
        report = visit.tracker.questions.explain_gaps(question.id)
        if len(report.positions) < 2:
            show_empty("There is nobody to disagree with yet.", "Make a forecast to compare it.")
            return
        _show_positions(visit, report)
        _show_gaps(visit, report)


def _show_positions(visit: Visit, report: Disagreement) -> None:
    rows = [
        (capitalise(display_name(p.forecaster, visit.me)), percent_exact(p.p), p.log_odds)
        for p in report.positions
    ]
    columns = {
        "forecaster": _C.TextColumn("Forecaster"),
        "now": _C.TextColumn("Now"),
        "log_odds": _C.NumberColumn("Log-odds", format="%+.2f"),
    }
    show_table(build_frame("forecaster now log_odds:float", rows), columns, "Who stands where")


def _show_gaps(visit: Visit, report: Disagreement) -> None:
    if not report.pairs:
        show_markup(make_tag("p", "Nobody disagrees: no odds are twice those of another."))
        return
    writer = GapWriter(report, partial(name_in_sentence, me=visit.me), percent_exact)
    for pair in report.pairs:
        reasons = [make_tag("li", sentence) for sentence in writer.write_reasons(pair)]
        head = make_tag("h3", writer.write_head(pair))
        show_markup(head, *([make_tag("ul", *reasons)] if reasons else []))
    if not all(pair.record.is_enough for pair in report.pairs):
        show_markup(make_tag("p", TOO_FEW, kind="note"))
