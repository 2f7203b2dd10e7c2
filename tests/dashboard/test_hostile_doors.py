"""Forged cookies, headers and addresses, other sites, and floods get nowhere at the real server."""

import contextlib
import http.client
import socket
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

import anyio
import pytest
from starlette.routing import BaseRoute

from dashboard.server import login
from dashboard.server.login import CROWDED, Turnstile
from dashboard.server.serve import build_app
from dashboard.server.sso import MAX_WAYS, WAY_LIFE, LoginWay, LoginWays
from tests.builders import FakeClock
from tests.dashboard.pages import open_page, seen, words
from tests.dashboard.served import PASSWORD
from tests.dashboard.team import PROXY_ADDRESS, Team, get_cookie
from tracker.app.tracker import Tracker
from tracker.model.principal import Principal
from tracker.people.oidc import AuthorizationRequest

SECRET_PATH = "/api/v1/questions"
SHAKE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


def list_paths(routes: Iterable[BaseRoute], before: str = "") -> Iterator[str]:
    """Yield the addresses of routes, also of those below another, with a name in each gap."""
    for route in routes:
        path = before + getattr(route, "path", "")
        below = getattr(route, "routes", None)
        if below:
            yield from list_paths(below, path)
        else:
            yield path.replace("{", "").replace("}", "").replace(":path", "")


def test_no_route_is_written_to_from_another_site(team: Team) -> None:
    cookie = team.let_join("Olga", "admin")
    paths = {*list_paths(build_app(team.tracker)._user_routes)}
    assert {"/login", "/sso", "/link", "/api/v1"} <= paths
    paths |= {
        SECRET_PATH,
        "/_stcore/upload_file/a/b",
        "/_stcore/stream",
        "/unknown",
        "/oauth2callback",
    }
    # A stop link is signed, and mail programs post it from no page: see test_stop_pages.
    evil = "https://evil.example"
    asked = [(path, "POST", evil) for path in paths - {"/stop/token"}]
    asked += [(SECRET_PATH, method, evil) for method in ("PUT", "PATCH", "DELETE")]
    for path, method, origin in (*asked, (SECRET_PATH, "POST", None)):
        answer = team.server.ask(path, method, b"{}", Origin=origin, Cookie=cookie)
        assert answer.status == 403, (method, path, origin)
    assert team.read(cookie) == 200, "no log-out from another site either"


def test_forged_cookies_open_nothing(team: Team) -> None:
    cookie = team.let_join("Pia")
    name, _, secret = cookie.partition("=")
    (login_id, *_) = (account.id for account in team.tracker.accounts.list())
    for forged in (
        f"{name}=account:{login_id}", f"{name}={secret[:-1]}", f"{name}={secret}x",
        f'{name}="{secret}"x', f"{name.upper()}={secret}", f"{name}={secret.swapcase()}",
        f"{cookie}; {name}=planted", f"{name}=planted; {cookie}", f"{name}={'x' * 15_000}",
        f"{name}=\x80\xff", ";" * 9_000, f"{name}==={secret}", f"tracker-sso-{team.server.port}={secret}",
    ):  # fmt: skip
        assert team.read(forged) == 401, forged[:80]
    assert team.read(f"a=b; {cookie}; c=d") == 200
    assert team.server.ask(SECRET_PATH, Cookie=f"{name}={'x' * 17_000}").status in (400, 431)


def test_two_cookie_headers_open_nothing(team: Team) -> None:
    cookie = team.let_join("Quin")
    name = cookie.partition("=")[0]
    lines = [f"GET {SECRET_PATH} HTTP/1.1", f"Host: {team.server.host}", "Connection: close"]
    for second, expected in ((f"{name}=planted", b" 401 "), ("x=y", b" 200 ")):
        request = [*lines, f"Cookie: {cookie}", f"Cookie: {second}", "", ""]
        with socket.create_connection(("127.0.0.1", team.server.port), timeout=30) as wire:
            wire.sendall("\r\n".join(request).encode())
            assert expected in wire.recv(40), second


def test_forged_headers_open_neither_page_nor_socket(team: Team) -> None:
    cookie = team.let_join("Rosa")
    (account, *_) = (a for a in team.tracker.accounts.list() if a.name == "Rosa")
    own = team.server.origin
    assert team.server.ask("/_stcore/stream", **SHAKE, Origin=own, Cookie=cookie).status == 101
    for header in ("X_Tracker_Login", "x_tracker_login", "Remote_User", "X_Forwarded_User"):
        for value in (account.id, f"account:{account.id}", "rosa"):
            forged = {header: value}
            assert team.server.ask(SECRET_PATH, **forged).status == 401
            assert team.server.ask("/_stcore/stream", **SHAKE, **forged, Origin=own).status == 403
    named = {"Remote_User": "rosa-by-proxy", "Remote_Groups": "staff"}
    assert team.proxy.ask("/_stcore/stream", **SHAKE, **named, Origin=own).status == 101
    assert team.proxy.ask("/_stcore/stream", **SHAKE, Origin=own).status == 403


def test_two_names_from_a_proxy_are_nobodys(team: Team) -> None:
    lines = [f"GET {SECRET_PATH} HTTP/1.1", f"Host: {team.server.host}", "Connection: close"]
    lines += ["Remote-Groups: staff", "Remote-User: sam", "Remote-User: tom", "", ""]
    address, source = ("127.0.0.1", team.server.port), (PROXY_ADDRESS, 0)
    with socket.create_connection(address, 30, source_address=source) as wire:
        wire.sendall("\r\n".join(lines).encode())
        assert b" 401 " in wire.recv(40)


def test_a_former_log_in_ends_with_the_next_one(team: Team) -> None:
    team.let_join("Uma")
    enter = {"name": "uma", "password": PASSWORD}
    former = get_cookie(team.post("/login", **enter))
    fresh = get_cookie(team.post("/login", former, **enter))
    assert fresh != former
    assert (team.read(former), team.read(fresh)) == (401, 200)
    kept = get_cookie(team.post("/login", **enter))
    assert team.post("/login", kept, name="uma", password="wrong").status == 403
    assert team.read(kept) == 200, "a wrong guess logs nobody out"


def test_a_secret_in_an_address_opens_nothing(team: Team) -> None:
    secret = team.let_join("Vera").partition("=")[2]
    account = next(a for a in team.tracker.accounts.list() if a.name == "Vera")
    token = team.tracker.accounts.make_token("x", "viewer", 1, account=account.id).secret
    link = team.tracker.accounts.invite("admin").secret
    for value in (secret, token, link):
        for name in ("token", "access_token", "authorization", "secret", "cookie"):
            answer = team.server.ask(f"{SECRET_PATH}?{name}={value}")
            assert answer.status == (400 if "token" in name else 401)
            assert answer.headers.get("set-cookie") is None
    team.tracker.accounts.read_link(link)


@pytest.mark.full
def test_hundreds_of_attempts_are_answered_without_hashing(team: Team) -> None:
    team.let_join("Wim")
    statuses: Counter[int] = Counter()
    bodies: dict[str, set[bytes]] = {"wim": set(), "no-wim": set()}
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", team.server.port, timeout=60)
    ) as wire:
        headers = {"Origin": team.server.origin, "Host": team.server.host}
        for number in range(200):
            name = "wim" if number % 2 else "no-wim"
            body = urlencode({"name": name, "password": f"guess {number}"})
            wire.request("POST", "/login", body, headers)
            answer = wire.getresponse()
            bodies[name].add(answer.read())
            statuses[answer.status] += 1
    assert statuses == {403: 10, 429: 190}
    assert bodies["wim"] == bodies["no-wim"], "nobody learns who has an account"
    acts = [(refusal.name, refusal.act) for refusal in team.tracker.accounts.refusals()]
    assert acts.count(("Wim", "log-in")) == 10
    assert team.tracker.system.verify().bad_seq is None


def test_a_rush_waits_without_threads_and_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "MAX_WAITING", 5)
    running, most, results = [0], [0], list[object]()
    lock, gate = threading.Lock(), threading.Event()

    def work() -> str:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(10)
        with lock:
            running[0] -= 1
        return "let in"

    async def rush() -> None:
        turnstile = Turnstile(at_once=2)

        async def come() -> None:
            results.append(await turnstile.run(work))

        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(come)
            while len(results) < 13 or running[0] < 2:
                await anyio.sleep(0.01)
            gate.set()

    anyio.run(rush)
    assert most == [2]
    assert (results.count(CROWDED), results.count("let in")) == (13, 7)


def test_a_way_to_the_provider_is_taken_once_and_in_time(clock: FakeClock) -> None:
    ways, now = LoginWays(), clock.time
    request = AuthorizationRequest("https://id.example", "state", "nonce", "verifier")
    way = LoginWay(request, now + WAY_LIFE, "/")
    secret = ways.put(way)
    assert ways.take("", now) is ways.take("guess", now) is None
    assert ways.take(secret, now) == way
    assert ways.take(secret, now) is None
    assert ways.take(ways.put(way), now + WAY_LIFE) is None
    first = ways.put(way)
    for _ in range(MAX_WAYS):
        ways.put(way)
    assert ways.take(first, now) is None


def test_a_page_acts_for_another_for_admins_alone(tracker: Tracker) -> None:
    ben = tracker.people.add("Ben").id
    eve = tracker.people.add("Eve").id
    analyst = tracker.serve(Principal(ben, "analyst", "page", account="b"))
    page = open_page(analyst, "settings")
    assert "act-as" not in [box.key for box in page.selectbox]
    page.session_state["acting-as"] = eve
    assert "Signed in as **Ben (ben)**" in words(seen(page.run()))
    assert [(r.name, r.act) for r in tracker.accounts.refusals()] == [("ben", "acting_as")]
    admin = open_page(tracker.through("page"), "settings")
    assert "act-as" in [box.key for box in admin.selectbox]
