"""Terminal tables of feeds: all of them, a single one, and a trial."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from tracker.feeds.answers import Fetched, NotModified
from tracker.feeds.feed import Feed
from tracker.feeds.scheduling.health import Fleet, UsualItems, share_not_modified, usual_items
from tracker.interfaces.cli.tables import day, minute, safe, table_of
from tracker.model.json_values import plain
from tracker.model.read_models import FeedHealth, FeedPage, Trial

PREVIEW = 10
"""Entries shown of a feed on trial."""


def fleet_in_words(fleet: Fleet) -> str:
    """Describe the state of all feeds, the alarm first."""
    counts = ", ".join(f"{count} {kind}" for kind, count in fleet.counts.items() if count)
    newest = f"; newest answer {minute(fleet.newest_success)}" if fleet.newest_success else ""
    alarm = f"ALARM: {fleet.alarm}\n" if fleet.alarm else ""
    return f"{alarm}{fleet.feeds} feeds" + (f": {counts}{newest}" if fleet.feeds else "")


def feeds_table(rows: list[FeedHealth] | tuple[FeedHealth, ...]) -> Table:
    """Build the table of feeds with their status, next poll and its reason."""
    table = table_of(
        "feed", "state", "last answer", "next poll", "a day", "304", "7 days", "what is wrong"
    )
    for row in rows:
        state = row.state
        table.add_row(
            safe(f"{state.id}\n{state.feed.title}"),
            row.health,
            minute(state.last_success_at),
            safe("–" if state.paused else f"{minute(state.next_due_at)}\n{row.why_next}"),
            items_in_words(row),
            share_in_words(row),
            f"{row.items_7d} items, {row.evidence_7d} evidence",
            safe(state.paused_why or state.last_error or row.silence),
        )
    return table


def items_in_words(row: FeedHealth) -> str:
    """Format the items of the last day beside the usual number."""
    counts = _usual_items(row)
    return f"{counts.last_day} (usually {counts.usual:g})" if row.days else "–"


def share_in_words(row: FeedHealth) -> str:
    """Format the share of "not modified" responses."""
    share = share_not_modified(row.days)
    return "–" if share is None else f"{100 * share:.0f} %"


def _usual_items(row: FeedHealth) -> UsualItems:
    return usual_items(row.days, row.state.last_attempt_at or datetime.now(UTC))


def settings_in_words(feed: Feed) -> str:
    """Describe the settings of a feed."""
    parts = [
        f"grade {feed.grade}",
        f"group {feed.source_group}",
        f"theme {feed.theme or '–'}",
        f"importance {feed.importance:g}",
        "interval learned" if feed.every_minutes is None else f"every {feed.every_minutes:g} min",
        *([f"user agent {feed.user_agent!r}"] if feed.user_agent else []),
        *([f"at most {feed.max_megabytes:g} MB"] if feed.max_megabytes else []),
        *(["whole articles of matched items"] if feed.full_text else []),
    ]
    return f"{feed.id}: {feed.title} ({', '.join(parts)})"


def print_feed(console: Console, page: FeedPage) -> None:
    """Print one feed: its status, the reasons, and its items."""
    row, state = page.health, page.health.state
    console.print(safe(settings_in_words(state.feed)))
    console.print(safe(f"{state.feed.url}"))
    trouble = state.paused_why or state.last_error or row.silence
    console.print(safe(f"{row.health}{f': {trouble}' if trouble else ''}"))
    if not state.paused:
        console.print(safe(f"next poll {minute(state.next_due_at)}: {row.why_next}"))
    last = f"last answer {minute(state.last_success_at)}, last new item {minute(state.last_new_at)}"
    console.print(safe(f"{last}; last answers {state.recent or '–'}"))
    size = f"{state.last_bytes / 1000:.0f} kB in {state.last_seconds:.1f} s"
    console.print(
        safe(
            f"last document {size}; {share_in_words(row)} not modified; a day "
            f"{items_in_words(row)} items"
        )
    )
    if state.moved_to:
        console.print(
            safe(f"says since {minute(state.moved_since)} that it has moved to {state.moved_to}")
        )
    for question, pieces in page.questions.items():
        console.print(safe(f"evidence on {question}: {pieces}"))
    table = table_of("first seen", "published", "headline")
    for item in page.items:
        note = f" ({item.date_note} date)" if item.date_note else ""
        table.add_row(
            minute(item.first_seen_at), safe(f"{day(item.published_at)}{note}"), safe(item.title)
        )
    console.print(table)


def print_trial(console: Console, trial: Trial) -> None:
    """Print the response of an address, its contents, and the matches."""
    console.print(safe(answer_in_words(trial)))
    if trial.parsed is None:
        console.print(safe(trial.reason))
        for candidate in trial.candidates:
            guess = " (a guess)" if candidate.how == "guess" else ""
            console.print(safe(f"try {candidate.url}{guess} {candidate.title}"))
        return
    parsed = trial.parsed
    console.print(safe(f"{parsed.title or 'no title'}: {len(parsed.items)} entries"))
    if parsed.warning:
        console.print(safe(f"odd: {parsed.warning}"))
    table = table_of("published", "headline", "address")
    for item in parsed.items[:PREVIEW]:
        table.add_row(minute(item.published_at), safe(item.title), safe(item.url))
    console.print(table)
    if not trial.matches:
        console.print("nothing in it would be evidence on an open question")
    for match in trial.matches:
        words = ", ".join(match.matched)
        console.print(
            safe(
                f"evidence on {match.question_id} ({match.indicator_name}, {words}): {match.title}"
            )
        )


def answer_in_words(trial: Trial) -> str:
    """Describe the server's response in one line."""
    match trial.result:
        case Fetched() as response:
            moved = f", moved for good to {response.moved_to}" if response.moved_to else ""
            size = f"{len(response.body) / 1000:.0f} kB in {response.seconds:.1f} s"
            return (
                f"HTTP {response.status}, {size}, {response.content_type or 'no content type'}, at "
                f"{response.url}{moved}"
            )
        case NotModified():
            return "not modified"
        case other:
            return f"{trial.url}: {other.reason}"


def trial_record(trial: Trial) -> dict[str, Any]:
    """Return a trial for programs, without the document itself."""
    result = {
        f.name: plain(getattr(trial.result, f.name))
        for f in fields(trial.result)
        if f.name != "body"
    }
    parsed = None
    if trial.parsed is not None:
        parsed = {
            f.name: plain(getattr(trial.parsed, f.name))
            for f in fields(trial.parsed)
            if f.name != "names"
        }
    return {
        "url": trial.url,
        "result": result,
        "parsed": parsed,
        "reason": trial.reason,
        "candidates": plain(trial.candidates),
        "matches": plain(trial.matches),
    }
