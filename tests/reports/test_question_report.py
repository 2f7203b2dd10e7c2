"""The report on a question: what it says, as of when, and what it never says."""

import pytest

from forecasts.questions.formatting import MINUS
from tests.builders import DAY, NOW, FakeClock
from tests.lives import LIVES, Life, live, resolve
from tests.reports.lived import QUESTION, SOURCE, Lived
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.reports.content import (
    FactList,
    Paragraph,
    ReportCell,
    ReportDocument,
    ReportSection,
    ReportTable,
)


def section(report: ReportDocument, heading: str) -> ReportSection:
    """The section whose heading begins like this."""
    (found,) = [each for each in report.sections if each.heading.startswith(heading)]
    return found


def cells(of: ReportSection) -> list[list[str]]:
    """The texts of the first table of a section, row by row."""
    first = next(block for block in of.blocks if isinstance(block, ReportTable))
    return [[each.text for each in row] for row in first.rows]


def told(of: ReportSection) -> dict[str, ReportCell]:
    """The facts of a section."""
    return {
        name: value
        for block in of.blocks
        if isinstance(block, FactList)
        for name, value in block.rows
    }


def test_an_open_question_shows_standings_reasons_and_evidence(lived: Lived) -> None:
    report = lived.tracker.reports.build("question", QUESTION, as_of=lived.open)
    assert report.title.startswith("Will the leaders of Arland and Borland meet")
    assert "ada 55%" in report.answer
    assert "Crowd" in report.answer
    assert "Estimate" in report.answer
    assert report.answer.endswith("Closes on 2027-07-01.")
    who = {row[0]: row for row in cells(section(report, "Where it stands"))}
    assert who["ada"][1:] == ["55%", "2026-12-11", "2"]
    assert who["Ben <b>&"][1:] == ["60%", "2026-12-02", "1"]
    assert who["Base rate"][1] == "30%"
    rows = cells(
        section(
            lived.tracker.reports.build("question", QUESTION, as_of=lived.open),
            "Why the estimate is",
        )
    )
    *lines, total = rows
    assert [line[0] for line in lines][:3] == ["Base rate", "Time", "News: reports"]
    assert lines[0][:2] == ["Base rate", "3 of 10 comparable years"]
    adds = [float(line[2].replace(MINUS, "-")) for line in (*lines, total) if line[2] != "–"]
    assert sum(adds[:-1]) == pytest.approx(adds[-1], abs=0.005)
    assert any("Arland invites Borland" in line[1] for line in lines)
    report = lived.tracker.reports.build("question", QUESTION, as_of=lived.open)
    first = next(
        block for block in section(report, "Evidence").blocks if isinstance(block, ReportTable)
    )
    links = {row[1].text[:20]: row[1].url for row in first.rows}
    assert links["Arland invites Borla"] == "https://wire.invalid/summit"
    assert not [url for url in links.values() if url and not url.startswith("https://")]
    assert {row[3].text for row in first.rows} == {"for YES", "for NO"}
    rows = cells(
        section(
            lived.tracker.reports.build("question", QUESTION, as_of=lived.open),
            "Forecasts and their",
        )
    )
    assert [(row[1], row[2]) for row in rows] == [
        ("ada", "forecast 55%"),
        ("Ben <b>&", "forecast 60%"),
        ("ada", "forecast 40%"),
    ]
    assert rows[0][3] == "They go on talking."


def test_an_answered_question_shows_its_answer_scores_and_sources(lived: Lived) -> None:
    report = lived.tracker.reports.build("question", QUESTION)
    assert report.answer == "Answered YES; known on 2027-01-10."
    scored = section(report, "Answer and scores")
    assert told(scored)["Source"].url == SOURCE
    assert told(scored)["Note"].text == "They met."
    assert {row[0] for row in cells(scored)} >= {"ada", "Ben <b>&", "Crowd", "Estimate"}
    assert "n = 1" in next(b.text for b in scored.blocks if isinstance(b, Paragraph))
    assert ["arland.example", "tells the answer"] in cells(section(report, "Sources"))
    assert ["The wire", "carried 2 pieces of evidence"] in cells(section(report, "Sources"))


def test_the_past_is_told_as_it_was_known(lived: Lived, clock: FakeClock) -> None:
    before = lived.tracker.reports.build("question", QUESTION, as_of=lived.open)
    assert "Answer and scores" not in {each.heading for each in before.sections}
    clock.advance(days=1)
    lived.tracker.resolutions.resolve(
        QUESTION, "no", source_url=SOURCE, known_at=lived.answered, note="They did not."
    )
    (card, *_) = lived.tracker.questions.get(QUESTION).evidence
    lived.tracker.evidence.review(card.evidence.id, "rejected")
    assert lived.tracker.reports.build("question", QUESTION, as_of=lived.open) == before
    again = lived.tracker.reports.build("question", QUESTION, as_of=lived.answered)
    assert again.answer == "Answered YES; known on 2027-01-10."
    actual = lived.tracker.reports.build("question", QUESTION).answer
    assert actual == "Answered NO; known on 2027-01-10."


def test_a_new_wording_is_told_from_when_on_it_stood(tracker: Tracker, clock: FakeClock) -> None:
    from tests.builders import a_set

    tracker.question_sets.load(a_set())
    first = clock.time
    clock.advance(days=1)
    tracker.questions.edit(
        QUESTION, Wording(criteria="YES if they meet by 30 June 2027."), why="shorter", override="t"
    )
    clock.advance(days=1)
    asked = section(tracker.reports.build("question", QUESTION), "The question")
    assert told(asked)["Criteria"].text == "YES if they meet by 30 June 2027."
    assert [row[0] for row in cells(asked)] == ["1", "2"]
    before = section(tracker.reports.build("question", QUESTION, as_of=first), "The question")
    assert told(before)["Criteria"].text.startswith("YES when both governments confirm")
    assert not [block for block in before.blocks if isinstance(block, ReportTable)]


def test_no_report_is_of_the_future_or_of_nothing(lived: Lived) -> None:
    with pytest.raises(Refused, match="nobody knows yet"):
        lived.tracker.reports.build("question", QUESTION, as_of=lived.answered + DAY)
    with pytest.raises(NotFound, match="there is no question nope"):
        lived.tracker.reports.build("question", "nope")
    with pytest.raises(NotFound, match="it was asked after"):
        lived.tracker.reports.build("question", QUESTION, as_of=NOW - DAY)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.asked.kind)
def test_every_kind_of_question_has_its_chart(
    tracker: Tracker, clock: FakeClock, life: Life
) -> None:
    live(tracker, clock, life)
    (chart,) = tracker.reports.build("question", life.asked.id).charts
    assert chart.series
    assert all(one.points for one in chart.series)
    assert chart.axis == {"numeric": "number", "date": "date"}.get(life.asked.kind, "share")
    resolve(tracker, clock, life)
    report = tracker.reports.build("question", life.asked.id)
    assert (report.charts[0].answer is not None) == (
        life.asked.kind in ("binary", "numeric", "date")
    )
    assert report.answer.startswith("Answered ")


def test_a_replay_is_told_as_far_as_it_went(lived: Lived, clock: FakeClock) -> None:
    lived.tracker.system.mark_replayed(lived.answered - DAY)
    clock.advance(days=100)
    assert lived.tracker.reports.build("question", QUESTION).known_at == lived.answered
    lived.tracker.system.mark_replayed(lived.answered + DAY)
    assert lived.tracker.reports.build("question", QUESTION).known_at == lived.answered + DAY
