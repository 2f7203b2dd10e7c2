"""Evidence judged and added in a real browser, with the acts counted that it takes."""

import re
import time
from itertools import count, pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Arrive, Visitor
from tests.e2e.places import OPEN
from tracker.app.tracker import open_tracker
from tracker.settings import Settings, replay_settings

QUICK_SECONDS = 10.0


def waiting(data: Path) -> int:
    """Pieces of evidence that wait."""
    with open_tracker(replay_settings(Settings(data_dir=data, me="ada"))) as tracker:
        return len(tracker.evidence.inbox())


@pytest.mark.gate
@pytest.mark.behaviour(7)
def test_a_piece_is_judged_with_one_key(visitor: Visitor, demo: Path) -> None:
    before = waiting(demo)
    page = visitor.open("/inbox")
    expect(page.locator(".marked mark").first).to_be_visible()
    section = page.get_by_role("radio", name="Evidence to judge").or_(
        page.get_by_role("button", name="Evidence to judge")
    )
    number = int((section.first.text_content() or "").rpartition("· ")[2])
    second = page.locator("[aria-label='Evidence that waits'] tbody a").nth(1).text_content()
    visitor.press("x")
    notice = page.locator(".st-key-notice")
    expect(notice).to_contain_text("Reject")
    expect(section.first).to_have_text(f"Evidence to judge · {number - 1}")
    # The next one came up, at the top of the list.
    expect(page.locator("[aria-label='Evidence that waits'] tbody a").first).to_contain_text(
        second or ""
    )
    assert waiting(demo) < before
    visitor.press("u")
    expect(section.first).to_have_text(f"Evidence to judge · {number}")
    assert waiting(demo) == before


@pytest.mark.behaviour(7)
def test_evidence_is_corrected_and_taken_back_without_a_mouse(visitor: Visitor, demo: Path) -> None:
    before = waiting(demo)
    page = visitor.open("/inbox")
    for number in count(1):
        expect(page.get_by_text(re.compile(rf"^{number} of \d+$"))).to_be_visible()
        visitor.settle()
        if number > 1 and not page.get_by_text("one by one").count():
            break  # it is on one question
        visitor.press("j")
    for key in ("n", "4"):
        visitor.press(key)
    pressed = page.locator('[data-testid="stBaseButton-primary"]')
    expect(pressed.filter(has_text="for NO")).to_have_count(1)
    expect(pressed.filter(has_text="strong")).to_have_count(1)
    visitor.press("a")
    notice = page.locator(".st-key-notice")
    expect(notice).to_contain_text("Accepted")
    assert waiting(demo) == before - 1
    visitor.picture("inbox-keys")
    for key, told, left in (
        ("u", "Undone: it waits again", before),
        ("Shift+U", "Accepted", before - 1),
        ("u", "Undone: it waits again", before),
    ):
        visitor.press(key)
        expect(notice).to_contain_text(told)
        assert waiting(demo) == left


def test_evidence_is_added_in_three_acts(visitor: Visitor) -> None:
    page = visitor.open("/inbox")
    begin = time.monotonic()
    field = page.get_by_role("textbox", name="Add or find evidence")
    field.fill("Moscow visit")  # the first act
    field.press("Enter")
    picker = page.get_by_role("combobox", name="Question")
    picker.fill("Power of Siberia 2, with a price")  # the second
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="For NO").first.click()  # the third
    notice = page.locator(".st-key-notice")
    expect(notice).to_contain_text("Added: weak evidence for NO. It was read", timeout=20_000)
    assert time.monotonic() - begin < QUICK_SECONDS
    visitor.press("u")
    expect(notice).to_contain_text("Undone: it has no weight")


def test_a_shared_page_fills_the_field_and_adds_nothing(visitor: Visitor) -> None:
    page = visitor.open(
        f"/add?q={OPEN}&url=https%3A%2F%2Fa.invalid%2F1&title=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E"
    )
    field = page.get_by_role("textbox", name="Add or find evidence")
    expect(field).to_have_value("https://a.invalid/1")
    page.get_by_text("Strength, date, note").click()
    headline = page.get_by_label("Headline, if the page cannot be read")
    expect(headline).to_have_value("<img src=x onerror=alert(1)>")
    assert page.locator("img[src='x']").count() == 0


def test_buttons_of_a_card_fit_two_lines(visitor: Visitor, arrive: Arrive) -> None:
    page = visitor.open("/inbox")
    for number in (1, 2, 3):
        expect(page.get_by_text(f"{number} of")).to_be_visible()
        middles = page.locator('[class*="st-key-card-"] button:visible').evaluate_all(
            "buttons => buttons.map((each) => each.getBoundingClientRect())"
            ".map(({ top, height }) => top + height / 2)"
        )
        middles.sort()
        assert sum(below - above > 15 for above, below in pairwise(middles)) <= 1
        visitor.press("j")
    phone = arrive(viewport=PHONE).open("/inbox")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
