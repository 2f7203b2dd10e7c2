"""Attribution of a change of probability to additive reasons.

    logit(after) − logit(before) = base rate + time passed + Σ lines of news + doubt + scale
                                   + learned correction + limits
                                 = Σ pieces cited by a person + their judgement

A line of news is followed from one instant to the next by what its words begin with: the name of
its indicator. Where a story came in between, the reason names it; else the line moved because time
passed, or because stories were judged. A person's forecast has no lines: cited pieces count by what
their absence would change in the suggestion, and the remainder is judgement.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from forecasts.distributions.probability import logit
from forecasts.evidence.evidence import Evidence
from forecasts.evidence.log_odds import RAW_NEWS_KINDS, LedgerLine, LineKind
from forecasts.evidence.weights import DEFAULT_MODEL, SuggestionModel
from forecasts.questions.question import EvidenceId, QuestionId
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.explanation import sort_effects, story_effects
from forecasts.suggestion.news import limit_log_odds

MIN_REASON_NATS: Final = 0.005
"""Smallest change, in log-odds, with a line of its own."""

_SUM_TOLERANCE: Final = 1e-9
"""Largest difference at which a sum counts as complete."""

_ROUNDING: Final = 1e-12
"""Bound of rounding errors where nothing changed."""

NewsChange = Literal["came in", "time passed on news", "judged anew"]
Cause = LineKind | NewsChange | Literal["small changes", "recorded otherwise", "cited", "judgement"]

_OTHER_KINDS: Final[tuple[LineKind, ...]] = (
    "doubt",
    "evidence scale",
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
    def known(self) -> dict[EvidenceId, Evidence]:
        """All evidence known at the time, with the reports seen by then."""
        at = self.suggestion.at
        seen = (e for e in self.evidence if e.first_seen_at <= at)
        return {
            e.id: replace(e, reports=tuple(r for r in e.reports if r.first_seen_at <= at))
            for e in seen
        }

    @property
    def weight_factor(self) -> float:
        """Factor, above 0, that doubt and scale apply to each piece."""
        return measure_weight_factor(self.suggestion.lines, self.model)


def measure_weight_factor(lines: Iterable[LedgerLine], model: SuggestionModel) -> float:
    """Factor, above 0, that doubt and scale apply to each piece of evidence."""
    raw = math.fsum(line.log_odds for line in lines if line.kind in RAW_NEWS_KINDS)
    return limit_log_odds(raw, model) / raw if raw else limit_log_odds(1e-6, model) / 1e-6


@dataclass(frozen=True, slots=True)
class ForecastRevision:
    """Forecasts of a person before and after an act, with the evidence cited then and earlier."""

    before: float
    after: float
    cites: tuple[EvidenceId, ...] = ()
    cited_before: frozenset[EvidenceId] = frozenset()


def explain_change(before: SuggestionInputs, after: SuggestionInputs) -> ProbabilityChange:
    """Explain the change of a suggestion: reasons add up to logit(after) − logit(before).

    Changes smaller than `MIN_REASON_NATS` are summed in one line.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import Question, utc
    >>> from forecasts.suggestion.binary import suggest
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 2027?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> days = utc("2026-03-02"), utc("2026-05-01")
    >>> march, may = (SuggestionInputs(suggest(question, [], {}, day)) for day in days)
    >>> move = explain_change(march, may)
    >>> for reason in move.reasons:
    ...     print(f"{reason.log_odds:+.3f} {reason.cause}, {reason.why}")
    -0.250 time passed, 120 of 365 days passed without the event
    """
    first, last = before.suggestion, after.suggestion
    reasons = [
        *_combine_kind(before, after, "base rate"),
        *_combine_kind(before, after, "time passed"),
        *_combine_kind(before, after, "table row"),
        *sorted(_news_reasons(before, after), key=lambda r: (-abs(r.log_odds), r.why)),
    ]
    for kind in _OTHER_KINDS:
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

    A piece cited before counts by its change since, a new one by its whole effect after doubt and
    scale; one without effect counts 0.
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
    was, now = story_effects(before.suggestion.lines), story_effects(after.suggestion.lines)
    lines = {e.evidence_id: line for line in after.suggestion.lines for e in line.effects}
    for evidence_id in revision.cites:
        weight = now.get(evidence_id, 0.0) * after.weight_factor
        if evidence_id in revision.cited_before:
            weight -= was.get(evidence_id, 0.0) * before.weight_factor
        why = "counts for nothing in the estimate"
        if evidence_id in lines:
            why = f"{lines[evidence_id].why}; this is what its absence would change"
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


def _news_reasons(before: SuggestionInputs, after: SuggestionInputs) -> Iterator[ChangeReason]:
    """Reasons for each line of news that stands at either instant."""
    was, now = _index_news(before), _index_news(after)
    for key in {**was, **now}:
        old, new = was.get(key), now.get(key)
        change = (new.log_odds if new else 0.0) - (old.log_odds if old else 0.0)
        cause, story = _find_cause(old, new, before, after)
        yield ChangeReason(cause, new.why if new else old.why if old else "", change, story)


_NewsKey = tuple[str, str, tuple[EvidenceId, ...], int]
"""Kind of a line, the name in its words, its story if it has one of its own, and a number."""


def _index_news(inputs: SuggestionInputs) -> dict[_NewsKey, LedgerLine]:
    """Index the lines of news; lines of one name are numbered in their order."""
    lines: dict[_NewsKey, LedgerLine] = {}
    names: Counter[tuple[str, str, tuple[EvidenceId, ...]]] = Counter()
    for line in inputs.suggestion.lines:
        if line.kind in RAW_NEWS_KINDS:
            alone = tuple(e.evidence_id for e in line.effects) if line.kind == "evidence" else ()
            name = (line.kind, line.why.split(":")[0], alone)
            lines[(*name, names[name])] = line
            names[name] += 1
    return lines


def _find_cause(
    old: LedgerLine | None,
    new: LedgerLine | None,
    before: SuggestionInputs,
    after: SuggestionInputs,
) -> tuple[NewsChange, EvidenceId | None]:
    """Cause of a line's change, and the story that made most of it, if one did."""
    effects = sort_effects(new.effects) if new else []
    then, later = before.known, after.known
    fresh = next((e.evidence_id for e in effects if e.evidence_id not in then), None)
    if fresh is not None:
        return "came in", fresh
    ids = [e.evidence_id for e in (*effects, *sort_effects(old.effects if old else ()))]
    judged = next((n for n in ids if then.get(n) != later.get(n)), None)
    return ("time passed on news", None) if judged is None else ("judged anew", judged)


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
            words[0] if len(words) == 1 else f"{len(words)} rows of the table",
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
