"""Keys on a slow computer: what is typed after E arrives, and what is pressed too early triggers
nothing.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Arrive, Visitor
from tests.e2e.test_entry_browser import my_acts, number, reason
from tests.e2e.test_inbox_browser import waiting

SENTENCE = "Quick 4x jar, hey"
"""Keys that are commands are in it, and both of streamlit's."""

QUESTIONS = ("nato-china-2027", "un-condemn-2027")
QUIET = 100
"""Milliseconds without a message after which the page counts as made: see `commands.js`."""

SLOWER = 4
"""Times as slow as this computer."""

STATES = """() => {
    window.states = [];
    const app = document.querySelector('[data-testid="stApp"]');
    new MutationObserver(() => window.states.push(app.dataset.testScriptState)).observe(
        app, {attributeFilter: ["data-test-script-state"]});
}"""
"""Notes each time the page begins or ends to be made."""

BUSY = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    new MutationObserver((_, seen) => {
        if (app.dataset.testScriptState !== "notRunning") return;
        seen.disconnect();
        console.log("busy");
        const end = performance.now() + 1000;
        while (performance.now() < end);
    }).observe(app, {attributeFilter: ["data-test-script-state"]});
}"""
"""Keeps the browser busy for a second as soon as the server has made the next page."""

FRAMES = (
    "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => "
    "setTimeout(done))))"
)
"""Waits until what a key did has been drawn."""


@pytest.fixture
def slow(arrive: Arrive) -> Iterator[Visitor]:
    """Somebody at a slow computer."""
    visitor = arrive()
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield visitor
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    session.detach()


def begin(visitor: Visitor, path: str) -> Page:
    """Open a page, and go on as soon as the browser has its head."""
    visitor.page.goto(visitor.address + path, wait_until="commit")
    visitor.page.wait_for_function("document.body")
    return visitor.page


def move(visitor: Visitor, path: str) -> Page:
    """Move to a page within the session without waiting for it."""
    address = visitor.address + path
    visitor.page.evaluate(
        "address => { history.pushState(null, '', address); dispatchEvent(new "
        "PopStateEvent('popstate')); }",
        address,
    )
    return visitor.page


def nothing_happened(visitor: Visitor, path: str) -> None:
    """No dialog, no notice, no other page."""
    visitor.settle()
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    expect(visitor.page.locator(".st-key-notice")).to_have_count(0)
    expect(visitor.page.get_by_test_id("stToast")).to_have_count(0)
    assert visitor.page.url == visitor.address + path


@pytest.mark.behaviour(7)
def test_what_is_typed_before_a_page_stands_arrives_whole(slow: Visitor, demo: Path) -> None:
    before = waiting(demo), [my_acts(demo, question) for question in QUESTIONS]
    # As the page is opened: the number, the slider, the reason.
    page = begin(slow, f"/question?q={QUESTIONS[0]}")
    page.keyboard.press("e")
    page.keyboard.type("633")
    for key in ("Backspace", "Tab", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type(SENTENCE)
    expect(reason(page)).to_have_value(SENTENCE)
    expect(number(page)).to_have_value("63")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "63%")
    nothing_happened(slow, f"/question?q={QUESTIONS[0]}")
    page.get_by_role("heading", name="Your forecast").click()
    # As it follows another one, and when it stands.
    for settled in (False, True):
        path, sentence = f"/question?q={QUESTIONS[not settled]}", f"{SENTENCE} {settled}"
        move(slow, path)
        if settled:
            slow.settle()
        page.keyboard.press("e")
        page.keyboard.type(sentence)
        expect(number(page)).to_have_value(sentence)
        expect(number(page)).to_be_focused()
        nothing_happened(slow, path)
        page.get_by_role("heading", name="Your forecast").click()
    # In the row that a key has just marked.
    slow.go("/questions?find=state+by")
    expect(page.locator(".rows input")).not_to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.type(SENTENCE)
    expect(page.locator(".rows tr[aria-current] input")).to_have_value(SENTENCE)
    # Before the script of the list has arrived.
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route("**/rows.js", hold)
    begin(slow, "/questions?find=state+by")
    expect(page.locator(".rows")).to_be_attached()
    slow.settle()
    page.wait_for_timeout(2 * QUIET)
    page.keyboard.press("e")
    page.keyboard.type("44")
    late[0].continue_()
    page.unroute("**/rows.js")
    expect(page.locator(".rows input").first).to_have_value("44")
    assert (waiting(demo), [my_acts(demo, question) for question in QUESTIONS]) == before


@pytest.mark.behaviour(7)
def test_keys_pressed_too_early_do_nothing_later(slow: Visitor, demo: Path) -> None:
    path = f"/question?q={QUESTIONS[1]}"
    before = waiting(demo), my_acts(demo, QUESTIONS[1])
    begin(slow, "/inbox").keyboard.type("jkahuxn4rc")
    nothing_happened(slow, "/inbox")
    move(slow, path).keyboard.type("jkahuxn4rc")
    nothing_happened(slow, path)
    assert (waiting(demo), my_acts(demo, QUESTIONS[1])) == before
    # After E on a page without a field, too, until a click.
    page = move(slow, "/feeds")
    page.keyboard.press("e")
    page.keyboard.type(f"{SENTENCE} {SENTENCE}")
    nothing_happened(slow, "/feeds")
    page.get_by_role("heading", name="Feeds").click()
    slow.press("h")
    expect(page.get_by_role("dialog")).to_contain_text("edit your forecast")


@pytest.mark.behaviour(7)
def test_letters_outside_of_fields_are_no_stray_commands(visitor: Visitor) -> None:
    here = f"/question?q={QUESTIONS[1]}"
    page = visitor.open(f"/question?q={QUESTIONS[0]}")
    # While the browser draws.
    page.evaluate(BUSY)
    with page.expect_console_message(lambda message: message.text == "busy"):
        move(visitor, here)
    page.keyboard.press("j")
    nothing_happened(visitor, here)
    # When the field that was typed into is gone.
    number(page).fill("")
    page.keyboard.type("63 ha")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("jukhar jukhar")
    expect(page.get_by_text("'63 ha' is not a probability")).to_be_visible()
    nothing_happened(visitor, here)
    page.keyboard.press("Escape")
    # On a slider, and in a dialog.
    page.get_by_role("slider").focus()
    _press_without_effect(page, "jkahxurc")
    page.get_by_role("heading", name="Your forecast").click()
    visitor.press("h")
    expect(page.get_by_role("dialog")).to_be_visible()
    visitor.settle()
    _press_without_effect(page, "jkaxurc")
    assert page.url.endswith(here)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # Streamlit's own keys are off.
    _press_without_effect(page, "rcRC")
    expect(page.get_by_role("dialog")).to_have_count(0)
    visitor.press("j")
    page.wait_for_url(lambda url: here not in url)


def _press_without_effect(page: Page, keys: str) -> None:
    page.evaluate(STATES)
    for key in keys:
        page.keyboard.press(key)
    page.evaluate(FRAMES)
    assert page.evaluate("window.states") == []
