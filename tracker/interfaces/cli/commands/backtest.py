"""Command that replays and scores an archive of news."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from forecasts.questions.question import utc
from tracker.app import question_set_files
from tracker.interfaces.cli.commands.terminal import as_json, console, print_result, settings_of
from tracker.interfaces.process_setup import configure_logging
from tracker.settings import ENCODERS, Settings


@click.command()
@click.argument("archive", type=click.Path(path_type=Path))
@click.option(
    "--set",
    "set_name",
    default=question_set_files.DEFAULT_SET,
    show_default=True,
    help="The question set.",
)
@click.option("--from", "since", metavar="TIME", help="Leave out what was first seen earlier.")
@click.option("--until", metavar="TIME", help="Leave out what was first seen later.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the run (default: in data).",
)
@click.option(
    "--workers",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Processes; 0: one a core.",
)
@click.option(
    "--encoder",
    type=click.Choice(ENCODERS),
    help="What compares meanings (default: setting 'encoder').",
)
@click.option(
    "--with-people", "people", is_flag=True, help="Let the set's invented people forecast, too."
)
@click.option(
    "--skip-bad", is_flag=True, help="Leave out what cannot be read, and say how much that was."
)
@as_json
@click.pass_context
def backtest(context: click.Context, /, archive: Path, *, json: bool, **options: Any) -> None:
    """Replay an archive of news, and score the suggestion.

    The news comes in the order that it was first seen, and the suggestion is compared with time
    alone. ARCHIVE is a file of JSON lines (id, title, summary, url, published, source, first_seen;
    .gz is fine), or a folder of captured feeds with a manifest.jsonl. A run that was stopped goes
    on when the same command is given again.
    """
    from tracker.replay.backtest.backtest_run import BacktestRequest
    from tracker.replay.backtest.backtest_run import run_backtest as run

    settings = settings_of(context)
    configure_logging(replace(settings, log_level="warning"))  # thousands of items arrive
    for name in ("since", "until"):
        options[name] = utc(options[name]) if options[name] else None
    encoder = options.pop("encoder") or settings.encoder
    out = options.pop("out") or settings.data_dir / "backtests" / archive.name.partition(".")[0]
    request = BacktestRequest(archive=archive, out=out, **options)
    report = _run_with_progress(replace(settings, encoder=encoder), request, run)
    if json:
        print_result(report, json, "")
    else:
        _print_report(report, out)
    if not report.scores.safety.holds:
        sys.exit(1)


def _run_with_progress(settings: Settings, request: Any, run: Any) -> Any:
    """Run with a progress bar on standard error, and one line for a log."""
    columns = (
        TextColumn("{task.description} {task.fields[place]}"),
        BarColumn(),
        TaskProgressColumn(),
    )
    stderr, started = Console(stderr=True, highlight=False), time.monotonic()
    with Progress(*columns, console=stderr, transient=True) as progress:
        task = progress.add_task("Reading the archive", place="", total=None)

        def say(task_name: str, done: int, total: int, place: str) -> None:
            progress.update(
                task, description=task_name.capitalize(), completed=done, total=total, place=place
            )

        report = run(settings, request, say)
    stderr.print(f"Back-test done in {time.monotonic() - started:.0f} s.")
    return report


def _print_report(report: Any, out: Path) -> None:
    from tracker.interfaces.cli import backtest_tables

    scores = report.scores
    print_result(report, False, backtest_tables.format_heading(report))
    console.print(backtest_tables.forecaster_losses_table(scores.forecasters))
    if scores.calibration:
        console.print(backtest_tables.backtest_calibration_table(scores.calibration))
    console.print(backtest_tables.question_losses_table(scores.questions))
    if scores.feeds:
        console.print(backtest_tables.feed_contributions_table(scores.feeds))
    print_result(report, False, "\n".join(backtest_tables.safety_lines(scores.safety)))
    print_result(
        report,
        False,
        f"Report: {out / 'report.json'}\nPages:  tracker --data {out} --replay question list",
    )
