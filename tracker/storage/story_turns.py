"""Turns of the processes that store news: one after the other, as SQLite does it by itself.

What is new, a copy, or part of a story depends on all that was stored before. So processes fetch
and parse at the same time, and store in turns.
"""

from typing import Final

from sqlmodel import Session, text

from tracker.storage.database_info import read_property, write_property

TURN_LOCK: Final = 7_305_151_211_520_109
"""Key of the PostgreSQL advisory lock that a turn holds."""

_WRITER_KEY: Final = "news_writer"


def take_turn(session: Session, writer: str) -> bool:
    """Wait for this writer's turn, which lasts until the transaction ends.

    Returns True if it also had the one before: otherwise what it remembers of stories is old.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TURN_LOCK})
    if read_property(session, _WRITER_KEY) == writer:
        return True
    write_property(session, _WRITER_KEY, writer)
    return False
