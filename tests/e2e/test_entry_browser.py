"""Forecasting by hand in a real browser: typing, slider, draft, undo, and no mouse at all."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tracker.app.tracker import open_tracker
from tracker.settings import Settings, replay_settings


def typed(page: Page) -> str:
    """What stands in the field of the forecast."""
    return page.get_by_role("textbox", name="Probability of YES").input_value()


def my_acts(data: Path, question: str) -> list[str]:
    """What I did on a question, as the database has it."""
    with open_tracker(replay_settings(Settings(data_dir=data, me="ada"))) as tracker:
        return [
            act.act for act in tracker.questions.get(question).acts if act.forecaster_id == "ada"
        ]


def why(page: Page, text: str) -> None:
    """Give a reason, as somebody who types it."""
    field = page.get_by_role("textbox", name="Why")
    field.click()
    field.press_sequentially(text)


@pytest.mark.gate
@pytest.mark.behaviour(2)
def test_probability_is_typed_in_any_way_and_echoed_live(visitor: Visitor) -> None:
    page = visitor.open("/question?q=nato-china-2027")
    field = page.get_by_role("textbox", name="Probability of YES")
    for said, echoed in {
        "63": "63%, odds 1.7 to 1 for, about 5 in 8",
        "0.2": "20%, odds 4 to 1 against, about 1 in 5",
        "3:1": "75%, odds 3 to 1 for, about 3 in 4",
        "1/3": "odds 2 to 1 against, about 1 in 3",
    }.items():
        field.fill(said)
        expect(page.get_by_text(echoed)).to_be_visible()
    field.fill("150%")
    expect(page.get_by_text("about 1 in 3")).to_have_count(0)


@pytest.mark.gate
@pytest.mark.behaviour(3)
def test_slider_and_field_keep_in_step_and_nothing_becomes_certain(visitor: Visitor) -> None:
    page = visitor.open("/question?q=un-condemn-2027")
    slider = page.get_by_role("slider")
    page.get_by_role("textbox", name="Probability of YES").fill("0.04%")
    expect(slider).to_have_attribute("aria-valuetext", "0.1%")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("textbox", name="Probability of YES")).to_have_value("0.2%")
    page.keyboard.press("End")
    expect(page.get_by_role("textbox", name="Probability of YES")).to_have_value("99.9%")
    expect(page.get_by_role("img", name="Marks on the slider")).to_be_visible()
    expect(page.get_by_text("▲ base rate")).to_be_visible()


@pytest.mark.gate
@pytest.mark.behaviour(4)
def test_a_draft_survives_a_reload_and_is_saved_once(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/question?q=treaty-successor-2028&tab=History")
    page.get_by_role("textbox", name="Probability of YES").fill("37")
    expect(page.get_by_text("odds 1.7 to 1 against")).to_be_visible()
    why(page, "The treaty runs on by itself.")
    page.reload()
    visitor.settle()
    expect(page.get_by_role("textbox", name="Why")).to_have_value("The treaty runs on by itself.")
    assert typed(page) == "37"
    page.get_by_role("textbox", name="Why").press("Control+Enter")
    expect(page.get_by_text("You hold 37%")).to_be_visible()
    visitor.settle()  # the form that was sent and the new one stand side by side for a moment
    expect(page.get_by_role("textbox", name="Why")).to_have_value("")
    page.reload()
    visitor.settle()
    expect(page.get_by_text("You hold 37%")).to_be_visible()
    expect(page.get_by_role("textbox", name="Why")).to_have_value("")
    assert my_acts(demo, "treaty-successor-2028") == ["forecast"]


@pytest.mark.behaviour(4)
def test_a_forecast_without_a_reason_is_not_saved(visitor: Visitor) -> None:
    page = visitor.open("/question?q=treaty-kept-2027")
    page.get_by_role("textbox", name="Probability of YES").fill("90")
    page.get_by_role("textbox", name="Probability of YES").press("Control+Enter")
    expect(page.get_by_text("A forecast needs its reason")).to_be_visible()
    expect(page.get_by_text("You have none yet.")).to_be_visible()


@pytest.mark.gate
@pytest.mark.behaviour(5)
def test_saved_forecast_is_undone_and_redone_by_key(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/question?q=putin-office-2028&tab=History")
    page.get_by_role("textbox", name="Probability of YES").fill("12")
    why(page, "His term runs to 2030.")
    page.keyboard.press("Control+Enter")
    notice = page.locator(".st-key-notice")
    expect(notice).to_contain_text("Saved: 12%")
    page.get_by_role("heading", name="Your forecast").click()
    visitor.press("u")
    expect(notice).to_contain_text("Undone, you hold no forecast")
    expect(page.get_by_text("You have none yet.")).to_be_visible()
    visitor.press("u")  # there is nothing more to undo
    visitor.press("Shift+U")
    expect(notice).to_contain_text("Done again: 12%")
    expect(page.get_by_text("You hold 12%")).to_be_visible()
    assert my_acts(demo, "putin-office-2028") == ["forecast", "undo", "redo"]


@pytest.mark.gate
@pytest.mark.behaviour(5)
def test_undo_walks_back_and_the_form_saves_what_it_shows(visitor: Visitor, demo: Path) -> None:
    page = visitor.open("/question?q=ceasefire-end-2027")
    field = page.get_by_role("textbox", name="Probability of YES")
    for p in ("10", "20", "30"):
        field.fill(p)
        why(page, "A step.")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text(f"You hold {p}%")).to_be_visible()
        visitor.settle()
    for key, p in (("u", 20), ("u", 10), ("Shift+U", 20), ("u", 10)):
        visitor.press(key)
        expect(page.get_by_text(f"You hold {p}%, last confirmed")).to_be_visible()
        expect(field).to_have_value(f"{p}%")
        expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", f"{p}%")
        visitor.settle()
    why(page, "As it was.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st-key-notice")).to_contain_text("Saved: 10%")
    assert my_acts(demo, "ceasefire-end-2027") == [
        *["forecast"] * 3,
        "undo",
        "undo",
        "redo",
        "undo",
        "forecast",
    ]


@pytest.mark.gate
@pytest.mark.behaviour(6)
def test_forecast_is_confirmed_by_one_key(visitor: Visitor) -> None:
    page = visitor.open("/question?q=article-4-2027")
    page.get_by_role("textbox", name="Probability of YES").fill("55")
    why(page, "Two a year until now.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("You hold 55%")).to_be_visible()
    page.get_by_role("heading", name="Your forecast").click()
    visitor.press("a")
    expect(page.locator(".st-key-notice")).to_contain_text("Reaffirmed: 55%")
    visitor.go("/questions?at=article-4-2027&sort=stale")
    expect(page.get_by_role("button", name="Still 55%")).to_be_visible()
    visitor.press("a")
    expect(page.locator(".st-key-notice")).to_contain_text("Reaffirmed: 55%")


@pytest.mark.behaviour(7)
def test_list_is_walked_and_forecast_by_keys_alone(visitor: Visitor) -> None:
    page = visitor.open("/questions?find=joint+attribute")
    visitor.press("j")
    page.keyboard.press("e")
    page.keyboard.type("1:9")
    expect(page.get_by_text("10%, odds 9 to 1 against")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("jakehu: just typed")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("You hold 10%")).to_be_visible()
    page.wait_for_url(lambda url: "at=cyber-together-2027" in url)
    visitor.picture("in-place")


@pytest.mark.behaviour(7)
def test_keys_jump_and_list_themselves(visitor: Visitor) -> None:
    page = visitor.open("/feeds")
    visitor.press("h")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("jump to a question or a page")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("Control+k")
    page.keyboard.type("Power of Siberia 2")
    page.get_by_role("option").first.click()
    page.wait_for_url(lambda url: "/question?q=" in url)
