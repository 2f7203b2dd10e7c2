"""Scenarios, links and the calendar on the command line: text, JSON, and refusals in one line that
change nothing.
"""

from dataclasses import replace

import pytest

from forecasts.evidence.evidence import Expectation
from forecasts.questions.question import ForecasterId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods
from tests.builders import DAY, NOW, FakeClock, a_set, an_indicator
from tests.dashboard.scenario_examples import (
    FAIR,
    FUTURES,
    OPTIONS,
    PACT,
    SET,
    TABLE,
    a_world,
    ask_questions,
)
from tests.quick_databases import begin
from tests.scenarios.linked_questions import a_link, answer, ask, outcomes, say
from tests.test_cli import Shell
from tracker.app.tracker import Tracker


@pytest.fixture
def world(tracker: Tracker, clock: FakeClock) -> Tracker:
    """The scenario set on its tenth day."""
    begin(tracker, clock, a_world)
    return tracker


@pytest.fixture
def dates(tracker: Tracker, clock: FakeClock) -> Tracker:
    """One event by two dates, on which ada contradicts herself."""
    begin(tracker, clock, ask_dates)
    return tracker


def ask_dates(tracker: Tracker, _clock: FakeClock) -> None:
    ask(tracker, "early")
    ask(tracker, "late", closes=60)
    tracker.links.add(a_link("dates", "early", "late", labels=("by June", "by July")))
    say(tracker, {"early": "60%", "late": "30%"})


def folded(said: str) -> str:
    return " ".join(said.split())


def refused(shell: Shell, tracker: Tracker, *argv: str) -> str:
    """The line with which a command is refused; nothing has changed."""
    before = tracker.system.verify()
    said = shell.refused(*argv)
    assert tracker.system.verify() == before
    return said


# Scenarios


def test_without_a_set_the_list_says_so(shell: Shell) -> None:
    assert shell("scenario", "list").strip() == "No scenario sets yet."
    assert shell.json("scenario", "list") == []


def test_the_sets_are_listed_with_what_they_count(world: Tracker, shell: Shell) -> None:
    said = folded(shell("scenario", "list"))
    assert "futures" in said
    assert "Arland and Borland" in said
    (found,) = shell.json("scenario", "list")
    assert found["scenario_set"]["question_id"] == FUTURES
    assert found["scenario_set"]["descriptions"] == list(SET.descriptions)
    assert [row["p"] for row in found["scenario_set"]["rows"]] == [list(row.p) for row in TABLE]
    assert found["summary"]["status"] == "open"


def test_a_set_is_shown_with_its_shares_and_as_json_with_its_history(
    world: Tracker, shell: Shell
) -> None:
    said = folded(shell("scenario", "show", FUTURES))
    assert "72%" in said
    assert "They sign pacts." in said
    found = shell.json("scenario", "show", FUTURES)
    assert set(found["board"]) == {PACT, FAIR}
    assert found["board"][PACT]["by"] == "Crowd"
    assert [round(step["shares"][0], 2) for step in found["history"]] == [0.3, 0.56, 0.72]
    assert found["history"][0]["at"] == NOW.isoformat()


def test_a_title_with_markup_is_shown_as_it_is(tracker: Tracker, shell: Shell) -> None:
    ask_questions(tracker)
    tracker.scenarios.add(replace(SET, title="[bold]Two[/bold] \x1b[31mfutures"))
    said = shell("scenario", "list")
    assert "[bold]Two[/bold]" in said
    assert "\x1b" not in said


def test_all_options_are_named_where_a_set_has_them(world: Tracker, shell: Shell) -> None:
    said = shell("scenario", "show", FUTURES)
    assert all(name in said for name in OPTIONS)


@pytest.mark.parametrize("verb", ["show", "row"])
def test_what_is_no_scenario_set_is_refused(world: Tracker, shell: Shell, verb: str) -> None:
    more = (FAIR, "0.5", "0.5", "0.5") if verb == "row" else ()
    assert "there is no scenario set pact: see `tracker scenario list`" in refused(
        shell, world, "scenario", verb, PACT, *more
    )
    assert "there is no scenario set nope" in refused(shell, world, "scenario", verb, "nope", *more)


def test_a_row_is_typed_in_words_and_numbers_with_its_reason(world: Tracker, shell: Shell) -> None:
    shell("scenario", "row", FUTURES, "race", "very likely", "30%", "0.125", "--why", "They run.")
    assert world.scenarios.get(FUTURES).scenario_set.rows[-1] == ScenarioLikelihoods(
        "race", (0.875, 0.3, 0.125), "They run."
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("indicator", "words", "reason"),
    [
        (
            PACT,
            ("0.5", "0.5"),
            "2 numbers for 3 scenarios: give one for each of friends, strangers, Other",
        ),
        (PACT, ("0.5", "0.5", "100%"), "write 0.01 or 0.99"),
        (PACT, ("0.5", "0.5", "1.5"), "or one of: almost no chance, very unlikely"),
        (PACT, ("0.5", "0.5", "perhaps"), "or one of: almost no chance, very unlikely"),
        ("nope", ("0.5", "0.5", "0.5"), "there is no question nope"),
        (FUTURES, ("0.5", "0.5", "0.5"), "is the scenarios' own question"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_in_a_line(
    world: Tracker, shell: Shell, indicator: str, words: tuple[str, ...], reason: str
) -> None:
    assert reason in refused(shell, world, "scenario", "row", FUTURES, indicator, *words)


def test_an_old_row_has_no_number_yet_for_a_scenario_that_came_later(
    world: Tracker, shell: Shell
) -> None:
    world.questions.change_option(FUTURES, "rivals", "added")
    wanted = "give one for each of friends, strangers, Other, rivals"
    assert wanted in refused(shell, world, "scenario", "row", FUTURES, PACT, "0.9", "0.1", "0.2")
    assert folded(shell("scenario", "show", FUTURES)).count("no number yet") == 2
    said = folded(shell("scenario", "row", FUTURES, PACT, "0.9", "0.1", "0.2", "0.3"))
    assert said.count("no number yet") == 1
    assert "90% ++" in said
    assert "Marks:" in said


def test_a_row_for_the_scenarios_that_are_left_is_shown_at_once(
    world: Tracker, shell: Shell
) -> None:
    world.questions.change_option(FUTURES, "strangers", "removed")
    wanted = "3 numbers for 2 scenarios"
    assert wanted not in shell("scenario", "row", FUTURES, PACT, "0.9", "0.2")
    assert world.scenarios.get(FUTURES).scenario_set.rows[-1].p == (0.9, 0.03, 0.2)
    assert "give one for each of friends, Other" in refused(
        shell, world, "scenario", "row", FUTURES, PACT, "0.9"
    )


# Links


def test_a_link_is_added_and_listed(tracker: Tracker, shell: Shell) -> None:
    assert "No links yet." in shell("scenario", "links")
    ask(tracker, "a", "b")
    said = shell("scenario", "add-link", "both", "implies", "a", "b", "--title", "Rain", "--label", "A", "--label", "B",
                 "--why", "It follows.")  # fmt: skip
    assert said.strip() == "both binds a, b."
    assert shell.json("scenario", "links")["links"] == [
        {"id": "both", "kind": "implies", "question_ids": ["a", "b"], "title": "Rain", "labels": ["A", "B"],
         "why": "It follows."}
    ]  # fmt: skip
    assert "both" in shell("scenario", "links")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (("both", "implies", "a"), "a link of kind 'implies' has 2 questions, not 1"),
        (("both", "implies", "a", "a"), "stands in the link twice"),
        (("both", "implies", "a", "nope"), "there is no question nope"),
        (("both", "one of", "a", "b", "--label", "A"), "1 labels for 2 questions"),
        (("there", "negates", "a", "b"), "there is a link 'there' already"),
    ],
)
def test_a_link_that_does_not_fit_is_refused_in_a_line(
    tracker: Tracker, shell: Shell, typed: tuple[str, ...], reason: str
) -> None:
    ask(tracker, "a", "b")
    tracker.links.add(a_link("implies", "a", "b", id="there"))
    assert reason in refused(shell, tracker, "scenario", "add-link", *typed, "--title", "Rain")


def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(
    tracker: Tracker, shell: Shell
) -> None:
    before = tracker.system.verify()
    shell("scenario", "add-link", "both", "follows", "a", "b", "--title", "Rain", code=2)
    assert "'follows' is not one of 'implies', 'negates'" in shell.error
    assert tracker.system.verify() == before


def test_contradictions_are_told_with_what_would_agree(dates: Tracker, shell: Shell) -> None:
    said = folded(shell("scenario", "links"))
    assert (
        "ada on rains: “by June” is at 60%, and “by July”, which follows from it, only at 30%"
        in said
    )
    assert "nearest coherent: 60% → 44%, 30% → 44%" in said
    (mine,) = (
        c
        for c in shell.json("scenario", "links")["contradictions"]
        if c["forecaster"]["id"] == "ada"
    )
    assert mine["violation"]["question_ids"] == ["early", "late"]
    assert mine["decided"] is None


def test_a_repair_is_adopted_and_its_gain_told_once_all_is_answered(
    dates: Tracker, clock: FakeClock, shell: Shell
) -> None:
    said = folded(shell("scenario", "repair-link", "rains", "--why", "A slip."))
    assert said == "Adopted: early 60% → 44%, late 30% → 44%"
    assert "adopted on rains by ada: not answered yet" in folded(shell("scenario", "links"))
    clock.advance(days=1)
    for name in ("early", "late"):
        answer(dates, name, "yes")
    assert "adopted on rains by ada: the repair gains +0.095 nats" in folded(
        shell("scenario", "links")
    )
    (repair,) = shell.json("scenario", "links")["repairs"]
    assert repair["decision"]["why"] == "A slip."
    assert repair["gain"] == pytest.approx(0.095, abs=5e-4)


def test_a_repair_is_declined_by_the_one_who_acts(dates: Tracker, shell: Shell) -> None:
    ben = ForecasterId("ben")
    say(dates, {"early": "50%", "late": "20%"}, ben)
    made = shell.json("scenario", "repair-link", "rains", "--decline", "--as", "ben")
    assert (made["decision"], made["forecaster_id"], made["before"]) == (
        "declined",
        "ben",
        [0.5, 0.2],
    )
    assert dates.questions.get("early").summary.standings[ben].p == 0.5


def test_what_cannot_be_repaired_is_refused_in_a_line(dates: Tracker, shell: Shell) -> None:
    assert "there is no link nope: see `tracker scenario links`" in refused(
        shell, dates, "scenario", "repair-link", "nope"
    )
    said = refused(shell, dates, "scenario", "repair-link", "rains", "--as", "ben")
    assert "you hold no forecast on early; you hold no forecast on late" in said
    assert "is computed by the tracker" in refused(
        shell, dates, "scenario", "repair-link", "rains", "--as", "crowd"
    )


def test_the_branch_that_does_not_count_is_annulled_with_the_answer(
    tracker: Tracker, shell: Shell
) -> None:
    ask(tracker, "tariffs", "war-if", "war-unless")
    shell(
        "scenario",
        "add-link",
        "pair",
        "condition",
        "tariffs",
        "war-if",
        "war-unless",
        "--title",
        "War",
    )
    shell(
        "question",
        "resolve",
        "tariffs",
        "no",
        "--source",
        "https://arland.example/a",
        "--known-at",
        NOW.isoformat(),
    )
    assert (outcomes(tracker, "war-if"), outcomes(tracker, "war-unless")) == (["annulled"], [])


# The calendar


def test_the_calendar_tells_what_is_due_and_what_it_says(
    tracker: Tracker, clock: FakeClock, shell: Shell
) -> None:
    due = Expectation(NOW + 9 * DAY, "very likely", "unlikely")
    tracker.question_sets.load(a_set(indicators=[an_indicator(expected=due)]))
    ask(tracker, "rain", closes=1)
    clock.advance(days=2)
    said = folded(shell("question", "calendar"))
    assert said.index("overdue since 2026-12-02") < said.index("One leader invites the other")
    assert "×2.69" in said
    assert "×0.19" in said
    found = shell.json("question", "calendar")
    assert [(e["what"], e["state"]) for e in found["expected"]][:2] == [
        ("answer due", "overdue"),
        ("signpost", "waiting"),
    ]
    assert found["marks"] == []
    file = tracker.settings.data_dir / "due.ics"
    assert "any calendar program" in shell("question", "calendar", "--ics", str(file))
    assert "SUMMARY:Signpost: One leader invites the other" in file.read_text("utf-8")
    clock.advance(days=8)
    tracker.signposts.mark()
    (mark,) = shell.json("question", "calendar")["marks"]
    assert (mark["state"], mark["question_id"], mark["due_at"]) == (
        "silent",
        "summit-2027",
        due.by.isoformat(),
    )
    assert "One leader invites the other" not in shell("question", "calendar")


def test_the_calendar_forgets_a_question_that_is_answered(
    tracker: Tracker, clock: FakeClock, shell: Shell
) -> None:
    ask(tracker, "rain", closes=1)
    clock.advance(days=2)
    assert len(shell.json("question", "calendar")["expected"]) == 1
    answer(tracker, "rain", "no")
    assert shell.json("question", "calendar") == {"expected": [], "marks": []}
    assert "Nothing is expected" in shell("question", "calendar")
