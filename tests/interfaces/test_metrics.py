"""Metrics tell of lag, errors, work and storage; the docs and the dashboard of Grafana name no
others.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.builders import FakeClock, Press, a_feed, a_set
from tracker.app.tracker import Tracker
from tracker.errors import StorageUnavailable
from tracker.interfaces.metrics import render_metrics
from tracker.interfaces.scheduler import DatabaseOutage
from tracker.model.audit import JobRun

ROOT = Path(__file__).parents[2]
METRIC = re.compile(r"\b(?:tracker|process)_\w+")


def read(tracker: Tracker) -> dict[str, float]:
    """The samples by name and labels."""
    lines = render_metrics(tracker).decode().splitlines()
    samples = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in samples}


def name_metrics(tracker: Tracker) -> Iterator[str]:
    """Name everything that has a type, also what has no sample yet."""
    for line in render_metrics(tracker).decode().splitlines():
        if line.startswith("# TYPE "):
            yield line.split()[2]


def test_work_that_is_done_and_waits_is_counted(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set())
    assert "tracker_evidence_precision_ratio" not in read(tracker)
    press.publish("wire", "Arland invites Borland to a summit")
    tracker.feeds.poll()
    tracker.system.note_scheduler()
    (card,) = tracker.evidence.inbox()
    tracker.evidence.review(card.evidence.id, "confirmed")
    clock.advance(hours=30)
    found = read(tracker)
    assert found['tracker_evidence{state="confirmed"}'] == 1
    assert found["tracker_evidence_precision_ratio"] == 1
    assert found["tracker_log_entries_total"] == tracker.system.newest_entry()
    assert found["tracker_database_bytes"] > 100_000
    seen = found["tracker_scheduler_seen_timestamp_seconds"]
    assert clock.time.timestamp() - seen == 30 * 3600
    assert 0 < found["tracker_feeds_lateness_seconds"] < 30 * 3600
    assert found['tracker_queue_waiting{queue="rematch"}'] == 0


def test_failing_feeds_are_counted_by_kind(tracker: Tracker) -> None:
    for name in ("wire", "herald"):
        tracker.feeds.add(a_feed(name, url=f"https://{name}.invalid/rss"))
    tracker.feeds.poll()
    assert read(tracker)['tracker_feeds_failing{kind="no_answer"}'] == 2


def test_an_outage_that_is_over_is_no_failing_job(tracker: Tracker, clock: FakeClock) -> None:
    outage = DatabaseOutage()
    outage.record_result("poll", StorageUnavailable("away"), clock.time)
    outage.record_result("poll", None, clock.time)
    outage.record_end(tracker.system.record_run, clock.time)
    tracker.system.record_run(JobRun("learn", clock.time, clock.time, "failed", "a bug"))
    found = read(tracker)
    assert found['tracker_job_ended_timestamp_seconds{job="database"}'] > 0
    assert 'tracker_job_failed{job="database"}' not in found
    assert found['tracker_job_failed{job="learn"}'] == 1


def test_grafana_asks_for_metrics_that_exist(tracker: Tracker) -> None:
    board = json.loads((ROOT / "deploy" / "grafana.json").read_text("utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in METRIC.findall(target["expr"])
    }
    assert len(asked) > 10
    assert asked <= set(name_metrics(tracker))


def test_the_docs_list_every_metric(tracker: Tracker) -> None:
    listed = set(METRIC.findall((ROOT / "docs" / "monitoring.md").read_text("utf-8")))
    ours = {name for name in name_metrics(tracker) if name.startswith("tracker_")}
    assert {name for name in listed if name.startswith("tracker_")} == ours
