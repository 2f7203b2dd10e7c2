"""Feeds and the installation in words: health, server answers, next poll, dates, first steps."""

from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.wording.numbers import MINUS, NBSP, format_age, format_duration, plural
from tracker.app.system import FirstSteps
from tracker.feeds.feed import FeedState
from tracker.feeds.item import DateNote
from tracker.feeds.scheduling.budget import explain_next_poll
from tracker.feeds.scheduling.feed_health import FleetHealth, Health
from tracker.ingestion.request_budget import FeedBudget
from tracker.model import upkeep
from tracker.model.feed_read_models import FeedCoverage, FeedImport

HEALTH_LABELS: Final[dict[Health, str]] = {
    "failing": "failing",
    "paused": "paused",
    "late": "late",
    "quiet": "quiet",
    "new": "waiting",
    "ok": "OK",
}
"""Health states of feeds in the words of a sentence, worst first."""

DATE_NOTES: Final[dict[DateNote, str]] = {
    "": "",
    "missing": "no date given",
    "unreadable": "date cannot be read",
    "future": "date in the future",
}
"""Problems of the date that an entry claims."""

GRADE_MEANINGS: Final = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "cannot be judged",
}
"""Meaning of the grades of a source."""


def fleet_sentence(fleet: FleetHealth, now: datetime) -> str:
    """Describe the health of all feeds: `41 of 50 feeds are OK: 4 failing, 5 quiet. …`."""
    counts, feeds = fleet.counts, plural(fleet.feeds, "feed")
    newest = (
        f" The latest answer came {format_age(fleet.newest_success, now)}."
        if fleet.newest_success
        else " None has ever answered."
    )
    alone = next((kind for kind in counts if counts[kind] == fleet.feeds), None)
    if alone == "new":
        return "**No feed has been checked yet.**"
    if alone is not None:
        subject = f"All {feeds} are" if fleet.feeds > 1 else "The only feed is"
        advice = " Check your internet connection." if alone == "failing" else ""
        return f"**{subject} {HEALTH_LABELS[alone]}.**{advice}{newest}"
    trouble = ", ".join(
        f"{counts[kind]:,} {label}"
        for kind, label in HEALTH_LABELS.items()
        if counts[kind] and kind != "ok"
    )
    well = f"{counts['ok']:,} of {feeds} {'is' if counts['ok'] == 1 else 'are'} OK"
    subject = well if counts["ok"] else f"None of {feeds} is OK"
    many = fleet.alarm and counts["failing"] > 1
    advice = " Many fail at once: check your internet connection." if many else ""
    return f"**{subject}**: {trouble}.{newest}{advice}"


def describe_health(state: FeedState, health: Health, now: datetime) -> str:
    """Describe the health of one feed in a sentence or two, without foreign text."""
    newest, since = state.last_success_at, state.failing_since
    first = f", the first {format_age(since, now)}" if since else ""
    words = {
        "failing": f"{plural(state.failures, 'failure')} in a row{first}. ",
        "late": f"Due for {format_duration(now - state.next_due_at)}, but nothing checks it. ",
        "quiet": "It answers but brings nothing new. ",
    }
    if health == "new" and state.last_attempt_at is None:
        return ""
    answer = f"Last answer {format_age(newest, now)}." if newest else "It has never answered."
    return words.get(health, "") + answer


def describe_next_poll(state: FeedState, now: datetime) -> str:
    """Describe the next poll and its reason; "" while paused."""
    if state.paused:
        return ""
    is_due = state.next_due_at < now + timedelta(minutes=1)
    when = "in the next round" if is_due else format_age(state.next_due_at, now)
    if state.last_attempt_at is None:
        return f"First check {when}."
    # Of a failing feed the state already says why.
    why = "" if state.failures else f": {explain_next_poll(state).removesuffix('.')}"
    return f"Next check {when}{why}."


def redirect_notice(state: FeedState, now: datetime) -> str:
    """Describe the permanent redirect announced by a feed's server; "" if there is none."""
    if not state.moved_to:
        return ""
    since = f" {format_age(state.moved_since, now)}" if state.moved_since else ""
    return f"Its server announced{since} that it moved to {state.moved_to}"


def format_answer_runs(recent: str) -> str:
    """Format a feed's last answers as runs, oldest first: `200, 304 ×5, no answer ×2`."""
    runs = ((status, len(list(run))) for status, run in groupby(recent.split()))
    words = (("no answer" if status == "-" else status, count) for status, count in runs)
    return ", ".join(f"{word} ×{count}" if count > 1 else word for word, count in words)


def format_bytes(count: int) -> str:
    """Format a number of bytes, with its unit on the same line: `45 kB`, `1.2 MB`."""
    return upkeep.format_bytes(count).replace(" ", NBSP)


def silent_line(coverage: FeedCoverage) -> str:
    """State how many of the feeds behind a question are silent; "" if none is."""
    silent = len(coverage.silent)
    feeds = (
        "The one feed" if coverage.feeds == 1 else f"{silent:,} of {plural(coverage.feeds, 'feed')}"
    )
    verb = "is" if silent == 1 else "are"
    return f"{feeds} that should carry its evidence {verb} silent" if silent else ""


def describe_import(imported: FeedImport) -> str:
    """Describe the result of an import: `12 feeds added, 3 already subscribed.`"""
    known = f", {imported.known:,} already subscribed" if imported.known else ""
    return f"{plural(imported.added, 'feed') if imported.added else 'No feed'} added{known}."


def describe_budget(budget: FeedBudget, now: datetime) -> str:
    """Describe the daily request budget of all feeds, its use, and the next round.

    >>> now = datetime(2026, 12, 1)
    >>> describe_budget(FeedBudget(2000.0, True, 150, 40, 3, 12, now), now).replace(NBSP, " ")
    '150 of 2,000 requests used today (UTC). 3 feeds are due now, 12 within the hour.'
    """
    if not budget.limit:
        return "You have no feeds yet, so nothing is requested."
    default = "" if budget.was_set else "; 24 per feed by default"
    used = f"{budget.used:,} of {budget.limit:,.0f} requests used today (UTC{default})."
    if budget.next_at is None:
        return f"{used} Every feed is paused."
    due = f"{plural(budget.due, 'feed')} {'is' if budget.due == 1 else 'are'} due now"
    due = due if budget.due else f"The next feed is due {format_age(budget.next_at, now)}"
    return f"{used} {due}, {budget.soon:,} within the hour."


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
