"""Routes of share links, which stand outside the log-in; their secrets get into no log."""

import logging
from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.server.response_cache import get_tracker
from tracker.errors import NotFound
from tracker.interfaces.share_views import SharedFile, ViewRequest, open_view

FOLDER: Final = "/share/"
"""Beginning of the addresses of share links."""

_LOG: Final = logging.getLogger("dashboard")
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
_HEADERS: Final = {
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "content-security-policy": f"{_POLICY}; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "cache-control": "private, max-age=60",
}
_FRAME_HEADERS: Final = {
    **{name: value for name, value in _HEADERS.items() if name != "x-frame-options"},
    "content-security-policy": f"{_POLICY}; frame-ancestors *",
}
_MISSING_HEADERS: Final = {**_HEADERS, "cache-control": "no-store"}


def build_share_routes() -> list[Route]:
    """Build the routes of all views of share links."""
    paths = (f"{FOLDER}{{secret}}", f"{FOLDER}{{secret}}/{{view}}")
    return [Route(path, _serve_view) for path in paths]


async def _serve_view(request: Request) -> Response:
    tracker = get_tracker()
    origin = tracker.settings.access_policy.public_origin
    query = ViewRequest(
        f"{origin}/" if origin else str(request.base_url),
        request.path_params["secret"],
        request.path_params.get("view", ""),
        request.query_params.get("width", ""),
    )
    try:
        shown: SharedFile = await anyio.to_thread.run_sync(open_view, tracker, query)
    except NotFound:
        return PlainTextResponse("There is nothing at this address.", 404, _MISSING_HEADERS)
    except Exception:  # any error means that the database does not answer
        _LOG.exception("a shared view failed")
        return PlainTextResponse("The database does not answer.", 503, _MISSING_HEADERS)
    headers = _FRAME_HEADERS if shown.is_frame else _HEADERS
    return Response(shown.content, media_type=shown.media_type, headers=headers)
