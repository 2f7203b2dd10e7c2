"""A live database in a browser: feeds that fail, whole futures, contradictions, people and zones."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import QuestionId
from tests.builders import FakeClock, Press, a_feed, a_question, a_set
from tests.dashboard.scenario_examples import FUTURES, PACT, a_world
from tests.e2e.conftest import PHONE, Arrive, served
from tracker.app.tracker import open_tracker
from tracker.feeds.fetch_results import FetchFailed, FetchResult, RequestSource
from tracker.settings import Settings

DAYS = 9
WELL, BROKEN, RACE = "wire", "broken", QuestionId("race")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard on a feed that is well and one that fails, a scenario set, a contradiction of
    mine, and nobody who polls any more.
    """
    data = tmp_path_factory.mktemp("live")
    today = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    clock, press = FakeClock(today - timedelta(days=10 + DAYS + 1)), Press()

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
        a_world(tracker, clock, today - timedelta(days=10))
        press.publish(WELL, "Arland invites Borland to a last summit")
        tracker.feeds.poll(every=True)
        tracker.links.add(
            Link(LinkId("race"), "implies", (PACT, RACE), "Pacts are raced for", (), "As ever.")
        )
        tracker.forecasts.submit(RACE, "20%", rationale="Too cold.")
    yield from served(data, data / "dashboard.log")


@pytest.mark.behaviour(14)
def test_scenarios_are_edited_and_a_contradiction_is_adopted(arrive: Arrive) -> None:
    visitor = arrive()
    page = visitor.open(f"/scenarios?q={FUTURES}")
    page.wait_for_url(lambda url: f"/question?q={FUTURES}" in url)
    shares = page.locator(".entry-option input:not([type=range])")
    shares.nth(1).press("Tab")
    page.get_by_role("button", name="Lock Other").click()
    before = [float(shares.nth(nr).input_value()) for nr in range(3)]
    shares.nth(0).fill("50")
    shares.nth(0).press("Tab")
    visitor.settle()
    after = [float(shares.nth(nr).input_value()) for nr in range(3)]
    assert after == [50.0, pytest.approx(50.0 - before[2]), before[2]]
    page.get_by_role("button", name="Save forecast").click()
    expect(page.locator(".st-key-notice")).to_contain_text("Saved: friends 50%")
    friends = page.get_by_role("table", name="Scenarios", exact=True).get_by_role("row").nth(1)
    expect(friends).to_contain_text("50%")

    page.set_viewport_size(PHONE)
    visitor.go("/coherence")
    expect(page.get_by_text("Your forecasts contradict each other")).to_be_visible()
    page.get_by_role("button", name="Adopt the nearest").click()
    expect(page.get_by_text("Adopted: your forecasts agree now")).to_be_visible()
    expect(page.get_by_text("Your forecasts contradict each other")).to_have_count(0)
    expect(page.get_by_text("None of their questions is answered yet.")).to_be_visible()


@pytest.mark.behaviour(15)
def test_feeds_in_trouble_are_seen_opened_and_asked_again(arrive: Arrive) -> None:
    visitor = arrive()
    page = visitor.open("/feeds")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text(re.compile("1 of 2.feeds is OK"))).to_be_visible()
    rows = main.get_by_role("table", name="All feeds").locator("tbody tr")
    expect(rows.first).to_contain_text("failing")
    expect(rows.first).to_contain_text("the server answers 503: out of <b>order</b>")
    visitor.picture("feeds-live")
    page.get_by_role("button", name="Retry all failing").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("will be checked in the next round")
    expect(page.get_by_role("button", name="Retry all failing")).to_have_count(0)
    page.get_by_role("link", name="The wire", exact=True).click()
    page.wait_for_url(re.compile("feed=wire$"))
    # An article opens in a tab of its own.
    article = page.get_by_role("table", name="Newest items").get_by_role("link").first
    expect(article).to_have_attribute("target", "_blank")
    expect(article).to_have_attribute("href", re.compile("^https://wire.invalid/"))
    page.get_by_text("History", exact=True).click()
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()
    page.get_by_role("link", name="All feeds").click()
    page.wait_for_url(re.compile("/feeds$"))


@pytest.mark.behaviour(18)
def test_times_and_acts_are_those_of_each_tab(arrive: Arrive) -> None:
    one, other = arrive(timezone_id="Asia/Tokyo"), arrive(viewport=PHONE)
    page = one.open("/settings")
    main, foot = page.get_by_test_id("stMain"), page.locator(".st-key-foot")
    expect(main.get_by_text("Times are shown in Asia/Tokyo (JST, UTC+9).")).to_be_visible()
    expect(foot.get_by_text(re.compile(r"As of .*\d\d:\d\d JST"))).to_be_visible()
    foot.get_by_test_id("stTooltipHoverTarget").last.hover()
    expect(page.get_by_test_id("stTooltipContent")).to_contain_text(re.compile(r"\d\d:\d\d UTC"))
    page.get_by_role("combobox", name="Time zone").click()
    page.keyboard.type("Kolkata")
    page.keyboard.press("Enter")
    expect(main.get_by_text("Times are shown in Asia/Kolkata (IST, UTC+5:30).")).to_be_visible()
    page.wait_for_function("document.cookie.includes('Kolkata')")
    page.reload()
    one.settle()
    expect(foot.get_by_text(re.compile(r"As of .*\d\d:\d\d IST"))).to_be_visible()

    phone = other.open("/settings")
    phone.get_by_role("combobox", name="Switch user").click()
    phone.get_by_role("option", name="Grace Hopper").click()
    banner = phone.get_by_role("link", name="Acting as Grace Hopper")
    expect(banner).to_be_visible()
    one.go("/settings")
    expect(page.get_by_text("Signed in as ada.")).to_be_visible()
    phone.get_by_test_id("stMain").get_by_role("link", name="Feeds").click()
    other.settle()
    expect(banner).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.reload()
    other.settle()
    expect(banner).to_have_count(0)
