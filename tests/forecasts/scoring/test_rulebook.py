"""Which rule judges which kind, and what each says, with numbers worked by hand."""

import math
from itertools import pairwise, product
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from forecasts.aggregation.pooling import pool_curves
from forecasts.distributions.cdf import Cdf, Scale, uniform_curve
from forecasts.distributions.distribution import (
    Binary,
    Categorical,
    Distribution,
    even_distribution,
)
from forecasts.questions.answers import Answer
from forecasts.questions.question import Kind, Option, Question
from forecasts.scoring.rulebook import (
    BUCKETS,
    CURVE_FLOOR,
    HEADLINE,
    QUANTILE_LEVELS,
    RULES,
    SOLO_RULES,
    RuleName,
    ignorance_forecast,
    outcome_mass,
    points_mass,
    rule_gains,
    rule_values,
)
from tests.forecasts.strategies import (
    KINDS,
    LEVELS,
    OPENS,
    OPTIONS,
    categorical_question,
    cdfs,
    day,
    distributions,
    law,
    numeric_question,
    ordered_question,
    question,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/scoring/rulebook")

OPEN = Scale(0.0, 100.0, open_lower=True, open_upper=True)
LOG = Scale(1.0, 1000.0, zero_point=0.0)

ANSWERS: dict[str, list[Answer]] = {
    "binary": [1, 0],
    "categorical": list(OPTIONS),
    "ordered": list(LEVELS),
}


def value(rule: RuleName, asked: Question, happened: Answer, held: Distribution) -> float:
    return float(rule_values(rule, asked, happened, [held])[0])


# Which rule judges which kind


def test_rules_are_named_and_gain() -> None:
    # Every rule stands under its name and is told apart by its title.
    assert set(RULES) == set(get_args(RuleName))
    assert all(rule.name == name for name, rule in RULES.items())
    assert len({rule.title for rule in RULES.values()}) == len(RULES)
    assert all({*RULES[name].scorers} == {*RULES[name].kinds} for name in SOLO_RULES)
    # Points are gains and scores are held against a reference.
    assert [name for name, rule in RULES.items() if rule.is_points] == [
        "baseline",
        "peer",
        "spot_baseline",
        "spot_peer",
    ]
    values = np.array([0.04, 0.36])
    assert rule_gains("brier", values, 0.25).tolist() == pytest.approx([0.21, -0.11])
    assert rule_gains("spherical", values, 0.25).tolist() == pytest.approx([-0.21, 0.11])
    assert rule_gains("baseline", values, 0.25).tolist() == values.tolist()


@check_rows(get_args(Kind))
def test_every_kind_has_a_headline_among_its_rules(kind: Kind) -> None:
    assert kind in RULES[HEADLINE[kind]].kinds
    assert HEADLINE[kind] in SOLO_RULES


@check_rows(product(SOLO_RULES, KINDS))
def test_a_rule_judges_its_kinds_alone(rule: RuleName, asked: Question) -> None:
    happened = ANSWERS.get(asked.kind, [5.0])[0]
    if asked.kind in RULES[rule].kinds:
        assert np.isfinite(rule_values(rule, asked, happened, [asked.prior])).all()
        assert rule_values(rule, asked, happened, []).tolist() == []
    else:
        with pytest.raises(KeyError):
            rule_values(rule, asked, happened, [asked.prior])


@check_rows(
    [
        ("brier", question(), 1, Binary(1.0), Binary(0.0)),
        (
            "brier",
            categorical_question(),
            "Moscow",
            Categorical(OPTIONS, (1, 0, 0)),
            Categorical(OPTIONS, (0, 1, 0)),
        ),
        ("log", question(), 0, Binary(0.0), Binary(1.0)),
        (
            "log",
            ordered_question(),
            "low",
            Categorical(LEVELS, (1, 0, 0)),
            Categorical(LEVELS, (0, 0, 1)),
        ),
        (
            "ranked",
            ordered_question(),
            "low",
            Categorical(LEVELS, (1, 0, 0)),
            Categorical(LEVELS, (0, 0, 1)),
        ),
        ("crps", numeric_question(OPEN), math.inf, Cdf((0, 100), (0, 0)), Cdf((0, 100), (1, 1))),
        (
            "quantile",
            numeric_question(OPEN),
            math.inf,
            Cdf((0, 100), (0, 0)),
            Cdf((0, 100), (1, 1)),
        ),
    ]
)
def test_the_range_of_a_loss_is_reached(
    rule: RuleName, asked: Question, happened: Answer, best: Distribution, worst: Distribution
) -> None:
    low, _, high = (
        RULES[rule].range.removesuffix(" nats").removesuffix(" of the scale").partition(" to ")
    )
    assert RULES[rule].better == "lower"
    assert value(rule, asked, happened, best) == pytest.approx(float(low), abs=0.0005)
    assert value(rule, asked, happened, worst) == pytest.approx(float(high), abs=0.0005)


def test_the_spherical_score_and_points_are_higher_the_better() -> None:
    assert [value("spherical", question(), 1, Binary(p)) for p in (0.0, 1.0)] == [0.0, 1.0]
    assert RULES["spherical"].better == RULES["baseline"].better == "higher"
    low, _, high = (
        RULES["baseline"].range.removesuffix(" points").replace("−", "-").partition(" to ")
    )
    assert value("baseline", question(), 1, Binary(0.0)) == pytest.approx(float(low), abs=0.5)
    sure = Cdf((0.0, 50.0, 50.5, 100.0), (0.0, 0.0, 1.0, 1.0))
    assert value("baseline", numeric_question(), 50.25, sure) == pytest.approx(float(high), abs=0.5)


@law
@given(
    st.sampled_from(KINDS).flatmap(lambda q: st.tuples(st.just(q), distributions(q))),
    st.sampled_from(SOLO_RULES),
)
def test_no_forecast_leaves_the_range_of_a_rule(
    pair: tuple[Question, Distribution], rule: RuleName
) -> None:
    asked, held = pair
    if asked.kind not in RULES[rule].kinds:
        return
    low, _, high = RULES[rule].range.replace("−", "-").partition(" to ")
    happened = ANSWERS.get(asked.kind, [])
    if asked.scale is not None:
        happened = [
            *asked.scale.values(np.linspace(0, 1, 7)).tolist(),
            *([math.inf] * asked.scale.open_upper),
        ]
    for each in happened:
        assert (
            float(low) - 0.5e-3 <= value(rule, asked, each, held) <= float(high.split()[0]) + 0.5e-3
        )


# Binary


@check_rows(TABLES["a_binary_forecast_by_every_rule"])
def test_a_binary_forecast_by_every_rule(
    p: float, yes: int, brier: float, log: float, spherical: float, baseline: float
) -> None:
    found = [
        value(rule, question(), yes, Binary(p))
        for rule in ("brier", "log", "spherical", "baseline")
    ]
    assert found == pytest.approx([brier, log, spherical, baseline])


# Options


def test_categorical_forecasts_by_every_rule() -> None:
    # A categorical forecast by every rule.
    asked, held = categorical_question(), Categorical(OPTIONS, (0.2, 0.5, 0.3))
    found = [
        value(rule, asked, "Beijing", held) for rule in ("brier", "log", "spherical", "baseline")
    ]
    expected = [0.19, math.log(2), 0.5 / math.sqrt(0.38), 100 * math.log(1.5) / math.log(3)]
    assert found == pytest.approx(expected)
    # Forecasts of one question may name different options.
    asked = categorical_question("Moscow", Option("Minsk", added_at=day(10)), "Other")
    before, after = (
        Categorical(("Moscow", "Other"), (0.4, 0.6)),
        Categorical(("Moscow", "Minsk", "Other"), (0.4, 0.5, 0.1)),
    )
    assert rule_values("brier", asked, "Minsk", [before, after]).tolist() == pytest.approx(
        [0.16, 0.21]
    )
    points = rule_values("baseline", asked, "Minsk", [before, after])
    assert points.tolist() == pytest.approx(
        [100 * (1 + math.log2(0.6)), 100 * math.log(1.5) / math.log(3)]
    )


def test_ordered_forecasts_follow_the_order_of_the_question() -> None:
    # An ordered forecast by hand.
    asked, held = ordered_question(), Categorical(LEVELS, (0.2, 0.5, 0.3))
    # At the two cuts the forecast says 0.2 and 0.7 for "at or below".
    expected = [(0.64 + 0.09) / 2, (0.04 + 0.09) / 2, (0.04 + 0.49) / 2]
    assert [value("ranked", asked, level, held) for level in LEVELS] == pytest.approx(expected)
    # The order is that of the question however a forecast names the options.
    asked = ordered_question()
    mixed = Categorical(("high", "low", "middle"), (0.3, 0.2, 0.5))
    part = Categorical(("high", "low"), (0.5, 0.5))
    assert value("ranked", asked, "high", mixed) == pytest.approx(0.265)
    assert value("ranked", asked, "middle", part) == pytest.approx(0.25)


# Curves

# Half of the mass lies below 20, evenly, and the other half above, evenly.
SKEWED = Cdf((0.0, 20.0, 100.0), (0.0, 0.5, 1.0))


def test_crps_and_quantile_score_by_hand() -> None:
    # Crps is a share of the range.
    asked = numeric_question()
    found = [value("crps", asked, y, uniform_curve(Scale(0.0, 100.0))) for y in (0.0, 50.0, 100.0)]
    assert found == pytest.approx([1 / 3, 1 / 12, 1 / 3])
    # Up to 20 the square of a line from 0 to ½, over a fifth; then that of a line from ½ to 0 over
    # the rest.
    assert value("crps", asked, 20.0, SKEWED) == pytest.approx(0.2 * 0.25 / 3 + 0.8 * 0.25 / 3)
    # The quantile score reads a curve at five levels.
    pinballs = [0.05 * 0.45, 0.25 * 0.25, 0.0, 0.25 * 0.25, 0.05 * 0.45]
    assert value(
        "quantile", numeric_question(), 50.0, uniform_curve(Scale(0.0, 100.0))
    ) == pytest.approx(2 * sum(pinballs) / 5)
    assert len(QUANTILE_LEVELS) == 5
    # Levels and answers beyond the range are both read at its bound.
    asked = numeric_question(OPEN)
    nearly_never = Cdf((0.0, 100.0), (0.0, 0.02))  # every level lies above
    assert value("quantile", asked, math.inf, nearly_never) == 0.0
    assert value("quantile", asked, 250.0, nearly_never) == 0.0
    assert value("quantile", asked, 0.0, nearly_never) == pytest.approx(1.0)


def along_the_scale(scale: Scale, curve: Cdf, y: float) -> float:
    """The defining integral of the CRPS over the scale, by quadrature from knot to knot."""
    edges = sorted({scale.lower, *curve.x, min(max(y, scale.lower), scale.upper), scale.upper})
    total = 0.0
    for left, right in pairwise(edges):
        happened = y <= left

        def gap(place: float, happened: bool = happened) -> float:
            return float(curve.at(float(scale.values(place))) - happened) ** 2

        total += quad(
            gap, scale.location(left), scale.location(right), epsabs=1e-13, epsrel=1e-13, limit=200
        )[0]
    return total


@st.composite
def curves_on_scales(draw: st.DrawFn) -> tuple[Scale, Cdf, float]:
    """A curve on a straight or a logarithmic scale, from nearly straight to bent over nine powers
    of ten.
    """
    zero = draw(st.none() | st.sampled_from((-1e6, -10.0, 0.0, 0.9, 1.0 - 1e-6)))
    scale = Scale(1.0, 1000.0, draw(st.booleans()), draw(st.booleans()), zero)
    curve = draw(cdfs(scale))
    values = st.sampled_from((*curve.x, -5.0, 0.95, 1e4, math.inf, -math.inf)) | st.floats(
        1.0, 1000.0
    )
    return scale, curve, draw(values)


@law
@given(curves_on_scales())
def test_quadrature_agrees_with_the_crps_on_every_scale(drawn: tuple[Scale, Cdf, float]) -> None:
    scale, curve, y = drawn
    assert value("crps", numeric_question(scale), y, curve) == pytest.approx(
        along_the_scale(scale, curve, y), abs=1e-9
    )


@law
@given(curves_on_scales(), st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40))
def test_knots_inserted_on_a_curve_change_nothing(
    drawn: tuple[Scale, Cdf, float], places: list[float]
) -> None:
    scale, curve, y = drawn
    asked = numeric_question(scale)
    knots = sorted(
        {*curve.x, *(x for x in scale.values(places).tolist() if curve.x[0] < x < curve.x[-1])}
    )
    finer = Cdf(tuple(knots), tuple(np.maximum.accumulate([curve.at(x) for x in knots]).tolist()))
    for rule in ("crps", "quantile", "baseline"):
        assert value(rule, asked, y, finer) == pytest.approx(
            value(rule, asked, y, curve), rel=0, abs=1e-9
        )
    assert points_mass(asked, y, finer) == pytest.approx(
        points_mass(asked, y, curve), rel=0, abs=1e-12
    )
    assert scale.locations(finer.central()) == pytest.approx(
        scale.locations(curve.central()), rel=0, abs=1e-9
    )
    other = uniform_curve(scale)
    pooled = [
        Cdf(*map(tuple, pool_curves([(c.x, c.p), (other.x, other.p)]))) for c in (curve, finer)
    ]
    crowds = [value("crps", asked, y, c) for c in pooled]
    assert crowds[0] == pytest.approx(crowds[1], rel=0, abs=1e-9)


def test_answers_and_curves_beyond_the_knots() -> None:
    # On an open log scale an answer below its zero point is just below.
    scale = Scale(1.0, 1000.0, open_lower=True, zero_point=0.0)
    asked, held = numeric_question(scale), Cdf((1.0, 1000.0), (0.2, 1.0))
    for rule in ("crps", "quantile", "baseline"):
        assert (
            value(rule, asked, -5.0, held)
            == value(rule, asked, -math.inf, held)
            == value(rule, asked, 0.9, held)
        )
    # A narrow curve is as wrong beyond its knots as one that is written out.
    asked = numeric_question(OPEN)
    narrow = Cdf((40.0, 60.0), (0.1, 0.7))
    whole = Cdf((0.0, 40.0, 60.0, 100.0), (0.1, 0.1, 0.7, 0.7))
    for rule in ("crps", "quantile", "baseline"):
        for y in (-math.inf, 0.0, 30.0, 45.0, 90.0, 100.0, math.inf):
            assert value(rule, asked, y, narrow) == pytest.approx(value(rule, asked, y, whole))
    sure = Cdf((49.0, 51.0), (0.0, 1.0))
    assert value("crps", numeric_question(), 100.0, sure) == pytest.approx(0.02 / 3 + 0.49)


# Points


def test_masses_behind_points() -> None:
    # Points count the mass in the two hundredth of the scale that holds the answer.
    asked = numeric_question()
    assert value("baseline", asked, 20.0, SKEWED) == pytest.approx(50 * math.log(0.0125 / 0.005))
    assert value("baseline", asked, 20.01, SKEWED) == pytest.approx(50 * math.log(0.003125 / 0.005))
    # The lower bound lies in the first part of the scale and the upper in the last.
    asked = numeric_question(OPEN)
    held = Cdf((0.0, 0.5, 99.5, 100.0), (0.1, 0.4, 0.6, 0.8))
    given_to = [outcome_mass(asked, y, held) for y in (-0.001, 0.0, 0.5, 50.0, 100.0, 100.001)]
    assert given_to == pytest.approx([0.1, 0.3, 0.3, 0.2 / 198, 0.2, 0.2])
    # The mass given to what happened is read for every kind.
    assert outcome_mass(question(), 1, Binary(0.8)) == 0.8
    assert outcome_mass(question(), 0, Binary(0.8)) == pytest.approx(0.2)
    assert (
        outcome_mass(categorical_question(), "Minsk", Categorical(OPTIONS, (0.2, 0.5, 0.3))) == 0.3
    )
    # Points limit how near to 0 and 1 a mass counts.
    assert [points_mass(question(), 1, Binary(p)) for p in (0.0, 0.4, 1.0)] == [0.001, 0.4, 0.999]
    assert (
        points_mass(categorical_question(), "Moscow", Categorical(OPTIONS, (0.0, 0.5, 0.5)))
        == 0.001
    )
    sure = Cdf((0.0, 50.0, 50.5, 100.0), (0.0, 0.0, 1.0, 1.0))
    asked = numeric_question(OPEN)
    assert [points_mass(asked, y, sure) for y in (-1.0, 10.0, 50.25, 101.0)] == [
        0.001,
        CURVE_FLOOR,
        1.0,
        0.001,
    ]


@check_rows([Scale(0.0, 100.0), OPEN, LOG, Scale(-3.0, 7.1, open_upper=True)])
def test_an_even_curve_earns_no_points(scale: Scale) -> None:
    places = [0.0, 1e-9, 0.005, 0.123, 0.5, 0.999, 1.0]
    beyond = [-math.inf] * scale.open_lower + [math.inf] * scale.open_upper
    for y in [scale.lower, *scale.values(places[1:-1]).tolist(), scale.upper, *beyond]:
        assert value("baseline", numeric_question(scale), y, uniform_curve(scale)) == pytest.approx(
            0.0, abs=1e-6
        )


@settings(max_examples=6)
@given(st.sampled_from([OPEN, LOG]).flatmap(lambda scale: st.tuples(st.just(scale), cdfs(scale))))
def test_the_masses_of_a_scale_sum_to_one(pair: tuple[Scale, Cdf]) -> None:
    scale, held = pair
    inside = scale.values((np.arange(BUCKETS) + 0.5) / BUCKETS).tolist()
    answers = [scale.lower - 1, *inside, scale.upper + 1]
    assert math.fsum(
        outcome_mass(numeric_question(scale), y, held) for y in answers
    ) == pytest.approx(1.0)


# Knowing nothing


def test_skill_counts_from_what_somebody_who_knows_nothing_would_say() -> None:
    assert ignorance_forecast(question()) == Binary(0.5)
    late = categorical_question("Moscow", Option("Minsk", added_at=day(10)), "Other")
    assert ignorance_forecast(late) == even_distribution(("Moscow", "Other"))
    early = categorical_question("Moscow", Option("Minsk", added_at=OPENS), "Other")
    assert ignorance_forecast(early) == even_distribution(("Moscow", "Minsk", "Other"))
    assert ignorance_forecast(numeric_question(OPEN)) == uniform_curve(OPEN)
