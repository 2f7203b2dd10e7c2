"""The order of the inbox: what a judgement would really move, and what moves nothing yet."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from dashboard.wording.numbers import percent_whole
from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Distribution
from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.question import MATCHER, SUGGESTION, EvidenceId, Question, QuestionId
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.judgement_effects import compute_judgement_effects
from tests.builders import NOW, FakeClock, a_set, an_indicator
from tests.dashboard.pages import open_page, words
from tests.dashboard.scenario_examples import FUTURES, PACT, SET, ask_questions
from tests.lives import an_asked
from tests.quick_databases import begin
from tests.terminals import at_a_terminal
from tests.test_cli import Shell
from tests.test_learning import log, review_some
from tracker.app.tracker import Tracker
from tracker.model.evidence import Decision
from tracker.questions.review_evidence import ReviewEffect
from tracker.questions.update_suggestion import measure_change
from tracker.storage import evidence

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


@pytest.mark.parametrize("seed", range(3))
def test_the_inbox_orders_by_what_a_judgement_really_does(
    several: Tracker, clock: FakeClock, seed: int
) -> None:
    """By the same rules that say on the page what accepting and rejecting would do."""
    chance = Random(seed)
    clock.advance(hours=300)
    for _ in range(14):
        question = chance.choice(QUESTIONS)
        log(
            several, question, option=OPTIONS.get(question, ""), seen=clock.time - timedelta(hours=chance.randrange(300)),
            direction=chance.choice(list(Direction)), relevance=chance.uniform(0.5, 1.0),
            strength=chance.choice([s for s in Strength if s is not Strength.DECISIVE]),
            p_direction=chance.uniform(0.5, 1.0),
        )  # fmt: skip
    sizes = [size(several.evidence.preview_review(piece)) for piece in pieces(several)]
    assert len(sizes) == 14
    assert sizes[0] > 0.0
    assert sizes == sorted(sizes, reverse=True)


def test_what_would_change_most_comes_first(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    neutral = [log(tracker, direction=Direction.NEUTRAL, p_direction=0.5) for _ in range(2)]
    doubtful = log(tracker, relevance=0.5, strength=Strength.STRONG)
    clock.advance(hours=1)
    sure = log(tracker, relevance=0.6, strength=Strength.SLIGHT, indicator_id="summit-2027/other")
    assert pieces(tracker) == [doubtful, sure, *neutral[::-1]]
    tracker.evidence.review(doubtful, "confirmed")
    assert pieces(tracker, SUMMIT) == [sure, *neutral[::-1]]


def test_what_may_be_the_answer_comes_before_all_others(several: Tracker) -> None:
    may_answer = log(several, FUTURES, option="friends", strength=Strength.DECISIVE)
    strong = log(several, strength=Strength.STRONG)
    assert pieces(several) == [may_answer, strong]


def test_of_what_moves_nothing_the_newest_comes_first(several: Tracker, clock: FakeClock) -> None:
    older = log(several, FUTURES, strength=Strength.STRONG)  # on no option
    clock.advance(hours=1)
    newer = log(several, "height", direction=Direction.NEUTRAL)
    slight = log(several, strength=Strength.SLIGHT, relevance=0.5, seen=NOW - timedelta(days=9))
    assert pieces(several) == [slight, newer, older]


def test_in_a_large_database_promising_questions_are_computed(
    several: Tracker, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.questions.review_evidence.MAX_PIECES", 3)
    for number in range(2):
        log(
            several,
            SUMMIT,
            seen=NOW - timedelta(hours=number),
            strength=Strength.STRONG,
            relevance=0.7,
        )
        log(
            several,
            PACT,
            seen=NOW - timedelta(hours=number),
            strength=Strength.SLIGHT,
            relevance=0.9,
        )
    worked_out: list[str] = []

    def effects_of(question: Question, *given: Any, **known: Any) -> dict[EvidenceId, float]:
        worked_out.append(question.id)
        return compute_judgement_effects(question, *given, **known)

    monkeypatch.setattr("tracker.questions.review_evidence.compute_judgement_effects", effects_of)
    found = several.evidence.inbox()
    assert worked_out == [SUMMIT]
    assert [card.evidence.question_id for card in found] == [SUMMIT, SUMMIT, PACT, PACT]


def test_a_clock_behind_the_newest_piece_still_lists_it(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    piece = log(tracker, seen=NOW)
    clock.advance(days=-2)
    assert pieces(tracker) == [piece]


# Stories on scenarios


def also_on(tracker: Tracker, piece: EvidenceId, question: str, option: str = "") -> EvidenceId:
    """The story of a piece is evidence on another question, too."""
    with tracker.context.store.writing() as session:
        first = evidence.find_evidence(session, piece)
        assert first is not None
        other = replace(first, question_id=QuestionId(question), option=option)
        logged = Decision("logged", first.direction, first.strength, MATCHER, NOW, "also")
        return evidence.add_evidence(session, other, logged)


def test_a_story_that_counts_through_the_table_is_context_only(
    several: Tracker, shell: Shell
) -> None:
    on_pact = log(several, PACT)
    piece = also_on(several, on_pact, FUTURES, "friends")
    assert several.evidence.preview_review(piece) == "context only"
    assert isinstance(several.evidence.preview_review(on_pact), ReviewEffect)
    assert "context only" in shell("evidence", "inbox")
    assert "to review, context only" in " ".join(shell("question", "show", FUTURES).split())
    text = words(open_page(several, "inbox"))
    assert "no effect here, as it counts through a question of the scenarios’ table" in text
    assert [card.state for card in several.questions.get(FUTURES).evidence] == [
        "to review, context only"
    ]
    several.evidence.review(piece, "confirmed")
    (card,) = several.questions.get(FUTURES).evidence
    assert card.state == "confirmed, context only"
    assert story_lines(several) == 0
    # Rejected on the question of the table it counts on the scenario itself.
    several.evidence.review(on_pact, "rejected")
    assert isinstance(several.evidence.preview_review(piece), ReviewEffect)
    assert several.questions.get(FUTURES).evidence[0].state == "confirmed"
    assert story_lines(several) == 1


def story_lines(tracker: Tracker) -> int:
    """Lines of stories in the suggestion of the scenarios."""
    suggestion = tracker.questions.get(FUTURES).suggestion
    assert isinstance(suggestion, OptionSuggestion)
    return sum(line.kind == "evidence" for own in suggestion.lines.values() for line in own)


def test_a_story_on_a_scenario_moves_it_beside_the_table(several: Tracker) -> None:
    before = several.questions.get(FUTURES).suggestion
    piece = log(several, FUTURES, option="friends", strength=Strength.STRONG)
    effect = several.evidence.preview_review(piece)
    assert isinstance(effect, ReviewEffect)
    assert size(effect) > 0.05
    several.evidence.review(piece, "confirmed")
    after = several.questions.get(FUTURES).suggestion
    assert isinstance(before, OptionSuggestion)
    assert isinstance(after, OptionSuggestion)
    assert after.distribution.of("friends") > before.distribution.of("friends") + 0.1
    assert after.distribution == effect.confirmed
    newest = several.questions.get(FUTURES).summary.standings[SUGGESTION]
    assert newest.distribution == after.distribution


def test_what_waits_shows_what_judgements_have_taught(several: Tracker, shell: Shell) -> None:
    own = f"{SUMMIT}/own-text"
    likely, unsure = (log(several, relevance=p, indicator_id=own) for p in (0.9, 0.48))
    assert [card.corrected for card in several.evidence.inbox()] == [None, None]
    review_some(several, [False] * 10, relevance=0.6, indicator_id=own)
    later = log(several, relevance=0.48, indicator_id=own)
    cards = {card.evidence.id: card for card in several.evidence.inbox()}
    assert cards[later].corrected is None  # it was logged with what the judgements taught
    taught = cards[unsure].corrected or 0.0
    assert taught == pytest.approx(cards[later].evidence.relevance)
    assert taught < 0.3
    assert taught < (cards[likely].corrected or 1.0) < 0.5
    said = " ".join(shell("evidence", "inbox").split())
    assert f"perhaps {taught:.2f} (logged 0.48)" in said
    assert "what the question itself finds is usually rejected: 0" in said
    page = words(open_page(several, "inbox", at=str(unsure)))
    assert f"perhaps, {percent_whole(taught)} relevant" in page
    assert f"{taught:.0%} relevant by the judgements so far, 48% when logged" in page


# What the terminal says of a judgement


def test_a_judgement_says_what_it_did(several: Tracker, shell: Shell) -> None:
    piece = log(several, "visit", title="Plane lands", option="Moscow", strength=Strength.STRONG)
    said = shell("evidence", "review", str(piece), "confirm", "--direction", "beijing")
    assert "visit is edited: for option Beijing, strong: “Plane lands”." in said
    assert "The estimate for Beijing moves 50.0% → 86.4%." in said
    assert "say one of Moscow, Beijing" in shell.refused(
        "evidence", "review", str(piece), "confirm", "--direction", "for"
    )
    said = shell("evidence", "review", str(piece), "reopen")
    assert "visit waits for review again: “Plane lands”." in said
    assert "The estimate for Moscow moves 13.6% → " in said
    assert several.evidence.get(piece).evidence.option == "Moscow"
    assert several.system.verify().bad_seq is None


def test_what_is_added_says_what_it_did(several: Tracker, shell: Shell) -> None:
    add = ("evidence", "add", "height", "Divers see the floor", "--direction")
    said = " ".join(shell(*add, "lower", "--strength", "strong").split())
    assert "is added: lower, strong: “Divers see the floor” (1 report)." in said
    assert "The estimate moves 20" in said
    assert "The estimate stays at" in shell(*add, "lower", "--strength", "strong")
    assert "say higher, lower or neither" in shell.refused(*add, "for")
    add = ("evidence", "add", "visit", "Hotels are booked", "--direction")
    assert "for neither side, some" in shell(*add, "neither")
    assert "against option Moscow" in shell(*add, "not Moscow")


# Perhaps


@pytest.mark.parametrize("question", [SUMMIT, "height", "visit", FUTURES])
def test_unsure_evidence_is_called_perhaps_until_confirmed(
    several: Tracker, shell: Shell, question: str
) -> None:
    log(
        several, question, direction=Direction.NEUTRAL
    )  # the first that was read, so silence counts
    several.evidence.update_suggestions()
    before = several.questions.get(question).suggestion
    assert before is not None
    piece = log(several, question, option=OPTIONS.get(question, ""), relevance=0.6)
    page = several.questions.get(question)
    assert page.suggestion is not None
    assert page.suggestion.lines == before.lines
    assert "perhaps" in {card.state for card in page.evidence}
    assert "perhaps 0.60" in " ".join(shell("evidence", "inbox").split())
    assert "perhaps" in shell("question", "show", question)
    text = words(open_page(several, "inbox"))
    assert "Perhaps: 60% relevant" in text
    assert "no weight until you accept it" in text
    report = several.reports.build("question", question)
    assert '"perhaps"' in report.data
    several.evidence.review(piece, "confirmed")
    after = several.questions.get(question).suggestion
    assert after is not None
    assert after.lines != before.lines
    states = {card.state for card in several.questions.get(question).evidence}
    assert "confirmed" in states
