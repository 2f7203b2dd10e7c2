"""How good everyone was, gathered from stored scores: what counts, what waits, what is held against
what.
"""

from typing import Any

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.question_sets.question_set import PastResolution
from forecasts.questions.question import (
    COMPUTED,
    CROWD,
    HAZARD,
    PRIOR,
    SUGGESTION,
    ClaimId,
    ForecasterId,
    QuestionId,
)
from forecasts.scoring.comparison import Comparison
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
from tracker.model.read_models import Choice
from tracker.questions.queries import comparisons

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


def find_pair(tracker: Tracker, a: ForecasterId, b: ForecasterId) -> Comparison:
    """The comparison of one forecaster with another by the Brier score."""
    report = tracker.accuracy.compare(forecaster_id=a)
    (brier,) = (rule for rule in report.rules if rule.rule == "brier")
    return next(c for c in brier.comparisons if c.b == b)


def test_a_summary_adds_up_every_question_once(world: Tracker) -> None:
    found = world.accuracy.summarise()
    summaries = {(s.forecaster_id, s.rule): s for s in found.summaries}
    ada, ben = summaries[ADA, "brier"], summaries[BEN, "brier"]
    assert (ada.questions, ada.families, ada.mean_while_active) == (
        3,
        1,  # the three ask the same in the same words
        pytest.approx((0.04 + 0.04 + 0.64) / 3),
    )
    assert (ben.questions, ben.mean_while_active) == (2, pytest.approx(0.36))
    assert ada.points == pytest.approx(100 * (0.75 - (0.04 + 0.04 + 0.64)))
    (line,) = found.cohorts
    assert (line.quarter, line.opened, line.over, line.answered) == ("2026-Q4", 5, 5, 3)
    assert (line.annulled, line.ambiguous, line.unanswered, line.early) == (0, 1, 1, 0)
    assert (found.unscored, found.annul_rate) == (("void",), 0.2)
    assert QuestionId("open") not in found.questions
    assert set(world.accuracy.summarise(Choice(tag="east")).questions) == {"one"}
    facets = world.accuracy.summarise(Choice(tag="peace")).facets
    assert (facets.tags, facets.horizons, facets.periods, facets.kinds) == (
        ("east", "war"), ("short",), ("2026-Q4",), ("binary",),
    )  # fmt: skip


def test_people_are_adjusted_on_shared_questions_alone(world: Tracker) -> None:
    adjusted = {s.forecaster_id: s for s in world.accuracy.summarise().adjusted["brier"]}
    assert set(adjusted) == {ADA, BEN}  # computed forecasters have no say in what is difficult
    raw = {who: s.skill / (1 - s.pooling) for who, s in adjusted.items()}
    assert raw[ADA] - raw[BEN] == pytest.approx(0.36 - 0.04)
    assert (adjusted[ADA].questions, adjusted[ADA].low) == (2, None)


def test_one_is_compared_with_everybody_and_references(world: Tracker) -> None:
    advantages = {
        c.b: c.advantage
        for rule in world.accuracy.compare(forecaster_id=ADA).rules
        for c in rule.comparisons
    }
    assert advantages[BEN] == pytest.approx(0.36 - 0.04)
    assert advantages[PRIOR] == pytest.approx((0.5625 * 2 + 0.0625 - 0.72) / 3)
    assert advantages[comparisons.UNINFORMED.id] == pytest.approx((0.75 - 0.72) / 3)
    assert advantages[comparisons.FIRST.id] is None  # never changed
    assert advantages[CROWD] is None  # a crowd of one is that person
    assert {HAZARD, SUGGESTION} <= set(advantages)


def test_a_person_meets_the_crowd_without_them(tracker: Tracker, clock: FakeClock) -> None:
    tracker.questions.ask(an_asked())
    for who, percent in ((ADA, "90%"), (BEN, "40%"), (CEM, "40%")):
        tracker.forecasts.submit("rain", percent, forecaster=who)
    clock.time = CLOSES
    tracker.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=CLOSES)
    assert find_pair(tracker, ADA, CROWD).advantage == pytest.approx(0.36 - 0.01)


def test_evidence_on_a_pair_is_traced_over_time(world: Tracker) -> None:
    pair = find_pair(world, ADA, BEN)
    points = world.accuracy.trace_pair(Choice(), "brier", pair)
    assert [p.families for p in points] == list(range(1, pair.families + 1))
    assert points[-1].e_value == pytest.approx(pair.e_value)
    assert (points[-1].low, points[-1].high) == pytest.approx((pair.low, pair.high))


@check_rows([
    (Choice(), {"one", "two", "three"}), (Choice(tag="war"), {"one", "two"}),
    (Choice(tag="peace"), set()), (Choice(horizon="short"), {"one", "two", "three"}),
    (Choice(horizon="long"), set()), (Choice(period="2026-Q4"), {"one", "two", "three"}),
    (Choice(period="2027-Q1"), set()), (Choice(kind="binary", tag="east"), {"one"}),
    (Choice(kind="date"), set()), (Choice(retrospective=True), set()),
], "choice", "expected")  # fmt: skip
def test_a_summary_is_about_the_questions_that_were_chosen(
    world: Tracker, choice: Choice, expected: set[str]
) -> None:
    found = world.accuracy.summarise(choice)
    assert set(found.questions) == expected
    assert {s.question_id for s in found.scores} == expected


def test_every_report_is_about_the_questions_that_were_chosen(world: Tracker) -> None:
    choice, expected = Choice(tag="war"), {"one", "two"}
    assert set(world.accuracy.calibration(choice).questions) == expected
    assert world.accuracy.compare(choice).choice == choice
    assert {row.question for row in world.accuracy.score_table(choice)} == expected
    assert {h.forecaster.id: h.updates.n_questions for h in world.accuracy.habits(choice)}.get(
        ADA, 0
    ) == len(expected)


def test_an_early_answer_waits_for_the_close(tracker: Tracker, clock: FakeClock) -> None:
    live(tracker, clock, RAIN)
    resolve(tracker, clock, RAIN)
    found = tracker.accuracy.summarise()
    assert (found.scores, found.adjusted, found.facets.kinds) == ((), {}, ())
    (entry,) = found.waiting
    assert (entry.question.id, entry.counts_from) == ("rain", entry.question.closes_at)
    stored = {
        s.forecaster_id: s.skill_over_schedule
        for s in tracker.resolutions.receipts("rain").scores
        if s.rule == "brier" and s.mean_while_active is not None
    }
    assert {s.forecaster_id: s.skill_over_schedule for s in entry.scores} == stored
    assert tracker.resolutions.receipts("rain").provisional_until == entry.counts_from
    assert found.upcoming == ()
    # From the scheduled close on it counts, and waits no more.
    clock.time = entry.counts_from
    later = tracker.accuracy.summarise()
    assert (later.waiting, set(later.questions)) == ((), {"rain"})
    assert tracker.resolutions.receipts("rain").provisional_until is None
    clock.time = found.waiting[0].resolution.entered_at
    assert (found.cohorts[0].early, found.annul_rate) == (1, None)
    assert tracker.accuracy.calibration().reliability == {}
    assert tracker.accuracy.compare().rules == ()
    table = tracker.accuracy.score_table()
    assert table
    assert not any(row.counts for row in table)


def test_forecasts_after_the_answer_earn_nothing(tracker: Tracker, clock: FakeClock) -> None:
    live(tracker, clock, RAIN)
    tracker.forecasts.submit("rain", "99%", forecaster=BEN)
    tracker.forecasts.reaffirm("rain", forecaster=BEN)
    scores = resolve(tracker, clock, RAIN)
    assert dict(tracker.accuracy.summarise().hindsight) == {ADA: 1, BEN: 2}
    assert by_rule(scores, "brier", BEN).mean_while_active == pytest.approx(0.36)


def test_calibration_takes_forecasts_at_the_lead(world: Tracker) -> None:
    found = world.accuracy.calibration(lead_days=30)
    points = {who: [(s.p, s.outcome) for s in r.snapshots] for who, r in found.reliability.items()}
    assert sorted(points[ADA]) == [(0.8, 0), (0.8, 1), (0.8, 1)]
    assert sorted(points[BEN]) == [(0.4, 1), (0.4, 1)]
    assert (found.lead_days, found.ranks) == (30, {})
    assert world.accuracy.calibration(lead_days=31).reliability == {}  # nothing was open then


def test_calibration_of_numbers_and_dates_is_that_of_their_ranks(
    tracker: Tracker, clock: FakeClock
) -> None:
    for life in LIVES[3:]:
        live(tracker, clock, life)
    for life in LIVES[3:]:
        resolve(tracker, clock, life)
    clock.time = CLOSES
    found = tracker.accuracy.calibration(lead_days=15)
    assert found.reliability == {}
    assert {who: record.n for who, record in found.ranks.items()} == dict.fromkeys(
        (ADA, BEN, CEM, PRIOR, CROWD, SUGGESTION), 3
    )
    half, most = found.ranks[ADA].intervals
    assert half.share < most.share == 1.0


def test_kinds_of_different_units_are_compared_apart(tracker: Tracker, clock: FakeClock) -> None:
    for life in LIVES:
        live(tracker, clock, life)
    for life in LIVES:
        resolve(tracker, clock, life)
    clock.time = CLOSES
    counts = {
        rule.rule: next(c.questions for c in rule.comparisons if {c.a, c.b} == {ADA, CEM})
        for rule in tracker.accuracy.compare().rules
    }
    assert counts == {"crps": 3, "brier": 2, "ranked": 1}


def test_questions_of_one_claim_count_as_one_family(tracker: Tracker, clock: FakeClock) -> None:
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
    assert (mine.questions, mine.families) == (3, 1)
    assert find_pair(tracker, ADA, PRIOR).families == 1


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
    old_rows = world.accuracy.score_table(Choice(retrospective=True))
    assert {row.question for row in old_rows} == {"old"}


def test_the_score_table_has_flat_columns(world: Tracker) -> None:
    table = world.accuracy.score_table()
    rows = {(row.question, row.forecaster, row.rule): row for row in table}
    assert (
        len(table)
        == len(rows)
        == sum(len(world.resolutions.receipts(q).scores) for q in ("one", "two", "three"))
    )
    one = rows[QuestionId("one"), ForecasterId("ada"), "brier"]
    assert (one.tags, one.horizon, one.period, one.cohort) == (
        "war east", "short", "2026-Q4", "2026-Q4",
    )  # fmt: skip
    assert (one.mean_while_active, one.coverage, one.counts) == (
        pytest.approx(0.04),
        1.0,
        True,
    )
    assert (one.family, one.retrospective, one.kind) == ("one", False, "binary")
    keys = [(row.question, row.rule, row.forecaster) for row in table]
    assert keys == sorted(keys)


def test_an_empty_tracker_has_empty_reports(tracker: Tracker) -> None:
    found = tracker.accuracy.summarise()
    assert (found.summaries, found.scores, found.cohorts, found.annul_rate, found.facets.tags) == (
        (), (), (), None, (),
    )  # fmt: skip
    assert tracker.accuracy.calibration().reliability == {}
    assert tracker.accuracy.compare().rules == ()
    assert (
        tracker.accuracy.habits(),
        tracker.accuracy.score_table(),
    ) == ((), ())


# Track record


def test_a_record_is_skill_beside_others_and_every_answer(world: Tracker) -> None:
    record = world.accuracy.record()
    assert record.skill is not None
    assert (record.forecaster.id, record.rule, record.reference) == (ADA, "brier", None)
    adjusted = {s.forecaster_id: s.skill for s in world.accuracy.summarise().adjusted["brier"]}
    last = record.skill.points[-1].skills
    assert {name: last[name] for name in adjusted} == pytest.approx(adjusted)
    assert last.keys() == {ADA, BEN, SUGGESTION, CROWD}
    assert (record.skill.people, record.skill.questions, record.skill.families) == (2, 2, 1)
    # Every answer is there with the last forecast, and the points of the crowd where there was one.
    answers = {a.question.id: a for a in record.answered}
    assert list(answers) == ["two", "three", "one"]  # answers of one instant by name
    assert answers["one"].forecast == Binary(0.8)
    assert [answers[q].points for q in ("one", "three")] == pytest.approx([21.0, -39.0])
    assert answers["one"].crowd_points == pytest.approx(10.5755, abs=1e-3)  # of 80% and 40%
    assert answers["three"].crowd_points is None
    assert {a.provisional_until for a in record.answered} == {None}
    # It is about the chosen questions, and another forecaster on request.
    assert len(world.accuracy.record(Choice(tag="east")).answered) == 1
    assert world.accuracy.record(forecaster_id=BEN).skill != record.skill
    nobody = world.accuracy.record(forecaster_id=CEM)
    assert (nobody.forecaster.id, nobody.skill, nobody.answered) == (CEM, None, ())


def test_somebody_alone_has_a_record_against_a_reference(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.questions.ask(an_asked())
    tracker.forecasts.submit("rain", "90%")
    clock.time = CLOSES
    tracker.resolutions.resolve("rain", "yes", source_url=SOURCE, known_at=CLOSES)
    alone = tracker.accuracy.record()
    assert alone.skill is not None
    assert alone.reference == next(f for f in COMPUTED if f.id == HAZARD)
    assert set(alone.skill.points[-1].skills) == {ADA, SUGGESTION}
    time = tracker.accuracy.record(forecaster_id=HAZARD)
    assert time.skill is not None
    assert time.skill.reference == PRIOR
    assert tracker.accuracy.record(forecaster_id=PRIOR).skill.reference == HAZARD  # type: ignore[union-attr]


def test_early_answers_are_in_a_record_until_they_count(tracker: Tracker, clock: FakeClock) -> None:
    live(tracker, clock, RAIN)
    resolve(tracker, clock, RAIN)
    record = tracker.accuracy.record()
    assert record.skill is None
    (entry,) = record.answered
    assert entry.provisional_until == entry.question.closes_at
    clock.time = entry.question.closes_at
    (counted,) = tracker.accuracy.record().answered
    assert (counted.provisional_until, counted.points) == (None, pytest.approx(entry.points))


def test_kinds_have_records_of_their_own_rule(tracker: Tracker, clock: FakeClock) -> None:
    for life in LIVES:
        live(tracker, clock, life)
    for life in LIVES:
        resolve(tracker, clock, life)
    clock.time = CLOSES
    assert tracker.accuracy.record().rule == "crps"  # of most questions
    assert tracker.accuracy.record(Choice(kind="ordered")).rule == "ranked"
    # The base rate of a number has nobody to be held against but knowing nothing.
    base_rate = tracker.accuracy.record(Choice(kind="numeric"), forecaster_id=PRIOR)
    assert base_rate.reference == comparisons.UNINFORMED
