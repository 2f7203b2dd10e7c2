"""The lines that news is compared with, on the page that asks a question and on its own."""

from datetime import datetime

from streamlit.testing.v1 import AppTest

from forecasts.questions.compiled_question import Statement, build_own_lines
from tests.builders import FakeClock
from tests.dashboard.pages import button, field, open_page, seen, words
from tests.dashboard.test_ask import CRITERIA, choose, filled, kind, send, time
from tests.lives import SOURCE, an_asked
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.matching.compile_question import compile_question

YES, NO = "A headline for YES", "A headline for NO"
NAMES = "Names to look for, one per line, spellings separated by |"
FIRST = "Will the ministry report a record harvest by 31 December 2027?"
SECOND = "Will the ministry remain open until 31 December 2027?"


def shape(visit: AppTest) -> object:
    """The horizon that is chosen."""
    return visit.button_group[1].value


def test_lines_follow_the_question_until_they_are_changed(tracker: Tracker) -> None:
    visit = open_page(tracker, "ask")
    assert "Fill in the question and its answers" in words(visit)
    choose(visit, "Question", FIRST)
    first = field(visit, YES).value
    assert first
    choose(visit, "Question", SECOND)
    assert field(visit, YES).value not in ("", first)
    choose(visit, YES, "Ministry keeps its doors open")
    no = field(visit, NO).value
    choose(visit, "Question", FIRST)
    assert field(visit, YES).value == "Ministry keeps its doors open"
    assert field(visit, NO).value != no
    choose(visit, YES, "")
    assert field(visit, YES).value == first


def test_only_changed_lines_are_stored(tracker: Tracker) -> None:
    visit = filled(tracker, **{"ID": "harvest"})
    seen(visit.run())
    choose(visit, YES, "Record harvest in Arland")
    choose(visit, NAMES, "Arland | 阿兰")
    send(visit)
    lines = tracker.questions.get_statements("harvest")
    assert lines.compiled.author == tracker.me
    assert lines.compiled.names == (("Arland", "阿兰"),)
    (statement,) = lines.compiled.statements
    assert statement == Statement("Record harvest in Arland", lines.rules.statements[0].no)
    send(filled(tracker, **{"ID": "plain"}))
    assert tracker.questions.get_statements("plain").written_at is None


def test_lines_that_contradict_nothing_are_refused(tracker: Tracker) -> None:
    visit = seen(filled(tracker).run())
    choose(visit, YES, "Record harvest")
    choose(visit, NO, "Record harvest")
    assert "the second one has to say the opposite" in words(visit)
    visit = send(visit)
    assert "the second one has to say the opposite" in str(visit.error[0].value)
    assert tracker.questions.list() == ()


def test_the_horizon_follows_the_words_until_it_is_chosen(tracker: Tracker) -> None:
    visit = open_page(tracker, "ask")
    choose(visit, "Question", FIRST)
    assert shape(visit) == "event_by"
    assert "As worded: “by 31 December 2027” sets a deadline." in words(visit)
    choose(visit, "Question", SECOND)
    assert shape(visit) == "holds_until"
    seen(visit.button_group[1].set_value("state_at").run())
    choose(visit, "Question", FIRST)
    assert shape(visit) == "state_at"
    # It is asked as it was chosen.
    for label, value in (
        ("How it is resolved", CRITERIA),
        ("Sources, one per line", "arland.example\nborland.example"),
        ("ID", "harvest"),
    ):
        field(visit, label).set_value(value)
    time(visit, "Closes", datetime(2027, 12, 31, 18))  # noqa: DTZ001  the input has no zone
    send(visit)
    assert tracker.questions.get("harvest").summary.question.horizon_shape == "state_at"


def test_every_option_has_its_line(tracker: Tracker) -> None:
    visit = kind(filled(tracker, **{"ID": "visit"}), "categorical")
    choose(visit, "Options, one per line", "Beijing\nMinsk\nOther")
    choose(visit, "A headline for Minsk", "She flies to Minsk")
    time(visit, "Closes", datetime(2027, 12, 31, 18))  # noqa: DTZ001
    visit = send(visit)
    assert not visit.error, [e.value for e in visit.error]
    by_option = {
        statement.option: statement.yes
        for statement in tracker.questions.get_statements("visit").compiled.statements
    }
    assert by_option["Minsk"] == "She flies to Minsk"
    assert list(by_option) == ["Beijing", "Minsk", "Other"]


# The page of a question


def about(tracker: Tracker, name: str = "rain", **params: str) -> AppTest:
    return open_page(tracker, "question", q=name, details="Criteria", **params)


def editing(tracker: Tracker, name: str = "rain") -> AppTest:
    """The page of a question with the form opened."""
    visit = about(tracker, name)
    visit.session_state["edit-lines"] = True
    return seen(visit.run())


def test_a_question_shows_its_lines_and_edits_them(tracker: Tracker, clock: FakeClock) -> None:
    asked = tracker.questions.ask(an_asked())
    said = words(about(tracker))
    assert "Headlines to watch for" in said
    assert "They are generated from the question." in said
    assert compile_question(asked).statements[0].yes in said
    visit = editing(tracker)
    field(visit, YES).set_value("Rain floods Arland")
    field(visit, NAMES).set_value("Arland | 阿兰\nBorland")
    visit = seen(button(visit, "Save lines").click().run())
    lines = tracker.questions.get_statements("rain").compiled
    assert lines.statements[0].yes == "Rain floods Arland"
    assert lines.names == (("Arland", "阿兰"), ("Borland",))
    clock.advance(days=1)
    text = "Does it rain in Arland before 31 December 2026?"
    tracker.questions.edit("rain", Wording(text=text), why="shorter")
    said = words(about(tracker))
    assert "edited by you on 1 Dec 2026. The question was edited since" in said
    assert "Names: Arland, Borland" in said
    seen(button(editing(tracker), "Reset to generated lines").click().run())
    assert tracker.questions.get_statements("rain").written_at is None


def test_emptied_lines_follow_from_the_question(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked(statements=build_own_lines("Rain floods Arland")))
    visit = editing(tracker)
    for label in (YES, NO, NAMES):
        field(visit, label).set_value("")
    seen(button(visit, "Save lines").click().run())
    assert tracker.questions.get_statements("rain").written_at is None


def test_lines_cannot_be_edited_after_the_answer_or_in_the_past(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.questions.ask(an_asked())
    clock.advance(days=2)
    assert not [
        e for e in about(tracker, known="2026-12-02").expander if e.label.startswith("Edit these")
    ]
    tracker.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=clock.time)
    visit = about(tracker)
    assert "Headlines to watch for" in words(visit)
    assert not [e for e in visit.expander if e.label == "Edit lines"]
