"""Series from end to end: read by address, settle questions, and what a bad one may not do."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forecasts.distributions.cdf import Scale
from forecasts.errors import InvalidQuestion, InvalidQuestionSet
from forecasts.evidence.evidence import Direction, Strength
from forecasts.question_sets.question_set import read_question_set
from forecasts.question_sets.set_writer import write_question_set
from forecasts.questions.new_question import OWN_ESSAY, date_scale
from forecasts.questions.question import QuestionId
from forecasts.questions.series import SeriesId
from tests.builders import DAY, NOW, FakeClock, a_question, a_question_of, a_series, a_set
from tests.forecasts.small_set import TEXTS
from tests.tables import check_rows
from tracker.app.question_set_files import load_question_set
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import NotFound, Refused
from tracker.essays.draft_files import new_question_from
from tracker.feeds.feed import Feed
from tracker.feeds.fetch_results import (
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    RequestSource,
    answer_in_batches,
)
from tracker.feeds.item import FeedId
from tracker.model.evidence import ManualEvidence
from tracker.settings import Settings

CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "resolution"
ROBOTS = "https://prices.invalid/robots.txt"


class Sources:
    """Servers that answer with the document a test gives to an address; any other is missing."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.asked: list[str] = []

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        return answer_in_batches(self._answer, more)

    def _answer(self, request: FetchRequest) -> FetchResult:
        self.asked.append(request.url)
        body = self.documents.get(request.url)
        if body is None:
            return FetchFailed(request.feed_id, "HTTP 404", 404)
        return Fetched(request.feed_id, request.url, 200, body, "text/csv", None, None, 0.0)


BRENT = a_series()


def prices(*rows: tuple[str, str], header: str = "Date,Price") -> bytes:
    return "\n".join([header, *(f'{day},"{price}"' for day, price in rows)]).encode()


@pytest.fixture
def sources() -> Sources:
    return Sources()


@pytest.fixture
def desk(on_each: Settings, clock: FakeClock, sources: Sources) -> Iterator[Tracker]:
    """A tracker on both databases, with the daily prices of late November."""
    sources.documents[BRENT.url] = prices(("2026-11-27", "58.0"), ("2026-11-30", "59.5"))
    with open_tracker(on_each, now=clock, fetch=sources.fetch) as tracker:
        yield tracker


def ask(tracker: Tracker, *, rule: str, **changed: Any) -> QuestionId:
    """Ask a question and let the series of prices settle it by a rule."""
    question = a_question("brent-dec", **changed)
    tracker.question_sets.load(a_set(question))
    tracker.series.add(BRENT)
    tracker.resolutions.settle_by(question.id, BRENT.id, rule)
    return question.id


def publish(
    desk: Tracker, sources: Sources, clock: FakeClock, document: bytes, **later: float
) -> None:
    """Let time pass, and the series be polled with another document."""
    clock.advance(**later)
    sources.documents[BRENT.url] = document
    desk.feeds.retry(BRENT.id)
    desk.feeds.poll()


DECEMBER = [
    ("2026-11-30", "59.5"),
    *((f"2026-12-{day:02}", f"6{day % 5}.0") for day in range(1, 31)),
]


def test_a_series_proposes_and_a_person_confirms(
    desk: Tracker, sources: Sources, clock: FakeClock
) -> None:
    question = ask(desk, rule="mean of 2026-12 more than 60")
    assert desk.resolutions.proposals() == ()
    publish(desk, sources, clock, prices(*DECEMBER[:20]), days=20)
    assert desk.resolutions.proposals() == ()
    publish(desk, sources, clock, prices(*DECEMBER, ("2027-01-04", "63")), days=15)
    (proposal,) = desk.resolutions.proposals()
    assert (proposal.outcome, proposal.series_id, proposal.source_url) == (
        "yes",
        "brent",
        BRENT.url,
    )
    assert proposal.quote == "30 values from 2026-12-01: 61.0, to 2026-12-30: 60.0; mean 62"
    assert proposal.known_at == clock()
    assert len(proposal.document_hash) == 64
    assert desk.questions.get(question).summary.resolution is None
    desk.resolutions.resolve_proposed(question)
    resolution = desk.questions.get(question).summary.resolution
    assert resolution is not None
    assert (resolution.outcome, resolution.known_at) == ("yes", proposal.known_at)
    assert proposal.document_hash in resolution.note
    assert desk.resolutions.proposals() == ()
    assert desk.system.verify().bad_seq is None


def test_the_first_release_stands_after_a_revision(
    desk: Tracker, sources: Sources, clock: FakeClock
) -> None:
    ask(desk, rule="value in 2026-12-15 more than 60")
    publish(desk, sources, clock, prices(("2026-12-15", "60.5")), days=15)
    publish(desk, sources, clock, prices(("2026-12-15", "59.9")), days=3)
    (proposal,) = desk.resolutions.proposals()
    assert (proposal.outcome, proposal.quote) == ("yes", "2026-12-15: 60.5")
    assert proposal.revised == "2026-12-15 was revised to 59.9 on 2026-12-19"
    values = [v.value for v in desk.series.get(BRENT.id).values]
    assert values == [58.0, 59.5, 60.5, 59.9]


def test_a_dismissed_answer_does_not_return(
    desk: Tracker, sources: Sources, clock: FakeClock
) -> None:
    question = ask(desk, rule="value in 2026-12-15 more than 60")
    publish(desk, sources, clock, prices(("2026-12-15", "60.5")), days=15)
    with pytest.raises(Refused, match="say which"):
        desk.resolutions.dismiss_proposed(question, " ")
    desk.resolutions.dismiss_proposed(question, "The criteria name the futures price")
    assert desk.resolutions.proposals() == ()
    with pytest.raises(Refused, match="no answer is proposed"):
        desk.resolutions.resolve_proposed(question)
    desk.resolutions.settle_by(question, BRENT.id, "value in 2026-12-15 at least 60")
    assert len(desk.resolutions.proposals()) == 1


RANGE = Scale(0.0, 100.0, open_upper=True, unit="USD")
WINDOW = date_scale("2026-12-01", "2026-12-31")


@check_rows(
    [
        ({"kind": "numeric", "scale": RANGE}, "mean of 2026-12", "62"),
        ({"kind": "numeric", "scale": RANGE}, "max of 2026-12", "64"),
        ({"kind": "numeric", "scale": RANGE}, "change of 2026-12", "0.5"),
        ({"kind": "numeric", "scale": Scale(0.0, 50.0, open_upper=True)}, "last of 2026-12", "above"),
        ({"kind": "ordered", "options": ("below 60", "60 to 62", "more than 62")}, "max of 2026-12", "more than 62"),
        ({"kind": "date", "scale": WINDOW}, "first day on which value more than 63", "2026-12-04"),
        ({"kind": "date", "scale": WINDOW}, "first day on which value more than 70", "never"),
        ({"kind": "binary"}, "standing at 2026-12-31 at least 60", "yes"),
        ({"kind": "binary"}, "percent change of 2026-12 at least 5 %", "no"),
    ],
    "values", "rule", "answer",
)  # fmt: skip
def test_every_kind_of_question_is_answered(
    tracker_of_rows: "Rows", values: dict[str, Any], rule: str, answer: str
) -> None:
    assert tracker_of_rows.answer(values, rule) == answer


class Rows:
    """A tracker in January whose series has all of December; one question for each row."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.count = 0

    def answer(self, values: dict[str, Any], rule: str) -> str:
        self.count += 1
        question = a_question_of(f"row-{self.count}", **values)
        self.tracker.question_sets.load(a_set(question))
        desk = self.tracker.resolutions.settle_by(question.id, BRENT.id, rule)
        (proposal,) = desk.proposals
        return proposal.answer or proposal.outcome


@pytest.fixture
def tracker_of_rows(desk: Tracker, sources: Sources, clock: FakeClock) -> Rows:
    desk.series.add(BRENT)
    publish(desk, sources, clock, prices(*DECEMBER, ("2027-01-04", "63")), days=35)
    return Rows(desk)


def test_questions_of_one_series_need_no_link(desk: Tracker) -> None:
    both = [
        a_question(name, text=text, claim_ids=())
        for name, text in (
            ("brent", "Will the price of Brent crude oil end December above 60 dollars?"),
            ("oil", "Does Brent crude oil end December above the price of 60 dollars?"),
        )
    ]
    desk.question_sets.load(a_set(*both))
    desk.series.add(BRENT)

    def list_codes() -> set[str]:
        return {flaw.code for flaw in desk.questions.lint_stored("oil")}

    assert "shared-event" in list_codes()
    for question in both:
        desk.resolutions.settle_by(question.id, BRENT.id, "value in 2026-12 > 60")
    assert "shared-event" not in list_codes()


@check_rows(
    [
        ("the value in December 2026", "is no rule"),
        ("value in December 2026 beyond 60", "is no period"),
        ("value in late 2026s more than 60", "is no period"),
        ("value in 2026-12 more than sixty", "is not a number"),
        ("value in 2026-12", "end the rule with a threshold"),
        ("first day on which value more than 60", "asks for no date"),
    ],
    "rule", "reason",
)  # fmt: skip
def test_a_rule_that_cannot_answer_is_refused(desk: Tracker, rule: str, reason: str) -> None:
    desk.question_sets.load(a_set(a_question()))
    if not desk.series.list():
        desk.series.add(BRENT)
    with pytest.raises(InvalidQuestion, match=reason):
        desk.resolutions.settle_by("summit-2027", BRENT.id, rule)


def test_an_overdue_question_says_what_is_missing(
    desk: Tracker, sources: Sources, clock: FakeClock
) -> None:
    question = ask(
        desk,
        rule="last of 2026-12 more than 60",
        closes_at=datetime(2027, 1, 1, tzinfo=UTC),
        resolves_at=datetime(2027, 1, 5, tzinfo=UTC),
    )
    publish(desk, sources, clock, prices(*DECEMBER[:15]), days=14)
    del sources.documents[BRENT.url]
    clock.advance(days=24)
    desk.feeds.retry(BRENT.id)
    desk.feeds.poll()
    (missing,) = desk.resolutions.missing()
    assert missing.question.id == question
    assert (
        "December 2026 is not complete in the series; the newest is 64.0 for 2026-12-14"
        in missing.reason
    )
    assert "the release is late since 2027-01-0" in missing.reason
    assert "its source is silent since 2027-01-08: HTTP 404" in missing.reason
    desk.resolutions.settle_by(question, BRENT.id, "")
    assert "no rule names a series" in desk.resolutions.missing()[0].reason


def test_an_estimate_is_told_from_a_release(
    desk: Tracker, sources: Sources, clock: FakeClock
) -> None:
    sources.documents[BRENT.url] = prices(("2025", "1.5"), ("2026", "2.0"))
    ask(desk, rule="value in 2026 at least 2")
    waiting = desk.questions.get("brent-dec").desk.waiting
    assert waiting == "the value for 2026, 2.0, was read before that was over and may still change"
    clock.advance(days=40)
    desk.feeds.retry(BRENT.id)
    desk.feeds.poll()
    (early,) = desk.resolutions.proposals()
    assert early.quote == "2026: 2.0 (published before the period was over)"
    assert early.known_at == datetime(2027, 1, 1, tzinfo=UTC)
    publish(desk, sources, clock, prices(("2026", "1.9")), days=20)
    (released,) = desk.resolutions.proposals()
    assert (released.outcome, released.quote) == ("no", "2026: 1.9")


def test_what_was_known_before_the_question_answers_nothing(
    desk: Tracker, clock: FakeClock
) -> None:
    desk.series.add(BRENT)
    desk.question_sets.load(a_set(a_question(opens_at=NOW + DAY)))
    clock.advance(days=2)
    shown = desk.resolutions.settle_by("summit-2027", BRENT.id, "max of 2026-11 more than 50")
    assert "before the question opened" in shown.waiting
    assert desk.resolutions.proposals() == ()


def test_a_backdated_question_opens_when_asked(desk: Tracker, clock: FakeClock) -> None:
    desk.series.add(BRENT)
    clock.advance(hours=1)
    question = a_question(
        opens_at=NOW - 20 * DAY, text="Will Brent be above 50 dollars in 2026?", essay_id=OWN_ESSAY,
        claim_ids=(),
    )  # fmt: skip
    rule = "max of 2026-11 more than 50"
    live = desk.questions.ask(new_question_from(question), override="a test")
    assert live.opens_at == clock()
    shown = desk.resolutions.settle_by(live.id, BRENT.id, rule)
    assert (shown.proposals, "before the question opened" in shown.waiting) == ((), True)
    past = replace(question, id=QuestionId("past"), retrospective=True)
    asked = desk.questions.ask(new_question_from(past), override="a test")
    assert asked.opens_at == past.opens_at
    (proposal,) = desk.resolutions.settle_by(asked.id, BRENT.id, rule).proposals
    assert "may have been known when it was asked" in proposal.quote


def test_a_decisive_report_proposes_an_answer(desk: Tracker) -> None:
    desk.question_sets.load(a_set(a_question(), a_question("talks-2027")))
    headline = "Leaders of Arland and Borland meet in Arlandville"
    piece = ManualEvidence(
        "summit-2027",
        "https://arland.invalid/meet",
        Direction.YES,
        Strength.DECISIVE,
        title=headline,
    )
    desk.evidence.add(piece)  # confirmed by its author
    desk.evidence.add(replace(piece, question_id="talks-2027", strength=Strength.STRONG))
    (proposal,) = desk.resolutions.proposals()
    assert (proposal.question.id, proposal.outcome) == ("summit-2027", "yes")
    assert (proposal.quote, proposal.source_url) == (headline, "https://arland.invalid/meet")
    desk.resolutions.resolve_proposed("summit-2027")
    assert desk.questions.get("summit-2027").summary.status == "resolved"


def test_a_report_before_the_opening_proposes_nothing(desk: Tracker, clock: FakeClock) -> None:
    later = a_question("later-2027", opens_at=NOW + DAY)
    desk.question_sets.load(a_set(a_question(), later))
    piece = ManualEvidence(
        "summit-2027", "https://arland.invalid/meet", Direction.YES, Strength.DECISIVE,
        title="Leaders of Arland and Borland meet in Arlandville",
    )  # fmt: skip
    desk.evidence.add(piece)
    clock.advance(days=2)
    desk.evidence.add(replace(piece, question_id="later-2027"))
    assert [p.question.id for p in desk.resolutions.proposals()] == ["summit-2027"]


def test_a_report_of_the_event_proposes_its_day(desk: Tracker, clock: FakeClock) -> None:
    questions = [
        a_question_of("summit-date", kind="date", scale=WINDOW),
        a_question_of("visits", kind="numeric", scale=RANGE),
    ]
    desk.question_sets.load(a_set(*questions))
    clock.advance(days=9)
    for question_id, headline in (
        ("summit-date", "Leaders of Arland and Borland will meet in January"),
        ("summit-date", "Leaders of Arland and Borland meet in Arlandville"),
        ("visits", "Leaders of Arland and Borland meet for the 40th time"),
    ):
        address = f"https://arland.invalid/{len(headline)}"
        piece = ManualEvidence(
            question_id, address, Direction.YES, Strength.DECISIVE, title=headline
        )
        desk.evidence.add(piece)
    (proposal,) = desk.resolutions.proposals()
    assert (proposal.question.id, proposal.answer) == ("summit-date", f"{clock():%Y-%m-%d}")
    assert proposal.note.endswith("the day is that of the report.")
    desk.resolutions.resolve_proposed("summit-date")
    assert desk.questions.get("summit-date").summary.status == "resolved"


def test_one_request_reads_all_series_of_a_document(desk: Tracker, sources: Sources) -> None:
    sources.documents[BRENT.url] = b"Date,Price,Volume\n2026-11-30,59.5,1200\n"
    desk.series.add(BRENT)
    volume = a_series("volume", value_column="Volume")
    desk.series.add(volume)
    sources.asked.clear()
    sources.documents[BRENT.url] = b"Date,Price,Volume\n2026-12-01,60.5,1300\n"
    desk.feeds.retry("volume")
    desk.feeds.poll()
    assert sources.asked == [BRENT.url]
    newest = [row.newest.text for row in desk.series.list() if row.newest]
    assert newest == ["60.5", "1300"]
    assert desk.feeds.list() == ()
    assert desk.feeds.pause("volume") == ("brent",)
    assert desk.series.get("brent").state.paused


def test_a_series_that_cannot_be_read_stops_no_other(
    desk: Tracker, sources: Sources, clock: FakeClock
) -> None:
    sources.documents[BRENT.url] = b"Date,Price,Volume\n2026-11-30,59.5,1200\n"
    desk.series.add(BRENT)
    desk.series.add(a_series("volume", value_column="Volume"))
    publish(desk, sources, clock, b"Date,Price\n2026-12-01,60.5\n", days=1)
    status = desk.series.get("brent")
    assert status.newest is not None
    assert status.newest.text == "60.5"
    assert status.state.failures == 1
    assert "series volume: the document has no column 'Volume'" in status.state.last_error


def test_an_address_without_the_series_is_refused(desk: Tracker, sources: Sources) -> None:
    with pytest.raises(Refused, match="no column 'Close'; its first columns are Date, Price"):
        desk.series.add(a_series(value_column="Close"))
    with pytest.raises(Refused, match="HTTP 404"):
        desk.series.add(a_series(url="https://prices.invalid/none.csv"))
    sources.documents[ROBOTS] = b"User-agent: *\nDisallow: /"
    assert desk.series.list() == ()


def test_a_series_shares_no_name_with_a_feed(desk: Tracker) -> None:
    desk.feeds.add(Feed(FeedId("brent"), "Brent news", "https://news.invalid/feed", "news"))
    with pytest.raises(Refused, match="'brent' is the name of a feed"):
        desk.series.add(BRENT)


def test_robots_are_asked_before_the_first_reading(desk: Tracker, sources: Sources) -> None:
    sources.documents[ROBOTS] = b"User-agent: *\nDisallow: /"
    with pytest.raises(Refused, match=r"robots\.txt"):
        desk.series.add(BRENT)
    assert sources.asked == [ROBOTS]


def test_robots_are_asked_again_before_a_poll(
    desk: Tracker, sources: Sources, clock: FakeClock
) -> None:
    desk.series.add(BRENT)
    sources.documents[ROBOTS] = b"User-agent: *\nDisallow: /"
    clock.advance(days=2)
    sources.asked.clear()
    assert desk.feeds.poll().failed == 1
    assert sources.asked == [ROBOTS]
    state = desk.series.get(BRENT.id).state
    assert "robots to stay away" in state.last_error
    assert state.next_due_at > clock()
    desk.feeds.poll(every=True)
    del sources.documents[ROBOTS]
    clock.advance(days=2)
    desk.feeds.poll()
    assert desk.series.get(BRENT.id).state.failures == 0


def test_a_removed_series_keeps_its_values(desk: Tracker, sources: Sources) -> None:
    desk.series.add(BRENT)
    desk.series.remove("brent")
    with pytest.raises(NotFound):
        desk.series.get("brent")
    sources.asked.clear()
    desk.feeds.poll()
    assert sources.asked == []
    with pytest.raises(Refused, match="give this one a name of its own"):
        desk.series.add(BRENT)
    desk.series.add(replace(BRENT, id=SeriesId("brent-2")))
    assert len(desk.series.get("brent-2").values) == 2


def test_values_cannot_be_changed_unnoticed(desk: Tracker) -> None:
    desk.series.add(BRENT)
    with pytest.raises(DBAPIError, match="append-only"), desk.context.store.writing() as session:
        session.connection().execute(text("UPDATE series_value SET value = 1"))
    if desk.context.store.engine.dialect.name == "sqlite":
        with desk.context.store.writing() as session:
            session.connection().execute(text("DROP TRIGGER series_value_no_update"))
            session.connection().execute(text("UPDATE series_value SET value = 99 WHERE id = 1"))
        assert "series reading brent was changed" in desk.system.verify().reason


def test_a_projection_is_no_value(desk: Tracker, sources: Sources) -> None:
    sources.documents[BRENT.url] = prices(("2026-11-30", "59.5"), ("2027-01-31", "70"))
    assert [v.value for v in desk.series.add(BRENT).values] == [59.5]


SERIES_FILE = """
[[series]]
id = "brent"
url = "https://prices.invalid/brent.csv"
format = "csv"
date = "Date"
value = "Price"
where = { Grade = "spot" }
unit = "USD"
"""
RULED = 'id = "treaty"\nseries = "brent"\nrule = "mean of 2022-12 more than 60"'


def test_a_question_set_brings_series_and_rules(desk: Tracker) -> None:
    texts = {
        **TEXTS,
        "questions.toml": TEXTS["questions.toml"].replace('id = "treaty"', RULED, 1),
        "series.toml": SERIES_FILE,
    }
    question_set = read_question_set(texts)
    assert read_question_set(write_question_set(question_set)) == question_set
    loaded = desk.question_sets.load(question_set)
    status = desk.series.get("brent")
    assert (status.questions, status.series.where) == (("treaty",), (("Grade", "spot"),))
    assert loaded.offer.startswith("1 of its questions can be settled by a published series")
    assert status.state.paused_why == "offered by a question set"
    exported = desk.question_sets.export(question_set.essay.id)
    assert exported.series == question_set.series
    assert exported.settlements == question_set.settlements


def test_a_set_wakes_no_series_that_a_person_paused(desk: Tracker, sources: Sources) -> None:
    desk.series.add(BRENT)
    loaded = desk.question_sets.load(replace(a_set(), series=(a_series("spot"),)))
    assert (loaded.offered, loaded.offer) == ((), "")  # its document is read
    desk.feeds.pause("brent")
    loaded = desk.question_sets.load(replace(a_set(), series=(a_series("spot-2"),)))
    assert loaded.offered == ("spot-2",)
    assert desk.series.get("brent").state.paused_why == "paused by hand"


FAO = (
    "\ufeffFAO Food Price Index,,,\r\n2014-2016=100,,,\r\nDate,Food Price Index,Meat,\r\n,,,\r\n"
    + "".join(f"2026-{month:02},{120 + month},99.5,\r\n" for month in range(1, 13))
)
FRED = (
    "observation_date,DCOILBRENTEU\n2027-01-04,70.5\n2027-01-05,\n2027-12-31,75.5\n2028-01-03,80\n"
)


def test_the_shipped_series_settle_their_questions(
    desk: Tracker, sources: Sources, clock: FakeClock
) -> None:
    shipped = load_question_set("china_russia_2022")
    question_set = replace(
        shipped,
        questions=tuple(q for q in shipped.questions if q.id in shipped.settlements),
        repetitions=tuple(r for r in shipped.repetitions if r.question_id in shipped.settlements),
        indicators=(), feeds=(), events=(), resolutions=(), forecasts=(), scenarios=(), links=(),
    )  # fmt: skip
    loaded = desk.question_sets.load(question_set)
    assert (loaded.offered, loaded.settled) == (("fao-food-prices", "eia-brent-spot"), 3)
    sources.asked.clear()
    clock.advance(days=400)
    for series, document in zip(question_set.series, (FAO, FRED), strict=True):
        sources.documents[series.url] = document.encode()
        desk.feeds.retry(series.id)
    assert desk.feeds.poll().failed == 0
    answers = {p.question.id: p.answer for p in desk.resolutions.proposals()}
    assert answers == {
        "food-prices-2026": "126.5",
        "food-prices-2027-2026-12": "132",
        "brent-mean-2027": "73",
    }


@check_rows(
    [
        ("questions.toml", 'series = "brent"', 'series = "wti"', "series names 'wti'"),
        ("questions.toml", "more than 60", "above sixty", "rule: "),
        ("series.toml", '"csv"', '"xls"', "format is 'xls'"),
        ("series.toml", 'Grade = "spot"', "Grade = 3", "the content of a column"),
        ("series.toml", 'date = "Date"', 'dates = "Date"', "unknown key dates: write date"),
    ],
)
def test_a_wrong_line_in_a_set_is_named(file: str, right: str, wrong: str, reason: str) -> None:
    texts = {
        **TEXTS,
        "questions.toml": TEXTS["questions.toml"].replace('id = "treaty"', RULED, 1),
        "series.toml": SERIES_FILE,
    }
    texts[file] = texts[file].replace(right, wrong)
    with pytest.raises(InvalidQuestionSet, match=reason):
        read_question_set(texts)


# Real files


def read_corpus(name: str) -> bytes:
    if not (CORPUS / name).exists():
        pytest.skip("the corpora are not on this machine")
    return (CORPUS / name).read_bytes()


def test_real_brent_prices_answer_by_themselves(desk: Tracker, sources: Sources) -> None:
    sources.documents[BRENT.url] = read_corpus("brent-daily.csv")
    question = a_question(
        "brent-july",
        text="Will the mean price of Brent in July 2026 be above 60 dollars?",
        opens_at=datetime(2026, 6, 1, tzinfo=UTC),
        closes_at=datetime(2026, 7, 1, tzinfo=UTC),
        resolves_at=datetime(2026, 8, 10, tzinfo=UTC),
    )
    desk.question_sets.load(a_set(question))
    assert len(desk.series.add(BRENT).values) == 9958
    desk.resolutions.settle_by(question.id, BRENT.id, "mean of July 2026 more than 60")
    (proposal,) = desk.resolutions.proposals()
    rows = [line.split(",") for line in sources.documents[BRENT.url].decode().splitlines()]
    july = [float(price) for day, price in rows[1:] if day.startswith("2026-07")]
    assert f"mean {sum(july) / len(july):.4f}"[:9] in proposal.quote
    assert proposal.outcome == ("yes" if sum(july) / len(july) > 60 else "no")
    desk.resolutions.resolve_proposed(question.id)
    assert desk.questions.get(question.id).summary.status == "resolved"


def test_real_votes_answer_by_themselves(desk: Tracker, sources: Sources) -> None:
    url = "https://votes.invalid/unga.json"
    sources.documents[url] = read_corpus("unga_ukraine_votes_2014_2022.json")
    votes = a_series(
        "unga-yes", url=url, format="json", date_column="name", value_column="approve",
        where=(("code", "ES-11/1"),), unit="states",
    )  # fmt: skip
    question = a_question("unga", text="Will at least 140 states vote for ES-11/1?")
    desk.question_sets.load(a_set(question))
    desk.series.add(votes)
    listed = next(v for v in json.loads(sources.documents[url]) if v["code"] == "ES-11/1")
    shown = desk.resolutions.settle_by(question.id, votes.id, "value in 2021 at least 140")
    (proposal,) = shown.proposals
    assert proposal.quote == f"2021: {len(listed['approve'])} entries"
    assert proposal.outcome == ("yes" if len(listed["approve"]) >= 140 else "no")
    desk.resolutions.resolve_proposed(question.id)
    assert desk.questions.get(question.id).summary.status == "resolved"
