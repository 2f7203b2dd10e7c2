"""Attribution of a change of probability to additive reasons.

    logit(after) − logit(before) = base rate + time passed + Σ pieces of evidence + silence + usual
    level + scale
                                   + learned correction + limits
                                 = Σ pieces cited by a person + their judgement

Of a piece present at both instants, decay is separated from other changes. A person's forecast has
no lines: cited pieces count by their effect on the suggestion, and the remainder is judgement.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from forecasts.distributions.probability import logit
from forecasts.evidence.evidence import Evidence, Indicator, IndicatorId
from forecasts.evidence.likelihood_ratios import decay_weight
from forecasts.evidence.log_odds import LedgerLine, LineKind, apply_soft_cap
from forecasts.evidence.weights import DAY, DEFAULT_HALF_LIFE_DAYS, DEFAULT_MODEL, SuggestionModel
from forecasts.questions.question import EvidenceId, QuestionId
from forecasts.suggestion.binary import Suggestion

MIN_REASON_NATS: Final = 0.005
"""Smallest change, in log-odds, with a line of its own."""

_SUM_TOLERANCE: Final = 1e-9
"""Largest difference at which a sum counts as complete."""

_ROUNDING: Final = 1e-12
"""Bound of rounding errors where nothing changed."""

EvidenceChange = Literal[
    "came in", "faded", "judged anew", "merged", "other reports", "other novelty"
]
Cause = (
    LineKind | EvidenceChange | Literal["small changes", "recorded otherwise", "cited", "judgement"]
)

_CAPPED_KINDS: Final = ("evidence", "silence", "usual level")
"""Kinds of lines to which scale and saturation apply together."""

_LATE_KINDS: Final[tuple[LineKind, ...]] = (
    "usual level",
    "evidence scale",
    "saturation",
    "learned correction",
    "limits",
)


@dataclass(frozen=True, slots=True)
class ChangeReason:
    """Part of a change: `log_odds` is its contribution, in nats, above 0 towards YES."""

    cause: Cause
    why: str
    log_odds: float
    evidence_id: EvidenceId | None = None


@dataclass(frozen=True, slots=True)
class ProbabilityChange:
    """Probability at two instants, with reasons whose log-odds add up to the change within 1e-9.

    From or to certainty (0 or 1) the change is infinite in log-odds: there are no reasons then.
    """

    question_id: QuestionId
    since: datetime
    until: datetime
    before: float
    after: float
    reasons: tuple[ChangeReason, ...]

    @property
    def certain(self) -> bool:
        """True if one of the two is 0 or 1."""
        return not 0.0 < min(self.before, self.after) <= max(self.before, self.after) < 1.0

    @property
    def log_odds(self) -> float | None:
        """Size of the change, in nats; None from or to certainty."""
        return None if self.certain else logit(self.after) - logit(self.before)


@dataclass(frozen=True, slots=True)
class SuggestionInputs:
    """Suggestion with its model and its evidence as judged at the time."""

    suggestion: Suggestion
    evidence: Sequence[Evidence] = ()
    model: SuggestionModel = DEFAULT_MODEL

    @property
    def lines_by_evidence(self) -> dict[EvidenceId, LedgerLine]:
        """Lines by piece of evidence."""
        return {
            line.evidence_id: line for line in self.suggestion.lines if line.evidence_id is not None
        }

    @property
    def evidence_by_id(self) -> dict[EvidenceId, Evidence]:
        """All evidence known at the time, with the reports seen by then, also if it has no line."""
        at = self.suggestion.at
        seen = (e for e in self.evidence if e.first_seen_at <= at)
        return {
            e.id: replace(e, reports=tuple(r for r in e.reports if r.first_seen_at <= at))
            for e in seen
        }

    @property
    def weight_factor(self) -> float:
        """Factor, above 0, that scale, saturation and slope apply to each piece."""
        return measure_weight_factor(self.suggestion.lines, self.model)


def measure_weight_factor(lines: Iterable[LedgerLine], model: SuggestionModel) -> float:
    """Factor, above 0, that scale, saturation and slope apply to each piece of evidence."""
    raw = math.fsum(line.log_odds for line in lines if line.kind in _CAPPED_KINDS)
    factor = apply_soft_cap(model.gamma * raw, model.soft_cap) / raw if raw else model.gamma
    return model.slope * factor


@dataclass(frozen=True, slots=True)
class ForecastRevision:
    """Forecasts of a person before and after an act, with the evidence cited then and earlier."""

    before: float
    after: float
    cites: tuple[EvidenceId, ...] = ()
    cited_before: frozenset[EvidenceId] = frozenset()


def explain_change(
    before: SuggestionInputs, after: SuggestionInputs, indicators: Mapping[IndicatorId, Indicator]
) -> ProbabilityChange:
    """Explain the change of a suggestion: reasons add up to logit(after) − logit(before).

    Each piece of evidence has up to two lines: decay, and any other change. Changes smaller than
    `MIN_REASON_NATS` are summed in one line. `indicators` supply the half-lives.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import Question, utc
    >>> from forecasts.suggestion.binary import suggest
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 2027?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> days = utc("2026-03-02"), utc("2026-05-01")
    >>> march, may = (SuggestionInputs(suggest(question, [], {}, day)) for day in days)
    >>> move = explain_change(march, may, {})
    >>> for reason in move.reasons:
    ...     print(f"{reason.log_odds:+.3f} {reason.cause}, {reason.why}")
    -0.250 time passed, 120 of 365 days passed without the event
    """
    first, last = before.suggestion, after.suggestion
    reasons = [
        *_combine_kind(before, after, "base rate"),
        *_combine_kind(before, after, "time passed"),
        *sorted(
            _evidence_reasons(before, after, indicators),
            key=lambda r: (-abs(r.log_odds), r.evidence_id or 0),
        ),
        *_silence_reasons(before, after),
    ]
    for kind in _LATE_KINDS:
        reasons += _combine_kind(before, after, kind)
    return ProbabilityChange(
        first.question_id, first.at, last.at, first.p, last.p, tuple(_gather_small(reasons))
    )


def match_recorded(move: ProbabilityChange, before: float, after: float) -> ProbabilityChange:
    """Adjust a change to the recorded probabilities, adding a line for the difference.

    A piece logged later than it was seen, for example, did not count at the time.
    """
    return _close_sum(
        move,
        before,
        after,
        ChangeReason("recorded otherwise", "was written down otherwise at the time", 0.0),
    )


def explain_revision(
    before: SuggestionInputs, after: SuggestionInputs, revision: ForecastRevision
) -> ProbabilityChange:
    """Explain a person's revision by the cited evidence and their judgement.

    A piece cited before counts by its change since, a new one by its whole weight after scale,
    saturation and slope; one without a line counts 0.
    """
    move = ProbabilityChange(
        question_id=after.suggestion.question_id,
        since=before.suggestion.at,
        until=after.suggestion.at,
        before=revision.before,
        after=revision.after,
        reasons=tuple(_citation_reasons(before, after, revision)),
    )
    return _close_sum(
        move,
        revision.before,
        revision.after,
        ChangeReason("judgement", "what no cited piece explains", 0.0),
    )


def _citation_reasons(
    before: SuggestionInputs, after: SuggestionInputs, revision: ForecastRevision
) -> Iterator[ChangeReason]:
    was, now = before.lines_by_evidence, after.lines_by_evidence
    for evidence_id in revision.cites:
        line = now.get(evidence_id)
        weight = line.log_odds * after.weight_factor if line else 0.0
        if evidence_id in revision.cited_before and evidence_id in was:
            weight -= was[evidence_id].log_odds * before.weight_factor
        why = (
            f"{line.why}; of that ×{after.weight_factor:.2f} counts"
            if line
            else "counts for nothing in the suggestion"
        )
        yield ChangeReason("cited", why, weight, evidence_id)


def _close_sum(
    move: ProbabilityChange, before: float, after: float, remainder: ChangeReason
) -> ProbabilityChange:
    """Set the probabilities of a change and add a line for the missing difference, if any."""
    change = replace(move, before=before, after=after)
    if change.log_odds is None:
        return replace(change, reasons=())
    missing = math.fsum((change.log_odds, *(-reason.log_odds for reason in move.reasons)))
    if remainder.cause != "judgement" and abs(missing) < _SUM_TOLERANCE:
        return change
    return replace(change, reasons=(*move.reasons, replace(remainder, log_odds=missing)))


def _evidence_reasons(
    before: SuggestionInputs, after: SuggestionInputs, indicators: Mapping[IndicatorId, Indicator]
) -> Iterator[ChangeReason]:
    """Reasons for each piece of evidence that counts at either instant."""
    was, now = before.lines_by_evidence, after.lines_by_evidence
    then, later = before.evidence_by_id, after.evidence_by_id
    for evidence_id, newest in {**was, **now}.items():
        old, new = was.get(evidence_id), now.get(evidence_id)
        change = (new.log_odds if new else 0.0) - (old.log_odds if old else 0.0)
        if old and new:
            days = (after.suggestion.at - before.suggestion.at) / DAY
            faded = _fading(old.log_odds, then.get(evidence_id), indicators, days)
            yield ChangeReason("faded", newest.why, faded, evidence_id)
            change -= faded
        cause = _find_cause(
            old, new, judged_then=then.get(evidence_id), judged_now=later.get(evidence_id)
        )
        yield ChangeReason(cause, newest.why, change, evidence_id)


def _fading(
    log_odds: float, e: Evidence | None, indicators: Mapping[IndicatorId, Indicator], days: float
) -> float:
    """Change of a weight by decay."""
    indicator = indicators.get(e.indicator_id) if e else None
    half_life = indicator.half_life_days if indicator else DEFAULT_HALF_LIFE_DAYS
    return decay_weight(log_odds, days, half_life) - log_odds


def _find_cause(
    old: LedgerLine | None,
    new: LedgerLine | None,
    *,
    judged_then: Evidence | None,
    judged_now: Evidence | None,
) -> EvidenceChange:
    """Cause of a change of weight other than decay."""
    if old is None:
        return "judged anew" if judged_then else "came in"
    if new is None:
        return "judged anew" if judged_now else "merged"
    if judged_then is None or judged_now is None or judged_then == judged_now:
        return "other novelty"
    same = _judgement_key(judged_then) == _judgement_key(judged_now)
    return "other reports" if same else "judged anew"


def _judgement_key(e: Evidence) -> tuple[object, ...]:
    return e.reviewed, e.direction, e.strength, e.relevance, e.p_direction, e.indicator_id


def _silence_reasons(before: SuggestionInputs, after: SuggestionInputs) -> Iterator[ChangeReason]:
    """Reasons for silent signposts, by `why`."""
    was, now = (
        {line.why: line.log_odds for line in known.suggestion.lines if line.kind == "silence"}
        for known in (before, after)
    )
    for why in {**was, **now}:
        yield ChangeReason("silence", why, now.get(why, 0.0) - was.get(why, 0.0))


def _combine_kind(
    before: SuggestionInputs, after: SuggestionInputs, kind: LineKind
) -> Iterator[ChangeReason]:
    """Combine the lines of a kind into one reason, in the later wording."""
    old, new = (
        [line for line in known.suggestion.lines if line.kind == kind] for known in (before, after)
    )
    change = math.fsum((*(line.log_odds for line in new), *(-line.log_odds for line in old)))
    words = [line.why for line in new or old]
    if words:
        yield ChangeReason(
            kind,
            words[0] if len(words) == 1 else f"{len(words)} signposts: such news comes anyway",
            change,
        )


def _gather_small(reasons: Iterable[ChangeReason]) -> Iterator[ChangeReason]:
    """Pass on large reasons and sum up small ones in one line."""
    small = []
    for reason in reasons:
        if abs(reason.log_odds) >= MIN_REASON_NATS:
            yield reason
        elif abs(reason.log_odds) >= _ROUNDING:
            small.append(reason.log_odds)
    if small:
        text = (
            f"{len(small)} of less than {MIN_REASON_NATS:g} each"
            if len(small) > 1
            else f"one of less than {MIN_REASON_NATS:g}"
        )
        yield ChangeReason("small changes", text, math.fsum(small))
