"""What there is to learn from an answered question, on its page."""

import pytest

from dashboard.question.answering import list_misses, path_sentences
from dashboard.wording.numbers import UTC_ZONE
from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Binary
from forecasts.evidence.evidence import Direction
from forecasts.suggestion.postmortem import (
    MissedSignpost,
    PathComparison,
    PathSegment,
    PostMortem,
)
from tests.builders import FakeClock, a_set
from tests.dashboard.examples import ANA, ME, NOW, OPENS, QUESTION, VISIT, page
from tests.dashboard.pages import open_page, prose_of, words
from tests.lives import an_asked
from tests.test_learning import log
from tracker.app.tracker import Tracker

SUMMIT = "summit-2027"
WORST = PathSegment(OPENS, NOW, Binary(0.4), Binary(0.1), 0.031)


def found(**more) -> PostMortem:  # type: ignore[no-untyped-def]
    values = {"helpful": (), "harmful": (), "missed": (), "path": None}
    return PostMortem(QUESTION.id, **{**values, **more})


def test_missed_signposts_are_told_in_words() -> None:
    missed = (MissedSignpost(VISIT.id, "never seen"), MissedSignpost(VISIT.id, "silent", False))
    assert list_misses(found(missed=missed), page(), UTC_ZONE) == (
        "An envoy visits: would have pointed to the outcome, but was never seen",
        "An envoy visits: expected, not seen; not seeing it pointed away from the outcome",
    )


def test_postmortem_sentences() -> None:
    # The best path is a sentence with numbers and their unit.
    said = path_sentences(
        QUESTION, PathComparison(ANA, 0.062, WORST), "Ana", ("1 Jan", "1 Jul")
    ).replace("\u00a0", " ")
    assert said.startswith("Ana would have scored best, 6.2 points of skill ahead of you.")
    assert (
        "from 1 Jan to 1 Jul, when you held 40% and, half-way through, Ana 10%: 3.1 points." in said
    )
    # A path that nobody beats is told so.
    assert "No other forecaster" in path_sentences(
        QUESTION, PathComparison(ME, 0.0, None), "You", ("", "")
    )


@pytest.fixture
def answered(tracker: Tracker, clock: FakeClock) -> Tracker:
    """A question on which I said 40%, with one story for YES, that was answered NO."""
    tracker.question_sets.load(a_set())
    clock.advance(days=1)
    tracker.forecasts.submit(SUMMIT, Binary(0.9), rationale="Sure.")
    tracker.evidence.review(log(tracker, title="An invitation"), "confirmed")
    clock.advance(days=40)
    tracker.resolutions.resolve(
        SUMMIT, "no", source_url="https://arland.example/no", known_at=clock.time
    )
    return tracker


def test_answered_question_tells_what_misled(answered: Tracker) -> None:
    found = answered.resolutions.post_mortem(SUMMIT)
    assert found is not None
    assert (len(found.helpful), len(found.harmful)) == (0, 1)
    assert found.harmful[0].toward < -0.1
    assert found.path is not None
    assert found.path.best != "ada"
    visit = open_page(answered, "question", q=SUMMIT)
    told = words(visit)
    assert "would have scored best" in told
    assert "n = 1" in told
    assert "Evidence that misled" in told
    assert "“An invitation”" in told
    assert "Evidence that helped" not in told
    # The answer comes first, then what moved the estimate and what there is to learn.
    prose = prose_of(visit)
    assert prose.index("Resolved NO") < prose.index("What moved it") < prose.index("Post-mortem")
    assert "Your Brier score: 0.810" in told


def test_a_number_tells_which_news_pointed_to_its_answer(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set())
    number = {"prior": "10 20 30", "scale": Scale(0.0, 90.0), "horizon_shape": "state_at"}
    tracker.questions.ask(
        an_asked("height", text="How high?", kind="numeric", **number), override="a test"
    )
    clock.advance(days=1)
    up = log(tracker, "height", title="It rises")
    down = log(tracker, "height", title="It falls", direction=Direction.NO)
    for piece in (up, down):
        tracker.evidence.review(piece, "confirmed")
    clock.advance(days=20)
    tracker.resolutions.resolve(
        "height", "70", source_url="https://arland.example/70", known_at=clock.time
    )
    found = tracker.resolutions.post_mortem("height")
    assert found is not None
    assert [push.evidence_id for push in found.helpful] == [up]
    assert [push.evidence_id for push in found.harmful] == [down]


def test_without_an_answer_there_is_nothing_to_learn(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    assert tracker.resolutions.post_mortem(SUMMIT) is None
    tracker.resolutions.resolve(
        SUMMIT, "annulled", source_url="https://arland.example/no", known_at=clock.time
    )
    assert tracker.resolutions.post_mortem(SUMMIT) is None
    assert "Post-mortem" not in words(open_page(tracker, "question", q=SUMMIT))


def test_whoever_said_nothing_is_told_so(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    clock.advance(days=9)
    tracker.resolutions.resolve(
        SUMMIT, "yes", source_url="https://arland.example/yes", known_at=clock.time
    )
    told = words(open_page(tracker, "question", q=SUMMIT))
    assert "You had no scored forecast here." in told
    assert "Evidence that" not in told
