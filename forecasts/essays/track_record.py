"""Track record of an essay: its confirmed claims by kind, by modality and overall.

A question confirms a claim, refutes it, or says nothing (`forecasts.essays.claim_outcomes`). A
claim counts once an answered question says something, with the share of those questions that
confirm it: two answers that disagree give 0.5. Presuppositions and reported speech are not the
essay's own claims (`is_asserted`) and do not count. Retrospective questions (written after their
own window, with the answer in reach) and live ones are never pooled.

Modality is the word that carries a claim, and the certainty that it expresses. `Claim.modality`
holds the essay's own words, such as "will not" or "could ultimately (0.5)", or a term of grammar,
such as "present perfect". The figures are those of `forecasts.essays.extract`.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from forecasts.distributions.distribution import Distribution
from forecasts.essays.claim_outcomes import claim_probability, confirms_claim
from forecasts.questions.formatting import format_percent
from forecasts.questions.question import Claim, ClaimId, Question, QuestionId, Resolution
from forecasts.statistics.intervals import jeffreys

A_QUESTION = "a question"
UNSTATED = "not said"

SURENESS = MappingProxyType(
    {
        "will": 1.0,
        "shall": 1.0,
        "must": 0.9,
        "would": 0.8,
        "should": 0.7,
        "may": 0.5,
        "could": 0.5,
        "can": 0.5,
        "might": 0.4,
    }
)
"""Certainty (0 to 1) that a modal verb expresses, where the claim gives no figure."""

_PHRASES = MappingProxyType(
    {
        "certain": 0.95,
        "bound": 0.95,
        "going": 0.95,
        "set": 0.8,
        "poised": 0.8,
        "expected": 0.8,
        "likely": 0.75,
        "unlikely": 0.75,
        "ought": 0.7,
    }
)
_HEDGE = re.compile(r"\b(?:perhaps|maybe|possibly)\b")
_MAX_HEDGED = 0.5  # cap for hedged verbs
_FIGURE = re.compile(r"\((\d+(?:\.\d+)?)\s*(%?)\)")
_ASIDE = re.compile(r"\([^)]*\)")
_CONTRACTIONS = (
    ("won't", "will not"),
    ("can't", "can not"),
    ("cannot", "can not"),
    ("n't", " not"),
    ("'ll", " will"),
)
_QUESTION = re.compile(r"\bquestions?\b|^whether\b|\?")
_PERFECT = re.compile(r"(?:has|have) (?:(?:not|never|yet|already|just|long) )*(?!to\b|yet\b)[a-z]+")
_BE = re.compile(r"^(?:is|are|am|be|seems?|looks?|appears?)\b")


def head_word(modality: str) -> str:
    """Return the label that groups claims: a modal verb, a tense, a phrase or "a question".

    The first modal verb counts, even if negated or hedged; "are likely to" becomes "is likely to";
    "has risen" and "have begun" are the present perfect. Other text is returned without what is in
    brackets or after a sign.

    >>> modalities = "will not (1.0)", "could ultimately (0.5)", "present perfect + clearly", ""
    >>> [head_word(modality) for modality in modalities]
    ['will', 'could', 'present perfect', 'not said']
    >>> modalities = "Will (question)", "are likely to", "have begun", "would … perhaps (0.5)"
    >>> [head_word(modality) for modality in modalities]
    ['a question', 'is likely to', 'present perfect', 'would']
    """
    text = _normalise_modality(modality)
    if _QUESTION.search(text):
        return A_QUESTION
    text = " ".join(re.split(r"[+;,…/]|\.\.", _ASIDE.sub(" ", text))[0].split())
    modal = next((word for word in text.split() if word in SURENESS), None)
    if modal is not None:
        return modal
    if _PERFECT.match(text):
        return "present perfect"
    return _BE.sub("is", text) or UNSTATED


def estimate_sureness(modality: str) -> float | None:
    """Return the certainty that the essay expresses, 0 to 1; None where it is unclear.

    The figure in brackets counts, else that of the words. "perhaps" and the like cap any verb at
    0.5. Questions and tenses have no figure.

    >>> modalities = "could easily (0.6)", "(80 %)", "will not", "would … perhaps", "has been"
    >>> [estimate_sureness(modality) for modality in modalities]
    [0.6, 0.8, 1.0, 0.5, None]
    """
    text = _normalise_modality(modality)
    figure = _FIGURE.search(text)
    if figure:
        value = float(figure[1]) / (100.0 if figure[2] else 1.0)
        return value if 0.0 <= value <= 1.0 else None
    head = head_word(modality)
    certainty = SURENESS.get(
        head, next((_PHRASES[word] for word in head.split() if word in _PHRASES), None)
    )
    return (
        min(certainty, _MAX_HEDGED) if certainty is not None and _HEDGE.search(text) else certainty
    )


def _normalise_modality(modality: str) -> str:
    text = " ".join(modality.casefold().replace("’", "'").split())
    for short, full in _CONTRACTIONS:
        text = text.replace(short, full)
    return text


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
    >>> claim_kind_of(Claim(ClaimId("C1"), EssayId("e"), "it will", 0, "Trend, event", "", ""))
    'trend'
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
