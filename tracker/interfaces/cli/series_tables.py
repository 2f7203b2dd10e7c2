"""Terminal tables of series: all of them, a single one, and a trial."""

from rich.console import Group
from rich.table import Table

from forecasts.questions.formatting import format_utc_day, format_utc_minute
from forecasts.questions.series import SeriesValue, format_quantity
from tracker.ingestion.series_subscriptions import SeriesTrial
from tracker.interfaces.cli.tables import new_table, safe_text
from tracker.model.proposed_answers import SeriesStatus

SHOWN_VALUES = 12
"""Values that a command prints, the newest."""


def series_table(rows: tuple[SeriesStatus, ...]) -> Table:
    """Build the table of series with their newest values."""
    table = new_table("series", "values", "newest", "for", "asked next", "state")
    for row in rows:
        newest = row.newest
        table.add_row(
            safe_text(row.series.id),
            f"{row.count:,}",
            safe_text("–" if newest is None else f"{newest.text} {row.series.unit}".strip()),
            "–" if newest is None else str(newest.period),
            format_utc_minute(row.state.next_due_at),
            safe_text(_describe_state(row)),
        )
    return table


def describe_series(status: SeriesStatus) -> Group:
    """Describe one series: its source, questions and newest values."""
    definition, state = status.series, status.state
    where = "".join(f", where {column} is {content}" for column, content in definition.where)
    lines = [
        f"{definition.id}: {definition.value_column} by {definition.date_column}{where}",
        f"{definition.format} at {state.feed.url}",
        f"{_describe_state(status)}; asked next {format_utc_minute(state.next_due_at)}",
        f"settles {', '.join(status.questions)}" if status.questions else "settles no question yet",
        *([f"read together with {', '.join(status.shares)}"] if status.shares else []),
    ]
    return Group(safe_text("\n".join(lines)), _values_table(status.values[-SHOWN_VALUES:]))


def _values_table(values: tuple[SeriesValue, ...]) -> Table:
    table = new_table("for", "value", "as written", "first seen", "document")
    for value in reversed(values):
        table.add_row(
            str(value.period),
            format_quantity(value.value),
            safe_text(value.text),
            format_utc_minute(value.known_at),
            value.document_hash[:12],
        )
    return table


def describe_series_trial(trial: SeriesTrial) -> str:
    """Describe the newest values at an address, or why it cannot be read."""
    if trial.reading is None:
        return f"{trial.series.url} cannot be read: {trial.reason}"
    values, skipped = trial.reading.values, trial.reading.skipped
    lines = [f"{value.period}: {value.text}" for value in values[-SHOWN_VALUES:]]
    note = f"; {skipped:,} rows have no clear date or number" if skipped else ""
    return "\n".join([f"{len(values):,} values{note}. The newest:", *lines])


def describe_newest(status: SeriesStatus) -> str:
    """Say how many values a series has, and its newest."""
    newest = status.newest
    if newest is None:
        return "It has no value yet."
    words = f"{status.count:,} values, the newest {newest.text} {status.series.unit}".strip()
    return f"{words} for {newest.period}."


def _describe_state(status: SeriesStatus) -> str:
    state = status.state
    if state.paused:
        return f"paused: {state.paused_why}"
    if state.failures:
        return f"fails since {format_utc_day(state.failing_since)}: {state.last_error}"
    return "answers" if state.last_success_at else "not asked yet"
