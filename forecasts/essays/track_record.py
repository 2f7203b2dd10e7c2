"""Track record of an essay: how many of its claims were borne out, and how many chance would give.

A question confirms a claim, refutes it, or says nothing (`forecasts.essays.claim_outcomes`). A
claim counts once, however many questions test it: as the share of its answers that confirm it.
Within a claim, questions that differ in a date or a figure alone are twins and share one vote.
Presuppositions and reported speech are not the essay's own claims (`is_asserted`) and do not
count. Retrospective questions (written after their opening, with the answer in reach) and live
ones are never pooled.

Chance is what the base rates of the same questions give: the record subtracts it, claim by claim.
The luck of a claim is drawn once, and that of claims that share a question together.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forecasts.distributions.distribution import Distribution
from forecasts.essays.claim_outcomes import (
    ClaimTests,
    base_chance,
    claim_probability,
    confirms_claim,
    count_tests,
)
from forecasts.questions.formatting import format_percent, format_signed
from forecasts.questions.question import Claim, ClaimId, Question, QuestionId, Resolution
from forecasts.statistics.chance_counts import Estimate, Interval, chance_range, excess_interval

NOT_ASSERTED = frozenset({"presupposition", "reported speech"})
"""Claim kinds and modalities that the essay does not assert itself."""

MIN_JUDGED_CLAIMS = 10
"""Minimum of answered claims below which a record says little."""

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DATE_OR_FIGURE = re.compile(rf"\b(?:(?:{_MONTHS})\b|\d[\d.,:/-]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuestionTally:
    """Votes of the questions of a claim: answered, confirming, expected, open and silent.

    Twins share one vote, so `borne_out` may have a fraction. `expected` is the mean probability, 0
    to 1, that the base rates give to being confirmed, and `rated_share` the confirmed share of the
    same votes; None without an answered question that has a base rate. `probability` is the mean
    over open questions with a forecast; None without.
    """

    answered: int
    borne_out: float
    open: int
    silent: int
    probability: float | None
    expected: float | None = None
    rated_share: float | None = None

    @property
    def share(self) -> float | None:
        """Share of answered votes that confirm the claim; None before the first answer."""
        return self.borne_out / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class ClaimScore:
    """Answered claim with its votes; `question_ids` are those that say something of it."""

    claim: Claim
    tally: QuestionTally
    question_ids: tuple[QuestionId, ...]

    @property
    def skill(self) -> float | None:
        """Confirmed share minus the expected one, −1 to 1; None without a base rate."""
        if self.tally.expected is None or self.tally.rated_share is None:
            return None
        return self.tally.rated_share - self.tally.expected


@dataclass(frozen=True, slots=True)
class ClaimSkill:
    """Claims that were borne out beside those that their base rates give.

    `borne_out` and `expected` are sums of shares over `claims`, all answered claims with a base
    rate. `chance_range` holds 95% of what chance alone gives, `interval` is that of `skill`, in
    claims; it holds 0 exactly if chance explains the record.
    """

    claims: int
    borne_out: float
    expected: float
    chance_range: tuple[int, int]
    interval: Interval

    @property
    def skill(self) -> float:
        """Borne out minus expected, in claims: Σ (outcome − base rate)."""
        return self.borne_out - self.expected

    @property
    def per_claim(self) -> Estimate:
        """Skill per claim, −1 to 1, and its interval."""
        low, high = self.interval
        return Estimate(self.skill / self.claims, (low / self.claims, high / self.claims))

    @property
    def is_small_sample(self) -> bool:
        """True if fewer than ten claims were answered: too few to judge by."""
        return self.claims < MIN_JUDGED_CLAIMS

    @property
    def judgement(self) -> str:
        """Comparison of the record with chance in a sentence."""
        if self.is_small_sample:
            return f"{count_claims(self.claims)} {_verb(self.claims)} too few to judge by."
        low, high = self.interval
        if low <= 0.0 <= high:
            return "Chance alone explains this record."
        return f"That is {'more' if low > 0.0 else 'less'} than chance explains."

    @property
    def words(self) -> str:
        """Skill in words, such as "+2.2 claims (95% interval −1.5 to +5.1)"."""
        low, high = self.interval
        unit = "claim" if abs(round(self.skill, 1)) == 1.0 else "claims"
        span = f"{format_signed(low)} to {format_signed(high)}"
        return f"{format_signed(self.skill)} {unit} (95% interval {span})"


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Track record of an essay, from either live or retrospective questions.

    `claims` have questions; of those `answered`, `borne_out` is the sum of the confirmed shares.
    `open` ones have no answer yet, and `mean_chance` is the mean probability that they are
    confirmed; `unanswered` ones never get one. `scores` are the answered claims in the order of the
    essay, and `skill` compares them with chance; None before the first answer with a base rate.
    `tests` counts the answered questions, `open_tests` the open ones.
    """

    retrospective: bool
    claims: int
    answered: int
    borne_out: float
    open: int
    unanswered: int
    mean_chance: float | None
    skill: ClaimSkill | None
    scores: tuple[ClaimScore, ...]
    tests: ClaimTests
    open_tests: ClaimTests

    @property
    def headline(self) -> str:
        """Answer in one line, such as "19.4 of 28 came true, by chance 17.2"; empty without."""
        if not self.answered:
            return ""
        result = f"{round(self.borne_out, 1):g} of {self.answered} came true"
        if self.skill is None or self.skill.claims < self.answered:
            return result
        return f"{result}, by chance {round(self.skill.expected, 1):g}"

    @property
    def words(self) -> str:
        """Record in a line, such as "8 of 10 came true, by chance 6.1, 3 open (62% likely)"."""
        parts = [self.headline] if self.answered else []
        if self.open:
            likelihood = (
                "" if self.mean_chance is None else f" ({format_percent(self.mean_chance)} likely)"
            )
            parts.append(f"{self.open} open{likelihood}")
        if self.unanswered:
            parts.append(f"{self.unanswered} without an answer")
        return ", ".join(parts) or "no questions yet"

    @property
    def chance_words(self) -> str:
        """Comparison with chance in sentences; empty before the first answer."""
        if not self.answered:
            return ""
        if self.skill is None:
            return "No base rate was given, so nobody can tell what chance alone would give."
        skill, (fewest, most) = self.skill, self.skill.chance_range
        span = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        rated = ""
        if skill.claims < self.answered:
            rated = (
                f"Of the {count_claims(skill.claims)} with a base rate, "
                f"{round(skill.borne_out, 1):g} came true, by chance "
                f"{round(skill.expected, 1):g}. "
            )
        return f"{rated}By chance it would be {span} in 95 of 100 cases. {skill.judgement}"

    @property
    def skill_words(self) -> str:
        """Skill in a sentence; empty before the first answer with a base rate."""
        return "" if self.skill is None else f"Skill: {self.skill.words}."

    @property
    def comparison_cells(self) -> tuple[str, str, str, str]:
        """Answered claims, borne out, by chance, and skill per claim in points, as text."""
        answered, borne_out = f"{self.answered}", f"{round(self.borne_out, 1):g}"
        if self.skill is None:
            return answered, borne_out if self.answered else "–", "–", "–"
        per_claim = self.skill.per_claim
        skill, *ends = (
            format_signed(100.0 * value, 0) for value in (per_claim.value, *per_claim.interval)
        )
        expected = f"{round(self.skill.expected, 1):g}"
        if self.skill.claims < self.answered:
            expected = f"{expected} of {self.skill.claims}"
        return answered, borne_out, expected, f"{skill} points ({ends[0]} to {ends[1]})"

    @property
    def test_words(self) -> str:
        """Number of tests that say little, in a sentence; empty without any."""
        tests = self.tests if self.answered else self.open_tests
        return f"{tests.words}." if tests.words else ""


def compute_track_record(
    claims: Sequence[Claim],
    questions: Iterable[Question],
    resolutions: Mapping[QuestionId, Resolution],
    forecasts: Mapping[QuestionId, Distribution],
    *,
    retrospective: bool = False,
) -> TrackRecord:
    """Compute the track record of an essay from the questions made from its claims.

    `resolutions` are the valid ones, and `forecasts` the current forecast of each open question.
    `retrospective` selects retrospective questions instead of live ones. Claims without such a
    question and claims that the essay does not assert are left out.
    """
    by_claim = group_by_claim(q for q in questions if q.retrospective is retrospective)
    counted = [claim for claim in claims if is_asserted(claim) and claim.id in by_claim]
    scores = [_score_claim(claim, by_claim[claim.id], resolutions, forecasts) for claim in counted]
    answered = tuple(score for score in scores if score.tally.answered)
    still_open = [s.tally for s in scores if not s.tally.answered and s.tally.open]
    chances = [tally.probability for tally in still_open if tally.probability is not None]
    tested = {q.id: q for claim in counted for q in by_claim[claim.id]}
    return TrackRecord(
        retrospective=retrospective,
        claims=len(scores),
        answered=len(answered),
        borne_out=math.fsum(score.tally.share or 0.0 for score in answered),
        open=len(still_open),
        unanswered=len(scores) - len(answered) - len(still_open),
        mean_chance=_mean(chances),
        skill=measure_skill(answered),
        scores=answered,
        tests=count_tests(
            tested[q] for q in dict.fromkeys(q for score in answered for q in score.question_ids)
        ),
        open_tests=count_tests(q for q in tested.values() if q.id not in resolutions),
    )


def measure_skill(scores: Iterable[ClaimScore]) -> ClaimSkill | None:
    """Compare answered claims with their base rates; None if no claim has one."""
    rated = [score for score in scores if score.tally.expected is not None]
    if not rated:
        return None
    families = [[s.tally.expected or 0.0 for s in family] for family in _group_families(rated)]
    borne_out = math.fsum(score.tally.rated_share or 0.0 for score in rated)
    return ClaimSkill(
        claims=len(rated),
        borne_out=borne_out,
        expected=math.fsum(chance for family in families for chance in family),
        chance_range=chance_range(families),
        interval=excess_interval(min(borne_out, len(rated)), families),
    )


def _group_families(scores: Iterable[ClaimScore]) -> list[list[ClaimScore]]:
    """Group claims that share a question, directly or through others."""
    families: list[tuple[set[QuestionId], list[ClaimScore]]] = []
    for score in scores:
        ids, members = set(score.question_ids), [score]
        for family in [family for family in families if family[0] & ids]:
            families.remove(family)
            ids |= family[0]
            members = [*family[1], *members]
        families.append((ids, members))
    return [members for _, members in families]


def _score_claim(
    claim: Claim,
    questions: Sequence[Question],
    resolutions: Mapping[QuestionId, Resolution],
    forecasts: Mapping[QuestionId, Distribution],
) -> ClaimScore:
    answered = tuple(
        q.id
        for q in questions
        if q.id in resolutions and confirms_claim(q, resolutions[q.id]) is not None
    )
    return ClaimScore(claim, tally_questions(questions, resolutions, forecasts), answered)


def tally_questions(
    questions: Iterable[Question],
    resolutions: Mapping[QuestionId, Resolution],
    forecasts: Mapping[QuestionId, Distribution],
) -> QuestionTally:
    """Count the questions of a claim; one without a resolution is open, even after its close."""
    answers: dict[str, list[tuple[bool, float | None]]] = {}
    still_open, silent, probabilities = 0, 0, []
    for question in questions:
        resolution = resolutions.get(question.id)
        if resolution is None:
            still_open += 1
            forecast = forecasts.get(question.id)
            probability = None if forecast is None else claim_probability(question, forecast)
            probabilities += [] if probability is None else [probability]
        elif (is_confirmed := confirms_claim(question, resolution)) is None:
            silent += 1
        else:
            answers.setdefault(_twin_key(question), []).append(
                (is_confirmed, base_chance(question))
            )
    rated = [
        (outcome, chance, 1.0 / len(twins))
        for twins in answers.values()
        for outcome, chance in twins
        if chance is not None
    ]
    weight = math.fsum(w for _, _, w in rated)
    return QuestionTally(
        answered=len(answers),
        borne_out=math.fsum(sum(o for o, _ in twins) / len(twins) for twins in answers.values()),
        open=still_open,
        silent=silent,
        probability=_mean(probabilities),
        expected=math.fsum(chance * w for _, chance, w in rated) / weight if rated else None,
        rated_share=math.fsum(o * w for o, _, w in rated) / weight if rated else None,
    )


def _twin_key(question: Question) -> str:
    """Text of a question without dates and figures, which its twins have in common."""
    return " ".join(_DATE_OR_FIGURE.sub(" ", question.text).casefold().split())


def group_by_claim(questions: Iterable[Question]) -> dict[ClaimId, list[Question]]:
    """Group questions by the claims that they came from."""
    groups: dict[ClaimId, list[Question]] = {}
    for question in questions:
        for claim_id in dict.fromkeys(question.claim_ids):
            groups.setdefault(claim_id, []).append(question)
    return groups


def is_asserted(claim: Claim) -> bool:
    """Return True unless the claim is a presupposition or reported speech.

    >>> from forecasts.questions.question import EssayId
    >>> is_asserted(Claim(ClaimId("C1"), EssayId("e"), "its efforts to end it", 0, "conditional",
    ...     "Presupposition", ""))
    False
    """
    marks = [*claim.claim_kind.split(","), claim.modality]
    return NOT_ASSERTED.isdisjoint(" ".join(mark.casefold().split()) for mark in marks)


def count_claims(number: int) -> str:
    """Format a number of claims."""
    return "1 claim" if number == 1 else f"{number} claims"


def _verb(number: float) -> str:
    return "is" if number == 1 else "are"


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
