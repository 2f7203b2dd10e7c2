"""The order of the inbox: what a judgement would really move, and evidence that is context only."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from dashboard.inbox.data import evidence_frame
from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.question import EvidenceId, Question
from forecasts.suggestion.judgement_effects import compute_judgement_effects
from tests.builders import NOW, FakeClock, a_question, a_set, an_indicator
from tests.dashboard.pages import open_page, words
from tests.dashboard.scenario_examples import FUTURES, PACT, SET, ask_questions
from tests.lives import an_asked
from tests.quick_databases import begin
from tests.terminals import at_a_terminal
from tests.test_cli import Shell
from tests.test_learning import log
from tracker.app.tracker import Tracker
from tracker.questions.review_evidence import ReviewEffect
from tracker.questions.update_suggestion import measure_change

SUMMIT = "summit-2027"
QUESTIONS = (SUMMIT, PACT, FUTURES, "visit", "height")
OPTIONS = {FUTURES: "friends", "visit": "Moscow"}
OVERRIDE = "a question of a test"


def every_kind(tracker: Tracker, _: FakeClock) -> None:
    """Questions with a suggestion from news, one that follows from a table, and a number."""
    tracker.question_sets.load(a_set(indicators=[an_indicator(half_life_days=20.0)]))
    ask_questions(tracker)
    tracker.scenarios.add(SET)
    tracker.questions.ask(
        an_asked("visit", kind="categorical", options=("Moscow", "Beijing")), override=OVERRIDE
    )
    number = {"prior": "10 20 30", "scale": Scale(0.0, 90.0), "horizon_shape": "state_at"}
    tracker.questions.ask(
        an_asked("height", text="How high?", kind="numeric", **number), override=OVERRIDE
    )


@pytest.fixture
def several(tracker: Tracker, clock: FakeClock) -> Tracker:
    begin(tracker, clock, every_kind)
    return tracker


@pytest.fixture
def shell(
    several: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A terminal in front of the questions of every kind."""
    return at_a_terminal(several, clock, capsys, monkeypatch)


def size(found: object) -> float:
    """The larger move of what a page says that accepting and rejecting would do."""
    if not isinstance(found, ReviewEffect):
        return 0.0
    judged: tuple[Distribution, ...] = (found.confirmed, found.rejected)
    return max(measure_change(found.stands, after) for after in judged)


def pieces(tracker: Tracker, question: str | None = None) -> list[EvidenceId]:
    return [card.evidence.id for card in tracker.evidence.inbox(question)]


@pytest.mark.parametrize("seed", range(8))
def test_the_inbox_orders_by_what_a_judgement_really_does(several: Tracker, seed: int) -> None:
    """By the same rules that say on the page what accepting and rejecting would do."""
    chance = Random(seed)
    for _ in range(14):
        question = chance.choice(QUESTIONS)
        log(
            several, question, option=OPTIONS.get(question, ""), seen=NOW - timedelta(hours=chance.randrange(900)),
            direction=chance.choice(list(Direction)), relevance=chance.uniform(0.5, 1.0),
            strength=chance.choice([s for s in Strength if s is not Strength.DECISIVE]),
            p_direction=chance.uniform(0.5, 1.0),
        )  # fmt: skip
    sizes = [size(several.evidence.preview_review(piece)) for piece in pieces(several)]
    assert len(sizes) == 14
    assert sizes[0] > 0.0
    assert sizes == sorted(sizes, reverse=True)


def test_what_would_change_most_comes_first_and_what_moves_nothing_last(
    both: Tracker, clock: FakeClock
) -> None:
    both.question_sets.load(a_set())
    neutral = [log(both, direction=Direction.NEUTRAL, p_direction=0.5) for _ in range(2)]
    doubtful = log(both, relevance=0.5, strength=Strength.STRONG)
    clock.advance(hours=1)
    sure = log(both, relevance=0.6, strength=Strength.SLIGHT, indicator_id="summit-2027/other")
    assert pieces(both) == [doubtful, sure, *neutral[::-1]]
    both.evidence.review(doubtful, "confirmed")
    assert pieces(both, SUMMIT) == [sure, *neutral[::-1]]


def test_what_is_as_good_as_settled_comes_after_what_is_open(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set(a_question(prior=Binary(0.02))))
    tracker.questions.ask(
        an_asked("visit", kind="categorical", options=("Moscow", "Beijing")), override=OVERRIDE
    )
    settled, open_still = log(tracker), log(tracker, "visit", option="Moscow")
    assert pieces(tracker) == [open_still, settled]


def test_what_may_be_the_answer_comes_before_all_others(several: Tracker) -> None:
    may_answer = log(several, FUTURES, option="friends", strength=Strength.DECISIVE)
    strong = log(several, strength=Strength.STRONG)
    assert pieces(several) == [may_answer, strong]


def test_of_what_moves_nothing_the_newest_comes_first(several: Tracker, clock: FakeClock) -> None:
    older = log(several, FUTURES, option="friends", strength=Strength.STRONG)
    clock.advance(hours=1)
    newer = log(several, "height")
    slight = log(several, strength=Strength.SLIGHT, relevance=0.5, seen=NOW - timedelta(days=9))
    assert pieces(several) == [slight, newer, older]


def test_in_a_large_database_the_most_promising_questions_are_worked_out(
    several: Tracker, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.questions.review_evidence.MAX_PIECES", 3)
    for number in range(2):
        log(
            several,
            SUMMIT,
            seen=NOW - timedelta(hours=number),
            strength=Strength.STRONG,
            relevance=0.6,
        )
        log(
            several,
            PACT,
            seen=NOW - timedelta(hours=number),
            strength=Strength.SLIGHT,
            relevance=0.9,
        )
    worked_out: list[str] = []

    def effects_of(question: Question, waiting: object, **known: Any) -> dict[EvidenceId, float]:
        worked_out.append(question.id)
        return compute_judgement_effects(question, waiting, **known)  # type: ignore[arg-type]

    monkeypatch.setattr("tracker.questions.review_evidence.judgement_effects", effects_of)
    found = several.evidence.inbox()
    assert worked_out == [SUMMIT]
    assert [card.evidence.question_id for card in found] == [SUMMIT, SUMMIT, PACT, PACT]


def test_a_clock_behind_the_newest_piece_still_lists_it(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    piece = log(tracker, seen=NOW)
    clock.advance(days=-2)
    assert pieces(tracker) == [piece]


# Context only


@pytest.mark.parametrize("question", [FUTURES, "height"])
def test_evidence_that_moves_no_suggestion_is_called_context_only(
    several: Tracker, shell: Shell, question: str
) -> None:
    piece = log(several, question, option=OPTIONS.get(question, ""))
    assert several.evidence.preview_review(piece) == "context only"
    assert "context only" in shell("evidence", "inbox")
    assert "to review, context only" in " ".join(shell("question", "show", question).split())
    text = words(open_page(several, "inbox"))
    assert "context only: no judgement of it moves the suggestion" in text
    assert "until a person judges it" not in text
    page = several.questions.get(question)
    assert (
        evidence_frame(page.evidence, page.summary.question.kind)["status"].item()
        == "to review, context only"
    )
    several.evidence.review(piece, "confirmed")
    assert "confirmed, context only" in " ".join(shell("question", "show", question).split())
    (card,) = several.questions.get(question).evidence
    assert card.state == "confirmed, context only"


def test_evidence_that_moves_a_suggestion_is_not_context_only(
    several: Tracker, shell: Shell
) -> None:
    log(several)
    assert "context only" not in shell("evidence", "inbox")
    text = words(open_page(several, "inbox"))
    assert "until a person judges it" in text
    assert "ontext only" not in text


def test_a_scenario_set_makes_context_of_the_evidence_that_is_there(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    ask_questions(tracker)
    piece = log(tracker, FUTURES, option="friends")
    assert isinstance(tracker.evidence.preview_review(piece), ReviewEffect)
    tracker.scenarios.add(SET)
    assert tracker.evidence.preview_review(piece) == "context only"
    assert [card.context_only for card in tracker.questions.get(FUTURES).evidence] == [True]
