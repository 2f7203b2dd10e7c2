"""Skill, standing, calibration and habits become frames and sentences that mean what they say."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dashboard import charts
from dashboard.record import calibration_data, data, text
from dashboard.record import habits as habits_section
from dashboard.wording.numbers import name_forecasts
from forecasts.calibration.ranks import assess_ranks
from forecasts.calibration.reliability import assess_reliability
from forecasts.calibration.snapshots import CalibrationSnapshot, RankSnapshot
from forecasts.distributions.cdf import Scale, uniform_curve
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import (
    COMPUTED,
    HAZARD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    QuestionId,
    name_recalibrated,
)
from forecasts.scoring.adjusted_skill import AdjustedSkill
from forecasts.scoring.comparison import Comparison, EvidencePoint
from forecasts.scoring.skill_record import RecordPoint, SkillRecord
from forecasts.statistics.dynamics import ExcessMovement, UpdateHabits
from forecasts.statistics.reaction import Reaction
from tests.dashboard.examples import ANA, ME, NOW, PEOPLE, days, named_question
from tests.dashboard.record_examples import accuracy_of, cohort, scored
from tracker.model.read_models import (
    AnsweredForecast,
    Choice,
    ComparisonReport,
    ForecasterRecord,
    Habits,
    RuleComparison,
)

NBSP = "\u00a0"


def plain(text: str) -> str:
    """Without the spaces that do not break."""
    return text.replace(NBSP, " ")


def test_forecasters_are_listed_me_first() -> None:
    held = {SUGGESTION: 0.4, PRIOR: 0.3, HAZARD: 0.3, ANA: 0.5, ME: 0.6}
    everyone = data.list_scored_forecasters(accuracy_of(scored("first", "yes", held)), ME)
    assert [f.id for f in everyone] == [ME, ANA, SUGGESTION, HAZARD, PRIOR]


# Skill over time

POINTS = tuple(
    RecordPoint(NOW - days(30 - 10 * n), n, {ME: 0.02 * n, ANA: -0.01, SUGGESTION: 0.01}, low, high)
    for n, low, high in ((1, -0.9, 0.9), (2, -0.2, 0.25))
)
SKILL = SkillRecord(ME, None, 2, 5, 2, 1, POINTS)
RECORD = ForecasterRecord(PEOPLE[ME], None, "brier", SKILL, ())


def test_the_chart_of_skill_has_one_bold_line_with_its_band() -> None:
    drawing = data.build_skill_drawing(RECORD, accuracy_of(), ME, NOW)
    steps, band, ends = (drawing.frames[name] for name in ("steps", "band", "ends"))
    assert [style.name for style in drawing.styles] == ["You", "Estimate", "Ana"]
    assert [style.width for style in drawing.styles] == [3.0, 1.2, 1.2]
    assert drawing.styles[0].colour == charts.BLUE
    # Lines go on to the end of the chart, with their last value in words.
    mine = steps[steps["forecaster"] == "You"]
    assert list(mine["y"]) == [2.0, 4.0, 4.0]
    assert mine["time"].iloc[-1] == pd.Timestamp(NOW)
    assert "+4.0 You" in list(ends["label"])
    # The axis holds the band of today, that of the first answers may reach beyond.
    assert list(band["high"]) == [90.0, 25.0, 25.0]
    assert list(band["interval"])[-1] == "−20.0 to +25.0"
    low, high = drawing.domain
    assert -25.0 < low < -20.0
    assert 25.0 < high < 30.0
    accuracy = accuracy_of()
    once, again = (data.build_skill_drawing(RECORD, accuracy, ME, NOW) for _ in range(2))
    assert once is again


def test_a_pair_is_drawn_as_a_record_is() -> None:
    points = (
        EvidencePoint(NOW - days(9), 1, 0.02, -0.1, 0.1, 1.1),
        EvidencePoint(NOW - days(9), 2, 0.03, 0.0, 0.1, 2.0),
        EvidencePoint(NOW, 3, 0.04, 0.0, 0.1, 2.0),
    )
    drawing = data.build_pair_drawing(points, PEOPLE[ANA], ME, NOW)
    assert [style.name for style in drawing.styles] == ["Ana"]
    assert list(drawing.frames["band"]["families"]) == [2, 3, 3]  # one point a time


def test_a_record_names_those_it_is_compared_with() -> None:
    assert text.name_standard(RECORD, ME) == "the average of 2 people"
    alone = replace(RECORD, reference=COMPUTED[0], skill=replace(SKILL, reference=SUGGESTION))
    assert text.name_standard(alone, ME) == "the estimate"
    assert text.name_standard(replace(RECORD, skill=None), ME) == ""
    told = text.explain_chart(RECORD, ME)
    assert told.startswith("Shaded: the range of your true skill, with 95% confidence")
    assert told.endswith("A point is a hundredth of the Brier score.")
    assert "the range of the true skill" in text.explain_chart(RECORD, ANA)


# Standing and pairs

MINE = AdjustedSkill(ME, 0.012, 0.004, 0.02, 0.1, 23, 41, 9)
PAIR = Comparison(
    ME, PRIOR, questions=41, families=23, rarer=9, coverage=0.57, advantage=0.031,
    low=-0.01, high=0.07, e_value=2.5, threshold=40.0, pairs=2, p_value=None,
)  # fmt: skip


def test_people_stand_by_skill_with_interval_or_reason() -> None:
    held = {ME: 0.9, ANA: 0.4, PRIOR: 0.3}
    few = replace(MINE, forecaster_id=ANA, skill=-0.012, low=None, high=None, families=14)
    first = scored("first", "yes", held, NOW - days(10))
    accuracy = accuracy_of(first, adjusted={"brier": (few, MINE)})
    frame = data.standing_frame(accuracy, "brier", ME)
    assert list(frame["forecaster"]) == ["Ana", "You", "Base rate"]
    assert list(frame["interval"]) == [
        "1 more independent question is needed", "+0.4 to +2.0", "",
    ]  # fmt: skip
    assert list(frame["skill"])[:2] == pytest.approx([-1.2, 1.2])
    assert frame["points"].iloc[1] == pytest.approx(100 * 0.24 * 171 / 365.0)
    points = data.standing_frame(accuracy, "baseline", ME)
    assert points["mean"].isna().all()
    assert points["skill"].isna().all()


def test_opponents_are_rows_with_verdict_and_common_time() -> None:
    report = ComparisonReport(Choice(), PEOPLE, (RuleComparison("brier", (PAIR,)),))
    row = data.opponents_frame(report, [PAIR], ME).iloc[0]
    assert (row["other"], row["interval"], row["common"]) == (
        "Base rate", "−1.0 to +7.0", 57,
    )  # fmt: skip
    assert (row["verdict"], row["evidence"], row["on"]) == (
        "no difference shown", 2.5, "41 questions (23 independent)",
    )  # fmt: skip
    told = text.describe_pair(PAIR, "you", "the base rate")
    assert told.startswith("You were 3.1 points better than the base rate over 41 questions")
    assert told.endswith("higher because 2 pairs are looked at together.")
    assert text.describe_pair(replace(PAIR, pairs=1), "you", "the base rate").endswith("time.")


# Calibration


def snapshots(*held: tuple[float, int]) -> list[CalibrationSnapshot]:
    return [
        CalibrationSnapshot(QuestionId(f"q{k}"), f"q{k}", p, outcome)
        for k, (p, outcome) in enumerate(held)
    ]


FOUND = assess_reliability(snapshots((0.1, 0), (0.1, 0), (0.85, 1), (0.9, 0)), draws=50)
assert FOUND is not None


def test_calibration_curve_and_band() -> None:
    # The curve has a dot for each distinct forecast that grows with its questions.
    frame = calibration_data.curve_frame(FOUND.curve)
    assert list(frame["said"]) == [0.1, 0.85, 0.9]
    assert list(frame["happened"]) == [0.0, 0.5, 0.5]
    assert list(frame["n"]) == [2, 1, 1]
    assert frame["size"].iloc[0] > frame["size"].iloc[1]
    # The band lies around each forecast and a single one can be seen.
    frame = calibration_data.band_frame(FOUND.test.simultaneous)
    assert list(frame["said"]) == [0.1, 0.85, 0.9]
    assert (frame["lower"] <= frame["upper"]).all()
    alone = assess_reliability(snapshots((1.0, 1), (1.0, 1)), draws=10)
    assert alone is not None
    assert list(calibration_data.band_frame(alone.test.simultaneous)["said"]) == [0.99, 1.0]


def test_calibration_bins() -> None:
    # Bins leave out empty ones and have an interval from fifteen families on.
    frame = calibration_data.bins_frame(FOUND.bins)
    assert list(frame["number"]) == [0, 4]
    assert list(frame["of"]) == ["0 of 2", "1 of 2"]
    last = frame.iloc[1]
    assert (plain(last["range"]), last["n"], last["said"], last["happened"]) == (
        "80–100%",
        2,
        87.5,
        50.0,
    )
    assert (last["families"], last["wilson"]) == (2, "")  # too few for an interval
    many = assess_reliability(snapshots(*[(0.9, k % 2) for k in range(20)]), draws=50)
    assert plain(calibration_data.bins_frame(many.bins).iloc[0]["wilson"]) == "30–70%"
    assert calibration_data.bins_frame([]).dtypes.to_dict() == frame.dtypes.to_dict()
    # The questions of a bin come worst miss first.
    asked = {QuestionId(f"q{k}"): named_question(f"q{k}") for k in range(4)}
    told = calibration_data.list_bin_questions(FOUND.snapshots, 4, asked)
    assert [(question.id, plain(words)) for question, words in told] == [
        ("q3", "90%, NO"),
        ("q2", "85%, YES"),
    ]
    assert calibration_data.list_bin_questions(FOUND.snapshots, 2, asked) == ()


def test_calibration_measures() -> None:
    # The penalty is made up of its parts.
    (mean, _, _), (told, _, _), (penalty, _, name), (chance, _, _) = calibration_data.list_measures(
        FOUND
    )
    assert plain(mean) == "Average forecast: 85% on a YES, 37% on a NO"
    assert told == "YES told from NO: 0.67"
    score, base, cost, gain = (float(word) for word in penalty.split() if word[0].isdigit())
    assert score == pytest.approx(base + cost - gain, abs=0.002)
    # Technical names are beside the measures, never in them.
    assert name == "Brier score = UNC + MCB − DSC."
    assert chance.startswith("Chance alone: ")
    # What needs both outcomes is a dash.
    one_sided = assess_reliability(snapshots((0.2, 0)), draws=10)
    assert one_sided is not None
    names = [measure for measure, _, _ in calibration_data.list_measures(one_sided)]
    assert names[:2] == ["Average forecast: – on a YES, 20% on a NO", "YES told from NO: –"]


def test_forecasts_are_named_by_whose_they_are() -> None:
    for forecaster, told in (
        (PEOPLE[ANA], "Ana's forecasts"),
        (PEOPLE[ME], "Your forecasts"),
        (name_recalibrated(ME), "Your recalibrated forecasts"),
        (COMPUTED[0], "Forecasts by the estimate"),
    ):
        assert name_forecasts(forecaster, ME) == told


def test_ranks_of_answers() -> None:
    range_ = Scale(0.0, 100.0)
    curve = uniform_curve(range_)
    rows = [
        RankSnapshot(QuestionId(f"q{k}"), f"q{k}", k / 20, k / 20, 0.0, 0.0, curve, range_, 5.0 * k)
        for k in range(1, 20)
    ]
    ranks = assess_ranks(rows, draws=200)
    half, most = map(plain, calibration_data.describe_intervals(ranks))
    assert half.startswith("50% intervals contained 53% of the answers")
    assert "(95%: " in half
    assert most.endswith(", and were 90% of the range wide on average.")
    bars = calibration_data.ranks_frame(ranks)
    assert bars["share"].sum() == pytest.approx(1.0)
    assert (bars["lower"] < bars["upper"]).all()
    # With too few families there is no band and no interval.
    few = calibration_data.ranks_frame(assess_ranks(rows[:3], draws=50))
    assert few["lower"].isna().all()
    assert "(95%" not in calibration_data.describe_intervals(assess_ranks(rows[:3], draws=50))[0]


# Habits


def habits(questions: int, revisions: int) -> Habits:
    updates = UpdateHabits(questions, 61, 40, 0.12, 0.15, 0.05, 0.36, 0.56)
    return Habits(
        PEOPLE[ANA],
        updates,
        ExcessMovement(questions, questions, 0.1, 1.4, 2.5, 0.03),
        Reaction(revisions, revisions, 0.5, 0.3, 0.7),
    )


def test_habits_frame() -> None:
    # Habits are in points and percent.
    row = habits_section.habits_frame([habits(40, 40)], ME).iloc[0]
    assert (row["forecaster"], row["acts"], row["questions"]) == ("Ana", 61, 40)
    assert [row["move"], row["reaffirmed"]] == pytest.approx([15.0, 5.0])
    assert (row["ratio"], row["slope"]) == (1.4, 0.5)
    wide = replace(habits(40, 40), reaction=Reaction(40, 40, 11.8, -4.0, 27.0))
    assert pd.isna(habits_section.habits_frame([wide], ME).iloc[0]["slope"])
    # Movement and reaction are left out where there is too little to judge.
    row = habits_section.habits_frame([habits(29, 2)], ME).iloc[0]
    assert pd.isna(row["ratio"])
    assert pd.isna(row["slope"])
    nothing = replace(habits(1, 1), updates=UpdateHabits(1, 1, 0, None, None, None, None, None))
    assert pd.isna(habits_section.habits_frame([nothing], ME).iloc[0]["move"])


def test_habits_are_told_answer_first() -> None:
    ana, few = habits(40, 40), habits(4, 0)
    mine = replace(
        ana,
        forecaster=PEOPLE[ME],
        excess=ExcessMovement(30, 30, 0.0, 0.92, 0.5, 0.6),
        reaction=Reaction(9, 9, 0.5, 0.3, 0.7),
    )
    tell = habits_section.describe_habits
    assert tell([ana], ME) == "Ana changes forecasts too much."
    assert tell([ana, mine], ME) == (
        "Ana changes forecasts too much. You change forecasts by about the right amount, within chance."
    )
    assert tell([mine, replace(mine, forecaster=PEOPLE[ANA])], ME) == (
        "You and Ana change forecasts by about the right amount, within chance."
    )
    assert tell([few], ME) == "Not enough data: 4 of 30 independent questions."
    assert habits_section.describe_person(mine) == (
        "Forecasts changed about as much as they should have (0.92; 1.00 is ideal, and the gap is "
        "within chance). There is too little evidence to judge the reaction to it."
    )
    assert habits_section.describe_person(ana).endswith(
        "Reaction to evidence: under-reacts: revisions go 0.50 of the way that the evidence "
        "suggests (95%: 0.30 to 0.70)."
    )
    rare = replace(ana, excess=replace(ana.excess, families=60, rarer=2))
    assert tell([rare], ME) == "Not enough data: YES or NO came in too few questions."


# What does not count


def test_cohorts_and_what_does_not_count() -> None:
    one = cohort(opened=3, over=2, answered=1, unanswered=1, early=1)
    row = data.cohorts_frame(accuracy_of(cohorts=(one,))).iloc[0]
    assert list(row) == ["2026-Q1", 3, 2, 1, 0, 0, 1, 1]
    late = accuracy_of(hindsight={ME: 1, ForecasterId("x"): 1})
    assert plain(text.describe_hindsight(late)) == (
        "2 forecasts made after the outcome was known: not scored."
    )
    assert text.describe_hindsight(accuracy_of()) == ""


def test_a_record_starts_with_what_comes_first() -> None:
    zone, first = ZoneInfo("UTC"), "Your record starts with the first resolution"
    question, answer, _ = scored("a", "yes", {ME: 0.9})
    early = AnsweredForecast(question, answer, Binary(0.9), 20.0, None, NOW + days(50))

    def start(*answered: AnsweredForecast, **more: object) -> str:
        record = replace(RECORD, skill=None, answered=answered)
        return plain(text.describe_start(accuracy_of(**more), record, NOW, zone))

    assert start() == f"{first} of a question on which you hold a forecast."
    soon, later = (
        named_question(name, closes_at=NOW + days(wait)) for name, wait in (("a", 20), ("b", 90))
    )
    assert start(early, upcoming=(soon, later)) == f"{first}: 1 question closes within 30 days."
    assert start(upcoming=(later,)).startswith(f"{first}: the next question closes on ")
    assert start(early, upcoming=(later,)).endswith(": until then it is provisional.")
