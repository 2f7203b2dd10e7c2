"""Where the dashboard may listen, and by which names: this machine alone, as long as there is no
log-in.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from tracker.errors import BadSettings, Refused

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""The names of this machine that no other machine can claim: they are always answered to."""

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?))(?::(\d{1,5}))?")
_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Host:
    """A name or address, and a port; None stands for every port in a setting, for the usual one in
    a request.
    """

    name: str
    port: int | None


@dataclass(frozen=True, slots=True)
class Reach:
    """By which names and from which pages the server may be used.

    `hosts` are the names that it answers to, `any_host` is whether it answers to all of them, and
    `public_origin` is the origin of its pages behind a proxy, "" for none.
    """

    hosts: frozenset[Host]
    any_host: bool
    public_origin: str

    @classmethod
    def of(cls, allowed_hosts: str, public_url: str) -> Self:
        """What these two settings allow, beside the loopback names; raises `BadSettings`."""
        names = [name.strip().lower() for name in allowed_hosts.split(",") if name.strip()]
        public = _public_origin(public_url)
        hosts = {Host(name, None) for name in LOOPBACK} | {
            _host_of_setting(name) for name in names if name != "*"
        }
        if public:
            hosts.add(Host(_parsed(urlsplit(public).netloc).name, None))
        return cls(frozenset(hosts), "*" in names, public)

    def answers_to(self, host: str) -> bool:
        """Whether a request with this `Host` is answered."""
        try:
            asked = _parsed(host.lower())
        except ValueError:
            return False
        return self.any_host or asked in self.hosts or Host(asked.name, None) in self.hosts

    def is_own(self, origin: str, scheme: str, host: str) -> bool:
        """Whether a page of this origin is one of the server's own, for a request by this scheme
        with this `Host`.
        """
        return origin == f"{scheme}://{host.lower()}" or (
            self.public_origin != "" and origin == self.public_origin
        )


def _parsed(text: str) -> Host:
    """The parts of a `Host` header in lower case; raises `ValueError`."""
    match = _HOST.fullmatch(text)
    if match is None or int(match[3] or 0) > 65535:
        raise ValueError(text)
    name = str(ipaddress.IPv6Address(match[1])) if match[1] else match[2]
    return Host(name, int(match[3]) if match[3] else None)


def _host_of_setting(text: str) -> Host:
    bare = text.count(":") > 1 and not text.startswith(
        "["
    )  # an IPv6 address as one writes it outside a URL
    try:
        return _parsed(f"[{text}]" if bare else text)
    except ValueError:
        raise BadSettings(
            f"setting 'allowed_hosts': {text!r} is no host name: write names without http://, "
            "separated by commas, such as forecast.example.org, or * for every name"
        ) from None


def _public_origin(url: str) -> str:
    """Scheme, host and port as a browser names them in `Origin`; "" for no address."""
    if not url:
        return ""
    try:
        parts = urlsplit(url.strip().lower())
        host = _parsed(parts.netloc)
        if (
            parts.scheme not in _USUAL_PORTS
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
    port = "" if host.port in (None, _USUAL_PORTS[parts.scheme]) else f":{host.port}"
    return f"{parts.scheme}://{name}{port}"


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a server that listens on this address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def check_address(address: str, *, open_to_all: bool, named: bool) -> None:
    """Refuse to be reached from elsewhere unless that was asked for, and by names that are set.

    Without names, every page that a browser visits could give itself a name for this server and
    read it.
    """
    if is_loopback(address):
        return
    names = (
        "set allowed_hosts to the names that browsers use for it, such as"
        " TRACKER_ALLOWED_HOSTS=forecast.example.org (or public_url, behind a proxy)"
    )
    if not open_to_all:
        raise Refused(
            f"there is no log-in, so anyone who reaches {address} could read and change everything:"
            " use --address 127.0.0.1, or give --i-know-there-is-no-login if that is what you want"
            + ("" if named else f", and {names}")
        )
    if not named:
        raise Refused(f"{address} can be reached from other machines: {names}")


def check_port(address: str, port: int) -> None:
    """Refuse a port on which something else listens, before anything is started."""
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
