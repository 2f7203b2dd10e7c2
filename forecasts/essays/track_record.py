"""Track record of an essay: its confirmed claims by kind, by modality and overall.

A question confirms a claim, refutes it, or says nothing (`forecasts.essays.claim_outcomes`). A
claim counts once an answered question says something, with the share of those questions that
confirm it: two answers that disagree give 0.5. Presuppositions and reported speech are not the
essay's own claims (`is_asserted`) and do not count. Retrospective questions (written after their
own window, with the answer in reach) and live ones are never pooled.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from forecasts.distributions.distribution import Distribution
from forecasts.essays.claim_outcomes import claim_probability, confirms_claim
from forecasts.essays.modality import estimate_sureness, head_word
from forecasts.questions.format import format_percent
from forecasts.questions.question import Claim, ClaimId, Question, QuestionId, Resolution
from forecasts.statistics.intervals import jeffreys

NOT_ASSERTED = frozenset({"presupposition", "reported speech"})
"""Claim kinds and modalities that the essay does not assert itself."""

MIN_JUDGED_CLAIMS = 10
"""Minimum of answered claims below which a share says little."""


@dataclass(frozen=True, slots=True)
class QuestionTally:
    """Counts of the questions of a claim: answered, confirming, open and silent.

    `probability` is the mean probability, 0 to 1, that it is confirmed, over open questions with a
    forecast; None without.
    """

    answered: int
    borne_out: int
    open: int
    silent: int
    probability: float | None

    @property
    def share(self) -> float | None:
        """Share of answered questions that confirm the claim; None before the first answer."""
        return self.borne_out / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class TrackRecordLine:
    """Record of a group of claims with questions: answered, open and without an answer.

    `confirms_claim` is the sum of the claims' shares, at most `answered`. `open` claims have no
    answer yet, and `mean_chance` is the mean probability that they are confirmed. `interval` is
    Jeffreys' 95 % interval for the share; it assumes independent claims, and is too narrow where
    several rest on the same questions.
    """

    label: str
    claims: int
    borne_out: float
    answered: int
    open: int
    unanswered: int
    mean_chance: float | None
    interval: tuple[float, float] | None

    @property
    def share(self) -> float | None:
        """Confirmed share of the answered claims; None before the first answer."""
        return self.borne_out / self.answered if self.answered else None

    @property
    def is_small_sample(self) -> bool:
        """True if fewer than ten claims were answered: too few to judge by."""
        return self.answered < MIN_JUDGED_CLAIMS

    @property
    def words(self) -> str:
        """Description of the line, such as "8 of 10 borne out, 3 open (62% likely)"."""
        parts = (
            [f"{round(self.borne_out, 1):g} of {self.answered} borne out"] if self.answered else []
        )
        if self.open:
            likelihood = (
                "" if self.mean_chance is None else f" ({format_percent(self.mean_chance)} likely)"
            )
            parts.append(f"{self.open} open{likelihood}")
        if self.unanswered:
            parts.append(f"{self.unanswered} without an answer")
        return ", ".join(parts) or "no questions yet"


@dataclass(frozen=True, slots=True)
class EssayCalibration:
    """Comparison of expressed certainty and accuracy, over answered claims with a known modality.

    `claimed` is the mean certainty and `share` the confirmed share, both 0 to 1; a positive
    `overconfidence` means that more was promised than came true. `interval` is Jeffreys' 95 %
    interval for the share.
    """

    claims: int
    claimed: float
    share: float
    interval: tuple[float, float]

    @property
    def overconfidence(self) -> float:
        """Mean certainty minus the confirmed share, −1 to 1."""
        return self.claimed - self.share

    @property
    def is_small_sample(self) -> bool:
        """True if fewer than ten claims were answered: too few to judge by."""
        return self.claims < MIN_JUDGED_CLAIMS

    @property
    def words(self) -> str:
        """Description of the comparison."""
        claims = "1 answered claim" if self.claims == 1 else f"{self.claims} answered claims"
        caveat = ": too few to judge by" if self.is_small_sample else ""
        return (
            f"sounded {format_percent(self.claimed)} sure, was right in "
            f"{format_percent(self.share)} of {claims}{caveat}"
        )


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Track record of an essay, from either live or retrospective questions.

    Lines of `by_kind` and `by_modality` are sorted by descending number of claims. `calibration` is
    None before the first answer.
    """

    retrospective: bool
    overall: TrackRecordLine
    by_kind: tuple[TrackRecordLine, ...]
    by_modality: tuple[TrackRecordLine, ...]
    calibration: EssayCalibration | None


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
    questions_by_claim = group_by_claim(q for q in questions if q.retrospective is retrospective)
    tallies = [
        (claim, tally_questions(questions_by_claim[claim.id], resolutions, forecasts))
        for claim in claims
        if is_asserted(claim) and claim.id in questions_by_claim
    ]
    return TrackRecord(
        retrospective=retrospective,
        overall=_make_line("all claims", [claim_tally for _, claim_tally in tallies]),
        by_kind=_group_lines(tallies, claim_kind_of),
        by_modality=_group_lines(tallies, lambda claim: head_word(claim.modality)),
        calibration=_compute_calibration(tallies),
    )


def tally_questions(
    questions: Iterable[Question],
    resolutions: Mapping[QuestionId, Resolution],
    forecasts: Mapping[QuestionId, Distribution],
) -> QuestionTally:
    """Count the questions of a claim; one without a resolution is open, even after its close."""
    confirmed: list[bool] = []
    still_open, silent, probabilities = 0, 0, []
    for question in questions:
        resolution = resolutions.get(question.id)
        if resolution is None:
            still_open += 1
            probability = (
                claim_probability(question, forecasts[question.id])
                if question.id in forecasts
                else None
            )
            probabilities += [] if probability is None else [probability]
        elif (is_confirmed := confirms_claim(question, resolution)) is None:
            silent += 1
        else:
            confirmed.append(is_confirmed)
    return QuestionTally(len(confirmed), sum(confirmed), still_open, silent, _mean(probabilities))


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


def claim_kind_of(claim: Claim) -> str:
    """Return the first kind of a claim, in lower case.

    >>> from forecasts.questions.question import EssayId
    >>> claim_kind_of(Claim(ClaimId("C1"), EssayId("e"), "it will", 0, "Present state, trend",
    ...     "", ""))
    'present state'
    """
    return " ".join(claim.claim_kind.split(",")[0].casefold().split()) or "not said"


_ClaimTallies = Sequence[tuple[Claim, QuestionTally]]


def _group_lines(
    tallies: _ClaimTallies, label: Callable[[Claim], str]
) -> tuple[TrackRecordLine, ...]:
    groups: dict[str, list[QuestionTally]] = {}
    for claim, claim_tally in tallies:
        groups.setdefault(label(claim), []).append(claim_tally)
    lines = [_make_line(name, group) for name, group in groups.items()]
    return tuple(sorted(lines, key=lambda line: (-line.claims, line.label)))


def _make_line(label: str, tallies: Sequence[QuestionTally]) -> TrackRecordLine:
    shares = [claim_tally.share for claim_tally in tallies if claim_tally.share is not None]
    open_tallies = [
        claim_tally for claim_tally in tallies if claim_tally.share is None and claim_tally.open
    ]
    confirmed = math.fsum(shares)
    return TrackRecordLine(
        label=label,
        claims=len(tallies),
        borne_out=confirmed,
        answered=len(shares),
        open=len(open_tallies),
        unanswered=len(tallies) - len(shares) - len(open_tallies),
        mean_chance=_mean(
            [
                claim_tally.probability
                for claim_tally in open_tallies
                if claim_tally.probability is not None
            ]
        ),
        interval=jeffreys(confirmed, len(shares)) if shares else None,
    )


def _compute_calibration(tallies: _ClaimTallies) -> EssayCalibration | None:
    pairs = [
        (estimate_sureness(claim.modality), claim_tally.share) for claim, claim_tally in tallies
    ]
    known = [
        (certainty, share)
        for certainty, share in pairs
        if certainty is not None and share is not None
    ]
    if not known:
        return None
    count, confirmed = len(known), math.fsum(share for _, share in known)
    return EssayCalibration(
        count,
        math.fsum(certainty for certainty, _ in known) / count,
        confirmed / count,
        jeffreys(confirmed, count),
    )


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
