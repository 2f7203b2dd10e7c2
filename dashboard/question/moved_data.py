"""Data frame of the reasons of a probability change."""

from collections.abc import Sequence
from math import fsum
from typing import Any, Final

import pandas as pd

from dashboard.components.columns_data import build_frame
from dashboard.wording import clip
from dashboard.wording.moved import percent_tenths
from forecasts.distributions.probability import logit, sigmoid
from forecasts.suggestion.changes import ChangeReason, ProbabilityChange
from tracker.model.read_models import EvidenceCard

_MIN_LOG_ODDS: Final = 0.0005
_MAX_TEXT_CHARS: Final = 170


def change_reasons_frame(move: ProbabilityChange, cards: Sequence[EvidenceCard]) -> pd.DataFrame:
    """The reasons of a change and their sum. Columns:

    cause, what (reason; for evidence its headline), log_odds, after (percent so far), weighed (how
    the evidence was weighed). Empty if certainty makes the log-odds infinite.
    """
    types = {
        "cause": "str",
        "what": "str",
        "log_odds": "float64",
        "after": "float64",
        "weighed": "str",
    }
    if move.certain:
        return build_frame(types, ())
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
    return build_frame(types, rows)


def _headline_and_why(reason: ChangeReason, headline: str | None) -> tuple[str, str]:
    """Return the subject of a reason (for evidence its headline) and how it was weighed."""
    return (
        (clip(reason.why, _MAX_TEXT_CHARS), "")
        if headline is None
        else (clip(headline, _MAX_TEXT_CHARS), reason.why)
    )
