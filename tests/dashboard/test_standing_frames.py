"""Standing becomes sentences and frames that say what is compared, over how many, and how sure."""

from dataclasses import replace

import pandas as pd
import pytest
from dashboard.accuracy import standing_data

from forecasts.questions.question import HAZARD, PRIOR
from forecasts.scoring.adjusted_skill import AdjustedSkill
from forecasts.scoring.comparison import Comparison
from tests.dashboard.accuracy_examples import accuracy_of, scored
from tests.dashboard.examples import ANA, ME, NOW, PEOPLE, days
from tracker.model.read_models import Choice, ComparisonReport, RuleComparison

MINE = AdjustedSkill(ME, 0.012, 0.004, 0.02, 0.1, 23, 41, 9)
HERS = AdjustedSkill(ANA, -0.012, -0.02, -0.004, 0.1, 23, 41, 9)
PAIR = Comparison(
    ME, PRIOR, questions=41, families=23, rarer=9, coverage=0.57, advantage=0.031,
    low=-0.01, high=0.07, e_value=2.5, threshold=40.0, pairs=2, p_value=None,
)  # fmt: skip


def report_of(*pairs: Comparison) -> ComparisonReport:
    return ComparisonReport(Choice(), PEOPLE, (RuleComparison("brier", pairs),))


def test_standing_is_a_sentence_with_its_certainty() -> None:
    claim, caution = standing_data.describe_standing([MINE, HERS], ME, "You")
    assert claim == (
        "You are 1.2 points better than the average of 2 people, on the same questions at the same "
        "times."
    )
    assert caution == "Over 41 questions in 23 families; likely between 0.4 and 2.0 points better."
    claim, caution = standing_data.describe_standing([MINE, HERS], ANA, "Ana")
    assert claim.startswith("Ana is 1.2 points worse than")
    unsure = replace(MINE, low=-0.01)
    assert standing_data.describe_standing([unsure, HERS], ME, "You")[1].endswith(
        "It may be luck: anything from 1.0 worse to 2.0 better."
    )


def test_standing_waits_for_families_and_rare_answers() -> None:
    few = replace(MINE, low=None, high=None, families=9)
    assert standing_data.describe_standing([few, HERS], ME, "You")[1] == (
        "Over 41 questions in 9 families: too early to tell that from luck, 6 more families of "
        "questions are needed."
    )
    rare = replace(MINE, low=None, high=None, rarer=2)
    assert "the rarer came in 2" in standing_data.describe_standing([rare, HERS], ME, "You")[1]


def test_alone_there_is_no_standing_but_a_reference() -> None:
    assert standing_data.describe_standing([MINE], ME, "You") == ("", "")
    assert standing_data.describe_standing([HERS, HERS], ME, "You") == ("", "")
    with_time = replace(PAIR, b=HAZARD)
    assert standing_data.choose_reference([PAIR, with_time]) is with_time
    assert standing_data.choose_reference([replace(PAIR, b=ANA)]) is None


def test_people_are_rows_with_interval_or_reason() -> None:
    few = replace(HERS, low=None, high=None, families=14)
    frame = standing_data.people_frame(accuracy_of(), [MINE, few], ME)
    assert list(frame["forecaster"]) == ["You", "Ana"]
    assert list(frame["skill"]) == pytest.approx([1.2, -1.2])
    assert list(frame["interval"]) == ["+0.4 to +2.0", "1 more family of questions is needed"]
    assert list(frame["enough"]) == [True, False]
    assert pd.isna(frame["low"].iloc[1])


def test_opponents_are_rows_with_verdict_and_common_time() -> None:
    report = report_of(PAIR, replace(PAIR, b=ANA, advantage=None))
    found = standing_data.find_rule_comparison(report, "brier").comparisons
    assert [c.b for c in found] == [PRIOR]
    assert standing_data.find_rule_comparison(report, "crps").comparisons == ()
    row = standing_data.opponents_frame(report, found, ME).iloc[0]
    assert (row["other"], row["interval"], row["common"]) == (
        "Base rate", "−1.0 to +7.0", 57,
    )  # fmt: skip
    assert (row["verdict"], row["enough"], row["on"]) == (
        "no difference shown", True, "41 questions in 23 families",
    )  # fmt: skip
    told = standing_data.describe_pair(PAIR, "you", "the base rate")
    assert told.startswith("You were 3.1 points better than the base rate over 41 questions")
    assert told.endswith("higher because 2 pairs are looked at together.")


def test_points_are_rows_of_one_rule() -> None:
    first = scored("first", "yes", {ME: 0.9, ANA: 0.4}, NOW - days(10))
    accuracy = accuracy_of(first)
    rows = [s for s in accuracy.summaries if s.rule == "brier"]
    frame = standing_data.points_frame(accuracy, rows, ME)
    assert list(frame["forecaster"]) == ["You", "Ana"]
    assert frame["points"].iloc[0] == pytest.approx(100 * 0.24 * 171 / 365.0)
    points = [s for s in accuracy.summaries if s.rule == "baseline"]
    assert standing_data.points_frame(accuracy, points, ME)["mean"].isna().all()
