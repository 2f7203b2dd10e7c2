"""Scores, calibration, pairs and habits become frames and sentences that mean what their docstrings
say.
"""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pandas as pd
import pytest

from dashboard.accuracy import calibration_data, data, insights
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


def test_p_value_is_told_as_cases_rounded_up() -> None:
    for p, told in (
        (0.0005, "at most 1 of 1,000 cases"),
        (0.0041, "5 of 1,000 cases"),
        (0.041, "5 of 100 cases"),
        (0.05, "5 of 100 cases"),
        (1.0, "100 of 100 cases"),
    ):
        assert data.format_p_value(p) == told


# Skill


def test_skill_frame() -> None:
    # The best skill comes first in points with what it rests on.
    frame = data.skill_frame(BOTH, ME, "brier")
    assert list(frame["forecaster"]) == ["Prior, never moved", "Me"]
    mine = frame.iloc[1]
    assert mine["skill"] == pytest.approx((MY_FIRST + MY_SECOND) / 2)
    assert mine["mean"] == pytest.approx((0.01 + 0.64) / 2)
    assert (mine["questions"], mine["groups"], mine["on"]) == (2, 2, "2 separate")
    assert mine["low"] <= mine["skill"] <= mine["high"]
    assert mine["coverage"] == mine["attainable"] == 48
    # Points stay as they are and have no mean.
    row = data.skill_frame(BOTH, ME, "baseline").iloc[0]
    summary = next(
        s for s in BOTH.summaries if (s.rule, s.forecaster_id) == ("baseline", row["id"])
    )
    assert row["skill"] == pytest.approx(summary.skill)
    assert pd.isna(row["mean"])
    # One group has no interval.
    row = data.skill_frame(accuracy_of(FIRST), ME, "brier").iloc[0]
    assert pd.isna(row["low"])
    assert (row["interval"], row["on"]) == ("", "1 separate")
    # Questions of one claim are one group.
    shared = [
        scored(named_question(name, claim_ids=("c1",)), "yes", {ME: 0.7})
        for name in ("near", "far")
    ]
    assert data.skill_frame(accuracy_of(*shared), ME, "brier")["on"].iloc[0] == f"2 in 1{NBSP}group"


def test_rules_and_forecasters_are_listed_in_order() -> None:
    # The rule of most questions is offered first.
    assert data.list_rules_present(accuracy_of(FIRST, SECOND, GRAIN))[0] == "brier"
    rules = data.list_rules_present(
        accuracy_of(FIRST, GRAIN, scored(numeric_question("oil"), "5", {ME: GRAIN[0].prior}))
    )
    assert rules[:2] == ("crps", "brier")
    assert data.list_rules_present(accuracy_of()) == ()
    # Me then people then what is computed.
    held = {SUGGESTION: 0.4, PRIOR: 0.3, HAZARD: 0.3, ANA: 0.5, ME: 0.6}
    everyone = data.list_scored_forecasters(accuracy_of(scored("first", "yes", held)), ME)
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
    found = insights.skill_finding(replace(BOTH, summaries=summaries), ME, rule)  # type: ignore[arg-type]
    return plain(found.claim), plain(found.caution)


def test_skill_finding() -> None:
    # Below 30 groups nobody is called better.
    claim, caution = on_skill(
        summary(questions=19, clusters=17), summary(forecaster_id=ANA, skill=0.01)
    )
    assert claim == "Most gained: Me, +5.0 points of skill a question, 95 % interval +1.0 to +9.0."
    assert caution == (
        "Over 19 questions in 17 groups that share their fate: too few to say who is "
        "better, 13 more groups are needed."
    )
    # A lone forecaster is not the best of anything.
    claim, caution = on_skill(summary(questions=1, clusters=1, low=None, high=None))
    assert claim == "Me, +5.0 points of skill a question."
    assert caution == "Over 1 question: too few to tell skill from luck, 29 more are needed."
    # Nobody may have been better than knowing nothing.
    claim, _ = on_skill(
        summary(skill=-0.01, low=-0.05, high=0.03), summary(forecaster_id=ANA, skill=-0.2)
    )
    assert claim.startswith(
        "Nobody did better than knowing nothing. Nearest: Me, −1.0 points of skill"
    )
    # Peer points are held against the others.
    peers = (
        summary(rule="peer", skill=-1.0, low=-2.0, high=0.5),
        summary(rule="peer", forecaster_id=ANA, skill=-3.0),
    )
    claim, caution = on_skill(*peers, rule="peer")
    assert claim.startswith(
        "Nobody did better than the others. Nearest: Me, −1.0 points a question"
    )
    assert caution.endswith("this cannot be told from the others.")
    # Questions that a rule does not judge are named.
    mixed = accuracy_of(FIRST, GRAIN)
    assert (
        plain(insights.describe_uncounted_questions(mixed, "brier"))
        == "1 question of other kinds is not in it: see CRPS over the range."
    )
    assert insights.describe_uncounted_questions(mixed, "baseline") == ""


def test_skill_interval_says_what_can_be_told() -> None:
    for low, high, told in (
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
    ):
        assert (
            on_skill(summary(low=low, high=high), summary(forecaster_id=ANA, skill=0.0))[1] == told
        )


# References


def test_references_frame() -> None:
    # A reference is told with what beating it shows.
    row = data.references_frame([skill_against("half")]).iloc[0]
    assert (row["reference"], row["saved"], row["interval"]) == ("Always 50 %", 25.0, "+10 to +40")
    assert (row["on"], row["verdict"]) == ("40 separate", "beaten")
    assert row["shows"].startswith("More is known than nothing")
    # Nobody is held against themselves.
    everything = tuple(skill_against(name) for name in ("half", "base_rate", "hazard", "no_change"))
    found = replace(BOTH, skills=MappingProxyType(dict.fromkeys((ME, PRIOR, HAZARD), everything)))
    assert [s.reference for s in data.list_reference_skills(found, PRIOR)] == ["half", "hazard"]
    assert [s.reference for s in data.list_reference_skills(found, HAZARD)] == [
        "half",
        "base_rate",
        "no_change",
    ]
    assert len(data.list_reference_skills(found, ME)) == 4
    assert data.list_reference_skills(found, ANA) == ()


def test_reference_verdict_needs_groups_and_a_one_sided_interval() -> None:
    for changed, verdict in (
        ({"low": -0.1}, "no difference shown"),
        ({"low": -0.4, "high": -0.1}, "not beaten: it did better"),
        ({"n_clusters": 29}, "too few to say"),
        ({"low": None, "high": None}, "too few to say"),
        ({"skill": None}, "nothing to beat"),
    ):
        assert data.reference_verdict(skill_against("half", **changed)) == verdict


def test_reference_finding() -> None:
    # The base rate is what a forecaster is held against first.
    claim, caution = insights.reference_finding(
        "Ana", [skill_against("half", skill=0.9), skill_against("base_rate")]
    )
    assert (
        plain(claim) == "Ana: 25 % of what “Base rate” lost was saved, 95 % interval 10 % to 40 %."
    )
    assert (
        plain(caution)
        == "Over 40 separate questions. The interval lies above 0, which luck alone rarely gives."
    )
    # Losing more than a reference is said so.
    worse = skill_against("half", skill=-0.5, low=-0.9, high=-0.1, n=12, n_clusters=10)
    claim, caution = insights.reference_finding("Ana", [worse])
    assert (
        plain(claim)
        == "Ana: 50 % more was lost than by “Always 50 %”; saved, 95 % interval −90 % to −10 %."
    )
    assert plain(caution).endswith("too few to tell that from luck, 20 more groups are needed.")
    nothing = insights.reference_finding(
        "Ana", [skill_against("half", skill=None, reference_sum=0.0)]
    )
    assert nothing.claim == "“Always 50 %” lost nothing, so there was nothing to beat."


# Over time


def test_progress_frame() -> None:
    # A question counts from its scheduled close or a later answer.
    assert data.scoring_time(BOTH, QuestionId("first")) == CLOSES
    late = accuracy_of(scored("late", "no", {ME: 0.2}, CLOSES + days(3)))
    assert data.scoring_time(late, QuestionId("late")) == CLOSES + days(3)
    # Progress is the mean skill so far.
    early = scored(named_question("early", closes_at=CLOSES - days(30)), "yes", {ME: 0.9}, NOW)
    frame = data.progress_frame(accuracy_of(SECOND, early), ME)
    mine = frame[frame["forecaster"] == "Me"]
    gain = 100 * 0.24 * 181 / 335
    assert list(mine["mean"]) == pytest.approx([gain, (gain + MY_SECOND) / 2])
    assert list(mine["n"]) == [1, 2]
    assert (
        plain(insights.progress_finding(frame).claim)
        == "Highest after 1 question: Prior, never moved, +7.9 points of skill."
    )
    # Questions of one instant are one step of the progress.
    frame = data.progress_frame(BOTH, ME)
    mine = frame[frame["forecaster"] == "Me"]
    assert list(mine["n"]) == [2]
    assert "·" in mine["last"].iloc[0]
    assert frame["time"].dtype == data.progress_frame(accuracy_of(), ME)["time"].dtype == TIME


# Calibration


def snapshots(*held: tuple[float, int]) -> list[CalibrationSnapshot]:
    return [
        CalibrationSnapshot(QuestionId(f"q{k}"), f"q{k}", p, outcome)
        for k, (p, outcome) in enumerate(held)
    ]


FOUND = assess_reliability(snapshots((0.1, 0), (0.1, 0), (0.85, 1), (0.9, 0)), resamples=50)
assert FOUND is not None


def test_calibration_curve_and_band() -> None:
    # The curve has a dot for each distinct forecast that grows with its questions.
    frame = calibration_data.curve_frame(FOUND.curve)
    assert list(frame["said"]) == [0.1, 0.85, 0.9]
    assert list(frame["happened"]) == [0.0, 0.5, 0.5]
    assert list(frame["n"]) == [2, 1, 1]
    assert frame["size"].iloc[0] > frame["size"].iloc[1]
    # The band lies around each forecast and a single one can be seen.
    frame = calibration_data.band_frame(FOUND.band)
    assert list(frame["said"]) == [0.1, 0.85, 0.9]
    assert (frame["lower"] <= frame["upper"]).all()
    alone = assess_reliability(snapshots((1.0, 1), (1.0, 1)), resamples=10)
    assert alone is not None
    assert list(calibration_data.band_frame(alone.band)["said"]) == [0.99, 1.0]


def test_calibration_bins() -> None:
    # Bins leave out empty ones and give both intervals.
    frame = calibration_data.bins_frame(FOUND.bins)
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
    assert calibration_data.bins_frame([]).dtypes.to_dict() == frame.dtypes.to_dict()
    # The questions of a bin come worst miss first.
    asked = {QuestionId(f"q{k}"): named_question(f"q{k}") for k in range(4)}
    told = calibration_data.list_bin_questions(FOUND.snapshots, 4, asked)
    assert [(question.id, plain(words)) for question, words in told] == [
        ("q3", "90 %, NO"),
        ("q2", "85 %, YES"),
    ]
    assert calibration_data.list_bin_questions(FOUND.snapshots, 2, asked) == ()


def test_calibration_measures() -> None:
    # The measures add up and say what they mean.
    frame = calibration_data.measures_frame(FOUND).set_index("measure")
    score, mcb, dsc, unc = (float(frame["value"].iloc[k]) for k in range(4))
    assert score == pytest.approx(mcb - dsc + unc, abs=0.002)
    assert plain(frame.loc["Said on a YES", "value"]) == "85 %"
    assert plain(frame.loc["Said on a NO", "says"]) == "On average, over 3 questions."
    # What needs both outcomes is a dash.
    one_sided = assess_reliability(snapshots((0.2, 0)), resamples=10)
    assert one_sided is not None
    frame = calibration_data.measures_frame(one_sided).set_index("measure")
    assert list(frame.loc[["Area under the ROC", "Said on a YES"], "value"]) == ["–", "–"]
    # The test of calibration is told in cases.
    assert calibration_data.describe_p_value(0.83) == (
        "A perfectly calibrated forecaster would look at least this miscalibrated in 83 of 100 "
        "cases: no sign of miscalibration."
    )
    assert calibration_data.describe_p_value(0.04).endswith(
        "4 of 100 cases: a sign of miscalibration."
    )


def test_interval_coverage() -> None:
    # Intervals of numbers are told with their coverage and width.
    record = IntervalRecord(4, 0.75, 0.3, 0.95, 0.2)
    report = CalibrationReport(Choice(), 30, {}, PEOPLE, {}, {ANA: record, ME: record})
    frame = calibration_data.interval_coverage_frame(report, ME)
    assert list(frame["forecaster"]) == ["Me", "Ana"]
    row = frame.iloc[0]
    assert (row["n"], row["inside"], plain(row["bar"]), row["width"]) == (4, 75.0, "30–95 %", 20.0)
    # A handful of intervals is not judged.
    told = insights.describe_interval_record("Me", IntervalRecord(19, 0.0, 0.0, 0.2, 0.2))
    assert plain(told) == "Me: 0 of 19 answers inside. Too few to say anything: 1 more is needed."
    # The width of intervals is judged within chance.
    for low, high, told in (
        (0.3, 0.95, "Me: 15 of 20 answers inside, which agrees with 90 % within chance."),
        (0.3, 0.8, "Me: 15 of 20 answers inside. Too narrow: fewer than was said."),
        (0.95, 1.0, "Me: 15 of 20 answers inside. Wider than need be: more than was said."),
    ):
        assert (
            plain(insights.describe_interval_record("Me", IntervalRecord(20, 0.75, low, high, 0.2)))
            == told
        )


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


NAMES = calibration_data.map_display_names(report_of(), ME)


def test_pairs_frame() -> None:
    # Who is asked for comes first in each pair and signs follow.
    report = report_of(
        pair("Ana", "Typist", "better"), pair("Ana", "Crowd"), pair("Typist", "Crowd", n=0)
    )
    found = calibration_data.list_pairs(report, ME)
    row = calibration_data.pairs_frame(found, NAMES, first="Typist").iloc[0]
    assert (row["first"], row["other"], row["verdict"], row["on"]) == (
        "Me",
        "Ana",
        "worse",
        f"19 in 17{NBSP}groups",
    )
    assert row["difference"] == pytest.approx(-5.9)
    assert row["interval"] == "−8.5 to −3.2"
    assert len(found) == 1
    # What has a verdict comes first and too few questions are no verdict.
    report = report_of(
        pair("Ana", "Crowd"), pair("Ana", "Typist", "no difference shown", n_clusters=30)
    )
    frame = calibration_data.pairs_frame(calibration_data.list_pairs(report, None), NAMES)
    assert list(frame["verdict"]) == ["no difference shown", ""]


def test_pairs_findings() -> None:
    # Too few questions are said once for all pairs.
    few = pair("Ana", "Crowd", n_clusters=9), pair("Ana", "Typist")
    found = insights.pair_finding(few, NAMES)
    assert found.claim == "It is too early to say who is better."
    assert found.caution == (
        "No two have 30 separate groups of questions in common yet (Ana and Me: 17), so what "
        "sets them apart may well be luck."
    )
    assert insights.pair_finding(few[:1], NAMES).caution.startswith("The two do not have 30")
    # Pairs that can be told apart are counted and named better one first.
    decided = pair(
        "Ana", "Typist", "worse", mean_difference=-0.03, low=-0.05, high=-0.01, n=40, n_clusters=40
    )
    claim, caution = insights.pair_finding([decided, pair("Ana", "Crowd")], NAMES)
    assert plain(claim) == "1 of 2 pairs can be told apart."
    assert caution.startswith("The other pairs do not have 30")
    assert plain(insights.describe_pair(decided, NAMES)) == (
        "Me better than Ana: +3.0 points a question, 95 % interval +1.0 to +5.0, over 40 "
        "separate questions; by luck in 2 of 100 cases."
    )
    alike = insights.pair_finding(
        [pair("Ana", "Crowd", "no difference shown", n_clusters=30)], NAMES
    )
    assert alike == ("No difference between any two is shown.", "")


def test_adjusted_skill() -> None:
    # Adjusted skill is above 0 for whoever lost less and who cannot be compared is named.
    groups = (frozenset({"me", "ana"}), frozenset({"crowd"}))
    difficulty = Difficulty({"ana": -0.02, "me": 0.02}, {"ana": 9, "me": 7, "crowd": 1}, groups)
    report = report_of(difficulty=difficulty)
    frame = calibration_data.difficulty_adjusted_frame(report, ME)
    assert list(frame["forecaster"]) == ["Ana", "Me"]
    assert list(frame["adjusted"]) == pytest.approx([2.0, -2.0])
    assert list(frame["questions"]) == [9, 7]
    assert calibration_data.list_disconnected_names(report, ME) == ("Crowd",)
    # Without scores nothing is adjusted.
    assert calibration_data.difficulty_adjusted_frame(report_of(), ME).empty
    assert calibration_data.list_disconnected_names(report_of(), ME) == ()


# Habits


def habits(questions: int, revisions: int) -> Habits:
    updates = UpdateHabits(questions, 61, 40, 0.12, 0.15, 0.05, 0.36, 0.56)
    return Habits(
        PEOPLE[ANA],
        updates,
        ExcessMovement(questions, 0.1, 1.4, 2.5, 0.03),
        Reaction(revisions, 0.5, 0.3, 0.7),
    )


def test_habits_frame() -> None:
    # Habits are in points and percent.
    row = calibration_data.habits_frame([habits(40, 40)], ME).iloc[0]
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
    # Movement and reaction are left out where there is too little to judge.
    row = calibration_data.habits_frame([habits(29, 2)], ME).iloc[0]
    assert pd.isna(row["ratio"])
    assert pd.isna(row["slope"])
    nothing = replace(habits(1, 1), updates=UpdateHabits(1, 1, 0, None, None, None, None, None))
    assert pd.isna(calibration_data.habits_frame([nothing], ME).iloc[0]["move"])


# Questions, rules, cohorts


def test_scores_by_question_and_rule() -> None:
    # Every question is one row with everyones skill and the latest answer comes first.
    frame = data.skill_by_question_frame(BOTH, ME)
    assert list(frame["id"]) == ["second", "first"]
    assert list(frame[ME]) == pytest.approx([MY_SECOND, MY_FIRST])
    assert list(frame["answer"]) == ["NO", "YES"]
    assert list(data.skill_by_question_frame(accuracy_of(), ME).columns) == [
        "id",
        "question",
        "answer",
        "known",
    ]
    # Each question is scored by the rule of its kind.
    frame = data.skill_by_question_frame(accuracy_of(FIRST, GRAIN), ME).set_index("id")
    assert frame.loc["grain", "answer"] == "45 tonnes"
    assert frame.loc["grain", PRIOR] == pytest.approx(0.0)
    assert pd.isna(frame.loc["grain", ME])
    # One forecaster is shown by every rule in their order with its direction.
    mine = [s for s in FIRST[2] if s.forecaster_id == ME]
    expected = ("brier", "log", "spherical", "baseline")
    frame = data.scores_by_rule_frame([s for s in reversed(mine) if s.rule in expected])
    assert list(frame["rule"]) == ["Brier score", "Log score", "Spherical score", "Baseline points"]
    assert list(frame["better"]) == ["↓ lower", "↓ lower", "↑ higher", "↑ higher"]
    assert frame["mean"].iloc[0] == pytest.approx(0.01)
    assert frame["skill"].iloc[0] == pytest.approx(MY_FIRST)
    assert pd.isna(frame["mean"].iloc[3])


def test_receipt_gives_its_score_unless_changed() -> None:
    question, answer, scores = FIRST
    found = Receipts(question, answer, scores, (), {})
    assert data.is_recomputable(found, scores[0])
    assert not data.is_recomputable(found, replace(scores[0], mean_while_active=0.02))
    assert not data.is_recomputable(found, replace(scores[0], rule="peer"))
    assert not data.is_recomputable(replace(found, resolution=None), scores[0])
    assert not data.is_recomputable(replace(found, resolution=resolution("annulled")), scores[0])


def test_cohorts_frame() -> None:
    # A cohort is a row of counts.
    one = cohort(opened=3, over=2, answered=1, unanswered=1, early=1)
    row = data.cohorts_frame(accuracy_of(cohorts=(one,))).iloc[0]
    assert list(row) == ["2026-Q1", 3, 2, 1, 0, 0, 1, 1]
    # What does not count is told with its reason.
    waiting = accuracy_of(
        early=(QuestionId("a"),),
        unscored=(QuestionId("b"), QuestionId("c")),
        hindsight={ME: 1, ForecasterId("x"): 1},
    )
    assert plain(insights.describe_unscored(waiting)) == (
        "1 question was answered before its scheduled close, and counts once that has passed."
        " 2 questions were annulled or ambiguous, and not scored."
        " 2 forecasts were made when the answer was known: they earned nothing."
    )
    assert insights.describe_unscored(accuracy_of()) == ""
    several = accuracy_of(
        early=(QuestionId("a"), QuestionId("b")), unscored=(QuestionId("c"),), hindsight={ME: 1}
    )
    assert plain(insights.describe_unscored(several)) == (
        "2 questions were answered before their scheduled close, and count once it has passed."
        " 1 question was annulled or ambiguous, and not scored."
        " 1 forecast was made when the answer was known: it earned nothing."
    )
    # A late answer shortens nothing.
    late = scored("late", "yes", {ME: 0.9}, CLOSES + timedelta(days=30))
    row = data.skill_frame(accuracy_of(late), ME, "brier").iloc[0]
    assert (row["coverage"], row["attainable"]) == (100.0, 100.0)
    assert row["skill"] == pytest.approx(24.0)


def test_luck_is_excluded_only_with_enough_groups() -> None:
    for low, high, clusters, said in (
        (0.01, 0.09, 40, "yes"),
        (-0.09, -0.01, 40, "no: a loss"),
        (-0.01, 0.09, 40, "not shown"),
        (0.01, 0.09, 29, "too few to say"),
        (None, None, 40, "too few to say"),
    ):
        assert data.gain_verdict(summary(low=low, high=high, clusters=clusters)) == said
