"""What is learned from answers and reviews: the right amount, and never from later ones."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from forecasts.distributions.probability import logit, sigmoid
from forecasts.errors import InvalidProbability
from forecasts.evidence.evidence import MAX_RELIABILITY, Strength
from forecasts.evidence.parameters import LearnedLogitMap, LearnedValue, is_learnable
from forecasts.questions.question import Question, QuestionId, Resolution
from forecasts.suggestion.binary import suggest
from forecasts.suggestion.fitting import (
    CallReview,
    FeedSignal,
    SuggestionSnapshot,
    fit_direction,
    fit_gamma,
    fit_relevance,
    fit_reliability,
    suggestion_snapshot,
)
from tests.forecasts.strategies import (
    INDICATORS,
    by_id,
    day,
    due,
    evidence,
    indicator,
    law,
    question,
)
from tests.tables import check_rows

NOW = day(100)


def row(
    number: int,
    happened: bool,
    evidence: float,
    *,
    offset: float = 0.0,
    known: float = 50.0,
    at: float = 10.0,
) -> SuggestionSnapshot:
    return SuggestionSnapshot(
        QuestionId(f"q{number}"), day(at), day(known), offset, evidence, happened, 1
    )


def world(
    gamma: float, count: int, *, seed: int = 1, shift: float = 0.0
) -> list[SuggestionSnapshot]:
    """Questions whose answers follow the evidence as far as `gamma` says."""
    luck = random.Random(seed)
    rows = []
    for number in range(count):
        weight, offset = luck.gauss(0.0, 1.5), luck.gauss(-0.5, 1.0)
        happened = luck.random() < sigmoid(offset + shift + gamma * weight)
        rows.append(row(number, happened, weight, offset=offset))
    return rows


def values(found: Sequence[LearnedValue]) -> tuple[float, ...]:
    return tuple(learned.value for learned in found)


def test_a_snapshot_sums_the_lines_of_a_suggestion() -> None:
    # A row holds what the lines of a suggestion add up to.
    known = by_id(indicator(usual=4.0), indicator("treaty", expected=due(20)))
    judged = evidence(strength=Strength.STRONG)
    found = suggest(question(), [judged], known, day(30))
    made = suggestion_snapshot(found, known_at=day(50), happened=True, scheduled=4)
    per_kind: dict[str, float] = {}
    for line in found.lines:
        per_kind[line.kind] = per_kind.get(line.kind, 0.0) + line.log_odds
    assert made.offset == pytest.approx(per_kind["base rate"] + per_kind["time passed"])
    assert made.evidence == pytest.approx(
        per_kind["evidence"] + per_kind["signpost"] + per_kind["reports"] + per_kind["doubt"]
    )
    assert max(per_kind["signpost"], per_kind["reports"]) < 0.0
    assert (made.question_id, made.at, made.known_at, made.happened, made.scheduled) == (
        found.question_id,
        day(30),
        day(50),
        True,
        4,
    )
    # Indicators with expectations enter a row with their silence.
    found = suggest(question(), [], INDICATORS, day(120))
    assert suggestion_snapshot(found, known_at=NOW, happened=False, scheduled=1).evidence > 0.0


def test_gamma_is_found_from_many_questions() -> None:
    # From many questions the scale that made them is found.
    gamma, shift = fit_gamma(world(1.1, 1500, shift=-0.3), before=NOW)
    assert gamma.value == pytest.approx(1.1, abs=0.12)
    assert shift.value == pytest.approx(-0.3, abs=0.2)
    assert "fitted to 1500 snapshots of 1500 questions that closed with an answer" in gamma.why
    # Thirty questions whose evidence says nothing draw the default down.
    gamma, _ = fit_gamma(world(0.0, 30), before=NOW)
    assert 0.0 < gamma.value < 0.5


YEAR = timedelta(365)


def a_question(name: str = "q", **changed: Any) -> Question:
    """A question that closes on day 90."""
    times = {"closes_at": day(90), **changed}
    return replace(question(), id=QuestionId(name), resolves_at=times["closes_at"], **times)


def yearly_questions(
    seed: int, days: int
) -> Iterator[tuple[Question, Resolution, list[SuggestionSnapshot]]]:
    """156 yearly questions opened over `days`, with an exact base rate of 30 % and evidence that
    says nothing.
    """
    luck = np.random.default_rng(seed)
    for number in range(156):
        opens = day(days * number / 156)
        waits = luck.exponential(-365 / math.log(0.7))
        closes, known = opens + YEAR, opens + timedelta(min(waits, 365))
        asked = a_question(f"q{number}", opens_at=opens, closes_at=closes)
        answer = Resolution(
            asked.id,
            "yes" if waits < 365 else "no",
            "https://e.org",
            "",
            known,
            known,
            known,
            "ann",
        )
        dates = [at for k in range(26) if (at := opens + timedelta(14 * (k + 0.5))) < known]
        chances = [1 - 0.7 ** ((closes - at) / YEAR) for at in dates]
        rows = [
            SuggestionSnapshot(
                asked.id, at, known, logit(p), luck.normal(0.0, 0.7), waits < 365, 26
            )
            for at, p in zip(dates, chances, strict=True)
        ]
        yield asked, answer, rows


def test_after_eighteen_months_no_bias_towards_yes_is_learned() -> None:
    now = day(547)
    worlds = [list(yearly_questions(seed, 547)) for seed in range(30)]

    def learned_shift(chosen: Callable[[Question, Resolution], bool]) -> float:
        rows = ([r for q, a, rows in world if chosen(q, a) for r in rows] for world in worlds)
        return float(np.mean([fit_gamma(known, before=now)[1].value for known in rows]))

    assert abs(learned_shift(lambda q, a: is_learnable(q, a, now))) < 0.03
    # What early answers would have taught:
    assert learned_shift(lambda _, a: a.known_at < now) > 0.15


@check_rows([({}, True), ({"closes_at": day(101)}, False), ({"retrospective": True}, False)])
def test_a_question_teaches_once_its_close_has_passed(
    changed: dict[str, Any], taught: bool
) -> None:
    asked = a_question(**changed)
    answer = Resolution(asked.id, "yes", "https://e.org", "", day(40), day(40), day(40), "ann")
    assert is_learnable(asked, answer, NOW) is taught
    assert not is_learnable(asked, None, NOW)
    assert not is_learnable(asked, replace(answer, known_at=NOW), NOW)
    assert not is_learnable(asked, replace(answer, outcome="annulled"), NOW)


def test_retrospective_questions_teach_in_a_replay_only() -> None:
    asked = a_question(retrospective=True)
    answer = Resolution(asked.id, "no", "https://e.org", "", day(90), day(90), day(90), "ann")
    assert [is_learnable(asked, answer, NOW, replayed=replayed) for replayed in (True, False)] == [
        True,
        False,
    ]


@check_rows([1, 7])
def test_the_fit_agrees_with_another_optimiser(scheduled: int) -> None:
    known = [replace(r, scheduled=scheduled) for r in world(0.9, 80)]

    def lost(at: Any) -> float:
        a, gamma = at
        signs = [(1.0 if r.happened else -1.0) * (r.offset + a + gamma * r.evidence) for r in known]
        prior = (a / 0.3) ** 2 / 2 + ((gamma - 1.0) / 0.3) ** 2 / 2
        return float(prior + math.fsum(math.log1p(math.exp(-z)) for z in signs) / scheduled)

    gamma, shift = fit_gamma(known, before=NOW)
    best = minimize(lost, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12})
    assert [shift.value, gamma.value] == pytest.approx(best.x, abs=1e-5)


@check_rows(
    [
        ([True, False] * 14 + [True], "default: 29 of 30 questions have closed with an answer"),
        ([True] * 7 + [False] * 40, "default: 7 of 8 needed came out the rarer way"),
        ([], "default: 0 of 30 questions have closed with an answer"),
    ]
)
def test_too_few_answers_teach_nothing(happened: list[bool], why: str) -> None:
    gamma, shift = fit_gamma([row(n, yes, 1.0) for n, yes in enumerate(happened)], before=NOW)
    assert values((gamma, shift)) == (1.0, 0.0)
    assert gamma.why == shift.why == why
    assert gamma.n == len(happened)


def test_snapshots_count_by_question_and_schedule() -> None:
    # Snapshots of one question are no more than one question.
    many = [row(n % 3, n % 3 > 0, 1.0, at=n) for n in range(90)]
    assert (
        fit_gamma(many, before=NOW)[0].why
        == "default: 3 of 30 questions have closed with an answer"
    )
    once = world(0.8, 60)
    often = [replace(r, at=day(date), scheduled=5) for r in once for date in range(5)]
    assert values(fit_gamma(often, before=NOW)) == pytest.approx(
        values(fit_gamma(once, before=NOW))
    )
    # A question that was answered early counts for the dates that it stood alone.
    known = world(0.8, 60)
    early = [replace(r, scheduled=1000) for r in known]
    assert values(fit_gamma(early, before=NOW)) == pytest.approx((1.0, 0.0), abs=0.01)
    # Evidence that points the wrong way counts nothing and is never turned round.
    known = world(-1.5, 600)
    without = [replace(r, evidence=0.0) for r in known]
    gamma, shift = fit_gamma(known, before=NOW)
    assert gamma.value == 0.0
    assert gamma.why.endswith("evidence pointed the wrong way, so none counts")
    assert shift.value == pytest.approx(fit_gamma(without, before=NOW)[1].value, abs=1e-9)


@law
@given(
    st.lists(
        st.tuples(st.booleans(), st.floats(-30, 30), st.floats(-28, 28)), min_size=30, max_size=60
    )
)
def test_every_record_gives_finite_values(record: list[tuple[bool, float, float]]) -> None:
    gamma, shift = fit_gamma(
        [row(n, yes, s, offset=o) for n, (yes, s, o) in enumerate(record)], before=NOW
    )
    assert 0.0 <= gamma.value < math.inf
    assert math.isfinite(shift.value)


@law
@given(st.integers(0, 60), st.booleans(), st.floats(-5, 5), st.randoms(use_true_random=False))
def test_later_answers_never_matter_and_neither_does_the_order(
    number: int, happened: bool, weight: float, luck: Any
) -> None:
    known = world(0.7, 40)
    poison = [row(number + n, happened, weight, known=100 + n) for n in range(30)]
    mixed = [*known, *poison]
    luck.shuffle(mixed)
    assert fit_gamma(mixed, before=NOW) == fit_gamma(known, before=NOW)


def reviews(*parts: tuple[float, int, int]) -> list[CallReview]:
    """(shown, kept, not kept) → decisions."""
    return [
        CallReview(shown, n < kept, day(n % 50))
        for shown, kept, rest in parts
        for n in range(kept + rest)
    ]


FITS: tuple[Callable[..., LearnedLogitMap], ...] = (fit_relevance, fit_direction)


@check_rows(FITS)
def test_shown_chances_that_were_right_stay_about_as_they_are(
    fit: Callable[..., LearnedLogitMap],
) -> None:
    found = fit(reviews((0.9, 90, 10), (0.5, 50, 50), (0.2, 20, 80)), before=NOW)
    for p in (0.2, 0.5, 0.9):
        assert found.apply(p) == pytest.approx(p, abs=0.01)


def test_relevance_is_learned_from_decisions() -> None:
    # Matches that were shown too high are brought down.
    found = fit_relevance(reviews((0.9, 50, 50), (0.6, 20, 80)), before=NOW)
    assert found.apply(0.9) == pytest.approx(0.5, abs=0.06)
    assert found.apply(0.6) == pytest.approx(0.2, abs=0.06)
    assert found.slope.why == "fitted to 200 decisions, 70 kept"
    assert (found.shift.name, found.slope.name, found.shift.n) == (
        "relevance shift",
        "relevance slope",
        200,
    )
    # Where higher was kept less often all get one chance.
    found = fit_relevance(reviews((0.95, 2, 198), (0.05, 198, 2)), before=NOW)
    assert found.slope.value == 0.0
    assert found.apply(0.05) == found.apply(0.95) == pytest.approx(0.5, abs=0.02)


@check_rows(FITS)
def test_below_thirty_decisions_chances_stay_exactly_as_shown(
    fit: Callable[..., LearnedLogitMap],
) -> None:
    found = fit(reviews((0.9, 0, 29)), before=NOW)
    assert [found.apply(p) for p in (0.0, 0.0001, 0.37, 1.0)] == [0.0, 0.0001, 0.37, 1.0]
    assert found.shift.why == "default: 29 of 30 decisions are made"


def test_impossible_probabilities_are_refused() -> None:
    # A chance that is none is refused.
    with pytest.raises(InvalidProbability):
        fit_relevance([], before=NOW).apply(1.2)
    # A grade that is no probability is refused.
    with pytest.raises(InvalidProbability):
        reliability(1.5, [])


decisions = st.lists(
    st.builds(CallReview, st.floats(0.0, 1.0), st.booleans(), st.integers(0, 200).map(day)),
    min_size=30,
    max_size=80,
)


@law
@given(decisions, st.lists(st.floats(0.0, 1.0), min_size=2, max_size=10))
def test_a_learned_map_never_falls(known: list[CallReview], shown: list[float]) -> None:
    found = fit_relevance(known, before=day(201))
    assert all(low <= high for low, high in pairwise([found.apply(p) for p in sorted(shown)]))


@law
@given(decisions)
def test_later_decisions_never_matter(known: list[CallReview]) -> None:
    assert fit_direction(known, before=NOW) == fit_direction(
        [r for r in known if r.at < NOW], before=NOW
    )


def record(
    *parts: tuple[bool, float, int], first: int = 0, known: float = 50.0
) -> list[FeedSignal]:
    """(came out, share of questions on which it pointed to YES, questions) → one piece of evidence
    a question.
    """
    found: list[FeedSignal] = []
    for happened, to_yes, count in parts:
        start = first + len(found)
        found += [
            FeedSignal(QuestionId(f"q{start + n}"), day(known), n < to_yes * count, happened)
            for n in range(count)
        ]
    return found


def reliability(graded: float, known: Sequence[FeedSignal]) -> LearnedValue:
    return fit_reliability("wire", graded, known, before=NOW)


def test_reliability_of_extreme_feeds() -> None:
    # A feed that is always right comes near certainty and not beyond the ceiling.
    found = reliability(0.4, record((True, 1.0, 400), (False, 0.0, 400)))
    assert 0.95 < found.value <= MAX_RELIABILITY
    assert found.why.startswith(
        "pointed right in 99% of 400 questions that came out YES and 99% of 400"
    )
    # A record as the grade leads to expect changes nothing.
    assert reliability(0.8, record((True, 0.9, 20), (False, 0.1, 20))).value == pytest.approx(0.8)
    # A feed that points the wrong way is worth nothing and never less.
    assert reliability(0.9, record((True, 0.0, 50), (False, 1.0, 50))).value == 0.0


@check_rows(product([0.0, 0.2, 0.9, 1.0], [100, 1000]))
def test_an_ignorant_feed_is_worth_nothing(habit: float, yes: int) -> None:
    assert reliability(0.5, record((True, habit, yes), (False, habit, 1000))).value < 0.07


@check_rows([0.1, 0.5, 0.9])
def test_an_occasionally_right_feed_is_measured(habit: float) -> None:
    knows = 0.6
    right_if_yes, yes_if_no = knows + (1 - knows) * habit, (1 - knows) * habit
    found = reliability(0.9, record((True, right_if_yes, 1000), (False, yes_if_no, 5000)))
    assert found.value == pytest.approx(knows, abs=0.01)


@check_rows(
    [
        (
            record((True, 0.0, 5), (False, 1.0, 4)),
            "default: 9 of 10 questions that it bore on have closed with an answer",
        ),
        (record((True, 0.0, 2), (False, 1.0, 40)), "default: 2 of 3 needed came out the rarer way"),
        (record((True, 0.0, 50)), "default: 0 of 3 needed came out the rarer way"),
    ]
)
def test_from_a_short_record_the_grade_stands(known: list[FeedSignal], why: str) -> None:
    found = reliability(0.75, known)
    assert (found.value, found.why, found.scope) == (0.75, why, "wire")


def test_a_feed_counts_by_question() -> None:
    # A hundred pieces on one question are one question.
    few = record((True, 1.0, 10), (False, 1.0, 10))
    flood = [*few, *[few[0]] * 100]
    assert reliability(0.75, flood) == reliability(0.75, few)
    # A question counts by the share of evidence that pointed right.
    known = [
        FeedSignal(QuestionId(f"q{n}"), day(50), to_yes, n % 2 == 0)
        for n in range(40)
        for to_yes in (True, False)
    ]
    assert reliability(0.0, known).value == pytest.approx(0.0)
    assert "50% of 20 questions that came out YES" in reliability(0.0, known).why


@law
@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 200)), min_size=20, max_size=60)
)
def test_later_outcomes_never_matter_to_a_feed(parts: list[tuple[bool, bool, int]]) -> None:
    known = [
        FeedSignal(QuestionId(f"q{n}"), day(at), to_yes, yes)
        for n, (to_yes, yes, at) in enumerate(parts)
    ]
    found = reliability(0.75, known)
    assert found == reliability(0.75, [r for r in known if r.known_at < NOW])
    assert 0.0 <= found.value <= MAX_RELIABILITY


def test_a_learned_map_acts_in_log_odds() -> None:
    shift, slope = (
        LearnedValue(name, "all", value, 40, NOW, "")
        for name, value in (("shift", 0.3), ("slope", 0.5))
    )
    assert logit(LearnedLogitMap(shift, slope).apply(0.2)) == pytest.approx(
        0.3 + 0.5 * math.log(0.25)
    )
    assert (
        0.0
        < LearnedLogitMap(shift, slope).apply(0.0)
        < LearnedLogitMap(shift, slope).apply(1.0)
        < 1.0
    )
