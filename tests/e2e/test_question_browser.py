"""The question page in a real browser on the replay: first screen, chart, past and company."""

import contextlib
import re

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from tests.e2e.conftest import PHONE, Visitor, fits
from tests.e2e.places import OPEN, RESOLVED

FORECASTERS = ("Ana (invented)", "Ben (invented)", "Crowd", "Estimate", "Base rate")
MAX_ELEMENTS, MAX_HEIGHT, MAX_FORM_HEIGHT = 470, 1_800, 260
"""Limits of the page of a question at a width of 1440 pixels."""

OVERLAP = """labels => labels.flatMap((a, nr) => labels.slice(nr + 1).filter(b => {
    const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
    return p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom;
})).length"""


def chart(page: Page) -> Locator:
    """The revision chart."""
    return page.locator('[data-testid="stVegaLiteChart"]').first


def box_of(place: Locator) -> dict[str, float]:
    """Where an element stands."""
    box = place.bounding_box()
    assert box is not None
    return {**box, "bottom": box["y"] + box["height"]}


def test_the_first_screen_answers_and_the_page_is_light(visitor: Visitor) -> None:
    page = visitor.page
    for size in ({"width": 1440, "height": 900}, PHONE):
        page.set_viewport_size(size)
        visitor.go(f"/question?q={OPEN}")
        assert fits(page)
        for shown in (
            page.get_by_role("heading", level=1),
            page.get_by_text("Open · closes"),
            page.get_by_text("more", exact=True).or_(page.locator(".criteria")).first,
            page.locator(".numbers strong"),
        ):
            assert box_of(shown)["bottom"] <= size["height"]
        numbers, entry, drawn = (
            box_of(page.locator(name))
            for name in (".numbers", ".st-key-question-entry", ".st-key-question-chart")
        )
        # The entry stands beside the numbers, on a phone below them and above the chart.
        assert (entry["x"] > numbers["x"]) == (size["width"] > 900)
        assert entry["y"] < drawn["y"]
        assert entry["bottom"] < size["height"]
        assert drawn["y"] + 150 < size["height"]
        assert page.locator(".entry-label").evaluate_all(OVERLAP) == 0
        assert box_of(page.locator(".entry"))["height"] <= MAX_FORM_HEIGHT
        visitor.picture(f"{size['width']}-first")
        if size["width"] > 900:
            expect(page.locator(".st-key-details-drawer")).to_be_visible()
            main = page.locator('[data-testid="stMain"]')
            elements, height = main.evaluate(
                "e => [e.querySelectorAll('*').length, e.scrollHeight]"
            )
            assert elements <= MAX_ELEMENTS
            assert height <= MAX_HEIGHT


@pytest.mark.behaviour(1)
@pytest.mark.behaviour(8)
def test_the_chart_tells_lines_and_news_and_keeps_its_view(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={RESOLVED}")
    lines = chart(page).locator("text")
    for name in FORECASTERS:
        expect(
            lines.filter(has_text=re.compile(rf"^\d+% {re.escape(name)}$")).first
        ).to_be_visible()
    marks = chart(page).locator('svg path[aria-label*="direction"]')
    expect(marks.nth(8)).to_be_attached()
    # The pointer tells every line in one tip.
    box = box_of(chart(page).locator("svg").first)
    for part in (0.2, 0.22):
        page.mouse.move(box["x"] + box["width"] * (0.2 + part), box["y"] + box["height"] * part)
    tip = page.locator("#vg-tooltip-element.visible")
    for name in FORECASTERS:
        expect(tip).to_contain_text(name)
    # A mark, and a row, open their news.
    chart(page).locator('svg path[aria-label*="direction: for NO"]').last.click(force=True)
    visitor.settle()
    expect(page.get_by_text("Moves the estimate by")).to_contain_text("points")
    expect(page.get_by_text("first seen")).to_contain_text(re.compile("ago|just now"))
    page.get_by_text("Why it was matched").click()
    expect(page.get_by_text("Signpost: ").first).to_be_visible()
    rows = page.locator(".rows-table").first.locator("tbody tr")
    page.get_by_role("button", name="Show more").first.click()
    expect(rows.nth(5)).to_be_visible()
    rows.first.get_by_role("link").click()
    page.wait_for_url(lambda url: "evidence=" in url and f"q={RESOLVED}" in url)
    # What is chosen stands in the address.
    page.get_by_role("button", name="Chart").click()
    page.get_by_role("radio", name="Log-odds").click()
    page.wait_for_url(lambda url: "scale=Log-odds" in url)
    page.get_by_role("radio", name="1 month").click()
    page.wait_for_url(lambda url: "zoom=1+month" in url)
    expect(marks.nth(8)).not_to_be_attached()
    page.reload()
    visitor.settle()
    expect(marks.nth(8)).not_to_be_attached()
    assert "scale=Log-odds" in page.url
    visitor.picture("resolved")


@pytest.mark.behaviour(1)
@pytest.mark.behaviour(9)
@pytest.mark.behaviour(10)
def test_past_company_and_causes_stand_in_the_address(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={OPEN}&known=2026-02-02")
    # A chart of two days tells 24 hours.
    axis = chart(page).locator("[aria-label^='X-axis for a time scale']")
    expect(axis).to_have_attribute("aria-label", re.compile(r"01 February 2026, 01:00 to"))
    shown = axis.locator(".role-axis-label text:not([opacity='0'])").all_text_contents()
    assert len(shown) >= 2
    assert all(re.fullmatch(r"\d\d:\d\d ?\d\d Feb", each) for each in shown), shown
    visitor.go(f"/question?q={OPEN}")
    expect(page.get_by_text("Viewing the past")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text("As known on 2 Feb 2026")).to_be_visible()
    expect(page.get_by_text("Viewing the past")).to_be_visible()
    page.go_forward()
    expect(page.get_by_text("Viewing the past")).to_have_count(0)

    visitor.go(f"/question?q={OPEN}&with=ana,{RESOLVED},nobody")
    labels = chart(page).locator("svg text")
    expect(labels.filter(has_text="Ana (invented)")).to_have_count(1)
    expect(labels.filter(has_text="Will a general")).to_have_count(1)
    expect(labels.filter(has_text="Crowd")).to_have_count(0)
    expect(page.get_by_text("Nothing is called “nobody”: it is left out.")).to_be_visible()
    page.get_by_role("button", name="Chart").click()
    page.get_by_role("combobox", name="Up to 5 lines").fill("Crowd")
    page.get_by_role("option", name="Crowd").click()
    page.wait_for_url(lambda url: "crowd" in url)
    expect(labels.filter(has_text="Crowd")).to_have_count(1)

    visitor.open(f"/question?q={OPEN}&details=Compare&moved-in=30+d")
    expect(page.get_by_text("in log-odds.")).to_have_count(1)
    pick_newest(visitor)
    expect(page.get_by_text("in log-odds.")).to_have_count(1)


def pick_newest(visitor: Visitor) -> None:
    """Choose the newest forecast to be explained."""
    page = visitor.page
    page.get_by_role("radio", name="one forecast").click()
    field = page.get_by_role("combobox", name="Forecast")
    expect(field).to_be_visible()
    for _ in range(20):  # a list that is opened while the page is redrawn closes again
        visitor.settle()
        field.press("ArrowDown")
        with contextlib.suppress(Error):
            page.get_by_role("option").first.click(timeout=2_000)
            return
    raise AssertionError("the list does not open")
