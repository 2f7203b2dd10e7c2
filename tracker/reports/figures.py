"""A chart → SVG, drawn without a browser and without the network. vl-convert lives here alone.

Paper has no pointer: there are no tips and no picking, and what a rule means stands beside it.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from tracker.reports.content import Chart, Point, Series
from tracker.reports.palette import (
    BLUE,
    COMPUTED,
    DASHES,
    GREEN,
    GREY,
    ME,
    OPTIONS,
    PEOPLE,
    VERMILLION,
    Line,
)
from tracker.reports.ticks import LOCALE, time_ticks

WIDTH: Final = 660
HEIGHT: Final = 260
FONT: Final = "Libertinus Serif, Georgia, serif"
VEGA_LITE: Final = "6.4"
_QUARTERS: Final = (0, 0.25, 0.5, 0.75, 1)
_SHAPES: Final = {1: "triangle-up", 0: "diamond", -1: "triangle-down"}
_SIDES: Final = {1: BLUE, 0: GREY, -1: VERMILLION}

Json = dict[str, Any]


@lru_cache(maxsize=32)
def svg(chart: Chart) -> str:
    """The chart as an SVG element; the same chart is drawn the same, letter for letter."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec(chart), vl_version=VEGA_LITE))


def spec(chart: Chart) -> Json:
    """The chart in the language of Vega-Lite, with its data."""
    lines = styles(chart.series)
    layers = (
        _areas(chart, lines) if chart.stacked else [*_bands(chart, lines), _steps(chart, lines)]
    )
    layers += [*_rules(chart), *_marks(chart), *_answer(chart)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "height": HEIGHT,
        "background": "white",
        "config": {
            "locale": LOCALE,
            "font": FONT,
            "view": {"stroke": "#D0D5D9"},
            "axis": {"gridColor": "#E6E9EC"},
        },
        "layer": layers,
        "resolve": {
            "scale": dict.fromkeys(("color", "strokeDash", "shape", "size"), "independent")
        },
    }


def styles(series: Iterable[Series]) -> tuple[Line, ...]:
    """A colour, a dash and a width for each line, by whose it is."""
    found, people, options = [], 0, 0
    for one in series:
        if one.role == "option":
            turn, which = divmod(options, len(OPTIONS))
            found.append(Line(one.name, OPTIONS[which], DASHES[turn % len(DASHES)], 2.5))
            options += 1
        elif one.role == "person":
            found.append(Line(one.name, PEOPLE[people % len(PEOPLE)]))
            people += 1
        else:
            found.append(Line(one.name, *(ME if one.role == "me" else COMPUTED[one.role])))
    return tuple(found)


def _layer(rows: list[Json], mark: Json, **encoding: Any) -> Json:
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def _steps(chart: Chart, lines: tuple[Line, ...]) -> Json:
    rows = [_at(chart, one, point) for one in chart.series for point in one.points]
    names = [line.name for line in lines]
    dashes = {"domain": names, "range": [list(line.dash) or [1, 0] for line in lines]}
    widths = {"domain": names, "range": [line.width for line in lines]}
    return _layer(
        rows,
        {"type": "line", "interpolate": "step-after"},
        x=_time(),
        y=_y(chart),
        color=_colour(lines, "stroke"),
        strokeDash={
            "field": "who",
            "type": "nominal",
            "scale": dashes,
            "legend": _legend("stroke"),
        },
        strokeWidth={"field": "who", "type": "ordinal", "scale": widths, "legend": None},
    )


def _bands(chart: Chart, lines: tuple[Line, ...]) -> list[Json]:
    """The range about each line that has one."""
    rows = [_at(chart, one, p) for one in chart.series for p in one.points if p.low is not None]
    if not rows:
        return []
    high = {"field": "high", "type": _kind(chart)}
    mark = {"type": "area", "interpolate": "step-after", "opacity": 0.13}
    colour = {**_colour(lines, "stroke"), "legend": None}
    return [_layer(rows, mark, x=_time(), y={**_y(chart), "field": "low"}, y2=high, color=colour)]


def _areas(chart: Chart, lines: tuple[Line, ...]) -> list[Json]:
    rows = [
        {**_at(chart, one, p), "rank": rank}
        for rank, one in enumerate(chart.series)
        for p in one.points
        if p.value is not None
    ]
    y = {**_y(chart), "stack": "zero", "scale": {"domain": [0, 1], "nice": False}}
    order = {"field": "rank", "type": "ordinal", "sort": "descending"}
    mark = {"type": "area", "interpolate": "step-after", "opacity": 1}
    return [_layer(rows, mark, x=_time(), y=y, color=_colour(lines, "square"), order=order)]


def _rules(chart: Chart) -> list[Json]:
    if not chart.rules:
        return []
    rows = [{"time": _iso(rule.at), "text": rule.text} for rule in chart.rules]
    bare = _time()
    said = {
        "type": "text",
        "angle": 270,
        "align": "right",
        "baseline": "bottom",
        "dx": -4,
        "dy": -3,
        "fontSize": 9,
    }
    return [
        _layer(rows, {"type": "rule", "strokeDash": [3, 3], "color": GREY}, x=bare),
        _layer(rows, {**said, "color": "#5A6268"}, x=bare, y={"value": 0}, text={"field": "text"}),
    ]


def _marks(chart: Chart) -> list[Json]:
    """Evidence in a strip at the foot, for YES above for NO."""
    found = []
    for side in (1, 0, -1):
        rows = [
            {"time": _iso(m.at), "weight": m.strength} for m in chart.marks if m.direction == side
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
            "shape": _SHAPES[side],
            "color": _SIDES[side],
        }
        found.append(
            _layer(
                rows,
                mark,
                x=_time(),
                y={"value": HEIGHT - 14 - 7 * side},
                size={**size, "legend": None},
            )
        )
    return found


def _answer(chart: Chart) -> list[Json]:
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
    rows = [{"time": _iso(chart.answer.at), "value": _value(chart, chart.answer.value)}]
    y = {"field": "value", "type": _kind(chart)}
    return [_layer(rows, {**mark, "clip": False}, x=_time(), y=y)]


def _at(chart: Chart, one: Series, p: Point) -> Json:
    numbers = {
        "value": _value(chart, p.value),
        "low": _value(chart, p.low),
        "high": _value(chart, p.high),
    }
    return {"time": _iso(p.at), "who": one.name, **numbers}


def _value(chart: Chart, value: float | None) -> float | None:
    return (
        None if value is None else value * 1000 if chart.axis == "date" else value
    )  # Vega counts milliseconds


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _time() -> Json:
    axis = {"grid": False, **time_ticks("x", "utc")}
    return {
        "field": "time",
        "type": "temporal",
        "title": None,
        "axis": axis,
        "scale": {"type": "utc", "nice": False},
    }


def _kind(chart: Chart) -> str:
    return "temporal" if chart.axis == "date" else "quantitative"


def _y(chart: Chart) -> Json:
    axis: Json = {"title": chart.unit or None}
    scale: Json = {"nice": True, "zero": False}
    if chart.axis == "share":
        axis |= {"format": ".0%", "values": list(_QUARTERS)}
        scale = {"domain": [-0.13 if chart.marks else 0, 1], "nice": False}
    elif chart.axis == "date":
        axis |= time_ticks("y", "utc")
        scale = {"type": "utc", "nice": True}
    return {
        "field": "value",
        "type": _kind(chart),
        "axis": axis,
        "scale": scale,
        "title": axis["title"],
    }


def _colour(lines: tuple[Line, ...], symbol: str) -> Json:
    scale = {"domain": [line.name for line in lines], "range": [line.colour for line in lines]}
    return {"field": "who", "type": "nominal", "scale": scale, "legend": _legend(symbol)}


def _legend(symbol: str) -> Json:
    size = 260 if symbol == "stroke" else 120
    return {
        "orient": "top",
        "title": None,
        "columns": 4,
        "symbolType": symbol,
        "symbolSize": size,
        "labelLimit": 260,
    }
