"""Feed subscriptions: add, import, export, change, pause, retry and try feeds."""

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
"""Maximum entries of a feed on trial that are matched with the open questions."""

SETTABLE: Final = frozenset(
    (
        "url title source_group grade theme importance every_minutes user_agent max_megabytes "
        "full_text"
    ).split()
)


def feed_or_refuse(session: Session, name: str) -> FeedState:
    """Return the feed; raises `NotFound` if unknown."""
    state = feeds.feed(session, name)
    if state is None:
        raise NotFound("feed", name, "see `tracker feeds` for the names")
    return state


def add(session: Session, feed: Feed, now: datetime) -> bool:
    """Add a feed, due at once; False when its name or address exists already."""
    added = feeds.add_feed(session, never_polled(feed, now))
    if added:
        make_void(session)
    return added


def add_or_refuse(session: Session, feed: Feed, now: datetime) -> None:
    """Add a feed; raises `Refused` when its address is read already."""
    _refuse_known_address(session, feed)
    add(session, checked(feed), now)


def take_in(session: Session, document: bytes, now: datetime) -> Imported:
    """Add the new feeds of a subscription list; raises `Refused` if it is no list."""
    from tracker.feeds.discovery.opml import ListFailed, read_list
    from tracker.feeds.discovery.subscription_list import feed_of

    feed_list = read_list(document)
    if isinstance(feed_list, ListFailed):
        raise Refused(feed_list.reason)
    known_urls = feeds.taken_urls(session)
    ids = set(known_urls.values())
    added = 0
    for listed in feed_list.feeds:
        if listed.url not in known_urls:
            feed = feed_of(listed, ids)
            added += feeds.add_feed(session, never_polled(feed, now))
            ids.add(feed.id)
    make_void(session)
    return Imported(feed_list.title, added, len(feed_list.feeds) - added, feed_list.skipped)


def give_out(session: Session) -> bytes:
    """Export all feeds as a subscription list (OPML)."""
    from tracker.feeds.discovery.opml import write_list

    return write_list(
        [state.feed for state in feeds.feeds(session)], "Feeds of the scenario tracker"
    )


def change(session: Session, name: str, **settings: Any) -> Feed:
    """Change settings of a feed; raises `Refused` for an invalid value."""
    state = feed_or_refuse(session, name)
    unknown = set(settings) - SETTABLE
    if unknown:
        raise Refused(
            f"a feed has no {', '.join(sorted(unknown))} to set; it has "
            f"{', '.join(sorted(SETTABLE))}"
        )
    changed = checked(replace(state.feed, **settings))
    if changed.url != state.feed.url:
        _refuse_known_address(session, changed)
        feeds.forget(session, changed.id)
    feeds.save_feed(session, changed)
    make_void(session)
    return changed


def _refuse_known_address(session: Session, feed: Feed) -> None:
    if (reader := feeds.taken_urls(session).get(feed.url)) is not None:
        raise Refused(f"{feed.url} is read already, as feed {reader!r}")


def checked(feed: Feed) -> Feed:
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
    if not web_link(feed.url, ""):
        raise Refused(f"{feed.url} is no http or https address")
    if not feed.user_agent.isprintable():
        raise Refused("a user agent is one line of printable text")
    return feed


def pause(session: Session, name: str) -> None:
    """Pause a feed until a retry is requested."""
    feeds.stop(session, feed_or_refuse(session, name).id, BY_HAND)
    make_void(session)


def retry(session: Session, name: str, now: datetime) -> None:
    """Poll a feed at the next tick, even a paused one, and parse its full document."""
    feeds.wake(session, feed_or_refuse(session, name).id, now, "asked for by hand")
    make_void(session)


def feed_from(parsed: "Parsed", url: str, known_ids: Sequence[FeedId]) -> Feed:
    """Make a feed from the description in its own document."""
    host = host_of(url) or url
    title = parsed.title or host
    return Feed(feed_id(title, url, known_ids), title, url, host, site_url=parsed.site_url)


def trial(
    url: str, reply: FetchResult, parsed: "Parsed | ParseFailed | None", profiles: Watch
) -> Trial:
    """Try an address: its feed, or the reason why it is none, and the matches."""
    from tracker.feeds.discovery.feed_links import feeds_of_page
    from tracker.feeds.parsing.parsed import Parsed, ParseFailed

    if isinstance(parsed, Parsed):
        return Trial(url, reply, parsed, "", (), _match_entries(parsed, profiles))
    if isinstance(parsed, ParseFailed):
        page = feeds_of_page(reply.body, reply.content_type, reply.url)  # type: ignore[union-attr]
        return Trial(url, reply, None, parsed.reason, page, ())
    return Trial(url, reply, None, getattr(reply, "reason", ""), (), ())


def _match_entries(parsed: "Parsed", profiles: Watch) -> tuple[TrialMatch, ...]:
    from tracker.matching.matcher import words_of

    entries = parsed.items[:SHOWN]
    return tuple(
        TrialMatch(item.title, indicator.question_id, indicator.name, match.matched)
        for item, matches in zip(
            entries,
            profiles.matcher.match([words_of(i.title, i.summary) for i in entries]),
            strict=True,
        )
        for match in matches
        for indicator in profiles.bearings[match.profile]
    )
