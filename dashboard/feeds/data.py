"""Data frame of all feeds, unhealthy ones first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from dashboard.components.frames import TIME, build_frame
from dashboard.wording import (
    DATE_NOTES,
    HEALTH_LABELS,
    format_answer_runs,
    format_bytes,
    format_duration,
    percent_whole,
    plural,
    redirect_notice,
    safe_web_link,
)
from forecasts.questions.question import QuestionId
from tracker.feeds.feed import Feed
from tracker.feeds.fetch_results import Deferred, Fetched, FetchFailed, FetchResult
from tracker.feeds.item import Item
from tracker.feeds.scheduling.budget import explain_next_poll
from tracker.feeds.scheduling.feed_health import (
    USUAL_ITEMS_DAYS,
    Health,
    compute_not_modified_share,
    compute_usual_items,
)
from tracker.feeds.scheduling.first_start import was_paused_at_start
from tracker.feeds.scheduling.polling import DayCount
from tracker.model.read_models import FeedHealth, Trial, TrialMatch

if TYPE_CHECKING:
    from tracker.feeds.discovery.feed_links import FeedCandidate

_HEALTH_RANK: Final[dict[Health, int]] = {
    "failing": 0,
    "paused": 1,
    "late": 2,
    "quiet": 3,
    "new": 4,
    "ok": 5,
}
_UNHEALTHY: Final[tuple[Health, ...]] = ("failing", "paused", "quiet")
"""Health states of a single feed that need attention. Lateness is due to polling, not to the
feed.
"""


def poll_button_label(health: Health) -> str:
    """Return the label of the button that requests a poll."""
    return "Try again" if health in ("failing", "paused") else "Ask now"


def sort_worst_first(feeds: Sequence[FeedHealth]) -> tuple[FeedHealth, ...]:
    """Sort feeds by health, worst first, then by title."""
    return tuple(sorted(feeds, key=lambda f: (_HEALTH_RANK[f.health], f.state.feed.title.lower())))


def list_unhealthy_feeds(feeds: Sequence[FeedHealth]) -> tuple[FeedHealth, ...]:
    """List the feeds that need attention, worst first; not those that never answered here."""
    return tuple(
        feed
        for feed in sort_worst_first(feeds)
        if feed.health in _UNHEALTHY and not was_paused_at_start(feed.state)
    )


def describe_problem(feed: FeedHealth) -> str:
    """Return the reason why a feed is paused, failing or silent; "" if it is healthy.

    Contains text from servers and feeds: show it as plain text only.
    """
    return feed.state.paused_why or feed.state.last_error or feed.silence


def count_daily_items(days: Sequence[DayCount], now: datetime) -> list[int]:
    """Count the new items of each of the last 28 days (UTC), today last."""
    today = now.astimezone(UTC).date()
    new = {day.day: day.new_items for day in days}
    return [
        new.get(today - timedelta(days=back), 0) for back in range(USUAL_ITEMS_DAYS - 1, -1, -1)
    ]


def feeds_frame(feeds: Sequence[FeedHealth], now: datetime) -> pd.DataFrame:
    """One row per feed, in the given order. Columns:

    id, health (shape and word), title, theme, daily (list: new items of each of 28 days), yesterday
    (new items of the last whole day, UTC) and usual (median day), success (last answer, empty for
    never), lag (time since then in words), next (empty while paused), why (reason of that time),
    unchanged (percent of answers "not modified", empty without any), answers (the last ones), ask
    (label of its button), note (problem or redirect), items and evidence (of seven days), ever
    (items in all).
    """
    types = {
        "id": "str",
        "health": "str",
        "title": "str",
        "theme": "str",
        "daily": "object",
        "yesterday": "float64",
        "usual": "float64",
        "success": TIME,
        "lag": "str",
        "next": TIME,
        "why": "str",
        "unchanged": "float64",
        "answers": "str",
        "ask": "str",
        "note": "str",
        "items": "int64",
        "evidence": "int64",
        "ever": "int64",
    }
    return build_frame(types, (_feed_row(feed, now) for feed in feeds))


def _feed_row(feed: FeedHealth, now: datetime) -> tuple[Any, ...]:
    state = feed.state
    usual, share = compute_usual_items(feed.days, now), compute_not_modified_share(feed.days)
    return (
        state.id,
        HEALTH_LABELS[feed.health],
        state.feed.title,
        state.feed.theme.replace("_", " "),
        count_daily_items(feed.days, now),
        usual.last_day if feed.days else None,
        usual.usual if feed.days else None,
        state.last_success_at,
        format_duration(now - state.last_success_at) if state.last_success_at else "never",
        None if state.paused else state.next_due_at,
        "" if state.paused else explain_next_poll(state),
        None if share is None else 100 * share,
        format_answer_runs(state.recent),
        poll_button_label(feed.health),
        describe_problem(feed) or redirect_notice(state, now),
        feed.items_7d,
        feed.evidence_7d,
        state.items_seen,
    )


POLL_OUTCOMES: Final = ("new document", "not modified", "failed")
"""Possible outcomes of a poll."""


def days_frame(days: Sequence[DayCount], now: datetime) -> pd.DataFrame:
    """One row for each of the last 28 days (UTC), also for those without a poll. Columns:

    day (its midnight), new and edited (items), polls, unchanged (share of "not modified" in words,
    empty without polls), size (of all documents, in words).
    """
    return build_frame(
        "day:time new:int edited:int polls:int unchanged size",
        (_day_row(at, count) for at, count in _list_days(days, now)),
    )


def _day_row(at: datetime, count: DayCount) -> tuple[Any, ...]:
    share = percent_whole(count.not_modified / count.polls) if count.polls else ""
    return at, count.new_items, count.changed_items, count.polls, share, format_bytes(count.bytes)


def polls_frame(days: Sequence[DayCount], now: datetime) -> pd.DataFrame:
    """Outcomes of the polls of each day. Columns: day, outcome (`new document`, `not modified` or
    `failed`), rank (its place), polls.
    """
    rows = [
        (at, outcome, rank, polls)
        for at, count in _list_days(days, now)
        for rank, (outcome, polls) in enumerate(
            zip(POLL_OUTCOMES, _outcome_counts(count), strict=True)
        )
        if polls
    ]
    return build_frame("day:time outcome rank:int polls:int", rows)


def _outcome_counts(count: DayCount) -> tuple[int, int, int]:
    return max(0, count.polls - count.not_modified - count.failed), count.not_modified, count.failed


def _list_days(days: Sequence[DayCount], now: datetime) -> list[tuple[datetime, DayCount]]:
    by_day = {count.day: count for count in days}
    today = now.astimezone(UTC).date()
    dates = [today - timedelta(days=back) for back in range(USUAL_ITEMS_DAYS - 1, -1, -1)]
    return [(datetime.combine(day, time(), UTC), by_day.get(day, DayCount(day))) for day in dates]


def usual_items_frame(usual: float) -> pd.DataFrame:
    """The usual number of new items a day, as a line of a chart. Columns: usual."""
    return build_frame("usual:float", [(usual,)])


def items_frame(items: Sequence[Item]) -> pd.DataFrame:
    """The newest items. Columns:

    seen (first), published (as claimed by the feed, or empty), note (problem of its date, or that
    it repeats another), title (feed text), url (empty if unsafe).
    """
    return build_frame(
        "seen:time published:time note title url", (_item_row(item) for item in items)
    )


def _item_row(item: Item) -> tuple[Any, ...]:
    notes = (
        DATE_NOTES[item.date_note],
        "repeats an earlier item" if item.same_as is not None else "",
    )
    return (
        item.first_seen_at,
        item.published_at,
        ", ".join(filter(None, notes)),
        item.title,
        safe_web_link(item.url),
    )


def list_feed_settings(feed: Feed) -> tuple[str, ...]:
    """List a feed's settings in words. They contain feed text: show as plain text only."""
    return (
        f"grade {feed.grade}",
        f"group {feed.source_group}",
        *([f"theme {feed.theme}"] if feed.theme else []),
        *([f"importance {feed.importance:g}"] if feed.importance != 1 else []),
        "interval learned"
        if feed.every_minutes is None
        else f"asked every {feed.every_minutes:g} minutes",
        *([f"at most {feed.max_megabytes:g} MB"] if feed.max_megabytes is not None else []),
        *([f"user agent “{feed.user_agent}”"] if feed.user_agent else []),
        *(["whole articles of items that match"] if feed.full_text else []),
    )


MAX_PREVIEW_ENTRIES: Final = 10
"""Number of entries shown of a feed on trial."""


@dataclass(frozen=True, slots=True)
class FeedTrial:
    """Summary of a trial for a page; all texts in it come from the server.

    `preview` has the columns published (empty without a date) and title. `title` is "" if it is no
    feed, and then `reason` says why.
    """

    url: str
    answer: str
    has_answered: bool
    is_feed: bool
    title: str
    entries: int
    odd: str
    preview: pd.DataFrame
    matches: tuple[TrialMatch, ...]
    reason: str
    candidates: "tuple[FeedCandidate, ...]"


def summarise_trial(trial: Trial) -> FeedTrial:
    """Summarise a trial without its document."""
    parsed = trial.parsed
    items = parsed.items if parsed else ()
    rows = [(item.published_at, item.title) for item in items[:MAX_PREVIEW_ENTRIES]]
    return FeedTrial(
        url=trial.url,
        answer=describe_fetch_result(trial.result),
        has_answered=isinstance(trial.result, Fetched),
        is_feed=parsed is not None,
        title=(parsed.title or "A feed without a title") if parsed else "",
        entries=len(items),
        odd=(parsed.warning or "") if parsed else "",
        preview=build_frame("published:time title", rows),
        matches=trial.matches,
        reason=trial.reason,
        candidates=trial.candidates,
    )


def describe_fetch_result(result: FetchResult) -> str:
    """Describe the server's answer in one line; it contains text from the server."""
    match result:
        case Fetched() as fetched:
            facts = (
                f"HTTP {fetched.status}",
                f"{format_bytes(len(fetched.body))} in {fetched.seconds:.2f} s",
                fetched.content_type or "no content type",
                fetched.url,
                f"moved for good to {fetched.moved_to}" if fetched.moved_to else "",
            )
            return " · ".join(filter(None, facts))
        case FetchFailed(reason=reason) | Deferred(reason=reason):
            return reason
        case _:
            return "not modified"


def trial_verdict(trial: FeedTrial) -> str:
    """Describe in a sentence, without foreign text, whether the feed is worth subscribing."""
    if not trial.is_feed:
        return "**This is no feed.**" if trial.has_answered else "**Nothing could be read there.**"
    questions = len({match.question_id for match in trial.matches})
    if not trial.matches:
        matches = "none would be evidence on an open question today"
    else:
        matches = (
            f"{plural(len(trial.matches), 'match', 'matches')} with "
            f"{plural(questions, 'open question')}"
        )
    return f"**A feed with {plural(trial.entries, 'entry', 'entries')}**; {matches}."


def trial_matches_frame(trial: FeedTrial, texts: Mapping[QuestionId, str]) -> pd.DataFrame:
    """Would-be evidence. Columns: title (feed text), question, signpost, words (that matched)."""
    rows = [
        (
            match.title,
            texts.get(match.question_id, match.question_id),
            match.indicator_name,
            ", ".join(match.matched),
        )
        for match in trial.matches
    ]
    return build_frame("title question signpost words", rows)


def candidate_label(candidate: "FeedCandidate") -> str:
    """Label a candidate for a choice; contains text of the page, so show it without Markdown."""
    guess = " (a guess)" if candidate.how == "guess" else ""
    return f"{candidate.url}{guess}{f' · {candidate.title}' if candidate.title else ''}"
