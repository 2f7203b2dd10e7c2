"""The dashboard as one ASGI application: pages, a health check, metrics, security headers, behind a
guard.

Served by `uvicorn.run` with host and port and not by `streamlit run`: only then does the socket get
TCP_NODELAY, without which every click waits for a delayed acknowledgement (44 ms against 6 ms).
"""

import contextlib
import gc
import importlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, cast

import anyio.to_thread
import streamlit
import uvicorn
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import delta_generator
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from dashboard.server.assets import Assets
from dashboard.server.configuration import MESSAGE_MEGABYTES, configure
from dashboard.server.request_deadline import Deadline
from dashboard.server.request_guard import HEADER_BYTES, Guard, OnlyKnown
from dashboard.server.routes import routes
from dashboard.server.shell import hashes, pages, shell
from dashboard.server.tracker_handle import share, shared_tracker
from dashboard.server.uploads import bound_uploads
from tracker.app.tracker import Tracker
from tracker.errors import TrackerError

_LOG: Final = logging.getLogger("dashboard")
_HEAVY: Final = (
    "altair",
    "pyarrow",
    "streamlit.elements.arrow",
    "streamlit.elements.vega_charts",
    "streamlit.emojis",
    "dashboard.app",
)

_COLLECT: Final = (20_000, 20, 10)
"""How much is made before garbage is looked for. By Python's own measure all that is kept would be
looked through after every tenth run of a page, which then takes five times as long; by ours after
every thousandth or so."""

LIMITS: Final[dict[str, Any]] = {
    "http": Deadline,
    "h11_max_incomplete_event_size": HEADER_BYTES,
    "ws_max_size": MESSAGE_MEGABYTES * 1024 * 1024,
}
"""What the web server itself bounds, before the application sees anything."""


def content_policy() -> str:
    """The content security policy: nothing from elsewhere, and of inline scripts only those of the
    page's shell.

    Their hashes are worked out from the installed file, so that an update of streamlit cannot break
    it.
    """
    scripts = " ".join(["'self'", *(f"'{value}'" for value in hashes(shell()))])
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


class SecurityHeaders:
    """Adds the headers to every answer. Pure ASGI, so that nothing is buffered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        named = {
            "content-security-policy": content_policy(),
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
        }
        self._headers = [(name.encode(), value.encode()) for name, value in named.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and seal the answer; a web socket is left alone."""

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *self._headers]}
            await send(message)

        await self._app(scope, receive, sealed if scope["type"] == "http" else send)


def build(tracker: Tracker) -> Any:
    """The application that shows this tracker."""
    share(tracker)

    return streamlit.App(
        Path(__file__).parent.parent / "app.py",
        lifespan=_warm,
        routes=[*routes(tracker), *pages()],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(Guard, tracker.settings.reach),
            Middleware(Assets),
            Middleware(OnlyKnown),
        ],
        on_script_error=show_calmly,
    )


@asynccontextmanager
async def _warm(app: object) -> AsyncIterator[None]:
    """Import what is heavy before the first visit, take it out of the garbage collector's way, and
    bound uploads.

    Streamlit would collect garbage after every run of a page, which is switched off (see
    `configuration`); when Python does so by itself, now and then, it need not look at the modules.
    """
    for name in _HEAVY:
        importlib.import_module(name)
    delta_generator._maybe_print_use_warning()  # looks through every module once, before the first element of a page
    bound_uploads(
        cast(MemoryUploadedFileManager, streamlit.runtime.get_instance().uploaded_file_mgr)
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)
    await anyio.to_thread.run_sync(_read_first)
    yield


def _read_first() -> None:
    """Read once what the list needs, as most pages need it too; whoever comes first need not wait
    for it.
    """
    with contextlib.suppress(
        TrackerError
    ):  # the database does not answer: the health check says so
        shared_tracker().questions()
        shared_tracker().essay_titles()


def show_calmly(error: Exception) -> bool:
    """A bug shows as one calm sentence; the trace goes to the log."""
    _LOG.error("a page failed", exc_info=error)
    streamlit.error(
        "Something went wrong on this page. The log has the details; nothing you saved is lost."
    )
    return True


def serve(tracker: Tracker, address: str, port: int) -> None:
    """Serve the dashboard until the process is told to stop."""
    configure(tracker.settings.reach.public_origin)
    app = build(tracker)
    # uvicorn raises the signal again once it has shut down: leave in order then, not by being
    # killed.
    signal.signal(signal.SIGTERM, _leave)
    uvicorn.run(
        app,
        host=address,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        **LIMITS,
    )


def _leave(number: int, frame: object) -> None:
    raise SystemExit(0)
