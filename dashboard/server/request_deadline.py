"""How long a request may take to arrive. The web server waits for ever, and every half of a request
keeps a connection.

Headers have to be complete in time. A body may take longer, since a file over a slow line does; but
it has to go on.
"""

import asyncio
from typing import Any, ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS: Final = 15.0
BODY_BYTES_IN_TIME: Final = 16 * 1024
"""What of a body has to arrive within `REQUEST_SECONDS`: one kilobyte a second."""


class Deadline(H11Protocol):
    """A connection that is closed when the request at hand does not arrive in time.

    Between two requests the web server's own limit holds, and a web socket leaves this protocol for
    one of its own.
    """

    seconds: ClassVar[float] = REQUEST_SECONDS
    _timer: asyncio.TimerHandle | None = None
    _awaited: object = None
    _arrived = 0

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request from now on."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take in what arrived, and see what is still missing."""
        self._arrived += len(data)
        super().data_received(data)
        self._watch(len(data))

    def on_response_complete(self) -> None:
        """Go on to the next request, of which a part may be here already."""
        super().on_response_complete()
        self._watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over."""
        self._stop()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop()
        super().connection_lost(exc)

    def _missing(self) -> object:
        """What is waited for: the headers of a request, a body, or None for nothing."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return None
        if self.timeout_keep_alive_task is not None or self.conn.their_state not in (
            h11.IDLE,
            h11.SEND_BODY,
        ):
            return None
        return (self.conn.their_state, self.cycle)

    def _watch(self, arrived: int = 0) -> None:
        missing = self._missing()
        if missing is not None and missing == self._awaited:
            return
        self._stop()
        if missing is not None:
            self._awaited, self._arrived = missing, arrived
            self._timer = self.loop.call_later(self.seconds, self._end)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._awaited = None

    def _end(self) -> None:
        goes_on = (
            self._arrived >= BODY_BYTES_IN_TIME or self.flow.read_paused
        )  # paused: it is we who are slow
        body = self.conn.their_state is h11.SEND_BODY
        self._stop()
        if body and goes_on:
            self._watch()
        elif not self.transport.is_closing():
            self.transport.abort()
