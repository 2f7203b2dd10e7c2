"""One question's tables: why the suggestion is what it is, evidence, history, signposts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import pandas as pd

from dashboard.frames.columns import TIME, frame_of
from dashboard.wording import EVIDENCE, clipped, direction, in_short, named, percent_number, plural, strength
from forecasts.distribution import Categorical
from forecasts.forecaster import Forecaster
from forecasts.probability import sigmoid
from forecasts.question import ForecasterId, Question
from forecasts.suggestion import Line, Suggestion
from forecasts.timeline import Forecast
from tracker.summaries import EvidenceCard, QuestionPage

FADED: Final = 0.005
"""Evidence that adds less than this, in log-odds, has no row of its own."""

_ALWAYS: Final = ("base rate", "time passed")


def why_frame(suggestion: Suggestion, cards: Sequence[EvidenceCard]) -> pd.DataFrame:
    """The lines of the suggestion and their sum. Columns:

    line (kind), what (reason; for evidence its headline), log_odds, after (percent so far), weighed (how
    the evidence was weighed). Faded evidence stands together in one line; other lines that add nothing
    are left out. The log-odds still add up.
    """
    headlines = {card.evidence.id: card.headline for card in cards}
    types = {"line": "str", "what": "str", "log_odds": "float64", "after": "float64", "weighed": "str"}
    rows: list[tuple[Any, ...]] = []
    z = 0.0
    for line in _gathered(suggestion.lines):
        z += line.log_odds
        headline = headlines.get(line.evidence_id) if line.evidence_id is not None else None
        what, weighed = (line.why, "") if headline is None else (headline, line.why)
        rows.append((line.kind, clipped(what, 170), line.log_odds, percent_number(sigmoid(z)), weighed))
    total = sum(line.log_odds for line in suggestion.lines)
    rows.append(("sum", "All lines together", total, percent_number(suggestion.p), ""))
    return frame_of(types, rows)


def _gathered(lines: Sequence[Line]) -> list[Line]:
    """The lines worth a row each, with evidence that has faded gathered into one at its end."""
    faded = [line for line in lines if line.kind == "evidence" and abs(line.log_odds) < FADED]
    shown = [line for line in lines if line not in faded and (line.kind in _ALWAYS or abs(line.log_odds) >= 0.0005)]
    if not faded:
        return shown
    last = max(k for k, line in enumerate(shown) if line.kind in (*_ALWAYS, "evidence")) + 1
    words = f"{plural(len(faded), 'faded piece', 'faded pieces')}, less than {FADED:g} each"
    together = Line("evidence", words, sum(line.log_odds for line in faded), 0.0)
    return [*shown[:last], together, *shown[last:]]


def stages(suggestion: Suggestion) -> tuple[tuple[str, float], ...]:
    """The way of the suggestion in three steps: base rate, with time passed, with evidence (0..1)."""
    after = {line.kind: line.p_after for line in suggestion.lines if line.kind in ("base rate", "time passed")}
    names = (("base rate", "base rate"), ("time passed", "with the time passed"))
    found = [(words, after[kind]) for kind, words in names if kind in after]
    return (*found, ("with evidence", suggestion.p))


def evidence_frame(cards: Sequence[EvidenceCard]) -> pd.DataFrame:
    """One row a piece of evidence. Columns:

    id, seen, headline (feed text), sources (feed titles), copies, direction, strength, matched (words),
    sure (how sure the match is, percent), status, url (of the first copy).
    """
    types = {
        "id": "int64",
        "seen": TIME,
        "headline": "str",
        "direction": "str",
        "strength": "str",
        "matched": "str",
        "sources": "str",
        "copies": "int64",
        "sure": "float64",
        "status": "str",
        "url": "str",
    }
    return frame_of(types, (_evidence_row(card) for card in cards))


def _evidence_row(card: EvidenceCard) -> tuple[Any, ...]:
    e = card.evidence
    return (
        e.id,
        e.first_seen_at,
        card.headline,
        direction(e.direction),
        strength(e.strength),
        ", ".join(e.matched),
        ", ".join(dict.fromkeys(copy.feed_title for copy in card.items)),
        len(card.items),
        percent_number(e.relevance),
        EVIDENCE[e.status],
        card.items[0].item.url,
    )


def history_frame(
    question: Question, acts: Sequence[Forecast], forecasters: Mapping[ForecasterId, Forecaster], me: ForecasterId
) -> pd.DataFrame:
    """What people did, newest first. Columns: made, who, act, said (a forecast in words), why, cites (count)."""
    types = {"made": TIME, "who": "str", "act": "str", "said": "str", "why": "str", "cites": "int64"}
    rows = [
        (a.made_at, named(forecasters[a.forecaster_id], me), ACT[a.act], in_short(question, a.distribution),
         a.rationale, len(a.cites))
        for a in reversed(acts)
    ]  # fmt: skip
    return frame_of(types, rows)


ACT: Final = {"forecast": "forecast", "reaffirm": "reaffirmed", "withdraw": "withdrew", "undo": "undid"}


def signposts_frame(page: QuestionPage) -> pd.DataFrame:
    """The indicators of a question and what was seen of them. Columns:

    name, direction, strength, seen (pieces of evidence not rejected), last (empty while silent),
    examples (phrasings).
    """
    types = {"name": "str", "direction": "str", "strength": "str", "seen": "int64", "last": TIME, "examples": "str"}
    found: dict[str, list[datetime]] = {}
    for card in page.evidence:
        if card.evidence.status != "rejected":
            found.setdefault(card.evidence.indicator_id, []).append(card.evidence.first_seen_at)
    rows = [
        (i.name, direction(i.direction), strength(i.strength), len(found.get(i.id, [])),
         max(found[i.id]) if i.id in found else None, " · ".join(i.examples))
        for i in page.indicators.values()
    ]  # fmt: skip
    return frame_of(types, sorted(rows, key=lambda row: -row[3]))


def options_frame(question: Question) -> pd.DataFrame:
    """The options of a question in their order, and their base rates. Columns:

    option, prior (percent, empty for one that was added later), added and removed (time, empty for one that was there
    from the start, and to the end).
    """
    types = {"option": "str", "prior": "float64", "added": TIME, "removed": TIME}
    held = question.prior
    shares = dict(zip(held.options, held.p, strict=True)) if isinstance(held, Categorical) else {}
    rows = [
        (o.name, percent_number(shares[o.name]) if o.name in shares else None, o.added_at, o.removed_at)
        for o in question.options
    ]
    return frame_of(types, rows)
