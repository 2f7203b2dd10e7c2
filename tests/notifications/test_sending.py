"""What happened is told once, in time, to those who may see it, and to nobody after the answer."""

import pytest

from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock, a_question, a_set
from tests.notifications.postbox import (
    BEN,
    SUMMIT,
    Postbox,
    begin,
    next_morning,
    postbox,
    report,
    tick,
)
from tracker.app.service import AppContext
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.model.notifications import Notification, Times
from tracker.model.principal import Principal
from tracker.storage import notifications as outbox

__all__ = ["postbox"]


def test_a_day_is_told_in_one_digest_once(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    clock.advance(hours=1)
    report(tracker)
    tick(tracker)
    assert postbox.take() == []
    next_morning(clock)
    tick(tracker)
    assert "Up" in postbox.text
    assert "Decisive evidence for it" in postbox.text
    assert "http://127.0.0.1:8501/question?q=summit-2027" in postbox.text
    assert "Stop these messages: http://127.0.0.1:8501/stop/" in postbox.text
    assert len(postbox.take()) == 1
    for _ in range(3):
        next_morning(clock)
        tick(tracker)
    assert postbox.take() == []


def test_a_move_counts_from_the_last_message(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    tracker.notifications.set_rule("evidence", "off")
    tracker.notifications.set_rule("moved", "at once", threshold=10)
    clock.advance(hours=1)
    report(tracker)
    tick(tracker)
    (first,) = postbox.take()
    clock.advance(hours=1)
    report(tracker, "Arland praises Borland", strength=Strength.SLIGHT)
    tick(tracker)
    assert postbox.take() == []
    clock.advance(hours=1)
    report(tracker, "Arland calls off talks", Direction.NO)
    tick(tracker)
    (second,) = postbox.sent
    assert first.startswith("Up")
    assert second[1].title.startswith("Down")
    (notice,) = second[1].notices
    assert (notice.before or 0) - (notice.now or 1) >= 0.1
    assert "It was" in postbox.text


def test_urgent_news_is_looked_for_as_the_log_grows(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    tracker.notifications.set_rule("evidence", "at once")
    job = tracker.through("job").notifications
    clock.advance(hours=1)
    report(tracker)
    assert (job.collect(), job.send().sent) == (1, 1)
    report(tracker, "Arland calls off talks", Direction.NO)
    assert (job.collect(), job.send().sent) == (1, 1)
    # What time alone brings, or what was muted before, is found within a quarter of an hour.
    tracker.notifications.set_rule("closes", "at once", threshold=1000)
    clock.advance(minutes=14)
    assert job.collect() == 0
    clock.advance(minutes=1)
    assert job.collect() == 1
    assert len(postbox.take()) == 2


def test_an_answer_ends_all_but_its_own_notice(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    tracker.notifications.set_rule("evidence", "at once")
    clock.advance(hours=1)
    report(tracker)
    postbox.refusal = "out of order"
    tick(tracker)
    clock.advance(minutes=1)
    tracker.resolutions.resolve(
        SUMMIT, "yes", source_url="https://arland.example", known_at=clock.time, by=BEN
    )
    postbox.refusal = ""
    next_morning(clock)
    tick(tracker)
    assert [notice.kind for notice in postbox.sent[0][1].notices] == ["answered"]
    assert "You held 40%." in postbox.text
    assert len(postbox.take()) == 1
    next_morning(clock)
    assert tick(tracker) == ""


def test_a_crash_before_the_mark_repeats_with_the_same_key(
    tracker: Tracker, clock: FakeClock, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tracker)
    tracker.notifications.set_rule("evidence", "at once")
    clock.advance(hours=1)
    report(tracker)
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "note_sent", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tick(tracker)
    clock.advance(minutes=1)
    tick(tracker)
    first, second = (message for _, message in postbox.sent)
    assert first.key == second.key
    assert [n.key for n in first.notices] == [n.key for n in second.notices]
    assert tick(tracker) == ""


def test_the_outbox_takes_no_key_twice(both: Tracker, clock: FakeClock, postbox: Postbox) -> None:
    channel = begin(both)
    same = Notification("moved:a", "moved", "Up", "A question?")
    with both.context.store.writing() as session:
        added = [outbox.add_notices(session, channel.id, [same, same], both.now()) for _ in "ab"]
        assert added == [1, 0]
        assert [d.notice for d in outbox.list_unsent(session, channel.id)] == [same]
        outbox.pause_channel(session, channel.id)
        assert outbox.list_unsent(session, channel.id) == ()
    both.notifications.resume_channel(channel.id)
    clock.advance(hours=1)
    report(both)
    next_morning(clock)
    tick(both)
    assert "Decisive evidence for it" in postbox.text
    both.notifications.remove_channel(channel.id)
    assert both.notifications.channels() == ()


def test_a_failing_channel_rests_longer_and_is_shown(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    tracker.notifications.set_rule("evidence", "at once")
    clock.advance(hours=1)
    report(tracker)
    postbox.refusal = "error=403"
    assert "1 channels failed" in tick(tracker)
    (channel,) = tracker.notifications.channels()
    assert (channel.state, channel.error) == ("failing", "error=403")
    assert tick(tracker) == ""
    clock.advance(minutes=5)
    assert "1 channels failed" in tick(tracker)
    clock.advance(minutes=5)
    assert tick(tracker) == ""
    postbox.refusal = ""
    clock.advance(minutes=5)
    tick(tracker)
    assert len(postbox.take()) == 1
    assert tracker.notifications.channels()[0].state == "working"


def test_quiet_hours_keep_what_is_urgent_until_morning(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    tracker.notifications.set_times(Times("Europe/Oslo", "22:00", "07:00"))
    tracker.notifications.set_rule("evidence", "at once")
    clock.time = clock.time.replace(hour=21, minute=0)  # 22:00 in Oslo
    report(tracker)
    assert tick(tracker) == ""
    clock.advance(hours=8, minutes=59)
    assert tick(tracker) == ""
    clock.advance(minutes=1)
    tick(tracker)
    assert len(postbox.take()) == 1


def test_each_person_hears_of_their_own_questions_alone(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    tracker.accounts.add("Ben", "forecaster")
    ben = tracker.serve(Principal(BEN, "forecaster", "page"))
    other = ben.notifications.add_channel("ntfy://topic-of-ben").channel
    for person in (tracker, ben):
        person.notifications.set_rule("evidence", "at once")
    clock.advance(hours=1)
    report(tracker)
    tick(tracker)
    assert [address for address, _ in postbox.sent] == ["ntfy://topic-of-ada"]
    postbox.take()
    ben.notifications.attend(SUMMIT, "follow")
    tracker.notifications.attend(SUMMIT, "mute")
    tick(tracker)
    assert [address for address, _ in postbox.sent] == ["ntfy://topic-of-ben"]
    postbox.take()
    tracker.accounts.disable("ben")
    report(tracker, "Arland calls off talks", Direction.NO)
    assert tick(tracker) == ""
    # Nobody has the channels of others.
    assert [c.name for c in tracker.notifications.channels()] == ["ntfy"]
    for use in ("remove_channel", "pause_channel", "resume_channel", "test_channel"):
        with pytest.raises(NotFound, match="`tracker notify list` has yours"):
            getattr(tracker.notifications, use)(other.id)


def test_news_is_read_as_the_person_who_gets_it(
    tracker: Tracker, clock: FakeClock, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tracker)
    account = tracker.accounts.add("Ben", "viewer")
    ben = tracker.serve(Principal(BEN, "viewer", "page"))
    ben.notifications.add_channel("ntfy://topic-of-ben")
    readers = []
    act = AppContext.acting_as

    def note_reader(context: AppContext, principal: Principal) -> AppContext:
        readers.append(principal)
        return act(context, principal)

    job = tracker.through("job").notifications
    monkeypatch.setattr(AppContext, "acting_as", note_reader)
    next_morning(clock)
    job.collect()
    job.send()
    ada = Principal(ForecasterId("ada"), "admin", "page")
    of_ben = Principal(BEN, "viewer", "page", account=account.id)
    assert sorted(readers, key=lambda p: p.forecaster) == [ada, ada, of_ben, of_ben]


def test_only_those_who_may_answer_hear_of_answers_due(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    tracker.accounts.add("Ben", "forecaster")
    ben = tracker.serve(Principal(BEN, "forecaster", "page"))
    ben.forecasts.submit(SUMMIT, "30%")
    ben.notifications.add_channel("ntfy://topic-of-ben")
    clock.time = a_question().resolves_at
    next_morning(clock)
    tick(tracker)
    assert {address: message.notices[0].kind for address, message in postbox.sent} == {
        "ntfy://topic-of-ada": "due"
    }


def test_a_pause_forgets_what_waits_and_what_came_meanwhile(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    channel = begin(tracker)
    tracker.notifications.set_rule("evidence", "at once")
    tracker.notifications.set_rule("moved", "off")
    tracker.notifications.pause_channel(channel.id)
    clock.advance(hours=1)
    report(tracker)
    assert tick(tracker) == ""
    clock.advance(hours=1)
    assert tracker.notifications.resume_channel(channel.id).state == "working"
    assert tick(tracker) == ""
    clock.advance(hours=1)
    report(tracker, "Arland calls off talks", Direction.NO)
    tick(tracker)
    assert postbox.take() == ["Decisive evidence against it – " + a_question().text]


def test_bad_rules_times_and_addresses_change_nothing(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    notify = tracker.notifications
    before = (notify.rules(), notify.times(), notify.channels())
    for act, reason in (
        (lambda: notify.set_rule("gossip", "off"), "write mention, proposed"),  # type: ignore[arg-type]
        (lambda: notify.set_rule("moved", "never"), "not 'never'"),  # type: ignore[arg-type]
        (lambda: notify.set_rule("moved", threshold=float("nan")), "between 0 and 1000"),
        (lambda: notify.set_times(Times("Atlantis")), "no time zone 'Atlantis'"),
        (lambda: notify.set_times(Times(quiet_from="25:00")), "'25:00' is no time of day"),
        (lambda: notify.set_times(Times(hour=24)), "an hour from 0 to 23"),
        (lambda: notify.add_channel("carrier pigeon"), "that is no address of a channel"),
        (lambda: notify.add_channel("ntfy://x", zone="Atlantis"), "no time zone"),
    ):
        with pytest.raises(Refused, match=reason):
            act()
    with pytest.raises(NotFound):
        notify.attend("summit-2072", "follow")
    assert (notify.rules(), notify.times(), notify.channels()) == before


def test_a_preview_says_what_would_be_sent_and_sends_nothing(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    assert tracker.notifications.preview() is None
    clock.advance(hours=1)
    report(tracker)
    message = tracker.notifications.preview()
    assert message is not None
    assert "Decisive evidence for it" in message.text
    assert postbox.take() == []
    next_morning(clock)
    tick(tracker)
    assert {n.key for n in postbox.sent[0][1].notices} == {n.key for n in message.notices}
