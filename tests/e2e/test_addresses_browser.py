"""Behaviour 1: every view is an address, and one that names what is not there is met calmly."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive, sideways
from tests.e2e.places import OPEN

STRANGE = "%3Cimg%20src=x%20onerror=alert(1)%3E"
NOT_THERE = {
    f"/question?q={STRANGE}": "There is no such question",
    f"/essay?e={STRANGE}": "There is no such essay",
    f"/feeds?feed={STRANGE}": "There is no such feed",
    f"/scenarios?q={STRANGE}": "There is no such question",
}
IN_PART = {
    f"/question?q={OPEN}&details={STRANGE}&evidence={STRANGE}&full={STRANGE}&scale={STRANGE}&zoom={STRANGE}&known={STRANGE}&with={STRANGE}": "Your forecast",
    f"/questions?at={STRANGE}&sort={STRANGE}&state={STRANGE}&tag={STRANGE}": "Questions",
    f"/inbox?at={STRANGE}&about={STRANGE}&points={STRANGE}": "Inbox",
    f"/record?kind={STRANGE}&details={STRANGE}&sort={STRANGE}&who={STRANGE}": "Track record",
    f"/home?moved={STRANGE}": "What changed and why",
}


@pytest.mark.behaviour(1)
def test_strange_addresses_are_met_calmly_on_every_page(arrive: Arrive) -> None:
    visitor = arrive()
    for path, heading in {**NOT_THERE, **IN_PART}.items():
        page = visitor.open(path)
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        expect(
            page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]')
        ).to_have_count(0)
        expect(page.locator("img[src='x']")).to_have_count(0)
        assert not sideways(page), path


@pytest.mark.behaviour(1)
def test_what_was_not_found_offers_a_way_on(arrive: Arrive) -> None:
    page = arrive().open(f"/essay?e={STRANGE}")
    page.get_by_role("link", name="All essays").click()
    expect(page.get_by_role("heading", name="Essays", exact=True)).to_be_visible()
