"""The doors of agents: standard input and output of one process, and `/mcp` of the web server.

At `/mcp` each request shows a token, and is served by itself: no session outlives it, so that an
ended token is out at once. A cookie opens nothing here, because a browser would send it along with
the request of a foreign page.
"""

from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from tracker.app.tracker import Tracker
from tracker.interfaces.api.problems import make_problem
from tracker.people.secrets import read_bearer

if TYPE_CHECKING:
    from mcp.server import MCPServer

PATH: Final = "/mcp"
_ADVICE: Final = "send a token: `tracker people token ACCOUNT --name …` makes one"

_DESK: Final[ContextVar[Tracker]] = ContextVar("desk")
"""The tracker of whoever the request of this task comes from."""


class TokenDoor:
    """ASGI application at `/mcp`; the library is imported by its first request."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of whoever its token belongs to."""
        secret = read_bearer(Headers(scope=scope).get("authorization", ""))
        identify = self._tracker.accounts.identify_program
        principal = await anyio.to_thread.run_sync(identify, secret, "mcp") if secret else None
        if principal is None:
            explain = self._tracker.accounts.explain_token
            reason = await anyio.to_thread.run_sync(explain, secret) if secret else _ADVICE
            challenge = {"www-authenticate": 'Bearer realm="tracker"'}
            await make_problem(401, reason, headers=challenge)(scope, receive, send)
        elif scope["method"] != "POST":
            refusal = make_problem(405, "only POST is served", headers={"allow": "POST"})
            await refusal(scope, receive, send)
        else:
            _DESK.set(self._tracker.serve(principal))
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        server = await anyio.to_thread.run_sync(lambda: self._server)
        from mcp.server.transport_security import TransportSecuritySettings

        app = server.streamable_http_app(
            streamable_http_path=PATH,
            json_response=True,
            stateless_http=True,
            # The guard of the web server checks hosts and origins, by the settings.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    @cached_property
    def _server(self) -> "MCPServer":
        from tracker.interfaces.mcp.server import build_server

        return build_server(self._tracker.settings, _DESK.get)


def serve_stdio(tracker: Tracker, account: str) -> None:
    """Serve one client over standard input and output, in the name of an account, until it ends.

    Raises `NotFound` without the account.
    """
    desk = tracker.serve(tracker.accounts.act_as(account, "mcp"))
    from tracker.interfaces.mcp.server import build_server

    anyio.run(build_server(tracker.settings, lambda: desk).run_stdio_async)
