"""The pages of essays: all of them, one with its record, and a sentence that becomes a question."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from forecasts.essays.draft import DraftSlots
from forecasts.evidence.evidence import Direction
from tests.builders import DAY, FakeClock, a_set
from tests.dashboard.pages import button, field, open_page, plain, seen, words
from tracker.app.essays import EssayService
from tracker.app.tracker import Tracker
from tracker.llm.draft_proposals import Proposal
from tracker.llm.llm_messages import LlmFailure
from tracker.model.essays import NewEssay

TEXT = """The river treaty

Arland will sign the river treaty by the end of 2027. Prices fell in May. Borland may leave the customs union in 2028.

The dam will hold.
"""
SIGNS = TEXT.index("Arland")
LEAVES = TEXT.index("Borland")
HOLDS = TEXT.index("The dam")


@pytest.fixture
def essay(tracker: Tracker) -> Tracker:
    """A tracker with an essay of three claims."""
    tracker.essays.add(
        NewEssay("river", "The river treaty", TEXT, "pasted", published="November 2026")
    )
    return tracker


def text_shown(visit: AppTest) -> dict[str, Any]:
    """What the browser is handed to draw the essay with."""
    (reader,) = visit.get("bidi_component")
    found: dict[str, Any] = json.loads(reader.proto.json)
    return found


def pieces(visit: AppTest) -> dict[str, dict[str, Any]]:
    """The sentences that are shown, by their text."""
    return {piece["text"]: piece for block in text_shown(visit)["blocks"] for piece in block}


def at(tracker: Tracker, offset: int, essay: str = "river") -> AppTest:
    return open_page(tracker, "essay", e=essay, s=str(offset))


def press(visit: AppTest, label: str) -> AppTest:
    return seen(button(visit, label).click().run())


def say(visit: AppTest, label: str, value: object) -> AppTest:
    return seen(field(visit, label).set_value(value).run())


def error(visit: AppTest) -> str:
    (found,) = visit.error
    return plain(str(found.value))


def drafted(tracker: Tracker, offset: int = SIGNS) -> AppTest:
    return press(at(tracker, offset), "Draft a question")


def days(visit: AppTest, *chosen: str) -> AppTest:
    (pills,) = [b for b in visit.button_group if b.label == "It closes at the end of (UTC)"]
    return seen(pills.set_value(list(chosen)).run())


def completed(visit: AppTest) -> AppTest:
    """The draft with its gaps filled in, so that nothing blocks it."""
    say(visit, "From where on it counts", "both presidents put their names under it")
    say(visit, "Who will report it", "arland.example")
    return say(visit, "How often did this happen before?", "3 of 10 comparable treaties")


# All essays


def test_every_essay_is_a_row_with_coverage_and_records(essay: Tracker) -> None:
    essay.question_sets.load(a_set())
    said = words(open_page(essay, "essays"))
    assert "0 of 3 forward-looking sentences became questions, 3 have no question yet." in said
    assert "Why they will meet" in said
    assert "1 of 1 claim became a question." in said
    assert "nothing answered yet, 1 claim open" in said


def test_essay_is_pasted_or_uploaded(tracker: Tracker) -> None:
    # An essay is pasted and opened.
    visit = open_page(tracker, "essays")
    field(visit, "Title").set_value("The river treaty")
    field(visit, "Published").set_value("November 2026")
    field(visit, "Its text").set_value(TEXT)
    said = words(press(visit, "Add this essay"))
    assert "0 of 3 forward-looking sentences" in said
    page = tracker.essays.get("river-treaty")
    assert (page.essay.title, page.essay.published) == ("The river treaty", "November 2026")
    assert page.text is not None
    assert page.text.text == TEXT
    # An essay comes from a file.
    visit = open_page(tracker, "essays")
    field(visit, "Title").set_value("Treaties")
    (uploader,) = visit.file_uploader
    seen(uploader.set_value(("treaty.md", TEXT.encode(), "text/markdown")).run())
    press(visit, "Add this essay")
    found = tracker.essays.get("treaties").text
    assert found is not None
    assert found.source == "treaty.md"
    # A text and a file at once are refused.
    visit = open_page(tracker, "essays")
    field(visit, "Title").set_value("Treaties")
    field(visit, "Its text").set_value(TEXT)
    (uploader,) = visit.file_uploader
    seen(uploader.set_value(("treaty.md", TEXT.encode(), "text/markdown")).run())
    press(visit, "Add this essay")
    assert "take one of the two away" in error(visit)


def test_incomplete_essay_is_refused_and_nothing_is_lost(tracker: Tracker) -> None:
    for title, text, reason in (
        ("", TEXT.partition("\n\n")[2], "the essay has no title yet"),
        ("Treaties", "  ", "there is no text yet"),
        ("Treaties", "123 456", "holds no words"),
    ):
        visit = open_page(tracker, "essays")
        field(visit, "Title").set_value(title)
        field(visit, "Its text").set_value(text)
        press(visit, "Add this essay")
        assert reason in error(visit).lower().replace("the pasted text ", "")
        assert field(visit, "Title").value == title
        assert field(visit, "Its text").value == text
        assert tracker.essays.list() == ()


# One essay


def test_essay_page(essay: Tracker) -> None:
    # Sentences stand in their paragraphs with a mark for their state.
    visit = at(essay, SIGNS + 10)
    shown = text_shown(visit)
    assert [len(block) for block in shown["blocks"]] == [1, 3, 1]
    assert shown["selected"] == SIGNS
    found = pieces(visit)["Arland will sign the river treaty by the end of 2027."]
    assert (found["look"], found["mark"], found["words"]) == (
        "no-question-yet",
        "?",
        "No question yet",
    )
    assert pieces(visit)["Prices fell in May."]["look"] == "plain"
    assert shown["legend"] == [
        {"look": "no-question-yet", "mark": "?", "words": "no question yet", "count": 3}
    ]
    # The panel tells how a sentence makes its claim.
    said = words(at(essay, SIGNS))
    assert "“Arland will sign the river treaty by the end of 2027.”" in said
    assert "“will” · explicit prediction · sounds 100 % sure" in said
    # From a sentence one goes on to the next without a question.
    visit = press(
        open_page(essay, "essay", e="river"), "Start with the first that has no question yet"
    )
    assert text_shown(visit)["selected"] == SIGNS
    visit = press(visit, "Next without a question")
    assert text_shown(visit)["selected"] == LEAVES
    assert str(LEAVES) in visit.query_params["s"]


# The record


def asked_of(tracker: Tracker, clock: FakeClock) -> None:
    """Two questions from the first sentence, of which one is answered."""
    for name, closes in (("soon", 20), ("later", 400)):
        from tests.lives import an_asked

        made = an_asked(
            name,
            text="Will Arland sign the river treaty?",
            essay_id="river",
            closes_at=clock.time + closes * DAY,
            resolves_at=clock.time + (closes + 1) * DAY,
            bears_out="yes",
        )
        tracker.essays.open_claim(made, SIGNS, override="It is only a test.")
    clock.time += 21 * DAY
    tracker.resolutions.resolve(
        "soon", "yes", source_url="https://arland.example", known_at=clock.time
    )


def test_record_of_an_essay(essay: Tracker, clock: FakeClock) -> None:
    # The verdict stands at the top and says how little it rests on.
    asked_of(essay, clock)
    said = words(at(essay, SIGNS))
    assert "1 of 1 borne out" in said
    assert "1 answer is too few to judge by" in said
    assert "1 of 3 forward-looking sentences became a question" in said
    assert "**Live.**" in said
    assert "Looking back" not in said
    assert "sounded 100 % sure and was right in 100 % of 1 claim: too few to judge by" in said
    # The record by word and by kind is drawn with its numbers.
    charts = open_page(essay, "essay", e="river").get("vega_lite_chart")
    assert len(charts) == 2
    assert "will: 1 of 1 borne out" in charts[0].proto.alt
    # The questions of a sentence stand beside it.
    visit = at(essay, SIGNS)
    assert pieces(visit)["Arland will sign the river treaty by the end of 2027."]["mark"] == "✓"
    said = words(visit)
    assert "Borne out (1 of 1); " in said
    assert "Resolved YES" in said
    links = [link.proto for link in visit.get("page_link")]
    assert (
        sum("q=later" in link.query_string or "q=soon" in link.query_string for link in links) == 2
    )
    assert button(visit, "Draft another question")


def test_before_the_first_answer_the_record_by_word_stays_closed(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    visit = open_page(tracker, "essay", e="essay")
    assert not visit.get("vega_lite_chart")
    visit.session_state["by-word"] = True
    assert len(seen(visit.run()).get("vega_lite_chart")) == 2


# An essay without its text


def test_essay_without_its_text(tracker: Tracker) -> None:
    # An essay whose text is not kept shows its quotes and how to add a copy.
    tracker.question_sets.load(a_set())
    visit = at(tracker, 120, "essay")
    said = words(visit)
    assert "The text is not here" in said
    assert "tracker essay add FILE --name essay" in said
    assert "“they will meet …”" in pieces(visit)
    assert not [b for b in visit.button if b.label == "Draft a question"]
    # Ones own copy of a text is added under the same name.
    visit = open_page(tracker, "essay", e="essay")
    field(visit, "Its text").set_value("x" * 110 + " surely they will meet in 2027. It will rain.")
    visit = press(visit, "Keep this text")
    assert "It will rain." in pieces(visit)
    assert tracker.essays.get("essay").text is not None


# A draft


def test_draft_form(essay: Tracker) -> None:
    # A draft is filled in by the rules.
    visit = drafted(essay)
    assert field(visit, "Who").value == "Arland"
    assert field(visit, "By when").value == "31 December 2027"
    assert (
        field(visit, "Question").value == "Will Arland sign the river treaty by 31 December 2027?"
    )
    assert field(visit, "Short name").value == "arland-sign-river-treaty"
    assert "Blocks it. Still open" in words(visit).replace("*", "")
    # A slot that is changed is put into the question.
    visit = say(drafted(essay), "Who", "The parliament of Arland")
    assert (
        field(visit, "Question").value
        == "Will The parliament of Arland sign the river treaty by 31 December 2027?"
    )
    visit = say(visit, "Who will report it", "arland.example")
    assert "arland.example" in field(visit, "Sources, one a line").value
    # Nothing opens while something blocks it.
    visit = drafted(essay)
    assert button(visit, "Open the question").disabled
    assert not button(completed(visit), "Open the question").disabled
    # Without a closing day the form says so.
    visit = days(completed(drafted(essay)))
    assert "choose at least one day" in words(visit)
    assert button(visit, "Open the question").disabled
    # Without a model nobody offers to ask it.
    assert not [b for b in drafted(essay).button if b.label.startswith("Ask the model")]


def test_a_question_opens_from_its_sentence_with_its_signposts(
    essay: Tracker, clock: FakeClock
) -> None:
    visit = press(completed(drafted(essay)), "Open the question")
    assert "Draft another question" in [b.label for b in visit.button]
    page = essay.questions.get("arland-sign-river-treaty")
    assert page.summary.question.closes_at == datetime(2028, 1, 1, tzinfo=UTC)
    assert page.summary.question.bears_out == "yes"
    assert page.summary.question.prior_reason == "3 of 10 comparable treaties"
    assert [claim.offset for claim in page.claims] == [SIGNS]
    assert {i.direction for i in page.indicators.values()} == {Direction.YES, Direction.NO}
    assert pieces(visit)["Arland will sign the river treaty by the end of 2027."]["look"] == "open"


def test_another_signpost_can_be_written(essay: Tracker) -> None:
    visit = press(completed(drafted(essay)), "Another signpost")
    names = [w for w in visit.text_input if w.label == "Signpost"]
    seen(names[-1].set_value("The president flies to Borland").run())
    headlines = [w for w in visit.text_area if w.label.startswith("Headlines that would say so")]
    seen(headlines[-1].set_value("Arland president flies to Borland").run())
    press(visit, "Open the question")
    found = essay.questions.get("arland-sign-river-treaty").indicators.values()
    assert "The president flies to Borland" in [i.name for i in found]


def test_several_closing_days_open_a_question_each(essay: Tracker) -> None:
    visit = days(completed(drafted(essay)), "2027-12-31", "2028-12-31")
    said = words(visit)
    assert "by 31 December 2028?" in said
    press(visit, "Open 2 questions")
    found = {q.question.id: q.question for q in essay.questions.list()}
    assert set(found) == {"arland-sign-river-treaty-2027", "arland-sign-river-treaty-2028"}
    assert found["arland-sign-river-treaty-2028"].text.endswith("by 31 December 2028?")  # type: ignore[index]
    (bound,) = essay.links.coherence().links
    assert (bound.kind, bound.title) == ("dates", "Will Arland sign the river treaty?")
    assert bound.labels == ("by 31 Dec 2027", "by 31 Dec 2028")


def test_taken_name_keeps_all_days_from_opening(essay: Tracker, clock: FakeClock) -> None:
    from tests.lives import an_asked

    essay.questions.ask(an_asked("treaty-2028"))
    visit = days(say(completed(drafted(essay)), "Short name", "treaty"), "2027-12-31", "2028-12-31")
    press(visit, "Open 2 questions")
    assert "there is a question 'treaty-2028' already" in error(visit).lower()
    assert {q.question.id for q in essay.questions.list()} == {"treaty-2028"}


def test_what_blocks_is_overridden_with_a_reason(essay: Tracker) -> None:
    visit = say(drafted(essay), "Open it all the same, because", "The gaps are closed tomorrow.")
    press(visit, "Open the question")
    assert essay.questions.get("arland-sign-river-treaty")
    assert essay.system.verify().bad_seq is None


def test_draft_is_kept_and_comes_back(essay: Tracker) -> None:
    visit = days(say(drafted(essay), "Question", "Will Arland sign?"), "2028-12-31")
    press(visit, "Save draft")
    again = at(essay, SIGNS)
    assert "Kept by" in words(again)
    assert field(again, "Question").value == "Will Arland sign?"
    assert (
        "31 December 2028" in words(again)
        or "Closes" in words(again)
        or "closes 1 Jan 2029" in words(again)
    )
    assert pieces(again)["Arland will sign the river treaty by the end of 2027."]["mark"] == "✎"


def test_draft_can_be_discarded(essay: Tracker) -> None:
    visit = press(say(drafted(essay), "Question", "Will Arland sign?"), "Discard")
    assert button(visit, "Draft a question")


@pytest.mark.parametrize(
    ("kind", "fill", "bears_out"),
    [
        ("numeric", {"From": 0.0, "To": 90.0, "Unit": "km"}, ""),
        ("categorical", {"Options, one a line": "Beijing\nMinsk\nOther"}, ""),
        ("date", {}, ""),
    ],
)
def test_a_draft_becomes_a_question_of_any_kind(
    essay: Tracker, kind: str, fill: dict[str, object], bears_out: str
) -> None:
    visit = completed(drafted(essay))
    (answer,) = [b for b in visit.button_group if b.label == "The answer is"]
    seen(answer.set_value(kind).run())
    for label, value in fill.items():
        say(visit, label, value)
    if any(w.label == "Open it all the same, because" for w in visit.text_input):
        say(visit, "Open it all the same, because", "It is only a test.")
    press(visit, "Open the question")
    question = essay.questions.get("arland-sign-river-treaty").summary.question
    assert (question.kind, question.bears_out) == (kind, bears_out)


# Setting aside


def test_sentence_is_set_aside_with_its_reason(essay: Tracker) -> None:
    # Nothing is set aside without a reason.
    visit = press(at(essay, HOLDS), "Set it aside")
    assert "say why it cannot be tested" in error(visit).lower()
    # A sentence is set aside with its reason and taken up again.
    visit = say(at(essay, HOLDS), "Why can it not be tested?", "It names no time.")
    visit = press(visit, "Set it aside")
    assert pieces(visit)["The dam will hold."]["look"] == "rejected"
    assert "Rejected: It names no time." in words(visit)
    visit = press(visit, "Take it up again")
    assert pieces(visit)["The dam will hold."]["look"] == "no-question-yet"


# A model


@pytest.fixture
def advised(essay: Tracker, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    """A tracker with a model that proposes a place and a case."""
    from dataclasses import replace

    essay.settings = replace(essay.settings, model_url="http://127.0.0.1:9/v1", model_name="m")
    made = Proposal(
        DraftSlots(actor="The parliament of Arland", place="Arlburg"),
        ("Does a draft treaty count?",),
        "m",
    )
    monkeypatch.setattr(EssayService, "propose", lambda self, essay_id, offset: made)
    return essay


def test_what_a_model_proposes_is_taken_one_by_one(advised: Tracker) -> None:
    visit = press(drafted(advised), "Ask the model for slots and edge cases")
    assert field(visit, "Who").value == "Arland"
    takes = [b for b in visit.button if b.label == "Take"]
    assert len(takes) == 3
    visit = seen(takes[0].click().run())
    assert field(visit, "Who").value == "The parliament of Arland"
    assert "The parliament of Arland" in field(visit, "Question").value
    visit = seen([b for b in visit.button if b.label == "Take"][-1].click().run())
    assert "[… Does a draft treaty count?]" in field(visit, "How it is resolved").value


def test_a_model_that_does_not_answer_is_one_calm_line(
    advised: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        EssayService,
        "propose",
        lambda self, essay_id, offset: LlmFailure("the model did not answer"),
    )
    visit = press(drafted(advised), "Ask the model for slots and edge cases")
    assert "The model did not answer." in words(visit)
