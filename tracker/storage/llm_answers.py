"""Cached answers of the language model, its pieces per day, and the check of its quality."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from tracker.storage import database_info
from tracker.storage.database_info import upsert_rows
from tracker.storage.tables import ModelAnswerRow, ModelDayRow

RETRY_AFTER_KEY = "model_quiet_until"
MODEL_CHECK_KEY = "model_check"


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A cached answer; an empty value means that the model gave no usable one."""

    model: str
    shape: str
    asked_at: datetime
    value: Mapping[str, Any]
    tokens: int = 0


def find_answer(session: Session, key: str) -> CachedAnswer | None:
    """Return the cached answer for a key."""
    row = session.get(ModelAnswerRow, key)
    return (
        None
        if row is None
        else CachedAnswer(row.model, row.shape, row.asked_at, row.value, row.tokens)
    )


def save_answer(session: Session, key: str, cached: CachedAnswer) -> None:
    """Save an answer, replacing an earlier one."""
    row = {
        "key": key,
        **{name: getattr(cached, name) for name in CachedAnswer.__slots__},
        "value": dict(cached.value),
    }
    upsert_rows(
        session, ModelAnswerRow, [row], update=("model", "shape", "asked_at", "value", "tokens")
    )


def count_pieces(session: Session, day: date) -> int:
    """Return the number of pieces that the model was asked about on a day (UTC)."""
    row = session.get(ModelDayRow, day)
    return 0 if row is None else row.pieces


def add_pieces(session: Session, day: date, pieces: int) -> None:
    """Add to the pieces of a day; a negative number takes back."""
    upsert_rows(session, ModelDayRow, [{"day": day, "pieces": pieces}], add=("pieces",))


def read_retry_after(session: Session, url: str) -> datetime | None:
    """Return until when this endpoint asked to be left alone; None if it did not."""
    until, _, asked_by = (database_info.read_property(session, RETRY_AFTER_KEY) or "").partition(
        " "
    )
    return datetime.fromisoformat(until) if until and asked_by == url else None


def save_retry_after(session: Session, url: str, until: datetime) -> None:
    """Save until when this endpoint asked to be left alone."""
    database_info.write_property(session, RETRY_AFTER_KEY, f"{until.isoformat()} {url}")


def read_model_check(session: Session) -> Mapping[str, Any] | None:
    """Return the last check of a model; None if there was none."""
    stored = database_info.read_property(session, MODEL_CHECK_KEY)
    return None if stored is None else json.loads(stored)


def save_model_check(session: Session, check: Mapping[str, Any]) -> None:
    """Save a check of a model, replacing the last one."""
    database_info.write_property(session, MODEL_CHECK_KEY, json.dumps(check))
