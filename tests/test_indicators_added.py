"""A person says what else to watch for; what could never match, or says nothing, is refused."""

from dataclasses import replace
from typing import Any

import pytest

from forecasts.errors import InvalidQuestion
from forecasts.evidence.evidence import Direction, Expectation, IndicatorId, Strength
from forecasts.questions.question import QuestionId
from tests.builders import DAY, NOW, FakeClock, a_question, a_set, an_indicator
from tests.lives import KNOWN, LIVES, SOURCE, an_asked
from tests.tables import check_rows
from tests.terminals import at_a_terminal
from tests.test_cli import Shell
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.questions.add_indicator import parse_terms
from tracker.questions.parse_side import parse_side

SUMMIT = QuestionId("summit-2027")
VISIT = an_indicator(
    slug="visit", name="A leader visits", terms=(("visit*",),), examples=("Arland's king visits",)
)
DUE = Expectation(NOW + 30 * DAY, "very likely", "unlikely")
TYPED = ("question", "add-indicator", "rain", "--name", "A storm is forecast", "--term", "storm* | gale", "--term", "Arland",
         "--example", "Storm on its way to Arland")  # fmt: skip


@pytest.fixture
def asked(tracker: Tracker) -> Tracker:
    """A tracker with a question of a set."""
    tracker.question_sets.load(a_set())
    return tracker


@pytest.fixture
def shell(
    tracker: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A terminal where a question on rain was asked."""
    tracker.questions.ask(an_asked(), override="a question of a test")
    return at_a_terminal(tracker, clock, capsys, monkeypatch)


def test_an_indicator_is_kept_and_the_log_stays_whole(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    new = replace(VISIT, expected=DUE)
    assert tracker.questions.add_indicator(new) == new
    assert tracker.questions.get(SUMMIT).indicators[new.id] == new
    assert tracker.system.verify().bad_seq is None


@check_rows(
    [
        ({"name": " "}, "has no name"),
        ({"direction": Direction.NEUTRAL}, "would say nothing"),
        ({"strength": Strength.NONE}, "would say nothing"),
        ({"terms": (("visit*",), ())}, "leave empty groups out"),
        ({"terms": ((" *",),)}, "leave empty groups out"),
        ({"terms": (), "unless": ("king",)}, "does not match the words of its own indicator"),
        ({"terms": (("vi*sit",),)}, "only at the end"),
        ({"examples": ()}, "give a headline"),
        (
            {"examples": ("The king stays at home",)},
            "does not match the words of its own indicator",
        ),
        ({"unless": ("king",)}, "does not match the words of its own indicator"),
        ({"half_life_days": 0.0}, "above 0 days"),
        ({"half_life_days": float("nan")}, "above 0 days"),
        ({"option": "Moscow"}, "has no options"),
        (
            {"id": IndicatorId("summit-2027/invitation")},
            "there is an indicator 'summit-2027/invitation' already",
        ),
        ({"expected": replace(DUE, by=NOW)}, "its date must lie ahead"),
        ({"expected": replace(DUE, by=a_question().closes_at + DAY)}, "its date must lie ahead"),
        (
            {"expected": Expectation(DUE.by, "unlikely", "likely")},
            "it speaks for YES, so it must be likelier",
        ),
    ],
    "changed",
    "reason",
)
def test_what_could_never_speak_is_refused_and_not_kept(
    asked: Tracker, changed: dict[str, Any], reason: str
) -> None:
    before = asked.system.verify().head
    with pytest.raises(InvalidQuestion, match=reason):
        asked.questions.add_indicator(replace(VISIT, **changed))
    assert asked.system.verify().head == before


def test_an_answered_question_gets_no_indicator(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked())
    with pytest.raises(NotFound):
        tracker.questions.add_indicator(VISIT)
    clock.time = KNOWN + DAY
    tracker.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=KNOWN)
    with pytest.raises(Refused, match="rain is resolved"):
        tracker.questions.add_indicator(
            replace(VISIT, question_id=QuestionId("rain"), id=IndicatorId("rain/visit"))
        )


@pytest.mark.parametrize(
    ("life", "said", "found"),
    [
        (0, " For", (Direction.YES, "")), (0, "against", (Direction.NO, "")),
        (1, "moscow", (Direction.YES, "Moscow")), (1, "not  Moscow", (Direction.NO, "Moscow")),
        (3, "lower", (Direction.NO, "")), (5, "earlier", (Direction.YES, "")),
        (0, "neither", (Direction.NEUTRAL, "")), (1, "NEITHER", (Direction.NEUTRAL, "")),
    ],
)  # fmt: skip
def test_a_side_is_said_in_the_words_of_its_question(
    tracker: Tracker, life: int, said: str, found: tuple[Direction, str]
) -> None:
    assert parse_side(tracker.questions.ask(LIVES[life].asked), said) == found


@pytest.mark.parametrize(("life", "said", "reason"), [
    (0, "higher", "'higher' is no side of it: say for, against or neither"),
    (1, "Rome", "say one of Moscow, Beijing, Other, “not” and one of them, or neither"),
    (1, "for", "say one of Moscow"), (3, "yes", "say higher, lower or neither"),
    (5, "against", "say earlier, later or neither"),
])  # fmt: skip
def test_a_side_that_the_question_does_not_have_is_refused(
    tracker: Tracker, life: int, said: str, reason: str
) -> None:
    with pytest.raises(InvalidQuestion, match=reason):
        parse_side(tracker.questions.ask(LIVES[life].asked), said)


def test_words_are_an_and_of_ors() -> None:
    assert parse_terms(["a | b  c||", "", "d*"]) == (("a", "b c"), ("d*",))


def test_the_command_adds_an_indicator(shell: Shell, tracker: Tracker) -> None:
    said = shell(*TYPED, "--speaks", "for", "--strength", "strong", "--half-life", "0", "--expected-by", "2026-12-20",
                 "--if-yes", "likely", "--if-no", "unlikely")  # fmt: skip
    assert "rain/storm-forecast is watched for; it speaks for YES." in said
    (found,) = tracker.questions.get("rain").indicators.values()
    assert (found.strength, found.half_life_days) == (Strength.STRONG, None)
    assert found.terms == (("storm*", "gale"), ("Arland",))
    assert found.expected is not None
    assert found.expected.if_yes == "likely"


def test_the_command_refuses_in_one_line(shell: Shell, tracker: Tracker) -> None:
    assert "for, against or neither" in shell.refused(*TYPED, "--speaks", "sideways")
    assert "would say nothing" in shell.refused(*TYPED, "--speaks", "neither")
    assert "all three or none" in shell.refused(*TYPED, "--speaks", "for", "--if-yes", "likely")
    assert not tracker.questions.get("rain").indicators
