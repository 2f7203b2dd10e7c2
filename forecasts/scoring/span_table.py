"""Forecasts that stood on answered questions, in columns.

A *pair* is a forecaster on a question. Times are microseconds since 1970, or what a clock counts.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.distributions.probability import Floats
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.answers import Answer, get_answer
from forecasts.questions.question import (
    ForecasterId,
    Kind,
    Question,
    Resolution,
    effective_close,
)
from forecasts.questions.timeline import ForecastSpan, Timeline
from forecasts.scoring.time_averages import (
    ClippedIntervals,
    Counts,
    Windows,
    clip_intervals,
    to_instant,
    to_microseconds,
)

Timelines = Mapping[ForecasterId, Timeline]
Spans = Mapping[ForecasterId, Sequence[ForecastSpan]]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Forecasts that stood on the scored time of one question, one forecaster after the other.

    `sizes` are the numbers of spans of each forecaster. By span: its times, and the probability of
    `yes`; `forecasts` has those of questions of other kinds, where `yes` is NaN.
    """

    forecasters: tuple[ForecasterId, ...]
    sizes: tuple[int, ...]
    start: Counts
    end: Counts
    yes: Floats
    forecasts: tuple[Distribution, ...] = ()

    def get_forecast(self, number: int) -> Distribution:
        """Forecast of a span."""
        return self.forecasts[number] if self.forecasts else Binary(float(self.yes[number]))

    def list_spans(self, forecaster_id: ForecasterId) -> list[ForecastSpan]:
        """Spans of a forecaster, in order of time."""
        place = self.forecasters.index(forecaster_id)
        first = sum(self.sizes[:place])
        return [
            ForecastSpan(
                to_instant(self.start[number]),
                to_instant(self.end[number]),
                self.get_forecast(number),
            )
            for number in range(first, first + self.sizes[place])
        ]

    def find_last(self, forecaster_id: ForecasterId) -> Distribution | None:
        """Find the last forecast of a forecaster; None without one."""
        if forecaster_id not in self.forecasters:
            return None
        place = self.forecasters.index(forecaster_id)
        end = sum(self.sizes[: place + 1])
        return self.get_forecast(end - 1) if self.sizes[place] else None


class AnsweredQuestion(NamedTuple):
    """Question with its resolution, and the forecasts that stood."""

    question: Question
    resolution: Resolution
    standing: Standing


def stand(question: Question, resolution: Resolution, timelines: Timelines) -> AnsweredQuestion:
    """Return the question with what stood from the opening to the effective close."""
    spans = {
        forecaster_id: standing_spans(question, resolution, line)
        for forecaster_id, line in timelines.items()
    }
    return AnsweredQuestion(question, resolution, collect_spans(question, spans))


def collect_spans(question: Question, spans: Spans) -> Standing:
    """Put the spans of forecasters on a question into columns."""
    every = [span for of_one in spans.values() for span in of_one]
    forecasts = tuple(span.distribution for span in every)
    return Standing(
        forecasters=tuple(spans),
        sizes=tuple(map(len, spans.values())),
        start=to_microseconds([span.start for span in every]),
        end=to_microseconds([span.end for span in every]),
        yes=np.array(
            [d.p if isinstance(d, Binary) else math.nan for d in forecasts], dtype=np.float64
        ),
        forecasts=() if question.kind == "binary" else forecasts,
    )


def standing_spans(
    question: Question, resolution: Resolution, timeline: Timeline
) -> tuple[ForecastSpan, ...]:
    """Forecasts from the opening to the effective close, removed options in `Other`."""
    spans = timeline.spans(question.opens_at, effective_close(question, resolution))
    removals = [option.removed_at for option in question.options if option.removed_at is not None]
    if not removals:
        return spans
    return tuple(
        ForecastSpan(start, end, fold_removed_options(question, start, span.distribution))
        for span in spans
        for start, end in pairwise(
            sorted({span.start, span.end, *(r for r in removals if span.start < r < span.end)})
        )
    )


class OtherQuestion(NamedTuple):
    """Question of another kind than binary, scored by itself: its answer, rows and pairs."""

    question: Question
    answer: Answer
    forecasts: tuple[Distribution, ...]
    rows: NDArray[np.intp]
    pairs: NDArray[np.intp]


Clock = Callable[[Counts, NDArray[np.intp]], Counts]
"""Function from microseconds since 1970, and the number of the question, to what is counted, such
as midnights; it never falls."""


@dataclass(frozen=True, slots=True, eq=False)
class SpanTable:
    """Forecasts that stood on answered questions, in columns; a pair is a forecaster on a question.

    By pair: its number in `answered`, its forecaster, and its window. By span: the `pair`, its
    times, its `number` in the standing of its question, and the probability given to the
    outcome of a binary question, NaN for others.
    """

    answered: tuple[AnsweredQuestion, ...]
    question_index: NDArray[np.intp]
    forecasters: tuple[ForecasterId, ...]
    windows: Windows
    pair: NDArray[np.intp]
    start: Counts
    end: Counts
    number: NDArray[np.intp]
    outcome_probability: Floats

    @classmethod
    def read(cls, answered: Sequence[AnsweredQuestion]) -> "SpanTable":
        """Read the columns; without the questions that have nothing to score against."""
        scored = tuple(a for a in answered if get_answer(a.question, a.resolution) is not None)
        standings = [a.standing for a in scored]
        sizes = np.array([size for s in standings for size in s.sizes], dtype=np.intp)
        question_index = np.repeat(np.arange(len(scored)), [len(s.sizes) for s in standings])
        pair = np.repeat(np.arange(len(sizes)), sizes)
        spans = np.bincount(question_index[pair], minlength=len(scored))
        yes = _join([s.yes for s in standings], np.float64)
        happened = np.array([a.resolution.outcome == "yes" for a in scored], dtype=np.bool_)
        return cls(
            answered=scored,
            question_index=question_index,
            forecasters=tuple(name for s in standings for name in s.forecasters),
            windows=_read_windows(scored, question_index),
            pair=pair,
            start=_join([s.start for s in standings], np.int64),
            end=_join([s.end for s in standings], np.int64),
            number=np.arange(len(pair)) - np.repeat(np.cumsum(spans) - spans, spans),
            outcome_probability=np.where(happened[question_index[pair]], yes, 1.0 - yes),
        )

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Kind of each question."""
        return tuple(a.question.kind for a in self.answered)

    def list_others(self) -> Iterator[OtherQuestion]:
        """List the questions of other kinds than binary, with their rows and pairs."""
        numbers = [number for number, kind in enumerate(self.kinds) if kind != "binary"]
        by_row = self.question_index[self.pair]
        for number in numbers:
            question, resolution, standing = self.answered[number]
            answer = get_answer(question, resolution)
            assert answer is not None
            rows = np.arange(*np.searchsorted(by_row, [number, number + 1]))
            pairs = np.arange(*np.searchsorted(self.question_index, [number, number + 1]))
            forecasts = tuple(standing.forecasts[place] for place in self.number[rows].tolist())
            yield OtherQuestion(question, answer, forecasts, rows, pairs)

    def select(self, pairs: NDArray[np.bool_]) -> "SpanTable":
        """Select pairs."""
        rows = pairs[self.pair]
        windows = self.windows
        return replace(
            self,
            question_index=self.question_index[pairs],
            forecasters=tuple(
                name for name, use in zip(self.forecasters, pairs.tolist(), strict=True) if use
            ),
            windows=Windows(windows.opens[pairs], windows.closes[pairs], windows.ends[pairs]),
            pair=(np.cumsum(pairs) - 1)[self.pair[rows]],
            start=self.start[rows],
            end=self.end[rows],
            number=self.number[rows],
            outcome_probability=self.outcome_probability[rows],
        )

    def on_clock(self, clock: Clock) -> "SpanTable":
        """Return the table with its times as a clock counts them."""
        windows, by_row = self.windows, self.question_index[self.pair]
        counted = (
            clock(times, self.question_index)
            for times in (windows.opens, windows.closes, windows.ends)
        )
        return replace(
            self,
            start=clock(self.start, by_row),
            end=clock(self.end, by_row),
            windows=Windows(*counted),
        )

    def clip(self) -> ClippedIntervals:
        """Cut the spans to their windows."""
        return clip_intervals(self.pair, self.start, self.end, self.windows)


def _read_windows(
    answered: Sequence[AnsweredQuestion], question_index: NDArray[np.intp]
) -> Windows:
    opens = to_microseconds([a.question.opens_at for a in answered])
    closes = to_microseconds([a.question.closes_at for a in answered])
    ends = to_microseconds([effective_close(a.question, a.resolution) for a in answered])
    return Windows(opens[question_index], closes[question_index], ends[question_index])


def _join(parts: Sequence[NDArray[Any]], dtype: type) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *parts])
