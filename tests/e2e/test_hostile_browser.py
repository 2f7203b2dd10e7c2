"""Hostile text in every field, on every page of a real browser: nothing comes of it, and nothing
leaves the machine.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests import hostile
from tests.builders import FakeClock, Press
from tests.e2e.conftest import Arrive, served, sideways
from tracker.app.tracker import open_tracker
from tracker.settings import Settings

CAME_OF_IT = (
    f"img[src*='{hostile.MARK}'], "
    f"a[href*='{hostile.MARK}']:not([data-testid^=stBaseLinkButton], "
    ":has-text('Source of the answer'), .talk a), "
    f"script:has-text('{hostile.MARK}'), [class*=stMarkdownColored]:has-text('{hostile.MARK}'), "
    f".stMarkdownBadge:has-text('{hostile.MARK}'), .katex, a[href^='javascript:'], "
    "a[href^='mailto:'], img[alt='Streamlit logo']"
)
"""What Markdown or HTML would make of it. The source of an answer, and an address in a comment, are
links, as whoever wrote them meant them.
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a dashboard answers whose every field is hostile."""
    data = tmp_path_factory.mktemp("hostile")
    clock, press = FakeClock(datetime.now(UTC).replace(microsecond=0)), Press()
    with open_tracker(Settings(data_dir=data, me="ada"), now=clock, fetch=press.fetch) as tracker:
        hostile.fill(tracker, press, clock)
    yield from served(data, tmp_path_factory.mktemp("log") / "dashboard.log")


def test_nothing_comes_of_hostile_text_on_any_page(arrive: Arrive) -> None:
    visitor = arrive()
    for name, given in hostile.VISITS:
        page = visitor.go(f"/{name}?{urlencode(given)}")
        where = f"{name} {given}"
        expect(page.locator(".st-key-jump button")).to_be_visible()
        found = page.locator(CAME_OF_IT).evaluate_all(
            "all => all.map(e => e.outerHTML.slice(0, 200))"
        )
        assert found == [], where
        assert page.title() != hostile.MARK, where
        expect(page.locator('[data-testid="stException"]')).to_have_count(0)
        assert not sideways(page), where
