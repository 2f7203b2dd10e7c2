"""The charts of the accuracy page: what is drawn, by which fields, in which colours."""

import json

from dashboard.accuracy import calibration_data, standing_data
from dashboard.accuracy import data as accuracy

from dashboard import charts
from dashboard.wording import display_name
from forecasts.calibration.ranks import assess_ranks
from forecasts.calibration.reliability import assess_reliability
from forecasts.calibration.snapshots import CalibrationSnapshot, RankSnapshot
from forecasts.distributions.cdf import Scale, uniform_curve
from forecasts.questions.question import PRIOR, QuestionId
from forecasts.scoring.adjusted_skill import AdjustedSkill
from forecasts.scoring.comparison import EvidencePoint
from tests.dashboard.accuracy_examples import accuracy_of, scored
from tests.dashboard.examples import ANA, ME, NOW

SCORED = accuracy_of(scored("first", "yes", {ME: 0.9, ANA: 0.7, PRIOR: 0.3}))
FORECASTERS = accuracy.list_scored_forecasters(SCORED, ME)
STYLES = charts.forecaster_lines(FORECASTERS, [display_name(f, ME) for f in FORECASTERS], ME)
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
PEOPLE_SKILL = (
    AdjustedSkill(ME, 0.02, -0.01, 0.05, 0.2, 20, 30),
    AdjustedSkill(ANA, -0.02, None, None, 0.5, 4, 5),
)
EVIDENCE = (EvidencePoint(NOW, 1, 0.02, -0.1, 0.1, 1.1), EvidencePoint(NOW, 2, 0.03, 0.0, 0.1, 2.0))

FRAMES = {
    "skill": {"rows": standing_data.people_frame(SCORED, PEOPLE_SKILL, ME)},
    "evidence": {"evidence": standing_data.evidence_frame(EVIDENCE)},
    "calibration": {
        "band": calibration_data.band_frame(RELIABLE.test.simultaneous),
        "curve": calibration_data.curve_frame(RELIABLE.curve),
    },
    "bins": {"bins": calibration_data.bins_frame(RELIABLE.bins)},
    "ranks": dict.fromkeys(("ranks", "band"), calibration_data.ranks_frame(RANKS)),
}
SPECS = {
    "skill": charts.skill_chart(STYLES, "Points"),
    "evidence": charts.evidence_chart("Points better than Ana"),
    "calibration": charts.calibration_chart(),
    "bins": charts.bins_chart(),
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
    assert charts.skill_chart(STYLES, "Points") is SPECS["skill"]
    assert charts.calibration_chart() is SPECS["calibration"]


def test_skill_chart() -> None:
    # Skill is a dot and its interval a bar in the colour of the forecaster.
    bar, dot = layers_of(SPECS["skill"], "rule")[1], layers_of(SPECS["skill"], "circle")[0]
    assert (bar["encoding"]["x"]["field"], bar["encoding"]["x2"]["field"]) == ("low", "high")
    assert dot["encoding"]["x"]["field"] == "skill"
    names = [line.name for line in STYLES]
    assert dot["encoding"]["y"]["sort"] == dot["encoding"]["color"]["scale"]["domain"] == names
    assert dot["encoding"]["color"]["scale"]["range"][0] == charts.BLUE
    # The chart of skill grows with its forecasters.
    assert SPECS["skill"]["height"] > charts.skill_chart(STYLES[:1], "Points")["height"]
    dots_alone = charts.skill_chart(STYLES, "Points", has_intervals=False)
    assert len(dots_alone["layer"]) == len(SPECS["skill"]["layer"]) - 1
    # Gains are written with their sign and unit.
    axis = layers_of(SPECS["skill"], "circle")[0]["encoding"]["x"]["axis"]
    assert "'+,~f'" in axis["labelExpr"]
    # No gain is a line behind everything.
    first = SPECS["skill"]["layer"][0]
    assert first["data"]["name"] == "zero"
    assert first["encoding"]["x"]["field"] == "zero"


def test_evidence_narrows_over_a_zero_line() -> None:
    (band,) = layers_of(SPECS["evidence"], "area")
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")
    assert standing_data.evidence_frame([EVIDENCE[0]._replace(low=-1.0)])["low"].iloc[0] == -30
    (line,) = layers_of(SPECS["evidence"], "line")
    assert line["mark"]["interpolate"] == "step-after"
    assert SPECS["evidence"]["layer"][0]["encoding"]["y"]["field"] == "zero"


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
    # A bin has its interval as its bar and in its tip.
    (bar,) = layers_of(SPECS["bins"], "rule")
    assert (bar["encoding"]["y"]["field"], bar["encoding"]["y2"]["field"]) == ("low", "high")
    tips = [tip["field"] for tip in layers_of(SPECS["bins"], "circle")[0]["encoding"]["tooltip"]]
    assert tips == ["range", "said", "of", "wilson"]
    # No line and no band is drawn through too few questions.
    dotted = charts.calibration_chart(curved=False)
    assert [layer["mark"]["type"] for layer in dotted["layer"]] == ["line", "circle"]
    assert dotted["layer"][-1] == SPECS["calibration"]["layer"][-1]


def test_uncertain_results_are_drawn_faintly() -> None:
    for mark in ("rule", "circle"):
        drawn = [
            layer["encoding"]["opacity"]
            for layer in layers_of(SPECS["skill"], mark)
            if layer["data"]["name"] == "rows"
        ]
        ((enough,), few) = drawn[0]["condition"], drawn[0]["value"]
        assert enough["test"] == "datum.enough"
        assert few < enough["value"] / 2
