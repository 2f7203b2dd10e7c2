"""The files that pages are made of, answered from memory: streamlit's scripts, styles and fonts.

A first visit asks for a hundred of them at once. From memory each takes a fifth of the time that a
look at the disk by another thread takes. Who comes from another machine gets them compressed; on
the same one that would only cost time.
"""

import gzip
import mimetypes
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
"""Where the installed streamlit has its page and what belongs to it."""

_FOR_GOOD: Final = {
    "cache-control": "public, immutable, max-age=31536000",
    "vary": "accept-encoding",
}
"""Their names tell their content, so a browser need never ask again."""

_TEXTS: Final = frozenset((".js", ".css", ".json", ".svg"))
"""What gets smaller; fonts and pictures are compressed already."""


@cache
def static_files() -> Mapping[str, Path]:
    """The files that the installed streamlit has, by their addresses."""
    return {
        f"/{path.relative_to(STATIC).as_posix()}": path
        for path in STATIC.rglob("*")
        if path.is_file()
    }


class Assets:
    """Answers for the files that the installed streamlit has, and passes everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files = {
            address: path
            for address, path in static_files().items()
            if address.startswith("/static/")
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        path = (
            self._files.get(scope["path"])
            if scope["type"] == "http" and scope["method"] == "GET"
            else None
        )
        if path is None:
            await self._app(scope, receive, send)
            return
        await _answer(path, compressed=path.suffix in _TEXTS and _wants_less(scope))(
            scope, receive, send
        )


@cache
def _answer(path: Path, *, compressed: bool) -> Response:
    kind = mimetypes.guess_type(path.name)[0]
    if not compressed:
        return Response(path.read_bytes(), media_type=kind, headers=_FOR_GOOD)
    return Response(
        gzip.compress(path.read_bytes()),
        media_type=kind,
        headers={**_FOR_GOOD, "content-encoding": "gzip"},
    )


def _wants_less(scope: Scope) -> bool:
    """Whether whoever asks is on another machine, and understands what is compressed."""
    asks_from: tuple[str, int] | None = scope.get("client")
    here = asks_from is None or is_loopback(asks_from[0])
    return not here and "gzip" in Headers(scope=scope).get("accept-encoding", "")
