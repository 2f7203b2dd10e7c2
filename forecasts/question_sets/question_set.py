"""Question sets: TOML texts parsed into validated values, with file, line and reason on errors.

    essay.toml        the essay and its claims
    questions.toml    the questions
    indicators.toml   signposts, each with the questions it speaks for and against
    feeds.toml        the feeds to poll
    history.toml      dated events, resolutions and invented demo forecasts (optional)
    scenarios.toml    scenarios, with likelihoods of the answers to questions (optional)
    links.toml        logical relations between questions (optional)
    series.toml       series of numbers that settle questions (optional)
    essay.txt         the essay's text, if it may be shared (optional)

This module parses texts; the tracker reads the files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast

from forecasts.errors import InvalidQuestionSet
from forecasts.evidence.evidence import RELIABILITY, Grade, Indicator
from forecasts.question_sets.history_file import (
    HistoryEvent,
    InventedForecast,
    PastResolution,
    ReportCopy,
    read_history,
)
from forecasts.question_sets.indicators_file import read_indicators
from forecasts.question_sets.questions_file import (
    ESSAY_TEXT,
    MAX_QUOTED_WORDS,
    SET_AUTHOR,
    read_essay,
    read_questions,
    read_series,
)
from forecasts.question_sets.record_reader import SetFile, SetRecord, require_unique_ids
from forecasts.question_sets.repeats_file import read_repeats
from forecasts.question_sets.scenarios_file import read_links, read_scenarios
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.links import Link
from forecasts.questions.question import Claim, ClaimId, Essay, ForecasterId, Question, QuestionId
from forecasts.questions.repetition import Repetition
from forecasts.questions.series import Series
from forecasts.questions.settlement import Settlement
from forecasts.scenarios.scenario_set import ScenarioSet

__all__ = [
    "ESSAY_TEXT",
    "MAX_QUOTED_WORDS",
    "OPTIONAL_SET_FILES",
    "SET_AUTHOR",
    "SET_FILES",
    "FeedSeed",
    "HistoryEvent",
    "InventedForecast",
    "PastResolution",
    "QuestionSet",
    "ReportCopy",
    "read_question_set",
]

SET_FILES = (
    "essay.toml",
    "questions.toml",
    "indicators.toml",
    "feeds.toml",
    "history.toml",
    "scenarios.toml",
    "links.toml",
    "series.toml",
)
OPTIONAL_SET_FILES = ("history.toml", "scenarios.toml", "links.toml", "series.toml")


@dataclass(frozen=True, slots=True)
class FeedSeed:
    """Feed to poll. `source_group` is its owner or wire: copies inside one group count once."""

    id: str
    title: str
    url: str
    source_group: str
    grade: Grade
    theme: str


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Contents of the files of a set, cross-checked.

    `text` is the essay's text, empty if it is not included; `headlines` credits the wording of a
    replay's headlines. `overrides` gives the reason to ask a question despite blocking flaws;
    `rejections` the reason that a claim without a question cannot be tested; `statements` the lines
    of compiled questions that the set words itself; `settlements` the series and rule of questions.
    `repetitions` open siblings of its questions.
    """

    essay: Essay
    claims: tuple[Claim, ...]
    questions: tuple[Question, ...]
    indicators: tuple[Indicator, ...]
    feeds: tuple[FeedSeed, ...]
    events: tuple[HistoryEvent, ...]
    resolutions: tuple[PastResolution, ...]
    forecasts: tuple[InventedForecast, ...]
    forecasters: Mapping[ForecasterId, str]
    scenarios: tuple[ScenarioSet, ...] = ()
    links: tuple[Link, ...] = ()
    text: str = ""
    headlines: str = ""
    overrides: Mapping[QuestionId, str] = field(default_factory=lambda: MappingProxyType({}))
    rejections: Mapping[ClaimId, str] = field(default_factory=lambda: MappingProxyType({}))
    statements: Mapping[QuestionId, CompiledQuestion] = field(
        default_factory=lambda: MappingProxyType({})
    )
    repetitions: tuple[Repetition, ...] = ()
    series: tuple[Series, ...] = ()
    settlements: Mapping[QuestionId, Settlement] = field(
        default_factory=lambda: MappingProxyType({})
    )


def read_question_set(texts: Mapping[str, str]) -> QuestionSet:
    """Parse and validate a set given as {file name: text}.

    Raises `InvalidQuestionSet` with file, line and reason at the first error.

    >>> read_question_set({"essay.toml": "titel = 'a misspelt key'"})
    Traceback (most recent call last):
    forecasts.errors.InvalidQuestionSet: questions.toml:1: the set needs a file questions.toml
    """
    for name in SET_FILES:
        if name not in texts and name not in OPTIONAL_SET_FILES:
            raise InvalidQuestionSet(name, 1, f"the set needs a file {name}")
    files = {name: SetFile(name, texts.get(name, "")) for name in SET_FILES}
    text = texts.get(ESSAY_TEXT, "")
    essay_file = read_essay(files["essay.toml"], text)
    series = read_series(files["series.toml"])
    questions_file = read_questions(
        files["questions.toml"], essay_file, {one_series.id for one_series in series}
    )
    by_id = {q.id: q for q in questions_file.questions}
    indicators = read_indicators(files["indicators.toml"], by_id)
    feeds = _read_feeds(files["feeds.toml"])
    history = read_history(files["history.toml"], by_id)
    return QuestionSet(
        essay=essay_file.essay,
        claims=essay_file.claims,
        questions=questions_file.questions,
        indicators=indicators,
        feeds=feeds,
        events=history.events,
        resolutions=history.resolutions,
        forecasts=history.forecasts,
        forecasters=history.forecasters,
        headlines=history.headlines,
        scenarios=read_scenarios(files["scenarios.toml"], by_id),
        links=read_links(files["links.toml"], by_id),
        text=text,
        overrides=questions_file.overrides,
        rejections=essay_file.rejections,
        statements=questions_file.statements,
        repetitions=read_repeats(
            files["questions.toml"], by_id, questions_file.settlements, SET_AUTHOR
        ),
        series=series,
        settlements=questions_file.settlements,
    )


def _read_feeds(file: SetFile) -> tuple[FeedSeed, ...]:
    file.allow_only("feed")
    return require_unique_ids((record, _read_feed(record)) for record in file.records("feed"))


def _read_feed(record: SetRecord) -> FeedSeed:
    feed = FeedSeed(
        id=record.read_slug(),
        title=record.read_text("title"),
        url=record.read_url(),
        source_group=record.read_slug("source_group"),
        grade=cast(Grade, record.read_choice("grade", RELIABILITY)),
        theme=record.read_text("theme"),
    )
    record.refuse_unknown_keys()
    return feed
