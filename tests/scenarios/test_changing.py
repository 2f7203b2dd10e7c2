"""Scenario sets, their rows and links are checked whole before anything is kept; what is kept is
never rewritten.
"""

from dataclasses import replace
from typing import Any

import pytest

from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError, InvalidProbability, InvalidQuestion
from forecasts.questions.links import LinkKind
from forecasts.questions.question import SUGGESTION, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods
from tests.builders import DAY, NOW, FakeClock
from tests.dashboard.scenario_examples import (
    BEN,
    FAIR,
    FUTURES,
    OPTIONS,
    PACT,
    SET,
    TABLE,
    a_world,
    ask_questions,
)
from tests.quick_databases import begin
from tests.scenarios.linked_questions import a_link, acts_of, ask, say
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.storage import scenarios

RACE = QuestionId("race")


@pytest.fixture
def asked(tracker: Tracker, clock: FakeClock) -> Tracker:
    """The futures and their indicator questions, without a table."""
    begin(tracker, clock, questions_alone)
    return tracker


@pytest.fixture
def world(tracker: Tracker, clock: FakeClock) -> Tracker:
    """The scenario set on its tenth day."""
    begin(tracker, clock, a_world)
    return tracker


def questions_alone(tracker: Tracker, clock: FakeClock) -> None:
    ask_questions(tracker, clock.time)


def row_of(tracker: Tracker, question_id: QuestionId) -> ScenarioLikelihoods:
    return next(
        row
        for row in tracker.scenarios.get(FUTURES).scenario_set.rows
        if row.question_id == question_id
    )


def suggested(tracker: Tracker) -> dict[str, float]:
    """The shares of the last suggestion that was recorded."""
    held = acts_of(tracker, FUTURES, SUGGESTION)[-1].distribution
    assert isinstance(held, Categorical)
    return dict(zip(held.options, held.p, strict=True))


# A set


@check_rows(
    [
        ({"question_id": QuestionId("nope")}, NotFound, "there is no question nope"),
        (
            {"question_id": PACT},
            InvalidQuestion,
            "is binary: scenarios are the options of a categorical question",
        ),
        ({"descriptions": ("one", "two")}, InvalidQuestion, "2 descriptions for 3 scenarios"),
        (
            {"rows": (ScenarioLikelihoods(QuestionId("nope"), (0.5, 0.5, 0.5)),)},
            NotFound,
            "there is no question nope",
        ),
        (
            {"rows": (ScenarioLikelihoods(FUTURES, (0.5, 0.5, 0.5)),)},
            InvalidQuestion,
            "is the scenarios' own question",
        ),
        ({"rows": (TABLE[0], TABLE[0])}, InvalidQuestion, "in the table twice"),
        (
            {"rows": (ScenarioLikelihoods(PACT, (0.5, 0.5)),)},
            InvalidQuestion,
            "has 2 numbers for 3 scenarios",
        ),
        (
            {"rows": (ScenarioLikelihoods(PACT, (0.5, 0.5, 1.0)),)},
            InvalidProbability,
            "nothing could undo that",
        ),
        ({"rows": (ScenarioLikelihoods(PACT, (0.5, 0.5, 1.2)),)}, InvalidProbability, "1.2"),
    ],
    "changed",
    "error",
    "reason",
)
def test_a_set_that_does_not_fit_is_refused_whole(
    asked: Tracker, changed: dict[str, Any], error: type[Exception], reason: str
) -> None:
    before = asked.system.verify()
    with pytest.raises(error, match=reason):
        asked.scenarios.add(replace(SET, **changed))
    assert asked.scenarios.list() == ()
    assert asked.system.verify() == before


def test_a_question_is_a_scenario_set_once(asked: Tracker) -> None:
    asked.scenarios.add(SET)
    with pytest.raises(InvalidQuestion, match="futures is a scenario set already: change its rows"):
        asked.scenarios.add(replace(SET, title="Another"))
    (one,) = asked.scenarios.list()
    assert one.scenario_set == SET
    assert one.summary.question.id == FUTURES


def test_a_set_moves_the_suggestion_at_once(asked: Tracker) -> None:
    assert suggested(asked) == pytest.approx({"friends": 0.3, "strangers": 0.6, "Other": 0.1})
    say(asked, {PACT: "90%"})
    asked.scenarios.add(SET)
    assert suggested(asked)["friends"] > 0.6


def test_a_set_is_kept_on_both_databases(both: Tracker) -> None:
    ask_questions(both)
    both.scenarios.add(SET)
    both.scenarios.set_likelihoods(FUTURES, ScenarioLikelihoods(RACE, (0.2, 0.3, 0.4), "They run."))
    assert both.scenarios.get(FUTURES).scenario_set.rows == (
        *TABLE,
        ScenarioLikelihoods(RACE, (0.2, 0.3, 0.4), "They run."),
    )
    assert both.system.verify().bad_seq is None


# A row


@check_rows([
    (ScenarioLikelihoods(QuestionId("nope"), (0.5, 0.5, 0.5)), NotFound, "there is no question nope"),
    (ScenarioLikelihoods(FUTURES, (0.5, 0.5, 0.5)), InvalidQuestion, "is the scenarios' own question"),
    (ScenarioLikelihoods(PACT, (0.5, 0.5)), InvalidQuestion, "2 numbers for 3 scenarios: give one for each"),
    (ScenarioLikelihoods(PACT, (0.5, 0.5, 0.5, 0.5)), InvalidQuestion, "4 numbers for 3 scenarios"),
    (ScenarioLikelihoods(PACT, (0.5, 0.5, 0.0)), InvalidProbability, "write 0.01 or 0.99"),
    (ScenarioLikelihoods(RACE, ()), NotFound, "there is no row on question race: the table of futures has none to take"),
], "row", "error", "reason")  # fmt: skip
def test_an_unfit_row_is_refused(
    world: Tracker, row: ScenarioLikelihoods, error: type[Exception], reason: str
) -> None:
    before = world.system.verify()
    with pytest.raises(error, match=reason):
        world.scenarios.set_likelihoods(FUTURES, row)
    assert world.scenarios.get(FUTURES).scenario_set == SET
    assert world.system.verify() == before


def test_a_row_without_a_scenario_set_is_not_found(asked: Tracker) -> None:
    with pytest.raises(
        NotFound, match="there is no scenario set futures: see `tracker scenario list`"
    ):
        asked.scenarios.set_likelihoods(FUTURES, TABLE[0])


def test_a_row_is_replaced_or_removed(world: Tracker) -> None:
    again = ScenarioLikelihoods(PACT, (0.5, 0.4, 0.5), "I was wrong.")
    assert world.scenarios.set_likelihoods(FUTURES, again).rows == (TABLE[1], again)
    assert world.scenarios.get(FUTURES).scenario_set.rows == (TABLE[1], again)
    assert world.scenarios.set_likelihoods(FUTURES, ScenarioLikelihoods(PACT, ())).rows == (
        TABLE[1],
    )
    assert set(world.scenarios.get(FUTURES).board) == {FAIR}
    world.scenarios.set_likelihoods(FUTURES, TABLE[0])
    assert row_of(world, PACT) == TABLE[0]


# Earlier tables


def test_a_table_is_read_as_it_stood_at_an_instant(world: Tracker, clock: FakeClock) -> None:
    changed = clock.time
    row = ScenarioLikelihoods(PACT, (0.5, 0.4, 0.5), "I was wrong.")
    world.scenarios.set_likelihoods(FUTURES, row)
    clock.advance(days=1)
    world.scenarios.set_likelihoods(FUTURES, ScenarioLikelihoods(FAIR, ()))
    with world.context.store.reading() as session:
        stood = [
            scenarios.find_scenario_set(session, FUTURES, at)
            for at in (NOW, changed - DAY, changed, clock.time)
        ]
        before = scenarios.find_scenario_set(session, FUTURES, NOW - DAY)
        versions = scenarios.list_scenario_set_versions(session, FUTURES)
        none = scenarios.list_scenario_set_versions(session, PACT)
    assert [one.rows for one in stood if one is not None] == [TABLE, TABLE, (TABLE[1], row), (row,)]
    assert (before, none) == (None, ())
    assert [(at, one.rows) for at, one in versions] == [
        (NOW, TABLE),
        (changed, (TABLE[1], row)),
        (clock.time, (row,)),
    ]


def test_a_changed_row_leaves_past_shares_alone(world: Tracker, clock: FakeClock) -> None:
    before = world.scenarios.get(FUTURES).history
    assert len(before) == 3
    world.scenarios.set_likelihoods(
        FUTURES, ScenarioLikelihoods(PACT, (0.1, 0.5, 0.5), "The other way round.")
    )
    after = world.scenarios.get(FUTURES).history
    assert after[:-1] == before
    assert after[-1].at == clock.time
    assert after[-1].shares[0] < before[-1].shares[0] - 0.3
    clock.advance(days=3)
    assert world.scenarios.get(FUTURES).history == after


def test_a_late_set_tells_the_past_by_its_first_table(asked: Tracker, clock: FakeClock) -> None:
    say(asked, {PACT: "90%"})
    clock.advance(days=4)
    asked.scenarios.add(SET)
    (first, *rest) = asked.scenarios.get(FUTURES).history
    assert (first.at, rest) == (NOW, [])
    assert first.shares[0] > 0.6
    clock.advance(days=1)
    asked.scenarios.set_likelihoods(FUTURES, ScenarioLikelihoods(PACT, ()))
    assert asked.scenarios.get(FUTURES).history[0] == first


# Options that come and go


def test_a_later_scenario_leaves_old_rows_readable(
    world: Tracker,
) -> None:
    history = world.scenarios.get(FUTURES).history
    world.questions.change_option(FUTURES, "rivals", "added")
    page = world.scenarios.get(FUTURES)
    assert page.scenario_set.rows == TABLE
    assert page.scenario_set.descriptions == (*SET.descriptions, "")
    assert page.history == history
    with pytest.raises(
        InvalidQuestion,
        match="3 numbers for 4 scenarios: give one for each of friends, strangers, Oth",
    ):
        world.scenarios.set_likelihoods(FUTURES, replace(TABLE[0], p=(0.5, 0.4, 0.5)))
    world.scenarios.set_likelihoods(
        FUTURES, ScenarioLikelihoods(PACT, (0.5, 0.4, 0.5, 0.2), "Rivals do not sign.")
    )
    assert row_of(world, PACT).p == (0.5, 0.4, 0.5, 0.2)
    assert row_of(world, FAIR) == TABLE[1]


def test_a_row_keeps_its_number_for_a_removed_scenario(world: Tracker, clock: FakeClock) -> None:
    world.questions.change_option(FUTURES, "strangers", "removed")
    history = world.scenarios.get(FUTURES).history
    clock.advance(hours=1)
    with pytest.raises(
        InvalidQuestion, match=r"1 numbers for 2 scenarios: give one for each of friends, Other$"
    ):
        world.scenarios.set_likelihoods(FUTURES, ScenarioLikelihoods(PACT, (0.5,)))
    changed = world.scenarios.set_likelihoods(
        FUTURES, ScenarioLikelihoods(PACT, (0.9, 0.2), "Only two are left.")
    )
    assert (
        row_of(world, PACT)
        == changed.rows[-1]
        == ScenarioLikelihoods(PACT, (0.9, 0.03, 0.2), "Only two are left.")
    )
    assert world.scenarios.get(FUTURES).history[:-1] == history
    assert set(suggested(world)) == {"friends", "Other"}


def test_of_two_changes_each_number_goes_to_its_own_scenario(world: Tracker) -> None:
    world.questions.change_option(FUTURES, "rivals", "added")
    world.questions.change_option(FUTURES, "strangers", "removed")
    world.scenarios.set_likelihoods(FUTURES, ScenarioLikelihoods(PACT, (0.9, 0.2, 0.4)))
    assert row_of(world, PACT).p == (0.9, 0.03, 0.2, 0.4)
    world.questions.change_option(FUTURES, "rivals", "removed")
    world.scenarios.set_likelihoods(FUTURES, ScenarioLikelihoods(PACT, (0.8, 0.3)))
    assert row_of(world, PACT).p == (0.8, 0.03, 0.3, 0.4)
    world.scenarios.set_likelihoods(FUTURES, ScenarioLikelihoods(FAIR, (0.8, 0.3)))
    assert row_of(world, FAIR).p == (0.8, 0.4, 0.3, 0.3)
    assert world.system.verify().bad_seq is None


# One scenario is edited, and the others give way


def test_an_edited_scenario_is_a_forecast(world: Tracker) -> None:
    world.forecasts.submit(FUTURES, Categorical(OPTIONS, (0.5, 0.4, 0.1)), rationale="So it looks.")
    after = {"friends": 0.55, "strangers": 0.36, "Other": 0.09}
    edited = Categorical(OPTIONS, tuple(after.values()))
    world.forecasts.submit(FUTURES, edited, rationale="The pact.")
    page = world.scenarios.get(FUTURES)
    mine = page.held[world.me]
    assert isinstance(mine, Categorical)
    assert dict(zip(mine.options, mine.p, strict=True)) == pytest.approx(after)
    assert sum(mine.p) == 1.0
    assert page.scenario_set == SET
    assert [act.rationale for act in acts_of(world, FUTURES)] == ["So it looks.", "The pact."]
    assert acts_of(world, FUTURES, BEN) == []


# Links


@pytest.fixture
def questions(tracker: Tracker, clock: FakeClock) -> Tracker:
    """Yes/no questions that close one after the other, and one of every other kind."""
    begin(tracker, clock, ask_for_links)
    return tracker


def ask_for_links(tracker: Tracker, _clock: FakeClock) -> None:
    for n, name in enumerate(("a", "b", "c", "d")):
        ask(tracker, name, closes=30 + n)
    ask(tracker, "calm", closes=50, horizon_shape="holds_until")
    ask(
        tracker,
        "grain",
        closes=60,
        kind="numeric",
        scale=Scale(0.0, 100.0, unit="Mt"),
        horizon_shape="state_at",
    )
    ask(
        tracker, "futures", closes=60, kind="categorical", options=OPTIONS, horizon_shape="state_at"
    )


FITTING: tuple[tuple[LinkKind, tuple[str, ...]], ...] = (
    ("implies", ("a", "b")), ("negates", ("a", "b")), ("conjunction", ("a", "b", "c")),
    ("one of", ("a", "b", "c", "d")), ("dates", ("a", "b", "c")), ("members", ("d", "c")),
    ("condition", ("a", "b", "c")), ("condition", ("a", "b", "c", "d")),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "names"), FITTING)
def test_a_link_that_fits_is_kept_as_it_was_said(
    questions: Tracker, kind: LinkKind, names: tuple[str, ...]
) -> None:
    made = a_link(kind, *names, labels=names)
    questions.links.add(made)
    assert questions.links.coherence().links == (made,)
    (group,) = questions.links.groups(names[1])
    assert (group.link, [row.question.id for row in group.questions]) == (made, list(names))
    assert questions.system.verify().bad_seq is None


@check_rows(
    [
        ("implies", ("a",), "has 2 questions, not 1"),
        ("implies", ("a", "b", "c"), "has 2 questions, not 3"),
        ("implies", ("a", "a"), "'a' stands in the link twice"),
        ("implies", ("a", "grain"), "'grain' is numeric"),
        ("negates", ("a", "futures"), "'futures' is categorical"),
        ("negates", ("b", "b"), "stands in the link twice"),
        ("conjunction", ("a", "b"), "has 3 questions, not 2"),
        ("conjunction", ("a", "b", "grain"), "all its questions have to be binary"),
        ("one of", ("a",), "has 2 or more questions, not 1"),
        ("one of", ("a", "b", "a"), "stands in the link twice"),
        ("one of", ("a", "futures"), "all its questions have to be binary"),
        ("dates", ("b", "a"), "'a' does not close after 'b'"),
        ("dates", ("a", "calm"), "make a group of each, they move apart"),
        ("dates", ("a", "grain"), "those that stand side by side are of one kind"),
        ("dates", ("a",), "has 2 or more questions, not 1"),
        ("members", ("a", "grain"), "those that stand side by side are of one kind"),
        ("members", ("a", "a"), "stands in the link twice"),
        ("condition", ("a", "b"), "has 3 or 4 questions, not 2"),
        ("condition", ("futures", "b", "c"), "its first question has to be binary"),
        ("condition", ("a", "b", "grain"), "those that stand side by side are of one kind"),
        ("condition", ("a", "a", "b"), "stands in the link twice"),
    ],
    "kind",
    "names",
    "reason",
)
def test_an_unfit_link_is_refused(
    questions: Tracker, kind: LinkKind, names: tuple[str, ...], reason: str
) -> None:
    before = questions.system.verify()
    with pytest.raises(ForecastsError, match=reason):
        questions.links.add(a_link(kind, *names))
    assert questions.links.coherence().links == ()
    assert questions.system.verify() == before


@check_rows(
    ["implies", "negates", "conjunction", "one of", "dates", "members", "condition"], "kind"
)
def test_a_link_to_a_missing_question_is_refused(questions: Tracker, kind: LinkKind) -> None:
    names = ("a", "b", "nope") if kind in ("conjunction", "condition") else ("a", "nope")
    with pytest.raises(NotFound, match="there is no question nope"):
        questions.links.add(a_link(kind, *names))


def test_a_name_is_unique_and_labels_are_complete(questions: Tracker) -> None:
    questions.links.add(a_link("implies", "a", "b"))
    with pytest.raises(InvalidQuestion, match="there is a link 'rains' already"):
        questions.links.add(a_link("negates", "c", "d"))
    with pytest.raises(InvalidQuestion, match="1 labels for 2 questions"):
        questions.links.add(a_link("members", "c", "d", id="other", labels=("c",)))
    assert len(questions.links.coherence().links) == 1


def test_a_pair_that_would_be_its_own_condition_is_refused(questions: Tracker) -> None:
    questions.links.add(a_link("condition", "a", "b", "c", id="first"))
    with pytest.raises(InvalidQuestion, match="'b' counts only if 'own' has come about"):
        questions.links.add(a_link("condition", "b", "a", "d", id="own"))
    questions.links.add(a_link("condition", "c", "d", "calm", id="second"))
    with pytest.raises(InvalidQuestion, match="'d' counts only if 'third' has come about"):
        questions.links.add(a_link("condition", "d", "a", "b", id="third"))
    assert [link.id for link in questions.links.coherence().links] == ["first", "second"]


def test_two_questions_may_imply_each_other(questions: Tracker) -> None:
    questions.links.add(a_link("implies", "a", "b", id="there"))
    questions.links.add(a_link("implies", "b", "a", id="back"))
    say(questions, {"a": "60%", "b": "40%"})
    mine = [
        c.violation.link.id
        for c in questions.links.coherence().contradictions
        if c.forecaster.id == questions.me
    ]
    assert mine == ["there"]
