"""What the model answered, so that it is not asked twice, and how often it was asked on each
day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from tracker.storage import properties
from tracker.storage.tables import ModelAnswerRow, ModelDayRow
from tracker.storage.upsert import upsert

QUIET_UNTIL = "model_quiet_until"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was given; without a value the model was asked and gave none that could be
    used.
    """

    model: str
    shape: str
    asked_at: datetime
    value: Mapping[str, Any]
    tokens: int = 0


def answer(session: Session, key: str) -> KeptAnswer | None:
    """What was answered to the question with this key."""
    row = session.get(ModelAnswerRow, key)
    return (
        None
        if row is None
        else KeptAnswer(row.model, row.shape, row.asked_at, row.value, row.tokens)
    )


def keep(session: Session, key: str, kept: KeptAnswer) -> None:
    """Keep an answer; a later one takes the place of an earlier one."""
    row = {
        "key": key,
        **{name: getattr(kept, name) for name in KeptAnswer.__slots__},
        "value": dict(kept.value),
    }
    upsert(session, ModelAnswerRow, [row], update=("model", "shape", "asked_at", "value", "tokens"))


def spent(session: Session, day: date) -> int:
    """How many requests were made on a day (UTC)."""
    row = session.get(ModelDayRow, day)
    return 0 if row is None else row.requests


def count(session: Session, day: date, requests: int) -> None:
    """Count requests on a day; a number below 0 takes back what was counted too much."""
    if requests:
        upsert(session, ModelDayRow, [{"day": day, "requests": requests}], add=("requests",))


def quiet_until(session: Session, url: str) -> datetime | None:
    """Until when the endpoint at this address asked to be left alone; None if it did not."""
    until, _, asked_by = (properties.read(session, QUIET_UNTIL) or "").partition(" ")
    return datetime.fromisoformat(until) if until and asked_by == url else None


def be_quiet(session: Session, url: str, until: datetime) -> None:
    """Remember that the endpoint at this address asked to be left alone."""
    properties.write(session, QUIET_UNTIL, f"{until.isoformat()} {url}")
