"""Replay a news archive through the real pipeline into a database of its own.

The replay steps from one moment to the next. Items that arrived in between, each with its own time,
are matched, put into stories and logged as evidence; at the moment itself answers become known,
people forecast, and parameters are learned. Each step is one transaction that starts from the state
of the database, so an interrupted replay resumes and ends with the same result. Snapshots and
scores are made afterwards.

The result is retrospective: it is kept in its own file, marked as a replay, and enters no live
score.
"""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Final

from forecasts.question_sets.question_set import FeedSeed, InventedForecast, QuestionSet
from forecasts.questions.question import Resolution
from forecasts.questions.timeline import Act
from tracker.app import import_question_set
from tracker.app.import_question_set import QUESTION_SET_FORECASTER
from tracker.errors import Refused
from tracker.feeds.dedup import ChangedItem, EntryIndex, NewItem, StoredItem
from tracker.feeds.feed import Feed
from tracker.feeds.fetching.rate_limit import registrable_domain
from tracker.feeds.item import FeedId
from tracker.feeds.parsing.change_detection import EntryNames
from tracker.feeds.scheduling.polling import make_feed_state
from tracker.feeds.urls import extract_host, make_feed_id
from tracker.ingestion.evidence import EvidenceLinker, detect_copies
from tracker.ingestion.match_state import MatchState, OpenProfiles
from tracker.ingestion.writer import MAX_EDITS
from tracker.questions import fit_parameters, submit_forecast
from tracker.questions.resolve_question import resolve_questions
from tracker.questions.scenarios.scenario_edits import annul_branches
from tracker.questions.submit_forecast import ForecastRequest
from tracker.questions.update_suggestion import record_suggestions
from tracker.replay.backtest.news_archive import Archive, Sighting, read_archive
from tracker.replay.backtest.question_tracks import WEEK, ArchiveSpan, schedule_dates
from tracker.settings import Settings, replay_settings
from tracker.storage import database_info, feeds, items
from tracker.storage.items import SavedItem
from tracker.storage.record import list_open_questions
from tracker.storage.sessions import Session, Store, open_store

NOT_POLLED: Final = "read from an archive; nobody polls it"
SOURCES_PROPERTY: Final = "backtest sources"
"""Database property that maps each source to its feed."""

SHARED_HOSTS: Final = frozenset(
    "t.me youtube.com twitter.com x.com facebook.com medium.com substack.com archive.org".split()
)
"""Hosts shared by many outlets: an address there does not identify the outlet."""


@dataclass(frozen=True, slots=True)
class _Outlets:
    """Feeds of a question set, by title and by domain."""

    by_title: Mapping[str, FeedSeed]
    by_domain: Mapping[str, FeedSeed]


def add_sources(
    session: Session, sightings: Iterable[Sighting], question_set: QuestionSet, now: datetime
) -> None:
    """Store a feed for each source, in first-seen order."""
    outlets = _index_outlets(question_set.feeds)
    feed_ids: dict[str, FeedId] = {}
    used_ids: set[str] = set()
    for sighting in sightings:
        if sighting.source not in feed_ids:
            feed = _build_feed(sighting, outlets, used_ids)
            feeds.add_feed(session, replace(make_feed_state(feed, now), paused_why=NOT_POLLED), now)
            feed_ids[sighting.source] = feed.id
            used_ids.add(feed.id)
    database_info.write_property(session, SOURCES_PROPERTY, json.dumps(feed_ids))


def load_source_feeds(session: Session) -> dict[str, FeedId]:
    """Return the feed of each source."""
    return {
        source: FeedId(name)
        for source, name in json.loads(
            database_info.read_property(session, SOURCES_PROPERTY) or "{}"
        ).items()
    }


def _build_feed(sighting: Sighting, outlets: _Outlets, used_ids: set[str]) -> Feed:
    """Build the feed of a source, with owner and grade of the matching outlet, else grade C.

    Sources whose first address is on one domain share an owner, so that "CNN" and its live pages
    count once.
    """
    domain = _owner_domain(sighting.address)
    seed = outlets.by_title.get(_normalise_title(sighting.source)) or outlets.by_domain.get(
        domain or _owner_domain(f"https://{sighting.source}")
    )
    name = make_feed_id(sighting.source, sighting.address, used_ids)
    owner = seed.source_group if seed else domain or name
    grade = seed.grade if seed else "C"
    return Feed(name, sighting.source, f"https://{name}.archive.invalid/", owner, grade, "archive")


def _index_outlets(seeds: Iterable[FeedSeed]) -> _Outlets:
    by_title: dict[str, FeedSeed] = {}
    by_domain: dict[str, FeedSeed] = {}
    for seed in seeds:
        for title in (seed.title, seed.title.partition(",")[0]):
            by_title.setdefault(_normalise_title(title), seed)
        if domain := _owner_domain(seed.url):
            by_domain.setdefault(domain, seed)
    return _Outlets(by_title, by_domain)


def _owner_domain(address: str) -> str:
    domain = registrable_domain(extract_host(address))
    return "" if domain in SHARED_HOSTS else domain


def _normalise_title(title: str) -> str:
    return title.casefold().removeprefix("the ").strip()


DAY: Final = timedelta(days=1)
RUN_PROPERTY: Final = "backtest"
"""Database property that identifies the run."""

ProgressCallback = Callable[[str, int, int, str], None]
"""Progress callback: task, steps done, steps in all, and place."""


@dataclass(frozen=True, slots=True)
class BacktestRequest:
    """Options of a back-test. `until` is inclusive; `people` adds the invented forecasters."""

    archive: Path
    set_name: str
    out: Path
    since: datetime | None = None
    until: datetime | None = None
    people: bool = False
    skip_bad: bool = False
    workers: int = 1


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """Completed replay: its store, its archive, and the identity of the run."""

    store: Store
    url: str
    archive: Archive
    span: ArchiveSpan
    run: str


def replay_archive(
    settings: Settings, request: BacktestRequest, question_set: QuestionSet, say: ProgressCallback
) -> BacktestResult:
    """Advance the run's database to the end of the archive, from its last state.

    Raises `Refused` for an archive that cannot be used, and when the folder holds another run.
    """
    archive = read_archive(request.archive, skip_bad=request.skip_bad)
    sightings = archive.sightings_between(request.since, request.until)
    if not sightings:
        raise Refused(
            f"{request.archive} holds nothing of that time: choose other --from and --until"
        )
    desk = MatchState(settings.encoder)
    run = json.dumps(
        [
            request.set_name,
            archive.digest,
            desk.version,
            str(request.since),
            str(request.until),
            request.people,
        ]
    )
    store, url = _open_run(settings, request.out, run)
    span = ArchiveSpan(sightings[0].at, request.until or sightings[-1].at)
    replayed_set = question_set if request.people else replace(question_set, forecasts=())
    _Walk(store, desk, replayed_set, sightings=sightings, span=span).run(say)
    return BacktestResult(store, url, archive, span, run)


def _open_run(settings: Settings, out: Path, run: str) -> tuple[Store, str]:
    """Open the database of the run, new or left by the same run; refuse any other."""
    replay = replay_settings(replace(settings, data_dir=out, database_url=""))
    if replay.url == settings.url:
        raise Refused(f"{out} holds the database that is in use: choose another --out")
    is_new = not (out / "replay.sqlite").exists()
    store = open_store(replay.url)
    with store.writing() as session:
        stored_run = database_info.read_property(session, RUN_PROPERTY)
        if stored_run is None and is_new:
            database_info.write_property(session, RUN_PROPERTY, run)
        elif stored_run != run:
            store.close()
            raise Refused(
                f"{out} holds another run (archive, set, matcher or time): choose another --out, "
                "or remove it"
            )
    return store, replay.url


class _Walk:
    """Replay of the sightings of an archive."""

    def __init__(
        self,
        store: Store,
        desk: MatchState,
        question_set: QuestionSet,
        *,
        sightings: Sequence[Sighting],
        span: ArchiveSpan,
    ) -> None:
        self._store = store
        self._desk = desk
        self._set = question_set
        self._sightings = sightings
        self._span = span
        self._until = span.until
        self._start = span.since.replace(hour=0, minute=0, second=0, microsecond=0)

    def run(self, say: ProgressCallback) -> None:
        """Process all remaining moments, each with the sightings since the previous one in one
        transaction.
        """
        with self._store.writing() as session:
            last_moment = database_info.read_replay_time(session)
            if last_moment is None:
                last_moment = self._initialise(session)
        with self._store.reading() as session:
            binary = [q.id for q in self._set.questions if q.kind == "binary"]
            watch = self._desk.load_profiles(session, self._until, only=binary)
        moments = self._list_moments()
        remaining = [at for at in moments if at > last_moment]
        groups = iter(
            groupby(
                (s for s in self._sightings if s.at > last_moment),
                key=lambda s: remaining[bisect_left(remaining, s.at)],
            )
        )
        next_group = next(groups, None)
        for number, at in enumerate(remaining, len(moments) - len(remaining) + 1):
            sightings: list[Sighting] = []
            if next_group is not None and next_group[0] == at:
                sightings = list(next_group[1])
                next_group = next(groups, None)
            with self._store.writing() as session:
                self._desk.clear_caches()
                ingest_sightings(session, self._desk, watch, sightings, now=at)
                self._act(session, at)
                database_info.save_replay_time(session, at)
            say("reading", number, len(moments), f"{at:%Y-%m-%d}")

    def _initialise(self, session: Session) -> datetime:
        """Set up the database before the first sighting: questions and unpolled feeds."""
        before = self._list_moments()[0] - timedelta(microseconds=1)
        import_question_set.import_question_set(session, self._set, 0.0, before, replay=True)
        add_sources(session, self._sightings, self._set, before)
        database_info.save_replay_time(session, before)
        return before

    def _list_moments(self) -> list[datetime]:
        """Return the moments: after each day with news, at each schedule date, forecast and answer,
        and at the end.

        Schedule dates are among them so that nothing later is ever processed together with what a
        snapshot knew, not even in one batch of a matrix product. Forecasts made before the archive
        begins, and answers known by then, come first.
        """
        moments = {self._start - DAY * ((self._start - s.at) // DAY) for s in self._sightings} | {
            self._until
        }
        moments |= (
            self._learning_dates
            | {f.at for f in self._set.forecasts}
            | {r.known_at for r in self._set.resolutions}
        )
        return sorted(at for at in moments if at <= self._until)

    @cached_property
    def _learning_dates(self) -> set[datetime]:
        """Dates at which parameters are learned and suggestions recorded."""
        weeks = (self._until - self._start) // WEEK
        grids = (schedule_dates(q, self._span) for q in self._set.questions if q.kind == "binary")
        dates = {self._start + WEEK * n for n in range(weeks + 1)} | {
            at for grid in grids for at in grid
        }
        return {at for at in dates if at >= self._start}

    def _act(self, session: Session, at: datetime) -> None:
        """Process forecasts, answers and learning at a moment."""
        for forecast in (f for f in self._set.forecasts if f.at == at):
            _record_forecast(session, forecast, at)
        questions = {q.id: q for q in self._set.questions}
        for past in (r for r in self._set.resolutions if r.known_at == at and not r.needs_check):
            resolution = Resolution(
                question_id=past.question_id,
                outcome=past.outcome,
                source_url=past.source_url,
                note=past.note,
                event_at=past.event_at,
                known_at=past.known_at,
                entered_at=at,
                entered_by=QUESTION_SET_FORECASTER,
                answer=past.answer,
            )
            resolve_questions(session, [(questions[past.question_id], resolution)])
            annul_branches(session, questions[past.question_id], resolution)
        if at in self._learning_dates:
            fit_parameters.update_parameters(session, at)
            record_suggestions(session, list_open_questions(session, at).values(), at)


def _record_forecast(session: Session, forecast: InventedForecast, at: datetime) -> None:
    act: Act = "forecast" if forecast.distribution else "withdraw"
    key = f"{forecast.forecaster_id} {forecast.question_id} {at}"
    request = ForecastRequest(
        question_id=forecast.question_id,
        act=act,
        forecaster=forecast.forecaster_id,
        rationale=forecast.rationale,
        key=key,
        distribution=forecast.distribution,
    )
    submit_forecast.record_act(session, request, at)


def ingest_sightings(
    session: Session,
    desk: MatchState,
    watch: OpenProfiles,
    sightings: Sequence[Sighting],
    *,
    now: datetime,
) -> int:
    """Store, match and log sightings, each at its own time; return the number of new pieces of
    evidence.

    `now` is the time by which all of it had been seen; only the log uses it.
    """
    if not sightings:
        return 0
    feeds = load_source_feeds(session)
    arrived: list[SavedItem] = []
    for at, group in groupby(sightings, key=lambda s: s.at):
        new: list[tuple[FeedId, NewItem]] = []
        changed: list[tuple[FeedId, ChangedItem]] = []
        for sighting in group:
            feed_id = feeds[sighting.source]
            entries = _classify_entries(session, feed_id, sighting)
            new += [(feed_id, n) for n in entries[0]]
            changed += [(feed_id, c) for c in entries[1]]
        # The story is cleared: an item with a time of its own would start one of its own instead
        # of joining that of its duplicate.
        stored = [replace(s, story_id=None) for s in items.add_items(session, new, at)]
        deduplicated = detect_copies(
            session, desk, [*stored, *items.add_revisions(session, changed, at)], at
        )
        arrived += [replace(s, seen_at=at) for s in deduplicated]
    began = sightings[0].at
    return EvidenceLinker(
        session, desk, watch, desk.load_stories_around(session, began), now=now
    ).link_items(arrived)


def _classify_entries(
    session: Session, feed_id: FeedId, sighting: Sighting
) -> tuple[list[NewItem], list[ChangedItem]]:
    """Split entries into new and edited ones by the rules of a poll; an item of a file never
    changes its key.
    """
    by_key = items.find_items_by_key(session, [(feed_id, entry.key) for entry in sighting.entries])
    known_keys = {known.key for known in by_key}
    unknown = [entry for entry in sighting.entries if entry.key not in known_keys]
    by_url = items.find_items_by_url(session, {entry.canonical_url for entry in unknown} - {""})
    recent: Sequence[StoredItem] = ()
    if sighting.document is not None and 0 < len(unknown) <= MAX_EDITS:
        recent = items.list_recent_items(session, feed_id, sighting.at)
    is_present = (
        (lambda _key: True)
        if sighting.document is None
        else EntryNames(sighting.document).__contains__
    )
    return EntryIndex(feed_id, by_key, by_url, recent).classify_items(
        sighting.entries, is_present, sighting.at
    )
