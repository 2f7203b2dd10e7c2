"""Nobody gets past the gate without a log-in, and a log-in cannot be planted or forged."""

import re
from urllib.parse import urlencode

from dashboard.server.login import local_path
from tests.dashboard.served import PASSWORD, PUBLIC, Answer, Guarded
from tests.tables import check_rows

BROWSER = {"Accept": "text/html"}


def get_cookie(answer: Answer) -> str:
    """Return the cookie that an answer sets."""
    assert answer.status == 303, answer.body
    match = re.match(r"tracker-login-\d+=[^;]+", answer.headers["set-cookie"])
    assert match is not None
    return match[0]


def test_everything_but_the_log_in_is_closed(guarded: Guarded) -> None:
    ask = guarded.server.ask
    for path in ("/", "/questions", "/question?q=x", "/settings", "/_stcore/host-config"):
        answer = ask(path, **BROWSER)
        assert answer.status == 303, path
        assert answer.headers["location"].startswith("/login?next=")
    for path in ("/api/v1/questions", "/changes.atom", "/metrics", "/jump.json", "/unknown"):
        assert ask(path).status == 401, path
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13"}
    key = {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": guarded.server.origin}
    assert ask("/_stcore/stream", **upgrade, **key).status == 403
    for path in ("/healthz", "/login", "/login/login.css", "/join", "/enter", "/manifest.json"):
        assert ask(path).status == 200, path


def test_the_printed_address_lets_one_browser_in(guarded: Guarded) -> None:
    secret = guarded.tracker.accounts.make_owner_link().secret
    answer = guarded.post("/enter", secret=secret)
    assert guarded.read(get_cookie(answer)) == 200
    marks = answer.headers["set-cookie"].lower()
    assert all(mark in marks for mark in ("httponly", "samesite=lax", "secure", "path=/"))
    again = guarded.post("/enter", secret=secret)
    assert (again.status, b"This link was used" in again.body) == (403, True)


def test_a_person_logs_in_goes_on_and_out(guarded: Guarded) -> None:
    planted = f"tracker-login-{guarded.server.port}=planted"
    fields = {"name": "ben", "password": PASSWORD, "next": "/question?q=a"}
    answer = guarded.post("/login", planted, **fields)
    assert answer.headers["location"] == "/question?q=a"
    cookie = get_cookie(answer)
    assert cookie != planted
    assert guarded.read(planted) == 401
    assert guarded.read(cookie) == 200
    out = guarded.server.ask("/logout", "POST", b"", Origin=guarded.server.origin, Cookie=cookie)
    assert out.headers["location"] == "/login"
    assert guarded.read(cookie) == 401


def test_a_refused_form_keeps_what_it_needs(guarded: Guarded) -> None:
    link = guarded.tracker.accounts.invite("viewer")
    short = guarded.post("/join", secret=link.secret, name="Eve <b>", password="short")
    assert short.status == 403
    assert b"A password takes 10 to 1000 characters" in short.body
    assert link.secret.encode() in short.body
    get_cookie(guarded.post("/join", secret=link.secret, name="Eve <b>", password=PASSWORD))
    hostile = guarded.post("/join", secret='"><script>', name="x", password=PASSWORD)
    assert b"<script>" not in hostile.body.replace(b'<script src="/login/login.js" defer>', b"")


def test_no_other_site_logs_anybody_in_or_out(guarded: Guarded) -> None:
    body = urlencode({"name": "ben", "password": PASSWORD}).encode()
    for origin in ("https://evil.example", "null", None):
        for path in ("/login", "/logout", "/join", "/enter"):
            assert guarded.server.ask(path, "POST", body, Origin=origin).status == 403
    assert guarded.server.ask("/login", "POST", body, Origin=PUBLIC).status == 303


def test_a_program_sends_its_token_in_a_header_alone(guarded: Guarded) -> None:
    account = guarded.tracker.accounts.add("Robot", "agent")
    token = guarded.tracker.accounts.make_token("x", "agent", 1, account=account.id).secret
    ask = guarded.server.ask
    assert ask("/api/v1/questions", Authorization=f"Bearer {token}").status == 200
    for name in ("token", "access_token"):
        refused = ask(f"/api/v1/questions?{name}={token}", Authorization=f"Bearer {token}")
        assert (refused.status, b"in the header" in refused.body) == (400, True)
    for wrong in (f"Bearer {token}x", f"Basic {token}", token, "Bearer", "Bearer "):
        assert ask("/api/v1/questions", Authorization=wrong).status == 401, wrong


def test_guessing_soon_has_to_wait(guarded: Guarded) -> None:
    guarded.tracker.accounts.add("Target", "viewer")
    statuses = [guarded.post("/login", name="target", password="x").status for _ in range(8)]
    assert statuses == [403] * 5 + [429] * 3
    assert guarded.post("/login", name="nobody", password="x").status == 403


@check_rows([
    ("/question?q=a", "/question?q=a"), ("//evil.example", "/"), ("https://evil.example", "/"),
    ("/\\evil.example", "/"), ("javascript:alert(1)", "/"), ("", "/"), ("/a\nb", "/"),
])  # fmt: skip
def test_a_log_in_goes_on_within_this_server_alone(target: str, expected: str) -> None:
    assert local_path(target) == expected
