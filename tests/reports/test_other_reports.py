"""The reports on scenarios, on an essay, and on the week."""

import pytest

from forecasts.questions.question import Forecaster
from tests.builders import DAY, NOW, FakeClock, a_question, a_set
from tests.dashboard.scenario_examples import FUTURES, PACT, a_world
from tests.reports.lived import BEN, QUESTION, Lived
from tests.reports.test_question_report import cells, section
from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.reports.content import Paragraph
from tracker.reports.report_files import render_report


def prose(of: object) -> str:
    """The paragraphs of a section."""
    return " ".join(block.text for block in of.blocks if isinstance(block, Paragraph))  # type: ignore[attr-defined]


def test_a_scenario_set_tells_shares_history_table_and_why(
    tracker: Tracker, clock: FakeClock
) -> None:
    a_world(tracker, clock)
    report = tracker.reports.build("scenarios", FUTURES)
    assert report.title == "Arland and Borland"
    assert report.answer.startswith("“friends” leads with ")
    stands = {row[0]: row for row in cells(section(report, "Where they stand"))}
    assert stands["friends"][1:3] == ["They sign pacts.", "30%"]
    assert float(stands["friends"][3].rstrip("%")) > 60
    (chart,) = report.charts
    assert chart.stacked
    assert [one.name for one in chart.series] == ["friends", "strangers", "Other"]
    assert sum(one.points[-1].value or 0.0 for one in chart.series) == pytest.approx(1.0)
    assert cells(section(report, "The table"))[0][:3] == ["Will they sign a pact?", "80%", "88%"]
    lines = [row for row in cells(section(report, "Why")) if row[0] == "friends"]
    assert len(lines) == 4  # the prior, two rows, and what they make together


def test_a_scenario_set_is_told_as_it_was_known(tracker: Tracker, clock: FakeClock) -> None:
    a_world(tracker, clock)
    then = NOW + 6 * DAY
    before = tracker.reports.build("scenarios", FUTURES, as_of=then)
    assert cells(section(before, "The table"))[0][1] == "60%"
    clock.advance(days=1)
    tracker.forecasts.submit(PACT, "5%", rationale="It is off.")
    assert tracker.reports.build("scenarios", FUTURES, as_of=then) == before
    with pytest.raises(NotFound, match="it was made after"):
        tracker.reports.build("scenarios", FUTURES, as_of=NOW - DAY)
    with pytest.raises(NotFound):
        tracker.reports.build("scenarios", PACT)


def test_an_essay_tells_its_record_its_claims_and_its_questions(lived: Lived) -> None:
    open_ = lived.tracker.reports.build("essay", "essay", as_of=lived.open)
    assert open_.title == "Why they will meet"
    assert cells(section(open_, "Its claims"))[0][:2] == ["C1", "“they will meet”"]
    assert cells(section(open_, "Its questions"))[0][1:4] == ["open", "58%", "Crowd (2)"]
    now = lived.tracker.reports.build("essay", "essay")
    assert cells(section(now, "Its questions"))[0][1:4] == ["resolved", "YES", "answered"]
    assert lived.tracker.reports.build("essay", "essay", as_of=lived.open) == open_
    with pytest.raises(NotFound, match="there is no essay nope"):
        lived.tracker.reports.build("essay", "nope")


def test_an_answered_essay_tells_its_record_and_size(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(a_question(bears_out="yes")))
    clock.advance(days=1)
    tracker.resolutions.resolve(
        QUESTION, "yes", source_url="https://arland.example/met", known_at=clock.time
    )
    report = tracker.reports.build("essay", "essay")
    assert report.answer == "Live: 1 of 1 came true, by chance 0.3."
    assert cells(section(report, "Its record"))[0][3:] == [
        "+0.7 claims (95% interval −0.3 to +0.7)",
        "–",
    ]
    assert "1 claim is too few to judge by." in prose(section(report, "Its record"))
    assert cells(section(report, "Live, claim by claim"))[0] == [
        "C1",
        "“they will meet”",
        "1 of 1",
        "30%",
        "+0.70",
    ]


def test_the_week_tells_moves_answers_and_news(lived: Lived) -> None:
    first = lived.tracker.reports.build("week", as_of=NOW + 2 * DAY)
    assert first.title == "Weekly review, 2026-11-26 to 2026-12-03"
    assert cells(section(first, "New evidence"))[0][1:] == ["2", "2"]
    later = lived.tracker.reports.build("week", as_of=lived.open)
    (mine, *_) = [row for row in cells(section(later, "What moved")) if row[1] == "ada"]
    assert mine[2:] == ["40%", "55%", "+15.0 points"]
    last = lived.tracker.reports.build("week")
    assert (
        last.answer
        == "0 questions moved by a point or more, 1 got an answer, 0 pieces of evidence came in."
    )
    assert cells(section(last, "What was answered"))[0][1] == "YES"


def test_the_week_counts_scores_once_the_scheduled_close_has_passed(
    lived: Lived, clock: FakeClock
) -> None:
    assert not [
        s for s in lived.tracker.reports.build("week").sections if s.heading.startswith("Scores")
    ]
    clock.advance(days=200)
    scores = section(lived.tracker.reports.build("week"), "Scores so far")
    ada = next(row for row in cells(scores) if row[0] == "ada")
    assert ada[1:4] == ["Brier score", "1", "1"]
    assert "rank nobody" in prose(scores)


def test_the_week_names_stale_forecasts_and_feeds_that_failed(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set())
    tracker.people.register(Forecaster(BEN, "Ben", "person"))
    tracker.forecasts.submit(QUESTION, "40%", rationale="They talk.")
    clock.advance(days=40)
    tracker.feeds.poll()  # no network: it fails
    found = tracker.reports.build("week")
    assert cells(section(found, "Stale forecasts of ada"))[0][1:] == ["40%", "2026-12-01", "40"]
    assert cells(section(found, "Feeds in trouble")) == [["The wire", "1", "1", "0"]]


def test_a_quiet_week_says_so_in_every_section(tracker: Tracker) -> None:
    quiet = tracker.reports.build("week")
    told = " ".join(prose(each) for each in quiet.sections)
    for words in (
        "No open question moved",
        "No answer was entered",
        "No evidence came in",
        "No feed was polled",
    ):
        assert words in told
    assert render_report(quiet, "html")
