"""Evidence judged and added in a real browser, in as few acts as can be."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.places import OPEN
from tracker.app.tracker import open_tracker
from tracker.settings import Settings, replay_settings


def waiting(data: Path) -> int:
    """Pieces of evidence that wait."""
    with open_tracker(replay_settings(Settings(data_dir=data, me="ada"))) as tracker:
        return len(tracker.evidence.inbox())


@pytest.mark.behaviour(7)
def test_evidence_is_judged_and_taken_back_by_keys(visitor: Visitor, demo: Path) -> None:
    before = waiting(demo)
    page = visitor.open("/inbox")
    expect(page.locator(".marked mark").first).to_be_visible()
    notice = page.locator(".st-key-notice")
    section = page.get_by_role("radio", name="Evidence to judge").or_(
        page.get_by_role("button", name="Evidence to judge")
    )
    number = int((section.first.text_content() or "").rpartition("· ")[2])
    rows = page.locator("[aria-label='Evidence that waits'] tbody a")
    second = rows.nth(1).text_content() or ""
    visitor.press("x")
    expect(notice).to_contain_text("Reject")
    expect(section.first).to_have_text(f"Evidence to judge · {number - 1}")
    expect(rows.first).to_contain_text(second)  # the next one came up
    assert waiting(demo) < before
    visitor.press("u")
    expect(section.first).to_have_text(f"Evidence to judge · {number}")
    assert waiting(demo) == before
    for place in (1, 2, 3):
        expect(page.get_by_text(re.compile(rf"^{place} of \d+$"))).to_be_visible()
        assert count_lines(page) <= 2
        visitor.press("j")
    expect(page.get_by_text(re.compile(r"^4 of \d+$"))).to_be_visible()
    for key, told, waits in (
        ("a", "Accepted", False),
        ("u", "Undone: ", True),
        ("Shift+U", "Accepted", False),
        ("u", "Undone: ", True),
    ):
        visitor.press(key)
        expect(notice).to_contain_text(told)
        assert (waiting(demo) == before) == waits
    visitor.picture("inbox-keys")


def count_lines(page: Page) -> int:
    """Lines on which the buttons of a card stand."""
    middles = page.locator('[class*="st-key-card-"] button:visible').evaluate_all(
        "buttons => buttons.map((each) => each.getBoundingClientRect())"
        ".map(({ top, height }) => top + height / 2)"
    )
    return 1 + sum(below - above > 15 for above, below in pairwise(sorted(middles)))


def test_evidence_is_added_in_three_acts(visitor: Visitor) -> None:
    page = visitor.open("/inbox")
    field = page.get_by_role("textbox", name="Add or find evidence")
    field.fill("Moscow visit")  # the first act
    field.press("Enter")
    picker = page.get_by_role("combobox", name="Question")
    picker.fill("Power of Siberia 2, with a price")  # the second
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="For NO").first.click()  # the third
    notice = page.locator(".st-key-notice")
    expect(notice).to_contain_text("Added: weak evidence for NO. It was read")
    visitor.press("u")
    expect(notice).to_contain_text("Undone: it has no weight")
    # A page that was shared fills the field and adds nothing.
    visitor.go(
        f"/add?q={OPEN}&url=https%3A%2F%2Fa.invalid%2F1&title=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E"
    )
    expect(page.get_by_role("textbox", name="Add or find evidence")).to_have_value(
        "https://a.invalid/1"
    )
    page.get_by_text("Strength, date, note").click()
    headline = page.get_by_label("Headline, if the page cannot be read")
    expect(headline).to_have_value("<img src=x onerror=alert(1)>")
    assert page.locator("img[src='x']").count() == 0
