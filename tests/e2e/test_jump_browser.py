"""The list behind Ctrl+K: it takes every letter from the first on, and goes to what is chosen."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, Visitor, fits
from tests.e2e.test_typing_browser import begin, slow

__all__ = ["slow"]

QUESTION = "/question?q=un-condemn-2027"


def field(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Jump to").get_by_role(
        "combobox", name="Page or question"
    )


@pytest.mark.behaviour(7)
def test_letters_typed_after_ctrl_k_arrive(slow: Visitor) -> None:
    page = begin(slow, "/feeds")
    page.keyboard.press("Control+k")
    page.keyboard.type("bomber cure")
    expect(field(page)).to_have_value("bomber cure")
    expect(field(page)).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="No matches.")).to_be_visible()
    for _ in " cure":
        page.keyboard.press("Backspace")
    expect(page.get_by_role("option").first).to_contain_text("bomber")
    slow.settle()
    expect(field(page)).to_be_focused()


@pytest.mark.behaviour(7)
def test_list_is_walked_by_keys_and_leaves_a_draft_alone(visitor: Visitor) -> None:
    page = visitor.open(QUESTION)
    page.get_by_role("textbox", name="Why? (optional)").fill("Half a thought")
    page.locator(".st-key-jump button").click()
    page.keyboard.type("bomber")
    expect(page.get_by_role("option", selected=True)).to_contain_text("bomber")
    page.keyboard.press("ArrowDown")
    second = page.get_by_role("option").nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    expect(field(page)).to_have_attribute("aria-activedescendant", second.get_attribute("id") or "")
    title = re.sub(r" (?:open|resolved)$", "", second.inner_text())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    visitor.settle()
    page.go_back()
    expect(page.get_by_role("textbox", name="Why? (optional)")).to_have_value("Half a thought")
    # It opens above a dialog, on a phone, too, and goes where it will point before it is there.
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_contain_text("edit your forecast")
    page.keyboard.press("Control+k")
    page.keyboard.type("Inbox")
    expect(page.get_by_role("option").first).to_contain_text("Inbox")
    assert fits(page)
    visitor.picture("jump-phone")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/inbox$"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    visitor.settle()
    page.evaluate(
        "() => { const get = fetch; window.fetch = async (...what) => {"
        " await new Promise(done => (window.release = done)); return get(...what); }; }"
    )
    page.keyboard.press("Control+k")
    page.keyboard.type("settings")
    page.keyboard.press("Enter")
    page.evaluate("window.release()")
    page.wait_for_url(re.compile("/settings$"))
