"""Track record on a real tracker, without a browser: what stands there, and where there is nothing."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.record import answered
from dashboard.record.details import export_scores_csv
from dashboard.wording.numbers import percent_whole
from forecasts.calibration import personal
from forecasts.distributions.distribution import Binary
from tests.builders import DAY, FakeClock, a_set
from tests.dashboard.entry_form import echo_of
from tests.dashboard.pages import open_page, plain, seen, sent_rows, spec, words
from tests.dashboard.record_examples import (
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
from tests.lives import an_asked
from tests.quick_databases import begin
from tracker.app.tracker import Tracker
from tracker.model.read_models import Choice
from tracker.questions import recalibrate

SECTIONS = ("Standing", "Compare", "Calibration", "Habits", "By opening date")


@pytest.fixture
def scored(tracker: Tracker, clock: FakeClock) -> Tracker:
    """Four answered yes-no questions on events of their own; who looks is Ada."""
    begin(tracker, clock, yes_no_world)
    return tracker


def section(tracker: Tracker, name: str, **params: str) -> AppTest:
    return open_page(tracker, "record", details=name, **params)


def tables(visit: AppTest) -> dict[str, Any]:
    """The tables of the page by their description."""
    return {each.proto.alt: each.value for each in visit.dataframe}


def pick(visit: AppTest, table: str, row: int) -> AppTest:
    """Pick a row of a table."""
    visit.session_state[table] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return seen(visit.run())


def choose(visit: AppTest, label: str) -> Any:
    (found,) = [s for s in visit.selectbox if s.label == label]
    return found


# What there is


def test_the_page_answers_first(scored: Tracker) -> None:
    visit = open_page(scored, "record")
    told = words(visit)
    assert "You are" in told
    assert "points better than the average of 2 people, over 4 questions." in told
    assert "That is too early to tell from luck: 11 more independent questions are needed." in told
    assert "Skill over time" in told
    assert "points better than the average of 2 people" in told
    skill, calibration = visit.get("vega_lite_chart")[:2]
    assert '"band"' in skill.proto.spec
    assert '"curve"' in calibration.proto.spec
    # The caveat is said once, and details are closed.
    assert told.count("too early") == 1
    assert not visit.dataframe
    # Another forecaster is the subject of every sentence.
    ben = words(open_page(scored, "record", who="ben"))
    assert "Ben is" in ben
    assert "points worse than the average of 2 people" in ben


def test_answered_questions_are_rows_with_points(
    scored: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sent_rows(open_page(scored, "record"), "Answered questions")
    assert len(rows) == 4
    row = next(row for row in rows if row["id"] == "event0")
    assert row["title"]["href"] == "question?q=event0"
    assert row["points"]["href"] == "question?q=event0&details=Scores"
    assert (plain(row["forecast"]["text"]), row["outcome"]["text"]) == ("80%", "YES")
    assert row["points"]["text"].startswith("+")
    assert row["crowd"]["text"]
    # Their order stands in the address: the fewest points first, or the oldest.
    worst = sent_rows(open_page(scored, "record", sort="-points"), "Answered questions")
    points = [float(row["points"]["text"].replace("\u2212", "-")) for row in worst]
    assert points == sorted(points)
    # A long list shows its first rows, and all on demand.
    monkeypatch.setattr(answered, "MAX_ROWS", 3)
    visit = open_page(scored, "record", sort="-date")
    oldest = sent_rows(visit, "Answered questions")
    assert [row["id"] for row in oldest] == [row["id"] for row in rows][:0:-1]
    visit = seen(visit.button(key="all-answered").click().run())
    assert len(sent_rows(visit, "Answered questions")) == 4


def test_standing_by_every_rule_and_as_a_file(scored: Tracker) -> None:
    visit = section(scored, "Standing")
    frame = tables(visit)["Standing"]
    assert list(frame.columns) == [
        "forecaster", "skill", "interval", "pooling", "points", "on", "coverage", "mean",
    ]  # fmt: skip
    assert list(frame["forecaster"])[:2] == ["You", "Ben"]
    assert frame["interval"].iloc[0] == "11 more independent questions are needed"
    visit = seen(choose(visit, "Scoring rule").set_value("baseline").run())
    assert list(tables(visit)["Standing"].columns) == ["forecaster", "points", "on", "coverage"]
    # All scores can be taken along.
    (download,) = section(scored, "Standing").get("download_button")
    assert download.proto.label == "All scores as CSV"
    lines = export_scores_csv(scored, Choice()).decode().splitlines()
    assert lines[0].startswith("question,forecaster,rule,mean_while_active,coverage")
    assert sum(",ada,brier," in line for line in lines) == 4
    assert len(export_scores_csv(scored, Choice(tag="nothing")).decode().splitlines()) == 1


def test_a_pair_opens_to_its_evidence(scored: Tracker) -> None:
    visit = section(scored, "Compare")
    board = tables(visit)["Opponents"].set_index("other")
    assert list(board.index)[:1] == ["Ben"]
    assert {"Base rate and time", "Knowing nothing"} <= set(board.index)
    assert set(board["verdict"]) == {"too early to say"}
    assert (board["evidence"] > 0.0).all()
    visit = pick(visit, "opponents", 0)
    assert "You were" in words(visit)
    assert "of the scheduled time" in words(visit)
    assert len(visit.get("vega_lite_chart")) == 3


def test_calibration_has_bins_and_measures(scored: Tracker) -> None:
    # Too few questions have dots alone.
    visit = section(scored, "Calibration")
    curve = spec(visit, 1)
    assert [layer["data"]["name"] for layer in curve["layer"]] == ["diagonal", "curve"]
    told = words(visit)
    assert "A curve appears from 15 independent questions." in told
    assert "as forecasts stood 30 days before the close" in plain(told)
    assert "**Penalty: " in told
    assert list(tables(visit)["Bins"]["of"]) == ["0 of 2", "2 of 2"]
    # A bin opens to its questions.
    visit = pick(section(scored, "Calibration", who="ben"), "bins-table", 0)
    rows = sent_rows(visit, "Questions of the bin")
    assert {row["id"] for row in rows} == {"event0", "event2"}
    assert [plain(row["words"]["text"]) for row in rows] == ["30%, YES", "30%, YES"]
    # Another time before the close has its address.
    told = words(section(scored, "Calibration", lead="7"))
    assert "as forecasts stood 7 days before the close" in plain(told)


def test_habits_leave_out_empty_columns(scored: Tracker) -> None:
    habits = tables(section(scored, "Habits"))["Habits of revision"]
    assert list(habits["forecaster"]) == ["You", "Ben"]
    assert "ratio" not in habits.columns
    assert not habits.isna().all().any()


def test_the_scale_is_told_where_all_questions_share_it(tracker: Tracker, clock: FakeClock) -> None:
    begin(tracker, clock, mixed_world)
    visit = open_page(tracker, "record")
    told = words(visit)
    assert "in points: each by the rule of its kind, 0 is knowing nothing" in told
    assert "+25 is the best possible" in words(open_page(tracker, "record", type="binary"))
    rows = {row["id"]: row for row in sent_rows(visit, "Answered questions")}
    assert rows["a-numeric"]["outcome"]["text"] == "45 tonnes"


def test_hindsight_earned_nothing(tracker: Tracker, clock: FakeClock) -> None:
    open_world(tracker, clock, asked("talks"))
    hold(tracker, "talks", ada="70%")
    clock.advance(days=60)
    hold(tracker, "talks", ada="99%")
    known = clock.time.replace(day=1)
    clock.time = CLOSE
    tracker.resolutions.resolve("talks", "yes", source_url=SOURCE, known_at=known)
    visit = section(tracker, "By opening date")
    assert "1 forecast made after the outcome was known: not scored." in words(visit)
    (row,) = sent_rows(visit, "Answered questions")
    assert plain(row["forecast"]["text"]) == "70%"


# Filters


def test_filters(tracker: Tracker, clock: FakeClock) -> None:
    # A filtered view has an address and can be cleared.
    begin(tracker, clock, mixed_world)
    visit = open_page(tracker, "record", topic="other", type="numeric")
    assert [row["id"] for row in sent_rows(visit, "Answered questions")] == ["a-numeric"]
    visit = seen(visit.button(key="clear").click().run())
    assert len(sent_rows(visit, "Answered questions")) == 5
    assert "clear" not in [b.key for b in visit.button]
    # Filters without a question say what to do.
    visit = open_page(tracker, "record", topic="summit", type="numeric")
    assert "No scored question fits these filters." in words(visit)
    assert "Clear" in [b.label for b in visit.button]


def test_filters_are_there_only_where_they_can_tell_apart(scored: Tracker) -> None:
    assert {s.label for s in open_page(scored, "record").selectbox} == {"Forecaster"}


# Where there is little or nothing


def test_first_weeks_say_what_comes(tracker: Tracker, clock: FakeClock) -> None:
    visit = open_page(tracker, "record")
    assert "Your record starts with the first resolution of a question" in words(visit)
    assert "Forecast a question" in [link.proto.label for link in visit.get("page_link")]
    open_world(tracker, clock, asked("talks"), asked("truce"))
    hold(tracker, "talks", ada="70%")
    told = plain(words(open_page(tracker, "record")))
    assert "starts with the first resolution: the next question closes on 1 Jul 2026." in told
    assert "A question counts once it is resolved" in told
    clock.time = CLOSE - 10 * DAY
    hold(tracker, "truce", ada="30%")
    visit = open_page(tracker, "record")
    assert "the first resolution: 2 questions close within 30 days." in plain(words(visit))
    assert [row["id"] for row in sent_rows(visit, "Closing next")] == ["talks", "truce"]
    assert "too early" not in words(visit)


def test_early_answers_are_provisional_until_their_close(
    tracker: Tracker, clock: FakeClock
) -> None:
    open_world(tracker, clock, asked("talks"))
    hold(tracker, "talks", ada="70%")
    clock.advance(days=10)
    tracker.resolutions.resolve("talks", "yes", source_url=SOURCE, known_at=clock.time)
    visit = open_page(tracker, "record")
    told = plain(words(visit))
    assert "Your record starts on 1 Jul 2026: until then it is provisional." in told
    (row,) = sent_rows(visit, "Answered questions")
    assert [badge["text"] for badge in row["title"]["badges"]] == ["until 1 Jul 2026"]
    assert row["points"]["text"].startswith("+")
    cohorts = tables(section(tracker, "By opening date"))["Questions by quarter of opening"]
    assert cohorts["early"].iloc[0] == 1


def test_early_answers_stand_beside_those_that_count(scored: Tracker, clock: FakeClock) -> None:
    tracker = scored
    later = asked("soon", opens_at=clock.time, closes_at=clock.time + timedelta(days=90))
    tracker.question_sets.load(a_set(replace(later, resolves_at=later.closes_at)))
    hold(tracker, "soon", ada="80%")
    clock.advance(days=3)
    tracker.resolutions.resolve("soon", "yes", source_url=SOURCE, known_at=clock.time)
    visit = open_page(tracker, "record")
    rows = sent_rows(visit, "Answered questions")
    assert [bool(row["title"]["badges"]) for row in rows] == [True, *[False] * 4]
    assert "over 4 questions" in words(visit)
    answer = open_page(tracker, "question", q="soon")
    assert "provisional until the scheduled close on" in words(answer)


def test_live_and_retrospective_scores_never_mix(tracker: Tracker, clock: FakeClock) -> None:
    clock.time = START
    tracker.question_sets.load(a_set(asked("now"), asked("past", retrospective=True)))
    hold(tracker, "now", ada="70%")
    close(tracker, clock, past="no")
    visit = open_page(tracker, "record")
    told = words(visit)
    assert "Retrospective questions are practice and don’t count towards a record." in told
    assert "None of your forecasts is resolved yet: this is the record of" in told
    live = words(open_page(tracker, "record", kind="Live"))
    assert "Your record starts with the first resolution" in live
    assert "practice" not in live
    # Live ones come first, and practice is one choice away.
    close(tracker, clock, now="yes")
    for asked_for, shown in (({}, "now"), ({"kind": "Retrospective", "who": "prior"}, "past")):
        visit = open_page(tracker, "record", **asked_for)
        assert [row["id"] for row in sent_rows(visit, "Answered questions")] == [shown]


def test_one_forecast_is_enough_for_every_section(tracker: Tracker, clock: FakeClock) -> None:
    open_world(tracker, clock, of_kind("which", "categorical"))
    hold(tracker, "which", ada="Astana=60% Beijing=40%")
    close(tracker, clock, which="Astana")
    habits = "Nobody has forecast a resolved yes/no question yet."
    for name in SECTIONS:
        told = words(section(tracker, name))
        assert "You are" in told
        assert "No forecast at that time." in told
        assert (habits in told) == (name == "Habits")


@pytest.mark.full
def test_every_kind_of_question_alone_has_every_section(tracker: Tracker, clock: FakeClock) -> None:
    begin(tracker, clock, mixed_world)
    alone = [*product(("ordered", "date"), SECTIONS[:3:2]), *product(("numeric",), SECTIONS)]
    for kind, name in alone:
        assert section(tracker, name, type=kind).button_group(key="details").value == name


def test_a_single_forecaster_is_compared_with_time(tracker: Tracker, clock: FakeClock) -> None:
    open_world(tracker, clock, asked("talks"))
    hold(tracker, "talks", ada="70%")
    close(tracker, clock, talks="yes")
    visit = open_page(tracker, "record")
    assert "points better than the base rate and time, over 1 question. That is" in words(visit)
    assert '"Estimate"' in visit.get("vega_lite_chart")[0].proto.spec


def sure_world(tracker: Tracker, clock: FakeClock) -> None:
    """Ada said 95% to twenty questions on events of their own, and 14 came true."""
    names = [f"event{chr(97 + n)}" for n in range(20)]
    open_world(tracker, clock, *(asked(name, prior=Binary(0.5)) for name in names))
    for name in names:
        hold(tracker, name, ada="95%")
    close(tracker, clock, **{name: "yes" if n < 14 else "no" for n, name in enumerate(names)})


def test_one_click_recalibrates_and_another_ends_it(
    tracker: Tracker, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (personal, recalibrate):
        monkeypatch.setattr(module, "MIN_RECALIBRATION_QUESTIONS", 20)
    begin(tracker, clock, sure_world)
    visit = open_page(tracker, "record")
    told = words(visit)
    assert "Your forecasts were too high: 95% on average, and 70% came true; go lower." in told
    assert "Where you gave 80% to 100%, 95% on average, 70% happened (14 of 20" in told
    (button,) = [b for b in visit.button if b.label == "Recalibrate from now on"]
    seen(button.click().run())
    applied = tracker.accuracy.consent()
    assert applied is not None
    assert applied.questions == 20
    visit = open_page(tracker, "record")
    assert "Your forecasts are recalibrated since" in words(visit)
    # Where a probability is typed the recalibrated one stands below it.
    tracker.questions.ask(
        an_asked(
            "fresh",
            opens_at=clock.time,
            closes_at=clock.time + 60 * DAY,
            resolves_at=clock.time + 60 * DAY,
        ),
        override="a test",
    )
    tracker.forecasts.submit("fresh", "95%")
    form = open_page(tracker, "question", q="fresh")
    percent = plain(percent_whole(float(applied.yes_no.apply(0.95))))
    assert f"Recalibrated: {percent}" in plain(echo_of(form)["words"])
    (button,) = [b for b in visit.button if b.label == "Switch off"]
    seen(button.click().run())
    assert tracker.accuracy.consent() is None
