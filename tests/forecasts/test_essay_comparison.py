"""Two essays side by side: skill per claim, the questions they share, and no overclaiming."""

from dataclasses import replace
from typing import Any

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.essays.claim_map import compute_track_record
from forecasts.essays.comparison import EssayRecord, RecordComparison, compare_records
from forecasts.questions.question import Claim, ClaimId, EssayId, Question, QuestionId, Resolution
from tests.forecasts.strategies import question, resolution
from tests.tables import check_rows

Essay = tuple[list[Claim], list[Question], dict[QuestionId, Resolution]]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def essay(name: str, answers: str, *, prior: float = 0.5, bears: str = "yes", **more: Any) -> Essay:
    """An essay with one question a claim; `answers` has y or n for each."""
    claims, questions, resolutions = [], [], {}
    for letter, answer in zip(LETTERS, answers, strict=False):
        claim_id, question_id = ClaimId(f"{name}{letter}"), QuestionId(f"{name}-{letter}")
        claims.append(Claim(claim_id, EssayId(name), "it will", 0, "trend", "will", ""))
        made = replace(question(name=question_id), text=f"Does {name} see {letter} come?")
        made = replace(made, prior=Binary(prior), prior_reason="5 years", bears_out=bears, **more)
        questions.append(replace(made, claim_ids=(claim_id,)))
        outcome = resolution("yes" if answer == "y" else "no")
        resolutions[question_id] = replace(outcome, question_id=question_id)
    return claims, questions, resolutions


def shared(made: Essay, number: int) -> Essay:
    """The essay whose first questions are asked in words of their own letter alone."""
    claims, questions, resolutions = made
    common = [
        replace(q, text=f"Does  {letter.upper()} come?")
        for q, letter in zip(questions[:number], LETTERS, strict=False)
    ]
    return claims, [*common, *questions[number:]], resolutions


def compared(first: Essay, second: Essay) -> RecordComparison:
    known = {**first[2], **second[2]}
    one, other = (
        EssayRecord(compute_track_record(claims, asked, known, {}), {q.id: q for q in asked})
        for claims, asked, _ in (first, second)
    )
    return compare_records((one, other), known)


@check_rows(
    [
        ("y" * 9, "y" * 12, "Too few to compare: of answered claims with a base rate “A” has 9 and “B” 12; it takes 10 of each."),
        ("", "y" * 12, "Too few to compare: of answered claims with a base rate “A” has 0 and “B” 12; it takes 10 of each."),
        ("y" * 8 + "n" * 4, "y" * 6 + "n" * 6, "No difference shown: “A” is ahead by 17 points of skill per claim, which may well be chance (95% interval of “A” minus “B”: −26 to +54)."),
        ("y" * 2 + "n" * 18, "y" * 18 + "n" * 2, "“B” has more skill than “A”, by 80 points per claim (95% interval of “A” minus “B”: −92 to −49)."),
    ]
)  # fmt: skip
def test_a_difference_is_told_without_overclaiming(first: str, second: str, words: str) -> None:
    assert compared(essay("a", first), essay("b", second)).describe("A", "B") == (words,)


def test_easy_tests_do_not_win_a_comparison() -> None:
    easy, hard = essay("a", "y" * 18 + "n" * 2, prior=0.9), essay("b", "y" * 12 + "n" * 8)
    found = compared(easy, hard)
    assert found.difference == pytest.approx(-0.1)
    assert found.describe("A", "B")[0].startswith("No difference shown: “B” is ahead by 10 points")


def test_shared_questions_are_compared_in_pairs() -> None:
    # Both ask the same 12; the second takes the other side of each.
    first = shared(essay("a", "y" * 11 + "n"), 12)
    second = shared(essay("b", "y" * 11 + "n", bears="no"), 12)
    found = compared(first, second)
    assert found.shared is not None
    assert (found.shared.questions, found.shared.first_only, found.shared.second_only) == (
        12,
        11,
        1,
    )
    assert found.shared.difference == pytest.approx(10 / 12)
    assert found.describe("A", "B")[1].startswith(
        "Of 12 answered questions that they share, 11 bore out “A” alone and 1 “B” alone; "
        "beyond chance “A” is ahead by 83 points per question (95% interval of “A” minus “B”: +34"
    )
    # The interval of the whole allows for what they share.
    apart = compared(essay("a", "y" * 11 + "n"), essay("b", "y" * 11 + "n", bears="no"))
    assert apart.shared is None
    assert apart.difference == found.difference
    assert found.interval[0] < apart.interval[0]


def test_shared_questions_that_tell_nothing_apart() -> None:
    first, second = shared(essay("a", "yyy"), 1), shared(essay("b", "yyy"), 1)
    found = compared(first, second)
    assert (
        found.describe("A", "B")[1]
        == "They share 1 answered question, which bore out both or neither."
    )
    # A few pairs are too few, and another close is another question.
    second = shared(essay("b", "yyy", bears="no"), 1)
    assert (
        compared(first, second)
        .describe("A", "B")[1]
        .endswith("1 bore out “A” alone and 0 “B” alone: too few to compare.")
    )
    later = [
        replace(
            q,
            closes_at=q.closes_at.replace(year=2031),
            resolves_at=q.resolves_at.replace(year=2031),
        )
        for q in second[1]
    ]
    assert compared(first, (second[0], later, second[2])).shared is None
