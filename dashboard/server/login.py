"""Log-in: a gate before all routes, and the few pages that stand outside it.

The gate asks the tracker who has the cookie or the token of a request, and hands the answer on in a
header that no client can set. Pages ask again at each run, so an ended log-in is out at once. The
secrets of links stand behind the `#` of an address, which browsers send to no server: a script of
the page puts them into its form.
"""

from collections.abc import Mapping
from functools import cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

import anyio.to_thread
from jinja2 import Environment, FileSystemLoader, Template
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from dashboard.components.acting import LOGIN_HEADER
from dashboard.server.shares import FOLDER as SHARE_FOLDER
from forecasts.errors import ForecastsError
from tracker.app.tracker import Tracker
from tracker.errors import TrackerError
from tracker.interfaces.mcp.door import PATH as AGENTS_PATH
from tracker.model.accounts import Visitor
from tracker.model.principal import Principal
from tracker.people.accounts import LOGIN_LIFE, LoginRefusal, NewSecret
from tracker.people.secrets import hash_secret

NO_LOGIN: Final = "none"
"""Value of that header for a program, which uses no pages."""

_FOLDER: Final = Path(__file__).parent.parent / "static" / "login"
_OPEN_PATHS: Final = frozenset(
    ("/login", "/logout", "/join", "/reset", "/enter", "/healthz", "/manifest.json", "/favicon.png")
)
"""Addresses that ask for no log-in, beside that of agents, which asks for a token by itself."""

_OPEN_FOLDERS: Final = ("/login/", "/static/", "/component/", "/_stcore/health", SHARE_FOLDER)
"""Beginnings of addresses that hold nothing of the database (scripts, styles, health), or ask for
a secret by themselves.
"""

_TITLES: Final[Mapping[str, str]] = {
    "login": "Log in",
    "join": "Join",
    "reset": "New password",
    "enter": "Open the tracker",
    "logout": "Log out",
}


class LoginGate:
    """ASGI middleware that lets pass whoever is logged in, and sends others to the log-in."""

    def __init__(self, app: ASGIApp, tracker: Tracker) -> None:
        self._app = app
        self._tracker = tracker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its identity, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = MutableHeaders(scope=scope)
        del headers[LOGIN_HEADER]
        if _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        # Not `Headers(scope=scope)`: it gives the scope another list than the one that is changed.
        principal, login_id = await anyio.to_thread.run_sync(self._identify, headers)
        if principal is None:
            await _refuse(scope, receive, send)
            return
        headers[LOGIN_HEADER] = login_id
        scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)

    def _identify(self, headers: Headers) -> tuple[Principal | None, str]:
        """Return whoever asks, and the hash of their cookie."""
        kind, _, secret = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._tracker.accounts.identify_program(secret.strip(), "api"), NO_LOGIN
        cookie = read_cookie(headers, self._tracker)
        if not cookie:
            return None, ""
        login_id = hash_secret(cookie)
        return self._tracker.accounts.identify(login_id), login_id


def _is_open(path: str) -> bool:
    return path in (*_OPEN_PATHS, AGENTS_PATH) or path.startswith(_OPEN_FOLDERS)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(4401, "log in")(scope, receive, send)
        return
    headers = Headers(scope=scope)
    response: Response
    if scope["method"] in ("GET", "HEAD") and "text/html" in headers.get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        target = scope["path"] + (f"?{query}" if query else "")
        response = RedirectResponse(f"/login?next={quote(target, safe='')}", 303)
    else:
        response = JSONResponse(
            {"error": "log in, or send a token: `tracker people token ACCOUNT --name …` makes one"},
            401,
            {"www-authenticate": 'Bearer realm="tracker"'},
        )
    await response(scope, receive, send)


def name_cookie(tracker: Tracker) -> str:
    """Return the name of the cookie; it has the port, which browsers ignore."""
    return f"tracker-login-{tracker.settings.port}"


def read_cookie(headers: Headers, tracker: Tracker) -> str:
    """Return the secret of the log-in cookie; "" without one."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name_cookie(tracker))
    except CookieError:
        return ""
    return "" if morsel is None else morsel.value


class LoginPages:
    """The pages outside the gate, and what their forms do."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._accounts = tracker.accounts

    def build_routes(self) -> list[Route]:
        """Build a route for each page, each form, and the files of the pages."""
        return [
            *(Route(f"/{page}", self._show) for page in _TITLES),
            *(Route(f"/{page}", self._take, methods=["POST"]) for page in _TITLES),
            Route("/login/{name}", _serve_file),
        ]

    async def _show(self, request: Request) -> Response:
        page = request.url.path.strip("/")
        has_accounts = await anyio.to_thread.run_sync(lambda: bool(self._accounts.list()))
        target = _local_path(request.query_params.get("next", "/"))
        return HTMLResponse(_render(page, next=target, has_accounts=has_accounts))

    async def _take(self, request: Request) -> Response:
        """Do what the form of a page asks for: log out, or log in in one of four ways."""
        page = request.url.path.strip("/")
        if page == "logout":
            return await self._log_out(request)
        fields = _parse_form(await request.body())
        visitor = Visitor(
            request.client.host if request.client else "", request.headers.get("user-agent", "")
        )
        result = await anyio.to_thread.run_sync(self._log_in, page, fields, visitor)
        if isinstance(result, LoginRefusal):
            values = {name: fields.get(name, "") for name in ("next", "secret")}
            html = _render(page, reason=result.reason, **values)
            return HTMLResponse(html, 429 if result.wait else 403)
        response = RedirectResponse(_local_path(fields.get("next", "/")), 303)
        response.set_cookie(
            name_cookie(self._tracker),
            result.secret,
            max_age=int(LOGIN_LIFE.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=_is_secure(request, self._tracker),
        )
        return response

    def _log_in(
        self, page: str, fields: Mapping[str, str], visitor: Visitor
    ) -> NewSecret | LoginRefusal:
        name, password, secret = (fields.get(key, "") for key in ("name", "password", "secret"))
        try:
            if page == "join":
                return self._accounts.join(secret, name, password, visitor)
            if page == "reset":
                return self._accounts.reset(secret, password, visitor)
            if page == "enter":
                return self._accounts.enter_as_owner(secret, visitor)
            return self._accounts.log_in(name, password, visitor)
        except (TrackerError, ForecastsError) as error:
            return LoginRefusal(_make_sentence(str(error)))

    async def _log_out(self, request: Request) -> Response:
        cookie = read_cookie(request.headers, self._tracker)
        if cookie:
            await anyio.to_thread.run_sync(self._accounts.log_out, cookie)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(name_cookie(self._tracker))
        return response


def _make_sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."


def _parse_form(body: bytes) -> dict[str, str]:
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    return {name: values[-1] for name, values in fields.items()}


def _local_path(target: str) -> str:
    r"""Return an address of this server to go on to; "/" for any other.

    >>> _local_path("/question?q=a"), _local_path("//evil.example"), _local_path("/\\evil.example")
    ('/question?q=a', '/', '/')
    """
    parts = urlsplit(target)
    is_local = target.startswith("/") and not (parts.netloc or parts.scheme or "\\" in target)
    return target if is_local and target.isprintable() else "/"


def _is_secure(request: Request, tracker: Tracker) -> bool:
    origin = tracker.settings.access_policy.public_origin
    return request.url.scheme == "https" or origin.startswith("https:")


def _render(page: str, **values: object) -> str:
    fields = {"has_accounts": True, "reason": "", "secret": "", **values}
    return _read_template().render(page=page, title=_TITLES[page], **fields)


@cache
def _read_template() -> Template:
    return Environment(loader=FileSystemLoader(_FOLDER), autoescape=True).get_template("login.html")


_FILES: Final = {"login.css": "text/css", "login.js": "text/javascript"}


async def _serve_file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        return Response("not found", 404)
    return Response((_FOLDER / name).read_bytes(), media_type=_FILES[name])
