"""Disagreement on a question: who stands where, and what lies between each two."""

from collections.abc import Mapping
from dataclasses import dataclass

from forecasts.questions.question import EvidenceId, Forecaster, QuestionId
from forecasts.scoring.gap_record import GapRecord
from forecasts.suggestion.gap_lines import GapLines


@dataclass(frozen=True, slots=True)
class Position:
    """Forecaster with the probability of YES, and its log-odds in nats."""

    forecaster: Forecaster
    p: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class PairGap:
    """Gap between two forecasters, in nats.

    `lines` would have to go for the suggestion to reach the other, None without it. `first_cites`
    and `second_cites` are the pieces of evidence that the one cites or counts and the other does
    not, those that count most first. `record` tells who was nearer in gaps of this size or more.
    """

    first: Forecaster
    second: Forecaster
    size: float
    lines: GapLines | None
    first_cites: tuple[EvidenceId, ...]
    second_cites: tuple[EvidenceId, ...]
    record: GapRecord


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Positions of me, the crowd, the suggestion and markets, and the gaps that are disagreements.

    `headlines` has those of the evidence that is named.
    """

    question_id: QuestionId
    positions: tuple[Position, ...]
    pairs: tuple[PairGap, ...]
    headlines: Mapping[EvidenceId, str]
