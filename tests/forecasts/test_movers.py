"""Movers of a suggestion: what each line and story changes, whatever its kind."""

import math

import pytest

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Categorical
from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.log_odds import LedgerLine, StoryEffect
from forecasts.questions.question import EvidenceId, QuestionId, utc
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionLine, OptionSuggestion
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import rank_movers, story_changes

AT = utc("2026-01-01")
ONE, TWO = EvidenceId(1), EvidenceId(2)


def line(kind: str, nats: float, *stories: StoryEffect) -> LedgerLine:
    return LedgerLine(kind, f"why {kind}", nats, 0.5, stories)  # type: ignore[arg-type]


NEWS = (
    line("base rate", -1.0),
    line("time passed", -0.2),
    line("reports", 0.9, StoryEffect(TWO, 0.1), StoryEffect(ONE, 0.7)),
    line("signpost", -0.3),
    line("doubt", -0.1),
    line("evidence scale", -0.2),
    line("learned correction", 0.05),
)
P = sigmoid(math.fsum(each.log_odds for each in NEWS))
SUGGESTION = Suggestion(QuestionId("q"), AT, NEWS, P)


def test_movers_come_in_the_order_of_their_size() -> None:
    movers = rank_movers(SUGGESTION)
    assert [mover.kind for mover in movers] == [
        "reports", "time passed", "signpost", "learned correction",
    ]  # fmt: skip
    assert movers[0].stories == (ONE, TWO)
    # Doubt and scale halve all news, and nothing else.
    without = {mover.kind: logit(P - mover.change) for mover in movers}
    assert without["reports"] == pytest.approx(logit(P) - 0.45)
    assert without["time passed"] == pytest.approx(logit(P) + 0.2)


def test_stories_share_the_effect_of_all_news() -> None:
    changes = story_changes(SUGGESTION)
    assert {story: logit(P) - logit(P - change) for story, change in changes.items()} == (
        pytest.approx({ONE: 0.35, TWO: 0.05})
    )
    assert story_changes(Suggestion(QuestionId("q"), AT, (), 0.3)) == {}


def test_movers_of_an_option_and_of_a_number() -> None:
    lines = {"Rome": (OptionLine("evidence", "Talks", 0.4, (StoryEffect(ONE, 0.4),)),)}
    shares = Categorical(("Rome", "Oslo", "Nice"), (0.6, 0.4, 0.0))
    options = OptionSuggestion(QuestionId("q"), AT, shares, lines)
    (mover,) = rank_movers(options, "Rome")
    assert logit(0.6 - mover.change) == pytest.approx(logit(0.6) - 0.4)
    assert rank_movers(options, "Oslo") == ()
    # What cannot happen is moved by nothing.
    never = OptionSuggestion(QuestionId("q"), AT, shares, {"Nice": lines["Rome"]})
    assert [each.change for each in rank_movers(never, "Nice")] == [0.0]
    # A number moves from even chances above its median.
    curve = Cdf((0.0, 40.0), (0.0, 1.0))
    number = CurveSuggestion(QuestionId("q"), AT, curve, curve, (line("evidence", 0.5),))
    (mover,) = rank_movers(number)
    assert mover.change == pytest.approx(sigmoid(0.5) - 0.5)
