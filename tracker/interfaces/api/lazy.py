"""The API, built when it is first asked for: most dashboards never are, and it takes a second."""

import asyncio

import anyio.to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from tracker.app.tracker import Tracker


class LazyApi:
    """ASGI application that builds the API at its first request."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._lock = asyncio.Lock()
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        async with self._lock:
            if self._app is None:
                self._app = await anyio.to_thread.run_sync(self._build)
        await self._app(scope, receive, send)

    def _build(self) -> ASGIApp:
        from tracker.interfaces.api.app import build_api

        return build_api(self._tracker)
