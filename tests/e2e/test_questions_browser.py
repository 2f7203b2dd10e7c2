"""The place Questions in a real browser on the replay: list, board, calendar, and asking."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Visitor, fits
from tests.e2e.places import OPEN


@pytest.mark.behaviour(6)
@pytest.mark.behaviour(7)
def test_the_list_takes_forecasts_by_keys_and_by_clicks(visitor: Visitor) -> None:
    page = visitor.open("/questions?find=joint+attribute")
    notice = page.locator(".st-key-notice")
    visitor.press("j")
    page.keyboard.press("e")
    page.keyboard.type("1:9")
    page.keyboard.press("Enter")
    expect(notice).to_contain_text("Saved: 10%")
    field = page.locator('.rows tr[data-id="cyber-together-2027"]').get_by_role("textbox")
    expect(field).to_have_value("10%")
    visitor.press("a")  # one key confirms it
    expect(notice).to_contain_text("Confirmed: 10%")
    # What cannot be read is refused where it was typed.
    field.click()
    page.keyboard.type("perhaps")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("is not a probability")
    expect(field).to_have_value("perhaps")
    # What is typed survives the answer to another row.
    visitor.go("/questions?sort=title&tag=ceasefire")
    fields = page.locator('.rows input[aria-label^="Your forecast: Will"]')
    fields.nth(0).click()
    page.keyboard.type("31")
    page.keyboard.press("Enter")
    fields.nth(1).click()
    page.keyboard.type("44.5")
    expect(notice).to_contain_text("Saved: 31%")
    visitor.settle()
    expect(fields.nth(1)).to_have_value("44.5")
    expect(fields.nth(1)).to_be_focused()
    visitor.picture("in-place")


@pytest.mark.behaviour(1)
def test_view_order_and_rows_stand_in_addresses(visitor: Visitor) -> None:
    page = visitor.open("/questions")
    heading = page.locator(".rows thead button", has_text="Estimate")
    heading.click()
    page.wait_for_url(lambda url: "sort=estimate" in url)
    expect(page.locator('.rows th[aria-sort="descending"]')).to_contain_text("Estimate")
    page.reload()
    visitor.settle()
    expect(page.locator('.rows th[aria-sort="descending"]')).to_contain_text("Estimate")
    # A row is a link that the browser knows.
    link = page.locator(f'.rows a[href*="q={OPEN}"]').first
    with page.context.expect_page() as opened:
        link.click(modifiers=["Control"])
    opened.value.wait_for_url(re.compile(f"/question\\?q={OPEN}"))
    opened.value.close()
    page.get_by_role("radio", name="Board").or_(page.get_by_role("button", name="Board")).click()
    page.wait_for_url(lambda url: "view=board" in url)
    # The calendar has an address of its own, and leads to its questions on a phone, too.
    page.set_viewport_size(PHONE)
    visitor.go("/calendar")
    page.wait_for_url(lambda url: "/questions?view=calendar" in url)
    visitor.settle()
    assert fits(page)
    page.get_by_test_id("stMain").locator(".rows a").first.click()
    page.wait_for_url(lambda url: "/question?q=" in url)
    visitor.settle()
    page.go_back()
    page.wait_for_url(lambda url: "/questions?view=calendar" in url)


def test_a_yes_no_question_takes_at_most_four_fields(visitor: Visitor) -> None:
    page = visitor.open("/ask")
    text = page.get_by_role("textbox", name="Question")
    text.fill("Will Arland report a record harvest of wheat by 31 December 2027?")
    text.press("Tab")
    visitor.settle()
    criteria = page.get_by_role("textbox", name="How it is resolved")
    criteria.fill(
        "YES if the ministry of Arland reports a record harvest of wheat between 1 December 2026 "
        "and 31 December 2027 (UTC), in its first release."
    )
    criteria.press("Tab")
    visitor.settle()
    expect(page.get_by_text("Ready to ask.")).to_be_visible()
    groups = page.get_by_test_id("stMain").locator(
        '[data-testid="stTextInput"]:visible, [data-testid="stTextArea"]:visible, '
        '[data-testid="stDateTimeInput"]:visible'
    )
    assert groups.count() <= 4
    page.get_by_role("button", name="Ask this question").click()
    page.wait_for_url(lambda url: "/question?q=" in url)
    expect(page.get_by_role("heading", name="Will Arland report")).to_be_visible()
