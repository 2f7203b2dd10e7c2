"""The question page in a real browser on the replay: its chart, why it says what it says, its past,
and its answer.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Arrive, Visitor
from tracker.app.question_set_files import DEFAULT_SET, load_question_set

PIPELINE = "power-of-siberia-2-2028"
CEASEFIRE = "ceasefire-2025"
MAX_ELEMENTS, MAX_HEIGHT = 465, 1_800
"""Limits of the page of a question at a width of 1440 pixels."""


def chart(page: Page) -> Locator:
    """The revision chart."""
    return page.locator('[data-testid="stVegaLiteChart"]').first


@pytest.mark.behaviour(8)
def test_triangle_opens_its_story_with_source_and_shift(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={CEASEFIRE}&scale=Log-odds")
    mark = chart(page).locator('svg path[aria-label*="direction: for NO"]').last
    mark.click(force=True)
    visitor.settle()
    expect(page.get_by_text("Moves the estimate by")).to_contain_text("points")
    expect(page.get_by_text("first seen")).to_contain_text(re.compile("ago|just now"))


@pytest.mark.behaviour(8)
def test_the_crosshair_tells_every_line_in_one_tip(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={PIPELINE}")
    box = chart(page).locator("svg").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.2)
    page.mouse.move(box["x"] + box["width"] * 0.42, box["y"] + box["height"] * 0.22)
    tip = page.locator("#vg-tooltip-element.visible")
    for name in ("Ana (invented)", "Ben (invented)", "Crowd", "Estimate", "Base rate"):
        expect(tip).to_contain_text(name)


@pytest.mark.parametrize(
    ("known", "label"),
    [
        ("2026-02-02", r"\d\d:\d\d ?\d\d Feb"),
        ("2026-02-20", r"\d\d Feb( ?2026)?"),
        ("2026-09-01", r"[A-Z][a-z]{2} 2026"),
    ],
)
def test_the_axis_of_a_chart_tells_day_and_24_hours(
    visitor: Visitor, known: str, label: str
) -> None:
    page = visitor.open(f"/question?q={PIPELINE}&known={known}")
    axis = chart(page).locator("[aria-label^='X-axis for a time scale']")
    expect(axis).to_have_attribute("aria-label", re.compile(r"01 February 2026, 01:00 to"))
    shown = axis.locator(".role-axis-label text:not([opacity='0'])").all_text_contents()
    assert len(shown) >= 2
    assert all(re.fullmatch(label, each) for each in shown), shown


def test_the_zoom_is_a_button_and_stays_in_the_address(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={CEASEFIRE}")
    marks = chart(page).locator('svg path[aria-label*="direction"]')
    expect(marks.nth(8)).to_be_attached()
    page.get_by_role("button", name="Chart").click()
    page.get_by_role("radio", name="1 month").click()
    page.wait_for_url(lambda url: "zoom=1+month" in url)
    expect(marks.nth(8)).not_to_be_attached()
    page.reload()
    visitor.settle()
    expect(marks.nth(8)).not_to_be_attached()


@pytest.mark.behaviour(8)
def test_a_chart_has_a_range_of_its_own_and_a_switch(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={PIPELINE}")
    labels = chart(page).locator("[aria-label^='Y-axis'] .role-axis-label text")
    assert "100%" not in labels.all_text_contents()
    page.get_by_role("button", name="Chart").click()
    page.get_by_role("radio", name="0–100%").click()
    visitor.settle()
    expect(labels.filter(has_text=re.compile("^100%$"))).to_have_count(1)
    expect(labels.filter(has_text=re.compile("^0%$"))).to_have_count(1)
    page.wait_for_url(lambda url: "full=true" in url)


@pytest.mark.gate
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_first_screen_answers(arrive: Arrive, width: int, height: int) -> None:
    visitor = arrive(viewport={"width": width, "height": height})
    page = visitor.open(f"/question?q={PIPELINE}")
    for shown in (
        page.get_by_role("heading", level=1),
        page.get_by_text("Open · closes"),
        page.get_by_text("more", exact=True).or_(page.locator(".criteria")).first,
        page.locator(".numbers strong"),
    ):
        box = shown.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height
    numbers, entry, drawn = (
        page.locator(name).bounding_box()
        for name in (".numbers", ".st-key-question-entry", ".st-key-question-chart")
    )
    assert numbers is not None
    assert entry is not None
    assert drawn is not None
    # The entry stands beside the numbers, on a phone below them and above the chart.
    assert (entry["x"] > numbers["x"]) == (width > 900)
    assert entry["y"] < drawn["y"]
    assert entry["y"] + entry["height"] < height
    assert drawn["y"] + 150 < height
    visitor.picture(f"{width}-first")


@pytest.mark.parametrize("question", [PIPELINE, "neutrality-2025", "xi-putin-meetings-2023"])
def test_a_question_is_one_light_page(arrive: Arrive, question: str) -> None:
    visitor = arrive(viewport={"width": 1440, "height": 900})
    page = visitor.open(f"/question?q={question}")
    expect(page.locator(".st-key-details-drawer")).to_be_visible()
    visitor.settle()
    main = page.locator('[data-testid="stMain"]')
    elements, height = main.evaluate("e => [e.querySelectorAll('*').length, e.scrollHeight]")
    assert elements <= MAX_ELEMENTS
    assert height <= MAX_HEIGHT


@pytest.mark.behaviour(1)
@pytest.mark.behaviour(8)
def test_a_row_of_evidence_opens_its_card(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={CEASEFIRE}")
    rows = page.locator(".rows-table").first.locator("tbody tr")
    expect(rows).to_have_count(4)
    page.get_by_role("button", name="Show more").first.click()
    expect(rows).not_to_have_count(4)
    rows.first.get_by_role("link").click()
    page.wait_for_url(lambda url: "evidence=" in url and f"q={CEASEFIRE}" in url)
    expect(page.get_by_text("first seen").first).to_be_visible()


@pytest.mark.behaviour(10)
def test_compared_lines_are_kept_in_the_address(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={PIPELINE}&with=ana,{CEASEFIRE},nobody")
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


@pytest.mark.behaviour(1)
def test_going_back_in_the_browser_looks_back_again(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={CEASEFIRE}&known=2025-06-30")
    visitor.go(f"/question?q={CEASEFIRE}")
    expect(page.get_by_text("Resolved NO", exact=True).first).to_be_visible()
    expect(page.get_by_text("Viewing the past")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text("As known on 30 Jun 2025")).to_be_visible()
    expect(page.get_by_text("Viewing the past")).to_be_visible()
    page.go_forward()
    expect(page.get_by_text("Viewing the past")).to_have_count(0)


@pytest.mark.behaviour(11)
def test_answer_is_previewed_and_needs_a_second_click(visitor: Visitor) -> None:
    page = visitor.open(f"/question?q={PIPELINE}&details=Resolve+early")
    page.get_by_role("radio", name="NO", exact=True).click()
    page.get_by_role("textbox", name="Source").fill("https://gazprom.example/no")
    page.get_by_text("I have checked the source.").click()
    page.get_by_role("button", name="Preview the scores").click()
    expect(page.get_by_text("Before you confirm: NO")).to_be_visible()
    expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
    visitor.picture("light-preview")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Before you confirm")).to_have_count(0)
    expect(page.get_by_text("Resolved NO", exact=True)).to_have_count(0)


def test_a_group_of_dates_leads_to_the_other_one(visitor: Visitor) -> None:
    links = load_question_set(DEFAULT_SET).links
    earlier, later = next(link for link in links if link.kind == "dates").question_ids[:2]
    page = visitor.open(f"/question?q={earlier}")
    page.locator(f"a[href*='q={later}']").first.click()
    page.wait_for_url(lambda url: f"q={later}" in url)
    visitor.settle()
    expect(page.locator(f"a[href*='q={earlier}']").first).to_be_visible()
