"""A question is worded anew or taken back: forecasts keep the wording they were made on, and
nothing is overwritten.
"""

from collections.abc import Callable
from typing import Any

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.errors import ForecastsError, InvalidForecast, InvalidQuestion
from forecasts.questions.amendments import find_version
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import CROWD, ForecasterId, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet
from tests.builders import DAY, NOW, FakeClock, Press, a_question, a_set, rescore
from tests.dashboard.pages import open_page, words
from tests.lives import BEN, CLOSES, SOURCE, an_asked
from tests.quick_databases import begin
from tests.tables import check_rows
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused, TrackerError, Unresolvable
from tracker.model.read_models import Choice

BETTER = (
    "YES if the weather service of Arland measures 1.0 mm of rain or more on one day before 31 "
    "December 2026, 09:30 UTC. Annulled if the weather service is closed down."
)
VAGUE = "YES if it rains a significant amount."
SUMMIT = "summit-2027"


def test_a_forecast_keeps_the_wording_it_was_made_on(tracker: Tracker, clock: FakeClock) -> None:
    asked = tracker.questions.ask(an_asked())
    clock.advance(days=1)
    before = tracker.forecasts.submit("rain", Binary(0.4))
    clock.advance(days=1)
    edited = tracker.questions.edit(
        "rain", Wording(criteria=BETTER), why="how much rain counts", by=BEN
    )
    clock.advance(days=1)
    after = tracker.forecasts.submit("rain", Binary(0.3))
    page = tracker.questions.get("rain")
    assert page.summary.question == edited
    assert (edited.text, edited.criteria) == (asked.text, BETTER)
    first, second = page.versions
    assert (first.number, first.criteria, first.by) == (1, asked.criteria, None)
    assert (second.number, second.criteria, second.by, second.why) == (
        2, BETTER, BEN, "how much rain counts",
    )  # fmt: skip
    made_on = {act.id: find_version(page.versions, act.entered_at).number for act in page.acts}
    assert (made_on[before.id], made_on[after.id]) == (1, 2)
    assert BEN in page.forecasters
    assert tracker.system.verify().bad_seq is None


def test_what_is_not_worded_anew_stays_as_it_is(tracker: Tracker, clock: FakeClock) -> None:
    asked = tracker.questions.ask(an_asked())
    clock.advance(days=1)
    sources = ("https://other.arland.example", "Reuters, as fall-back")
    tracker.questions.edit("rain", Wording(sources=sources), why="the service has moved")
    clock.advance(days=1)
    tracker.questions.edit(
        "rain", Wording(text="Does it rain in Arland before 31 December 2026?"), why="shorter"
    )
    (row,) = tracker.questions.list()
    assert (row.question.criteria, row.question.sources) == (asked.criteria, sources)
    assert row.question.text.startswith("Does it rain")
    assert row.question.prior == asked.prior
    assert [v.why for v in tracker.questions.get("rain").versions] == [
        "as opened",
        "the service has moved",
        "shorter",
    ]


@pytest.mark.parametrize(
    ("wording", "why", "reason"),
    [
        ({"criteria": BETTER}, "", "say why the wording changes"),
        ({"criteria": BETTER}, "  ", "say why the wording changes"),
        ({}, "no reason to", "nothing has changed"),
        ({"text": f"  {an_asked().text}\n"}, "white space", "nothing has changed"),
        ({"text": " "}, "shorter", "must not be empty"),
        ({"criteria": ""}, "shorter", "must not be empty"),
        ({"sources": (" ",)}, "shorter", "a source is empty"),
        ({"criteria": VAGUE}, "shorter", "a stranger could not resolve rain"),
        ({"criteria": f"{BETTER}\0"}, "from a broken file", "character that cannot be kept"),
        ({"criteria": f"{BETTER}\ud800"}, "from a broken file", "character that cannot be kept"),
        ({"criteria": BETTER}, "half a character: \udfff", "character that cannot be kept"),
    ],
)
def test_an_unaccountable_edit_is_refused(
    tracker: Tracker, wording: dict[str, Any], why: str, reason: str
) -> None:
    asked = tracker.questions.ask(an_asked())
    before = tracker.system.verify()
    with pytest.raises((ForecastsError, TrackerError), match=reason):
        tracker.questions.edit("rain", Wording(**wording), why=why)
    assert tracker.system.verify() == before
    assert tracker.questions.list()[0].question == asked


@pytest.mark.parametrize("answer", ["yes", "no", "annulled", "ambiguous"])
def test_an_answered_question_stays_as_it_is(
    tracker: Tracker, clock: FakeClock, answer: str
) -> None:
    tracker.questions.ask(an_asked())
    clock.advance(days=1)
    tracker.resolutions.resolve("rain", answer, source_url=SOURCE, known_at=clock.time)
    clock.advance(days=1)
    with pytest.raises(InvalidQuestion, match="rain has its answer: its wording stays as it is"):
        tracker.questions.edit("rain", Wording(criteria=BETTER), why="too late")
    with pytest.raises(Refused, match="rain is answered and stays"):
        tracker.questions.retract("rain", "too late")


def test_a_closed_question_can_still_be_made_clearer(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked())
    clock.time = CLOSES + DAY
    assert (
        tracker.questions.edit("rain", Wording(criteria=BETTER), why="how much counts").criteria
        == BETTER
    )


def test_a_new_blocking_flaw_needs_an_override_that_is_logged(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked())
    with pytest.raises(Unresolvable, match="a stranger could not resolve rain") as refusal:
        tracker.questions.edit("rain", Wording(criteria=VAGUE), why="shorter")
    assert {flaw.severity for flaw in refusal.value.flaws} == {"blocking"}
    tracker.questions.edit(
        "rain", Wording(criteria=VAGUE), why="shorter", override="we know what we mean", by=BEN
    )
    override = tracker.questions.get("rain").override
    assert override is not None
    assert (override.why, override.by, override.at) == ("we know what we mean", BEN, NOW)
    assert set(override.codes) == {flaw.code for flaw in refusal.value.flaws}
    assert tracker.system.verify().bad_seq is None


def test_an_override_of_old_flaws_does_not_cover_new_ones(
    tracker: Tracker, clock: FakeClock
) -> None:
    vague = "YES if the gauge of Arland shows a significant amount by 31 December 2026 (UTC)."
    tracker.questions.ask(an_asked(criteria=vague), override="everybody knows")
    first = tracker.questions.get("rain").override
    assert first is not None
    assert "vague-word" in first.codes
    clock.advance(days=1)
    with pytest.raises(Unresolvable):
        tracker.questions.edit("rain", Wording(criteria="YES if it rains."), why="shorter")
    tracker.questions.edit(
        "rain",
        Wording(criteria="YES if it rains."),
        why="shorter",
        override="the same goes for this",
    )
    second = tracker.questions.get("rain").override
    assert second is not None
    assert (second.why, second.at) == ("the same goes for this", clock.time)
    assert not set(first.codes) & set(second.codes)
    assert tracker.system.verify().bad_seq is None


def test_an_edit_that_mends_flaws_needs_no_override(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked(criteria=VAGUE), override="in a hurry")
    tracker.questions.edit(
        "rain", Wording(criteria=BETTER), why="now with care", override="not needed"
    )
    override = tracker.questions.get("rain").override
    assert override is not None
    assert override.why == "in a hurry"  # what was not needed is not logged
    assert not [
        flaw for flaw in tracker.questions.lint_stored("rain") if flaw.severity == "blocking"
    ]


@pytest.mark.parametrize("who", [CROWD, "matcher", " "])
def test_nobody_edits_under_a_computed_name(tracker: Tracker, who: str) -> None:
    tracker.questions.ask(an_asked())
    before = tracker.system.verify()
    with pytest.raises(InvalidForecast):
        tracker.questions.edit(
            "rain", Wording(criteria=BETTER), why="clearer", by=ForecasterId(who)
        )
    with pytest.raises(InvalidForecast):
        tracker.questions.retract("rain", "a mistake", by=ForecasterId(who))
    assert tracker.system.verify() == before


def test_an_unknown_question_can_not_be_edited(tracker: Tracker) -> None:
    with pytest.raises(NotFound, match="there is no question nope"):
        tracker.questions.edit("nope", Wording(criteria=BETTER), why="clearer")
    with pytest.raises(NotFound, match="there is no question nope"):
        tracker.questions.retract("nope", "a mistake")
    with pytest.raises(NotFound, match="there is no question nope"):
        tracker.questions.lint_stored("nope")


# Taking back


def test_a_retracted_name_is_never_given_again(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked())
    tracker.questions.retract("rain", "  asked twice  ", by=BEN)
    assert tracker.questions.list() == ()
    with pytest.raises(NotFound, match="there is no question rain"):
        tracker.questions.get("rain")
    with pytest.raises(InvalidQuestion, match="there is a question 'rain' already"):
        tracker.questions.ask(an_asked())
    with pytest.raises(NotFound):
        tracker.questions.retract("rain", "again")
    assert tracker.system.verify().bad_seq is None


@pytest.mark.parametrize("withdrawn", [False, True])
def test_once_anybody_has_forecast_a_question_stays(
    tracker: Tracker, clock: FakeClock, withdrawn: bool
) -> None:
    tracker.questions.ask(an_asked())
    tracker.forecasts.submit("rain", Binary(0.4), forecaster=BEN)
    clock.advance(days=1)
    if withdrawn:
        tracker.forecasts.withdraw("rain", forecaster=BEN)
    with pytest.raises(Refused, match="rain has been forecast and stays: resolve it as annulled"):
        tracker.questions.retract("rain", "asked twice")
    assert len(tracker.questions.list()) == 1


def test_taking_back_needs_a_reason(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked())
    with pytest.raises(Refused, match="not taken back without a reason"):
        tracker.questions.retract("rain", " ")
    assert len(tracker.questions.list()) == 1


def test_a_linked_question_stays(tracker: Tracker) -> None:
    for name in ("rain", "snow"):
        tracker.questions.ask(an_asked(name))
    tracker.links.add(
        Link(LinkId("weather"), "implies", (QuestionId("snow"), QuestionId("rain")), "Weather")
    )
    for name in ("rain", "snow"):
        with pytest.raises(Refused, match=f"{name} is part of the link weather and stays"):
            tracker.questions.retract(name, "asked twice")


def test_a_question_in_a_scenario_table_stays(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked("rain"))
    tracker.questions.ask(
        an_asked("futures", kind="categorical", options=("wet", "Other"), horizon_shape="state_at")
    )
    row = ScenarioLikelihoods(QuestionId("rain"), (0.9, 0.2), "wet is wet")
    tracker.scenarios.add(ScenarioSet(QuestionId("futures"), "Weather", ("wet", "dry"), (row,)))
    for name in ("rain", "futures"):
        with pytest.raises(Refused, match=f"{name} is part of the scenarios futures and stays"):
            tracker.questions.retract(name, "asked twice")
    tracker.scenarios.set_likelihoods("futures", ScenarioLikelihoods(QuestionId("rain"), ()))
    tracker.questions.retract("rain", "asked twice")
    assert [row.question.id for row in tracker.questions.list()] == ["futures"]
    tracker.evidence.update_suggestions()
    assert tracker.scenarios.get("futures").board == {}


@pytest.fixture
def taken_back(tracker_with_press: Tracker, press: Press, clock: FakeClock) -> Tracker:
    """A tracker in which evidence came in on a question before it was taken back; another question
    is open.
    """
    press.publish("wire", "Arland invites Borland to a summit")
    begin(tracker_with_press, clock, read_and_take_back)
    return tracker_with_press


def read_and_take_back(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set(a_question(), a_question("talks-2027")))
    tracker.feeds.poll()
    assert len(tracker.evidence.inbox()) == 2
    clock.advance(hours=1)
    tracker.questions.retract(SUMMIT, "asked twice")


VERBS: tuple[Callable[[Tracker], object], ...] = (
    lambda t: t.questions.list(), lambda t: t.essays.list(), lambda t: t.essays.get("essay"),
    lambda t: t.question_sets.export("essay"), lambda t: t.feeds.list(),
    lambda t: t.feeds.get("wire"), lambda t: t.feeds.status(), lambda t: t.signposts.calendar(),
    lambda t: t.links.coherence(), lambda t: t.scenarios.list(),
    lambda t: t.accuracy.summarise(Choice()), lambda t: t.accuracy.score_table(),
    lambda t: t.accuracy.calibration(), lambda t: t.accuracy.compare(),
    lambda t: t.accuracy.habits(), lambda t: t.evidence.update_suggestions(),
    lambda t: t.signposts.mark(), lambda t: t.learning.fit(), lambda t: t.evidence.rematch(),
    rescore, lambda t: t.upkeep.prune(),
    lambda t: t.question_sets.load(a_set(a_question(), a_question("talks-2027"))),
)  # fmt: skip


@check_rows(VERBS, "verb")
def test_evidence_on_a_retracted_question_disturbs_nothing(
    taken_back: Tracker, verb: Callable[[Tracker], object]
) -> None:
    verb(taken_back)
    assert [row.question.id for row in taken_back.questions.list()] == ["talks-2027"]
    assert {card.evidence.question_id for card in taken_back.evidence.inbox()} == {"talks-2027"}
    assert taken_back.system.verify().bad_seq is None


def test_news_does_not_bear_on_a_retracted_question(taken_back: Tracker, press: Press) -> None:
    press.publish("wire", "Arland calls off all talks with Borland")
    assert taken_back.feeds.poll(every=True).new_evidence == 1
    (row,) = taken_back.questions.list()
    assert row.evidence == 2
    assert set(taken_back.feeds.get("wire").questions) == {"talks-2027"}


def test_evidence_on_a_retracted_question_is_not_judged(
    taken_back: Tracker,
) -> None:
    known = {card.evidence.id for card in taken_back.evidence.inbox()}
    (gone,) = {1, 2} - known
    before = taken_back.system.verify()
    with pytest.raises(NotFound, match=f"there is no question {SUMMIT}"):
        taken_back.evidence.review(gone, "confirmed")
    assert taken_back.system.verify() == before


@check_rows([
    ("home", {}), ("questions", {}), ("inbox", {}), ("feeds", {}), ("feeds", {"feed": "wire"}),
    ("calendar", {}), ("essay", {"e": "essay"}), ("essays", {}), ("question", {"q": SUMMIT}),
    ("record", {}),
], "page", "params")  # fmt: skip
def test_no_page_fails_over_a_question_that_was_taken_back(
    taken_back: Tracker, page: str, params: dict[str, str]
) -> None:
    assert words(open_page(taken_back, page, **params))
