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


def test_the_chart_tells_all_shares_wherever_the_pointer_is(visitor: Visitor) -> None:
    page = visitor.go(f"/scenarios?q={FUTURES}")
    chart = page.locator('[data-testid="stVegaLiteChart"]').first
    scenarios = page.get_by_role("table", name="Scenarios", exact=True)
    for name in ("friends", "strangers", "Other"):
        expect(scenarios.get_by_role("rowheader", name=name)).to_be_visible()
    box = chart.locator("svg").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.6)
    tip = page.locator("#vg-tooltip-element")
    expect(tip).to_contain_text("From")
    expect(tip).to_contain_text("strangers")
    expect(tip).to_contain_text("%")


@pytest.mark.gate
@pytest.mark.behaviour(14)
def test_edit_is_seen_before_it_is_saved(visitor: Visitor) -> None:
    page = visitor.open(f"/scenarios?q={FUTURES}&section=Your+forecast")
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


def test_the_section_stands_in_the_address(visitor: Visitor) -> None:
    page = visitor.go(f"/scenarios?q={FUTURES}")
    page.get_by_role("tab", name="What would change it").click()
    page.wait_for_url(lambda url: "section=What" in url and f"q={FUTURES}" in url)
    page.reload()
    visitor.settle()
    expect(page.get_by_role("tab", name="What would change it")).to_have_attribute(
        "aria-selected", "true"
    )


@pytest.mark.behaviour(14)
def test_a_contradiction_is_adopted_and_stands_in_the_record(arrive: Arrive) -> None:
    visitor = arrive(**LOOKS["phone"])
    page = visitor.open("/coherence")
    expect(page.get_by_text("Your forecasts contradict each other")).to_be_visible()
    page.get_by_role("button", name="Adopt the nearest").click()
    expect(page.get_by_text("Adopted: your forecasts agree now")).to_be_visible()
    expect(page.get_by_text("Your forecasts contradict each other")).to_have_count(0)
    expect(page.get_by_text("None of their questions is answered yet")).to_be_visible()
