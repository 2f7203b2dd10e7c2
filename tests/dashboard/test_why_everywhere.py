"""One suggestion, told alike by its page, its report, the terminal's values and the API."""

import math

import pytest

from dashboard.wording.numbers import percent_whole
from forecasts.distributions.probability import logit
from forecasts.questions.formatting import capitalise
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.explanation import explain_suggestion
from tests.builders import DAY, NOW, FakeClock, a_question, a_set
from tests.dashboard.pages import open_page, plain, words
from tests.interfaces.api_answers import read_question_json
from tests.test_learning import ANSWERS, a_record, learning_from_few, log
from tracker.app.tracker import Tracker
from tracker.model.json_values import suggestion_record
from tracker.reports.content import Paragraph

__all__ = ["learning_from_few"]


def told_everywhere(tracker: Tracker) -> str:
    """Why the suggestion of the question "open" is what it is, once every output was seen to say
    the same.
    """
    shown = tracker.questions.get("open")
    found = shown.suggestion
    assert isinstance(found, Suggestion)
    sentence = explain_suggestion(found)
    api = read_question_json(tracker, "open")["suggestion"]
    assert api["why"] == sentence
    assert math.fsum(g["log_odds"] for g in api["groups"]) == pytest.approx(
        logit(api["p"]), abs=1e-12
    )
    at_the_terminal = suggestion_record(shown.summary.question, found)
    assert at_the_terminal is not None
    assert [g["name"] for g in at_the_terminal["groups"]] == [g["name"] for g in api["groups"]]
    sections = tracker.reports.build("question", "open").sections
    first = next(s for s in sections if s.heading.startswith("Why the estimate is")).blocks[0]
    assert isinstance(first, Paragraph)
    assert sentence in first.text
    page = words(open_page(tracker, "question", q="open", details="How it adds up"))
    assert plain(capitalise(explain_suggestion(found, percent_whole))) in page
    return sentence


def test_the_correction_says_from_how_many_answers_it_was_learned(
    tracker: Tracker, clock: FakeClock
) -> None:
    a_record(tracker, clock, ANSWERS)
    times = {"opens_at": NOW - DAY, "closes_at": NOW + 90 * DAY, "resolves_at": NOW + 91 * DAY}
    tracker.question_sets.load(a_set(a_question("open", **times)))
    assert "→ no learned correction yet = " in told_everywhere(tracker)
    tracker.learning.fit()
    clock.advance(hours=1)
    # News is told apart from the correction.
    tracker.evidence.review(log(tracker, "open"), "confirmed")
    clock.advance(hours=1)
    sentence = told_everywhere(tracker)
    assert "(1 story) → learned correction +" in sentence
    assert f"(from {len(ANSWERS)} questions)" in sentence
    tracker.learning.decide("shift", "all", "reset")
    assert "no learned correction yet" in told_everywhere(tracker)
