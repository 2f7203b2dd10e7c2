"""Charts of skill with their sentences: a record beside others, and a pair."""

from datetime import datetime
from typing import Final

import streamlit as st

from dashboard import charts
from dashboard.components.visit import Visit
from dashboard.record.data import SkillDrawing, build_pair_drawing, build_skill_drawing
from dashboard.record.text import describe_pair, explain_chart, name_standard
from dashboard.wording.numbers import escape_markdown, name_in_sentence
from forecasts.scoring.comparison import Comparison
from forecasts.scoring.rulebook import RuleName
from tracker.model.read_models import Accuracy, ComparisonReport, ForecasterRecord

EXPLANATION: Final = """
**Skill** of somebody with few questions is drawn towards the average.

**Independent questions** share no fate: questions made from one claim, linked, about one event, or
settled by one series count as one, however many they are.

**The band** comes from bets: between equals it leaves 0 out in at most 5 of 100 cases, however
often one looks. A verdict waits until YES and NO each came in 5 independent questions.
"""


def show_skill(visit: Visit, accuracy: Accuracy, record: ForecasterRecord) -> None:
    """Show the skill of a forecaster as answers came in, with its band, and others thinly."""
    if record.skill is None:
        return
    standard, points = name_standard(record, visit.me), record.skill.points
    st.markdown(f"**Skill over time** · points better than {escape_markdown(standard)}")
    until = _get_chart_end(visit, points[0].at, points[-1].at)
    drawing = build_skill_drawing(record, accuracy, visit.me, until)
    _show_chart(drawing, f"Points better than {standard}, with the 95% band", "skill")
    st.caption(explain_chart(record, visit.me), help=EXPLANATION)


def show_pair(visit: Visit, report: ComparisonReport, rule: RuleName, pair: Comparison) -> None:
    """Show how much better one of a pair was, and how the evidence grew."""
    first, second = (
        name_in_sentence(report.forecasters[name], visit.me) for name in (pair.a, pair.b)
    )
    st.markdown(escape_markdown(describe_pair(pair, first, second)))
    points = visit.tracker.accuracy.trace_pair(report.choice, rule, pair)
    until = _get_chart_end(visit, points[0].at, points[-1].at)
    drawing = build_pair_drawing(points, report.forecasters[pair.a], visit.me, until)
    _show_chart(drawing, f"Points better than {second}, with the 95% band", "evidence")
    if once := pair.describe_fixed_test():
        st.caption(escape_markdown(once))


def _show_chart(drawing: SkillDrawing, alt: str, key: str) -> None:
    spec = charts.bind_data(charts.skill_chart(drawing.styles, drawing.domain), **drawing.frames)
    st.vega_lite_chart(spec=spec, width="stretch", key=key, alt=alt)


def _get_chart_end(visit: Visit, first: datetime, last: datetime) -> datetime:
    """Return the end of a chart: now, or that of a replay, but not before the last answer."""
    return max(visit.replayed_until or visit.chart_end(first), last)
