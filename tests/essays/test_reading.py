"""An essay is read with its record over it: how each sentence stands, how much was asked, how its
claims did.
"""

from datetime import timedelta
from typing import Any

import pytest

from forecasts.questions.question import CROWD, PRIOR, SUGGESTION, ForecasterId
from tests.builders import DAY, NOW, FakeClock, a_question, a_set
from tests.essays.essay_examples import HOLDS, LEAVES, PRICES, SIGNS, add, asked_of, states
from tests.essays.opening import open_claim
from tests.lives import SOURCE, an_asked
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.model.essays import NewEssay
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.question_list import board_forecast

WHY = "a question of a test"

MANY = """# Weather

Arland will have rain in 2027. Borland will have snow in 2027. Carland may get hail in 2027.

Darland may get fog in 2027. If it thaws, the dam will break. The dam was built of stone.
"""
LANDS = {
    name: MANY.index(name)
    for name in ("Arland", "Borland", "Carland", "Darland", "If it thaws", "The dam was")
}


@pytest.fixture
def essay(tracker: Tracker) -> Tracker:
    """An essay of which nothing has been asked."""
    add(tracker)
    return tracker


def answered(
    tracker: Tracker, clock: FakeClock, name: str, at: int, answer: str, **changed: Any
) -> None:
    """A question from a sentence, and its answer a day later."""
    open_claim(tracker, asked_of(name, bears_out="yes", **changed), at, override=WHY)
    clock.advance(days=1)
    tracker.resolutions.resolve(name, answer, source_url=SOURCE, known_at=clock.time)


def summary(tracker: Tracker, name: str) -> QuestionSummary:
    return next(row for row in tracker.questions.list() if row.question.id == name)


# How each sentence stands


def test_every_sentence_is_there_in_order_with_its_state(essay: Tracker, clock: FakeClock) -> None:
    essay.essays.reject_claim("river", HOLDS, "no date")
    open_claim(essay, asked_of(prior="30%", bears_out="no"), LEAVES)
    found = essay.essays.get("river").mapped
    assert [one.sentence.offset for one in found] == [0, SIGNS, PRICES, LEAVES, HOLDS]
    assert [one.state for one in found] == [
        "not forward-looking", "no question yet", "not forward-looking", "open", "rejected",
    ]  # fmt: skip
    assert (found[3].question_ids, found[3].p) == (("rain",), pytest.approx(0.7))
    assert (found[4].why, found[4].words) == ("no date", "rejected: no date")


def test_an_answer_shows_over_its_sentence(essay: Tracker, clock: FakeClock) -> None:
    for name, at, answer, state in (
        ("rain", SIGNS, "yes", "borne out"),
        ("snow", LEAVES, "no", "not borne out"),
        ("hail", HOLDS, "annulled", "no answer"),
        ("fog", PRICES, "ambiguous", "no answer"),
    ):
        answered(essay, clock, name, at, answer, opens_at=clock.time)
        assert states(essay)[at] == state


def test_two_contrary_answers_count_half(essay: Tracker, clock: FakeClock) -> None:
    answered(essay, clock, "rain", SIGNS, "yes")
    answered(essay, clock, "snow", SIGNS, "no", opens_at=clock.time)
    open_claim(
        essay,
        asked_of("hail", bears_out="yes", prior="20%", opens_at=clock.time),
        SIGNS,
        override=WHY,
    )
    one = essay.essays.get("river").mapped[1]
    assert (one.state, one.share, one.p) == ("mixed", 0.5, pytest.approx(0.2))
    overall = essay.essays.get("river").live
    assert (overall.claims, overall.answered, overall.borne_out) == (1, 1, 0.5)


def test_the_board_shows_crowd_then_suggestion_then_base_rate(
    essay: Tracker, clock: FakeClock
) -> None:
    open_claim(
        essay, asked_of(prior="30%", bears_out="yes", opens_at=NOW + DAY), SIGNS, override=WHY
    )
    assert board_forecast(summary(essay, "rain")).forecaster.id == PRIOR
    assert essay.essays.get("river").mapped[1].p == pytest.approx(0.3)
    clock.advance(days=2)
    essay.evidence.update_suggestions()
    assert board_forecast(summary(essay, "rain")).forecaster.id == SUGGESTION
    essay.forecasts.submit("rain", "90%")
    essay.forecasts.submit("rain", "90%", forecaster=ForecasterId("ben"))
    assert board_forecast(summary(essay, "rain")).forecaster.id == CROWD
    assert essay.essays.get("river").mapped[1].p == pytest.approx(0.9)


# How much was asked


def test_coverage_counts_the_sentences_that_look_ahead(essay: Tracker) -> None:
    def figures() -> tuple[int, int, int]:
        coverage = essay.essays.get("river").coverage
        return coverage.asked, coverage.rejected, coverage.forward_looking

    assert figures() == (0, 0, 3)
    open_claim(essay, asked_of("rain"), SIGNS)
    open_claim(essay, asked_of("snow"), SIGNS)
    assert figures() == (1, 0, 3)
    essay.essays.reject_claim("river", HOLDS, "no date")
    assert figures() == (1, 1, 3)
    open_claim(essay, asked_of("hail"), PRICES)  # it did not look ahead, until somebody asked
    assert figures() == (2, 1, 4)


def test_an_essay_may_never_look_ahead(tracker: Tracker) -> None:
    add(tracker, "Prices fell in May.")
    assert tracker.essays.get("river").coverage.forward_looking == 0


# How its claims did


def test_the_verdict_counts_claims_beside_chance(tracker: Tracker, clock: FakeClock) -> None:
    add(tracker, MANY)
    later = {"opens_at": NOW, "prior": "40%"}
    answered(tracker, clock, "rain", LANDS["Arland"], "yes", **later)
    answered(tracker, clock, "snow", LANDS["Borland"], "no", **later)
    answered(tracker, clock, "hail", LANDS["Carland"], "yes", **later)
    answered(tracker, clock, "thaw", LANDS["If it thaws"], "annulled", **later)
    open_claim(
        tracker, asked_of("fog", bears_out="yes", prior="40%"), LANDS["Darland"], override=WHY
    )
    record = tracker.essays.get("river").live

    assert (record.answered, record.borne_out, record.open, record.unanswered) == (3, 2.0, 1, 1)
    assert record.mean_chance == pytest.approx(summary(tracker, "fog").standings[SUGGESTION].p)
    assert record.skill is not None
    assert record.skill.is_small_sample
    assert [score.skill for score in record.scores] == [
        pytest.approx(outcome - score.tally.expected)
        for outcome, score in zip((1, 0, 1), record.scores, strict=True)
    ]
    assert "3 claims are too few to judge by." in record.chance_words


def test_a_claim_of_a_sure_test_says_little(essay: Tracker, clock: FakeClock) -> None:
    answered(essay, clock, "rain", SIGNS, "yes", prior="95%", opens_at=NOW)
    page = essay.essays.get("river")
    (sure,) = [sentence for sentence in page.mapped if sentence.question_ids]
    assert (sure.words, sure.says_little) == (
        "came true (1 of 1); says little: could hardly fail",
        True,
    )
    assert page.live.test_words == "1 of 1 test could hardly fail."


def test_two_essays_are_compared(essay: Tracker, clock: FakeClock) -> None:
    essay.essays.add(NewEssay("dam", "The dam", "It will hold by 2028.", "pasted"))
    answered(essay, clock, "rain", SIGNS, "yes", opens_at=NOW)
    compared = essay.essays.compare("river", "dam")
    assert (compared.first.id, compared.second.id) == ("river", "dam")
    assert (compared.live.first.answered, compared.live.second.answered) == (1, 0)
    assert compared.live.is_small_sample
    assert compared.retrospective.difference is None
    with pytest.raises(Refused, match="cannot be compared with itself"):
        essay.essays.compare("river", "river")
    with pytest.raises(NotFound, match="there is no essay nope"):
        essay.essays.compare("river", "nope")


def test_questions_that_look_back_have_a_record_of_their_own(
    essay: Tracker, clock: FakeClock
) -> None:
    past = {"opens_at": NOW - 60 * DAY, "closes_at": NOW - 30 * DAY, "resolves_at": NOW - 30 * DAY}
    open_claim(
        essay, asked_of("past", retrospective=True, bears_out="yes", **past), SIGNS, override=WHY
    )
    essay.resolutions.resolve("past", "yes", source_url=SOURCE, known_at=NOW - 40 * DAY)
    open_claim(essay, asked_of("rain", bears_out="yes"), LEAVES, override=WHY)
    page = essay.essays.get("river")
    assert (page.retrospective.answered, page.retrospective.borne_out) == (1, 1.0)
    assert (page.live.answered, page.live.open) == (0, 1)
    (row,) = essay.essays.list()
    assert (row.live, row.retrospective, row.questions, row.coverage) == (
        page.live, page.retrospective, 2, page.coverage,
    )  # fmt: skip


# The list


def test_questions_from_no_essay_are_on_no_list_of_essays(essay: Tracker) -> None:
    essay.questions.ask(an_asked("own"))
    assert [row.essay.id for row in essay.essays.list()] == ["river"]
    assert essay.essays.get("river").questions == {}
    assert set(essay.essays.get("own-questions").questions) == {"own"}


def test_essays_are_listed_by_title_each_with_its_own_questions(essay: Tracker) -> None:
    essay.question_sets.load(a_set(a_question()))
    essay.essays.add(NewEssay("another", "Another essay", "It will rain in 2027.", "x.txt"))
    open_claim(essay, asked_of(), SIGNS)
    rows = {row.essay.id: row for row in essay.essays.list()}
    assert list(rows) == [
        "another",
        "river",
        "essay",
    ]  # Another essay, On the river, Why they will meet
    assert {name: row.questions for name, row in rows.items()} == {
        "another": 0,
        "river": 1,
        "essay": 1,
    }
    assert {name for name, row in rows.items() if row.has_text} == {"another", "river"}


def test_an_essay_without_its_text_shows_its_claims_alone(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    page = tracker.essays.get("essay")
    assert page.text is None
    assert [(one.sentence.text, one.sentence.offset, one.state) for one in page.mapped] == [
        ("they will meet", 120, "open")
    ]
    assert (page.coverage.asked, page.coverage.forward_looking) == (1, 1)


def test_an_unknown_essay_is_refused(tracker: Tracker) -> None:
    with pytest.raises(NotFound, match="there is no essay nope: see `tracker essay list`"):
        tracker.essays.get("nope")
    with pytest.raises(NotFound, match="there is no essay nope: see `tracker essay list`"):
        tracker.essays.restore_claim("nope", 0)


def test_a_page_has_the_text_and_drafts_of_its_day(essay: Tracker, clock: FakeClock) -> None:
    essay.essays.save_draft("river", SIGNS, {"text": "Will they?"})
    clock.advance(days=1)
    essay.essays.save_draft("river", LEAVES, {})
    page = essay.essays.get("river")
    assert page.text is not None
    assert (page.text.version, page.text.at) == (1, NOW)
    assert {at: draft.saved_at - NOW for at, draft in page.drafts.items()} == {
        SIGNS: timedelta(),
        LEAVES: DAY,
    }
