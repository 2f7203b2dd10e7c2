"""Request checks before the pages: host, origin, size, address and time.

Pages of any site may send requests to this machine. A request is therefore served only under an
allowed host name (against DNS rebinding), and a request that can change something must come from a
page of this server (against cross-site requests), or from a program that shows a token in a header,
which no page of another site can set, and names no page.

Requests have timeouts: the web server has none, and each unfinished one keeps a connection. Headers
have to be complete in time. A body may take longer on a slow line, but has to make progress.
"""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple
from urllib.parse import parse_qsl

import h11
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from uvicorn.protocols.http.h11_impl import H11Protocol

from dashboard.server.assets import list_static_files
from dashboard.server.configuration import MAX_UPLOAD_MEGABYTES
from tracker.interfaces.api.problems import make_problem
from tracker.model.bind_address import AccessPolicy
from tracker.people.secrets import read_bearer

if TYPE_CHECKING:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

MAX_HEADER_BYTES: Final = 16 * 1024
"""Size of all headers of a request together, which are buffered before any check."""

MAX_HEADERS: Final = 100
MAX_TARGET_BYTES: Final = 8 * 1024
MAX_BODY_BYTES: Final = 64 * 1024
"""Body of a request that is no upload."""

MAX_UPLOAD_BYTES: Final = MAX_UPLOAD_MEGABYTES * 1024 * 1024 + MAX_BODY_BYTES
"""An upload: the file and its form encoding."""

_UPLOAD_PATHS: Final = (
    "/_stcore/upload_file/",
    "/api/v1/essays",
    "/api/v1/feeds/opml",
    "/api/v1/forecasts/import",
)
"""Beginnings of addresses that take whole files."""

_API_PATH: Final = "/api/"
_SIGNED_PATH: Final = "/stop/"
"""Addresses whose signature is all that counts: mail programs post there from no page."""

_READ_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS"))
_MAX_LOGGED: Final = 20
"""Number of distinct refusals that are logged: a hostile page could flood the log."""

_LOG: Final = logging.getLogger("dashboard")


class HttpRefusal(NamedTuple):
    """HTTP status and text of a refused request."""

    status: int
    reason: str


_NOT_FOUND: Final = HttpRefusal(404, "There is nothing at this address.")
_NOT_FOUND_PAGE: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Page not found</title>"
    "<meta name=viewport content='width=device-width'><meta name=color-scheme content='light dark'>"
    "<body style='font:16px sans-serif;max-width:30em;margin:15vh auto;padding:0 1em'>"
    f"<h1>Page not found</h1><p>{_NOT_FOUND.reason} <a href=/>Go to Home</a></html>"
)


class RequestGuard:
    """ASGI middleware that refuses foreign host names, foreign origins and oversized requests."""

    def __init__(self, app: ASGIApp, reach: AccessPolicy) -> None:
        self._app = app
        self._reach = reach
        self._logged_refusals: set[HttpRefusal] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request or pass it on; read-only requests lose their origin header."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = _check_size(scope) or _check_secret(scope) or self._check_origin(scope)
        if refusal is not None:
            await _send_refusal(refusal, scope, receive, send)
        elif scope["type"] == "http":
            with suppress(ClientDisconnect):  # an aborted upload is no error
                await self._app(
                    _without_origin(scope), _limit_body(receive, _body_limit(scope)), send
                )
        else:
            await self._app(scope, receive, send)

    def _check_origin(self, scope: Scope) -> HttpRefusal | None:
        """Return a refusal if the request names another host or comes from another origin."""
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._reach.accepts_host(hosts[0]):
            details = f"; it was {', '.join(hosts) or 'none'}"
            return self._log_refusal(
                HttpRefusal(
                    400, "This server has another name: the setting allowed_hosts tells which."
                ),
                details,
            )
        if scope["type"] == "http" and (
            scope["method"] in _READ_METHODS or scope["path"].startswith(_SIGNED_PATH)
        ):
            return None
        if read_bearer(headers.get("authorization", "")) and not origins:
            return None
        scheme = scope["scheme"].replace("ws", "http")
        if len(origins) == 1 and self._reach.is_own_origin(origins[0], scheme, hosts[0]):
            return None
        return self._log_refusal(
            HttpRefusal(
                403,
                "Only pages of this server, and programs that send a token, may do that. Behind a "
                "proxy, the setting public_url names the server.",
            ),
            f"; it came from {', '.join(origins) or 'no page'} to {hosts[0]}",
        )

    def _log_refusal(self, refusal: HttpRefusal, details: str) -> HttpRefusal:
        """Log a refusal the first time, so that a missing setting is noticed but a flood is not
        logged.
        """
        line = HttpRefusal(refusal.status, ascii(refusal.reason + details[:300])[1:-1])
        if line not in self._logged_refusals and len(self._logged_refusals) < _MAX_LOGGED:
            self._logged_refusals.add(line)
            _LOG.warning("a request was refused: %s", line.reason)
        return refusal


class UnknownAddressFilter:
    """ASGI middleware that answers 404 where streamlit would serve its page at any address.

    It passes everything on if streamlit's files are not where they are expected.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files = frozenset(
            address for address, path in list_static_files().items() if path.suffix != ".html"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on requests that match a route or a file."""
        if scope["type"] not in ("http", "websocket") or self._is_known(scope):
            await self._app(scope, receive, send)
        else:
            await _send_refusal(_NOT_FOUND, scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        routes: list[BaseRoute] = scope["app"].routes
        # Streamlit redirects addresses with a trailing slash.
        request_scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
        return (
            not self._files
            or scope["path"] in self._files
            or any(
                route.matches(request_scope)[0] is not Match.NONE
                for route in routes
                if not (isinstance(route, Mount) and not route.path)
            )
        )


def _check_size(scope: Scope) -> HttpRefusal | None:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if (
        len(headers) > MAX_HEADERS
        or sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES
    ):
        return HttpRefusal(431, "The headers of this request are too large.")
    if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > MAX_TARGET_BYTES:
        return HttpRefusal(414, "This address is too long.")
    length = Headers(scope=scope).get("content-length", "0")
    limit = _body_limit(scope)
    if scope["type"] == "http" and not (length.isdecimal() and int(length) <= limit):
        return _refuse_body(limit)
    return None


def _refuse_body(limit: int) -> HttpRefusal:
    words = f"This body is too large: send {limit // 1024:,} kB at most, or several requests."
    return HttpRefusal(413, words)


def _check_secret(scope: Scope) -> HttpRefusal | None:
    """Refuse a token in an address, which servers, proxies and browsers write down."""
    names = {name for name, _ in parse_qsl(scope.get("query_string", b"").decode("latin-1"))}
    if scope["path"].startswith(_API_PATH) and names & {"token", "access_token"}:
        return HttpRefusal(
            400,
            "A token does not belong in an address, which others write down: revoke it, and send "
            "another in the header Authorization: Bearer trk_…",
        )
    return None


def _body_limit(scope: Scope) -> int:
    return MAX_UPLOAD_BYTES if scope["path"].startswith(_UPLOAD_PATHS) else MAX_BODY_BYTES


def _without_origin(scope: Scope) -> Scope:
    """Drop the origin header of a read-only request, so that streamlit shares nothing across
    origins.
    """
    if scope["method"] not in _READ_METHODS:
        return scope
    return {
        **scope,
        "headers": [(name, value) for name, value in scope["headers"] if name != b"origin"],
    }


def _limit_body(receive: Receive, limit: int) -> Receive:
    """Wrap `receive` to limit the body, also where no length was announced."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(*_refuse_body(limit))
        return message

    return receive_limited


async def _send_refusal(refusal: HttpRefusal, scope: Scope, receive: Receive, send: Send) -> None:
    response: Response | WebSocketClose
    if scope["type"] == "websocket":
        response = WebSocketClose(1008, refusal.reason)
    elif scope["path"].startswith(_API_PATH):
        response = make_problem(refusal.status, refusal.reason)
    else:
        is_browser = "text/html" in Headers(scope=scope).get("accept", "")
        response = (
            HTMLResponse(_NOT_FOUND_PAGE, refusal.status)
            if refusal is _NOT_FOUND and is_browser
            else PlainTextResponse(refusal.reason, refusal.status)
        )
    await response(scope, receive, send)


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
