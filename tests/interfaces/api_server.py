"""The API with all that stands before it: guard and log-in, without streamlit."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.server.guard import RequestGuard
from dashboard.server.login import LoginGate
from tracker.app.tracker import Tracker
from tracker.interfaces.api.app import build_api
from tracker.interfaces.api.problems import make_problem
from tracker.model.principal import Principal

BASE = "http://127.0.0.1:8501"
API = f"{BASE}/api/v1"


def build_guarded_app(tracker: Tracker) -> Starlette:
    """Build the API behind guard and gate, as the dashboard serves it."""
    gate = [
        Middleware(RequestGuard, tracker.settings.access_policy),
        Middleware(LoginGate, tracker),
    ]
    return Starlette(routes=[Mount("/api/v1", build_api(tracker))], middleware=gate)


class Identified:
    """ASGI application for somebody whom a gate has identified; change `principal` at will."""

    def __init__(self, app: ASGIApp, principal: Principal) -> None:
        self._app = app
        self.principal = principal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["principal"] = self.principal
        await self._app(scope, receive, send)


def open_program(
    tracker: Tracker, principal: Principal | None = None, clock: Callable[[], float] = lambda: 0.0
) -> tuple[TestClient, Identified]:
    """Open a client of the API as somebody, without a door before it."""
    app = Starlette(
        routes=[Mount("/api/v1", build_api(tracker, clock))],
        exception_handlers={404: _find_nothing},
    )
    identified = Identified(app, principal or tracker.principal)
    return TestClient(identified, base_url=API), identified


def _find_nothing(request: Request, error: Exception) -> Response:
    return make_problem(404, "there is nothing at this address")
