"""The lines that news is compared with: by rules, except those that somebody wrote."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from forecasts.errors import ForecastsError, InvalidForecast, InvalidQuestion
from forecasts.questions.compiled_question import (
    CompiledQuestion,
    Statement,
    build_own_lines,
    change_lines,
    parse_names,
)
from forecasts.questions.question import ForecasterId, QuestionId
from tests.builders import DAY, NOW, FakeClock, a_question, a_set
from tests.interfaces.api_answers import read_question_json
from tests.lives import BEN, SOURCE, an_asked
from tests.tables import check_rows
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.matching.compile_question import compile_question
from tracker.questions.queries.compiled_questions import load_compiled_questions
from tracker.storage.event_log import iterate_entries

OPTIONS = ("Moscow", "Beijing", "Other")
OWN = build_own_lines("Rain floods Arland", names=(("Arland", "阿兰"),))


def count_entries(tracker: Tracker) -> int:
    """Entries of the log, without those of names of forecasters."""
    with tracker.context.store.reading() as session:
        return sum(entry.kind != "forecaster" for entry in iterate_entries(session))


def lines(tracker: Tracker, name: str = "rain") -> CompiledQuestion:
    return tracker.questions.get_statements(name).compiled


def test_without_an_author_the_lines_are_those_of_the_rules(tracker: Tracker) -> None:
    asked = tracker.questions.ask(an_asked())
    shown = tracker.questions.get_statements("rain")
    assert shown.compiled == shown.rules == compile_question(asked)
    assert (shown.written_at, shown.reworded, shown.compiled.author) == (None, False, "rules")
    entries = count_entries(tracker)
    edited = tracker.questions.edit("rain", Wording(text="Does it snow in Arland?"), why="shorter")  # fmt: skip
    assert lines(tracker) == compile_question(edited) != compile_question(asked)
    assert count_entries(tracker) == entries + 1  # the edit alone


def test_lines_of_a_person_stay_when_the_text_changes(tracker: Tracker, clock: FakeClock) -> None:
    asked = tracker.questions.ask(an_asked())
    rules = compile_question(asked).statements[0]
    clock.advance(days=1)
    shown = tracker.questions.set_statements("rain", OWN, by=BEN)
    assert shown.compiled == CompiledQuestion(
        (Statement("Rain floods Arland", rules.no),), OWN.names, "ben"
    )
    assert (shown.written_at, shown.reworded) == (NOW + DAY, False)
    clock.advance(days=1)
    text = "Will it rain in Northern Arland before 31 December 2026?"
    edited = tracker.questions.edit("rain", Wording(text=text), why="the south is dry")
    shown = tracker.questions.get_statements("rain")
    assert shown.reworded
    # The line that nobody wrote follows the text.
    no = compile_question(edited).statements[0].no
    assert no != rules.no
    assert shown.compiled.statements == (Statement("Rain floods Arland", no),)
    assert tracker.questions.get("rain").statements == shown
    assert tracker.system.verify().bad_seq is None


def test_criteria_alone_do_not_make_lines_old(tracker: Tracker, clock: FakeClock) -> None:
    asked = tracker.questions.ask(replace(an_asked(), statements=OWN))
    clock.advance(days=1)
    criteria = f"{asked.criteria} Drizzle counts as rain."
    tracker.questions.edit("rain", Wording(criteria=criteria), why="drizzle", override="a test")
    assert not tracker.questions.get_statements("rain").reworded


def test_a_reset_leaves_the_lines_to_the_rules(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(replace(an_asked(), statements=OWN))
    assert lines(tracker).author == "ada"
    clock.advance(days=1)
    shown = tracker.questions.reset_statements("rain")
    assert (shown.compiled, shown.written_at) == (shown.rules, None)
    entries = tracker.system.verify().entries
    tracker.questions.reset_statements("rain")
    assert tracker.system.verify().entries == entries  # there was nothing left to reset


def test_lines_as_the_rules_have_them_are_not_stored(tracker: Tracker) -> None:
    rules = compile_question(tracker.questions.ask(an_asked()))
    entries = count_entries(tracker)
    tracker.questions.set_statements("rain", rules)
    assert lines(tracker).author == "rules"
    tracker.questions.set_statements("rain", change_lines(rules, yes="Rain floods Arland"))
    tracker.questions.set_statements("rain", change_lines(rules, yes="Rain  floods Arland "))
    assert count_entries(tracker) == entries + 1  # entered twice, written once
    tracker.questions.set_statements("rain", rules)
    assert lines(tracker).author == "rules"


def test_known_on_a_day_shows_the_lines_of_that_day(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked())
    for line in ("Rain falls in Arland", "Rain floods Arland"):
        clock.advance(days=1)
        tracker.questions.set_statements("rain", build_own_lines(line))
    by_day = [
        tracker.questions.get_as_of("rain", NOW + n * DAY + DAY / 2).statements for n in range(3)
    ]
    assert [shown.compiled.author for shown in by_day] == ["rules", "ada", "ada"]
    assert [shown.compiled.statements[0].yes for shown in by_day[1:]] == [
        "Rain falls in Arland",
        "Rain floods Arland",
    ]


def test_an_option_has_a_line_while_it_is_offered(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked("visit", kind="categorical", options=OPTIONS))
    clock.advance(days=1)
    tracker.questions.change_option("visit", "Minsk", "added")
    assert [s.option for s in lines(tracker, "visit").statements] == [*OPTIONS, "Minsk"]
    own_lines = build_own_lines(options={"Minsk": "She flies to Minsk", "Moscow": "Moscow first"})
    shown = tracker.questions.set_statements("visit", own_lines)
    by_option = {statement.option: statement.yes for statement in shown.compiled.statements}
    assert list(by_option) == [*OPTIONS, "Minsk"]
    assert (by_option["Minsk"], by_option["Moscow"]) == ("She flies to Minsk", "Moscow first")
    clock.advance(days=1)
    tracker.questions.change_option("visit", "Moscow", "removed")
    assert "Moscow" not in {statement.option for statement in lines(tracker, "visit").statements}
    exported = tracker.question_sets.export("own-questions").statements[QuestionId("visit")]
    assert [statement.option for statement in exported.statements] == ["Minsk"]
    tracker.questions.reset_statements("visit")
    options = [statement.option for statement in lines(tracker, "visit").statements]
    assert options == ["Beijing", "Other", "Minsk"]


@check_rows(
    [
        ("rain", build_own_lines(options={"Moscow": "x"}), "rain is a binary question and has no"),
        ("rain", CompiledQuestion(()), "no line is given: write one"),
        ("rain", build_own_lines(names=(("a|b",),)), "'a|b' is not a valid name"),
        ("visit", build_own_lines("She flies"), "visit has no place for a line without its option"),
        ("visit", build_own_lines(options={"Rome": "x"}), "visit has no place for 'Rome': name"),
        (
            "visit",
            CompiledQuestion((Statement("x", "y", "Moscow"),)),
            "Moscow needs one line: the lines of the other options deny it",
        ),
    ],
    "name", "own_lines", "reason",
)  # fmt: skip
def test_lines_that_do_not_fit_are_refused(
    tracker: Tracker, name: str, own_lines: CompiledQuestion, reason: str
) -> None:
    if not tracker.questions.list():
        tracker.questions.ask(an_asked())
        tracker.questions.ask(an_asked("visit", kind="categorical", options=OPTIONS))
    before = tracker.system.verify()
    with pytest.raises(InvalidQuestion, match=reason.replace("|", r"\|")) as refusal:
        tracker.questions.set_statements(name, own_lines)
    assert "\n" not in str(refusal.value)
    assert tracker.system.verify() == before


def test_an_answered_question_keeps_its_lines(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked())
    clock.advance(days=1)
    tracker.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=clock.time)
    for write in (
        lambda: tracker.questions.set_statements("rain", OWN),
        lambda: tracker.questions.reset_statements("rain"),
    ):
        with pytest.raises(Refused, match="rain has its answer: no news moves it"):
            write()
    with pytest.raises(NotFound):
        tracker.questions.get_statements("nope")


def test_computed_forecasters_and_models_write_no_lines(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked())
    for name in ("crowd", "model:small", " "):
        with pytest.raises(InvalidForecast):
            tracker.questions.set_statements("rain", OWN, by=ForecasterId(name))


def test_a_refused_line_opens_no_question(tracker: Tracker) -> None:
    with pytest.raises(ForecastsError, match="has no options"):
        tracker.questions.ask(an_asked(statements=build_own_lines(options={"Moscow": "x"})))
    assert tracker.questions.list() == ()


def test_a_set_words_lines_that_nobody_has_edited(tracker: Tracker, clock: FakeClock) -> None:
    made = a_set(a_question(), a_question("talks-2027"))
    tracker.question_sets.load(made)
    tracker.questions.set_statements("talks-2027", OWN)
    tracker.questions.reset_statements("talks-2027")
    clock.advance(days=1)
    worded = {q.id: replace(OWN, author="question-set") for q in made.questions}
    tracker.question_sets.load(replace(made, statements=worded))
    assert lines(tracker, "summit-2027").statements[0].yes == "Rain floods Arland"
    assert lines(tracker, "summit-2027").author == "question-set"
    assert lines(tracker, "talks-2027").author == "rules"  # a person wanted it so
    entries = tracker.system.verify().entries
    tracker.question_sets.load(replace(made, statements=worded))
    assert tracker.system.verify().entries == entries
    exported = tracker.question_sets.export(made.essay.id).statements
    assert dict(exported) == {QuestionId("summit-2027"): worded[QuestionId("summit-2027")]}


def test_a_thousand_questions_are_compiled_with_one_query(tracker: Tracker) -> None:
    tracker.questions.ask(replace(an_asked(), statements=OWN))
    (row,) = tracker.questions.list()
    many = [row.question, *(replace(row.question, id=QuestionId(f"q{n}")) for n in range(1000))]
    queries: list[str] = []
    with tracker.context.store.reading() as session:
        event.listen(
            session.get_bind(), "before_cursor_execute", lambda *said: queries.append(said[2])
        )
        compiled = load_compiled_questions(session, many)
    assert len([query for query in queries if "question_statements" in query]) == 1
    assert len(compiled) == 1001
    assert compiled[QuestionId("rain")].statements[0].yes == "Rain floods Arland"
    assert compiled[QuestionId("q7")].author == "rules"


def test_programs_read_the_lines_of_a_question(tracker: Tracker) -> None:
    tracker.questions.ask(replace(an_asked(), statements=OWN))
    told = read_question_json(tracker, "rain")
    (statement,) = told["statements"]
    assert (statement["yes"], statement["option"]) == ("Rain floods Arland", "")
    assert (told["names"], told["statements_by"], told["horizon"]) == (
        [["Arland", "阿兰"]],
        "ada",
        "event_by",
    )


@check_rows(
    [
        (["Xi Jinping | Xi|习近平", "", " Putin "], (("Xi Jinping", "Xi", "习近平"), ("Putin",))),
        (["| |", "Xi||Xi"], (("| |",), ("Xi",))),  # a line without a spelling is refused later
        ([], ()),
    ]
)
def test_names_are_typed_with_bars_between_spellings(
    typed: list[str], names: tuple[tuple[str, ...], ...]
) -> None:
    assert parse_names(typed) == names
