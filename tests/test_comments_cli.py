"""The command line: comments, private notes, and who disagrees."""

import pytest

from tests.builders import a_set
from tests.test_cli import Shell
from tracker.app.tracker import Tracker

QUESTION = "summit-2027"
ON = ("question", "comment", QUESTION)


@pytest.fixture(autouse=True)
def asked(tracker: Tracker) -> None:
    """A question to talk about."""
    tracker.question_sets.load(a_set())


def test_a_talk_is_written_read_and_edited(shell: Shell) -> None:
    assert "Nobody has commented" in shell("question", "comments", QUESTION)
    first = shell.json(*ON, "A [red]summit[/red] is near \x1b[31m")
    assert first["versions"][0]["text"] == "A [red]summit[/red] is near [31m"
    number = str(first["id"])
    shell(*ON, "Not yet, @ada.", "--reply-to", number, "--as", "ben")
    assert f"re {number}" in shell("question", "comments", QUESTION)
    shell(*ON, "A summit is far.", "--edit", number)
    printed = shell("question", "comments", QUESTION)
    assert "A summit is far." in printed
    assert "edited" in printed
    assert "A [red]summit[/red] is near" in shell(
        "question", "comments", QUESTION, "--history", number
    )
    assert "removed by ada" in shell(*ON, "--remove", number)


def test_a_note_is_kept_and_taken_back(shell: Shell) -> None:
    assert "nobody else reads it" in shell(*ON, "I would sell.", "--note")
    assert shell.json("question", "comments", QUESTION)["note"] == "I would sell."
    assert "You have no note" in shell(*ON, "", "--note")
    shell("people", "add", "Ben")
    assert "only ben writes them" in shell.refused(*ON, "Forged.", "--note", "--as", "ben")


def test_bad_combinations_are_refused_in_a_line(shell: Shell) -> None:
    for options in (
        (),
        ("text", "--remove", "1"),
        ("text", "--note", "--edit", "1"),
        ("text", "--edit", "1", "--reply-to", "1"),
    ):
        shell(*ON, *options, code=2)
    assert "there is no comment 7" in shell.refused(*ON, "--remove", "7")
    assert "no text" in shell.refused(*ON, "")


def test_gaps_are_told_in_sentences(shell: Shell) -> None:
    shell("forecast", "set", QUESTION, "90%")
    shell("forecast", "set", QUESTION, "20%", "--as", "ben")
    printed = " ".join(shell("question", "gaps", QUESTION).split())
    assert "You 90%, the estimate" in printed
    assert "apart in log-odds" in printed
    assert "The estimate would still be" in printed
    assert "too few answered questions had such a gap" in printed
    report = shell.json("question", "gaps", QUESTION)
    assert [p["forecaster"]["id"] for p in report["positions"]] == ["ada", "crowd", "suggestion"]
