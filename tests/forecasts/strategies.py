"""Small questions, evidence and timelines for tests, by hand and by hypothesis."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from forecasts.distribution import Binary
from forecasts.evidence import (
    Direction,
    Evidence,
    EvidenceId,
    EvidenceStatus,
    Indicator,
    IndicatorId,
    Report,
    StoryId,
    Strength,
)
from forecasts.question import (
    ClaimId,
    EssayId,
    ForecasterId,
    HorizonShape,
    Outcome,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.suggestion import Line, Suggestion
from forecasts.timeline import Timeline, timeline

OPENS = datetime(2026, 1, 1, tzinfo=UTC)
ANN = ForecasterId("ann")
QUESTION = QuestionId("neutral")

# Shared machines stall now and then, so no law fails by the clock.
law = settings(deadline=None, max_examples=60)


def day(days: float) -> datetime:
    """The instant so many days after the questions of these tests open."""
    return OPENS + timedelta(days=days)


def question(
    shape: HorizonShape = "event_by", *, prior: float = 0.3, days: float = 365.0, name: str = "neutral"
) -> Question:
    return Question(
        id=QuestionId(name),
        essay_id=EssayId("essay"),
        kind="binary",
        text="Will it happen?",
        criteria="As both sides announce it.",
        sources=("https://example.org/",),
        horizon_shape=shape,
        opens_at=OPENS,
        closes_at=day(days),
        resolves_at=day(days + 7),
        prior=Binary(prior),
        prior_reason="3 of 10 comparable years",
        claim_ids=(ClaimId("C01"),),
    )


def resolution(outcome: Outcome, known: float = 365.0, *, entered: float | None = None) -> Resolution:
    return Resolution(
        question_id=QUESTION,
        outcome=outcome,
        source_url="https://example.org/answer",
        note="",
        event_at=day(known),
        known_at=day(known),
        entered_at=day(known if entered is None else entered),
        entered_by=ANN,
    )


def indicator(
    name: str = "talks",
    direction: Direction = Direction.YES,
    *,
    half_life: float | None = 45.0,
    usual: float = 0.0,
    of: QuestionId = QUESTION,
) -> Indicator:
    return Indicator(
        id=IndicatorId(f"{of}/{name}"),
        question_id=of,
        name=name,
        direction=direction,
        strength=Strength.MODERATE,
        terms=((name,),),
        half_life_days=half_life,
        usual_level=usual,
    )


def report(at: float, group: str = "wire", reliability: float = 0.9) -> Report:
    return Report(group, reliability, day(at))


def evidence(
    number: int = 1,
    at: float = 10.0,
    direction: Direction = Direction.YES,
    strength: Strength = Strength.MODERATE,
    *,
    signpost: str = "talks",
    status: EvidenceStatus = "confirmed",
    relevance: float = 1.0,
    reports: Sequence[Report] | None = None,
    of: QuestionId = QUESTION,
) -> Evidence:
    return Evidence(
        id=EvidenceId(number),
        question_id=of,
        story_id=StoryId(number),
        indicator_id=IndicatorId(f"{of}/{signpost}"),
        direction=direction,
        strength=strength,
        relevance=relevance,
        status=status,
        judged_by=ANN,
        first_seen_at=day(at),
        reports=(report(at),) if reports is None else tuple(reports),
    )


def by_id(*indicators: Indicator) -> dict[IndicatorId, Indicator]:
    return {i.id: i for i in indicators}


def steps(*acts: tuple[float, float | None]) -> Timeline:
    """A timeline from (days after opening, probability or None for a withdrawal)."""
    return timeline((day(at), None if p is None else Binary(p)) for at, p in acts)


def lines_of(suggestion: Suggestion, kind: str) -> list[Line]:
    return [line for line in suggestion.lines if line.kind == kind]


INDICATORS = by_id(
    indicator("talks", usual=0.4),
    indicator("drills", Direction.NO, half_life=90.0, usual=0.2),
    indicator("treaty", half_life=None),
)

probabilities = st.floats(0.0, 1.0)
shapes: st.SearchStrategy[HorizonShape] = st.sampled_from(["event_by", "holds_until", "state_at"])
# Quarters of a day, so that things do fall on the same instant now and then.
moments = st.integers(-400, 1600).map(lambda quarters: quarters / 4)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    return question(draw(shapes), prior=draw(st.floats(0.01, 0.99)), days=draw(st.integers(1, 400)))


@st.composite
def evidence_lists(draw: st.DrawFn) -> list[Evidence]:
    """Evidence of every kind with ids of its own, some of it on an indicator that nobody knows."""
    count = draw(st.integers(0, 12))
    return [draw(_evidence(number)) for number in range(1, count + 1)]


def _evidence(number: int) -> st.SearchStrategy[Evidence]:
    def made(at: float, copies: list[tuple[str, float, float]], **rest: Any) -> Evidence:
        first = report(at, "first")
        return evidence(number, at, reports=(first, *(report(at + late, g, r) for g, r, late in copies)), **rest)

    copy = st.tuples(st.sampled_from(["first", "a", "b"]), st.floats(0.1, 0.97), st.floats(0.0, 20.0))
    return st.builds(
        made,
        moments,
        st.lists(copy, max_size=4),
        direction=st.sampled_from(Direction),
        strength=st.sampled_from(Strength),
        signpost=st.sampled_from(["talks", "drills", "treaty", "deleted"]),
        status=st.sampled_from(["logged", "confirmed", "edited", "rejected"]),
        relevance=st.floats(0.0, 1.0),
    )


timelines = st.lists(st.tuples(moments, st.none() | probabilities), max_size=8).map(lambda acts: steps(*acts))
