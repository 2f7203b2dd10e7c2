"""People and outside forecasters: who can act here, and whose forecasts are kept beside theirs."""

from typing import Final, get_args

from forecasts.questions.question import Forecaster, ForecasterId, MarketKind, OutsideKind
from tracker.app.service import Service, cacheable
from tracker.errors import Refused
from tracker.people.names import make_identity
from tracker.questions.submit_forecast import refuse_reserved
from tracker.settings import is_overridden, write_setting
from tracker.storage import record
from tracker.storage.sessions import Session

_OUTSIDE: Final = get_args(OutsideKind)


class PeopleService(Service, noun="people"):
    """Use cases on people who forecast."""

    @cacheable()
    def list(self) -> tuple[Forecaster, ...]:
        """Return everyone who can act here, by name: known people and the one in the settings."""
        with self._store.reading() as session:
            return _list_people(session, ForecasterId(self._settings.me))

    @cacheable()
    def list_outside(self) -> tuple[Forecaster, ...]:
        """Return the markets, platforms and agents whose forecasts are kept here, by name."""
        with self._store.reading() as session:
            outside = [f for f in record.list_forecasters(session).values() if f.kind in _OUTSIDE]
        return tuple(sorted(outside, key=lambda f: (f.name.lower(), f.id)))

    def add(self, name: str) -> Forecaster:
        """Add a person; the identity is made from the name: `Ada Lovelace` is `ada-lovelace`."""
        shown, person_id = make_identity(name)
        refuse_reserved(person_id)
        return self._add_new(Forecaster(person_id, shown, "person"))

    def add_outside(self, name: str, kind: MarketKind) -> Forecaster:
        """Add a market or another platform, whose forecasts are kept and scored beside people's.

        It is no member of the crowd. `Polymarket` is `market:polymarket`.
        """
        shown, identity = make_identity(name)
        return self._add_new(Forecaster(ForecasterId(f"{kind}:{identity}"), shown, kind))

    def _add_new(self, forecaster: Forecaster) -> Forecaster:
        with self._store.writing() as session:
            if forecaster.id in record.list_forecasters(session):
                raise Refused(
                    f"{forecaster.id!r} is there already: act under that name, or give another one"
                )
            record.add_forecaster(session, forecaster, self._now())
        return forecaster

    def register(self, forecaster: Forecaster) -> None:
        """Register a forecaster with a display name; an existing one stays unchanged."""
        with self._store.writing() as session:
            record.add_forecaster(session, forecaster, self._now())

    def save_as_default(self) -> bool:
        """Write the acting person into the settings file as the default.

        False when the environment names somebody else, which takes precedence over the file.
        """
        write_setting(self._settings.data_dir, "me", self._me)
        return not is_overridden("me")


def _list_people(session: Session, default: ForecasterId) -> tuple[Forecaster, ...]:
    people = {f.id: f for f in record.list_forecasters(session).values() if f.kind == "person"}
    people.setdefault(default, Forecaster(default, default, "person"))
    return tuple(sorted(people.values(), key=lambda f: (f.name.lower(), f.id)))
