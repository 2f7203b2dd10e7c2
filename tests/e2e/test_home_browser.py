"""Home in a browser: forecasts in place, a wide gap that is asked about, a replay that fills it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId
from tests.builders import a_question, a_set
from tests.e2e.conftest import Arrive, Visitor, served
from tests.lives import BEN
from tracker.app.tracker import Tracker, open_tracker
from tracker.settings import Settings, replay_settings

MINE, OTHER = "summit-2027", "other"
BEFORE = datetime.now(UTC) - timedelta(days=45)


def _open(data: Path, now: datetime | None = None) -> Tracker:
    at = now or datetime.now(UTC)
    return open_tracker(Settings(data_dir=data, me="ada"), now=lambda: at)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A live database with a stale forecast of mine and a question on which only ben has one, and
    its address.
    """
    data = tmp_path / "data"
    opens, closes = BEFORE - timedelta(days=1), datetime.now(UTC) + timedelta(days=400)
    dates = {"opens_at": opens, "closes_at": closes, "resolves_at": closes + timedelta(days=7)}
    questions = (
        a_question(MINE, **dates),
        a_question(OTHER, text="Will the other one come by then?", **dates),
    )
    with _open(data, BEFORE) as tracker:
        tracker.question_sets.load(a_set(*questions))
        tracker.forecasts.submit(MINE, Binary(0.63))
        tracker.people.add("Ben")
    with _open(data, datetime.now(UTC) - timedelta(days=1)) as tracker:
        tracker.forecasts.submit(OTHER, "5%", forecaster=BEN)
    for address in served(data, tmp_path / "dashboard.log"):
        yield data, address


def my_forecasts(data: Path, question_id: str) -> list[float | None]:
    with _open(data) as tracker:
        me = ForecasterId(tracker.me)
        acts = tracker.questions.get(question_id).acts
    return [
        act.distribution.p
        for act in acts
        if act.forecaster_id == me and isinstance(act.distribution, Binary)
    ]


@pytest.mark.behaviour(6)
def test_home_confirms_forecasts_and_leads_to_a_comment(
    life: tuple[Path, str], arrive: Arrive
) -> None:
    data, address = life
    visitor = arrive(at=address)
    page = visitor.go("/home")
    # Confirm: one key.
    marked = page.locator("[aria-label='Needs you'] tr[aria-current]")
    expect(marked.get_by_role("textbox")).to_have_value("63%")
    visitor.press("a")
    expect(page.get_by_text("Confirmed: 63%")).to_be_visible()
    assert my_forecasts(data, MINE) == [0.63, 0.63]
    # Forecast: a click, a number, Enter.
    page.get_by_role("textbox", name="Your forecast: Will the other one").click()
    page.keyboard.type("2:1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved: 67%")).to_be_visible()
    assert my_forecasts(data, OTHER) == [pytest.approx(2 / 3)]
    # Ben is far away: the comment that answers why takes no mouse.
    visitor.go(f"/question?q={OTHER}")
    asked = page.get_by_text("what does Ben know that you don’t?")
    expect(asked).to_be_visible()
    page.locator(".st-key-comments-drawer summary").focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Your comment")
    field.focus()
    page.keyboard.type("h j k: <b>no</b> keys here, @ben")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".talk")).to_contain_text("h j k: <b>no</b> keys here, @ben")
    expect(page.locator(".talk b", has_text="@ben")).to_be_visible()
    expect(asked).to_have_count(0)
    visitor.settle()
    expect(field).to_have_value("")
    page.wait_for_url(lambda url: "comments=open" in url)


def test_home_fits_one_screen_and_links_to_its_causes(visitor: Visitor) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 1440, "height": 900})
    visitor.go("/home?moved=30+days")
    expect(page.get_by_role("heading", name="moved in 30 days")).to_be_visible()
    page.get_by_role("radio", name="24 hours").or_(
        page.get_by_role("button", name="24 hours")
    ).first.click()
    expect(page.get_by_role("heading", name="moved in 24 hours")).to_be_visible()
    page.wait_for_url(lambda url: "moved=24" in url)
    visitor.settle()
    for title in ("What changed and why", "Needs you", "Who disagrees"):
        expect(page.get_by_role("heading", name=title)).to_be_in_viewport()
    foot = page.locator(".st-key-foot").bounding_box()
    assert foot is not None
    assert foot["y"] + foot["height"] <= 900
    expect(page.locator("[aria-label='What changed'] small").first).to_contain_text(" → ")
    page.locator("[aria-label='What changed'] a").first.click()
    page.wait_for_url("**/question?q=*")


def test_pages_fill_while_the_replay_runs(tmp_path: Path, arrive: Arrive) -> None:
    data, march = tmp_path / "data", datetime(2026, 3, 2, tzinfo=UTC)
    replayed = replay_settings(Settings(data_dir=data, me="ada"))
    with open_tracker(replayed, now=lambda: march) as tracker:
        tracker.question_sets.load(a_set(), replay=True)
        tracker.system.mark_replayed(march, march + timedelta(days=60))
        for address in served(data, tmp_path / "dashboard.log", "--replay"):
            corner = arrive(at=address).open("/home").locator(".st-key-corner")
            expect(corner).to_contain_text("Replaying: March 2026 …")
            tracker.system.mark_replayed(march + timedelta(days=60))
            expect(corner).to_contain_text("Replay 2022–2026")
