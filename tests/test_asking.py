"""People open questions of their own and change the options of one; what cannot stand is refused
whole.
"""

from datetime import timedelta
from typing import Any

import pytest

from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.errors import ForecastsError, InvalidForecast, InvalidQuestion
from forecasts.questions.new_question import OWN_ESSAY
from forecasts.questions.question import SUGGESTION, ClaimId, EssayId, ForecasterId
from forecasts.suggestion.categorical import OptionSuggestion
from tests.builders import DAY, NOW, FakeClock, a_question, a_set, an_indicator
from tests.lives import ADA, BEN, CLOSES, KNOWN, LIVES, SOURCE, an_asked, live, resolve
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, TrackerError

VISIT = LIVES[1]


def test_a_question_of_ones_own_is_kept_and_logged(tracker: Tracker) -> None:
    asked = an_asked(prior="30%", prior_reason="3 of 10 years", tags=("weather",))
    question = tracker.questions.ask(asked)
    assert tracker.questions.get("rain").summary.question == question
    assert (question.essay_id, question.prior, question.tags) == (
        OWN_ESSAY,
        Binary(0.3),
        ("weather",),
    )
    assert tracker.questions.get("rain").essay.title == "Questions of our own"
    assert tracker.system.verify().entries == 2  # the question, and its first suggestion


@pytest.mark.parametrize(
    ("prior", "reason", "p"),
    [
        ("", "6 of 11 years", 6.5 / 12),
        ("", "one in ten", 0.1),
        ("", "seldom", 0.5),
        ("50%", "6 of 11 years", 0.5),
        ("30%", "6 of 11 years", 0.3),
    ],
)
def test_a_stated_base_rate_is_the_prior_without_another(
    tracker: Tracker, prior: str, reason: str, p: float
) -> None:
    question = tracker.questions.ask(an_asked(prior=prior, prior_reason=reason))
    assert question.prior == Binary(p)


def test_a_question_can_belong_to_an_essay_that_is_there(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    tracker.questions.ask(an_asked(essay_id=EssayId("essay")))
    assert tracker.questions.get("rain").essay.title == "Why they will meet"


def test_yes_no_and_option_questions_have_suggestions(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked("now"))
    tracker.questions.ask(an_asked("later", opens_at=NOW + 2 * DAY))
    tracker.questions.ask(VISIT.asked)
    assert {
        q
        for row in tracker.questions.list()
        if SUGGESTION in row.standings
        for q in [row.question.id]
    } == {"now", "visit"}
    clock.advance(days=3)
    tracker.evidence.update_suggestions()
    assert SUGGESTION in tracker.questions.get("later").summary.standings
    page = tracker.questions.get("visit")
    assert isinstance(page.suggestion, OptionSuggestion)
    assert page.suggestion.distribution == page.summary.question.prior


def test_a_past_question_has_to_be_retrospective(tracker: Tracker) -> None:
    past = {"opens_at": NOW - 60 * DAY, "closes_at": NOW - 30 * DAY, "resolves_at": NOW - 30 * DAY}
    with pytest.raises(InvalidQuestion, match="its close lies in the past"):
        tracker.questions.ask(an_asked(**past))
    asked = an_asked(**past, retrospective=True, text="Did it rain in Arland in October 2026?")
    assert tracker.questions.ask(asked, override="its criteria name a later day").retrospective
    assert SUGGESTION not in tracker.questions.get("rain").summary.standings


@check_rows(
    [
        (
            {"id": "summit-2027"},
            "there is a question 'summit-2027' already: give this one a name of its own",
        ),
        ({"id": "Two words"}, "is not a valid name: use small letters"),
        ({"text": " "}, "must not be empty"),
        ({"sources": (" ",)}, "a source is empty"),
        ({"essay_id": EssayId("nope")}, "there is no essay nope: leave the essay out"),
        (
            {"essay_id": EssayId("essay"), "claim_ids": (ClaimId("C9"),)},
            "there is no claim C9: see",
        ),
        ({"closes_at": NOW}, "closes before it opens"),
        ({"resolves_at": CLOSES - DAY}, "resolves before it closes"),
        ({"kind": "numeric"}, "a range belongs to numeric and date questions"),
        ({"scale": Scale(0.0, 1.0)}, "a range belongs to numeric and date questions"),
        ({"kind": "ordered", "options": ("low",)}, "at least two options"),
        (
            {"kind": "categorical", "options": ("Bonn", "bonn")},
            "give each option a name of its own",
        ),
        ({"prior": "0%"}, "could never be revised"),
        ({"prior": "likely"}, "is not a probability"),
        (
            {"kind": "ordered", "options": ("a", "b"), "prior": Binary(0.5)},
            "give each option its share",
        ),
    ],
    "changed",
    "reason",
)
def test_an_impossible_question_is_refused(
    tracker: Tracker, changed: dict[str, Any], reason: str
) -> None:
    tracker.question_sets.load(a_set(a_question()))
    before = tracker.system.verify()
    with pytest.raises((ForecastsError, TrackerError), match=reason):
        tracker.questions.ask(an_asked(**changed))
    assert tracker.system.verify() == before
    assert [row.question.id for row in tracker.questions.list()] == ["summit-2027"]


@check_rows(
    [
        ("rain", 2, "two of its indicators have the same name"),
        ("summit-2027", 1, "belongs to another question"),
    ],
    "of",
    "count",
    "reason",
)
def test_foreign_or_repeated_indicators_are_refused(
    tracker: Tracker, of: str, count: int, reason: str
) -> None:
    tracker.question_sets.load(a_set(a_question()))
    before = tracker.system.verify()
    with pytest.raises(InvalidQuestion, match=reason):
        tracker.questions.ask(an_asked(), indicators=[an_indicator(of, "wet")] * count)
    assert tracker.system.verify() == before


def names(tracker: Tracker) -> list[tuple[str, bool]]:
    """The options in order, and whether each can be chosen now."""
    question = tracker.questions.get("visit").summary.question
    return [(option.name, option.is_offered(tracker.now())) for option in question.options]


def test_options_come_and_go_with_the_forecasts(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(VISIT.asked)
    clock.advance(days=1)
    tracker.forecasts.submit("visit", VISIT.said[0])
    clock.advance(days=1)
    added = tracker.questions.change_option("visit", "  Minsk ", "added", by=BEN)
    assert added.options[-1].added_at == clock.time
    with pytest.raises(InvalidForecast, match="offers Moscow, Beijing, Other, Minsk now"):
        tracker.forecasts.submit(
            "visit", Categorical(("Moscow", "Beijing", "Other"), (0.2, 0.5, 0.3))
        )
    clock.advance(days=1)
    tracker.questions.change_option("visit", "Beijing", "removed")
    assert names(tracker) == [
        ("Moscow", True), ("Beijing", False), ("Other", True), ("Minsk", True),
    ]  # fmt: skip
    with pytest.raises(
        InvalidForecast, match="no option 'Beijing': the options are Moscow, Other, Minsk"
    ):
        tracker.forecasts.submit("visit", VISIT.said[0])
    again = tracker.forecasts.reaffirm("visit")
    assert again.distribution == Categorical(
        ("Moscow", "Beijing", "Other"), (0.2, 0.5, 0.3)
    )  # what was said is kept
    assert tracker.system.verify().bad_seq is None


def test_an_option_that_came_can_go_and_never_comes_back(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.questions.ask(VISIT.asked)
    clock.advance(days=1)
    tracker.questions.change_option("visit", "Minsk", "added")
    clock.advance(days=1)
    tracker.questions.change_option("visit", "Minsk", "removed")
    assert names(tracker) == [
        ("Moscow", True), ("Beijing", True), ("Other", True), ("Minsk", False),
    ]  # fmt: skip
    with pytest.raises(InvalidQuestion, match="'Minsk' is there already, or was"):
        tracker.questions.change_option("visit", "Minsk", "added")
    assert tracker.questions.get("visit").summary.question == tracker.questions.list()[0].question


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("Moscow", "added", "is there already, or was"),
        ("moscow", "added", "is there already, or was"),
        ("Rome", "added", "is there already, or was"),  # it was, and is gone
        ("", "added", "is not a valid name for an option"),
        ("a=b", "added", "is not a valid name for an option"),
        ("annulled", "added", "cannot be an option"),
        ("Minsk", "removed", "cannot be removed: offered are Moscow, Beijing, Other"),
        ("Rome", "removed", "cannot be removed"),
        ("Other", "removed", "cannot be removed"),
    ],
)
def test_an_impossible_change_of_options_is_refused(
    tracker: Tracker, clock: FakeClock, name: str, change: Any, reason: str
) -> None:
    tracker.questions.ask(
        an_asked("visit", kind="categorical", options=("Moscow", "Beijing", "Rome", "Other"))
    )
    clock.advance(days=1)
    tracker.questions.change_option("visit", "Rome", "removed")
    before = tracker.system.verify()
    with pytest.raises(InvalidQuestion, match=reason):
        tracker.questions.change_option("visit", name, change)
    assert tracker.system.verify() == before


@pytest.mark.parametrize(
    "life", [life for life in LIVES if life.asked.kind != "categorical"], ids=lambda life: life.id
)
def test_only_categorical_questions_change_their_options(tracker: Tracker, life: Any) -> None:
    tracker.questions.ask(life.asked)
    with pytest.raises(InvalidQuestion, match="only a categorical question"):
        tracker.questions.change_option(life.id, "Minsk", "added")


def test_the_options_of_an_answered_question_stay_as_they_are(
    tracker: Tracker, clock: FakeClock
) -> None:
    live(tracker, clock, VISIT)
    resolve(tracker, clock, VISIT)
    with pytest.raises(InvalidQuestion, match="visit is answered: its options stay as they are"):
        tracker.questions.change_option("visit", "Bonn", "added")
    assert tracker.system.verify_scores().differences == ()


def test_a_closed_or_unknown_question_keeps_its_options(tracker: Tracker, clock: FakeClock) -> None:
    with pytest.raises(NotFound, match="there is no question nope"):
        tracker.questions.change_option("nope", "Minsk", "added")
    tracker.questions.ask(VISIT.asked)
    clock.time = CLOSES
    with pytest.raises(InvalidQuestion, match="visit is closed"):
        tracker.questions.change_option("visit", "Minsk", "added")


@pytest.mark.parametrize("name", ["crowd", "prior", "matcher", " "])
def test_nobody_acts_under_the_name_of_what_is_computed(
    tracker: Tracker, clock: FakeClock, name: str
) -> None:
    tracker.questions.ask(VISIT.asked)
    clock.advance(days=1)
    before = tracker.system.verify()
    who = ForecasterId(name)
    refusal = pytest.raises(
        InvalidForecast, match=r"is computed by the tracker|nobody acts without a name"
    )
    with refusal:
        tracker.questions.change_option("visit", "Minsk", "added", by=who)
    with refusal:
        tracker.resolutions.resolve("visit", "Moscow", source_url=SOURCE, known_at=NOW, by=who)
    with refusal:
        tracker.forecasts.submit("visit", VISIT.said[0], forecaster=who)
    assert tracker.system.verify() == before


def test_a_forecast_typed_before_the_opening_counts_from_the_opening(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.questions.ask(an_asked(opens_at=NOW + 10 * DAY))
    tracker.forecasts.submit("rain", "80%")
    clock.time = CLOSES
    scores = tracker.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=KNOWN)
    mine = next(s for s in scores if s.forecaster_id == ADA and s.rule == "brier")
    assert (mine.receipt[0].start, mine.coverage) == (NOW + 10 * DAY, 0.5)
    assert mine.receipt[0].end - mine.receipt[0].start == timedelta(days=10)
