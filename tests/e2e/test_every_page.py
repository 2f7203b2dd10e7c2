"""Every page, once: it shows what it should, fits a phone, is light or dark as asked, and axe finds
nothing wrong.
"""

from collections.abc import Iterator
from typing import Final

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Desks, Visitor, fits, sideways, still
from tests.e2e.places import OPEN, PLACES

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


def shade(page: Page) -> float:
    """How bright the page's background is, 0 to 255."""
    colour = page.locator('[data-testid="stApp"]').evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    return sum(float(part) for part in colour[4:-1].split(",")[:3]) / 3


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


LOOKS_BACK: Final = "looking-back"


@pytest.mark.behaviour(19)
@pytest.mark.parametrize("name", sorted(PLACES, key=LOOKS_BACK.__eq__))
def test_the_page_is_sound_for_everyone(desk: Visitor, name: str) -> None:
    """The day that is looked back to stays chosen in a session, so its page comes last."""
    place = PLACES[name]
    page = desk.go(place.path)
    expect(page.get_by_text(place.shows).locator("visible=true").first).to_be_visible()
    assert page.title().startswith(place.title)
    badge = page.locator(".st-key-corner").get_by_text("Replay 2022–")
    expect(badge.filter(visible=True)).to_have_count(1)
    expect(page.locator(WRONG)).to_have_count(0)
    assert not sideways(page)
    assert violations(page) == []
    assert [said for said in charts(page) if len(said.split()) < 3] == []
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    expect(page.locator('[data-testid="stApp"]')).to_have_css("color-scheme", "dark")
    desk.settle()
    assert shade(page) < 60
    assert fits(page)
    assert violations(page, "color-contrast", "button-name", "link-name") == []


@pytest.mark.behaviour(19)
def test_the_dialogs_are_sound_for_everyone(desk: Visitor) -> None:
    page = desk.go("/reports")
    for key, title in (("h", "Keys"), ("Control+k", "Jump to")):
        desk.press(key)
        expect(page.get_by_role("dialog", name=title)).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


WRONG: Final = '[data-testid="stException"], [data-testid="stAlertContentError"]'
STRANGE: Final = "%3Cimg%20src=x%20onerror=alert(1)%3E"


@pytest.mark.behaviour(1)
def test_strange_addresses_are_met_calmly_and_lead_on(desk: Visitor) -> None:
    parts = "&".join(f"{name}={STRANGE}" for name in ("details", "evidence", "scale", "known"))
    for path, heading in {
        f"/question?q={OPEN}&{parts}": "Your forecast",
        f"/question?q={STRANGE}": "There is no such question",
        f"/feeds?feed={STRANGE}": "There is no such feed",
        f"/essay?e={STRANGE}": "There is no such essay",
    }.items():
        page = desk.open(path)
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        expect(page.locator(WRONG)).to_have_count(0)
        expect(page.locator("img[src='x']")).to_have_count(0)
    page.get_by_role("link", name="All essays").click()
    expect(page.get_by_role("heading", name="Essays", exact=True)).to_be_visible()
