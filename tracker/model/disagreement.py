"""Disagreement on a question: who stands where, and what lies between each two."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.questions.formatting import capitalise, format_signed
from forecasts.questions.question import SUGGESTION, EvidenceId, Forecaster, QuestionId
from forecasts.scoring.gap_record import MIN_GAP_FAMILIES, GapRecord
from forecasts.suggestion.gap_lines import MIN_LINE, GapLine, GapLines
from tracker.feeds.plain_text import shorten_text


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


MAX_HEADLINES: Final = 3
"""Headlines that are named at most; the others are counted."""

MAX_HEADLINE_CHARACTERS: Final = 90

TOO_FEW: Final = (
    "Where nothing is said of who tends to be nearer, too few answered questions had such a gap: "
    f"it takes {MIN_GAP_FAMILIES} independent ones."
)

_PREFIXES: Final = {"base rate": "base rate, ", "learned correction": "correction "}
"""Words before the reason of a line that does not say itself what it is."""


@dataclass(frozen=True, slots=True)
class GapWriter:
    """Writer of a disagreement in sentences: `name` inside a sentence, `percent` of a forecast."""

    report: Disagreement
    name: Callable[[Forecaster], str]
    percent: Callable[[float], str]

    def write_head(self, pair: PairGap) -> str:
        """Write who stands where: `You 20%, the estimate 46%: 1.23 apart in log-odds`."""
        chances = {p.forecaster.id: self.percent(p.p) for p in self.report.positions}
        first, second = (f"{self.name(f)} {chances[f.id]}" for f in (pair.first, pair.second))
        return f"{capitalise(first)}, {second}: {pair.size:.2f} apart in log-odds"

    def write_reasons(self, pair: PairGap) -> list[str]:
        """Write what lies between two, and who tended to be nearer if enough is known."""
        sentences = [self._write_lines(pair)] if pair.lines is not None else []
        sentences += self._write_cites(pair.first, pair.second, pair.first_cites)
        sentences += self._write_cites(pair.second, pair.first, pair.second_cites)
        if pair.record.is_enough:
            sentences.append(f"{pair.record.describe(self.name(pair.first))}.")
        return sentences

    def _write_lines(self, pair: PairGap) -> str:
        """Write which lines of the suggestion would have to go."""
        assert pair.lines is not None
        other = pair.second if pair.first.id == SUGGESTION else pair.first
        target = self.percent(
            next(p.p for p in self.report.positions if p.forecaster.id == other.id)
        )
        if not pair.lines.lines:
            return f"No single line keeps the estimate from {target}."
        lines = "; ".join(map(self._name_line, pair.lines.lines))
        if pair.lines.unexplained < MIN_LINE:
            return f"The estimate would reach {target} without: {lines}."
        short = f"{pair.lines.unexplained:.2f} in log-odds from {target}"
        return f"The estimate would still be {short} without: {lines}."

    def _name_line(self, line: GapLine) -> str:
        """Name a line by its headlines, or by its kind and the reason it gives."""
        size = format_signed(line.log_odds, 2)
        if headlines := self._list_headlines(line.stories):
            return f"{_join_headlines(headlines, 1)} ({size})"
        reason = shorten_text(line.text.split(";")[0], MAX_HEADLINE_CHARACTERS)
        return f"{_PREFIXES.get(line.kind, '')}{reason} ({size})"

    def _write_cites(
        self, first: Forecaster, other: Forecaster, pieces: Sequence[EvidenceId]
    ) -> Iterator[str]:
        """Write the evidence that one of two rests on and the other does not."""
        if headlines := self._list_headlines(pieces):
            name, opposite = capitalise(self.name(first)), self.name(other)
            verb = "counts" if first.id == SUGGESTION else "cite" if name == "You" else "cites"
            does = "do" if opposite == "you" else "does"
            yield f"{name} {verb}, and {opposite} {does} not: {_join_headlines(headlines)}."

    def _list_headlines(self, pieces: Sequence[EvidenceId]) -> list[str]:
        known = (self.report.headlines.get(piece) for piece in pieces)
        return [f"“{shorten_text(text, MAX_HEADLINE_CHARACTERS)}”" for text in known if text]


def _join_headlines(headlines: Sequence[str], most: int = MAX_HEADLINES) -> str:
    more = len(headlines) - most
    words = ", ".join(headlines[:most])
    return f"{words} and {more:,} more" if more > 0 else words
