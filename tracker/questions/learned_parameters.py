"""Learned parameters as of an instant, with the default where nothing was learned.

Separate from the fitting, which needs scipy: a process that only polls need not load that.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from forecasts.evidence.evidence import IndicatorId
from forecasts.evidence.parameters import LearnedLogitMap, LearnedValue
from forecasts.suggestion.binary import DEFAULT_MODEL, SuggestionModel
from tracker.storage import learned
from tracker.storage.learned import LearnedRecord
from tracker.storage.sessions import Session

LearnedValues = dict[tuple[str, str], LearnedRecord]
"""Learned values by name and scope."""

GLOBAL_SCOPE: Final = "all"
"""Scope of the few values of the whole installation; thousands of others need not be read."""

_IDENTITY_MAP: Final = {"shift": 0.0, "slope": 1.0}
"""The two values of the identity calibration."""


@dataclass(frozen=True, slots=True)
class MatcherCalibration:
    """Calibration of the matcher's probabilities, learned from reviews."""

    relevance: LearnedLogitMap
    direction: LearnedLogitMap


def calibration_at(session: Session, at: datetime) -> MatcherCalibration:
    """Load the calibration of the matcher's probabilities at an instant."""
    return load_calibrations(session)(at)


def load_calibrations(session: Session) -> Callable[[datetime], MatcherCalibration]:
    """Load all versions of the calibration once; return a function of the instant."""
    names = [f"{name} {part}" for name in ("relevance", "direction") for part in _IDENTITY_MAP]
    versions = learned.list_versions_by_name(session, names, GLOBAL_SCOPE)

    def at(instant: datetime) -> MatcherCalibration:
        values = _values_at(versions, instant)
        return MatcherCalibration(
            _make_map(values, "relevance", instant), _make_map(values, "direction", instant)
        )

    return at


def model_at(session: Session, at: datetime) -> SuggestionModel:
    """Load the constants of the suggestion as learned by an instant."""
    return load_models(session)(at)


def load_models(session: Session) -> Callable[[datetime], SuggestionModel]:
    """Load all versions of the constants once; return a function of the instant."""
    versions = learned.list_versions_by_name(session, ("gamma", "shift"), GLOBAL_SCOPE)

    def at(instant: datetime) -> SuggestionModel:
        values = _values_at(versions, instant)
        gamma, shift = (
            _value_of(values, "gamma", DEFAULT_MODEL.gamma),
            _value_of(values, "shift", 0.0),
        )
        return replace(
            DEFAULT_MODEL, gamma=gamma, shift=shift, learned_from=_count_answers(values, "shift")
        )

    return at


def usual_levels_at(session: Session, at: datetime) -> dict[IndicatorId, float]:
    """Load the learned usual levels that were valid at an instant."""
    return {
        IndicatorId(scope): value
        for scope, value in learned.load_values(session, "usual level", at).items()
    }


def _values_at(versions: Iterable[LearnedRecord], at: datetime) -> LearnedValues:
    return {
        (stored.learned.name, GLOBAL_SCOPE): stored
        for stored in versions
        if stored.learned.as_of <= at
    }


def _make_map(learned_values: LearnedValues, name: str, at: datetime) -> LearnedLogitMap:
    values = (
        (part, _value_of(learned_values, f"{name} {part}", default))
        for part, default in _IDENTITY_MAP.items()
    )
    shift, slope = (
        LearnedValue(f"{name} {part}", GLOBAL_SCOPE, value, 0, at, "") for part, value in values
    )
    return LearnedLogitMap(shift, slope)


def _count_answers(learned_values: LearnedValues, name: str) -> int:
    """Count the answers from which a value was learned; 0 while its default stands."""
    stored = learned_values.get((name, GLOBAL_SCOPE))
    stands_by_default = (
        stored is None or stored.state == "reset" or stored.learned.why.startswith("default")
    )
    return 0 if stored is None or stands_by_default else stored.learned.n


def _value_of(learned_values: LearnedValues, name: str, default: float) -> float:
    stored = learned_values.get((name, GLOBAL_SCOPE))
    return default if stored is None or stored.state == "reset" else stored.learned.value
