"""Messages to systemd about the state of this process: sd_notify(3) without its library."""

import os
import socket
from contextlib import suppress


def notify_systemd(state: str) -> None:
    """Send a state, such as READY=1; do nothing where systemd did not start this process.

    A message that cannot be delivered is dropped: systemd acts on its absence.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # a name outside the file system begins with a zero byte
        address = f"\0{address[1:]}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(state.encode(), address)
