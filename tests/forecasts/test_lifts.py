"""What a later report of its story adds to a piece of evidence."""

from dataclasses import replace
from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forecasts.evidence.evidence import MIN_RELEVANCE, Direction, Evidence, IndicatorId, Strength
from forecasts.evidence.lifts import MIN_LIFT, lift_evidence
from forecasts.evidence.rungs import Rung
from forecasts.evidence.weights import visible_evidence
from forecasts.questions.question import MATCHER
from tests.forecasts.strategies import QUESTION, day, evidence, law, report
from tests.tables import check_rows

YES, NO, NEUTRAL = Direction.YES, Direction.NO, Direction.NEUTRAL
OWN = IndicatorId("neutral/own-text")


def logged(
    relevance: float = 0.3,
    direction: Direction = YES,
    p: float = 0.8,
    rung: Rung = Rung.DONE,
    **more: Any,
) -> Evidence:
    """A piece as the matcher alone has judged it."""
    first = replace(report(10.0), rung=rung)
    piece = evidence(
        1, 10.0, direction, status="logged", relevance=relevance, p_direction=p, reports=[first]
    )
    return replace(piece, judged_by=MATCHER, **more)


def lift(standing: Evidence, later: Evidence) -> Evidence:
    return lift_evidence(standing, later) or standing


pieces = st.builds(
    logged,
    st.floats(0.05, 1.0),
    st.sampled_from(Direction),
    st.floats(0.5, 1.0),
    st.sampled_from(Rung),
    option=st.sampled_from(["", "Oslo", "Rome"]),
    indicator_id=st.sampled_from([OWN, IndicatorId("neutral/talks")]),
    strength=st.sampled_from(Strength),
)


@law
@given(pieces, st.lists(pieces, max_size=8))
def test_a_further_report_never_lowers_relevance_trust_or_rung(
    first: Evidence, later: list[Evidence]
) -> None:
    standing = first
    for piece in later:
        lifted = lift(standing, piece)
        assert lifted.relevance >= standing.relevance
        assert lifted.rung >= standing.rung
        assert bool(lifted.direction) >= bool(standing.direction)
        if (lifted.direction, lifted.option) == (standing.direction, standing.option):
            assert lifted.trust >= standing.trust
        standing = lifted


@law
@given(pieces, st.lists(pieces, max_size=8))
def test_relevance_is_the_greatest_among_reports_that_agree(
    first: Evidence, later: list[Evidence]
) -> None:
    agreeing = [replace(piece, direction=first.direction, option=first.option) for piece in later]
    lifted = reduce(lift, agreeing, first)
    greatest = max(piece.relevance for piece in (first, *agreeing))
    assert greatest - MIN_LIFT < lifted.relevance <= greatest


@law
@given(pieces, pieces)
def test_the_same_report_lifts_once(first: Evidence, later: Evidence) -> None:
    assert lift_evidence(lift(first, later), later) is None


@law
@given(pieces, pieces, st.sampled_from(["confirmed", "edited", "rejected", "logged"]))
def test_a_judgement_of_anybody_else_ends_the_lifts(
    first: Evidence, later: Evidence, status: Any
) -> None:
    judged = replace(first, status=status, judged_by="ann")  # type: ignore[arg-type]
    assert lift_evidence(judged, later) is None


@check_rows([
    ("more relevant", logged(0.3), logged(0.85), (0.85, YES, 0.8)),
    ("nearly the same", logged(0.3), logged(0.34), None),
    ("less relevant", logged(0.85), logged(0.3), None),
    ("surer of the side", logged(0.8, p=0.6), logged(0.75, p=0.9), (0.8, YES, 0.9)),
    ("surer, but perhaps another matter", logged(0.8, p=0.6), logged(0.4, p=0.9), None),
    ("a side where none was", logged(0.8, NEUTRAL, 0.5), logged(0.75, NO), (0.8, NO, 0.8)),
    ("a side of a doubtful report", logged(0.8, NEUTRAL, 0.5), logged(0.4, NO), None),
    ("no side, more relevant", logged(0.4), logged(0.8, NEUTRAL, 0.5), (0.8, YES, 0.8)),
    ("the other side", logged(0.3), logged(0.9, NO), None),
])  # fmt: skip
def test_what_a_report_adds(
    case: str, standing: Evidence, later: Evidence, expected: tuple[Any, ...] | None
) -> None:
    lifted = lift_evidence(standing, later)
    seen = None if lifted is None else (lifted.relevance, lifted.direction, lifted.p_direction)
    assert seen == expected, case


def test_a_doubtful_story_counts_from_the_report_of_the_deed_on() -> None:
    vague = logged(0.3)
    assert visible_evidence([vague], QUESTION, day(20)) == []
    assert visible_evidence([lift(vague, logged(MIN_RELEVANCE))], QUESTION, day(20)) != []


@check_rows([
    (OWN, "neutral/deal", "neutral/deal", Strength.STRONG),
    ("neutral/talks", OWN, "neutral/talks", Strength.SLIGHT),
    ("neutral/talks", "neutral/deal", "neutral/deal", Strength.STRONG),
])  # fmt: skip
def test_a_written_indicator_goes_before_the_questions_text(
    before: str, after: str, expected: str, strength: Strength
) -> None:
    standing = logged(0.3, indicator_id=IndicatorId(before), strength=Strength.SLIGHT)
    later = logged(0.9, indicator_id=IndicatorId(after), strength=Strength.STRONG)
    lifted = lift(standing, later)
    assert (lifted.indicator_id, lifted.strength, lifted.relevance) == (expected, strength, 0.9)


def test_another_option_counts_when_its_report_is_more_relevant() -> None:
    rumour = logged(0.4, option="Oslo")
    assert lift(rumour, logged(0.9, option="Rome")).option == "Rome"
    assert lift_evidence(rumour, logged(0.42, option="Rome")) is None


def test_a_higher_rung_alone_lifts() -> None:
    announced = logged(0.8, rung=Rung.ANNOUNCED)
    assert lift(announced, logged(0.78, rung=Rung.IN_FORCE)).rung is Rung.IN_FORCE
    assert lift_evidence(announced, logged(0.5, rung=Rung.IN_FORCE)) is None
    assert lift_evidence(announced, logged(0.8, rung=Rung.TALK)) is None
    without_side = replace(announced, direction=NEUTRAL)
    later = logged(0.8, NEUTRAL, rung=Rung.DONE)
    assert lift_evidence(without_side, later) is None
