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
from typing import Any, Final

from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Indicator, IndicatorId
from forecasts.evidence.log_odds import GROUPS, apply_soft_cap
from forecasts.evidence.weights import (
    DEFAULT_MODEL,
    StoryWeight,
    SuggestionModel,
    novelty_factors,
    visible_evidence,
    weigh_story,
)
from forecasts.questions.question import EvidenceId, Question
from forecasts.suggestion.binary import Suggestion, final_probability, silence_entries, suggest
from forecasts.suggestion.categorical import OptionSuggestion, find_prior_option, suggest_options

VERDICTS: Final[tuple[EvidenceStatus, ...]] = ("confirmed", "rejected")

_RAW_KINDS: Final = ("evidence", "silence", "usual level")
"""Kinds of news lines before scale and saturation."""


def compute_judgement_effects(
    question: Question,
    waiting: Collection[EvidenceId],
    *,
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    model: SuggestionModel = DEFAULT_MODEL,
    **options: Any,
) -> dict[EvidenceId, float]:
    """Change of the suggested probability, 0 to 1, by judging each waiting piece.

    The larger change of confirming the piece as it is and of rejecting it: of the probability of
    YES, or of the option that changes most. `options` are further arguments of `suggest` and
    `suggest_options`. Left out are pieces first seen after `at`, and questions without such a
    suggestion.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.evidence.evidence import SourceReport, Strength
    >>> from forecasts.questions.question import utc
    >>> opens = utc("2026-01-01")
    >>> truce = build_question(NewQuestion("truce", "A truce by July?", "As announced.",
    ...     ("https://example.org",), opens,
    ...     utc("2026-07-01"), utc("2026-07-08"), prior="50%"))
    >>> talks = Evidence(1, "truce", 1, "truce/talks", Direction.YES, Strength.STRONG, 0.6,
    ...     "logged", "matcher", opens,
    ...     (SourceReport("wire", 0.9, opens),))
    >>> {nr: round(p, 3) for nr, p in compute_judgement_effects(truce, {1}, evidence=[talks],
    ...     indicators={}, at=opens).items()}
    {1: 0.183}
    """
    pieces = tuple(evidence)
    index = _EvidenceIndex.of(question, pieces, indicators, at=at, model=model)
    if question.kind == "binary":
        move = _binary_move(
            suggest(question, pieces, indicators, at, model=model, **options), model
        )
    elif question.options:
        move = _categorical_move(
            question,
            suggest_options(question, pieces, indicators, at, model=model, **options),
            model,
        )
    else:
        return {}
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
    return model.gamma * p * (1.0 - p) * max(abs(full - now), abs(now))


_Changes = Mapping[str, float]
"""Change of the summed weights, in nats, for each option named ("" for none)."""
_Move = Callable[[_Changes], float]
"""Change of a suggestion by such changes of weight."""


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
    sides: Mapping[tuple[IndicatorId, Direction], Sequence[Evidence]]
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
        seen = visible_evidence(evidence, question.id, at)
        sides: dict[tuple[IndicatorId, Direction], list[Evidence]] = defaultdict(list)
        for piece in seen:
            sides[piece.indicator_id, piece.direction].append(piece)
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
        side = self.sides.get((piece.indicator_id, piece.direction), ())
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
        return (
            (e.option, novelty * units[e.id]) for e, novelty in novelty_factors(pieces, self.model)
        )

    def _change_of_silence(self, judged: Evidence) -> float:
        indicator = self.indicators.get(judged.indicator_id)
        if self.question.kind != "binary" or indicator is None or indicator.expected is None:
            return 0.0
        same_indicator = [e for e in self.evidence if e.indicator_id == judged.indicator_id]
        after, before = (
            math.fsum(
                weight.log_odds
                for weight in silence_entries(self.question, pieces, [indicator], self.at)
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
