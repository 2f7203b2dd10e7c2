"""Commands for operation: suggestions, verification, scheduler, serving and demo."""

import sys
from dataclasses import replace
from typing import Any

import click
import structlog
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from forecasts.questions.formatting import format_count, format_sentence
from forecasts.questions.question import utc
from tracker.app.tracker import clock
from tracker.errors import LeadershipLost, Refused
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    print_result,
    settings_of,
    tracker_session,
)
from tracker.interfaces.process_setup import configure_logging
from tracker.interfaces.processes import (
    ServeOptions,
    replay_with_progress,
    serve_replay,
    start_everything,
)

logger = structlog.get_logger("tracker.interfaces.operations")


@click.command()
@as_json
@click.pass_context
def suggest(context: click.Context, /, json: bool) -> None:
    """Bring the estimate of every open question up to now."""
    with tracker_session(context) as tracker:
        count = tracker.evidence.update_suggestions()
    print_result({"moved": count}, json, f"{count} estimates moved.")


@click.command()
@click.option("--head", metavar="SEQ:HASH", help="A head printed earlier: is it still in the log?")
@click.option(
    "--scores", is_flag=True, help="Instead work every score out again from the log, and compare."
)
@as_json
@click.pass_context
def verify(context: click.Context, /, head: str | None, scores: bool, json: bool) -> None:
    """Check that nothing was changed after it was entered.

    It is about every forecast, decision, answer and question, and what estimates rest on. The log
    is held against the signed heads that are kept outside the database.
    """
    if scores and head is not None:
        raise Refused(
            "--head is about the log and --scores about what follows from it: ask for one at a time"
        )
    if scores:
        _verify_scores(context, json)
        return
    with tracker_session(context) as tracker:
        verdict = tracker.system.verify(head)
    message = (
        f"The log is whole: {verdict.entries} entries, head {verdict.head}\n"
        f"{format_sentence(verdict.witness)}"
    )
    print_result(
        verdict,
        json,
        message
        if verdict.bad_seq is None
        else f"First bad entry: {verdict.bad_seq}: {verdict.reason}",
    )
    if verdict.bad_seq is not None:
        sys.exit(1)


def _verify_scores(context: click.Context, json: bool) -> None:
    """Compare every stored score with the log; exit code 1 on a difference."""
    with tracker_session(context) as tracker:
        check = tracker.system.verify_scores()
    message = (
        f"All {check.scores} scores of {check.questions} resolved questions are what the log gives."
    )
    print_result(check, json, "\n".join(check.differences) or message)
    if check.differences:
        sys.exit(1)


@click.command()
@as_json
@click.pass_context
def sign(context: click.Context, /, json: bool) -> None:
    """Sign the head of the log, and keep it outside the database.

    The scheduler does so daily. The head goes into heads.jsonl in the data directory and in each
    directory of the setting head_places; `tracker system verify` reads them all.
    """
    with tracker_session(context) as tracker:
        report = tracker.system.sign_head()
    lines = [f"Signed the head of {format_count(report.head.seq, 'entry', 'entries')}."]
    lines += [f"Kept in {place}" for place in report.places]
    lines += [f"NOT kept in {failure}" for failure in report.failed]
    print_result(report, json, "\n".join(lines))
    if report.failed:
        sys.exit(1)


@click.command()
@click.option("--standby", is_flag=True, help="Wait while another one runs, and take over.")
@click.pass_context
def run(context: click.Context, /, standby: bool) -> None:
    """Run the scheduler alone until Ctrl-C.

    It polls feeds and lets time pass. A second one on the same database is refused.
    """
    from tracker.interfaces.scheduler_process import run_scheduler

    configure_logging(settings_of(context), "scheduler")
    while True:
        with tracker_session(context, logs=True, wait=True) as tracker:
            try:
                sys.exit(run_scheduler(tracker, standby=standby))
            except LeadershipLost as error:
                if not standby:
                    raise
                logger.warning("scheduler.lost_lead", reason=str(error))


SERVING_OPTIONS = [
    click.option(
        "--port",
        type=click.IntRange(1, 65535),
        help="Port of the dashboard (default: setting 'port').",
    ),
    click.option(
        "--address", help="Address to listen on (default: 127.0.0.1, this machine alone)."
    ),
    click.option("--no-browser", is_flag=True, help="Do not open a browser."),
    click.option(
        "--no-token",
        is_flag=True,
        help="Ask nobody to log in: whoever reaches the address can read and change everything.",
    ),
]


def _add_serving_options(command: Any) -> Any:
    for option in reversed(SERVING_OPTIONS):
        command = option(command)
    return command


@click.command()
@click.pass_context
def address(context: click.Context, /) -> None:
    """Print an address that lets you into the dashboard once.

    It works for one browser, within twelve hours, with the rights of the owner of this machine.
    """
    with tracker_session(context) as tracker:
        secret = tracker.accounts.make_owner_link().secret
        click.echo(f"{tracker.settings.base_url}enter#{secret}")


@click.command()
@_add_serving_options
@click.pass_context
def up(context: click.Context, /, **options: Any) -> None:
    """Start everything: database, questions, scheduler, dashboard.

    The question set is loaded on the first start.
    """
    sys.exit(
        start_everything(
            settings_of(context),
            ServeOptions.from_options(settings_of(context), options),
            console.print,
        )
    )


@click.command()
@_add_serving_options
@click.option("--no-serve", is_flag=True, help="Replay and return, start no dashboard.")
@click.option("--fresh", is_flag=True, help="Throw an earlier replay away and start again.")
@click.option("--until", metavar="TIME", help="Replay up to this time (default: now).")
@click.pass_context
def demo(
    context: click.Context, /, no_serve: bool, fresh: bool, until: str | None, **options: Any
) -> None:
    """Replay the years since February 2022, and show them.

    The replay has a database of its own. Its pages open after some seconds; the rest is replayed
    behind them, in half a minute to three, and they fill as it runs. A later start goes on where
    this one was stopped.
    """
    settings = settings_of(context)
    end = utc(until) if until else clock()
    configure_logging(replace(settings, log_level="warning"))  # a replay polls thousands of times
    if no_serve:
        replay_with_progress(settings, console, fresh=fresh, until=end)
        return
    serving = ServeOptions.from_options(settings, options)
    sys.exit(serve_replay(settings, serving, console.print, fresh=fresh, until=end))


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
    """Match the archive with new questions, or again.

    It is about questions that are new, or that a newer matcher has not seen. It can be stopped at
    any time and goes on from there; what people have judged stays as it is.
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
        f"{report.chunks_done} chunks with {report.items} items matched, {report.new_evidence} new "
        "pieces of evidence"
    )
    print_result(report, json, f"{summary}; {report.chunks_left} chunks left.")
