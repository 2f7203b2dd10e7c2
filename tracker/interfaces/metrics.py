"""State of an installation for Prometheus, gathered on request.

Feeds are labels only while there are few: every label value is a series of its own in the
collector's memory. docs/monitoring.md lists the metrics.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tracker.feeds.scheduling.feed_health import (
    FleetHealth,
    assess_fleet,
    compute_not_modified_share,
    name_failure,
)
from tracker.model.audit import OUTAGE_JOB
from tracker.model.feed_read_models import FeedHealth
from tracker.model.health import SchedulerState, Workload
from tracker.model.work import WorkStatus

if TYPE_CHECKING:
    from tracker.app.tracker import Tracker

MAX_NAMED_FEEDS: Final = 500
"""Maximum number of feeds with series of their own."""


def render_metrics(tracker: "Tracker") -> bytes:
    """Render all metrics in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_TrackerCollector(tracker))
    ProcessCollector(registry=registry)
    document: bytes = generate_latest(registry)
    return document


class _TrackerCollector(Collector):
    def __init__(self, tracker: "Tracker") -> None:
        self._tracker = tracker

    def collect(self) -> Iterator[Metric]:
        rows, now = self._tracker.feeds.list(), self._tracker.now()
        yield from self._fleet_metrics(assess_fleet([row.state for row in rows], now))
        yield from self._feed_metrics(rows)
        failures = Counter(name_failure(row.state) for row in rows)
        failures.pop("", None)
        yield _make_gauge("tracker_feeds_failing", "Failing feeds by kind.", "kind", failures)
        yield from self._question_metrics()
        yield from self._job_metrics()
        workload = self._tracker.system.workload()
        yield from _scheduler_metrics(self._tracker.system.scheduler_state(), now)
        yield from _queue_metrics(workload, self._tracker.system.work())
        yield from _evidence_metrics(workload)
        yield from _notification_metrics(workload)
        yield from _storage_metrics(workload)

    def _fleet_metrics(self, whole: FleetHealth) -> Iterator[Metric]:
        states = GaugeMetricFamily("tracker_feeds", "Feeds by state.", labels=["state"])
        for kind, count in whole.counts.items():
            states.add_metric([kind], count)
        yield states
        yield GaugeMetricFamily(
            "tracker_feeds_failing_ratio", "Share of asked feeds that fail.", whole.share_failing
        )
        yield GaugeMetricFamily(
            "tracker_feeds_alarm", "1 when the fleet is in trouble.", float(bool(whole.alarm))
        )
        if whole.newest_success:
            newest = whole.newest_success.timestamp()
            yield GaugeMetricFamily(
                "tracker_feeds_newest_success_timestamp_seconds", "Newest answer.", newest
            )

    def _feed_metrics(self, rows: Sequence[FeedHealth]) -> Iterator[Metric]:
        total = CounterMetricFamily("tracker_items", "Items seen, all feeds together.")
        total.add_metric([], sum(row.state.items_seen for row in rows))
        yield total
        sums = {
            "polls": 0,
            "not_modified": 0,
            "failed": 0,
            "bytes": 0,
            "new_items": 0,
            "changed_items": 0,
        }
        for count in (day for row in rows for day in row.days):
            sums = {name: value + getattr(count, name) for name, value in sums.items()}
        for name, value in sums.items():
            yield GaugeMetricFamily(
                f"tracker_feeds_28d_{name}", f"{name.replace('_', ' ')}, 28 days.", value
            )
        now = self._tracker.now()
        lag = GaugeMetricFamily(
            "tracker_feed_lag_seconds", "Time since the feed last answered.", labels=["feed"]
        )
        failures = GaugeMetricFamily("tracker_feed_failures", "Failures in a row.", labels=["feed"])
        cached = GaugeMetricFamily(
            "tracker_feed_not_modified_ratio", "Share of 304 answers.", labels=["feed"]
        )
        seconds = GaugeMetricFamily(
            "tracker_feed_seconds", "How long the last answer took.", labels=["feed"]
        )
        size = GaugeMetricFamily(
            "tracker_feed_bytes", "Size of the last document.", labels=["feed"]
        )
        silent = GaugeMetricFamily(
            "tracker_feed_silent", "1 when nothing comes of the feed.", labels=["feed"]
        )
        brought = GaugeMetricFamily(
            "tracker_feed_items_7d", "New items of a week.", labels=["feed"]
        )
        due = GaugeMetricFamily(
            "tracker_feed_next_poll_timestamp_seconds", "When it is asked next.", labels=["feed"]
        )
        for row in rows[:MAX_NAMED_FEEDS]:
            state = row.state
            if state.last_success_at:
                lag.add_metric([state.id], (now - state.last_success_at).total_seconds())
            failures.add_metric([state.id], state.failures)
            seconds.add_metric([state.id], state.last_seconds)
            size.add_metric([state.id], state.last_bytes)
            silent.add_metric([state.id], float(bool(row.silence)))
            brought.add_metric([state.id], row.items_7d)
            if not state.paused:
                due.add_metric([state.id], state.next_due_at.timestamp())
            share = compute_not_modified_share(row.days)
            if share is not None:
                cached.add_metric([state.id], share)
        yield from (lag, failures, cached, seconds, size, silent, brought, due)

    def _question_metrics(self) -> Iterator[Metric]:
        counts: dict[str, int] = {}
        waiting = 0
        for row in self._tracker.questions.list():
            counts[row.status] = counts.get(row.status, 0) + 1
            waiting += row.waiting
        yield _make_gauge("tracker_questions", "Questions by state.", "state", counts)
        yield GaugeMetricFamily(
            "tracker_evidence_waiting", "Evidence that waits for a judgement.", waiting
        )

    def _job_metrics(self) -> Iterator[Metric]:
        ended = GaugeMetricFamily(
            "tracker_job_ended_timestamp_seconds", "End of a job's last run.", labels=["job"]
        )
        failed = GaugeMetricFamily(
            "tracker_job_failed", "1 when a job's last run failed.", labels=["job"]
        )
        for run in self._tracker.system.runs():
            ended.add_metric([run.job], run.ended_at.timestamp())
            if run.job != OUTAGE_JOB:  # it is over
                failed.add_metric([run.job], float(run.outcome != "ok"))
        yield from (ended, failed)


def _make_gauge(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, meaning, labels=[label])
    for value, number in sorted(values.items()):
        gauge.add_metric([value], number)
    return gauge


def _scheduler_metrics(state: SchedulerState, now: datetime) -> Iterator[Metric]:
    seen = GaugeMetricFamily(
        "tracker_scheduler_seen_timestamp_seconds", "Last sign of the scheduler."
    )
    if state.seen_at is not None:
        seen.add_metric([], state.seen_at.timestamp())
    yield seen
    yield GaugeMetricFamily(
        "tracker_feeds_lateness_seconds",
        "Lateness of the most overdue feed.",
        state.compute_lateness(now).total_seconds(),
    )


def _queue_metrics(archive: Workload, work: WorkStatus) -> Iterator[Metric]:
    """Yield what waits, by queue, and the workers."""
    waiting = {"rematch": float(archive.chunks)} | {q.name: float(q.waiting) for q in work.queues}
    yield _make_gauge("tracker_queue_waiting", "Work that waits, by queue.", "queue", waiting)
    lag = {q.name: q.lag_seconds for q in work.queues}
    yield _make_gauge("tracker_queue_lag_seconds", "Age of the oldest job.", "queue", lag)
    yield GaugeMetricFamily("tracker_workers", "Connected workers.", len(work.workers))
    yield GaugeMetricFamily("tracker_jobs_parked", "Jobs that failed too often.", len(work.parked))


def _evidence_metrics(work: Workload) -> Iterator[Metric]:
    yield _make_gauge("tracker_evidence", "Evidence by state.", "state", work.evidence)
    precision = GaugeMetricFamily(
        "tracker_evidence_precision_ratio", "Share of judged evidence that was accepted."
    )
    if work.precision is not None:
        precision.add_metric([], work.precision)
    yield precision


def _notification_metrics(work: Workload) -> Iterator[Metric]:
    yield _make_gauge("tracker_notifications", "Notices by state.", "state", work.notices)
    yield GaugeMetricFamily(
        "tracker_notification_channels_failing", "Channels that fail.", work.failing_channels
    )


def _storage_metrics(work: Workload) -> Iterator[Metric]:
    yield GaugeMetricFamily("tracker_database_bytes", "Size of the database.", work.database_bytes)
    log = CounterMetricFamily("tracker_log_entries", "Entries of the log; its head is the last.")
    log.add_metric([], work.log_entries)
    yield log
    newest = GaugeMetricFamily("tracker_backup_newest_timestamp_seconds", "Newest backup.")
    if work.backed_up_at is not None:
        newest.add_metric([], work.backed_up_at.timestamp())
    yield newest
    good = {job: ended.timestamp() for job, ended in work.good_runs.items()}
    yield _make_gauge(
        "tracker_job_last_success_timestamp_seconds", "End of a job's last good run.", "job", good
    )
