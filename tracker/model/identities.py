"""People as others vouch for them: an OpenID provider, or a proxy that has logged them in."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Self, get_args
from urllib.parse import urlsplit

from tracker.errors import BadSettings
from tracker.model.bind_address import is_loopback
from tracker.model.principal import RIGHTS, Role

PROXY: Final = "proxy"
"""Issuer of the names that a trusted proxy sends."""

MAX_SUBJECT: Final = 255
"""Longest name that an issuer gives a person, as OpenID Connect has it."""

_HEADER_NAME: Final = re.compile(r"[a-z0-9-]+")
_GIVEN_ROLES: Final[tuple[Role, ...]] = tuple(role for role in get_args(Role) if role != "agent")
_NEWCOMER_ROLES: Final[tuple[Role, ...]] = tuple(role for role in _GIVEN_ROLES if role != "admin")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person whom an issuer vouches for.

    `issuer` and `subject` together are theirs for ever. `name` is only shown: it may change, and
    others may have the same.
    """

    issuer: str
    subject: str
    name: str
    groups: frozenset[str] = frozenset()

    @property
    def is_usable(self) -> bool:
        """True if the subject is a text that can be stored and shown."""
        return 0 < len(self.subject) <= MAX_SUBJECT and self.subject.isprintable()


@dataclass(frozen=True, slots=True)
class EntryRules:
    """Roles of those whom others vouch for.

    `newcomer_role` is that of somebody without an account; None lets in the invited alone.
    `group_roles` are those of the issuer's groups.
    """

    newcomer_role: Role | None = None
    group_roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_settings(cls, newcomer_role: str, group_roles: str) -> Self:
        """Parse the two settings; raises `BadSettings`."""
        newcomer = next((role for role in _NEWCOMER_ROLES if role == newcomer_role), None)
        if newcomer_role and newcomer is None:
            raise BadSettings(
                f"setting 'newcomer_role' must be one of {', '.join(_NEWCOMER_ROLES)}, or empty, "
                f"not {newcomer_role!r}"
            )
        pairs = (part.partition("=") for part in group_roles.split(",") if part.strip())
        roles = {group.strip(): _parse_group_role(group, role) for group, _, role in pairs}
        return cls(newcomer, MappingProxyType(roles))

    def find_group_role(self, groups: Iterable[str]) -> Role | None:
        """Return the role with the most rights that any of the groups gives."""
        roles: list[Role] = [
            self.group_roles[group] for group in groups if group in self.group_roles
        ]
        return max(roles, key=lambda role: len(RIGHTS[role]), default=None)


def _parse_group_role(group: str, text: str) -> Role:
    role = next((role for role in _GIVEN_ROLES if role == text.strip()), None)
    if role is None or not group.strip():
        raise BadSettings(
            f"setting 'group_roles': write GROUP=ROLE, separated by commas, with a role of "
            f"{', '.join(_GIVEN_ROLES)}, such as forecasting=analyst"
        )
    return role


@dataclass(frozen=True, slots=True)
class ProxyTrust:
    """Proxies whose word is taken on who sends a request, and the headers in which they give it."""

    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    header: str = "remote-user"
    groups_header: str = ""

    @classmethod
    def from_settings(cls, proxies: str, header: str, groups_header: str) -> Self:
        """Parse the three settings; raises `BadSettings`."""
        for name, text in (("trusted_header", header), ("trusted_groups_header", groups_header)):
            is_missing = not text and name == "trusted_groups_header"
            if not (is_missing or _HEADER_NAME.fullmatch(text.lower())):
                raise BadSettings(
                    f"setting {name!r} is {text!r}: write the name of a header, such as Remote-User"
                )
        networks = tuple(_parse_network(part) for part in proxies.split(",") if part.strip())
        return cls(networks, header.lower(), groups_header.lower())

    def trusts(self, address: str) -> bool:
        """Return whether a request from this address may name its sender."""
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:  # a socket in the file system has none
            return False
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(peer in network for network in self.networks)


def _parse_network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        network = ipaddress.ip_network(text.strip())
    except ValueError:
        network = None
    if network is None or network.prefixlen == 0:
        raise BadSettings(
            f"setting 'trusted_proxies': {text.strip()!r} is no address or network of a proxy: "
            "write such as 127.0.0.1 or 10.0.0.0/24, separated by commas"
        )
    return network


@dataclass(frozen=True, slots=True)
class OidcClient:
    """Registration of this installation at an OpenID provider; `name` is what people call it."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    name: str = "single sign-on"
    scopes: str = "openid profile email"
    name_claim: str = "name"
    groups_claim: str = "groups"

    def check(self) -> Self:
        """Return the registration with its issuer as it is stored; raises `BadSettings`.

        An unsafe issuer is refused, and a registration without an id.
        """
        if not is_safe_address(self.issuer):
            raise BadSettings(
                f"setting 'oidc_issuer' is {self.issuer!r}: write the https address of the "
                "provider, as its discovery document has it"
            )
        if not self.client_id:
            raise BadSettings(
                "setting 'oidc_client_id' is missing: it is the id that the provider gave the "
                "tracker"
            )
        if "openid" not in self.scopes.split():
            raise BadSettings("setting 'oidc_scopes' must hold openid")
        return replace(self, issuer=self.issuer.rstrip("/"))


def is_safe_address(address: str) -> bool:
    """Return whether secrets may be sent to an address: https, or this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_plain = not (parts.query or parts.fragment or parts.username)
    return (
        is_plain
        and bool(host)
        and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    )
