"""Essays through the command line and the verbs: titles, several last days at once, what a list
leaves out.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from forecasts.distributions.cdf import Scale
from forecasts.errors import InvalidQuestion
from forecasts.questions.question import EssayId
from tests.builders import DAY, NOW, FakeClock, an_indicator
from tests.lives import an_asked
from tests.terminals import at_a_terminal
from tests.test_cli import Shell
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.errors import Unresolvable
from tracker.essays.claim_questions import PlannedQuestion
from tracker.model.essays import NewEssay

TEXT = (
    "The river treaty\n\nArland will sign the river treaty by the end of 2027. Prices fell "
    "in May.\n"
)
SIGNS = TEXT.index("Arland")
WHY = "a question of a test"


@pytest.fixture
def essay(tracker: Tracker) -> Tracker:
    """A tracker with an essay of one claim."""
    tracker.essays.add(NewEssay("river", "The river treaty", TEXT, "pasted"))
    return tracker


def wanted(year: int, **changed: object) -> PlannedQuestion:
    """The question of the claim for the end of a year, with an indicator."""
    closes = NOW.replace(year=year + 1, month=1, day=1, hour=0, minute=0)
    said = {
        "text": f"Will Arland sign the river treaty by 31 December {year}?",
        "criteria": (
            f"YES if the treaty register of Arland lists the river treaty by 31 December {year} "
            "(UTC). Annulled if the register is closed down."
        ),
        "closes_at": closes,
        "resolves_at": closes + 7 * DAY,
        "prior": "30%",
        "prior_reason": "3 of 10 comparable treaties",
        "essay_id": EssayId("river"),
    }
    asked = an_asked(f"signs-{year}", **{**said, **changed})
    return PlannedQuestion(asked, (an_indicator(asked.id),))


# Several last days at once


def test_several_last_days_open_together_and_are_bound_as_a_group(essay: Tracker) -> None:
    opened = essay.essays.open_claims([wanted(2028), wanted(2027)], SIGNS, override=WHY)
    assert [question.id for question in opened] == ["signs-2027", "signs-2028"]
    (link,) = essay.links.coherence().links
    assert (link.id, link.kind, link.question_ids) == (
        "signs-dates",
        "dates",
        ("signs-2027", "signs-2028"),
    )
    assert link.labels == ("by 31 Dec 2027", "by 31 Dec 2028")
    assert link.title == "Will Arland sign the river treaty?"
    assert {q.claim_ids for q in opened} == {(f"at-{SIGNS}",)}
    assert essay.questions.get("signs-2028").indicators
    assert essay.system.verify().bad_seq is None


def test_one_that_cannot_open_keeps_all_of_them_from_opening(essay: Tracker) -> None:
    essay.essays.open_claim(wanted(2028).question, SIGNS, override=WHY)
    before = essay.system.verify().entries
    with pytest.raises(InvalidQuestion, match="there is a question 'signs-2028' already"):
        essay.essays.open_claims([wanted(2027), wanted(2028), wanted(2029)], SIGNS, override=WHY)
    assert [row.question.id for row in essay.questions.list()] == ["signs-2028"]
    assert not essay.links.coherence().links
    assert essay.system.verify().entries == before


def test_what_the_linter_blocks_keeps_all_of_them_from_opening(essay: Tracker) -> None:
    with pytest.raises(Unresolvable, match="signs-2028"):
        essay.essays.open_claims([wanted(2027), wanted(2028, criteria="If it seems so.")], SIGNS)
    assert not essay.questions.list()


@pytest.mark.parametrize(
    "others",
    [
        [],
        [wanted(2028, kind="numeric", horizon_shape="state_at", prior="")],
        [wanted(2028, horizon_shape="holds_until")],
    ],
    ids=["one alone", "another kind", "another shape"],
)
def test_what_is_no_group_is_not_bound(essay: Tracker, others: list[PlannedQuestion]) -> None:
    mended = [
        replace(
            one,
            question=replace(
                one.question, scale=Scale(0.0, 1.0) if one.question.kind == "numeric" else None
            ),
        )
        for one in others
    ]
    essay.essays.open_claims([wanted(2027), *mended], SIGNS, override=WHY)
    assert len(essay.questions.list()) == 1 + len(others)
    assert not essay.links.coherence().links


def test_a_second_group_of_the_same_name_gets_a_name_of_its_own(essay: Tracker) -> None:
    essay.essays.open_claims([wanted(2027), wanted(2028)], SIGNS, override=WHY)
    essay.essays.open_claims([wanted(2029), wanted(2030)], SIGNS, override=WHY)
    assert {link.id for link in essay.links.coherence().links} == {"signs-dates", "signs-dates-2"}


def test_a_label_names_the_last_day_and_what_the_question_asks_of_it(essay: Tracker) -> None:
    holds = [wanted(year, horizon_shape="holds_until") for year in (2027, 2028)]
    later = replace(
        holds[1],
        question=replace(
            holds[1].question, closes_at=holds[1].question.closes_at - timedelta(hours=1)
        ),
    )
    essay.essays.open_claims([holds[0], later], SIGNS, override=WHY)
    (link,) = essay.links.coherence().links
    assert link.labels == ("until 31 Dec 2027", "until 31 Dec 2028")


# At a terminal


PAGE = (
    "<!doctype html><html><head><title>Seven hunches – The Far "
    "Post</title></head><body><article><h1>Seven hunches</h1>"
)
LINES = "".join(
    f"<p>In {year} the two governments will meet again and talk of nothing but fish.</p>"
    for year in range(2027, 2031)
)


@pytest.fixture
def shell(
    tracker: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A terminal in front of the tracker."""
    return at_a_terminal(tracker, clock, capsys, monkeypatch)


def test_an_essay_is_called_as_its_page_calls_it(
    tracker: Tracker, shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"{PAGE}{LINES}</article></body></html>", encoding="utf-8")
    assert "Kept version 1 of seven-hunches" in shell("essay", "add", str(file))
    assert tracker.essays.get("seven-hunches").essay.title == "Seven hunches"


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


def test_a_question_is_shown_with_its_sources_and_what_bears_its_claim_out(
    tracker: Tracker, shell: Shell
) -> None:
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
