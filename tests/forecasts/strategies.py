"""Small questions, evidence and timelines for tests, by hand and by hypothesis."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale, date_from_day_number, day_number, uniform_curve
from forecasts.distributions.distribution import (
    Binary,
    Categorical,
    Distribution,
    even_distribution,
)
from forecasts.evidence.evidence import (
    Direction,
    Evidence,
    EvidenceStatus,
    Expectation,
    Indicator,
    IndicatorId,
    SourceReport,
    StoryId,
    Strength,
)
from forecasts.questions.question import (
    ClaimId,
    EssayId,
    EvidenceId,
    ForecasterId,
    HorizonShape,
    Option,
    Outcome,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.suggestion.binary import LedgerLine, Suggestion

OPENS = datetime(2026, 1, 1, tzinfo=UTC)
ANN = ForecasterId("ann")
QUESTION = QuestionId("neutral")

# Shared machines stall now and then, so no law fails by the clock.
law = settings(max_examples=15)


def day(days: float) -> datetime:
    """The instant so many days after the questions of these tests open."""
    return OPENS + timedelta(days=days)


def question(
    shape: HorizonShape = "event_by",
    *,
    prior: float = 0.3,
    days: float = 365.0,
    name: str = "neutral",
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


OPTIONS = ("Moscow", "Beijing", "Other")
LEVELS = ("low", "middle", "high")


def categorical_question(
    *options: str | Option, days: float = 365.0, name: str = "neutral"
) -> Question:
    """A question with exclusive options, by default Moscow, Beijing and Other."""
    named = tuple(Option(o) if isinstance(o, str) else o for o in options or OPTIONS)
    return replace(
        question("state_at", days=days, name=name),
        kind="categorical",
        options=named,
        prior=even_distribution(tuple(option.name for option in named)),
    )


def ordered_question(*options: str, days: float = 365.0, name: str = "neutral") -> Question:
    """A question with ordered options, by default low, middle and high."""
    return replace(categorical_question(*(options or LEVELS), days=days, name=name), kind="ordered")


def numeric_question(
    scale: Scale | None = None, *, days: float = 365.0, name: str = "neutral"
) -> Question:
    """A question about a number, by default from 0 to 100 with closed bounds."""
    over = Scale(0.0, 100.0) if scale is None else scale
    return replace(
        question("state_at", days=days, name=name),
        kind="numeric",
        scale=over,
        prior=uniform_curve(over),
    )


def date_question(*, days: float = 365.0, name: str = "neutral") -> Question:
    """A question about the day of an event that may come while the question is open, or never."""
    window = Scale(day_number(OPENS), day_number(day(days)), open_upper=True)
    return replace(
        question(days=days, name=name), kind="date", scale=window, prior=uniform_curve(window)
    )


def resolution(
    outcome: Outcome, known: float = 365.0, *, entered: float | None = None
) -> Resolution:
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


def answered(answer: str, known: float = 365.0, *, entered: float | None = None) -> Resolution:
    """The answer to a question that is not binary."""
    return replace(resolution("answered", known, entered=entered), answer=answer)


def indicator(
    name: str = "talks",
    direction: Direction = Direction.YES,
    *,
    half_life: float | None = 45.0,
    usual: float = 0.0,
    of: QuestionId = QUESTION,
    expected: Expectation | None = None,
    option: str = "",
) -> Indicator:
    return Indicator(
        id=IndicatorId(f"{of}/{name}"),
        question_id=of,
        name=name,
        direction=direction,
        strength=Strength.MODERATE,
        terms=((name,),),
        half_life_days=half_life,
        usual_per_year=usual,
        expected=expected,
        option=option,
    )


def due(at: float, if_yes: str = "very likely", if_no: str = "unlikely") -> Expectation:
    """What is expected by a day; its silence speaks for NO unless other words are given."""
    return Expectation(day(at), if_yes, if_no)


def report(at: float, group: str = "wire", reliability: float = 0.9, text: int = 0) -> SourceReport:
    return SourceReport(group, reliability, day(at), text)


def evidence(
    number: int = 1,
    at: float = 10.0,
    direction: Direction = Direction.YES,
    strength: Strength = Strength.MODERATE,
    *,
    signpost: str = "talks",
    status: EvidenceStatus = "confirmed",
    relevance: float = 1.0,
    reports: Sequence[SourceReport] | None = None,
    of: QuestionId = QUESTION,
    p_direction: float = 1.0,
    option: str = "",
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
        p_direction=p_direction,
        option=option,
    )


def by_id(*indicators: Indicator) -> dict[IndicatorId, Indicator]:
    return {i.id: i for i in indicators}


def steps(*acts: tuple[float, float | None]) -> Timeline:
    """A timeline from (days after opening, probability or None for a withdrawal)."""
    return build_timeline((day(at), None if p is None else Binary(p)) for at, p in acts)


def holding(*acts: tuple[float, Distribution | None]) -> Timeline:
    """A timeline of any kind from (days after opening, distribution or None for a withdrawal)."""
    return build_timeline((day(at), held) for at, held in acts)


def lines_of(suggestion: Suggestion, kind: str) -> list[LedgerLine]:
    return [line for line in suggestion.lines if line.kind == kind]


INDICATORS = by_id(
    indicator("talks", usual=4.0),
    indicator("drills", Direction.NO, half_life=90.0, usual=2.0),
    indicator("treaty", half_life=None, expected=due(50)),
    indicator("summit", expected=due(100, "unlikely", "almost certain")),
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


@cache
def _evidence(number: int) -> st.SearchStrategy[Evidence]:
    """Made once: to make and check a strategy takes longer than to draw from it."""

    def made(at: float, copies: list[tuple[str, float, float, int]], **rest: Any) -> Evidence:
        first = report(at, "first")
        return evidence(
            number,
            at,
            reports=(first, *(report(at + late, g, r, text) for g, r, late, text in copies)),
            **rest,
        )

    texts = st.integers(0, 2)
    copy = st.tuples(
        st.sampled_from(["first", "a", "b"]), st.floats(0.1, 0.97), st.floats(0.0, 20.0), texts
    )
    return st.builds(
        made,
        moments,
        st.lists(copy, max_size=4),
        direction=st.sampled_from(Direction),
        strength=st.sampled_from(Strength),
        signpost=st.sampled_from(["talks", "drills", "treaty", "summit", "deleted"]),
        status=st.sampled_from(["logged", "confirmed", "edited", "rejected"]),
        relevance=st.floats(0.0, 1.0),
        p_direction=st.sampled_from([0.5, 0.6, 0.9, 1.0]),
        option=st.sampled_from(["", *OPTIONS]),
    )


timelines = st.lists(st.tuples(moments, st.none() | probabilities), max_size=8).map(
    lambda acts: steps(*acts)
)

# One question of each kind, all open for 100 days, two of them with bounds that are open.
KINDS = (
    question(days=100),
    categorical_question(days=100),
    ordered_question(days=100),
    numeric_question(days=100),
    numeric_question(
        Scale(1.0, 1000.0, open_lower=True, open_upper=True, zero_point=0.0), days=100
    ),
    date_question(days=100),
)


def categoricals(options: Sequence[str] = OPTIONS) -> st.SearchStrategy[Categorical]:
    """Shares of options; zeros and round numbers come up often."""
    weights = st.lists(st.integers(0, 1000), min_size=len(options), max_size=len(options)).filter(
        any
    )
    return weights.map(
        lambda parts: Categorical(tuple(options), tuple(part / sum(parts) for part in parts))
    )


@st.composite
def cdfs(draw: st.DrawFn, scale: Scale) -> Cdf:
    """Curves from bound to bound: flat stretches, steep ones and, where bounds are open, mass
    beyond them.
    """
    inside = sorted(draw(st.sets(st.integers(1, 99), max_size=6)))
    shares = sorted(
        draw(st.lists(st.integers(0, 100), min_size=len(inside) + 2, max_size=len(inside) + 2))
    )
    levels = [share / 100 for share in shares]
    levels[0] = levels[0] if scale.open_lower else 0.0
    levels[-1] = levels[-1] if scale.open_upper else 1.0
    return Cdf(tuple(scale.values([0.0, *(i / 100 for i in inside), 1.0]).tolist()), tuple(levels))


def distributions(of: Question) -> st.SearchStrategy[Distribution]:
    """What may be held on a question, whatever its kind."""
    if of.kind == "binary":
        return probabilities.map(Binary)
    if of.scale is not None:
        return cdfs(of.scale)
    return categoricals([option.name for option in of.options])


def timelines_on(of: Question) -> st.SearchStrategy[Timeline]:
    """What somebody may have held over time, with gaps, before the opening and after the close."""
    acts = st.lists(st.tuples(moments, st.none() | distributions(of)), max_size=6)
    return acts.map(lambda found: holding(*found))


def resolutions_of(of: Question) -> st.SearchStrategy[Resolution]:
    """Answers to a question, known at any time up to a little after its close."""
    known = st.integers(0, 480).map(lambda quarters: quarters / 4)
    if of.kind == "binary":
        return st.builds(resolution, st.sampled_from(["yes", "no"]), known=known)
    return st.builds(answered, st.sampled_from(answers_to(of)), known=known)


def answers_to(of: Question) -> list[str]:
    """Every option, or values all over the range and beyond its open bounds, as people write
    them.
    """
    if of.scale is None:
        return [option.name for option in of.options]
    if of.kind == "date":
        return [
            "never",
            *(
                date_from_day_number(of.scale.lower + days).isoformat()
                for days in (0, 0.25, 50, 99, 100, 130)
            ),
        ]
    places = [0.0, 0.005, 0.3, 0.5, 0.77, 1.0]
    beyond = [
        word
        for word, is_open in (("below", of.scale.open_lower), ("above", of.scale.open_upper))
        if is_open
    ]
    return [
        *beyond,
        *(str(min(value, of.scale.upper)) for value in of.scale.values(places).tolist()),
    ]


worlds: st.SearchStrategy[tuple[Question, Resolution, Timeline]] = st.sampled_from(KINDS).flatmap(
    lambda of: st.tuples(st.just(of), resolutions_of(of), timelines_on(of))
)
"""A question of any kind, its answer, and what somebody held."""
