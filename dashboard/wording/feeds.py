"""Feeds and the installation in words: health, server answers, next poll, dates, first steps."""

from collections import Counter
from datetime import datetime
from http import HTTPStatus
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.wording.numbers import (
    MINUS,
    NBSP,
    format_age,
    format_duration,
    percent_whole,
    plural,
)
from forecasts.evidence.parameters import LearnedLogitMap
from forecasts.evidence.weights import DEFAULT_MODEL
from tracker.app.system import FirstSteps, SystemStatus
from tracker.feeds.feed import FeedState
from tracker.feeds.item import DateNote
from tracker.feeds.scheduling.budget import explain_next_poll
from tracker.feeds.scheduling.feed_health import FleetHealth, Health
from tracker.ingestion.request_budget import FeedBudget
from tracker.model.read_models import FeedCoverage, FeedImport

HEALTH_LABELS: Final[dict[Health, str]] = {
    "ok": "✓ well",
    "quiet": "◌ quiet",
    "late": "◷ late",
    "failing": "✗ failing",
    "new": "○ new",
    "paused": "Ⅱ paused",
}
"""Health states: a shape and a word, never colour alone."""

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

_UNHEALTHY: Final[tuple[Health, ...]] = ("failing", "paused", "late", "quiet", "new")
_NO_ANSWER: Final = "-"
_STATUS_WORDS: Final = {"200": "a document", "304": "not modified", _NO_ANSWER: "no answer"}


def fleet_sentence(fleet: FleetHealth, now: datetime) -> str:
    """Describe the health of all feeds: `9 of 12 feeds are well; 1 failing, 2 quiet. The newest
    answer came …`.
    """
    newest = (
        f" The newest answer came {format_age(fleet.newest_success, now)}."
        if fleet.newest_success
        else ""
    )
    trouble = [
        f"{fleet.counts[kind]:,} {_state_words(kind)}" for kind in _UNHEALTHY if fleet.counts[kind]
    ]
    if fleet.feeds == 1:
        only_state = next(kind for kind, count in fleet.counts.items() if count)
        state = "well" if only_state == "ok" else _state_words(only_state)
        return f"**The only feed is {state}.**{newest}"
    if fleet.counts["new"] == fleet.feeds:
        return "**None of the feeds has been polled yet.**"
    if not trouble:
        return f"**All {plural(fleet.feeds, 'feed')} are well.**{newest}"
    return f"**{_healthy_words(fleet)}**; {', '.join(trouble)}.{newest}"


def _healthy_words(fleet: FleetHealth) -> str:
    well, feeds = fleet.counts["ok"], plural(fleet.feeds, "feed")
    return (
        f"{well:,} of {feeds} {'is' if well == 1 else 'are'} well"
        if well
        else f"None of {feeds} is well"
    )


def _state_words(kind: Health) -> str:
    return "not polled yet" if kind == "new" else kind


def describe_health(state: FeedState, health: Health, now: datetime) -> str:
    """Describe the health of one feed in a sentence or two, without foreign text."""
    answered = f"It last answered {format_age(state.last_success_at, now)}."
    last_answer = answered if state.last_success_at else "It has never answered."
    match health:
        case "paused":
            return f"Nobody polls it. {last_answer}"
        case "failing":
            since = (
                f", the first {format_age(state.failing_since, now)}" if state.failing_since else ""
            )
            return f"{plural(state.failures, 'failure')} in a row{since}. {last_answer}"
        case "late":
            delay = format_duration(now - state.next_due_at)
            return f"It has been due for {delay}, and nobody polls it. {last_answer}"
        case "new":
            pending = "It is about to be asked again."
            return pending if state.last_attempt_at else "It has not been asked yet."
        case "quiet":
            return f"It answers, and brings nothing new. {last_answer}"
        case "ok":
            return last_answer


def describe_next_poll(state: FeedState, now: datetime, at: str = "") -> str:
    """Describe the next poll and its reason, `at` being its time in words; "" while paused."""
    if state.paused:
        return ""
    when = f"{format_age(state.next_due_at, now)}{f', at {at}' if at else ''}"
    if state.next_due_at <= now:
        when = "in the next round"
    if state.last_attempt_at is None:
        return f"First asked {when}."
    why = explain_next_poll(state)
    return f"Asked again {when}: {why}{'' if why.endswith('.') else '.'}"


def redirect_notice(state: FeedState, now: datetime) -> str:
    """Describe the permanent redirect announced by a feed's server; "" if there is none."""
    if not state.moved_to:
        return ""
    long = f"For {format_duration(now - state.moved_since)} its" if state.moved_since else "Its"
    return f"{long} server has said that it moved for good to {state.moved_to}"


def describe_status(status: str) -> str:
    """Describe one of a feed's last answers: `304 not modified`, `no answer`."""
    if status == _NO_ANSWER:
        return _STATUS_WORDS[status]
    try:
        word = _STATUS_WORDS.get(status) or HTTPStatus(int(status)).phrase.lower()
    except ValueError:
        return status
    return f"{status} {word}"


def format_answer_runs(recent: str) -> str:
    """Format a feed's last answers as runs, oldest first: `200, 304 ×5, no answer ×2`."""
    runs = ((status, len(list(run))) for status, run in groupby(recent.split()))
    words = (
        (_STATUS_WORDS[status] if status == _NO_ANSWER else status, count) for status, count in runs
    )
    return ", ".join(f"{word} ×{count}" if count > 1 else word for word, count in words)


def format_answer_counts(recent: str) -> str:
    """Format a feed's last answers by frequency: `5 × 304 not modified, 2 × no answer`."""
    counts = Counter(recent.split())
    return ", ".join(
        f"{count} × {describe_status(status)}" for status, count in counts.most_common()
    )


def format_bytes(count: int) -> str:
    """Format a number of bytes: `45 kB`, `1.2 MB`."""
    if count >= 1_000_000:
        return f"{count / 1e6:.1f}{NBSP}MB"
    return f"{count / 1e3:.0f}{NBSP}kB" if count >= 1_000 else plural(count, "byte")


def silent_line(coverage: FeedCoverage) -> str:
    """State how many of the feeds behind a question are silent; "" if none is."""
    silent = len(coverage.silent)
    if not silent:
        return ""
    if coverage.feeds == 1:
        return "The one feed that should carry its evidence is silent"
    verb = "is" if silent == 1 else "are"
    return (
        f"{silent:,} of {plural(coverage.feeds, 'feed')} that should carry its evidence "
        f"{verb} silent"
    )


def describe_import(imported: FeedImport) -> str:
    """Describe the result of an import: `12 feeds added, 3 were there already.`"""
    known = (
        f", {imported.known:,} {'was' if imported.known == 1 else 'were'} there already"
        if imported.known
        else ""
    )
    return f"{plural(imported.added, 'feed') if imported.added else 'No feed'} added{known}."


def describe_budget(budget: FeedBudget) -> str:
    """Describe the daily request budget of all feeds, and its use since midnight UTC.

    >>> describe_budget(FeedBudget(2000.0, True, 150, 40, 3, 12, None)).replace("\u00a0", " ")
    '2,000 requests a day at most, for all feeds together. Used since midnight UTC: 150, or 8% of
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
    """Show a learned map at a few probabilities: `60% is taken for 52%, 80% for 69%, 95% for
    84%`.
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
