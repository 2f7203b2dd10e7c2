"""A report that joins a story and says more lifts its evidence from that day on, and never before."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from forecasts.evidence.evidence import MIN_RELEVANCE, Direction, StoryId
from forecasts.evidence.weights import StoryMerge
from forecasts.questions.question import ForecasterId, QuestionId
from tests.builders import NOW, FakeClock, Press, a_feed, a_question, a_set
from tests.test_cli import Shell
from tracker.app.tracker import Tracker, open_tracker
from tracker.ingestion.evidence import EvidenceLinker
from tracker.model.evidence import EvidenceCard, ManualEvidence, MatchReason, summarise_card
from tracker.settings import Settings
from tracker.storage import evidence
from tracker.storage.evidence_history import list_first_reviews, load_evidence_as_of, load_lifts
from tracker.storage.sessions import Session

SUMMIT = QuestionId("summit-2027")
VAGUE = "President of Arland lands in Borland"
DEED = "President of Arland meets President of Borland in person"
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tracker_with_press: Tracker) -> Tracker:
    """A tracker with a question asked by its text alone, and a feed."""
    tracker_with_press.question_sets.load(a_set(indicators=()))
    return tracker_with_press


def publish(tracker: Tracker, press: Press, clock: FakeClock, *titles: str) -> datetime:
    """Poll one headline an hour; return the time just before the last one."""
    for title in titles:
        clock.advance(hours=1)
        press.publish("wire", title)
        tracker.feeds.poll(every=True)
    return clock.time - HOUR / 2


def only(tracker: Tracker) -> EvidenceCard:
    (card,) = tracker.questions.get(SUMMIT).evidence
    return card


def test_a_line_has_the_headline_of_its_carrier(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    publish(desk, press, clock, VAGUE)
    before = clock.time
    publish(desk, press, clock, DEED)
    (piece,) = desk.questions.get(SUMMIT, newest=0).pieces
    assert (piece.headline, piece.source) == (DEED, "The wire")
    assert piece == summarise_card(only(desk))
    (earlier,) = desk.questions.get_as_of(SUMMIT, before).pieces
    assert earlier.headline == VAGUE


def suggested(tracker: Tracker, at: datetime | None = None) -> float:
    page = tracker.questions.get_as_of(SUMMIT, at) if at else tracker.questions.get(SUMMIT)
    assert page.suggestion is not None
    return page.suggestion.p


def test_the_report_of_the_deed_lifts_its_story(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    publish(desk, press, clock, VAGUE)
    before = only(desk)
    assert (before.perhaps, before.evidence.direction) == (True, Direction.NEUTRAL)
    without_news = suggested(desk)
    publish(desk, press, clock, DEED)
    after = only(desk)
    assert (after.perhaps, after.evidence.direction) == (False, Direction.YES)
    assert after.evidence.relevance > MIN_RELEVANCE > before.evidence.relevance
    assert after.evidence.first_seen_at == before.evidence.first_seen_at
    assert suggested(desk) > without_news
    assert after.headline == DEED
    assert [item.item.title for item in after.items] == [VAGUE, DEED]
    (lift,) = after.lifts
    assert lift.relevance == (before.evidence.relevance, after.evidence.relevance)
    assert (lift.decision.at, lift.report) == (clock.time, after.items[1])
    assert desk.system.verify().bad_seq is None


def test_what_was_known_before_stays(desk: Tracker, press: Press, clock: FakeClock) -> None:
    between = publish(desk, press, clock, VAGUE) + HOUR
    clock.advance(hours=1)
    page = desk.questions.get_as_of(SUMMIT, between)
    report = desk.reports.build("question", SUMMIT, as_of=between)
    publish(desk, press, clock, DEED)
    assert only(desk).lifts
    assert desk.questions.get_as_of(SUMMIT, between) == page
    assert desk.reports.build("question", SUMMIT, as_of=between).sha256 == report.sha256
    assert suggested(desk, clock.time) == pytest.approx(suggested(desk))


def test_repeats_and_weaker_reports_write_nothing(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    publish(desk, press, clock, DEED)
    entries = len(only(desk).decisions)
    publish(desk, press, clock, VAGUE, DEED.replace("meets", "is meeting"))
    card = only(desk)
    assert (len(card.items), len(card.decisions)) == (3, entries)
    assert card.headline == DEED


@pytest.mark.parametrize("verdict", ["confirmed", "rejected"])
def test_a_person_has_the_last_word(
    desk: Tracker, press: Press, clock: FakeClock, verdict: str
) -> None:
    publish(desk, press, clock, VAGUE)
    number = only(desk).evidence.id
    desk.evidence.review(number, verdict, direction=Direction.NO)  # type: ignore[arg-type]
    publish(desk, press, clock, DEED)
    card = only(desk)
    assert (card.evidence.status == "rejected") == (verdict == "rejected")
    assert (len(card.items), card.lifts, card.evidence.direction) == (2, (), Direction.NO)


def test_a_review_taken_back_leaves_the_lift(desk: Tracker, press: Press, clock: FakeClock) -> None:
    publish(desk, press, clock, VAGUE, DEED)
    lifted = only(desk).evidence
    desk.evidence.review(lifted.id, "rejected")
    desk.evidence.reopen(lifted.id)
    again = only(desk).evidence
    assert (again.status, again.direction, again.relevance) == (
        "logged",
        lifted.direction,
        lifted.relevance,
    )


def test_a_review_teaches_by_what_was_shown(desk: Tracker, press: Press, clock: FakeClock) -> None:
    publish(desk, press, clock, VAGUE, DEED)
    card = only(desk)
    desk.evidence.review(card.evidence.id, "confirmed")
    with desk.context.store.reading() as session:
        (first,) = list_first_reviews(session)
        profiles = evidence.list_confirmed_headlines(session, [SUMMIT])
    assert (first.shown.relevance, first.logged_at) == (card.evidence.relevance, clock.time)
    assert profiles[SUMMIT].yes == (DEED,)


def test_a_restarted_process_knows_the_lifted_side(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    publish(desk, press, clock, VAGUE, DEED)
    with desk.context.store.reading() as session:
        (story,) = evidence.list_recent_stories(session, NOW, clock.time, "")
    assert story.sides == {SUMMIT: Direction.YES}


def test_a_changed_revision_is_found(desk: Tracker, press: Press, clock: FakeClock) -> None:
    publish(desk, press, clock, VAGUE, DEED)
    with desk.context.store.writing() as session:
        connection = session.connection()
        connection.execute(text("DROP TRIGGER decision_no_update"))
        query = text("SELECT id, revision FROM decision WHERE revision IS NOT NULL")
        ((number, revision),) = connection.execute(query).all()
        changed = json.dumps(json.loads(revision) | {"relevance": 0.99})
        update = text("UPDATE decision SET revision = :changed WHERE id = :number")
        connection.execute(update, {"changed": changed, "number": number})
    assert desk.system.verify().bad_seq is not None


def test_the_archive_is_lifted_on_the_day_of_each_report(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker_with_press.feeds.add(a_feed())
    publish(tracker_with_press, press, clock, VAGUE)
    between = clock.time + HOUR / 2
    publish(tracker_with_press, press, clock, DEED)
    clock.advance(days=1)
    asked = a_question(opens_at=clock.time)
    tracker_with_press.question_sets.load(a_set(asked, indicators=(), feeds=()))
    tracker_with_press.evidence.rematch()
    with tracker_with_press.context.store.reading() as session:
        (then,) = load_evidence_as_of(session, SUMMIT, between)
        (later,) = load_evidence_as_of(session, SUMMIT, between + HOUR)
    assert then.is_perhaps()
    assert (later.is_perhaps(), later.direction) == (False, Direction.YES)
    decisions = only(tracker_with_press).decisions
    tracker_with_press.evidence.rematch()
    assert only(tracker_with_press).decisions == decisions


def test_a_backtest_lifts_no_earlier_than_the_report(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    between = publish(desk, press, clock, VAGUE, DEED)
    piece = only(desk).evidence
    with desk.context.store.reading() as session:
        lifts = load_lifts(session, [piece.id])
    assert lifts.judge_at(piece, between).is_perhaps()
    assert not lifts.judge_at(piece, clock.time).is_perhaps()
    assert lifts.judge_at(piece, clock.time, without="wire").is_perhaps()
    assert not lifts.judge_at(piece, clock.time, without="daily").is_perhaps()


def test_evidence_by_hand_lifts_on_other_questions(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    other = a_question("talks-2027")
    tracker_with_press.question_sets.load(a_set(a_question(), other, indicators=()))
    publish(tracker_with_press, press, clock, VAGUE)
    clock.advance(hours=1)
    tracker_with_press.evidence.add(
        ManualEvidence(other.id, DEED, Direction.YES), by=ForecasterId("ben")
    )
    (lift,) = only(tracker_with_press).lifts
    assert lift.report is not None
    assert lift.report.item.title == DEED
    (by_hand,) = tracker_with_press.questions.get(other.id).evidence
    assert (by_hand.evidence.reviewed, by_hand.lifts) == (True, ())


def make_linker(tracker: Tracker, session: Session, now: datetime) -> EvidenceLinker:
    state = tracker.context.match_state
    profiles, stories = state.load_profiles(session, now), state.load_stories(session, now)
    return EvidenceLinker(session, state, profiles, stories, now=now)


def test_a_report_without_a_side_leaves_that_and_its_reason(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    publish(desk, press, clock, DEED)
    before = only(desk)
    clock.advance(hours=1)
    with desk.context.store.writing() as session:
        standing = evidence.find_standing_evidence(session, before.evidence.story_id, SUMMIT)
        assert standing is not None
        report = replace(standing.piece, direction=Direction.NEUTRAL, relevance=0.99)
        why = MatchReason("Another line", 0.9, "too little speaks for either side", "6")
        linker = make_linker(desk, session, clock.time)
        linker._lift(standing, report, why, item_id=before.items[0].item.id, seen_at=clock.time)
    after = only(desk)
    assert (after.evidence.relevance, after.evidence.direction) == (0.99, Direction.YES)
    assert (after.why.nearest, after.why.leaning) == ("Another line", before.why.leaning)


def test_a_merged_story_lifts_the_earlier_one(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    publish(desk, press, clock, DEED.replace("meets", "may meet"))
    clock.advance(days=20)
    publish(desk, press, clock, DEED)
    with desk.context.store.reading() as session:
        first, second = evidence.evidence_of_question(session, SUMMIT)
    assert (first.direction, first.relevance < second.relevance) == (second.direction, True)
    with desk.context.store.writing() as session:
        linker = make_linker(desk, session, clock.time)
        merge = StoryMerge(second.story_id, first.story_id, clock.time)
        evidence.merge_stories(session, merge, "one event")
        linker._lift_merged(StoryId(second.story_id), StoryId(first.story_id), SUMMIT)
    with desk.context.store.reading() as session:
        (whole,) = evidence.merge_evidence(session, SUMMIT, clock.time)
        then = load_evidence_as_of(session, SUMMIT, clock.time - HOUR / 2)
    assert whole.relevance == pytest.approx(second.relevance)
    assert [piece.relevance for piece in then] == [first.relevance]


def test_the_command_names_the_lifting_report(
    on_sqlite: Settings,
    press: Press,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    with open_tracker(on_sqlite, now=clock, fetch=press.fetch) as tracker:
        tracker.question_sets.load(a_set(indicators=()))
        publish(tracker, press, clock, VAGUE, DEED)
    inbox = Shell(on_sqlite.data_dir, capsys, monkeypatch)("evidence", "inbox")
    words = " ".join(inbox.replace("│", " ").split())
    assert "lifted on 2026-12-01 from relevance 0." in words
