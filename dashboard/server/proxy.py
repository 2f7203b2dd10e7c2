"""Word of a proxy: from whom a request comes, and who was logged in there.

The header that names a person counts only where the peer itself, whom nobody can forge, is among
the trusted proxies. It is taken from every request, so that nothing behind sees one of a client.
"""

from typing import Final

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tracker.model.identities import PROXY, Identity, ProxyTrust

VOUCHED: Final = "vouched"
"""Key of a request's state with whom a trusted proxy vouches for."""


def build_proxy_layers(trust: ProxyTrust) -> list[Middleware]:
    """Build the outermost layers: who was logged in, then address and scheme of the browser.

    This machine may say from whom it forwards, as a proxy on it always could; who was logged in
    is believed of trusted proxies alone.
    """
    forwarders = ["127.0.0.1", *map(str, trust.networks)]
    return [
        Middleware(ProxyIdentities, trust),
        Middleware(ProxyHeadersMiddleware, trusted_hosts=forwarders),
    ]


class ProxyIdentities:
    """ASGI middleware that reads who was logged in at a trusted proxy, and drops the header."""

    def __init__(self, app: ASGIApp, trust: ProxyTrust) -> None:
        self._app = app
        self._trust = trust

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request or web socket on, without the header."""
        if scope["type"] in ("http", "websocket"):
            names = self._take(scope, self._trust.header)
            groups = self._take(scope, self._trust.groups_header)
            peer = (scope.get("client") or ("",))[0]
            if self._trust.trusts(peer) and names != [""] * len(names):
                state = scope.setdefault("state", {})
                state[VOUCHED] = _read_identity(names, groups)
        await self._app(scope, receive, send)

    @staticmethod
    def _take(scope: Scope, name: str) -> list[str]:
        """Remove a header, also as `Remote_User`, and return its values."""
        key, remaining, values = name.encode(), [], []
        for header, value in scope["headers"]:
            if not name or header.lower().replace(b"_", b"-") != key:
                remaining.append((header, value))
            elif header.lower() == key:
                values.append(value.decode("utf-8", "replace").strip())
        scope["headers"] = remaining
        return values


def _read_identity(names: list[str], groups: list[str]) -> Identity:
    """Return whom the headers name; two names are nobody's, which no rule lets in."""
    subject = names[0] if len(names) == 1 else ""
    parts = (group.strip() for value in groups for group in value.split(","))
    return Identity(PROXY, subject, subject, frozenset(filter(None, parts)))
