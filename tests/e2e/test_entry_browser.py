"""The form of a forecast in a real browser: typing, slider, handles, bars, drafts and undo."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visitor
from tracker.app.tracker import open_tracker
from tracker.settings import Settings, replay_settings


def number(page: Page) -> Locator:
    """The field of a yes/no forecast."""
    return page.get_by_role("textbox", name="Probability of YES")


def reason(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Why? (optional)")


def standing(page: Page) -> Locator:
    """What the form says of my forecast."""
    return page.locator(".entry-standing")


def my_acts(data: Path, question: str) -> list[str]:
    """What I did on a question, as the database has it."""
    with open_tracker(replay_settings(Settings(data_dir=data, me="ada"))) as tracker:
        return [
            act.act for act in tracker.questions.get(question).acts if act.forecaster_id == "ada"
        ]


@pytest.mark.behaviour(2)
@pytest.mark.behaviour(3)
@pytest.mark.behaviour(4)
def test_a_number_is_typed_in_any_way_and_nothing_becomes_certain(
    visitor: Visitor, demo: Path
) -> None:
    page = visitor.open("/question?q=un-condemn-2027")
    slider = page.get_by_role("slider")
    expect(number(page)).not_to_have_value("")
    number(page).click()  # the first click selects what the field starts with
    page.keyboard.type("7")
    expect(number(page)).to_have_value("7")
    for text, echo in {
        "63": "63%, odds 1.7 to 1 for, about 5 in 8",
        "0.2": "20%, odds 4 to 1 against, about 1 in 5",
        "1/3": "odds 2 to 1 against, about 1 in 3",
        "3:1": "75%, odds 3 to 1 for, about 3 in 4",
    }.items():
        number(page).fill(text)
        expect(page.get_by_text(echo)).to_be_visible()
    expect(slider).to_have_attribute("aria-valuetext", "75%")
    number(page).fill("0.04%")  # a plain number moves the slider before the server answers
    assert slider.get_attribute("aria-valuetext") == "0.1%"
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert number(page).input_value() == "0.2%"
    page.keyboard.press("End")
    assert number(page).input_value() == "99.9%"
    # A refusal says why and leaves the text.
    number(page).fill("150%")
    expect(page.get_by_text("A probability lies between 0 and 100")).to_be_visible()
    number(page).fill("perhaps")
    number(page).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("is not a probability")
    expect(number(page)).to_be_focused()
    expect(number(page)).to_have_value("perhaps")
    number(page).press("Escape")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert my_acts(demo, "un-condemn-2027") == []


QUESTION = "neutrality-2027"


@pytest.mark.behaviour(4)
@pytest.mark.behaviour(5)
@pytest.mark.behaviour(6)
@pytest.mark.behaviour(11)
def test_a_draft_is_saved_once_undone_confirmed_and_withdrawn(visitor: Visitor, demo: Path) -> None:
    page = visitor.open(f"/question?q={QUESTION}")
    notice = page.locator(".st-key-notice")
    number(page).fill("37")
    reason(page).fill("It runs on by itself.")
    reason(page).press("Shift+Enter")
    reason(page).press_sequentially("So it does.")
    page.reload()
    visitor.settle()
    expect(reason(page)).to_have_value("It runs on by itself.\nSo it does.")
    expect(number(page)).to_have_value("37")
    reason(page).press("Enter")
    reason(page).press("Enter")
    expect(standing(page)).to_contain_text("37%")
    expect(reason(page)).to_have_value("")
    assert my_acts(demo, QUESTION) == ["forecast"]

    number(page).fill("20")
    number(page).press("Enter")
    expect(standing(page)).to_contain_text("20%")
    reason(page).fill("Half a thought")
    page.get_by_role("heading", name="Your forecast").click()
    for key, p in (("u", 37), ("Shift+U", 20), ("u", 37)):
        visitor.press(key)
        expect(standing(page)).to_contain_text(f"{p}%")
        expect(number(page)).to_have_value(f"{p}%")
        expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", f"{p}%")
    expect(reason(page)).to_have_value("Half a thought")
    reason(page).press("Enter")
    expect(notice).to_contain_text("Saved: 37%")
    expect(page.get_by_role("button", name="Still 37%")).to_be_visible()
    page.get_by_role("heading", name="Your forecast").click()
    visitor.press("a")
    expect(notice).to_contain_text("Confirmed: 37%")

    more = page.locator(".entry-menu summary")
    more.click()
    page.get_by_role("button", name="Cite evidence").click()
    page.get_by_role("group", name="Cite evidence").get_by_role("checkbox").first.check()
    number(page).fill("90")
    number(page).press("Enter")
    expect(standing(page)).to_contain_text("90%")
    more.click()
    page.get_by_role("button", name="Withdraw…").click()
    expect(page.get_by_text("Your past forecast is still scored.")).to_be_visible()
    page.get_by_role("button", name="Withdraw forecast").click()
    expect(standing(page)).to_contain_text("No forecast yet")
    undone = ["undo", "redo", "undo", "forecast", "reaffirm"]
    assert my_acts(demo, QUESTION) == [*["forecast"] * 2, *undone, "forecast", "withdraw"]


CURVE = """async drag => {
    const curve = document.querySelector(".entry-area");
    const drawn = () => new Promise(done => {
        const seen = new MutationObserver(() => (seen.disconnect(), done(performance.now())));
        seen.observe(curve, {attributes: true});
    });
    const start = performance.now(), handle = document.querySelector(".entry-handle:last-of-type");
    const key = new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true, cancelable: true});
    const bent = drawn();
    handle.dispatchEvent(key);
    const first = await bent;
    return [first - start, (await drawn()) - start];
}"""
"""Moves the last handle, and tells after how many milliseconds its curve was bent, and drawn anew."""


@pytest.mark.behaviour(2)
def test_curves_and_bars_follow_the_hand(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/question?q=crude-mt-2026")
    expect(page.get_by_role("slider", name="75th percentile")).to_be_visible()
    upper = page.get_by_role("textbox", name="75th percentile")
    before = upper.input_value()
    page.evaluate(CURVE)
    bent, drawn = page.evaluate(CURVE)
    assert bent < 100
    assert drawn < 3_000  # of which our own part is a tenth
    assert float(upper.input_value()) > float(before)
    upper.press("Enter")
    expect(standing(page)).to_contain_text("million tonnes")

    visitor.go("/question?q=china-policy-2027")
    fields = page.locator(".entry-option input[type=text]")
    page.get_by_role("button", name="Lock rupture or other").click()
    fields.first.fill("50")
    shares = [float(value) for value in fields.evaluate_all("all => all.map(each => each.value)")]
    assert (shares[0], shares[-1]) == (50.0, 2.0)
    assert sum(shares) == pytest.approx(100.0, abs=0.3)
    fields.first.press("Enter")
    expect(standing(page)).to_contain_text("neutrality continues 50%")
    assert my_acts(demo, "china-policy-2027") == ["forecast"]
