"""Accounts of people and agents, their log-ins, links to join, and tokens of their programs."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from forecasts.questions.question import ForecasterId
from tracker.model.principal import Role

LinkPurpose = Literal["join", "reset", "owner"]


@dataclass(frozen=True, slots=True)
class Account:
    """A person or agent who may log in.

    `id` is opaque, so that the log can name the account for ever, though the name is forgotten.
    `failures` counts wrong passwords since the last right one, `failed_at` the last of them.
    """

    id: str
    forecaster: ForecasterId
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """A browser that is logged in; `id` is the hash of its cookie. The owner has no account."""

    id: str
    account: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class AccessLink:
    """A link that works once: to join with a role, to set a new password, or for the owner."""

    purpose: LinkPurpose
    expires_at: datetime
    role: Role = "viewer"
    account: str = ""
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's access to an account; its secret is shown once, and stored as a hash.

    `role` is the account's or a lesser one.
    """

    id: str
    account: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DailyActs:
    """Number of acts of one forecaster through one door since midnight UTC.

    `forecasts` were made, pieces of `evidence` added, proposed or judged. All begin anew at
    `renews_at`.
    """

    forecasts: int
    evidence: int
    renews_at: datetime


@dataclass(frozen=True, slots=True)
class Visitor:
    """Origin of a log-in, as its door sees it."""

    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was refused: `act` by use case, or "log-in", "token", "further refusals".

    `name` is that of whoever acted where it is known, else the subject of the entry; `door` is
    "" in a line with the `count` of those that have no entry of their own.
    """

    seq: int
    at: datetime
    name: str
    act: str
    door: str
    count: int = 1


def slug_name(name: str) -> str:
    """Return the identity made from a name; "" if it has no letter a to z and no digit.

    >>> slug_name(" Ada Lovelace ")
    'ada-lovelace'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
