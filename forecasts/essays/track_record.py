"""The verdict on an essay: how its claims did so far, by kind of claim, by the word it commits
itself with, in all.

What counts: a question says of a claim that it was borne out, that it was not, or nothing
(`forecasts.essays.claim_outcomes`). A claim counts once it has an answered question that says something, and
counts as the share of those questions that bear it out, each alike: of two answers that disagree it
has half. What the essay presupposes or reports of others is not its own claim (`is_asserted`) and
does not count. Questions that look back (written after their own window, with the answer in reach)
and live ones never share a figure.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from forecasts.distributions.distribution import Distribution
from forecasts.essays.claim_outcomes import borne_out, chance
from forecasts.essays.modality import head_word, sureness
from forecasts.questions.format import percent
from forecasts.questions.question import Claim, ClaimId, Question, QuestionId, Resolution
from forecasts.statistics.intervals import jeffreys

NOT_ASSERTED = frozenset({"presupposition", "reported speech"})
"""Kinds and modalities of a claim that the essay does not make itself."""

SMALL = 10
"""Below so many answered claims a share says little, and the verdict says so."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What some questions say of a claim: how many were answered, bear it out, are open, or say
    nothing.

    `chance` is the mean probability, 0 to 1, over open questions with a forecast that it is borne
    out; None without.
    """

    answered: int
    borne_out: int
    open: int
    silent: int
    chance: float | None

    @property
    def share(self) -> float | None:
        """The share of the answered questions that bear the claim out; None before the first
        answer.
        """
        return self.borne_out / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """How some claims did so far. `claims` are those with a question: answered + open + without an
    answer.

    `borne_out` is the sum of the claims' shares, no more than `answered`. `open` claims have no
    answer yet, and `mean_chance` is the mean probability that they are borne out. `interval` is
    Jeffreys' 95 % interval for the share; it takes claims as independent, and is too narrow where
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
        """The share of the answered claims that was borne out; None before the first answer."""
        return self.borne_out / self.answered if self.answered else None

    @property
    def small(self) -> bool:
        """Whether fewer than ten claims were answered: too few to judge by."""
        return self.answered < SMALL

    @property
    def words(self) -> str:
        """The line as a person would say it, such as "8 of 10 borne out, 3 open (62% likely)"."""
        said = (
            [f"{round(self.borne_out, 1):g} of {self.answered} borne out"] if self.answered else []
        )
        if self.open:
            likely = "" if self.mean_chance is None else f" ({percent(self.mean_chance)} likely)"
            said.append(f"{self.open} open{likely}")
        if self.unanswered:
            said.append(f"{self.unanswered} without an answer")
        return ", ".join(said) or "no questions yet"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How sure the essay sounded against how often it was right, over the answered claims whose
    words tell it.

    `claimed` is the mean sureness and `share` the share borne out, both 0 to 1; above 0,
    `overconfidence` says that it promised more than came. `interval` is Jeffreys' 95 % interval for
    the share.
    """

    claims: int
    claimed: float
    share: float
    interval: tuple[float, float]

    @property
    def overconfidence(self) -> float:
        """Mean sureness less the share borne out, −1 to 1."""
        return self.claimed - self.share

    @property
    def small(self) -> bool:
        """Whether fewer than ten claims were answered: too few to judge by."""
        return self.claims < SMALL

    @property
    def words(self) -> str:
        """The comparison as a person would say it."""
        claims = "1 answered claim" if self.claims == 1 else f"{self.claims} answered claims"
        few = ": too few to judge by" if self.small else ""
        return (
            f"sounded {percent(self.claimed)} sure, was right in {percent(self.share)} of "
            f"{claims}{few}"
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The record of an essay, from live questions or from those that look back, never from both.

    Lines of `by_kind` and `by_modality` have the most claims first. `calibration` is None before
    the first answer.
    """

    retrospective: bool
    overall: VerdictLine
    by_kind: tuple[VerdictLine, ...]
    by_modality: tuple[VerdictLine, ...]
    calibration: Calibration | None


def verdict(
    claims: Sequence[Claim],
    questions: Iterable[Question],
    resolutions: Mapping[QuestionId, Resolution],
    held: Mapping[QuestionId, Distribution],
    *,
    retrospective: bool = False,
) -> Verdict:
    """How the claims of an essay did so far, by the questions that came from them.

    `resolutions` are those that count, and `held` the forecast that stands for each open question.
    `retrospective` chooses the questions that look back instead of the live ones. A claim without
    such a question is left out, as is one that the essay does not assert.
    """
    asked = by_claim(q for q in questions if q.retrospective is retrospective)
    found = [
        (claim, tally(asked[claim.id], resolutions, held))
        for claim in claims
        if is_asserted(claim) and claim.id in asked
    ]
    return Verdict(
        retrospective=retrospective,
        overall=_line("all claims", [one for _, one in found]),
        by_kind=_lines(found, kind_of),
        by_modality=_lines(found, lambda claim: head_word(claim.modality)),
        calibration=_calibration(found),
    )


def tally(
    questions: Iterable[Question],
    resolutions: Mapping[QuestionId, Resolution],
    held: Mapping[QuestionId, Distribution],
) -> Tally:
    """What some questions say of their claim; a question without a resolution is open, also after
    its close.
    """
    said: list[bool] = []
    still_open, silent, chances = 0, 0, []
    for question in questions:
        resolution = resolutions.get(question.id)
        if resolution is None:
            still_open += 1
            p = chance(question, held[question.id]) if question.id in held else None
            chances += [] if p is None else [p]
        elif (found := borne_out(question, resolution)) is None:
            silent += 1
        else:
            said.append(found)
    return Tally(len(said), sum(said), still_open, silent, _mean(chances))


def by_claim(questions: Iterable[Question]) -> dict[ClaimId, list[Question]]:
    """The questions that came from each claim."""
    found: dict[ClaimId, list[Question]] = {}
    for question in questions:
        for claim_id in dict.fromkeys(question.claim_ids):
            found.setdefault(claim_id, []).append(question)
    return found


def is_asserted(claim: Claim) -> bool:
    """Whether the essay itself makes a claim, rather than presupposing it or reporting it of
    others.

    >>> from forecasts.questions.question import EssayId
    >>> is_asserted(Claim(ClaimId("C1"), EssayId("e"), "its efforts to end it", 0, "conditional", "Presupposition", ""))
    False
    """
    marks = [*claim.claim_kind.split(","), claim.modality]
    return NOT_ASSERTED.isdisjoint(" ".join(mark.casefold().split()) for mark in marks)


def kind_of(claim: Claim) -> str:
    """The kind of a claim by which it is counted: the first of several, in lower case.

    >>> from forecasts.questions.question import EssayId
    >>> kind_of(Claim(ClaimId("C1"), EssayId("e"), "it will", 0, "Present state, trend", "will", ""))
    'present state'
    """
    return " ".join(claim.claim_kind.split(",")[0].casefold().split()) or "not said"


_Found = Sequence[tuple[Claim, Tally]]


def _lines(found: _Found, label: Callable[[Claim], str]) -> tuple[VerdictLine, ...]:
    groups: dict[str, list[Tally]] = {}
    for claim, one in found:
        groups.setdefault(label(claim), []).append(one)
    lines = [_line(name, group) for name, group in groups.items()]
    return tuple(sorted(lines, key=lambda line: (-line.claims, line.label)))


def _line(label: str, tallies: Sequence[Tally]) -> VerdictLine:
    shares = [one.share for one in tallies if one.share is not None]
    still_open = [one for one in tallies if one.share is None and one.open]
    kept = math.fsum(shares)
    return VerdictLine(
        label=label,
        claims=len(tallies),
        borne_out=kept,
        answered=len(shares),
        open=len(still_open),
        unanswered=len(tallies) - len(shares) - len(still_open),
        mean_chance=_mean([one.chance for one in still_open if one.chance is not None]),
        interval=jeffreys(kept, len(shares)) if shares else None,
    )


def _calibration(found: _Found) -> Calibration | None:
    pairs = [(sureness(claim.modality), one.share) for claim, one in found]
    known = [(sure, share) for sure, share in pairs if sure is not None and share is not None]
    if not known:
        return None
    n, kept = len(known), math.fsum(share for _, share in known)
    return Calibration(n, math.fsum(sure for sure, _ in known) / n, kept / n, jeffreys(kept, n))


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
