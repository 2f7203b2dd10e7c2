"""Terminal tables of feeds: all of them, a single one, and a trial."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from forecasts.questions.formatting import format_utc_day, format_utc_minute
from tracker.feeds.feed import Feed
from tracker.feeds.fetch_results import Fetched, NotModified
from tracker.feeds.scheduling.feed_health import (
    FleetHealth,
    compute_not_modified_share,
    compute_usual_items,
)
from tracker.feeds.scheduling.first_start import count_answering
from tracker.ingestion.feed_check import FeedCheck, FeedCheckReport, FeedContent
from tracker.interfaces.cli.tables import new_table, safe_text
from tracker.model.feed_read_models import FeedHealth, FeedPage, Trial
from tracker.model.json_values import to_plain

MAX_PREVIEW_ENTRIES = 10
"""Entries shown of a feed on trial."""


def describe_fleet(fleet: FleetHealth) -> str:
    """Describe the state of all feeds, the alarm first."""
    counts = ", ".join(f"{count} {kind}" for kind, count in fleet.counts.items() if count)
    newest = (
        f"; newest answer {format_utc_minute(fleet.newest_success)}" if fleet.newest_success else ""
    )
    alarm = f"ALARM: {fleet.alarm}\n" if fleet.alarm else ""
    return f"{alarm}{fleet.feeds} feeds" + (f": {counts}{newest}" if fleet.feeds else "")


def feeds_table(rows: list[FeedHealth] | tuple[FeedHealth, ...]) -> Table:
    """Build the table of feeds with their status, next poll and its reason."""
    table = new_table(
        "feed", "state", "last answer", "next poll", "a day", "304", "7 days", "what is wrong"
    )
    for row in rows:
        state = row.state
        table.add_row(
            safe_text(f"{state.id}\n{state.feed.title}"),
            row.health,
            format_utc_minute(state.last_success_at),
            safe_text(
                "–" if state.paused else f"{format_utc_minute(state.next_due_at)}\n{row.why_next}"
            ),
            format_item_count(row),
            format_unmodified_share(row),
            f"{row.items_7d} items, {row.evidence_7d} evidence",
            safe_text(state.paused_why or state.last_error or row.silence),
        )
    return table


def format_item_count(row: FeedHealth) -> str:
    """Format the items of the last day beside the usual number."""
    counts = compute_usual_items(row.days, row.state.last_attempt_at or datetime.now(UTC))
    return f"{counts.last_day} (usually {counts.usual:g})" if row.days else "–"


def format_unmodified_share(row: FeedHealth) -> str:
    """Format the share of "not modified" responses."""
    share = compute_not_modified_share(row.days)
    return "–" if share is None else f"{100 * share:.0f}%"


def describe_settings(feed: Feed) -> str:
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
    return f"{feed.id}: {feed.title}, {feed.url} ({', '.join(parts)})"


def print_feed(console: Console, page: FeedPage) -> None:
    """Print one feed: its status, the reasons, and its items."""
    row, state = page.health, page.health.state
    console.print(safe_text(describe_settings(state.feed)))
    trouble = state.paused_why or state.last_error or row.silence
    console.print(safe_text(f"{row.health}{f': {trouble}' if trouble else ''}"))
    if not state.paused:
        console.print(
            safe_text(f"next poll {format_utc_minute(state.next_due_at)}: {row.why_next}")
        )
    last = (
        f"last answer {format_utc_minute(state.last_success_at)}, last new item "
        f"{format_utc_minute(state.last_new_at)}"
    )
    console.print(safe_text(f"{last}; last answers {state.recent or '–'}"))
    size = f"{state.last_bytes / 1000:.0f} kB in {state.last_seconds:.1f} s"
    console.print(
        safe_text(
            f"last document {size}; {format_unmodified_share(row)} not modified; a day "
            f"{format_item_count(row)} items"
        )
    )
    if state.moved_to:
        console.print(
            safe_text(
                f"says since {format_utc_minute(state.moved_since)} that it has moved to "
                f"{state.moved_to}"
            )
        )
    for question, pieces in page.questions.items():
        console.print(safe_text(f"evidence on {question}: {pieces}"))
    table = new_table("first seen", "published", "headline")
    for item in page.items:
        note = f" ({item.date_note} date)" if item.date_note else ""
        table.add_row(
            format_utc_minute(item.first_seen_at),
            safe_text(f"{format_utc_day(item.published_at)}{note}"),
            safe_text(item.title),
        )
    console.print(table)


def print_check(console: Console, report: FeedCheckReport, now: datetime) -> None:
    """Print which feeds answer, a row each, and the commands that help."""
    if not report.checks:
        console.print("There are no feeds: a question set brings some, `tracker feed add` others.")
        return
    table = new_table("feed", "state", "HTTP", "format", "entries", "newest", "what is wrong")
    for check in report.checks:
        content = check.content
        table.add_row(
            safe_text(f"{check.feed_id}\n{check.title}"),
            check.state,
            "–" if check.status is None else str(check.status),
            safe_text(content.format if content else "–"),
            f"{content.entries:,}" if content else "–",
            _format_newest(content, now),
            safe_text(check.reason),
        )
    console.print(table)
    unasked = len(report.checks) - report.answering - report.failing
    answering = count_answering(report.answering, len(report.checks))
    unasked_words = f"; {unasked} could not be asked now" if unasked else ""
    console.print(f"{answering[0].upper()}{answering[1:]}{unasked_words}.")
    if not report.answering and report.failing > 1:
        console.print("When all fail it is seldom the feeds: look at this machine's network first.")
    for check in report.checks:
        if check.remedy:
            console.print(safe_text(f"{_explain_remedy(check)}\n  {check.remedy}"), soft_wrap=True)


def _format_newest(content: FeedContent | None, now: datetime) -> str:
    """Format the age of the newest entry: `2026-11-26, 2 days ago`."""
    if content is None or content.newest_at is None:
        return "–"
    days = max(0, (now - content.newest_at).days)
    age = "today" if days == 0 else f"{days:,} day{'' if days == 1 else 's'} ago"
    return f"{format_utc_day(content.newest_at)}, {age}"


def _explain_remedy(check: FeedCheck) -> str:
    if check.proposal is None:
        return f"{check.feed_id} is paused and answers again:"
    entries = check.proposal.content.entries
    named = f"“{check.proposal.title}”, {entries} {'entry' if entries == 1 else 'entries'}"
    return f"{check.feed_id} is dead; {check.proposal.page} names {named}:"


def print_trial(console: Console, trial: Trial) -> None:
    """Print the response of an address, its contents, and the matches."""
    console.print(safe_text(describe_response(trial)))
    if trial.parsed is None:
        if trial.reason not in describe_response(trial):
            console.print(safe_text(trial.reason))
        for candidate in trial.candidates:
            guess = " (a guess)" if candidate.how == "guess" else ""
            console.print(safe_text(f"try {candidate.url}{guess} {candidate.title}"))
        return
    parsed = trial.parsed
    console.print(safe_text(f"{parsed.title or 'no title'}: {len(parsed.items)} entries"))
    if parsed.warning:
        console.print(safe_text(f"odd: {parsed.warning}"))
    table = new_table("published", "headline", "address")
    for item in parsed.items[:MAX_PREVIEW_ENTRIES]:
        table.add_row(
            format_utc_minute(item.published_at), safe_text(item.title), safe_text(item.url)
        )
    console.print(table)
    if not trial.matches:
        console.print("nothing in it would be evidence on an open question")
    for match in trial.matches:
        words = ", ".join(match.matched)
        console.print(
            safe_text(
                f"evidence on {match.question_id} ({match.indicator_name}, {words}): {match.title}"
            )
        )


def describe_response(trial: Trial) -> str:
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
        f.name: to_plain(getattr(trial.result, f.name))
        for f in fields(trial.result)
        if f.name != "body"
    }
    parsed = None
    if trial.parsed is not None:
        parsed = {
            f.name: to_plain(getattr(trial.parsed, f.name))
            for f in fields(trial.parsed)
            if f.name != "names"
        }
    return {
        "url": trial.url,
        "result": result,
        "parsed": parsed,
        "reason": trial.reason,
        "candidates": to_plain(trial.candidates),
        "matches": to_plain(trial.matches),
    }
