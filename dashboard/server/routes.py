"""The addresses that programs ask, beside the pages: health, metrics, the JSON API, the feed of
changes.

Each answer is worked out by a thread of its own, while the event loop goes on.
"""

import logging
from collections.abc import Callable
from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.server.jump_list import destinations
from dashboard.server.tracker_handle import shared_tracker
from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.interfaces import http_api as http

_LOG: Final = logging.getLogger("dashboard")
_ATOM: Final = "application/atom+xml"
_JSON: Final = "application/json"
_FRESH: Final = {"cache-control": "no-store"}


def routes(tracker: Tracker) -> list[Route]:
    """What this tracker answers; everything is for reading."""

    async def healthz(request: Request) -> Response:
        return await _answered(lambda: _touched(tracker), "text/plain")

    async def metrics(request: Request) -> Response:
        return await _answered(lambda: _measured(tracker), "text/plain; version=0.0.4")

    async def questions(request: Request) -> Response:
        return await _answered(lambda: http.questions(tracker), _JSON)

    async def question(request: Request) -> Response:
        asked = request.path_params["question_id"]
        return await _answered(lambda: http.question(tracker, asked), _JSON)

    async def changes(request: Request) -> Response:
        home = tracker.settings.reach.public_origin or str(request.base_url).rstrip("/")
        return await _answered(lambda: http.changes(tracker, home), _ATOM)

    async def jump(request: Request) -> Response:
        return await _answered(lambda: destinations(shared_tracker()), _JSON)

    return [
        Route("/healthz", healthz),
        Route("/metrics", metrics),
        Route("/api/v1/questions", questions),
        Route("/api/v1/questions/{question_id}", question),
        Route("/changes.atom", changes),
        Route("/jump.json", jump),
    ]


def _touched(tracker: Tracker) -> bytes:
    tracker.replayed_until()
    return b"ok"


def _measured(tracker: Tracker) -> bytes:
    from tracker.interfaces.metrics import exposition

    return exposition(tracker)


async def _answered(work: Callable[[], bytes], kind: str) -> Response:
    """What a thread makes of the database; 404 for what is not there, or 503 in words."""
    try:
        return Response(await anyio.to_thread.run_sync(work), media_type=kind, headers=_FRESH)
    except NotFound as missing:
        return Response(
            http.refusal(str(missing)), status_code=404, media_type=_JSON, headers=_FRESH
        )
    except Exception:  # whatever it is, the database does not answer
        _LOG.exception("the database was asked in vain")
        return Response("the database does not answer", status_code=503, media_type="text/plain")
