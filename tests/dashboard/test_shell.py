"""The page that the browser loads first, and the files that it and all others are made of."""

import asyncio
import gzip
import re
from dataclasses import dataclass
from typing import Any, get_args

from starlette.responses import PlainTextResponse

from dashboard.components.visit import PageName
from dashboard.server.assets import STATIC, StaticAssets, build_shell, list_script_files
from dashboard.server.serve import build_app
from tracker.app.tracker import Tracker


@dataclass(frozen=True)
class Answer:
    """What came back."""

    headers: dict[str, str]
    body: bytes


async def _word(scope: Any, receive: Any, send: Any) -> None:
    await PlainTextResponse("the app")(scope, receive, send)


def ask(path: str, host: str = "127.0.0.1", encoding: str = "gzip", method: str = "GET") -> Answer:
    """What somebody at this address gets, before an app that has nothing but a word."""
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    headers = [(b"accept-encoding", encoding.encode())]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": headers,
        "client": (host, 50_000),
    }
    asyncio.run(StaticAssets(_word)(scope, None, keep))  # type: ignore[arg-type]
    named = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(named, b"".join(message.get("body", b"") for message in sent[1:]))


def a_script() -> str:
    """The name of the largest script that the page itself asks for."""
    names = re.findall(r'src="\./static/js/([^"]+)"', build_shell())
    return max(names, key=lambda name: (STATIC / "static" / "js" / name).stat().st_size)


def test_a_page_tells_the_browser_where_its_server_is(tracker: Tracker) -> None:
    paths = {route.path for route in build_app(tracker)._user_routes}
    assert {"/", *(f"/{name}" for name in get_args(PageName))} <= paths
    assert 'BACKEND_BASE_URL: new URL(".", location.href).href' in build_shell()
    assert "allowedOrigins: [location.origin]" in build_shell()


def test_page_and_its_files() -> None:
    # The page is that of the installed streamlit and has our name.
    installed = (STATIC / "index.html").read_text("utf-8")
    assert set(re.findall(r'"\./static/[^"]+"', installed)) <= set(
        re.findall(r'"\./static/[^"]+"', build_shell())
    )
    assert "<title>Scenario tracker</title>" in build_shell()
    assert "<title>Streamlit</title>" not in build_shell()
    # Every file that the page asks for is there and asked for once.
    asked = re.findall(r'(?:src|href)="\./(static/js/[^"]+)"', build_shell())
    assert len(asked) == len(set(asked)) > 60
    assert [name for name in asked if not (STATIC / name).is_file()] == []
    # What a part imports is needed too.
    names = list_script_files(["DataFrame"])
    assert names[0].startswith("DataFrame.")
    assert any(name.startswith("Quiver.") for name in names)
    assert len(names) == len(set(names))
    # Only questions are answered from memory.
    assert ask(f"/static/js/{a_script()}", method="POST").body == b"the app"


def test_files_for_this_and_other_machines() -> None:
    # Files come as they are to this machine and need never be asked for again.
    name = a_script()
    answer = ask(f"/static/js/{name}")
    assert answer.body == (STATIC / "static" / "js" / name).read_bytes()
    assert answer.headers["cache-control"] == "public, immutable, max-age=31536000"
    assert "javascript" in answer.headers["content-type"]
    assert "content-encoding" not in answer.headers
    # Files come compressed to another machine that understands it.
    name = a_script()
    whole = (STATIC / "static" / "js" / name).read_bytes()
    answer = ask(f"/static/js/{name}", host="192.168.1.5")
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == (
        "gzip",
        "accept-encoding",
    )
    assert gzip.decompress(answer.body) == whole
    assert len(answer.body) < len(whole) / 2
    plain = ask(f"/static/js/{name}", host="192.168.1.5", encoding="identity")
    assert (plain.body, "content-encoding" in plain.headers) == (whole, False)
    # What is no file of streamlit is left to the app.
    for path in (
        "/static/js/none.js /static/../index.html /static/js/../../index.html /static/ /questions"
    ).split():
        assert ask(path).body == b"the app"
