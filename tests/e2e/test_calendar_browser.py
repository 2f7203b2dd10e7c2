"""The calendar, linked questions and wordings in a real browser on the replay."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Arrive, Visitor
from tracker.app.question_set_files import DEFAULT_SET, load_question_set

EARLIER, LATER = next(
    link for link in load_question_set(DEFAULT_SET).links if link.kind == "dates"
).question_ids[:2]
"""Two open questions on one event by two dates."""

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2},
}


@pytest.mark.parametrize("look", list(LOOKS))
def test_the_calendar_and_the_linked_questions_fit_every_look(arrive: Arrive, look: str) -> None:
    visitor = arrive(**LOOKS[look])
    for name, path, content in (
        ("calendar", "/calendar", "What to expect next"),
        ("linked", f"/question?q={EARLIER}&tab=Linked", "Probability of YES."),
    ):
        page = visitor.go(path)
        expect(page.get_by_text(content).first).to_be_visible()
        expect(
            page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]')
        ).to_have_count(0)
        width, room = page.locator('[data-testid="stMain"]').evaluate(
            "e => [e.scrollWidth, e.clientWidth]"
        )
        assert width <= room, f"{name} scrolls sideways"
        visitor.picture(f"{look}-{name}")


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
    page.get_by_test_id("stMain").get_by_role("button", name="Open", exact=False).first.click()
    page.wait_for_url(lambda url: f"q={LATER}" in url)


def test_a_question_is_worded_anew_in_the_browser(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={LATER}&tab=Question")
    page.locator("summary").filter(has_text="Word it anew").click()
    sources = page.get_by_role("textbox", name="Sources, one a line")
    sources.fill(f"{sources.input_value()}\nAssociated Press")
    page.get_by_role("textbox", name="Why it changes").fill("One more agency.")
    page.get_by_role("textbox", name="Why it changes").press("Tab")
    visitor.settle()
    page.get_by_role("button", name="Word it anew").click()
    expect(page.get_by_text("because: One more agency.")).to_be_visible()
    expect(page.locator("strong").filter(has_text="Associated Press")).to_be_visible()
    visitor.picture("worded")
