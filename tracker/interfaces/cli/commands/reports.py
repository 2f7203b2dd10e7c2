"""What is given out: reports, and whole tables."""

import sys
from pathlib import Path
from typing import Any

import click

from forecasts.questions.question import utc
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.files.user_files import read_bytes
from tracker.interfaces.cli import tables as printing
from tracker.interfaces.cli.commands.terminal import as_json, opened, put, show
from tracker.model.formats import TABLE_FORMATS, TableFormat
from tracker.model.json_values import plain
from tracker.reports.checking import MOST_BYTES
from tracker.reports.content import KINDS, Kind
from tracker.reports.writing import FORMATS, Format, file_name, format_of, written


@click.command()
@click.argument("kind", type=click.Choice(KINDS), required=False)
@click.argument("name", required=False)
@click.option(
    "--as-of",
    metavar="TIME",
    help="What was known then, with zone; a bare date is UTC (default: now).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file (default: named after it).",
)
@click.option(
    "--format", type=click.Choice(FORMATS), help="By default what the file's name says, else html."
)
@click.option(
    "--check",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Instead: is this file as it was made?",
)
@as_json
@click.pass_context
def report(
    context: click.Context, /, kind: Kind | None, name: str | None, json: bool, **asked: Any
) -> None:
    """Write a report on a question, a scenario set, an essay or the last week, as HTML, PDF or
    JSON.

    NAME is that of the question or the essay; a scenario set has the name of its question, a week
    has none.
    """
    if asked["check"] is not None:
        _check(context, asked["check"], json)
        return
    if kind is None or (name is None) != (kind == "week"):
        raise click.UsageError("say what about: question NAME, scenarios NAME, essay NAME, or week")
    with opened(context) as tracker:
        at = utc(asked["as_of"]) if asked["as_of"] else None
        found = tracker.report(kind, name or "", as_of=at)
    form = _form(asked["out"], asked["format"])
    file = asked["out"] or Path(file_name(found, form))
    put(file, written(found, form))
    said = {"file": str(file), "known_at": found.known_at, "sha256": found.sha256}
    show(
        said, json, f"{file}: as known on {printing.minute(found.known_at)}, sha256 {found.sha256}"
    )


def _form(file: Path | None, wanted: Format | None) -> Format:
    return format_of(file, wanted) if file is not None else wanted or "html"


def _check(context: click.Context, file: Path, json: bool) -> None:
    """Exit code 1 when the file was changed, or says something else than the database."""
    content = read_bytes(file, MOST_BYTES)
    with opened(context) as tracker:
        check = tracker.check_report(content)
    told = {**plain(check), "whole": check.whole, "same": check.same}
    show(told, json, f"{check.words} sha256 {check.carried.sha256}")
    if not (check.whole and check.same):
        sys.exit(1)


@click.command()
@click.argument("table", required=False)
@click.option("--format", type=click.Choice(TABLE_FORMATS), default="csv", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file (default: TABLE.FORMAT).",
)
@click.option(
    "--all",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Every table, into this folder.",
)
@as_json
@click.pass_context
def export(context: click.Context, /, table: str | None, json: bool, **asked: Any) -> None:
    """Write a table as CSV, Parquet or JSON, or every table into a folder; without either, list
    them.
    """
    folder: Path | None = asked["folder"]
    with opened(context) as tracker:
        if table is not None and folder is not None:
            raise click.UsageError("name one table, or --all FOLDER for every one")
        if folder is not None:
            if asked["out"] is not None:
                raise click.UsageError(
                    "--out names one file: every table goes into the folder of --all"
                )
            files = _every(tracker, folder, asked["format"])
        elif table is not None:
            files = [asked["out"] or Path(f"{table}.{asked['format']}")]
            put(files[0], tracker.table_file(table, asked["format"]))
        else:
            show(tracker.tables(), json, "\n".join(tracker.tables()))
            return
    show([str(file) for file in files], json, "\n".join(map(str, files)))


def _every(tracker: Tracker, folder: Path, form: TableFormat) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            f"{folder} cannot be made: {error.strerror}; name a folder in one that is yours"
        ) from None
    files = [folder / f"{table}.{form}" for table in tracker.tables()]
    for file in files:
        put(file, tracker.table_file(file.stem, form))
    return files
