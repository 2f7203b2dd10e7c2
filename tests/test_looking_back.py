"""A question as it was known at an earlier instant."""

from dataclasses import replace

import pytest

from forecasts.distributions.distribution import Binary, p_yes
from forecasts.evidence.evidence import Strength
from forecasts.questions.question import CROWD, SUGGESTION, ForecasterId
from tests.builders import DAY, FakeClock, a_question, a_set
from tests.lives import an_asked
from tests.test_learning import log
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.model.read_models import QuestionPage

SUMMIT = "summit-2027"
ME = ForecasterId("ada")


@pytest.fixture
def lived(tracker: Tracker, clock: FakeClock) -> Tracker:
    """Ten days apart: a forecast with a story, another judgement of both with other words, and an
    answer.
    """
    tracker.question_sets.load(a_set())
    clock.advance(days=1)
    story = log(tracker, title="An invitation")
    tracker.forecasts.submit(SUMMIT, Binary(0.6), rationale="They were invited.")
    clock.advance(days=10)
    tracker.evidence.review(story, "edited", strength=Strength.STRONG)
    log(tracker, title="Another invitation")
    tracker.forecasts.submit(SUMMIT, Binary(0.8), rationale="Twice.")
    tracker.questions.edit(
        SUMMIT,
        Wording(criteria="YES when both say that the leaders met in person by 30 June 2027 (UTC)."),
        why="shorter",
    )
    tracker.evidence.update_suggestions()
    clock.advance(days=10)
    tracker.resolutions.resolve(
        SUMMIT, "yes", source_url="https://arland.example/said", known_at=clock.time
    )
    clock.advance(days=1)
    return tracker


def back(tracker: Tracker, clock: FakeClock, days: float) -> QuestionPage:
    return tracker.questions.get_as_of(SUMMIT, clock.time - days * DAY)


def test_each_day_knows_what_was_known_then(lived: Tracker, clock: FakeClock) -> None:
    early = back(lived, clock, 20)
    assert early.summary.standings[ME].distribution == Binary(0.6)
    assert [a.rationale for a in early.acts if a.forecaster_id == ME] == ["They were invited."]
    assert [card.headline for card in early.evidence] == ["An invitation"]
    assert early.evidence[0].evidence.strength is not Strength.STRONG
    assert early.summary.question.criteria == a_question().criteria
    assert len(early.versions) == 1
    assert (early.summary.status, early.summary.resolution, early.scores) == ("open", None, ())
    later = back(lived, clock, 5)
    assert later.summary.standings[ME].distribution == Binary(0.8)
    assert [card.headline for card in later.evidence] == ["Another invitation", "An invitation"]
    assert later.evidence[1].evidence.strength is Strength.STRONG
    assert later.summary.question.criteria.startswith("YES when both say that")
    assert later.summary.resolution is None
    # Of several at one instant the last stands.
    written = {
        a.made_at: a for a in lived.questions.get(SUMMIT).acts if a.forecaster_id == SUGGESTION
    }
    assert len(written) == 2
    for act in written.values():
        found = lived.questions.get_as_of(SUMMIT, act.made_at).suggestion
        assert found is not None
        assert found.p == pytest.approx(p_yes(act.distribution), abs=1e-9)
    then, now = lived.questions.get_as_of(SUMMIT, clock.time), lived.questions.get(SUMMIT)
    assert replace(then, coverage=None, summary=now.summary) == replace(now, coverage=None)
    assert then.summary.standings == now.summary.standings
    assert then.summary.resolution == now.summary.resolution
    assert back(lived, clock, -30).summary.resolution is not None
    first = back(lived, clock, 5_000)
    assert first.evidence == ()
    assert CROWD not in first.summary.standings


def test_a_superseded_answer_is_scored_as_it_was_then(lived: Tracker, clock: FakeClock) -> None:
    before = clock.time
    clock.advance(days=1)
    lived.resolutions.resolve(
        SUMMIT, "no", source_url="https://arland.example/denied", known_at=before - 2 * DAY
    )
    then = lived.questions.get_as_of(SUMMIT, before)
    assert then.summary.resolution is not None
    assert then.summary.resolution.outcome == "yes"
    mine = [s.mean_while_active for s in then.scores if s.forecaster_id == ME and s.rule == "brier"]
    now = [
        s.mean_while_active
        for s in lived.resolutions.receipts(SUMMIT).scores
        if s.forecaster_id == ME and s.rule == "brier"
    ]
    assert mine < now


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "categorical", "options": ("Arland", "Borland", "Other")},
        {"kind": "numeric", "scale": (0.0, 10.0)},
    ],
)
def test_every_kind_of_question_can_be_looked_back_at(
    tracker: Tracker, clock: FakeClock, asked: dict
) -> None:
    from forecasts.distributions.cdf import Scale

    if "scale" in asked:
        asked = {**asked, "scale": Scale(*asked["scale"])}
    tracker.question_sets.load(a_set())
    tracker.questions.ask(an_asked("kind-2027", **asked), override="a question of a test")
    clock.advance(days=2)
    then, now = (
        tracker.questions.get_as_of("kind-2027", clock.time),
        tracker.questions.get("kind-2027"),
    )
    assert then == replace(now, coverage=None)


def test_a_missing_question_has_no_past(tracker: Tracker, clock: FakeClock) -> None:
    with pytest.raises(NotFound):
        tracker.questions.get_as_of("nothing", clock.time)
