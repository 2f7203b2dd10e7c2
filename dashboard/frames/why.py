"""Why a suggestion is what it is: its lines and their sum."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Final

import pandas as pd

from dashboard.frames.columns import frame_of
from dashboard.frames.once import once
from dashboard.wording import clipped, percent_number, plural
from forecasts.distribution import Categorical
from forecasts.evidence import EvidenceId
from forecasts.option_suggestion import OptionLine, OptionSuggestion
from forecasts.probability import sigmoid
from forecasts.question import Question
from forecasts.suggestion import Suggestion
from tracker.summaries import EvidenceCard

FADED: Final = 0.005
"""Evidence that adds less than this, in log-odds, has no row of its own."""

_ALWAYS: Final = ("base rate", "time passed")
_NOTHING: Final = 0.0005


@dataclass(frozen=True, slots=True)
class _Reason:
    """A line of a suggestion of either kind; `adds` in nats."""

    kind: str
    why: str
    adds: float
    evidence_id: EvidenceId | None = None


@once(2)
def why_frame(suggestion: Suggestion, cards: Sequence[EvidenceCard]) -> pd.DataFrame:
    """The lines of the suggestion and their sum. Columns:

    line (kind), what (reason; for evidence its headline), log_odds, after (percent so far), weighed (how
    the evidence was weighed). Faded evidence stands together in one line; other lines that add nothing
    are left out. The log-odds still add up.
    """
    types = {"line": "str", "what": "str", "log_odds": "float64", "after": "float64", "weighed": "str"}
    rows: list[tuple[Any, ...]] = []
    z = 0.0
    for reason in _gathered([_Reason(x.kind, x.why, x.log_odds, x.evidence_id) for x in suggestion.lines]):
        z += reason.adds
        what, weighed = _said(reason, cards)
        rows.append((reason.kind, what, reason.adds, percent_number(sigmoid(z)), weighed))
    total = sum(line.log_odds for line in suggestion.lines)
    rows.append(("sum", "All lines together", total, percent_number(suggestion.p), ""))
    return frame_of(types, rows)


def shares_frame(found: OptionSuggestion, question: Question) -> pd.DataFrame:
    """The suggested shares of the options. Columns:

    option, prior (percent, empty for an option that was added later), suggested (percent), change (points), stories
    (that bear on it), rows (of a likelihood table, that say something of it).
    """
    numbers = {"prior": "float64", "suggested": "float64", "change": "float64", "stories": "int64", "rows": "int64"}
    before = _prior(question)
    rows = [
        (name, percent_number(before[name]) if name in before else None, percent_number(p),
         round(100.0 * (p - before[name]), 1) if name in before else None,
         *_counts(found.lines.get(name, ())))
        for name, p in zip(found.distribution.options, found.distribution.p, strict=True)
    ]  # fmt: skip
    return frame_of({"option": "str", **numbers}, rows)


def _counts(lines: Iterable[OptionLine]) -> tuple[int, int]:
    """How many stories, and how many rows of a likelihood table, are among the lines of an option."""
    kinds = [_kind(line) for line in lines]
    return kinds.count("evidence"), kinds.count("table row")


def moved_most(found: OptionSuggestion, question: Question) -> str:
    """The option whose share moved most from its base rate; the first one where none did."""
    before = _prior(question)
    shares = zip(found.distribution.options, found.distribution.p, strict=True)
    return max(shares, key=lambda pair: abs(pair[1] - before.get(pair[0], pair[1])))[0]


def option_why_frame(found: OptionSuggestion, option: str, cards: Sequence[EvidenceCard]) -> pd.DataFrame:
    """The lines of one option's share and their sum, the logarithm of the share. Columns:

    line, what, log_share (what it adds to ln of the share), weighed. As in `why_frame`; an option whose share is 0
    from the start has none.
    """
    types = {"line": "str", "what": "str", "log_share": "float64", "weighed": "str"}
    lines = [_Reason(_kind(x), x.why, x.log_share, x.evidence_id) for x in found.lines.get(option, ())]
    if not lines:
        return frame_of(types, ())
    rows: list[tuple[Any, ...]] = []
    for reason in _gathered(lines):
        what, weighed = _said(reason, cards)
        rows.append((reason.kind, what, reason.adds, weighed))
    share = dict(zip(found.distribution.options, found.distribution.p, strict=True))[option]
    rows.append(("sum", "All lines together", log(share), ""))
    return frame_of(types, rows)


def _kind(line: OptionLine) -> str:
    """A row of a likelihood table is no story."""
    return "table row" if line.kind == "evidence" and line.evidence_id is None else line.kind


def _prior(question: Question) -> dict[str, float]:
    held = question.prior
    return dict(zip(held.options, held.p, strict=True)) if isinstance(held, Categorical) else {}


def _said(reason: _Reason, cards: Sequence[EvidenceCard]) -> tuple[str, str]:
    """What a line is about, and how it was weighed: of evidence its headline, and the reason."""
    headline = next((c.headline for c in cards if c.evidence.id == reason.evidence_id), None)
    return (clipped(reason.why, 170), "") if headline is None else (clipped(headline, 170), reason.why)


def _gathered(lines: Iterable[_Reason]) -> list[_Reason]:
    """The lines worth a row each, with stories that have faded gathered into one at their end."""
    faded, shown = list[_Reason](), list[_Reason]()
    for line in lines:
        if line.kind == "evidence" and abs(line.adds) < FADED:
            faded.append(line)
        elif line.kind in _ALWAYS or abs(line.adds) >= _NOTHING:
            shown.append(line)
    if not faded:
        return shown
    last = max(k for k, line in enumerate(shown) if line.kind in (*_ALWAYS, "evidence")) + 1
    words = f"{plural(len(faded), 'faded piece', 'faded pieces')}, less than {FADED:g} each"
    together = _Reason("evidence", words, sum(line.adds for line in faded))
    return [*shown[:last], together, *shown[last:]]


def stages(suggestion: Suggestion) -> tuple[tuple[str, float], ...]:
    """The way of the suggestion in three steps: base rate, with time passed, with evidence (0..1)."""
    after = {line.kind: line.p_after for line in suggestion.lines if line.kind in ("base rate", "time passed")}
    names = (("base rate", "base rate"), ("time passed", "with the time passed"))
    found = [(words, after[kind]) for kind, words in names if kind in after]
    return (*found, ("with evidence", suggestion.p))
