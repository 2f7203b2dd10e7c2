"""A new installation in a browser: it says what to do first, and says it no longer when it is
done.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, Arrive, served
from tracker.app.tracker import open_tracker
from tracker.settings import Settings


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard on a database that was made just now."""
    data = tmp_path_factory.mktemp("new")
    open_tracker(Settings(data_dir=data)).close()
    yield from served(data, data / "dashboard.log")


@pytest.mark.behaviour(17)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_empty_page_says_the_next_step_on_a_phone(new: str, arrive: Arrive, scheme: str) -> None:
    visitor = arrive(at=new, viewport=PHONE, color_scheme=scheme)
    steps = {
        "home": "./run --demo",
        "inbox": "shows whether they answer",
        "record": "Forecast a question",
    }
    for name, step in steps.items():
        page = visitor.go(f"/{name}")
        expect(
            page.get_by_test_id("stMain").get_by_text(step).filter(visible=True).first
        ).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        visitor.picture(f"empty-{name}-{scheme}")


@pytest.mark.behaviour(17)
def test_first_steps_are_ticked_and_can_be_put_away(new: str, arrive: Arrive) -> None:
    visitor = arrive(at=new)
    page = visitor.open("/home")
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text("First steps: 0 of 4 done")).to_be_visible()
    page.get_by_role("button", name="After the noon glut").click()
    expect(main.get_by_text("First steps: 1 of 4 done")).to_be_visible()
    expect(main.get_by_text("Load questions: done")).to_be_visible()
    expect(main.get_by_role("button", name="After the noon glut")).to_have_count(0)
    visitor.picture("first-steps")
    main.get_by_role("link", name="Choose a question").click()
    page.wait_for_url("**/questions")
    visitor.settle()
    page.go_back()
    page.get_by_role("button", name="Hide").click()
    expect(main.get_by_text("First steps")).to_have_count(0)
    expect(main.get_by_text("What changed and why")).to_be_visible()


def test_first_forecast_takes_a_number_and_enter(
    arrive: Arrive, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On an empty database it loads the set of its question."""
    data = tmp_path_factory.mktemp("empty")
    open_tracker(Settings(data_dir=data)).close()
    for at in served(data, data / "dashboard.log"):
        visitor = arrive(at=at)
        page = visitor.go("/home")
        page.get_by_role("textbox", name="Your forecast").click()
        page.keyboard.type("63")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Saved: 63%")).to_be_visible()
        expect(page.get_by_text("First steps: 2 of 4 done")).to_be_visible()
