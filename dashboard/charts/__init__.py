"""Altair charts, compiled once; data frames are bound by name at each draw.

Compiling a chart takes about 23 ms and drawing a cached specification 4 ms, so each function is
cached by the parameters that shape the chart, never by its data. No streamlit. Colours are those of
Okabe and Ito, which colour-blind readers can distinguish; a shape or a dash always repeats the
information.
"""

from dashboard.charts.accuracy import bins, calibration, progress, saved, skill
from dashboard.charts.common import (
    BLUE,
    GREEN,
    GREY,
    HEIGHT,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    Line,
    Spec,
    drawn,
    lines,
    other_line,
)
from dashboard.charts.distributions import (
    Axis,
    axis_of,
    curves_now,
    fan,
    option_lines,
    options_now,
    options_over_time,
    preview,
)
from dashboard.charts.essay import essay_record
from dashboard.charts.feeds import daily_items, daily_polls
from dashboard.charts.revisions import Scale, revisions
from dashboard.charts.waterfall import waterfall

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "HEIGHT",
    "ORANGE",
    "PURPLE",
    "SKY",
    "VERMILLION",
    "Axis",
    "Line",
    "Scale",
    "Spec",
    "axis_of",
    "bins",
    "calibration",
    "curves_now",
    "daily_items",
    "daily_polls",
    "drawn",
    "essay_record",
    "fan",
    "lines",
    "option_lines",
    "options_now",
    "options_over_time",
    "other_line",
    "preview",
    "progress",
    "revisions",
    "saved",
    "skill",
    "waterfall",
]
