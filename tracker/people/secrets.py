"""Secrets: passwords by Argon2, and random tokens of which only a hash is stored."""

import hashlib
import secrets
from functools import cache
from threading import Semaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tracker.errors import Refused

MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 1000

_HASHER: Final = PasswordHasher()
"""Argon2id with the parameters of RFC 9106 for little memory: 64 MiB, three passes."""

_AT_ONCE: Final = Semaphore(2)
"""Passwords that are hashed at the same time, at 64 MiB each."""


def hash_password(password: str) -> str:
    """Hash a new password; raises `Refused` if it is too short or long."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Refused(
            f"a password takes {MIN_PASSWORD} to {MAX_PASSWORD} characters; several words are good"
        )
    with _AT_ONCE:
        return _HASHER.hash(password)


def verify_password(password: str, password_hash: str) -> bool:
    """Return whether a password is right; an account without one takes as long, and is wrong.

    >>> verify_password("a long password", "")
    False
    """
    with _AT_ONCE:
        try:
            return _HASHER.verify(password_hash or _dummy_hash(), password[: MAX_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False


@cache
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def make_secret(prefix: str = "") -> str:
    """Return a new random secret of 256 bits for an address, a cookie or a program."""
    return prefix + secrets.token_urlsafe(32)


def make_id() -> str:
    """Return a new opaque identity."""
    return secrets.token_hex(6)


def hash_secret(secret: str) -> str:
    """Return the hash under which a secret is stored; 256 random bits need no slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()


def read_bearer(authorization: str) -> str:
    """Return the token in a header `Authorization`; "" without one.

    >>> read_bearer("Bearer trk_abc"), read_bearer("Basic YTpi")
    ('trk_abc', '')
    """
    kind, _, secret = authorization.partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""
