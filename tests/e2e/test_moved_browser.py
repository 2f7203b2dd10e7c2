"""Why did it move? Chosen in the details of a question, in a real browser on the replay."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Arrive, Visitor

PIPELINE = "power-of-siberia-2-2028"
COMPARE = f"/question?q={PIPELINE}&details=Compare"

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2},
}


def pick_newest(visitor: Visitor) -> None:
    """Choose the newest forecast to be explained."""
    page = visitor.page
    page.get_by_role("radio", name="one forecast").click()
    field = page.get_by_role("combobox", name="Forecast")
    expect(field).to_be_visible()
    newest = page.get_by_role("option").first
    for _ in range(20):  # a list that is opened while the page is redrawn closes again
        visitor.settle()
        field.press("ArrowDown")
        page.wait_for_timeout(500)
        if newest.is_visible():
            break
    newest.click()


@pytest.mark.behaviour(9)
@pytest.mark.parametrize("look", LOOKS)
def test_picked_revision_tells_why_it_moved(arrive: Arrive, look: str) -> None:
    visitor = arrive(**LOOKS[look])
    page = visitor.open(f"{COMPARE}&moved-in=30+d")
    expect(page.get_by_text("in log-odds.")).to_have_count(1)
    pick_newest(visitor)
    expect(page.get_by_text("in log-odds.")).to_have_count(1)
    expect(
        page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]')
    ).to_have_count(0)
    width, room = page.locator('[data-testid="stMain"]').evaluate(
        "e => [e.scrollWidth, e.clientWidth]"
    )
    assert width <= room, "the page scrolls sideways"
    visitor.picture(f"{look}-moved")
