"""Analysis of a scenario set: informative rows and diagnosticity."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from forecasts.distributions.distribution import Categorical
from forecasts.questions.question import Question, QuestionId
from forecasts.scenarios.scenario_set import (
    ScenarioSet,
    likelihood_matrix,
    nearest_word,
    weigh_rows,
)

ConsistencyMark = Literal["--", "-", "N", "+", "++"]
"""Consistency of the answer (YES while open) with a scenario, relative to all scenarios."""

_MARKS: tuple[tuple[float, ConsistencyMark], ...] = (
    (2.0, "++"),
    (1.25, "+"),
    (0.8, "N"),
    (0.5, "-"),
)
_INCONSISTENT: Mapping[ConsistencyMark, int] = MappingProxyType({"-": 1, "--": 2})


@dataclass(frozen=True, slots=True)
class RowValue:
    """Value of information of one indicator question.

    `bits` is its mutual information with the scenarios, 0 to 1; `p_yes` its probability by table
    and scenarios; the shifts are the total variation caused by each answer, `expected_shift` their
    mean.
    """

    question_id: QuestionId
    bits: float
    p_yes: float
    if_yes: Categorical
    if_no: Categorical
    shift_if_yes: float
    shift_if_no: float

    @property
    def expected_shift(self) -> float:
        """Expected total variation caused by the answer, 0 to 1."""
        return self.p_yes * self.shift_if_yes + (1.0 - self.p_yes) * self.shift_if_no


@dataclass(frozen=True, slots=True)
class LikelihoodCell:
    """P(YES | scenario) as a number and a word, with its consistency mark."""

    p: float
    word: str
    mark: ConsistencyMark


@dataclass(frozen=True, slots=True)
class DiagnosticRow:
    """Row of the table, with a cell for each scenario.

    `ratio_yes` and `ratio_no` are the likelihood ratios of the answer for the most against the
    least favoured scenario, 1 (uninformative) or more; `answer` is None while the question is open.
    """

    question_id: QuestionId
    cells: tuple[LikelihoodCell, ...]
    ratio_yes: float
    ratio_no: float
    answer: bool | None

    @property
    def ratio(self) -> float:
        """Likelihood ratio of the answer, or of the more informative answer while open."""
        if self.answer is None:
            return max(self.ratio_yes, self.ratio_no)
        return self.ratio_yes if self.answer else self.ratio_no


@dataclass(frozen=True, slots=True)
class Diagnosticity:
    """Table as an analysis of competing hypotheses (Heuer 1999): most diagnostic row first.

    `inconsistency` counts answers against each scenario, 1 for each "-" and 2 for each "--": 0 or
    more, lower is better.
    """

    scenarios: tuple[str, ...]
    rows: tuple[DiagnosticRow, ...]
    inconsistency: tuple[int, ...]


def rank_informative_rows(
    question: Question,
    scenario_set: ScenarioSet,
    current: Categorical,
    *,
    answered: Collection[QuestionId] = (),
    families: Mapping[QuestionId, str] = MappingProxyType({}),
) -> tuple[RowValue, ...]:
    """Rank open rows by the expected information of their answers, in bits.

    `current` are the present probabilities of the scenarios; rows of `answered` questions are left
    out. One of several rows of a family has its share of the bits and of the effect. Raises as
    `forecasts.scenarios.scenario_posterior` does.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> from forecasts.scenarios.scenario_set import ScenarioLikelihoods
    >>> asked = build_question(NewQuestion("futures", "Which?", "As described.",
    ...     ("https://example.org",), utc("2026-01-01"),
    ...     utc("2027-01-01"), utc("2027-01-08"), kind="categorical", horizon_shape="state_at",
    ...     options=("neutral", "Other"), prior="neutral=50 Other=50"))
    >>> rows = (ScenarioLikelihoods("fog", (0.5, 0.5)), ScenarioLikelihoods("summit", (0.75, 0.25)))
    >>> known = ScenarioSet("futures", "Two years", ("", ""), rows)
    >>> for value in rank_informative_rows(asked, known, asked.prior):
    ...     print(value.question_id, round(value.bits, 4), round(value.if_yes.p[0], 4),
    ...     round(value.expected_shift, 4))
    summit 0.1887 0.75 0.25
    fog 0.0 0.5 0.0
    """
    from forecasts.scenarios.likelihood_table import (
        indicator_information,
        indicator_probabilities,
        scenario_posterior,
    )

    weights = weigh_rows(scenario_set.rows, families)
    weighed = zip(scenario_set.rows, weights, strict=True)
    rows = [(row, weight) for row, weight in weighed if row.question_id not in answered]
    matrix = likelihood_matrix(question, [row for row, _ in rows], current.options)
    values = []
    for (row, weight), likelihoods in zip(rows, matrix, strict=True):
        if_yes, if_no = (
            Categorical(current.options, scenario_posterior(current.p, [observed], weight))
            for observed in (likelihoods, [1.0 - p for p in likelihoods])
        )
        values.append(
            RowValue(
                row.question_id,
                weight * indicator_information(current.p, likelihoods),
                indicator_probabilities(current.p, [likelihoods])[0],
                if_yes,
                if_no,
                _total_variation(current, if_yes),
                _total_variation(current, if_no),
            )
        )
    return tuple(sorted(values, key=lambda value: (-value.bits, value.question_id)))


def analyse_diagnosticity(
    question: Question,
    scenario_set: ScenarioSet,
    answers: Mapping[QuestionId, bool] = MappingProxyType({}),
) -> Diagnosticity:
    """Diagnosticity of the rows of a table, and the answers against each scenario.

    A mark compares the likelihood in a scenario with the mean of all: "++" from twice on, "+" from
    5/4, "N" down to 4/5, "-" down to a half, "--" below. `answers` are those known so far (True:
    YES). Raises `ForecastsError` for a row that has no number for a scenario.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> from forecasts.scenarios.scenario_set import ScenarioLikelihoods
    >>> asked = build_question(NewQuestion("futures", "Which?", "As described.",
    ...     ("https://example.org",), utc("2026-01-01"),
    ...     utc("2027-01-01"), utc("2027-01-08"), kind="categorical", horizon_shape="state_at",
    ...     options=("neutral", "Other"), prior="neutral=50 Other=50"))
    >>> known = ScenarioSet("futures", "Two years", ("", ""), (ScenarioLikelihoods("summit", (0.125,
    ...     0.875)),))
    >>> found = analyse_diagnosticity(asked, known, {"summit": True})
    >>> [cell.mark for cell in found.rows[0].cells], found.rows[0].ratio, found.inconsistency
    (['--', '+'], 7.0, (2, 0))
    """
    names = tuple(option.name for option in question.options)
    table = likelihood_matrix(question, scenario_set.rows, names)
    rows = [
        _diagnostic_row(row.question_id, p, answers)
        for row, p in zip(scenario_set.rows, table, strict=True)
    ]
    rows.sort(key=lambda row: (-row.ratio, row.question_id))
    known = [row for row in rows if row.answer is not None]
    against = tuple(
        sum(_INCONSISTENT.get(row.cells[n].mark, 0) for row in known) for n in range(len(names))
    )
    return Diagnosticity(names, tuple(rows), against)


def _total_variation(before: Categorical, after: Categorical) -> float:
    """Total variation: half the sum of the absolute differences."""
    return math.fsum(abs(a - b) for a, b in zip(before.p, after.p, strict=True)) / 2.0


def _diagnostic_row(
    question_id: QuestionId, p: Sequence[float], answers: Mapping[QuestionId, bool]
) -> DiagnosticRow:
    answer = answers.get(question_id)
    no = [1.0 - x for x in p]
    likelihoods = no if answer is False else p
    mean = math.fsum(likelihoods) / len(likelihoods)
    cells = tuple(
        LikelihoodCell(x, nearest_word(x), _consistency_mark(y, mean))
        for x, y in zip(p, likelihoods, strict=True)
    )
    return DiagnosticRow(question_id, cells, _max_ratio(p), _max_ratio(no), answer)


def _consistency_mark(likelihood: float, mean: float) -> ConsistencyMark:
    against_mean = likelihood / mean if mean > 0.0 else 1.0
    return next((mark for bound, mark in _MARKS if against_mean >= bound), "--")


def _max_ratio(p: Sequence[float]) -> float:
    if min(p) == 0.0:
        return math.inf if max(p) > 0.0 else 1.0
    return max(p) / min(p)
