"""Every page, once: it shows what it should, fits a phone, is light or dark as asked, and axe finds
nothing wrong.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Final

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Desks, Visitor, fits, served, sideways, still
from tests.e2e.places import PLACES, live_in
from tests.e2e.test_browser import shade
from tracker.settings import Settings

BEYOND_US: Final = {
    # The ticks of a table that rows are picked in: streamlit's grid writes its heads, and gives
    # this column none.
    "empty-table-header": '[data-testid="data-grid-canvas"]',
    # The place where files are dropped, around a button with its name: streamlit names it, too.
    "presentation-role-conflict": '[data-testid="stFileUploaderDropzone"]',
}
"""What axe finds in streamlit itself, by rule and by where; each of its findings has to lie in
there.
"""

_FIND: Final = """async ([only, beyond]) => {
    const found = await axe.run({resultTypes: ["violations"], ...(only && {runOnly: only})});
    const ours = (rule, node) => !(rule in beyond && document.querySelector(node.target[0]).closest(beyond[rule]));
    const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message).join(" ");
    return found.violations.flatMap(({id, nodes}) => nodes.filter(node => ours(id, node))
        .map(node => `${id}: ${node.html.slice(0, 200)} (${why(node)})`));
}"""


def violations(page: Page, *only: str) -> list[str]:
    """What axe finds on the page, with the element; all rules, or only these."""
    still(page)
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_FIND, [list(only) or None, BEYOND_US])
    return found


def charts(page: Page) -> list[str]:
    """What every chart says of itself to those who do not see it."""
    found: list[str] = page.locator('[data-testid="stVegaLiteChart"]').evaluate_all(
        "all => all.map(e => e.closest('[aria-label]')?.ariaLabel ?? "
        "e.querySelector('[aria-label]')?.ariaLabel ?? '')"
    )
    return found


@pytest.fixture(scope="module")
def address(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a dashboard answers that somebody has used: on a replay with forecasts of their own and
    a second essay.
    """
    data = copytree(demo, tmp_path_factory.mktemp("lived") / "data")
    live_in(Settings(data_dir=data, me="ada"))
    yield from served(data, data.with_name("dashboard.log"), "--replay")


@pytest.fixture(scope="module")
def walker(address: str, seats: Desks) -> Iterator[Visitor]:
    """One visitor who walks through all pages, so that the browser loads streamlit once."""
    desk, page = seats.sit(address)
    visitor = Visitor(address, page)
    visitor.open("/")
    visitor.listen()
    yield visitor
    visitor.leave()
    seats.leave(desk, page)


@pytest.fixture
def desk(walker: Visitor) -> Iterator[Visitor]:
    """Every page is looked at by day at a desk; nothing may go wrong on it, in the console or on
    the wire.
    """
    walker.page.set_viewport_size(DESKTOP)
    walker.page.emulate_media(color_scheme="light")
    walker.troubles.clear()
    yield walker
    assert walker.troubles == []


IN_THE_GATE: Final = ("home", "question", "record")
"""Places whose pages differ most."""


@pytest.mark.behaviour(19)
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.gate] * (name in IN_THE_GATE)) for name in PLACES],
)
def test_the_page_is_sound_for_everyone(desk: Visitor, name: str) -> None:
    place = PLACES[name]
    # A question is visited anew: in the same session the day that was looked back to stays chosen,
    # and streamlit keeps the colour of a key's name from the theme before.
    page = desk.open(place.path) if place.page == "question" else desk.go(place.path)
    expect(page.get_by_text(place.shows).locator("visible=true").first).to_be_visible()
    assert page.title().startswith(place.title)
    badge = page.locator(".st-key-corner").get_by_text("Replay 2022–")
    expect(badge.filter(visible=True)).to_have_count(1)
    expect(
        page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]')
    ).to_have_count(0)
    assert not sideways(page)
    assert violations(page) == []
    assert [said for said in charts(page) if len(said.split()) < 3] == []
    page.emulate_media(color_scheme="dark")
    expect(page.locator('[data-testid="stApp"]')).to_have_css("color-scheme", "dark")
    assert shade(page) < 60
    assert violations(page, "color-contrast") == []
    page.set_viewport_size(PHONE)
    desk.settle()
    assert fits(page)
    assert violations(page, "button-name", "link-name") == []


@pytest.mark.behaviour(19)
@pytest.mark.parametrize(("key", "title"), [("h", "Keys"), ("Control+k", "Jump to")])
def test_the_dialogs_are_sound_for_everyone(desk: Visitor, key: str, title: str) -> None:
    page = desk.go("/reports")
    desk.press(key)
    expect(page.get_by_role("dialog", name=title)).to_be_visible()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == []
