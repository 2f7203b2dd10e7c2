"""Benchmarks: the same question on a market or another platform, read on a schedule and scored."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from forecasts.questions.question import ForecasterId, Question, QuestionId

PlatformName = Literal["metaculus", "manifold", "polymarket", "kalshi"]

BenchmarkStatus = Literal["read", "paused", "ended"]
"""Read on the schedule; paused until a person confirms new criteria; ended with its answer."""

OptionPairs = tuple[tuple[str, str], ...]
"""Pairs of our option and theirs, each of them once."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Answer of a platform about its question at the time of a request.

    `p` is the probability of YES, `shares` those of named options with a sum of 1; both are empty
    for a question that shows neither. `answer` is empty before the platform resolved it, `size`
    how many took part, in words.
    """

    external_id: str
    url: str
    title: str
    criteria: str
    p: float | None = None
    shares: tuple[tuple[str, float], ...] = ()
    is_open: bool = True
    closes_at: datetime | None = None
    answer: str = ""
    size: str = ""

    @property
    def digest(self) -> str:
        """Hash of title and criteria, whatever their spaces."""
        return make_digest(self.title, self.criteria)

    @property
    def code(self) -> str:
        """Short form of the hash, by which a person says which criteria they read."""
        return self.digest[:8]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The reason, in one line, why an answer of a platform cannot be used."""

    reason: str


def make_digest(title: str, criteria: str) -> str:
    """Return the hash of a title and criteria, whatever their spaces.

    >>> make_digest("Rain?", "A  gauge") == make_digest("Rain? ", "A gauge")
    True
    """
    text = "\n".join(" ".join(part.split()) for part in (title, criteria))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class BenchmarkLink:
    """A person's statement that a question elsewhere is the same as ours, with what they read.

    With `is_inverted`, their YES is our NO. `options` pair our options with theirs.
    """

    question_id: QuestionId
    platform: PlatformName
    external_id: str
    url: str
    title: str
    criteria: str
    is_inverted: bool
    options: OptionPairs
    by: ForecasterId
    at: datetime


@dataclass(frozen=True, slots=True)
class PollState:
    """State of the polls of a link.

    `next_at` is None when nothing more is read. `problem` is why the last poll failed. `changed`
    is the new title with the new criteria while they wait for a person. `answer` is theirs.
    """

    next_at: datetime | None
    last_at: datetime | None = None
    failures: int = 0
    problem: str = ""
    etag: str | None = None
    last_modified: str | None = None
    size: str = ""
    answer: str = ""
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A link with the state of its polls, and whose forecasts it brings."""

    link: BenchmarkLink
    polls: PollState
    name: str
    forecaster_id: ForecasterId

    @property
    def status(self) -> BenchmarkStatus:
        """State: read, waiting for a person, or ended."""
        if self.polls.changed:
            return "paused"
        return "ended" if self.polls.next_at is None else "read"

    @property
    def is_in_trouble(self) -> bool:
        """Return whether it brings no forecasts now: it fails, or waits for a person."""
        return bool(self.polls.changed or self.polls.failures)

    @property
    def hint(self) -> str:
        """Sentence on something that needs a person; "" for nothing."""
        if self.polls.changed:
            return f"{self.name} changed its criteria: read them, and link it again or unlink it."
        if self.polls.answer:
            inverted = " (their YES is our NO)" if self.link.is_inverted else ""
            return f"{self.name} resolved {self.polls.answer}{inverted}: {self.link.url}"
        if not self.polls.problem:
            return ""
        advice = "It is asked again by itself; if that does not help, unlink it."
        return f"Not read: {self.polls.problem.rstrip('.')}. {advice}"


@dataclass(frozen=True, slots=True)
class LookUp:
    """Both questions side by side, as read at `at`, for a person who judges if they are the same.

    `options` pair those that have the same name; `refusal` says why they cannot be linked.
    """

    question: Question
    platform: PlatformName
    name: str
    quote: Quote
    at: datetime
    options: OptionPairs = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class SameQuestion:
    """A person's choice when they link: whether YES is NO there, and which options are equal.

    Without `options`, those of the same name are.
    """

    is_inverted: bool = False
    options: OptionPairs = ()


@dataclass(frozen=True, slots=True)
class QuoteReport:
    """Counts of one round of polls."""

    requested: int = 0
    failed: int = 0
    forecasts: int = 0
    paused: int = 0
