"""Commands for the work of several processes: a worker, the queues, and parked jobs."""

import sys
from collections.abc import Sequence
from datetime import datetime

import click

from tracker.errors import Refused
from tracker.interfaces.cli.commands.terminal import as_json, print_result, tracker_session
from tracker.model.work import QUEUES, ParkedJob, QueueName, WorkStatus


def _parse_queues(_context: click.Context, _option: click.Parameter, text: str) -> list[QueueName]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    chosen: list[QueueName] = [queue for queue in QUEUES if queue in names]
    if not names or len(chosen) < len(names):
        raise Refused(f"--queues takes names from {', '.join(QUEUES)}, separated by commas")
    return chosen


@click.command()
@click.option(
    "--queues",
    default=",".join(QUEUES),
    show_default=True,
    callback=_parse_queues,
    help="Queues to work on, separated by commas.",
)
@click.pass_context
def worker(context: click.Context, /, queues: Sequence[QueueName]) -> None:
    """Do the scheduler's jobs, on any machine.

    It needs PostgreSQL, and works until Ctrl-C. While a worker of a queue is connected,
    `tracker system run` hands it the jobs of that queue instead of doing them.
    """
    from tracker.interfaces.workers import run_worker

    with tracker_session(context, logs=True, wait=True) as tracker:
        sys.exit(run_worker(tracker.through("job"), queues))


def describe_work(work: WorkStatus, now: datetime) -> list[str]:
    """Describe workers, queues and parked jobs, one a line; nothing where there are none."""
    lines = [
        f"Worker {worker.process}: {', '.join(worker.queues)}, "
        f"for {_format_age((now - worker.since).total_seconds())}"
        for worker in work.workers
    ]
    lines += [
        f"Queue {queue.name}: {queue.waiting} waiting ({_format_age(queue.lag_seconds)}), "
        f"{queue.running} running, {queue.parked} parked"
        for queue in work.queues
    ]
    if work.parked:
        lines.append("`tracker system jobs` lists the parked jobs, and tries or drops one.")
    return lines


def _format_age(seconds: float) -> str:
    minutes, seconds = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return (
        f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{seconds:.0f} s"
    )


@click.command()
@click.option("--retry", "job_id", type=int, metavar="ID", help="Try this job again.")
@click.option("--drop", "dropped_id", type=int, metavar="ID", help="Delete this job.")
@as_json
@click.pass_context
def jobs(context: click.Context, /, job_id: int | None, dropped_id: int | None, json: bool) -> None:
    """List parked jobs, try one again, or drop it.

    A job is parked when it failed, or ended its worker, three times. Feeds of a dropped job stay
    paused.
    """
    if job_id is not None and dropped_id is not None:
        raise Refused("choose one of --retry and --drop")
    with tracker_session(context) as tracker:
        if job_id is not None:
            job = tracker.system.retry_job(job_id)
            print_result(job, json, f"Job {job.id} ({job.subject}) waits in the queue {job.queue}.")
            return
        if dropped_id is not None:
            job = tracker.system.drop_job(dropped_id)
            print_result(job, json, f"Job {job.id} ({job.subject}) is dropped.{_hint_wake(job)}")
            return
        parked = tracker.system.work().parked
    print_result(parked, json, "\n".join(map(_describe_parked, parked)) or "No job is parked.")


def _hint_wake(job: ParkedJob) -> str:
    feeds = job.arguments.get("feeds", ())
    name = feeds[0] if len(feeds) == 1 else "FEED"
    return f" What it read stays paused: `tracker feed retry {name}` wakes it." if feeds else ""


def _describe_parked(job: ParkedJob) -> str:
    return (
        f"{job.id}  {job.subject}: parked after {job.attempts} attempts on {job.at:%Y-%m-%d %H:%M}"
        f" UTC; `tracker system jobs --retry {job.id}` or `--drop {job.id}`"
    )
