"""Timeouts of incoming requests: the web server has none, and each unfinished one keeps a
connection.

Headers have to be complete in time. A body may take longer on a slow line, but has to make
progress.
"""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

MAX_REQUEST_SECONDS: Final = 15.0
MIN_BODY_BYTES: Final = 16 * 1024
"""Bytes of a body that must arrive within `MAX_REQUEST_SECONDS`: one kilobyte a second."""


class DeadlineProtocol(H11Protocol):
    """HTTP protocol that closes a connection when its request does not arrive in time.

    Between requests the web server's keep-alive limit applies; a web socket uses another protocol.
    """

    seconds: ClassVar[float] = MAX_REQUEST_SECONDS
    _timer: asyncio.TimerHandle | None = None
    _missing_part: object = None
    _received_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """Start the timer of the first request."""
        super().connection_made(transport)
        self._restart_timer()

    def data_received(self, data: bytes) -> None:
        """Receive data and check what is missing."""
        self._received_bytes += len(data)
        super().data_received(data)
        self._restart_timer(len(data))

    def on_response_complete(self) -> None:
        """Start the timer of the next request, part of which may have arrived."""
        super().on_response_complete()
        self._restart_timer()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over to the web socket protocol."""
        self._stop_timer()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def _get_missing_part(self) -> object:
        """Return the awaited part of a request (headers or body), or None."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return None
        if self.timeout_keep_alive_task is not None or self.conn.their_state not in (
            h11.IDLE,
            h11.SEND_BODY,
        ):
            return None
        return (self.conn.their_state, self.cycle)

    def _restart_timer(self, received: int = 0) -> None:
        missing = self._get_missing_part()
        if missing is not None and missing == self._missing_part:
            return
        self._stop_timer()
        if missing is not None:
            self._missing_part, self._received_bytes = missing, received
            self._timer = self.loop.call_later(self.seconds, self._handle_timeout)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._missing_part = None

    def _handle_timeout(self) -> None:
        # Paused reading means that this server is slow, not the client.
        is_progressing = self._received_bytes >= MIN_BODY_BYTES or self.flow.read_paused
        is_body = self.conn.their_state is h11.SEND_BODY
        self._stop_timer()
        if is_body and is_progressing:
            self._restart_timer()
        elif not self.transport.is_closing():
            self.transport.abort()


MAX_SESSION_BYTES: Final = 20 * 1024 * 1024
"""All files of a session together; no page needs two of the largest at once."""


def limit_uploads(manager: "MemoryUploadedFileManager") -> None:
    """Limit the stored uploads of each session to its newest files, up to `MAX_SESSION_BYTES`.

    Raises AttributeError if streamlit's manager has another shape.
    """
    add_file, remove_file, storage = manager.add_file, manager.remove_file, manager.file_storage

    def add_within_bounds(session_id: str, file: "UploadedFileRec") -> None:
        remove_file(session_id, file.file_id)  # so that it counts as the newest
        add_file(session_id, file)
        total_bytes = 0
        for older in reversed(list(storage[session_id].values())):
            total_bytes += len(older.data)
            if total_bytes > MAX_SESSION_BYTES:
                remove_file(session_id, older.file_id)

    # Streamlit creates the manager, and has no setting for a limit.
    setattr(manager, "add_file", add_within_bounds)  # noqa: B010
