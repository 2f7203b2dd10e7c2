"""The page on which a question is asked."""

from datetime import UTC, date, datetime

from streamlit.testing.v1 import AppTest

from forecasts.distributions.distribution import Binary
from tests.builders import FakeClock, a_set
from tests.dashboard.pages import button, field, open_page, plain, seen, words
from tracker.app.tracker import Tracker

TEXT = "Will the ministry report a record harvest in 2027?"
CRITERIA = (
    "YES if the ministry of Arland reports a record harvest between 1 December 2026 and 31 "
    "December 2027 (UTC), in its first release. Annulled if the ministry is closed down."
)


BASE_RATE = "Base rate (optional): how often did this happen before?"


def choose(visit: AppTest, label: str, value: object) -> AppTest:
    return seen(field(visit, label).set_value(value).run())


def kind(visit: AppTest, name: str) -> AppTest:
    return seen(visit.button_group[0].set_value(name).run())


def time(visit: AppTest, label: str, value: datetime) -> None:
    (each,) = [w for w in visit.datetime_input if w.label.startswith(f"{label} (")]
    each.set_value(value)


def filled(tracker: Tracker, **but: str) -> AppTest:
    """The form of a sound yes-no question; `but` names the fields that differ, by their label."""
    visit = open_page(tracker, "ask")
    said = {
        "Question": TEXT,
        "How it is resolved": CRITERIA,
        "Sources, one per line": "arland.example\n\n https://borland.example ",
        **but,
    }
    for label, value in said.items():
        field(visit, label).set_value(value)
    time(visit, "Closes", datetime(2027, 12, 31, 18))  # noqa: DTZ001  the input has no zone
    return visit


def send(visit: AppTest) -> AppTest:
    return seen(button(visit, "Ask this question").click().run())


def only_error(visit: AppTest) -> str:
    (error,) = visit.error
    return str(error.value).replace("\\", "")


def test_a_yes_no_question_takes_four_fields(tracker: Tracker, clock: FakeClock) -> None:
    visit = open_page(tracker, "ask")
    (more,) = [drawer for drawer in visit.expander if drawer.label == "More"]
    behind = {w.label for w in (*more.text_input, *more.text_area, *more.datetime_input)}
    every = [*visit.text_input, *visit.text_area, *visit.datetime_input]
    first = [plain(w.label) for w in every if w.label not in behind]
    assert first == [
        "Question", BASE_RATE, "How it is resolved", "Closes (UTC)"
    ]  # fmt: skip
    # Two are enough where text and criteria say when it ends, and who reports it.
    field(visit, "Question").set_value(TEXT.replace("in 2027", "by 31 December 2027"))
    field(visit, "How it is resolved").set_value(CRITERIA)
    visit = seen(visit.run())
    assert "Ready to ask." in words(visit)
    send(visit)
    (asked,) = [s.question for s in tracker.questions.list()]
    assert asked.closes_at == datetime(2028, 1, 1, tzinfo=UTC)
    assert asked.sources == ()


def test_close_follows_the_text_until_it_is_changed(tracker: Tracker) -> None:
    visit = open_page(tracker, "ask")
    closes = next(w for w in visit.datetime_input if w.label.startswith("Closes"))
    for text, expected in (
        ("Will it rain by 30 June 2027?", datetime(2027, 7, 1)),  # noqa: DTZ001
        ("Will it rain before 1 July 2027?", datetime(2027, 7, 1)),  # noqa: DTZ001
        ("Will it rain by 30 June 2020?", None),
    ):
        visit = choose(visit, "Question", text)
        closes = next(w for w in visit.datetime_input if w.label.startswith("Closes"))
        assert closes.value == expected
    time(visit, "Closes", datetime(2027, 3, 1))  # noqa: DTZ001
    visit = choose(seen(visit.run()), "Question", "Will it rain by 30 June 2027?")
    closes = next(w for w in visit.datetime_input if w.label.startswith("Closes"))
    assert closes.value == datetime(2027, 3, 1)  # noqa: DTZ001


def test_a_yes_no_question_is_asked_and_opened(tracker: Tracker, clock: FakeClock) -> None:
    visit = send(filled(tracker, **{BASE_RATE: "30%, from 3 of 10 years",
                                    "Tags, separated by commas": "grain, harvest ,"}))  # fmt: skip
    assert TEXT in words(visit)
    asked = tracker.questions.get("ministry-record-harvest").summary.question
    assert asked.prior == Binary(0.3182)  # (3 + ½) / (10 + 1)
    assert asked.prior_reason == "30%, from 3 of 10 years"
    assert asked.sources == ("arland.example", "https://borland.example")
    assert asked.tags == ("grain", "harvest")
    assert (asked.opens_at, asked.closes_at) == (clock.time, datetime(2027, 12, 31, 18, tzinfo=UTC))
    assert asked.resolves_at == asked.closes_at
    assert "asking" not in visit.session_state
    assert field(open_page(tracker, "ask"), "Question").value == ""


def test_times_are_read_in_the_viewers_zone(tracker: Tracker) -> None:
    visit = filled(tracker, **{"ID": "harvest"})
    visit.context["timezone"] = "Europe/Berlin"
    visit = send(seen(visit.run()))
    assert tracker.questions.get("harvest").summary.question.closes_at == datetime(
        2027, 12, 31, 17, tzinfo=UTC
    )


def test_question_may_open_later_and_be_answered_after_close(tracker: Tracker) -> None:
    visit = filled(tracker, **{"ID": "harvest"})
    time(visit, "Opens", datetime(2027, 1, 1))  # noqa: DTZ001
    time(visit, "Resolution due", datetime(2028, 2, 1))  # noqa: DTZ001
    visit = send(visit)
    question = tracker.questions.get("harvest").summary
    assert question.status == "upcoming"
    assert question.question.prior == Binary(0.5)  # that of somebody who knows nothing
    assert question.question.resolves_at == datetime(2028, 2, 1, tzinfo=UTC)


def test_missing_parts_are_refused_and_nothing_is_lost(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    for but, reason in (
        ({"How it is resolved": ""}, "resolution criteria must not be empty"),
        ({"ID": "Grain Exports"}, "'Grain Exports' is not a valid name"),
        ({"ID": "summit-2027"}, "there is a question 'summit-2027' already"),
    ):
        visit = send(filled(tracker, **but))
        assert reason.lower() in only_error(visit).lower()
        assert [q.question.id for q in tracker.questions.list()] == ["summit-2027"]
        assert field(visit, "How it is resolved").value == but.get("How it is resolved", CRITERIA)


def test_question_without_a_future_close_is_refused(tracker: Tracker) -> None:
    visit = filled(tracker)
    time(visit, "Closes", datetime(2020, 1, 1))  # noqa: DTZ001
    time(visit, "Opens", datetime(2019, 1, 1))  # noqa: DTZ001
    assert "its close lies in the past" in only_error(send(visit))
    time(visit, "Opens", datetime(2021, 1, 1))  # noqa: DTZ001
    assert "closes before it opens" in only_error(send(visit))
    fresh = open_page(tracker, "ask")
    field(fresh, "Question").set_value("Will it rain?")
    assert "Add a closing date and time" in only_error(send(fresh))


def test_kind_asks_for_what_it_needs(tracker: Tracker) -> None:
    # A kind asks for what it needs.
    for name, reason in (
        ("date", "fill in the earliest and latest date"),
        ("ordered", "at least two options"),
    ):
        visit = kind(filled(tracker), name)
        time(visit, "Closes", datetime(2027, 12, 31))  # noqa: DTZ001
        assert reason in only_error(send(visit))
        assert tracker.questions.list() == ()
    # A range in the wrong order is refused.
    visit = kind(filled(tracker), "numeric")
    for label, value in (("From", 9.0), ("To", 5.0)):
        field(visit, label).set_value(value)
    assert "from a lower to a higher number" in only_error(send(visit))


def test_a_logarithmic_range_has_a_zero_point(tracker: Tracker) -> None:
    visit = kind(filled(tracker, **{"ID": "harvest"}), "numeric")
    for label, value in (("From", 1.0), ("To", 1000.0), ("Unit", "Mt")):
        field(visit, label).set_value(value)
    (log,) = [c for c in visit.checkbox if c.label.startswith("Logarithmic")]
    seen(log.check().run())
    field(visit, "Zero point, below the range").set_value(2.0)
    assert "zero point of a log scale lies below its range" in only_error(send(visit))
    field(visit, "Zero point, below the range").set_value(0.0)
    send(visit)
    scale = tracker.questions.get("harvest").summary.question.scale
    assert scale is not None
    assert scale.zero_point == 0.0


def test_base_rate_is_echoed(tracker: Tracker) -> None:
    for name, fill, prior, echo in (
        (
            "date",
            {"Latest date": date(2027, 12, 31)},
            "50%=2027-07-01 never=20%",
            "median 1 Jul 2027",
        ),
        ("numeric", {"From": 0.0, "To": 90.0}, "cheap", "is not a forecast"),
    ):
        visit = kind(open_page(tracker, "ask"), name)
        for label, value in {**fill, "Base rate": prior}.items():
            field(visit, label).set_value(value)
        seen(visit.run())
        assert echo in words(visit)
        assert not visit.error


def test_what_was_typed_stays_when_the_kind_changes(tracker: Tracker) -> None:
    visit = kind(filled(tracker), "categorical")
    choose(visit, "Options, one per line", "Beijing\nMinsk")
    kind(visit, "binary")
    visit = kind(visit, "categorical")
    assert field(visit, "Options, one per line").value == "Beijing\nMinsk"
    assert field(visit, "Question").value == TEXT


def test_pages_lead_to_the_form(tracker: Tracker) -> None:
    # An empty database leads to the form.
    for page, link in (("home", "Write your own"), ("questions", "Ask your first question")):
        assert link in words(open_page(tracker, page))
    # The list of questions leads to the form.
    tracker.question_sets.load(a_set())
    assert "Ask a question" in words(open_page(tracker, "questions"))


def test_findings_while_asking(tracker: Tracker) -> None:
    # What blocks a question stands beside its field with a fix.
    visit = seen(
        filled(
            tracker, **{"Question": "Will exports fall significantly by 31 December 2027?"}
        ).run()
    )
    said = words(visit)
    assert "Needs fixing. Readers measure “significantly” by different yardsticks." in said.replace(
        "*", ""
    )
    assert said.count("Needs fixing") == 3  # one on the page, the others behind it
    assert "The prior has no reason yet." in said  # advice, which blocks nothing
    # An empty form has no findings.
    said = words(open_page(tracker, "ask"))
    assert "Needs fixing" not in said
    assert "Ready to ask" not in said
    # Before a close is given nothing is found wrong with it.
    visit = open_page(tracker, "ask")
    field(visit, "Question").set_value(TEXT)
    field(visit, "How it is resolved").set_value(CRITERIA)
    field(visit, "Sources, one per line").set_value("arland.example\nborland.example")
    assert "Ready to ask" in words(seen(visit.run()))
    field(visit, "Question").set_value("Will it rain by 31 December 2027?")
    assert "Text ends on" not in words(seen(visit.run()))


def test_blocked_question_opens_only_with_a_reason(tracker: Tracker) -> None:
    visit = send(
        filled(
            tracker,
            **{"Question": "Will exports fall significantly in 2027?", "ID": "exports"},
        )
    )
    assert "3 things need fixing first" in only_error(visit).replace("\u00a0", " ")
    assert tracker.questions.list() == ()
    choose(visit, "Override: reason", "The ministry has its own bound for it.")
    send(visit)
    assert [q.question.id for q in tracker.questions.list()] == ["exports"]
    assert tracker.system.verify().bad_seq is None
