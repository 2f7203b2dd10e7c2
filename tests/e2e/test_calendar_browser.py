"""The calendar, linked questions and wordings in a real browser on the replay."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tracker.app.question_set_files import DEFAULT_SET, load_question_set

EARLIER, LATER = next(
    link for link in load_question_set(DEFAULT_SET).links if link.kind == "dates"
).question_ids[:2]
"""Two open questions on one event by two dates."""


@pytest.mark.gate
def test_an_entry_of_the_calendar_leads_to_its_question(visitor: Visitor) -> None:
    page = visitor.go("/calendar")
    expect(page).to_have_title("Calendar · Scenario tracker")
    page.get_by_test_id("stMain").get_by_role("link", name="Closes").first.click()
    page.wait_for_url(lambda url: "/question?q=" in url)
    visitor.settle()
    expect(page.get_by_role("tab", name="Linked")).to_be_visible()


def test_a_group_of_dates_names_them_on_its_axis(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={EARLIER}&tab=Linked")
    chart = page.locator('[data-testid="stVegaLiteChart"]').nth(1)
    expect(chart.locator("svg g.role-axis-label text")).not_to_have_count(0)
    page.locator('[class*="st-key-open-"] button').first.click()
    page.wait_for_url(lambda url: f"q={LATER}" in url)
