"""Essays through the command line and the verbs: titles, several last days at once, what a list
leaves out.
"""

from pathlib import Path

import pytest

from tests.builders import FakeClock
from tests.lives import an_asked
from tests.test_cli import Shell
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.model.essays import NewEssay

TEXT = (
    "The river treaty\n\nArland will sign the river treaty by the end of 2027. Prices fell "
    "in May.\n"
)
WHY = "a question of a test"


@pytest.fixture
def essay(tracker: Tracker) -> Tracker:
    """A tracker with an essay of one claim."""
    tracker.essays.add(NewEssay("river", "The river treaty", TEXT, "pasted"))
    return tracker


# At a terminal


PAGE = (
    "<!doctype html><html><head><title>Seven hunches – The Far "
    "Post</title></head><body><article><h1>Seven hunches</h1>"
)
LINES = "".join(
    f"<p>In {year} the two governments will meet again and talk of nothing but fish.</p>"
    for year in range(2027, 2031)
)


def test_an_essay_is_called_as_its_page_calls_it(
    tracker: Tracker, shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"{PAGE}{LINES}</article></body></html>", encoding="utf-8")
    assert "page, version 1, “Seven hunches”" in shell("essay", "add", str(file))
    assert tracker.essays.get("page").essay.title == "Seven hunches"


def test_a_title_and_a_name_that_are_given_win(
    tracker: Tracker, shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "treaty.md"
    file.write_text("# The river treaty\n\nIt will be signed in 2027.\n", encoding="utf-8")
    shell("essay", "add", str(file), "--title", "Rivers", "--name", "river")
    shell("essay", "add", str(file))
    assert {one.essay.id: one.essay.title for one in tracker.essays.list()} == {
        "river": "Rivers",
        "treaty": "The river treaty",
    }


def test_questions_of_ones_own_are_listed_as_no_essay(tracker: Tracker, shell: Shell) -> None:
    tracker.questions.ask(an_asked())
    assert tracker.essays.list() == ()
    assert "No essays yet" in shell("essay", "list")
    assert tracker.essays.get("own-questions").questions


# A question at a terminal


CRITERIA = (
    "YES if the weather service of Arland measures rain before 31 December 2026, 09:30 UTC."
    " Annulled if the weather service is closed down."
)


def test_a_question_is_shown_with_sources_and_claim(tracker: Tracker, shell: Shell) -> None:
    tracker.questions.ask(an_asked(bears_out="no"), override=WHY)
    said = " ".join(shell("question", "show", "rain").split())
    assert "Sources: https://weather.arland.example; Reuters, as fall-back" in said
    assert "The claim is borne out if the answer is NO" in said


def test_without_a_claim_nothing_is_said_to_bear_it_out(tracker: Tracker, shell: Shell) -> None:
    tracker.questions.ask(an_asked(), override=WHY)
    assert "The claim" not in shell("question", "show", "rain")


def test_each_later_wording_says_what_it_changed(
    tracker: Tracker, clock: FakeClock, shell: Shell
) -> None:
    tracker.questions.ask(an_asked(), override=WHY)
    clock.advance(days=1)
    tracker.questions.edit("rain", Wording(criteria=CRITERIA), why="who measures it", override=WHY)
    clock.advance(days=1)
    tracker.questions.edit(
        "rain", Wording(sources=("arland.example",)), why="it moved", override=WHY
    )
    said = " ".join(shell("question", "show", "rain").split())
    assert "Wording 2, 2026-12-02 09:30 UTC by ada: who measures it criteria: YES if the" in said
    assert (
        "-reports- +measures+ rain before 31 December 2026, 09:30 … the weather service is "
        "closed down."
    ) in said
    assert "Wording 3" in said
    assert said.count("criteria:") == 1
    assert (
        "sources: -https://weather.arland.example; Reuters, as fall-back- +arland.example+" in said
    )
