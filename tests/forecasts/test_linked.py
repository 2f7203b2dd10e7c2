"""Links between questions: which fit, what contradicts them, what repairs gain, and conditional
pairs.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.errors import ForecastsError, InvalidQuestion
from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.question import HorizonShape, Outcome, Question, QuestionId
from forecasts.scenarios.coherence import (
    repair_conjunction,
    repair_nested_dates,
    repair_sum_to_one,
    repair_total_probability,
)
from forecasts.scenarios.link_rules import (
    FLAG_THRESHOLD,
    Violation,
    check_link,
    condition_text,
    find_branch_to_annul,
    find_violation,
    score_repair,
)
from tests.forecasts.strategies import categorical_question, law, numeric_question, question
from tests.tables import check_rows

LETTERS = tuple(map(QuestionId, "abcd"))
inner = st.floats(0.001, 0.999)


def link(kind: LinkKind, size: int = 2, labels: tuple[str, ...] = ()) -> Link:
    return Link(LinkId("link"), kind, LETTERS[:size], "A link", labels)


def asked(*shapes: HorizonShape) -> dict[QuestionId, Question]:
    """Questions a, b, c, d, each of which closes later than the one before."""
    named = zip(LETTERS, shapes or ("event_by",) * 4, strict=False)
    made = {
        q: question(shape, days=10.0 * n, name=q) for n, (q, shape) in enumerate(named, start=1)
    }
    return {q: replace(one, text=q.upper()) for q, one in made.items()}


def found(kind: LinkKind, *p: float | None, shape: HorizonShape = "event_by") -> Violation | None:
    """What contradicts a link when these probabilities are held; None is a forecast that is not
    there.
    """
    held: dict[QuestionId, Distribution] = {
        q: Binary(x) for q, x in zip(LETTERS, p, strict=False) if x is not None
    }
    return find_violation(link(kind, len(p)), held, asked(*(shape,) * 4))


def broken(kind: LinkKind, *p: float | None, shape: HorizonShape = "event_by") -> Violation:
    one = found(kind, *p, shape=shape)
    assert one is not None
    return one


def z(gap: float, *p: float) -> float:
    return gap / math.sqrt(sum(x * (1 - x) for x in p) + 0.001)


def test_links_fit_their_questions() -> None:
    # A link that fits its questions is accepted.
    sizes: dict[LinkKind, int] = {
        "implies": 2,
        "one of": 4,
        "dates": 3,
        "conjunction": 3,
        "condition": 4,
    }
    for kind, size in sizes.items():
        check_link(link(kind, size), asked())
    check_link(link("dates"), asked("holds_until", "holds_until"))
    # Dates that move apart with time are no group.
    with pytest.raises(InvalidQuestion, match="event_by and holds_until: make a group of each"):
        check_link(link("dates"), asked("event_by", "holds_until"))
    numbers = {q: numeric_question(days=10.0 * n, name=q) for n, q in enumerate(LETTERS, start=1)}
    check_link(link("dates"), numbers)


def test_links_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidQuestion, match="3 questions, not 2"):
        check_link(link("conjunction", 2), asked())
    with pytest.raises(InvalidQuestion, match="binary"):
        check_link(
            link("implies"),
            {LETTERS[0]: categorical_question(name="a"), LETTERS[1]: question(name="b")},
        )
    with pytest.raises(InvalidQuestion, match="does not close after"):
        check_link(replace(link("dates"), question_ids=LETTERS[1::-1]), asked())
    with pytest.raises(InvalidQuestion, match="labels"):
        check_link(link("members", 2, ("one",)), asked())


def test_implications_and_sums_by_hand() -> None:
    # What implies may not be likelier.
    one = broken("implies", 0.8, 0.5)
    assert one.after == pytest.approx((2 / 3, 2 / 3))
    assert one.z == pytest.approx(z(0.3, 0.8, 0.5))
    assert one.words == "“A” is at 80%, and “B”, which follows from it, only at 50%"
    assert (one.before, one.nats) == ((0.8, 0.5), one.repair.nats)
    assert found("implies", 0.5, 0.8) is None
    # Opposites and all that can happen add up.
    for one in (broken("negates", 0.8, 0.5), broken("one of", 0.8, 0.5)):
        assert one.after == pytest.approx((2 / 3, 1 / 3))
        assert one.z == pytest.approx(z(0.3, 0.8, 0.5))
        assert (
            one.words
            == "“A” at 80%, “B” at 50%: exactly one comes true, so they make 100%, not 130%"
        )
    assert broken("one of", 0.2, 0.3, 0.1).repair == repair_sum_to_one([0.2, 0.3, 0.1])
    assert found("one of", 0.5, 0.3, 0.2) is None
    # Of some that exclude each other the sum may be less but not more.
    assert found("one of", 0.2, None, 0.3) is None
    one = broken("one of", 0.8, None, 0.5)
    assert one.question_ids == (LETTERS[0], LETTERS[2])
    assert one.after == pytest.approx((2 / 3, 1 / 3))
    assert one.repair.worlds == ((1, 0), (0, 1), (0, 0))
    assert min(one.repair.gains) == pytest.approx(one.nats)
    assert "at most one can come true, so they make no more than 100%, not 130%" in one.words


def test_dates_rise_or_fall_with_their_shape() -> None:
    falling, rising = (0.5, 0.3, 0.45), (0.45, 0.3, 0.5)
    by = broken("dates", *falling)
    assert by.question_ids == LETTERS[:3]
    assert by.after[0] == by.after[1] < by.after[2] == 0.45
    assert by.words == "“A” is at 50%, and “B”, which follows from it, only at 30%"
    assert by.z == pytest.approx(z(0.2, 0.5, 0.3))
    until = broken("dates", *rising, shape="holds_until")
    assert until.question_ids == LETTERS[2::-1]
    assert (until.before, until.after) == ((0.5, 0.3, 0.45), by.after)
    assert until.words == "“C” is at 50%, and “B”, which follows from it, only at 30%"
    assert found("dates", 0.3, 0.4, 0.5) is None
    assert found("dates", 0.5, 0.4, 0.3, shape="holds_until") is None


def test_dates_that_bind_nothing() -> None:
    # How things stand at several dates binds nothing.
    assert found("dates", 0.5, 0.3, 0.4, shape="state_at") is None
    mixed = asked("event_by", "holds_until")
    assert (
        find_violation(
            link("dates"), {q: Binary(p) for q, p in zip(LETTERS, (0.5, 0.3), strict=False)}, mixed
        )
        is None
    )
    # Dates without a forecast are passed over.
    one = broken("dates", 0.5, None, 0.3)
    assert one.question_ids == (LETTERS[0], LETTERS[2])
    assert found("dates", 0.5, None, None) is None


def test_conjunctions_by_hand() -> None:
    # Both is at most as likely as either.
    one = broken("conjunction", 0.9, 0.5, 0.8)
    assert one.repair == repair_conjunction(0.9, 0.5, 0.8)
    assert one.words == "“C” is at 80%, and “B”, which follows from it, only at 50%"
    assert one.z == pytest.approx(z(0.3, 0.8, 0.5))
    assert one.question_ids == LETTERS[:3]
    # Both is at least what the two have too much for one.
    one = broken("conjunction", 0.8, 0.7, 0.3)
    assert one.repair == repair_conjunction(0.8, 0.7, 0.3)
    assert one.words == "“A” at 80% and “B” at 70% leave at least 50% for “C”, which is at 30%"
    assert one.z == pytest.approx(z(0.2, 0.8, 0.7, 0.3))
    assert found("conjunction", 0.8, 0.7, 0.6) is None
    # A conjunction is bound by the part that is held.
    one = broken("conjunction", None, 0.5, 0.8)
    assert one.question_ids == (LETTERS[2], LETTERS[1])
    assert one.after == pytest.approx((2 / 3, 2 / 3))
    assert found("conjunction", 0.9, 0.8, None) is None


def test_conditions_and_members() -> None:
    # A conditional pair is bound by the question it is about.
    one = broken("condition", 0.3, 0.8, 0.2, 0.5)
    assert one.repair == repair_total_probability(
        p_b=0.3, p_a_given_b=0.8, p_a_given_not_b=0.2, p_a=0.5
    )
    assert one.z == pytest.approx(z(0.12, 0.3, 0.8, 0.2, 0.5))
    assert (
        one.words
        == "“D” is at 50%, but 38% follows from “A” at 30% and the forecasts on either side of it"
    )
    assert found("condition", 0.3, 0.8, 0.2) is None
    assert found("condition", 0.3, None, 0.2, 0.5) is None
    # Members and other kinds of forecasts bind nothing.
    assert found("members", 0.9, 0.1) is None
    shares = Categorical(("x", "y"), (0.5, 0.5))
    assert (
        find_violation(link("implies"), {LETTERS[0]: Binary(0.9), LETTERS[1]: shares}, asked())
        is None
    )


def test_labels_and_small_differences() -> None:
    # Labels name the questions.
    held: dict[QuestionId, Distribution] = {LETTERS[0]: Binary(0.9), LETTERS[1]: Binary(0.1)}
    one = find_violation(link("implies", 2, ("war", "mobilisation")), held, asked())
    assert one.words.startswith("“war” is at 90%, and “mobilisation”")
    # Little is noise and rounding is nothing.
    assert not broken("implies", 0.5, 0.45).flagged
    assert broken("implies", 0.6, 0.45).flagged
    assert broken("implies", 0.6, 0.45).z > FLAG_THRESHOLD > broken("implies", 0.5, 0.45).z
    assert found("implies", 0.3 + 1e-12, 0.3) is None


REPAIRED: dict[LinkKind, Callable[[tuple[float, ...]], bool]] = {
    "implies": lambda p: p[0] <= p[1],
    "negates": lambda p: abs(p[0] + p[1] - 1.0) < 1e-9,
    "one of": lambda p: abs(math.fsum(p) - 1.0) < 1e-9,
    "dates": lambda p: list(p) == sorted(p),
    "conjunction": lambda p: p[0] + p[1] - 1.0 - 1e-9 <= p[2] <= min(p[:2]) + 1e-9,
    "condition": lambda p: abs(p[3] - p[0] * p[1] - (1 - p[0]) * p[2]) < 1e-9,
}
SIZES: dict[LinkKind, int] = {
    "implies": 2,
    "negates": 2,
    "one of": 3,
    "dates": 3,
    "conjunction": 3,
    "condition": 4,
}


@pytest.mark.parametrize("kind", REPAIRED)
@law
@given(st.lists(inner, min_size=4, max_size=4), st.sampled_from(["event_by", "holds_until"]))
def test_what_is_repaired_contradicts_nothing_and_gains_whatever_happens(
    kind: LinkKind, p: list[float], shape: HorizonShape
) -> None:
    one = found(kind, *p[: SIZES[kind]], shape=shape)
    if one is None:
        order = -1 if kind == "dates" and shape == "holds_until" else 1
        assert REPAIRED[kind](tuple(p[: SIZES[kind]][::order])) or kind in (
            "implies",
            "dates",
            "negates",
            "one of",
        )
        return
    assert REPAIRED[kind](one.after)
    assert one.nats > 0.0
    assert one.z > 0.0
    assert min(one.repair.gains) >= one.nats - 1e-9
    again = dict(zip(one.question_ids, one.after, strict=True))
    assert found(kind, *(again[q] for q in LETTERS[: SIZES[kind]]), shape=shape) is None


@law
@given(st.lists(inner, min_size=3, max_size=3))
def test_what_a_repair_gained_is_what_its_world_promised(p: list[float]) -> None:
    one = repair_nested_dates(
        [(question(days=n).closes_at.date(), x) for n, x in enumerate(p, start=1)]
    )
    for world, gain in zip(one.worlds, one.gains, strict=True):
        outcomes: dict[QuestionId, Outcome | None] = {
            q: "yes" if happened else "no" for q, happened in zip(LETTERS, world, strict=False)
        }
        assert score_repair(LETTERS[:3], one.before, one.after, outcomes) == pytest.approx(
            gain, abs=1e-12
        )


def test_repairs_are_scored_by_answers() -> None:
    # A repair is scored when all its questions are answered.
    def gain(*outcomes: Outcome | None) -> float | None:
        return score_repair(
            LETTERS[:2], (0.8, 0.5), (0.6, 0.6), dict(zip(LETTERS, outcomes, strict=False))
        )

    assert gain("yes", None) is None
    assert gain("yes") is None
    assert gain("yes", "yes") == pytest.approx(math.log(0.6 / 0.8) + math.log(0.6 / 0.5))
    assert gain("annulled", "yes") == pytest.approx(math.log(0.6 / 0.5))
    assert gain("ambiguous", "no") == pytest.approx(math.log(0.4 / 0.5))
    assert gain("annulled", "annulled") is None
    assert gain("annulled", None) is None
    # Taking back a wrong certainty gains without end.
    ids = LETTERS[:1]
    assert score_repair(ids, (1.0,), (0.5,), {ids[0]: "no"}) == math.inf
    assert score_repair(ids, (0.5,), (1.0,), {ids[0]: "no"}) == -math.inf
    assert score_repair(ids, (1.0,), (1.0,), {ids[0]: "no"}) == 0.0
    with pytest.raises(ForecastsError, match="for each question"):
        score_repair(ids, (0.5, 0.5), (0.5,), {})


@check_rows([("yes", "c"), ("no", "b"), ("annulled", "bc"), ("ambiguous", "bc")])
def test_the_branch_whose_condition_failed_is_annulled(outcome: Outcome, gone: str) -> None:
    assert find_branch_to_annul(link("condition", 3), outcome) == tuple(gone)
    assert find_branch_to_annul(link("condition", 4), outcome) == tuple(gone)
    assert find_branch_to_annul(link("implies"), outcome) == ()


def test_a_branch_says_when_it_counts() -> None:
    pair = link("condition", 4)
    first, if_so, if_not, about = LETTERS
    assert (
        condition_text(pair, if_so, asked())
        == "Counts only if “A” is answered YES, and is annulled otherwise."
    )
    assert (
        condition_text(pair, if_not, asked())
        == "Counts only if “A” is answered NO, and is annulled otherwise."
    )
    assert condition_text(pair, first, asked()) == condition_text(pair, about, asked()) == ""
    assert condition_text(link("dates", 3), if_so, asked()) == ""
