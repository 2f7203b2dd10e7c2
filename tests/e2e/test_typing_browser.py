"""Keys on a slow computer: what is typed after E arrives, and what is pressed too early triggers
nothing.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Arrive, Visitor
from tests.e2e.test_entry_browser import my_acts, number, reason
from tests.e2e.test_inbox_browser import waiting

SENTENCE = "Quick 4x jar, hey"
"""Keys that are commands are in it, and both of streamlit's."""

QUESTIONS = ("nato-china-2027", "un-condemn-2027")
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


@pytest.mark.slow
@pytest.mark.behaviour(7)
def test_sentence_typed_after_e_arrives_whole(slow: Visitor, demo: Path) -> None:
    before = waiting(demo), [my_acts(demo, question) for question in QUESTIONS]
    for turn in range(20):
        path, sentence = f"/question?q={QUESTIONS[turn % 2]}", f"{SENTENCE} {turn}"
        page = begin(slow, path) if turn % 5 == 0 else move(slow, path)
        if turn % 5 == 4:
            slow.settle()
        page.keyboard.press("e")
        page.keyboard.type(sentence)
        expect(number(page)).to_have_value(sentence)
        expect(number(page)).to_be_focused()
        nothing_happened(slow, path)
        page.get_by_role("heading", name="Your forecast").click()
    assert (waiting(demo), [my_acts(demo, question) for question in QUESTIONS]) == before


@pytest.mark.behaviour(7)
def test_number_and_reason_typed_before_the_page_arrive(slow: Visitor, demo: Path) -> None:
    page = begin(slow, "/question?q=treaty-kept-2027")
    page.keyboard.press("e")
    page.keyboard.type("633")
    page.keyboard.press("Backspace")
    page.keyboard.press("Tab")  # to the slider
    page.keyboard.press("Tab")
    page.keyboard.type(SENTENCE)
    expect(reason(page)).to_have_value(SENTENCE)
    expect(number(page)).to_have_value("63")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "63%")
    nothing_happened(slow, "/question?q=treaty-kept-2027")


@pytest.mark.behaviour(7)
def test_question_is_put_at_hand_and_forecast_at_once(slow: Visitor) -> None:
    page = slow.open("/questions?find=state+by")
    expect(page.locator(".rows input")).not_to_have_count(0)
    for turn in range(3):
        page.keyboard.press("j")
        page.keyboard.press("e")
        page.keyboard.type(f"{SENTENCE} {turn}")
        field = page.locator(".rows tr[aria-current] input")
        expect(field).to_have_value(f"{SENTENCE} {turn}")
        page.get_by_role("heading", name="Questions").click()
        slow.settle()


@pytest.mark.behaviour(7)
@pytest.mark.parametrize("path", ["/question?q=un-condemn-2027", "/inbox"])
def test_keys_pressed_too_early_do_nothing_later(slow: Visitor, demo: Path, path: str) -> None:
    before = waiting(demo), my_acts(demo, "un-condemn-2027")
    page = begin(slow, path)
    page.keyboard.type("jkahuxn4rc")
    nothing_happened(slow, path)
    assert (waiting(demo), my_acts(demo, "un-condemn-2027")) == before


@pytest.mark.behaviour(7)
def test_key_pressed_while_the_browser_draws_does_nothing(visitor: Visitor) -> None:
    page = visitor.open("/question?q=nato-china-2027")
    page.evaluate(BUSY)
    with page.expect_console_message(lambda message: message.text == "busy"):
        move(visitor, "/question?q=un-condemn-2027")
    page.keyboard.press("j")
    nothing_happened(visitor, "/question?q=un-condemn-2027")
    visitor.press("j")
    page.wait_for_url(lambda url: "un-condemn-2027" not in url)


@pytest.mark.behaviour(7)
def test_typing_after_e_without_a_field_triggers_nothing(slow: Visitor) -> None:
    page = begin(slow, "/feeds")
    page.keyboard.press("e")
    page.keyboard.type(f"{SENTENCE} {SENTENCE}")
    nothing_happened(slow, "/feeds")
    page.get_by_role("heading", name="Feeds").click()
    slow.press("h")
    expect(page.get_by_role("dialog")).to_contain_text("edit your forecast")


@pytest.mark.behaviour(7)
def test_typing_on_when_the_field_is_gone_triggers_nothing(visitor: Visitor) -> None:
    page = visitor.open("/question?q=un-condemn-2027")
    number(page).fill("")
    page.keyboard.type("63 ha")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("jukhar jukhar")
    nothing_happened(visitor, "/question?q=un-condemn-2027")
    page.keyboard.press("Escape")
    visitor.press("h")
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.behaviour(7)
def test_letters_on_slider_and_in_dialogs_are_no_commands(visitor: Visitor) -> None:
    page = visitor.open("/question?q=un-condemn-2027")
    page.get_by_role("slider").focus()
    page.evaluate(STATES)
    page.keyboard.type("jkahxurc")
    page.evaluate(FRAMES)
    assert page.evaluate("window.states") == []
    page.get_by_role("heading", name="Your forecast").click()
    visitor.press("h")
    expect(page.get_by_role("dialog")).to_be_visible()
    visitor.settle()
    page.evaluate(STATES)
    page.keyboard.type("jkaxurc")
    page.evaluate(FRAMES)
    assert page.evaluate("window.states") == []
    assert page.url.endswith("q=un-condemn-2027")


@pytest.mark.behaviour(7)
def test_streamlit_s_own_keys_are_off_on_every_page(visitor: Visitor) -> None:
    for path in ("/ /questions /essays /inbox /calendar /scenarios /coherence /record").split():
        page = visitor.go(path)
        page.evaluate(STATES)
        for key in ("r", "c", "R", "C"):
            page.keyboard.press(key)
        page.evaluate(FRAMES)
        assert (path, page.evaluate("window.states")) == (path, [])
        expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.behaviour(7)
def test_first_click_selects_what_the_field_starts_with(visitor: Visitor) -> None:
    page = visitor.open("/question?q=nato-china-2027")
    expect(number(page)).not_to_have_value("")
    number(page).click()
    page.keyboard.type("7")
    expect(number(page)).to_have_value("7")
    number(page).click()
    page.keyboard.press("End")
    page.keyboard.type("3")
    expect(number(page)).to_have_value("73")
