"""Effect of judging a piece of evidence on the suggestion of its question.

News enters a suggestion as a sum of weights. A judgement changes the weight of the piece itself,
the novelty of later stories on its indicator, and the silence of that indicator. Only these are
recomputed, about a hundredth of the work of two suggestions for a question with a thousand stories.
"""

import math
from bisect import bisect_left, bisect_right
from collections import ChainMap, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, assert_never

import numpy as np

from forecasts.distributions.curve_builders import tilt_knots, tilt_shares
from forecasts.evidence.evidence import Evidence, EvidenceStatus, Indicator, IndicatorId
from forecasts.evidence.log_odds import GROUPS, apply_soft_cap
from forecasts.evidence.weights import (
    DEFAULT_MODEL,
    StoryWeight,
    SuggestionModel,
    fact_key,
    novelty_factors,
    visible_evidence,
    weigh_story,
)
from forecasts.questions.question import EvidenceId, Question
from forecasts.suggestion.binary import Suggestion, final_probability, silence_entries
from forecasts.suggestion.categorical import OptionSuggestion, find_prior_option
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import AnySuggestion

VERDICTS: Final[tuple[EvidenceStatus, ...]] = ("confirmed", "rejected")

_RAW_KINDS: Final = ("evidence", "silence", "usual level")
"""Kinds of news lines before scale and saturation."""


def compute_judgement_effects(
    question: Question,
    waiting: Collection[EvidenceId],
    current: AnySuggestion,
    *,
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    model: SuggestionModel = DEFAULT_MODEL,
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
    {1: 0.207}
    """
    pieces, at = tuple(evidence), current.at
    index = _EvidenceIndex.of(question, pieces, indicators, at=at, model=model)
    move = _find_move(question, current, model)
    pending = (
        e
        for e in pieces
        if e.id in waiting and e.question_id == question.id and e.first_seen_at <= at
    )
    return {piece.id: max(map(move, index.changes(piece))) for piece in pending}


def estimate_judgement_effect(
    story: StoryWeight, p: float, model: SuggestionModel = DEFAULT_MODEL
) -> float:
    """Estimate the same change from the piece alone, ignoring saturation and other stories.

    Used to select the pieces worth an exact computation.
    """
    now, full = story.log_odds, story.log_odds_with_trust(1.0, story.evidence.strength)
    if story.evidence.is_perhaps(model.min_relevance):
        now = 0.0
    return model.gamma * p * (1.0 - p) * max(abs(full - now), abs(now))


_Changes = Mapping[str, float]
"""Change of the summed weights, in nats, for each option named ("" for none)."""
_Move = Callable[[_Changes], float]
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
    raw = math.fsum(line.log_odds for line in current.lines if line.kind in _RAW_KINDS)
    below = np.interp(tilt_knots(current.start), current.start.x, current.start.p)
    side = -1.0 if question.kind == "date" else 1.0
    stands = tilt_shares(below, side * current.log_odds)

    def move(changes: _Changes) -> float:
        changed = raw + math.fsum(changes.values())
        tilt = apply_soft_cap(model.gamma * changed, model.soft_cap)
        return float(np.abs(tilt_shares(below, side * tilt) - stands).max())

    return move


def _binary_move(current: Suggestion, model: SuggestionModel) -> _Move:
    start = math.fsum(
        line.log_odds
        for line in current.lines
        if line.kind in (*GROUPS["Base rate"], *GROUPS["Time"])
    )
    raw = math.fsum(line.log_odds for line in current.lines if line.kind in _RAW_KINDS)

    def move(changes: _Changes) -> float:
        changed = raw + math.fsum(changes.values())
        return abs(
            final_probability(start + apply_soft_cap(model.gamma * changed, model.soft_cap), model)
            - current.p
        )

    return move


def _categorical_move(
    question: Question, current: OptionSuggestion, model: SuggestionModel
) -> _Move:
    before = dict(zip(current.distribution.options, current.distribution.p, strict=True))

    raw = {
        name: math.fsum(line.log_share for line in lines if line.kind in _RAW_KINDS)
        for name, lines in current.lines.items()
    }

    def move(changes: _Changes) -> float:
        changed = defaultdict(float, raw)
        for option, change in changes.items():
            changed[find_prior_option(current.distribution, question, current.at, option)] += change
        after = {
            name: p * math.exp(cap(changed[name]) - cap(raw.get(name, 0.0)))
            for name, p in before.items()
        }
        total = math.fsum(after.values())
        return max(abs(p / total - before[name]) for name, p in after.items())

    def cap(weight: float) -> float:
        return apply_soft_cap(model.gamma * weight, model.soft_cap)

    return move


@dataclass(frozen=True, slots=True)
class _EvidenceIndex:
    """Evidence of a question, indexed for partial recomputation."""

    question: Question
    evidence: tuple[Evidence, ...]
    indicators: Mapping[IndicatorId, Indicator]
    at: datetime
    model: SuggestionModel
    sides: Mapping[tuple[object, ...], Sequence[Evidence]]
    units: dict[EvidenceId, float]

    @classmethod
    def of(
        cls,
        question: Question,
        evidence: tuple[Evidence, ...],
        indicators: Mapping[IndicatorId, Indicator],
        *,
        at: datetime,
        model: SuggestionModel,
    ) -> "_EvidenceIndex":
        # What is too unsure to count now would count once it is confirmed.
        seen = visible_evidence(evidence, question.id, at, replace(model, min_relevance=0.0))
        sides: dict[tuple[object, ...], list[Evidence]] = defaultdict(list)
        for piece in seen:
            sides[fact_key(piece, model)].append(piece)
        return cls(
            question,
            evidence,
            indicators,
            at,
            model,
            sides,
            {e.id: _full_weight(e, indicators, at) for e in seen},
        )

    def changes(self, piece: Evidence) -> Iterator[_Changes]:
        """Weight changes by each verdict on a piece."""
        near = self._near(piece)
        current = list(self._weights(near))
        for verdict in VERDICTS:
            judged = replace(piece, status=verdict)
            changes = defaultdict(float, {"": self._change_of_silence(judged)})
            for option, weight in current:
                changes[option] -= weight
            for option, weight in self._weights(_apply_judgement(near, judged), judged):
                changes[option] += weight
            yield changes

    def _near(self, piece: Evidence) -> Sequence[Evidence]:
        """Stories whose novelty depends on the piece, or on which its novelty depends."""
        side = self.sides.get(fact_key(piece, self.model), ())
        window = timedelta(self.model.novelty_window_days)
        first = bisect_left(side, piece.first_seen_at - window, key=lambda e: e.first_seen_at)
        return side[
            first : bisect_right(side, piece.first_seen_at + window, key=lambda e: e.first_seen_at)
        ]

    def _weights(
        self, pieces: Iterable[Evidence], judged: Evidence | None = None
    ) -> Iterator[tuple[str, float]]:
        changed = (
            {} if judged is None else {judged.id: _full_weight(judged, self.indicators, self.at)}
        )
        units = ChainMap(changed, self.units)
        counted = (e for e in pieces if not e.is_perhaps(self.model.min_relevance))
        return (
            (e.option, novelty * units[e.id]) for e, novelty in novelty_factors(counted, self.model)
        )

    def _change_of_silence(self, judged: Evidence) -> float:
        indicator = self.indicators.get(judged.indicator_id)
        if self.question.options or indicator is None or indicator.expected is None:
            return 0.0
        same_indicator = [e for e in self.evidence if e.indicator_id == judged.indicator_id]
        after, before = (
            math.fsum(
                weight.log_odds
                for weight in silence_entries(
                    self.question,
                    pieces,
                    [indicator],
                    self.at,
                    min_relevance=self.model.min_relevance,
                )
            )
            for pieces in (_apply_judgement(same_indicator, judged), same_indicator)
        )
        return after - before


def _full_weight(
    piece: Evidence, indicators: Mapping[IndicatorId, Indicator], at: datetime
) -> float:
    """Weight of a piece at full novelty, in nats."""
    return weigh_story(piece, 1.0, indicators.get(piece.indicator_id), at).log_odds


def _apply_judgement(pieces: Iterable[Evidence], judged: Evidence) -> list[Evidence]:
    changed = (judged if piece.id == judged.id else piece for piece in pieces)
    return [piece for piece in changed if piece.status != "rejected"]
