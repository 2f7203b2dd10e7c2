"""The track record in a real browser on the replay: what a score is worth, and its receipt."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor

FIRST_SEEN = """
window.firstSeen = [];
const signs = {
  head: () => [...document.querySelectorAll("h3")].some((e) => e.textContent === "Track record"),
  filters: () => document.querySelector(".st-key-record-filter"),
  body: () => document.body.textContent.replace(/\u00a0/g, " ").includes("7 days before the close"),
};
new MutationObserver(() => {
  for (const [name, there] of Object.entries(signs))
    if (!window.firstSeen.includes(name) && document.body && there()) window.firstSeen.push(name);
}).observe(document, { childList: true, subtree: true });
"""
"""Notes the order in which the parts of the page come to stand; parts of one instant are noted from
head to body.
"""


@pytest.mark.behaviour(12)
@pytest.mark.behaviour(13)
@pytest.mark.behaviour(16)
def test_scores_tell_their_worth_and_open_to_their_receipt(visitor: Visitor) -> None:
    with visitor.page.add_init_script(FIRST_SEEN):
        page = visitor.open("/record?kind=Retrospective&details=Calibration&lead=7")
    expect(page.get_by_text("7 days before the close").first).to_be_visible()
    order = page.evaluate("window.firstSeen")
    assert order.index("head") < order.index("body")
    assert order.index("filters") < order.index("body")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text(re.compile(r"As of \d+ \w+ \d{4}, \d\d:\d\d CES?T"))).to_be_visible()

    visitor.go("/feeds")
    page.get_by_role("link", name="Track record").click()
    page.wait_for_url("**/record*")
    visitor.settle()
    expect(
        main.get_by_text(re.compile(r"Over \d+.questions.* A curve appears from 15 independent"))
    ).to_be_visible()
    charts = main.get_by_test_id("stVegaLiteChart").filter(has=page.locator("svg"))
    expect(charts.nth(1)).to_be_in_viewport()

    visitor.go("/record?kind=Retrospective&details=Compare")
    sentence = re.compile(
        r"points (better|worse) than the average of \d+ people, over \d+\squestions"
        r"( \(\d+ independent\))?(\. That is too early|; with 95% confidence|\. It may be luck)"
    )
    expect(main.get_by_text(sentence)).to_be_visible()
    expect(main.get_by_role("region", name="Opponents")).to_be_visible()

    visitor.go("/record?who=suggestion")
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
