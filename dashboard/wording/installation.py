"""Request budget, database, scheduler, time zone and first steps of an installation, in words."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.wording.feeds import format_bytes
from dashboard.wording.numbers import MINUS, format_age, percent_whole, plural
from forecasts.evidence.parameters import LearnedLogitMap
from forecasts.evidence.weights import DEFAULT_MODEL
from tracker.app.system_status import FirstSteps, SystemStatus
from tracker.ingestion.request_budget import FeedBudget


def describe_budget(budget: FeedBudget) -> str:
    """Describe the daily request budget of all feeds, and its use since midnight UTC.

    >>> describe_budget(FeedBudget(2000.0, True, 150, 40, 3, 12, None)).replace("\u00a0", " ")
    '2,000 requests a day at most, for all feeds together. Used since midnight UTC: 150, or 8 % of
    it.'
    >>> describe_budget(FeedBudget(48.0, False, 0, 2, 0, 0, None))
    '24 requests a day for each feed, 48 in all: no budget is set. Used since midnight UTC: none.'
    """
    if not budget.limit:
        return "No feed is read yet, so nothing is spent."
    limit = f"{budget.limit:,.0f} requests a day at most, for all feeds together."
    if not budget.was_set:
        limit = f"24 requests a day for each feed, {budget.limit:,.0f} in all: no budget is set."
    if not budget.used:
        return f"{limit} Used since midnight UTC: none."
    spent = budget.used / budget.limit
    share = (
        f"or {percent_whole(spent)} of it"
        if spent <= 1.0
        else "more than was meant for a whole day"
    )
    return f"{limit} Used since midnight UTC: {budget.used:,}, {share}."


def describe_next_round(budget: FeedBudget, now: datetime) -> str:
    """Describe the next polling round.

    >>> describe_next_round(FeedBudget(48.0, False, 0, 0, 0, 0, None), datetime(2026, 12, 1))
    'Every feed is paused: none will be asked.'
    """
    if not budget.limit:
        return ""
    if budget.next_at is None:
        return "Every feed is paused: none will be asked."
    if budget.due:
        return (
            f"The next round asks {plural(budget.due, 'feed')} now due; within the hour, "
            f"{budget.soon:,} in all."
        )
    return (
        f"The next feed is due {format_age(budget.next_at, now)}; within the hour "
        f"{plural(budget.soon, 'feed')} will be asked."
    )


def database_line(installation: SystemStatus) -> str:
    """Describe the database and its size: `SQLite, 28.9 MB, in the data directory`."""
    place = ", in the data directory" if installation.database == "SQLite" else ""
    return f"{installation.database}, {format_bytes(installation.bytes)}{place}"


def scheduler_line(installation: SystemStatus, now: datetime) -> str:
    """State when the scheduler last ran a job; jobs with nothing to do leave no trace."""
    if installation.last_job is None:
        return "never seen here: `./run` or `tracker up` starts it"
    return f"last seen at work {format_age(installation.last_job, now)}"


def zone_line(zone: ZoneInfo, now: datetime) -> str:
    """Describe a time zone: its current abbreviation and distance from UTC.

    >>> zone_line(ZoneInfo("Asia/Kolkata"), datetime.fromisoformat("2026-12-01T09:30:00+00:00"))
    'Asia/Kolkata (IST, UTC+5:30)'
    """
    local = now.astimezone(zone)
    offset = local.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    hours, minutes_left = divmod(abs(minutes), 60)
    distance = (
        f"{MINUS if minutes < 0 else '+'}{hours}{f':{minutes_left:02}' if minutes_left else ''}"
    )
    name = f"{local:%Z}"
    abbreviation = (
        f"UTC{distance}" if name[:1] in "+-" or name == "UTC" else f"{name}, UTC{distance}"
    )
    return f"{zone.key} ({abbreviation})" if zone.key != "UTC" else "UTC"


def first_steps_line(steps: FirstSteps) -> str:
    """State the progress of a new database.

    >>> first_steps_line(FirstSteps(True, False, False, False))
    'First steps: 1 of 4 done'
    """
    return f"First steps: {steps.done} of 4 done"


PARAMETER_STATES: Final = {"learned": "✓ learns", "frozen": "❄ frozen", "reset": "↺ reset"}
"""States of a learned value: a shape and a word."""

_EXAMPLES: Final = (0.6, 0.8, 0.95)


def describe_learned_map(learned_map: LearnedLogitMap) -> str:
    """Show a learned map at a few probabilities: `60 % is taken for 52 %, 80 % for 69 %, 95 % for
    84 %`.
    """
    first, *other_pairs = (
        (percent_whole(p), percent_whole(learned_map.apply(p))) for p in _EXAMPLES
    )
    return ", ".join(
        [
            f"{first[0]} is taken for {first[1]}",
            *(f"{shown} for {mapped}" for shown, mapped in other_pairs),
        ]
    )


def gamma_sentence(gamma: float) -> str:
    """State the weight of evidence: `Evidence counts ×0.77; the default is ×0.50.`"""
    if gamma == 0.0:
        return "Evidence counts nothing: it pointed the wrong way."
    default = DEFAULT_MODEL.gamma
    sentence = f"Evidence counts ×{gamma:.2f}"
    return (
        f"{sentence}, which is the default."
        if gamma == default
        else f"{sentence}; the default is ×{default:.2f}."
    )


def shift_sentence(shift: float) -> str:
    """State the bias of base rate and time: `Base rate and time came out 0.12 too low in
    log-odds.`
    """
    if shift == 0.0:
        return "Base rate and time stand as they are."
    side, amount = ("low", f"+{shift:.2f}") if shift > 0.0 else ("high", f"{MINUS}{-shift:.2f}")
    return f"Base rate and time came out too {side}: {amount} in log-odds is added."
