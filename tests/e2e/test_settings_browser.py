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


@pytest.mark.behaviour(15)
def test_failing_feeds_are_asked_again_by_one_click(live: str, arrive: Arrive) -> None:
    visitor = arrive(at=live)
    page = visitor.open("/feeds")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text(re.compile("1 of 2.feeds is OK"))).to_be_visible()
    rows = main.get_by_role("table", name="All feeds").locator("tbody tr")
    expect(rows.first).to_contain_text("failing")
    expect(rows.first).to_contain_text("the server answers 503: out of <b>order</b>")
    for heading in ("Feed", "State", "28 days", "Items a day", "Last answer", "Next check"):
        expect(main.get_by_role("columnheader", name=heading, exact=True)).to_be_visible()
    visitor.picture("feeds-live")
    page.get_by_role("button", name="Retry all failing").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("will be checked in the next round")
    expect(page.get_by_role("button", name="Retry all failing")).to_have_count(0)
    expect(main.get_by_text("1 waiting", exact=False)).to_be_visible()


@pytest.mark.behaviour(15)
def test_feed_is_opened_from_its_row_and_asked(live: str, arrive: Arrive) -> None:
    page = arrive(at=live).open("/feeds")
    page.get_by_role("link", name="The wire", exact=True).click()
    page.wait_for_url(re.compile("feed=wire$"))
    # An article opens in a tab of its own.
    article = page.get_by_role("table", name="Newest items").get_by_role("link").first
    expect(article).to_have_attribute("target", "_blank")
    expect(article).to_have_attribute("href", re.compile("^https://wire.invalid/"))
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("will be checked in the next round")
    page.get_by_text("History", exact=True).click()
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()


# Track record


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


@pytest.mark.behaviour(18)
def test_times_are_in_the_zone_of_the_viewer(live: str, arrive: Arrive) -> None:
    visitor = arrive(at=live, timezone_id="Asia/Tokyo")
    page = visitor.open("/settings")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text("Times are shown in Asia/Tokyo (JST, UTC+9).")).to_be_visible()
    foot = page.locator(".st-key-foot")
    expect(foot.get_by_text(re.compile(r"As of .*\d\d:\d\d JST"))).to_be_visible()
    foot.get_by_test_id("stTooltipHoverTarget").last.hover()
    expect(page.get_by_test_id("stTooltipContent")).to_contain_text(re.compile(r"\d\d:\d\d UTC"))
    page.get_by_role("combobox", name="Time zone").click()
    page.keyboard.type("Kolkata")
    page.keyboard.press("Enter")
    expect(main.get_by_text("Times are shown in Asia/Kolkata (IST, UTC+5:30).")).to_be_visible()
    visitor.picture("settings")
    page.get_by_test_id("stMain").get_by_role("link", name="Feeds").click()
    visitor.settle()
    expect(foot.get_by_text(re.compile(r"As of .*\d\d:\d\d IST"))).to_be_visible()
    page.reload()
    visitor.settle()
    expect(foot.get_by_text(re.compile(r"As of .*\d\d:\d\d IST"))).to_be_visible()


def test_two_tabs_act_for_two_people(live: str, arrive: Arrive) -> None:
    one, other = arrive(at=live), arrive(at=live, viewport=PHONE)
    page = other.open("/settings")
    page.get_by_role("combobox", name="Switch user").click()
    page.get_by_role("option", name="Grace Hopper").click()
    banner = page.get_by_role("link", name="Acting as Grace Hopper")
    expect(banner).to_be_visible()
    expect(one.open("/settings").get_by_text("Signed in as ada.")).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("link", name="Feeds").click()
    other.settle()
    expect(banner).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.reload()
    other.settle()
    expect(banner).to_have_count(0)
