"""Record of one forecaster over time: line, band and sentence are one object."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from forecasts.questions.families import FamilyId
from forecasts.questions.question import CROWD, HAZARD, PRIOR, SUGGESTION, ForecasterId
from forecasts.scoring.adjusted_skill import adjust_skill, trace_adjusted_skill
from forecasts.scoring.common_time import LossPath, average_paths
from forecasts.scoring.skill_record import SkillRecord, TracedQuestion, trace_record
from tests.forecasts.strategies import OPENS, question

ANN, BOB, CY = map(ForecasterId, ("ann", "bob", "cy"))
PEOPLE = (ANN, BOB, CY)


def path(loss: float, start: float = 0.0, end: float = 1.0) -> LossPath:
    possible = np.array([[loss, (1.0 - loss**0.5) ** 2]])
    return LossPath(np.array([start]), np.array([end]), np.array([loss]), possible)


def traced(
    number: int, losses: dict[ForecasterId, float], *, family: str = "", yes: bool | None = None
) -> TracedQuestion:
    asked = replace(question(days=10), id=f"q{number}", closes_at=OPENS + timedelta(days=number))
    answer = number % 2 == 0 if yes is None else yes
    paths = {name: path(loss) for name, loss in losses.items()}
    return TracedQuestion(asked, FamilyId(family or f"q{number:03}"), answer, paths)


LED = [traced(n, {ANN: 0.05, BOB: 0.2 + 0.05 * (n % 2), SUGGESTION: 0.1}) for n in range(1, 61)]


def trace(rows: Sequence[TracedQuestion], subject: ForecasterId = ANN) -> SkillRecord:
    record = trace_record(rows, subject, people=PEOPLE, computed=(SUGGESTION, CROWD))
    assert record is not None
    return record


def test_the_line_ends_at_the_adjusted_skill_within_its_band() -> None:
    record = trace(LED)
    skills = {
        s.forecaster_id: s.skill
        for s in adjust_skill(
            (row.family, row.answer, {n: p for n, p in row.paths.items() if n in PEOPLE})
            for row in LED
        )
    }
    last = record.points[-1]
    assert {name: last.skills[name] for name in skills} == pytest.approx(skills)
    assert len(record.points) == 40
    assert all(p.low <= p.skills[ANN] <= p.high for p in record.points)
    assert [p.families for p in record.points] == sorted({p.families for p in record.points})
    assert (record.questions, record.families, record.rarer, record.people) == (60, 60, 30, 2)
    # A computed forecaster stands on the same scale; one without a forecast has no line.
    assert last.skills[SUGGESTION] == pytest.approx(0.1375 - 0.1)
    assert CROWD not in last.skills


def test_verdict_and_sentence_follow_the_band() -> None:
    record = trace(LED)
    assert record.verdict == "better"
    told = record.describe("you", "")
    assert told.startswith("You are 8.")
    assert " points better than the average of 2 people, over 60 questions; with 95%" in told
    assert told.endswith(" points better.")
    other = trace(LED, BOB)
    assert other.verdict == "worse"
    assert other.describe("Bob", "").startswith("Bob is 8.")
    assert other.describe("Bob", "").endswith(" points worse.")


def test_equals_may_owe_all_to_luck() -> None:
    level = [
        traced(n, {ANN: 0.1 + 0.1 * (n // 2 % 2), BOB: 0.2 - 0.1 * (n // 2 % 2)})
        for n in range(1, 41)
    ]
    record = trace(level)
    assert record.verdict == "no difference shown"
    assert record.describe("Ann", "").startswith("Ann is as good as the average of 2 people")
    assert "It may be luck: anything from " in record.describe("Ann", "")


def test_few_families_and_rare_answers_come_too_early() -> None:
    few = trace(LED[:9])
    assert few.verdict == "too early to say"
    assert "That is too early to tell from luck: 6 more " in few.describe("you", "")
    rare = trace([row._replace(answer=n < 4) for n, row in enumerate(LED)])
    assert rare.points[-1].low > 0.0
    assert rare.verdict == "too early to say"


def test_questions_of_a_family_count_once_at_its_last_close() -> None:
    copied = [row._replace(family=FamilyId(f"f{n // 3}")) for n, row in enumerate(LED)]
    record = trace(copied)
    assert (record.questions, record.families) == (60, 20)
    assert record.points[0].at == LED[2].question.closes_at


def test_somebody_alone_is_compared_with_a_reference() -> None:
    alone = [traced(n, {ANN: 0.05, HAZARD: 0.2, SUGGESTION: 0.1}) for n in range(1, 31)]
    record = trace_record(alone, ANN, people=(), computed=(SUGGESTION,), reference=HAZARD)
    assert record is not None
    assert (record.reference, record.people, record.verdict) == (HAZARD, 0, "better")
    assert record.points[-1].skills == pytest.approx({ANN: 0.15, SUGGESTION: 0.1})
    told = record.describe("you", "the base rate and time")
    assert told.startswith("You are 15.0 points better than the base rate and time, over 30")
    # Without time in common there is no record.
    assert trace_record(alone, ANN, people=(), reference=PRIOR) is None
    assert trace_record(alone, ANN, people=PEOPLE) is None
    assert trace_record([], ANN, people=PEOPLE) is None


def test_the_line_goes_on_while_others_are_answered() -> None:
    later = [traced(n, {BOB: 0.1, CY: 0.3}) for n in range(70, 80)]
    record = trace([*LED, *later])
    assert record.points[-1].at == later[-1].question.closes_at
    assert record.points[-1].families == 60


def test_equals_are_seldom_told_apart_however_often_one_looks() -> None:
    generator = np.random.default_rng(5)
    verdicts = []
    for _ in range(20):
        said = generator.uniform(0.2, 0.8, size=(30, 3))
        happened = generator.random(30) < 0.5
        rows = [
            traced(n + 1, dict(zip(PEOPLE, (said[n] - happened[n]) ** 2, strict=True)), yes=answer)
            for n, answer in enumerate(happened.tolist())
        ]
        verdicts.append(any(p.low > 0.0 or p.high < 0.0 for p in trace(rows).points))
    assert sum(verdicts) <= 1


# Parts


def test_the_average_stands_where_several_do() -> None:
    paths = {ANN: path(0.1, 0.0, 0.6), BOB: path(0.3, 0.4, 1.0), CY: path(0.2, 0.5, 0.8)}
    average = average_paths(paths)
    assert average is not None
    assert list(average.starts) == pytest.approx([0.4, 0.5, 0.6])
    assert list(average.ends) == pytest.approx([0.5, 0.6, 0.8])
    assert list(average.losses) == pytest.approx([0.2, 0.2, 0.25])
    assert average.possible.shape == (3, 2)
    assert average_paths({ANN: paths[ANN]}) is None
    assert average_paths({ANN: path(0.1, 0.0, 0.4), BOB: path(0.3, 0.4)}) is None


def test_skill_from_the_first_answers_alone() -> None:
    rows = [(row.family, row.answer, row.paths) for row in LED]
    first, all_of_them = trace_adjusted_skill(rows, [10, 60])
    assert first == adjust_skill(rows[:10])
    assert all_of_them == adjust_skill(rows)
    assert trace_adjusted_skill(rows, [0]) == [()]
