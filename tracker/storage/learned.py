"""What was learned, and what people decided about it: appended and logged; the newest of a name and
scope counts.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from forecasts.evidence.parameters import Learned
from forecasts.questions.question import ForecasterId
from tracker.storage import event_log_rows as log
from tracker.storage.tables import LearnedRow

State = Literal["learned", "frozen", "reset"]
"""Learned from the record; kept as it is by a person; or forgotten by a person, the default
standing until there is enough to learn from again."""

ValuesOverTime = Callable[[datetime], Mapping[str, float]]
"""The values of one name by scope, as they counted at an instant."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A learned value as it stands, and who left it so."""

    learned: Learned
    state: State
    by: ForecasterId


def add(session: Session, kept: Kept) -> None:
    """Append a value; the log has it too."""
    found = facts(kept)
    subject = f"{kept.learned.name}/{kept.learned.scope}"
    seq = log.append(session, "learned", subject, facts=found, at=kept.learned.as_of)
    session.add(LearnedRow(**found, log_seq=seq))
    session.flush()


def facts(kept: Kept) -> dict[str, Any]:
    """What the log holds of a learned value."""
    plain = {name: getattr(kept.learned, name) for name in Learned.__slots__}
    return {**plain, "state": kept.state, "by": kept.by}


def current(session: Session, at: datetime | None = None) -> dict[tuple[str, str], Kept]:
    """The values that counted at an instant, now if none is given, by name and scope."""
    rows = session.exec(select(LearnedRow).where(_newest(at)).order_by(col(LearnedRow.id)))
    return {(row.name, row.scope): _kept(row) for row in rows}


def values(session: Session, name: str, at: datetime | None = None) -> Mapping[str, float]:
    """The values of one name by scope; what was reset has none, so that the default stands.

    Every suggestion asks for them, so no more is read than that.
    """
    query = select(LearnedRow.scope, LearnedRow.value).where(
        _newest(at, name), LearnedRow.state != "reset"
    )
    return dict(session.exec(query.order_by(col(LearnedRow.id))).all())


def _newest(at: datetime | None, name: str = "") -> ColumnElement[bool]:
    """The newest version of each value (of one `name`, if given) by an instant, now if none is
    given.
    """
    newest = select(func.max(LearnedRow.id)).group_by(LearnedRow.name, LearnedRow.scope)
    if name:
        newest = newest.where(LearnedRow.name == name)
    if at is not None:
        newest = newest.where(col(LearnedRow.as_of) <= at)
    return col(LearnedRow.id).in_(newest)


def values_over_time(session: Session, name: str) -> ValuesOverTime:
    """`values` at any instant: every version is read once, and worked out once between two times of
    learning.
    """
    query = select(LearnedRow).where(LearnedRow.name == name).order_by(col(LearnedRow.id))
    versions = [_kept(row) for row in session.exec(query)]
    instants = sorted({kept.learned.as_of for kept in versions})

    @cache
    def after(times: int) -> Mapping[str, float]:
        known = {
            k.learned.scope: k for k in versions if times and k.learned.as_of <= instants[times - 1]
        }
        return {scope: kept.learned.value for scope, kept in known.items() if kept.state != "reset"}

    return lambda at: after(bisect_right(instants, at))


def history(session: Session, name: str, scope: str) -> tuple[Kept, ...]:
    """Every version of one value, the oldest first."""
    return histories(session, (name,), scope)


def histories(session: Session, names: Collection[str], scope: str) -> tuple[Kept, ...]:
    """Every version of a few values, the oldest first."""
    query = select(LearnedRow).where(col(LearnedRow.name).in_(names), LearnedRow.scope == scope)
    return tuple(_kept(row) for row in session.exec(query.order_by(col(LearnedRow.id))))


def seqs(session: Session) -> Mapping[int, dict[str, Any]]:
    """Facts of each stored value by the log entry that recorded it."""
    return log.by_seq(session.exec(select(LearnedRow)), lambda row: facts(_kept(row)))


def _kept(row: LearnedRow) -> Kept:
    found = Learned(row.name, row.scope, row.value, row.n, row.as_of, row.why)
    return Kept(found, cast(State, row.state), ForecasterId(row.by))
