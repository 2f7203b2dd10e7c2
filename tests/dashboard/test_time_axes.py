"""What stands on time axes, as it is drawn: 24 hours, and the date wherever little time is
shown.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import vl_convert

from dashboard import charts
from tracker.reports import svg_charts
from tracker.reports.content import Chart, Point, ReportSeries

BEGINS = datetime(2026, 11, 27, 16, 22, tzinfo=UTC)
SPANS = {
    "a minute": timedelta(minutes=1),
    "a day": timedelta(days=1),
    "2 days": timedelta(days=2),
    "4 days": timedelta(days=4),
    "30 days": timedelta(days=30),
    "100 days": timedelta(days=100),
    "a year": timedelta(days=365),
    "4 years": timedelta(days=1461),
}
SHOWN = {
    "a minute": r"\d\d:\d\d:\d\d \d\d [A-Z][a-z]{2}",
    "a day": r"\d\d:\d\d \d\d [A-Z][a-z]{2}",
    "2 days": r"\d\d:\d\d \d\d [A-Z][a-z]{2}",
    "4 days": r"\d\d [A-Z][a-z]{2}( 2026)?",
    "30 days": r"\d\d [A-Z][a-z]{2}( 2026)?",
    "100 days": r"[A-Z][a-z]{2} \d{4}",
    "a year": r"[A-Z][a-z]{2} \d{4}",
    "4 years": r"[A-Z][a-z]{2} \d{4}",
}
ALL = frozenset({"band", "marks", "answer"})
ME = (charts.LineStyle("You", charts.BLUE),)
OVER_TIME: dict[str, charts.ChartSpec] = {
    "revisions": charts.revisions_chart(ME, "probability", (0.0, 1.0), layers=ALL),
    "revisions in log-odds": charts.revisions_chart(ME, "log-odds", (-5.0, 5.0)),
    "revisions of options": charts.revisions_chart(
        ME, "probability", (0.0, 1.0), layers=frozenset({"options", "marks", "answer"})
    ),
    "fan": charts.fan_chart(ME, ("number", 0.0), layers=ALL),
    "fan of dates": charts.fan_chart(ME, ("date", 0.0)),
    "skill": charts.skill_chart(ME, (-10.0, 10.0)),
    "daily_items": charts.daily_items_chart(),
}
WITHOUT_TIME: dict[str, charts.ChartSpec] = {
    "calibration": charts.calibration_chart(charts.BLUE),
    "ranks": charts.ranks_chart(),
    "waterfall": charts.waterfall_chart(3),
}
EVERY = OVER_TIME | WITHOUT_TIME


def drawn(spec: charts.ChartSpec, span: timedelta) -> str:
    """A chart of two instants as SVG: times, dates and numbers in all of its fields."""
    names = set(re.findall(r"'name': '(\w+)'", str(spec)))
    rows = [row(at) for at in (BEGINS, BEGINS + span)]
    # Streamlit gives a chart its width, and frames by name.
    data = {
        "datasets": dict.fromkeys(names, rows),
        "width": 700,
        "autosize": {"type": "fit", "contains": "padding"},
    }
    return vl_convert.vegalite_to_svg(
        {**charts.bind_data(spec), **data}, vl_version=svg_charts.VEGA_LITE
    )


def row(at: datetime) -> dict[str, Any]:
    when, number = at.isoformat(), 0.2 if at == BEGINS else 0.8
    times = dict.fromkeys(
        ("time", "until", "value", "at", "low80", "high80", "low50", "high50", "middle", "day"),
        when,
    )
    numbers = dict.fromkeys(
        ("p", "y", "high", "height", "share", "mean", "new", "polls", "rank", "row"), number
    )
    return {
        **times,
        **numbers,
        "forecaster": "You",
        "option": "You",
        "label": "a",
        "outcome": "new",
        "what": "opens",
    }


def labels(svg: str, axis: str = "X") -> list[str]:
    """The labels that stand on the axes of one direction, a label of two lines in one."""
    groups = [
        g
        for g in ET.fromstring(svg).iter()
        if (g.get("aria-label") or "").startswith(f"{axis}-axis")
    ]
    texts = [
        text
        for group in groups
        for mark in group.iter()
        if "role-axis-label" in (mark.get("class") or "")
        for text in mark.iter("{http://www.w3.org/2000/svg}text")
    ]
    return [
        " ".join(t for t in text.itertext() if t.strip())
        for text in texts
        if text.get("opacity") != "0"
    ]


def named(found: list[str]) -> list[str]:
    return [label for label in found if label]


PAIRS = [
    *(("revisions", span) for span in ("a minute", "a day", "4 days", "a year")),
    *((chart, "30 days" if chart.startswith("daily") else "2 days") for chart in OVER_TIME),
]  # the bars of a feed are whole days


def test_time_axes_show_24_hours_and_the_date() -> None:
    for chart, span in PAIRS:
        svg = drawn(OVER_TIME[chart], SPANS[span])
        assert not re.search(r"\b[AP]M\b", svg)  # nor where it is read aloud
        found = named(labels(svg))
        assert len(found) >= 2
        assert all(re.fullmatch(SHOWN[span], label) for label in found), found
        assert len(set(found)) == len(found)


def test_axes_of_dates_show_24_hours() -> None:
    # Upright axes of dates show them alike.
    for span in ("2 days", "100 days", "4 years"):
        found = named(labels(drawn(OVER_TIME["fan of dates"], SPANS[span]), "Y"))
        assert len(found) >= 2
        assert all(re.fullmatch(SHOWN[span], label) for label in found), found


def test_report_axes_show_24_hours() -> None:
    for axis, span in (
        *(("share", span) for span in ("a minute", "2 days", "100 days")),
        ("number", "4 years"),
        ("date", "a day"),
    ):
        end = BEGINS + SPANS[span]
        points = tuple(
            Point(at, at.timestamp(), at.timestamp(), at.timestamp()) for at in (BEGINS, end)
        )
        found = svg_charts.render_svg(
            Chart(axis, "", (ReportSeries("Ana", "person", points),), "A chart")
        )
        assert all(re.fullmatch(SHOWN[span], label) for label in named(labels(found))), named(
            labels(found)
        )
        assert not re.search(r"\d [AP]M", found)


def test_every_chart_sets_its_time_format() -> None:
    # No axis or tip leaves its time format to vega.
    for chart in list(EVERY):
        shown = [each for layer in layers_of(EVERY[chart]) for each in encoded(layer)]
        for channel, each in shown:
            if each.get("type") == "temporal":
                assert (
                    "labelExpr" in each["axis"]
                    if channel in ("x", "y")
                    else "%I" not in each["format"]
                )
    # Every function that makes a chart is looked at here.
    made = set()
    for module in pkgutil.iter_modules(importlib.import_module("dashboard.charts").__path__):
        members = vars(importlib.import_module(f"dashboard.charts.{module.name}"))
        made |= {
            name for name, f in members.items() if hasattr(f, "cache_info") and returns_a_chart(f)
        }
    assert made == {name.partition(" ")[0] + "_chart" for name in EVERY}


def layers_of(spec: charts.ChartSpec) -> list[Any]:
    return spec.get("layer", [spec])


def encoded(layer: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for channel, each in layer["encoding"].items():
        for one in each if isinstance(each, list) else [each]:
            yield channel, one


def returns_a_chart(function: Any) -> bool:
    return inspect.signature(function.__wrapped__).return_annotation == charts.ChartSpec
