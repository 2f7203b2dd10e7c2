"""Which feeds are read: add one, take a list in and give it out, change how one is read, try an
address.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tracker.errors import NotFound, Refused
from tracker.feeds.answers import FetchResult
from tracker.feeds.discovery.feed_names import feed_id, host_of
from tracker.feeds.feed import Feed, FeedState
from tracker.feeds.item import FeedId
from tracker.feeds.links import web_link
from tracker.feeds.scheduling.polling import never_polled
from tracker.ingestion.match_state import Watch
from tracker.ingestion.request_budget import make_void
from tracker.model.read_models import Imported, Trial, TrialMatch
from tracker.storage import feeds
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.feeds.parsing.parsed import Parsed, ParseFailed

BY_HAND: Final = "paused by hand"
SHOWN: Final = 100
"""Entries of a feed on trial that are held against the open questions."""

SETTABLE: Final = frozenset(
    (
        "url title source_group grade theme importance every_minutes user_agent max_megabytes "
        "full_text"
    ).split()
)


def feed_or_refuse(session: Session, name: str) -> FeedState:
    """The feed, or an error that says how to find the right name."""
    state = feeds.feed(session, name)
    if state is None:
        raise NotFound("feed", name, "see `tracker feeds` for the names")
    return state


def add(session: Session, feed: Feed, now: datetime) -> bool:
    """Add a feed, due at once; False when its name or address is there already."""
    added = feeds.add_feed(session, never_polled(feed, now))
    if added:
        make_void(session)
    return added


def add_or_refuse(session: Session, feed: Feed, now: datetime) -> None:
    """Add a feed; raises `Refused` when its address is read already."""
    _refuse_taken(session, feed)
    add(session, checked(feed), now)


def take_in(session: Session, document: bytes, now: datetime) -> Imported:
    """Add the feeds of a subscription list that are not there yet; raises `Refused` for anything
    else.
    """
    from tracker.feeds.discovery.opml import ListFailed, read_list
    from tracker.feeds.discovery.subscription_list import feed_of

    found = read_list(document)
    if isinstance(found, ListFailed):
        raise Refused(found.reason)
    taken = feeds.taken_urls(session)
    ids = set(taken.values())
    added = 0
    for listed in found.feeds:
        if listed.url not in taken:
            feed = feed_of(listed, ids)
            added += feeds.add_feed(session, never_polled(feed, now))
            ids.add(feed.id)
    make_void(session)
    return Imported(found.title, added, len(found.feeds) - added, found.skipped)


def give_out(session: Session) -> bytes:
    """All feeds as a subscription list (OPML)."""
    from tracker.feeds.discovery.opml import write_list

    return write_list(
        [state.feed for state in feeds.feeds(session)], "Feeds of the scenario tracker"
    )


def change(session: Session, name: str, **settings: Any) -> Feed:
    """Set how a feed is read; raises `Refused` for a value that cannot be."""
    state = feed_or_refuse(session, name)
    unknown = set(settings) - SETTABLE
    if unknown:
        raise Refused(
            f"a feed has no {', '.join(sorted(unknown))} to set; it has "
            f"{', '.join(sorted(SETTABLE))}"
        )
    changed = checked(replace(state.feed, **settings))
    if changed.url != state.feed.url:
        _refuse_taken(session, changed)
        feeds.forget(session, changed.id)
    feeds.save_feed(session, changed)
    make_void(session)
    return changed


def _refuse_taken(session: Session, feed: Feed) -> None:
    if (reader := feeds.taken_urls(session).get(feed.url)) is not None:
        raise Refused(f"{feed.url} is read already, as feed {reader!r}")


def checked(feed: Feed) -> Feed:
    """Refuse values that cannot work."""
    limits = (
        ("the importance of a feed", feed.importance, 0.01, 100),
        ("the minutes between two polls", feed.every_minutes, 5, 44640),
        ("the megabytes that a feed may have", feed.max_megabytes, 0.01, 500),
    )
    for what, value, low, high in limits:
        if value is not None and not low <= value <= high:
            raise Refused(f"{what} must lie between {low} and {high}, not {value:g}")
    if feed.grade not in "ABCDEF" or len(feed.grade) != 1:
        raise Refused(f"a grade is one of A to F, not {feed.grade!r}")
    if not feed.title.strip() or not feed.source_group.strip():
        raise Refused("a feed needs a title and a source group")
    if not web_link(feed.url, ""):
        raise Refused(f"{feed.url} is no http or https address")
    if not feed.user_agent.isprintable():
        raise Refused("a user agent is one line of printable text")
    return feed


def pause(session: Session, name: str) -> None:
    """Poll a feed no more, until it is asked for again."""
    feeds.stop(session, feed_or_refuse(session, name).id, BY_HAND)
    make_void(session)


def retry(session: Session, name: str, now: datetime) -> None:
    """Poll a feed at the next tick, even a paused one, and read its document whole."""
    feeds.wake(session, feed_or_refuse(session, name).id, now, "asked for by hand")
    make_void(session)


def feed_from(parsed: "Parsed", url: str, taken: Sequence[FeedId]) -> Feed:
    """A feed as its own document describes it."""
    host = host_of(url) or url
    title = parsed.title or host
    return Feed(feed_id(title, url, taken), title, url, host, site_url=parsed.site_url)


def trial(
    url: str, result: FetchResult, parsed: "Parsed | ParseFailed | None", watch: Watch
) -> Trial:
    """What subscribing to an address would bring."""
    from tracker.feeds.discovery.feed_links import feeds_of_page
    from tracker.feeds.parsing.parsed import Parsed, ParseFailed

    if isinstance(parsed, Parsed):
        return Trial(url, result, parsed, "", (), _matches(parsed, watch))
    if isinstance(parsed, ParseFailed):
        page = feeds_of_page(result.body, result.content_type, result.url)  # type: ignore[union-attr]
        return Trial(url, result, None, parsed.reason, page, ())
    return Trial(url, result, None, getattr(result, "reason", ""), (), ())


def _matches(parsed: "Parsed", watch: Watch) -> tuple[TrialMatch, ...]:
    from tracker.matching.matcher import words_of

    tried = parsed.items[:SHOWN]
    return tuple(
        TrialMatch(item.title, indicator.question_id, indicator.name, found.matched)
        for item, matches in zip(
            tried, watch.matcher.match([words_of(i.title, i.summary) for i in tried]), strict=True
        )
        for found in matches
        for indicator in watch.bearings[found.profile]
    )
