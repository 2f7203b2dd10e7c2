"""Feeds: subscribe, configure, poll, and watch their health.

The HTTP client and the pool of parsers are loaded on first use: most processes never poll.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from forecasts.question_sets.question_set import FeedSeed
from tracker.app.service import Service, cacheable
from tracker.errors import Refused
from tracker.feeds.feed import Feed, FeedState
from tracker.feeds.fetch_results import Fetched, FetchRequest, fetch_one
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.feed_health import FleetHealth
from tracker.feeds.scheduling.first_start import FirstStart
from tracker.feeds.scheduling.polling import feed_from_seed
from tracker.ingestion import subscriptions
from tracker.ingestion.feed_check import FeedCheckReport
from tracker.ingestion.request_budget import FeedBudget, measure_feed_budget
from tracker.model.feed_read_models import FeedHealth, FeedImport, FeedPage, Trial
from tracker.model.work import POLL_TASK, QueuedTask
from tracker.questions.queries import feed_status
from tracker.storage import feeds, queue
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.feeds.discovery.feed_links import FeedCandidate
    from tracker.ingestion.writer import PollReport


class FeedService(Service, noun="feeds"):
    """Use cases on feeds."""

    @cacheable()
    def list(self) -> tuple[FeedHealth, ...]:
        """Return all feeds with their health."""
        with self._store.reading() as session:
            return feed_status.list_feed_health(session, self._now())

    @cacheable()
    def status(self) -> FleetHealth:
        """Return the health of all feeds together, and whether there is cause for alarm."""
        with self._store.reading() as session:
            return feed_status.summarise_fleet(session, self._now())

    @cacheable()
    def get(self, feed_id: str) -> FeedPage:
        """Return everything about one feed; raises `NotFound`."""
        with self._store.reading() as session:
            feed = subscriptions.require_feed(session, feed_id)
            return feed_status.build_feed_page(session, feed, self._now())

    @cacheable()
    def budget(self) -> FeedBudget:
        """Return the request budget of the feeds: allowed, used today, due next."""
        with self._store.reading() as session:
            return measure_feed_budget(session, self._settings.request_budget, self._now())

    @cacheable()
    def first_start(self) -> FirstStart | None:
        """Return how the first feeds answered; None before, and in an older database."""
        from tracker.ingestion.first_start import read_first_start

        with self._store.reading() as session:
            return read_first_start(session)

    def judge_first_start(self) -> FirstStart | None:
        """Pause those of the first feeds that do not answer, once; None where nothing changed."""
        from tracker.ingestion.first_start import has_open_first_start, judge_first_start

        with self._store.reading() as session:
            if not has_open_first_start(session):
                return None
        with self._store.writing() as session:
            return judge_first_start(session)

    def poll(self, *, only: Sequence[FeedId] | None = None, every: bool = False) -> "PollReport":
        """Poll due feeds, `only` these, or `every` one not paused; link new items as evidence."""
        chosen = None
        if every or only is not None:
            with self._store.reading() as session:
                known = [
                    *feeds.list_feeds(session),
                    *feeds.list_series_documents(session).values(),
                ]
            chosen = [s for s in known if (s.id in only if only is not None else not s.paused)]
        return self._run_poll(chosen)

    def hand_out(self) -> int | None:
        """Hand the due feeds to the workers, in batches; their number, None without a worker.

        No more are handed out while a batch waits longer than its lease.
        """
        from tracker.ingestion.feed_claims import LEASE, claim_due_feeds

        with self._whole_store.reading() as session:
            workers = queue.count_workers(session, "poll")
            if not workers:
                return None
            lags = [q.lag_seconds for q in queue.list_queues(session) if q.name == "poll"]
        if any(lag >= LEASE.total_seconds() for lag in lags):
            return 0
        with self._whole_store.writing() as session:
            batches = claim_due_feeds(session, self._now(), workers)
            self._enqueue_batches(session, batches)
        return sum(map(len, batches))

    def poll_batch(self, feed_ids: Sequence[FeedId]) -> "PollReport":
        """Poll those of a worker's feeds that are still due; their leases end with it."""
        from tracker.ingestion.feed_claims import LEASE

        now = self._now()
        with self._whole_store.writing() as session:
            feeds.lease_feeds(session, feed_ids, now + LEASE)
            chosen = feeds.load_due_feeds(session, feed_ids, now)
        report = self._run_poll(chosen)
        with self._whole_store.writing() as session:
            feeds.lease_feeds(session, feed_ids, None)
        return report

    def split_batch(self, feed_ids: Sequence[FeedId]) -> None:
        """Give each feed of a failed batch a job of its own, so that one stops no other."""
        with self._whole_store.writing() as session:
            self._enqueue_batches(session, [[feed_id] for feed_id in feed_ids])

    def park(self, feed_ids: Sequence[FeedId]) -> None:
        """Pause feeds whose job is parked, and end their leases."""
        from tracker.ingestion.feed_claims import park_feeds

        with self._whole_store.writing() as session:
            park_feeds(session, feed_ids)

    def _run_poll(self, chosen: Sequence[FeedState] | None) -> "PollReport":
        from tracker.ingestion import poll

        return poll.run_poll(
            self._whole_store,
            self._context.network,
            self._context.match_state,
            now=self._now,
            budget=self._settings.request_budget,
            chosen=chosen,
        )

    def _enqueue_batches(self, session: Session, batches: Sequence[Sequence[FeedId]]) -> None:
        for batch in batches:
            queue.enqueue(session, QueuedTask(POLL_TASK, "poll", {"feeds": list(batch)}))

    def stop_polling(self) -> None:
        """Let a running poll request no further feeds: the process is about to end."""
        self._context.network.wind_down()

    def add(self, seed: FeedSeed | Feed) -> bool:
        """Add a feed, due at once; False if its name or address exists."""
        feed = feed_from_seed(seed) if isinstance(seed, FeedSeed) else seed
        with self._store.writing() as session:
            return subscriptions.add_subscription(
                session, subscriptions.check_feed(feed), self._now()
            )

    def subscribe(self, url: str, **settings: Any) -> Feed:
        """Add the feed at an address, or the one linked from a page.

        Raises `Refused` with the feeds that the page names if there is more than one.
        """
        trial = self.find(url)
        if trial.parsed is None or not isinstance(trial.result, Fetched):
            raise Refused(f"{trial.reason}{_list_candidates(trial.linked)}")
        with self._store.writing() as session:
            ids_by_url = feeds.map_urls_to_feeds(session)
            address = trial.result.moved_to or trial.url
            feed = subscriptions.make_feed(trial.parsed, address, tuple(ids_by_url.values()))
            subscriptions.add_new_subscription(session, feed, self._now())
            return (
                subscriptions.change_feed(session, feed.id, self._now(), **settings)
                if settings
                else feed
            )

    def find(self, url: str) -> Trial:
        """Try an address; where it is a page that links one feed, try that feed."""
        trial = self.try_address(url)
        return self.try_address(trial.linked[0].url) if len(trial.linked) == 1 else trial

    def try_address(self, url: str) -> Trial:
        """Fetch and parse an address once, store nothing, and show what would match."""
        network = self._context.network
        result = fetch_one(network.fetch, FetchRequest(FeedId(""), url))
        parsed = None
        if isinstance(result, Fetched):
            parsed = network.parse(result.body, result.content_type, result.url).result()
        with self._store.reading() as session:
            watch = self._context.match_state.load_profiles(session, self._now())
            return subscriptions.try_feed(url, result, parsed, watch)

    def check(self, names: Sequence[str] = (), *, set_name: str | None = None) -> FeedCheckReport:
        """Ask feeds once and store nothing: these, those of a question set, or all that are read.

        Where one is dead, a feed that its site names is proposed. Raises `NotFound` for an unknown
        feed or set.
        """
        from tracker.app.question_set_files import load_question_set
        from tracker.ingestion.feed_check import check_feeds

        with self._store.reading() as session:
            states = feeds.list_feeds(session)
            chosen = [subscriptions.require_feed(session, name).feed for name in names]
        subscribed = {state.feed.url: state.id for state in states}
        if set_name is not None:
            chosen += [feed_from_seed(seed) for seed in load_question_set(set_name).feeds]
        elif not names:
            chosen = [state.feed for state in states]
        paused = frozenset(state.id for state in states if state.paused)
        network = self._context.network
        return check_feeds(network, chosen, self._now, paused=paused, subscribed=subscribed)

    def import_opml(self, document: bytes) -> FeedImport:
        """Add the feeds of an OPML subscription list that are new."""
        with self._store.writing() as session:
            return subscriptions.import_feed_list(session, document, self._now())

    def export_opml(self) -> bytes:
        """Return all feeds as an OPML subscription list, with their settings."""
        with self._store.reading() as session:
            return subscriptions.export_feed_list(session)

    def change(self, feed_id: str, **settings: Any) -> Feed:
        """Change a feed's settings.

        They are title, grade, importance, interval, user agent, size limit and whole articles.
        """
        with self._store.writing() as session:
            return subscriptions.change_feed(session, feed_id, self._now(), **settings)

    def pause(self, name: str) -> tuple[str, ...]:
        """Stop polling a feed or series until `retry`; return the other series paused with it."""
        with self._store.writing() as session:
            return subscriptions.pause_polling(session, name)

    def retry(self, name: str) -> None:
        """Poll a feed or series at the next tick, even a paused one."""
        with self._store.writing() as session:
            subscriptions.retry_polling(session, name, self._now())

    def retry_failing(self) -> int:
        """Poll every failing feed and series at the next tick; return their number."""
        with self._store.writing() as session:
            return subscriptions.retry_failing(session, self._now())

    def read_articles(self) -> int:
        """Fetch whole articles of matched items where the feed asks for it; the number read."""
        from tracker.ingestion import network as articles

        return articles.fetch_articles(self._whole_store, self._context.network, self._now)


def _list_candidates(candidates: "Sequence[FeedCandidate]") -> str:
    if not candidates:
        return ""
    return "; the page names these feeds: " + ", ".join(c.url for c in candidates)
