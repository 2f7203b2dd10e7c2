"""Comments in a browser: opened, written and answered by the keyboard, and about a wide gap."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.builders import a_question, a_set
from tests.e2e.conftest import Arrive, served
from tests.lives import BEN
from tracker.app.tracker import open_tracker
from tracker.settings import Settings

SUMMIT = "summit-2027"


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[str]:
    """The address of a dashboard on a question on which ben is far from me, as he was yesterday."""
    before = datetime.now(UTC) - timedelta(days=1)
    closes = before + timedelta(days=400)
    dates = {"opens_at": before, "closes_at": closes, "resolves_at": closes}
    with open_tracker(
        Settings(data_dir=tmp_path / "data", me="ada"), now=lambda: before
    ) as tracker:
        tracker.question_sets.load(a_set(a_question(SUMMIT, **dates)))
        tracker.people.add("Ben")
        tracker.forecasts.submit(SUMMIT, "20%")
        tracker.forecasts.submit(SUMMIT, "75%", forecaster=BEN)
    yield from served(tmp_path / "data", tmp_path / "dashboard.log")


def test_keys_write_a_comment_and_the_comments_stay_open(talk: str, arrive: Arrive) -> None:
    visitor = arrive(at=talk)
    page = visitor.open(f"/question?q={SUMMIT}")
    expect(page.get_by_text("what does Ben know that you don’t?")).to_be_visible()
    page.locator(".st-key-comments-drawer summary").focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Your comment")
    field.focus()
    page.keyboard.type("h j k: <b>no</b> keys here, @ben")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".talk")).to_contain_text("h j k: <b>no</b> keys here, @ben")
    expect(page.locator(".talk b", has_text="@ben")).to_be_visible()
    expect(page.get_by_text("what does Ben know that you don’t?")).to_have_count(0)
    expect(field).to_have_count(1)
    expect(field).to_have_value("")
    page.get_by_role("button", name="Reply").click()
    expect(page.get_by_label("Your reply")).to_be_visible()
    page.wait_for_url(lambda url: "comments=open" in url)
