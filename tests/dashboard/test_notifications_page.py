"""The page on which people choose what they are told."""

from tests.builders import FakeClock, a_question
from tests.dashboard.pages import button, field, open_page, row_words, seen, words
from tests.notifications.postbox import SUMMIT, Postbox, begin, postbox, report
from tracker.app.tracker import Tracker

__all__ = ["postbox"]


def test_a_channel_is_added_tried_and_removed(tracker: Tracker, postbox: Postbox) -> None:
    page = open_page(tracker, "notifications")
    assert "You get no messages yet." in words(page)
    field(page, "Address").input("pigeon://loft")
    page = seen(button(page, "Add a channel").click().run())
    assert "no address of a channel" in words(page)
    field(page, "Address").input("webhook+https://192.88.98.1/secret-path")
    field(page, "Name (optional)").input("Robot")
    page = seen(button(page, "Add a channel").click().run())
    assert page.code[0].value.startswith("whk_")
    page = seen(page.run())
    assert not page.code
    assert "Robot working never" in " ".join(row_words(page))
    assert "secret-path" not in words(page)
    page = seen(button(page, "Send me a test").click().run())
    assert postbox.take() == ["This is a test – Your channel works"]
    postbox.refusal = "error=403"
    page = seen(button(page, "Send me a test").click().run())
    assert "Robot did not take the test: error=403." in words(page)
    assert "failing error=403, next try" in " ".join(row_words(page))
    page = seen(button(page, "Resume").click().run())
    page = seen(button(page, "Pause").click().run())
    assert tracker.notifications.channels()[0].paused
    page = seen(button(page, "Remove").click().run())
    assert tracker.notifications.channels() == ()


def test_rules_and_times_are_changed(tracker: Tracker) -> None:
    page = open_page(tracker, "notifications")
    boxes = {box.label: box for box in page.selectbox}
    boxes["Rule"].select("moved")
    page = seen(page.run())
    boxes = {box.label: box for box in page.selectbox}
    boxes["Sent"].select("at once")
    page.number_input[0].set_value(15.0)
    page = seen(button(page, "Save rule").click().run())
    assert "by 15 points or more" in " ".join(row_words(page))
    rule = {rule.kind: rule for rule in tracker.notifications.rules()}["moved"]
    assert (rule.pace, rule.threshold) == ("at once", 15.0)
    boxes = {box.label: box for box in page.selectbox}
    boxes["Time zone"].select("Europe/Oslo")
    boxes["Digest"].select("weekly")
    page = seen(button(page, "Save times").click().run())
    times = tracker.notifications.times()
    assert (times.zone, times.digest) == ("Europe/Oslo", "weekly")


def test_questions_are_muted_and_the_preview_follows(
    tracker: Tracker, clock: FakeClock, postbox: Postbox
) -> None:
    begin(tracker)
    clock.advance(hours=1)
    report(tracker)
    page = open_page(tracker, "notifications")
    page.session_state["preview"] = True
    page = seen(page.run())
    assert "Decisive evidence for it" in page.code[0].value
    page = seen(button(page, "Mute").click().run())
    assert tracker.notifications.attention() == {SUMMIT: "mute"}
    assert f"{a_question().text} muted" in " ".join(row_words(page))
    assert "There is nothing to tell you now." in words(page)
    page = seen(button(page, "Unmute").click().run())
    assert tracker.notifications.attention() == {}
    assert postbox.take() == []
