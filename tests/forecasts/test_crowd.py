"""The crowd's timeline: who stands when, in which order they are pooled, and what options and
curves need.
"""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.aggregation.crowd import (
    MIN_CROWD,
    CrowdLessons,
    crowd_at,
    crowd_timeline,
    find_learned_crowds,
    find_shown_pool,
    trace_learned_crowds,
    trace_shown_crowd,
)
from forecasts.aggregation.pooling import (
    SKILL_SCALE,
    extremise,
    pool_crowd,
    pool_curves,
    pool_options,
    weigh_skills,
)
from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.errors import InvalidForecast
from forecasts.questions.question import (
    CROWD,
    CROWD_EXTREMISED,
    CROWD_WEIGHTED,
    ForecasterId,
    Kind,
    Option,
    Question,
    check_distribution,
)
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.span_table import Timelines
from tests.forecasts.scored import score_question
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
    return found.p


# Who stands, and since when


def test_the_crowd_of_one_with_gaps_and_an_end() -> None:
    # One member alone is the crowd.
    own = steps((0, 0.3), (4, None), (6, 0.8))
    assert pooled({ANN: own}) == own
    # While nobody stands there is a gap.
    made = pooled(
        {ANN: steps((0, None), (1, 0.2), (3, None), (4, None), (8, 0.4)), BOB: steps((2, None))}
    )
    assert [
        (at, None if d is None else d.p)
        for at, d in made.steps
        if not isinstance(d, Categorical | Cdf)
    ] == [(day(1), 0.2), (day(2), 0.2), (day(3), None), (day(8), 0.4)]
    # What comes at the end or later is no part of it.
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
def test_the_crowd_at_an_instant_agrees_with_its_timeline(
    held: dict[ForecasterId, Timeline], when: float
) -> None:
    assert crowd_at(question(), held, day(when)) == pooled(held, until=1000).at(day(when))


@given(everyone)
def test_the_order_in_which_members_are_listed_does_not_matter(
    held: dict[ForecasterId, Timeline],
) -> None:
    assert pooled(dict(reversed(held.items()))) == pooled(held)


def test_simultaneous_members_are_pooled_by_id() -> None:
    p = (0.9, 0.8, 0.3, 0.1)
    made = pooled({ForecasterId(f"m{n}"): steps((0, p[n])) for n in (2, 0, 3, 1)})
    assert p_at(made, 0) == pool_crowd(p) != pool_crowd(p[::-1])


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
    return dict(zip(found.options, found.p, strict=True))


PLAIN = with_options(Option("Moscow"), Option("Beijing"), Option("Other"))
GROWING = with_options(Option("Moscow"), Option("Minsk", added_at=day(5)), Option("Other"))
SHRINKING = with_options(Option("Moscow"), Option("Minsk", removed_at=day(5)), Option("Other"))


def test_options_are_pooled_by_name_in_order() -> None:
    # Options are pooled by name and not by place.
    made = pooled(
        {
            ANN: said((0, "Moscow=20 Beijing=50 Other=30")),
            BOB: said((1, "Other=30 Beijing=40 Moscow=30")),
        },
        asked=PLAIN,
    )
    expected = pool_options([[0.2, 0.5, 0.3], [0.3, 0.4, 0.3]]).tolist()
    assert held_at(made, 1) == dict(zip(("Moscow", "Beijing", "Other"), expected, strict=True))
    # An ordered question is pooled in its order.
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


def test_a_new_option_is_read_from_other() -> None:
    # A new option that nobody has named stays in other.
    made = pooled(
        {ANN: said((0, "Moscow=20 Other=80")), BOB: said((1, "Moscow=20 Other=80"))}, asked=GROWING
    )
    assert held_at(made, 6) == {"Moscow": pytest.approx(0.2), "Other": pytest.approx(0.8)}
    # Who has not named a new option is read in the ratio of those who have.
    stale = {ANN: said((0, "Moscow=20 Other=80")), BOB: said((1, "Moscow=20 Other=80"))}
    made = pooled({**stale, CY: said((6, "Moscow=20 Minsk=60 Other=20"))}, asked=GROWING)
    assert held_at(made, 6) == pytest.approx({"Moscow": 0.2, "Minsk": 0.6, "Other": 0.2})
    # A new option costs a crowd nothing that gave it mass in other.
    stale = {ANN: said((0, "Moscow=20 Other=80")), BOB: said((1, "Moscow=20 Other=80"))}
    held = {**stale, CY: said((6, "Moscow=20 Minsk=60 Other=20"))}
    made = {ForecasterId("crowd"): pooled(held, asked=GROWING)}
    answered = replace(resolution("answered", 20), answer="Minsk")
    logs = {s.rule: s for s in score_question(GROWING, answered, made)}
    assert logs["log"].receipt[-1].score < 0.6  # and not the 6.9 of an option with no mass


def test_a_new_option_without_mass_gets_nothing() -> None:
    # A new option to which those who name it give nothing gets nothing.
    made = pooled(
        {ANN: said((0, "Moscow=20 Other=80")), BOB: said((6, "Moscow=100 Minsk=0 Other=0"))},
        asked=GROWING,
    )
    assert held_at(made, 6)["Minsk"] == 0.0
    # An option that cannot be read from other counts as nothing.
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
    # Without anyone who divides other it stays whole.
    held = {ANN: said((6, "Moscow=50 Minsk=50")), BOB: said((7, "Moscow=20 Other=80"))}
    assert held_at(pooled(held, asked=GROWING), 7) == dict(
        zip(
            ("Moscow", "Minsk", "Other"),
            pool_options([[0.5, 0.5, 0.0], [0.2, 0.0, 0.8]]).tolist(),
            strict=True,
        )
    )


def test_a_removed_option_goes_to_other() -> None:
    # The mass of a removed option goes to other at that instant.
    held = {
        ANN: said((0, "Moscow=20 Minsk=50 Other=30")),
        BOB: said((1, "Moscow=20 Minsk=60 Other=20")),
    }
    made = pooled(held, asked=SHRINKING)
    assert [at for at, _ in made.steps] == [day(0), day(1), day(5)]
    assert list(held_at(made, 1)) == ["Moscow", "Minsk", "Other"]
    assert held_at(made, 5) == {"Moscow": pytest.approx(0.2), "Other": pytest.approx(0.8)}
    # One member alone loses a removed option too.
    made = pooled({ANN: said((0, "Moscow=20 Minsk=50 Other=30"))}, asked=SHRINKING)
    assert held_at(made, 4.9) == {"Moscow": 0.2, "Minsk": 0.5, "Other": 0.3}
    assert held_at(made, 5) == {"Moscow": 0.2, "Other": 0.8}
    # Removing an option makes no step where nobody stands.
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
def test_any_named_options_make_a_valid_crowd(
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


def test_curves_are_averaged_on_all_knots() -> None:
    # Curves are averaged on all their knots.
    one, other = Cdf((0.0, 100.0), (0.0, 0.9)), Cdf((0.0, 50.0, 100.0), (0.0, 0.2, 1.0))
    made = pooled(
        {ANN: build_timeline([(day(0), one)]), BOB: build_timeline([(day(1), other)])},
        asked=numeric(),
    )
    found = at(made, 1)
    assert found.x == (0.0, 50.0, 100.0)
    assert found.p == pytest.approx((0.0, 0.325, 0.95))
    assert at(made, 0) == one
    # A curve that does not reach the bounds is flat beyond its knots.
    inner, outer = Cdf((20.0, 60.0), (0.0, 1.0)), Cdf((10.0, 80.0), (0.1, 0.8))
    made = pooled(
        {ANN: build_timeline([(day(0), inner)]), BOB: build_timeline([(day(1), outer)])},
        asked=numeric(Scale(0.0, 100.0, open_lower=True, open_upper=True)),
    )
    found = at(made, 1)
    x, share = pool_curves([(inner.x, inner.p), (outer.x, outer.p)])
    assert (found.x, found.p) == (tuple(x.tolist()), tuple(share.tolist()))
    # Bounds that differ in their last digits are one bound.
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
    check_distribution(numeric(), found)
    assert (
        min(c.at(value) for c in held) - 1e-9
        <= found.at(value)
        <= max(c.at(value) for c in held) + 1e-9
    )


# Crowds that learn


def learned(
    held: Timelines, *lessons: CrowdLessons, asked: Question | None = None, until: float = 1000
) -> dict[ForecasterId, Timeline]:
    return trace_learned_crowds(
        question() if asked is None else asked, held, lessons, until=day(until)
    )


def lesson(
    since: float, skills: dict[ForecasterId, float] | None = None, exponent: float | None = None
) -> CrowdLessons:
    return CrowdLessons(day(since), skills or {}, exponent)


def test_lessons_count_from_the_instant_they_were_learned() -> None:
    held = {ANN: steps((0, 0.2)), BOB: steps((0, 0.6), (8, None))}
    made = learned(held, lesson(2), lesson(5, {BOB: 10 * SKILL_SCALE}, 2.0))
    weighted, sharper = made[CROWD_WEIGHTED], made[CROWD_EXTREMISED]
    # There is no such crowd before the first lesson, nor while fewer than two stand.
    assert weighted.at(day(1.9)) is None
    assert weighted.at(day(8)) is None
    assert p_at(weighted, 2) == pytest.approx(pool_crowd([0.2, 0.6], [1, 1]))
    assert p_at(weighted, 5) == pytest.approx(pool_crowd([0.2, 0.6], weigh_skills([0, 0.2])))
    # It is extremised from the instant at which the exponent was learned.
    assert sharper.steps[0][0] == day(5)
    assert p_at(sharper, 5) == pytest.approx(extremise(p_at(weighted, 5), 2.0))
    # Without lessons nobody has learned anything.
    assert learned(held) == {}


def test_lessons_before_the_opening_are_those_of_the_opening() -> None:
    held = {ANN: steps((0, 0.2)), BOB: steps((0, 0.6))}
    older, newer = lesson(-9, {ANN: 0.1}), lesson(-1, {BOB: 0.1})
    assert learned(held, older, newer) == learned(held, newer)
    assert learned(held, older, newer) != learned(held, older)


def test_a_lesson_that_changes_nothing_makes_no_step() -> None:
    held = {ANN: steps((0, 0.2)), BOB: steps((0, 0.2))}
    made = learned(held, lesson(0), lesson(3, {ANN: 0.1}), lesson(4))
    assert len(made[CROWD_WEIGHTED].steps) == 1


def test_options_and_curves_are_weighted_and_not_extremised() -> None:
    held = {ANN: said((0, "Moscow=20 Other=80")), BOB: said((0, "Moscow=60 Other=40"))}
    asked = with_options(Option("Moscow"), Option("Other"))
    made = learned(held, lesson(0, {BOB: 0.05}, 2.0), asked=asked)
    expected = pool_options([[0.2, 0.8], [0.6, 0.4]], weigh_skills([0, 0.05]))
    assert list(made) == [CROWD_WEIGHTED]
    assert list(held_at(made[CROWD_WEIGHTED], 0).values()) == pytest.approx(expected.tolist())
    one, other = Cdf((0.0, 100.0), (0.0, 0.9)), Cdf((0.0, 50.0, 100.0), (0.0, 0.2, 1.0))
    held = {ANN: build_timeline([(day(0), one)]), BOB: build_timeline([(day(0), other)])}
    made = learned(held, lesson(0, {BOB: SKILL_SCALE * math.log(3)}, 2.0), asked=numeric())
    assert list(made) == [CROWD_WEIGHTED]
    assert at(made[CROWD_WEIGHTED], 0).p == pytest.approx((0.0, 0.2625, 0.975))


skills = st.dictionaries(st.sampled_from([ANN, BOB]), st.floats(-0.1, 0.1))


def test_the_chosen_pool_is_shown_from_then_on() -> None:
    plain = build_timeline([(day(1), Binary(0.4)), (day(8), None)])
    weighted = build_timeline([(day(3), Binary(0.6)), (day(6), None)])
    pools = {CROWD: plain, CROWD_WEIGHTED: weighted}
    chosen = [
        CrowdLessons(day(4), {}, shown=CROWD_WEIGHTED),
        CrowdLessons(day(7), {}, shown=CROWD_EXTREMISED),
    ]
    shown = trace_shown_crowd(pools, chosen)
    # Where the chosen one has no forecast, the plain one stands.
    assert shown.steps == (
        (day(1), Binary(0.4)), (day(4), Binary(0.6)), (day(6), Binary(0.4)), (day(8), None),
    )  # fmt: skip
    assert trace_shown_crowd(pools, []) == plain
    assert trace_shown_crowd({CROWD: Timeline(())}, chosen) == Timeline(())
    found = [find_shown_pool(chosen, day(at)) for at in (3, 4, 7)]
    assert found == [CROWD, CROWD_WEIGHTED, CROWD_EXTREMISED]


some_lessons = st.lists(
    st.tuples(moments, skills, st.none() | st.floats(0.5, 2.0)), min_size=1, max_size=3
).map(lambda rows: sorted((lesson(*row) for row in rows), key=lambda one: one.since))


@law
@given(everyone, some_lessons)
def test_the_weighted_crowd_lies_between_its_members(
    held: dict[ForecasterId, Timeline], lessons: list[CrowdLessons]
) -> None:
    made = learned(held, *lessons).get(CROWD_WEIGHTED, Timeline(()))
    for when, found in made.steps:
        standing = [d.p for own in held.values() if isinstance(d := own.at(when), Binary)]
        assert (found is None) == (len(standing) < MIN_CROWD)
        if isinstance(found, Binary):
            assert min(standing) <= found.p <= max(standing)


@law
@given(everyone, some_lessons, moments)
def test_no_lesson_looks_ahead(
    held: dict[ForecasterId, Timeline], lessons: list[CrowdLessons], when: float
) -> None:
    known = [one for one in lessons if one.since <= day(when)]
    whole, then = learned(held, *lessons), learned(held, *known)
    for pool in (CROWD_WEIGHTED, CROWD_EXTREMISED):
        found = whole.get(pool, Timeline(())).at(day(when))
        assert found == then.get(pool, Timeline(())).at(day(when))
        assert found == find_learned_crowds(question(), held, lessons, day(when)).get(pool)
