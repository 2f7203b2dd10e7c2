"""Learned values where they are used: what counted at an instant, the default where nothing was
learned.

Apart from `learning`, which fits them and needs scipy: a process that only polls need not load
that.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from forecasts.evidence.evidence import IndicatorId
from forecasts.evidence.parameters import Learned, LearnedMap
from forecasts.suggestion.binary import DEFAULT_MODEL, Model
from tracker.storage import learned
from tracker.storage.learned import Kept
from tracker.storage.sessions import Session

Known = dict[tuple[str, str], Kept]
"""Learned values by name and scope."""

ALL: Final = "all"
"""The scope of the few values of the whole installation: there may be thousands of others, which
nobody needs.
"""

_MAP: Final = {"shift": 0.0, "slope": 1.0}
"""The two values of a calibration, as they change nothing."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What reviews taught about the matcher's own chances."""

    relevance: LearnedMap
    direction: LearnedMap


def calibration(session: Session, at: datetime) -> Calibration:
    """How the chances that the matcher gives are corrected at an instant."""
    return calibrations(session)(at)


def calibrations(session: Session) -> Callable[[datetime], Calibration]:
    """The same for many instants: every version is read once."""
    names = [f"{name} {what}" for name in ("relevance", "direction") for what in _MAP]
    versions = learned.histories(session, names, ALL)

    def at(when: datetime) -> Calibration:
        known = _known(versions, when)
        return Calibration(_map(known, "relevance", when), _map(known, "direction", when))

    return at


def model_at(session: Session, at: datetime) -> Model:
    """The suggestion's constants as they were learned by an instant."""
    return models(session)(at)


def models(session: Session) -> Callable[[datetime], Model]:
    """The same for many instants: every version is read once."""
    versions = learned.histories(session, ("gamma", "shift"), ALL)

    def at(when: datetime) -> Model:
        known = _known(versions, when)
        gamma, shift = _value(known, "gamma", DEFAULT_MODEL.gamma), _value(known, "shift", 0.0)
        return replace(
            DEFAULT_MODEL, gamma=gamma, shift=shift, learned_from=_learned_from(known, "shift")
        )

    return at


def usual_levels(session: Session, at: datetime) -> dict[IndicatorId, float]:
    """The learned usual levels that counted at an instant."""
    return {
        IndicatorId(scope): value
        for scope, value in learned.values(session, "usual level", at).items()
    }


def _known(versions: Iterable[Kept], at: datetime) -> Known:
    return {(kept.learned.name, ALL): kept for kept in versions if kept.learned.as_of <= at}


def _map(known: Known, name: str, at: datetime) -> LearnedMap:
    values = ((what, _value(known, f"{name} {what}", default)) for what, default in _MAP.items())
    shift, slope = (Learned(f"{name} {what}", ALL, value, 0, at, "") for what, value in values)
    return LearnedMap(shift, slope)


def _learned_from(known: Known, name: str) -> int:
    """Count the answers from which a value was learned; 0 while its default stands."""
    kept = known.get((name, ALL))
    stands_by_default = (
        kept is None or kept.state == "reset" or kept.learned.why.startswith("default")
    )
    return 0 if kept is None or stands_by_default else kept.learned.n


def _value(known: Known, name: str, default: float) -> float:
    kept = known.get((name, ALL))
    return default if kept is None or kept.state == "reset" else kept.learned.value
