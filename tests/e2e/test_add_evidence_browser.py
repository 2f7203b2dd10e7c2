"""Evidence by hand in a real browser: quick, and taken back with a key."""

import time

from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.places import OPEN

QUICK_SECONDS = 10.0


def test_a_missed_report_is_found_and_added_in_ten_seconds(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={OPEN}")
    opener = page.get_by_text("Add evidence", exact=True)
    expect(opener).to_be_visible()
    begin = time.monotonic()
    opener.click()
    field = page.get_by_placeholder("words of the report")
    field.fill("Moscow visit")
    field.press("Enter")
    adding = page.get_by_role("button", name="Add as evidence").first
    expect(adding).to_be_visible()
    page.get_by_text("for NO", exact=True).locator("visible=true").last.click()
    adding.click()
    notice = page.locator(".st-key-notice")
    expect(notice).to_contain_text("Added: ▼ speaks somewhat for NO. It was read", timeout=20_000)
    assert time.monotonic() - begin < QUICK_SECONDS
    visitor.press("u")
    expect(notice).to_contain_text("Taken back: it counts nothing")


def test_a_shared_page_fills_the_form_and_adds_nothing(visitor: Visitor) -> None:
    page = visitor.open(
        f"/add?q={OPEN}&url=https%3A%2F%2Fa.invalid%2F1&title=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E"
    )
    expect(page.get_by_label("Address or headline")).to_have_value("https://a.invalid/1")
    headline = page.get_by_label("Headline, if the page cannot be read")
    expect(headline).to_have_value("<img src=x onerror=alert(1)>")
    assert page.locator("img[src='x']").count() == 0
