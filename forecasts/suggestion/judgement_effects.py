"""Effect of judging a piece of evidence on the suggestion of its question.

News enters a suggestion as a sum of lines. A judgement changes one stream in the coverage of the
question, or the signpost that it reports, and nothing else is recomputed: a small part of the work
of two suggestions for a question with a thousand stories.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

import numpy as np

from forecasts.distributions.curve_builders import tilt_knots, tilt_shares
from forecasts.evidence.coverage import Coverage, find_coverage, select_context
from forecasts.evidence.evidence import Evidence, EvidenceStatus, Indicator, IndicatorId
from forecasts.evidence.log_odds import GROUPS, RAW_NEWS_KINDS
from forecasts.evidence.signposts import find_sighted
from forecasts.evidence.streams import (
    find_stream_key,
    is_judged_alone,
    make_sighting,
)
from forecasts.evidence.weights import (
    DEFAULT_MODEL,
    SuggestionModel,
    effective_strength,
    visible_evidence,
)
from forecasts.questions.question import EvidenceId, Question
from forecasts.suggestion.binary import Suggestion, final_probability
from forecasts.suggestion.categorical import OptionSuggestion, find_prior_option
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import AnySuggestion
from forecasts.suggestion.news import (
    judgement_entry,
    limit_log_odds,
    signpost_entries,
    split_judged,
)

VERDICTS: Final[tuple[EvidenceStatus, ...]] = ("confirmed", "rejected")


def compute_judgement_effects(
    question: Question,
    waiting: Collection[EvidenceId],
    current: AnySuggestion,
    *,
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
) -> dict[EvidenceId, float]:
    """Change of the suggested probability, 0 to 1, by judging each waiting piece.

    The larger change of confirming the piece as it is and of rejecting it: of the probability of
    YES, of the option or of the threshold that changes most. `current` is the suggestion from this
    evidence by this model. Left out are pieces first seen after it.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.evidence.evidence import Direction, SourceReport, Strength
    >>> from forecasts.questions.question import utc
    >>> from forecasts.suggestion.binary import suggest
    >>> opens = utc("2026-01-01")
    >>> truce = build_question(NewQuestion("truce", "A truce by July?", "As announced.",
    ...     ("https://example.org",), opens,
    ...     utc("2026-07-01"), utc("2026-07-08"), prior="50%"))
    >>> talks = Evidence(1, "truce", 1, "truce/talks", Direction.YES, Strength.STRONG, 0.8,
    ...     "logged", "matcher", opens,
    ...     (SourceReport("wire", 0.9, opens),))
    >>> {nr: round(p, 3) for nr, p in compute_judgement_effects(truce, {1}, suggest(truce, [talks],
    ...     {}, opens), evidence=[talks], indicators={}).items()}
    {1: 0.364}
    """
    pieces, at = tuple(evidence), current.at
    index = _NewsIndex.of(
        question, pieces, indicators, at=at, model=model, archive_from=archive_from
    )
    counted = {e.id for e in index.seen}
    move = _find_move(question, current, model)
    pending = (
        e
        for e in pieces
        if e.id in waiting and e.question_id == question.id and e.first_seen_at <= at
    )
    return {
        piece.id: max(
            move(change) for change in index.changes(piece, is_counted=piece.id in counted)
        )
        for piece in pending
    }


def estimate_judgement_effect(
    piece: Evidence, p: float, model: SuggestionModel = DEFAULT_MODEL
) -> float:
    """Estimate the same change from the piece alone, ignoring what is usual and other stories.

    Used to select the pieces worth an exact computation.
    """
    full = math.log(effective_strength(replace(piece, status="confirmed")).likelihood_ratio)
    now = 0.0 if piece.is_perhaps(model.min_relevance) else full * piece.trust
    return model.gamma * p * (1.0 - p) * max(full - now, now)


_Change = Mapping[str, float]
"""Changes of the summed weights, in nats, by option ("" for none)."""
_Move = Callable[[_Change], float]
"""Change of a suggestion by such changes of weight."""


def _find_move(question: Question, current: AnySuggestion, model: SuggestionModel) -> _Move:
    match current:
        case Suggestion():
            return _binary_move(current, model)
        case OptionSuggestion():
            return _categorical_move(question, current, model)
        case CurveSuggestion():
            return _curve_move(question, current, model)
        case _:
            assert_never(current)


def _curve_move(question: Question, current: CurveSuggestion, model: SuggestionModel) -> _Move:
    raw = math.fsum(line.log_odds for line in current.lines if line.kind in RAW_NEWS_KINDS)
    below = np.interp(tilt_knots(current.start), current.start.x, current.start.p)
    side = -1.0 if question.kind == "date" else 1.0
    stands = tilt_shares(below, side * current.log_odds)

    def move(change: _Change) -> float:
        tilt = limit_log_odds(raw + math.fsum(change.values()), model)
        return float(np.abs(tilt_shares(below, side * tilt) - stands).max())

    return move


def _binary_move(current: Suggestion, model: SuggestionModel) -> _Move:
    start = math.fsum(
        line.log_odds
        for line in current.lines
        if line.kind in (*GROUPS["Base rate"], *GROUPS["Time"])
    )
    raw = math.fsum(line.log_odds for line in current.lines if line.kind in RAW_NEWS_KINDS)

    def move(change: _Change) -> float:
        limited = limit_log_odds(raw + math.fsum(change.values()), model)
        return abs(final_probability(start + limited, model) - current.p)

    return move


def _categorical_move(
    question: Question, current: OptionSuggestion, model: SuggestionModel
) -> _Move:
    before = dict(zip(current.distribution.options, current.distribution.p, strict=True))

    raw = {
        name: math.fsum(line.log_share for line in lines if line.kind in RAW_NEWS_KINDS)
        for name, lines in current.lines.items()
    }

    def move(change: _Change) -> float:
        changed = defaultdict(float, raw)
        for option, amount in change.items():
            changed[find_prior_option(current.distribution, question, current.at, option)] += amount
        after = {
            name: p * math.exp(cap(changed[name]) - cap(raw.get(name, 0.0)))
            for name, p in before.items()
        }
        total = math.fsum(after.values())
        return max(abs(p / total - before[name]) for name, p in after.items())

    def cap(weight: float) -> float:
        return limit_log_odds(weight, model)

    return move


@dataclass(frozen=True, slots=True)
class _NewsIndex:
    """News of a question, as parts that a judgement changes one at a time."""

    question: Question
    indicators: Mapping[IndicatorId, Indicator]
    at: datetime
    archive_from: datetime | None
    seen: tuple[Evidence, ...]
    counted: tuple[Evidence, ...]
    context: tuple[Evidence, ...]
    coverage: Coverage

    @classmethod
    def of(
        cls,
        question: Question,
        evidence: tuple[Evidence, ...],
        indicators: Mapping[IndicatorId, Indicator],
        *,
        at: datetime,
        model: SuggestionModel,
        archive_from: datetime | None,
    ) -> "_NewsIndex":
        seen = visible_evidence(evidence, question.id, at, model)
        _, counted = split_judged(seen, indicators, question)
        context = select_context(evidence, question, at)
        coverage = find_coverage(
            question, counted, indicators, at, context=context, archive_from=archive_from
        )
        return cls(
            question, indicators, at, archive_from,
            tuple(seen), tuple(counted), tuple(context), coverage,
        )  # fmt: skip

    def changes(self, piece: Evidence, *, is_counted: bool) -> Iterator[_Change]:
        """Changes of weight, in nats by option, by each verdict on a piece."""
        current = self._weigh(piece) if is_counted else {}
        for verdict in VERDICTS:
            judged = replace(piece, status=verdict)
            weight = {} if verdict == "rejected" else self._weigh(judged)
            yield _subtract(weight, current)

    def _weigh(self, piece: Evidence) -> _Change:
        """Weight of a piece in nats, by option: what its absence would change."""
        indicator = self.indicators.get(piece.indicator_id)
        if not piece.direction or not piece.strength:
            return {}
        if indicator and indicator.expected and piece.direction is indicator.direction:
            return {indicator.option: self._weigh_sighting(indicator, piece)}
        if is_judged_alone(piece, indicator, self.question):
            entry = judgement_entry(piece, indicator, self.question, self.at)
            return {piece.option: entry.log_odds}
        key = find_stream_key(piece)
        stream = next((s for s in self.coverage.streams if key in s.keys), None)
        if stream is None or {s.evidence_id for s in stream.sightings} <= {piece.id}:
            remaining = [e for e in self.counted if e.id != piece.id]
            return _subtract(*(self._cover(pieces) for pieces in ([*remaining, piece], remaining)))
        sighting = make_sighting(piece, self.question, indicator, self.at)
        if sighting.day < stream.start:
            return {}
        present, absent = (
            self.coverage.change_stream(stream, stream.change_story(s)).totals
            for s in (sighting, sighting._replace(weight=0.0))
        )
        return _subtract(present, absent)

    def _cover(self, counted: Iterable[Evidence]) -> _Change:
        return find_coverage(
            self.question, counted, self.indicators, self.at,
            context=self.context, archive_from=self.archive_from,
        ).totals  # fmt: skip

    def _weigh_sighting(self, indicator: Indicator, piece: Evidence) -> float:
        """Weight of a piece on a dated signpost, in nats: seen, and what it takes from silence."""
        other_pieces = [e for e in self.seen if e.indicator_id == indicator.id and e.id != piece.id]

        def total(pieces: list[Evidence]) -> float:
            sighted = find_sighted(self.question, [indicator], pieces, self.at)
            entries = signpost_entries(self.question, sighted)
            return math.fsum(entry.log_odds for _, entry in entries)

        return total([*other_pieces, piece]) - total(other_pieces)


def _subtract(amounts: _Change, less: _Change) -> _Change:
    return {
        option: amounts.get(option, 0.0) - less.get(option, 0.0) for option in {*amounts, *less}
    }
