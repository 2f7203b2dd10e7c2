"""Charts as specifications: what is drawn, by which fields, in which colours."""

import json

from dashboard import charts
from dashboard.components import probability_lines, probability_marks
from dashboard.wording.numbers import display_name
from forecasts.distributions.distribution import Binary
from forecasts.questions.timeline import build_timeline
from tests.dashboard.examples import ANA, ME, NOW, OPENS, QUESTION, card, page

UNIT = (0.0, 1.0)
ALL = frozenset({"band", "marks", "answer"})
HELD = build_timeline([(OPENS, Binary(0.5))])
PAGE = page({ME: HELD, ANA: HELD}, evidence=(card(1),))
FORECASTERS = probability_lines.list_question_forecasters(PAGE, ME)
WINDOW = probability_lines.chart_window(PAGE, NOW)
LINES = probability_lines.list_lines(PAGE, ME)
STEPS = probability_lines.steps_frame(LINES, WINDOW)
STYLES = charts.forecaster_lines(FORECASTERS, [display_name(f, ME) for f in FORECASTERS], ME)


def layers(spec: charts.ChartSpec) -> list[dict]:
    return spec["layer"]


def layer_of(spec: charts.ChartSpec, name: str) -> dict:
    return next(layer for layer in layers(spec) if layer["data"]["name"] == name)


def test_forecaster_lines_and_marks() -> None:
    # I am blue the suggestion vermillion and base rates are dashed grey.
    by_name = {line.name: line for line in STYLES}
    assert by_name["You"].colour == charts.BLUE
    assert by_name["Estimate"].colour == charts.VERMILLION
    assert by_name["Base rate"].dash
    assert by_name["Ana"].colour not in (charts.BLUE, charts.VERMILLION, charts.GREY)
    # Every forecaster is a step line with the same domain for colour and dash.
    steps = layer_of(charts.revisions_chart(STYLES, "probability", UNIT, layers=ALL), "steps")
    assert steps["mark"]["interpolate"] == "step-after"
    domains = [
        steps["encoding"][channel]["scale"]["domain"]
        for channel in ("color", "strokeDash", "strokeWidth")
    ]
    assert domains == [[line.name for line in STYLES]] * 3
    # Evidence shows its side by shape and colour.
    spec = charts.revisions_chart(STYLES, "probability", UNIT, layers=ALL)
    marks = layer_of(spec, "marks")
    assert marks["encoding"]["shape"]["scale"]["range"][:2] == ["triangle-up", "triangle-down"]
    assert marks["encoding"]["color"]["scale"]["range"][:2] == [charts.BLUE, charts.VERMILLION]
    (evidence,) = [param["select"] for param in spec["params"] if param["name"] == "evidence"]
    assert evidence["fields"] == ["id"]


def test_scale_switch_changes_the_axis() -> None:
    for scale, domain in (("probability", UNIT), ("log-odds", (-5.0, 5.0))):
        steps = layer_of(charts.revisions_chart(STYLES, scale, domain), "steps")
        assert steps["encoding"]["y"]["scale"]["domain"] == list(domain)
        assert ("labelExpr" in steps["encoding"]["y"]["axis"]) == (scale == "log-odds")
    assert all(
        layer["encoding"]["strokeWidth"]["scale"]["type"] == "ordinal"  # else widths are mixed
        for layer in layers(charts.revisions_chart(STYLES, "probability", UNIT))
        if "strokeWidth" in layer["encoding"]
    )


def test_revision_chart_layers() -> None:
    # Layers without data are left out.
    names = [
        layer["data"]["name"]
        for layer in layers(charts.revisions_chart(STYLES, "probability", UNIT))
    ]
    assert "marks" not in names
    assert "answer" not in names
    # Every field that a chart reads is a column of its frame.
    spec = charts.revisions_chart(STYLES, "log-odds", UNIT, layers=ALL)
    frames = {
        "steps": STEPS,
        "ends": probability_lines.line_labels_frame(STEPS, WINDOW, UNIT),
        "crossings": probability_lines.crosshair_frame(LINES, WINDOW),
        "acts": probability_marks.acts_frame(PAGE, ME),
        "rules": probability_marks.vertical_rules_frame(PAGE, NOW),
        "marks": probability_marks.evidence_marks_frame(PAGE, "probability"),
        "band": probability_lines.band_frame(PAGE, WINDOW, "probability"),
        "answer": probability_marks.answer_frame(QUESTION, None),
    }
    for layer in layers(spec):
        assert fields(layer["encoding"]) <= set(frames[layer["data"]["name"]].columns)


def test_revision_chart_is_plain_and_compiled_once() -> None:
    # A chart is compiled once and holds no data.
    first = charts.revisions_chart(STYLES, "probability", UNIT, layers=ALL)
    assert charts.revisions_chart(STYLES, "probability", UNIT, layers=ALL) is first
    assert "datasets" not in first
    drawn = charts.bind_data(first, steps=STEPS)
    assert list(drawn["datasets"]) == ["steps"]
    assert "datasets" not in first
    # Charts are plain json.
    for spec in (charts.revisions_chart(STYLES, "probability", UNIT, layers=ALL),):
        assert json.loads(json.dumps(spec)) == spec


def fields(value: object) -> set[str]:
    """Every field that a specification reads."""
    if isinstance(value, dict):
        own = {value["field"]} if isinstance(value.get("field"), str) else set()
        return own.union(*(fields(v) for v in value.values()))
    return set().union(*(fields(v) for v in value)) if isinstance(value, list) else set()
