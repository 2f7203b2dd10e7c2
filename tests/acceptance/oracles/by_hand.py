"""Small cases of every function and section, with numbers that were worked out by hand."""

import math
from typing import Any

LN2 = math.log(2)
FLAT = [number / 200 for number in range(201)]

SCORING: list[tuple[str, dict[str, Any], Any]] = [
    (
        "binary_scores",
        {"p": 0.8, "outcome": 1},
        {
            "brier": 0.04,
            "brier_gjo": 0.08,
            "log_loss": -math.log(0.8),
            "log_loss_clip_001": -math.log(0.8),
            "spherical": 0.8 / math.sqrt(0.68),
        },
    ),
    (
        "binary_scores",
        {"p": 0, "outcome": 1},
        {"log_loss": "inf", "log_loss_clip_001": -math.log(0.001)},
    ),
    ("binary_scores", {"p": "nan", "outcome": 1}, "ValueError"),
    (
        "mean_binary_scores",
        {"p": [0.8, 0.6], "outcomes": [1, 0]},
        {"brier": 0.2, "log_loss": -math.log(0.32) / 2},
    ),
    ("mean_binary_scores", {"p": [], "outcomes": []}, "ValueError"),
    (
        "categorical_scores",
        {"p": [0.5, 0.3, 0.2], "outcome_index": 0, "ordered": True},
        {
            "brier": 0.19,
            "brier_gjo": 0.38,
            "log_loss": LN2,
            "spherical": 0.5 / math.sqrt(0.38),
            "rps": 0.29,
            "brier_ordinal": 0.145,
            "gjp_ordered": 0.29,
        },
    ),
    ("categorical_scores", {"p": [0.5, 0.4], "outcome_index": 0}, "ValueError"),
    ("brier_index", {"brier": [0.25, 0.09]}, [50, 70]),
    ("crps_normal", {"mu": 0, "sigma": 1, "y": 0}, (math.sqrt(2) - 1) / math.sqrt(math.pi)),
    ("crps_ensemble", {"members": [1, 3], "y": 2}, 0.5),
    ("crps_quantiles", {"alpha": [0.5], "values": [10], "y": 14}, 4),
    ("wis", {"median": 26, "intervals": [[0.5, 20, 35], [0.1, 10, 60]], "y": 41}, 7.9),
    ("crps_cdf", {"x": [0, 10], "cdf": [0, 1], "y": 5}, 5 / 6),
    ("crps_cdf", {"x": [0, 10], "cdf": [0, 1], "y": "inf"}, 10 / 3),
    (
        "crps_date",
        {"origin": "2026-01-01", "cdf": [["2026-01-11T00:00:00", 1]], "y": "2026-01-06T00:00:00Z"},
        5 / 6,
    ),
    ("crps_date", {"origin": "2026-01-01", "cdf": [["2026-01-11", 1]], "y": None}, 10 / 3),
    ("crps_date", {"origin": "soon", "cdf": [["2026-01-11", 1]], "y": None}, "ValueError"),
    (
        "belief_movement",
        {"path": [0.5, 0.7, 1]},
        {"movement": 0.13, "uncertainty_reduction": 0.25, "excess": -0.12},
    ),
    (
        "murphy",
        {"p": [0.2, 0.8], "outcomes": [0, 1], "bin_edges": [0, 0.5, 1]},
        {"brier": 0.04, "rel": 0.04, "res": 0.25, "unc": 0.25, "wbv": 0, "unc_bc": 0.5},
    ),
    ("murphy", {"p": [0.2, 0.8], "outcomes": [0, 1], "bins": 2}, {"rel": 0.04, "res": 0.25}),
    ("murphy", {"p": [0.2, 0.8], "outcomes": [0, 1]}, {"rel": 0.04, "res": 0.25}),
    (
        "corp",
        {"p": [0.1, 0.1, 0.8, 0.8], "outcomes": [0, 0, 1, 0]},
        {"recal": [0, 0, 0.5, 0.5], "score": 0.175, "mcb": 0.05, "dsc": 0.0625, "unc": 0.1875},
    ),
    (
        "corp_consistency_band",
        {"p": [1, 1], "resamples": 9},
        {"x": [1], "lower": [1], "upper": [1]},
    ),
    ("mcb_test", {"p": [1, 1], "outcomes": [1, 1], "resamples": 9}, 1),
    ("ece", {"p": [0.1, 0.1, 0.8, 0.8], "outcomes": [0, 0, 1, 0]}, 0.2),
    ("paired_permutation", {"differences": [0.1, 0.2]}, 0.5),
    ("paired_permutation_clustered", {"differences": [0.1, 0.2], "clusters": [7, 7]}, 1),
    (
        "difficulty_adjusted",
        {"rows": [["ann", 0, 0.3], ["ann", 1, 0.1], ["bob", 0, 0.2], ["bob", 1, 0]]},
        {"ann": 0.05, "bob": -0.05},
    ),
    (
        "aggregate",
        {"p_oldest_first": [0.5, 0.9]},
        {"recency_weights": [1, 1], "recency_weighted_median": 0.7, "crowd": 0.75},
    ),
    ("hazard_decay", {"p0": 0.75, "total_days": 10, "elapsed": [0, 5, 10, 20]}, [0.75, 0.5, 0, 0]),
    ("hazard_decay", {"p0": 1.2, "total_days": 10, "elapsed": 5}, "ValueError"),
    ("hazard_survival", {"p0_holds": 0.25, "total_days": 10, "elapsed": 5}, 0.5),
    ("lr_reliability", {"lr": [6, 1 / 6], "reliability": [0.5, 0.5]}, [3.5, 2 / 7]),
    ("lr_reliability", {"lr": [6, 1 / 6], "reliability": 0.5}, [3.5, 2 / 7]),
    ("lr_reliability", {"lr": 6, "reliability": [0, 1]}, [1, 6]),
    ("lr_reliability", {"lr": 6, "reliability": 1.5}, "ValueError"),
    ("half_life", {"ln_lr": 1, "half_life_days": 14, "age_days": [0, 14]}, [1, 0.5]),
    ("half_life", {"ln_lr": 1, "half_life_days": None, "age_days": 14}, 1),
    (
        "lr_from_words",
        {"pairs": [["often", "seldom"]], "midpoints": {"often": 0.6, "seldom": 0.2}},
        [3],
    ),
    ("lr_from_words", {"pairs": [["likely", "unlikely"]]}, [0.675 / 0.325]),
    (
        "base_rate",
        {"k": 0, "n": 0},  # the arcsine distribution
        {"mean": 0.5, "lower": math.sin(math.pi / 40) ** 2, "upper": math.cos(math.pi / 40) ** 2},
    ),
    ("recalibrate", {"p": [], "outcomes": []}, {"a": 0, "b": 1}),
    (
        "recalibrate",
        {"p": [], "outcomes": [], "clip": [0.1, 0.9], "sd_a": 1, "sd_b": 1},
        {"a": 0, "b": 1},
    ),
    ("scenario_posterior", {"prior": [0.5, 0.5], "likelihood_rows": [[0.8, 0.2]]}, [0.8, 0.2]),
    (
        "scenario_soft_update",
        {"prior": [0.5, 0.5], "likelihood_rows": [[0.8, 0.2]], "indicator_probabilities": [0.75]},
        [0.65, 0.35],
    ),
    (
        "indicator_information",
        {"prior": [0.5, 0.5], "likelihood_rows": {"sure": [1, 0], "none": [0.4, 0.4]}},
        {"sure": 1, "none": 0},
    ),
    ("indicator_information", {"prior": [0.5, 0.5], "likelihood_rows": [[1, 0]]}, [1]),
    (
        "repair_sum_to_one",
        {"p": [0.6, 0.6]},
        {"log_score": [0.5, 0.5]},
    ),
    ("repair_implication", {"p_a": 0.8, "p_b": 0.2}, [0.5, 0.5]),
    ("repair_negation", {"p": 0.8, "p_not": 0.8}, [0.5, 0.5]),
    (
        "repair_nested_dates",
        {"p": [["2026-01-01", 0.8], ["2027-01-01T00:00:00Z", 0.2]]},
        [0.5, 0.5],
    ),
    (
        "repair_total_probability",
        {"p_b": 0.5, "p_a_given_b": 0.8, "p_a_given_not_b": 0.2, "p_a": 0.5},
        {"gap": 0, "p_b": 0.5, "p_a_given_b": 0.8, "p_a_given_not_b": 0.2, "p_a": 0.5},
    ),
    ("repair_dominance", {"p": [0.6, 0.6]}, [math.log(25 / 24)] * 2),
    (
        "propriety_demo",
        {"p_true": 0.5, "resolves_day": 1, "scheduled_days": 10},
        {"mean_over_realised_life": 10 / 11},
    ),
]
"""Function, input, expected."""

LOOSE: list[tuple[str, dict[str, Any], Any, float]] = [
    ("proportion_ci", {"k": 0, "n": 5}, {"wilson": [0, 0.4345], "jeffreys": [0, 0.3794]}, 1e-4),
    ("ece_bias", {"n": 1, "bins": 1}, 1 / 3, 0.02),  # the mean of 2p(1 − p)
]
"""The same with a tolerance: published numbers, and chance."""

TEN_DAYS = {"open": "2026-01-01", "scheduled_close": "2026-01-11T00:00:00Z", "outcome": 1}
HALF = {**TEN_DAYS, "effective_close": "2026-01-06T00:00:00"}


def at(day: int, p: Any) -> dict[str, Any]:
    """A forecast at the start of a day of January 2026."""
    return {"at": f"2026-01-{day:02}T00:00:00Z", "p": p}


OVER_TIME: list[tuple[str, dict[str, Any], Any]] = [
    (
        "time_weighted_brier",
        {**HALF, "forecasts": [at(1, 0.6), at(8, 0.9)]},
        {
            "coverage": 0.5,
            "attainable_coverage": 0.5,
            "mean_while_active": 0.16,
            "skill_over_schedule": 0.045,
        },
    ),
    (
        "time_weighted_brier",
        {**HALF, "forecasts": {"ann": [at(1, 0.6)], "bob": []}, "reference_brier": 0.5},
        {
            "ann": {"skill_over_schedule": 0.17},
            "bob": {"coverage": 0, "mean_while_active": None, "skill_over_schedule": 0},
        },
    ),
    (
        "time_weighted_brier",
        {**TEN_DAYS, "forecasts": [at(1, 0.6), at(6, None)]},
        {"coverage": 0.5},
    ),
    ("time_weighted_brier", {**TEN_DAYS, "forecasts": [at(1, 1.5)]}, "ValueError"),
    ("time_weighted_brier", {**TEN_DAYS, "outcome": 2, "forecasts": []}, "ValueError"),
    ("score_question", {"resolution": "annulled", "forecasts": [at(1, 0.7)]}, "unscored"),
    ("score_question", {"resolution": "ambiguous"}, "unscored"),
    (
        "score_question",
        {**HALF, "resolution": "yes", "forecasts": [at(1, 0.6)]},
        {"mean_while_active": 0.16},
    ),
    (
        "gap_policy",
        {**TEN_DAYS, "forecasts": [at(6, 0.8)]},
        {"exclude": 0.04, "impute_half": 0.145, "impute_base": 0.34},
    ),
    ("gap_policy", {**TEN_DAYS, "forecasts": [at(6, 0.8)], "base": 0.6}, {"impute_base": 0.1}),
    (
        "gap_policy",
        {**TEN_DAYS, "forecasts": [at(1, 0.8), at(6, None)]},
        {"exclude": 0.04, "impute_half": 0.145},
    ),
    (
        "gap_policy",
        {**TEN_DAYS, "forecasts": []},
        {"exclude": None, "impute_half": 0.25, "impute_base": 0.64},
    ),
    (
        "daily_brier",
        {
            "open": "2026-01-01",
            "effective_close": "2026-01-03T12:00Z",
            "outcome": 1,
            "forecasts": {"ann": [at(1, 0.9)], "bob": [at(2, 0.5)]},
        },
        {
            "ann": {"days": 2, "active_days": 2, "mean_daily_brier": 0.01, "relative_brier": -0.06},
            "bob": {"days": 2, "active_days": 1, "mean_daily_brier": 0.25, "relative_brier": 0.06},
        },
    ),
    (
        "daily_brier",
        {
            "open": "2026-01-01T00:00:00+09:00",
            "effective_close": "2026-01-02T00:00:00+09:00",
            "timezone": "Asia/Tokyo",
            "outcome": 0,
            "forecasts": [{"at": "2026-01-01T23:59:00+09:00", "p": 0.1}],
        },
        {"days": 1, "active_days": 1, "mean_daily_brier": 0.01, "relative_brier": 0},
    ),
]
"""The same for forecasts over time."""


def held(*values: Any) -> list[dict[str, Any]]:
    """One forecast after the other, half of the ten days each."""
    return [
        {"at": f"2026-01-{1 + 5 * number:02}", "value": value}
        for number, value in enumerate(values)
    ]


POINTS: list[tuple[str, dict[str, Any], Any]] = [
    (
        "metaculus_points",
        {
            **TEN_DAYS,
            "forecasts": {"ann": held(0.5), "bob": held(0.25, None)},
            "spot_time": "2026-01-03",
        },
        {
            "ann": {
                "baseline": 0,
                "baseline_coverage": 1,
                "peer": 50 * LN2,
                "peer_coverage": 1,
                "spot_baseline": 0,
            },
            "bob": {
                "baseline": -50,
                "peer": -50 * LN2,
                "peer_coverage": 0.5,
                "spot_baseline": -100,
                "spot_coverage": 1,
            },
        },
    ),
    (
        "metaculus_points",
        {"type": "binary", **TEN_DAYS, "forecasts": held(0.5)},
        {"peer": 0, "spot_peer": 0},
    ),
    (
        "metaculus_points",
        {
            "type": "multiple_choice",
            **TEN_DAYS,
            "forecasts": {"ann": held([0.5, None, 0.5]), "bob": held([0.25, 0.25, 0.5])},
        },
        {
            "ann": {"baseline": 0, "peer": 100 * LN2},
            "bob": {"baseline": 100 * math.log(0.75) / math.log(3)},
        },
    ),
    ("metaculus_points", {"type": "multiple_choice", **TEN_DAYS, "forecasts": {}}, {}),
    (
        "metaculus_points",
        {"type": "mc", **TEN_DAYS, "outcome": 2, "forecasts": held([0.5, 0.5])},
        "ValueError",
    ),
    (
        "metaculus_points",
        {
            "type": "numeric",
            **TEN_DAYS,
            "outcome": 7,
            "forecasts": {"ann": held(FLAT), "bob": held(FLAT, None)},
        },
        {"ann": {"baseline": 0, "peer": 0}, "bob": {"baseline_coverage": 0.5}},
    ),
    (
        "metaculus_points",
        {
            "type": "numeric",
            **TEN_DAYS,
            "outcome": 0,
            "forecasts": held([0.1, *[0.85 / 200] * 200, 0.05]),
        },
        {"baseline": 50 * LN2},
    ),
    (
        "metaculus_points",
        {
            "type": "numeric",
            **TEN_DAYS,
            "outcome": 201,
            "forecasts": held([0, *[0.95 / 200] * 200, 0.05]),
        },
        {"baseline": 0},
    ),
    (
        "metaculus_points",
        {"type": "numeric", **TEN_DAYS, "forecasts": held([0, 0.5, 1])},
        "ValueError",
    ),
    (
        "metaculus_points",
        {"type": "numeric", **TEN_DAYS, "forecasts": held("see generator")},
        "ValueError",
    ),
]
"""The same for points."""

GENERATED = {
    "id": "generated",
    "function": "metaculus_points",
    "notes": (
        "cdf = 0.98*Phi((x-mu)/sd)+0.01 on linspace(0,1,201): ann (.5,.1); bob (.5,.1) then "
        "(.5,.1) on day 5"
    ),
    "input": {
        "type": "numeric",
        **TEN_DAYS,
        "outcome": 100,
        "forecasts": {"ann": held("see generator"), "bob": held("see generator", "see generator")},
    },
    "expected": {
        who: {
            "baseline": 50 * math.log(0.98 * math.erf(0.05 / math.sqrt(2)) / 2 / 0.0045),
            "peer": 0,
        }
        for who in ("ann", "bob")
    },
}
"""Curves that stand in the notes as means and spreads; the bucket from 0.495 to 0.5 is asked
for.
"""
