"""Series that are read: check an address, add, remove; pausing and retrying is as of feeds.

The document of a series is polled as a feed is, with its limits, manners and waits; several series
of one document are read in one request. Before the first one, and again each day, robots.txt is
asked, since pages with tables are made for people.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from forecasts.questions.series import Series, SeriesId
from tracker.errors import Refused
from tracker.feeds.feed import SERIES_PREFIX, Feed, FeedState
from tracker.feeds.fetch_results import Fetched, FetchRequest, fetch_one
from tracker.feeds.item import FeedId
from tracker.feeds.parsing.parsed_feed import ParseFailed
from tracker.feeds.parsing.series_document import SeriesReading
from tracker.feeds.scheduling.polling import make_feed_state
from tracker.feeds.urls import extract_host, resolve_web_link
from tracker.ingestion.network import Network, explain_refusal, load_robots
from tracker.ingestion.request_budget import invalidate_plan, load_poll_rules
from tracker.ingestion.writer import FeedOutcome, PollBatch
from tracker.storage import feeds, series
from tracker.storage.sessions import Session

MAX_SERIES_OF_DOCUMENT: Final = 50
OFFERED: Final = "offered by a question set"
NO_READER: Final = "no series reads it any more"

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SeriesTrial:
    """Answer of an address: the reading of a series, or the reason why there is none."""

    series: Series
    document: Fetched | None
    reading: SeriesReading | None
    reason: str = ""


def check_series(definition: Series) -> Series:
    """Refuse a definition that cannot work."""
    if not _NAME.fullmatch(definition.id):
        raise Refused(
            f"{definition.id!r} is not a valid name of a series: a-z, 0-9, - and _, 60 at most"
        )
    if not resolve_web_link(definition.url, ""):
        raise Refused(f"{definition.url} is no http or https address")
    if not definition.date_column.strip() or not definition.value_column.strip():
        raise Refused("a series needs the names of two columns: its dates and its values")
    return definition


def try_series(network: Network, definition: Series, now: Callable[[], datetime]) -> SeriesTrial:
    """Fetch and read an address once; nothing is stored."""
    check_series(definition)
    robots = load_robots(network, [definition.url], now())
    if refusal := explain_refusal(network, definition.url, robots):
        return SeriesTrial(definition, None, None, refusal)
    document = fetch_one(network.fetch, FetchRequest(FeedId(""), definition.url))
    if not isinstance(document, Fetched):
        return SeriesTrial(definition, None, None, getattr(document, "reason", "no answer"))
    parsed = network.parse_series(document, [definition]).result()
    reading = parsed if isinstance(parsed, ParseFailed) else parsed.readings[definition.id]
    if isinstance(reading, ParseFailed):
        return SeriesTrial(definition, document, None, reading.reason)
    return SeriesTrial(definition, document, reading)


def add_series(session: Session, definition: Series, now: datetime) -> FeedState | None:
    """Add a series, its document due at once; None if its name exists.

    Raises `Refused` if a feed of news has its name, or reads the address.
    """
    check_series(definition)
    if series.is_series_known(session, definition.id):
        return None
    if feeds.find_feed(session, definition.id) is not None:
        raise Refused(f"{definition.id!r} is the name of a feed: give the series another one")
    feed_id = feeds.map_urls_to_feeds(session).get(definition.url)
    documents = feeds.list_series_documents(session)
    if feed_id is not None and feed_id not in documents:
        raise Refused(f"{definition.url} is read already, as feed {feed_id!r}")
    if feed_id is None:
        feed_id = FeedId(f"{SERIES_PREFIX}{definition.id}")
        host = extract_host(definition.url) or definition.url
        feed = Feed(feed_id, definition.id, definition.url, host)
        feeds.add_feed(session, make_feed_state(feed, now), now)
    elif len(series.load_series_of_feeds(session, [feed_id]).get(feed_id, ())) >= (
        MAX_SERIES_OF_DOCUMENT
    ):
        raise Refused(f"{MAX_SERIES_OF_DOCUMENT} series read {definition.url}: remove one first")
    else:
        feeds.wake_feed(session, feed_id, now, "a series was added")
    series.add_series(session, definition, feed_id, now)
    invalidate_plan(session)
    return feeds.list_series_documents(session)[feed_id]


def offer_series(session: Session, definition: Series, now: datetime) -> bool:
    """Add a series that a question set names, and ask nobody before a person takes it up.

    False if its name exists, or its document is read already.
    """
    documents = feeds.list_series_documents(session)
    document = documents.get(feeds.map_urls_to_feeds(session).get(definition.url, FeedId("")))
    state = add_series(session, definition, now)
    if state is None or (document is not None and not document.paused):
        return False
    feeds.pause_feed(session, state.id, OFFERED if document is None else document.paused_why)
    return True


def add_tried_series(session: Session, trial: SeriesTrial, budget: float, now: datetime) -> None:
    """Add a series with the values of its trial; raises `Refused` if its name exists."""
    state = add_series(session, trial.series, now)
    if state is None:
        raise Refused(
            f"there is, or was, a series {trial.series.id!r}: give this one a name of its own"
        )
    assert trial.document is not None
    assert trial.reading is not None
    outcome = FeedOutcome(state, trial.document, readings=(trial.reading,))
    batch = PollBatch(session, [outcome], load_poll_rules(session, now, budget), now)
    batch.store()
    batch.schedule()


def remove_series(session: Session, series_id: SeriesId, feed_id: FeedId, now: datetime) -> None:
    """Read a series no more; its values stay, and its document is paused with its last series."""
    series.remove_series(session, series_id, now)
    if feed_id not in series.load_series_of_feeds(session, [feed_id]):
        feeds.pause_feed(session, feed_id, NO_READER)
