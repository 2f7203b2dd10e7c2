"""The API with all that stands before it: guard and log-in, without streamlit."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

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
from tracker.settings import Settings

BASE = "http://127.0.0.1:8501"
API = f"{BASE}/api/v1"


class CurrentTracker:
    """The tracker of the test that runs, so that the routes are built once for all tests."""

    def __init__(self) -> None:
        self.current: Tracker | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)


@cache
def _build_shared_api() -> tuple[ASGIApp, CurrentTracker]:
    current = CurrentTracker()
    current.current = cast(Tracker, SimpleNamespace(settings=Settings(api_per_minute=0)))
    return build_api(cast(Tracker, current)), current


def get_api(tracker: Tracker) -> ASGIApp:
    """Return the API of this tracker, without a rate limit; that of the test before is over."""
    app, holder = _build_shared_api()
    holder.current = tracker
    return app


def build_guarded_app(tracker: Tracker) -> Starlette:
    """Build the API behind guard and gate, as the dashboard serves it."""
    gate = [
        Middleware(RequestGuard, tracker.settings.access_policy),
        Middleware(LoginGate, tracker),
    ]
    return Starlette(routes=[Mount("/api/v1", get_api(tracker))], middleware=gate)


class Identified:
    """ASGI application for somebody whom a gate has identified; change `principal` at will."""

    def __init__(self, app: ASGIApp, principal: Principal) -> None:
        self._app = app
        self.principal = principal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["principal"] = self.principal
        await self._app(scope, receive, send)


def open_program(
    tracker: Tracker,
    principal: Principal | None = None,
    clock: Callable[[], float] | None = None,
) -> tuple[TestClient, Identified]:
    """Open a client of the API as somebody, without a door before it; with a clock it is limited."""
    api = get_api(tracker) if clock is None else build_api(tracker, clock)
    app = Starlette(
        routes=[Mount("/api/v1", api)],
        exception_handlers={404: _find_nothing},
    )
    identified = Identified(app, principal or tracker.principal)
    return TestClient(identified, base_url=API), identified


def _find_nothing(request: Request, error: Exception) -> Response:
    return make_problem(404, "there is nothing at this address")
