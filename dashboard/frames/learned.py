"""What this installation has learned: each value as it stands, and how it came to be.

A value that a person reset has no number of its own: the default counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from dashboard.frames.columns import TIME, frame_of
from dashboard.wording import STATE, judge
from forecasts.evidence import RELIABILITY
from forecasts.forecaster import MATCHER
from forecasts.learned import Learned, LearnedMap, teaches
from forecasts.question import ForecasterId, QuestionId
from tracker.feeds.feed import Feed
from tracker.learning import DEFAULTS, Kept
from tracker.summaries import FeedHealth, QuestionSummary

Name = tuple[str, str]
"""What a value is known by: its name, and what it holds for."""


def by_name(kept: Iterable[Kept]) -> dict[Name, Kept]:
    """The values by what they are known by."""
    return {(each.learned.name, each.learned.scope): each for each in kept}


def counts(kept: Kept | None) -> bool:
    """Whether a value counts, rather than the default."""
    return kept is not None and kept.state != "reset"


def value_of(known: Mapping[Name, Kept], name: str) -> float:
    """The value that counts everywhere: what was learned, or the default."""
    kept = known.get((name, "all"))
    return DEFAULTS[name] if kept is None or kept.state == "reset" else kept.learned.value


def map_of(known: Mapping[Name, Kept], what: str, now: datetime) -> LearnedMap:
    """How chances of one kind (`relevance` or `direction`) are corrected."""
    names = (f"{what} shift", f"{what} slope")
    shift, slope = (Learned(name, "all", value_of(known, name), 0, now, "") for name in names)
    return LearnedMap(shift, slope)


@dataclass(frozen=True, slots=True)
class Progress:
    """What there is to learn from: evidence that people judged, and yes-no questions that closed
    with an answer.
    """

    judged: int
    answered: int


def progress(
    summaries: Sequence[QuestionSummary], now: datetime, *, replayed: bool = False
) -> Progress:
    """Count what there is to learn from at `now`, in a replay or not."""
    judged = sum(s.evidence - s.waiting for s in summaries)
    return Progress(
        judged, sum(teaches(s.question, s.resolution, now, replayed=replayed) for s in summaries)
    )


def reliability_frame(kept: Sequence[Kept], feeds: Sequence[FeedHealth]) -> pd.DataFrame:
    """How often each feed is informative, the most surprising first. Columns:

    id, feed (its title), grade, graded (what the grade stands for, percent), value (percent, empty
    when reset), n (questions that closed with an answer), since, state, why.
    """
    types = {
        "id": "str",
        "feed": "str",
        "grade": "str",
        "graded": "float64",
        "value": "float64",
        "n": "int64",
        "since": TIME,
        "state": "str",
        "why": "str",
    }
    of: dict[str, Feed] = {f.state.id: f.state.feed for f in feeds}
    rows: list[tuple[Any, ...]] = []
    for each in kept:
        feed = of.get(each.learned.scope)
        graded = None if feed is None else 100.0 * RELIABILITY[feed.grade]
        rows.append(
            (
                each.learned.scope,
                each.learned.scope if feed is None else feed.title,
                "" if feed is None else feed.grade,
                graded,
                100.0 * each.learned.value if counts(each) else None,
                each.learned.n,
                each.learned.as_of,
                STATE[each.state],
                each.learned.why,
            )
        )
    return frame_of(types, sorted(rows, key=lambda r: -abs((r[4] or 0.0) - (r[3] or 0.0))))


def usual_frame(kept: Sequence[Kept], questions: Sequence[QuestionSummary]) -> pd.DataFrame:
    """The usual levels of signposts by question. Columns:

    id (of the signpost), question, signpost (the end of its id, in words), value (log-odds, empty
    when reset), n (days of archive), since, state, why.
    """
    types = {
        "id": "str",
        "question": "str",
        "signpost": "str",
        "value": "float64",
        "n": "int64",
        "since": TIME,
        "state": "str",
        "why": "str",
    }
    texts = {s.question.id: s.question.text for s in questions}
    rows: list[tuple[Any, ...]] = []
    for each in kept:
        question, _, slug = each.learned.scope.partition("/")
        rows.append(
            (
                each.learned.scope,
                texts.get(QuestionId(question), question),
                slug.replace("-", " "),
                each.learned.value if counts(each) else None,
                each.learned.n,
                each.learned.as_of,
                STATE[each.state],
                each.learned.why,
            )
        )
    return frame_of(types, sorted(rows, key=lambda row: (row[1], -(row[3] or 0.0), row[0])))


def history_frame(versions: Sequence[Kept], me: ForecasterId) -> pd.DataFrame:
    """Every version of a value, or of several, the newest first. Columns: since, name, value, n,
    state, by, why.
    """
    types = {
        "since": TIME,
        "name": "str",
        "value": "float64",
        "n": "int64",
        "state": "str",
        "by": "str",
        "why": "str",
    }
    newest = sorted(versions, key=lambda kept: kept.learned.as_of, reverse=True)
    return frame_of(
        types,
        (
            (
                k.learned.as_of,
                k.learned.name,
                k.learned.value if counts(k) else None,
                k.learned.n,
                STATE[k.state],
                "learned by itself" if k.by == MATCHER else judge(k.by, me),
                k.learned.why,
            )
            for k in newest
        ),
    )
