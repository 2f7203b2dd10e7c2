"""A tracker's database after some years of use: questions, their revisions, their evidence; the
same for the same seed.

What is small is stored as the tracker stores it: essays, claims, questions of every kind,
indicators, feeds, answers. What is many goes in by the ten thousand past the store: forecasts,
stories, items, evidence with its decisions, each in the order of time, as it would have come. Their
entries of the log are empty and not chained, so `tracker system verify` finds fault with such a
database; nothing that a page shows reads them. Scores are worked out by the tracker itself. There
are no texts of essays, no links, no scenario sets, no vectors of stories and no days of feeds.

Every question has the same share of the revisions and of the evidence: any page of a question is
the mean one.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from forecasts.distributions.cdf import Scale
from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.questions.question import (
    SUGGESTION,
    Claim,
    ClaimId,
    Essay,
    EssayId,
    Forecaster,
    ForecasterId,
    Kind,
    Option,
    Question,
    QuestionId,
    Resolution,
)
from tests.benchmarks.dashboard_rows import (
    DAY,
    INDICATORS,
    OPTIONS,
    News,
    days,
    entry,
    held,
    held_by,
)
from tests.benchmarks.feed_world import Writer
from tests.builders import rescore
from tracker.app.tracker import open_tracker
from tracker.feeds.feed import Feed, FeedState
from tracker.feeds.item import FeedId
from tracker.settings import Settings
from tracker.storage import essays, event_log, feeds, questions, record, resolution_record
from tracker.storage.questions import distribution_to_json
from tracker.storage.sessions import Session, Store, open_engine
from tracker.storage.tables import DecisionRow, EvidenceRow, ForecastRow, ItemRow, LogRow, StoryRow

ESSAYS = 5
CLAIMS = 40
PEOPLE = ("ada", "ben", "cem", "dee", "eli")
TAGS = ("energy", "trade", "alliances", "elections", "borders", "finance", "arms", "climate")
KINDS: tuple[Kind, ...] = (
    "binary",
    "binary",
    "binary",
    "categorical",
    "binary",
    "numeric",
    "binary",
    "ordered",
    "date",
)
EVIDENCE_PER_FEED = 2_000
BATCH = 10_000
ORDER = (LogRow, ForecastRow, StoryRow, ItemRow, EvidenceRow, DecisionRow)
"""What is referred to comes before what refers to it."""

Rows = Iterator[tuple[Any, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows there are; about half as many stories as pieces of evidence, and 1.3 items to a
    story.
    """

    questions: int = 1_000
    revisions: int = 200_000
    evidence: int = 1_000_000

    def times(self, share: float) -> "Size":
        """The same world, smaller; it keeps at least a question of each kind."""
        return Size(max(len(KINDS), round(self.questions * share)), *(
            round(n * share) for n in (self.revisions, self.evidence)
        ))  # fmt: skip

    @property
    def feeds(self) -> int:
        """How many feeds the evidence came from."""
        return max(3, self.evidence // EVIDENCE_PER_FEED)


def build(settings: Settings, size: Size, now: datetime, seed: int = 0) -> None:
    """Fill the database that the settings name, which is empty or not there yet. A million pieces
    take some minutes.
    """
    world = World(size, now, random.Random(seed))
    with open_tracker(settings, now=lambda: now) as tracker:
        engine = open_engine(settings.url)
        with Store(engine).writing() as session:
            seq = world.store(session)
        with engine.execution_options(tracker_writing=True).begin() as connection:
            insert(connection, world.forecasts(seq))
            insert(connection, world.evidence(seq + size.revisions))
        engine.dispose()
        rescore(tracker)


def insert(connection: Connection, rows: Rows) -> None:
    """Store rows, many at a time."""
    while batch := list(islice(rows, BATCH)):
        tables: dict[Any, list[dict[str, Any]]] = {table: [] for table in ORDER}
        for table, row in batch:
            tables[table].append(row)
        for table, several in tables.items():
            if several:
                connection.execute(table.__table__.insert(), several)


class World:
    """What is in the database. Half of the questions are open; the others are over, one in ten of
    them unanswered.
    """

    def __init__(self, size: Size, now: datetime, rng: random.Random) -> None:
        self._size, self._now, self._rng = size, now, rng
        self._writer = Writer(rng)
        self._titles = [self._writer.title() for _ in range(2_000)]
        self._summaries = [" ".join(self._writer.words(40)).capitalize() for _ in range(2_000)]
        self._news = News(self._titles, self._summaries, size.feeds, rng)
        self.questions = [self._question(number) for number in range(size.questions)]
        over = [q for q in self.questions if q.closes_at <= now]
        self._answered = {q.id: self._resolution(n, q) for n, q in enumerate(over) if n % 10 != 9}

    def store(self, session: Session) -> int:
        """Store all that is few, and return the number of the next entry of the log."""
        for number in range(ESSAYS):
            essay = Essay(
                EssayId(f"essay-{number}"),
                self._writer.title(),
                "2023-01",
                "en",
                "made for a benchmark",
            )
            essays.add_essay(session, essay, [self._claim(essay.id, n) for n in range(CLAIMS)])
        for question in self.questions:
            questions.add_question(session, question, question.opens_at)
        indicators = [i for q in self.questions for i in self._indicators(q)]
        questions.add_indicators(session, indicators, self._now)
        for name in PEOPLE:
            record.add_forecaster(
                session, Forecaster(ForecasterId(name), name.capitalize(), "person"), self._now
            )
        for number in range(self._size.feeds):
            feeds.add_feed(session, self._feed(number), self._now)
        resolution_record.add_resolutions(session, list(self._answered.values()))
        last = event_log.find_last_entry(session)
        return 1 if last is None else last.seq + 1

    def forecasts(self, seq: int) -> Rows:
        """The revisions in the order of time: seven in ten are the suggestion's, where the kind has
        one.
        """
        levels = {q.id: 0.5 for q in self.questions}
        for place, (at, question) in enumerate(self._moments(self._size.revisions)):
            level = levels[question.id] = min(
                max(levels[question.id] + self._rng.gauss(0.0, 0.03), 0.02), 0.98
            )
            suggested = question.scale is None and self._rng.random() < 0.7
            yield entry(seq + place, at, "forecast")
            yield (
                ForecastRow,
                {
                    "question_id": question.id,
                    "forecaster_id": SUGGESTION if suggested else self._rng.choice(PEOPLE),
                    "act": "forecast",
                    "distribution": distribution_to_json(held(question, level)),
                    "made_at": at,
                    "entered_at": at,
                    "rationale": "" if suggested else self._rng.choice(self._summaries)[:120],
                    "cites": [],
                    "log_seq": seq + place,
                },
            )

    def evidence(self, seq: int) -> Rows:
        """Stories with their items, and what each says on one question or two, in the order of
        time.
        """
        story, items = 0, 0
        alone: Question | None = None
        for place, (at, question) in enumerate(self._moments(self._size.evidence)):
            if alone is None or alone is question:
                story, alone = story + 1, question
                copied = self._rng.random() < 0.3
                yield StoryRow, self._news.story(story, at, at + timedelta(hours=2 * copied))
                for number in range(1 + copied):
                    items += 1
                    yield (
                        ItemRow,
                        self._news.item((items, story, number), at + timedelta(hours=2 * number)),
                    )
            else:
                alone = None
            yield entry(seq + place, at, "evidence")
            piece = self._news.piece((place + 1, story), at, question)
            yield EvidenceRow, piece
            kept = {name: piece[name] for name in ("status", "direction", "strength")}
            who = {
                "evidence_id": place + 1,
                "by": piece["judged_by"],
                "at": at,
                "note": "",
                "log_seq": seq + place,
            }
            yield DecisionRow, {**kept, **who}

    def _moments(self, count: int) -> list[tuple[datetime, Question]]:
        """As many times as are wanted, the same number on each question while it could be
        forecast.
        """
        asked = len(self.questions)
        drawn = [(self._while_open(self.questions[n % asked]), n % asked) for n in range(count)]
        return [(at, self.questions[number]) for at, number in sorted(drawn)]

    def _while_open(self, question: Question) -> datetime:
        resolution = self._answered.get(question.id)
        until = min(self._now, question.closes_at if resolution is None else resolution.known_at)
        return question.opens_at + (until - question.opens_at) * self._rng.random()

    def _question(self, number: int) -> Question:
        kind = KINDS[number % len(KINDS)]
        opens, closes = self._window(number)
        options = OPTIONS if kind in ("categorical", "ordered") else ()
        essay, claim = number % ESSAYS, number // ESSAYS % CLAIMS
        scale = {
            "numeric": Scale(0.0, 200.0, unit="billion"),
            "date": Scale(days(opens), days(closes), open_upper=True),
        }
        place = " ".join(self._writer.words(3)).title()
        question = {
            "id": QuestionId(f"question-{number:04d}"),
            "text": f"Will {place} {' '.join(self._writer.words(9))} by {closes:%d %B %Y}?",
            "criteria": " ".join(self._writer.words(60)).capitalize(),
            "prior_reason": " ".join(self._writer.words(12)),
            "tags": tuple(self._rng.sample(TAGS, 2)),
        }
        return Question(
            **question,
            essay_id=EssayId(f"essay-{essay}"),
            kind=kind,
            sources=("the ministry of Arland", "a news agency, as fall-back"),
            horizon_shape="event_by",
            opens_at=opens,
            closes_at=closes,
            resolves_at=closes + 7 * DAY,
            prior=held_by(kind, scale.get(kind), 0.3),
            claim_ids=(ClaimId(f"C{claim}"),),
            options=tuple(map(Option, options)),
            scale=scale.get(kind),
        )

    def _window(self, number: int) -> tuple[datetime, datetime]:
        """Open for at least twenty days and some more ahead, or over since five days at least."""
        if number % 2 == 0:
            return self._now - self._rng.uniform(20, 400) * DAY, self._now + self._rng.uniform(
                5, 300
            ) * DAY
        closes = self._now - self._rng.uniform(5, 700) * DAY
        return closes - self._rng.uniform(20, 500) * DAY, closes

    def _resolution(self, number: int, question: Question) -> Resolution:
        """Every twentieth is annulled; the others are answered at the end of their time, or up to a
        third earlier.
        """
        known = question.closes_at - (question.closes_at - question.opens_at) * self._rng.uniform(
            0.0, 0.33
        )
        answers = {"numeric": "80", "date": f"{known:%Y-%m-%d}"}
        said = (
            ""
            if question.kind == "binary"
            else answers.get(question.kind, self._rng.choice(OPTIONS))
        )
        outcome: Any = "answered" if said else self._rng.choice(("yes", "no", "no"))
        if number % 20 == 3:
            said, outcome = "", "annulled"
        return Resolution(
            question.id, outcome, "https://arland.example/", "made", known, known, known, ForecasterId("ada"), said
        )  # fmt: skip

    def _claim(self, essay: EssayId, number: int) -> Claim:
        quote = " ".join(self._writer.words(12)).capitalize()
        return Claim(
            ClaimId(f"C{number}"),
            essay,
            quote,
            number * 400,
            "forecast",
            "will",
            f"{quote}, in our words",
        )

    def _indicators(self, question: Question) -> Iterator[Indicator]:
        for number in range(INDICATORS):
            yield Indicator(
                id=IndicatorId(f"{question.id}/{number}"),
                question_id=question.id,
                name=self._writer.title(),
                direction=Direction.NO if number % 2 else Direction.YES,
                strength=Strength(number % 4 + 1),
                terms=((self._writer.vocabulary[200 + number],), (self._writer.words(1)[0],)),
                unless=(),
                examples=(self._writer.title(),),
                half_life_days=45.0,
                usual_per_year=0.0,
                option=self._rng.choice(OPTIONS) if question.options else "",
            )

    def _feed(self, number: int) -> FeedState:
        name = " ".join(self._writer.words(2)).title()
        address = f"https://feed-{number}.example/rss"
        feed = Feed(
            FeedId(f"feed-{number}"), name, address, f"owner-{number // 3}", "ABCC"[number % 4]
        )  # type: ignore[arg-type]
        return FeedState(
            feed,
            self._now + DAY,
            "",
            last_attempt_at=self._now,
            last_success_at=self._now,
            last_status=200,
        )
