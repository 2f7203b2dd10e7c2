"""Check the bind address and host names of the dashboard."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from tracker.errors import BadSettings, Refused

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine that no other machine can claim; always accepted."""

_HOST_PATTERN = re.compile(
    r"(?:\[([0-9a-f:.]+)\]|([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?))(?::(\d{1,5}))?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class HostName:
    """A host name or address, and a port.

    No port means every port in a setting, and the default one in a request.
    """

    name: str
    port: int | None


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Hosts and origins by which the server may be used.

    `hosts` are the accepted names, `any_host` accepts all of them, and `public_origin` is the
    origin of its pages behind a proxy, "" for none.
    """

    hosts: frozenset[HostName]
    any_host: bool
    public_origin: str

    @classmethod
    def from_settings(cls, allowed_hosts: str, public_url: str) -> Self:
        """Parse the two settings, and add the loopback names; raises `BadSettings`."""
        names = [name.strip().lower() for name in allowed_hosts.split(",") if name.strip()]
        public = _public_origin(public_url)
        hosts = {HostName(name, None) for name in LOOPBACK} | {
            _parse_host_setting(name) for name in names if name != "*"
        }
        if public:
            hosts.add(HostName(_parse_host(urlsplit(public).netloc).name, None))
        return cls(frozenset(hosts), "*" in names, public)

    def accepts_host(self, host: str) -> bool:
        """Return True if a request with this `HostName` header is accepted."""
        try:
            requested = _parse_host(host.lower())
        except ValueError:
            return False
        return (
            self.any_host or requested in self.hosts or HostName(requested.name, None) in self.hosts
        )

    def is_own_origin(self, origin: str, scheme: str, host: str) -> bool:
        """Return True if the origin is the server's own for a request by scheme and `HostName`."""
        return origin == f"{scheme}://{host.lower()}" or (
            self.public_origin != "" and origin == self.public_origin
        )


def _parse_host(text: str) -> HostName:
    """Parse a `HostName` header in lower case; raises `ValueError`."""
    match = _HOST_PATTERN.fullmatch(text)
    if match is None or int(match[3] or 0) > 65535:
        raise ValueError(text)
    name = str(ipaddress.IPv6Address(match[1])) if match[1] else match[2]
    return HostName(name, int(match[3]) if match[3] else None)


def _parse_host_setting(text: str) -> HostName:
    # Outside a URL an IPv6 address has no brackets.
    bare = text.count(":") > 1 and not text.startswith("[")
    try:
        return _parse_host(f"[{text}]" if bare else text)
    except ValueError:
        raise BadSettings(
            f"setting 'allowed_hosts': {text!r} is no host name: write names without http://, "
            "separated by commas, such as forecast.example.org, or * for every name"
        ) from None


def _public_origin(url: str) -> str:
    """Scheme, host and port as a browser writes them in `Origin`; "" for no address."""
    if not url:
        return ""
    try:
        parts = urlsplit(url.strip().lower())
        host = _parse_host(parts.netloc)
        if (
            parts.scheme not in _DEFAULT_PORTS
            or parts.path not in ("", "/")
            or parts.query
            or parts.fragment
        ):
            raise ValueError(url)
    except ValueError:
        raise BadSettings(
            f"setting 'public_url' is {url!r}: write scheme, host and port alone, such as "
            "https://forecast.example.org"
        ) from None
    name = f"[{host.name}]" if ":" in host.name else host.name
    port = "" if host.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{host.port}"
    return f"{parts.scheme}://{name}{port}"


def is_loopback(address: str) -> bool:
    """Return True if only this machine can reach a server on this address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def check_address(address: str, *, named: bool) -> None:
    """Refuse an address reachable from elsewhere unless host names are set.

    Without names, every page that a browser visits could claim a name of this server and read it
    (DNS rebinding).
    """
    if not is_loopback(address) and not named:
        raise Refused(
            f"{address} can be reached from other machines: set allowed_hosts to the names that "
            "browsers use for it, such as TRACKER_ALLOWED_HOSTS=forecast.example.org (or "
            "public_url, behind a proxy)"
        )


def check_port(address: str, port: int) -> None:
    """Refuse a port that is in use, before anything is started."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            reason = (
                f"cannot listen on {address}, port {port} ({error.strerror}): choose another --port"
            )
            raise Refused(reason) from None
