"""Evidence judged in a real browser, by keys alone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tracker.app.tracker import open_tracker
from tracker.settings import Settings, replay_settings


def waiting(data: Path) -> int:
    """Pieces of evidence that wait."""
    with open_tracker(replay_settings(Settings(data_dir=data, me="ada"))) as tracker:
        return len(tracker.evidence.inbox())


@pytest.mark.gate
@pytest.mark.behaviour(7)
def test_evidence_is_judged_and_taken_back_without_a_mouse(visitor: Visitor, demo: Path) -> None:
    before = waiting(demo)
    page = visitor.open("/inbox")
    expect(page.locator(".marked mark").first).to_be_visible()
    expect(page.get_by_text("Story 1 of")).to_be_visible()
    visitor.press("j")
    expect(page.get_by_text("Story 2 of")).to_be_visible()
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
    visitor.press("u")
    expect(notice).to_contain_text("Taken back: it waits again")
    assert waiting(demo) == before
    visitor.press("Shift+U")
    expect(notice).to_contain_text("Accepted")
    assert waiting(demo) == before - 1
    visitor.press("u")
    expect(notice).to_contain_text("Taken back: it waits again")
    assert waiting(demo) == before
