"""A question is opened from a sentence: question, claim and indicators together, or nothing at
all.
"""

from dataclasses import replace
from typing import Any

import pytest

from forecasts.errors import ForecastsError, InvalidForecast, InvalidQuestion
from forecasts.question_sets.question_set import MAX_QUOTED_WORDS
from forecasts.questions.question import CROWD, SUGGESTION, ClaimId, EssayId, QuestionId
from tests.builders import DAY, NOW, FakeClock, a_question, a_set, an_indicator
from tests.essays.essay_examples import (
    HOLDS,
    LEAVES,
    PRICES,
    RIVER,
    SIGNS,
    TEXT,
    add,
    asked_of,
    states,
)
from tests.essays.opening import open_claim
from tests.essays.test_adding import hostile_texts
from tests.lives import LIVES, an_asked
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused, TrackerError
from tracker.essays.claim_questions import MAX_RESTATEMENT_CHARS
from tracker.model.audit import Override
from tracker.model.essays import NewEssay
from tracker.model.principal import Principal
from tracker.storage import event_log, questions
from tracker.storage.event_log import LogEntry

SENTENCE = "Arland will sign the river treaty by the end of 2027."
VAGUE = {"criteria": "If it seems so."}


@pytest.fixture
def essay(tracker: Tracker) -> Tracker:
    """An essay of which nothing has been asked."""
    add(tracker)
    return tracker


def entries(tracker: Tracker) -> list[LogEntry]:
    """The log."""
    with tracker.context.store.reading() as session:
        return list(event_log.iterate_entries(session))


def override_of(tracker: Tracker, question: str) -> Override | None:
    """Why the linter was overridden."""
    with tracker.context.store.reading() as session:
        return questions.find_override(session, QuestionId(question))


def nothing_came_of_it(tracker: Tracker, before: int) -> bool:
    """Whether no claim, no question and no indicator is there, and the log is as long as it was."""
    page = tracker.essays.get("river")
    return (
        not (page.claims or page.questions or tracker.questions.list())
        and tracker.system.verify().entries == before
    )


# Together


def test_question_claim_and_indicators_are_bound_to_each_other(essay: Tracker) -> None:
    signs = an_indicator("rain"), an_indicator("rain", "refusal")
    made = open_claim(essay, asked_of(), SIGNS, indicators=signs)
    page = essay.essays.get("river")
    (claim,) = page.claims
    assert (claim.id, claim.quote, claim.offset) == (f"at-{SIGNS}", SENTENCE, SIGNS)
    assert (claim.claim_kind, claim.modality, claim.restatement) == (
        "explicit prediction",
        "will (1)",
        SENTENCE,
    )
    assert (made.essay_id, made.claim_ids) == (RIVER, (claim.id,))
    assert page.questions["rain"].question == made  # type: ignore[index]
    shown = essay.questions.get("rain")
    assert (shown.claims, tuple(shown.indicators.values())) == ((claim,), signs)
    assert SUGGESTION in shown.summary.standings
    assert states(essay)[SIGNS] == "open"
    assert essay.system.verify().bad_seq is None


def test_a_sentence_about_the_past_can_be_asked(essay: Tracker) -> None:
    open_claim(essay, asked_of(), PRICES)
    (claim,) = essay.essays.get("river").claims
    assert (claim.claim_kind, claim.modality) == ("statement", "none")
    assert states(essay)[PRICES] == "open"


def test_a_draft_is_done_with_once_its_question_is_open(essay: Tracker) -> None:
    for at in (SIGNS, LEAVES):
        essay.essays.save_draft("river", at, {"text": "Will they?"})
    open_claim(essay, asked_of(), SIGNS + 4)
    assert set(essay.essays.get("river").drafts) == {LEAVES}


def test_asking_a_rejected_sentence_counts_as_asked(essay: Tracker) -> None:
    essay.essays.reject_claim("river", HOLDS, "no date")
    open_claim(essay, asked_of(), HOLDS)
    assert states(essay)[HOLDS] == "open"
    assert essay.essays.get("river").coverage.rejected == 0


def test_a_sentence_with_a_question_is_not_rejected(essay: Tracker) -> None:
    question = open_claim(essay, asked_of(), HOLDS)
    with pytest.raises(Refused, match=f"has the question {question.id}, which decides"):
        essay.essays.reject_claim("river", HOLDS + 2, "no date")
    essay.questions.retract(question.id, "Asked too early")
    essay.essays.reject_claim("river", HOLDS, "no date")
    assert states(essay)[HOLDS] == "rejected"


@check_rows(LIVES, "life")
def test_a_question_of_every_kind_opens_from_a_sentence(essay: Tracker, life: Any) -> None:
    made = open_claim(
        essay, replace(life.asked, essay_id=RIVER), SIGNS, override="a question of a test"
    )
    assert essay.questions.get(made.id).summary.question == made
    assert life.id in essay.essays.get("river").mapped[1].question_ids


# Or nothing at all


@check_rows(
    [
        (VAGUE, SIGNS, "a stranger could not resolve rain"),
        ({"text": "Will [… who] sign?"}, SIGNS, "a stranger could not resolve rain"),
        ({"id": "Two words"}, SIGNS, "is not a valid name: use small letters"),
        ({"text": ""}, SIGNS, "the question itself must not be empty"),
        ({"sources": (" ",)}, SIGNS, "a source is empty"),
        ({"prior": "130%"}, SIGNS, "a probability lies between 0 and 100%, not '130%'"),
        ({"bears_out": "perhaps"}, SIGNS, "perhaps"),
        (
            {"opens_at": NOW - 9 * DAY, "closes_at": NOW, "resolves_at": NOW},
            SIGNS,
            "its close lies in the past",
        ),
        ({"resolves_at": NOW}, SIGNS, "resolves before it closes"),
        ({"criteria": "YES if \0 by 31 December 2026."}, SIGNS, "character that cannot be kept"),
        ({}, len(TEXT) + 9, "there is no sentence at character"),
        ({}, -1, "there is no sentence at character"),
        ({"essay_id": EssayId("nope")}, SIGNS, "there is no essay nope"),
        ({"essay_id": EssayId("own-questions")}, SIGNS, "there is no essay own-questions"),
    ],
    "changed",
    "at",
    "reason",
)
def test_what_cannot_open_leaves_nothing_behind(
    essay: Tracker, changed: dict[str, Any], at: int, reason: str
) -> None:
    essay.essays.save_draft("river", SIGNS, {"text": "Will they?"})
    before = essay.system.verify().entries
    with pytest.raises((TrackerError, ForecastsError), match=reason):
        open_claim(essay, replace(asked_of(), **changed), at, indicators=[an_indicator("rain")])
    assert nothing_came_of_it(essay, before)
    assert set(essay.essays.get("river").drafts) == {SIGNS}


def test_a_name_that_is_taken_leaves_nothing_behind(essay: Tracker) -> None:
    open_claim(essay, asked_of(), SIGNS)
    before = essay.system.verify()
    with pytest.raises(
        InvalidQuestion, match="there is a question 'rain' already: give this one a name of its own"
    ):
        open_claim(
            essay, asked_of(criteria="YES if it snows."), LEAVES, indicators=[an_indicator("rain")]
        )
    assert [claim.offset for claim in essay.essays.get("river").claims] == [SIGNS]
    assert not essay.questions.get("rain").indicators
    assert essay.system.verify() == before


def test_an_essay_without_text_has_nothing_to_ask(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    before = tracker.system.verify()
    with pytest.raises(NotFound, match="there is no text of essay essay: add it with"):
        open_claim(tracker, an_asked(essay_id=EssayId("essay")), 120)
    assert tracker.system.verify() == before


# Although the linter objects


def test_an_override_is_logged_with_what_was_objected_to(essay: Tracker) -> None:
    open_claim(essay, asked_of(**VAGUE), SIGNS, override="  we all know what is meant ")
    found = override_of(essay, "rain")
    assert found is not None
    assert (found.why, found.by, found.at) == ("we all know what is meant", "ada", NOW)
    assert found.codes
    assert essay.questions.get("rain").override == found
    (entry,) = (entry for entry in entries(essay) if "override" in entry.kind)
    assert "we all know what is meant" in entry.body


def test_nobody_opens_a_question_under_a_computed_name(essay: Tracker) -> None:
    before = essay.system.verify().entries
    crowd = essay.serve(Principal(CROWD, "admin", "page"))
    with pytest.raises(InvalidForecast, match="is computed by the tracker"):
        open_claim(crowd, asked_of(**VAGUE), SIGNS, override="a question of a test")
    assert nothing_came_of_it(essay, before)


# Claims


def test_two_questions_come_from_one_claim(essay: Tracker) -> None:
    first = open_claim(essay, asked_of("rain"), SIGNS)
    second = open_claim(essay, asked_of("snow"), SIGNS + 9)
    page = essay.essays.get("river")
    assert [claim.id for claim in page.claims] == [f"at-{SIGNS}"]
    assert first.claim_ids == second.claim_ids
    (one,) = (one for one in page.mapped if one.question_ids)
    assert set(one.question_ids) == {"rain", "snow"}
    assert (page.coverage.asked, page.live.claims) == (1, 1)  # a claim counts once
    assert sum(entry.kind == "question" for entry in entries(essay)) == 2


def test_a_question_that_is_open_is_not_asked_again(essay: Tracker) -> None:
    open_claim(essay, asked_of("rain"), SIGNS)
    twin = asked_of("snow", text="will it rain in Arland, before 31 December 2026?")
    with pytest.raises(InvalidQuestion, match="rain asks the same and is open"):
        open_claim(essay, twin, LEAVES)
    assert open_claim(essay, twin, LEAVES, override="a second source").id == "snow"


def test_further_claims_come_after_the_sentence_it_was_opened_from(essay: Tracker) -> None:
    open_claim(essay, asked_of("rain"), SIGNS)
    own, other = ClaimId(f"at-{LEAVES}"), ClaimId(f"at-{SIGNS}")
    assert open_claim(essay, asked_of("snow", claim_ids=(other, own)), LEAVES).claim_ids == (
        own,
        other,
    )
    assert states(essay)[SIGNS] == "open"


def test_a_claim_inside_the_sentence_is_the_one_asked(
    tracker: Tracker,
) -> None:
    tracker.question_sets.load(a_set(a_question()))
    text = f"{'Something else. ' * 9}And so they will meet in the spring of 2027."
    tracker.essays.add(NewEssay(id="essay", title="", text=text, source="found.txt"))
    made = open_claim(tracker, an_asked(essay_id=EssayId("essay")), text.index("And so"))
    assert made.claim_ids == ("C1",)
    assert len(tracker.essays.get("essay").claims) == 1


@hostile_texts
def test_a_hostile_sentence_is_drafted_and_asked_like_any_other(
    tracker: Tracker, clock: FakeClock, texts: tuple[str, ...]
) -> None:
    for number, text in enumerate(texts):
        essay, rain = EssayId(f"hostile-{number}"), f"rain-{number}"
        add(tracker, text, id=essay)
        sentence = tracker.essays.get(essay).mapped[0].sentence
        drafts = tracker.essays.drafts(essay, sentence.offset)
        assert all(made.plan.text and made.horizons[0] > NOW.date() for made in drafts)
        open_claim(tracker, asked_of(rain, essay_id=essay), sentence.offset)
        (claim,) = tracker.essays.get(essay).claims
        assert len(claim.quote.split()) <= MAX_QUOTED_WORDS
        assert len(claim.restatement) <= MAX_RESTATEMENT_CHARS
        assert tracker.essays.get(essay).mapped[0].question_ids == (rain,)
        clock.advance(days=1)
        add(tracker, f"Foreword!\n\n{text}", id=essay)
        mapped = tracker.essays.get(essay).mapped
        found = [one.sentence.offset for one in mapped if one.question_ids]
        assert found == [sentence.offset + len("Foreword!\n\n")]
    assert tracker.system.verify().bad_seq is None
