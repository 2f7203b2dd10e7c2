"""Answered questions for the tests of the track record: hand-built ones, and small worlds on a
real tracker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import starmap
from types import MappingProxyType
from typing import Any

from forecasts.distributions.cdf import Scale, uniform_curve
from forecasts.distributions.distribution import Binary, Distribution, even_distribution
from forecasts.questions.families import group_families
from forecasts.questions.links import Cohort
from forecasts.questions.question import (
    CROWD,
    Forecaster,
    ForecasterId,
    Option,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.questions.timeline import ForecastSpan, build_timeline
from forecasts.scoring.scores import Score, score_alone
from forecasts.scoring.span_table import AnsweredQuestion, SpanTable, collect_spans
from forecasts.scoring.summary import summarise_scores
from tests.builders import FakeClock, a_question, a_set
from tests.dashboard.examples import NOW, OPENS, PEOPLE, named_question, resolution
from tests.forecasts.scored import score_question
from tracker.app.tracker import Tracker
from tracker.model.read_models import Accuracy, Choice, Facets

CAPITALS = ("Astana", "Beijing")
STEPS = ("none", "some", "many")
GRAIN = Scale(0.0, 100.0, unit="tonnes")

# Hand-built

Answered = tuple[Question, Resolution, tuple[Score, ...]]


def scored(
    question: Question | str,
    outcome: str,
    held: Mapping[ForecasterId, Distribution | float],
    known_at: datetime = NOW,
) -> Answered:
    """A question on which everyone held one forecast from its opening, with all its scores."""
    asked = named_question(question) if isinstance(question, str) else question
    given = {"answer": outcome} if outcome not in ("yes", "no") else {}
    word = "answered" if given else outcome
    answer = replace(resolution(word, known_at), question_id=asked.id, **given)
    standing = {
        who: build_timeline([(OPENS, Binary(p) if isinstance(p, float) else p)])
        for who, p in held.items()
    }
    return asked, answer, score_question(asked, answer, standing)


def accuracy_of(*answered: Answered, **more: Any) -> Accuracy:
    """What the page is given about these questions; their scheduled close is the one of the
    example.
    """
    scores = tuple(s for _, _, found in answered for s in found)
    questions = {q.id: q for q, _, _ in answered}
    values: dict[str, Any] = {
        "choice": Choice(),
        "facets": Facets((), (), (), ()),
        "questions": questions,
        "resolutions": {q.id: r for q, r, _ in answered},
        "forecasters": PEOPLE,
        "scores": scores,
        "summaries": summarise_scores(
            score_alone(SpanTable.read([*starmap(stood, answered)])),
            group_families(questions.values()),
        ),
        "adjusted": MappingProxyType({}),
        "pools": MappingProxyType({}),
        "shown_pool": CROWD,
        "cohorts": (),
        "waiting": (),
        "upcoming": (),
        "unscored": (),
        "annul_rate": None,
        "hindsight": MappingProxyType({}),
    }
    return Accuracy(**{**values, **more})


def stood(question: Question, answer: Resolution, scores: Sequence[Score]) -> AnsweredQuestion:
    """What the receipts of everyone's scores say that stood."""
    spans = {
        score.forecaster_id: [ForecastSpan(i.start, i.end, i.forecast) for i in score.receipt]
        for score in scores
    }
    return AnsweredQuestion(question, answer, collect_spans(question, spans))


def cohort(**counts: int) -> Cohort:
    """A quarter in which one question opened."""
    names = ("over", "answered", "annulled", "ambiguous", "unanswered", "early")
    return Cohort("2026-Q1", **{"opened": 1, **dict.fromkeys(names, 0), **counts})


def numeric_question(name: str = "grain") -> Question:
    """How many tonnes, 0 to 100?"""
    return named_question(
        name, kind="numeric", scale=GRAIN, prior=uniform_curve(GRAIN), horizon_shape="state_at"
    )


# Worlds

START = datetime(2026, 1, 1, tzinfo=UTC)
CLOSE = datetime(2026, 7, 1, tzinfo=UTC)
SOURCE = "https://arland.example/statement"

PEOPLE_OF: Sequence[Forecaster] = (
    Forecaster(ForecasterId("ada"), "Ada", "person"),
    Forecaster(ForecasterId("ben"), "Ben", "person"),
)


def asked(name: str, **changed: Any) -> Question:
    """A binary question that is open for the first half of 2026, on an event of its own."""
    times = {"opens_at": START, "closes_at": CLOSE, "resolves_at": CLOSE + timedelta(days=7)}
    return a_question(
        name, **{"text": f"Will {name} come about?", "claim_ids": (), **times, **changed}
    )


def of_kind(name: str, kind: str, **changed: Any) -> Question:
    """A question of another kind than binary."""
    more: dict[str, Any] = {"kind": kind, "horizon_shape": "state_at"}
    if kind in ("categorical", "ordered"):
        names = CAPITALS if kind == "categorical" else STEPS
        more |= {"options": tuple(Option(n) for n in names), "prior": even_distribution(names)}
    else:
        scale = GRAIN if kind == "numeric" else Scale(20_500.0, 20_800.0, open_upper=True)
        more |= {"scale": scale, "prior": uniform_curve(scale)}
    return asked(name, **{**more, **changed})


def open_world(tracker: Tracker, clock: FakeClock, *questions: Question) -> None:
    """Load questions and people on the day after the opening."""
    clock.time = START + timedelta(days=1)
    tracker.question_sets.load(a_set(*questions, indicators=()))
    for person in PEOPLE_OF:
        tracker.people.register(person)


def hold(tracker: Tracker, question: str, **said: str) -> None:
    """What people say now, as they would type it: `hold(tracker, "talks", ada="70%",
    ben="40%")`.
    """
    for who, text in said.items():
        tracker.forecasts.submit(
            question, text, rationale="So it seems.", forecaster=ForecasterId(who)
        )


def close(tracker: Tracker, clock: FakeClock, **answers: str) -> None:
    """Let the scheduled close pass, and answer; underscores in names stand for hyphens."""
    clock.time = CLOSE + timedelta(days=1)
    for name, answer in answers.items():
        tracker.resolutions.resolve(
            QuestionId(name.replace("_", "-")), answer, source_url=SOURCE, known_at=CLOSE
        )


def yes_no_world(tracker: Tracker, clock: FakeClock, count: int = 4, **changed: Any) -> None:
    """As many answered yes-no questions: the even ones came true, Ada was nearly right, Ben nearly
    wrong.
    """
    names = [f"event{number}" for number in range(count)]
    open_world(tracker, clock, *(asked(name, **changed) for name in names))
    for number, name in enumerate(names):
        hold(
            tracker,
            name,
            ada="80%" if number % 2 == 0 else "10%",
            ben="30%" if number % 2 == 0 else "60%",
        )
    close(
        tracker,
        clock,
        **{name: "yes" if number % 2 == 0 else "no" for number, name in enumerate(names)},
    )


def mixed_world(tracker: Tracker, clock: FakeClock) -> None:
    """One answered question of every kind."""
    others = {
        kind: of_kind(f"a-{kind}", kind, tags=("other",))
        for kind in ("categorical", "ordered", "numeric", "date")
    }
    open_world(tracker, clock, asked("talks"), *others.values())
    hold(tracker, "talks", ada="70%", ben="40%")
    hold(tracker, "a-categorical", ada="Astana=60% Beijing=40%")
    hold(tracker, "a-ordered", ada="none=10% some=70% many=20%")
    hold(tracker, "a-numeric", ada="5%=20 50%=40 95%=60", ben="5%=80 50%=85 95%=90")
    hold(tracker, "a-date", ada="10%=2026-03-01 50%=2026-06-01 never=20%")
    close(
        tracker,
        clock,
        talks="yes",
        a_categorical="Astana",
        a_ordered="some",
        a_numeric="45",
        a_date="2026-05-20",
    )
