"""Render charts as SVG without a browser or network; the only module that uses vl-convert.

Paper has no pointer: no tooltips and no selection, and labels stand beside what they explain.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from tracker.model.chart_style import (
    BLUE,
    GREEN,
    GREY,
    LOCALE,
    SHARE_TICKS,
    VERMILLION,
    LineStyle,
    dash_range,
    line_styles,
    option_style,
    time_ticks,
)
from tracker.reports.content import Chart, Point, ReportSeries

WIDTH: Final = 660
HEIGHT: Final = 260
FONT: Final = "Libertinus Serif, Georgia, serif"
VEGA_LITE: Final = "6.4"
_LEGEND_COLUMN: Final = 160
_DIRECTION_SHAPES: Final = {1: "triangle-up", 0: "diamond", -1: "triangle-down"}
_DIRECTION_COLOURS: Final = {1: BLUE, 0: GREY, -1: VERMILLION}

Json = dict[str, Any]


@lru_cache(maxsize=32)
def render_svg(chart: Chart, width: int = WIDTH) -> str:
    """Render a chart as an SVG element, its lines `width` pixels wide; deterministic."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(build_vega_spec(chart, width), vl_version=VEGA_LITE))


@lru_cache(maxsize=32)
def render_png(chart: Chart, width: int = WIDTH) -> bytes:
    """Render a chart as a picture, with two pixels for each of `render_svg`."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(render_svg(chart, width), scale=2))


def build_vega_spec(chart: Chart, width: int = WIDTH) -> Json:
    """Build the Vega-Lite specification of a chart, with its data."""
    lines = assign_line_styles(chart.series)
    layers = (
        _build_areas(chart, lines)
        if chart.stacked
        else [*_build_bands(chart, lines), _build_steps(chart, lines)]
    )
    layers += [*_build_rules(chart), *_build_evidence_marks(chart), *_build_answer(chart)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": HEIGHT,
        "background": "white",
        "config": {
            "locale": LOCALE,
            "font": FONT,
            "view": {"stroke": "#D0D5D9"},
            "axis": {"gridColor": "#E6E9EC"},
            "legend": {"columns": max(1, width // _LEGEND_COLUMN)},
        },
        "layer": layers,
        "resolve": {
            "scale": dict.fromkeys(("color", "strokeDash", "shape", "size"), "independent")
        },
    }


def assign_line_styles(series: Sequence[ReportSeries]) -> tuple[LineStyle, ...]:
    """Assign each line a colour, a dash and a width by its role; series are all options or none."""
    if any(line.role == "option" for line in series):
        return tuple(option_style(line.name, n, width=2.5) for n, line in enumerate(series))
    return line_styles((line.name, line.role) for line in series)


def _build_layer(rows: list[Json], mark: Json, **encoding: Any) -> Json:
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def _build_steps(chart: Chart, lines: tuple[LineStyle, ...]) -> Json:
    rows = [
        _build_datum(chart, series, point) for series in chart.series for point in series.points
    ]
    names = [line.name for line in lines]
    dashes = {"domain": names, "range": dash_range(lines)}
    widths = {"domain": names, "range": [line.width for line in lines]}
    return _build_layer(
        rows,
        {"type": "line", "interpolate": "step-after"},
        x=_time_channel(),
        y=_value_channel(chart),
        color=_colour_channel(lines, "stroke"),
        strokeDash={
            "field": "who",
            "type": "nominal",
            "scale": dashes,
            "legend": _build_legend("stroke"),
        },
        strokeWidth={"field": "who", "type": "ordinal", "scale": widths, "legend": None},
    )


def _build_bands(chart: Chart, lines: tuple[LineStyle, ...]) -> list[Json]:
    """Build the range around each line that has one."""
    rows = [
        _build_datum(chart, series, p)
        for series in chart.series
        for p in series.points
        if p.low is not None
    ]
    if not rows:
        return []
    high = {"field": "high", "type": _value_type(chart)}
    mark = {"type": "area", "interpolate": "step-after", "opacity": 0.13}
    colour = {**_colour_channel(lines, "stroke"), "legend": None}
    return [
        _build_layer(
            rows,
            mark,
            x=_time_channel(),
            y={**_value_channel(chart), "field": "low"},
            y2=high,
            color=colour,
        )
    ]


def _build_areas(chart: Chart, lines: tuple[LineStyle, ...]) -> list[Json]:
    rows = [
        {**_build_datum(chart, series, p), "rank": rank}
        for rank, series in enumerate(chart.series)
        for p in series.points
        if p.value is not None
    ]
    y = {**_value_channel(chart), "stack": "zero", "scale": {"domain": [0, 1], "nice": False}}
    order = {"field": "rank", "type": "ordinal", "sort": "descending"}
    mark = {"type": "area", "interpolate": "step-after", "opacity": 1}
    return [
        _build_layer(
            rows, mark, x=_time_channel(), y=y, color=_colour_channel(lines, "square"), order=order
        )
    ]


def _build_rules(chart: Chart) -> list[Json]:
    if not chart.rules:
        return []
    rows = [{"time": _format_time(rule.at), "text": rule.text} for rule in chart.rules]
    bare = _time_channel()
    label = {
        "type": "text",
        "angle": 270,
        "align": "right",
        "baseline": "bottom",
        "dx": -4,
        "dy": -3,
        "fontSize": 9,
    }
    return [
        _build_layer(rows, {"type": "rule", "strokeDash": [3, 3], "color": GREY}, x=bare),
        _build_layer(
            rows, {**label, "color": "#5A6268"}, x=bare, y={"value": 0}, text={"field": "text"}
        ),
    ]


def _build_evidence_marks(chart: Chart) -> list[Json]:
    """Build evidence marks in a strip at the foot, YES above NO."""
    layers = []
    for direction in (1, 0, -1):
        rows = [
            {"time": _format_time(m.at), "weight": m.strength}
            for m in chart.marks
            if m.direction == direction
        ]
        if not rows:
            continue
        size = {
            "field": "weight",
            "type": "quantitative",
            "scale": {"domain": [0, 5], "range": [20, 110]},
        }
        mark = {
            "type": "point",
            "filled": True,
            "opacity": 0.85,
            "shape": _DIRECTION_SHAPES[direction],
            "color": _DIRECTION_COLOURS[direction],
        }
        layers.append(
            _build_layer(
                rows,
                mark,
                x=_time_channel(),
                y={"value": HEIGHT - 14 - 7 * direction},
                size={**size, "legend": None},
            )
        )
    return layers


def _build_answer(chart: Chart) -> list[Json]:
    if chart.answer is None:
        return []
    mark = {
        "type": "point",
        "shape": "diamond",
        "filled": True,
        "size": 220,
        "color": GREEN,
        "opacity": 1,
    }
    rows = [
        {"time": _format_time(chart.answer.at), "value": _scale_value(chart, chart.answer.value)}
    ]
    y = {"field": "value", "type": _value_type(chart)}
    return [_build_layer(rows, {**mark, "clip": False}, x=_time_channel(), y=y)]


def _build_datum(chart: Chart, series: ReportSeries, p: Point) -> Json:
    numbers = {
        "value": _scale_value(chart, p.value),
        "low": _scale_value(chart, p.low),
        "high": _scale_value(chart, p.high),
    }
    return {"time": _format_time(p.at), "who": series.name, **numbers}


def _scale_value(chart: Chart, value: float | None) -> float | None:
    if value is None or chart.axis != "date":
        return value
    return value * 1000  # Vega counts milliseconds


def _format_time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _time_channel() -> Json:
    axis = {"grid": False, **time_ticks("x", "utc")}
    return {
        "field": "time",
        "type": "temporal",
        "title": None,
        "axis": axis,
        "scale": {"type": "utc", "nice": False},
    }


def _value_type(chart: Chart) -> str:
    return "temporal" if chart.axis == "date" else "quantitative"


def _value_channel(chart: Chart) -> Json:
    axis: Json = {"title": chart.unit or None}
    scale: Json = {"nice": True, "zero": False}
    if chart.axis == "share":
        axis |= {"format": ".0%", "values": list(SHARE_TICKS)}
        scale = {"domain": [-0.13 if chart.marks else 0, 1], "nice": False}
    elif chart.axis == "date":
        axis |= time_ticks("y", "utc")
        scale = {"type": "utc", "nice": True}
    return {
        "field": "value",
        "type": _value_type(chart),
        "axis": axis,
        "scale": scale,
        "title": axis["title"],
    }


def _colour_channel(lines: tuple[LineStyle, ...], symbol: str) -> Json:
    scale = {"domain": [line.name for line in lines], "range": [line.colour for line in lines]}
    return {"field": "who", "type": "nominal", "scale": scale, "legend": _build_legend(symbol)}


def _build_legend(symbol: str) -> Json:
    size = 260 if symbol == "stroke" else 120
    return {
        "orient": "top",
        "title": None,
        "symbolType": symbol,
        "symbolSize": size,
        "labelLimit": 260,
    }
