"""Commands for the upkeep of an installation: status, check, backup, restore, prune."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from forecasts.questions.formatting import format_count, format_utc_minute
from tracker.app.restoring import restore_backup
from tracker.app.system import SystemStatus
from tracker.app.tracker import clock
from tracker.errors import Refused
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    print_result,
    settings_of,
    tracker_session,
)
from tracker.interfaces.cli.commands.workers import describe_work
from tracker.model.json_values import to_plain
from tracker.model.upkeep import CheckResult, PruneReport, describe_size, format_bytes


@click.command()
@as_json
@click.pass_context
def status(context: click.Context, /, json: bool) -> None:
    """Show version, growth, backups, workers and queues."""
    with tracker_session(context) as tracker:
        system, work, now = tracker.system.status(), tracker.system.work(), tracker.now()
    lines = [*describe_system(system), *describe_work(work, now)]
    print_result({"system": system, "work": work}, json, "\n".join(lines))


def describe_system(system: SystemStatus) -> list[str]:
    """Describe version, storage with its growth, scheduler and backups, one a line."""
    last_job = "never active: `tracker up` or `tracker system run` starts it"
    if system.last_job is not None:
        last_job = f"last active {format_utc_minute(system.last_job)}"
    backup = "none yet: `tracker system backup` makes one"
    if system.backed_up_at is not None:
        backup = format_utc_minute(system.backed_up_at)
    return [
        f"Version {system.version}",
        f"Database: {system.database}, {describe_size(system.bytes, system.growth)}, "
        f"{format_count(system.entries, 'log entry', 'log entries')}",
        f"Newest backup: {backup}",
        f"Scheduler: {last_job}",
    ]


@click.command()
@as_json
@click.pass_context
def check(context: click.Context, /, json: bool) -> None:
    """Check everything that can be wrong, and say what to do.

    It looks at the file of the database, the references between rows, the log with all facts and
    scores, the newest backup, disk, clock, permissions and feeds. Exit code 1 if anything is wrong.
    """
    with tracker_session(context) as tracker:
        results = tracker.upkeep.check()
    rows = [{**to_plain(result), "good": result.is_good} for result in results]
    print_result(rows, json, "\n".join(map(_format_result, results)))
    if not all(result.is_good for result in results):
        sys.exit(1)


def _format_result(result: CheckResult) -> str:
    remedy = "" if result.is_good else f"\n    {result.remedy}"
    return f"{'ok   ' if result.is_good else 'WRONG'} {result.name}: {result.finding}{remedy}"


@click.command()
@click.option(
    "--to",
    metavar="DIR|FILE",
    type=click.Path(path_type=Path),
    help="Folder or name of the backup (default: setting 'backup_dir').",
)
@as_json
@click.pass_context
def back_up(context: click.Context, /, to: Path | None, json: bool) -> None:
    """Copy the database while everything runs.

    The copy is checked before it appears, with the head of the log and the number of rows of each
    table, and only its owner can read it. `tracker system restore` puts it back.
    """
    with tracker_session(context) as tracker:
        backup = tracker.upkeep.back_up(to)
    state = backup.manifest.state
    rows = format_count(sum(state.rows.values()), "row")
    note = f" It is our own export, since {backup.note}." if backup.note else ""
    print_result(
        backup,
        json,
        f"{backup.file} ({format_bytes(backup.bytes)}) has {rows}; the head of the log is "
        f"{state.head}.{note}",
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@click.pass_context
def restore(context: click.Context, /, file: Path, json: bool) -> None:
    """Put a backup in the place of the database, which is kept.

    Stop the tracker before. The backup is checked first, and brought to the version of this
    tracker; then it takes the place in one step. The log says that it was restored, and from
    which head it goes on.
    """
    settings = settings_of(context)
    if context.find_root().params["replay"]:
        raise Refused("a replay has no backups: `tracker demo --fresh` makes it anew")
    restored = restore_backup(settings, file, clock())
    manifest = restored.manifest
    old = f"\nThe database before is {restored.replaced}." if restored.replaced else ""
    problem = f"\nIts log is not whole: {restored.problem}." if restored.problem else ""
    print_result(
        restored,
        json,
        f"Restored as of {format_utc_minute(manifest.made_at)}, entry {manifest.state.head}; the "
        f"head of the log is {restored.head} now.{old}{problem}",
    )
    if restored.problem:
        sys.exit(1)


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what would go, and leave it.")
@click.option(
    "--compact",
    is_flag=True,
    help="Then write the SQLite file anew, so that all free room in it goes back to the disk. "
    "Takes as much room again meanwhile; stop the tracker before.",
)
@as_json
@click.pass_context
def prune(context: click.Context, /, dry_run: bool, compact: bool, json: bool) -> None:
    """Delete old texts that bear on nothing.

    The scheduler does it every day. Texts of items that are no evidence go after `keep_days`;
    headlines, addresses, times and hashes stay. The texts of sent notices and kept answers of the
    model go after the same time.
    """
    if dry_run and compact:
        raise Refused("--dry-run changes nothing, and --compact does: ask for one at a time")
    with tracker_session(context) as tracker:
        report = tracker.upkeep.prune(dry_run=dry_run)
        if compact:
            after = tracker.upkeep.compact()
            report = replace(report, bytes=after.bytes, free_bytes=after.free_bytes)
    size = report.bytes
    print_result(report, json, f"{_describe_pruned(report)} The database has {format_bytes(size)}.")


def _describe_pruned(report: PruneReport) -> str:
    counts = [f"{count:,} {content}" for content, count in report.rows.items() if count]
    verb = "would go" if report.is_dry else "gone"
    words = f"{', '.join(counts)} {verb}." if counts else "Nothing to delete."
    if report.free_bytes and not report.is_dry:
        free = format_bytes(report.free_bytes)
        words += f" {free} are free inside the file: --compact gives them back to the disk."
    return words
