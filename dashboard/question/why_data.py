"""Data frames of the lines of a suggestion and their sum."""

from collections.abc import Iterable, Sequence
from math import fsum, log
from typing import Any, Final

import pandas as pd

from dashboard.components.frames import build_frame, memoise
from dashboard.question.text import percent_tenths
from dashboard.wording import clip, percent_number
from forecasts.distributions.distribution import Categorical
from forecasts.probability import logit, sigmoid
from forecasts.questions.question import Question
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionLine, OptionSuggestion
from forecasts.suggestion.changes import ChangeReason, ProbabilityChange
from forecasts.suggestion.explanation import ExplanationRow, explanation_rows
from tracker.model.read_models import EvidenceCard


@memoise(2)
def why_frame(suggestion: Suggestion, cards: Sequence[EvidenceCard]) -> pd.DataFrame:
    """The lines of the suggestion and their sum. Columns:

    line (its group, and in the news its kind), what (reason; for evidence its headline), log_odds,
    after (percent so far), weighed (how the evidence was weighed), kind.
    """
    rows: list[tuple[Any, ...]] = []
    z = 0.0
    for row in explanation_rows(suggestion.groups):
        z += row.nats
        subject, weighed = _headline_and_reason(row, cards)
        rows.append((row.title, subject, row.nats, percent_number(sigmoid(z)), weighed, row.kind))
    total = fsum(line.log_odds for line in suggestion.lines)
    rows.append(("Sum", "All lines together", total, percent_number(suggestion.p), "", "sum"))
    return build_frame("line what log_odds:float after:float weighed kind", rows)


def option_suggestion_frame(suggestion: OptionSuggestion, question: Question) -> pd.DataFrame:
    """The suggested shares of the options. Columns:

    option, prior (percent, empty for an option that was added later), suggested (percent), change
    (points), stories and rows (counts of stories and of likelihood table rows about it).
    """
    priors = _prior_shares(question)
    rows = [
        (
            name,
            percent_number(priors[name]) if name in priors else None,
            percent_number(p),
            round(100.0 * (p - priors[name]), 1) if name in priors else None,
            *_count_lines(suggestion.lines.get(name, ())),
        )
        for name, p in zip(suggestion.distribution.options, suggestion.distribution.p, strict=True)
    ]
    return build_frame("option prior:float suggested:float change:float stories:int rows:int", rows)


def _count_lines(lines: Iterable[OptionLine]) -> tuple[int, int]:
    """Count the stories and the likelihood table rows among the lines of an option."""
    known = [line.evidence_id for line in lines if line.kind == "evidence"]
    rows = sum(evidence_id is None for evidence_id in known)
    return len(known) - rows, rows


def most_changed_option(suggestion: OptionSuggestion, question: Question) -> str:
    """Return the option whose share moved most from its base rate; the first one if none moved."""
    priors = _prior_shares(question)
    shares = zip(suggestion.distribution.options, suggestion.distribution.p, strict=True)
    return max(shares, key=lambda pair: abs(pair[1] - priors.get(pair[0], pair[1])))[0]


def option_why_frame(
    suggestion: OptionSuggestion, option: str, cards: Sequence[EvidenceCard]
) -> pd.DataFrame:
    """The lines of one option's share and their sum, the logarithm of the share. Columns:

    line, what, log_share (contribution to ln of the share), weighed, kind. As in `why_frame`; empty
    for an option whose share is 0 from the start.
    """
    rows: list[tuple[Any, ...]] = []
    for row in explanation_rows(suggestion.groups(option)):
        subject, weighed = _headline_and_reason(row, cards)
        rows.append((row.title, subject, row.nats, weighed, row.kind))
    if rows:
        rows.append(
            ("Sum", "All lines together", log(suggestion.distribution.of(option)), "", "sum")
        )
    return build_frame("line what log_share:float weighed kind", rows)


def _prior_shares(question: Question) -> dict[str, float]:
    prior = question.prior
    return dict(zip(prior.options, prior.p, strict=True)) if isinstance(prior, Categorical) else {}


def _headline_and_reason(row: ExplanationRow, cards: Sequence[EvidenceCard]) -> tuple[str, str]:
    """Return the subject of a row (for evidence its headline) and how it was weighed."""
    headline = next((c.headline for c in cards if c.evidence.id == row.evidence_id), None)
    return (clip(row.text, 170), "") if headline is None else (clip(headline, 170), row.text)


_MIN_LOG_ODDS: Final = 0.0005
_MAX_TEXT_CHARS: Final = 170


def change_reasons_frame(move: ProbabilityChange, cards: Sequence[EvidenceCard]) -> pd.DataFrame:
    """The reasons of a change and their sum. Columns:

    cause, what (reason; for evidence its headline), log_odds, after (percent so far), weighed (how
    the evidence was weighed). Empty if certainty makes the log-odds infinite.
    """
    if move.certain:
        return build_frame("cause what log_odds:float after:float weighed", ())
    headlines = {card.evidence.id: card.headline for card in cards}
    rows: list[tuple[Any, ...]] = []
    z = logit(move.before)
    for reason in move.reasons:
        z += reason.log_odds
        if abs(reason.log_odds) >= _MIN_LOG_ODDS or reason.cause in ("cited", "judgement"):
            subject, weighed = _headline_and_why(
                reason,
                headlines.get(reason.evidence_id) if reason.evidence_id is not None else None,
            )
            rows.append(
                (reason.cause, subject, reason.log_odds, percent_tenths(sigmoid(z)), weighed)
            )
    total = fsum(reason.log_odds for reason in move.reasons)
    rows.append(("sum", "All reasons together", total, percent_tenths(move.after), ""))
    return build_frame("cause what log_odds:float after:float weighed", rows)


def _headline_and_why(reason: ChangeReason, headline: str | None) -> tuple[str, str]:
    """Return the subject of a reason (for evidence its headline) and how it was weighed."""
    return (
        (clip(reason.why, _MAX_TEXT_CHARS), "")
        if headline is None
        else (clip(headline, _MAX_TEXT_CHARS), reason.why)
    )
