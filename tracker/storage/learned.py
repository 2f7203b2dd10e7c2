"""Learned parameters and decisions on them: append-only; the newest per name and scope counts.

Read as of an instant, with the default where nothing was learned. The fitting, which needs scipy,
is elsewhere: a process that only polls need not load that.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal, cast

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from forecasts.evidence.corrections import MIN_REVIEWS_TO_OMIT, apply_correction
from forecasts.evidence.evidence import IndicatorId
from forecasts.evidence.parameters import LearnedLogitMap, LearnedValue
from forecasts.evidence.weights import DEFAULT_MODEL, SuggestionModel
from forecasts.questions.question import ForecasterId, QuestionId
from tracker.storage import event_log
from tracker.storage.tables import LearnedRow

LearnedState = Literal["learned", "frozen", "reset"]
"""Learned from the record, frozen by a person, or reset by a person to the default until enough was
learned again.
"""

ValuesOverTime = Callable[[datetime], Mapping[str, float]]
"""The values of one name by scope, at an instant."""


@dataclass(frozen=True, slots=True)
class LearnedRecord:
    """A learned value with its state and the author of that state."""

    learned: LearnedValue
    state: LearnedState
    by: ForecasterId


def add_learned(session: Session, record: LearnedRecord) -> None:
    """Append a value to the table and the log."""
    columns = learned_facts(record)
    subject = f"{record.learned.name}/{record.learned.scope}"
    seq = event_log.append_entry(
        session, "learned", subject, facts=columns, at=record.learned.as_of
    )
    session.add(LearnedRow(**columns, log_seq=seq))
    session.flush()


def learned_facts(record: LearnedRecord) -> dict[str, Any]:
    """Return the logged facts of a learned value."""
    plain = {name: getattr(record.learned, name) for name in LearnedValue.__slots__}
    return {**plain, "state": record.state, "by": record.by}


def load_current_records(
    session: Session, at: datetime | None = None, names: Collection[str] = ()
) -> dict[tuple[str, str], LearnedRecord]:
    """Return the values at an instant, now by default, by name and scope; only `names` if given."""
    newest = _is_newest(at, *names)
    rows = session.exec(select(LearnedRow).where(newest).order_by(col(LearnedRow.id)))
    return {(row.name, row.scope): _parse_record(row) for row in rows}


def load_values(session: Session, name: str, at: datetime | None = None) -> Mapping[str, float]:
    """Return the values of one name by scope, without those reset.

    Every suggestion reads them, so nothing else is selected.
    """
    query = select(LearnedRow.scope, LearnedRow.value).where(
        _is_newest(at, name), LearnedRow.state != "reset"
    )
    return dict(session.exec(query.order_by(col(LearnedRow.id))).all())


def _is_newest(at: datetime | None, *names: str) -> ColumnElement[bool]:
    """Select the newest version by an instant (default now) of each value, or of those of some
    `names`.
    """
    newest = select(func.max(LearnedRow.id)).group_by(LearnedRow.name, LearnedRow.scope)
    if names:
        newest = newest.where(col(LearnedRow.name).in_(names))
    if at is not None:
        newest = newest.where(col(LearnedRow.as_of) <= at)
    return col(LearnedRow.id).in_(newest)


def load_values_over_time(session: Session, name: str) -> ValuesOverTime:
    """Return a function for the values at any instant.

    The versions are read once, and evaluated once between two times of learning.
    """
    versions = [record for _, record in list_records(session, name)]
    instants = sorted({record.learned.as_of for record in versions})

    @cache
    def after(times: int) -> Mapping[str, float]:
        newest = {
            record.learned.scope: record
            for record in versions
            if times and record.learned.as_of <= instants[times - 1]
        }
        return {
            scope: record.learned.value
            for scope, record in newest.items()
            if record.state != "reset"
        }

    return lambda at: after(bisect_right(instants, at))


def list_versions(session: Session, name: str, scope: str) -> tuple[LearnedRecord, ...]:
    """Return all versions of one value, oldest first."""
    return list_versions_by_name(session, (name,), scope)


def list_versions_by_name(
    session: Session, names: Collection[str], scope: str
) -> tuple[LearnedRecord, ...]:
    """Return all versions of several values of one scope, oldest first."""
    query = select(LearnedRow).where(col(LearnedRow.name).in_(names), LearnedRow.scope == scope)
    return tuple(_parse_record(row) for row in session.exec(query.order_by(col(LearnedRow.id))))


def list_records(session: Session, name: str) -> tuple[tuple[int, LearnedRecord], ...]:
    """Return all versions of a value in all scopes with their numbers in the log, oldest first."""
    query = select(LearnedRow).where(LearnedRow.name == name).order_by(col(LearnedRow.id))
    return tuple((row.log_seq, _parse_record(row)) for row in session.exec(query))


def find_resets(session: Session, name: str) -> dict[str, datetime]:
    """Return the time of the last reset of each value of a name, by scope."""
    return {
        record.learned.scope: record.learned.as_of
        for _, record in list_records(session, name)
        if record.state == "reset"
    }


def index_learned_facts(session: Session) -> Mapping[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of stored values."""
    return event_log.index_facts_by_seq(
        session.exec(select(LearnedRow)), lambda row: learned_facts(_parse_record(row))
    )


def _parse_record(row: LearnedRow) -> LearnedRecord:
    learned = LearnedValue(row.name, row.scope, row.value, row.n, row.as_of, row.why)
    return LearnedRecord(learned, cast(LearnedState, row.state), ForecasterId(row.by))


LearnedValues = dict[tuple[str, str], LearnedRecord]
"""Learned values by name and scope."""

GLOBAL_SCOPE: Final = "all"
"""Scope of the few values of the whole installation; thousands of others need not be read."""

_IDENTITY_MAP: Final = {"shift": 0.0, "slope": 1.0}
"""The two values of the identity calibration."""


CORRECTION: Final = "correction"
"""Name of the correction of P(evidence); its scope is a question or an indicator."""


@dataclass(frozen=True, slots=True)
class MatcherCalibration:
    """Calibration of the matcher's probabilities, learned from reviews.

    The map of `relevance` serves all questions; `corrections` of single ones and of their
    indicators, in log-odds by scope, come on top of it.
    """

    relevance: LearnedLogitMap
    direction: LearnedLogitMap
    corrections: Mapping[str, LearnedValue] = field(default_factory=dict)

    def correct_relevance(
        self, calibrated: float, question_id: QuestionId, indicator_id: IndicatorId
    ) -> float:
        """Return P(evidence) corrected by the reviews of this question and this indicator."""
        known = (self.corrections.get(scope) for scope in (question_id, indicator_id))
        return apply_correction(calibrated, sum(c.value for c in known if c is not None))

    def lowers(self, indicator_id: IndicatorId) -> bool:
        """Return True if the indicator itself was corrected downwards."""
        correction = self.corrections.get(indicator_id)
        return correction is not None and correction.value < 0.0

    def is_left_out(self, corrected: float, question_id: QuestionId, threshold: float) -> bool:
        """Return True if a match is not logged, because its like was rejected on this question.

        Without enough reviews of the question itself, the matcher's own threshold is all.
        """
        correction = self.corrections.get(question_id)
        return (
            correction is not None and correction.n >= MIN_REVIEWS_TO_OMIT and corrected < threshold
        )


def calibration_at(session: Session, at: datetime) -> MatcherCalibration:
    """Load the calibration of the matcher's probabilities at an instant, with all corrections."""
    records = load_current_records(session, at, (CORRECTION,))
    corrections = {
        scope: record.learned for (_, scope), record in records.items() if record.state != "reset"
    }
    return replace(load_calibrations(session)(at), corrections=corrections)


def load_calibrations(session: Session) -> Callable[[datetime], MatcherCalibration]:
    """Load all versions of the calibration of all questions; return a function of the instant."""
    names = [f"{name} {part}" for name in ("relevance", "direction") for part in _IDENTITY_MAP]
    versions = list_versions_by_name(session, names, GLOBAL_SCOPE)

    def at(instant: datetime) -> MatcherCalibration:
        values = _values_at(versions, instant)
        return MatcherCalibration(
            _make_map(values, "relevance", instant), _make_map(values, "direction", instant)
        )

    return at


def model_at(session: Session, at: datetime) -> SuggestionModel:
    """Load the model of the suggestion at an instant, with the constants learned by then."""
    return load_models(session)(at)


def load_models(session: Session) -> Callable[[datetime], SuggestionModel]:
    """Load all learned constants of the model once; return a function of the instant."""
    versions = list_versions_by_name(session, ("gamma", "shift"), GLOBAL_SCOPE)

    def at(instant: datetime) -> SuggestionModel:
        values = _values_at(versions, instant)
        return replace(
            DEFAULT_MODEL,
            gamma=_value_of(values, "gamma", DEFAULT_MODEL.gamma),
            shift=_value_of(values, "shift", 0.0),
            learned_from=_count_answers(values, "shift"),
        )

    return at


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
