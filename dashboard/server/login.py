"""Log-in: a gate before all routes, and the few pages that stand outside it.

The gate asks the tracker who has the cookie or the token of a request, or whom a trusted proxy
names, and hands the answer on in a header that no client can set. Pages ask again at each run, so
an ended log-in is out at once. The secrets of links stand behind the `#` of an address, which
browsers send to no server: a script of the page puts them into its form.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

import anyio
import anyio.to_thread
from jinja2 import Environment, FileSystemLoader, Template
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from dashboard.components.acting import LOGIN_HEADER
from dashboard.components.outage import database_outage
from dashboard.server.outage_page import answer_outage
from dashboard.server.proxy import VOUCHED
from dashboard.server.shares import FOLDER as SHARE_FOLDER
from forecasts.errors import ForecastsError
from tracker.app.tracker import Tracker
from tracker.errors import StorageUnavailable, TrackerError
from tracker.interfaces.api.problems import make_problem
from tracker.interfaces.mcp.door import PATH as AGENTS_PATH
from tracker.model.accounts import Visitor
from tracker.model.identities import Identity
from tracker.model.principal import Principal
from tracker.people.accounts import LOGIN_LIFE, LoginRefusal, NewSecret
from tracker.people.secrets import hash_secret, read_bearer

NO_LOGIN: Final = "none"
"""Value of that header for a program, which uses no pages."""

_FOLDER: Final = Path(__file__).parent.parent / "static" / "login"
_OPEN_FILES: Final = ("/healthz", "/readyz", "/manifest.json", "/favicon.png")
_OPEN_PATHS: Final = frozenset(
    ("/login", "/logout", "/join", "/reset", "/enter", "/sso", "/sso/callback", *_OPEN_FILES)
)
"""Addresses that ask for no log-in, beside that of agents, which asks for a token by itself."""

_OPEN_FOLDERS: Final = (
    "/login/",
    "/static/",
    "/component/",
    "/_stcore/health",
    "/stop/",
    SHARE_FOLDER,
)
"""Beginnings of addresses that hold nothing of the database (scripts, styles, health), or ask for
a secret or a signature by themselves.
"""

_TITLES: Final[Mapping[str, str]] = {
    "login": "Log in",
    "join": "Join",
    "reset": "New password",
    "enter": "Open the tracker",
    "logout": "Log out",
}
_OTHER_TITLES: Final[Mapping[str, str]] = {
    "link": "Link your log-in",
    "continue": "Log in",
    "refused": "Not let in",
    "stop": "Stop messages",
}

Result = TypeVar("Result")


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
        vouched: Identity | None = scope.get("state", {}).get(VOUCHED)
        try:
            admitted = await anyio.to_thread.run_sync(self._identify, headers, vouched)
        except StorageUnavailable as error:
            database_outage.begin(error)
            await answer_outage(scope, receive, send)
            return
        if isinstance(admitted, LoginRefusal):
            await _refuse(admitted.reason, scope, receive, send)
            return
        principal, headers[LOGIN_HEADER] = admitted
        scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)

    def _identify(
        self, headers: Headers, vouched: Identity | None
    ) -> tuple[Principal, str] | LoginRefusal:
        """Return whoever asks, and the id by which pages identify them again."""
        accounts = self._tracker.accounts
        if secret := read_bearer(headers.get("authorization", "")):
            principal, login_id = accounts.identify_program(secret, "api"), NO_LOGIN
        elif vouched is not None:
            return accounts.identify_vouched(vouched)
        else:
            cookie = read_cookie(headers, name_cookie(self._tracker))
            login_id = hash_secret(cookie)
            principal = accounts.identify(login_id) if cookie else None
        if principal is not None:
            return principal, login_id
        return LoginRefusal(accounts.explain_token(secret) if secret else "")


def _is_open(path: str) -> bool:
    return path in (*_OPEN_PATHS, AGENTS_PATH) or path.startswith(_OPEN_FOLDERS)


async def _refuse(reason: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a browser to the log-in, or tell it the reason where that would not help."""
    if scope["type"] == "websocket":
        await WebSocketClose(4401, "log in")(scope, receive, send)
        return
    headers = Headers(scope=scope)
    response: Response
    is_page = scope["method"] in ("GET", "HEAD") and "text/html" in headers.get("accept", "")
    if is_page and reason:
        response = HTMLResponse(render_page("refused", reason=reason), 403)
    elif is_page:
        query = scope["query_string"].decode("latin-1")
        target = scope["path"] + (f"?{query}" if query else "")
        response = RedirectResponse(f"/login?next={quote(target, safe='')}", 303)
    else:
        advice = "log in, or send a token: `tracker people token ACCOUNT --name …` makes one"
        challenge = {"www-authenticate": 'Bearer realm="tracker"'}
        response = make_problem(401, reason or advice, headers=challenge)
    await response(scope, receive, send)


def name_cookie(tracker: Tracker) -> str:
    """Return the name of the cookie; it has the port, which browsers ignore."""
    return f"tracker-login-{tracker.settings.port}"


def read_cookie(headers: Headers, name: str) -> str:
    """Return the value of a cookie; "" without one, and for two: one of them was planted."""
    text = ";".join(headers.getlist("cookie"))
    parts = (part.strip().partition("=") for part in text.split(";"))
    values = {value for key, _, value in parts if key == name}
    return values.pop() if len(values) == 1 else ""


class Turnstile:
    """Work of log-ins, a few at once; those who wait cost no thread, and too many are refused.

    A password takes 64 MiB and a core, a provider may take seconds: neither may fill the threads
    that pages need.
    """

    def __init__(self, at_once: int) -> None:
        self._limiter = anyio.CapacityLimiter(at_once)
        self._most = at_once + MAX_WAITING
        self._inside = 0

    async def run(self, work: Callable[[], Result]) -> Result | LoginRefusal:
        """Return the result of the work, which runs in a thread."""
        if self._inside >= self._most:
            return CROWDED
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._inside -= 1


MAX_WAITING: Final = 50
CROWDED: Final = LoginRefusal(
    "Many people log in right now. Try again in a moment.", timedelta(seconds=10)
)


class LoginPages:
    """The pages outside the gate, and what their forms do."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._accounts = tracker.accounts
        self._turnstile = Turnstile(at_once=2)
        client = tracker.settings.oidc_client
        self._provider = "" if client is None else client.name

    def build_routes(self) -> list[Route]:
        """Build a route for each page, each form, and the files of the pages."""
        return [
            *(Route(f"/{page}", self._show) for page in _TITLES),
            *(Route(f"/{page}", self._take, methods=["POST"]) for page in _TITLES),
            Route("/login/{name}", _serve_file),
        ]

    async def _show(self, request: Request) -> Response:
        page = request.url.path.strip("/")
        has_accounts = page == "join" or await anyio.to_thread.run_sync(
            lambda: bool(self._accounts.list())
        )
        target = local_path(request.query_params.get("next", "/"))
        return HTMLResponse(self._render(page, next=target, has_accounts=has_accounts))

    def _render(self, page: str, **values: object) -> str:
        return render_page(page, provider=self._provider, **values)

    async def _take(self, request: Request) -> Response:
        """Do what the form of a page asks for: log out, or log in in one of four ways."""
        page = request.url.path.strip("/")
        if page == "logout":
            return await self._log_out(request)
        fields = parse_form(await request.body())
        result = await self._turnstile.run(
            lambda: self._log_in(page, fields, describe_visitor(request))
        )
        if isinstance(result, LoginRefusal):
            values = {name: fields.get(name, "") for name in ("next", "secret")}
            html = self._render(page, reason=result.reason, **values)
            return HTMLResponse(html, 429 if result.wait else 403)
        return await let_in(request, self._tracker, result, fields.get("next", "/"))

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
            return LoginRefusal(make_sentence(str(error)))

    async def _log_out(self, request: Request) -> Response:
        await end_former_login(request, self._tracker)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(name_cookie(self._tracker))
        return response


async def let_in(
    request: Request, tracker: Tracker, login: NewSecret, target: str
) -> RedirectResponse:
    """Answer with the cookie of a new log-in; the former one of this browser ends."""
    await end_former_login(request, tracker)
    response = RedirectResponse(local_path(target), 303)
    response.set_cookie(
        name_cookie(tracker),
        login.secret,
        max_age=int(LOGIN_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(request, tracker),
    )
    return response


async def end_former_login(request: Request, tracker: Tracker) -> None:
    """End the log-in whose cookie a request has."""
    cookie = read_cookie(request.headers, name_cookie(tracker))
    if cookie:
        await anyio.to_thread.run_sync(tracker.accounts.log_out, cookie)


def describe_visitor(request: Request) -> Visitor:
    """Return from where a request comes."""
    address = request.client.host if request.client else ""
    return Visitor(address, request.headers.get("user-agent", ""))


def make_sentence(reason: str) -> str:
    """Return a reason as a sentence for a page."""
    return f"{reason[:1].upper()}{reason[1:]}."


def parse_form(body: bytes) -> dict[str, str]:
    """Return the last value of each field of a form."""
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
    return {name: values[-1] for name, values in fields.items()}


def local_path(target: str) -> str:
    r"""Return an address of this server to go on to; "/" for any other.

    >>> local_path("/question?q=a"), local_path("//evil.example"), local_path("/\\evil.example")
    ('/question?q=a', '/', '/')
    """
    parts = urlsplit(target)
    is_local = target.startswith("/") and not (parts.netloc or parts.scheme or "\\" in target)
    return target if is_local and target.isprintable() else "/"


def is_secure(request: Request, tracker: Tracker) -> bool:
    """Return whether cookies may be kept for https alone."""
    origin = tracker.settings.access_policy.public_origin
    return request.url.scheme == "https" or origin.startswith("https:")


def render_page(page: str, **values: object) -> str:
    """Return the HTML of a page outside the gate."""
    fields = {
        "has_accounts": True,
        "reason": "",
        "secret": "",
        "next": "/",
        "address": "",
        **values,
    }
    title = {**_TITLES, **_OTHER_TITLES}[page]
    return _read_template().render({"provider": "", **fields}, page=page, title=title)


@cache
def _read_template() -> Template:
    return Environment(loader=FileSystemLoader(_FOLDER), autoescape=True).get_template("login.html")


_FILES: Final = {"login.css": "text/css", "login.js": "text/javascript"}


async def _serve_file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _FILES:
        return Response("not found", 404)
    return Response((_FOLDER / name).read_bytes(), media_type=_FILES[name])
