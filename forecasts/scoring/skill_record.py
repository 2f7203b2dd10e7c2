"""Record of one forecaster over time: how much better than others, and how sure that is.

The line is the skill that `adjusted_skill` estimates from the answers so far. For somebody who
shared no question with another person it is the mean difference to a reference, such as the base
rate. The band is the confidence sequence of the mean difference to those who stood at the same
instant (`forecasts.statistics.betting`), so it may be looked at after every answer. It is widened,
where need be, to hold the line, which is drawn towards the average. The sentence says the last
point: sentence, line and band cannot contradict each other.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from forecasts.questions.families import FamilyId, describe_families
from forecasts.questions.formatting import capitalise, format_signed
from forecasts.questions.question import ForecasterId, Question
from forecasts.scoring.adjusted_skill import trace_adjusted_skill
from forecasts.scoring.common_time import LossPath, Paths, average_paths, compare_paths
from forecasts.scoring.comparison import MAX_POINTS, ComparisonVerdict, be
from forecasts.statistics.betting import (
    FamilyGains,
    confidence_interval,
    confidence_sequence,
    pool_families,
)
from forecasts.statistics.small_samples import (
    MIN_FAMILIES,
    count_rarer,
    explain_interval_shortage,
    explain_rare_answers,
)


class TracedQuestion(NamedTuple):
    """Answered question with everyone's losses; `answer` is True for YES and False for NO."""

    question: Question
    family: FamilyId
    answer: bool | None
    paths: Paths


class RecordPoint(NamedTuple):
    """State of a record at a time: families so far, everyone's skill, and the subject's band."""

    at: datetime
    families: int
    skills: Mapping[ForecasterId, float]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SkillRecord:
    """Record of the subject over time; the last of `points` is the present, and there is one.

    Skills are in units of loss, above 0 better than the reference, or than the average of `people`
    if that is None. `questions`, `families` and `rarer` (of YES and NO, None without yes-no
    questions) count those on which the subject can be compared.
    """

    subject: ForecasterId
    reference: ForecasterId | None
    people: int
    questions: int
    families: int
    rarer: int | None
    points: tuple[RecordPoint, ...]

    @property
    def skill(self) -> float:
        """Skill at present."""
        return self.points[-1].skills[self.subject]

    @property
    def verdict(self) -> ComparisonVerdict:
        """Verdict on the subject."""
        if explain_rare_answers(self.rarer):
            return "too early to say"
        if self.points[-1].low > 0.0:
            return "better"
        if self.points[-1].high < 0.0:
            return "worse"
        return "too early to say" if self.families < MIN_FAMILIES else "no difference shown"

    def describe(self, name: str, reference: str) -> str:
        """Describe the record in a sentence, with names as they stand inside one, in points.

        `reference` is not used where people are compared.
        """
        points = 100.0 * self.skill
        size = format_signed(abs(points)).lstrip("+")
        relation = "better" if points > 0.0 else "worse"
        extent = f"{size} points {relation} than" if size != "0.0" else "as good as"
        standard = f"the average of {self.people} people" if self.reference is None else reference
        sample = describe_families(self.questions, self.families)
        start = f"{capitalise(name)} {be(name)} {extent} {standard}, over {sample}"
        return f"{start}{self._describe_certainty(relation)}"

    def _describe_certainty(self, relation: str) -> str:
        if self.verdict == "too early to say":
            shortage = explain_interval_shortage(self.families, self.rarer)
            return f". That is too early to tell from luck: {shortage}."
        ends = self.points[-1].low, self.points[-1].high
        worse, better = (format_signed(abs(100.0 * end)).lstrip("+") for end in ends)
        if self.verdict == "no difference shown":
            return f". It may be luck: anything from {worse} worse to {better} better."
        nearest, farthest = (worse, better) if relation == "better" else (better, worse)
        return f"; with 95% confidence, {nearest} to {farthest} points {relation}."


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """Differences of one forecaster to the standard: families in order, with their closes."""

    closes: tuple[datetime, ...]
    gains: FamilyGains
    questions: int
    rarer: int | None

    def average(self, at: datetime) -> float | None:
        """Return the mean difference over the families that had closed; None without any."""
        count = bisect_right(self.closes, at)
        return self.gains.first(count).advantage if count else None


def trace_record(
    questions: Iterable[TracedQuestion],
    subject: ForecasterId,
    *,
    people: Collection[ForecasterId],
    computed: Collection[ForecasterId] = (),
    reference: ForecasterId | None = None,
) -> SkillRecord | None:
    """Trace the record of a forecaster as questions closed, at `MAX_POINTS` times or fewer.

    Without a reference, people are compared with their average. `computed` are forecasters
    on the same scale who are no people. None if the subject has no time in common with the
    standard.
    """
    rows, closes = _sort_by_close(questions)
    standards = [_find_standard(row.paths, people, reference) for row in rows]
    measured = {
        name: differences
        for name in (subject, *computed)
        if (differences := _measure(name, rows, closes, standards)) is not None
    }
    subject_gains = measured.get(subject)
    if subject_gains is None:
        return None
    times = _thin_out(subject_gains.closes, closes[-1])
    skills = [
        {name: skill for name, m in measured.items() if (skill := m.average(at)) is not None}
        for at in times
    ]
    if reference is None:
        counts = [bisect_right(closes, at) for at in times]
        skills = [s | a for s, a in zip(skills, _adjust(rows, people, counts), strict=True)]
    return SkillRecord(
        subject=subject,
        reference=reference,
        people=len(skills[-1].keys() & set(people)),
        questions=subject_gains.questions,
        families=len(subject_gains.gains),
        rarer=subject_gains.rarer,
        points=_build_points(subject, subject_gains, times, skills),
    )


def _sort_by_close(
    questions: Iterable[TracedQuestion],
) -> tuple[list[TracedQuestion], list[datetime]]:
    """Sort by the last scheduled close of each family, and return that of each question."""
    listed = list(questions)
    last: dict[FamilyId, datetime] = {}
    for question, family, _, _ in listed:
        last[family] = max(question.closes_at, last.get(family, question.closes_at))
    listed.sort(key=lambda row: (last[row.family], row.family))
    return listed, [last[row.family] for row in listed]


def _find_standard(
    paths: Paths, people: Collection[ForecasterId], reference: ForecasterId | None
) -> LossPath | None:
    if reference is not None:
        return paths.get(reference)
    return average_paths({name: path for name, path in paths.items() if name in people})


def _measure(
    name: ForecasterId,
    rows: Sequence[TracedQuestion],
    closes: Sequence[datetime],
    standards: Sequence[LossPath | None],
) -> _Measured | None:
    common = [
        (row, at, differences)
        for row, at, standard in zip(rows, closes, standards, strict=True)
        if standard is not None
        and name in row.paths
        and (differences := compare_paths(row.question, row.paths[name], standard)).coverage > 0.0
    ]
    if not common:
        return None
    answers: dict[FamilyId, set[bool]] = {}
    for row, _, _ in common:
        answers.setdefault(row.family, set()).update(() if row.answer is None else (row.answer,))
    return _Measured(
        closes=tuple({row.family: at for row, at, _ in common}.values()),
        gains=pool_families((row.family, differences) for row, _, differences in common),
        questions=len(common),
        rarer=count_rarer(answers.values()),
    )


def _thin_out(closes: Sequence[datetime], end: datetime) -> list[datetime]:
    """Choose the times of a chart: closes that are spread evenly, and the end of all."""
    times = sorted(set(closes))
    places = np.unique(np.linspace(0, len(times) - 1, min(len(times), MAX_POINTS)).astype(int))
    return [*(times[place] for place in places[:-1].tolist()), end]


def _adjust(
    rows: Sequence[TracedQuestion], people: Collection[ForecasterId], counts: Sequence[int]
) -> list[dict[ForecasterId, float]]:
    """Adjusted skill of people from the first questions alone, for each of the counts."""
    among_people = [
        (row.family, row.answer, {n: path for n, path in row.paths.items() if n in people})
        for row in rows
    ]
    return [
        {skill.forecaster_id: skill.skill for skill in skills}
        for skills in trace_adjusted_skill(among_people, counts)
    ]


def _build_points(
    subject: ForecasterId,
    measured: _Measured,
    times: Sequence[datetime],
    skills: Sequence[Mapping[ForecasterId, float]],
) -> tuple[RecordPoint, ...]:
    """Build the points with their bands, each widened to hold the line."""
    counts = [bisect_right(measured.closes, at) for at in times]
    bands = confidence_sequence(measured.gains, counts[:-1])
    bands.append(confidence_interval(measured.gains))
    return tuple(
        RecordPoint(at, count, by_name, min(low, by_name[subject]), max(high, by_name[subject]))
        for at, count, by_name, (low, high) in zip(times, counts, skills, bands, strict=True)
    )
