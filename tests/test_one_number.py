"""A forecaster has one number and one name: in the track record, at the terminal, and in the
weekly report.
"""

from typing import Any

import pytest

from forecasts.questions.formatting import format_signed
from forecasts.questions.question import SUGGESTION, Forecaster
from forecasts.scoring.rulebook import HEADLINE, RULES
from tests.builders import DAY, FakeClock
from tests.dashboard.pages import open_page
from tests.lives import ADA, BEN, CEM, CLOSES, LIVES, PEOPLE, Life, an_asked, by_rule, live, resolve
from tests.quick_databases import begin
from tests.tables import check_rows
from tests.terminals import at_a_terminal
from tests.test_cli import Shell
from tracker.app.tracker import Tracker

NAMES = dict(zip(PEOPLE, ("Ada Lovelace", "Ben Bell", "Cem Can"), strict=True))
SNOW = Life(an_asked("snow"), ("20%", "70%", "55%"), "10%", "yes", "no", "brier", 0.0)
ASKED = (*LIVES[:4], SNOW)
"""Two yes-no questions, options, ordered options and a number."""

BRIER, RANKED, CRPS = (RULES[HEADLINE[kind]].title for kind in ("binary", "ordered", "numeric"))
COUNTED = {BRIER: 3, RANKED: 1, CRPS: 1}


def answer_all(tracker: Tracker, clock: FakeClock) -> None:
    for who, name in NAMES.items():
        tracker.people.register(Forecaster(who, name, "person"))
    for life in ASKED:
        live(tracker, clock, life)
    for life in ASKED:
        resolve(tracker, clock, life)
    clock.time = CLOSES


@pytest.fixture
def scored(tracker: Tracker, clock: FakeClock) -> Tracker:
    """Five answered questions, on which three people with names forecast; ada is who looks."""
    begin(tracker, clock, answer_all)
    return tracker


@pytest.fixture
def shell(
    scored: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A terminal in front of the scores."""
    return at_a_terminal(scored, clock, capsys, monkeypatch)


def rows_of(printed: str) -> list[list[str]]:
    """The cells of the tables that a command printed."""
    return [
        [cell.strip() for cell in line.strip("│┃").split("│")]
        for line in printed.splitlines()
        if "│" in line
    ]


Number = tuple[str, str]
"""n and points as they are written."""


def on_the_page(tracker: Tracker, rule: str) -> dict[str, Number]:
    visit = open_page(tracker, "record", details="Standing", rule=rule)
    (frame,) = (each.value for each in visit.dataframe if each.proto.alt == "Standing")
    return {row["forecaster"]: _page_row(row) for _, row in frame.iterrows()}


def _page_row(row: Any) -> Number:
    return str(row["on"]).split()[0], format_signed(row["points"])


def at_the_terminal(shell: Shell, *argv: str) -> dict[tuple[str, str], Number]:
    """By name and title of the rule; the arrow behind the title is left out."""
    found = [row for row in rows_of(shell(*argv)) if len(row) == 6 and row[1][-1:] in "↓↑"]
    return {(row[0], row[1][:-2]): (row[2].split()[0], row[3]) for row in found}


def in_the_report(
    tracker: Tracker, heading: str = "Scores so far"
) -> dict[tuple[str, str], Number]:
    (section,) = (s for s in tracker.reports.build("week").sections if s.heading == heading)
    rows = [[cell.text for cell in row] for row in section.blocks[0].rows]  # type: ignore[union-attr]
    return {(who, rule): (n, points) for who, rule, n, _, points, _, _ in rows}


def test_page_terminal_and_report_have_one_number_for_everyone(
    scored: Tracker, shell: Shell
) -> None:
    report = in_the_report(scored)
    for argv in (["accuracy", "summary"], ["accuracy", "score"]):
        terminal = at_the_terminal(shell, *argv)
        assert {key: told for key, told in terminal.items() if key[1] in COUNTED} == report
    for rule in dict.fromkeys(HEADLINE.values()):
        page, title = on_the_page(scored, rule), RULES[rule].title
        told = {who: number for (who, of), number in report.items() if of == title}
        assert {NAMES[ADA] if who == "You" else who: number for who, number in page.items()} == told


def test_a_question_counts_once_under_the_rule_of_its_kind(scored: Tracker) -> None:
    summaries = scored.accuracy.summarise().summaries
    for rule, n in COUNTED.items():
        assert {
            s.questions
            for s in summaries
            if RULES[s.rule].title == rule and s.forecaster_id in PEOPLE
        } == {n}
    assert sum(COUNTED.values()) == len(ASKED)
    own = [
        by_rule(scored.questions.get(life.id).scores, "brier").skill_over_schedule
        for life in (ASKED[0], ASKED[1], SNOW)
    ]
    (ada,) = (s for s in summaries if (s.forecaster_id, s.rule) == (ADA, "brier"))
    assert ada.points == pytest.approx(100 * sum(own))


def test_every_number_of_skill_is_in_points_with_one_minus(scored: Tracker, shell: Shell) -> None:
    numbers = [number for told in in_the_report(scored).values() for number in told[1:]]
    (life,) = (life for life in ASKED if life.id == "grain")
    numbers += [row[3] for row in rows_of(shell("accuracy", "score", life.id)) if len(row) == 5]
    assert any("−" in number for number in numbers)
    assert not any("-" in number for number in numbers)
    score = by_rule(scored.questions.get("grain").scores, "crps")
    assert f"{100 * score.skill_over_schedule:+.1f}" in shell("accuracy", "score", "grain")
    assert "points" in shell("accuracy", "compare")


@check_rows([
    ("accuracy", "score", "rain"), ("accuracy", "receipts", "rain"), ("accuracy", "summary"), ("accuracy", "score"), ("accuracy", "habits"), ("question", "show", "rain"),
    ("accuracy", "calibration", "--lead", "20"), ("accuracy", "compare"),
], "argv")  # fmt: skip
def test_people_are_called_by_their_names_at_the_terminal(
    shell: Shell, argv: tuple[str, ...]
) -> None:
    printed = shell(*argv)
    told = " ".join(printed.split())
    assert NAMES[BEN] in told
    assert NAMES[CEM] in told
    cells = {cell for row in rows_of(printed) for cell in row}
    assert not {str(who) for who in (*PEOPLE, SUGGESTION, "hazard", "prior", "crowd")} & cells


def test_whoever_acts_is_told_by_name(scored: Tracker, shell: Shell, clock: FakeClock) -> None:
    closes = clock.time + 30 * DAY
    scored.questions.ask(
        an_asked("hail", opens_at=clock.time, closes_at=closes, resolves_at=closes),
        override="a test",
    )
    assert "Ben Bell now holds 40%" in shell(
        "forecast", "set", "hail", "40%", "--as", "ben", "-m", "Clouds."
    )
    assert "Ben Bell still holds 40%" in shell("forecast", "reaffirm", "hail", "--as", "ben")
    assert "Ben Bell holds no forecast" in shell("forecast", "withdraw", "hail", "--as", "ben")
    assert "Undone: Ben Bell holds 40%" in shell("forecast", "undo", "hail", "--as", "ben")
    assert "Redone: Ben Bell holds no forecast" in shell("forecast", "redo", "hail", "--as", "ben")
