"""Serve streamlit's files from memory, and routes beside the pages: changes, health, jump list.

A first visit requests about a hundred files; from memory each takes a fifth of the time of a disk
read in a thread. Remote clients get compressed responses; on the same machine compression would
only cost time.

Each response of the routes is computed in a thread, so that the event loop is not blocked.
"""

import base64
import gzip
import hashlib
import json
import logging
import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Final, get_args
from urllib.parse import urlencode

import anyio.to_thread
import streamlit
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.components.outage import database_outage
from dashboard.components.scripts import warn_missing
from dashboard.components.visit import PAGES, PageName
from dashboard.server.response_cache import get_tracker
from tracker.app.tracker import Tracker
from tracker.errors import StorageUnavailable
from tracker.interfaces import atom
from tracker.model.bind_address import is_loopback

STATIC: Final = Path(streamlit.__file__).with_name("static")
"""Static folder of the installed streamlit."""

_CACHE_HEADERS: Final = {
    "cache-control": "public, immutable, max-age=31536000",
    "vary": "accept-encoding",
}
"""Names contain a hash of the content, so browsers may cache without revalidating."""

_HASHED_NAME: Final = re.compile(r".+\.[\w-]{8,}\.\w+")
"""Names of files that are served here; streamlit serves any others by itself."""

_COMPRESSIBLE: Final = frozenset((".js", ".css", ".json", ".svg"))
"""Suffixes worth compressing; fonts and pictures are compressed already."""


@cache
def list_static_files() -> Mapping[str, Path]:
    """Map addresses to the static files of the installed streamlit."""
    return {
        f"/{path.relative_to(STATIC).as_posix()}": path
        for path in STATIC.rglob("*")
        if path.is_file()
    }


class StaticAssets:
    """ASGI middleware that serves streamlit's static files and passes on all other requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files = {
            address: path
            for address, path in list_static_files().items()
            if address.startswith("/static/") and _HASHED_NAME.fullmatch(path.name)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the file, or pass the request on."""
        path = (
            self._files.get(scope["path"])
            if scope["type"] == "http" and scope["method"] == "GET"
            else None
        )
        if path is None:
            await self._app(scope, receive, send)
            return
        await _build_response(
            path, compressed=path.suffix in _COMPRESSIBLE and _accepts_gzip(scope)
        )(scope, receive, send)


@cache
def _build_response(path: Path, *, compressed: bool) -> Response:
    media_type = mimetypes.guess_type(path.name)[0]
    if not compressed:
        return Response(path.read_bytes(), media_type=media_type, headers=_CACHE_HEADERS)
    return Response(
        gzip.compress(path.read_bytes()),
        media_type=media_type,
        headers={**_CACHE_HEADERS, "content-encoding": "gzip"},
    )


def _accepts_gzip(scope: Scope) -> bool:
    """Return True if the client is on another machine and accepts gzip."""
    client: tuple[str, int] | None = scope.get("client")
    is_local = client is None or is_loopback(client[0])
    return not is_local and "gzip" in Headers(scope=scope).get("accept-encoding", "")


_CONNECTION_SCRIPT: Final = """
      window.__streamlit = {
        BACKEND_BASE_URL: new URL(".", location.href).href,
        HOST_CONFIG: {allowedOrigins: [location.origin], useExternalAuthToken: false, \
metricsUrl: ""},
      }
    """
"""No other page may send messages to ours, and nothing is measured."""

_KEYBOARD_FOLDER: Final = Path(__file__).parent.parent / "static" / "keyboard"

_PRELOADED_COMPONENTS: Final = ("Html", "PageLink", "Selectbox", "TextInput", "Button", "DataFrame")
"""Streamlit components that most of our pages use."""

_IMPORT_PATTERN: Final = re.compile(r"""(?:from|import)"\./([^"]+\.js)\"""")


@cache
def build_shell() -> str:
    """Build the page from streamlit's index.html; return "" where that file is missing."""
    try:
        text = (STATIC / "index.html").read_text(encoding="utf-8")
    except OSError:
        warn_missing("static/index.html", "it serves its page by itself")
        return ""
    before, _, after = text.partition("<title>Streamlit</title>")
    head, end, body = after.partition("</head>")
    if not end:
        warn_missing("known title and head in its page", "the page has no keyboard commands")
        return text
    preloads = "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">\n    '
        for name in list_script_files(_PRELOADED_COMPONENTS)
        if name not in text
    )
    additions = (
        f"<script>{_CONNECTION_SCRIPT}</script>\n    "
        f"<script>{_build_keyboard_script()}</script>\n    "
        f"<style>{_read_keyboard_file('jump.css')}</style>"
        '<link rel="manifest" href="./manifest.json">'
    )
    return f"{before}<title>Scenario tracker</title>\n    {additions}{head}{preloads}{end}{body}"


def _build_keyboard_script() -> str:
    """Both scripts in one block, so that none of their names is global."""
    commands, jump = _read_keyboard_file("commands.js"), _read_keyboard_file("jump.js")
    return f'"use strict";\n{{\n{commands}\n{jump}}}'


def _read_keyboard_file(name: str) -> str:
    return (_KEYBOARD_FOLDER / name).read_text(encoding="utf-8")


def list_script_files(parts: Iterable[str]) -> list[str]:
    """List the script files of components and all that they import, without duplicates.

    >>> any(name.startswith("react-dom.") for name in list_script_files(["Button"]))
    True
    """
    names: list[str] = []
    folder = STATIC / "static" / "js"
    pending = [next(iter(folder.glob(f"{part}.*.js")), folder / part).name for part in parts]
    while pending:
        name = pending.pop(0)
        if not (folder / name).is_file():
            warn_missing("script of each preloaded component", "browsers load some scripts later")
        elif name not in names:
            names.append(name)
            pending += _IMPORT_PATTERN.findall((folder / name).read_text(encoding="utf-8"))
    return names


def hash_scripts(page: str) -> Iterator[str]:
    """Yield the hashes of inline scripts for a content security policy.

    >>> list(hash_scripts("<script>go()</script>"))
    ['sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw=']
    """
    for text in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        yield f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


_FORMER_ADDRESSES: Final[Mapping[str, PageName]] = {"/today": "home", "/accuracy": "record"}
"""Addresses of pages that were renamed, for links that were kept."""


def build_page_routes() -> list[Route]:
    """Build the routes of the shell: the root, the address of each page, and former addresses.

    There are none without a shell; streamlit serves its page at these addresses then.
    """

    async def serve_shell(request: Request) -> HTMLResponse:
        return HTMLResponse(build_shell(), headers={"cache-control": "no-cache"})

    async def redirect(request: Request) -> RedirectResponse:
        name, query = _FORMER_ADDRESSES[request.url.path.rstrip("/")], request.url.query
        return RedirectResponse(f"{name}?{query}" if query else name, 308)

    paths = ("/", *(f"/{name}" for name in get_args(PageName))) if build_shell() else ()
    return [
        *(Route(path, serve_shell) for path in paths),
        *(Route(path, redirect) for path in _FORMER_ADDRESSES),
    ]


def list_destinations(tracker: Tracker) -> bytes:
    """Return a JSON array of `path`, `words` and `note`.

    Open questions come first, the next to close at the top, then pages, then other questions.
    `path` is relative to the address of the dashboard; `note` is a question's status, or "page".
    """
    questions = [
        {
            "path": f"question?{urlencode({'q': s.question.id})}",
            "words": s.question.text,
            "note": s.status,
        }
        for s in tracker.questions.list()
    ]
    pages = [
        {"path": name, "words": entry.title, "note": "page"}
        for name, entry in PAGES.items()
        if entry.shown != "never"
    ]
    open_questions = [row for row in questions if row["note"] == "open"]
    closed_questions = [row for row in questions if row["note"] != "open"]
    return json.dumps([*open_questions, *pages, *closed_questions], ensure_ascii=False).encode()


_ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 100'%3E"
    "%3Crect width='100' height='100' fill='%23005f8f'/%3E"
    "%3Cpath d='M20 75 45 45 60 58 82 25' fill='none' stroke='white' stroke-width='9'/%3E%3C/svg%3E"
)
"""A rising line: browsers install no page without an icon."""

WEB_MANIFEST: Final[Mapping[str, object]] = {
    "name": "Scenario tracker",
    "short_name": "Tracker",
    "start_url": "./",
    "display": "minimal-ui",
    "icons": [{"src": _ICON, "sizes": "any", "type": "image/svg+xml"}],
    "share_target": {
        "action": "./add",
        "method": "GET",
        "params": {"title": "title", "text": "text", "url": "url"},
    },
}
"""Description by which phones install the pages and offer *Add evidence* in their share menu."""


_LOG: Final = logging.getLogger("dashboard")
_ATOM: Final = "application/atom+xml"
_JSON: Final = "application/json"
_MANIFEST: Final = "application/manifest+json"
_NO_STORE: Final = {"cache-control": "no-store"}


def build_routes(tracker: Tracker) -> list[Route]:
    """Build the read-only routes of a tracker."""

    async def healthz(request: Request) -> Response:
        return await _respond(lambda: _check_database(tracker), "text/plain")

    async def readyz(request: Request) -> Response:
        return await _respond(lambda: _check_readiness(tracker), _JSON)

    serve = partial(_serve, tracker)

    async def metrics(request: Request) -> Response:
        return await _respond(lambda: _read_metrics(serve(request)), "text/plain; version=0.0.4")

    async def changes(request: Request) -> Response:
        home = tracker.settings.access_policy.public_origin or str(request.base_url).rstrip("/")
        return await _respond(lambda: atom.render_changes(serve(request), home), _ATOM)

    async def jump(request: Request) -> Response:
        return await _respond(lambda: list_destinations(_serve(get_tracker(), request)), _JSON)

    async def manifest(request: Request) -> Response:
        return await _respond(lambda: json.dumps(WEB_MANIFEST).encode(), _MANIFEST)

    return [
        Route("/manifest.json", manifest),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
        Route("/changes.atom", changes),
        Route("/jump.json", jump),
    ]


def _serve(tracker: Tracker, request: Request) -> Tracker:
    """Return the tracker for whoever sent a request, as the gate says."""
    principal = request.scope.get("state", {}).get("principal")
    return tracker if principal is None else tracker.serve(principal)


def _check_database(tracker: Tracker) -> bytes:
    tracker.system.replayed_until()
    return b"ok"


def _check_readiness(tracker: Tracker) -> Response:
    """Answer with 200 if the scheduler is alive and no feed waits for long, else with 503."""
    state, now = tracker.system.scheduler_state(), tracker.now()
    troubles = state.list_troubles(now)
    facts = {
        "ready": not troubles,
        "scheduler_seen_at": state.seen_at.isoformat() if state.seen_at else None,
        "feeds_lateness_seconds": state.compute_lateness(now).total_seconds(),
        "troubles": troubles,
    }
    return Response(json.dumps(facts), 503 if troubles else 200, _NO_STORE, _JSON)


def _read_metrics(tracker: Tracker) -> bytes:
    from tracker.interfaces.metrics import render_metrics

    return render_metrics(tracker)


async def _respond(compute: Callable[[], bytes | Response], media_type: str) -> Response:
    """Compute a response in a thread; 503 if the database does not answer."""
    try:
        result = await anyio.to_thread.run_sync(compute)
        if isinstance(result, Response):
            return result
        return Response(result, media_type=media_type, headers=_NO_STORE)
    except Exception as error:  # any error means that the database does not answer
        if isinstance(error, StorageUnavailable):
            database_outage.begin(error)
        else:
            _LOG.exception("the database was asked in vain")
        return Response("the database does not answer", status_code=503, media_type="text/plain")
