"""Answers to requests of programs, by the key that a program gave its request."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col

from tracker.model.stored_answer import StoredAnswer
from tracker.storage.database_info import build_insert
from tracker.storage.tables import StoredAnswerRow


def claim_key(
    session: Session, identity: str, key: str, fingerprint: str, *, now: datetime
) -> bool:
    """Store the key of a request that begins; False if it is taken, also by another process."""
    row = {
        "identity": identity,
        "key": key,
        "fingerprint": fingerprint,
        "created_at": now,
        "status": None,
        "body": "",
    }
    insert = build_insert(session, StoredAnswerRow).values(row).on_conflict_do_nothing()
    stored = session.connection().execute(insert.returning(col(StoredAnswerRow.key)))
    return stored.first() is not None


def find_answer(session: Session, identity: str, key: str) -> StoredAnswer | None:
    """Return the answer under a key."""
    row = session.get(StoredAnswerRow, (identity, key))
    return None if row is None else StoredAnswer(row.fingerprint, row.status, row.body)


def save_answer(session: Session, identity: str, key: str, *, status: int, body: str) -> None:
    """Store the answer to a request that has ended."""
    session.execute(
        update(StoredAnswerRow).where(*_at(identity, key)).values(status=status, body=body)
    )


def delete_answer(session: Session, identity: str, key: str) -> None:
    """Free a key whose request came to nothing."""
    session.execute(delete(StoredAnswerRow).where(*_at(identity, key)))


def delete_old_answers(session: Session, before: datetime) -> None:
    """Delete answers from before an instant."""
    session.execute(delete(StoredAnswerRow).where(col(StoredAnswerRow.created_at) < before))


def _at(identity: str, key: str) -> tuple[Any, Any]:
    return (col(StoredAnswerRow.identity) == identity, col(StoredAnswerRow.key) == key)
