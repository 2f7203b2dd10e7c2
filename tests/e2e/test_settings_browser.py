"""Settings, feeds and accuracy in a browser: whose act it is, when it was, how feeds fare, what a score is worth."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.builders import FakeClock, Press, a_feed, a_question, a_set
from tests.e2e.conftest import Arrive, served
from tracker.api import open_tracker
from tracker.feeds.answers import FetchFailed, FetchResult, More
from tracker.settings import Settings

DAYS = 9
WELL, BROKEN = "wire", "broken"
ASKED = "summit-2027"
ASK_AT = 790
"""Pixels from the left edge of the table of feeds to the button that asks one."""

GRID = '[data-testid="stDataFrame"]'


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard on a live database: one feed that is well and one that fails, and nobody who polls any more."""
    data = tmp_path_factory.mktemp("live")
    clock, press = FakeClock(datetime.now(UTC) - timedelta(days=DAYS)), Press()

    def fetch(more: More) -> Iterator[Sequence[FetchResult]]:
        for answers in press.fetch(more):
            yield [
                FetchFailed(a.feed_id, "the server answers 503: out of <b>order</b>") if a.feed_id == BROKEN else a
                for a in answers
            ]

    with open_tracker(Settings(data_dir=data, me="ada"), now=clock, fetch=fetch) as tracker:
        question = a_question(opens_at=clock(), closes_at=clock() + timedelta(days=300),
                              resolves_at=clock() + timedelta(days=310))  # fmt: skip
        tracker.load(a_set(question, feeds=[a_feed(WELL), a_feed(BROKEN, theme="summit")]))
        tracker.add_person("Grace Hopper")
        for day in range(DAYS):
            press.publish(WELL, f"Arland invites Borland to summit number {day}")
            tracker.poll(every=True)
            clock.advance(days=1)
        clock.advance(minutes=-5)
        tracker.poll(every=True)
    yield from served(data, data / "dashboard.log")


@pytest.mark.behaviour(15)
def test_a_feed_says_how_it_fares_and_is_asked_again_by_one_click(live: str, arrive: Arrive) -> None:
    visitor = arrive(at=live)
    page = visitor.open("/feeds")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text("✗ failing").first).to_be_visible()
    expect(main.get_by_text("the server answers 503: out of <b>order</b>").first).to_be_visible()
    expect(
        main.get_by_text(re.compile("failures in a row, the first .* It has never answered. Asked again"))
    ).to_be_visible()
    grid = page.locator(GRID).first
    heads = grid.locator('[role="columnheader"]')
    for head in ("State", "28 days", "Yesterday", "Usually", "Lag", "Next poll", "Ask", "Why then"):
        expect(heads.filter(has_text=re.compile(f"^{head}$"))).to_have_count(1)
    visitor.picture("feeds-live")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("the next round of polling asks it")
    expect(main.get_by_text("Asked again in the next round").first).to_be_visible()


@pytest.mark.behaviour(15)
def test_a_feed_is_asked_from_its_row_and_the_list_stays(live: str, arrive: Arrive) -> None:
    visitor = arrive(at=live)
    page = visitor.open("/feeds")
    grid = page.locator(GRID).first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    # A canvas has no cells to click: the button lies below its heading, in the row of the feed that is well.
    page.mouse.click(box["x"] + ASK_AT, box["y"] + 40 + 62 + 31)
    expect(page.get_by_test_id("stToast")).to_contain_text("The wire: due now, the next round of polling asks it")
    expect(page).to_have_url(re.compile("/feeds$"))
