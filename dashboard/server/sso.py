"""Log-in by an OpenID provider: the way there, and the way back.

A browser is sent on by a page, not by a redirect: our policy lets no form lead to another site.
What it has to bring back is kept here, under a secret in its cookie, for ten minutes and once.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboard.server.login import (
    Turnstile,
    describe_visitor,
    is_secure,
    let_in,
    local_path,
    make_sentence,
    name_cookie,
    parse_form,
    read_cookie,
    render_page,
)
from forecasts.errors import ForecastsError
from tracker.app.tracker import Tracker
from tracker.errors import TrackerError
from tracker.model.accounts import Visitor
from tracker.model.identities import OidcClient
from tracker.model.principal import Principal
from tracker.people.accounts import LoginRefusal, NewSecret
from tracker.people.oidc import STALE, AuthorizationRequest, OidcProvider
from tracker.people.secrets import hash_secret, make_secret

WAY_LIFE: Final = timedelta(minutes=10)
MAX_WAYS: Final = 10_000
"""Log-ins that are under way at once; the oldest give place."""

CALLBACK: Final = "/sso/callback"


@dataclass(frozen=True, slots=True)
class LoginWay:
    """A log-in that is under way: `invitation` is the secret of a link to join.

    `login_id` is the log-in of whoever links the provider to their account; "" for others.
    """

    request: AuthorizationRequest
    until: datetime
    target: str
    invitation: str = ""
    login_id: str = ""


class LoginWays:
    """Log-ins that are under way, by the hash of a cookie. Thread-safe; each is taken once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ways: OrderedDict[str, LoginWay] = OrderedDict()

    def put(self, way: LoginWay) -> str:
        """Keep a log-in and return the secret for its browser."""
        secret = make_secret()
        with self._lock:
            self._ways[hash_secret(secret)] = way
            while len(self._ways) > MAX_WAYS:
                self._ways.popitem(last=False)
        return secret

    def take(self, secret: str, now: datetime) -> LoginWay | None:
        """Return a log-in, which is gone then; None if it was taken, is unknown or too old."""
        with self._lock:
            way = self._ways.pop(hash_secret(secret), None)
        return None if way is None or way.until <= now else way


def build_sso_routes(tracker: Tracker) -> list[Route]:
    """Build the routes of the provider that is set; none without one."""
    client = tracker.settings.oidc_client
    return [] if client is None else SingleSignOn(tracker, client).build_routes()


class SingleSignOn:
    """The routes of an OpenID provider."""

    def __init__(self, tracker: Tracker, client: OidcClient) -> None:
        self._tracker = tracker
        self._name = client.name
        callback = tracker.settings.base_url.rstrip("/") + CALLBACK
        self._provider = OidcProvider(client, callback)
        self._turnstile = Turnstile(at_once=4)
        self._ways = LoginWays()
        self._cookie = f"tracker-sso-{tracker.settings.port}"

    def build_routes(self) -> list[Route]:
        """Build the way there, the way back, and the page that links an account.

        Only the last is behind the gate.
        """
        return [
            Route("/sso", self._begin, methods=["POST"]),
            Route(CALLBACK, self._finish),
            Route("/link", self._offer_link),
            Route("/link", self._begin_link, methods=["POST"]),
        ]

    async def _begin(self, request: Request) -> Response:
        fields = parse_form(await request.body())
        target = local_path(fields.get("next", "/"))
        return await self._send_on(request, target, invitation=fields.get("secret", ""))

    async def _offer_link(self, request: Request) -> Response:
        return HTMLResponse(render_page("link", provider=self._name))

    async def _begin_link(self, request: Request) -> Response:
        login_id = hash_secret(read_cookie(request.headers, name_cookie(self._tracker)))
        return await self._send_on(request, "/people", login_id=login_id)

    async def _send_on(
        self, request: Request, target: str, *, invitation: str = "", login_id: str = ""
    ) -> Response:
        begun = await self._turnstile.run(self._provider.begin)
        if isinstance(begun, LoginRefusal):
            return self._show(begun)
        until = self._tracker.now() + WAY_LIFE
        secret = self._ways.put(LoginWay(begun, until, target, invitation, login_id))
        response = HTMLResponse(render_page("continue", provider=self._name, address=begun.url))
        response.set_cookie(
            self._cookie,
            secret,
            max_age=int(WAY_LIFE.total_seconds()),
            path="/sso",
            httponly=True,
            samesite="lax",
            secure=is_secure(request, self._tracker),
        )
        return response

    async def _finish(self, request: Request) -> Response:
        way = self._ways.take(read_cookie(request.headers, self._cookie), self._tracker.now())
        if way is None:
            return self._show(STALE)
        answer, visitor = dict(request.query_params), describe_visitor(request)
        cookie = read_cookie(request.headers, name_cookie(self._tracker))
        result = await self._turnstile.run(
            lambda: self._confirm(way, answer, visitor=visitor, cookie=cookie)
        )
        if isinstance(result, LoginRefusal):
            return self._show(result)
        return await let_in(request, self._tracker, result, way.target)

    def _confirm(
        self, way: LoginWay, answer: dict[str, str], *, visitor: Visitor, cookie: str
    ) -> NewSecret | LoginRefusal:
        """Let in whom the provider vouches for: into their account, a new one, or a linked one."""
        accounts = self._tracker.accounts
        identity = self._provider.finish(way.request, answer)
        if isinstance(identity, LoginRefusal):
            return identity
        try:
            if way.login_id:
                principal = self._identify_again(way, cookie)
                if principal is None:
                    return STALE
                self._tracker.serve(principal).accounts.link_mine(identity)
            elif way.invitation:
                return accounts.join_by_identity(way.invitation, identity, visitor)
            return accounts.enter_by_identity(identity, visitor)
        except (TrackerError, ForecastsError) as error:
            return LoginRefusal(make_sentence(str(error)))

    def _identify_again(self, way: LoginWay, cookie: str) -> Principal | None:
        """Return whoever began to link, if the same log-in comes back."""
        same = hash_secret(cookie) == way.login_id
        return self._tracker.accounts.identify(way.login_id) if cookie and same else None

    def _show(self, refusal: LoginRefusal) -> Response:
        html = render_page("login", reason=refusal.reason, provider=self._name)
        return HTMLResponse(html, 429 if refusal.wait else 403)
