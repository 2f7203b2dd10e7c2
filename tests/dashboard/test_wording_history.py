"""How a question came to read as it does: versions and diffs, the linter, taking back, and answers
from memory.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.components.probability_marks import vertical_rules_frame
from dashboard.question.history import describe_act
from dashboard.question.resolving import form_values, list_outcomes
from dashboard.question.wording_history import has_human_forecast, list_rewordings
from dashboard.wording.questions import count_flaws, diff_markdown, flaw_line, override_line
from forecasts.linting.lint import Flaw
from forecasts.question_sets.question_set import PastResolution
from forecasts.questions.amendments import (
    QuestionEdit,
    QuestionVersion,
    diff_words,
    list_question_versions,
)
from forecasts.questions.question import SUGGESTION, ForecasterId, Question, QuestionId
from tests.builders import DAY, FakeClock, a_question, a_set
from tests.builders import NOW as BUILT
from tests.dashboard.examples import (
    ME,
    NOW,
    OPENS,
    PRICE,
    QUESTION,
    TREATY,
    VISIT_TO,
    act,
    days,
    page,
)
from tests.dashboard.pages import button, field, give_answer, open_page, plain, seen, words
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.model.audit import Override, UncheckedAnswer

SUMMIT = "summit-2027"
OTHERS = "Reuters"


def an_edit(at: int, why: str = "clearer", **changes: object) -> QuestionEdit:
    said = {
        "text": QUESTION.text,
        "criteria": QUESTION.criteria,
        "sources": QUESTION.sources,
        **changes,
    }
    return QuestionEdit(QUESTION.id, OPENS + days(at), ME, why, **said)  # type: ignore[arg-type]


TWICE = list_question_versions(
    QUESTION,
    [an_edit(10, criteria="YES if both are in one building."), an_edit(20, sources=(OTHERS, "AP"))],
)

# Frames and words


def test_rewordings() -> None:
    # Each later wording tells only what it changed.
    second, first = list_rewordings(
        list_question_versions(
            QUESTION, [an_edit(10, criteria="YES!"), an_edit(20, criteria="YES!", text="A?")]
        )
    )
    assert [(c.part, second.version.number) for c in second.changes] == [("The question", 3)]
    assert [(c.part, first.version.number) for c in first.changes] == [("How it is resolved", 2)]
    assert list_rewordings(list_question_versions(QUESTION, [])) == ()
    # A diff is told by more than colour and its words are inert.
    said = diff_markdown(diff_words("in one room", "in one *building*"))
    assert said == r"in one :orange-background[~~room~~] :blue-background[**\*building\***]"
    # Each forecast is marked with the wording that it was made on.
    acts = tuple(act(n, 0.4, OPENS + days(at)) for n, at in enumerate((5, 10, 15, 25)))
    worded = page(versions=TWICE, acts=acts)
    assert [describe_act(worded, each)[1] for each in acts] == [
        "wording 1", "wording 2", "wording 2", "wording 3",
    ]  # fmt: skip
    once = page(versions=TWICE[:1], acts=acts)
    assert [describe_act(once, each)[1] for each in acts] == ["", "", "", ""]
    # The chart has a rule where the question was worded anew.
    assert list(vertical_rules_frame(page(versions=TWICE), NOW)["what"]) == [
        "reworded",
        "reworded",
    ]
    early = vertical_rules_frame(page(versions=TWICE), OPENS + days(15))
    assert list(early["what"]) == ["reworded"]
    # What is computed counts as nobody.
    assert not has_human_forecast(page(acts=(act(1, 0.5, OPENS, SUGGESTION),)))
    assert has_human_forecast(
        page(acts=(act(1, 0.5, OPENS, SUGGESTION), act(2, None, OPENS, ForecasterId("ana"))))
    )
    # Versions at one instant keep their order.
    both = list_question_versions(QUESTION, [an_edit(10, text="A?"), an_edit(10, text="B?")])
    assert [each.version.text for each in list_rewordings(both)] == ["B?", "A?"]
    assert isinstance(both[0], QuestionVersion)
    assert (
        vertical_rules_frame(page(versions=both), OPENS + timedelta(days=30))["what"]
        .tolist()
        .count("reworded")
        == 2
    )


def test_findings_and_overrides_in_words() -> None:
    # Findings are counted and told with what to write.
    blocks = Flaw(
        "vague-word", "blocking", "text", "“significantly” means many things", "name a number"
    )
    advice = replace(blocks, severity="advice")
    assert count_flaws([]) == "no problems"
    assert plain(count_flaws([blocks, blocks, advice])) == "2 must be fixed, 1 suggestion"
    assert flaw_line(blocks) == "Must fix: “significantly” means many things. Name a number."
    assert flaw_line(advice).startswith("Suggestion: ")
    # An override names who and why and what the linter said.
    override = Override(QUESTION.id, ("no-deadline", "gone-code"), "the treaty says it", ME, NOW)
    said = override_line(override, opened=True, by="you", on="1 Jul 2026")
    assert said.startswith(
        "Opened against the linter by you on 1 Jul 2026, because: The treaty says it."
    )
    assert said.endswith("in which the question ends. gone-code")
    assert override_line(override, opened=False, by="you", on="").startswith("Edited against")


# The page


@pytest.fixture
def asked(tracker: Tracker) -> Tracker:
    """A tracker with one question that nobody has forecast."""
    tracker.question_sets.load(a_set())
    return tracker


def question_tab(tracker: Tracker, question_id: str = SUMMIT):  # type: ignore[no-untyped-def]
    return open_page(tracker, "question", q=question_id, details="Criteria")


def reworded(tracker: Tracker, clock: FakeClock) -> Question:
    clock.advance(days=1)
    criteria = f"{a_question().criteria} A meeting by video does not count."
    return tracker.questions.edit(SUMMIT, Wording(criteria=criteria), why="Borland prefers video.")


def test_first_and_second_wording(asked: Tracker, clock: FakeClock) -> None:
    # A question in its first wording has no history of it.
    text = words(question_tab(asked))
    assert "Edited" not in text
    assert "Wording 1" not in text
    # A question that was worded anew shows when why and what.
    asked.forecasts.submit(SUMMIT, "40%", rationale="first")
    reworded(asked, clock)
    asked.forecasts.submit(SUMMIT, "30%", rationale="second")
    text = words(question_tab(asked))
    assert "Wording 2 of 2, since 2 Dec 2026" in text
    assert "Edited on 2 Dec 2026, 09:30 UTC, just now by you: Borland prefers video." in text
    assert ":blue-background[**A meeting by video does not count.**]" in text
    assert text.index("wording 2 ·") < text.index("second") < text.index("wording 1 ·")


def anew(tracker: Tracker, question_id: str = SUMMIT):  # type: ignore[no-untyped-def]
    visit = question_tab(tracker, question_id)
    visit.session_state["wording-anew"] = True
    return seen(visit.run())


def test_wording_form(asked: Tracker) -> None:
    # A wording needs its reason and a change.
    visit = anew(asked)
    seen(button(visit, "Edit wording").click().run())
    assert "Say why the wording changes" in words(visit)
    field(visit, "Reason for the change").set_value("I feel like it.")
    seen(button(visit, "Edit wording").click().run())
    assert "Nothing has changed" in words(visit)
    assert len(asked.questions.get(SUMMIT).versions) == 1
    # The form words a question anew.
    visit = anew(asked)
    assert field(visit, "Question").value == a_question().text
    field(visit, "Sources, one per line").set_value(
        "arland.example\nborland.example\nReuters, as fall-back"
    )
    field(visit, "Reason for the change").set_value("Borland has a site, too.")
    seen(button(visit, "Edit wording").click().run())
    found = asked.questions.get(SUMMIT)
    assert found.summary.question.sources == (
        "arland.example",
        "borland.example",
        "Reuters, as fall-back",
    )
    assert [(v.number, v.by, v.why) for v in found.versions[1:]] == [
        (2, "ada", "Borland has a site, too.")
    ]
    assert found.versions[1].criteria == a_question().criteria


def test_wording_that_the_linter_blocks_needs_a_reason(asked: Tracker) -> None:
    visit = anew(asked)
    vague = "Will relations of Arland and Borland improve significantly by 30 June 2027?"
    field(visit, "Question").set_value(vague).run()
    assert "Must fix:" in words(visit)
    field(visit, "Reason for the change").set_value("Broader.")
    seen(button(visit, "Edit wording").click().run())
    assert "stranger could not resolve" in words(visit)
    field(visit, "Override: reason").set_value("Our panel judges it.")
    seen(button(visit, "Edit wording").click().run())
    assert asked.questions.get(SUMMIT).summary.question.text == vague
    text = words(question_tab(asked))
    assert "Edited against the linter by you on 1 Dec 2026, because: Our panel judges it." in text


def test_linter_on_the_question_tab(asked: Tracker, clock: FakeClock) -> None:
    assert any(
        plain(e.label).startswith("Resolvability check:") for e in question_tab(asked).expander
    )
    clock.time = a_question().resolves_at + DAY
    assert not any("stranger" in e.label for e in question_tab(asked).expander)
    asked.resolutions.resolve(
        SUMMIT, "no", source_url="https://arland.example/x", known_at=a_question().closes_at
    )
    visit = question_tab(asked)
    assert "so its wording can no longer be edited" in words(visit)
    assert not any(e.label == "Edit wording" for e in visit.expander)


def test_question_without_forecasts_can_be_taken_back(asked: Tracker) -> None:
    visit = question_tab(asked)
    seen(button(visit, "Withdraw the question").click().run())
    assert "is not taken back without a reason" in words(visit)
    field(visit, "Reason").set_value("Asked twice.")
    button(visit, "Withdraw the question").click().run()
    assert asked.questions.list() == ()


def test_question_with_a_forecast_can_only_be_annulled(asked: Tracker) -> None:
    asked.forecasts.submit(SUMMIT, "40%", rationale="first")
    visit = question_tab(asked)
    assert "resolve it as annulled" in words(visit)
    assert not [b for b in visit.button if b.label == "Withdraw the question"]


# Answers from memory


def from_memory(question: Question, outcome: str, answer: str = "") -> UncheckedAnswer:
    return UncheckedAnswer(
        question.id, outcome, answer, "https://example.org", "by heart", NOW, NOW
    )


def test_remembered_answer_fills_the_form() -> None:
    # An answer from memory goes into the inputs of its kind.
    for question, outcome, answer, found in (
        (QUESTION, "yes", "", ("yes", "", None)),
        (QUESTION, "annulled", "", ("annulled", "", None)),
        (VISIT_TO, "answered", "Minsk", ("option", "option", "Minsk")),
        (PRICE, "answered", "141.5", ("value", "number", "141.5")),
        (PRICE, "answered", "above", ("above", "", None)),
        (TREATY, "answered", "never", ("never", "", None)),
    ):
        assert form_values(question, from_memory(question, outcome, answer)) == found
        assert found[0] in list_outcomes(question)
    # A day from memory is a day in the form.
    outcome, name, value = form_values(TREATY, from_memory(TREATY, "answered", "2026-03-05"))
    assert (outcome, name, str(value)) == ("value", "date", "2026-03-05")


@pytest.fixture
def remembered(asked: Tracker, clock: FakeClock) -> Tracker:
    """The question has closed, and its set believes to know the answer."""
    known = BUILT + 100 * DAY
    clock.time = a_question().closes_at + DAY
    past = PastResolution(
        QuestionId(SUMMIT),
        "yes",
        known,
        known,
        "https://arland.example/met",
        "They met, I think.",
        needs_check=True,
    )
    asked.question_sets.note_unchecked(past)
    return asked


def test_answer_from_memory_needs_a_check(remembered: Tracker) -> None:
    # An answer from memory is shown and does not count.
    visit = open_page(remembered, "question", q=SUMMIT, details="Resolve early")
    text = words(visit)
    assert "Not checked, and not counted: YES" in text
    assert "They met, I think." in text
    assert remembered.questions.get(SUMMIT).summary.resolution is None
    # A click fills the form with it and a person still has to say that they checked.
    seen(button(visit, "Use this answer").click().run())
    assert field(visit, "Source").value == "https://arland.example/met"
    assert field(visit, "Note").value == "They met, I think."
    seen(button(visit, "Preview the scores").click().run())
    assert "Confirm that you checked the source" in words(visit)
    assert remembered.questions.get(SUMMIT).summary.resolution is None
    visit.checkbox[0].check()
    give_answer(visit)
    resolution = remembered.questions.get(SUMMIT).summary.resolution
    assert resolution is not None
    assert (resolution.outcome, resolution.known_at) == ("yes", BUILT + 100 * DAY)
    assert "Not checked" not in words(
        open_page(remembered, "question", q=SUMMIT, details="Resolve early")
    )
