"""Commands that carry the whole database from one place to another."""

from pathlib import Path

import click

from forecasts.questions.formatting import format_count
from tracker.errors import Refused
from tracker.interfaces.cli.commands.terminal import as_json, print_result, tracker_session


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--with-secrets",
    "secrets",
    is_flag=True,
    help="Also write what lets people and programs in: hashes of passwords and tokens.",
)
@as_json
@click.pass_context
def export_database(context: click.Context, /, file: Path, *, secrets: bool, json: bool) -> None:
    """Write everything into one file, to be kept or moved.

    It is a zip archive of all tables: questions, forecasts, evidence, feeds, people, and the log
    with its hashes. `tracker system import` makes the same database of it, in SQLite or PostgreSQL.
    """
    if file.exists():
        raise Refused(f"{file} is there already: name a new file")
    with tracker_session(context) as tracker:
        manifest = tracker.system.export_database(file, secrets=secrets)
    rows = format_count(sum(manifest.rows.values()), "row")
    hint = "" if secrets else " People set new passwords after an import: see --with-secrets."
    print_result(
        manifest, json, f"{file} has {rows}; the head of the log is {manifest.head}.{hint}"
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@click.pass_context
def import_database(context: click.Context, /, file: Path, *, json: bool) -> None:
    """Fill a new database with such a file.

    Name the folder of the new database with --data before the command. All enters or nothing; the
    log has the head that `tracker system verify` printed where the file was made.
    """
    with tracker_session(context, create=True) as tracker:
        manifest = tracker.system.import_database(file)
    rows = format_count(sum(manifest.rows.values()), "row")
    print_result(
        manifest, json, f"Imported {rows}; the head of the log is {manifest.head}, as before."
    )
