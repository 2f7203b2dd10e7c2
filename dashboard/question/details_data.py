"""Data frames of one question's history, signposts and options."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import pandas as pd

from dashboard.components.columns_data import TIME, build_frame
from dashboard.wording import (
    clip,
    display_name,
    format_forecast,
    percent_number,
    side_label,
    strength_name,
)
from forecasts.distributions.distribution import Categorical
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import ForecasterId, Question
from forecasts.questions.timeline import Forecast
from forecasts.questions.versions import QuestionVersion, find_version
from tracker.model.read_models import QuestionPage

MAX_PHRASING_CHARS: Final = 130
"""Maximum number of characters of phrasings in a cell, which is two or three lines."""


def forecast_history_frame(
    question: Question,
    acts: Sequence[Forecast],
    forecasters: Mapping[ForecasterId, Forecaster],
    me: ForecasterId,
    *,
    versions: Sequence[QuestionVersion] = (),
) -> pd.DataFrame:
    """Forecasts and other acts of people, newest first. Columns:

    made, who, act, said (forecast in words), wording (version it was made on; empty if there is
    only one), why, cites (count).
    """
    types = dict.fromkeys(("made", "who", "act", "said", "wording", "why"), "str") | {
        "made": TIME,
        "cites": "int64",
    }
    has_rewordings = len(versions) > 1
    rows = [
        (
            act.made_at,
            display_name(forecasters[act.forecaster_id], me),
            ACT_NAMES[act.act],
            format_forecast(question, act.distribution),
            f"wording {find_version(versions, act.entered_at).number}" if has_rewordings else "",
            act.rationale,
            len(act.cites),
        )
        for act in reversed(acts)
    ]
    return build_frame(types, rows)


ACT_NAMES: Final = {
    "forecast": "forecast",
    "reaffirm": "reaffirmed",
    "withdraw": "withdrew",
    "undo": "undid",
    "redo": "did again",
}


def signposts_frame(page: QuestionPage) -> pd.DataFrame:
    """The indicators of a question and their sightings. Columns:

    name, direction, strength, seen (pieces of evidence not rejected), last (empty while silent),
    expected (date after which silence counts; empty if there is none), examples and opposites (the
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
    seen_at: dict[str, list[datetime]] = {}
    for card in page.evidence:
        if card.evidence.status != "rejected":
            seen_at.setdefault(card.evidence.indicator_id, []).append(card.evidence.first_seen_at)
    kind = page.summary.question.kind
    rows = [
        (
            i.name,
            side_label(kind, i.direction, i.option),
            strength_name(i.strength),
            len(seen_at.get(i.id, [])),
            max(seen_at[i.id]) if i.id in seen_at else None,
            i.expected.by if i.expected else None,
            clip(" · ".join(i.examples), MAX_PHRASING_CHARS),
            clip(" · ".join(i.opposites), MAX_PHRASING_CHARS),
        )
        for i in page.indicators.values()
    ]
    return build_frame(types, sorted(rows, key=lambda row: -row[3]))


def option_priors_frame(question: Question) -> pd.DataFrame:
    """The options of a question in their order, and their base rates. Columns:

    option, prior (percent, empty for one that was added later), added and removed (time, empty for
    the start and the end of the question).
    """
    types = {"option": "str", "prior": "float64", "added": TIME, "removed": TIME}
    prior = question.prior
    shares = (
        dict(zip(prior.options, prior.p, strict=True)) if isinstance(prior, Categorical) else {}
    )
    rows = [
        (
            o.name,
            percent_number(shares[o.name]) if o.name in shares else None,
            o.added_at,
            o.removed_at,
        )
        for o in question.options
    ]
    return build_frame(types, rows)
