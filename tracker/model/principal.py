"""Acting identity: who acts, with which rights, through which door."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from forecasts.questions.question import ForecasterId

Role = Literal["viewer", "forecaster", "agent", "analyst", "admin"]
Right = Literal["read", "forecast", "propose", "curate", "administer"]
Door = Literal["command", "page", "api", "mcp", "job"]

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = MappingProxyType(
    {
        "viewer": frozenset({"read"}),
        "forecaster": frozenset({"read", "forecast", "propose"}),
        "agent": frozenset({"read", "forecast", "propose"}),
        "analyst": frozenset({"read", "forecast", "propose", "curate"}),
        "admin": frozenset({"read", "forecast", "propose", "curate", "administer"}),
    }
)
"""Rights of each role.

*forecast*: one's own forecasts and comments; *propose*: evidence by hand, which others judge;
*curate*: questions, evidence, answers, essays, feeds; *administer*: people, tokens, learned values,
the installation, and acts in another's name.
"""

ROLE_NEEDED: Final[Mapping[Right, Role]] = MappingProxyType(
    {
        "read": "viewer",
        "forecast": "forecaster",
        "propose": "forecaster",
        "curate": "analyst",
        "administer": "admin",
    }
)
"""The least role with a right, for refusals."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever acts in a request, as its door established it.

    `forecaster` is the person or agent, `acts_for` another one in whose name they act. `account` is
    the opaque id of their account, "" for the owner of the machine; `token` that of an API token.
    """

    forecaster: ForecasterId
    role: Role
    door: Door
    acts_for: ForecasterId | None = None
    account: str = ""
    token: str = ""

    @property
    def me(self) -> ForecasterId:
        """The forecaster in whose name acts are stored."""
        return self.acts_for or self.forecaster

    @property
    def viewer(self) -> ForecasterId | None:
        """Person whose view of private questions counts; None for a view of everything.

        Jobs see everything, and so does whoever can open the database at the command line.
        """
        is_owner = self.door == "command" and not self.account and self.acts_for is None
        return None if is_owner or self.door == "job" else self.me

    def has(self, right: Right) -> bool:
        """Return whether the role has a right."""
        return right in RIGHTS[self.role]

    def describe(self) -> str:
        """Canonical JSON for the log: only opaque ids; empty for a job of the installation.

        >>> Principal(ForecasterId("ana"), "analyst", "page", account="a7").describe()
        '{"account":"a7","by":"ana","via":"page"}'
        """
        if self.door == "job":
            return ""
        parts = {
            "by": self.forecaster,
            "for": self.acts_for,
            "via": self.door,
            "account": self.account,
            "token": self.token,
        }
        return _format_actor({name: value for name, value in parts.items() if value})


def describe_stranger(door: Door) -> str:
    """Canonical JSON for the log where nobody is identified.

    >>> describe_stranger("page")
    '{"via":"page"}'
    """
    return _format_actor({"via": door})


def _format_actor(parts: Mapping[str, str]) -> str:
    return json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
