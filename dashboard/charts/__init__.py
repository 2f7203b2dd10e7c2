"""Altair charts, compiled once; data frames are bound by name at each draw.

Compiling a chart takes about 23 ms and drawing a cached specification 4 ms, so each function is
cached by the parameters that shape the chart, never by its data. No streamlit. Colours are those of
Okabe and Ito, which colour-blind readers can distinguish; a shape or a dash always repeats the
information.
"""

from dashboard.charts.common import (
    HEIGHT,
    ChartSpec,
    bind_data,
    forecaster_lines,
    other_question_style,
)
from dashboard.charts.distributions import (
    ValueAxis,
    fan_chart,
    option_lines,
    value_axis,
)
from dashboard.charts.feeds import daily_items_chart
from dashboard.charts.record import calibration_chart, ranks_chart, skill_chart
from dashboard.charts.revisions import ProbabilityScale, revisions_chart, waterfall_chart
from tracker.model.chart_style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION, LineStyle

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "HEIGHT",
    "ORANGE",
    "PURPLE",
    "SKY",
    "VERMILLION",
    "ChartSpec",
    "LineStyle",
    "ProbabilityScale",
    "ValueAxis",
    "bind_data",
    "calibration_chart",
    "daily_items_chart",
    "fan_chart",
    "forecaster_lines",
    "option_lines",
    "other_question_style",
    "ranks_chart",
    "revisions_chart",
    "skill_chart",
    "value_axis",
    "waterfall_chart",
]
