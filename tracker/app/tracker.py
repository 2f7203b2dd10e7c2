"""The `Tracker`: the application's services on one database.

A service gathers what it needs, lets `forecasts` decide, and stores the outcome in one transaction.
Each is loaded when it is first used: a command that lists questions reads no feed code.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from forecasts.questions.question import ForecasterId
from tracker.app.service import AppContext, check_acting_for, log_forbidden, log_tallies
from tracker.errors import Forbidden, NotFound, ServerAway, TrackerError
from tracker.feeds.fetch_results import Fetch, FetchLimits
from tracker.files.user_files import restrict_permissions
from tracker.ingestion.match_state import MatchState
from tracker.ingestion.network import Network, make_fetch_limits
from tracker.model.principal import Door, Principal
from tracker.questions.resolve_question import scores_are_current, update_scores
from tracker.settings import Settings
from tracker.storage import database_info
from tracker.storage.sessions import Store, check_connection, open_store

if TYPE_CHECKING:
    from tracker.app.accounts import AccountService
    from tracker.app.accuracy import AccuracyService
    from tracker.app.benchmarks import BenchmarkService
    from tracker.app.comments import CommentService
    from tracker.app.essays import EssayService
    from tracker.app.evidence import EvidenceService, LearningService
    from tracker.app.feeds import FeedService
    from tracker.app.forecasts import ForecastService
    from tracker.app.notifications import NotificationService
    from tracker.app.people import PeopleService
    from tracker.app.question_set_files import QuestionSetService
    from tracker.app.questions import QuestionService
    from tracker.app.reports import ReportService
    from tracker.app.requests import RequestService
    from tracker.app.resolutions import ResolutionService
    from tracker.app.scenarios import LinkService, ScenarioService, SignpostService
    from tracker.app.series import SeriesService
    from tracker.app.shares import ShareService
    from tracker.app.system import SystemService
    from tracker.app.upkeep import UpkeepService


CONNECTION_SECONDS = 1.0
"""Time between two attempts to connect to a database server that is not there yet."""


def clock() -> datetime:
    """Return the current time in UTC; nothing else reads the clock."""
    return datetime.now(UTC)


def wait_for_database(
    settings: Settings,
    notify: Callable[[str], object],
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Wait until the database server takes connections, `database_wait` seconds at most.

    For a process that is to run on: its machine may start before the server does. It notifies
    once. Raises `ServerAway` when the time is over, and at once what waiting cannot help.
    """
    deadline = monotonic() + settings.database_wait
    is_announced = False
    while True:
        try:
            check_connection(settings.url)
            return
        except ServerAway as error:
            if monotonic() >= deadline:
                raise
            if not is_announced:
                notify(f"Waiting up to {settings.database_wait:.0f} s: {error}")
                is_announced = True
        sleep(CONNECTION_SECONDS)


def open_tracker(
    settings: Settings,
    *,
    create: bool = True,
    now: Callable[[], datetime] = clock,
    fetch: Fetch | None = None,
    limits: FetchLimits | None = None,
    follow_replay: bool = False,
) -> "Tracker":
    """Open the database named by the settings and migrate it to the newest version.

    Without `create`, a missing SQLite file is refused. `fetch` replaces the network, `limits` the
    limits of its use. With `follow_replay` its time is that of a replay while another process runs
    it. Whoever can open the database acts as its owner.
    """
    restrict_permissions(settings.file, settings.url)
    store = open_store(
        settings.url,
        create=create,
        before_upgrade=lambda old: _back_up_before_upgrade(settings, now(), old),
    )
    try:
        with store.reading() as session:
            current = scores_are_current(session)
        if not current:
            with store.writing() as session:
                update_scores(session)
    except BaseException:
        store.close()
        raise
    if follow_replay:
        now = partial(_read_time, store, now)
    network = Network(limits or make_fetch_limits(settings), now, fetch)
    match_state = MatchState(settings.encoder, settings.data_dir)
    owner = Principal(ForecasterId(settings.me), "admin", "command")
    store = store.acting(owner.describe())
    return Tracker(AppContext(settings, now, owner, store, network, match_state))


def _back_up_before_upgrade(settings: Settings, now: datetime, store: Store) -> None:
    from tracker.app.upkeep import back_up_before_upgrade  # only an upgrade needs it

    back_up_before_upgrade(settings, now, store)


def _read_time(store: Store, now: Callable[[], datetime]) -> datetime:
    """Return the time that an unfinished replay has reached, or else the current time."""
    with store.reading() as session:
        is_running = database_info.read_replay_end(session) is not None
        reached = database_info.read_replay_time(session) if is_running else None
    return reached or now()


class Tracker(AbstractContextManager["Tracker"]):
    """The application, composed of services by noun.

    All times are aware UTC. All errors are one line for a person.
    """

    def __init__(self, context: AppContext) -> None:
        self.context = context
        self.settings = context.settings
        self.now = context.now
        self.principal = context.principal
        self.me = context.principal.me

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the network and the database; what was refused of late is logged first."""
        with suppress(TrackerError):
            log_tallies(self.context, self.context.refusals.drain())
        self.context.network.close()
        self.context.store.close()

    def acting_as(self, forecaster: ForecasterId) -> "Tracker":
        """Return the same tracker in the name of another person, as only an admin may.

        It shares the database and the network: closing one closes both. Raises `NotFound` for a
        stranger, `Forbidden` without the right.
        """
        try:
            check_acting_for(self.principal, forecaster)
        except Forbidden as error:
            log_forbidden(self.context, "acting_as", error)
            raise
        if forecaster not in {person.id for person in self.people.list()}:
            raise NotFound("person", forecaster, "add them on the page Settings")
        return self.serve(replace(self.principal, acts_for=forecaster))

    def through(self, door: Door) -> "Tracker":
        """Return the same tracker for the same person, who comes through another door."""
        return self.serve(replace(self.principal, door=door))

    def serve(self, principal: Principal) -> "Tracker":
        """Return the same tracker for whoever a door has identified."""
        return Tracker(self.context.acting_as(principal))

    @cached_property
    def questions(self) -> "QuestionService":
        """Questions: list, read, ask, check, edit, retract."""
        from tracker.app.questions import QuestionService

        return QuestionService(self.context)

    @cached_property
    def forecasts(self) -> "ForecastService":
        """Forecasts of people: submit, withdraw, undo."""
        from tracker.app.forecasts import ForecastService

        return ForecastService(self.context)

    @cached_property
    def comments(self) -> "CommentService":
        """Comments on questions, private notes, and wide gaps between people."""
        from tracker.app.comments import CommentService

        return CommentService(self.context)

    @cached_property
    def benchmarks(self) -> "BenchmarkService":
        """The same question elsewhere: link, read, score."""
        from tracker.app.benchmarks import BenchmarkService

        return BenchmarkService(self.context)

    @cached_property
    def evidence(self) -> "EvidenceService":
        """Evidence: inbox, review, matching the archive, suggestions."""
        from tracker.app.evidence import EvidenceService

        return EvidenceService(self.context)

    @cached_property
    def learning(self) -> "LearningService":
        """Learned parameters."""
        from tracker.app.evidence import LearningService

        return LearningService(self.context)

    @cached_property
    def resolutions(self) -> "ResolutionService":
        """Resolutions and scores of questions."""
        from tracker.app.resolutions import ResolutionService

        return ResolutionService(self.context)

    @cached_property
    def accuracy(self) -> "AccuracyService":
        """Accuracy of forecasters."""
        from tracker.app.accuracy import AccuracyService

        return AccuracyService(self.context)

    @cached_property
    def essays(self) -> "EssayService":
        """Essays, their claims, and drafts of questions."""
        from tracker.app.essays import EssayService

        return EssayService(self.context)

    @cached_property
    def scenarios(self) -> "ScenarioService":
        """Scenario sets."""
        from tracker.app.scenarios import ScenarioService

        return ScenarioService(self.context)

    @cached_property
    def links(self) -> "LinkService":
        """Links between questions, and coherence."""
        from tracker.app.scenarios import LinkService

        return LinkService(self.context)

    @cached_property
    def signposts(self) -> "SignpostService":
        """Expected indicators and the calendar."""
        from tracker.app.scenarios import SignpostService

        return SignpostService(self.context)

    @cached_property
    def feeds(self) -> "FeedService":
        """Feeds: subscribe, poll, health."""
        from tracker.app.feeds import FeedService

        return FeedService(self.context)

    @cached_property
    def series(self) -> "SeriesService":
        """Series of numbers: add, check, read, and pause."""
        from tracker.app.series import SeriesService

        return SeriesService(self.context)

    @cached_property
    def reports(self) -> "ReportService":
        """Reports and exports."""
        from tracker.app.reports import ReportService

        return ReportService(self.context)

    @cached_property
    def question_sets(self) -> "QuestionSetService":
        """Question sets as files."""
        from tracker.app.question_set_files import QuestionSetService

        return QuestionSetService(self.context)

    @cached_property
    def people(self) -> "PeopleService":
        """People who forecast."""
        from tracker.app.people import PeopleService

        return PeopleService(self.context)

    @cached_property
    def accounts(self) -> "AccountService":
        """Accounts, log-ins, and tokens of programs."""
        from tracker.app.accounts import AccountService

        return AccountService(self.context)

    @cached_property
    def requests(self) -> "RequestService":
        """Requests of programs that may come twice."""
        from tracker.app.requests import RequestService

        return RequestService(self.context)

    @cached_property
    def notifications(self) -> "NotificationService":
        """Notifications: channels, rules, times, and sending."""
        from tracker.app.notifications import NotificationService

        return NotificationService(self.context)

    @cached_property
    def shares(self) -> "ShareService":
        """Share links, which show one thing without a log-in."""
        from tracker.app.shares import ShareService

        return ShareService(self.context)

    @cached_property
    def system(self) -> "SystemService":
        """The installation and its database."""
        from tracker.app.system import SystemService

        return SystemService(self.context)

    @cached_property
    def upkeep(self) -> "UpkeepService":
        """Upkeep of the database: backups, check, pruning."""
        from tracker.app.upkeep import UpkeepService

        return UpkeepService(self.context)
