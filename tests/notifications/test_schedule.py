"""Quiet hours and digests follow the clocks of a place, also when those change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.model.notifications import Times
from tracker.notifications.schedule import find_last_digest, find_next_digest, is_quiet

ZONES = ("UTC", "Europe/Oslo", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe")
times_of_people = st.builds(
    Times,
    zone=st.sampled_from(ZONES),
    digest=st.sampled_from(["hourly", "daily", "weekly"]),
    hour=st.integers(0, 23),
    weekday=st.integers(0, 6),
)
instants = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(times_of_people, instants)
def test_a_digest_lies_on_each_side_of_now(times: Times, now: datetime) -> None:
    last, following = find_last_digest(times, now), find_next_digest(times, now)
    assert last <= now < following
    assert find_last_digest(times, following) == following
    assert find_last_digest(times, following - timedelta(microseconds=1)) == last
    longest = {"hourly": timedelta(hours=1), "daily": timedelta(hours=25)}
    assert following - last <= longest.get(times.digest, timedelta(days=7, hours=1))


@given(st.sampled_from(ZONES), st.integers(0, 23))
def test_a_year_has_a_digest_for_each_day(zone: str, hour: int) -> None:
    times, now = Times(zone, hour=hour), datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
    days = set()
    end = datetime(2027, 1, 1, tzinfo=ZoneInfo(zone))
    while (now := find_next_digest(times, now)) < end:
        days.add(now.astimezone(ZoneInfo(zone)).date())
    assert len(days) >= 364 + (hour > 0)


@check_rows(
    [
        # Over midnight, in winter and in summer.
        ("Europe/Oslo", "22:00", "07:00", "2026-01-15T21:00Z", True),
        ("Europe/Oslo", "22:00", "07:00", "2026-01-15T20:59Z", False),
        ("Europe/Oslo", "22:00", "07:00", "2026-07-15T20:00Z", True),
        ("Europe/Oslo", "22:00", "07:00", "2026-07-15T05:00Z", False),
        # The night in which clocks are put forward is an hour shorter.
        ("Europe/Oslo", "22:00", "07:00", "2026-03-29T04:59Z", True),
        ("Europe/Oslo", "22:00", "07:00", "2026-03-29T05:00Z", False),
        # And that in which they are put back an hour longer.
        ("Europe/Oslo", "22:00", "07:00", "2026-10-25T05:59Z", True),
        ("Europe/Oslo", "22:00", "07:00", "2026-10-25T06:00Z", False),
        # Within a day, and none at all.
        ("UTC", "12:00", "13:00", "2026-01-15T12:30Z", True),
        ("UTC", "12:00", "13:00", "2026-01-15T13:00Z", False),
        ("UTC", "07:00", "07:00", "2026-01-15T07:00Z", False),
    ]
)
def test_quiet_hours_are_those_on_the_wall(
    zone: str, start: str, end: str, now: str, quiet: bool
) -> None:
    assert is_quiet(Times(zone, start, end), datetime.fromisoformat(now)) is quiet
