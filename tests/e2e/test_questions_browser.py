"""The place Questions in a real browser on the replay: list, board, calendar, and asking."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Arrive, Visitor
from tests.e2e.places import OPEN
from tests.e2e.test_browser import LOOKS, TEXT

LINKED = "ceasefire-2027"


def row_of(page: Page, question: str) -> Locator:
    """The row of a question."""
    return page.locator(f'.rows tr[data-id="{question}"]')


def test_row_is_a_link_that_the_browser_knows(visitor: Visitor) -> None:
    page = visitor.open("/questions?find=formula%202028")
    link = page.get_by_role("link", name=TEXT)
    with page.context.expect_page() as opened:
        link.click(modifiers=["Control"])
    opened.value.wait_for_url(re.compile(f"/question\\?q={OPEN}"))
    opened.value.close()
    link.click()
    expect(page.get_by_role("heading", name=TEXT)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Questions", exact=True)).to_be_visible()


@pytest.mark.gate
@pytest.mark.behaviour(6)
@pytest.mark.behaviour(7)
def test_forecast_in_the_list_is_one_key_and_a_number(visitor: Visitor) -> None:
    page = visitor.open("/questions?find=joint+attribute")
    visitor.press("j")
    page.keyboard.press("e")
    page.keyboard.type("1:9")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-notice")).to_contain_text("Saved: 10%")
    field = row_of(page, "cyber-together-2027").get_by_role("textbox")
    expect(field).to_have_value("10%")
    # One key confirms it, and the keys go on in the row.
    visitor.press("a")
    expect(page.locator(".st-key-notice")).to_contain_text("Confirmed: 10%")
    # A click and a number do the same; what cannot be read is refused where it was typed.
    field.click()
    page.keyboard.type("perhaps")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("is not a probability")
    expect(field).to_have_value("perhaps")
    field.click()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(field).to_have_value("12%")
    expect(page.get_by_text("is not a probability")).to_have_count(0)
    visitor.picture("in-place")


@pytest.mark.behaviour(7)
def test_what_is_typed_survives_the_answer_to_another_row(visitor: Visitor) -> None:
    page = visitor.open("/questions?sort=title&tag=ceasefire")
    fields = page.locator('.rows input[aria-label^="Your forecast: Will"]')
    fields.nth(0).click()
    page.keyboard.type("31")
    page.keyboard.press("Enter")
    fields.nth(1).click()
    page.keyboard.type("44.5")
    expect(page.locator(".st-key-notice")).to_contain_text("Saved: 31%")
    visitor.settle()
    expect(fields.nth(1)).to_have_value("44.5")
    expect(fields.nth(1)).to_be_focused()


@pytest.mark.behaviour(1)
def test_view_filters_and_order_stand_in_the_address(visitor: Visitor) -> None:
    page = visitor.go("/questions")
    heading = page.locator(".rows thead button", has_text="Estimate")
    heading.click()
    page.wait_for_url(lambda url: "sort=estimate" in url)
    cell = page.locator('.rows th[aria-sort="descending"]')
    expect(cell).to_contain_text("Estimate")
    heading.click()
    page.wait_for_url(lambda url: "sort=-estimate" in url)
    page.reload()
    visitor.settle()
    expect(page.locator('.rows th[aria-sort="ascending"]')).to_contain_text("Estimate")
    page.get_by_role("radio", name="Board").or_(page.get_by_role("button", name="Board")).click()
    page.wait_for_url(lambda url: "view=board" in url)
    visitor.settle()
    page.get_by_role("button", name=re.compile("^All ")).first.click()
    page.wait_for_url(lambda url: "view=" not in url)
    expect(page.get_by_role("table", name="Questions", exact=True)).to_be_visible()


def test_calendar_leads_to_its_questions_and_fits_a_phone(arrive: Arrive) -> None:
    visitor = arrive(**LOOKS["phone"])
    page = visitor.go("/calendar")
    page.wait_for_url(lambda url: "/questions?view=calendar" in url)
    visitor.settle()
    height = page.evaluate(
        "Math.max(...[...document.querySelectorAll('section, div')].map(e => e.scrollHeight))"
    )
    assert height <= 2_500
    page.get_by_test_id("stMain").locator(".rows a").first.click()
    page.wait_for_url(lambda url: "/question?q=" in url)


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
