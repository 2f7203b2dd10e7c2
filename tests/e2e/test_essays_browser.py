"""From an essay to good questions, in a real browser: read, pick a sentence, complete its draft,
open the question.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Visitor, served
from tracker.app.question_set_files import load_question_set
from tracker.app.tracker import open_tracker
from tracker.model.essays import NewEssay
from tracker.settings import Settings

ESSAY = "grid_storage_2026"
SENTENCE = "We own no shares in any of it"
ANSWERED = "Year after year the count of such hours has climbed."
TEXT = """The river treaty

Arland will sign the river treaty by the end of 2027. Prices fell in May.

Borland may leave the customs union in 2028. The dam will hold until 2030.
"""
DAM = (
    "The lake will rise until 2030. The dam will hold until 2031. The town may leave the "
    "valley in 2032."
)
UPLOADED = b"The bridge\n\nBorland will open the bridge by the end of 2027. Prices fell in May.\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard on a live database with a set that ships its text, and an essay of mine."""
    data = tmp_path_factory.mktemp("essays")
    with open_tracker(Settings(data_dir=data, me="ada")) as tracker:
        tracker.question_sets.load(load_question_set(ESSAY))
        tracker.essays.add(NewEssay("dam", "The dam", DAM, "pasted"))
    yield from served(data, tmp_path_factory.mktemp("log") / "dashboard.log")


def sentence(page: Page, text: str) -> Any:
    """A sentence of the essay: a link, named by its text and its state."""
    return page.get_by_role("link", name=re.compile(re.escape(text)))


def test_an_essay_is_read_and_its_sentences_are_picked(visitor: Visitor) -> None:
    page = visitor.open(f"/essay?e={ESSAY}")
    # States are told without their colour.
    answered = sentence(page, ANSWERED)
    expect(answered).to_have_accessible_name(re.compile(r"Came true \(1 of 1, looking back\)"))
    expect(answered.locator(".mark")).to_have_text("(✓)")
    lines = {text: sentence(page, text).evaluate("e => getComputedStyle(e).textDecorationStyle")
             for text in (ANSWERED, SENTENCE, "Germany and Spain will each")}  # fmt: skip
    assert set(lines.values()) == {"solid", "dotted"}
    expect(page.locator(".legend li").filter(has_text="came true 3")).to_be_visible()
    # They are drawn by a script of the policy.
    scripts = page.evaluate(
        "[...document.scripts].map(each => each.src).filter(src => src.includes('reader'))"
    )
    assert scripts
    assert all(src.startswith(visitor.address) for src in scripts)
    assert Path(scripts[0].split("?")[0]).name == "reader.js"
    # Arrows go from claim to claim.
    sentence(page, SENTENCE).focus()
    page.keyboard.press("ArrowDown")
    expect(answered).to_be_focused()
    page.keyboard.press("Enter")
    panel = page.locator(".st-key-claim")
    expect(panel.get_by_text(ANSWERED)).to_be_visible()
    assert page.locator(".essay a[tabindex='0']").count() == 1
    # What is picked stands in the address, and comes into view on a phone.
    page.set_viewport_size(PHONE)
    sentence(page, "Germany and Spain will each").click()
    page.wait_for_url(re.compile(r"[?&]s=\d+"))
    link = panel.get_by_role("link", name="Will Spain count at least 600 hours")
    expect(link).to_be_in_viewport()
    page.reload()
    visitor.settle()
    expect(sentence(page, "Germany and Spain will each")).to_have_attribute("aria-current", "true")
    link.click()
    page.wait_for_url(re.compile(r"/question\?q="))


def test_essay_is_pasted_and_a_sentence_becomes_a_question(visitor: Visitor) -> None:
    page = visitor.open("/essays")
    page.get_by_text("Add an essay").click()
    page.get_by_role("textbox", name="Title").fill("The river treaty")
    page.get_by_role("textbox", name="Text").fill(TEXT)
    page.keyboard.press("Tab")
    visitor.settle()  # the page is drawn anew after the text, and a click meanwhile can be lost
    page.get_by_role("button", name="Add this essay").click()
    expect(page.get_by_role("heading", name="The river treaty")).to_be_visible()
    expect(page.get_by_text("0 of 3 forward-looking sentences became questions")).to_be_visible()

    sentence(page, "Arland will sign").click()
    page.get_by_role("button", name="Draft a question").click()
    question = page.get_by_role("textbox", name="Question", exact=True)
    expect(question).to_have_value("Will Arland sign the river treaty by 31 December 2027?")
    opener = page.get_by_role("button", name="Open this question")
    expect(opener).to_be_enabled()

    # A typed day is chosen with Enter, and the words follow.
    page.get_by_role("button", name="Next step").click()
    day = page.get_by_role("textbox", name="Another day")
    day.fill("30 June 2028")
    day.press("Enter")
    expect(page.get_by_role("radio", name="30 Jun 2028")).to_be_checked()
    page.get_by_role("radio", name="1 Question and criteria").click()
    expect(question).to_have_value("Will Arland sign the river treaty by 30 June 2028?")
    expect(page.get_by_role("textbox", name="What decides it")).to_have_value(
        re.compile("30 June 2028")
    )
    page.get_by_role("radio", name="2 Window, source, base rate").click()
    visitor.settle()
    page.get_by_role("textbox", name="How often has this happened before?").fill("6 of 11 years")
    expect(page.get_by_text("It starts at 54")).to_be_visible()
    visitor.settle()
    page.get_by_text("Ask for several days").click()
    page.get_by_role("button", name="31 Dec 2028").click()
    visitor.settle()
    visitor.picture("draft")
    page.get_by_role("button", name=re.compile(r"Open 2.questions")).click()
    expect(page.get_by_text(re.compile("2.questions are open"))).to_be_visible()
    expect(sentence(page, "Arland will sign")).to_have_accessible_name(
        re.compile("2 open questions")
    )
    expect(page.get_by_text("1 of 3 forward-looking sentences became a question")).to_be_visible()


def test_a_draft_fits_the_screen_is_kept_and_discarded(visitor: Visitor) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 1440, "height": 900})
    visitor.open("/essay?e=dam")
    dam = sentence(page, "The dam will hold")
    undecided = sentence(page, "The lake will rise")
    assert undecided.evaluate("e => getComputedStyle(e).textDecorationStyle") == "dashed"
    dam.click()
    page.get_by_role("button", name="Draft a question").click()
    expect(page.get_by_text("Still to fill in: what decides it, the source.")).to_be_visible()
    for step in ("3 Signposts", "2 Window, source, base rate", "1 Question and criteria"):
        page.get_by_role("radio", name=step).click()
        visitor.settle()
        expect(page.get_by_role("button", name="Save draft")).to_be_in_viewport(ratio=1)
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0
    gap = page.get_by_role("textbox", name="What decides it", exact=True)
    gap.fill("The gauge of the dam shows no leak")
    page.keyboard.press("Tab")
    expect(page.get_by_text("the gauge of the dam shows no leak. NO otherwise.")).to_be_visible()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft saved", exact=True)).to_be_visible()
    page.reload()
    visitor.settle()
    expect(gap).to_have_value("The gauge of the dam shows no leak")
    expect(dam.locator(".mark")).to_have_text("✎")
    page.get_by_role("button", name="Next step").click()
    page.get_by_role("textbox", name="Source", exact=True).fill("Office of dams")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Open this question")).to_be_enabled()
    page.get_by_role("button", name="Discard draft").click()
    expect(page.get_by_text("Draft discarded: “The dam will hold")).to_be_visible()
    expect(page.get_by_role("button", name="Draft a question")).to_be_visible()
    # Another essay is uploaded as a file.
    visitor.go("/essays")
    page.get_by_text("Add an essay").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "bridge.txt", "mimeType": "text/plain", "buffer": UPLOADED}
    )
    expect(page.get_by_text("bridge.txt")).to_be_visible()
    expect(page.get_by_test_id("stFileChipIconSpinner")).to_have_count(0)
    visitor.settle()
    page.get_by_role("button", name="Add this essay").click()
    expect(page.get_by_text("Borland will open the bridge by").first).to_be_visible()
    visitor.settle()
