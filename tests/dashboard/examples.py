"""Hand-built values for the tests of what pages show."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from forecasts.distributions.cdf import Scale, curve_from_quantiles, day_number, uniform_curve
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
    Indicator,
    IndicatorId,
    StoryId,
    Strength,
)
from forecasts.evidence.parameters import LearnedValue
from forecasts.questions.compiled_question import CompiledQuestion, Statement
from forecasts.questions.question import (
    COMPUTED,
    MATCHER,
    PRIOR,
    SUGGESTION,
    Essay,
    EssayId,
    EvidenceId,
    Forecaster,
    ForecasterId,
    Option,
    Question,
    QuestionId,
    Resolution,
    Status,
)
from forecasts.questions.timeline import Forecast, ForecastId, Timeline, build_timeline
from forecasts.suggestion.binary import LedgerLine, Suggestion
from tracker.feeds.feed import Feed, FeedState
from tracker.feeds.item import FeedId, Item, ItemId
from tracker.feeds.scheduling.feed_health import Health
from tracker.feeds.scheduling.polling import DayCount
from tracker.model.evidence import EvidenceCard, MatchReason, StoryItem, summarise_card
from tracker.model.feed_read_models import FeedHealth
from tracker.model.read_models import (
    CurrentForecast,
    QuestionPage,
    QuestionStatements,
    QuestionSummary,
)
from tracker.questions.fit_parameters import LearnedRecord

OPENS = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
CLOSES = datetime(2027, 1, 1, tzinfo=UTC)
ME = ForecasterId("me")
ANA = ForecasterId("ana")

LINES = CompiledQuestion((Statement("Leaders meet in Arland", "Leaders cancel the meeting"),))
QUESTION = Question(
    id=QuestionId("xi-zelensky"),
    essay_id=EssayId("essay"),
    kind="binary",
    text="Will Xi and Zelensky meet in person by the end of 2026?",
    criteria="YES if both are in one room.",
    sources=("Reuters",),
    horizon_shape="event_by",
    opens_at=OPENS,
    closes_at=CLOSES,
    resolves_at=CLOSES + timedelta(days=7),
    prior=Binary(0.3),
    prior_reason="3 of 10 comparable years",
    claim_ids=(),
    tags=("diplomacy",),
)

VISIT_TO = replace(
    QUESTION,
    id=QuestionId("visit"),
    kind="categorical",
    text="Where will the first visit go?",
    horizon_shape="state_at",
    prior=even_distribution(("Beijing", "Minsk", "Other")),
    options=(Option("Beijing"), Option("Minsk"), Option("Other")),
)
GRADE = replace(
    VISIT_TO,
    id=QuestionId("grade"),
    kind="ordered",
    prior=even_distribution(("20 to 30", "30 to 40", "40 to 50")),
    options=(Option("20 to 30"), Option("30 to 40"), Option("40 to 50")),
)
PRICE = replace(
    QUESTION,
    id=QuestionId("price"),
    kind="numeric",
    horizon_shape="state_at",
    prior=uniform_curve(Scale(0.0, 200.0, open_upper=True, unit="US dollars")),
    scale=Scale(0.0, 200.0, open_upper=True, unit="US dollars"),
)
INCIDENTS = replace(
    PRICE,
    id=QuestionId("incidents"),
    prior=uniform_curve(Scale(1.0, 1000.0, zero_point=0.0)),
    scale=Scale(1.0, 1000.0, zero_point=0.0),
)
_WINDOW = Scale(day_number(OPENS), day_number(CLOSES), open_upper=True)
TREATY = replace(
    PRICE, id=QuestionId("treaty"), kind="date", prior=uniform_curve(_WINDOW), scale=_WINDOW
)


def shares(beijing: float, minsk: float, other: float) -> Categorical:
    """A forecast of `VISIT_TO`."""
    return Categorical(("Beijing", "Minsk", "Other"), (beijing, minsk, other))


def price(low: float, middle: float, high: float, above: float = 0.0) -> Distribution:
    """A forecast of `PRICE` by its 5, 50 and 95% levels."""
    assert PRICE.scale is not None
    return curve_from_quantiles({0.05: low, 0.5: middle, 0.95: high}, PRICE.scale, above=above)


ESSAY = Essay(EssayId("essay"), "An essay", "2022-05", "en", "")

PEOPLE = MappingProxyType(
    {
        f.id: f
        for f in (Forecaster(ME, "Typist", "person"), Forecaster(ANA, "Ana", "person"), *COMPUTED)
    }
)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def resolution(outcome: Any = "yes", known_at: datetime = NOW) -> Resolution:
    return Resolution(
        QUESTION.id, outcome, "https://example.org/answer", "", known_at, known_at, known_at, ME
    )


def summary(
    change: float | None = None, status: Status = "open", question: Question = QUESTION, **more: Any
) -> QuestionSummary:
    held = {
        SUGGESTION: CurrentForecast(PEOPLE[SUGGESTION], Binary(0.46), NOW),
        PRIOR: CurrentForecast(PEOPLE[PRIOR], Binary(0.3), OPENS),
    }
    values: dict[str, Any] = {
        "question": question,
        "status": status,
        "resolution": None,
        "standings": held,
        "history": ((OPENS, 0.3), (OPENS + days(90), 0.46)),
        "change_7d": change,
        "evidence": 3,
        "waiting": 1,
    }
    return QuestionSummary(**{**values, **more})


def named_question(name: str, **changes: Any) -> Question:
    return replace(QUESTION, id=QuestionId(name), **changes)


def answered(question: Question, answer: str, known_at: datetime = NOW) -> Resolution:
    """An answer to a question that is not answered with yes or no."""
    return replace(resolution("answered", known_at), question_id=question.id, answer=answer)


def page_about(
    question: Question, held: Mapping[ForecasterId, Timeline], **more: Any
) -> QuestionPage:
    """The page of a question of any kind, on which these and the prior hold forecasts."""
    answer = more.pop("resolution", None)
    status: Status = "open" if answer is None else "resolved"
    lines = {**held, PRIOR: build_timeline([(OPENS, question.prior)])}
    standings = {
        who: CurrentForecast(PEOPLE[who], line.steps[-1][1], line.steps[-1][0])
        for who, line in lines.items()
        if line.steps and line.steps[-1][1] is not None
    }
    about = summary(None, status, question, standings=standings, history=(), resolution=answer)
    return replace(page(**more), summary=about, timelines=lines)


def act(
    number: int, p: float | None, at: datetime, who: ForecasterId = ME, **more: Any
) -> Forecast:
    distribution = None if p is None else Binary(p)
    kind = more.pop("act", "forecast" if p is not None else "withdraw")
    return Forecast(
        ForecastId(number),
        QUESTION.id,
        who,
        kind,
        distribution,
        at,
        at,
        more.pop("rationale", ""),
        **more,
    )


def evidence(
    number: int = 1,
    status: EvidenceStatus = "logged",
    direction: Direction = Direction.YES,
    **more: Any,
) -> Evidence:
    found = Evidence(
        id=EvidenceId(number),
        question_id=QUESTION.id,
        story_id=StoryId(number),
        indicator_id=IndicatorId("visit"),
        direction=direction,
        strength=Strength.MODERATE,
        relevance=0.8,
        status=status,
        judged_by=ForecasterId("matcher"),
        first_seen_at=OPENS + days(number),
        reports=(),
        matched=("envoy", "Kyiv"),
        p_direction=0.9,
    )
    return replace(found, **more)


def copy(
    number: int, title: str, url: str = "https://example.org/news", feed: str = "Wire", **more: Any
) -> StoryItem:
    item = Item(ItemId(number), FeedId(feed.lower()), title, "", url, None, OPENS + days(number))
    return StoryItem(item, feed, more.pop("group", feed.lower()), **more)


def syndicated(copies: int, reports: int = 1) -> tuple[StoryItem, ...]:
    """Reports in words of their own, each by another outlet, and so many copies of the first."""
    own = [copy(n, f"Report {n}", feed=f"Wire {n}") for n in range(1, reports + 1)]
    others = [
        copy(100 + n, "Report 1", feed=f"Paper {n}", copy_of=ItemId(1)) for n in range(copies)
    ]
    return (*own, *others)


def card(number: int = 1, title: str = "Envoy travels to Kyiv", **more: Any) -> EvidenceCard:
    items, why = more.pop("items", (copy(number, title),)), more.pop("why", MatchReason())
    decisions = more.pop("decisions", ())
    return EvidenceCard(
        evidence(number, **more), QUESTION.text, "An envoy visits", items, decisions, why
    )


def learned(name: str, value: float, scope: str = "all", **more: Any) -> LearnedRecord:
    """A value learned from 40 of something, half a year in."""
    found = LearnedValue(
        name,
        scope,
        value,
        more.pop("n", 40),
        more.pop("as_of", NOW),
        more.pop("why", "fitted to 40"),
    )
    return LearnedRecord(found, **{"state": "learned", "by": MATCHER, **more})


VISIT = Indicator(
    IndicatorId("visit"),
    QUESTION.id,
    "An envoy visits",
    Direction.YES,
    Strength.MODERATE,
    (("envoy",),),
    examples=("Envoy in Kyiv",),
)


def page(timelines: Mapping[ForecasterId, Timeline] | None = None, **more: Any) -> QuestionPage:
    base = {
        SUGGESTION: build_timeline([(OPENS, Binary(0.3)), (OPENS + days(90), Binary(0.46))]),
        PRIOR: build_timeline([(OPENS, Binary(0.3))]),
    }
    values: dict[str, Any] = {
        "summary": summary(),
        "essay": ESSAY,
        "claims": (),
        "indicators": MappingProxyType({VISIT.id: VISIT}),
        "forecasters": PEOPLE,
        "acts": (),
        "timelines": {**base, **(timelines or {})},
        "suggestion": None,
        "evidence": (),
        "resolutions": (),
        "scores": (),
        "statements": QuestionStatements(LINES, LINES),
    }
    values |= more
    return QuestionPage(pieces=tuple(map(summarise_card, values["evidence"])), **values)


def suggestion(*lines: LedgerLine, p: float = 0.46) -> Suggestion:
    return Suggestion(QUESTION.id, NOW, lines, p)


def feed(
    name: str,
    health: Health = "ok",
    last_success_at: datetime | None = NOW,
    *,
    about: Mapping[str, Any] = MappingProxyType({}),
    **more: Any,
) -> FeedHealth:
    """A feed with its health; `about` is what people set, `more` its state, its days and its
    silence.
    """
    of = {
        "title": name.title(),
        "url": f"https://example.org/{name}.xml",
        "source_group": name,
        "theme": "wire",
    }
    values: dict[str, Any] = {
        "next_due_at": NOW + timedelta(minutes=30),
        "next_reason": "about 12 items a day: checked about every 35 min",
        "last_attempt_at": NOW,
        "last_status": 200,
        "recent": "200 304",
        "items_seen": 10,
        "days": (),
        "silence": "",
        **more,
    }
    days, silence = values.pop("days"), values.pop("silence")
    state = FeedState(
        Feed(FeedId(name), **{**of, **about}), last_success_at=last_success_at, **values
    )
    return FeedHealth(state, health, 5, 2, silence, days)


def a_day(back: int, **counts: Any) -> DayCount:
    """What asking a feed came to so many days before NOW."""
    return DayCount((NOW - days(back)).date(), **counts)
