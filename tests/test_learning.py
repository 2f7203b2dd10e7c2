"""What reviews and answers teach: when there is enough, from what, from when on, and how a person
stays in charge.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from forecasts.evidence.evidence import Direction, Evidence, IndicatorId, StoryId, Strength
from forecasts.evidence.parameters import LearnedValue
from forecasts.questions.question import MATCHER, EvidenceId, Question, QuestionId
from forecasts.suggestion import fitting
from tests.builders import DAY, NOW, FakeClock, a_question, a_set, an_item
from tests.quick_databases import begin
from tests.test_cli import Shell
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.feeds.dedup import NewItem
from tracker.feeds.item import FeedId
from tracker.interfaces.jobs import learn_parameters
from tracker.model.evidence import Decision, MatchReason
from tracker.questions import fit_parameters
from tracker.questions.update_suggestion import compute_suggestion
from tracker.storage import evidence, items, questions
from tracker.storage.learned import (
    calibration_at,
    model_at,
)

FEW = 10


@pytest.fixture(autouse=True)
def learning_from_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of the reviews and answers that are shipped as enough; tests/forecasts has those."""
    monkeypatch.setattr(fitting, "MIN_DECISIONS", FEW)
    monkeypatch.setattr(fitting, "MIN_QUESTIONS", FEW)
    monkeypatch.setattr(fitting, "MIN_RARER_OUTCOMES", 3)


NUMBERS = count(1)
"""No two reports of these tests are the same."""

OPENED = NOW - 200 * DAY
CLOSES = NOW - timedelta(hours=2)


def log(
    tracker: Tracker,
    question: str = "summit-2027",
    *,
    title: str = "",
    seen: datetime | None = None,
    **changed: Any,
) -> EvidenceId:
    """A report that the matcher has put to a question, as it stands before anybody judged it."""
    number, now = next(NUMBERS), tracker.now()
    at = seen or now
    item = an_item(
        title or f"Report {number} on a summit",
        key=f"k{number}",
        url=f"https://wire.invalid/{number}",
    )
    values: dict[str, Any] = {
        "indicator_id": IndicatorId(f"{question}/invitation"), "direction": Direction.YES,
        "strength": Strength.MODERATE, "relevance": 0.9, "p_direction": 0.9,
    }  # fmt: skip
    values |= changed
    with tracker.context.store.writing() as session:
        values["relevance"] = calibration_at(session, now).correct_relevance(
            values["relevance"], QuestionId(question), values["indicator_id"]
        )
        (stored,) = items.add_items(session, [(FeedId("wire"), NewItem(item, None))], at)
        story = evidence.add_story(session, item.title, at)
        evidence.join_story(session, stored.id, story, at)
        piece = Evidence(
            id=EvidenceId(0),
            question_id=QuestionId(question),
            story_id=StoryId(story),
            status="logged",
            judged_by=MATCHER,
            first_seen_at=at,
            reports=(),
            matched=("summit",),
            **values,
        )
        logged = Decision("logged", piece.direction, piece.strength, MATCHER, now, "matched summit")
        return evidence.add_evidence(
            session,
            piece,
            logged,
            MatchReason("Arland invites Borland to a summit", 0.71, "as written", "m1"),
        )


def review_some(tracker: Tracker, kept: list[bool], **logged: Any) -> None:
    """So many pieces are logged and judged, some kept and some rejected."""
    for good in kept:
        tracker.evidence.review(log(tracker, **logged), "confirmed" if good else "rejected")


def some_reviews(tracker: Tracker, _clock: FakeClock, count: int = FEW) -> None:
    """A set with judged pieces, every other one rejected."""
    tracker.question_sets.load(a_set())
    review_some(tracker, [n % 2 > 0 for n in range(count)])


def open_for_years() -> Question:
    """A question that is open whatever the wall clock says, for the terminal."""
    years = [datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2090, 2091)]
    return a_question(opens_at=years[0], closes_at=years[1], resolves_at=years[2])


def standing(tracker: Tracker) -> dict[str, float]:
    """The learned values of the whole installation by name, those that were reset left out."""
    return {
        k.learned.name: k.learned.value
        for k in tracker.learning.list()
        if k.state != "reset" and k.learned.scope == "all"
    }


def for_all(values: tuple[LearnedValue, ...]) -> tuple[LearnedValue, ...]:
    """The values of the whole installation, without corrections of single questions."""
    return tuple(value for value in values if value.scope == "all")


def a_record(
    tracker: Tracker,
    clock: FakeClock,
    outcomes: list[bool],
    *,
    retrospective: bool = False,
    closes_at: datetime = CLOSES,
) -> None:
    """Questions of the past half-year with one confirmed report each that speaks for YES, and their
    answers.
    """
    begin(tracker, clock, make_record, tuple(outcomes), retrospective, closes_at)


def make_record(
    tracker: Tracker,
    clock: FakeClock,
    outcomes: tuple[bool, ...],
    retrospective: bool,
    closes_at: datetime,
) -> None:
    clock.time = OPENED
    slugs = [f"q{n}" for n in range(len(outcomes))]
    times = {"opens_at": OPENED, "closes_at": closes_at, "resolves_at": closes_at + DAY}
    tracker.question_sets.load(
        a_set(*[a_question(slug, **times, retrospective=retrospective) for slug in slugs])
    )
    clock.advance(days=5)
    for slug in slugs:
        tracker.evidence.review(log(tracker, slug), "confirmed")
    clock.time = NOW
    for slug, happened in zip(slugs, outcomes, strict=True):
        answered = "yes" if happened else "no"
        tracker.resolutions.resolve(
            slug, answered, source_url="https://example.org/a", known_at=NOW - timedelta(hours=1)
        )


ANSWERS = [n % 3 > 0 for n in range(FEW + 2)]
"""Two of three came out YES, as the report said."""

EVEN = [n % 2 > 0 for n in range(FEW + 2)]


# Reviews


def test_too_few_reviews_teach_nothing_and_enough_do(tracker: Tracker, clock: FakeClock) -> None:
    begin(tracker, clock, some_reviews, FEW - 1)
    clock.advance(hours=1)
    assert tracker.learning.fit() == ()
    review_some(tracker, [True])
    clock.advance(hours=1)
    changed = {one.name: one for one in for_all(tracker.learning.fit())}
    assert changed.keys() == {
        "relevance shift",
        "relevance slope",
    }  # half were kept, too few to judge directions by
    assert f"fitted to {FEW} decisions, {FEW // 2} kept" in changed["relevance shift"].why
    with tracker.context.store.reading() as session:
        assert calibration_at(session, clock()).relevance.apply(0.9) < 0.8
        assert calibration_at(session, clock() - timedelta(seconds=1)).relevance.apply(0.9) == 0.9
    assert tracker.learning.fit() == ()
    assert tracker.system.verify().bad_seq is None


def test_a_direction_that_people_turn_round_is_trusted_less(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set())
    for n in range(40):
        tracker.evidence.review(
            log(tracker), "confirmed", direction=Direction.NO if n % 2 else Direction.YES
        )
    clock.advance(hours=1)
    tracker.learning.fit()
    with tracker.context.store.reading() as session:
        assert 0.4 < calibration_at(session, clock()).direction.apply(0.9) < 0.7


def test_corrected_chances_do_not_teach_that_nothing_needs_correcting(
    tracker: Tracker, clock: FakeClock
) -> None:
    """The matcher says 0.9 and is right every other time, before it is corrected and after."""
    begin(tracker, clock, some_reviews, 30)
    found: list[float] = []
    for _ in range(2):
        if found:
            review_some(tracker, [n % 2 > 0 for n in range(30)], relevance=found[-1])
        clock.advance(hours=1)
        tracker.learning.fit()
        clock.advance(hours=1)
        with tracker.context.store.reading() as session:
            found.append(calibration_at(session, clock()).relevance.apply(0.9))
    assert all(abs(p - 0.5) < 0.1 for p in found)
    assert abs(found[-1] - 0.5) <= abs(found[0] - 0.5)


# A person stays in charge


def test_a_frozen_value_stays_until_it_is_let_go(tracker: Tracker, clock: FakeClock) -> None:
    begin(tracker, clock, some_reviews)
    clock.advance(hours=1)
    tracker.learning.fit()
    before = standing(tracker)
    kept = tracker.learning.decide("relevance shift", "all", "freeze")
    assert (kept.state, kept.by, kept.learned.value) == ("frozen", "ada", before["relevance shift"])
    review_some(tracker, [False] * FEW)
    clock.advance(hours=1)
    assert for_all(tracker.learning.fit()) == ()
    assert (
        standing(tracker) == before
    )  # the slope is half of the same calibration, and was frozen with it
    tracker.learning.decide("relevance shift", "all", "thaw")
    changed = {one.name for one in for_all(tracker.learning.fit())}
    assert changed == {"relevance shift", "relevance slope"}
    assert standing(tracker)["relevance shift"] < before["relevance shift"]
    states = [k.state for k in tracker.learning.history("relevance slope", "all")]
    assert states == ["learned", "frozen", "learned", "learned"]


def test_a_reset_restores_the_default_and_forgets_decisions(
    tracker: Tracker, clock: FakeClock
) -> None:
    begin(tracker, clock, some_reviews)
    clock.advance(hours=1)
    tracker.learning.fit()
    kept = tracker.learning.decide("relevance slope", "all", "reset")
    assert (kept.state, kept.learned.value) == ("reset", 1.0)
    with tracker.context.store.reading() as session:
        assert calibration_at(session, clock()).relevance.apply(0.9) == 0.9
    clock.advance(hours=1)
    assert for_all(tracker.learning.fit()) == ()
    review_some(tracker, [False] * (FEW - 1))
    clock.advance(hours=1)
    assert for_all(tracker.learning.fit()) == ()
    review_some(tracker, [False])
    clock.advance(hours=1)
    (found, _) = for_all(tracker.learning.fit())
    assert f"fitted to {FEW} decisions, 0 kept" in found.why


def test_what_cannot_be_decided_is_refused_in_words(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    for name, scope in [
        ("luck", "all"),
        ("gamma", "wire"),
        ("reliability", "nobody"),
        ("usual level", "summit-2027/x"),
    ]:
        with pytest.raises(NotFound, match=f"{name} {scope}"):
            tracker.learning.decide(name, scope, "freeze")
    with pytest.raises(Refused, match="gamma all is not frozen"):
        tracker.learning.decide("gamma", "all", "thaw")
    tracker.learning.decide("gamma", "all", "freeze")
    with pytest.raises(Refused, match="gamma all is frozen already"):
        tracker.learning.decide("gamma", "all", "freeze")
    assert tracker.learning.decide("gamma", "all", "reset").state == "reset"


def test_what_a_person_decided_while_learning_was_going_on_stands(
    tracker: Tracker, clock: FakeClock
) -> None:
    begin(tracker, clock, some_reviews)
    clock.advance(hours=1)
    with tracker.context.store.reading() as session:
        found = fit_parameters.fit_parameters(session, clock())
    clock.advance(seconds=1)
    tracker.learning.decide("relevance shift", "all", "reset")
    with tracker.context.store.writing() as session:
        assert for_all(fit_parameters.store_parameters(session, found)) == ()


# Answers


def test_gamma_is_learned_from_enough_answers_and_not_from_fewer(
    tracker: Tracker, clock: FakeClock
) -> None:
    a_record(tracker, clock, ANSWERS[: FEW - 1])
    assert "gamma" not in {one.name for one in tracker.learning.fit()}
    tracker.question_sets.load(
        a_set(a_question("one-more", opens_at=OPENED, closes_at=CLOSES, resolves_at=CLOSES + DAY))
    )
    tracker.resolutions.resolve(
        "one-more", "no", source_url="https://example.org/a", known_at=NOW - timedelta(hours=1)
    )
    found = {one.name: one for one in tracker.learning.fit()}
    assert found["gamma"].n == FEW
    assert found["gamma"].as_of == clock()


def test_true_news_counts_for_more_from_then_on(tracker: Tracker, clock: FakeClock) -> None:
    a_record(tracker, clock, ANSWERS)
    with tracker.context.store.reading() as session:
        question = questions.find_question(session, "q0")
        assert question is not None
        earlier = [compute_suggestion(session, question, NOW - DAY * days) for days in (1, 30, 150)]
    tracker.learning.decide("reliability", "wire", "freeze")
    assert {"gamma", "shift"} <= {one.name for one in tracker.learning.fit()}
    with tracker.context.store.reading() as session:
        assert [
            compute_suggestion(session, question, NOW - DAY * days) for days in (1, 30, 150)
        ] == earlier
        assert model_at(session, NOW) != model_at(session, NOW - timedelta(seconds=1))
        assert model_at(session, NOW - timedelta(seconds=1)).gamma == 1.0


def test_what_is_answered_later_never_matters(tracker: Tracker, clock: FakeClock) -> None:
    a_record(tracker, clock, ANSWERS)
    with tracker.context.store.reading() as session:
        before = fit_parameters.fit_parameters(session, NOW)
        assert any(one.name == "gamma" and "fitted" in one.why for one in before)
    clock.advance(days=3)
    times = {"opens_at": OPENED, "closes_at": CLOSES, "resolves_at": CLOSES + DAY}
    tracker.question_sets.load(a_set(a_question("late", **times)))
    tracker.evidence.review(log(tracker, "late", seen=OPENED + 20 * DAY), "confirmed")
    tracker.resolutions.resolve(
        "late", "no", source_url="https://example.org/a", known_at=NOW + DAY
    )
    with tracker.context.store.reading() as session:
        same = fit_parameters.fit_parameters(session, NOW)
    assert _global(same) == _global(before)


def _global(found: tuple[LearnedValue, ...]) -> list[LearnedValue]:
    return [one for one in found if one.scope == "all"]


def test_questions_answered_early_teach_at_their_close(tracker: Tracker, clock: FakeClock) -> None:
    a_record(tracker, clock, EVEN, closes_at=NOW + 200 * DAY)
    assert not {"gamma", "shift", "reliability"} & {one.name for one in tracker.learning.fit()}
    clock.time = NOW + 200 * DAY
    assert {"gamma", "shift", "reliability"} <= {one.name for one in tracker.learning.fit()}


def test_a_reset_forgets_the_dates_before_it(tracker: Tracker, clock: FakeClock) -> None:
    a_record(tracker, clock, ANSWERS)
    tracker.learning.fit()
    clock.time = OPENED + 100 * DAY
    tracker.learning.decide("gamma", "all", "reset")
    clock.time = NOW + DAY
    found = {one.name: one for one in tracker.learning.fit()}
    assert found["gamma"].n == len(ANSWERS)
    assert (
        f"fitted to {7 * len(ANSWERS)} snapshots of {len(ANSWERS)} questions" in found["gamma"].why
    )  # 7 of 14 dates lie after the reset


def test_questions_asked_with_hindsight_teach_in_a_replay_alone(
    tracker: Tracker, clock: FakeClock
) -> None:
    a_record(tracker, clock, ANSWERS, retrospective=True)
    assert not {"gamma", "reliability"} & {one.name for one in tracker.learning.fit()}
    tracker.system.mark_replayed(NOW)
    assert {"gamma", "reliability"} <= {one.name for one in tracker.learning.fit()}


def test_a_feed_is_trusted_by_its_record(tracker: Tracker, clock: FakeClock) -> None:
    a_record(tracker, clock, EVEN)
    found = next(one for one in tracker.learning.fit() if one.name == "reliability")
    assert (found.scope, found.n) == ("wire", len(EVEN))
    assert found.value < 0.9  # it said YES every time, and came out right every other time
    with tracker.context.store.reading() as session:
        piece = evidence.find_evidence(session, 1)
    assert piece is not None
    assert piece.reports[0].reliability == found.value


def test_hindsight_judgements_do_not_help_a_feed(tracker: Tracker, clock: FakeClock) -> None:
    a_record(tracker, clock, EVEN)
    with tracker.context.store.reading() as session:
        before = fit_parameters.fit_parameters(session, NOW)
    for card in (
        c for n in range(0, len(EVEN), 2) for c in tracker.questions.get(f"q{n}").evidence
    ):
        tracker.evidence.review(card.evidence.id, "rejected", note="did not come true")
    with tracker.context.store.reading() as session:
        after = fit_parameters.fit_parameters(session, NOW)
    assert [o for o in after if o.name == "reliability"] == [
        o for o in before if o.name == "reliability"
    ]


# At the terminal


@pytest.fixture
def shell(
    tracker: Tracker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A shell in the tracker's data directory, typed by ada."""
    monkeypatch.setenv("TRACKER_ME", "ada")
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    return Shell(tracker.settings.data_dir, capsys, monkeypatch)


def test_learned_values_are_shown_and_decided_about(tracker: Tracker, shell: Shell) -> None:
    assert "Nothing is learned yet" in shell("model", "learned")
    assert shell.json("model", "learned") == []
    tracker.question_sets.load(a_set(open_for_years()))
    review_some(tracker, [n % 2 > 0 for n in range(FEW)])
    clock_of(tracker).advance(hours=1)
    tracker.learning.fit()
    names = {row["name"] for row in shell.json("model", "learned")}
    assert names == {"correction", "relevance shift", "relevance slope"}
    assert "relevance shift" in shell("model", "learned")
    assert "relevance shift all stays at" in shell("model", "freeze", "relevance-shift")
    assert "relevance shift all learns again" in shell("model", "thaw", "relevance-shift")
    assert shell.json("model", "reset", "relevance shift")["value"] == 0.0
    states = [row["state"] for row in shell.json("model", "history", "relevance-slope")]
    assert states == ["learned", "frozen", "learned", "reset"]
    assert "reset by ada" in " ".join(shell("model", "history", "relevance-slope").split())
    assert "gamma all was never learned" in shell("model", "history", "gamma")
    assert "tracker model learned" in shell.refused("model", "freeze", "luck")
    assert "The log is whole" in shell("system", "verify")


def test_the_inbox_says_how_sure_it_is_and_why(tracker: Tracker, shell: Shell) -> None:
    tracker.question_sets.load(a_set(open_for_years()))
    log(tracker, title="Arland invites Borland", relevance=0.62, p_direction=0.81)
    log(tracker, title="[bold]Borland", direction=Direction.NEUTRAL, p_direction=0.5)
    out = " ".join(shell("evidence", "inbox").split())
    for told in (
        "for YES 0.81",
        "perhaps 0.62",
        "strength moderate",
        "words: summit",
        "(0.71)",
        "leans: as written",
    ):
        assert told in out
    assert "for neither side" in out
    assert "[bold]Borland" in out
    assert {row["evidence"]["p_direction"] for row in shell.json("evidence", "inbox")} == {
        0.81,
        0.5,
    }


def test_a_judgement_is_taken_back_from_the_terminal(tracker: Tracker, shell: Shell) -> None:
    tracker.question_sets.load(a_set(open_for_years()))
    number = str(log(tracker))
    shell("evidence", "review", number, "reject")
    said = shell("evidence", "review", number, "reopen")
    assert f"Evidence {number} on summit-2027 waits for review again: “Report" in said
    assert "waits already" in shell.refused("evidence", "review", number, "reopen")
    assert "nothing but the number" in shell.refused(
        "evidence", "review", number, "reopen", "--strength", "strong"
    )


def test_learning_is_a_daily_job_that_says_what_changed(tracker: Tracker, clock: FakeClock) -> None:
    assert learn_parameters(tracker) is None
    begin(tracker, clock, some_reviews)
    clock.advance(hours=1)
    assert learn_parameters(tracker) == "4 learned values changed"


def clock_of(tracker: Tracker) -> FakeClock:
    """The clock that the tracker was opened with."""
    assert isinstance(tracker.now, FakeClock)
    return tracker.now
