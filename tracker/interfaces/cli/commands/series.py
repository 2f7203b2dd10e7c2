"""Commands on series: numbers that are read by address, and the answers that they give."""

import sys
from collections.abc import Callable
from typing import Any, TypedDict, TypeVar, Unpack, cast, get_args

import click
from rich.table import Table

from forecasts.questions.formatting import format_utc_day, format_utc_minute
from forecasts.questions.question import ForecasterId
from forecasts.questions.series import Series, SeriesFormat, SeriesId, SeriesValue, format_quantity
from tracker.errors import Refused
from tracker.ingestion.series_subscriptions import SeriesTrial
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.feeds import allow_private, open_with_network
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    forecaster_option,
    print_result,
    tracker_session,
)
from tracker.model.proposed_answers import (
    AnswerDesk,
    MissingAnswer,
    ProposedAnswer,
    SeriesStatus,
)

SHOWN_VALUES = 12
"""Values that a command prints, the newest."""

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--format",
        "table_format",
        type=click.Choice(get_args(SeriesFormat)),
        required=True,
        help="How its table is written.",
    ),
    click.option("--date", "date_column", required=True, help="The column with the dates."),
    click.option("--value", "value_column", required=True, help="The column with the numbers."),
    click.option(
        "--where",
        multiple=True,
        metavar="COLUMN=VALUE",
        help="Only rows with this content; may be given again.",
    ),
    click.option("--unit", default="", help="The unit of the numbers, such as USD a barrel."),
    click.option("--day-first", is_flag=True, help="Read 03/04/2026 as the third of April."),
    click.option("--decimal-comma", is_flag=True, help="Read 1,234 as one and a bit."),
)


class _SeriesOptions(TypedDict):
    table_format: SeriesFormat
    date_column: str
    value_column: str
    where: tuple[str, ...]
    unit: str
    day_first: bool
    decimal_comma: bool


def _series_options(command: Command) -> Command:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _read_definition(name: str, url: str, options: _SeriesOptions) -> Series:
    where = []
    for text in options["where"]:
        column, mark, content = text.partition("=")
        if not mark or not column.strip():
            raise Refused(f"{text!r} names no column: write --where COLUMN=VALUE")
        where.append((column.strip(), content.strip()))
    return Series(
        SeriesId(name),
        url,
        options["table_format"],
        options["date_column"],
        options["value_column"],
        tuple(where),
        options["unit"],
        options["day_first"],
        options["decimal_comma"],
    )


@click.command()
@click.argument("name")
@click.argument("url")
@_series_options
@allow_private
@as_json
@click.pass_context
def add_series(
    context: click.Context,
    /,
    name: str,
    url: str,
    *,
    allow_private: bool,
    json: bool,
    **options: Unpack[_SeriesOptions],
) -> None:
    """Read the series at an address from now on.

    It is polled as feeds are. Several series may read one address: it is asked once for all.
    """
    definition = _read_definition(name, url, options)
    with open_with_network(context, allow_private) as tracker:
        status = tracker.series.add(definition)
    print_result(status, json, f"{name} is read from now on. {_describe_newest(status)}")


@click.command()
@as_json
@click.pass_context
def list_series(context: click.Context, /, json: bool) -> None:
    """List the series with their newest values."""
    with tracker_session(context) as tracker:
        rows = tracker.series.list()
    table = tables.new_table("series", "values", "newest", "for", "asked next", "state")
    for row in rows:
        newest = row.newest
        table.add_row(
            tables.safe_text(row.series.id),
            f"{row.count:,}",
            tables.safe_text("–" if newest is None else f"{newest.text} {row.series.unit}".strip()),
            "–" if newest is None else str(newest.period),
            format_utc_minute(row.state.next_due_at),
            tables.safe_text(_describe_state(row)),
        )
    print_result(rows, json, table if rows else "No series yet: `tracker series add` reads one.")


@click.command()
@click.argument("series")
@as_json
@click.pass_context
def show_series(context: click.Context, /, series: str, json: bool) -> None:
    """Show a series: its source, values and questions."""
    with tracker_session(context) as tracker:
        status = tracker.series.get(series)
    if json:
        print_result(status, json, "")
        return
    definition, state = status.series, status.state
    where = "".join(f", where {column} is {content}" for column, content in definition.where)
    lines = [
        f"{definition.id}: {definition.value_column} by {definition.date_column}{where}",
        f"{definition.format} at {state.feed.url}",
        f"{_describe_state(status)}; asked next {format_utc_minute(state.next_due_at)}",
        f"settles {', '.join(status.questions)}" if status.questions else "settles no question yet",
        *([f"read together with {', '.join(status.shares)}"] if status.shares else []),
    ]
    console.print(tables.safe_text("\n".join(lines)))
    console.print(_values_table(status.values[-SHOWN_VALUES:]))


def _values_table(values: tuple[SeriesValue, ...]) -> Table:
    table = tables.new_table("for", "value", "as written", "first seen", "document")
    for value in reversed(values):
        table.add_row(
            str(value.period),
            format_quantity(value.value),
            tables.safe_text(value.text),
            format_utc_minute(value.known_at),
            value.document_hash[:12],
        )
    return table


@click.command()
@click.argument("series", required=False)
@click.option("--url", help="Instead of a series that is read: the address of a new one.")
@click.option("--format", "table_format", type=click.Choice(get_args(SeriesFormat)))
@click.option("--date", "date_column", default="", help="The column with the dates.")
@click.option("--value", "value_column", default="", help="The column with the numbers.")
@click.option("--where", multiple=True, metavar="COLUMN=VALUE", help="Only rows with this content.")
@click.option("--day-first", is_flag=True, help="Read 03/04/2026 as the third of April.")
@click.option("--decimal-comma", is_flag=True, help="Read 1,234 as one and a bit.")
@allow_private
@as_json
@click.pass_context
def check_series(
    context: click.Context,
    /,
    series: str | None,
    *,
    url: str | None,
    allow_private: bool,
    json: bool,
    **options: Any,
) -> None:
    """Read an address once, and say what is in it.

    Nothing is stored. Exit code 1 when it cannot be read.
    """
    if (series is None) == (url is None):
        raise Refused("name a series, or an address with --url, --format, --date and --value")
    with open_with_network(context, allow_private) as tracker:
        if series is not None:
            trial = tracker.series.check_again(series)
        elif url is not None and options["table_format"] is not None:
            trial = tracker.series.check(
                _read_definition("check", url, cast(_SeriesOptions, {"unit": "", **options}))
            )
        else:
            raise Refused("an address needs a --format: csv, json or html")
    print_result(trial.reading or trial.reason, json, _describe_trial(trial))
    if trial.reading is None:
        sys.exit(1)


def _describe_trial(trial: SeriesTrial) -> str:
    if trial.reading is None:
        return f"{trial.series.url} cannot be read: {trial.reason}"
    values, skipped = trial.reading.values, trial.reading.skipped
    lines = [f"{value.period}: {value.text}" for value in values[-SHOWN_VALUES:]]
    note = f"; {skipped:,} rows have no clear date or number" if skipped else ""
    return "\n".join([f"{len(values):,} values{note}. The newest:", *lines])


def _describe_newest(status: SeriesStatus) -> str:
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


@click.command()
@click.argument("series")
@click.pass_context
def pause_series(context: click.Context, /, series: str) -> None:
    """Read a series no more.

    Others of its document are paused with it. `tracker series retry` takes it up again.
    """
    with tracker_session(context) as tracker:
        status = tracker.series.pause(series)
    names = ", ".join([series, *status.shares])
    console.print(
        tables.safe_text(f"Paused: {names}. `tracker series retry {series}` takes it up again.")
    )


@click.command()
@click.argument("series")
@click.pass_context
def retry_series(context: click.Context, /, series: str) -> None:
    """Read a series at the next tick, even a paused one."""
    with tracker_session(context) as tracker:
        tracker.series.retry(series)
    console.print(tables.safe_text(f"{series} is due now: the next round of polling asks it."))


@click.command()
@click.argument("series")
@click.pass_context
def remove_series(context: click.Context, /, series: str) -> None:
    """Read a series no more for good; its values stay."""
    with tracker_session(context) as tracker:
        status = tracker.series.remove(series)
    left = f" No series settles {', '.join(status.questions)} now." if status.questions else ""
    console.print(tables.safe_text(f"{series} is no longer read; its values stay.{left}"))


# Answers by series


@click.command()
@click.argument("question")
@click.argument("series")
@click.option(
    "--rule",
    required=True,
    metavar="RULE",
    help="Such as 'value in 2026-12 more than 60'; '' leaves the question to people again.",
)
@forecaster_option
@as_json
@click.pass_context
def settle_by(
    context: click.Context,
    /,
    question: str,
    series: str,
    *,
    rule: str,
    forecaster: ForecasterId | None,
    json: bool,
) -> None:
    """Name the series and the rule that settle a question.

    The rule is “value in”, “mean of”, “last of”, “max of”, “min of”, “change of”, “percent change
    of” or “standing at” a period, for a yes/no question with “more than”, “at least”, “at most” or
    “less than” a number; for a date “first day on which value more than” a number. Once the series
    has the number, the answer is proposed; a person confirms it.
    """
    with tracker_session(context) as tracker:
        desk = tracker.resolutions.settle_by(question, series, rule, by=forecaster)
    print_result(desk, json, _describe_desk(question, desk))


def _describe_desk(question: str, desk: AnswerDesk) -> str:
    if desk.settling is None:
        return f"{question} is left to people: no series settles it."
    settlement = desk.settling.settlement
    words = f"{question} is settled by {settlement.series_id}: {settlement.rule}."
    if desk.proposals:
        return f"{words}\n{_describe_proposal(desk.proposals[0])}"
    return f"{words} It waits: {desk.waiting}. {desk.settling.distance}".strip()


@click.command()
@as_json
@click.pass_context
def list_proposed_answers(context: click.Context, /, json: bool) -> None:
    """List proposed answers, and what others wait for.

    `tracker question resolve QUESTION --proposed` confirms one.
    """
    with tracker_session(context) as tracker:
        proposals, missing = tracker.resolutions.proposals(), tracker.resolutions.missing()
    if json:
        print_result({"proposed": proposals, "missing": missing}, json, "")
        return
    parts = [*map(_describe_proposal, proposals), *map(_describe_missing, missing)]
    console.print(
        tables.safe_text("\n\n".join(parts) or "No answer is proposed, and none is overdue.")
    )


def _describe_proposal(proposal: ProposedAnswer) -> str:
    source = f"series {proposal.series_id}" if proposal.series_id else "a decisive report"
    lines = [
        f"{proposal.question.id}: {(proposal.answer or proposal.outcome)}, by {source}",
        f"  {proposal.quote}",
        f"  {proposal.source_url}",
        f"  known {format_utc_minute(proposal.known_at)}",
        *([f"  document {proposal.document_hash}"] if proposal.document_hash else []),
        *([f"  revised since: {proposal.revised}"] if proposal.revised else []),
        f"  confirm it with: tracker question resolve {proposal.question.id} --proposed",
    ]
    return "\n".join(lines)


def _describe_missing(missing: MissingAnswer) -> str:
    question = missing.question
    return (
        f"{question.id}: overdue since {format_utc_day(question.resolves_at)}\n  {missing.reason}"
    )


@click.command()
@click.argument("question")
@click.option("--why", required=True, metavar="TEXT", help="Why it is not the answer.")
@click.option("--key", metavar="KEY", help="Which one, where several are proposed.")
@forecaster_option
@click.pass_context
def dismiss_answer(
    context: click.Context,
    /,
    question: str,
    *,
    why: str,
    key: str | None,
    forecaster: ForecasterId | None,
) -> None:
    """Dismiss a proposed answer: it is not proposed again."""
    with tracker_session(context) as tracker:
        proposal = tracker.resolutions.dismiss_proposed(question, why, key=key, by=forecaster)
    console.print(
        tables.safe_text(f"Dismissed: {proposal.answer or proposal.outcome} for {question}.")
    )
