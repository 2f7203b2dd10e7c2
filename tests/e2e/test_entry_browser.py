"""The form of a forecast in a real browser: typing, slider, handles, bars, drafts and undo."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visitor, sideways
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
def test_probability_is_typed_in_any_way_and_echoed_live(visitor: Visitor) -> None:
    page = visitor.open("/question?q=nato-china-2027")
    for text, echo in {
        "63": "63%, odds 1.7 to 1 for, about 5 in 8",
        "0.2": "20%, odds 4 to 1 against, about 1 in 5",
        "3:1": "75%, odds 3 to 1 for, about 3 in 4",
        "1/3": "odds 2 to 1 against, about 1 in 3",
    }.items():
        number(page).fill(text)
        expect(page.get_by_text(echo)).to_be_visible()
    number(page).fill("150%")
    expect(page.get_by_text("A probability lies between 0 and 100")).to_be_visible()


@pytest.mark.behaviour(3)
def test_slider_and_field_keep_in_step_and_nothing_becomes_certain(visitor: Visitor) -> None:
    page = visitor.open("/question?q=un-condemn-2027")
    slider = page.get_by_role("slider")
    number(page).fill("3:1")
    expect(slider).to_have_attribute("aria-valuetext", "75%")
    number(page).fill("0.04%")  # a plain number moves the slider before the server answers
    assert slider.get_attribute("aria-valuetext") == "0.1%"
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert number(page).input_value() == "0.2%"
    page.keyboard.press("End")
    assert number(page).input_value() == "99.9%"
    expect(page.get_by_text("▲ Base rate")).to_be_visible()


OVERLAP = """labels => labels.flatMap((a, nr) => labels.slice(nr + 1).filter(b => {
    const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
    return p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom;
})).length"""


@pytest.mark.behaviour(3)
def test_form_is_low_and_its_labels_do_not_overlap(visitor: Visitor) -> None:
    page = visitor.open("/question?q=neutrality-2027")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        labels = page.locator(".entry-label")
        expect(labels.first).to_be_visible()
        assert labels.count() == 3
        assert labels.evaluate_all(OVERLAP) == 0
        box = page.locator(".entry").bounding_box()
        assert box is not None
        assert box["height"] <= 260
        assert not sideways(page)


@pytest.mark.behaviour(4)
def test_a_draft_survives_a_reload_and_is_saved_once(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/question?q=treaty-successor-2028&tab=History")
    number(page).fill("37")
    reason(page).fill("The treaty runs on by itself.")
    reason(page).press("Shift+Enter")
    reason(page).press_sequentially("So it does.")
    page.reload()
    visitor.settle()
    expect(reason(page)).to_have_value("The treaty runs on by itself.\nSo it does.")
    expect(number(page)).to_have_value("37")
    expect(page.get_by_text("odds 1.7 to 1 against")).to_be_visible()
    reason(page).press("Enter")
    reason(page).press("Enter")
    expect(standing(page)).to_contain_text("37%")
    expect(reason(page)).to_have_value("")
    page.reload()
    visitor.settle()
    expect(standing(page)).to_contain_text("37%")
    expect(reason(page)).to_have_value("")
    assert my_acts(demo, "treaty-successor-2028") == ["forecast"]


@pytest.mark.behaviour(4)
def test_refusal_says_why_and_leaves_the_text(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/question?q=treaty-kept-2027")
    number(page).fill("perhaps")
    number(page).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("is not a probability")
    expect(number(page)).to_be_focused()
    expect(number(page)).to_have_value("perhaps")
    number(page).press("Escape")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert my_acts(demo, "treaty-kept-2027") == []


@pytest.mark.behaviour(5)
def test_undo_walks_back_and_the_form_saves_what_it_shows(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/question?q=ceasefire-end-2027")
    notice = page.locator(".st-key-notice")
    for p in ("10", "20", "30"):
        number(page).fill(p)
        number(page).press("Enter")
        expect(standing(page)).to_contain_text(f"{p}%")
    reason(page).fill("Half a thought")
    page.get_by_role("heading", name="Your forecast").click()
    for key, p in (("u", 20), ("u", 10), ("Shift+U", 20), ("u", 10)):
        visitor.press(key)
        expect(standing(page)).to_contain_text(f"{p}%")
        expect(number(page)).to_have_value(f"{p}%")
        expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", f"{p}%")
    expect(reason(page)).to_have_value("Half a thought")
    reason(page).press("Enter")
    expect(notice).to_contain_text("Saved: 10%")
    expected = [*["forecast"] * 3, "undo", "undo", "redo", "undo", "forecast"]
    assert my_acts(demo, "ceasefire-end-2027") == expected


@pytest.mark.gate
@pytest.mark.behaviour(6)
def test_forecast_is_confirmed_by_one_key(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/question?q=article-4-2027")
    visitor.press("e")
    page.keyboard.type("55")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Still 55%")).to_be_visible()
    visitor.press("a")
    expect(page.locator(".st-key-notice")).to_contain_text("Confirmed: 55%")
    assert my_acts(demo, "article-4-2027") == ["forecast", "reaffirm"]


@pytest.mark.behaviour(11)
def test_menu_cites_and_withdraws_after_asking(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/question?q=neutrality-2027")
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
    assert my_acts(demo, "neutrality-2027") == ["forecast", "withdraw"]


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
def test_handle_bends_the_curve_at_once(visitor: Visitor) -> None:
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


@pytest.mark.behaviour(2)
def test_bars_of_options_sum_to_100(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/question?q=china-policy-2027")
    fields = page.locator(".entry-option input[type=text]")
    page.get_by_role("button", name="Lock rupture or other").click()
    fields.first.fill("50")
    shares = [float(value) for value in fields.evaluate_all("all => all.map(each => each.value)")]
    assert (shares[0], shares[-1]) == (50.0, 2.0)
    assert sum(shares) == pytest.approx(100.0, abs=0.3)
    page.reload()
    visitor.settle()
    expect(fields.first).to_have_value("50")
    fields.first.press("Enter")
    expect(standing(page)).to_contain_text("neutrality continues 50%")
    assert my_acts(demo, "china-policy-2027") == ["forecast"]


@pytest.mark.behaviour(7)
def test_keys_jump_and_list_themselves(visitor: Visitor) -> None:
    page = visitor.open("/feeds")
    visitor.press("h")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("search questions and pages")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("Control+k")
    page.keyboard.type("Power of Siberia 2")
    page.get_by_role("option").first.click()
    page.wait_for_url(lambda url: "/question?q=" in url)
