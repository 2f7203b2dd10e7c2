"""Which answer bears a claim out: how it is typed, judged, and how likely it is under a
forecast.
"""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.errors import InvalidForecast, InvalidQuestion
from forecasts.essays.claim_outcomes import (
    CONDITION_FORMATS,
    check_outcome_condition,
    claim_probability,
    confirms_claim,
    describe_outcome_condition,
)
from forecasts.questions.amendments import OptionChange, apply_option_changes
from forecasts.questions.answers import get_answer
from forecasts.questions.question import Outcome, Question, Resolution
from tests.forecasts.strategies import (
    ANN,
    KINDS,
    QUESTION,
    answered,
    categorical_question,
    categoricals,
    cdfs,
    date_question,
    day,
    distributions,
    law,
    numeric_question,
    ordered_question,
    question,
    resolution,
    resolutions_of,
)
from tests.tables import check_rows

OPEN = Scale(0.0, 100.0, open_lower=True, open_upper=True, unit="billion US dollars")
BEARINGS = {
    "binary": ["yes", "no"],
    "categorical": ["Moscow", "Beijing | Other"],
    "ordered": ["low", "middle | high"],
    "numeric": ["at least 40", "at most 40", "more than 60.5", "less than 60.5"],
    "date": ["by 2026-02-01", "after 2026-02-01", "by 2026-04-11", "after 2026-04-11"],
}


def bearing(of: Question, bears_out: str) -> Question:
    return replace(of, bears_out=bears_out)


@st.composite
def borne(draw: st.DrawFn) -> Question:
    """A question of any kind that says which answer bears its claims out."""
    of = draw(st.sampled_from(KINDS))
    return bearing(of, draw(st.sampled_from(BEARINGS[of.kind])))


def certain_of(of: Question, found: Resolution) -> Distribution:
    """A forecast with all its mass on the answer, or so near to it that only a tie could tell."""
    value = get_answer(of, found)
    assert value is not None
    if isinstance(value, str):
        names = [option.name for option in of.options]
        return Categorical(tuple(names), tuple(float(name == value) for name in names))
    if of.scale is None:
        return Binary(float(value))
    low, high = of.scale.lower, of.scale.upper
    if value > high:
        return Cdf((low, high), (0.0, 0.0))
    if value < low:
        return Cdf((low, high), (1.0, 1.0))
    left, right = max(low, value - 1e-6), min(high, value + 1e-6)
    return Cdf((left, right), (0.0, 1.0))


@law
@given(borne(), st.data())
def test_certain_forecasts_agree_with_answers_about_claims(
    of: Question, data: st.DataObject
) -> None:
    found = data.draw(resolutions_of(of))
    p = claim_probability(of, certain_of(of, found))
    assert p is not None
    assume(p in (0.0, 1.0))  # a curve cannot be certain of the very number of the threshold
    assert (p == 1.0) is confirms_claim(of, found)


@law
@given(borne(), st.data())
def test_a_chance_is_a_probability_whatever_is_held(of: Question, data: st.DataObject) -> None:
    p = claim_probability(of, data.draw(distributions(of)))
    assert p is not None
    assert 0.0 <= p <= 1.0


@pytest.mark.parametrize(
    ("of", "one", "other"),
    [
        (KINDS[0], "yes", "no"),
        (KINDS[1], "Moscow", "Beijing | Other"),
        (KINDS[2], "middle | high", "low"),
        (KINDS[3], "at least 40", "less than 40"),
        (KINDS[4], "more than 40", "at most 40"),
        (KINDS[5], "by 2026-02-01", "after 2026-02-01"),
        (KINDS[5], "by 2026-04-11", "after 2026-04-11"),
    ],
)
@law
@given(st.data())
def test_exactly_one_of_two_opposite_claims_is_confirmed(
    of: Question, one: str, other: str, data: st.DataObject
) -> None:
    found, held = data.draw(resolutions_of(of)), data.draw(distributions(of))
    assert confirms_claim(bearing(of, one), found) is not confirms_claim(bearing(of, other), found)
    chances = [claim_probability(bearing(of, said), held) for said in (one, other)]
    assert sum(p for p in chances if p is not None) == pytest.approx(1.0)


@law
@given(cdfs(OPEN), st.integers(0, 100), st.integers(0, 100))
def test_a_higher_threshold_is_never_likelier_to_be_reached(
    held: Cdf, one: int, other: int
) -> None:
    of = numeric_question(OPEN)
    higher, lower = (
        claim_probability(bearing(of, f"at least {v}"), held)
        for v in (max(one, other), min(one, other))
    )
    assert higher is not None
    assert lower is not None
    assert higher <= lower


def test_thresholds_of_numeric_claims() -> None:
    # The mass beyond an open bound is above every threshold or below it.
    held = Cdf((0.0, 50.0, 100.0), (0.1, 0.5, 0.8))
    of = numeric_question(OPEN)
    said = (
        "at least 50",
        "at most 50",
        "at least 100",
        "at most 0",
        "more than 0",
        "less than 100",
    )
    assert [claim_probability(bearing(of, one), held) for one in said] == pytest.approx(
        [0.5, 0.5, 0.2, 0.1, 0.9, 0.8]
    )
    assert confirms_claim(bearing(of, "at least 100"), answered("above")) is True
    assert confirms_claim(bearing(of, "at most 0"), answered("below")) is True
    assert confirms_claim(bearing(of, "more than 0"), answered("below")) is False
    # At a threshold the words tell.
    said = ("at least 41.5", "at most 41.5", "more than 41.5", "less than 41.5")
    found = [confirms_claim(bearing(numeric_question(), one), answered("41.5")) for one in said]
    assert found == [True, True, False, False]
    # A curve does not say how likely the number at a closed bound is but the answer does.
    of = numeric_question()
    for said in ("more than 0", "at most 0", "less than 100", "at least 100"):
        assert claim_probability(bearing(of, said), of.prior) is None
    assert confirms_claim(bearing(of, "more than 0"), answered("0")) is False
    assert confirms_claim(bearing(of, "more than 0"), answered("1")) is True


def test_deadlines_of_date_claims() -> None:
    # The day of a deadline is still in time to its last minute.
    by = bearing(date_question(days=100), "by 2026-02-01")
    assert confirms_claim(by, answered("2026-02-01")) is True
    assert confirms_claim(by, answered("2026-02-01T23:59Z")) is True
    assert confirms_claim(by, answered("2026-02-02")) is False
    assert confirms_claim(by, answered("never")) is False
    assert confirms_claim(bearing(by, "after 2026-02-01"), answered("never")) is True
    assert claim_probability(by, by.prior) == pytest.approx(0.95 * 32 / 100)
    # By the end of the window is all but never.
    of = date_question(days=100)
    assert claim_probability(bearing(of, "by 2026-04-11"), of.prior) == pytest.approx(0.95)
    assert claim_probability(bearing(of, "after 2026-04-11"), of.prior) == pytest.approx(0.05)
    assert confirms_claim(bearing(of, "by 2026-04-11"), answered("2026-04-11")) is True
    assert (
        confirms_claim(bearing(of, "by 2026-04-11"), answered("2026-04-11T12:00Z")) is False
    )  # after the window


def test_options_of_claims() -> None:
    # Options are read whatever their case and their shares add up.
    of = bearing(categorical_question(), " beijing | OTHER ")
    assert claim_probability(
        of, Categorical(("Moscow", "Beijing", "Other"), (0.5, 0.3, 0.2))
    ) == pytest.approx(0.5)
    assert confirms_claim(of, answered("Other")) is True
    assert confirms_claim(of, answered("Moscow")) is False
    # An option that is gone does not take the share of other.
    of = apply_option_changes(
        categorical_question(), [OptionChange(QUESTION, "Moscow", "removed", day(10), ANN)]
    )
    assert (
        claim_probability(bearing(of, "Moscow"), Categorical(("Beijing", "Other"), (0.4, 0.6)))
        == 0.0
    )


@law
@given(categoricals())
def test_an_added_option_is_read_from_other_once(held: Categorical) -> None:
    added = OptionChange(QUESTION, "Minsk", "added", day(10), ANN)
    of = apply_option_changes(categorical_question(), [added])
    assert claim_probability(bearing(of, "Minsk"), held) == held.of("Other")
    assert claim_probability(bearing(of, "Minsk | Other"), held) == held.of("Other")
    gone = apply_option_changes(of, [replace(added, change="removed", at=day(20))])
    assert claim_probability(bearing(gone, "Minsk"), held) == 0.0


@check_rows(product(KINDS, ["annulled", "ambiguous"]))
def test_a_question_without_an_answer_says_nothing_of_the_claim(
    of: Question, outcome: Outcome
) -> None:
    without = replace(resolution("yes"), outcome=outcome)
    assert confirms_claim(bearing(of, BEARINGS[of.kind][0]), without) is None


def test_questions_without_a_condition_and_formats() -> None:
    # A question whose answers bear nothing out says nothing at all.
    assert confirms_claim(question(), resolution("yes")) is None
    assert claim_probability(question(), Binary(0.3)) is None
    assert describe_outcome_condition(question()) == ""
    check_outcome_condition(question())
    # Every kind says how its bearing is written.
    assert set(CONDITION_FORMATS) == {of.kind for of in KINDS}


@check_rows(
    [
        (question(), "YES", "the answer is YES"),
        (question(), "no", "the answer is NO"),
        (numeric_question(OPEN), "At  Least 20", "at least 20 billion US dollars"),
        (numeric_question(), "less than 70.5", "less than 70.5"),
        (date_question(), "by 2026-03-01", "it comes by 2026-03-01"),
        (date_question(), "after 2026-03-01", "it comes after 2026-03-01, or never"),
        (categorical_question(), "moscow", "the answer is “Moscow”"),
        (categorical_question("a", "b", "c", "d"), "c | a | b", "the answer is “a”, “b” or “c”"),
    ]
)
def test_conditions_are_described_in_words(of: Question, said: str, words: str) -> None:
    check_outcome_condition(bearing(of, said))
    assert describe_outcome_condition(bearing(of, said)) == f"is borne out if {words}"


@check_rows(
    [
        (
            question(),
            "maybe",
            "'maybe' does not say which answer bears the claims out: write yes or no",
        ),
        (question(), "at least 5", "write yes or no"),
        (numeric_question(), "yes", "write at least 200"),
        (numeric_question(), "at least 20 tonnes", "without the unit"),
        (numeric_question(), "at least nan", "write at least 200"),
        (numeric_question(), "about 5", "write at least 200"),
        (numeric_question(OPEN), "at least 101", "101 lies outside the range 0 to 100"),
        (numeric_question(), "at least 0", "'at least 0' holds for all answers or for none"),
        (numeric_question(), "more than 100", "holds for all answers or for none"),
        (date_question(), "by summer", "write by 2027-01-01 or after 2027-01-01"),
        (date_question(), "by 2026-02-30", "2026-02-30 is not a date"),
        (date_question(), "by 2025-12-31", "lies outside the window"),
        (date_question(), "after 2027-01-02", "lies outside the window"),
        (date_question(), "by 9999-12-31", "lies outside the window"),
        (categorical_question(), "Minsk", "no option 'Minsk'"),
        (categorical_question(), "Moscow | Moscow", "once"),
        (categorical_question(), "Moscow | Beijing | Other", "leave at least one that does not"),
        (ordered_question(), "low |", "no option 'low |'"),
    ]
)
def test_what_says_no_answer_or_every_answer_is_refused(
    of: Question, said: str, reason: str
) -> None:
    wrong = bearing(of, said)
    for asked in (
        check_outcome_condition,
        describe_outcome_condition,
        lambda q: claim_probability(q, q.prior),
        lambda q: confirms_claim(q, resolution("annulled")),
    ):
        with pytest.raises(InvalidQuestion) as caught:
            asked(wrong)
        assert reason in str(caught.value)


@check_rows(KINDS)
def test_a_forecast_of_another_kind_is_refused(of: Question) -> None:
    other = (
        Categorical(("a", "b"), (0.5, 0.5))
        if of.kind in ("binary", "numeric", "date")
        else Binary(0.5)
    )
    with pytest.raises(InvalidForecast, match=f"is a {of.kind} question"):
        claim_probability(bearing(of, BEARINGS[of.kind][0]), other)
