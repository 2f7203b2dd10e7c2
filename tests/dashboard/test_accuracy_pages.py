"""The accuracy page on a real tracker, without a browser: every section, and what stands where
there is nothing.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from dashboard.accuracy.page import SECTIONS
from dashboard.accuracy.scores import export_scores_csv
from streamlit.testing.v1 import AppTest

from dashboard.wording import percent_whole
from tests.builders import DAY, FakeClock, a_set
from tests.dashboard.accuracy_examples import (
    CLOSE,
    SOURCE,
    START,
    asked,
    close,
    hold,
    mixed_world,
    of_kind,
    open_world,
    yes_no_world,
)
from tests.dashboard.entry_form import echo_of
from tests.dashboard.pages import open_page, plain, seen, spec, words
from tests.lives import CLOSES, an_asked
from tests.quick_databases import begin
from tracker.app.tracker import Tracker
from tracker.model.read_models import Choice


@pytest.fixture
def scored(tracker: Tracker, clock: FakeClock) -> Tracker:
    """Four answered yes-no questions on events of their own; who looks is Ada."""
    begin(tracker, clock, yes_no_world)
    return tracker


def section(tracker: Tracker, name: str, **params: str) -> AppTest:
    return open_page(tracker, "record", view=name, **params)


def tables(visit: AppTest) -> dict[str, Any]:
    """The tables of the page by their description."""
    return {each.proto.alt: each.value for each in visit.dataframe}


def pick(visit: AppTest, table: str, row: int, column: str | None = None) -> AppTest:
    """Pick a row of a table, or one of its cells."""
    cells = [] if column is None else [(row, column)]
    rows = [row] if column is None else []
    visit.session_state[table] = {"selection": {"rows": rows, "columns": [], "cells": cells}}
    return seen(visit.run())


def choose(visit: AppTest, label: str) -> Any:
    (found,) = [s for s in visit.selectbox if s.label == label]
    return found


# What there is


def test_every_section_has_its_address(scored: Tracker) -> None:
    for name in list(SECTIONS):
        visit = section(scored, name)
        expected = {
            "Standing": "than the average of 2 people",
            "Calibration": "Too few questions to say anything: 4 of the 15 needed",
            "Habits": "It is too early to judge anyone's habits.",
            "Waiting": "No answered question waits for its close.",
            "Cohorts": "Of 4 questions whose scheduled close has passed, 0% were annulled",
            "Questions": "4 questions, in points: +25 is the best possible",
        }
        shown = words(visit).replace("**", "")
        assert [other for other, claim in expected.items() if claim in shown] == [name]


def test_standing_section(scored: Tracker) -> None:
    # The answer is a sentence with its caution, then a chart.
    visit = open_page(scored, "record")
    told = words(visit)
    assert "You are" in told
    assert "points better than the average of 2 people" in told
    assert "Over 4 questions: too early to tell that from luck, 11 more families" in told
    assert spec(visit)["layer"][0]["data"]["name"] == "zero"
    board = tables(visit)["Opponents"].set_index("other")
    assert list(board.index)[:1] == ["Ben"]
    assert {"Base rate and time", "Knowing nothing"} <= set(board.index)
    assert set(board["verdict"]) == {"too early to say"}
    # A pair opens to its sentence and the growth of the evidence.
    visit = pick(visit, "opponents", 0)
    assert "You were" in words(visit)
    assert "of the scheduled time" in words(visit)
    # Points of every rule are one click away.
    points = tables(visit)["Points by forecaster"]
    assert list(points.columns) == ["forecaster", "points", "on", "coverage", "mean"]
    visit = seen(choose(visit, "Rule").set_value("baseline").run())
    assert "mean" in tables(visit)["Points by forecaster"].columns
    # Another forecaster is the subject of every sentence.
    ben = words(section(scored, "Standing", who="ben"))
    assert "Ben is" in ben
    assert "points worse than the average of 2 people" in ben


def test_calibration_and_habits_sections(scored: Tracker) -> None:
    # A bin opens to its questions with links.
    visit = pick(section(scored, "Calibration", who="ben"), "bins-table", 0)
    links = [link.proto for link in visit.get("page_link")]
    assert [plain(link.label) for link in links] == ["**30%, YES**", "**30%, YES**"]
    assert "Will event0 come about?" in words(visit)
    assert links[0].query_string == "q=event0"
    # Calibration shows the curve the measures and the bins.
    visit = section(scored, "Calibration")
    assert [layer["data"]["name"] for layer in spec(visit)["layer"]] == ["diagonal", "curve"]
    told = words(visit)
    assert "Line and band are drawn from 15 families of questions on." in told
    assert "4 questions, each as it stood 30 days before its scheduled close." in plain(told)
    assert "**Gain from telling questions apart:" in told
    assert list(tables(visit)["Bins"]["of"]) == ["0 of 2", "2 of 2"]
    # Habits name everyone with too few questions in one line, and leave out empty columns.
    visit = section(scored, "Habits")
    shown = "Judging takes 30 families of answered questions; so far: You 4, Ben 4."
    assert shown in words(visit)
    habits = tables(visit)["Habits of revision"]
    assert list(habits["forecaster"]) == ["You", "Ben"]
    assert "ratio" not in habits.columns
    assert not habits.isna().all().any()


def test_questions_section_and_its_receipts(scored: Tracker) -> None:
    # A number opens to its receipt and a question to everyones.
    visit = pick(section(scored, "Questions"), "by-question", 0, "ada")
    assert [e.label for e in visit.expander] == ["You"]
    assert words(visit).count("The last column adds up to the mean") == 1
    assert "these rows alone give exactly the stored score" in words(visit)
    rules = tables(visit)["Scores by every rule"]
    assert list(rules["rule"])[:2] == ["Brier score", "Log score"]
    visit = pick(section(scored, "Questions"), "by-question", 0)
    assert {"You", "Ben"} <= {e.label for e in visit.expander}
    # The receipt can be had by another rule.
    visit = pick(section(scored, "Questions", by="peer"), "by-question", 0, "ben")
    assert "with its Peer points" in words(visit)
    assert "exactly the stored score" not in words(visit)
    # All scores can be taken along.
    (download,) = section(scored, "Questions").get("download_button")
    assert download.proto.label == "All scores as CSV"
    lines = export_scores_csv(scored, Choice()).decode().splitlines()
    assert lines[0].startswith("question,forecaster,rule,mean_while_active,coverage")
    assert sum(",ada,brier," in line for line in lines) == 4
    assert len(export_scores_csv(scored, Choice(tag="nothing")).decode().splitlines()) == 1


def test_what_was_picked_last_shows_its_receipt(scored: Tracker) -> None:
    def select(visit: AppTest, rows: list[int], cells: list[tuple[int, str]]) -> tuple[str, int]:
        visit.session_state["by-question"] = {
            "selection": {"rows": rows, "columns": [], "cells": cells}
        }
        seen(visit.run())
        (line,) = [link for link in visit.get("page_link") if "Receipts" in link.proto.label]
        return line.proto.query_string, len(visit.expander)

    visit = section(scored, "Questions")
    ids = [select(visit, [row], [])[0] for row in (0, 1)]
    everyone = select(visit, [0], [])[1]
    assert everyone > 1
    # A cell clicked in another row wins over the box that stays ticked.
    assert select(visit, [0], [(1, "ada")]) == (ids[1], 1)
    # A box ticked afterwards wins over the cell that stays selected.
    assert select(visit, [2], [(1, "ada")])[1] == everyone
    assert select(visit, [0], [(1, "ada")]) == (ids[0], everyone)
    # Without its box the cell is all there is; the next cell wins again.
    assert select(visit, [], [(1, "ada")]) == (ids[1], 1)
    assert select(visit, [1], [(0, "ben")]) == (ids[0], 1)


def test_the_scale_is_told_where_all_questions_share_it(tracker: Tracker, clock: FakeClock) -> None:
    begin(tracker, clock, mixed_world)
    told = words(section(tracker, "Questions"))
    assert "in points: each by the rule of its kind, 0 is knowing nothing" in told
    assert "+25 is the best possible" in words(section(tracker, "Questions", type="binary"))


def test_forecasts_made_in_hindsight_are_shown_and_earned_nothing(
    tracker: Tracker, clock: FakeClock
) -> None:
    open_world(tracker, clock, asked("talks"))
    hold(tracker, "talks", ada="70%")
    clock.advance(days=60)
    hold(tracker, "talks", ada="99%")
    known = clock.time.replace(day=1)
    clock.time = CLOSE
    tracker.resolutions.resolve("talks", "yes", source_url=SOURCE, known_at=known)
    assert "1 forecast was made when the answer was known: it earned nothing." in words(
        section(tracker, "Cohorts")
    )
    visit = pick(section(tracker, "Questions"), "by-question", 0)
    assert "without effect: 1 forecast." in words(visit)
    assert plain(tables(visit)["Forecasts made in hindsight"]["said"].iloc[0]) == "99%"


# Filters


def test_filters(tracker: Tracker, clock: FakeClock) -> None:
    # A filtered view has an address and can be cleared.
    begin(tracker, clock, mixed_world)
    visit = section(tracker, "Questions", topic="other", type="numeric")
    assert list(tables(visit)["Skill by question"]["answer"]) == ["45 tonnes"]
    visit = seen(visit.button(key="clear").click().run())
    assert len(tables(visit)["Skill by question"]) == 5
    assert "clear" not in [b.key for b in visit.button]
    # Filters without a question say what to do.
    visit = open_page(tracker, "record", topic="summit", type="numeric")
    assert "No scored question fits these filters." in words(visit)
    assert "Clear" in [b.label for b in visit.button]


def test_filters_are_there_only_where_they_can_tell_apart(scored: Tracker) -> None:
    labels = {s.label for s in open_page(scored, "record").selectbox}
    assert labels == {"Forecaster", "Rule"}


# Where there is little or nothing


def test_nothing_scored_yet(tracker: Tracker, clock: FakeClock) -> None:
    # Without answers the page says how to get there.
    visit = open_page(tracker, "record")
    assert "No question has been scored yet." in words(visit)
    assert visit.button_group(key="kind").value == "Live"
    # Questions that were answered early wait for their close.
    open_world(tracker, clock, asked("talks"))
    hold(tracker, "talks", ada="70%")
    clock.advance(days=10)
    tracker.resolutions.resolve("talks", "yes", source_url=SOURCE, known_at=clock.time)
    visit = open_page(tracker, "record")
    assert "1 answered question waits for its close. It counts from" in words(visit)
    assert "A question counts once it is answered" in words(visit)
    points = tables(visit)["Answered, waiting for the close"]
    assert points["ada"].iloc[0] > 0.0
    assert tables(visit)["Cohorts of questions"]["early"].iloc[0] == 1
    line = pick(visit, "waiting", 0)
    assert "Answer and receipts" in words(line)


def test_open_forecasts_are_named_before_anything_is_answered(
    tracker: Tracker, clock: FakeClock
) -> None:
    open_world(tracker, clock, asked("talks"), asked("truce"))
    hold(tracker, "talks", ada="70%")
    shown = words(open_page(tracker, "record"))
    assert "The one question with a forecast closes on" in shown
    assert "A question counts once it is answered" in shown
    hold(tracker, "truce", ben="30%")
    assert "Forecasts stand on these questions." in words(open_page(tracker, "record"))


def test_early_answers_wait_beside_those_that_count(scored: Tracker, clock: FakeClock) -> None:
    tracker = scored
    later = asked("soon", opens_at=clock.time, closes_at=clock.time + timedelta(days=90))
    tracker.question_sets.load(a_set(replace(later, resolves_at=later.closes_at)))
    hold(tracker, "soon", ada="80%")
    clock.advance(days=3)
    tracker.resolutions.resolve("soon", "yes", source_url=SOURCE, known_at=clock.time)
    visit = section(tracker, "Waiting")
    assert "1 answered question waits" in words(visit)
    assert len(tables(visit)["Answered, waiting for the close"]) == 1
    answer = open_page(tracker, "question", q="soon")
    assert "provisional until the scheduled close on" in words(answer)


def test_live_and_retrospective_scores_never_mix(tracker: Tracker, clock: FakeClock) -> None:
    clock.time = START
    tracker.question_sets.load(a_set(asked("now"), asked("past", retrospective=True)))
    hold(tracker, "now", ada="70%")
    close(tracker, clock, past="no")
    visit = open_page(tracker, "record")
    assert "practice, never a record" in words(visit)
    assert "You" not in list(tables(visit)["Points by forecaster"]["forecaster"])
    live = open_page(tracker, "record", kind="Live")
    assert "No question has been scored yet." in words(live)
    assert "practice" not in words(live)


def test_live_comes_first_and_practice_is_one_choice_away(
    tracker: Tracker, clock: FakeClock
) -> None:
    open_world(tracker, clock, asked("now"), asked("past", retrospective=True))
    hold(tracker, "now", ada="70%")
    close(tracker, clock, now="yes", past="no")
    live = tables(open_page(tracker, "record"))["Points by forecaster"]
    assert "You" in list(live["forecaster"])
    practice = open_page(tracker, "record", kind="Retrospective")
    assert "You" not in list(tables(practice)["Points by forecaster"]["forecaster"])


def test_one_forecast_is_enough_for_every_section(tracker: Tracker, clock: FakeClock) -> None:
    open_world(tracker, clock, of_kind("which", "categorical"))
    hold(tracker, "which", ada="Astana=60% Beijing=40%")
    close(tracker, clock, which="Astana")
    empty = {
        "Calibration": "No forecast of theirs stood at that time.",
        "Habits": "Nobody has forecast a yes-no question that was answered.",
    }
    for name in SECTIONS:
        told = words(section(tracker, name))
        assert all((claim in told) == (name == place) for place, claim in empty.items())


@pytest.mark.full
def test_every_kind_of_question_alone_has_every_section(tracker: Tracker, clock: FakeClock) -> None:
    begin(tracker, clock, mixed_world)
    for kind, name in product(("binary", "ordered", "numeric", "date"), SECTIONS):
        assert section(tracker, name, type=kind).button_group(key="view").value == name


def test_a_single_forecaster_is_compared_with_time(tracker: Tracker, clock: FakeClock) -> None:
    open_world(tracker, clock, asked("talks"))
    hold(tracker, "talks", ada="70%")
    close(tracker, clock, talks="yes")
    told = words(section(tracker, "Standing"))
    assert "points better than the base rate and time over 1 question: too early to say" in told


def fifty_world(tracker: Tracker, clock: FakeClock) -> None:
    """Ada said 95% to fifty questions on events of their own, and 34 came true."""
    for n in range(50):
        place = "Arland" + chr(97 + n // 26) + chr(97 + n % 26)
        text = f"Will it rain in {place} before 31 December 2026?"
        tracker.questions.ask(an_asked(f"q{n}", prior="50%", text=text))
        tracker.forecasts.submit(f"q{n}", "95%")
    clock.time = CLOSES
    for n in range(50):
        said = "yes" if n < 34 else "no"
        tracker.resolutions.resolve(f"q{n}", said, source_url=SOURCE, known_at=CLOSES)


def test_one_click_recalibrates_and_another_ends_it(tracker: Tracker, clock: FakeClock) -> None:
    begin(tracker, clock, fifty_world)
    visit = section(tracker, "Calibration")
    told = words(visit)
    assert "Your forecasts were too high: 95% on average, and 68% came true; go lower." in told
    assert "Where you gave 80% to 100%, 95% on average, 68% happened (34 of 50" in told
    (button,) = [b for b in visit.button if b.label == "Recalibrate from now on"]
    seen(button.click().run())
    applied = tracker.accuracy.consent()
    assert applied is not None
    assert applied.questions == 50
    visit = section(tracker, "Calibration")
    assert "Your forecasts are recalibrated since" in words(visit)
    # Where a probability is typed the recalibrated one stands below it.
    tracker.questions.ask(
        an_asked(
            "fresh", opens_at=CLOSES, closes_at=CLOSES + 60 * DAY, resolves_at=CLOSES + 60 * DAY
        )
    )
    tracker.forecasts.submit("fresh", "95%")
    form = open_page(tracker, "question", q="fresh")
    percent = plain(percent_whole(float(applied.yes_no.apply(0.95))))
    assert f"Recalibrated: {percent}" in plain(echo_of(form)["words"])
    (button,) = [b for b in visit.button if b.label == "Switch off"]
    seen(button.click().run())
    assert tracker.accuracy.consent() is None
