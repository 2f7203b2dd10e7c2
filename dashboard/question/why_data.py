"""Why a suggestion is what it is: its lines and their sum."""

from collections.abc import Iterable, Sequence
from math import fsum, log
from typing import Any

import pandas as pd

from dashboard.components.columns_data import frame_of
from dashboard.components.memoise import once
from dashboard.wording import clipped, percent_number
from forecasts.distributions.distribution import Categorical
from forecasts.distributions.probability import sigmoid
from forecasts.questions.question import Question
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionLine, OptionSuggestion
from forecasts.suggestion.why import Told, told
from tracker.model.read_models import EvidenceCard


@once(2)
def why_frame(suggestion: Suggestion, cards: Sequence[EvidenceCard]) -> pd.DataFrame:
    """The lines of the suggestion and their sum. Columns:

    line (its group, and in the news its kind), what (reason; for evidence its headline), log_odds,
    after (percent so far), weighed (how the evidence was weighed), kind. Rows as
    `forecasts.suggestion.why.told` has them.
    """
    types = {
        "line": "str",
        "what": "str",
        "log_odds": "float64",
        "after": "float64",
        "weighed": "str",
        "kind": "str",
    }
    rows: list[tuple[Any, ...]] = []
    z = 0.0
    for row in told(suggestion.groups):
        z += row.adds
        what, weighed = _said(row, cards)
        rows.append((row.title, what, row.adds, percent_number(sigmoid(z)), weighed, row.kind))
    total = fsum(line.log_odds for line in suggestion.lines)
    rows.append(("Sum", "All lines together", total, percent_number(suggestion.p), "", "sum"))
    return frame_of(types, rows)


def shares_frame(found: OptionSuggestion, question: Question) -> pd.DataFrame:
    """The suggested shares of the options. Columns:

    option, prior (percent, empty for an option that was added later), suggested (percent), change
    (points), stories (that bear on it), rows (of a likelihood table, that say something of it).
    """
    numbers = {
        "prior": "float64",
        "suggested": "float64",
        "change": "float64",
        "stories": "int64",
        "rows": "int64",
    }
    before = _prior(question)
    rows = [
        (name, percent_number(before[name]) if name in before else None, percent_number(p),
         round(100.0 * (p - before[name]), 1) if name in before else None,
         *_counts(found.lines.get(name, ())))
        for name, p in zip(found.distribution.options, found.distribution.p, strict=True)
    ]  # fmt: skip
    return frame_of({"option": "str", **numbers}, rows)


def _counts(lines: Iterable[OptionLine]) -> tuple[int, int]:
    """How many stories, and how many rows of a likelihood table, are among the lines of an
    option.
    """
    known = [line.evidence_id for line in lines if line.kind == "evidence"]
    rows = sum(evidence_id is None for evidence_id in known)
    return len(known) - rows, rows


def moved_most(found: OptionSuggestion, question: Question) -> str:
    """The option whose share moved most from its base rate; the first one where none did."""
    before = _prior(question)
    shares = zip(found.distribution.options, found.distribution.p, strict=True)
    return max(shares, key=lambda pair: abs(pair[1] - before.get(pair[0], pair[1])))[0]


def option_why_frame(
    found: OptionSuggestion, option: str, cards: Sequence[EvidenceCard]
) -> pd.DataFrame:
    """The lines of one option's share and their sum, the logarithm of the share. Columns:

    line, what, log_share (what it adds to ln of the share), weighed, kind. As in `why_frame`; an
    option whose share is 0 from the start has none.
    """
    types = {"line": "str", "what": "str", "log_share": "float64", "weighed": "str", "kind": "str"}
    rows: list[tuple[Any, ...]] = []
    for row in told(found.groups(option)):
        what, weighed = _said(row, cards)
        rows.append((row.title, what, row.adds, weighed, row.kind))
    if rows:
        rows.append(("Sum", "All lines together", log(found.distribution.of(option)), "", "sum"))
    return frame_of(types, rows)


def _prior(question: Question) -> dict[str, float]:
    held = question.prior
    return dict(zip(held.options, held.p, strict=True)) if isinstance(held, Categorical) else {}


def _said(row: Told, cards: Sequence[EvidenceCard]) -> tuple[str, str]:
    """What a row is about, and how it was weighed: of evidence its headline, and the reason."""
    headline = next((c.headline for c in cards if c.evidence.id == row.evidence_id), None)
    return (clipped(row.what, 170), "") if headline is None else (clipped(headline, 170), row.what)
