"""Match the archive against later questions."""

import sys

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from tracker.interfaces.cli.commands.terminal import as_json, console, print_result, tracker_session

CHUNKS_PER_UPDATE = 10
"""Chunks between two updates of the progress bar."""


@click.command()
@click.option(
    "--chunks",
    type=click.IntRange(min=1),
    metavar="N",
    help="Stop after N chunks (default: do all).",
)
@as_json
@click.pass_context
def rematch(context: click.Context, /, chunks: int | None, json: bool) -> None:
    """Hold the archive against questions that are new, or that a newer matcher has not seen.

    It can be stopped at any time and goes on from there; what people have judged stays as it is.
    """
    columns = (
        TextColumn("Matching the archive"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("chunks"),
    )
    silent = json or not sys.stdout.isatty()
    with (
        tracker_session(context) as tracker,
        Progress(*columns, console=console, transient=True, disable=silent) as progress,
    ):
        task = progress.add_task("rematch", total=None)
        report = tracker.evidence.rematch(
            max_chunks=CHUNKS_PER_UPDATE if chunks is None else min(CHUNKS_PER_UPDATE, chunks)
        )
        while report.chunks_left and (chunks is None or report.chunks_done < chunks):
            progress.update(
                task, completed=report.chunks_done, total=report.chunks_done + report.chunks_left
            )
            next_chunks = (
                CHUNKS_PER_UPDATE
                if chunks is None
                else min(CHUNKS_PER_UPDATE, chunks - report.chunks_done)
            )
            report += tracker.evidence.rematch(max_chunks=next_chunks)
    summary = (
        f"{report.chunks_done} chunks with {report.items} items matched, {report.found} new "
        "pieces of evidence"
    )
    print_result(report, json, f"{summary}; {report.chunks_left} chunks left.")
