"""The whole way without a mouse: find a question, forecast it, judge evidence, give an answer."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_entry_browser import number, reason, standing
from tracker.app.tracker import open_tracker
from tracker.settings import Settings, replay_settings

FORECAST = "china-objects-central-asia-2027"
ANSWERED = "china-objects-central-asia-2025"
FARTHEST = 60
"""Steps of the Tab key after which something counts as out of reach."""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this has the focus."""
    expect(wanted).to_be_attached()
    for _ in range(FARTHEST):
        if wanted.evaluate(
            "e => e === document.activeElement || e.contains(document.activeElement)"
        ):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {wanted}")


def jump(visitor: Visitor, letters: str) -> None:
    """Go to the page or question that these letters find."""
    page = visitor.page
    page.keyboard.press("Control+k")
    page.keyboard.type(letters)
    expect(page.get_by_role("option").first).to_contain_text(letters)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    visitor.settle()


@pytest.mark.behaviour(7)
@pytest.mark.behaviour(11)
@pytest.mark.behaviour(19)
def test_forecast_judgement_and_answer_without_a_mouse(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/")
    jump(visitor, "Central Asian state by 31 December 2027")
    _forecast(visitor)
    jump(visitor, "Inbox")
    expect(page.get_by_role("main").get_by_text(re.compile(r"^1 of \d+$"))).to_be_visible()
    visitor.press("a")
    expect(page.locator(".st-key-notice")).to_contain_text("Accepted")
    visitor.press("u")
    expect(page.locator(".st-key-notice")).to_contain_text("Undone: they wait again")
    jump(visitor, "Central Asian state by 31 May 2025")
    _answer(visitor)
    with open_tracker(replay_settings(Settings(data_dir=demo, me="ada"))) as tracker:
        resolution = tracker.questions.get(ANSWERED).summary.resolution
        assert resolution is not None
        assert (resolution.outcome, resolution.source_url) == ("no", "https://mfa.example/2025")
        assert [
            act.act for act in tracker.questions.get(FORECAST).acts if act.forecaster_id == "ada"
        ] == ["forecast"]


def _forecast(visitor: Visitor) -> None:
    """By E, typing, Tab, typing, Enter."""
    page = visitor.page
    visitor.press("e")
    expect(number(page)).to_be_focused()
    page.keyboard.type("1:9")
    expect(page.get_by_text("10%, odds 9 to 1 against")).to_be_visible()
    tab_to(page, reason(page))
    page.keyboard.type("It never has.")
    page.keyboard.press("Enter")
    expect(standing(page)).to_contain_text("10%")


def _answer(visitor: Visitor) -> None:
    """By Tab, Space and Enter through the form, which stands in place of that of the forecast."""
    page = visitor.page
    answer = page.get_by_role("radio", name="NO", exact=True)
    tab_to(page, page.get_by_role("radio", name="YES", exact=True))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(answer).to_be_checked()
    visitor.settle()
    tab_to(page, page.get_by_role("textbox", name="Source"))
    page.keyboard.type("https://mfa.example/2025")
    tab_to(page, page.get_by_role("checkbox", name="I have checked the source."))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Preview the scores"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Before you confirm: NO")).to_be_visible()
    expect(page.get_by_text("Resolved NO", exact=True)).to_have_count(0)
    tab_to(page, page.get_by_role("button", name="Resolve", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".numbers strong")).to_have_text("NO")
