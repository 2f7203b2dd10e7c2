"""`python -m tests.dashboard.trapped RECORD OPTIONS`: the dashboard, with every way to other
machines trapped.

What Python is about to connect to or to look up is refused and noted in the record unless it is
this machine. The first line is a try of our own, so that an empty trap cannot pass.
"""

import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from dashboard.__main__ import main
from dashboard.server import serve
from tracker.model.bind_address import is_loopback

OWN_TRY = "192.0.2.1"
_TO_ADDRESS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_OF_NAME = ("socket.getaddrinfo", "socket.gethostbyname")


def trap(record: Path) -> None:
    """Refuse and note every outward connection and look-up of this process from now on."""

    def watch(event: str, given: tuple[Any, ...]) -> None:
        target = _target(event, given)
        if target and not is_loopback(target):
            with record.open("a", encoding="utf-8") as lines:
                lines.write(f"{event} {target}\n")
            raise OSError(f"trapped: {event} {target}")

    sys.addaudithook(watch)


def _target(event: str, given: tuple[Any, ...]) -> str:
    """The host that is about to be reached or looked up; "" where none is, as for a socket in the
    file system.
    """
    if event in _TO_ADDRESS and isinstance(given[1], tuple):
        return str(given[1][0])
    if event in _OF_NAME and given[0]:
        return given[0].decode() if isinstance(given[0], bytes) else str(given[0])
    return ""


if __name__ == "__main__":
    serve._HEAVY_MODULES = ()  # its pages are not drawn: nothing need be loaded ahead of them
    trap(Path(sys.argv[1]))
    with suppress(OSError):
        socket.create_connection((OWN_TRY, 9), timeout=5)
    sys.exit(main(sys.argv[2:]))
