"""Command that replays and scores an archive of news, and its tables."""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from forecasts.questions.formatting import format_signed, format_utc_day
from forecasts.questions.question import utc
from tracker.app import question_set_files
from tracker.interfaces.cli.commands.terminal import as_json, console, print_result, settings_of
from tracker.interfaces.cli.score_tables import format_comparison_interval, format_number
from tracker.interfaces.cli.tables import new_table, safe_text
from tracker.interfaces.process_setup import configure_logging
from tracker.replay.backtest.backtest_run import BacktestReport
from tracker.replay.backtest.backtest_scores import (
    BacktestCalibration,
    FeedContributionRow,
    ForecasterLossRow,
    QuestionLossRow,
    SafetyCheck,
)
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
    """Replay an archive of news, and score the estimate.

    The news comes in the order that it was first seen, and the estimate is compared with time
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
    scores = report.scores
    print_result(report, False, format_heading(report))
    console.print(forecaster_losses_table(scores.forecasters))
    if scores.calibration:
        console.print(backtest_calibration_table(scores.calibration))
    console.print(question_losses_table(scores.questions))
    if scores.feeds:
        console.print(feed_contributions_table(scores.feeds))
    print_result(report, False, "\n".join(safety_lines(scores.safety)))
    print_result(
        report,
        False,
        f"Report: {out / 'report.json'}\nPages:  tracker --data {out} --replay question list",
    )


MAX_FEEDS = 10
"""Feeds shown at either end; the report has them all."""


def format_heading(report: BacktestReport) -> str:
    """Describe the replay and its caveats."""
    scored = sum(bool(row.brier) for row in report.scores.questions)
    lines = [
        report.retrospective,
        f"{format_utc_day(report.since)} to {format_utc_day(report.until)}: {report.items:,} items "
        f"of {report.sources:,} sources, {report.evidence:,} pieces of evidence in "
        f"{report.stories:,} stories.",
        (
            f"{scored} questions are scored at weekly dates; {report.not_open} were not open in "
            "that time."
        ),
    ]
    return "\n".join([*lines, *(f"Note: {warning}." for warning in report.warnings)])


def forecaster_losses_table(rows: Sequence[ForecasterLossRow]) -> Table:
    """Build the table of forecasters beside the time-only baseline on the same dates."""
    table = new_table(
        "forecaster",
        "questions",
        "families",
        "dates",
        "Brier",
        "time alone",
        "points better",
        "95%",
        "verdict",
    )
    for row in rows:
        better = row.comparison.advantage if row.comparison else None
        table.add_row(
            safe_text(row.who),
            *(str(count) for count in (row.n, row.families, row.snapshots)),
            *(format_number(value, ".4f") for value in (row.brier, row.hazard)),
            "–" if better is None else format_signed(100 * better),
            "–" if row.comparison is None else format_comparison_interval(row.comparison),
            row.verdict,
        )
    table.caption = (
        "Brier: mean over questions of the sum over dates / scheduled dates; lower is better."
    )
    return table


def feed_contributions_table(rows: Sequence[FeedContributionRow]) -> Table:
    """Build the table of the most helpful and the most harmful feeds."""
    table = new_table("feed", "evidence", "questions", "Brier without it")
    helped = [row for row in rows if row.difference > 0.0][:MAX_FEEDS]
    harmed = [row for row in rows if row.difference < 0.0][-MAX_FEEDS:]
    for row in (*helped, *harmed):
        table.add_row(safe_text(row.feed), str(row.evidence), str(row.n), f"{row.difference:+.5f}")
    omitted = len(rows) - len(helped) - len(harmed)
    table.caption = (
        "Above 0: it helped. Below: the estimate is better without it. "
        f"{omitted} more in the report."
    )
    return table


def backtest_calibration_table(calibration: BacktestCalibration) -> Table:
    """Build the calibration table in five bins."""
    table = new_table("said", "dates", "mean", "happened", "share", "95%")
    for bin_ in calibration.bins:
        low, high = format_number(bin_.low95, ".0%"), format_number(bin_.high95, ".0%")
        shares = (
            format_number(bin_.mean_p, ".0%"),
            str(bin_.happened),
            format_number(bin_.share, ".0%"),
        )
        table.add_row(
            f"{bin_.low:.0%} to {bin_.high:.0%}",
            str(bin_.n),
            *shares,
            f"{low} to {high}" if bin_.n else "–",
        )
    parts = (
        f"miscalibration {calibration.mcb:.4f}, discrimination {calibration.dsc:.4f}, uncertainty "
        f"{calibration.unc:.4f}"
    )
    table.caption = (
        f"{calibration.snapshots} dates of questions in {calibration.clusters} families, which the "
        f"intervals count once; CORP: {parts}"
    )
    return table


def question_losses_table(rows: Sequence[QuestionLossRow]) -> Table:
    """Build the table of questions with their losses."""
    table = new_table(
        "question", "outcome", "dates", "evidence", "last", "estimate", "time alone", "prior"
    )
    for row in rows:
        losses = (
            format_number(row.brier.get(forecaster), ".4f")
            for forecaster in ("suggestion", "hazard", "prior")
        )
        dates = f"{row.snapshots} of {row.scheduled}"
        outcome = row.outcome or "not known"
        table.add_row(
            safe_text(row.question_id),
            outcome,
            dates,
            str(row.evidence),
            format_number(row.last, ".0%"),
            *losses,
        )
    return table


def safety_lines(safety: SafetyCheck) -> Iterator[str]:
    """Yield the lines on the safety bound of the suggestion."""
    if move := safety.largest_move:
        yield (
            f"Largest move in one day: {move.log_odds:+.3f} in log-odds ({move.question_id}, "
            f"{format_utc_day(move.day)})."
        )
    verdict = "kept on every day" if safety.holds else "BROKEN: this is a bug, report it"
    yield (
        f"All evidence together: at most {safety.largest_evidence:.3f} of ±{safety.bound:.3f} "
        f"in log-odds; {verdict}."
    )
