"""Pages of the dashboard as a session without a browser sees them."""

import asyncio
import re
import socket
import urllib.error
import urllib.request
from contextlib import closing

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

READ_SECONDS = 30.0


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


def read_status(address: str, path: str = "/healthz") -> int:
    """The status of an address; 0 if nothing answers."""
    try:
        with urllib.request.urlopen(f"{address}{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except OSError:
        return 0


def read_page(address: str, page: str = "") -> str:
    """All texts of a page, as its parts are sent."""
    return asyncio.run(asyncio.wait_for(_read(address, page), READ_SECONDS))


async def _read(address: str, page: str) -> str:
    parts = []
    async with connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=address,
        max_size=None,
    ) as connection:
        request = BackMsg()
        request.rerun_script.page_name = page
        await connection.send(request.SerializeToString())
        while True:
            message = ForwardMsg.FromString(await connection.recv(decode=False))
            match message.WhichOneof("type"):
                case "delta":
                    parts.append(str(message.delta))
                case "navigation":
                    parts.append(str(message.navigation))
                case "script_finished":
                    return re.sub(r"\s+", " ", " ".join(parts))
