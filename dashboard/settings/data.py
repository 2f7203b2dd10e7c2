"""Data frames of learned parameters and their history.

A value that was reset has no number of its own: the default applies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording import PARAMETER_STATES, judge_name
from forecasts.evidence.evidence import RELIABILITY
from forecasts.evidence.parameters import LearnedLogitMap, LearnedValue, is_learnable
from forecasts.questions.question import MATCHER, ForecasterId, QuestionId
from tracker.feeds.feed import Feed
from tracker.model.read_models import FeedHealth, QuestionSummary
from tracker.questions.fit_parameters import DEFAULT_VALUES, LearnedRecord

ParameterKey = tuple[str, str]
"""Key of a parameter: its name and scope."""


def index_parameters(values: Iterable[LearnedRecord]) -> dict[ParameterKey, LearnedRecord]:
    """Index values by name and scope."""
    return {(value.learned.name, value.learned.scope): value for value in values}


def is_in_effect(value: LearnedRecord | None) -> bool:
    """Return True if a learned value is in effect rather than the default."""
    return value is not None and value.state != "reset"


def effective_value(known: Mapping[ParameterKey, LearnedRecord], name: str) -> float:
    """Return the value in effect for all: the learned one, or the default."""
    value = known.get((name, "all"))
    return DEFAULT_VALUES[name] if value is None or value.state == "reset" else value.learned.value


def build_learned_map(
    known: Mapping[ParameterKey, LearnedRecord], map_name: str, now: datetime
) -> LearnedLogitMap:
    """Build the calibration map of `relevance` or `direction` probabilities."""
    names = (f"{map_name} shift", f"{map_name} slope")
    shift, slope = (
        LearnedValue(name, "all", effective_value(known, name), 0, now, "") for name in names
    )
    return LearnedLogitMap(shift, slope)


@dataclass(frozen=True, slots=True)
class LearningProgress:
    """Available training data: evidence judged by people, and closed yes-no questions with an
    answer.
    """

    judged: int
    answered: int


def measure_progress(
    summaries: Sequence[QuestionSummary], now: datetime, *, replayed: bool = False
) -> LearningProgress:
    """Count the available training data at `now`, in a replay or not."""
    judged = sum(s.evidence - s.waiting for s in summaries)
    return LearningProgress(
        judged,
        sum(is_learnable(s.question, s.resolution, now, replayed=replayed) for s in summaries),
    )


def reliability_frame(values: Sequence[LearnedRecord], feeds: Sequence[FeedHealth]) -> pd.DataFrame:
    """Learned reliability of each feed, largest surprise first. Columns:

    id, feed (its title), grade, graded (reliability of the grade, percent), value (percent, empty
    when reset), n (questions that closed with an answer), since, state, why.
    """
    feed_by_id: dict[str, Feed] = {f.state.id: f.state.feed for f in feeds}
    rows: list[tuple[Any, ...]] = []
    for value in values:
        feed = feed_by_id.get(value.learned.scope)
        grade_percent = None if feed is None else 100.0 * RELIABILITY[feed.grade]
        rows.append(
            (
                value.learned.scope,
                value.learned.scope if feed is None else feed.title,
                "" if feed is None else feed.grade,
                grade_percent,
                100.0 * value.learned.value if is_in_effect(value) else None,
                value.learned.n,
                value.learned.as_of,
                PARAMETER_STATES[value.state],
                value.learned.why,
            )
        )
    return build_frame(
        "id feed grade graded:float value:float n:int since:time state why",
        sorted(rows, key=lambda r: -abs((r[4] or 0.0) - (r[3] or 0.0))),
    )


def scopes_frame(
    values: Sequence[LearnedRecord], questions: Sequence[QuestionSummary]
) -> pd.DataFrame:
    """Values of signposts or questions, by question. Columns:

    id (of the signpost or the question), question, signpost (the end of its id, in words; empty for
    a question), value (empty when reset), n, since, state, why.
    """
    texts = {s.question.id: s.question.text for s in questions}
    rows: list[tuple[Any, ...]] = []
    for value in values:
        question, _, slug = value.learned.scope.partition("/")
        rows.append(
            (
                value.learned.scope,
                texts.get(QuestionId(question), question),
                slug.replace("-", " "),
                value.learned.value if is_in_effect(value) else None,
                value.learned.n,
                value.learned.as_of,
                PARAMETER_STATES[value.state],
                value.learned.why,
            )
        )
    return build_frame(
        "id question signpost value:float n:int since:time state why",
        sorted(rows, key=lambda row: (row[1], -(row[3] or 0.0), row[0])),
    )


def feed_scopes_frame(values: Sequence[LearnedRecord], feeds: Sequence[FeedHealth]) -> pd.DataFrame:
    """Values of feeds. Columns: id, feed (its title), value (empty when reset), n, since, state,
    why.
    """
    titles = {str(f.state.id): f.state.feed.title for f in feeds}
    rows = (
        (
            value.learned.scope,
            titles.get(value.learned.scope, value.learned.scope),
            value.learned.value if is_in_effect(value) else None,
            value.learned.n,
            value.learned.as_of,
            PARAMETER_STATES[value.state],
            value.learned.why,
        )
        for value in values
    )
    return build_frame(
        "id feed value:float n:int since:time state why", sorted(rows, key=lambda row: row[1])
    )


def parameter_history_frame(versions: Sequence[LearnedRecord], me: ForecasterId) -> pd.DataFrame:
    """All versions of values, newest first. Columns: since, name, value, n, state, by, why."""
    newest = sorted(versions, key=lambda version: version.learned.as_of, reverse=True)
    return build_frame(
        "since:time name value:float n:int state by why",
        (
            (
                version.learned.as_of,
                version.learned.name,
                version.learned.value if is_in_effect(version) else None,
                version.learned.n,
                PARAMETER_STATES[version.state],
                "learned by itself" if version.by == MATCHER else judge_name(version.by, me),
                version.learned.why,
            )
            for version in newest
        ),
    )
