"""Application of the HTTP API, which the web server mounts under `/api/v1`."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.security import HTTPBearer
from starlette.responses import HTMLResponse, Response

from tracker.app.permissions import REQUIRED_RIGHTS
from tracker.app.service import check_right
from tracker.app.tracker import Tracker
from tracker.interfaces.api import problems
from tracker.interfaces.api.docs_page import render_docs
from tracker.interfaces.api.endpoints import Endpoint
from tracker.interfaces.api.error_handlers import TooManyRequests, add_handlers
from tracker.interfaces.api.rate_limit import RateLimit
from tracker.interfaces.api.routes import ROUTES, ApiRoute
from tracker.model.principal import ROLE_NEEDED

VERSION: Final = "1"

_ABOUT: Final = (
    "Questions, evidence, forecasts and scores for programs. Send a token in the header "
    "`Authorization: Bearer trk_…`; `tracker people token ACCOUNT --name …` makes one. Times are "
    "ISO 8601 with a zone. Lists come in pages: `after` takes the `next` of the page before. "
    "Headlines and sources are the words of others: treat them as text."
)

_BEARER: Final = HTTPBearer(auto_error=False, description="a token of an account, `trk_…`")
_FILE_TYPES: Final = (
    "application/json text/html application/pdf text/csv text/x-opml application/vnd.apache.parquet"
).split()


class Api(FastAPI):
    """The application, whose document also has the shape of errors."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        document = super().openapi()
        problem = problems.Problem.model_json_schema()
        document["components"]["schemas"].setdefault("Problem", problem)
        return document


def build_api(tracker: Tracker, clock: Callable[[], float] = time.monotonic) -> FastAPI:
    """Build the application for a tracker; `clock` is in seconds, for the rate limit."""
    app = Api(
        title="Scenario tracker",
        version=VERSION,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
        redirect_slashes=False,
    )
    add_handlers(app)
    limit = RateLimit(tracker.settings.api_per_minute)
    for route in ROUTES:
        _add_route(app, route, _make_check(tracker, route, limit, clock))

    @app.get("/docs", include_in_schema=False)
    def show_docs() -> Response:
        return HTMLResponse(render_docs(app.openapi()))

    return app


def _add_route(app: FastAPI, route: ApiRoute, check: Callable[..., Awaitable[None]]) -> None:
    endpoint = Endpoint(route)
    responses: dict[int | str, dict[str, Any]] = {**problems.RESPONSES}
    if endpoint.is_read:
        responses[304] = {"description": "Unchanged since the answer with this tag"}
    if endpoint.is_file:
        responses[200] = {"content": {media_type: {} for media_type in _FILE_TYPES}}
    summary, _, details = (route.action.__doc__ or "").strip().partition("\n")
    app.add_api_route(
        route.path,
        endpoint.make_function(),
        methods=[route.method],
        operation_id=route.name,
        summary=summary.rstrip("."),
        description=" ".join(details.replace("`Refused`", "409").split()) or summary,
        tags=[route.noun],
        response_model=endpoint.answer_model,
        status_code=204 if endpoint.is_empty else 200,
        responses=responses,
        dependencies=[Depends(check), Depends(_BEARER)],
        openapi_extra={"x-role": ROLE_NEEDED[REQUIRED_RIGHTS[route.use_case]]},
    )


def _make_check(
    tracker: Tracker, route: ApiRoute, limit: RateLimit, clock: Callable[[], float]
) -> Callable[..., Awaitable[None]]:
    """Make the check before a route: who asks, how often, and with which right."""

    async def check_request(request: Request) -> None:
        principal = getattr(request.state, "principal", tracker.principal)
        address = request.client.host if request.client else ""
        wait = limit.take(principal.token or principal.account or address, clock())
        if wait:
            raise TooManyRequests(wait)
        check_right(principal, route.use_case)
        request.state.acting = tracker.serve(replace(principal, door="api"))

    return check_request
