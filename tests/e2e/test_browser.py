"""What a person sees and does, in a real browser on the replay of the question set's history."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Visitor
from tests.e2e.places import OPEN, RESOLVED
from tests.e2e.replaying import HOSTILE
from tracker.app.question_set_files import DEFAULT_SET, load_question_set

TEXT = next(q.text for q in load_question_set(DEFAULT_SET).questions if q.id == OPEN)

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2},
}


def shade(page: Page) -> float:
    """How bright the page's background is, 0 to 255."""
    colour = page.locator('[data-testid="stApp"]').evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    red, green, blue = (
        float(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")[:3]
    )
    return (red + green + blue) / 3


@pytest.mark.behaviour(8)
def test_the_chart_draws_every_forecaster_and_the_news(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={RESOLVED}")
    expect(page).to_have_title(
        "Will a general ceasefire between Russia and Ukraine take effect by 31 December 2025?"
    )
    chart = page.locator('[data-testid="stVegaLiteChart"]').first
    for name in ("Ana (invented)", "Ben (invented)", "Crowd", "Estimate", "Base rate"):
        expect(
            chart.locator("text").filter(has_text=re.compile(rf"^\d+% {re.escape(name)}$"))
        ).to_be_visible()
    assert chart.locator("svg path[aria-label*='direction']").count() > 5
    expect(page.get_by_text("Resolved NO", exact=True)).to_be_visible()
    visitor.picture("resolved")


@pytest.mark.behaviour(8)
def test_a_mark_on_the_chart_opens_its_news(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={RESOLVED}")
    marks = page.locator('[data-testid="stVegaLiteChart"] svg path[aria-label*="direction"]')
    expect(page.get_by_role("link", name="Read it")).to_have_count(0)
    marks.first.click(force=True)
    visitor.settle()
    page.get_by_text("Why it was matched").click()
    expect(page.get_by_text("Signpost: ").first).to_be_visible()


@pytest.mark.behaviour(1)
@pytest.mark.behaviour(8)
def test_the_scale_and_the_section_stand_in_the_address(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={OPEN}")
    page.get_by_role("button", name="Chart").click()
    page.get_by_role("radio", name="Log-odds").click()
    page.wait_for_url(lambda url: "scale=Log-odds" in url)
    page.keyboard.press("Escape")
    page.get_by_text("Details", exact=True).click()
    page.get_by_role("radio", name="Signposts").or_(
        page.get_by_role("button", name="Signposts")
    ).first.click()
    visitor.settle()
    page.wait_for_url(
        lambda url: "scale=Log-odds" in url and "details=Signposts" in url and f"q={OPEN}" in url
    )
    page.reload()
    visitor.settle()
    expect(page.get_by_text("Signposts say in advance")).to_be_visible()


def test_first_page_keeps_the_time_asked_for(visitor: Visitor) -> None:
    page = visitor.go("/home?moved=30+days")
    expect(page.get_by_role("heading", name="moved in 30 days")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    page.get_by_role("radio", name="24 hours").or_(
        page.get_by_role("button", name="24 hours")
    ).first.click()
    expect(page.get_by_role("heading", name="moved in 24 hours")).to_be_visible()
    page.wait_for_url(lambda url: "moved=24" in url)


def test_the_address_follows_from_all_feeds_to_one_and_back(visitor: Visitor) -> None:
    page = visitor.go("/feeds")
    page.get_by_role("table", name="All sources").get_by_role("link").first.click()
    expect(page.get_by_text("Newest items")).to_be_visible()
    page.wait_for_url(lambda url: "/feeds?feed=" in url)
    page.get_by_role("link", name="All feeds").click()
    expect(page.get_by_text("Nothing is checked in a replay").first).to_be_visible()
    page.wait_for_url(lambda url: url.endswith("/feeds"))
    page.go_back()
    expect(page.get_by_text("Newest items")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    ["/inbox", f"/question?q={OPEN}&evidence=1", f"/question?q={OPEN}", "/feeds?feed=stranger"],
)
def test_hostile_feed_text_stays_text(visitor: Visitor, path: str) -> None:
    page = visitor.go(path)
    if path == "/inbox":  # it stands behind what may be an answer itself
        page.get_by_role("button", name="Next").first.click()
        expect(
            page.get_by_test_id("stBidiComponentIsolated").get_by_text(HOSTILE).first
        ).to_be_visible()
    assert page.locator("a[href*='evil.example'], img[src*='evil.example'], .katex").count() == 0
    if "feed=" in path:
        expect(page.get_by_role("heading", name="Stranger ![x](")).to_be_visible()


def test_points_in_the_track_record_open_to_their_receipt(visitor: Visitor) -> None:
    page = visitor.go("/record?who=suggestion")
    row = page.locator(".rows tr").filter(has_text="NATO").first
    row.get_by_role("link", name=re.compile(r"^[+−]\d")).click()
    page.wait_for_url("**/question?q=*details=Scores*")
    visitor.settle()
    grid = page.locator('[data-testid="stDataFrame"]').last
    grid.scroll_into_view_if_needed()
    grid.click(position={"x": 18, "y": 58})  # the box of the first row
    expect(
        page.get_by_text("The last column adds up to the mean").locator("visible=true")
    ).to_have_count(1)
    visitor.picture("receipts")
