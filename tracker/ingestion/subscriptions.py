"""Feed subscriptions: add, import, export, change, pause, retry and try feeds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from forecasts.questions.question import QuestionId
from forecasts.questions.series import SeriesId
from tracker.errors import NotFound, Refused
from tracker.feeds.feed import Feed, FeedState
from tracker.feeds.fetch_results import Fetched, FetchResult
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.polling import make_feed_state
from tracker.feeds.urls import extract_host, make_feed_id, resolve_web_link
from tracker.ingestion.match_state import OpenProfiles
from tracker.ingestion.request_budget import invalidate_plan
from tracker.model.feed_read_models import FeedImport, Trial, TrialMatch
from tracker.storage import feeds, series
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.feeds.parsing.parsed_feed import ParsedFeed, ParseFailed

PAUSED_BY_HAND: Final = "paused by hand"
BY_HAND: Final = "requested by hand"
MAX_TRIAL_ENTRIES: Final = 100
"""Maximum entries of a feed on trial that are matched with the open questions."""

SETTABLE_FIELDS: Final = frozenset(
    (
        "url title source_group grade theme importance every_minutes user_agent max_megabytes "
        "full_text"
    ).split()
)


def require_feed(session: Session, name: str) -> FeedState:
    """Return the feed; raises `NotFound` if unknown."""
    state = feeds.find_feed(session, name)
    if state is None:
        raise NotFound("feed", name, "see `tracker feed list` for the names")
    return state


def require_source(session: Session, name: str) -> FeedId:
    """Return what is polled under a name: a feed, or the document of a series.

    Raises `NotFound` if there is neither.
    """
    if (document := series.map_series_to_feeds(session).get(SeriesId(name))) is not None:
        return document
    return require_feed(session, name).id


def add_subscription(session: Session, feed: Feed, now: datetime) -> bool:
    """Add a feed, due at once; False when its name or address exists already."""
    added = feeds.add_feed(session, make_feed_state(feed, now), now)
    if added:
        invalidate_plan(session)
    return added


def add_new_subscription(session: Session, feed: Feed, now: datetime) -> None:
    """Add a feed; raises `Refused` when its address is read already."""
    _refuse_known_address(session, feed)
    add_subscription(session, check_feed(feed), now)


def import_feed_list(session: Session, document: bytes, now: datetime) -> FeedImport:
    """Add the new feeds of a subscription list; raises `Refused` if it is no list."""
    from tracker.feeds.discovery.opml import ListFailed, read_list
    from tracker.feeds.discovery.subscription_list import feed_from_list

    feed_list = read_list(document)
    if isinstance(feed_list, ListFailed):
        raise Refused(feed_list.reason)
    known_urls = feeds.map_urls_to_feeds(session)
    ids = set(known_urls.values())
    new: dict[str, FeedState] = {}
    for listed in feed_list.feeds:
        if listed.url not in known_urls and listed.url not in new:
            feed = feed_from_list(listed, ids)
            new[listed.url] = make_feed_state(feed, now)
            ids.add(feed.id)
    feeds.add_new_feeds(session, list(new.values()), now)
    invalidate_plan(session)
    read_already = len(feed_list.feeds) - len(new)
    return FeedImport(feed_list.title, len(new), read_already, feed_list.skipped)


def export_feed_list(session: Session) -> bytes:
    """Export all feeds as a subscription list (OPML)."""
    from tracker.feeds.discovery.opml import write_list

    return write_list(
        [state.feed for state in feeds.list_feeds(session)], "Feeds of the scenario tracker"
    )


def change_feed(session: Session, name: str, now: datetime, **settings: Any) -> Feed:
    """Change settings of a feed; raises `Refused` for an invalid value."""
    state = require_feed(session, name)
    unknown = set(settings) - SETTABLE_FIELDS
    if unknown:
        raise Refused(
            f"a feed has no {', '.join(sorted(unknown))} to set; it has "
            f"{', '.join(sorted(SETTABLE_FIELDS))}"
        )
    changed = check_feed(replace(state.feed, **settings))
    if changed.url != state.feed.url:
        _refuse_known_address(session, changed)
        feeds.forget_document(session, changed.id)
    feeds.save_feed(session, changed, now)
    invalidate_plan(session)
    return changed


def _refuse_known_address(session: Session, feed: Feed) -> None:
    if (reader := feeds.map_urls_to_feeds(session).get(feed.url)) is not None:
        raise Refused(f"{feed.url} is read already, as feed {reader!r}")


def check_feed(feed: Feed) -> Feed:
    """Refuse values that cannot work."""
    limits = (
        ("the importance of a feed", feed.importance, 0.01, 100),
        ("the minutes between two polls", feed.every_minutes, 5, 44640),
        ("the megabytes that a feed may have", feed.max_megabytes, 0.01, 500),
    )
    for name, value, low, high in limits:
        if value is not None and not low <= value <= high:
            raise Refused(f"{name} must lie between {low} and {high}, not {value:g}")
    if feed.grade not in "ABCDEF" or len(feed.grade) != 1:
        raise Refused(f"a grade is one of A to F, not {feed.grade!r}")
    if not feed.title.strip() or not feed.source_group.strip():
        raise Refused("a feed needs a title and a source group")
    if not resolve_web_link(feed.url, ""):
        raise Refused(f"{feed.url} is no http or https address")
    if not feed.user_agent.isprintable():
        raise Refused("a user agent is one line of printable text")
    return feed


def pause_polling(session: Session, name: str) -> tuple[str, ...]:
    """Pause a feed or series until a retry; return the other series of the same document."""
    source_id = require_source(session, name)
    feeds.pause_feed(session, source_id, PAUSED_BY_HAND)
    invalidate_plan(session)
    shared = series.load_series_of_feeds(session, [source_id]).get(source_id, ())
    return tuple(other.id for other in shared if other.id != name)


def retry_polling(session: Session, name: str, now: datetime) -> None:
    """Poll a feed or series at the next tick, even a paused one, and parse its full document."""
    feeds.wake_feed(session, require_source(session, name), now, BY_HAND)
    invalidate_plan(session)


def retry_failing(session: Session, now: datetime) -> int:
    """Poll every failing feed and series at the next tick; return the number of documents."""
    states = (*feeds.list_feeds(session), *feeds.list_series_documents(session).values())
    failing = {state.id for state in states if state.failures and not state.paused}
    for source_id in failing:
        feeds.wake_feed(session, source_id, now, BY_HAND)
    invalidate_plan(session)
    return len(failing)


def make_feed(parsed: "ParsedFeed", url: str, known_ids: Sequence[FeedId]) -> Feed:
    """Make a feed from the description in its own document."""
    host = extract_host(url) or url
    title = parsed.title or host
    return Feed(make_feed_id(title, url, known_ids), title, url, host, site_url=parsed.site_url)


def try_feed(
    url: str, reply: FetchResult, parsed: "ParsedFeed | ParseFailed | None", profiles: OpenProfiles
) -> Trial:
    """Try an address: its feed, or the reason why it is none, and the matches."""
    from tracker.feeds.discovery.feed_links import find_page_feeds
    from tracker.feeds.parsing.parsed_feed import ParsedFeed, ParseFailed

    if isinstance(parsed, ParsedFeed):
        return Trial(url, reply, parsed, "", (), _match_entries(parsed, profiles))
    if isinstance(parsed, ParseFailed) and isinstance(reply, Fetched):
        page = find_page_feeds(reply.body, reply.content_type, reply.url)
        return Trial(url, reply, None, parsed.reason, page, ())
    return Trial(url, reply, None, getattr(reply, "reason", ""), (), ())


def _match_entries(parsed: "ParsedFeed", profiles: OpenProfiles) -> tuple[TrialMatch, ...]:
    from tracker.matching.matcher import clean_item_text

    entries = parsed.items[:MAX_TRIAL_ENTRIES]
    texts = [clean_item_text(item.title, item.summary) for item in entries]
    trial_matches: dict[tuple[int, QuestionId], TrialMatch] = {}
    for n, matches in enumerate(profiles.matcher.match(texts)):
        for match in matches:  # the surest come first, and each question counts once
            for indicator in profiles.indicators_by_profile[match.profile]:
                trial_matches.setdefault(
                    (n, indicator.question_id),
                    TrialMatch(
                        entries[n].title, indicator.question_id, indicator.name, match.matched
                    ),
                )
    return tuple(trial_matches.values())
