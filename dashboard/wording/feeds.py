"""Feeds in words: health, server answers, next poll, and problems of dates."""

from collections import Counter
from datetime import datetime
from http import HTTPStatus
from itertools import groupby
from typing import Final

from dashboard.wording.numbers import NBSP, format_age, format_duration, plural
from tracker.feeds.feed import FeedState
from tracker.feeds.item import DateNote
from tracker.feeds.scheduling.budget import explain_next_poll
from tracker.feeds.scheduling.feed_health import FleetHealth, Health
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
