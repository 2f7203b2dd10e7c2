"""The verbs on the installation itself: who acts, what it may cost, how far it has come. A part of
`Tracker`.
"""

import re
import time
from collections.abc import Callable
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, Self

import structlog

from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import ForecasterId
from tracker.app.lazy_module import LazyModule
from tracker.errors import NotFound, Refused
from tracker.model.read_models import SetImport
from tracker.questions import submit_forecast as forecasting
from tracker.settings import Settings, is_overridden, write_setting
from tracker.storage import forecasts
from tracker.storage.sessions import Session, Store

if TYPE_CHECKING:
    from tracker.app import import_question_set as loading
    from tracker.app import question_set_files as question_sets
    from tracker.app import system_status as installation
    from tracker.app.system_status import FeedBudget, FirstSteps, SystemStatus
else:
    installation, loading, question_sets = (
        LazyModule(f"tracker.app.{name}")
        for name in ("system_status", "import_question_set", "question_set_files")
    )

logger = structlog.get_logger("tracker.app.system_status")

LONGEST_NAME = 80


class InstallationVerbs:
    """What the application does with itself. All errors are one line for a person."""

    settings: Settings
    now: Callable[[], datetime]
    me: ForecasterId
    _store: Store

    def acting_as(self, who: ForecasterId) -> Self:
        """The same tracker on the same database, where this person acts; raises `NotFound` for a
        stranger.

        It is no second opening: whoever closes the first one closes this one too.
        """
        if who not in {person.id for person in self.people()}:
            raise NotFound("person", who, "add them on the page Settings")
        other = copy(self)
        other.me = who
        return other

    def people(self) -> tuple[Forecaster, ...]:
        """Everyone who can act here, by name: the people who are known, and whoever the settings
        name.
        """
        with self._store.reading() as session:
            return _people(session, ForecasterId(self.settings.me))

    def add_person(self, name: str) -> Forecaster:
        """Make a person known, whose identity is made from the name: `Ada Lovelace` is
        `ada-lovelace`.
        """
        shown = " ".join(name.split())
        who = ForecasterId(re.sub(r"[^a-z0-9]+", "-", shown.lower()).strip("-"))
        if not who or len(shown) > LONGEST_NAME:
            raise Refused(
                f"a name takes 1 to {LONGEST_NAME} characters, some of them letters a to z or "
                "digits"
            )
        forecasting.refuse_reserved(who)
        added = Forecaster(who, shown, "person")
        with self._store.writing() as session:
            if who in forecasts.list_forecasters(session):
                raise Refused(
                    f"{who!r} is there already: choose them from the list, or give another name"
                )
            forecasts.add_forecaster(session, added)
        return added

    def keep_me(self) -> bool:
        """Write into the settings file that whoever acts now is who acts here from the next start
        on.

        False when the environment names somebody else, which counts for more than the file.
        """
        write_setting(self.settings.data_dir, "me", self.me)
        return not is_overridden("me")

    def first_steps(self) -> "FirstSteps":
        """How far this database has come."""
        with self._store.reading() as session:
            return installation.read_first_steps(session)

    def budget(self) -> "FeedBudget":
        """What the feeds may cost, what they have cost today, and what comes next."""
        with self._store.reading() as session:
            return installation.measure_feed_budget(session, self.settings, self.now())

    def installation(self) -> "SystemStatus":
        """Which version runs on what, and how it fares."""
        with self._store.reading() as session:
            return installation.read_system_status(session, self.settings)

    def check_database(self) -> None:
        """Look through the structure of the whole database; raises `StorageDamaged`."""
        began = time.monotonic()
        self._store.check_integrity()
        logger.info("database.checked", seconds=round(time.monotonic() - began, 1))

    def load_built_in(self, name: str) -> SetImport:
        """Load a question set that comes with the tracker; raises `NotFound` for any other."""
        if name not in question_sets.list_built_in_sets():
            raise NotFound(
                "question set",
                name,
                f"those that come along: {', '.join(question_sets.list_built_in_sets())}",
            )
        found = question_sets.load_question_set(name)
        with self._store.writing() as session:
            return loading.import_question_set(
                session, found, self.settings.keep_days, self.now(), replay=False
            )


def _people(session: Session, default: ForecasterId) -> tuple[Forecaster, ...]:
    known = {f.id: f for f in forecasts.list_forecasters(session).values() if f.kind == "person"}
    known.setdefault(default, Forecaster(default, default, "person"))
    return tuple(sorted(known.values(), key=lambda f: (f.name.lower(), f.id)))
