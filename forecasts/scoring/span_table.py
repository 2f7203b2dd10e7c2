"""Forecasts that stood on answered questions, in columns.

A *pair* is a forecaster on a question. Times are microseconds since 1970, or what a clock counts.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.distribution import Binary
from forecasts.distributions.probability import Floats
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
    effective_close,
)
from forecasts.questions.timeline import ForecastSpan, Timeline
from forecasts.scoring.time_averages import (
    ClippedIntervals,
    Counts,
    Windows,
    clip_intervals,
    to_microseconds,
)

Timelines = Mapping[ForecasterId, Timeline]
Spans = Mapping[ForecasterId, Sequence[ForecastSpan]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Question with its resolution, and the forecasts that stood on the scored time."""

    question: Question
    resolution: Resolution
    spans: Spans


def stand(question: Question, resolution: Resolution, timelines: Timelines) -> Standing:
    """Return what stood from the opening to the effective close."""
    spans = {
        forecaster_id: standing_spans(question, resolution, line)
        for forecaster_id, line in timelines.items()
    }
    return Standing(question, resolution, spans)


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


Clock = Callable[[Counts], Counts]
"""Function from microseconds since 1970 to what is counted, such as midnights; it never falls."""


@dataclass(frozen=True, slots=True, eq=False)
class SpanTable:
    """Forecasts that stood, in columns; a pair is a forecaster on a question.

    By pair: its question and forecaster, its number of spans, and its window. By span: the `pair`,
    its times, and the probability given to the outcome of a binary question, NaN for others.
    """

    pairs: tuple[tuple[QuestionId, ForecasterId], ...]
    sizes: tuple[int, ...]
    windows: Windows
    spans: tuple[ForecastSpan, ...]
    pair: NDArray[np.intp]
    start: Counts
    end: Counts
    outcome_probability: Floats

    @classmethod
    def read(cls, standing: Sequence[Standing]) -> "SpanTable":
        """Read the columns."""
        sizes = tuple(len(spans) for entry in standing for spans in entry.spans.values())
        spans = tuple(s for entry in standing for spans in entry.spans.values() for s in spans)
        windows = [
            (q.opens_at, q.closes_at, effective_close(q, entry.resolution))
            for entry in standing
            for q in (entry.question,)
        ]
        people = [len(entry.spans) for entry in standing]
        return cls(
            pairs=tuple((entry.question.id, name) for entry in standing for name in entry.spans),
            sizes=sizes,
            windows=Windows(
                *(
                    np.repeat(to_microseconds([window[k] for window in windows]), people)
                    for k in range(3)
                )
            ),
            spans=spans,
            pair=np.repeat(np.arange(len(sizes)), np.array(sizes, dtype=np.intp)),
            start=to_microseconds([s.start for s in spans]),
            end=to_microseconds([s.end for s in spans]),
            outcome_probability=np.array(
                [p for entry in standing for p in _outcome_probabilities(entry)], dtype=np.float64
            ),
        )

    def on_clock(self, clock: Clock) -> "SpanTable":
        """Return the table with its times as a clock counts them."""
        windows = Windows(*map(clock, (self.windows.opens, self.windows.closes, self.windows.ends)))
        return replace(self, start=clock(self.start), end=clock(self.end), windows=windows)

    def clip(self) -> ClippedIntervals:
        """Cut the spans to their windows."""
        return clip_intervals(self.pair, self.start, self.end, self.windows)


def _outcome_probabilities(standing: Standing) -> Iterator[float]:
    yes = standing.resolution.outcome == "yes"
    for spans in standing.spans.values():
        for span in spans:
            forecast = span.distribution
            if not isinstance(forecast, Binary):
                yield math.nan
            else:
                yield forecast.p if yes else 1.0 - forecast.p
