"""Shared parts of all commands: the terminal, opening the tracker, and common options."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import click
from rich.console import Console

from forecasts.questions.question import ForecasterId
from tracker.app.tracker import Tracker, open_tracker, wait_for_database
from tracker.errors import Refused
from tracker.feeds.fetch_results import FetchLimits
from tracker.files.user_files import open_nonblocking
from tracker.interfaces.cli import tables
from tracker.interfaces.process_setup import configure_logging
from tracker.model.json_values import to_json
from tracker.settings import Settings, load_settings, replay_settings

console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)

as_json = click.option("--json", "json", is_flag=True, help="Print JSON instead of a table.")
allow_private = click.option(
    "--allow-private",
    is_flag=True,
    help="Also ask hosts that are not on the public internet, just this once.",
)
forecaster_option = click.option(
    "--as",
    "forecaster",
    metavar="NAME",
    callback=lambda _context, _option, name: name or None,
    help="Act as this forecaster (default: setting 'me').",
)


def settings_of(context: click.Context) -> Settings:
    """Return the settings that the options of `tracker` choose, and set up the log by them.

    Both happen on the first call, as the help of a command needs neither.
    """
    top = context.find_root()
    if top.obj is None:
        settings = load_settings(top.params["data"])
        configure_logging(settings)
        top.obj = replay_settings(settings) if top.params["replay"] else settings
    return cast(Settings, top.obj)


@contextmanager
def tracker_session(
    context: click.Context,
    *,
    create: bool = False,
    logs: bool = False,
    wait: bool = False,
    limits: FetchLimits | None = None,
) -> Iterator[Tracker]:
    """Open the tracker on the configured database; raises `Refused` if it is missing.

    `create` makes a missing one and says so; the replay's is made by its own command. Without
    `logs` only errors are logged, unless the level is "debug": a command prints its own result.
    `wait` is for a command that runs on: it waits for a database server that is not there yet.
    """
    settings = settings_of(context)
    if not logs and settings.log_level != "debug":
        configure_logging(replace(settings, log_level="error"))
    replayed = bool(context.find_root().params["replay"])
    create = create and not replayed
    is_new = create and not settings.has_database
    if wait:
        wait_for_database(settings, partial(click.echo, err=True))
    with open_tracker(settings, create=create, limits=limits, follow_replay=replayed) as tracker:
        if is_new:
            click.echo(f"Made a database in {settings.data_dir}.", err=True)
        yield tracker


def open_with_network(
    context: click.Context,
    allow_private: bool,
    no_politeness: bool = False,
    *,
    create: bool = False,
) -> AbstractContextManager[Tracker]:
    """Open the tracker with the network limits of the options."""
    from tracker.ingestion.network import make_fetch_limits

    limits = make_fetch_limits(settings_of(context))
    private = ("*",) if allow_private else limits.private
    limits = replace(limits, private=private, polite=not no_politeness)
    return tracker_session(context, create=create, limits=limits)


def forecaster_name(tracker: Tracker, forecaster: ForecasterId) -> str:
    """Return the name of a forecaster, or the id if unknown."""
    known = (*tracker.people.list(), *tracker.people.list_outside())
    return next((known_one.name for known_one in known if known_one.id == forecaster), forecaster)


def print_result(value: Any, json: bool, table: Any) -> None:
    """Print a value as JSON, or its table."""
    if json:
        click.echo(to_json(value))
    else:
        console.print(tables.safe_text(table) if isinstance(table, str) else table)


def write_file(file: Path, content: bytes) -> None:
    """Write a file; raises `Refused` if that fails."""
    try:
        with open(file, "wb", opener=open_nonblocking) as opened:
            os.set_blocking(opened.fileno(), True)
            opened.write(content)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Refused(
            f"{file} cannot be written: {reason}; name a file in a folder that is yours"
        ) from None
