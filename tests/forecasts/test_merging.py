"""Stories that turn out to be one count once from then on, and never before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError
from forecasts.evidence.evidence import (
    Direction,
    Evidence,
    IndicatorId,
    SourceReport,
    StoryId,
    Strength,
)
from forecasts.evidence.weights import StoryMerge, merge_story_evidence
from forecasts.questions.question import MATCHER, EvidenceId, QuestionId
from tests.tables import check_rows

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = START + 100 * DAY


def piece(number: int, story: int | None = None, **changed: Any) -> Evidence:
    """Evidence of a story, first seen on the day of its number."""
    seen = START + number * DAY
    values: dict[str, Any] = {
        "id": EvidenceId(number),
        "question_id": QuestionId("q"),
        "story_id": StoryId(story or number),
        "indicator_id": IndicatorId("q/i"),
        "direction": Direction.YES,
        "strength": Strength.SOME,
        "relevance": 0.5 + number / 100,
        "status": "logged",
        "judged_by": MATCHER,
        "first_seen_at": seen,
        "reports": (SourceReport(f"wire {number}", 0.9, seen),),
    }
    return Evidence(**{**values, **changed})


def merge(story: int, into: int, day: int = 50) -> StoryMerge:
    """The later story counts as part of the earlier from a day on."""
    return StoryMerge(StoryId(story), StoryId(into), START + day * DAY)


def test_merged_stories_count_together() -> None:
    # The reports of stories that are one count together from the first on.
    (one,) = merge_story_evidence([piece(1), piece(2), piece(3)], [merge(2, 1), merge(3, 1)], LATER)
    assert one == replace(
        piece(1), reports=(*piece(1).reports, *piece(2).reports, *piece(3).reports)
    )
    # A chain of merges ends at the earliest story.
    (one,) = merge_story_evidence([piece(1), piece(3)], [merge(3, 2), merge(2, 1)], LATER)
    assert one.story_id == 1
    assert len(one.reports) == 2


def test_judgement_and_date_of_a_merge() -> None:
    confirmed = piece(2, status="confirmed", strength=Strength.STRONG)
    (one,) = merge_story_evidence(
        [piece(1), confirmed, piece(3, status="edited")], [merge(2, 1), merge(3, 1)], LATER
    )
    assert (one.id, one.status, one.strength) == (2, "confirmed", Strength.STRONG)
    assert one.first_seen_at == piece(1).first_seen_at
    assert len(one.reports) == 3


@check_rows(
    [
        {"direction": Direction.NO},
        {"direction": Direction.NEUTRAL},
        {"question_id": QuestionId("another")},
        {"option": "Moscow"},
        {"status": "rejected"},
    ]
)
def test_what_says_something_else_stands_apart(apart: dict[str, Any]) -> None:
    pieces = (piece(1), piece(2, **apart))
    assert merge_story_evidence(pieces, [merge(2, 1)], LATER) == pieces


def test_what_does_not_merge() -> None:
    # Rejected pieces stand apart from each other too.
    pieces = (piece(1, status="rejected"), piece(2, status="rejected"))
    assert merge_story_evidence(pieces, [merge(2, 1)], LATER) == pieces
    # A merge counts from its instant on.
    pieces, one = (piece(1), piece(2)), merge(2, 1, day=10)
    assert merge_story_evidence(pieces, [one], one.at - timedelta(microseconds=1)) == pieces
    assert len(merge_story_evidence(pieces, [one], one.at)) == 1
    # Nothing merges into nothing.
    assert merge_story_evidence([], [merge(2, 1)], LATER) == ()


@check_rows([((1, 1),), ((1, 2), (2, 1)), ((3, 1), (1, 2), (2, 3))])
def test_circles_of_merges_are_refused(
    circle: tuple[tuple[int, int], ...],
) -> None:
    with pytest.raises(ForecastsError, match="circle"):
        merge_story_evidence([piece(1)], [merge(*pair) for pair in circle], LATER)


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Evidence], list[StoryMerge]]:
    """Evidence on two questions, a piece a story, and merges from later to earlier stories."""
    numbers = range(1, draw(st.integers(1, 8)) + 1)
    pieces = [
        piece(
            n,
            question_id=QuestionId(draw(st.sampled_from("qr"))),
            direction=draw(st.sampled_from(Direction)),
            status=draw(st.sampled_from(["logged", "confirmed", "edited", "rejected"])),
        )
        for n in numbers
    ]
    later = draw(st.lists(st.sampled_from(numbers), unique=True)) if len(numbers) > 1 else []
    found = [
        merge(n, draw(st.integers(1, n - 1)), draw(st.integers(1, 60))) for n in later if n > 1
    ]
    return pieces, found


@given(ledgers(), st.randoms())
def test_the_order_of_evidence_and_merges_does_not_matter(
    ledger: tuple[list[Evidence], list[StoryMerge]], chance: Any
) -> None:
    pieces, merges = ledger
    first = merge_story_evidence(pieces, merges, LATER)
    chance.shuffle(pieces)
    chance.shuffle(merges)
    assert sorted(merge_story_evidence(pieces, merges, LATER), key=lambda e: e.id) == sorted(
        first, key=lambda e: e.id
    )


@given(ledgers())
def test_without_a_merge_evidence_is_unchanged(
    ledger: tuple[list[Evidence], list[StoryMerge]],
) -> None:
    pieces, _ = ledger
    assert merge_story_evidence(iter(pieces), [], LATER) == tuple(pieces)


@given(ledgers(), st.integers(0, 60))
def test_merges_in_the_future_leave_what_counts_now_alone(
    ledger: tuple[list[Evidence], list[StoryMerge]], day: int
) -> None:
    pieces, merges = ledger
    now = START + day * DAY
    assert merge_story_evidence(pieces, merges, now) == merge_story_evidence(
        pieces, [m for m in merges if m.at <= now], now
    )


@given(ledgers())
def test_no_report_is_lost_or_counted_twice(
    ledger: tuple[list[Evidence], list[StoryMerge]],
) -> None:
    pieces, merges = ledger
    found = merge_story_evidence(pieces, merges, LATER)
    carried = [report.source_group for e in found for report in e.reports]
    assert sorted(carried) == sorted(f"wire {e.id}" for e in pieces)


@given(ledgers())
def test_merging_what_is_merged_changes_nothing(
    ledger: tuple[list[Evidence], list[StoryMerge]],
) -> None:
    pieces, merges = ledger
    once = merge_story_evidence(pieces, merges, LATER)
    assert {e.id for e in merge_story_evidence(once, merges, LATER)} == {e.id for e in once}
