"""Commands that write reports and export tables."""

import sys
from pathlib import Path

import click

from forecasts.questions.formatting import format_utc_minute
from forecasts.questions.question import utc
from tracker.app.tracker import Tracker
from tracker.files.user_files import make_directory, read_bytes
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    print_result,
    tracker_session,
    write_file,
)
from tracker.model.json_values import TABLE_FORMATS, TableFormat, to_plain
from tracker.reports.content import REPORT_KINDS, ReportKind
from tracker.reports.report_files import (
    MAX_STREAM_BYTES,
    REPORT_FORMATS,
    ReportFormat,
    choose_format,
    render_report,
    report_file_name,
)


@click.command()
@click.argument("kind", type=click.Choice(REPORT_KINDS))
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
    "--format",
    "file_format",
    type=click.Choice(REPORT_FORMATS),
    help="By default what the file's name says, else html.",
)
@as_json
@click.pass_context
def build_report(
    context: click.Context,
    /,
    *,
    kind: ReportKind,
    name: str | None,
    as_of: str | None,
    out: Path | None,
    file_format: ReportFormat | None,
    json: bool,
) -> None:
    """Write a report on a question, scenario set, essay or week.

    NAME is that of the question or the essay; a scenario set has the name of its question, the last
    week has none.
    """
    if (name is None) != (kind == "week"):
        raise click.UsageError("say what about: question NAME, scenarios NAME, essay NAME, or week")
    with tracker_session(context) as tracker:
        content = tracker.reports.build(kind, name or "", as_of=utc(as_of) if as_of else None)
    form = choose_format(out, file_format) if out is not None else file_format or "html"
    file = out or Path(report_file_name(content, form))
    write_file(file, render_report(content, form))
    known_at, sha256 = content.known_at, content.sha256
    print_result(
        {"file": str(file), "known_at": known_at, "sha256": sha256},
        json,
        f"{file}: as known on {format_utc_minute(known_at)}, sha256 {sha256}",
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@click.pass_context
def check_report(context: click.Context, /, file: Path, json: bool) -> None:
    """Check that a report is as it was made.

    Exit code 1 if it was changed, or says something else than the database.
    """
    content = read_bytes(file, MAX_STREAM_BYTES)
    with tracker_session(context) as tracker:
        check = tracker.reports.check(content)
    record = {**to_plain(check), "whole": check.whole, "same": check.same}
    print_result(record, json, f"{check.words} sha256 {check.carried.sha256}")
    if not (check.whole and check.same):
        sys.exit(1)


@click.command()
@click.argument("table", required=False)
@click.option(
    "--format", "file_format", type=click.Choice(TABLE_FORMATS), default="csv", show_default=True
)
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
def export_tables(
    context: click.Context,
    /,
    *,
    table: str | None,
    file_format: TableFormat,
    out: Path | None,
    folder: Path | None,
    json: bool,
) -> None:
    """Write one table or all; without either, list them."""
    with tracker_session(context) as tracker:
        if table is not None and folder is not None:
            raise click.UsageError("name one table, or --all FOLDER for every one")
        if folder is not None:
            if out is not None:
                raise click.UsageError(
                    "--out names one file: every table goes into the folder of --all"
                )
            files = _export_all(tracker, folder, file_format)
        elif table is not None:
            files = [out or Path(f"{table}.{file_format}")]
            write_file(files[0], tracker.reports.export_table(table, file_format))
        else:
            print_result(
                tracker.reports.table_names(), json, "\n".join(tracker.reports.table_names())
            )
            return
    print_result([str(file) for file in files], json, "\n".join(map(str, files)))


def _export_all(tracker: Tracker, folder: Path, form: TableFormat) -> list[Path]:
    make_directory(folder, 0o777)
    files = [folder / f"{table}.{form}" for table in tracker.reports.table_names()]
    for file in files:
        write_file(file, tracker.reports.export_table(file.stem, form))
    return files
