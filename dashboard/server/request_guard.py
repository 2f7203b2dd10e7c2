"""What stands before the pages: whose requests are answered, how large they may be, and at which
addresses.

A page of any site may send requests to this machine, and there is no log-in. So a request is
answered only under a name that was allowed, which keeps out sites that give themselves a name for
this machine; and whoever can change something must come from a page of our own, which keeps out
pages of other servers, on this machine too.
"""

import logging
from contextlib import suppress
from typing import Final, NamedTuple

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from dashboard.server.assets import static_files
from dashboard.server.configuration import UPLOAD_MEGABYTES
from tracker.model.bind_address import Reach

HEADER_BYTES: Final = 16 * 1024
"""All headers of a request together, which are kept in memory before anybody knows who asks."""

HEADERS: Final = 100
TARGET_BYTES: Final = 8 * 1024
BODY_BYTES: Final = 64 * 1024
"""The body of a request that is no upload; no page of ours sends one."""

UPLOAD_BYTES: Final = UPLOAD_MEGABYTES * 1024 * 1024 + BODY_BYTES
"""An upload: the file, and what a form puts around it."""

_UPLOADS: Final = "/_stcore/upload_file/"
_READING: Final = frozenset(("GET", "HEAD", "OPTIONS"))
_LOGGED: Final = 20
"""How many different strangers are logged; a hostile page could fill the log with invented
names.
"""

_LOG: Final = logging.getLogger("dashboard")


class Refusal(NamedTuple):
    """Why a request is not answered: the status of HTTP, and a line for whoever asked."""

    status: int
    reason: str


_LARGE: Final = Refusal(413, "The body of this request is too large.")


class Guard:
    """Refuses requests under foreign names, from foreign pages, and of unreasonable size. Pure
    ASGI.
    """

    def __init__(self, app: ASGIApp, reach: Reach) -> None:
        self._app = app
        self._reach = reach
        self._logged: set[Refusal] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass the request on; what reads without changing anything is passed on without
        its origin.
        """
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = _oversized(scope) or self._foreign(scope)
        if refusal is not None:
            await _refuse(refusal, scope, receive, send)
        elif scope["type"] == "http":
            with suppress(ClientDisconnect):  # half an upload is no fault of ours
                await self._app(_without_origin(scope), _counted(receive, _body_limit(scope)), send)
        else:
            await self._app(scope, receive, send)

    def _foreign(self, scope: Scope) -> Refusal | None:
        """Why this request must not be answered, as it names another server or comes from another
        page.
        """
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._reach.answers_to(hosts[0]):
            named = f"; it was {', '.join(hosts) or 'none'}"
            return self._told(
                Refusal(
                    400, "This server has another name: the setting allowed_hosts tells which."
                ),
                named,
            )
        if scope["type"] == "http" and scope["method"] in _READING:
            return None
        scheme = scope["scheme"].replace("ws", "http")
        if len(origins) == 1 and self._reach.is_own(origins[0], scheme, hosts[0]):
            return None
        return self._told(
            Refusal(
                403,
                "Only pages of this server may do that: behind a proxy, the setting public_url "
                "names them.",
            ),
            f"; it came from {', '.join(origins) or 'no page'} to {hosts[0]}",
        )

    def _told(self, refusal: Refusal, details: str) -> Refusal:
        """The refusal, which is logged the first time: a forgotten setting has to be seen, a flood
        has not.
        """
        line = Refusal(refusal.status, ascii(refusal.reason + details[:300])[1:-1])
        if line not in self._logged and len(self._logged) < _LOGGED:
            self._logged.add(line)
            _LOG.warning("a request was refused: %s", line.reason)
        return refusal


class OnlyKnown:
    """Answers 404 where nothing is: streamlit's own answer to any address is its page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files = frozenset(
            address for address, path in static_files().items() if path.suffix != ".html"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what a route or a file answers to."""
        if scope["type"] not in ("http", "websocket") or self._known(scope):
            await self._app(scope, receive, send)
        else:
            await _refuse(Refusal(404, "There is nothing at this address."), scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        routes: list[BaseRoute] = scope["app"].routes
        asked = {
            **scope,
            "path": scope["path"].rstrip("/") or "/",
        }  # streamlit sends whoever wrote a / too much back
        return scope["path"] in self._files or any(
            route.matches(asked)[0] is not Match.NONE
            for route in routes
            if not _answers_everything(route)
        )


def _answers_everything(route: BaseRoute) -> bool:
    return isinstance(route, Mount) and not route.path


def _oversized(scope: Scope) -> Refusal | None:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if (
        len(headers) > HEADERS
        or sum(len(name) + len(value) for name, value in headers) > HEADER_BYTES
    ):
        return Refusal(431, "The headers of this request are too large.")
    if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > TARGET_BYTES:
        return Refusal(414, "This address is too long.")
    length = Headers(scope=scope).get("content-length", "0")
    if scope["type"] == "http" and not (length.isdecimal() and int(length) <= _body_limit(scope)):
        return _LARGE
    return None


def _body_limit(scope: Scope) -> int:
    return UPLOAD_BYTES if scope["path"].startswith(_UPLOADS) else BODY_BYTES


def _without_origin(scope: Scope) -> Scope:
    """The same request, as if no page had sent it, where it only reads: streamlit then shares
    nothing with any page.
    """
    if scope["method"] not in _READING:
        return scope
    return {
        **scope,
        "headers": [(name, value) for name, value in scope["headers"] if name != b"origin"],
    }


def _counted(receive: Receive, limit: int) -> Receive:
    """Reads a body up to a limit, also where no length was announced."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise HTTPException(*_LARGE)
        return message

    return counted


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    answer: Response | WebSocketClose
    if scope["type"] == "websocket":
        answer = WebSocketClose(1008, refusal.reason)
    elif scope["path"].startswith("/api/"):
        answer = JSONResponse({"error": refusal.reason}, refusal.status)
    else:
        answer = PlainTextResponse(refusal.reason, refusal.status)
    await answer(scope, receive, send)
