"""Lines of a question at a terminal: shown, written, left to the rules again, and refused."""

import pytest

from tests.builders import FakeClock
from tests.lives import an_asked
from tests.quick_databases import begin
from tests.tables import check_rows
from tests.terminals import at_a_terminal
from tests.test_cli import Shell
from tracker.app.tracker import Tracker

NEW = (
    "question", "ask", "new", "--criteria",
    "YES if the weather service of Arland reports it between 1 December 2026 and 31 December 2026 "
    "(UTC). Annulled if the service is closed down.", "--source", "arland.example", "--source",
    "Reuters, as fall-back", "--closes", "2027-01-01",
)  # fmt: skip


def ask_two(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked())
    options = ("Moscow", "Beijing", "Other")
    tracker.questions.ask(an_asked("visit", kind="categorical", options=options))
    clock.advance(days=1)


@pytest.fixture
def shell(
    tracker: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A terminal in front of a tracker with a yes/no question and one with options."""
    begin(tracker, clock, ask_two)
    return at_a_terminal(tracker, clock, capsys, monkeypatch)


def test_lines_are_shown_written_and_left_to_the_rules(shell: Shell) -> None:
    assert "All lines are made of the question by rules." in shell("question", "statements", "rain")
    rules = shell.json("question", "statements", "rain")
    assert rules["author"] == "rules"
    out = shell("question", "statements", "rain", "--yes", "Rain floods Arland", "--as", "ben")
    assert "Rain floods Arland" in out
    assert "Edited by ben, 2026-12-02 09:30 UTC; rules make the rest." in out
    signs = shell("question", "statements", "rain", "--yes", "Arland signs pact with Borland")
    assert "YES, too" in signs
    assert "Arland rejects pact with Borland" in signs
    shell("question", "statements", "rain", "--yes", "Rain floods Arland")
    shell("question", "statements", "rain", "--name", "Arland|阿兰", "--name", "Borland")
    both = shell.json("question", "statements", "rain")
    assert (both["statements"][0]["yes"], both["names"]) == (
        "Rain floods Arland", [["Arland", "阿兰"], ["Borland"]],
    )  # fmt: skip
    assert "YES “Rain floods Arland”" in shell("question", "show", "rain").replace("\n", " ")
    one = shell.json("question", "statements", "rain", "--yes", "")
    assert one["statements"] == rules["statements"]
    assert one["names"] == both["names"]
    assert shell.json("question", "statements", "rain", "--reset") == rules
    assert shell.json("system", "verify")["bad_seq"] is None


def test_an_option_has_its_line(shell: Shell) -> None:
    line = "Other = She stays = at home"
    told = shell.json("question", "statements", "visit", "--option-statement", line)
    by_option = {statement["option"]: statement["yes"] for statement in told["statements"]}
    assert by_option["Other"] == "She stays = at home"
    assert list(by_option) == ["Moscow", "Beijing", "Other"]


def test_an_edited_question_says_that_its_lines_are_older(shell: Shell, clock: FakeClock) -> None:
    shell("question", "statements", "rain", "--yes", "Rain floods Arland")
    clock.advance(days=1)
    text = "Does it rain in Arland before 31 December 2026?"
    shell("question", "edit", "rain", "--text", text, "--why", "shorter")
    assert "The question has been reworded since." in shell("question", "statements", "rain")


def test_a_question_is_asked_with_its_lines(shell: Shell) -> None:
    out = shell(*NEW, "--text", "Will snow lie in Arland on 24 December 2026?",
                "--yes", "Snow covers Arland on 24 December", "--name", "Arland|阿兰")  # fmt: skip
    assert "“Snow covers Arland on 24 December”" in " ".join(out.split())
    told = shell.json("question", "statements", "new")
    assert (told["author"], told["names"]) == ("ada", [["Arland", "阿兰"]])


@check_rows(
    [
        ("on-day", "Will snow lie in Arland on 24 December 2026?", "Horizon state_at, how things"),
        ("by-day", "Will snow fall in Arland by 31 December 2026?", "“by 31 December 2026” sets a"),
        ("lasting", "Will Arland stay dry until 31 December 2026?", "Horizon holds_until, whether"),
    ],
    "name", "text", "told",
)  # fmt: skip
def test_the_horizon_follows_from_the_text_and_is_told(
    shell: Shell, name: str, text: str, told: str
) -> None:
    out = " ".join(shell("question", "ask", name, *NEW[3:], "--text", text).split())
    assert told in out
    assert "Give --horizon to choose another." in out


def test_a_chosen_horizon_is_taken_as_it_is(shell: Shell) -> None:
    text = "Will snow lie in Arland on 24 December 2026?"
    out = shell(*NEW, "--text", text, "--horizon", "event_by")
    assert "Horizon" not in out
    (new,) = [q for q in shell.json("question", "list") if q["id"] == "new"]
    assert new["horizon_shape"] == "event_by"


@check_rows(
    [
        (("rain", "--option-statement", "Moscow"), "'Moscow' names no option: write NAME=LINE"),
        (("rain", "--option-statement", "Moscow=x"), "rain is a binary question and has no"),
        (("visit", "--yes", "She flies"), "visit has no place for a line without its option"),
        (("visit", "--option-statement", "Rome=x"), "name one of Moscow, Beijing, Other"),
        (("rain", "--reset", "--yes", "x"), "--reset leaves every line to the rules"),
        (("rain", "--yes", "x", "--no", "x"), "the second one has to say the opposite"),
        (("rain", "--yes", "☃"), "'☃' has no word: write a headline that would report it"),
        (("rain", "--no", "2026 – 2027"), "has no word"),
        (("rain", "--name", "|||"), "'|||' is not a valid name: write a spelling with a letter"),
        (("rain", "--name", "!? | 47"), "is not a valid name"),
        (("rain", "--yes", "x" * 301), "a statement is one line of at most 300 characters"),
        (("rain", "--yes", "x", "--as", "crowd"), "is computed by the tracker"),
        (("nope", "--yes", "x"), "there is no question nope"),
    ],
    "argv", "reason",
)  # fmt: skip
def test_lines_that_do_not_fit_are_refused_in_one_line(
    shell: Shell, argv: tuple[str, ...], reason: str
) -> None:
    before = shell.json("system", "verify")
    assert reason in shell.refused("question", "statements", *argv)
    assert shell.json("system", "verify") == before
