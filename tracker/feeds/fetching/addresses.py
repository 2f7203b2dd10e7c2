"""Which addresses may be asked for a feed, and which machines. Pure: no name is looked up here.

Whoever may name a feed, and every server that may redirect one, could otherwise make the tracker
ask machines that only it can reach: its own, the router, the cloud's key store. So only public
addresses are asked, unless the operator allows more. The question is put to the address that is
about to be connected to, never to the name, because a name can lead to one address when it is
looked at and to another when it is used.

The ranges are written out instead of asking `ipaddress.is_global`, whose answer differs between
versions of Python: 3.11 takes NAT64 and 6to4 forms of 127.0.0.1, 192.88.99.1 and all multicast for
public.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urljoin

from yarl import URL

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC: Final = tuple(
    (ip_network(network), why)
    for network, why in (
        # https://www.iana.org/assignments/iana-ipv4-special-registry
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "inside a carrier's network"),
        ("127.0.0.0/8", "loopback"),
        (
            "168.63.129.16/32",
            "a cloud's own",
        ),  # Azure's machines get their keys there, under a public number
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
        (
            "64:ff9b:1::/48",
            "private",
        ),  # NAT64 of one's own, which hides its IPv4 address in more than one way
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
"""The only part of IPv6 that is given out to the public."""

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""How IPv6-only networks reach the public IPv4 internet."""

LONGEST_SHOWN: Final = 60

_HOST: Final = re.compile(
    r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}(?:%[\w.~-]{1,32})?", re.IGNORECASE | re.ASCII
)
_RAW_BYTE: Final = re.compile("[\udc80-\udcff]")


def web_address(text: str) -> URL | None:
    """An http(s) address in the form in which it is asked, without its fragment; None if it is
    none.

    It is read by the parser that the client itself goes by (yarl), so that what is checked is what
    is asked.
    """
    try:
        url = URL(text.strip())
        sound = url.scheme in ("http", "https") and _HOST.fullmatch(url.raw_host or "") and url.port
    except ValueError:
        return None
    if not sound:
        return None
    return url.with_fragment(None) if url.raw_fragment else url


def redirect_target(url: URL, location: str) -> URL | None:
    """Where a redirect from `url` leads; None if that is no http(s) address.

    A user and password go along within the same host, also to its secure port, and nowhere else;
    those that a server makes up are dropped.
    """
    location = _RAW_BYTE.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", location.strip())
    try:
        target = web_address(urljoin(str(url), location))
    except ValueError:
        return None
    if target is None:
        return None
    secured = (url.scheme, url.port, target.scheme, target.port) == ("http", 80, "https", 443)
    same = (url.scheme, url.port) == (target.scheme, target.port) or secured
    if url.raw_host == target.raw_host and same:
        return (
            target.with_user(url.user).with_password(url.password)
            if url.user
            else target.with_user(None)
        )
    return target.with_user(None)


def refusal(address: str) -> str:
    """Why an address is not public, in a word or two; "" if it is.

    An address that holds another, as tunnels and translators write them, is what it holds.
    """
    found = _read(address)
    return "no address" if found is None else _why_not_public(found)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be asked although it is not public. `of` reads it from the setting."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    everything: bool = False

    @classmethod
    def of(cls, private: Iterable[str]) -> "Allowed":
        """From host names, addresses, networks (10.0.0.0/8) and "*" for everything.

        Raises ValueError for a network that is none, so that a slip of the pen is not silently no
        permission.
        """
        entries = [entry.strip() for entry in private if entry.strip()]
        networks = [n for n in map(_network, entries) if n is not None]
        names = frozenset(host_name(e) for e in entries if e != "*" and _network(e) is None)
        return cls(names, tuple(networks), "*" in entries)

    def host(self, host: str) -> bool:
        """Is this very name allowed, wherever it leads?"""
        return host_name(host) in self.names

    def refusal(self, host: str, address: str) -> str:
        """Why `address` may not be asked for a feed at `host`, and what to do about it; "" if it
        may be.
        """
        if self.everything or self.host(host) or not (why := refusal(address)):
            return ""
        found = _read(address)
        if found is not None and any(
            form in network for form in _forms(found) for network in self.networks
        ):
            return ""
        shown = address[:LONGEST_SHOWN]
        return f"{shown} is not a public address ({why}); allow it with the setting private_feeds"


def _network(entry: str) -> Network | None:
    try:
        return ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        if "/" in entry:
            raise ValueError(
                f"private_feeds: {entry[:LONGEST_SHOWN]!r} is no network such as 10.0.0.0/8"
            ) from None
        return None


def host_name(host: str) -> str:
    """A host's name as it is compared: lower case, the ASCII form of other scripts, no dot at the
    end.
    """
    name = host.rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def _read(address: str) -> Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None


def _why_not_public(address: Address) -> str:
    if isinstance(address, IPv6Address) and address.scope_id:
        return "link-local"
    for form in _forms(address):
        for network, why in NOT_PUBLIC:
            if form in network:
                return why
    last = _forms(address)[-1]
    return "reserved" if isinstance(last, IPv6Address) and last not in _PUBLIC_V6 else ""


def _forms(address: Address) -> tuple[Address, ...]:
    """The address, and the IPv4 address that it stands for."""
    if isinstance(address, IPv4Address):
        return (address,)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    return (address,) if inner is None else (address, inner)
