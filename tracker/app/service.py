"""Base of the services that `Tracker` is composed of."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import wraps
from inspect import isfunction
from typing import Any, ClassVar, TypeVar, cast

from forecasts.questions.question import ForecasterId
from tracker.app.permissions import REQUIRED_RIGHTS
from tracker.errors import Forbidden, TrackerError
from tracker.ingestion.match_state import MatchState
from tracker.ingestion.network import Network
from tracker.model.audit import Authorship
from tracker.model.principal import ROLE_NEEDED, Principal
from tracker.people.lockout import UnknownNames
from tracker.people.refusals import RefusalTally, Tally, append_refusal, append_tallies
from tracker.settings import Settings
from tracker.storage.sessions import Store

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AppContext:
    """Everything that services share: settings, clock, acting identity, database and network.

    `refusals` and `unknown_names` are what this process remembers of refusals.
    """

    settings: Settings
    now: Callable[[], datetime]
    principal: Principal
    store: Store
    network: Network
    match_state: MatchState
    refusals: RefusalTally = field(default_factory=RefusalTally)
    unknown_names: UnknownNames = field(default_factory=UnknownNames)

    def acting_as(self, principal: Principal) -> "AppContext":
        """Return the same context for another identity, which is in all entries of the log."""
        store = self.store.acting(principal.describe()).view_as(principal.viewer)
        return replace(self, principal=principal, store=store)


class Service:
    """Use cases of one noun. Each public method runs in one database transaction.

    All times are aware UTC. All errors are one line for a person. A method that the acting role may
    not use raises `Forbidden`: see `tracker.app.permissions`.
    """

    noun: ClassVar[str]

    def __init_subclass__(cls, noun: str) -> None:
        super().__init_subclass__()
        cls.noun = noun
        for name, method in list(vars(cls).items()):
            if isfunction(method) and not name.startswith("_"):
                setattr(cls, name, _require_right(f"{noun}.{name}", method))

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._settings = context.settings
        self._now = context.now
        self._me = context.principal.me
        self._store = context.store
        # For what the installation does for all its questions, whoever asks for it.
        self._whole_store = context.store.view_as(None)

    def _authorship(self, by: ForecasterId | None = None) -> Authorship:
        """Return the author (see `_author`) with the current time."""
        return Authorship(self._author(by), self._now())

    def _author(self, by: ForecasterId | None) -> ForecasterId:
        """Return the acting person, or `by`, whom only an admin may name."""
        if by is None or by == self._me:
            return self._me
        check_acting_for(self._context.principal, by)
        return by


def check_acting_for(principal: Principal, other: ForecasterId) -> None:
    """Refuse to act in the name of another to all but an admin; raises `Forbidden`."""
    if not principal.has("administer"):
        raise Forbidden(f"only an admin acts in the name of {other}")


def log_refusal(context: AppContext, subject: str, actor: str, **facts: Any) -> None:
    """Log that something was refused, or count it where `subject` was refused often of late.

    A refusal stays one where the database cannot be written.
    """
    now = context.now()
    is_entry, ended = context.refusals.count(subject, now)
    with suppress(TrackerError):
        if is_entry:
            with context.store.acting(actor).writing() as session:
                append_refusal(session, subject, facts, now)
        log_tallies(context, ended)


def log_tallies(context: AppContext, tallies: tuple[Tally, ...]) -> None:
    """Log how many refusals had no entry of their own."""
    if tallies:
        with context.store.acting("").writing() as session:
            append_tallies(session, tallies, context.now())


def log_forbidden(context: AppContext, use_case: str, error: Forbidden) -> None:
    """Log a refused use case once, however many callers the error passes."""
    if not error.is_logged:
        error.is_logged = True
        principal = context.principal
        subject = principal.account or principal.forecaster
        log_refusal(context, subject, principal.describe(), act=use_case, role=principal.role)


def check_right(principal: Principal, use_case: str) -> None:
    """Refuse a use case to a role without its right; raises `Forbidden`."""
    right = REQUIRED_RIGHTS[use_case]
    if not principal.has(right):
        raise Forbidden(
            f"{principal.me} has the role {principal.role}, and {use_case} needs "
            f"{ROLE_NEEDED[right]}: ask an admin for it"
        )


def _require_right(use_case: str, method: Method) -> Method:
    """Wrap a use case so that a role without its right is refused, and the refusal is logged.

    Raises `KeyError` for a use case without an entry among the permissions.
    """
    _ = REQUIRED_RIGHTS[use_case]

    @wraps(method)
    def check_and_call(self: Service, *args: Any, **options: Any) -> Any:
        try:
            check_right(self._context.principal, use_case)
            return method(self, *args, **options)
        except Forbidden as error:
            log_forbidden(self._context, use_case, error)
            raise

    return cast(Method, check_and_call)


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
