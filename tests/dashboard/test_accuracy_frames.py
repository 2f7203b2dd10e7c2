"""Scores, calibration, pairs and habits become frames and sentences that mean what their docstrings
say.
"""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pandas as pd
import pytest

from dashboard.accuracy import calibration_data as calibrated
from dashboard.accuracy import calibration_data as compared
from dashboard.accuracy import data as accuracy
from dashboard.accuracy import data as skill
from dashboard.accuracy import insights as findings
from dashboard.components.frames import TIME
from forecasts.calibration.reliability import CalibrationSnapshot, assess_reliability
from forecasts.questions.question import HAZARD, PRIOR, SUGGESTION, ForecasterId, QuestionId
from forecasts.scoring.crps import IntervalRecord
from forecasts.scoring.scores import Summary
from forecasts.scoring.skill import Difficulty
from forecasts.statistics.comparison import Comparison
from forecasts.statistics.dynamics import ExcessMovement, Reaction, UpdateHabits
from tests.dashboard.accuracy_examples import (
    accuracy_of,
    cohort,
    numeric_question,
    scored,
    skill_against,
)
from tests.dashboard.examples import ANA, CLOSES, ME, NOW, PEOPLE, days, named_question, resolution
from tracker.model.read_models import CalibrationReport, Choice, ComparisonReport, Habits, Receipts

YEAR = 365.0
FIRST = scored("first", "yes", {ME: 0.9, PRIOR: 0.3}, NOW - days(10))  # 171 days of 365
SECOND = scored("second", "no", {ME: 0.8, PRIOR: 0.3}, NOW)  # 181 days
BOTH = accuracy_of(FIRST, SECOND)
MY_FIRST, MY_SECOND = 100 * 0.24 * 171 / YEAR, 100 * -0.39 * 181 / YEAR
GRAIN = scored(numeric_question(), "45", {PRIOR: numeric_question().prior})

NBSP = "\u00a0"


def plain(text: str) -> str:
    """Without the spaces that do not break."""
    return text.replace(NBSP, " ")


# Numbers in words


@pytest.mark.parametrize(
    ("p", "told"),
    [
        (0.0005, "at most 1 of 1,000 cases"),
        (0.0041, "5 of 1,000 cases"),
        (0.041, "5 of 100 cases"),
        (0.05, "5 of 100 cases"),
        (1.0, "100 of 100 cases"),
    ],
)
def test_a_p_value_is_told_as_cases_and_rounded_up(p: float, told: str) -> None:
    assert accuracy.format_p_value(p) == told


# Skill


def test_the_best_skill_comes_first_in_points_with_what_it_rests_on() -> None:
    frame = skill.skill_frame(BOTH, ME, "brier")
    assert list(frame["forecaster"]) == ["Prior, never moved", "Me"]
    mine = frame.iloc[1]
    assert mine["skill"] == pytest.approx((MY_FIRST + MY_SECOND) / 2)
    assert mine["mean"] == pytest.approx((0.01 + 0.64) / 2)
    assert (mine["questions"], mine["groups"], mine["on"]) == (2, 2, "2 separate")
    assert mine["low"] <= mine["skill"] <= mine["high"]
    assert mine["coverage"] == mine["attainable"] == 48


def test_points_stay_as_they_are_and_have_no_mean() -> None:
    row = skill.skill_frame(BOTH, ME, "baseline").iloc[0]
    summary = next(
        s for s in BOTH.summaries if (s.rule, s.forecaster_id) == ("baseline", row["id"])
    )
    assert row["skill"] == pytest.approx(summary.skill)
    assert pd.isna(row["mean"])


def test_one_group_has_no_interval() -> None:
    row = skill.skill_frame(accuracy_of(FIRST), ME, "brier").iloc[0]
    assert pd.isna(row["low"])
    assert (row["interval"], row["on"]) == ("", "1 separate")


def test_questions_of_one_claim_are_one_group() -> None:
    shared = [
        scored(named_question(name, claim_ids=("c1",)), "yes", {ME: 0.7})
        for name in ("near", "far")
    ]
    assert (
        skill.skill_frame(accuracy_of(*shared), ME, "brier")["on"].iloc[0] == f"2 in 1{NBSP}group"
    )


def test_the_rule_of_most_questions_is_offered_first() -> None:
    assert skill.list_rules_present(accuracy_of(FIRST, SECOND, GRAIN))[0] == "brier"
    rules = skill.list_rules_present(
        accuracy_of(FIRST, GRAIN, scored(numeric_question("oil"), "5", {ME: GRAIN[0].prior}))
    )
    assert rules[:2] == ("crps", "brier")
    assert skill.list_rules_present(accuracy_of()) == ()


def test_me_then_people_then_what_is_computed() -> None:
    held = {SUGGESTION: 0.4, PRIOR: 0.3, HAZARD: 0.3, ANA: 0.5, ME: 0.6}
    everyone = accuracy.list_scored_forecasters(accuracy_of(scored("first", "yes", held)), ME)
    assert [f.id for f in everyone] == [ME, ANA, SUGGESTION, HAZARD, PRIOR]


# Skill in sentences


def summary(**more: object) -> Summary:
    values = {
        "forecaster_id": ME,
        "rule": "brier",
        "questions": 40,
        "mean_while_active": 0.2,
        "skill": 0.05,
    }
    return Summary(**{**values, "coverage": 0.9, "clusters": 40, "low": 0.01, "high": 0.09, **more})  # type: ignore[arg-type]


def on_skill(*summaries: Summary, rule: str = "brier") -> tuple[str, str]:
    found = findings.skill_finding(replace(BOTH, summaries=summaries), ME, rule)  # type: ignore[arg-type]
    return plain(found.claim), plain(found.caution)


def test_below_30_groups_nobody_is_called_better() -> None:
    claim, caution = on_skill(
        summary(questions=19, clusters=17), summary(forecaster_id=ANA, skill=0.01)
    )
    assert claim == "Most gained: Me, +5.0 points of skill a question, 95 % interval +1.0 to +9.0."
    assert caution == (
        "Over 19 questions in 17 groups that share their fate: too few to say who is "
        "better, 13 more groups are needed."
    )


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (
            0.01,
            0.09,
            "Over 40 separate questions. The interval lies above 0, which luck alone rarely gives.",
        ),
        (
            -0.01,
            0.09,
            (
                "Over 40 separate questions. The interval holds 0: this cannot be told from "
                "knowing nothing."
            ),
        ),
        (
            -0.09,
            -0.01,
            "Over 40 separate questions. The interval lies below 0: knowing nothing did better.",
        ),
    ],
)
def test_with_enough_groups_the_interval_says_what_can_be_told(
    low: float, high: float, told: str
) -> None:
    assert on_skill(summary(low=low, high=high), summary(forecaster_id=ANA, skill=0.0))[1] == told


def test_a_lone_forecaster_is_not_the_best_of_anything() -> None:
    claim, caution = on_skill(summary(questions=1, clusters=1, low=None, high=None))
    assert claim == "Me, +5.0 points of skill a question."
    assert caution == "Over 1 question: too few to tell skill from luck, 29 more are needed."


def test_nobody_may_have_been_better_than_knowing_nothing() -> None:
    claim, _ = on_skill(
        summary(skill=-0.01, low=-0.05, high=0.03), summary(forecaster_id=ANA, skill=-0.2)
    )
    assert claim.startswith(
        "Nobody did better than knowing nothing. Nearest: Me, −1.0 points of skill"
    )


def test_peer_points_are_held_against_the_others() -> None:
    peers = (
        summary(rule="peer", skill=-1.0, low=-2.0, high=0.5),
        summary(rule="peer", forecaster_id=ANA, skill=-3.0),
    )
    claim, caution = on_skill(*peers, rule="peer")
    assert claim.startswith(
        "Nobody did better than the others. Nearest: Me, −1.0 points a question"
    )
    assert caution.endswith("this cannot be told from the others.")


def test_questions_that_a_rule_does_not_judge_are_named() -> None:
    mixed = accuracy_of(FIRST, GRAIN)
    assert (
        plain(findings.describe_uncounted_questions(mixed, "brier"))
        == "1 question of other kinds is not in it: see CRPS over the range."
    )
    assert findings.describe_uncounted_questions(mixed, "baseline") == ""


# References


def test_a_reference_is_told_with_what_beating_it_shows() -> None:
    row = skill.references_frame([skill_against("half")]).iloc[0]
    assert (row["reference"], row["saved"], row["interval"]) == ("Always 50 %", 25.0, "+10 to +40")
    assert (row["on"], row["verdict"]) == ("40 separate", "beaten")
    assert row["shows"].startswith("More is known than nothing")


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"low": -0.1}, "no difference shown"),
        ({"low": -0.4, "high": -0.1}, "not beaten: it did better"),
        ({"n_clusters": 29}, "too few to say"),
        ({"low": None, "high": None}, "too few to say"),
        ({"skill": None}, "nothing to beat"),
    ],
)
def test_a_verdict_on_a_reference_needs_groups_and_an_interval_on_one_side(
    changed: dict, verdict: str
) -> None:
    assert skill.reference_verdict(skill_against("half", **changed)) == verdict


def test_nobody_is_held_against_themselves() -> None:
    everything = tuple(skill_against(name) for name in ("half", "base_rate", "hazard", "no_change"))
    found = replace(BOTH, skills=MappingProxyType(dict.fromkeys((ME, PRIOR, HAZARD), everything)))
    assert [s.reference for s in skill.list_reference_skills(found, PRIOR)] == ["half", "hazard"]
    assert [s.reference for s in skill.list_reference_skills(found, HAZARD)] == [
        "half",
        "base_rate",
        "no_change",
    ]
    assert len(skill.list_reference_skills(found, ME)) == 4
    assert skill.list_reference_skills(found, ANA) == ()


def test_the_base_rate_is_what_a_forecaster_is_held_against_first() -> None:
    claim, caution = findings.reference_finding(
        "Ana", [skill_against("half", skill=0.9), skill_against("base_rate")]
    )
    assert (
        plain(claim) == "Ana: 25 % of what “Base rate” lost was saved, 95 % interval 10 % to 40 %."
    )
    assert (
        plain(caution)
        == "Over 40 separate questions. The interval lies above 0, which luck alone rarely gives."
    )


def test_losing_more_than_a_reference_is_said_so() -> None:
    worse = skill_against("half", skill=-0.5, low=-0.9, high=-0.1, n=12, n_clusters=10)
    claim, caution = findings.reference_finding("Ana", [worse])
    assert (
        plain(claim)
        == "Ana: 50 % more was lost than by “Always 50 %”; saved, 95 % interval −90 % to −10 %."
    )
    assert plain(caution).endswith("too few to tell that from luck, 20 more groups are needed.")
    nothing = findings.reference_finding(
        "Ana", [skill_against("half", skill=None, reference_sum=0.0)]
    )
    assert nothing.claim == "“Always 50 %” lost nothing, so there was nothing to beat."


# Over time


def test_a_question_counts_from_its_scheduled_close_or_a_later_answer() -> None:
    assert skill.scoring_time(BOTH, QuestionId("first")) == CLOSES
    late = accuracy_of(scored("late", "no", {ME: 0.2}, CLOSES + days(3)))
    assert skill.scoring_time(late, QuestionId("late")) == CLOSES + days(3)


def test_progress_is_the_mean_skill_so_far() -> None:
    early = scored(named_question("early", closes_at=CLOSES - days(30)), "yes", {ME: 0.9}, NOW)
    frame = skill.progress_frame(accuracy_of(SECOND, early), ME)
    mine = frame[frame["forecaster"] == "Me"]
    gain = 100 * 0.24 * 181 / 335
    assert list(mine["mean"]) == pytest.approx([gain, (gain + MY_SECOND) / 2])
    assert list(mine["n"]) == [1, 2]
    assert (
        plain(findings.progress_finding(frame).claim)
        == "Highest after 1 question: Prior, never moved, +7.9 points of skill."
    )


def test_questions_of_one_instant_are_one_step_of_the_progress() -> None:
    frame = skill.progress_frame(BOTH, ME)
    mine = frame[frame["forecaster"] == "Me"]
    assert list(mine["n"]) == [2]
    assert "·" in mine["last"].iloc[0]
    assert frame["time"].dtype == skill.progress_frame(accuracy_of(), ME)["time"].dtype == TIME


# Calibration


def snapshots(*held: tuple[float, int]) -> list[CalibrationSnapshot]:
    return [
        CalibrationSnapshot(QuestionId(f"q{k}"), f"q{k}", p, outcome)
        for k, (p, outcome) in enumerate(held)
    ]


FOUND = assess_reliability(snapshots((0.1, 0), (0.1, 0), (0.85, 1), (0.9, 0)), resamples=50)
assert FOUND is not None


def test_the_curve_has_a_dot_for_each_distinct_forecast_that_grows_with_its_questions() -> None:
    frame = calibrated.curve_frame(FOUND.curve)
    assert list(frame["said"]) == [0.1, 0.85, 0.9]
    assert list(frame["happened"]) == [0.0, 0.5, 0.5]
    assert list(frame["n"]) == [2, 1, 1]
    assert frame["size"].iloc[0] > frame["size"].iloc[1]


def test_the_band_lies_around_each_forecast_and_a_single_one_can_be_seen() -> None:
    frame = calibrated.band_frame(FOUND.band)
    assert list(frame["said"]) == [0.1, 0.85, 0.9]
    assert (frame["lower"] <= frame["upper"]).all()
    alone = assess_reliability(snapshots((1.0, 1), (1.0, 1)), resamples=10)
    assert alone is not None
    assert list(calibrated.band_frame(alone.band)["said"]) == [0.99, 1.0]


def test_bins_leave_out_empty_ones_and_give_both_intervals() -> None:
    frame = calibrated.bins_frame(FOUND.bins)
    assert list(frame["number"]) == [0, 4]
    assert list(frame["of"]) == ["0 of 2", "1 of 2"]
    last = frame.iloc[1]
    assert (plain(last["range"]), last["n"], last["said"], last["happened"]) == (
        "80–100 %",
        2,
        87.5,
        50.0,
    )
    assert plain(last["wilson"]) == "9–91 %"
    assert plain(last["jeffreys"]) == "6–94 %"
    assert calibrated.bins_frame([]).dtypes.to_dict() == frame.dtypes.to_dict()


def test_the_questions_of_a_bin_come_worst_miss_first() -> None:
    asked = {QuestionId(f"q{k}"): named_question(f"q{k}") for k in range(4)}
    told = calibrated.list_bin_questions(FOUND.snapshots, 4, asked)
    assert [(question.id, plain(words)) for question, words in told] == [
        ("q3", "90 %, NO"),
        ("q2", "85 %, YES"),
    ]
    assert calibrated.list_bin_questions(FOUND.snapshots, 2, asked) == ()


def test_the_measures_add_up_and_say_what_they_mean() -> None:
    frame = calibrated.measures_frame(FOUND).set_index("measure")
    score, mcb, dsc, unc = (float(frame["value"].iloc[k]) for k in range(4))
    assert score == pytest.approx(mcb - dsc + unc, abs=0.002)
    assert plain(frame.loc["Said on a YES", "value"]) == "85 %"
    assert plain(frame.loc["Said on a NO", "says"]) == "On average, over 3 questions."


def test_what_needs_both_outcomes_is_a_dash() -> None:
    one_sided = assess_reliability(snapshots((0.2, 0)), resamples=10)
    assert one_sided is not None
    frame = calibrated.measures_frame(one_sided).set_index("measure")
    assert list(frame.loc[["Area under the ROC", "Said on a YES"], "value"]) == ["–", "–"]


def test_the_test_of_calibration_is_told_in_cases() -> None:
    assert calibrated.describe_p_value(0.83) == (
        "A perfectly calibrated forecaster would look at least this miscalibrated in 83 of 100 "
        "cases: no sign of miscalibration."
    )
    assert calibrated.describe_p_value(0.04).endswith("4 of 100 cases: a sign of miscalibration.")


def test_intervals_of_numbers_are_told_with_their_coverage_and_width() -> None:
    record = IntervalRecord(4, 0.75, 0.3, 0.95, 0.2)
    report = CalibrationReport(Choice(), 30, {}, PEOPLE, {}, {ANA: record, ME: record})
    frame = calibrated.interval_coverage_frame(report, ME)
    assert list(frame["forecaster"]) == ["Me", "Ana"]
    row = frame.iloc[0]
    assert (row["n"], row["inside"], plain(row["bar"]), row["width"]) == (4, 75.0, "30–95 %", 20.0)


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.3, 0.95, "Me: 15 of 20 answers inside, which agrees with 90 % within chance."),
        (0.3, 0.8, "Me: 15 of 20 answers inside. Too narrow: fewer than was said."),
        (0.95, 1.0, "Me: 15 of 20 answers inside. Wider than need be: more than was said."),
    ],
)
def test_the_width_of_intervals_is_judged_within_chance(low: float, high: float, told: str) -> None:
    assert (
        plain(findings.describe_interval_record("Me", IntervalRecord(20, 0.75, low, high, 0.2)))
        == told
    )


def test_a_handful_of_intervals_is_not_judged() -> None:
    told = findings.describe_interval_record("Me", IntervalRecord(19, 0.0, 0.0, 0.2, 0.2))
    assert plain(told) == "Me: 0 of 19 answers inside. Too few to say anything: 1 more is needed."


# Pairs


def pair(a: str, b: str, verdict: str = "not enough data", **more: object) -> Comparison:
    values = {
        "n": 19,
        "n_clusters": 17,
        "mean_difference": 0.059,
        "low": 0.032,
        "high": 0.085,
        "p_value": 0.01,
    }
    return Comparison(
        a, b, **{**values, "p_adjusted": 0.02, "sentence": "", **more}, verdict=verdict
    )  # type: ignore[arg-type]


def report_of(*pairs: Comparison, difficulty: Difficulty | None = None) -> ComparisonReport:
    return ComparisonReport(Choice(), PEOPLE, pairs, difficulty)


NAMES = compared.map_display_names(report_of(), ME)


def test_who_is_asked_for_comes_first_in_each_pair_and_signs_follow() -> None:
    report = report_of(
        pair("Ana", "Typist", "better"), pair("Ana", "Crowd"), pair("Typist", "Crowd", n=0)
    )
    found = compared.list_pairs(report, ME)
    row = compared.pairs_frame(found, NAMES, first="Typist").iloc[0]
    assert (row["first"], row["other"], row["verdict"], row["on"]) == (
        "Me",
        "Ana",
        "worse",
        f"19 in 17{NBSP}groups",
    )
    assert row["difference"] == pytest.approx(-5.9)
    assert row["interval"] == "−8.5 to −3.2"
    assert len(found) == 1


def test_what_has_a_verdict_comes_first_and_too_few_questions_are_no_verdict() -> None:
    report = report_of(
        pair("Ana", "Crowd"), pair("Ana", "Typist", "no difference shown", n_clusters=30)
    )
    frame = compared.pairs_frame(compared.list_pairs(report, None), NAMES)
    assert list(frame["verdict"]) == ["no difference shown", ""]


def test_too_few_questions_are_said_once_for_all_pairs() -> None:
    few = pair("Ana", "Crowd", n_clusters=9), pair("Ana", "Typist")
    found = findings.pair_finding(few, NAMES)
    assert found.claim == "It is too early to say who is better."
    assert found.caution == (
        "No two have 30 separate groups of questions in common yet (Ana and Me: 17), so what "
        "sets them apart may well be luck."
    )
    assert findings.pair_finding(few[:1], NAMES).caution.startswith("The two do not have 30")


def test_pairs_that_can_be_told_apart_are_counted_and_named_better_one_first() -> None:
    decided = pair(
        "Ana", "Typist", "worse", mean_difference=-0.03, low=-0.05, high=-0.01, n=40, n_clusters=40
    )
    claim, caution = findings.pair_finding([decided, pair("Ana", "Crowd")], NAMES)
    assert plain(claim) == "1 of 2 pairs can be told apart."
    assert caution.startswith("The other pairs do not have 30")
    assert plain(findings.describe_pair(decided, NAMES)) == (
        "Me better than Ana: +3.0 points a question, 95 % interval +1.0 to +5.0, over 40 "
        "separate questions; by luck in 2 of 100 cases."
    )
    alike = findings.pair_finding(
        [pair("Ana", "Crowd", "no difference shown", n_clusters=30)], NAMES
    )
    assert alike == ("No difference between any two is shown.", "")


def test_adjusted_skill_is_above_0_for_whoever_lost_less_and_who_cannot_be_compared_is_named() -> (
    None
):
    groups = (frozenset({"me", "ana"}), frozenset({"crowd"}))
    difficulty = Difficulty({"ana": -0.02, "me": 0.02}, {"ana": 9, "me": 7, "crowd": 1}, groups)
    report = report_of(difficulty=difficulty)
    frame = compared.difficulty_adjusted_frame(report, ME)
    assert list(frame["forecaster"]) == ["Ana", "Me"]
    assert list(frame["adjusted"]) == pytest.approx([2.0, -2.0])
    assert list(frame["questions"]) == [9, 7]
    assert compared.list_disconnected_names(report, ME) == ("Crowd",)


def test_without_scores_nothing_is_adjusted() -> None:
    assert compared.difficulty_adjusted_frame(report_of(), ME).empty
    assert compared.list_disconnected_names(report_of(), ME) == ()


# Habits


def habits(questions: int, revisions: int) -> Habits:
    updates = UpdateHabits(questions, 61, 40, 0.12, 0.15, 0.05, 0.36, 0.56)
    return Habits(
        PEOPLE[ANA],
        updates,
        ExcessMovement(questions, 0.1, 1.4, 2.5, 0.03),
        Reaction(revisions, 0.5, 0.3, 0.7),
    )


def test_habits_are_in_points_and_percent() -> None:
    row = compared.habits_frame([habits(40, 40)], ME).iloc[0]
    assert (row["forecaster"], row["acts"], row["questions"], row["monthly"]) == (
        "Ana",
        61,
        40,
        0.12,
    )
    assert [row[name] for name in ("move", "reaffirmed", "reversed")] == pytest.approx(
        [15.0, 5.0, 36.0]
    )
    assert (row["momentum"], row["ratio"], row["slope"]) == (0.56, 1.4, 0.5)


def test_movement_and_reaction_are_left_out_where_there_is_too_little_to_judge() -> None:
    row = compared.habits_frame([habits(29, 2)], ME).iloc[0]
    assert pd.isna(row["ratio"])
    assert pd.isna(row["slope"])
    nothing = replace(habits(1, 1), updates=UpdateHabits(1, 1, 0, None, None, None, None, None))
    assert pd.isna(compared.habits_frame([nothing], ME).iloc[0]["move"])


# Questions, rules, cohorts


def test_every_question_is_one_row_with_everyones_skill_and_the_latest_answer_comes_first() -> None:
    frame = accuracy.skill_by_question_frame(BOTH, ME)
    assert list(frame["id"]) == ["second", "first"]
    assert list(frame[ME]) == pytest.approx([MY_SECOND, MY_FIRST])
    assert list(frame["answer"]) == ["NO", "YES"]
    assert list(accuracy.skill_by_question_frame(accuracy_of(), ME).columns) == [
        "id",
        "question",
        "answer",
        "known",
    ]


def test_each_question_is_scored_by_the_rule_of_its_kind() -> None:
    frame = accuracy.skill_by_question_frame(accuracy_of(FIRST, GRAIN), ME).set_index("id")
    assert frame.loc["grain", "answer"] == "45 tonnes"
    assert frame.loc["grain", PRIOR] == pytest.approx(0.0)
    assert pd.isna(frame.loc["grain", ME])


def test_one_forecaster_is_shown_by_every_rule_in_their_order_with_its_direction() -> None:
    mine = [s for s in FIRST[2] if s.forecaster_id == ME]
    expected = ("brier", "log", "spherical", "baseline")
    frame = accuracy.scores_by_rule_frame([s for s in reversed(mine) if s.rule in expected])
    assert list(frame["rule"]) == ["Brier score", "Log score", "Spherical score", "Baseline points"]
    assert list(frame["better"]) == ["↓ lower", "↓ lower", "↑ higher", "↑ higher"]
    assert frame["mean"].iloc[0] == pytest.approx(0.01)
    assert frame["skill"].iloc[0] == pytest.approx(MY_FIRST)
    assert pd.isna(frame["mean"].iloc[3])


def test_a_receipt_gives_its_score_again_unless_a_number_was_changed() -> None:
    question, answer, scores = FIRST
    found = Receipts(question, answer, scores, (), {})
    assert accuracy.is_recomputable(found, scores[0])
    assert not accuracy.is_recomputable(found, replace(scores[0], mean_while_active=0.02))
    assert not accuracy.is_recomputable(found, replace(scores[0], rule="peer"))
    assert not accuracy.is_recomputable(replace(found, resolution=None), scores[0])
    assert not accuracy.is_recomputable(
        replace(found, resolution=resolution("annulled")), scores[0]
    )


def test_a_cohort_is_a_row_of_counts() -> None:
    one = cohort(opened=3, over=2, answered=1, unanswered=1, early=1)
    row = accuracy.cohorts_frame(accuracy_of(cohorts=(one,))).iloc[0]
    assert list(row) == ["2026-Q1", 3, 2, 1, 0, 0, 1, 1]


def test_what_does_not_count_is_told_with_its_reason() -> None:
    waiting = accuracy_of(
        early=(QuestionId("a"),),
        unscored=(QuestionId("b"), QuestionId("c")),
        hindsight={ME: 1, ForecasterId("x"): 1},
    )
    assert plain(findings.describe_unscored(waiting)) == (
        "1 question was answered before its scheduled close, and counts once that has passed."
        " 2 questions were annulled or ambiguous, and not scored."
        " 2 forecasts were made when the answer was known: they earned nothing."
    )
    assert findings.describe_unscored(accuracy_of()) == ""
    several = accuracy_of(
        early=(QuestionId("a"), QuestionId("b")), unscored=(QuestionId("c"),), hindsight={ME: 1}
    )
    assert plain(findings.describe_unscored(several)) == (
        "2 questions were answered before their scheduled close, and count once it has passed."
        " 1 question was annulled or ambiguous, and not scored."
        " 1 forecast was made when the answer was known: it earned nothing."
    )


def test_a_late_answer_shortens_nothing() -> None:
    late = scored("late", "yes", {ME: 0.9}, CLOSES + timedelta(days=30))
    row = skill.skill_frame(accuracy_of(late), ME, "brier").iloc[0]
    assert (row["coverage"], row["attainable"]) == (100.0, 100.0)
    assert row["skill"] == pytest.approx(24.0)


@pytest.mark.parametrize(
    ("low", "high", "clusters", "said"),
    [
        (0.01, 0.09, 40, "yes"),
        (-0.09, -0.01, 40, "no: a loss"),
        (-0.01, 0.09, 40, "not shown"),
        (0.01, 0.09, 29, "too few to say"),
        (None, None, 40, "too few to say"),
    ],
)
def test_a_gain_is_called_more_than_luck_only_where_enough_stands_behind_it(
    low: float | None, high: float | None, clusters: int, said: str
) -> None:
    assert skill.gain_verdict(summary(low=low, high=high, clusters=clusters)) == said
