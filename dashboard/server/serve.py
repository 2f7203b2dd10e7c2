"""ASGI application of the dashboard: pages, routes, security headers and request guard.

It is served by `uvicorn.run` with host and port and not by `streamlit run`: only then the socket
gets TCP_NODELAY, without which every click waits for a delayed acknowledgement (44 ms against 6
ms).
"""

import asyncio
import contextlib
import gc
import importlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import anyio.to_thread
import streamlit
import uvicorn
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import delta_generator

from dashboard.components.outage import database_outage
from dashboard.components.scripts import warn_missing
from dashboard.server.assets import (
    StaticAssets,
    build_page_routes,
    build_routes,
    build_shell,
    hash_scripts,
)
from dashboard.server.configuration import MAX_MESSAGE_MEGABYTES, configure_streamlit
from dashboard.server.guard import (
    MAX_HEADER_BYTES,
    DeadlineProtocol,
    RequestGuard,
    UnknownAddressFilter,
    limit_uploads,
)
from dashboard.server.login import LoginGate, LoginPages
from dashboard.server.proxy import build_proxy_layers
from dashboard.server.response_cache import get_tracker, share_tracker
from dashboard.server.shares import FOLDER as SHARE_FOLDER
from dashboard.server.shares import build_share_routes
from dashboard.server.sso import build_sso_routes
from dashboard.server.stop_pages import StopPages
from tracker.app.tracker import Tracker
from tracker.errors import StorageUnavailable, TrackerError
from tracker.interfaces.api.lazy import LazyApi
from tracker.interfaces.mcp.door import PATH as AGENTS_PATH
from tracker.interfaces.mcp.door import TokenDoor
from tracker.interfaces.process_setup import release_memory

if TYPE_CHECKING:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

_LOG: Final = logging.getLogger("dashboard")
_HEAVY_MODULES: Final = (
    "altair",
    "pyarrow",
    "streamlit.elements.arrow",
    "streamlit.elements.vega_charts",
    "streamlit.emojis",
    "dashboard.app",
    "forecasts.scenarios.coherence",  # scipy, which the list of questions needs for its warnings
)

_GC_THRESHOLDS: Final = (20_000, 20, 10)
"""Thresholds of the garbage collector. By Python's defaults all cached objects would be scanned
after every tenth run of a page, which then takes five times as long; by these about every
thousandth.
"""

RELEASE_SECONDS: Final = 60.0
"""Interval at which free memory is given back to the system."""

SERVER_LIMITS: Final[dict[str, Any]] = {
    "http": DeadlineProtocol,
    "h11_max_incomplete_event_size": MAX_HEADER_BYTES,
    "ws_max_size": MAX_MESSAGE_MEGABYTES * 1024 * 1024,
}
"""Limits of the web server itself, before the application is called."""


def content_policy() -> str:
    """Return the content security policy: no foreign sources, and only the inline scripts of the
    shell.

    Script hashes are computed from the installed file, so that an update of streamlit cannot break
    them.
    """
    scripts = " ".join(["'self'", *(f"'{value}'" for value in hash_scripts(build_shell()))])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


_POLICY_NAME: Final = b"content-security-policy"
_ALWAYS: Final = frozenset((b"x-content-type-options", b"cross-origin-opener-policy"))
"""Headers that responses with a policy of their own get, too."""


class SecurityHeaders:
    """ASGI middleware that adds security headers without buffering.

    Those of share links have their own, as one of them may stand in frames of other pages.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        headers = {
            "content-security-policy": content_policy(),
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
        }
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to an HTTP response; web sockets are passed through."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = [*message.get("headers", [])]
                has_own = scope["path"].startswith(SHARE_FOLDER) and _POLICY_NAME in dict(present)
                added = [pair for pair in self._headers if not has_own or pair[0] in _ALWAYS]
                message = {**message, "headers": [*present, *added]}
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def build_app(tracker: Tracker) -> Any:
    """Build the ASGI application of a tracker."""
    guarded = tracker.settings.require_login
    share_tracker(tracker, guarded=guarded)
    gate = [Middleware(LoginGate, tracker)] if guarded else []
    return streamlit.App(
        Path(__file__).parent.parent / "app.py",
        lifespan=_warm_up,
        routes=[
            *LoginPages(tracker).build_routes(),
            Route(AGENTS_PATH, TokenDoor(tracker)),
            *build_sso_routes(tracker),
            *StopPages(tracker).build_routes(),
            *build_share_routes(),
            *build_routes(tracker),
            Mount("/api/v1", LazyApi(get_tracker())),
            *build_page_routes(),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            *build_proxy_layers(tracker.settings.proxy_trust),
            Middleware(RequestGuard, tracker.settings.access_policy),
            *gate,
            Middleware(StaticAssets),
            Middleware(UnknownAddressFilter),
        ],
        on_script_error=show_script_error,
    )


@asynccontextmanager
async def _warm_up(app: object) -> AsyncIterator[None]:
    """Import heavy modules before the first visit, freeze them for the garbage collector, limit
    uploads.

    Streamlit's collection after every run of a page is switched off (see `configuration`);
    automatic collections need not scan the frozen modules.
    """
    for name in _HEAVY_MODULES:
        _import_module(name)
    try:
        # It scans all modules once, before the first element of a page.
        delta_generator._maybe_print_use_warning()
    except (AttributeError, TypeError):
        warn_missing("_maybe_print_use_warning", "the first page is slower")
    try:
        limit_uploads(
            cast("MemoryUploadedFileManager", streamlit.runtime.get_instance().uploaded_file_mgr)
        )
    except AttributeError:
        warn_missing("known manager of uploads", "it keeps all uploads of a session in memory")
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    await anyio.to_thread.run_sync(_fill_cache)
    releasing = asyncio.create_task(_release_memory())
    yield
    releasing.cancel()


async def _release_memory() -> None:
    """Give memory back once a minute: what runs of pages needed stays with the heaps otherwise."""
    while True:
        await asyncio.sleep(RELEASE_SECONDS)
        await anyio.to_thread.run_sync(release_memory)


def _import_module(name: str) -> None:
    """Import a module; streamlit may have renamed one of its own."""
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("streamlit."):
            raise
        warn_missing("modules of known names", "the first page is slower")


def _fill_cache() -> None:
    """Fill the cache with the list of questions, which most pages need."""
    with contextlib.suppress(TrackerError):  # the health check reports it
        get_tracker().questions.list()
        get_tracker().essays.titles()


def show_script_error(error: Exception) -> bool:
    """Show a generic error message; log the traceback, of an outage of the database one line."""
    if isinstance(error, StorageUnavailable):
        database_outage.begin(error)
        streamlit.error("The database does not answer just now, so nothing was changed. Try again.")
        return True
    _LOG.error("a page failed", exc_info=error)
    streamlit.error(
        "Something went wrong on this page. The log has the details; nothing you saved is lost."
    )
    return True


def serve(tracker: Tracker, address: str, port: int) -> None:
    """Serve the dashboard until the process is told to stop."""
    configure_streamlit(tracker.settings.access_policy.public_origin)
    app = build_app(tracker)
    # uvicorn raises the signal again after its shutdown: exit cleanly then.
    signal.signal(signal.SIGTERM, _exit_on_signal)
    uvicorn.run(
        app,
        host=address,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `build_proxy_layers` reads them, after the peer itself was looked at
        timeout_graceful_shutdown=2,
        **SERVER_LIMITS,
    )


def _exit_on_signal(number: int, frame: object) -> None:
    raise SystemExit(0)
