"""Commands on series: numbers that are read by address, and settle questions."""

from collections.abc import Callable
from typing import Any, TypedDict, TypeVar, Unpack, get_args

import click

from forecasts.questions.series import Series, SeriesFormat, SeriesId
from tracker.errors import Refused
from tracker.interfaces.cli import series_tables, tables
from tracker.interfaces.cli.commands.terminal import (
    allow_private,
    as_json,
    console,
    open_with_network,
    print_result,
    tracker_session,
)

Command = TypeVar("Command", bound=Callable[..., Any])


class SeriesOptions(TypedDict):
    """Options that say how the table of a series is read."""

    table_format: SeriesFormat | None
    date_column: str
    value_column: str
    where: tuple[str, ...]
    day_first: bool
    decimal_comma: bool


def series_options(command: Command) -> Command:
    """Add the options that say how the table of a series is read."""
    options = (
        click.option(
            "--format",
            "table_format",
            type=click.Choice(get_args(SeriesFormat)),
            help="How the table of a series is written.",
        ),
        click.option("--date", "date_column", default="", help="The column with the dates."),
        click.option("--value", "value_column", default="", help="The column with the numbers."),
        click.option(
            "--where",
            multiple=True,
            metavar="COLUMN=VALUE",
            help="Only rows with this content; may be given again.",
        ),
        click.option("--day-first", is_flag=True, help="Read 03/04/2026 as the third of April."),
        click.option("--decimal-comma", is_flag=True, help="Read 1,234 as one and a bit."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def read_definition(name: str, url: str, unit: str, options: SeriesOptions) -> Series:
    """Read the definition of a series from options; raises `Refused` for one that is missing."""
    if options["table_format"] is None:
        raise Refused("a series needs a --format: csv, json or html")
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
        unit,
        options["day_first"],
        options["decimal_comma"],
    )


@click.command()
@as_json
@click.pass_context
def list_series(context: click.Context, /, json: bool) -> None:
    """List the series of numbers with their newest values."""
    with tracker_session(context) as tracker:
        rows = tracker.series.list()
    nothing = "No series yet: `tracker feed add-series` reads one."
    print_result(rows, json, series_tables.series_table(rows) if rows else nothing)
    if not json and any(row.state.paused for row in rows):
        console.print("`tracker feed retry SERIES` has a paused one read.")


@click.command()
@click.argument("name")
@click.argument("url")
@series_options
@click.option("--unit", default="", help="The unit of the numbers, such as USD a barrel.")
@allow_private
@as_json
@click.pass_context
def add_series(
    context: click.Context,
    /,
    name: str,
    url: str,
    *,
    unit: str,
    allow_private: bool,
    json: bool,
    **options: Unpack[SeriesOptions],
) -> None:
    """Read the series of numbers at an address from now on.

    It is polled as feeds are. Several series may read one address: it is asked once for all.
    """
    definition = read_definition(name, url, unit, options)
    with open_with_network(context, allow_private, create=True) as tracker:
        status = tracker.series.add(definition)
    words = f"{name} is read from now on. {series_tables.describe_newest(status)}"
    print_result(status, json, words)


@click.command()
@click.argument("series")
@click.pass_context
def remove_series(context: click.Context, /, series: str) -> None:
    """Read a series no more for good; its values stay."""
    with tracker_session(context) as tracker:
        status = tracker.series.remove(series)
    left = f" No series settles {', '.join(status.questions)} now." if status.questions else ""
    console.print(tables.safe_text(f"{series} is no longer read; its values stay.{left}"))
