"""Several schedulers of one database: one leads, the others take over, and no slot is used twice."""

import math
import os
import signal
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.test_leader import end_the_holder
from tests.test_workers import impatient, shared, wait_until  # noqa: F401 -- fixtures
from tests.worker_processes import kill, start_scheduler
from tracker.app.tracker import Tracker
from tracker.interfaces.jobs import Job
from tracker.interfaces.scheduler import SlotTrigger
from tracker.settings import Settings

PERIOD = 1.0

RECORD_SLOTS = """
CREATE TABLE used (slot bigint, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION use() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO used (slot) VALUES (NEW.slot); RETURN NEW; END $$;
CREATE TRIGGER use AFTER INSERT ON job_slot FOR EACH ROW WHEN (NEW.job = 'mark')
  EXECUTE FUNCTION use();
"""
LEADER = """
SELECT split_part(a.application_name, ' ', 3)::int FROM pg_locks l JOIN pg_stat_activity a
USING (pid) WHERE l.locktype = 'advisory' AND a.application_name LIKE 'tracker scheduler %'
"""


@pytest.mark.full
def test_three_clocks_use_no_slot_twice_and_leave_no_gap(
    shared: Settings,  # noqa: F811 -- a fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = Job("mark", PERIOD, lambda _tracker: None)
    monkeypatch.setattr("tracker.interfaces.scheduler.JOBS", (job,))
    monkeypatch.setattr("tracker.interfaces.scheduler.HEARTBEAT_SECONDS", 0.5)
    with psycopg.connect(shared.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(RECORD_SLOTS)

        def count_used() -> int:
            row = connection.execute("SELECT count(*) FROM used").fetchone()
            return int(row[0]) if row else 0

        clocks = [start_scheduler(shared) for _ in range(3)]
        try:
            for number in range(4):
                used = count_used()
                wait_until(lambda used=used: count_used() >= used + 2)
                if number % 2:
                    end_the_holder(shared.url)
                    continue
                leader = connection.execute(LEADER).fetchone()
                assert leader is not None
                os.kill(leader[0], signal.SIGKILL)
                clocks.append(start_scheduler(shared))
            used = count_used()
            wait_until(lambda: count_used() >= used + 2)
        finally:
            for process in clocks:
                kill(process)
        rows = connection.execute("SELECT slot, at FROM used ORDER BY at").fetchall()
    slots = [slot for slot, _ in rows]
    assert len(slots) == len(set(slots))
    gaps = [later - earlier for (_, earlier), (_, later) in pairwise(rows)]
    assert max(gaps) <= timedelta(seconds=5)


def test_a_slot_is_taken_once_also_after_the_clock_went_back(both: Tracker) -> None:
    now = both.now()

    def takes(hours: int) -> bool:
        at = now + timedelta(hours=hours)
        return both.system.take_slot("learn", 3600, at) == "run"

    if both.settings.url.startswith("sqlite"):
        assert [takes(0), takes(0), takes(1), takes(1)] == [True, False, True, False]
        assert [takes(-60), takes(-60), takes(-59)] == [True, False, True]
        assert takes(1)  # forgotten: days later by a clock that was put right
        # Short periods take none: a write would void what the dashboard has cached.
        assert {both.system.take_slot("poll", 15, now) for _ in range(3)} == {"run"}
    else:  # the server's clock counts, whatever a machine's says
        assert [takes(0), takes(600), takes(-600)] == [True, False, False]


@given(
    st.floats(1e9, 2e9),
    st.sampled_from([0.05, 15.0, 60.0, 86400.0]),
    st.lists(st.floats(0, 0.4), min_size=1, max_size=5),
)
def test_ticks_that_are_late_fall_into_slots_of_their_own(
    start: float, period: float, delays: list[float]
) -> None:
    trigger, fired = SlotTrigger(period), datetime.fromtimestamp(start, UTC)
    slots = [math.floor(fired.timestamp() / period)]  # a datetime has whole microseconds
    for delay in delays:
        fired = trigger.get_next_fire_time(fired, fired)
        slots.append(math.floor((fired.timestamp() + delay * period) / period))
    assert all(later == earlier + 1 for earlier, later in pairwise(slots))
