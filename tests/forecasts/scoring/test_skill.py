import math
import random
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, r2_score

from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.scoring.skill import (
    REFERENCES,
    ClimatologySkill,
    ReferenceName,
    adjust_for_difficulty,
    leave_one_out_shares,
    skill_score,
    skill_vs_climatology,
    skill_with_interval,
)
from tests.forecasts.strategies import law, probabilities
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/scoring/skill")

Row = tuple[str, str, float]

losses = st.floats(0.0, 1.0)
loss_pairs = st.lists(st.tuples(losses, st.floats(0.01, 1.0)), min_size=1, max_size=30)
answers = st.lists(st.tuples(probabilities, st.integers(0, 1)), min_size=2, max_size=30)


# Skill


def test_skill_scores_by_hand() -> None:
    # Skill is a ratio of sums and no mean of ratios.
    # Sums 0.3 and 0.5; the mean of the ratios 1 and 0.5 would give 0.25.
    assert skill_score([0.1, 0.2], [0.1, 0.4]) == pytest.approx(0.4)
    # Perfect equal and worse forecasts have skill one zero and less.
    assert skill_score([0.0, 0.0], [0.25, 0.25]) == 1.0
    assert skill_score([0.25, 0.25], [0.25, 0.25]) == 0.0
    assert skill_score([1.0, 1.0], [0.25, 0.25]) == -3.0
    # A reference that loses nothing cannot be beaten.
    assert skill_score([0.1], [0.0]) is None
    assert skill_score([0.0], [0.0]) is None


@check_rows(TABLES["scores_without_skill_are_refused"])
def test_scores_without_skill_are_refused(own: object, reference: object, reason: str) -> None:
    with pytest.raises(ForecastsError, match=reason):
        skill_score(own, reference)  # type: ignore[arg-type]
    with pytest.raises(ForecastsError, match=reason):
        skill_with_interval(own, reference, name="half")  # type: ignore[arg-type]


# Climatology


def test_climatology_leaves_out_the_question() -> None:
    # Climatology leaves out the question itself.
    assert leave_one_out_shares([1, 1, 0]).tolist() == [0.5, 0.5, 1.0]
    # An outcome that is neither yes nor no is refused.
    with pytest.raises(ValueError, match="is 0 or 1, not 2"):
        leave_one_out_shares([0, 2])


@check_rows([[], [1], 1, [[1, 0], [0, 1]]])
def test_leaving_one_out_takes_two_outcomes(too_few: object) -> None:
    with pytest.raises(ForecastsError, match="at least two"):
        leave_one_out_shares(too_few)  # type: ignore[arg-type]


def test_skill_against_climatology_by_hand() -> None:
    # Skill against climatology by hand.
    # Own 0.04 + 0.09 + 0.01 over 3. Others say 0, 1/2, 1/2 where 1, 0, 0 came: 1 + 1/4 + 1/4 over
    # 3. In sample 2/9.
    found = skill_vs_climatology([0.8, 0.3, 0.1], [1, 0, 0])
    bs, loo, insample = 0.14 / 3, 1.5 / 3, 2 / 9
    expected = ClimatologySkill(bs, insample, loo, 1 - bs / loo, 1 - bs / insample)
    for field in ("bs", "bs_insample", "bs_loo", "bss_loo", "bss_insample"):
        assert getattr(found, field) == pytest.approx(getattr(expected, field), abs=1e-12)
    # Where all came out alike there is nothing to beat.
    assert skill_vs_climatology([0.2, 0.1], [0, 0]) == ClimatologySkill(
        pytest.approx(0.025), 0.0, 0.0, None, None
    )
    # Climatology refuses what is no forecast for each outcome.
    with pytest.raises(ForecastsError, match="there are 1 for 2"):
        skill_vs_climatology([0.5], [1, 0])
    with pytest.raises(InvalidProbability):
        skill_vs_climatology([0.5, 1.5], [1, 0])


@law
@given(answers)
def test_climatology_agrees_with_scikit_learn(pairs: list[tuple[float, int]]) -> None:
    p, outcomes = (np.array(side) for side in zip(*pairs, strict=True))
    found = skill_vs_climatology(p, outcomes)
    assert found.bs == pytest.approx(brier_score_loss(outcomes, p, pos_label=1), abs=1e-12)
    if 0 < outcomes.sum() < len(outcomes):
        assert found.bss_insample == pytest.approx(r2_score(outcomes, p), abs=1e-9)


# References


def test_every_reference_has_its_words() -> None:
    assert set(REFERENCES) == set(get_args(ReferenceName))
    for reference in REFERENCES.values():
        assert reference.title
        assert reference.meaning.endswith(".")
        assert reference.shows.endswith(".")


# Skill with an interval


def test_intervals_resample_the_ratio() -> None:
    # An interval goes with the sums and the skill.
    own, half = [0.04, 0.25, 0.09, 0.49, 0.01] * 8, [0.25] * 40
    found = skill_with_interval(own, half, name="half")
    assert (found.reference, found.n, found.n_clusters) == ("half", 40, 40)
    assert (found.own_sum, found.reference_sum) == pytest.approx((7.04, 10.0))
    assert found.skill == skill_score(own, half) == pytest.approx(0.296)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.296 < found.high
    # The ratio is taken anew in each resample.
    # Clusters with sums (0.1, 1) and (1.8, 2): skill 0.9 (1/4), 1 − 1.9/3 (1/2) or 0.1 (1/4).
    found = skill_with_interval(
        [0.1, 0.9, 0.9], [1.0, 1.0, 1.0], name="hazard", clusters=["a", "b", "b"]
    )
    assert (found.low, found.high) == pytest.approx((0.1, 0.9))
    middle = skill_with_interval(
        [0.1, 0.9, 0.9], [1.0] * 3, name="hazard", clusters=["a", "b", "b"], level=0.4
    )
    assert (middle.low, middle.high) == pytest.approx((1.1 / 3, 1.1 / 3))


def test_the_interval_agrees_with_scipy() -> None:
    rng = np.random.default_rng(4)
    own, reference = rng.random(60) / 2, rng.random(60)
    theirs = scipy.stats.bootstrap(
        (own, reference),
        lambda a, b, axis: 1.0 - a.sum(axis=axis) / b.sum(axis=axis),
        paired=True,
        method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval
    found = skill_with_interval(own, reference, name="base_rate", resamples=10_000)
    assert (found.low, found.high) == pytest.approx(tuple(theirs), abs=0.01)


def test_intervals_by_seed_cluster_and_reference() -> None:
    # Skill repeats with its seed.
    own, half = np.linspace(0.0, 0.6, 30), [0.25] * 30
    first, again, other = (
        skill_with_interval(own, half, name="half", seed=seed) for seed in (3, 3, 4)
    )
    assert first == again != other
    # One cluster gives no interval.
    found = skill_with_interval([0.1, 0.2], [0.2, 0.2], name="no_change", clusters=["vote", "vote"])
    assert (found.n, found.n_clusters, found.low, found.high) == (2, 1, None, None)
    assert found.skill == pytest.approx(0.25)
    # A reference that may lose nothing gives no interval.
    found = skill_with_interval([0.1, 0.1], [0.2, 0.0], name="hazard")
    assert (found.skill, found.low, found.high) == (0.0, None, None)
    nothing = skill_with_interval([0.1, 0.1], [0.0, 0.0], name="hazard")
    assert (nothing.skill, nothing.low, nothing.high) == (None, None, None)


@check_rows([None, ["vote"]])
def test_an_impossible_level_is_refused(
    clusters: list[str] | None,
) -> None:
    with pytest.raises(ForecastsError, match="the level of an interval"):
        skill_with_interval([0.1], [0.2], name="half", clusters=clusters, level=95)


@law
@given(loss_pairs)
def test_clusters_of_one_question_are_no_clusters(pairs: list[tuple[float, float]]) -> None:
    own, reference = zip(*pairs, strict=True)
    labelled = skill_with_interval(
        own, reference, name="half", clusters=range(len(own)), resamples=50
    )
    assert labelled == skill_with_interval(own, reference, name="half", resamples=50)


# Difficulty


def dense(rows: list[Row]) -> dict[str, float]:
    """Forecaster effects by least squares on all dummies, the plain and slow way."""
    people, questions = (list(dict.fromkeys(row[i] for row in rows)) for i in (0, 1))
    design = np.zeros((len(rows), len(people) + len(questions)))
    for line, (who, what, _) in zip(design, rows, strict=True):
        line[people.index(str(who))] = line[len(people) + questions.index(str(what))] = 1.0
    found = np.linalg.lstsq(design, np.array([row[2] for row in rows]), rcond=None)[0][
        : len(people)
    ]
    return dict(zip((str(who) for who in people), (found - found.mean()).tolist(), strict=True))


@st.composite
def panels(draw: st.DrawFn) -> list[Row]:
    """Rows of up to six forecasters, linked because all of them answered the first question."""
    people = [f"f{i}" for i in range(draw(st.integers(1, 6)))]
    more = st.tuples(st.sampled_from(people), st.sampled_from("abcdefgh"), losses)
    return [(who, "first", draw(losses)) for who in people] + draw(st.lists(more, max_size=30))


def test_difficulty_is_adjusted_by_hand() -> None:
    # Whoever took the hard questions is not blamed for them.
    rows = [("ann", "hard", 0.6), ("ann", "easy", 0.1), ("bob", "hard", 0.5), ("cy", "easy", 0.1)]
    found = adjust_for_difficulty(rows)
    # Bob is 0.1 better than Ann and Cy her equal, although his plain mean of 0.5 is the worst of
    # the three.
    assert dict(found.effects) == pytest.approx(
        {"bob": -0.2 / 3, "ann": 0.1 / 3, "cy": 0.1 / 3}, abs=1e-12
    )
    assert next(iter(found.effects)) == "bob"
    assert dict(found.questions) == {"ann": 2, "bob": 1, "cy": 1}
    assert found.comparable
    # Every row counts and every question once.
    rows = [("ann", "q", 0.2), ("ann", "q", 0.4), ("bob", "q", 0.1)]
    found = adjust_for_difficulty(rows)
    assert dict(found.effects) == pytest.approx({"ann": 0.1, "bob": -0.1}, abs=1e-12)
    assert dict(found.questions) == {"ann": 1, "bob": 1}


def test_groups_that_share_no_question_are_apart() -> None:
    # Forecasters without a chain of shared questions are not compared.
    linked = [("ann", "a", 0.2), ("bob", "a", 0.4), ("bob", "b", 0.3), ("cy", "b", 0.1)]
    found = adjust_for_difficulty(
        [("eve", "z", 0.0), ("dan", "z", 0.9), ("fay", "alone", 0.5), *linked]
    )
    assert found.components == ({"ann", "bob", "cy"}, {"dan", "eve"}, {"fay"})
    assert not found.comparable
    assert dict(found.effects) == pytest.approx(
        dict(adjust_for_difficulty(linked).effects), abs=1e-12
    )
    assert found.questions["eve"] == found.questions["fay"] == 1
    # Groups of equal size come in a fixed order.
    rows = [("dan", "z", 0.9), ("ann", "a", 0.2), ("eve", "z", 0.1), ("bob", "a", 0.4)]
    assert adjust_for_difficulty(rows).components == adjust_for_difficulty(rows[::-1]).components
    assert set(adjust_for_difficulty(rows).effects) == {"ann", "bob"}
    # A forecaster alone is average.
    assert dict(adjust_for_difficulty([("ann", "a", 0.2), ("ann", "b", 0.9)]).effects) == {
        "ann": 0.0
    }


@law
@given(panels())
def test_effects_agree_with_plain_least_squares(rows: list[Row]) -> None:
    found = adjust_for_difficulty(rows)
    assert dict(found.effects) == pytest.approx(dense(rows), abs=1e-9)
    assert math.fsum(found.effects.values()) == pytest.approx(0.0, abs=1e-9)
    assert all(earlier <= later for earlier, later in pairwise(found.effects.values()))


@law
@given(panels(), st.randoms(use_true_random=False), st.floats(-2.0, 2.0))
def test_order_and_difficulty_change_no_effect(
    rows: list[Row], rng: random.Random, harder: float
) -> None:
    moved = [(who, what, score + (harder if what == "first" else 0.0)) for who, what, score in rows]
    rng.shuffle(moved)
    assert dict(adjust_for_difficulty(moved).effects) == pytest.approx(
        dict(adjust_for_difficulty(rows).effects), abs=1e-9
    )


@check_rows(
    [
        ([], "at least one score"),
        ([("ann", "a", math.nan), ("bob", "a", 0.1)], "missing or infinite"),
    ]
)
def test_a_panel_that_cannot_be_compared_is_refused(rows: list[Row], reason: str) -> None:
    with pytest.raises(ForecastsError, match=reason):
        adjust_for_difficulty(rows)
