"""Values for tests, each sound by itself, so that a test names only what it is about."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from forecasts.distributions.distribution import Binary
from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.evidence.parameters import LearnedLogitMap, LearnedValue
from forecasts.question_sets.question_set import FeedSeed, PastResolution, QuestionSet
from forecasts.questions.question import (
    Claim,
    ClaimId,
    Essay,
    EssayId,
    Kind,
    Option,
    Question,
    QuestionId,
    uninformed_prior,
)
from forecasts.questions.series import Series, SeriesId
from tracker.app.tracker import Tracker
from tracker.feeds.fetch_results import (
    BATCH_SIZE,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    RequestSource,
    answer_in_batches,
)
from tracker.feeds.item import ParsedItem
from tracker.questions import resolve_question
from tracker.storage.learned import MatcherCalibration

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


class FakeClock:
    """Time that stands until it is moved."""

    def __init__(self, time: datetime = NOW) -> None:
        self.time = time

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **delta: float) -> None:
        """Move on by a timedelta's arguments."""
        self.time += timedelta(**delta)


def no_network(more: RequestSource) -> Iterator[Sequence[FetchResult]]:
    """Nothing answers."""
    return answer_in_batches(
        lambda request: FetchFailed(request.feed_id, "no network in tests"), more
    )


class Press:
    """Outlets that publish what a test tells them, as RSS; the pipeline reads it like any feed."""

    def __init__(self) -> None:
        self._entries: dict[str, list[tuple[str, str]]] = {}
        self._documents: dict[str, bytes] = {}
        self.asked: list[FetchRequest] = []

    def publish(self, feed_id: str, title: str, link: str = "") -> None:
        """Put a report at the top of an outlet's feed."""
        slug = "-".join(title.lower().split())
        self._entries.setdefault(feed_id, []).insert(
            0, (title, link or f"https://{feed_id}.invalid/{slug}")
        )

    def serve(self, feed_id: str, document: bytes) -> None:
        """Answer with this document instead, whatever it is."""
        self._documents[feed_id] = document

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Answer with the whole feed, as a server without validators would."""
        while requests := more(BATCH_SIZE):
            yield [self._answer(request) for request in requests]

    def _answer(self, request: FetchRequest) -> FetchResult:
        self.asked.append(request)
        body = self._documents.get(request.feed_id) or an_rss(
            *self._entries.get(request.feed_id, [])
        )
        return Fetched(
            request.feed_id, request.url, 200, body, "application/rss+xml", None, None, 0.0
        )


def a_question(id: str = "summit-2027", **changed: Any) -> Question:
    """A binary question that is open at NOW: will the leaders meet by mid-2027?"""
    values: dict[str, Any] = {
        "id": QuestionId(id),
        "essay_id": EssayId("essay"),
        "kind": "binary",
        "text": "Will the leaders of Arland and Borland meet in person by 30 June 2027?",
        "criteria": (
            "YES when both governments confirm a meeting by 30 June 2027 (UTC)."
            " Annulled if either state ceases to exist."
        ),
        "sources": ("arland.example", "Reuters, as fall-back"),
        "horizon_shape": "event_by",
        "opens_at": datetime(2026, 11, 1, tzinfo=UTC),
        "closes_at": datetime(2027, 7, 1, tzinfo=UTC),
        "resolves_at": datetime(2027, 7, 8, tzinfo=UTC),
        "prior": Binary(0.3),
        "prior_reason": "3 of 10 comparable years",
        "claim_ids": (ClaimId("C1"),),
        "tags": ("summit",),
        "retrospective": False,
    }
    return Question(**{**values, **changed})


def a_question_of(id: str, *, kind: Kind, options: Sequence[str] = (), **changed: Any) -> Question:
    """A question of a kind whose prior says what somebody who knows nothing would say."""
    if kind != "binary":
        changed["prior"] = uninformed_prior(tuple(options), changed.get("scale"))
    return a_question(id, kind=kind, options=tuple(map(Option, options)), **changed)


def an_indicator(
    question: str = "summit-2027", slug: str = "invitation", **changed: Any
) -> Indicator:
    """News of an invitation to a summit, which speaks for YES."""
    values: dict[str, Any] = {
        "id": IndicatorId(f"{question}/{slug}"),
        "question_id": QuestionId(question),
        "name": "One leader invites the other",
        "direction": Direction.YES,
        "strength": Strength.MODERATE,
        "terms": (("Arland*",), ("Borland*",), ("invit*", "summit")),
        "unless": ("football",),
        "examples": ("Arland invites Borland to a summit",),
        "half_life_days": 45.0,
        "usual_per_year": 0.0,
    }
    return Indicator(**{**values, **changed})


def a_denial(question: str = "summit-2027") -> Indicator:
    """News that a summit is off, which speaks for NO."""
    return an_indicator(
        question,
        "cancelled",
        name="A summit is called off",
        direction=Direction.NO,
        terms=(("Arland*",), ("cancel*", "calls off", "rules out")),
        unless=(),
        examples=("Arland calls off talks with Borland",),
    )


def a_calibration(
    relevance: tuple[float, float] = (0.0, 1.0), direction: tuple[float, float] = (0.0, 1.0)
) -> MatcherCalibration:
    """Shift and slope of both probabilities of the matcher; nothing was learned by default."""
    maps = [
        LearnedLogitMap(*(LearnedValue("", "all", value, 40, NOW, "") for value in values))
        for values in (relevance, direction)
    ]
    return MatcherCalibration(*maps)


def a_feed(id: str = "wire", **changed: Any) -> FeedSeed:
    """A feed on a host that never resolves."""
    values: dict[str, Any] = {
        "id": id,
        "title": f"The {id}",
        "url": f"https://{id}.invalid/rss",
        "source_group": id,
        "grade": "B",
        "theme": "wire",
    }
    return FeedSeed(**{**values, **changed})


def a_series(id: str = "brent", **changed: Any) -> Series:
    """A series of daily prices in a CSV file."""
    values: dict[str, Any] = {
        "id": SeriesId(id),
        "url": "https://prices.invalid/brent.csv",
        "format": "csv",
        "date_column": "Date",
        "value_column": "Price",
        "unit": "USD",
    }
    return Series(**{**values, **changed})


def a_set(
    *questions: Question,
    indicators: Sequence[Indicator] | None = None,
    feeds: Sequence[FeedSeed] | None = None,
    resolutions: Sequence[PastResolution] = (),
) -> QuestionSet:
    """A question set around an essay with one claim."""
    asked = questions or (a_question(),)
    return QuestionSet(
        essay=Essay(EssayId("essay"), "Why they will meet", "autumn 2026", "en", ""),
        claims=(
            Claim(
                ClaimId("C1"),
                EssayId("essay"),
                "they will meet",
                120,
                "explicit prediction",
                "will",
                "They meet.",
            ),
        ),
        questions=asked,
        indicators=tuple(
            indicators
            if indicators is not None
            else [i for q in asked for i in (an_indicator(q.id), a_denial(q.id))]
        ),
        feeds=tuple(feeds if feeds is not None else [a_feed()]),
        events=(),
        resolutions=tuple(resolutions),
        forecasts=(),
        forecasters={},
        overrides={q.id: "a question of a test, with other dates than its text" for q in asked},
    )


def an_item(title: str = "Arland invites Borland to a summit", **changed: Any) -> ParsedItem:
    """An entry of a feed."""
    slug = "-".join(title.lower().split())
    values: dict[str, Any] = {
        "key": slug,
        "title": title,
        "summary": "",
        "content": "",
        "url": f"https://wire.invalid/{slug}",
        "canonical_url": f"wire.invalid/{slug}",
        "published_at": NOW - timedelta(hours=1),
        "published_raw": "",
        "updated_at": None,
        "fingerprint": slug,
    }
    return ParsedItem(**{**values, **changed})


def an_rss(*entries: tuple[str, str], title: str = "The wire") -> bytes:
    """An RSS document with (headline, link) entries, the newest first."""
    items = "".join(
        f"<item><title>{escape(t)}</title><link>{escape(link)}</link><guid>{escape(link)}</guid></item>"
        for t, link in entries
    )
    return (
        '<?xml version="1.0"?><rss '
        f'version="2.0"><channel><title>{title}</title>{items}</channel></rss>'
    ).encode()


def rescore(tracker: Tracker) -> int:
    """Recompute all scores, as a new version of the scores does."""
    with tracker.context.store.writing() as session:
        return resolve_question.rescore_all(session)
