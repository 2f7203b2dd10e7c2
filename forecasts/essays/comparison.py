"""Two essays compared by their skill, claim by claim.

Skill is what a record has beyond its base rates (`forecasts.essays.track_record`), so an essay
gains nothing by easy tests. Questions that both essays ask are also compared in pairs: the answer
is the same for both, so only those tell them apart that bear out one alone (McNemar's test).

Sources: Newcombe 1998, Statistics in Medicine 17 (difference of two shares); McNemar 1947,
Psychometrika 12; Agresti 2002, Categorical Data Analysis (its interval).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forecasts.essays.claim_outcomes import base_chance, confirms_claim
from forecasts.essays.track_record import MIN_JUDGED_CLAIMS, TrackRecord
from forecasts.questions.formatting import format_signed
from forecasts.questions.question import Question, QuestionId, Resolution
from forecasts.statistics.chance_counts import Interval, difference_interval
from forecasts.statistics.intervals import jeffreys


@dataclass(frozen=True, slots=True)
class EssayRecord:
    """Record of an essay with its questions."""

    record: TrackRecord
    questions: Mapping[QuestionId, Question]


@dataclass(frozen=True, slots=True)
class SharedQuestions:
    """Answered questions that two essays have in common, with base rates.

    `first_only` bear out claims of the first essay alone, `second_only` of the second; the others
    bear out both or neither. `difference` is the skill of the first minus that of the second for
    each question; `interval` is None where no question tells the two apart.
    """

    questions: int
    first_only: int
    second_only: int
    difference: float
    interval: Interval | None

    def describe(self, first: str, second: str) -> str:
        """Describe the pairs; `first` and `second` name the essays."""
        apart = self.first_only + self.second_only
        count = f"{self.questions} answered question{'' if self.questions == 1 else 's'}"
        if not apart:
            return f"They share {count}, which bore out both or neither."
        counts = (
            f"Of {count} that they share, {self.first_only} bore out “{first}” alone and "
            f"{self.second_only} “{second}” alone"
        )
        if self.questions < MIN_JUDGED_CLAIMS or self.interval is None:
            return f"{counts}: too few to compare."
        ahead = first if self.difference >= 0 else second
        return (
            f"{counts}; beyond chance “{ahead}” is ahead by {_points(self.difference)} per "
            f"question ({_describe_interval(first, second, self.interval)})."
        )


@dataclass(frozen=True, slots=True)
class RecordComparison:
    """Two records of one sort, live or retrospective, side by side.

    `difference` is the skill per claim of the first minus that of the second, −1 to 1, with its 95
    % `interval`; None where a record has no answered claim with a base rate.
    """

    first: TrackRecord
    second: TrackRecord
    difference: float | None
    interval: Interval | None
    shared: SharedQuestions | None

    @property
    def is_small_sample(self) -> bool:
        """True unless both essays have ten answered claims with a base rate."""
        return any(
            record.skill is None or record.skill.is_small_sample
            for record in (self.first, self.second)
        )

    def describe(self, first: str, second: str) -> tuple[str, ...]:
        """Describe the difference, then the shared questions; arguments name the essays."""
        pairs = () if self.shared is None else (self.shared.describe(first, second),)
        return (self._describe_difference(first, second), *pairs)

    def _describe_difference(self, first: str, second: str) -> str:
        if self.is_small_sample or self.difference is None or self.interval is None:
            counts = [r.skill.claims if r.skill else 0 for r in (self.first, self.second)]
            return (
                f"Too few to compare: of answered claims with a base rate “{first}” has "
                f"{counts[0]} and “{second}” {counts[1]}; it takes {MIN_JUDGED_CLAIMS} of each."
            )
        low, high = self.interval
        ahead, behind = (first, second) if self.difference >= 0 else (second, first)
        lead, span = _points(self.difference), _describe_interval(first, second, self.interval)
        if low <= 0.0 <= high:
            return (
                f"No difference shown: “{ahead}” is ahead by {lead} of skill per claim, which may "
                f"well be chance ({span})."
            )
        return f"“{ahead}” has more skill than “{behind}”, by {lead} per claim ({span})."


def compare_records(
    essays: tuple[EssayRecord, EssayRecord], resolutions: Mapping[QuestionId, Resolution]
) -> RecordComparison:
    """Compare two records of one sort.

    If both rest on a common question, the interval holds however strongly they vary together.
    """
    first, second = (essay.record for essay in essays)
    pairs = _pair_questions(*map(_list_tests, essays))
    shared = _compare_pairs(pairs, resolutions)
    if first.skill is None or second.skill is None:
        return RecordComparison(first, second, None, None, shared)
    skills = first.skill.per_claim, second.skill.per_claim
    return RecordComparison(
        first,
        second,
        skills[0].value - skills[1].value,
        difference_interval(*skills, dependent=bool(pairs)),
        shared,
    )


def _list_tests(essay: EssayRecord) -> dict[tuple[str, ...], Question]:
    """Answered tests with a base rate, by what makes them the same question in another essay."""
    ids = dict.fromkeys(q for score in essay.record.scores for q in score.question_ids)
    tests = [essay.questions[q] for q in ids if base_chance(essay.questions[q]) is not None]
    return {
        (q.kind, " ".join(q.text.casefold().split()), q.closes_at.isoformat()): q for q in tests
    }


def _pair_questions(
    first: Mapping[tuple[str, ...], Question], second: Mapping[tuple[str, ...], Question]
) -> list[tuple[Question, Question]]:
    return [(question, second[key]) for key, question in first.items() if key in second]


def _compare_pairs(
    pairs: Sequence[tuple[Question, Question]], resolutions: Mapping[QuestionId, Resolution]
) -> SharedQuestions | None:
    if not pairs:
        return None
    outcomes = [
        (confirms_claim(a, resolutions[a.id]), confirms_claim(b, resolutions[b.id]))
        for a, b in pairs
    ]
    first_only, second_only = outcomes.count((True, False)), outcomes.count((False, True))
    apart, n = first_only + second_only, len(pairs)
    chance = math.fsum((base_chance(a) or 0.0) - (base_chance(b) or 0.0) for a, b in pairs) / n
    interval = None
    if apart:
        low, high = ((2.0 * end - 1.0) * apart / n for end in jeffreys(first_only, apart))
        interval = low - chance, high - chance
    return SharedQuestions(
        n, first_only, second_only, (first_only - second_only) / n - chance, interval
    )


def _points(share: float) -> str:
    number = f"{abs(100.0 * share):.0f}"
    return "1 point" if number == "1" else f"{number} points"


def _describe_interval(first: str, second: str, interval: Interval) -> str:
    low, high = (format_signed(100.0 * end, 0) for end in interval)
    return f"95% interval of “{first}” minus “{second}”: {low} to {high}"
