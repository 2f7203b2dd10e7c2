"""Data of one question's signposts, options and wordings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording import (
    clip,
    format_day,
    percent_number,
    side_label,
    strength_name,
)
from forecasts.distributions.distribution import Categorical
from forecasts.evidence.evidence import Indicator, IndicatorId
from forecasts.evidence.matcher_record import NO_REVIEWS
from forecasts.questions.amendments import (
    QuestionVersion,
    WordingSegment,
    diff_versions,
)
from forecasts.questions.question import RESERVED, Question
from forecasts.suggestion.postmortem import MissedSignpost, PostMortem
from tracker.model.evidence import MatcherRecord
from tracker.model.read_models import QuestionPage

MAX_PHRASING_CHARS: Final = 130
"""Maximum number of characters of phrasings in a cell, which is two or three lines."""


def signposts_frame(page: QuestionPage, record: MatcherRecord) -> pd.DataFrame:
    """The indicators of a question and their sightings. Columns:

    name, direction, strength, seen (pieces of evidence not rejected), kept (of those judged, and if
    it is demoted; empty below three), last (empty while silent),
    expected (date after which silence counts; empty if there is none), examples and opposites (the
    first phrasings for its direction, and against it).
    """
    seen_at: dict[str, list[datetime]] = {}
    for piece in page.pieces:
        e = piece.evidence
        if e.status != "rejected":
            seen_at.setdefault(e.indicator_id, []).append(e.first_seen_at)
    kind = page.summary.question.kind
    rows = [
        (
            i.name,
            side_label(kind, i.direction, i.option),
            strength_name(i.strength),
            len(seen_at.get(i.id, [])),
            _describe_kept(record, i.id),
            max(seen_at[i.id]) if i.id in seen_at else None,
            i.expected.by if i.expected else None,
            clip(" · ".join(i.examples), MAX_PHRASING_CHARS),
            clip(" · ".join(i.opposites), MAX_PHRASING_CHARS),
        )
        for i in page.indicators.values()
    ]
    return build_frame(
        "name direction strength seen:int kept last:time expected:time examples opposites",
        sorted(rows, key=lambda row: -row[3]),
    )


def _describe_kept(record: MatcherRecord, indicator_id: IndicatorId) -> str:
    words = str(record.indicators.get(indicator_id, NO_REVIEWS))
    return f"{words}: usually rejected" if indicator_id in record.demoted else words


def option_priors_frame(question: Question) -> pd.DataFrame:
    """The options of a question in their order, and their base rates. Columns:

    option, prior (percent, empty for one that was added later), added and removed (time, empty for
    the start and the end of the question).
    """
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
    return build_frame("option prior:float added:time removed:time", rows)


@dataclass(frozen=True, slots=True)
class WordingChange:
    """A changed part of a wording (question, criteria or sources), word by word."""

    part: str
    pieces: tuple[WordingSegment, ...]


@dataclass(frozen=True, slots=True)
class Rewording:
    """A version and its changes from the one before."""

    version: QuestionVersion
    changes: tuple[WordingChange, ...]


def list_rewordings(versions: Sequence[QuestionVersion]) -> tuple[Rewording, ...]:
    """List all versions after the first, newest first."""
    return tuple(
        Rewording(later, _list_changes(earlier, later)) for earlier, later in pairwise(versions)
    )[::-1]


_PART_NAMES: Final = {
    "question": "The question",
    "criteria": "How it is resolved",
    "sources": "Sources",
}


def _list_changes(earlier: QuestionVersion, later: QuestionVersion) -> tuple[WordingChange, ...]:
    return tuple(
        WordingChange(_PART_NAMES[part], pieces)
        for part, pieces in diff_versions(earlier, later, joiner=" · ").items()
    )


def has_human_forecast(page: QuestionPage) -> bool:
    """Return True if a person ever forecast the question; it can then be annulled, but not
    withdrawn.
    """
    return any(act.forecaster_id not in RESERVED for act in page.acts)


_SILENCE_MEANING: Final = {
    True: "its silence pointed to the answer",
    False: "its silence pointed away from the answer",
    None: "its silence said nothing",
}


def list_misses(postmortem: PostMortem, page: QuestionPage, zone: ZoneInfo) -> tuple[str, ...]:
    """List the signposts not seen before the answer, a sentence each."""
    return tuple(
        _describe_miss(miss, indicator, zone)
        for miss in postmortem.missed
        if (indicator := page.indicators.get(miss.indicator_id)) is not None
    )


def _describe_miss(miss: MissedSignpost, indicator: Indicator, zone: ZoneInfo) -> str:
    if miss.state != "silent":
        return f"{indicator.name}: would have pointed to the answer, and was never seen"
    due = "" if indicator.expected is None else f" by {format_day(indicator.expected.by, zone)}"
    return f"{indicator.name}: expected{due}, not seen; {_SILENCE_MEANING[miss.right]}"
