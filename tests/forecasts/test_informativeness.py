"""Which evidence is judged first."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import InvalidProbability
from forecasts.evidence import Direction, Evidence, EvidenceId, Strength
from forecasts.informativeness import informativeness, most_informative
from forecasts.question import QuestionId
from forecasts.suggestion import Model
from forecasts.weighing import weigh
from tests.forecasts.strategies import INDICATORS, QUESTION, by_id, day, evidence, evidence_lists, indicator, law

HALF = {QUESTION: 0.5}


def worth(p: float = 0.5, *, novelty: float = 1.0, at: float = 10.0, **given: Any) -> float:
    return informativeness(weigh(evidence(**{"status": "logged", **given}), novelty, indicator(), day(at)), p)


def order(*known: Evidence, at: float = 30.0) -> list[int]:
    return [found.evidence.id for found in most_informative(known, by_id(indicator()), HALF, day(at))]


def test_the_value_is_the_expected_move_of_the_probability() -> None:
    full = math.log(1 + 0.9 * 2)
    now = math.log(1 + 0.9 * 0.6 * 0.8 * 2)
    moves = 0.6 * 0.9 * (full - now) + 0.6 * 0.1 * (full + now) + 0.4 * now
    assert worth(0.3, relevance=0.6, p_direction=0.9) == pytest.approx(0.5 * 0.21 * moves)


def test_a_sure_match_and_a_sure_miss_have_nothing_to_tell() -> None:
    assert worth(relevance=1.0) == worth(relevance=0.0) == 0.0


@pytest.mark.parametrize("status", ["confirmed", "edited"])
def test_what_was_judged_has_nothing_to_tell(status: str) -> None:
    assert worth(status=status, relevance=0.5) == 0.0


def test_a_sure_but_decisive_match_waits_for_a_person() -> None:
    assert worth(relevance=1.0, strength=Strength.DECISIVE) > 0.0


def test_strong_new_fresh_evidence_on_open_questions_comes_before_weak_old_and_settled() -> None:
    usual = worth(relevance=0.5)
    assert worth(relevance=0.5, strength=Strength.SLIGHT) < usual < worth(relevance=0.5, strength=Strength.STRONG)
    assert worth(relevance=0.5, novelty=0.25) == pytest.approx(usual / 4)
    assert worth(relevance=0.5, at=55) == pytest.approx(usual / 2)
    assert worth(0.02, relevance=0.5) < worth(0.2, relevance=0.5) < usual
    assert worth(relevance=0.5, direction=Direction.NO) == pytest.approx(usual)


def test_a_direction_by_coin_is_worth_asking_about() -> None:
    assert worth(relevance=0.9, p_direction=0.5) > worth(relevance=0.9, p_direction=0.95)


@law
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.5, 1.0), st.sampled_from(Strength))
def test_the_value_is_never_below_nothing(p: float, relevance: float, p_direction: float, strength: Strength) -> None:
    assert worth(p, relevance=relevance, p_direction=p_direction, strength=strength) >= 0.0


def test_a_suggestion_that_is_no_probability_is_refused() -> None:
    with pytest.raises(InvalidProbability):
        worth(1.5)


def test_the_inbox_holds_what_waits_and_the_most_informative_first() -> None:
    found = order(
        evidence(1, status="logged", relevance=0.5, strength=Strength.SLIGHT),
        evidence(2, 11, status="logged", relevance=0.5, strength=Strength.STRONG, signpost="drills"),
        evidence(3, 11, signpost="treaty"),
        evidence(4, 11, status="rejected"),
        evidence(5, 40, status="logged", relevance=0.5),
        evidence(6, 11, status="logged", relevance=0.5, strength=Strength.NONE),
    )
    assert found == [2, 1]


def test_at_a_tie_the_newest_comes_first() -> None:
    assert order(*(evidence(n, n, status="logged", relevance=0.0) for n in (1, 2, 3))) == [3, 2, 1]


def test_a_question_without_a_suggestion_counts_as_even() -> None:
    other = QuestionId("trade")
    known = [evidence(1, status="logged", relevance=0.5), evidence(2, status="logged", relevance=0.5, of=other)]
    even = most_informative(known, {}, {}, day(10))
    assert [found.value for found in even] == pytest.approx([even[0].value] * 2)
    settled = most_informative(known, {}, {QUESTION: 0.02}, day(10))
    assert [found.evidence.id for found in settled] == [EvidenceId(2), EvidenceId(1)]


@law
@given(evidence_lists(), st.randoms(use_true_random=False))
def test_the_order_in_which_evidence_comes_does_not_matter(known: list[Evidence], luck: Any) -> None:
    shuffled = known.copy()
    luck.shuffle(shuffled)
    found = most_informative(shuffled, INDICATORS, HALF, day(50), model=Model(gamma=1.0))
    assert found == most_informative(known, INDICATORS, HALF, day(50), model=Model(gamma=1.0))
