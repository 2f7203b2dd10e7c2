"""Distributions and ranges go into the database and come back the same, to the last digit."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale, curve_from_quantiles, uniform_curve
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from tests.forecasts.strategies import law
from tracker.storage.questions import (
    distribution_from_json,
    distribution_to_json,
    scale_from_json,
    scale_to_json,
)

LOG = Scale(1.0, 1000.0, open_lower=True, open_upper=True, zero_point=0.0, unit="USD")


@pytest.mark.parametrize(
    ("held", "stored"),
    [
        (Binary(0.3), {"kind": "binary", "p": 0.3}),
        (Binary(0.0), {"kind": "binary", "p": 0.0}),
        (
            Categorical(("Moscow", "Other"), (0.25, 0.75)),
            {"kind": "categorical", "options": ["Moscow", "Other"], "p": [0.25, 0.75]},
        ),
        (Cdf((0.0, 10.0), (0.0, 0.9)), {"kind": "cdf", "x": [0.0, 10.0], "p": [0.0, 0.9]}),
    ],
)
def test_a_distribution_is_stored_with_its_kind(held: Distribution, stored: dict[str, Any]) -> None:
    assert distribution_to_json(held) == stored
    assert distribution_from_json(json.loads(json.dumps(stored))) == held


@pytest.mark.parametrize(
    "held", [uniform_curve(LOG), curve_from_quantiles({0.05: 2.0, 0.5: 40.0, 0.95: 900.0}, LOG)]
)
def test_a_curve_of_many_points_comes_back_whole(held: Cdf) -> None:
    assert len(held.x) > 200
    assert distribution_from_json(json.loads(json.dumps(distribution_to_json(held)))) == held


@law
@given(st.floats(0.0, 1.0))
def test_a_probability_comes_back_to_the_last_digit(p: float) -> None:
    assert distribution_from_json(
        json.loads(json.dumps(distribution_to_json(Binary(p))))
    ) == Binary(p)


@law
@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=6).filter(any))
def test_shares_come_back_to_the_last_digit(weights: list[int]) -> None:
    held = Categorical(
        tuple(f"option {n}" for n in range(len(weights))), tuple(w / sum(weights) for w in weights)
    )
    assert distribution_from_json(json.loads(json.dumps(distribution_to_json(held)))) == held


@law
@given(
    st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=8, unique=True),
    st.lists(st.floats(0.0, 1.0), min_size=8, max_size=8),
)
def test_a_curve_comes_back_to_the_last_digit(x: list[float], p: list[float]) -> None:
    held = Cdf(tuple(sorted(x)), tuple(sorted(p[: len(x)])))
    assert distribution_from_json(json.loads(json.dumps(distribution_to_json(held)))) == held


@pytest.mark.parametrize(
    "scale", [None, Scale(0.0, 100.0), Scale(-40.0, 40.0, open_lower=True, unit="°C"), LOG]
)
def test_a_range_comes_back_as_it_was(scale: Scale | None) -> None:
    assert scale_from_json(json.loads(json.dumps(scale_to_json(scale)))) == scale


def test_what_was_stored_and_is_no_distribution_is_refused() -> None:
    with pytest.raises(ValueError, match="lies between 0 and 1"):
        distribution_from_json({"kind": "binary", "p": 1.5})
    with pytest.raises(ValueError, match="rise"):
        distribution_from_json({"kind": "cdf", "x": [1.0, 0.0], "p": [0.0, 1.0]})
