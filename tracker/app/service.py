"""Base of the services that `Tracker` is composed of."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from forecasts.questions.question import ForecasterId
from tracker.ingestion.match_state import MatchState
from tracker.ingestion.network import Network
from tracker.model.audit import Authorship
from tracker.settings import Settings
from tracker.storage.sessions import Store

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AppContext:
    """Everything that services share: settings, clock, acting person, database and network."""

    settings: Settings
    now: Callable[[], datetime]
    me: ForecasterId
    store: Store
    network: Network
    match_state: MatchState

    def acting_as(self, forecaster: ForecasterId) -> "AppContext":
        """Return the same context for another person."""
        return replace(self, me=forecaster)


class Service:
    """Use cases of one noun. Each public method runs in one database transaction.

    All times are aware UTC. All errors are one line for a person.
    """

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._settings = context.settings
        self._now = context.now
        self._me = context.me
        self._store = context.store

    def _authorship(self, by: ForecasterId | None = None) -> Authorship:
        """Return the acting person, or `by`, with the current time."""
        return Authorship(by or self._me, self._now())


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """Validity of a cached result.

    `per_person` results depend on the acting person. `from_log` results change only with the event
    log, so that polling feeds does not invalidate them.
    """

    per_person: bool = False
    from_log: bool = False


def cacheable(*, per_person: bool = False, from_log: bool = False) -> Callable[[Method], Method]:
    """Mark a method whose result may be cached until the database changes: see `CachePolicy`."""

    def mark(method: Method) -> Method:
        setattr(method, "cache_policy", CachePolicy(per_person, from_log))  # noqa: B010 -- mypy
        return method

    return mark
