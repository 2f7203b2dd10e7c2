"""Scenarios and coherence in a real browser, on a small world that is ten days old."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import QuestionId
from tests.builders import FakeClock
from tests.dashboard.scenario_examples import FUTURES, PACT, a_world
from tests.e2e.conftest import Arrive, Visitor, served
from tests.e2e.test_browser import LOOKS
from tracker.app.tracker import open_tracker
from tracker.settings import Settings

RACE = QuestionId("race")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the dashboard on the small world answers; it has one set and one contradiction of
    mine.
    """
    data = tmp_path_factory.mktemp("scenarios")
    clock = FakeClock()
    with open_tracker(Settings(data_dir=data, me="ada"), now=clock) as tracker:
        a_world(
            tracker, clock, datetime.now(UTC).replace(microsecond=0) - timedelta(days=10, minutes=1)
        )
        tracker.links.add(
            Link(LinkId("race"), "implies", (PACT, RACE), "Pacts are raced for", (), "As ever.")
        )
        tracker.forecasts.submit(RACE, "20%", rationale="Too cold.")
    yield from served(data, tmp_path_factory.mktemp("log") / "dashboard.log")


@pytest.mark.behaviour(14)
def test_edit_is_seen_before_it_is_saved(visitor: Visitor) -> None:
    page = visitor.open(f"/scenarios?q={FUTURES}")
    page.wait_for_url(lambda url: f"/question?q={FUTURES}" in url)
    shares = page.locator(".entry-option input:not([type=range])")
    shares.nth(1).press("Tab")
    page.get_by_role("button", name="Lock Other").click()
    before = [float(shares.nth(nr).input_value()) for nr in range(3)]
    shares.nth(0).fill("50")
    shares.nth(0).press("Tab")
    visitor.settle()
    after = [float(shares.nth(nr).input_value()) for nr in range(3)]
    assert after == [50.0, pytest.approx(50.0 - before[2]), before[2]]
    page.get_by_role("button", name="Save forecast").click()
    expect(page.locator(".st-key-notice")).to_contain_text("Saved: friends 50%")
    friends = page.get_by_role("table", name="Scenarios", exact=True).get_by_role("row").nth(1)
    expect(friends).to_contain_text("50%")


def test_a_row_of_the_table_moves_the_scenarios(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={FUTURES}&details=Likelihood+table")
    choice = page.get_by_role("combobox", name="Change a row, or add one")
    choice.scroll_into_view_if_needed()
    visitor.settle()
    choice.click()  # where scrolling goes on, the list closes again
    page.get_by_role("option", name="Will they sign a pact?").click()
    visitor.settle()
    page.get_by_role("textbox", name="Why these numbers").fill("They have said so.")
    page.get_by_role("button", name="Save row").click()
    expect(page.get_by_text("Row saved")).to_be_visible()
    table = page.get_by_role("table", name="The likelihood table")
    expect(table.get_by_role("rowheader", name="Will they sign a pact?")).to_be_visible()


@pytest.mark.behaviour(14)
def test_a_contradiction_is_adopted_and_stands_in_the_record(arrive: Arrive) -> None:
    visitor = arrive(**LOOKS["phone"])
    page = visitor.open("/coherence")
    expect(page.get_by_text("Your forecasts contradict each other")).to_be_visible()
    page.get_by_role("button", name="Adopt the nearest").click()
    expect(page.get_by_text("Adopted: your forecasts agree now")).to_be_visible()
    expect(page.get_by_text("Your forecasts contradict each other")).to_have_count(0)
    expect(page.get_by_text("None of their questions is answered yet.")).to_be_visible()
