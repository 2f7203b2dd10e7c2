"""Where the dashboard may listen: this machine alone, as long as there is no log-in."""

import ipaddress
import socket

from tracker.errors import Refused


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a server that listens on this address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def check_address(address: str, *, open_to_all: bool) -> None:
    """Refuse to be reached from elsewhere unless that was asked for by name."""
    if not is_loopback(address) and not open_to_all:
        raise Refused(
            f"there is no log-in, so anyone who reaches {address} could read and change everything:"
            " use --address 127.0.0.1, or give --i-know-there-is-no-login if that is what you want"
        )


def check_port(address: str, port: int) -> None:
    """Refuse a port on which something else listens, before anything is started."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            reason = f"cannot listen on {address}, port {port} ({error.strerror}): choose another --port"
            raise Refused(reason) from None
