"""The pages of essays: all of them, one with its record, and a sentence that becomes a question."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from forecasts.essays.draft import with_wording
from forecasts.essays.draft_fields import split_sources
from forecasts.evidence.evidence import Direction
from tests.builders import DAY, FakeClock, a_set
from tests.dashboard.pages import button, field, open_page, plain, seen, sent_rows, words
from tests.essays.opening import open_claim
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
SIGNS_ASKED = "Will Arland sign the river treaty by 31 December 2027?"
RATIFIES = "Will the parliament of Arland ratify the river treaty by 31 December 2027?"
INFLATION = "Inflation in Norway will fall below 3 percent by the end of 2027."
MEASURE = "the twelve-month change in consumer prices in Norway"


@pytest.fixture
def essay(tracker: Tracker) -> Tracker:
    """A tracker with an essay of three claims."""
    tracker.essays.add(
        NewEssay("river", "The river treaty", TEXT, "pasted", published="November 2026")
    )
    return tracker


def text_shown(visit: AppTest) -> dict[str, Any]:
    """What the browser is handed to draw the essay with."""
    (reader,) = [
        e for e in visit.get("bidi_component") if e.proto.component_name.endswith("reader")
    ]
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


def choose(visit: AppTest, label: str, chosen: object) -> AppTest:
    (pills,) = [b for b in visit.button_group if b.label == label]
    return seen(pills.set_value(chosen).run())


def step(visit: AppTest, number: int) -> AppTest:
    """The draft at one of its three steps."""
    return choose(visit, "Step", number)


def days(visit: AppTest, first: str, *further: str) -> AppTest:
    visit = choose(step(visit, 2), "Last day that counts (UTC)", first)
    label = "The same question opens for each of these days, too"
    return choose(visit, label, list(further)) if further else visit


def pick(visit: AppTest, index: int) -> AppTest:
    (radio,) = visit.radio
    return seen(radio.set_value(index).run())


def kind(visit: AppTest, chosen: str) -> AppTest:
    return choose(step(visit, 1), "Type of answer", chosen)


def completed(visit: AppTest) -> AppTest:
    """The draft with its base rate."""
    return say(step(visit, 2), "How often has this happened before?", "3 of 10 comparable treaties")


# All essays


def test_every_essay_is_a_row_with_coverage_and_records(essay: Tracker) -> None:
    essay.question_sets.load(a_set())
    rows = {row["id"]: row for row in sent_rows(open_page(essay, "essays"), "Essays")}
    river, other = rows.pop("river"), rows.popitem()[1]
    assert (river["title"]["text"], river["title"]["href"]) == ("The river treaty", "essay?e=river")
    assert (river["published"]["text"], river["standing"]["text"]) == (
        "November 2026",
        "Nothing has been asked yet.",
    )
    assert plain(river["unasked"]["text"]) == "3 claims"
    assert other["title"]["text"] == "Why they will meet"
    assert plain(other["standing"]["text"]).startswith("No answer yet; 1 claim is open")
    assert other["unasked"]["text"] == ""


def test_essay_is_pasted_or_uploaded(tracker: Tracker) -> None:
    # An essay is pasted and opened.
    visit = open_page(tracker, "essays")
    field(visit, "Title").set_value("The river treaty")
    field(visit, "Published").set_value("November 2026")
    field(visit, "Text").set_value(TEXT)
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
    field(visit, "Text").set_value(TEXT)
    (uploader,) = visit.file_uploader
    seen(uploader.set_value(("treaty.md", TEXT.encode(), "text/markdown")).run())
    press(visit, "Add this essay")
    assert "remove one of them" in error(visit)


def test_incomplete_essay_is_refused_and_nothing_is_lost(tracker: Tracker) -> None:
    for title, text, reason in (
        ("", TEXT.partition("\n\n")[2], "the essay has no title yet"),
        ("Treaties", "  ", "there is no text yet"),
        ("Treaties", "123 456", "holds no words"),
    ):
        visit = open_page(tracker, "essays")
        field(visit, "Title").set_value(title)
        field(visit, "Text").set_value(text)
        press(visit, "Add this essay")
        assert reason in error(visit).lower().replace("the pasted text ", "")
        assert field(visit, "Title").value == title
        assert field(visit, "Text").value == text
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
    assert "“will” · explicit prediction · stated with certainty" in said
    # From a sentence one goes on to the next without a question.
    visit = press(open_page(essay, "essay", e="river"), "Next unasked sentence")
    assert text_shown(visit)["selected"] == SIGNS
    visit = press(visit, "Next unasked sentence")
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
            prior="30%",
        )
        open_claim(tracker, made, SIGNS, override="It is only a test.")
    clock.time += 21 * DAY
    tracker.resolutions.resolve(
        "soon", "yes", source_url="https://arland.example", known_at=clock.time
    )


def test_record_of_an_essay(essay: Tracker, clock: FakeClock) -> None:
    # The verdict stands at the top and says how little it rests on.
    asked_of(essay, clock)
    said = words(at(essay, SIGNS))
    assert "1 of 1 came true (100%; 95% CI" in said
    assert "1 of 3 forward-looking sentences became a question" in said
    assert "Looking back" not in said
    # Each answered claim stands in a list beside its chance.
    visit = open_page(essay, "essay", e="river", details="Claim by claim")
    (score,) = sent_rows(visit, "Answered claims: Live")
    assert [plain(score[name]["text"]) for name in ("came", "chance", "skill")] == [
        "1 of 1",
        "30%",
        "+70",
    ]
    said = words(visit)
    assert "**Live.** 1 of 1 came true" in said
    assert "1 claim is too few to judge by" in said
    assert "Skill: +0.7 claims (95% interval" in said
    # The questions of a sentence stand beside it.
    visit = at(essay, SIGNS)
    assert pieces(visit)["Arland will sign the river treaty by the end of 2027."]["mark"] == "✓"
    said = words(visit)
    assert "Came true (1 of 1); " in said
    assert "Resolved YES" in said
    rows = sent_rows(visit, "Questions of this sentence")
    assert [row["title"]["href"] for row in rows] == ["question?q=soon", "question?q=later"]
    assert button(visit, "Draft another question")


def test_a_sure_test_is_marked_where_it_stands(essay: Tracker) -> None:
    from tests.lives import an_asked

    sure = an_asked("sure", essay_id="river", prior="97%", prior_reason="29 of 30", bears_out="yes")
    open_claim(essay, sure, SIGNS, override="It is only a test.")
    visit = at(essay, SIGNS)
    assert pieces(visit)["Arland will sign the river treaty by the end of 2027."]["mark"] == "97%*"
    said = words(visit)
    assert "says little: could hardly fail, 97% sure by its base rate" in said
    said = words(open_page(essay, "essay", e="river", details="Claim by claim"))
    assert "1 of 1 test could hardly fail." in said


def test_two_essays_are_compared(essay: Tracker, clock: FakeClock) -> None:
    assert "Compare two essays" not in [e.label for e in open_page(essay, "essays").expander]
    essay.essays.add(NewEssay("dam", "The dam", "It will hold by 2028.", "pasted"))
    asked_of(essay, clock)
    visit = open_page(essay, "essays")
    visit.session_state["compare"] = True
    said = words(seen(visit.run()))
    assert "Too few to compare:" in said
    assert "Looking back. Neither has an answer yet." in said.replace("*", "")
    first, second = visit.selectbox
    seen(second.set_value(first.value).run())
    assert "Pick two different essays." in words(visit)


# An essay without its text


def test_essay_without_its_text(tracker: Tracker) -> None:
    # An essay whose text is not kept shows its quotes and how to add a copy.
    tracker.question_sets.load(a_set())
    visit = at(tracker, 120, "essay")
    said = words(visit)
    assert "The full text isn’t included (copyright)." in said
    (claim,) = sent_rows(visit, "Claims")
    assert claim["title"]["href"] == "essay?e=essay&s=120"
    assert "“they will meet”" in said
    assert not [b for b in visit.button if b.label == "Draft a question"]
    # Ones own copy of a text is added under the same name.
    visit = open_page(tracker, "essay", e="essay", details="Text")
    assert "tracker essay add FILE --name essay" in words(visit)
    field(visit, "Text").set_value("x" * 110 + " surely they will meet in 2027. It will rain.")
    visit = press(visit, "Save this text")
    assert "It will rain." in pieces(visit)
    assert tracker.essays.get("essay").text is not None


# A draft


def test_a_gap_is_an_empty_field_without_findings(essay: Tracker) -> None:
    visit = drafted(essay, HOLDS)
    said = words(visit)
    assert "Still to fill in: what decides it, the source." in said
    assert "[…" not in said
    assert "Needs fixing" not in said
    assert button(visit, "Open this question").disabled
    assert not [b for b in visit.button if b.label.startswith("Ask the model")]
    visit = say(visit, "What decides it", "The dam shows no leak. Seepage does not count.")
    assert "YES if, between 1 December 2026 and" in words(visit)
    assert "(UTC), the dam shows no leak. Seepage does not count. NO otherwise." in words(visit)
    visit = say(step(visit, 2), "Source", "Arland Dam Office")
    assert "Still to fill in" not in words(visit)
    assert field(visit, "Fall-back source").value == "Reuters"
    press(visit, "Open this question")
    (opened,) = essay.questions.list()
    assert opened.question.sources == ("Arland Dam Office", "Reuters, as fall-back")
    assert "NO otherwise." in opened.question.criteria


def test_a_filled_gap_moves_with_the_day_and_can_be_edited(essay: Tracker) -> None:
    visit = say(drafted(essay, HOLDS), "What decides it", "The gauge shows no leak.")
    visit = say(step(visit, 2), "Another day", "x")
    assert "“x” is no day ahead. Write 30 April 2027." in words(visit)
    visit = say(visit, "Another day", "30 Apr 2027")
    assert field(visit, "Another day").value == ""
    visit = step(visit, 1)
    assert "and 30 April 2027 (UTC), the gauge" in words(visit)
    assert "until 30 April 2027?" in field(visit, "Question").value
    (edit,) = [b for b in visit.button if b.key and b.key.startswith("own-criteria")]
    visit = seen(edit.click().run())
    assert "and 30 April 2027 (UTC), the gauge" in field(visit, "What decides it").value
    visit = choose(step(visit, 2), "Last day that counts (UTC)", "2028-12-31")
    assert "and 31 December 2028 (UTC), the gauge" in field(step(visit, 1), "What decides it").value


def test_sources_of_the_essay_are_one_click_away(essay: Tracker) -> None:
    visit = say(step(drafted(essay, SIGNS), 2), "Source", "Arland Treaty Office (treaties.example)")
    press(visit, "Open this question")
    visit = step(drafted(essay, HOLDS), 2)
    visit = press(visit, "Arland Treaty Office (treaties.example)")
    assert field(visit, "Source").value == "Arland Treaty Office (treaties.example)"


def test_another_candidate_fills_the_form(tracker: Tracker) -> None:
    tracker.essays.add(NewEssay("river", "Prices", INFLATION, "pasted"))
    visit = drafted(tracker, 0)
    (radio,) = visit.radio
    shown = [plain(option) for option in radio.options]
    rules = tracker.essays.drafts("river", 0)
    assert shown == [draft.plan.text for draft in rules]
    assert shown[0] == f"Will {MEASURE} be below 3 per cent in December 2027?"
    last = len(shown) - 1
    visit = pick(visit, last)
    assert field(visit, "Question").value == shown[last]
    assert field(step(visit, 2), "Source").value == split_sources(rules[last].plan.sources).first
    visit = pick(step(visit, 1), 0)
    assert field(visit, "Question").value == shown[0]
    # Another kind is drafted anew and keeps the closing days.
    visit = kind(days(visit, "2028-12-31"), "numeric")
    assert (
        field(visit, "Question").value == f"What will {MEASURE} be in December 2028, in per cent?"
    )
    assert field(visit, "Unit").value == "per cent"
    assert field(step(visit, 2), "This number").value == 3.0


def test_a_question_opens_from_its_sentence_with_its_lines(essay: Tracker) -> None:
    visit = drafted(essay)
    assert field(visit, "Question").value == SIGNS_ASKED
    said = words(visit)
    assert "Needs fixing" not in said
    assert "Still to fill in" not in said
    visit = completed(visit)
    assert "It starts at 32%: (3 + ½) / (10 + 1)." in words(visit)
    visit = step(visit, 3)
    assert field(visit, "ID").value == "arland-sign-river-treaty"
    sign = "▲ for YES: headlines that would show it, one per line"
    field(visit, sign).set_value("Arland invites Borland to the signing")
    yes = next(w for w in visit.text_input if w.key and "-line-yes-" in w.key)
    assert "treaty" in yes.value
    seen(yes.set_value("Arland signs the river treaty with Borland").run())
    visit = press(visit, "Open this question")
    assert "Draft another question" in [b.label for b in visit.button]
    page, (rules,) = (
        essay.questions.get("arland-sign-river-treaty"),
        essay.essays.drafts("river", SIGNS),
    )
    question = page.summary.question
    assert (question.closes_at, question.bears_out) == (datetime(2028, 1, 1, tzinfo=UTC), "yes")
    assert (question.criteria, question.sources) == (rules.plan.criteria, rules.plan.sources)
    assert question.prior_reason == "3 of 10 comparable treaties"
    assert [claim.offset for claim in page.claims] == [SIGNS]
    (post,) = page.indicators.values()
    assert (post.direction, post.examples) == (Direction.YES, (post.name,))
    lines = essay.questions.get_statements("arland-sign-river-treaty").compiled
    assert lines.statements[0].yes == "Arland signs the river treaty with Borland"
    assert pieces(visit)["Arland will sign the river treaty by the end of 2027."]["look"] == "open"


def test_several_closing_days_open_a_question_each(essay: Tracker) -> None:
    visit = days(completed(drafted(essay)), "2027-12-31", "2028-12-31")
    assert "by 31 December 2028?" in words(visit)
    press(visit, "Open 2 questions")
    found = {q.question.id: q.question for q in essay.questions.list()}
    assert set(found) == {"arland-sign-river-treaty-2027", "arland-sign-river-treaty-2028"}
    assert found["arland-sign-river-treaty-2028"].text.endswith("by 31 December 2028?")  # type: ignore[index]
    (bound,) = essay.links.coherence().links
    assert (bound.kind, bound.title) == ("dates", "Will Arland sign the river treaty?")
    assert bound.labels == ("by 31 Dec 2027", "by 31 Dec 2028")


def test_what_blocks_is_overridden_with_a_reason(essay: Tracker) -> None:
    visit = say(drafted(essay), "Question", "Should Arland sign the treaty by 31 December 2027?")
    assert "Needs fixing." in words(visit)
    assert button(visit, "Open this question").disabled
    say(visit, "Override: reason", "It is only a test.")
    press(visit, "Open this question")
    (opened,) = essay.questions.list()
    assert essay.questions.get(opened.question.id).override
    assert essay.system.verify().bad_seq is None


def test_draft_is_kept_and_comes_back(essay: Tracker) -> None:
    visit = days(say(drafted(essay), "Question", "Will Arland sign?"), "2028-12-31")
    assert field(step(visit, 1), "Question").value == "Will Arland sign?"
    press(visit, "Save draft")
    again = at(essay, SIGNS)
    assert "Saved by" in words(again)
    assert field(again, "Question").value == "Will Arland sign?"
    assert pieces(again)["Arland will sign the river treaty by the end of 2027."]["mark"] == "✎"


HALF_KEPT: list[dict[str, Any]] = [
    {
        "slot-actor": "The parliament", "slot-deadline": "31 December 2027", "indicators": 2,
        "indicator-0-name": "They talk", "text": "Will the parliament sign by 31 December 2027?",
        "kind": "binary", "horizons": ["2027-12-31"],
    },
    {"kind": "date", "horizons": [], "compared": "by", "bound-day": "2027-12-31"},
    {"pick": 7, "text": "Will it?", "horizons": ["2020-01-01", "2028-06-30"]},
    {"text": None, "horizons": None, "pick": None, "drafted-day": None},
    {},
]  # fmt: skip


def test_any_draft_that_was_kept_opens(essay: Tracker) -> None:
    for fields in HALF_KEPT:
        essay.essays.save_draft("river", SIGNS, fields)
        visit = at(essay, SIGNS)
        assert "Saved by" in words(visit)
        assert not visit.error
        assert field(visit, "Question").value == (
            fields.get("text") or field(visit, "Question").value
        )
    assert field(step(visit, 3), "ID").value


def test_discarding_closes_the_draft_and_can_be_undone(essay: Tracker) -> None:
    press(say(drafted(essay), "Question", "Will Arland sign?"), "Save draft")
    visit = press(at(essay, SIGNS), "Discard draft")
    assert button(visit, "Draft a question")
    assert "Draft discarded: “Arland will sign the river treaty" in words(visit)
    assert not essay.essays.get("river").drafts
    visit = press(visit, "Undo")
    assert field(at(essay, SIGNS), "Question").value == "Will Arland sign?"


def test_a_draft_becomes_a_question_of_another_kind(essay: Tracker) -> None:
    visit = kind(say(step(drafted(essay), 3), "ID", "treaty"), "categorical")
    assert "Fill in at least two options." in words(visit)
    assert "1 Question and criteria (2 to fill in)" in steps(visit)
    field(visit, "Options, one per line").set_value("Beijing\nMinsk\nOther")
    say(visit, "What decides it", "it signs")
    visit = say(step(visit, 2), "Source", "Arland Gazette")
    if any(w.label == "Override: reason" for w in visit.text_input):
        say(visit, "Override: reason", "It is only a test.")
    press(visit, "Open this question")
    question = essay.questions.get("treaty").summary.question
    assert (question.kind, question.bears_out) == ("categorical", "")


def test_what_is_missing_or_wrong_is_said_at_its_field(essay: Tracker) -> None:
    visit = say(kind(drafted(essay), "numeric"), "To", None)
    assert "Fill in the range." in words(visit)
    visit = say(say(visit, "From", 9.0), "To", 3.0)
    assert "Fill in the range." not in words(visit)
    assert ":material/error:" in words(visit)
    assert button(visit, "Open this question").disabled


def steps(visit: AppTest) -> list[str]:
    (group,) = [b for b in visit.button_group if b.label == "Step"]
    return list(group.options)


# Setting aside


def test_sentence_is_set_aside_with_its_reason(essay: Tracker) -> None:
    # Nothing is set aside without a reason.
    visit = press(at(essay, HOLDS), "Mark as untestable")
    assert "say why it cannot be tested" in error(visit).lower()
    # A sentence is set aside with its reason and taken up again.
    visit = say(at(essay, HOLDS), "Why can it not be tested?", "It names no time.")
    visit = press(visit, "Mark as untestable")
    assert pieces(visit)["The dam will hold."]["look"] == "rejected"
    assert "Untestable: It names no time." in words(visit)
    visit = press(visit, "Restore")
    assert pieces(visit)["The dam will hold."]["look"] == "no-question-yet"


# A model


@pytest.fixture
def advised(essay: Tracker, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    """A tracker with a model that drafts a question, and another that is left out."""
    essay.settings = replace(essay.settings, model_url="http://127.0.0.1:9/v1", model_name="m")
    (rules,) = essay.essays.drafts("river", SIGNS)
    made = replace(with_wording(rules, text=RATIFIES), by="model:m")
    result = Proposal((made,), ("“Will it?”: trivial",), "m")
    monkeypatch.setattr(EssayService, "propose", lambda self, essay_id, offset: result)
    return essay


def test_a_question_of_a_model_is_chosen_like_any_other(
    advised: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = press(drafted(advised), "Ask the model for more")
    assert field(visit, "Question").value == SIGNS_ASKED
    assert "Left out “Will it?”: trivial" in words(visit)
    visit = pick(visit, 1)
    assert field(visit, "Question").value == RATIFIES
    press(visit, "Save draft")
    again = at(advised, SIGNS)  # where the model has not been asked
    assert field(again, "Question").value == RATIFIES
    # A model that does not answer is one calm line.
    failure = LlmFailure("the model did not answer")
    monkeypatch.setattr(EssayService, "propose", lambda self, essay_id, offset: failure)
    again = press(again, "Ask the model for more")
    assert "The model did not answer." in words(again)
    press(again, "Open this question")
    (asked,) = advised.questions.list()
    assert asked.question.text == RATIFIES


def test_criteria_name_the_source_that_is_typed(tracker: Tracker) -> None:
    tracker.essays.add(NewEssay("river", "Trams", "Ann Oar will lose 20 trams by 2028.", "x"))
    visit = drafted(tracker, 0)
    assert (
        "at least two of Reuters, AP and AFP report that" in field(visit, "What decides it").value
    )
    visit = say(step(visit, 2), "Source", "Arland Trade Office, register")
    criteria = field(step(visit, 1), "What decides it").value
    assert "YES if Arland Trade Office reports that" in criteria
    visit = say(step(visit, 2), "Source", "Arland Tram Board")
    press(visit, "Open this question")
    (opened,) = tracker.questions.list()
    assert opened.question.sources[0] == "Arland Tram Board"
    assert opened.question.criteria.startswith("YES if Arland Tram Board reports that, between")
