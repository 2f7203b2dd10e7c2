"""The crowd's timeline: who stands when, in which order they are pooled, and what options and
curves need.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.aggregation.crowd import contribution_crowd_timeline, crowd_at, crowd_timeline
from forecasts.aggregation.pooling import mean, pool_crowd, pool_curves, pool_options
from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.errors import InvalidForecast
from forecasts.questions.question import ForecasterId, Kind, Option, Question, check_distribution
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.scores import Timelines, score_question
from tests.forecasts.strategies import day, law, moments, question, resolution, steps, timelines
from tests.tables import check_rows

ANN, BOB, CY = (ForecasterId(name) for name in ("ann", "bob", "cy"))
everyone = st.dictionaries(st.sampled_from([ANN, BOB, CY, ForecasterId("dee")]), timelines)


def pooled(held: Timelines, *, asked: Question | None = None, until: float = 1000) -> Timeline:
    return crowd_timeline(question() if asked is None else asked, held, until=day(until))


def at(made: Timeline, days: float) -> Distribution:
    found = made.at(day(days))
    assert found is not None
    return found


def p_at(made: Timeline, days: float) -> float:
    found = at(made, days)
    assert isinstance(found, Binary)
    return found.p


# Who stands, and since when


def test_one_member_alone_is_the_crowd() -> None:
    own = steps((0, 0.3), (4, None), (6, 0.8))
    assert pooled({ANN: own}) == own


def test_the_crowd_changes_at_every_act_of_a_member() -> None:
    made = pooled({ANN: steps((0, 0.2), (7, None)), BOB: steps((5, 0.7)), CY: steps((9, 0.6))})
    assert [at for at, _ in made.steps] == [day(0), day(5), day(7), day(9)]
    assert [p_at(made, days) for days in (0, 5, 7, 9)] == pytest.approx(
        [0.2, pool_crowd([0.2, 0.7]), 0.7, pool_crowd([0.7, 0.6])]
    )


def test_while_nobody_stands_there_is_a_gap() -> None:
    made = pooled(
        {ANN: steps((0, None), (1, 0.2), (3, None), (4, None), (8, 0.4)), BOB: steps((2, None))}
    )
    assert [
        (at, None if d is None else d.p)
        for at, d in made.steps
        if not isinstance(d, Categorical | Cdf)
    ] == [(day(1), 0.2), (day(2), 0.2), (day(3), None), (day(8), 0.4)]


def test_three_are_pooled_with_the_oldest_last_act_first() -> None:
    held = {ANN: steps((0, 0.9)), BOB: steps((1, 0.1)), CY: steps((2, 0.5))}
    order = [0.1, 0.5, 0.9]
    made = pooled({**held, ANN: steps((0, 0.9), (3, 0.9))})
    assert p_at(made, 3) == pool_crowd(order)
    four = pooled({**held, ForecasterId("dee"): steps((4, 0.2)), ANN: steps((0, 0.9), (5, 0.9))})
    assert p_at(four, 4) == pool_crowd([0.9, 0.1, 0.5, 0.2])
    assert p_at(four, 5) == pool_crowd([0.1, 0.5, 0.2, 0.9])
    assert p_at(four, 4) != p_at(four, 5)  # a reaffirmation makes a forecast the newest


def test_who_comes_back_after_a_withdrawal_is_the_newest() -> None:
    held = {
        ANN: steps((0, 0.9), (3, None), (6, 0.9)),
        BOB: steps((1, 0.1)),
        CY: steps((2, 0.5)),
        ForecasterId("dee"): steps((4, 0.2)),
    }
    assert p_at(pooled(held), 6) == pool_crowd([0.1, 0.5, 0.2, 0.9])


def test_acts_of_one_instant_make_one_step() -> None:
    made = pooled({ANN: steps((0, 0.2), (3, 0.4)), BOB: steps((3, 0.6))})
    assert [at for at, _ in made.steps] == [day(0), day(3)]
    assert p_at(made, 3) == pytest.approx(pool_crowd([0.4, 0.6]))


def test_what_comes_at_the_end_or_later_is_no_part_of_it() -> None:
    assert pooled({ANN: steps((0, 0.2), (5, 0.9))}, until=5) == steps((0, 0.2))
    assert pooled({}).steps == ()


def test_the_crowd_is_scored_like_anyone() -> None:
    asked = question(days=10)
    made = crowd_timeline(
        asked, {ANN: steps((0, 0.8)), BOB: steps((5, 0.8))}, until=asked.closes_at
    )
    found = score_question(asked, resolution("yes", 10), {ForecasterId("crowd"): made})[0]
    assert found.mean_while_active == pytest.approx(0.04)
    assert found.coverage == 1.0


@check_rows([Categorical(("a", "b"), (0.5, 0.5)), Cdf((0.0, 1.0), (0.0, 1.0))])
def test_a_forecast_of_another_kind_is_refused(wrong: Distribution) -> None:
    with pytest.raises(InvalidForecast, match="binary question"):
        pooled({ANN: build_timeline([(day(0), wrong)])})


@law
@given(everyone, moments)
def test_at_every_instant_the_crowd_is_what_stands_then_pooled(
    held: dict[ForecasterId, Timeline], when: float
) -> None:
    def since(own: Timeline) -> object:
        return max(made for made, _ in own.steps if made <= day(when))

    standing = [
        (since(own), who, own.at(day(when)))
        for who, own in held.items()
        if own.at(day(when)) is not None
    ]
    oldest_first = [
        d.p for *_, d in sorted(standing, key=lambda act: act[:2]) if isinstance(d, Binary)
    ]
    found = pooled(held).at(day(when))
    assert found == (Binary(pool_crowd(oldest_first)) if oldest_first else None)


@law
@given(everyone, moments)
def test_read_at_one_instant_alone_it_is_what_its_timeline_says_then(
    held: dict[ForecasterId, Timeline], when: float
) -> None:
    assert crowd_at(question(), held, day(when)) == pooled(held, until=1000).at(day(when))


@given(everyone)
def test_the_order_in_which_members_are_listed_does_not_matter(
    held: dict[ForecasterId, Timeline],
) -> None:
    assert pooled(dict(reversed(held.items()))) == pooled(held)


# Options


def with_options(*options: Option, kind: Kind = "categorical") -> Question:
    names = tuple(option.name for option in options)
    even = Categorical(names, (1.0 / len(names),) * len(names))
    return replace(question(), kind=kind, options=options, prior=even)


def shares(text: str) -> Categorical:
    pairs = [pair.split("=") for pair in text.split()]
    return Categorical(
        tuple(name for name, _ in pairs), tuple(int(share) / 100 for _, share in pairs)
    )


def said(*acts: tuple[float, str]) -> Timeline:
    return build_timeline((day(days), shares(text)) for days, text in acts)


def held_at(made: Timeline, days: float) -> dict[str, float]:
    found = at(made, days)
    assert isinstance(found, Categorical)
    return dict(zip(found.options, found.p, strict=True))


PLAIN = with_options(Option("Moscow"), Option("Beijing"), Option("Other"))
GROWING = with_options(Option("Moscow"), Option("Minsk", added_at=day(5)), Option("Other"))
SHRINKING = with_options(Option("Moscow"), Option("Minsk", removed_at=day(5)), Option("Other"))


def test_options_are_pooled_by_name_and_not_by_place() -> None:
    made = pooled(
        {
            ANN: said((0, "Moscow=20 Beijing=50 Other=30")),
            BOB: said((1, "Other=30 Beijing=40 Moscow=30")),
        },
        asked=PLAIN,
    )
    expected = pool_options([[0.2, 0.5, 0.3], [0.3, 0.4, 0.3]]).tolist()
    assert held_at(made, 1) == dict(zip(("Moscow", "Beijing", "Other"), expected, strict=True))


def test_an_ordered_question_is_pooled_in_its_order() -> None:
    asked = with_options(Option("low"), Option("middle"), Option("high"), kind="ordered")
    made = pooled(
        {ANN: said((0, "high=20 low=50 middle=30")), BOB: said((0, "low=50 middle=30 high=20"))},
        asked=asked,
    )
    assert list(held_at(made, 1).items()) == [
        ("low", pytest.approx(0.5)),
        ("middle", pytest.approx(0.3)),
        ("high", pytest.approx(0.2)),
    ]


def test_a_new_option_that_nobody_has_named_stays_in_other() -> None:
    made = pooled(
        {ANN: said((0, "Moscow=20 Other=80")), BOB: said((1, "Moscow=20 Other=80"))}, asked=GROWING
    )
    assert held_at(made, 6) == {"Moscow": pytest.approx(0.2), "Other": pytest.approx(0.8)}


def test_who_has_not_named_a_new_option_is_read_in_the_ratio_of_those_who_have() -> None:
    stale = {ANN: said((0, "Moscow=20 Other=80")), BOB: said((1, "Moscow=20 Other=80"))}
    made = pooled({**stale, CY: said((6, "Moscow=20 Minsk=60 Other=20"))}, asked=GROWING)
    assert held_at(made, 6) == pytest.approx({"Moscow": 0.2, "Minsk": 0.6, "Other": 0.2})


def test_a_new_option_costs_a_crowd_nothing_that_gave_it_mass_in_other() -> None:
    stale = {ANN: said((0, "Moscow=20 Other=80")), BOB: said((1, "Moscow=20 Other=80"))}
    held = {**stale, CY: said((6, "Moscow=20 Minsk=60 Other=20"))}
    made = {ForecasterId("crowd"): pooled(held, asked=GROWING)}
    answered = replace(resolution("answered", 20), answer="Minsk")
    logs = {s.rule: s for s in score_question(GROWING, answered, made)}
    assert logs["log"].receipt[-1].score < 0.6  # and not the 6.9 of an option with no mass


def test_a_new_option_to_which_those_who_name_it_give_nothing_gets_nothing() -> None:
    made = pooled(
        {ANN: said((0, "Moscow=20 Other=80")), BOB: said((6, "Moscow=100 Minsk=0 Other=0"))},
        asked=GROWING,
    )
    assert held_at(made, 6)["Minsk"] == 0.0


def test_an_option_that_cannot_be_read_from_other_counts_as_nothing() -> None:
    asked = with_options(Option("Moscow"), Option("Beijing"), Option("Minsk", added_at=day(5)))
    made = pooled(
        {
            ANN: said((0, "Moscow=20 Beijing=80")),
            BOB: said((1, "Moscow=40 Beijing=60")),
            CY: said((6, "Moscow=20 Beijing=50 Minsk=30")),
        },
        asked=asked,
    )
    assert held_at(made, 6)["Minsk"] == 0.0
    assert sum(held_at(made, 6).values()) == pytest.approx(1.0)


def test_without_anyone_who_divides_other_it_stays_whole() -> None:
    held = {ANN: said((6, "Moscow=50 Minsk=50")), BOB: said((7, "Moscow=20 Other=80"))}
    assert held_at(pooled(held, asked=GROWING), 7) == dict(
        zip(
            ("Moscow", "Minsk", "Other"),
            pool_options([[0.5, 0.5, 0.0], [0.2, 0.0, 0.8]]).tolist(),
            strict=True,
        )
    )


def test_the_mass_of_a_removed_option_goes_to_other_at_that_instant() -> None:
    held = {
        ANN: said((0, "Moscow=20 Minsk=50 Other=30")),
        BOB: said((1, "Moscow=20 Minsk=60 Other=20")),
    }
    made = pooled(held, asked=SHRINKING)
    assert [at for at, _ in made.steps] == [day(0), day(1), day(5)]
    assert list(held_at(made, 1)) == ["Moscow", "Minsk", "Other"]
    assert held_at(made, 5) == {"Moscow": pytest.approx(0.2), "Other": pytest.approx(0.8)}


def test_one_member_alone_loses_a_removed_option_too() -> None:
    made = pooled({ANN: said((0, "Moscow=20 Minsk=50 Other=30"))}, asked=SHRINKING)
    assert held_at(made, 4.9) == {"Moscow": 0.2, "Minsk": 0.5, "Other": 0.3}
    assert held_at(made, 5) == {"Moscow": 0.2, "Other": 0.8}


def test_removing_an_option_makes_no_step_where_nobody_stands() -> None:
    assert pooled({ANN: said((6, "Moscow=20 Other=80"))}, asked=SHRINKING).steps[0][0] == day(6)
    assert pooled({}, asked=SHRINKING).steps == ()


@st.composite
def divided(draw: st.DrawFn) -> str:
    """Shares of some options in whole hundredths."""
    names = draw(
        st.sampled_from([["Moscow", "Other"], ["Moscow", "Minsk", "Other"], ["Moscow", "Minsk"]])
    )
    cuts = sorted(
        draw(st.lists(st.integers(0, 100), min_size=len(names) - 1, max_size=len(names) - 1))
    )
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    return " ".join(f"{name}={part}" for name, part in zip(names, parts, strict=True))


@law
@given(
    st.dictionaries(
        st.sampled_from([ANN, BOB, CY]),
        st.lists(st.tuples(moments, divided()), max_size=4).map(lambda acts: said(*acts)),
    ),
    st.sampled_from([PLAIN, GROWING, SHRINKING]),
)
def test_whatever_options_members_name_the_crowd_has_a_forecast_of_the_question(
    held: dict[ForecasterId, Timeline], asked: Question
) -> None:
    if asked is PLAIN:
        asked = with_options(Option("Moscow"), Option("Minsk"), Option("Other"))
    made = pooled(held, asked=asked)
    for _, found in made.steps:
        assert found is not None
        check_distribution(asked, found)
    acts = {at for own in held.values() for at, _ in own.steps}
    assert {at for at, _ in made.steps} - acts <= {day(5)}


# Curves

SCALE = Scale(0.0, 100.0, open_upper=True)


def numeric(scale: Scale = SCALE) -> Question:
    flat = Cdf((scale.lower, scale.upper), (0.05 * scale.open_lower, 1 - 0.05 * scale.open_upper))
    return replace(question(), kind="numeric", scale=scale, prior=flat)


def test_curves_are_averaged_on_all_their_knots() -> None:
    one, other = Cdf((0.0, 100.0), (0.0, 0.9)), Cdf((0.0, 50.0, 100.0), (0.0, 0.2, 1.0))
    made = pooled(
        {ANN: build_timeline([(day(0), one)]), BOB: build_timeline([(day(1), other)])},
        asked=numeric(),
    )
    found = at(made, 1)
    assert isinstance(found, Cdf)
    assert found.x == (0.0, 50.0, 100.0)
    assert found.p == pytest.approx((0.0, 0.325, 0.95))
    assert at(made, 0) == one


def test_a_curve_that_does_not_reach_the_bounds_is_flat_beyond_its_knots() -> None:
    inner, outer = Cdf((20.0, 60.0), (0.0, 1.0)), Cdf((10.0, 80.0), (0.1, 0.8))
    made = pooled(
        {ANN: build_timeline([(day(0), inner)]), BOB: build_timeline([(day(1), outer)])},
        asked=numeric(Scale(0.0, 100.0, open_lower=True, open_upper=True)),
    )
    found = at(made, 1)
    assert isinstance(found, Cdf)
    x, share = pool_curves([(inner.x, inner.p), (outer.x, outer.p)])
    assert (found.x, found.p) == (tuple(x.tolist()), tuple(share.tolist()))


def test_bounds_that_differ_in_their_last_digits_are_one_bound() -> None:
    scale = Scale(1.0, 100.0, open_upper=True)
    one, other = Cdf((1.0, 100.0), (0.0, 0.9)), Cdf((1.0 - 1e-12, 100.0 + 1e-12), (0.0, 0.9))
    made = pooled(
        {ANN: build_timeline([(day(0), one)]), BOB: build_timeline([(day(1), other)])},
        asked=numeric(scale),
    )
    assert at(made, 1) == one
    check_distribution(numeric(scale), at(made, 1))


@st.composite
def curves(draw: st.DrawFn) -> Cdf:
    """Curves with knots here and there between 0 and 100."""
    inner = sorted(draw(st.lists(st.floats(1.0, 99.0), unique=True, max_size=4)))
    shares = sorted(
        draw(st.lists(st.floats(0.0, 1.0), min_size=len(inner) + 1, max_size=len(inner) + 1))
    )
    return Cdf((0.0, *inner, 100.0), (0.0, *shares))


@law
@given(st.lists(curves(), min_size=2, max_size=5), st.floats(0.0, 100.0))
def test_the_crowd_of_curves_lies_between_them(held: list[Cdf], value: float) -> None:
    members = {
        ForecasterId(str(number)): build_timeline([(day(number), curve)])
        for number, curve in enumerate(held)
    }
    found = at(pooled(members, asked=numeric()), 10)
    assert isinstance(found, Cdf)
    check_distribution(numeric(), found)
    assert (
        min(c.at(value) for c in held) - 1e-9
        <= found.at(value)
        <= max(c.at(value) for c in held) + 1e-9
    )


# Weighted by contribution


def weighted(
    held: Timelines, weights: dict[ForecasterId, float], *, asked: Question | None = None
) -> Timeline:
    return contribution_crowd_timeline(
        question() if asked is None else asked, held, weights, until=day(1000)
    )


def test_who_has_made_the_crowd_better_counts_by_how_much() -> None:
    made = weighted({ANN: steps((0, 0.2)), BOB: steps((5, 0.6), (8, None))}, {ANN: 1.0, BOB: 3.0})
    assert [p_at(made, days) for days in (0, 5, 8)] == pytest.approx([0.2, 0.5, 0.2])


def test_who_has_made_it_worse_or_has_no_record_does_not_count() -> None:
    held = {ANN: steps((0, 0.2)), BOB: steps((0, 0.6)), CY: steps((0, 0.9))}
    assert p_at(weighted(held, {ANN: 2.0, BOB: -5.0}), 0) == pytest.approx(0.2)


def test_while_nobody_with_a_weight_stands_all_count_alike() -> None:
    made = weighted({ANN: steps((0, 0.2)), BOB: steps((0, 0.6)), CY: steps((5, 0.9))}, {CY: 1.0})
    assert [p_at(made, days) for days in (0, 5)] == pytest.approx([0.4, 0.9])


def test_contributions_weigh_binary_questions_only() -> None:
    with pytest.raises(InvalidForecast, match="categorical question"):
        weighted({}, {}, asked=PLAIN)


@check_rows([float("nan"), float("inf")])
def test_a_weight_that_is_not_finite_is_refused(weight: float) -> None:
    with pytest.raises(InvalidForecast, match="finite"):
        weighted({ANN: steps((0, 0.2))}, {ANN: weight})


@law
@given(everyone, st.dictionaries(st.sampled_from([ANN, BOB]), st.floats(-1.0, 5.0)))
def test_a_weighted_crowd_lies_between_its_members_and_stands_when_the_crowd_does(
    held: dict[ForecasterId, Timeline], weights: dict[ForecasterId, float]
) -> None:
    made, plain = weighted(held, weights), pooled(held)
    assert [at for at, _ in made.steps] == [at for at, _ in plain.steps]
    for when, found in made.steps:
        standing = [d.p for own in held.values() if isinstance(d := own.at(when), Binary)]
        assert (found is None) == (standing == [])
        if isinstance(found, Binary):
            assert min(standing) <= found.p <= max(standing)


@law
@given(everyone)
def test_equal_weights_give_the_plain_mean(held: dict[ForecasterId, Timeline]) -> None:
    made = weighted(held, dict.fromkeys(held, 2.0))
    for when, found in made.steps:
        if isinstance(found, Binary):
            assert found.p == pytest.approx(
                mean([d.p for own in held.values() if isinstance(d := own.at(when), Binary)])
            )
