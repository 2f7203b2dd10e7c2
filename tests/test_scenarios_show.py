"""Scenarios, links and the calendar at a terminal: what is told, what is left out, what is
missing.
"""

from dataclasses import replace

import pytest

from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.suggestion.categorical import OptionSuggestion
from tests.builders import DAY, NOW, FakeClock, a_question, a_set
from tests.dashboard.scenario_examples import FAIR, FUTURES, PACT, SET, a_world, ask_questions
from tests.lives import an_asked
from tests.quick_databases import begin
from tests.test_cli import Shell
from tracker.app.tracker import Tracker
from tracker.errors import Refused

WHY = "a question of a test"


def ask(tracker: Tracker, name: str, *, opens: int = 0, closes: int = 30) -> None:
    """A question on rain that opens and closes on these days."""
    times = {
        "opens_at": NOW + opens * DAY,
        "closes_at": NOW + closes * DAY,
        "resolves_at": NOW + closes * DAY,
    }
    tracker.questions.ask(an_asked(name, horizon_shape="event_by", **times), override=WHY)


def link(tracker: Tracker, *names: str, kind: LinkKind = "dates") -> None:
    tracker.links.add(Link(LinkId("rains"), kind, tuple(map(QuestionId, names)), "Rain"))


def folded(said: str) -> str:
    return " ".join(said.split())


# Repairs


@pytest.fixture
def two(tracker: Tracker) -> Tracker:
    """A group of two dates, of which the second opens in two days."""
    ask(tracker, "early")
    ask(tracker, "late", opens=2, closes=60)
    link(tracker, "early", "late")
    return tracker


def refusal(tracker: Tracker) -> str:
    with pytest.raises(Refused) as refused:
        tracker.links.decide_repair("rains", "adopted")
    return str(refused.value)


def test_a_repair_says_which_forecasts_are_missing(two: Tracker, clock: FakeClock) -> None:
    assert refusal(two) == (
        "there is nothing to repair on rains yet: you hold no forecast on early; late opens "
        "on 3 Dec 2026"
    )
    clock.advance(days=3)
    two.forecasts.submit("early", "60%")
    assert refusal(two).endswith("yet: you hold no forecast on late")
    two.forecasts.submit("late", "70%")
    assert (
        refusal(two)
        == "your forecasts on rains do not contradict each other: there is nothing to repair"
    )
    clock.advance(days=30)
    assert refusal(two).endswith("yet: early is closed")
    two.resolutions.resolve("early", "no", source_url="https://arland.example", known_at=clock.time)
    assert refusal(two).endswith("yet: early is answered")
    assert not two.links.coherence().repairs


def test_what_only_stands_side_by_side_has_no_repair(tracker: Tracker) -> None:
    ask(tracker, "north")
    ask(tracker, "south")
    link(tracker, "north", "south", kind="members")
    assert "rains only puts questions side by side" in refusal(tracker)


# Contradictions


def test_slight_contradictions_are_counted_and_not_listed(
    two: Tracker, clock: FakeClock, shell: Shell
) -> None:
    clock.advance(days=3)
    for who, early in (("ada", "14.01%"), ("ben", "60%")):
        two.forecasts.submit("early", early, forecaster=ForecasterId(who))
        two.forecasts.submit("late", "14%", forecaster=ForecasterId(who))
    said = folded(shell("scenario", "links"))
    assert "ben on rains:" in said
    assert "ada on rains:" not in said
    assert "1 slight ones are left out" in said
    assert len(shell.json("scenario", "links")["contradictions"]) > 1


# Scenarios


def test_before_the_opening_the_prior_is_shown(
    tracker: Tracker, clock: FakeClock, shell: Shell
) -> None:
    ask_questions(tracker, NOW + 2 * DAY)
    tracker.scenarios.add(SET)
    said = folded(shell("scenario", "show", FUTURES))
    assert "from 2026-12-03 on" in said
    shares = said.split("what it is", maxsplit=1)[1].split("indicator question", maxsplit=1)[0]
    assert ("–" in shares, shares.count("%")) == (False, 3)


def test_a_set_shows_its_marks_and_most_telling_questions(
    tracker: Tracker, clock: FakeClock, shell: Shell
) -> None:
    begin(tracker, clock, a_world)
    said = folded(shell("scenario", "show", FUTURES))
    assert "88% ++" in said
    order = said.split("would change our mind most", maxsplit=1)[1]
    assert order.index(PACT) < order.index(FAIR)
    assert "friends" in order


def test_linked_rows_of_a_table_count_as_one(
    tracker: Tracker, clock: FakeClock, shell: Shell
) -> None:
    begin(tracker, clock, a_world)
    assert "Of one cause" not in shell("scenario", "show", FUTURES)
    link(tracker, PACT, FAIR, kind="implies")
    said = folded(shell("scenario", "show", FUTURES))
    assert "Of one cause, so they count as one row: pact, fair." in said
    page = tracker.scenarios.get(FUTURES)
    suggestion = tracker.questions.get(FUTURES).suggestion
    assert isinstance(suggestion, OptionSuggestion)
    assert suggestion.distribution.p == pytest.approx(page.history[-1].shares)


def test_an_answered_row_is_marked_by_its_answer(
    tracker: Tracker, clock: FakeClock, shell: Shell
) -> None:
    begin(tracker, clock, a_world)
    tracker.resolutions.resolve(
        PACT, "no", source_url="https://arland.example", known_at=clock.time
    )
    said = folded(shell("scenario", "show", FUTURES))
    assert "88% --" in said
    assert PACT not in said.split("would change our mind most", maxsplit=1)[1]


def test_what_has_no_number_has_no_mark(tracker: Tracker, clock: FakeClock, shell: Shell) -> None:
    begin(tracker, clock, a_world)
    tracker.questions.change_option(FUTURES, "rivals", "added")
    said = folded(shell("scenario", "show", FUTURES))
    assert "│rivals │ – │" in said
    assert "++" not in said


# The calendar


def test_overdue_answers_stand_first_and_say_so(
    tracker: Tracker, clock: FakeClock, shell: Shell
) -> None:
    ask(tracker, "soon", closes=1)
    ask(tracker, "later", closes=400)
    clock.advance(days=2)
    said = folded(shell("question", "calendar"))
    assert said.index("overdue since 2026-12-02") < said.index("later")


def test_a_retrospective_question_without_an_answer_is_overdue(
    tracker: Tracker, clock: FakeClock, shell: Shell
) -> None:
    tracker.question_sets.load(a_set(replace(a_question(), retrospective=True)))
    clock.advance(days=4_000)
    (entry,) = shell.json("question", "calendar")["expected"]
    assert (entry["what"], entry["state"]) == ("answer due", "overdue")
    assert "summit-2027" in shell("question", "proposed-answers")
