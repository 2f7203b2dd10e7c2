"""Settings, feeds and track record in a browser: whose act it is, when it was, how feeds fare, what a
score is worth.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.builders import FakeClock, Press, a_feed, a_question, a_set
from tests.e2e.conftest import PHONE, Arrive, Visitor, served
from tracker.app.tracker import open_tracker
from tracker.feeds.fetch_results import FetchFailed, FetchResult, RequestSource
from tracker.settings import Settings

DAYS = 9
WELL, BROKEN = "wire", "broken"
ASK_AT = 790
"""Pixels from the left edge of the table of feeds to the button that asks one."""

GRID = '[data-testid="stDataFrame"]'


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard on a live database: one feed that is well and one that fails, and nobody who
    polls any more.
    """
    data = tmp_path_factory.mktemp("live")
    clock, press = FakeClock(datetime.now(UTC) - timedelta(days=DAYS)), Press()

    def fetch(more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        for answers in press.fetch(more):
            yield [
                FetchFailed(a.feed_id, "the server answers 503: out of <b>order</b>")
                if a.feed_id == BROKEN
                else a
                for a in answers
            ]

    with open_tracker(Settings(data_dir=data, me="ada"), now=clock, fetch=fetch) as tracker:
        question = a_question(opens_at=clock(), closes_at=clock() + timedelta(days=300),
                              resolves_at=clock() + timedelta(days=310))  # fmt: skip
        tracker.question_sets.load(
            a_set(question, feeds=[a_feed(WELL), a_feed(BROKEN, theme="summit")])
        )
        tracker.people.add("Grace Hopper")
        for day in range(DAYS):
            press.publish(WELL, f"Arland invites Borland to summit number {day}")
            tracker.feeds.poll(every=True)
            clock.advance(days=1)
        clock.advance(minutes=-5)
        tracker.feeds.poll(every=True)
    yield from served(data, data / "dashboard.log")


@pytest.mark.gate
@pytest.mark.behaviour(15)
def test_feed_is_asked_again_by_one_click(live: str, arrive: Arrive) -> None:
    visitor = arrive(at=live)
    page = visitor.open("/feeds")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text("✗ failing").first).to_be_visible()
    expect(main.get_by_text("the server answers 503: out of <b>order</b>").first).to_be_visible()
    expect(
        main.get_by_text(
            re.compile("failures in a row, the first .* It has never answered. Asked again")
        )
    ).to_be_visible()
    grid = page.locator(GRID).first
    heads = grid.locator('[role="columnheader"]')
    for head in ("State", "28 days", "Yesterday", "Usually", "Lag", "Next poll", "Ask", "Why then"):
        expect(heads.filter(has_text=re.compile(f"^{head}$"))).to_have_count(1)
    visitor.picture("feeds-live")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("the next round of polling asks it")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(main.get_by_text("1 not polled yet", exact=False)).to_be_visible()


@pytest.mark.behaviour(15)
def test_feed_is_asked_from_its_row(live: str, arrive: Arrive) -> None:
    visitor = arrive(at=live)
    page = visitor.open("/feeds")
    grid = page.locator(GRID).first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    # A canvas has no cells to click: the button lies below its heading, in the row of the feed that
    # is well.
    page.mouse.click(box["x"] + ASK_AT, box["y"] + 40 + 62 + 31)
    expect(page.get_by_test_id("stToast")).to_contain_text(
        "The wire: due now, the next round of polling asks it"
    )
    expect(page).to_have_url(re.compile("/feeds$"))


# Track record


@pytest.mark.gate
@pytest.mark.behaviour(12)
def test_score_has_its_interval_n_references_and_questions(visitor: Visitor) -> None:
    page = visitor.go("/record?kind=Retrospective&details=Compare")
    main = page.get_by_test_id("stMain")
    sentence = re.compile(
        r"points (better|worse) than the average of \d+ people, over \d+\squestions"
        r"( \(\d+ independent\))?(\. That is too early|; with 95% confidence|\. It may be luck)"
    )
    expect(main.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_attached()
    expect(main.get_by_role("region", name="Opponents")).to_be_visible()


@pytest.mark.gate
@pytest.mark.behaviour(13)
def test_calibration_is_two_clicks_away_without_lines_through_noise(visitor: Visitor) -> None:
    page = visitor.open("/feeds")
    page.get_by_role("link", name="Track record").click()
    page.wait_for_url("**/record*")
    visitor.settle()
    main = page.get_by_test_id("stMain")
    expect(
        main.get_by_text(re.compile(r"Over \d+.questions.* A curve appears from 15 independent"))
    ).to_be_visible()
    chart = main.get_by_test_id("stVegaLiteChart").filter(has=page.locator("svg")).nth(1)
    expect(chart).to_be_in_viewport()
    visitor.picture("calibration-of-few")


@pytest.mark.gate
@pytest.mark.behaviour(16)
def test_head_and_filter_stand_before_what_takes_long(visitor: Visitor) -> None:
    with visitor.page.add_init_script(FIRST_SEEN):
        page = visitor.open("/record?kind=Retrospective&details=Calibration&lead=7")
    expect(page.get_by_text("7 days before the close").first).to_be_visible()
    order = page.evaluate("window.firstSeen")
    head, filters, body = (order.index(each) for each in ("head", "filters", "body"))
    assert head < body
    assert filters < body
    expect(
        page.get_by_test_id("stMain").get_by_text(
            re.compile(r"As of \d+ \w+ \d{4}, \d\d:\d\d CES?T")
        )
    ).to_be_visible()


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


# Who acts, and when


@pytest.mark.gate
@pytest.mark.behaviour(18)
def test_times_are_in_the_zone_of_the_viewer(live: str, arrive: Arrive) -> None:
    visitor = arrive(at=live, timezone_id="Asia/Tokyo")
    page = visitor.open("/settings")
    main = page.get_by_test_id("stMain")
    expect(
        main.get_by_text("Times are written in Asia/Tokyo (JST, UTC+9), as your browser says.")
    ).to_be_visible()
    foot = page.locator(".st-key-foot")
    expect(foot.get_by_text(re.compile(r"As of .*\d\d:\d\d JST"))).to_be_visible()
    foot.get_by_test_id("stTooltipHoverTarget").last.hover()
    expect(page.get_by_test_id("stTooltipContent")).to_contain_text(re.compile(r"\d\d:\d\d UTC"))
    page.get_by_role("combobox", name="Time zone").click()
    page.keyboard.type("Kolkata")
    page.keyboard.press("Enter")
    expect(
        main.get_by_text("Times are written in Asia/Kolkata (IST, UTC+5:30), as you chose.")
    ).to_be_visible()
    visitor.picture("settings")
    page.get_by_role("link", name="How each feed fares").click()
    visitor.settle()
    expect(main.get_by_text("Times in Asia/Kolkata; days are those of UTC.")).to_be_visible()
    expect(
        main.get_by_text(re.compile("It last answered .* ago|The newest answer came .* ago")).first
    ).to_be_visible()
    page.reload()
    visitor.settle()
    expect(main.get_by_text("Times in Asia/Kolkata; days are those of UTC.")).to_be_visible()


@pytest.mark.gate
def test_two_tabs_act_for_two_people(live: str, arrive: Arrive) -> None:
    one, other = arrive(at=live), arrive(at=live, viewport=PHONE)
    page = other.open("/settings")
    page.get_by_role("combobox", name="Act as").click()
    page.get_by_role("option", name="Grace Hopper").click()
    banner = page.get_by_role("link", name="Acting as Grace Hopper")
    expect(banner).to_be_visible()
    expect(one.open("/settings").get_by_text("You act as ada")).to_be_visible()
    page.get_by_role("link", name="How each feed fares").click()
    other.settle()
    expect(banner).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.reload()
    other.settle()
    expect(banner).to_have_count(0)
