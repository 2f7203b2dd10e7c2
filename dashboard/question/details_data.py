"""One question's tables: history, signposts, options."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import pandas as pd

from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import clipped, in_short, named, percent_number, side, strength
from forecasts.distributions.distribution import Categorical
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import ForecasterId, Question
from forecasts.questions.timeline import Forecast
from forecasts.questions.versions import Version, version_at
from tracker.model.read_models import QuestionPage

PHRASINGS: Final = 130
"""Characters of phrasings in a cell: as many as two or three lines hold."""


def history_frame(
    question: Question,
    acts: Sequence[Forecast],
    forecasters: Mapping[ForecasterId, Forecaster],
    me: ForecasterId,
    *,
    versions: Sequence[Version] = (),
) -> pd.DataFrame:
    """What people did, newest first. Columns:

    made, who, act, said (a forecast in words), wording (the one it was made on; empty where there
    is but one), why, cites (count).
    """
    types = dict.fromkeys(("made", "who", "act", "said", "wording", "why"), "str") | {
        "made": TIME,
        "cites": "int64",
    }
    worded = len(versions) > 1
    rows = [
        (a.made_at, named(forecasters[a.forecaster_id], me), ACT[a.act], in_short(question, a.distribution),
         f"wording {version_at(versions, a.entered_at).number}" if worded else "", a.rationale, len(a.cites))
        for a in reversed(acts)
    ]  # fmt: skip
    return frame_of(types, rows)


ACT: Final = {
    "forecast": "forecast",
    "reaffirm": "reaffirmed",
    "withdraw": "withdrew",
    "undo": "undid",
    "redo": "did again",
}


def signposts_frame(page: QuestionPage) -> pd.DataFrame:
    """The indicators of a question and what was seen of them. Columns:

    name, direction, strength, seen (pieces of evidence not rejected), last (empty while silent),
    expected (by when, so that silence counts; empty where nobody said), examples and opposites (the
    first phrasings for its direction, and against it).
    """
    types = {
        "name": "str",
        "direction": "str",
        "strength": "str",
        "seen": "int64",
        "last": TIME,
        "expected": TIME,
        "examples": "str",
        "opposites": "str",
    }
    found: dict[str, list[datetime]] = {}
    for card in page.evidence:
        if card.evidence.status != "rejected":
            found.setdefault(card.evidence.indicator_id, []).append(card.evidence.first_seen_at)
    kind = page.summary.question.kind
    rows = [
        (i.name, side(kind, i.direction, i.option), strength(i.strength), len(found.get(i.id, [])),
         max(found[i.id]) if i.id in found else None, i.expected.by if i.expected else None,
         clipped(" · ".join(i.examples), PHRASINGS), clipped(" · ".join(i.opposites), PHRASINGS))
        for i in page.indicators.values()
    ]  # fmt: skip
    return frame_of(types, sorted(rows, key=lambda row: -row[3]))


def options_frame(question: Question) -> pd.DataFrame:
    """The options of a question in their order, and their base rates. Columns:

    option, prior (percent, empty for one that was added later), added and removed (time, empty for
    one that was there from the start, and to the end).
    """
    types = {"option": "str", "prior": "float64", "added": TIME, "removed": TIME}
    held = question.prior
    shares = dict(zip(held.options, held.p, strict=True)) if isinstance(held, Categorical) else {}
    rows = [
        (
            o.name,
            percent_number(shares[o.name]) if o.name in shares else None,
            o.added_at,
            o.removed_at,
        )
        for o in question.options
    ]
    return frame_of(types, rows)
