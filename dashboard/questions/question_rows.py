"""Rows of questions: sparkline, estimate with its change, crowd, and a field for one's forecast."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from dashboard.components.question_list import MIN_MOVE, ListView, SortOrder, measure_move
from dashboard.components.rows import (
    Badge,
    Cell,
    EntryCell,
    LinkCell,
    Row,
    RowColumn,
    SparkCell,
    TextCell,
    page_address,
)
from dashboard.wording.numbers import (
    MINUS,
    UTC_ZONE,
    clip,
    format_age,
    format_day,
    percent_exact,
    percent_whole,
)
from dashboard.wording.questions import format_answer, format_forecast, format_quantile
from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import (
    CROWD,
    FORECAST_FORMATS,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    Question,
    QuestionId,
)
from tracker.model.read_models import QuestionSummary

SPARK_POINTS: Final = 30
SIBLING_MARK: Final = "↳"
"""Mark in front of a sibling, which stands under its parent."""

_MAX_OPTION_CHARACTERS: Final = 18


@dataclass(frozen=True, slots=True)
class RefusedForecast:
    """Text typed into the row of a question, and the reason why it was refused."""

    question_id: str = ""
    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RowMarks:
    """Questions that are scenario sets, and those on which forecasts contradict each other."""

    scenarios: frozenset[QuestionId] = field(default_factory=frozenset)
    contradictions: frozenset[QuestionId] = field(default_factory=frozenset)


_COLUMNS: Final = (
    RowColumn("title", "Question", sort="title"),
    RowColumn("trend", "90 days", help="The estimate over 90 days; each row has its own scale"),
    RowColumn(
        "estimate",
        "Estimate",
        "end",
        "estimate",
        help="Base rate, time and evidence together",
    ),
    RowColumn("change", "7 days", "end", "change", help="Change of the estimate in points"),
    RowColumn("crowd", "Crowd", "end", "crowd", help="Median of everyone’s forecasts"),
    RowColumn("mine", "You", "end", "mine", help="Type a forecast and press Enter"),
    RowColumn("closes", "Closes", "end", "closing"),
    RowColumn("review", "Evidence", "end", "review", help="Evidence waiting for your review"),
)


def build_columns(rows: Sequence[Row], order: SortOrder, *, reverse: bool) -> tuple[RowColumn, ...]:
    """Build the columns that some row fills, with the direction of the order."""
    filled = {name for row in rows for name in row.cells}
    descending = (order in ("closing", "title", "stale")) == reverse
    return tuple(
        replace(column, descending=descending) for column in _COLUMNS if column.name in filled
    )


def build_row(s: QuestionSummary, view: ListView, marks: RowMarks, refused: RefusedForecast) -> Row:
    """Build the row of a question; a cell without content is left out."""
    is_open = s.status == "open"
    cells: dict[str, Cell | None] = {
        "title": build_title(s, marks),
        "trend": _build_spark(s, view.now),
        "estimate": _build_estimate(s, view.now),
        "change": _build_change(s, view) if is_open else None,
        "crowd": _build_forecast(s, CROWD, view.now),
        "mine": build_entry(s, view, refused) if is_open else _build_forecast(s, view.me, view.now),
        "closes": _build_state(s, view.now),
        "review": _build_review(s) if is_open and s.waiting else None,
    }
    return Row(s.question.id, {name: cell for name, cell in cells.items() if cell is not None})


def build_title(s: QuestionSummary, marks: RowMarks) -> LinkCell:
    """Build the link to a question, with what to know of it at first sight."""
    question = s.question
    badges = []
    if question.id in marks.scenarios:
        badges.append(Badge("Scenarios"))
    if question.id in marks.contradictions:
        badges.append(
            Badge("Contradiction", "warn", "Forecasts here contradict those on a linked question")
        )
    return LinkCell(
        question.text,
        page_address("question", q=question.id),
        mark="" if s.parent_id is None else SIBLING_MARK,
        badges=tuple(badges),
    )


def build_entry(s: QuestionSummary, view: ListView, refused: RefusedForecast) -> Cell:
    """Build the field for my forecast; one of options or dates is too long for a field."""
    question = s.question
    standing = s.standings.get(view.me)
    distribution = None if standing is None else standing.distribution
    if question.kind not in ("binary", "numeric"):
        text, words = shorten_forecast(question, distribution, view.now)
        return LinkCell(
            text if distribution is not None else "Forecast",
            page_address("question", q=question.id),
            help=words,
        )
    is_refused = refused.question_id == question.id
    suggested = s.standings.get(SUGGESTION)
    return EntryCell(
        refused.text if is_refused else format_typed(distribution),
        f"Your forecast: {clip(question.text, 90)}",
        format_typed(suggested.distribution) if question.kind == "numeric" and suggested else "",
        refused.problem if is_refused else "",
        help="" if question.kind == "binary" else FORECAST_FORMATS[question.kind].capitalize(),
        wide=question.kind == "numeric",
    )


def format_typed(distribution: Distribution | None) -> str:
    """Format a forecast as it may be typed: `63%`, or `94 107 127` for the quartiles of a number.

    >>> format_typed(Binary(0.63))
    '63%'
    """
    match distribution:
        case Binary():
            return percent_exact(distribution.p)
        case Cdf():
            quartiles = [distribution.quantile(level) for level in (0.25, 0.5, 0.75)]
            return " ".join(f"{float(f'{q:.4g}'):.15g}" for q in quartiles if q is not None)
        case _:
            return ""


def shorten_forecast(
    question: Question, distribution: Distribution | None, now: datetime
) -> tuple[str, str]:
    """Return a forecast for a narrow column, and in full where that says more."""
    if distribution is None:
        return "", ""
    current = fold_removed_options(question, now, distribution)
    match current:
        case Binary():
            return percent_exact(current.p), ""
        case Categorical():
            name = clip(current.likeliest, _MAX_OPTION_CHARACTERS)
            share = percent_exact(current.of(current.likeliest))
            return f"{name} {share}", format_forecast(question, current)
        case Cdf():
            return format_quantile(question, current, 0.5), format_forecast(question, current)


def _build_forecast(
    s: QuestionSummary, forecaster_id: ForecasterId, now: datetime
) -> TextCell | None:
    standing = s.standings.get(forecaster_id)
    if standing is None:
        return None
    text, words = shorten_forecast(s.question, standing.distribution, now)
    return TextCell(text, help=words)


def _build_estimate(s: QuestionSummary, now: datetime) -> TextCell | None:
    estimate = _build_forecast(s, SUGGESTION, now)
    if estimate is not None:
        return TextCell(estimate.text, tone="strong", help=estimate.help)
    base_rate = _build_forecast(s, PRIOR, now)
    return None if base_rate is None else TextCell(base_rate.text, tone="quiet", help="Base rate")


def _build_change(s: QuestionSummary, view: ListView) -> TextCell | None:
    move = measure_move(s, view.over, view.now)
    points = 0 if move is None else round(100.0 * move.change)
    if not points:
        return None
    return TextCell(f"{'+' if points > 0 else MINUS}{abs(points)}", tone="strong")


def _build_review(s: QuestionSummary) -> LinkCell:
    address = page_address("inbox", about=s.question.id)
    return LinkCell(f"{s.waiting} to review", address, tone="chip")


def _build_state(s: QuestionSummary, now: datetime) -> TextCell:
    """Build the answer of a question, or when it closes, opens, or has closed."""
    question = s.question
    if s.resolution is not None:
        day = format_day(s.resolution.known_at, UTC_ZONE)
        return TextCell(format_answer(question, s.resolution), day, "strong")
    if s.status == "upcoming":
        return TextCell(f"opens {format_age(question.opens_at, now)}")
    words = format_age(question.closes_at, now)
    return TextCell(
        words if s.status == "open" else f"closed {words}",
        help=f"{format_day(question.closes_at, UTC_ZONE)}, UTC",
    )


def _build_spark(s: QuestionSummary, now: datetime) -> SparkCell | None:
    """Build the line of the estimate; one that did not move tells nothing."""
    probabilities = [p for _, p in s.history]
    if not probabilities or max(probabilities) - min(probabilities) < MIN_MOVE:
        return None
    points = sample_history(s.history, now if s.status == "open" else s.history[-1][0])
    return SparkCell(points, f"Estimate {percent_whole(points[0])} to {percent_whole(points[-1])}")


def sample_history(history: Sequence[tuple[datetime, float]], now: datetime) -> tuple[float, ...]:
    """Sample the estimate at evenly spaced instants."""
    start = history[0][0]
    seconds = [(at - start).total_seconds() for at, _ in history]
    total = max((now - start).total_seconds(), seconds[-1])
    # Seconds, because datetime arithmetic took most of the time for a list of 1,000 questions.
    return tuple(
        round(history[bisect_right(seconds, total * (k / (SPARK_POINTS - 1))) - 1][1], 4)
        for k in range(SPARK_POINTS)
    )
