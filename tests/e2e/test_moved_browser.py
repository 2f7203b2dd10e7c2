"""Why did it move? Picked in the history of a question, in a real browser on the replay."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Arrive

PIPELINE = "power-of-siberia-2-2028"
HISTORY = f"/question?q={PIPELINE}&tab=History&computed=true"

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2},
}


def pick_first_row(page: Page) -> None:
    """Tick the box of the newest act; the table is drawn on a canvas."""
    table = page.locator(f".st-key-history-True-{PIPELINE}")
    table.scroll_into_view_if_needed()
    expect(table.locator("canvas").first).to_be_visible()
    table.click(position={"x": 18, "y": 35 + 31})


@pytest.mark.behaviour(9)
@pytest.mark.parametrize(
    "look", [pytest.param(look, marks=[pytest.mark.gate] * (look == "light")) for look in LOOKS]
)
def test_picked_revision_tells_why_it_moved(arrive: Arrive, look: str) -> None:
    visitor = arrive(**LOOKS[look])
    page = visitor.open(f"{HISTORY}&moved-in=30+d")
    expect(page.get_by_text("in log-odds.")).to_have_count(1)
    pick_first_row(page)
    expect(page.get_by_text("in log-odds.")).to_have_count(2)
    expect(
        page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]')
    ).to_have_count(0)
    width, room = page.locator('[data-testid="stMain"]').evaluate(
        "e => [e.scrollWidth, e.clientWidth]"
    )
    assert width <= room, "the history scrolls sideways"
    visitor.picture(f"{look}-moved")
