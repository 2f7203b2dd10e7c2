"""Why did it move? The difference of two suggestions, or of two forecasts of a person, in lines
that add up.

    logit(after) − logit(before) = base rate + time passed + Σ pieces of evidence + silence + usual
    level + scale
                                   + learned correction + limits
                                 = Σ pieces that a person cites + their judgement

A piece that stood before and stands now fades by its half-life; what it changed beyond that has
another reason. A person's forecast has no lines: of the pieces that they cite, what moved the
suggestion is told, and all the rest is theirs.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from forecasts.evidence import Evidence, EvidenceId, Indicator, IndicatorId
from forecasts.ledger import Line, LineKind, soft_capped
from forecasts.likelihood import decayed
from forecasts.probability import logit
from forecasts.question import QuestionId
from forecasts.suggestion import Suggestion
from forecasts.weighing import DAY, DEFAULT_HALF_LIFE_DAYS, DEFAULT_MODEL, Model

SMALL: Final = 0.005
"""What changed by less than this, in log-odds, has no line of its own."""

_SUM_TOLERANCE: Final = 1e-9
"""A sum that is missing no more than this is complete."""

_ROUNDING: Final = 1e-12
"""What the last bits of a double can leave, where nothing changed at all."""

PieceChange = Literal["came in", "faded", "judged anew", "merged", "other reports", "other novelty"]
Cause = (
    LineKind | PieceChange | Literal["small changes", "recorded otherwise", "cited", "judgement"]
)

_CAPPED_KINDS: Final = ("evidence", "silence", "usual level")
"""Lines that scale and saturation work on together."""

_LATE_KINDS: Final[tuple[LineKind, ...]] = (
    "usual level",
    "evidence scale",
    "saturation",
    "learned correction",
    "limits",
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a move: `log_odds` is what it adds, in nats, above 0 towards YES."""

    cause: Cause
    why: str
    log_odds: float
    evidence_id: EvidenceId | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A probability at two instants (0 to 1), and reasons whose log-odds add up to the difference
    within 1e-9.

    A certain forecast, 0 or 1, is infinitely far away in log-odds: there are no reasons then.
    """

    question_id: QuestionId
    since: datetime
    until: datetime
    before: float
    after: float
    reasons: tuple[Reason, ...]

    @property
    def certain(self) -> bool:
        """Whether one of the two is certainty, so that no log-odds lie between them."""
        return not 0.0 < min(self.before, self.after) <= max(self.before, self.after) < 1.0

    @property
    def log_odds(self) -> float | None:
        """How far it moved, in nats; None from or to certainty."""
        return None if self.certain else logit(self.after) - logit(self.before)


@dataclass(frozen=True, slots=True)
class Known:
    """A suggestion with the evidence it was made of, as that was judged then, and the constants it
    was made with.
    """

    suggestion: Suggestion
    evidence: Sequence[Evidence] = ()
    model: Model = DEFAULT_MODEL

    @property
    def lines(self) -> dict[EvidenceId, Line]:
        """The lines of the pieces that count."""
        return {
            line.evidence_id: line for line in self.suggestion.lines if line.evidence_id is not None
        }

    @property
    def judged(self) -> dict[EvidenceId, Evidence]:
        """All pieces that were known, those that count for nothing among them, with the reports
        seen by then.
        """
        at = self.suggestion.at
        seen = (e for e in self.evidence if e.first_seen_at <= at)
        return {
            e.id: replace(e, reports=tuple(r for r in e.reports if r.first_seen_at <= at))
            for e in seen
        }

    @property
    def counted(self) -> float:
        """The factor, above 0, that scale, saturation and the slope of the correction leave of what
        each piece adds.
        """
        model = self.model
        raw = math.fsum(
            line.log_odds for line in self.suggestion.lines if line.kind in _CAPPED_KINDS
        )
        factor = soft_capped(model.gamma * raw, model.soft_cap) / raw if raw else model.gamma
        return model.slope * factor


@dataclass(frozen=True, slots=True)
class Revision:
    """What a person held before and after one act, the evidence that the act cites, and what they
    had cited before.
    """

    before: float
    after: float
    cites: tuple[EvidenceId, ...] = ()
    cited_before: frozenset[EvidenceId] = frozenset()


def moved(before: Known, after: Known, indicators: Mapping[IndicatorId, Indicator]) -> Move:
    """Why the suggestion moved between two instants: reasons that add up to logit(after) −
    logit(before).

    Of each piece of evidence one line, or two: how far it faded, and what else became of it.
    Changes smaller than `SMALL` are gathered into one; what did not change has none. `indicators`
    say how fast a piece fades.

    >>> from forecasts.distribution import Binary
    >>> from forecasts.question import Question, utc
    >>> from forecasts.suggestion import suggest
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 2027?", "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-08"), Binary(0.3), "3 of 10 years", ())
    >>> march, may = (Known(suggest(question, [], {}, utc(day))) for day in ("2026-03-02", "2026-05-01"))
    >>> move = moved(march, may, {})
    >>> for reason in move.reasons:
    ...     print(f"{move.before:.1%} → {move.after:.1%}: {reason.log_odds:+.3f} {reason.cause}, {reason.why}")
    25.8% → 21.3%: -0.250 time passed, 120 of 365 days passed without the event
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
    return Move(
        first.question_id, first.at, last.at, first.p, last.p, tuple(_gather_small(reasons))
    )


def as_recorded(move: Move, before: float, after: float) -> Move:
    """The move between two suggestions as they were written down; what cannot be worked out again
    has a line.

    A piece that was logged later than it was seen, for instance, counted for nothing then.
    """
    return _close_sum(
        move,
        before,
        after,
        Reason("recorded otherwise", "was written down otherwise at the time", 0.0),
    )


def revised(before: Known, after: Known, revision: Revision) -> Move:
    """Why a person moved between two acts: what the pieces they cite moved the suggestion, and
    their judgement.

    A piece that they had cited before counts by what changed since, one they had not by all that it
    weighs now. Its share is what is left of its weight after scale, saturation and that slope; one
    that does not count has 0.
    """
    move = Move(
        after.suggestion.question_id, before.suggestion.at, after.suggestion.at, revision.before, revision.after,
        tuple(_citation_reasons(before, after, revision)),
    )  # fmt: skip
    return _close_sum(
        move,
        revision.before,
        revision.after,
        Reason("judgement", "what no cited piece explains", 0.0),
    )


def _citation_reasons(before: Known, after: Known, revision: Revision) -> Iterator[Reason]:
    was, now = before.lines, after.lines
    for evidence_id in revision.cites:
        line = now.get(evidence_id)
        weight = line.log_odds * after.counted if line else 0.0
        if evidence_id in revision.cited_before and evidence_id in was:
            weight -= was[evidence_id].log_odds * before.counted
        why = (
            f"{line.why}; of that ×{after.counted:.2f} counts"
            if line
            else "counts for nothing in the suggestion"
        )
        yield Reason("cited", why, weight, evidence_id)


def _close_sum(move: Move, before: float, after: float, remainder: Reason) -> Move:
    """The move between these two, with a last line that closes the sum, unless the sum needs
    none.
    """
    change = replace(move, before=before, after=after)
    if change.log_odds is None:
        return replace(change, reasons=())
    missing = math.fsum((change.log_odds, *(-reason.log_odds for reason in move.reasons)))
    if remainder.cause != "judgement" and abs(missing) < _SUM_TOLERANCE:
        return change
    return replace(change, reasons=(*move.reasons, replace(remainder, log_odds=missing)))


def _evidence_reasons(
    before: Known, after: Known, indicators: Mapping[IndicatorId, Indicator]
) -> Iterator[Reason]:
    """What became of each piece of evidence that counts at either instant."""
    was, now = before.lines, after.lines
    then, later = before.judged, after.judged
    for evidence_id, newest in {**was, **now}.items():
        old, new = was.get(evidence_id), now.get(evidence_id)
        change = (new.log_odds if new else 0.0) - (old.log_odds if old else 0.0)
        if old and new:
            days = (after.suggestion.at - before.suggestion.at) / DAY
            faded = _fading(old.log_odds, then.get(evidence_id), indicators, days)
            yield Reason("faded", newest.why, faded, evidence_id)
            change -= faded
        cause = _find_cause((old, then.get(evidence_id)), (new, later.get(evidence_id)))
        yield Reason(cause, newest.why, change, evidence_id)


def _fading(
    log_odds: float, e: Evidence | None, indicators: Mapping[IndicatorId, Indicator], days: float
) -> float:
    """How much a weight loses by time alone."""
    indicator = indicators.get(e.indicator_id) if e else None
    half_life = indicator.half_life_days if indicator else DEFAULT_HALF_LIFE_DAYS
    return decayed(log_odds, days, half_life) - log_odds


_WeighedEvidence = tuple[Line | None, Evidence | None]
"""What a piece added at an instant, and what it was judged to be."""


def _find_cause(before: _WeighedEvidence, after: _WeighedEvidence) -> PieceChange:
    """Why a piece counts otherwise than it did, but for its age."""
    (old, then), (new, later) = before, after
    if old is None:
        return "judged anew" if then else "came in"
    if new is None:
        return "judged anew" if later else "merged"
    if then is None or later is None or then == later:
        return "other novelty"
    return "other reports" if _judgement_key(then) == _judgement_key(later) else "judged anew"


def _judgement_key(e: Evidence) -> tuple[object, ...]:
    return e.reviewed, e.direction, e.strength, e.relevance, e.p_direction, e.indicator_id


def _silence_reasons(before: Known, after: Known) -> Iterator[Reason]:
    """Signposts that fell silent, or whose silence was broken; `why` names each."""
    was, now = (
        {line.why: line.log_odds for line in known.suggestion.lines if line.kind == "silence"}
        for known in (before, after)
    )
    for why in {**was, **now}:
        yield Reason("silence", why, now.get(why, 0.0) - was.get(why, 0.0))


def _combine_kind(before: Known, after: Known, kind: LineKind) -> Iterator[Reason]:
    """All lines of a kind as one reason, in the words of the later ones."""
    old, new = (
        [line for line in known.suggestion.lines if line.kind == kind] for known in (before, after)
    )
    change = math.fsum((*(line.log_odds for line in new), *(-line.log_odds for line in old)))
    words = [line.why for line in new or old]
    if words:
        yield Reason(
            kind,
            words[0] if len(words) == 1 else f"{len(words)} signposts: such news comes anyway",
            change,
        )


def _gather_small(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """The reasons worth a line each, and one line for all changes that are too small for that."""
    small = []
    for reason in reasons:
        if abs(reason.log_odds) >= SMALL:
            yield reason
        elif abs(reason.log_odds) >= _ROUNDING:
            small.append(reason.log_odds)
    if small:
        text = (
            f"{len(small)} of less than {SMALL:g} each"
            if len(small) > 1
            else f"one of less than {SMALL:g}"
        )
        yield Reason("small changes", text, math.fsum(small))
