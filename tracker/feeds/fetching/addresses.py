"""Restrict requests to public addresses. Pure: makes no DNS lookup.

A person who adds a feed, or a server that redirects one, could otherwise make the tracker request
hosts that only it can reach: itself, the router, the cloud's metadata service. So only public
addresses are allowed, unless the operator allows more. The check is made on the address about to be
connected to, never on the name, because a name can resolve to one address when checked and to
another when used.

The ranges are written out instead of asking `ipaddress.is_global`, whose answer differs between
versions of Python: 3.11 takes NAT64 and 6to4 forms of 127.0.0.1, 192.88.99.1 and all multicast for
public.
"""

import asyncio
import re
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypedDict
from urllib.parse import urljoin

from yarl import URL

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NON_PUBLIC_NETWORKS: Final = tuple(
    (ip_network(network), why)
    for network, why in (
        # https://www.iana.org/assignments/iana-ipv4-special-registry
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "inside a carrier's network"),
        ("127.0.0.0/8", "loopback"),
        # Azure's metadata service has a public number.
        ("168.63.129.16/32", "a cloud's own"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        # https://www.iana.org/assignments/iana-ipv6-special-registry
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        # Local NAT64, which embeds its IPv4 address in more than one way.
        ("64:ff9b:1::/48", "private"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "reserved"),  # Teredo and other tunnels
        ("2001:db8::/32", "for documentation"),
        ("3fff::/20", "for documentation"),
    )
)
_PUBLIC_V6: Final = IPv6Network("2000::/3")
"""The only part of IPv6 that is allocated for public use."""

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""Prefix by which IPv6-only networks reach the public IPv4 internet."""

MAX_SHOWN_LENGTH: Final = 60

_HOST: Final = re.compile(
    r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}(?:%[\w.~-]{1,32})?", re.IGNORECASE | re.ASCII
)
_RAW_BYTE: Final = re.compile("[\udc80-\udcff]")


def parse_web_address(text: str) -> URL | None:
    """Parse an http(s) address and drop its fragment; None if it is invalid.

    It uses the parser of the HTTP client (yarl), so that the checked and the requested address are
    the same.
    """
    try:
        url = URL(text.strip())
        valid = url.scheme in ("http", "https") and _HOST.fullmatch(url.raw_host or "") and url.port
    except ValueError:
        return None
    if not valid:
        return None
    return url.with_fragment(None) if url.raw_fragment else url


def resolve_redirect(url: URL, location: str) -> URL | None:
    """Return the target of a redirect from `url`; None if it is no http(s) address.

    User and password are kept within the same host, also on its https port, and dropped elsewhere;
    those that the target itself names are always dropped.
    """
    location = _RAW_BYTE.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", location.strip())
    try:
        target = parse_web_address(urljoin(str(url), location))
    except ValueError:
        return None
    if target is None:
        return None
    upgraded = (url.scheme, url.port, target.scheme, target.port) == ("http", 80, "https", 443)
    same_origin = (url.scheme, url.port) == (target.scheme, target.port) or upgraded
    if url.raw_host == target.raw_host and same_origin:
        return (
            target.with_user(url.user).with_password(url.password)
            if url.user
            else target.with_user(None)
        )
    return target.with_user(None)


def explain_refusal(address: str) -> str:
    """Return why an address is not public, in a word or two; "" if it is.

    An address that embeds another, as those of tunnels and translators do, is judged by both.
    """
    parsed = _parse_address(address)
    return "no address" if parsed is None else _explain_not_public(parsed)


@dataclass(frozen=True, slots=True)
class AllowedAddresses:
    """Non-public hosts and networks that may be requested, by the setting `private_feeds`."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    everything: bool = False

    @classmethod
    def of(cls, private: Iterable[str]) -> "AllowedAddresses":
        """Parse host names, addresses, networks (10.0.0.0/8) and "*" for everything.

        Raises ValueError for an invalid network, so that a typo is not silently ignored.
        """
        entries = [entry.strip() for entry in private if entry.strip()]
        networks = [n for n in map(_parse_network, entries) if n is not None]
        names = frozenset(
            normalise_host(e) for e in entries if e != "*" and _parse_network(e) is None
        )
        return cls(names, tuple(networks), "*" in entries)

    def host(self, host: str) -> bool:
        """True if this host name is allowed, whatever it resolves to."""
        return normalise_host(host) in self.names

    def explain_refusal(self, host: str, address: str) -> str:
        """Return why `address` may not be requested for a feed at `host`, and the remedy; "" if it
        may.
        """
        if self.everything or self.host(host) or not (why := explain_refusal(address)):
            return ""
        parsed = _parse_address(address)
        if parsed is not None and any(
            form in network for form in _list_forms(parsed) for network in self.networks
        ):
            return ""
        shown = address[:MAX_SHOWN_LENGTH]
        return (
            f"{shown} is not a public address ({why}); if that is meant, write its host into the "
            "setting private_feeds"
        )


def _parse_network(entry: str) -> Network | None:
    try:
        return ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        if "/" in entry:
            raise ValueError(
                f"private_feeds: {entry[:MAX_SHOWN_LENGTH]!r} is no network such as 10.0.0.0/8"
            ) from None
        return None


def normalise_host(host: str) -> str:
    """Normalise a host name: lower case, ASCII form of other scripts (IDNA), no final dot."""
    name = host.rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def _parse_address(address: str) -> Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None


def _explain_not_public(address: Address) -> str:
    if isinstance(address, IPv6Address) and address.scope_id:
        return "link-local"
    for form in _list_forms(address):
        for network, why in NON_PUBLIC_NETWORKS:
            if form in network:
                return why
    last = _list_forms(address)[-1]
    return "reserved" if isinstance(last, IPv6Address) and last not in _PUBLIC_V6 else ""


def _list_forms(address: Address) -> tuple[Address, ...]:
    """Return the address, and the IPv4 address that it embeds."""
    if isinstance(address, IPv4Address):
        return (address,)
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is None and address in _NAT64:
        embedded = IPv4Address(int(address) & 0xFFFF_FFFF)
    return (address,) if embedded is None else (address, embedded)


_FLAGS: Final = socket.AI_ADDRCONFIG
"""No IPv6 addresses on a machine without IPv6."""


class ResolvedAddress(TypedDict):
    """One address of a host, in the form that the HTTP client requires."""

    hostname: str
    host: str
    port: int
    family: int
    proto: int
    flags: int


class HostResolver:
    """DNS resolver with a fixed number of threads. For one event loop."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolvedAddress]:
        """Return all addresses of a host, best first. Raises OSError if there are none."""
        addresses = await asyncio.get_running_loop().run_in_executor(
            self._threads, _lookup_addresses, host, family
        )
        return [
            ResolvedAddress(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, address in addresses
        ]

    async def close(self) -> None:
        """Shut down without waiting for lookups that hang."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _lookup_addresses(
    host: str, family: socket.AddressFamily
) -> list[tuple[socket.AddressFamily, str]]:
    try:
        infos = socket.getaddrinfo(host, None, family=family, type=socket.SOCK_STREAM, flags=_FLAGS)
    except UnicodeError as error:  # a part of the name is too long, or empty
        raise socket.gaierror(socket.EAI_NONAME, "no name of a host") from error
    addresses = dict.fromkeys(
        (kind, str(socket_address[0])) for kind, _, _, _, socket_address in infos
    )
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    return list(addresses)
