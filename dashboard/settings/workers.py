"""Workers, queues and parked jobs on the page *Settings*; nothing where one process does it all."""

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals, show_section_title
from dashboard.wording.numbers import escape_markdown, format_age, plural
from tracker.model.work import ParkedJob, QueueStatus, WorkerStatus


def show_workers(visit: Visit) -> None:
    """Show who works on this database, what waits, and what failed."""
    work = visit.tracker.system.work()
    if not (work.workers or work.queues):
        return
    show_section_title("Workers")
    lines = [_describe_worker(worker, visit) for worker in work.workers]
    lines = lines or ["No worker is connected: the scheduler does all jobs itself"]
    st.markdown("\n".join(f"- {line}" for line in [*lines, *map(_describe_queue, work.queues)]))
    for job in work.parked:
        _show_parked(job, visit)


def _describe_worker(worker: WorkerStatus, visit: Visit) -> str:
    started = format_age(worker.since, visit.tracker.now())
    queues = ", ".join(worker.queues)
    return f"Process {escape_markdown(worker.process)}: {queues}, started {started}"


def _describe_queue(queue: QueueStatus) -> str:
    lag = f" (the oldest for {queue.lag_seconds:.0f} s)" if queue.waiting else ""
    parked = f", {queue.parked:,} parked" if queue.parked else ""
    jobs = plural(queue.waiting, "job waits", "jobs wait")
    return f"Queue {queue.name}: {jobs}{lag}, {queue.running:,} running{parked}"


def _show_parked(job: ParkedJob, visit: Visit) -> None:
    words = f"**Parked after {plural(job.attempts, 'attempt')}**: {escape_markdown(job.subject)}."
    st.markdown(words)
    if visit.tracker.principal.has("administer"):
        with st.container(horizontal=True):
            st.button("Try again", f"retry-job-{job.id}", icon=":material/refresh:",
                      on_click=_retry, args=(job.id, visit))  # fmt: skip
            st.button("Drop", f"drop-job-{job.id}", icon=":material/delete:",
                      on_click=_drop, args=(job.id, visit))  # fmt: skip


def _retry(job_id: int, visit: Visit) -> None:
    with show_refusals():
        job = visit.tracker.system.retry_job(job_id)
        notify(f"Job {job.id} waits in the queue {job.queue}")


def _drop(job_id: int, visit: Visit) -> None:
    with show_refusals():
        job = visit.tracker.system.drop_job(job_id)
        paused = "; what it read stays paused until Feeds → Try again"
        notify(f"Job {job.id} is dropped{paused if 'feeds' in job.arguments else ''}")
