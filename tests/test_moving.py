"""Why probabilities moved: the suggestion between two instants, acts of people, and the
terminal.
"""

import math
from functools import partial

import pytest

from forecasts.distributions.probability import logit
from forecasts.evidence.evidence import Strength
from forecasts.questions.question import SUGGESTION, ForecasterId
from forecasts.questions.timeline import Forecast
from forecasts.suggestion.changes import ProbabilityChange
from tests.builders import (
    DAY,
    FakeClock,
    Press,
    a_denial,
    a_question,
    a_set,
    an_indicator,
    no_network,
)
from tests.lives import an_asked
from tests.test_cli import Shell
from tests.test_learning import log
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import NotFound, Refused
from tracker.interfaces.cli.commands import terminal

SUMMIT = "summit-2027"


@pytest.fixture
def shell(
    tracker: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A shell on the data of `tracker`, at its time."""
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    monkeypatch.setattr(
        terminal, "open_tracker", partial(open_tracker, now=clock, fetch=no_network)
    )
    return Shell(tracker.settings.data_dir, capsys, monkeypatch)


@pytest.fixture
def loaded(tracker: Tracker) -> Tracker:
    """A tracker with one question that no news has reached; an invitation a year is usual."""
    tracker.question_sets.load(a_set(indicators=[an_indicator(usual_per_year=1.0), a_denial()]))
    return tracker


def adds_up(move: ProbabilityChange | None) -> ProbabilityChange:
    """The move, whose reasons tell all of it."""
    assert move is not None
    assert math.fsum(r.log_odds for r in move.reasons) == pytest.approx(
        logit(move.after) - logit(move.before), abs=1e-9
    )
    return move


def causes(move: ProbabilityChange) -> set[str]:
    return {reason.cause for reason in move.reasons}


def acts_of(tracker: Tracker, who: str, question: str = SUMMIT) -> list[Forecast]:
    return [act for act in tracker.questions.get(question).acts if act.forecaster_id == who]


def test_news_and_time_move_the_suggestion_between_two_instants(
    loaded: Tracker, clock: FakeClock
) -> None:
    since = clock()
    clock.advance(days=30)
    story = log(loaded)
    move = adds_up(loaded.questions.explain_change(SUMMIT, since))
    assert (move.since, move.until) == (since, clock())
    assert {"time passed", "came in"} <= causes(move)
    assert "evidence scale" not in causes(move)
    assert [r.evidence_id for r in move.reasons if r.cause == "came in"] == [story]


def test_each_instant_counts_the_judgements_of_its_own_time(
    loaded: Tracker, clock: FakeClock
) -> None:
    story = log(loaded)
    logged = clock()
    clock.advance(days=1)
    loaded.evidence.review(story, "rejected")
    rejected = clock()
    clock.advance(days=1)
    loaded.evidence.review(story, "edited", strength=Strength.STRONG)
    taken = adds_up(loaded.questions.explain_change(SUMMIT, logged, rejected))
    (back,) = [r for r in taken.reasons if r.cause == "judged anew"]
    assert back.log_odds < -0.2
    again = adds_up(loaded.questions.explain_change(SUMMIT, rejected, clock()))
    (brought,) = [r for r in again.reasons if r.cause == "judged anew"]
    assert brought.log_odds > -back.log_odds
    assert (
        adds_up(loaded.questions.explain_change(SUMMIT, logged - DAY, logged)).after == taken.before
    )


def test_instants_are_moved_into_the_life_of_a_suggestion(
    loaded: Tracker, clock: FakeClock
) -> None:
    question = a_question()
    clock.advance(days=1)
    move = loaded.questions.explain_change(
        SUMMIT, question.opens_at - 900 * DAY, clock() + 900 * DAY
    )
    assert (move.since, move.until) == (question.opens_at, clock())
    clock.time = question.closes_at + 30 * DAY
    assert loaded.questions.explain_change(SUMMIT, question.opens_at).until < question.closes_at
    with pytest.raises(Refused, match="had no estimate between"):
        loaded.questions.explain_change(SUMMIT, question.closes_at + DAY)


def test_only_yes_no_questions_have_log_odds(loaded: Tracker) -> None:
    with pytest.raises(NotFound):
        loaded.questions.explain_change("no-such-question", loaded.now() - DAY)
    asked = an_asked("visit-2027", kind="categorical", options=("Arland", "Borland", "Other"))
    loaded.questions.ask(asked, override="a question of a test")
    with pytest.raises(Refused, match="no yes-no question"):
        loaded.questions.explain_change("visit-2027", loaded.now() - DAY)
    with pytest.raises(NotFound, match="there is no forecast 999"):
        loaded.questions.explain_act(SUMMIT, 999)


def test_a_revision_of_the_suggestion_is_told_as_recorded(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set())
    tracker.feeds.poll()
    clock.advance(days=2)
    press.publish("wire", "Arland invites Borland to a summit")
    tracker.feeds.poll()
    first, *others = acts_of(tracker, SUGGESTION)
    assert tracker.questions.explain_act(SUMMIT, first.id) is None
    move = adds_up(tracker.questions.explain_act(SUMMIT, others[-1].id))
    assert "came in" in causes(move)
    assert "recorded otherwise" not in causes(move)
    assert move.after == others[-1].distribution.p  # type: ignore[union-attr]


def test_late_evidence_is_named_as_such(loaded: Tracker, clock: FakeClock) -> None:
    start = clock()
    clock.advance(days=3)
    story = log(loaded)
    loaded.evidence.review(story, "confirmed")
    clock.advance(days=3)
    log(loaded, seen=start + DAY)
    move = adds_up(loaded.questions.explain_act(SUMMIT, acts_of(loaded, SUGGESTION)[-1].id))
    assert "recorded otherwise" in causes(move)


def test_a_first_forecast_starts_from_the_base_rate(loaded: Tracker, clock: FakeClock) -> None:
    clock.advance(days=3)
    story = log(loaded)
    loaded.forecasts.submit(SUMMIT, "60%", rationale="They were invited.", cites=[story])
    (act,) = acts_of(loaded, "ada")
    move = adds_up(loaded.questions.explain_act(SUMMIT, act.id))
    assert (move.before, move.after, move.until) == (0.3, 0.6, clock())
    cited, judged = move.reasons
    assert (cited.cause, cited.evidence_id, judged.cause) == ("cited", story, "judgement")
    # A cited story counts by what its absence from its line would change. Without any news the
    # silence of the other lines would not count, which is theirs.
    whole = loaded.questions.get(SUMMIT).suggestion
    loaded.evidence.review(story, "rejected")
    without = loaded.questions.get(SUMMIT).suggestion
    assert whole is not None
    assert without is not None
    assert cited.log_odds == pytest.approx(logit(whole.p) - logit(without.p), abs=0.03)
    assert cited.log_odds > 0.05


def test_a_revision_counts_changes_since_the_last_act(loaded: Tracker, clock: FakeClock) -> None:
    story = log(loaded)
    loaded.evidence.review(story, "edited", strength=Strength.STRONG)  # so it fades by itself
    loaded.forecasts.submit(SUMMIT, "60%", rationale="first", cites=[story])
    loaded.forecasts.submit(
        SUMMIT, "10%", rationale="somebody else", forecaster=ForecasterId("ben")
    )
    clock.advance(days=45)
    loaded.forecasts.submit(SUMMIT, "50%", rationale="It fades.", cites=[story])
    move = adds_up(loaded.questions.explain_act(SUMMIT, acts_of(loaded, "ada")[-1].id))
    assert (move.before, move.after) == (0.6, 0.5)
    assert move.reasons[0].log_odds < -0.05
    assert move.until - move.since == 45 * DAY


def test_a_forecast_after_a_withdrawal_starts_anew(loaded: Tracker, clock: FakeClock) -> None:
    loaded.forecasts.submit(SUMMIT, "60%", rationale="first")
    clock.advance(days=1)
    loaded.forecasts.withdraw(SUMMIT, rationale="I do not know.")
    clock.advance(days=1)
    loaded.forecasts.submit(SUMMIT, "70%", rationale="Now I do.")
    _, gone, back = acts_of(loaded, "ada")
    assert loaded.questions.explain_act(SUMMIT, gone.id) is None
    move = adds_up(loaded.questions.explain_act(SUMMIT, back.id))
    assert (move.before, move.after) == (0.3, 0.7)
    assert causes(move) == {"judgement"}


def test_the_terminal_tells_why_an_estimate_moved(
    loaded: Tracker, shell: Shell, clock: FakeClock
) -> None:
    story = log(loaded)
    clock.advance(days=2)
    printed = shell("question", "show", SUMMIT, "--moved", "2026-11-30", "--until", "2026-12-02")
    assert "estimate" in printed
    assert "came in: “Report" in printed
    assert "sum" in printed
    found = shell.json("question", "show", SUMMIT, "--moved", "2026-11-30", "--until", "2026-12-02")
    assert math.fsum(r["log_odds"] for r in found["reasons"]) == pytest.approx(
        found["log_odds"], abs=1e-9
    )
    assert story in [r["evidence_id"] for r in found["reasons"]]
    assert shell("question", "show", SUMMIT, "--until", "2026-12-02", code=2) == ""
    assert "--until needs --moved" in shell.error
