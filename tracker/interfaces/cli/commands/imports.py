"""Commands on forecasts made elsewhere: fetch, preview, import, list, undo."""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from rich.table import Table

from forecasts.questions.formatting import format_count, format_utc_minute
from tracker.errors import Refused
from tracker.files.user_files import read_bytes
from tracker.ingestion.forecast_accounts import ACCOUNT_SITES, AccountSite
from tracker.interfaces.cli.commands.terminal import (
    allow_private,
    as_json,
    console,
    open_with_network,
    print_result,
    tracker_session,
    write_file,
)
from tracker.interfaces.cli.tables import safe_text
from tracker.model.forecast_import import (
    SOURCES,
    FileRow,
    ForecastImport,
    ImportBatch,
    ImportChoices,
    ImportPreview,
    RefusedRow,
)
from tracker.model.json_values import to_plain

MAX_IMPORT_BYTES: Final = 200_000_000
"""Maximum of bytes of an import file."""

MAX_REFUSED_LINES: Final = 20
"""Refused rows that are printed."""

MAX_QUESTION_LINES: Final = 10
"""Questions that a preview prints."""

KEY_VARIABLE: Final = "TRACKER_SITE_KEY"

Command = TypeVar("Command", bound=Callable[..., Any])


def _pairs_option(*names: str, metavar: str, text: str) -> Callable[[Command], Command]:
    return click.option(
        *names,
        multiple=True,
        metavar=metavar,
        help=text,
        callback=lambda _context, _option, pairs: _split(pairs),
    )


def _split(pairs: Iterable[str]) -> dict[str, str]:
    """Split NAME=VALUE at the last equal sign, as a link may have one."""
    for pair in pairs:
        if "=" not in pair:
            raise click.BadParameter(f"{pair!r} has no equal sign: write NAME=VALUE")
    return {name: value for name, _, value in (pair.rpartition("=") for pair in pairs)}


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option(
    "--from",
    "source",
    type=click.Choice(SOURCES),
    help="Where the files come from (default: seen by their content).",
)
@click.option("--preview", is_flag=True, help="Show what would enter; nothing is stored.")
@click.option("--skip-broken", is_flag=True, help="Leave broken rows out, and import the others.")
@_pairs_option(
    "--map", "columns", metavar="COLUMN=HEADER", text="Header of a column in a spreadsheet."
)
@_pairs_option(
    "--question",
    "questions",
    metavar="TEXT=QUESTION",
    text="Existing question for rows with this text or link.",
)
@_pairs_option(
    "--person", "people", metavar="NAME=FORECASTER", text="Forecaster for a name in the files."
)
@click.option("--zone", default="UTC", show_default=True, help="Zone of times without one.")
@click.option("--link", default="", help="Where answers can be checked, for rows without a link.")
@as_json
@click.pass_context
def import_forecasts(
    context: click.Context, /, *, files: tuple[Path, ...], preview: bool, json: bool, **chosen: Any
) -> None:
    """Import forecasts made elsewhere, and answers.

    Each FILE is an export of Fatebook, PredictionBook, Metaculus or Manifold, a spreadsheet (CSV or
    Excel), or has our own columns: question, forecaster, made_at, and probability (0 to 1) or
    forecast (as typed, or withdraw); an answer has question, outcome, known_at, source. All enter
    together, on retrospective questions, which are opened where they are not there yet, and are
    scored at once. Rows that are there already are left as they are. While a row is broken nothing
    enters, unless --skip-broken leaves it out; the exit code is 1 then, too.
    """
    contents = {str(file): read_bytes(file, MAX_IMPORT_BYTES) for file in files}
    choices = ImportChoices(**chosen)
    with tracker_session(context, create=not preview) as tracker:
        result = (
            tracker.forecasts.preview_import(contents, choices)
            if preview
            else tracker.forecasts.import_files(contents, choices)
        )
    if not json:
        _print_refused(result.refused)
    if isinstance(result, ImportPreview):
        if not json:
            _print_plan(result)
        print_result(result, json, _describe_preview(result))
    else:
        print_result(result, json, _describe_import(result))
    if result.refused:
        sys.exit(1)


def _print_refused(refused: tuple[RefusedRow, ...]) -> None:
    for row in refused[:MAX_REFUSED_LINES]:
        line = f"{row.file}, line {row.line}: {row.reason}"
        console.print(safe_text(line), soft_wrap=True)


def _print_plan(plan: ImportPreview) -> None:
    if plan.columns:
        columns = ", ".join(f"{ours}={theirs}" for ours, theirs in plan.columns.items())
        console.print(safe_text(f"Columns: {columns}"), soft_wrap=True)
    if names := {name: person for name, person in plan.people.items() if name}:
        people = ", ".join(f"{name} is {person}" for name, person in names.items())
        console.print(safe_text(f"People: {people}"), soft_wrap=True)
    for question in plan.questions[:MAX_QUESTION_LINES]:
        state = "new" if question.matched is None else f"as {question.matched}"
        console.print(safe_text(f"Question, {state}: {question.text}"), soft_wrap=True)
    for row in plan.first_rows[:MAX_QUESTION_LINES]:
        console.print(safe_text(_describe_row(row)), soft_wrap=True)


def _describe_row(row: FileRow) -> str:
    values = row.values
    question = values.get("text", values.get("question", ""))
    forecast = values.get("probability", values.get("forecast", values.get("outcome", "")))
    at = values.get("made_at", values.get("known_at", ""))
    when = format_utc_minute(at) if isinstance(at, datetime) else at
    return f"Line {row.line}: {question} {forecast}, {when}"


def _describe_preview(plan: ImportPreview) -> str:
    new = sum(question.matched is None for question in plan.questions)
    counts = (
        format_count(new, "new question"),
        format_count(len(plan.questions) - new, "known question"),
        format_count(plan.forecasts, "forecast"),
        format_count(plan.answers, "answer"),
    )
    return f"From {plan.source}: {', '.join(counts)}.{_describe_rest(plan)}"


def _describe_import(result: ForecastImport) -> str:
    if result.refused and result.batch is None and not result.forecasts + result.answers:
        return f"Nothing was imported.{_describe_rest(result)}"
    opened = f"{format_count(result.questions, 'question')}, " if result.questions else ""
    added = (
        f"Imported {opened}{format_count(result.forecasts, 'forecast')} and "
        f"{format_count(result.answers, 'answer')}; scored "
        f"{format_count(len(result.scored), 'question')}."
    )
    if result.batch is not None:
        added += f" `tracker forecast undo-import {result.batch}` takes it back."
    return added + _describe_rest(result)


def _describe_rest(result: ForecastImport | ImportPreview) -> str:
    text = ""
    if result.unchanged:
        were = "was" if result.unchanged == 1 else "were"
        text += f" {format_count(result.unchanged, 'row')} {were} there already."
    if count := len(result.refused):
        are = "is" if count == 1 else "are"
        text += f" {format_count(count, 'row')} {are} refused"
        more = count > MAX_REFUSED_LINES
        text += f", the first {MAX_REFUSED_LINES} above; --json lists all." if more else "."
    return text


@click.command()
@as_json
@click.pass_context
def list_imports(context: click.Context, /, json: bool) -> None:
    """List the imports that were made."""
    with tracker_session(context) as tracker:
        batches = tracker.forecasts.imports()
    nothing = "Nothing was imported yet: `tracker forecast import` does it."
    print_result(
        [to_plain(batch) for batch in batches], json, _build_table(batches) if batches else nothing
    )


def _build_table(batches: Iterable[ImportBatch]) -> Table:
    table = Table()
    for column in ("import", "from", "file", "at", "by", "questions", "forecasts", "answers", ""):
        table.add_column(column)
    for batch in batches:
        undone = f"undone {format_utc_minute(batch.undone_at)}" if batch.undone_at else ""
        counts = map(str, (batch.questions, batch.forecasts, batch.answers))
        table.add_row(
            str(batch.id),
            batch.source,
            safe_text(batch.name),
            format_utc_minute(batch.at),
            safe_text(batch.by),
            *counts,
            undone,
        )
    return table


@click.command()
@click.argument("batch", type=int)
@as_json
@click.pass_context
def undo_import(context: click.Context, /, batch: int, *, json: bool) -> None:
    """Take back all that an import entered.

    Its forecasts no longer stand, its answers and the questions that it opened are taken back;
    scores and lists are as before. The log keeps both. A question that others have used since
    stays.
    """
    with tracker_session(context) as tracker:
        result = tracker.forecasts.undo_import(batch)
    counts = (
        format_count(result.forecasts, "forecast"),
        format_count(result.answers, "answer"),
        format_count(result.questions, "question"),
    )
    stayed = f" Others use {', '.join(result.in_use)}: kept." if result.in_use else ""
    print_result(result, json, f"Import {batch} is undone: {', '.join(counts)} taken back.{stayed}")


@click.command()
@click.argument("site", type=click.Choice(ACCOUNT_SITES))
@click.argument("name", default="")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@allow_private
@click.pass_context
def fetch_account(
    context: click.Context, /, site: AccountSite, name: str, *, out: Path, allow_private: bool
) -> None:
    """Download your forecasts from another site, to import them.

    NAME is a user of Manifold, or the number of a question of Metaculus. Fatebook and Metaculus
    want a key: it is asked for, or taken from the environment variable TRACKER_SITE_KEY, and stored
    nowhere.
    """
    if out.exists():
        raise Refused(f"{out} is there already: name a new file")
    key = "" if site == "manifold" else _ask_key(site)
    with open_with_network(context, allow_private) as tracker:
        content = tracker.forecasts.fetch_account(site, name, key)
    write_file(out, content)
    click.echo(f"{out} has them: `tracker forecast import {out} --preview` shows what would enter.")


def _ask_key(site: str) -> str:
    return os.environ.get(KEY_VARIABLE) or click.prompt(f"Key of {site}", hide_input=True)
