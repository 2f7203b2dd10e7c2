"""Looking up the addresses of hosts, in threads.

A lookup cannot be broken off, and one that hangs for a minute must hold up no other: so there is a
thread for each request that can be under way. (uvloop's own lookups share four threads; four dead
name servers would stop them all.)
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypedDict

_FLAGS: Final = socket.AI_ADDRCONFIG
"""No IPv6 addresses on a machine that has none itself."""


class Found(TypedDict):
    """One address of a host, in the shape in which the HTTP client takes it."""

    hostname: str
    host: str
    port: int
    family: int
    proto: int
    flags: int


class Names:
    """So many lookups at once. For one event loop."""

    def __init__(self, at_once: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[Found]:
        """All addresses of a host, best first. Raises OSError when there are none."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, _addresses, host, family
        )
        return [
            Found(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, address in found
        ]

    async def close(self) -> None:
        """Not waiting for lookups that hang."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _addresses(host: str, family: socket.AddressFamily) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(host, None, family=family, type=socket.SOCK_STREAM, flags=_FLAGS)
    except UnicodeError as error:  # a part of the name is too long, or empty
        raise socket.gaierror(socket.EAI_NONAME, "no name of a host") from error
    addresses = dict.fromkeys((kind, str(where[0])) for kind, _, _, _, where in found)
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    return list(addresses)
