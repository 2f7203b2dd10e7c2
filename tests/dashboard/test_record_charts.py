"""The charts of a track record: what is drawn, by which fields, in which colours."""

import json

from dashboard import charts
from dashboard.record import calibration_data, data
from forecasts.calibration.ranks import assess_ranks
from forecasts.calibration.reliability import assess_reliability
from forecasts.calibration.snapshots import CalibrationSnapshot, RankSnapshot
from forecasts.distributions.cdf import Scale, uniform_curve
from forecasts.questions.question import QuestionId
from forecasts.scoring.skill_record import RecordPoint, SkillRecord
from tests.dashboard.examples import ANA, ME, NOW, PEOPLE
from tests.dashboard.record_examples import accuracy_of
from tracker.model.read_models import ForecasterRecord

RELIABLE = assess_reliability(
    [CalibrationSnapshot(QuestionId(f"q{k}"), f"q{k}", 0.2 + k / 10, k % 2) for k in range(5)],
    draws=20,
)
assert RELIABLE is not None
RANGE = Scale(0.0, 100.0)
RANKS = assess_ranks(
    [
        RankSnapshot(
            QuestionId(f"q{k}"), f"q{k}", k / 20, k / 20, 0.0, 0.0, uniform_curve(RANGE), RANGE,
            5.0 * k,
        )
        for k in range(20)
    ],
    draws=50,
)  # fmt: skip
assert RANKS is not None
POINTS = (RecordPoint(NOW, 1, {ME: 0.02, ANA: -0.02}, -0.1, 0.1),)
RECORD = ForecasterRecord(PEOPLE[ME], None, "brier", SkillRecord(ME, None, 2, 1, 1, 1, POINTS), ())
DRAWING = data.build_skill_drawing(RECORD, accuracy_of(), ME, NOW)

FRAMES = {
    "skill": DRAWING.frames,
    "calibration": {
        "band": calibration_data.band_frame(RELIABLE.test.simultaneous),
        "curve": calibration_data.curve_frame(RELIABLE.curve),
    },
    "ranks": dict.fromkeys(("ranks", "band"), calibration_data.ranks_frame(RANKS)),
}
SPECS = {
    "skill": charts.skill_chart(DRAWING.styles, DRAWING.domain),
    "calibration": charts.calibration_chart(charts.BLUE),
    "ranks": charts.ranks_chart(),
}
FIXED = {"zero": {"zero"}, "diagonal": {"said", "happened"}}
"""Lines that are there whatever the data."""


def fields(value: object) -> set[str]:
    """Every field that a specification reads."""
    if isinstance(value, dict):
        own = {value["field"]} if isinstance(value.get("field"), str) else set()
        return own.union(*(fields(v) for v in value.values()))
    return set().union(*(fields(v) for v in value)) if isinstance(value, list) else set()


def layers_of(spec: charts.ChartSpec, mark: str) -> list[dict]:
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]


def test_chart_specs_are_plain_complete_and_compiled_once() -> None:
    # Every field that a chart reads is a column of its frame.
    for name in list(SPECS):
        for layer in SPECS[name]["layer"]:
            data = layer["data"]["name"]
            columns = FIXED[data] if data in FIXED else set(FRAMES[name][data].columns)
            assert fields(layer["encoding"]) <= columns
    # Charts are plain json and hold no data.
    for name in list(SPECS):
        assert json.loads(json.dumps(SPECS[name])) == SPECS[name]
        assert "datasets" not in SPECS[name]
    # A chart is compiled once.
    assert charts.skill_chart(DRAWING.styles, DRAWING.domain) is SPECS["skill"]
    assert charts.calibration_chart(charts.BLUE) is SPECS["calibration"]


def test_skill_chart() -> None:
    spec = SPECS["skill"]
    # The band is that of the bold line, and is cut where it leaves the range.
    (band,) = layers_of(spec, "area")
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")
    assert (band["mark"]["color"], band["mark"]["clip"]) == (charts.BLUE, True)
    lines = layers_of(spec, "line")[0]
    assert lines["mark"]["interpolate"] == "step-after"
    assert lines["encoding"]["strokeWidth"]["scale"]["range"][0] == 3.0
    assert lines["encoding"]["color"]["scale"]["range"][0] == charts.BLUE
    # Names stand at the ends of the lines, and gains have their sign.
    assert layers_of(spec, "text")[0]["encoding"]["text"]["field"] == "label"
    assert "'+,~f'" in lines["encoding"]["y"]["axis"]["labelExpr"]
    # No gain is a line.
    assert layers_of(spec, "rule")[0]["encoding"]["y"]["field"] == "zero"


def test_calibration_chart() -> None:
    # The band is shaded below the curve and dots have the size of their row.
    spec = SPECS["calibration"]
    assert [layer["data"]["name"] for layer in spec["layer"]] == [
        "band",
        "diagonal",
        "curve",
        "curve",
    ]
    (band,) = layers_of(spec, "area")
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("lower", "upper")
    assert layers_of(spec, "circle")[0]["encoding"]["size"] == {
        "field": "size",
        "scale": None,
        "type": "quantitative",
    }
    # Both axes of calibration run over all probabilities.
    curve = layers_of(SPECS["calibration"], "circle")[0]["encoding"]
    assert curve["x"]["scale"]["domain"] == curve["y"]["scale"]["domain"] == [0, 1]
    # No line and no band is drawn through too few questions.
    dotted = charts.calibration_chart(charts.BLUE, curved=False)
    assert [layer["mark"]["type"] for layer in dotted["layer"]] == ["line", "circle"]
    assert dotted["layer"][-1] == SPECS["calibration"]["layer"][-1]
