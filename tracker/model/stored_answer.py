"""Answer to a request of a program, kept so that a repeated request gets it again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer with the fingerprint of its request; `status` is None while the request runs."""

    fingerprint: str
    status: int | None
    body: str
