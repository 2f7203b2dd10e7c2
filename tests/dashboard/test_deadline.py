"""A request that does not arrive is not waited for: real connections to a real web server, and one
without a clock.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from uvicorn.server import ServerState

from dashboard.server.guard import MIN_BODY_BYTES, DeadlineProtocol
from dashboard.server.serve import SERVER_LIMITS

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
PATIENCE = 60.0
"""Seconds after which a test gives a connection up as one that is never closed."""


async def echo(request: Request) -> PlainTextResponse:
    """How much came."""
    with contextlib.suppress(ClientDisconnect):
        return PlainTextResponse(str(len(await request.body())))
    return PlainTextResponse("")


class Hasty(DeadlineProtocol):
    """The same with a deadline that a test can wait for."""

    seconds = 0.2


@contextlib.contextmanager
def serving(protocol: type[DeadlineProtocol]) -> Iterator[int]:
    """Where a web server listens."""
    app = Starlette(routes=[Route("/", echo, methods=["GET", "POST"])])
    config = uvicorn.Config(
        app, log_level="error", timeout_keep_alive=1, **{**SERVER_LIMITS, "http": protocol}
    )
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(PATIENCE)


@pytest.fixture(scope="module")
def hasty_port() -> Iterator[int]:
    """Where a web server with a short deadline listens."""
    with serving(Hasty) as port:
        yield port


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a web server with the real deadline listens."""
    with serving(DeadlineProtocol) as port:
        yield port


def connected(port: int) -> socket.socket:
    """A bare connection."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def rest(wire: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    read = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := wire.recv(65536):
            read += piece
    return read


def answered(wire: socket.socket, end: bytes) -> None:
    """Read an answer up to its last bytes."""
    read = b""
    while not read.endswith(end):
        piece = wire.recv(65536)
        assert piece, read
        read += piece


def test_requests_that_do_not_arrive_are_ended(hasty_port: int) -> None:
    # A request that does not arrive is ended.
    for sent in (b"", b"GET", GET[:20], GET[:-2], POST[:-2], POST, POST + b"x" * 1_000):
        with connected(hasty_port) as wire:
            wire.sendall(sent)
            assert rest(wire) == b""
    # A drop now and then keeps no connection.
    for start in (b"GET / HTTP/1.1\r\nX: ", POST):
        with (
            connected(hasty_port) as wire,
            contextlib.suppress(BrokenPipeError, ConnectionResetError),
        ):
            wire.sendall(start)
            wire.settimeout(0.05)
            for _ in range(int(PATIENCE / 0.05)):
                with contextlib.suppress(TimeoutError):
                    assert wire.recv(1) == b""
                    return
                wire.sendall(b"x")
            raise AssertionError("the connection was kept")


def test_requests_in_pieces_and_idle_connections(port: int) -> None:
    # A request in pieces is answered.
    with connected(port) as wire:
        for start in range(0, len(GET), 8):
            wire.sendall(GET[start : start + 8])
        answered(wire, b"0")
        wire.sendall(POST + b"x" * 50_000)
        wire.sendall(b"x" * 50_000)
        answered(wire, b"100000")
    # An idle connection ends by the servers own limit.
    with connected(port) as wire:
        wire.sendall(GET)
        assert rest(wire).endswith(b"\r\n\r\n0")


class Timer:
    """What was to be done later."""

    def __init__(self, seconds: float, do: Callable[[], None], waiting: "list[Timer]") -> None:
        self.seconds = seconds
        self._do = do
        self._waiting = waiting
        waiting.append(self)

    def cancel(self) -> None:
        """Do it no more."""
        if self in self._waiting:
            self._waiting.remove(self)

    def ring(self) -> None:
        """Do it now."""
        self.cancel()
        self._do()


class Wire:
    """A connection and an event loop in which time passes when the test says so."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []
        self.aborted = False
        self.protocol: Any = DeadlineProtocol(
            uvicorn.Config(echo, **SERVER_LIMITS), ServerState(), {}, _loop=self  # type: ignore[arg-type]
        )  # fmt: skip
        self.protocol.connection_made(self)

    def send(self, data: bytes) -> None:
        """What a client does."""
        self.protocol.data_received(data)

    def call_later(self, seconds: float, do: Callable[[], None]) -> Timer:
        """As an event loop does."""
        return Timer(seconds, do, self.timers)

    def create_task(self, work: Coroutine[Any, Any, None]) -> Any:
        """Nothing is done about a request: its answer takes as long as it likes."""
        work.close()
        return self

    def add_done_callback(self, _: object) -> None:
        """A task that never ends."""

    def get_extra_info(self, _: str) -> None:
        """Nothing is known of the other end."""

    def get_protocol(self) -> Any:
        """Who takes in what arrives."""
        return self.protocol

    def set_protocol(self, protocol: Any) -> None:
        """Somebody else takes it in."""
        self.protocol = protocol

    def is_closing(self) -> bool:
        """Whether it was ended."""
        return self.aborted

    def abort(self) -> None:
        """End it."""
        self.aborted = True

    def pause_reading(self) -> None:
        """We are slow."""


def test_request_deadlines() -> None:
    # What is missing has fifteen seconds.
    assert SERVER_LIMITS["http"] is DeadlineProtocol
    wire = Wire()
    wire.send(GET[:10])
    wire.send(GET[10:20])
    assert [timer.seconds for timer in wire.timers] == [
        15.0
    ]  # from the start on, not from each piece
    wire.timers[0].ring()
    assert wire.aborted
    # An answer may take as long as it likes.
    wire = Wire()
    wire.send(GET)
    assert wire.timers == []
    # A body that we do not take in is waited for.
    wire = Wire()
    wire.send(POST)
    wire.send(b"x" * 80_000)  # more than is kept
    wire.timers[0].ring()
    wire.timers[0].ring()
    assert not wire.aborted
    # A body may take longer while it goes on.
    wire = Wire()
    wire.send(POST)
    for _ in range(3):
        wire.send(b"x" * (MIN_BODY_BYTES - 1))
        wire.send(b"x")
        wire.timers[0].ring()
        assert not wire.aborted
    wire.send(b"x" * (MIN_BODY_BYTES - 1))
    wire.timers[0].ring()
    assert wire.aborted
    # A connection that is lost is forgotten.
    wire = Wire()
    wire.send(POST)
    wire.protocol.connection_lost(OSError())
    assert wire.timers == []
    # The next request has its own deadline.
    wire = Wire()
    wire.send(POST[:-2])
    (headers,) = wire.timers
    wire.send(POST[-2:])
    (body,) = wire.timers
    assert body is not headers
    wire.send(b"x" * 100_000)
    assert wire.timers == []
    wire.send(GET[:10])  # waits behind the answer, which is ours to give
    assert wire.timers == []


def test_a_web_socket_is_open_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "uvicorn.protocols.websockets.websockets_sansio_impl.WebSocketsSansIOProtocol.run_asgi",
        noop,
    )

    async def upgrade() -> None:  # the new protocol starts a task of its own, which has to end
        wire = Wire()
        before = wire.protocol
        wire.send(UPGRADE)
        await asyncio.sleep(0)
        assert wire.protocol is not before
        assert wire.timers == []

    asyncio.run(upgrade())


async def noop(_: object) -> None:
    """The application behind a web socket: it does nothing."""
