"""The verbs on feeds: poll them, follow their health, subscribe, try an address, read whole
articles.

A part of `Tracker`, apart because it is the part that knows the network. The HTTP client and the
pool of parsers are loaded when they are first needed: most processes never poll.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from forecasts.question_sets.question_set import FeedSeed
from tracker.errors import Refused
from tracker.feeds.answers import Fetched, FetchRequest, fetch_one
from tracker.feeds.feed import Feed
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.health import FleetHealth
from tracker.feeds.scheduling.polling import feed_from_seed
from tracker.ingestion import subscriptions as subscribing
from tracker.ingestion.match_state import MatchState
from tracker.ingestion.network import Network
from tracker.model.read_models import FeedHealth, FeedImport, FeedPage, PollReport, Trial
from tracker.questions.queries import feed_status as feed_health
from tracker.settings import Settings
from tracker.storage import feeds, items
from tracker.storage.sessions import Store

if TYPE_CHECKING:
    from tracker.feeds.discovery.feed_links import FeedCandidate


class FeedVerbs:
    """What the application does with feeds. All times are aware UTC; all errors are one line for a
    person.
    """

    settings: Settings
    now: Callable[[], datetime]
    _store: Store
    _network: Network
    _desk: MatchState

    def poll(self, *, only: Sequence[FeedId] | None = None, every: bool = False) -> PollReport:
        """Poll the feeds that are due, or `only` these, or `every` one not paused; turn what is new
        into evidence.
        """
        from tracker.ingestion import poll as ingest

        chosen = None
        if every or only is not None:
            with self._store.reading() as session:
                known = feeds.list_feeds(session)
            chosen = [s for s in known if (s.id in only if only is not None else not s.paused)]
        press = ingest.PollContext(
            self._network.fetch, self._network.parse, self._desk, self._network.is_closing
        )
        return ingest.run_poll(
            self._store, press, self.now, budget=self.settings.request_budget, chosen=chosen
        )

    def wind_down(self) -> None:
        """Let a round that is under way ask no further feeds: the process is about to end."""
        self._network.wind_down()

    def feeds(self) -> tuple[FeedHealth, ...]:
        """All feeds with their health."""
        with self._store.reading() as session:
            return feed_health.list_feed_health(session, self.now())

    def fleet(self) -> FleetHealth:
        """How all feeds together fare, and whether there is cause for alarm."""
        with self._store.reading() as session:
            return feed_health.summarise_fleet(session, self.now())

    def feed(self, feed_id: str) -> FeedPage:
        """Everything about one feed; raises `NotFound`."""
        with self._store.reading() as session:
            return feed_health.build_feed_page(
                session, subscribing.require_feed(session, feed_id), self.now()
            )

    def add_feed(self, seed: FeedSeed | Feed) -> bool:
        """Add a feed, due at once; False when its name or address is there already."""
        feed = feed_from_seed(seed) if isinstance(seed, FeedSeed) else seed
        with self._store.writing() as session:
            return subscribing.add_subscription(session, subscribing.check_feed(feed), self.now())

    def subscribe(self, url: str, **settings: Any) -> Feed:
        """Add the feed at an address, or the one behind a page; raises `Refused` with what there is
        instead.
        """
        trial = self.try_feed(url)
        choice = [c for c in trial.candidates if c.how != "guess"]
        if trial.parsed is None and len(choice) == 1:
            trial = self.try_feed(choice[0].url)
        if trial.parsed is None or not isinstance(trial.result, Fetched):
            raise Refused(f"{trial.reason}{_instead(choice)}")
        with self._store.writing() as session:
            taken = feeds.map_urls_to_feeds(session)
            found = trial.result.moved_to or trial.url
            feed = subscribing.make_feed(trial.parsed, found, tuple(taken.values()))
            subscribing.add_new_subscription(session, feed, self.now())
            return subscribing.change_feed(session, feed.id, **settings) if settings else feed

    def try_feed(self, url: str) -> Trial:
        """Read an address once and keep nothing: what answers, what is in it, what would match."""
        result = fetch_one(self._network.fetch, FetchRequest(FeedId(""), url))
        parsed = None
        if isinstance(result, Fetched):
            parsed = self._network.parse(result.body, result.content_type, result.url).result()
        with self._store.reading() as session:
            return subscribing.try_feed(
                url, result, parsed, self._desk.load_profiles(session, self.now())
            )

    def import_feeds(self, document: bytes) -> FeedImport:
        """Add the feeds of a subscription list (OPML) that are not there yet."""
        with self._store.writing() as session:
            return subscribing.import_feed_list(session, document, self.now())

    def export_feeds(self) -> bytes:
        """All feeds as a subscription list (OPML), with all that is set for each."""
        with self._store.reading() as session:
            return subscribing.export_feed_list(session)

    def change_feed(self, feed_id: str, **settings: Any) -> Feed:
        """Set how a feed is read: title, grade, importance, interval, user agent, size limit, whole
        articles.
        """
        with self._store.writing() as session:
            return subscribing.change_feed(session, feed_id, **settings)

    def pause_feed(self, feed_id: str) -> None:
        """Poll a feed no more, until `retry_feed`."""
        with self._store.writing() as session:
            subscribing.pause_polling(session, feed_id)

    def retry_feed(self, feed_id: str) -> None:
        """Poll a feed at the next tick, even a paused one."""
        with self._store.writing() as session:
            subscribing.retry_polling(session, feed_id, self.now())

    def read_articles(self) -> int:
        """Look for the whole articles behind matched items of feeds that ask for it; how many were
        found.
        """
        from tracker.ingestion import articles

        return articles.fetch_articles(self._store, self._network, self.now)

    def forget_old_texts(self) -> int:
        """Drop the texts that are older than setting `keep_days` and bear on no question; how many
        that were.
        """
        if not self.settings.keep_days:
            return 0
        with self._store.writing() as session:
            return items.delete_old_texts(
                session, self.now() - timedelta(days=self.settings.keep_days)
            )


def _instead(candidates: "Sequence[FeedCandidate]") -> str:
    if not candidates:
        return ""
    return "; the page names these feeds: " + ", ".join(c.url for c in candidates)
