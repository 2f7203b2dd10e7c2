"""Suggested distributions of numbers and dates.

    z = γ · doubt(Σ news)
    F'(x) = sigmoid(logit F(x) ∓ z)

Evidence for "higher" raises the log-odds of every "above x" by the same z, so also those of "above
the median", which start at even chances; evidence for "earlier" does so for "before x". A
likelihood ratio for one side of the median does not say how far; that each threshold moves alike is
the proportional odds model (McCullagh 1980). For a date, F is first cut at `at`: days that passed
without the event are off, as time passed is for `event_by`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from forecasts.distributions.cdf import Cdf, day_number
from forecasts.distributions.curve_builders import cut_past, tilt_curve
from forecasts.errors import InvalidForecast
from forecasts.evidence.evidence import Evidence, Indicator, IndicatorId
from forecasts.evidence.log_odds import (
    LedgerEntry,
    LedgerGroup,
    LedgerLine,
    accumulate_lines,
    group_lines,
)
from forecasts.evidence.weights import DAY, DEFAULT_MODEL, SuggestionModel
from forecasts.questions.question import Question, QuestionId
from forecasts.suggestion.news import describe_idle, limit_news, news_entries

QUANTILE_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Levels at which a suggestion is shown beside its base rate."""


@dataclass(frozen=True, slots=True)
class CurveSuggestion:
    """Suggested distribution of a number or a date, with the lines that tilt it.

    `start` is the prior, for a date without the days past. The log-odds of the lines add up to
    those of "higher" (for a date "earlier") than the median of `start`, from even chances, and
    `p_after` of a line is its probability. `idle` counts the pieces that move nothing, in words.
    """

    question_id: QuestionId
    at: datetime
    start: Cdf
    distribution: Cdf
    lines: tuple[LedgerLine, ...]
    version: str = DEFAULT_MODEL.version
    idle: str = ""

    @property
    def log_odds(self) -> float:
        """Tilt by all lines together, above 0 for higher or earlier."""
        return math.fsum(line.log_odds for line in self.lines)

    @property
    def groups(self) -> tuple[LedgerGroup, ...]:
        """Lines by group; their log-odds add up to the tilt as well."""
        return group_lines(self.lines, self.idle)


def suggest_curve(
    question: Question,
    evidence: Sequence[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
) -> CurveSuggestion:
    """Suggest a distribution at `at`; without evidence the prior, for a date what is left of it.

    Evidence is selected and weighed as by `forecasts.suggestion.binary.suggest`; learned
    corrections and limits, which rest on yes/no questions, are not used. Bounds, and what the prior
    holds impossible, stay. A question of another kind raises `InvalidForecast`.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.distributions.cdf import Scale
    >>> from forecasts.evidence.evidence import Direction, SourceReport, Strength
    >>> from forecasts.questions.question import utc
    >>> opens = utc("2026-01-01")
    >>> trade = build_question(NewQuestion("trade", "How much?", "As reported.",
    ...     ("https://example.org",), opens, utc("2026-06-01"), utc("2026-06-08"), kind="numeric",
    ...     horizon_shape="state_at", scale=Scale(0.0, 400.0), prior="100 200 300"))
    >>> story = Evidence(1, "trade", 1, "trade/ships", Direction.YES, Strength.STRONG, 1.0,
    ...     "confirmed", "ann", opens, (SourceReport("wire", 0.9, opens),))
    >>> found = suggest_curve(trade, [story], {}, opens)
    >>> round(found.log_odds, 3), round(found.distribution.quantile(0.5))
    (1.852, 337)
    """
    if question.scale is None or not isinstance(question.prior, Cdf):
        raise InvalidForecast(
            f"{question.id} is a {question.kind} question: only numbers and dates have a curve to "
            "suggest"
        )
    start = cut_prior(question, at)
    entries = news_entries(
        question, evidence, indicators, at, model=model, archive_from=archive_from
    )
    news = [entry for _, entry in entries]
    limits, _ = limit_news(news, model)
    lines = tuple(accumulate_lines([*_start_entries(question, at), *news, *limits]))
    tilt = math.fsum(line.log_odds for line in lines)
    tilted = tilt_curve(start, -tilt if question.kind == "date" else tilt)
    idle = describe_idle(evidence, question, at, model)
    return CurveSuggestion(question.id, at, start, tilted, lines, model.version, idle)


def cut_prior(question: Question, at: datetime) -> Cdf:
    """Prior of a number; that of a date without the days that passed by `at` without the event."""
    assert question.scale is not None
    assert isinstance(question.prior, Cdf)
    if question.kind != "date" or at <= question.opens_at:
        return question.prior
    return cut_past(question.prior, day_number(at), question.scale)


def _start_entries(question: Question, at: datetime) -> list[LedgerEntry]:
    """Entries of base rate and time, which set the median instead of moving odds."""
    entries = [LedgerEntry("base rate", question.dated_prior_reason, 0.0)]
    if question.kind == "date":
        days = max(0.0, (at - question.opens_at) / DAY)
        words = f"{round(days, 1):g} days passed without the event: they are taken off"
        entries.append(LedgerEntry("time passed", words, 0.0))
    return entries
