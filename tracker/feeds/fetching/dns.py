"""DNS lookups in threads.

A lookup cannot be cancelled, and one that hangs for a minute must block no other: so there is a
thread for each concurrent request. (uvloop's own lookups share four threads; four dead name servers
would block them all.)
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypedDict

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
