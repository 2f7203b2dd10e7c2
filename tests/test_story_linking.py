"""Stories in the pipeline: the deed beside its rumours, and what is known of stories after a start."""

from datetime import timedelta

from forecasts.evidence.weights import StoryMerge
from forecasts.questions.question import QuestionId
from tests.builders import NOW, FakeClock, Press, a_set
from tracker.app.tracker import Tracker
from tracker.storage import evidence

RUMOUR = "Arland may invite Borland to a summit"
REPEAT = "Arland might invite Borland to a summit, sources say"
DEED = "Arland invites Borland to a summit"
DENIAL = "Arland does not invite Borland to a summit"


def publish(tracker: Tracker, press: Press, clock: FakeClock, *titles: str) -> list[int]:
    """Poll one headline an hour; return the story of each."""
    for title in titles:
        press.publish("wire", title)
        tracker.feeds.poll()
        clock.advance(hours=1)
    with tracker.context.store.reading() as session:
        stories = evidence.list_recent_stories(session, NOW - timedelta(days=1), clock.time, "")
        return [next(int(s.id) for s in stories if title in s.titles) for title in titles]


def test_the_deed_is_a_story_beside_its_rumours(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker_with_press.question_sets.load(a_set())
    first, repeat, deed, denial = publish(
        tracker_with_press, press, clock, RUMOUR, REPEAT, DEED, DENIAL
    )
    assert first == repeat
    assert len({first, deed, denial}) == 3
    with tracker_with_press.context.store.reading() as session:
        pieces = evidence.merge_evidence(session, QuestionId("summit-2027"), clock.time)
    assert {int(piece.story_id) for piece in pieces} == {first, deed, denial}


def test_a_restored_story_has_all_headlines(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker_with_press.question_sets.load(a_set())
    first, _, deed = publish(tracker_with_press, press, clock, RUMOUR, REPEAT, DEED)
    with tracker_with_press.context.store.writing() as session:
        (rumours, deeds) = evidence.list_recent_stories(session, NOW, clock.time, "")
        assert (rumours.titles, deeds.titles) == ({RUMOUR, REPEAT}, {DEED})
        evidence.merge_stories(session, StoryMerge(deeds.id, rumours.id, clock.time), "one event")
        (whole,) = evidence.list_recent_stories(session, NOW, clock.time, "")
    assert (int(whole.id), int(deeds.id)) == (first, deed)
    assert whole.titles == {RUMOUR, REPEAT, DEED}
    assert whole.sides == rumours.sides | deeds.sides
