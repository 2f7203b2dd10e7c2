"""What came before a question was asked is found afterwards: in chunks, once, and without touching
what stands.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from forecasts.evidence.evidence import Direction, Evidence, StoryId
from forecasts.questions.question import SUGGESTION, QuestionId
from tests.builders import (
    DAY,
    NOW,
    FakeClock,
    Press,
    a_denial,
    a_feed,
    a_question,
    a_set,
    an_indicator,
)
from tests.test_cli import Shell
from tracker.app.tracker import Tracker, open_tracker
from tracker.feeds.item import ItemId
from tracker.ingestion import rematch as rematching
from tracker.ingestion.rematch import ArchiveStories, split_stretches
from tracker.interfaces.cli.commands import operations
from tracker.interfaces.jobs import JOBS, run_job
from tracker.matching import matcher
from tracker.matching.story_index import KnownStory
from tracker.model.evidence import EvidenceCard
from tracker.settings import Settings
from tracker.storage import rematch
from tracker.storage.sessions import Session

INVITES = "Arland invites Borland to a summit"
CANCELS = "Arland calls off the talks in the capital"
SUMMIT = "Harvest festival: minister of Arland speaks of a summit with Borland next year"
CAT = "A cat climbs a tall tree in the old town"
RAIN = "Heavy rain floods cellars along the northern coast"
SENT = {"leaders": Direction.YES, "envoys": Direction.NO}
"""Whom Arland sends, and what that says about a summit: one event in nearly the same words."""

ARCHIVE = (INVITES, CAT, CANCELS, RAIN, SUMMIT)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two items."""
    monkeypatch.setattr(rematching, "CHUNK_SIZE", 2)


@pytest.fixture
def published(press: Press, clock: FakeClock) -> Callable[..., Tracker]:
    """Publishes headlines one a day, each read on its day; the day after the last one has come."""

    def publish(tracker: Tracker, *headlines: str, feed: str = "wire") -> Tracker:
        tracker.feeds.add(a_feed(feed))
        for headline in headlines:
            press.publish(feed, headline)
            tracker.feeds.poll(every=True)
            clock.advance(days=1)
        return tracker

    return publish


@pytest.fixture
def read(tracker_with_press: Tracker, published: Callable[..., Tracker]) -> Tracker:
    """A tracker on each dialect that has read five reports when no question was asked yet; three
    bear on the set.
    """
    return published(tracker_with_press, *ARCHIVE)


@pytest.fixture
def shell(
    on_sqlite: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """The command line on an empty database."""
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    return Shell(on_sqlite.data_dir, capsys, monkeypatch)


def cards(tracker: Tracker, question: str = "summit-2027") -> tuple[EvidenceCard, ...]:
    """The evidence on a question, first seen first."""
    return tuple(
        sorted(
            tracker.questions.get(question).evidence, key=lambda card: card.evidence.first_seen_at
        )
    )


def evidence(tracker: Tracker, question: str = "summit-2027") -> list[Evidence]:
    """The same without what explains it."""
    return [card.evidence for card in cards(tracker, question)]


def headlines(tracker: Tracker, question: str = "summit-2027") -> list[str]:
    """What the evidence on a question is about."""
    return [card.headline for card in cards(tracker, question)]


def newer_matcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the code of matching is another version."""
    monkeypatch.setattr(matcher, "CODE_VERSION", f"{matcher.CODE_VERSION}+")


def test_a_new_question_finds_what_the_archive_holds(read: Tracker) -> None:
    read.question_sets.load(a_set())
    assert evidence(read) == []
    report = read.evidence.rematch()
    assert headlines(read) == [INVITES, CANCELS, SUMMIT]
    assert (report.chunks_done, report.chunks_left, report.items, report.new_evidence) == (
        1,
        0,
        5,
        3,
    )
    assert [e.direction for e in evidence(read)][:2] == [Direction.YES, Direction.NO]


def test_evidence_dates_from_the_item_and_decisions_from_now(
    read: Tracker, clock: FakeClock
) -> None:
    read.question_sets.load(a_set())
    clock.advance(days=3)
    read.evidence.rematch()
    assert [e.first_seen_at for e in evidence(read)] == [NOW, NOW + 2 * DAY, NOW + 4 * DAY]
    assert {d.at for card in cards(read) for d in card.decisions} == {clock.time}
    assert read.system.verify().bad_seq is None


def test_going_through_the_archive_twice_changes_nothing(
    read: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    read.question_sets.load(a_set())
    read.evidence.rematch()
    before, log = cards(read), read.system.verify().entries
    assert read.evidence.rematch() == rematching.RematchReport()
    newer_matcher(monkeypatch)
    again = read.evidence.rematch()
    assert (again.chunks_done, again.items, again.new_evidence) == (1, 5, 0)
    assert (cards(read), read.system.verify().entries) == (before, log)


def test_what_a_person_rejected_stays_rejected(
    read: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    read.question_sets.load(a_set())
    read.evidence.rematch()
    first, *_ = evidence(read)
    read.evidence.review(first.id, "rejected", note="an old report")
    newer_matcher(monkeypatch)
    assert read.evidence.rematch().chunks_done == 1
    again, *_ = evidence(read)
    assert (again.id, again.status) == (first.id, "rejected")
    assert [d.status for d in cards(read)[0].decisions] == ["logged", "rejected"]


def test_items_from_before_the_window_are_left_alone(read: Tracker, clock: FakeClock) -> None:
    opens = (
        NOW + rematching.REMATCH_PERIOD + timedelta(days=1)
    )  # the first report is too old, the third is not
    clock.time = opens
    read.question_sets.load(
        a_set(a_question(opens_at=opens, closes_at=opens + 9 * DAY, resolves_at=opens + 9 * DAY))
    )
    report = read.evidence.rematch()
    assert (report.items, headlines(read)) == (4, [CANCELS, SUMMIT])


@pytest.mark.usefixtures("small_chunks")
def test_a_chunk_that_was_killed_is_done_again(
    read: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, finished = rematch.finish_chunk, list[rematch.ItemRange]()

    def killed(session: Session, done: rematch.RematchChunk, *rest: object) -> None:
        if finished:
            raise KeyboardInterrupt
        finished.append(done.item_range)
        finish(session, done, *rest)  # type: ignore[arg-type]

    read.question_sets.load(a_set())
    monkeypatch.setattr(rematch, "finish_chunk", killed)
    with pytest.raises(KeyboardInterrupt):
        read.evidence.rematch()
    assert finished == [rematch.ItemRange(ItemId(1), ItemId(2))]
    assert headlines(read) == [INVITES]
    monkeypatch.setattr(rematch, "finish_chunk", finish)
    report = read.evidence.rematch()
    assert (report.chunks_done, report.new_evidence) == (2, 2)
    assert headlines(read) == [INVITES, CANCELS, SUMMIT]


@pytest.mark.usefixtures("small_chunks")
def test_a_run_of_few_chunks_says_how_many_are_left(read: Tracker) -> None:
    read.question_sets.load(a_set())
    reports = [read.evidence.rematch(max_chunks=1) for _ in range(4)]
    assert [(r.chunks_done, r.chunks_left) for r in reports] == [(1, 2), (1, 1), (1, 0), (0, 0)]


@pytest.mark.usefixtures("small_chunks")
def test_the_suggestion_follows_the_last_chunk(read: Tracker, clock: FakeClock) -> None:
    def suggested() -> list[datetime]:
        return [
            act.made_at
            for act in read.questions.get("summit-2027").acts
            if act.forecaster_id == SUGGESTION
        ]

    read.question_sets.load(a_set(indicators=[an_indicator()]))
    at_first = suggested()
    clock.advance(hours=1)
    read.evidence.rematch(max_chunks=2)
    assert suggested() == at_first
    read.evidence.rematch()
    assert suggested() == [*at_first, clock.time]


@pytest.mark.usefixtures("small_chunks")
def test_questions_that_need_the_same_chunk_share_a_pass(read: Tracker) -> None:
    read.question_sets.load(a_set(a_question(), a_question("summit-2028")))
    assert read.evidence.rematch().chunks_done == 3
    read.question_sets.load(a_set(a_question("summit-2029")))
    report = read.evidence.rematch()
    assert (report.chunks_done, report.new_evidence) == (3, 3)
    stories = [
        {e.story_id for e in evidence(read, f"summit-{year}")} for year in (2027, 2028, 2029)
    ]
    assert stories[0] == stories[1] == stories[2]


def test_an_indicator_that_comes_later_goes_through_the_archive_too(read: Tracker) -> None:
    read.question_sets.load(a_set(indicators=[an_indicator()]))
    read.evidence.rematch()
    assert CANCELS not in headlines(read)
    read.question_sets.load(a_set(indicators=[an_indicator(), a_denial()]))
    assert read.evidence.rematch().new_evidence == 1
    assert CANCELS in headlines(read)


@pytest.mark.usefixtures("small_chunks")
def test_nobody_goes_on_for_a_question_that_has_closed(read: Tracker) -> None:
    read.question_sets.load(a_set())
    read.evidence.rematch(max_chunks=1)
    read.resolutions.resolve(
        "summit-2027", "no", source_url="https://arland.example/a", known_at=read.now()
    )
    assert read.evidence.rematch() == rematching.RematchReport()
    assert headlines(read) == [INVITES]


def test_later_items_are_matched_once_as_they_come(
    tracker_with_press: Tracker, published: Callable[..., Tracker]
) -> None:
    tracker_with_press.question_sets.load(a_set(feeds=[]))
    assert tracker_with_press.evidence.rematch() == rematching.RematchReport()
    published(tracker_with_press, *ARCHIVE)
    live = cards(tracker_with_press)
    assert len(live) == 3
    assert tracker_with_press.evidence.rematch() == rematching.RematchReport()
    assert cards(tracker_with_press) == live


def test_the_archive_holds_what_would_have_been_found_live(
    tracker_with_press: Tracker, published: Callable[..., Tracker], clock: FakeClock
) -> None:
    tracker_with_press.question_sets.load(a_set(feeds=[]))
    published(tracker_with_press, *ARCHIVE)
    live = evidence(tracker_with_press)
    tracker_with_press.question_sets.load(a_set(a_question("summit-2028")))
    tracker_with_press.evidence.rematch()
    later = evidence(tracker_with_press, "summit-2028")
    assert [(e.story_id, e.first_seen_at, e.direction) for e in later] == [
        (e.story_id, e.first_seen_at, e.direction) for e in live
    ]


def test_later_items_join_stories_of_the_archive(
    tracker_with_press: Tracker, published: Callable[..., Tracker]
) -> None:
    published(tracker_with_press, INVITES)
    tracker_with_press.question_sets.load(a_set())
    tracker_with_press.evidence.rematch()
    published(tracker_with_press, "Borland invited to summit by Arland", feed="agency")
    (card,) = cards(tracker_with_press)
    assert [report.copy_of for report in card.items] == [None, None]


def test_a_denial_does_not_hide_in_an_older_story(
    tracker_with_press: Tracker, published: Callable[..., Tracker]
) -> None:
    told, denied = (
        f"Arland sends {who} to the harvest festival in the capital of Borland" for who in SENT
    )
    who_comes = a_question("leaders", text="How many heads of state come to visit?")
    visit = an_indicator(
        "leaders",
        terms=(("leaders",),),
        unless=("envoys",),
        name="Heads of state visit",
        examples=("Arland sends leaders to a festival in the capital of Borland",),
    )
    tracker_with_press.question_sets.load(a_set(who_comes, indicators=[visit], feeds=[]))
    published(tracker_with_press, told, denied)
    example = "Arland sends {} to Borland".format
    news = [
        an_indicator(
            slug=who,
            name=example(who),
            direction=side,
            terms=(("Arland",), (who,)),
            examples=(example(who),),
        )
        for who, side in SENT.items()
    ]
    tracker_with_press.question_sets.load(a_set(indicators=news))
    tracker_with_press.evidence.rematch()
    yes, no = evidence(tracker_with_press)
    assert (yes.direction, no.direction) == (Direction.YES, Direction.NO)
    assert [yes.story_id] == [e.story_id for e in evidence(tracker_with_press, "leaders")]
    assert yes.story_id != no.story_id


@pytest.mark.usefixtures("small_chunks")
def test_two_processes_at_once_double_nothing(
    on_each: Settings, clock: FakeClock, press: Press, published: Callable[..., Tracker]
) -> None:
    with (
        open_tracker(on_each, now=clock, fetch=press.fetch) as one,
        open_tracker(on_each, now=clock) as other,
    ):
        published(one, *ARCHIVE, *(f"{headline} again" for headline in ARCHIVE)).question_sets.load(
            a_set()
        )
        reports, failed = list[rematching.RematchReport](), list[BaseException]()

        def go(tracker: Tracker) -> None:
            try:
                reports.append(tracker.evidence.rematch())
            except BaseException as error:  # shown by the test, which would not see it in a thread
                failed.append(error)

        threads = [threading.Thread(target=go, args=(tracker,)) for tracker in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert sum(r.chunks_done for r in reports) == 5
        pieces = evidence(one)
        assert (
            sum(r.new_evidence for r in reports) == len(pieces) == len({e.story_id for e in pieces})
        )
        assert one.system.verify().bad_seq is None
        assert one.evidence.rematch() == rematching.RematchReport()


def test_a_chunk_without_tasks_is_not_claimed(both: Tracker) -> None:
    """Another process finished it between the two statements that read it."""
    with both.context.store.writing() as session:
        assert not rematch.claim_chunk(
            session, "matcher", rematch.RematchChunk(rematch.ItemRange(ItemId(1), ItemId(2000)), ())
        )


def test_chunks_are_cut_at_the_same_places_for_every_question() -> None:
    assert [(s.first, s.last) for s in split_stretches(ItemId(1), ItemId(4000))] == [
        (1, 2000),
        (2001, 4000),
    ]
    assert [(s.first, s.last) for s in split_stretches(ItemId(2000), ItemId(2001))] == [
        (2000, 2000),
        (2001, 2001),
    ]


def test_stories_are_joined_only_while_they_were_fresh() -> None:
    vector = np.full(4, 0.5, dtype=np.float32)
    known = KnownStory(
        StoryId(7), INVITES, vector, NOW, NOW + 9 * DAY, {QuestionId("summit-2027"): Direction.YES}
    )
    then = ArchiveStories([known], [(NOW, StoryId(7)), (NOW + 9 * DAY, StoryId(7))], "static")
    assert then.place(INVITES, vector, {}, NOW - DAY).story is None
    assert then.place(INVITES, vector, {}, NOW + DAY).story is known
    assert known.last_seen_at == NOW
    vector = np.full(4, 0.5, dtype=np.float32)
    known = KnownStory(StoryId(7), INVITES, vector, NOW, NOW + 6 * DAY)
    then = ArchiveStories([known], [(NOW, StoryId(7)), (NOW + 6 * DAY, StoryId(7))], "static")
    assert then.place(INVITES, vector, {}, NOW + 4 * DAY).story is None
    assert then.place(INVITES, vector, {}, NOW + 7 * DAY).story is known


@pytest.mark.usefixtures("small_chunks")
def test_the_command_rematches_and_tells_what_is_left(
    shell: Shell,
    press: Press,
    clock: FakeClock,
    published: Callable[..., Tracker],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    far = NOW + 9999 * DAY  # commands live on the wall clock
    question = a_question(opens_at=datetime(2020, 1, 1, tzinfo=UTC), closes_at=far, resolves_at=far)
    with open_tracker(Settings(data_dir=shell.directory), now=clock, fetch=press.fetch) as tracker:
        published(tracker, *ARCHIVE).question_sets.load(a_set(question))
    monkeypatch.setattr(operations, "CHUNKS_PER_UPDATE", 1)
    capsys.readouterr()
    found = [
        shell.json("evidence", "rematch", "--chunks", "2"),
        shell.json("evidence", "rematch", "--chunks", "5"),
    ]
    assert [(f["chunks_done"], f["chunks_left"], f["items"]) for f in found] == [
        (2, 1, 4),
        (1, 0, 1),
    ]
    assert sum(f["new_evidence"] for f in found) == 3
    assert "0 chunks with 0 items matched, 0 new pieces of evidence; 0 chunks left." in shell(
        "evidence", "rematch"
    )


def test_the_job_tells_what_it_did(
    tracker_with_press: Tracker, published: Callable[..., Tracker]
) -> None:
    (job,) = (job for job in JOBS if job.name == "rematch")
    published(tracker_with_press, *ARCHIVE).question_sets.load(a_set())
    run_job(tracker_with_press, job)
    assert [run.detail for run in tracker_with_press.system.runs()] == [
        "1 chunks, 0 left, 3 evidence"
    ]
    assert job.run(tracker_with_press) is None
