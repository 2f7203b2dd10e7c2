"""Scores, calibration, pairs and habits become frames and sentences that mean what their docstrings
say.
"""

import math
from dataclasses import replace
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from dashboard.accuracy import calibration_data, data, insights, waiting
from dashboard.accuracy import habits as habits_section

from dashboard.wording import format_day, name_forecasts
from forecasts.calibration.ranks import assess_ranks
from forecasts.calibration.reliability import assess_reliability
from forecasts.calibration.snapshots import CalibrationSnapshot, RankSnapshot
from forecasts.distributions.cdf import Scale, uniform_curve
from forecasts.questions.question import (
    COMPUTED,
    HAZARD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    QuestionId,
    name_recalibrated,
)
from forecasts.statistics.dynamics import ExcessMovement, UpdateHabits
from forecasts.statistics.reaction import Reaction
from tests.dashboard.accuracy_examples import (
    accuracy_of,
    cohort,
    numeric_question,
    scored,
    waiting_question,
)
from tests.dashboard.examples import ANA, CLOSES, ME, NOW, PEOPLE, days, named_question, resolution
from tracker.model.read_models import Habits, Receipts

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


def test_forecasters_are_listed_me_first() -> None:
    held = {SUGGESTION: 0.4, PRIOR: 0.3, HAZARD: 0.3, ANA: 0.5, ME: 0.6}
    everyone = data.list_scored_forecasters(accuracy_of(scored("first", "yes", held)), ME)
    assert [f.id for f in everyone] == [ME, ANA, SUGGESTION, HAZARD, PRIOR]


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
    assert pd.isna(last["low"])
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
    # The measures add up and say what they mean.
    frame = calibration_data.measures_frame(FOUND).set_index("measure")
    score, unc, mcb, dsc = (float(frame["value"].iloc[k]) for k in range(3, 7))
    assert score == pytest.approx(mcb - dsc + unc, abs=0.002)
    assert plain(frame.loc["Forecast on a YES", "value"]) == "85%"
    assert plain(frame.loc["Forecast on a NO", "says"]) == "On average, over 3 questions."
    # Technical names are beside the measures, never in them.
    technical = " ".join(frame["technical"])
    assert all(name in technical for name in ("MCB", "DSC", "UNC", "ROC"))
    assert not frame.index.str.contains("MCB|DSC|UNC|ROC").any()
    # What needs both outcomes is a dash.
    one_sided = assess_reliability(snapshots((0.2, 0)), draws=10)
    assert one_sided is not None
    frame = calibration_data.measures_frame(one_sided).set_index("measure")
    assert list(frame.loc[["YES told from NO", "Forecast on a YES"], "value"]) == ["–", "–"]
    # The test of calibration is told in cases.
    assert calibration_data.describe_p_value(0.83) == (
        "A perfectly calibrated forecaster would look at least this miscalibrated in 83 of 100 "
        "cases: no sign of miscalibration."
    )
    assert calibration_data.describe_p_value(0.04).endswith(
        "4 of 100 cases: a sign of miscalibration."
    )


def test_forecasts_are_named_by_whose_they_are() -> None:
    for forecaster, told in (
        (PEOPLE[ANA], "Ana's forecasts"),
        (PEOPLE[ME], "Your forecasts"),
        (name_recalibrated(ME), "Your recalibrated forecasts"),
        (COMPUTED[0], "Forecasts by the estimate"),
    ):
        assert name_forecasts(forecaster, ME) == told


def test_both_bands_stand_beside_the_curve() -> None:
    said = snapshots(*[(0.1, 0)] * 20, *[(0.6, 0)] * 20)
    found = assess_reliability(said, draws=400)
    frame = calibration_data.bands_frame(found)
    assert list(frame["said"]) == [10.0, 60.0]
    assert list(frame["n"]) == [20, 20]
    assert list(frame["outside"]) == ["", "outside"]
    assert all(plain(words).endswith("%") for words in (*frame["whole"], *frame["point"]))


def test_ranks_of_answers() -> None:
    range_ = Scale(0.0, 100.0)
    curve = uniform_curve(range_)
    rows = [
        RankSnapshot(QuestionId(f"q{k}"), f"q{k}", k / 20, k / 20, 0.0, 0.0, curve, range_, 5.0 * k)
        for k in range(1, 20)
    ]
    ranks = assess_ranks(rows, draws=200)
    frame = calibration_data.intervals_frame(ranks)
    assert [plain(words) for words in frame["interval"]] == ["50%", "90%"]
    assert list(frame["width"]) == pytest.approx([50.0, 90.0])
    assert plain(frame["bar"].iloc[1]).endswith("%")
    bars = calibration_data.ranks_frame(ranks)
    assert bars["share"].sum() == pytest.approx(1.0)
    assert (bars["lower"] < bars["upper"]).all()
    # With too few families there is no band and no interval.
    few = calibration_data.ranks_frame(assess_ranks(rows[:3], draws=50))
    assert few["lower"].isna().all()
    assert list(few["band"]) == [""] * 5


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
    assert tell([few], ME) == "It is too early to judge anyone's habits."
    assert habits_section.describe_person(mine) == (
        "Forecasts changed about as much as they should have (0.92; 1.00 is ideal, and the gap is "
        "within chance). Reaction to evidence: too little evidence to say anything yet."
    )
    assert habits_section.describe_person(ana).endswith(
        "Reaction to evidence: under-reacts: revisions go 0.50 of the way that the evidence "
        "suggests (95%: 0.30 to 0.70)."
    )
    # Everyone with too few questions is in one line.
    shortage = habits_section.describe_shortage([ana, few, replace(few, forecaster=PEOPLE[ME])], ME)
    assert shortage == "Judging takes 30 families of answered questions; so far: Ana 4, You 4."
    assert habits_section.describe_shortage([ana], ME) == ""
    rare = replace(ana, excess=replace(ana.excess, families=60, rarer=2))
    assert tell([rare], ME) == "It is too early to judge anyone's habits."
    assert habits_section.describe_person(rare).startswith(
        "Too early to say anything: YES and NO both have to come in 5 families"
    )
    assert habits_section.describe_shortage([rare], ME) == ""


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
    uncounted = accuracy_of(
        waiting=(waiting_question(scored("a", "yes", {ME: 0.9})),),
        unscored=(QuestionId("b"), QuestionId("c")),
        hindsight={ME: 1, ForecasterId("x"): 1},
    )
    assert plain(insights.describe_unscored(uncounted)) == (
        "1 question was answered before its scheduled close, and counts once that has passed."
        " 2 questions were annulled or ambiguous, and not scored."
        " 2 forecasts were made when the answer was known: they earned nothing."
    )
    assert insights.describe_unscored(accuracy_of()) == ""
    two = tuple(waiting_question(scored(name, "yes", {ME: 0.9})) for name in ("a", "b"))
    several = accuracy_of(waiting=two, unscored=(QuestionId("c"),), hindsight={ME: 1})
    assert plain(insights.describe_unscored(several)) == (
        "2 questions were answered before their scheduled close, and count once it has passed."
        " 1 question was annulled or ambiguous, and not scored."
        " 1 forecast was made when the answer was known: it earned nothing."
    )


def test_waiting_questions_have_dates_and_provisional_points() -> None:
    first, second = (
        named_question(name, closes_at=CLOSES + days(later)) for name, later in (("a", 5), ("b", 9))
    )
    found = accuracy_of(
        waiting=(
            waiting_question(scored(first, "yes", {ME: 0.9, PRIOR: 0.5})),
            waiting_question(scored(second, "no", {PRIOR: 0.4})),
        )
    )
    people = waiting.list_waiting_forecasters(found, ME)
    assert [person.id for person in people] == [ME, PRIOR]
    frame = waiting.waiting_frame(found, people)
    assert list(frame.columns) == ["question", "answer", "counts", ME, PRIOR]
    assert list(frame["answer"]) == ["YES", "NO"]
    assert frame[ME].iloc[0] > 0.0
    assert math.isnan(frame[ME].iloc[1])
    zone = ZoneInfo("UTC")
    day = format_day(first.closes_at, zone)
    assert plain(waiting.describe_waiting(found, zone)) == (
        f"2 answered questions wait for their close. The next counts from {day}."
    )
    alone = replace(found, waiting=found.waiting[:1])
    assert plain(waiting.describe_waiting(alone, zone)) == (
        f"1 answered question waits for its close. It counts from {day}."
    )
    upcoming = replace(found, waiting=(), upcoming=(first,))
    assert waiting.describe_upcoming(upcoming, zone) == (
        f"The one question with a forecast closes on {day}."
    )
    several = replace(upcoming, upcoming=(first, second))
    assert waiting.describe_upcoming(several, zone).endswith(f"closes on {day}.")
