"""A person's recalibration: offered by the record, and applied from the consent on."""

import pytest

from forecasts.calibration.personal import (
    PersonalRecalibration,
    describe_offer,
    offer_recalibration,
    recalibrate_timeline,
)
from forecasts.calibration.snapshots import CalibrationSnapshot
from forecasts.calibration.widening import Widening
from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.questions.question import QuestionId
from forecasts.statistics.recalibration import Recalibration
from tests.forecasts.strategies import day, numeric_question, question, steps

HALVED = PersonalRecalibration(Recalibration(0.0, 0.5), 60, 60)


def rows(p: float, n: int, happened: int, families: int = 1000) -> list[CalibrationSnapshot]:
    return [
        CalibrationSnapshot(QuestionId(f"{p} {k}"), f"{p} {k % families}", p, int(k < happened))
        for k in range(n)
    ]


def test_an_offer_needs_questions_families_and_a_reason() -> None:
    too_sure = rows(0.95, 25, 18) + rows(0.05, 25, 7)
    offer = offer_recalibration(too_sure, ())
    assert (offer.questions, offer.families) == (50, 50)
    assert offer.yes_no.b < 0.85
    assert offer_recalibration(too_sure[:49], ()).is_empty
    tied = rows(0.95, 25, 18, families=7) + rows(0.05, 25, 7, families=7)
    assert offer_recalibration(tied, ()).is_empty
    right = rows(0.9, 50, 45) + rows(0.5, 50, 25) + rows(0.1, 50, 5)
    assert offer_recalibration(right, ()).is_empty


def test_few_questions_and_shared_fates_shrink_an_offer() -> None:
    def stretch(n: int, families: int = 1000) -> float:
        said = rows(0.9, n, 6 * n // 10, families) + rows(0.1, n, 4 * n // 10, families)
        return offer_recalibration(said, ()).yes_no.b

    assert stretch(400) < stretch(100) < stretch(30) < 1.0
    assert stretch(100) < stretch(100, families=10)


def test_an_offer_is_described_by_what_it_changes() -> None:
    said = rows(0.85, 40, 26) + rows(0.5, 20, 10)
    (sentence,) = describe_offer(said, offer_recalibration(said, ()))
    assert sentence.startswith(
        "Where you gave 80% to 100%, 85% on average, 65% happened (26 of 40 questions). A further"
    )
    wide = PersonalRecalibration(widening=Widening(1.6, 34, 20))
    assert describe_offer((), wide) == (
        "To hold 9 of 10 answers, your 90% intervals have to be wider: 1.6 times as wide (34 "
        "questions, 20 independent).",
    )


def test_only_what_was_consented_to_applies() -> None:
    curve = Cdf((0.0, 10.0), (0.0, 1.0))
    assert HALVED.apply(question(), Binary(0.9)) == Binary(0.75)
    assert HALVED.apply(question(), None) is None
    assert HALVED.apply(numeric_question(), curve) is None
    assert HALVED.apply(question(), Categorical(("a", "b"), (0.5, 0.5))) is None
    assert (
        PersonalRecalibration(widening=Widening(2.0, 30, 30)).apply(question(), Binary(0.9)) is None
    )


def test_the_past_before_the_consent_stays_empty() -> None:
    held = steps((0, 0.9), (20, 0.2), (40, None), (50, 0.9))
    made = recalibrate_timeline(question(), held, [(day(10), HALVED)])
    assert [made.at(day(n)) for n in (9, 10, 19)] == [None, Binary(0.75), Binary(0.75)]
    assert made.at(day(30)).p == pytest.approx(1 / 3, abs=1e-6)
    assert [made.at(day(n)) for n in (45, 55)] == [None, Binary(0.75)]


def test_a_recalibration_ends_and_begins_anew() -> None:
    held = steps((0, 0.9), (20, 0.2))
    other = PersonalRecalibration(Recalibration(0.0, 2.0), 90, 90)
    made = recalibrate_timeline(
        question(), held, [(day(5), HALVED), (day(10), None), (day(30), other)]
    )
    assert [made.at(day(n)) for n in (6, 12, 25)] == [Binary(0.75), None, None]
    assert made.at(day(31)).p == pytest.approx(1 / 17, abs=1e-6)
