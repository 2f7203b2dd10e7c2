"""How good everyone was, gathered from stored scores: what counts, what waits, what is held against
what.
"""

from dataclasses import replace
from typing import Any

import pytest

from forecasts.question_sets.question_set import PastResolution
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    PRIOR,
    SUGGESTION,
    ClaimId,
    ForecasterId,
    QuestionId,
)
from forecasts.scoring.skill import REFERENCES
from tests.builders import DAY, NOW, FakeClock, a_question, a_set
from tests.lives import (
    ADA,
    BEN,
    CEM,
    CLOSES,
    LIVES,
    SOURCE,
    an_asked,
    by_rule,
    live,
    resolve,
)
from tests.quick_databases import begin
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.model.read_models import Accuracy, Choice

RAIN, GRAIN = LIVES[0], LIVES[3]


@pytest.fixture
def world(tracker: Tracker, clock: FakeClock) -> Tracker:
    """Three yes/no questions that ran their whole time, one that was annulled, one never answered.

    Ada says 80 % from the opening on to each, ben 40 % to the first two; the first two came true,
    the third did not.
    """
    begin(tracker, clock, ask_and_answer)
    return tracker


def ask_and_answer(tracker: Tracker, clock: FakeClock) -> None:
    tags = {"one": ("war", "east"), "two": ("war",)}
    for name in ("one", "two", "three", "void", "open"):
        tracker.questions.ask(an_asked(name, tags=tags.get(name, ()), prior="25%"))
        tracker.forecasts.submit(name, "80%")
    for name in ("one", "two"):
        tracker.forecasts.submit(name, "40%", forecaster=BEN)
    clock.time = CLOSES
    for name, said in {"one": "yes", "two": "yes", "three": "no", "void": "ambiguous"}.items():
        tracker.resolutions.resolve(name, said, source_url=SOURCE, known_at=CLOSES)


def saved(found: Accuracy, who: ForecasterId) -> dict[str, float | None]:
    """The share of each reference's loss that somebody saved."""
    return {skill.reference: skill.skill for skill in found.skills.get(who, ())}


def test_a_summary_counts_every_question_once(world: Tracker, clock: FakeClock) -> None:
    summaries = {(s.forecaster_id, s.rule): s for s in world.accuracy.summarise().summaries}
    ada, ben = summaries[ADA, "brier"], summaries[BEN, "brier"]
    assert (ada.questions, ada.clusters, ada.mean_while_active) == (
        3,
        3,
        pytest.approx((0.04 + 0.04 + 0.64) / 3),
    )
    assert (ben.questions, ben.mean_while_active) == (2, pytest.approx(0.36))
    assert ada.skill == pytest.approx(0.25 - (0.04 + 0.04 + 0.64) / 3)
    assert ada.low is not None
    assert ada.low <= ada.skill <= (ada.high or 0.0)
    found = world.accuracy.summarise()
    own = 0.04 + 0.04 + 0.64
    # The share of YES among the other two: ½, ½ and 1 for the one that did not come true.
    expected = {
        "half": 1 - own / 0.75,
        "base_rate": 1 - own / (0.5625 + 0.5625 + 0.0625),
        "climatology": 1 - own / (0.25 + 0.25 + 1.0),
        "no_change": 0.0,
    }
    of_ada = saved(found, ADA)
    assert set(of_ada) == set(REFERENCES)
    assert {name: of_ada[name] for name in expected} == pytest.approx(expected, abs=1e-12)
    assert saved(found, PRIOR)["base_rate"] == pytest.approx(0.0, abs=1e-12)
    assert saved(found, HAZARD)["hazard"] == pytest.approx(0.0, abs=1e-12)
    assert {skill.n for skill in found.skills[BEN]} == {2}
    assert {CROWD, SUGGESTION} <= set(found.skills)
    found = world.accuracy.summarise(Choice(tag="east"))
    assert set(found.questions) == {"one"}
    assert "climatology" not in saved(found, ADA)
    assert saved(found, ADA)["half"] == pytest.approx(1 - 0.04 / 0.25)
    found = world.accuracy.summarise()
    (line,) = found.cohorts
    assert (line.quarter, line.opened, line.over, line.answered) == ("2026-Q4", 5, 5, 3)
    assert (line.annulled, line.ambiguous, line.unanswered, line.early) == (0, 1, 1, 0)
    assert (found.unscored, found.annul_rate) == (("void",), 0.2)
    assert QuestionId("open") not in found.questions
    facets = world.accuracy.summarise(Choice(tag="peace")).facets
    assert (facets.tags, facets.horizons, facets.periods, facets.kinds) == (
        ("east", "war"), ("short",), ("2026-Q4",), ("binary",),
    )  # fmt: skip


def test_only_yes_no_questions_are_held_against_references(
    tracker: Tracker, clock: FakeClock
) -> None:
    live(tracker, clock, GRAIN)
    resolve(tracker, clock, GRAIN)
    clock.time = CLOSES
    found = tracker.accuracy.summarise()
    assert (found.skills, {s.rule for s in found.scores} >= {"crps"}) == ({}, True)


@check_rows([
    (Choice(), {"one", "two", "three"}), (Choice(tag="war"), {"one", "two"}),
    (Choice(tag="peace"), set()), (Choice(horizon="short"), {"one", "two", "three"}),
    (Choice(horizon="long"), set()), (Choice(period="2026-Q4"), {"one", "two", "three"}),
    (Choice(period="2027-Q1"), set()), (Choice(kind="binary", tag="east"), {"one"}),
    (Choice(kind="date"), set()), (Choice(retrospective=True), set()),
], "choice", "expected")  # fmt: skip
def test_every_report_is_about_the_questions_that_were_chosen(
    world: Tracker, choice: Choice, expected: set[str]
) -> None:
    found = world.accuracy.summarise(choice)
    assert set(found.questions) == expected
    assert {s.question_id for s in found.scores} == expected
    assert set(world.accuracy.calibration(choice).questions) == expected
    assert world.accuracy.compare(choice).choice == choice
    assert set(world.accuracy.score_table(choice)["question"]) == expected
    assert {h.forecaster.id: h.updates.n_questions for h in world.accuracy.habits(choice)}.get(
        ADA, 0
    ) == len(expected)


def test_an_early_answer_waits_for_the_close(tracker: Tracker, clock: FakeClock) -> None:
    live(tracker, clock, RAIN)
    resolve(tracker, clock, RAIN)
    found = tracker.accuracy.summarise()
    assert (found.early, found.scores, found.skills, found.facets.kinds) == (("rain",), (), {}, ())
    assert (found.cohorts[0].early, found.annul_rate) == (1, None)
    assert tracker.accuracy.calibration().reliability == {}
    assert (tracker.accuracy.compare().comparisons, tracker.accuracy.compare().difficulty) == (
        (),
        None,
    )
    actual = tracker.accuracy.score_table()["counts"].to_list()
    assert actual == [False] * tracker.accuracy.score_table().height


def test_forecasts_after_the_answer_earn_nothing(tracker: Tracker, clock: FakeClock) -> None:
    live(tracker, clock, RAIN)
    tracker.forecasts.submit("rain", "99%", forecaster=BEN)
    tracker.forecasts.reaffirm("rain", forecaster=BEN)
    scores = resolve(tracker, clock, RAIN)
    assert dict(tracker.accuracy.summarise().hindsight) == {ADA: 1, BEN: 2}
    assert by_rule(scores, "brier", BEN).mean_while_active == pytest.approx(0.36)


def test_forecasters_are_compared_and_calibrated_on_shared_questions(world: Tracker) -> None:
    found = world.accuracy.calibration(lead_days=30)
    points = {who: [(s.p, s.outcome) for s in r.snapshots] for who, r in found.reliability.items()}
    assert sorted(points[ADA]) == [(0.8, 0), (0.8, 1), (0.8, 1)]
    assert sorted(points[BEN]) == [(0.4, 1), (0.4, 1)]
    assert (found.lead_days, found.intervals) == (30, {})
    assert world.accuracy.calibration(lead_days=31).reliability == {}  # nothing was open then
    found = world.accuracy.compare()
    one = next(c for c in found.comparisons if {c.a, c.b} == {"ada", "ben"})
    sign = 1.0 if one.a == "ada" else -1.0
    assert (one.n, one.mean_difference) == (2, pytest.approx(sign * (0.36 - 0.04)))
    assert found.difficulty is not None
    effects = found.difficulty.effects
    assert effects[BEN] - effects[ADA] > 0.0  # lower is better


def test_calibration_of_numbers_and_dates_is_that_of_their_intervals(
    tracker: Tracker, clock: FakeClock
) -> None:
    for life in LIVES[3:]:
        live(tracker, clock, life)
    for life in LIVES[3:]:
        resolve(tracker, clock, life)
    clock.time = CLOSES
    found = tracker.accuracy.calibration(lead_days=15)
    assert found.reliability == {}
    assert {who: record.n for who, record in found.intervals.items()} == dict.fromkeys(
        (ADA, BEN, CEM, PRIOR, CROWD, SUGGESTION), 3
    )
    assert found.intervals[ADA].coverage == 1.0


def test_a_comparison_uses_the_headline_rule_of_each_kind(
    tracker: Tracker, clock: FakeClock
) -> None:
    for life in LIVES:
        live(tracker, clock, life)
    scores = {life.id: resolve(tracker, clock, life) for life in LIVES}
    clock.time = CLOSES
    one = next(c for c in tracker.accuracy.compare().comparisons if {c.a, c.b} == {"ada", "cem"})
    gaps = [
        by_rule(scores[life.id], life.headline, ADA).skill_over_schedule
        - by_rule(scores[life.id], life.headline, CEM).skill_over_schedule
        for life in LIVES
    ]
    assert one.n == len(LIVES)
    assert one.mean_difference == pytest.approx(
        (1 if one.a == "ada" else -1) * sum(gaps) / len(gaps)
    )


def test_questions_of_one_claim_count_as_one_group(tracker: Tracker, clock: FakeClock) -> None:
    window: dict[str, Any] = {"opens_at": NOW, "closes_at": CLOSES, "resolves_at": CLOSES}
    tracker.question_sets.load(
        a_set(*(a_question(f"q{n}", **window, claim_ids=(ClaimId("C1"),)) for n in range(3)))
    )
    for n in range(3):
        tracker.forecasts.submit(f"q{n}", "60%")
    clock.time = CLOSES
    for n in range(3):
        tracker.resolutions.resolve(f"q{n}", "yes", source_url=SOURCE, known_at=CLOSES)
    found = tracker.accuracy.summarise()
    mine = next(s for s in found.summaries if s.forecaster_id == ADA and s.rule == "brier")
    assert (mine.questions, mine.clusters, mine.low) == (3, 1, None)
    assert next(s for s in found.skills[ADA] if s.reference == "half").n_clusters == 1


def test_live_and_retrospective_scores_never_mix(world: Tracker) -> None:
    old = a_question("old", opens_at=NOW - 90 * DAY, closes_at=NOW - 30 * DAY, retrospective=True)
    past = PastResolution(
        QuestionId("old"), "no", NOW - 30 * DAY, NOW - 30 * DAY, SOURCE, "They did not meet."
    )
    world.question_sets.load(a_set(old, resolutions=[past]))
    live_ones, old_ones = (
        world.accuracy.summarise(),
        world.accuracy.summarise(Choice(retrospective=True)),
    )
    assert set(live_ones.questions) & set(old_ones.questions) == set()
    assert {s.forecaster_id for s in old_ones.summaries} == {PRIOR, HAZARD}
    assert (live_ones.facets.tags, old_ones.facets.tags) == (("east", "war"), ("summit",))
    assert set(world.accuracy.score_table(Choice(retrospective=True))["question"]) == {"old"}


def test_the_score_table_has_flat_columns(world: Tracker) -> None:
    table = world.accuracy.score_table()
    rows = {(r["question"], r["forecaster"], r["rule"]): r for r in table.iter_rows(named=True)}
    assert (
        table.height
        == len(rows)
        == sum(len(world.resolutions.scores(q)) for q in ("one", "two", "three"))
    )
    one = rows["one", "ada", "brier"]
    assert (one["tags"], one["horizon"], one["period"], one["cohort"]) == (
        "war east", "short", "2026-Q4", "2026-Q4",
    )  # fmt: skip
    assert (one["mean_while_active"], one["coverage"], one["counts"]) == (
        pytest.approx(0.04),
        1.0,
        True,
    )
    assert (one["fate"], one["retrospective"], one["kind"]) == ("question one", False, "binary")
    assert list(zip(table["question"], table["rule"], table["forecaster"], strict=True)) == sorted(
        zip(table["question"], table["rule"], table["forecaster"], strict=True)
    )
    assert table.write_csv().count("\n") == table.height + 1


def test_an_empty_tracker_has_empty_reports(tracker: Tracker) -> None:
    found = tracker.accuracy.summarise()
    assert (found.summaries, found.scores, found.cohorts, found.annul_rate, found.facets.tags) == (
        (), (), (), None, (),
    )  # fmt: skip
    assert tracker.accuracy.calibration().reliability == {}
    assert replace(tracker.accuracy.compare(), forecasters={}).comparisons == ()
    assert (
        tracker.accuracy.habits(),
        tracker.accuracy.score_table().height,
    ) == ((), 0)
