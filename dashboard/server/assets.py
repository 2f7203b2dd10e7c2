"""Serve streamlit's scripts, styles and fonts from memory.

A first visit requests about a hundred files; from memory each takes a fifth of the time of a disk
read in a thread. Remote clients get compressed responses; on the same machine compression would
only cost time.
"""

import gzip
import mimetypes
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import streamlit
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

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
