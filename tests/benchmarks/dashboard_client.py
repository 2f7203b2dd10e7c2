"""Sessions without a browser: they speak Streamlit's protocol over a web socket, and draw
nothing.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.dashboard_servers import Served

THINK_SECONDS = 5.0
RERUNS = 8


class Client:
    """A session without a browser."""

    def __init__(self, connection: ClientConnection, page: str, query: str) -> None:
        self._connection = connection
        self._ask = BackMsg()
        state = self._ask.rerun_script
        state.page_name, state.query_string, state.context_info.timezone = (
            page,
            query,
            "Europe/Berlin",
        )

    @classmethod
    @contextlib.asynccontextmanager
    async def connected(cls, server: Served, page: str, query: str) -> AsyncIterator[Self]:
        """A session that has seen its page once."""
        url = server.address.replace("http", "ws", 1) + "/_stcore/stream"
        async with connect(
            url, subprotocols=["streamlit"], origin=server.address, max_size=None, compression=None, ping_interval=None
        ) as connection:  # fmt: skip
            client = cls(connection, page, query)
            await client.rerun()
            yield client

    async def rerun(self) -> float:
        """Milliseconds from the request to run the page to its end; a page that fails, or has
        nothing, is an error.
        """
        start, parts = time.perf_counter(), 0
        await self._connection.send(self._ask.SerializeToString())
        while True:
            said = ForwardMsg.FromString(await self._connection.recv(decode=False))
            match said.WhichOneof("type"):
                case "delta" | "ref_hash":
                    assert said.delta.new_element.WhichOneof("type") != "exception", said
                    parts += 1
                case "script_finished":
                    assert said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
                    assert parts > 1
                    return 1000.0 * (time.perf_counter() - start)


async def cpu(server: Served, page: str, query: str) -> float:
    """Milliseconds of CPU that one more run of a page costs."""
    async with Client.connected(server, page, query) as client:
        before = server.cpu_seconds()
        for _ in range(RERUNS):
            await client.rerun()
        return 1000.0 * (server.cpu_seconds() - before) / RERUNS


async def together(server: Served, queries: Sequence[str], seconds: float) -> list[float]:
    """How long each request of so many sessions took, in milliseconds.

    All have seen their pages once before the time begins. What is not answered after twice the time
    counts as long.
    """
    took: list[float] = []
    arriving, all_there = asyncio.Semaphore(2), asyncio.Barrier(len(queries))

    async def session(query: str, rng: random.Random) -> None:
        async with contextlib.AsyncExitStack() as stack:
            async with arriving:
                client = await stack.enter_async_context(
                    Client.connected(server, "question", query)
                )
            await all_there.wait()
            end, asked = time.monotonic() + seconds, 0.0
            try:
                async with asyncio.timeout(2 * seconds):
                    while (asked := time.monotonic() + rng.expovariate(1.0 / THINK_SECONDS)) < end:
                        await asyncio.sleep(asked - time.monotonic())
                        took.append(await client.rerun())
            except TimeoutError:
                took.append(1000.0 * (time.monotonic() - asked))

    await asyncio.gather(*(session(query, random.Random(n)) for n, query in enumerate(queries)))
    return took


async def alone(server: Served, query: str) -> list[float]:
    """The same for one session with nobody beside it."""
    async with Client.connected(server, "question", query) as client:
        return [await client.rerun() for _ in range(RERUNS)]
