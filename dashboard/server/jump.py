"""HTTP routes beside the pages: health, metrics, JSON API, Atom feed, jump list.

Each response is computed in a thread, so that the event loop is not blocked.
"""

import json
import logging
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.components.visit import PAGES
from dashboard.server.response_cache import get_tracker
from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.interfaces import http_api as http


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
        if not entry.hidden
    ]
    open_questions = [row for row in questions if row["note"] == "open"]
    closed_questions = [row for row in questions if row["note"] != "open"]
    return json.dumps([*open_questions, *pages, *closed_questions], ensure_ascii=False).encode()


_LOG: Final = logging.getLogger("dashboard")
_ATOM: Final = "application/atom+xml"
_JSON: Final = "application/json"
_NO_STORE: Final = {"cache-control": "no-store"}


def build_routes(tracker: Tracker) -> list[Route]:
    """Build the read-only routes of a tracker."""

    async def healthz(request: Request) -> Response:
        return await _respond(lambda: _check_database(tracker), "text/plain")

    async def metrics(request: Request) -> Response:
        return await _respond(lambda: _read_metrics(tracker), "text/plain; version=0.0.4")

    async def questions(request: Request) -> Response:
        return await _respond(lambda: http.render_questions(tracker), _JSON)

    async def question(request: Request) -> Response:
        question_id = request.path_params["question_id"]
        return await _respond(lambda: http.render_question(tracker, question_id), _JSON)

    async def changes(request: Request) -> Response:
        home = tracker.settings.access_policy.public_origin or str(request.base_url).rstrip("/")
        return await _respond(lambda: http.render_changes(tracker, home), _ATOM)

    async def jump(request: Request) -> Response:
        return await _respond(lambda: list_destinations(get_tracker()), _JSON)

    return [
        Route("/healthz", healthz),
        Route("/metrics", metrics),
        Route("/api/v1/questions", questions),
        Route("/api/v1/questions/{question_id}", question),
        Route("/changes.atom", changes),
        Route("/jump.json", jump),
    ]


def _check_database(tracker: Tracker) -> bytes:
    tracker.system.replayed_until()
    return b"ok"


def _read_metrics(tracker: Tracker) -> bytes:
    from tracker.interfaces.metrics import render_metrics

    return render_metrics(tracker)


async def _respond(compute: Callable[[], bytes], media_type: str) -> Response:
    """Compute a response in a thread; 404 for a missing object, 503 if the database does not
    answer.
    """
    try:
        return Response(
            await anyio.to_thread.run_sync(compute), media_type=media_type, headers=_NO_STORE
        )
    except NotFound as error:
        return Response(
            http.render_error(str(error)), status_code=404, media_type=_JSON, headers=_NO_STORE
        )
    except Exception:  # any error means that the database does not answer
        _LOG.exception("the database was asked in vain")
        return Response("the database does not answer", status_code=503, media_type="text/plain")
