"""The charts of the accuracy page: what is drawn, by which fields, in which colours."""

import json

import pytest

from dashboard import charts
from dashboard.accuracy import calibration_data as calibrated
from dashboard.accuracy import data as accuracy
from dashboard.accuracy import data as skill
from dashboard.wording import display_name
from forecasts.calibration.reliability import CalibrationSnapshot, assess_reliability
from forecasts.questions.question import PRIOR, QuestionId
from tests.dashboard.accuracy_examples import accuracy_of, scored, skill_against
from tests.dashboard.examples import ANA, ME

SCORED = accuracy_of(scored("first", "yes", {ME: 0.9, ANA: 0.7, PRIOR: 0.3}))
FORECASTERS = accuracy.list_scored_forecasters(SCORED, ME)
STYLES = charts.forecaster_lines(FORECASTERS, [display_name(f, ME) for f in FORECASTERS], ME)
RELIABLE = assess_reliability(
    [CalibrationSnapshot(QuestionId(f"q{k}"), f"q{k}", 0.2 + k / 10, k % 2) for k in range(5)],
    resamples=20,
)
assert RELIABLE is not None
REFERENCES = skill.references_frame([skill_against("half"), skill_against("base_rate")])

FRAMES = {
    "skill": {"rows": skill.skill_frame(SCORED, ME, "brier")},
    "saved": {"rows": REFERENCES},
    "progress": {"progress": skill.progress_frame(SCORED, ME)},
    "calibration": {
        "band": calibrated.band_frame(RELIABLE.band),
        "curve": calibrated.curve_frame(RELIABLE.curve),
    },
    "bins": {"bins": calibrated.bins_frame(RELIABLE.bins)},
}
SPECS = {
    "skill": charts.skill_chart(STYLES, "Points"),
    "saved": charts.savings_chart(tuple(REFERENCES["reference"]), "Saved"),
    "progress": charts.progress_chart(STYLES),
    "calibration": charts.calibration_chart(),
    "bins": charts.bins_chart(),
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


@pytest.mark.parametrize("name", list(SPECS))
def test_every_field_that_a_chart_reads_is_a_column_of_its_frame(name: str) -> None:
    for layer in SPECS[name]["layer"]:
        data = layer["data"]["name"]
        columns = FIXED[data] if data in FIXED else set(FRAMES[name][data].columns)
        assert fields(layer["encoding"]) <= columns


@pytest.mark.parametrize("name", list(SPECS))
def test_charts_are_plain_json_and_hold_no_data(name: str) -> None:
    assert json.loads(json.dumps(SPECS[name])) == SPECS[name]
    assert "datasets" not in SPECS[name]


def test_a_chart_is_compiled_once() -> None:
    assert charts.skill_chart(STYLES, "Points") is SPECS["skill"]
    assert charts.calibration_chart() is SPECS["calibration"]


def test_skill_is_a_dot_and_its_interval_a_bar_in_the_colour_of_the_forecaster() -> None:
    bar, dot = layers_of(SPECS["skill"], "rule")[1], layers_of(SPECS["skill"], "circle")[0]
    assert (bar["encoding"]["x"]["field"], bar["encoding"]["x2"]["field"]) == ("low", "high")
    assert dot["encoding"]["x"]["field"] == "skill"
    names = [line.name for line in STYLES]
    assert dot["encoding"]["y"]["sort"] == dot["encoding"]["color"]["scale"]["domain"] == names
    assert dot["encoding"]["color"]["scale"]["range"][0] == charts.BLUE


def test_the_chart_of_skill_grows_with_its_forecasters() -> None:
    assert SPECS["skill"]["height"] > charts.skill_chart(STYLES[:1], "Points")["height"]


@pytest.mark.parametrize("name", ["skill", "saved"])
def test_no_gain_is_a_line_behind_everything(name: str) -> None:
    first = SPECS[name]["layer"][0]
    assert first["data"]["name"] == "zero"
    assert first["encoding"]["x"]["field"] == "zero"


def test_gains_are_written_with_their_sign_and_unit() -> None:
    axis = layers_of(SPECS["saved"], "circle")[0]["encoding"]["x"]["axis"]
    assert "'+,~f'" in axis["labelExpr"]
    assert axis["labelExpr"].endswith("+ ' %'")


def test_progress_steps_from_question_to_question_in_one_legend_of_colour_and_dash() -> None:
    (line,) = layers_of(SPECS["progress"], "line")
    assert line["mark"]["interpolate"] == "step-after"
    assert (
        line["encoding"]["strokeDash"]["scale"]["domain"]
        == line["encoding"]["color"]["scale"]["domain"]
    )


def test_the_band_is_shaded_below_the_curve_and_dots_have_the_size_of_their_row() -> None:
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


def test_both_axes_of_calibration_run_over_all_probabilities() -> None:
    curve = layers_of(SPECS["calibration"], "circle")[0]["encoding"]
    assert curve["x"]["scale"]["domain"] == curve["y"]["scale"]["domain"] == [0, 1]


def test_a_bin_has_wilson_as_its_bar_and_both_intervals_in_its_tip() -> None:
    (bar,) = layers_of(SPECS["bins"], "rule")
    assert (bar["encoding"]["y"]["field"], bar["encoding"]["y2"]["field"]) == ("low", "high")
    tips = [tip["field"] for tip in layers_of(SPECS["bins"], "circle")[0]["encoding"]["tooltip"]]
    assert tips == ["range", "said", "of", "wilson", "jeffreys"]


def test_no_line_is_drawn_through_too_few_questions() -> None:
    dotted = charts.calibration_chart(curved=False)
    assert [layer["mark"]["type"] for layer in dotted["layer"]] == ["area", "line", "circle"]
    assert dotted["layer"][-1] == SPECS["calibration"]["layer"][-1]


@pytest.mark.parametrize("name", ["skill", "saved"])
def test_what_rests_on_too_few_questions_is_drawn_faintly(name: str) -> None:
    for mark in ("rule", "circle"):
        drawn = [
            layer["encoding"]["opacity"]
            for layer in layers_of(SPECS[name], mark)
            if layer["data"]["name"] == "rows"
        ]
        ((enough,), few) = drawn[0]["condition"], drawn[0]["value"]
        assert enough["test"] == "datum.enough"
        assert few < enough["value"] / 2
