"""A back-test: an archive of news run through the real pipeline with a simulated clock, into a
database of its own.

The walk goes from moment to moment. Between two of them items arrive, each in its own time, and are
matched, put into stories and logged as evidence; at a moment answers become known, people forecast,
and what can be learned is learned. Everything up to a moment is one transaction, and begins with
what the database holds, so that a walk that was killed goes on and ends as if nothing had happened.
Snapshots and scores are made afterwards, see `running`.

What comes of it is retrospective for ever: it lies in its own file, is marked as a replay, and
enters no live score.
"""

import json
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Final

from forecasts.question_sets.question_set import InventedForecast, QuestionSet
from forecasts.questions.question import Resolution
from forecasts.questions.timeline import Act
from tracker.app import import_question_set as loading
from tracker.app.import_question_set import BY_SET
from tracker.errors import Refused
from tracker.feeds.dedup import Changed, Known, New, Shelf
from tracker.feeds.item import FeedId
from tracker.feeds.parsing.change_detection import Names
from tracker.ingestion.evidence import Arrivals, find_copies
from tracker.ingestion.match_state import Newsdesk, Watch
from tracker.ingestion.writer import MOST_EDITS
from tracker.questions import fit_parameters as learning
from tracker.questions import submit_forecast as forecasting
from tracker.questions.queries.question_page import open_questions
from tracker.questions.resolve import resolve
from tracker.questions.scenarios.pairs import annul_branches
from tracker.questions.submit_forecast import Request
from tracker.questions.update_suggestion import record_suggestions
from tracker.replay.backtest import sources
from tracker.replay.backtest.archives import Archive, Sighting, read_archive
from tracker.replay.backtest.snapshots import WEEK, Span, schedule
from tracker.settings import Settings, replay_settings
from tracker.storage import items, properties
from tracker.storage.items import Stored
from tracker.storage.opening import open_store
from tracker.storage.sessions import Session, Store

DAY: Final = timedelta(days=1)
RUN: Final = "backtest"
"""The property that says which run a database holds."""

Progress = Callable[[str, int, int, str], None]
"""What is being done, how many steps of how many are done, and where it has got to."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A back-test as it was asked for. `until` counts with its instant; `people` are the set's
    invented ones.
    """

    archive: Path
    set_name: str
    out: Path
    since: datetime | None = None
    until: datetime | None = None
    people: bool = False
    skip_bad: bool = False
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Walked:
    """A walk that has come to its end: the store it filled, what it read, and which run it is."""

    store: Store
    url: str
    archive: Archive
    over: Span
    run: str


def walk(settings: Settings, wanted: Wanted, question_set: QuestionSet, say: Progress) -> Walked:
    """Bring the run's database to the end of the archive, from wherever it was left.

    Raises `Refused` for an archive that cannot be used, and when the folder holds something else.
    """
    archive = read_archive(wanted.archive, skip_bad=wanted.skip_bad)
    seen = archive.between(wanted.since, wanted.until)
    if not seen:
        raise Refused(
            f"{wanted.archive} holds nothing of that time: choose other --from and --until"
        )
    desk = Newsdesk(settings.encoder, settings.data_dir / "models")
    run = json.dumps(
        [
            wanted.set_name,
            archive.digest,
            desk.version,
            str(wanted.since),
            str(wanted.until),
            wanted.people,
        ]
    )
    store, url = _opened(settings, wanted.out, run)
    over = Span(seen[0].at, wanted.until or seen[-1].at)
    told = question_set if wanted.people else replace(question_set, forecasts=())
    _Walk(store, desk, told, seen=seen, over=over).go(say)
    return Walked(store, url, archive, over, run)


def _opened(settings: Settings, out: Path, run: str) -> tuple[Store, str]:
    """The database of the run, new or left by the same run; anything else there is refused."""
    mine = replay_settings(replace(settings, data_dir=out, database_url=""))
    if mine.url == settings.url:
        raise Refused(f"{out} holds the database that is in use: choose another --out")
    is_new = not (out / "replay.sqlite").exists()
    store = open_store(mine.url)
    with store.writing() as session:
        held = properties.read(session, RUN)
        if held is None and is_new:
            properties.write(session, RUN, run)
        elif held != run:
            store.close()
            raise Refused(
                f"{out} holds another run (archive, set, matcher or time): choose another --out, "
                "or remove it"
            )
    return store, mine.url


class _Walk:
    """The way through an archive."""

    def __init__(
        self,
        store: Store,
        desk: Newsdesk,
        question_set: QuestionSet,
        *,
        seen: Sequence[Sighting],
        over: Span,
    ) -> None:
        self._store = store
        self._desk = desk
        self._set = question_set
        self._seen = seen
        self._over = over
        self._until = over.until
        self._start = over.since.replace(hour=0, minute=0, second=0, microsecond=0)

    def go(self, say: Progress) -> None:
        """From moment to moment, each with what arrived since the one before in one transaction."""
        with self._store.writing() as session:
            reached = properties.replayed_until(session)
            if reached is None:
                reached = self._found(session)
        with self._store.reading() as session:
            binary = [q.id for q in self._set.questions if q.kind == "binary"]
            watch = self._desk.watch(session, self._until, only=binary)
        moments = self._moments()
        after = [at for at in moments if at > reached]
        arriving = iter(
            groupby((s for s in self._seen if s.at > reached), key=lambda s: _next(after, s.at))
        )
        waiting = next(arriving, None)
        for number, at in enumerate(after, len(moments) - len(after) + 1):
            some: list[Sighting] = []
            if waiting is not None and waiting[0] == at:
                some = list(waiting[1])
                waiting = next(arriving, None)
            with self._store.writing() as session:
                self._desk.forget()
                take_in(session, self._desk, watch, some, now=at)
                self._act(session, at)
                properties.mark_replayed(session, at)
            say("reading", number, len(moments), f"{at:%Y-%m-%d}")

    def _found(self, session: Session) -> datetime:
        """The world before anything happened: questions and sources, none of which anybody
        polls.
        """
        before = self._moments()[0] - timedelta(microseconds=1)
        loading.load(session, self._set, 0.0, before, replay=True)
        sources.add(session, self._seen, self._set, before)
        properties.mark_replayed(session, before)
        return before

    def _moments(self) -> list[datetime]:
        """When the walk stops: after each day with news, at each date of a schedule, forecast and
        answer, at the end.

        With the dates of the schedule among them nothing that came later is ever weighed together
        with what a snapshot knew, not even in one batch of a matrix product. What people said
        before the archive begins, and the answers that were known by then, come first.
        """
        found = {self._start - DAY * ((self._start - s.at) // DAY) for s in self._seen} | {
            self._until
        }
        found |= (
            self._weekly
            | {f.at for f in self._set.forecasts}
            | {r.known_at for r in self._set.resolutions}
        )
        return sorted(at for at in found if at <= self._until)

    @cached_property
    def _weekly(self) -> set[datetime]:
        """When something can be learned and suggestions are written down."""
        weeks = (self._until - self._start) // WEEK
        grids = (schedule(q, self._over) for q in self._set.questions if q.kind == "binary")
        found = {self._start + WEEK * n for n in range(weeks + 1)} | {
            at for grid in grids for at in grid
        }
        return {at for at in found if at >= self._start}

    def _act(self, session: Session, at: datetime) -> None:
        """What happens at a moment beside news."""
        for made in (f for f in self._set.forecasts if f.at == at):
            _forecast(session, made, at)
        asked = {q.id: q for q in self._set.questions}
        for past in (r for r in self._set.resolutions if r.known_at == at and not r.needs_check):
            times = (past.event_at, past.known_at, at)
            found = Resolution(
                past.question_id,
                past.outcome,
                past.source_url,
                past.note,
                *times,
                BY_SET,
                past.answer,
            )
            resolve(session, asked[past.question_id], found)
            annul_branches(session, asked[past.question_id], found)
        if at in self._weekly:
            learning.learn(session, at)
            record_suggestions(session, open_questions(session, at).values(), at)


def _next(moments: Sequence[datetime], at: datetime) -> datetime:
    return moments[bisect_left(moments, at)]


def _forecast(session: Session, made: InventedForecast, at: datetime) -> None:
    act: Act = "forecast" if made.distribution else "withdraw"
    key = f"{made.forecaster_id} {made.question_id} {at}"
    asked = Request(
        made.question_id, act, made.forecaster_id, made.rationale, key, (), made.distribution
    )
    forecasting.act(session, asked, at)


def take_in(
    session: Session, desk: Newsdesk, watch: Watch, seen: Sequence[Sighting], *, now: datetime
) -> int:
    """Store, match and log what was seen, each entry in its own time; the number of new pieces of
    evidence.

    `now` is when all of it had been seen, of which nothing but the log takes notice.
    """
    if not seen:
        return 0
    feeds = sources.known(session)
    arrived: list[Stored] = []
    for at, together in groupby(seen, key=lambda s: s.at):
        new: list[tuple[FeedId, New]] = []
        changed: list[tuple[FeedId, Changed]] = []
        for one in together:
            mine = feeds[one.source]
            found = _sorted_out(session, mine, one)
            new += [(mine, n) for n in found[0]]
            changed += [(mine, c) for c in found[1]]
        # With a time of its own an item counts as one of the archive, whose story would be its own
        # and not its twin's.
        stored = [replace(s, story_id=None) for s in items.add_items(session, new, at)]
        marked = find_copies(
            session, desk, [*stored, *items.add_revisions(session, changed, at)], at
        )
        arrived += [replace(s, seen_at=at) for s in marked]
    began = seen[0].at
    return Arrivals(session, desk, watch, desk.stories_around(session, began), now=now).take(
        arrived
    )


def _sorted_out(
    session: Session, feed_id: FeedId, one: Sighting
) -> tuple[list[New], list[Changed]]:
    """What is new and what was edited, by the rules of a poll; an item of a file has its name for
    ever.
    """
    by_key = items.known_by_key(session, [(feed_id, entry.key) for entry in one.entries])
    named = {known.key for known in by_key}
    unknown = [entry for entry in one.entries if entry.key not in named]
    by_url = items.known_by_url(session, {entry.canonical_url for entry in unknown} - {""})
    recent: Sequence[Known] = ()
    if one.document is not None and 0 < len(unknown) <= MOST_EDITS:
        recent = items.recent(session, feed_id, one.at)
    present = (lambda _key: True) if one.document is None else Names(one.document).__contains__
    return Shelf(feed_id, by_key, by_url, recent).sorted_out(one.entries, present, one.at)
