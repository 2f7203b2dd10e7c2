"""What the settings and the first page say of the installation: its feeds' budget, its database,
its first steps.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.wording.feeds import size
from dashboard.wording.moments import age
from dashboard.wording.numbers import MINUS, percent, plural
from tracker.app.system_status import Budget, FirstSteps, Installation


def may_cost(found: Budget) -> str:
    """What all feeds together may cost in a day, and what they have cost since midnight UTC.

    >>> may_cost(Budget(2000.0, True, 150, 40, 3, 12, None)).replace("\u00a0", " ")
    '2,000 requests a day at most, for all feeds together. Used since midnight UTC: 150, or 8 % of it.'
    >>> may_cost(Budget(48.0, False, 0, 2, 0, 0, None))
    '24 requests a day for each feed, 48 in all: no budget is set. Used since midnight UTC: none.'
    """
    if not found.limit:
        return "No feed is read yet, so nothing is spent."
    limit = f"{found.limit:,.0f} requests a day at most, for all feeds together."
    if not found.was_set:
        limit = f"24 requests a day for each feed, {found.limit:,.0f} in all: no budget is set."
    if not found.used:
        return f"{limit} Used since midnight UTC: none."
    spent = found.used / found.limit
    share = f"or {percent(spent)} of it" if spent <= 1.0 else "more than was meant for a whole day"
    return f"{limit} Used since midnight UTC: {found.used:,}, {share}."


def next_round(found: Budget, now: datetime) -> str:
    """What the next round of polling does.

    >>> next_round(Budget(48.0, False, 0, 0, 0, 0, None), datetime(2026, 12, 1))
    'Every feed is paused: none will be asked.'
    """
    if not found.limit:
        return ""
    if found.next_at is None:
        return "Every feed is paused: none will be asked."
    if found.due:
        return (
            f"The next round asks {plural(found.due, 'feed')} now due; within the hour, "
            f"{found.soon:,} in all."
        )
    return (
        f"The next feed is due {age(found.next_at, now)}; within the hour "
        f"{plural(found.soon, 'feed')} will be asked."
    )


def database_line(found: Installation) -> str:
    """The kind of database and its size: `SQLite, 28.9 MB, in the data directory`."""
    where = ", in the data directory" if found.database == "SQLite" else ""
    return f"{found.database}, {size(found.bytes)}{where}"


def scheduler_line(found: Installation, now: datetime) -> str:
    """When the scheduler was last seen at work: jobs that found nothing to do leave no trace."""
    if found.last_job is None:
        return "never seen here: `./run` or `tracker up` starts it"
    return f"last seen at work {age(found.last_job, now)}"


def zone_line(zone: ZoneInfo, now: datetime) -> str:
    """A time zone with its name at this moment and its distance from UTC.

    >>> zone_line(ZoneInfo("Asia/Kolkata"), datetime.fromisoformat("2026-12-01T09:30:00+00:00"))
    'Asia/Kolkata (IST, UTC+5:30)'
    """
    local = now.astimezone(zone)
    offset = local.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    ahead = f"{MINUS if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"
    name = f"{local:%Z}"
    told = f"UTC{ahead}" if name[:1] in "+-" or name == "UTC" else f"{name}, UTC{ahead}"
    return f"{zone.key} ({told})" if zone.key != "UTC" else "UTC"


def steps_done(steps: FirstSteps) -> str:
    """How far a new database has come.

    >>> steps_done(FirstSteps(True, False, False, False))
    'First steps: 1 of 4 done'
    """
    return f"First steps: {steps.done} of 4 done"
