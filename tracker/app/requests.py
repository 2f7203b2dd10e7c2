"""Requests of programs: a repeated one, known by its key, gets the first answer again."""

from datetime import timedelta
from typing import Final

from tracker.app.service import Service
from tracker.errors import KeyReused, Refused
from tracker.model.stored_answer import StoredAnswer
from tracker.storage import stored_answers

ANSWER_LIFE: Final = timedelta(hours=24)
"""Time for which an answer is kept."""


class RequestService(Service, noun="requests"):
    """Use cases on requests with a key. Each account has keys of its own."""

    def begin(self, key: str, fingerprint: str) -> StoredAnswer | None:
        """Begin a request; return the answer that it had before, None for a new one.

        Raises `KeyReused` for the key of another request, and `Refused` while the first runs, or if
        it was cut off and nobody knows how it ended.
        """
        now, identity = self._now(), self._identity
        with self._store.writing() as session:
            stored_answers.delete_old_answers(session, now - ANSWER_LIFE)
            if stored_answers.claim_key(session, identity, key, fingerprint, now=now):
                return None
            earlier = stored_answers.find_answer(session, identity, key)
        if earlier is None or (earlier.fingerprint == fingerprint and earlier.status is None):
            raise Refused(
                "a request with this Idempotency-Key is running, or was cut off: look what came "
                "of it before you send it under another key"
            )
        if earlier.fingerprint != fingerprint:
            raise KeyReused("this Idempotency-Key belongs to another request: give each its own")
        return earlier

    def finish(self, key: str, status: int, body: str) -> None:
        """Store the answer to a request."""
        with self._store.writing() as session:
            stored_answers.save_answer(session, self._identity, key, status=status, body=body)

    def abandon(self, key: str) -> None:
        """Free the key of a request that was refused: sent again, it is tried again."""
        with self._store.writing() as session:
            stored_answers.delete_answer(session, self._identity, key)

    @property
    def _identity(self) -> str:
        return self._context.principal.account
