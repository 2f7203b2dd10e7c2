"""Proposed answers on pages: confirmed with one click, dismissed with a reason."""

from datetime import UTC, datetime

import pytest

from forecasts.distributions.cdf import Scale
from tests.builders import FakeClock, a_set
from tests.dashboard.pages import open_page, sections, seen, sent_rows, words
from tests.interfaces.api_answers import read_question_json
from tests.test_series import BRENT, Sources, a_question_of, desk, prices, sources
from tracker.app.tracker import Tracker

__all__ = ["desk", "sources"]

RANGE = Scale(0.0, 100.0, open_upper=True, unit="USD")
PAST = {
    "opens_at": datetime(2026, 11, 1, tzinfo=UTC),
    "closes_at": datetime(2026, 11, 30, tzinfo=UTC),
    "resolves_at": datetime(2026, 11, 30, tzinfo=UTC),
}


@pytest.fixture
def on_each(on_sqlite: object) -> object:
    """Pages do not depend on the database."""
    return on_sqlite


@pytest.fixture
def proposing(desk: Tracker, sources: Sources, clock: FakeClock) -> Tracker:
    """A tracker with a proposed answer, a question of a number, and one that is overdue."""
    clock.time = datetime(2026, 11, 20, tzinfo=UTC)
    desk.question_sets.load(
        a_set(
            a_question_of("above", kind="binary"),
            a_question_of("level", kind="numeric", scale=RANGE),
            a_question_of("late", kind="binary", **PAST),
        )
    )
    clock.time = datetime(2026, 12, 1, tzinfo=UTC)
    desk.series.add(BRENT)
    desk.resolutions.settle_by("above", BRENT.id, "value in 2026-11-30 more than 60")
    desk.resolutions.settle_by("level", BRENT.id, "last of 2026-12")
    desk.resolutions.settle_by("late", BRENT.id, "last of 2026-12 more than 60")
    return desk


def key_of(tracker: Tracker) -> str:
    (proposal,) = tracker.resolutions.proposals()
    return f"proposed-above-{proposal.key}"


def test_one_click_in_the_inbox_confirms(proposing: Tracker) -> None:
    key = key_of(proposing)
    assert "Answers to confirm · 1" in sections(open_page(proposing, "inbox"))
    visit = open_page(proposing, "inbox", section="answers")
    assert "Proposed answer: NO, by the series brent" in words(visit)
    assert "2026-11-30: 59.5" in words(visit)
    seen(visit.button(key=f"{key}-confirm").click().run())
    resolution = proposing.questions.get("above").summary.resolution
    assert resolution is not None
    assert resolution.outcome == "no"
    assert "Proposed answer" not in words(open_page(proposing, "inbox", section="answers"))


def test_a_dismissal_needs_a_reason(proposing: Tracker) -> None:
    key = key_of(proposing)
    visit = open_page(proposing, "question", q="above")
    visit = seen(visit.button(key=f"{key}-dismiss").click().run())
    assert "say which" in words(visit)
    visit.text_input(key=f"{key}-why").set_value("Another price is meant")
    seen(visit.button(key=f"{key}-dismiss").click().run())
    assert proposing.resolutions.proposals() == ()
    assert "proposed answer" not in words(open_page(proposing, "home"))


def test_proposals_and_their_series_stand_where_they_belong(proposing: Tracker) -> None:
    assert "proposed answer: " in words(open_page(proposing, "home"))
    page = words(open_page(proposing, "question", q="level"))
    assert "○ values of the series" in page
    assert "Settled by the series brent: last of 2026" in page
    page = words(open_page(proposing, "question", q="above"))
    assert "is 0.5 below the threshold of 60" in page.replace("\\", "")
    page = words(open_page(proposing, "question", q="late")).replace("\\", "")
    assert "Still needed: series brent: no value for December 2026 yet" in page
    told = read_question_json(proposing, "above")
    assert told["settled_by"]["series"] == "brent"
    (proposal,) = told["proposed_answers"]
    assert (proposal["answer"], proposal["quote"]) == ("no", "2026-11-30: 59.5")
    late = read_question_json(proposing, "late")
    assert late["proposed_answers"] == []
    assert "no value for December 2026" in late["missing"]


def test_the_rule_is_named_on_the_page(proposing: Tracker) -> None:
    visit = open_page(proposing, "question", q="level", details="Resolve early")
    visit.text_input(key="settling-rule-level").set_value("value in 2026-11-30")
    save = next(button for button in visit.button if button.label == "Save the rule")
    seen(save.click().run())
    assert {p.question.id: p.answer for p in proposing.resolutions.proposals()}["level"] == "59.5"


def test_a_series_is_added_on_the_page_feeds(proposing: Tracker, sources: Sources) -> None:
    visit = open_page(proposing, "feeds")
    (row,) = sent_rows(visit, "Series of numbers")
    assert (row["title"]["text"], row["newest"]["text"], row["state"]["text"]) == (
        "brent",
        "59.5 USD",
        "OK",
    )
    assert row["questions"]["text"].replace("\u00a0", " ") == "3 questions"
    sources.documents["https://prices.invalid/gas.csv"] = prices(
        ("2026-11-30", "30.5"), header="Day,Level"
    )
    for name, text in {
        "name": "gas", "url": "https://prices.invalid/gas.csv", "date": "Day", "value": "Level",
    }.items():  # fmt: skip
        visit.text_input(key=f"series-{name}").set_value(text)
    read = next(button for button in visit.button if button.label == "Add")
    seen(read.click().run())
    assert [status.series.id for status in proposing.series.list()] == ["brent", "gas"]
    # One that is paused is taken up there.
    proposing.feeds.pause("brent")
    seen(open_page(proposing, "feeds").button(key="read-brent").click().run())
    assert not proposing.series.get("brent").state.paused
