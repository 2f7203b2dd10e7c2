"""A web server in a process of its own, so that what it costs is not counted with those who ask it.

It says nothing of HTTP but what the benchmarks need, and so is far cheaper than any client: one
search for the end of a request, one write of an answer that was put together beforehand.
Connections stay open.

with Server(make_site, hosts=["127.0.0.1"] * 50) as server:
    server.addresses            # one a host, the system chooses the port
    server.ask("phase", "cold") # the site's method of that name, in the server's process
"""

import asyncio
import multiprocessing
import resource
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, Protocol, Self


class Site(Protocol):
    """Answers requests, each by writing to the connection it came from, now or later."""

    def answer(self, path: str, head: bytes, transport: asyncio.Transport) -> None:
        """`head` is the whole request, without the empty line at its end."""


class Server:
    """The process, and the way to speak with what answers in it."""

    def __init__(self, make_site: Callable[[], Site], hosts: Sequence[str]) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._here, there = spawning.Pipe()
        self._process = spawning.Process(
            target=_serve, args=(there, make_site, tuple(hosts)), daemon=True
        )
        self.addresses: list[str] = []

    def __enter__(self) -> Self:
        self._process.start()
        self.addresses = self._here.recv()
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        self._process.join()

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def ask(self, method: str, *args: Any) -> Any:
        """Call a method of the site and wait for what it returns."""
        self._here.send((method, args))
        return self._here.recv()


def reply(status: str, headers: Sequence[str] = (), body: bytes = b"") -> bytes:
    """A whole answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if not status.startswith("304"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def header(head: bytes, name: str) -> str:
    """What a request says under a name, "" when it says nothing."""
    at = head.lower().find(b"\r\n" + name.lower().encode() + b":")
    return (
        "" if at < 0 else head[at + len(name) + 3 :].split(b"\r\n", 1)[0].strip().decode("latin-1")
    )


class _Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (end := self._got.find(b"\r\n\r\n")) >= 0:
            head, self._got = self._got[:end], self._got[end + 4 :]
            self._site.answer(head.split(b" ", 2)[1].decode("latin-1"), head, self._transport)


def _serve(pipe: Connection, make_site: Callable[[], Site], hosts: Sequence[str]) -> None:
    asyncio.run(_serving(pipe, make_site(), hosts))


async def _serving(pipe: Connection, site: Site, hosts: Sequence[str]) -> None:
    loop = asyncio.get_running_loop()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (most, most)
    )  # a fleet's hosts and connections are many
    opened = [
        await loop.create_server(lambda: _Talk(site), host, 0, backlog=1024) for host in hosts
    ]
    ended = loop.create_future()

    def obey() -> None:
        try:
            method, args = pipe.recv()
        except EOFError:  # the benchmark is gone
            ended.set_result(None)
        else:
            pipe.send(getattr(site, method)(*args))

    loop.add_reader(pipe.fileno(), obey)
    pipe.send(["{}:{}".format(*server.sockets[0].getsockname()) for server in opened])
    await ended
