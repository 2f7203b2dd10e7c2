"""The page that the browser loads first: streamlit's own, which is told at once where its server
is.

Streamlit's page finds that out by asking: at the address of a page like `/question` first below
that address, where there is no server, then a step higher, then for the host's wishes, and only
then it opens its connection. That takes a third of a visit, and the answer is known beforehand: the
server is where the page's files are.

Our keyboard stands in it, too, so that it hears the first key that is pressed.

What pages are drawn with is fetched beside the rest, and not only when the first part that needs it
has arrived.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final, get_args

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from dashboard.components.visit import PageName
from dashboard.server.assets import STATIC

_KNOWN: Final = """
      window.__streamlit = {
        BACKEND_BASE_URL: new URL(".", location.href).href,
        HOST_CONFIG: {allowedOrigins: [location.origin], useExternalAuthToken: false, metricsUrl: ""},
      }
    """
"""No other page may send ours a message, and nothing is counted for anybody."""

_KEYBOARD: Final = Path(__file__).parent.parent / "static" / "keyboard"

_PARTS: Final = ("Html", "PageLink", "Selectbox", "TextInput", "Button", "DataFrame")
"""The parts of streamlit that most of our pages are made of."""

_IMPORTED: Final = re.compile(r"""(?:from|import)"\./([^"]+\.js)\"""")


@cache
def shell() -> str:
    """The page of the installed streamlit, with what it would ask for written into it."""
    text = (STATIC / "index.html").read_text(encoding="utf-8")
    before, title, after = text.partition("<title>Streamlit</title>")
    head, end, body = after.partition("</head>")
    assert title, "the installed streamlit has another page"
    assert end, "the installed streamlit has another page"
    ahead = "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">\n    '
        for name in needed(_PARTS)
        if name not in text
    )
    ours = (
        f"<script>{_KNOWN}</script>\n    <script>{_keyboard()}</script>\n    "
        f"<style>{_file_text('jump.css')}</style>"
    )
    return f"{before}<title>Scenario tracker</title>\n    {ours}{head}{ahead}{end}{body}"


def _keyboard() -> str:
    """Both scripts in one block, so that none of their names reaches the page's other scripts."""
    return f'"use strict";\n{{\n{_file_text("commands.js")}\n{_file_text("jump.js")}}}'


def _file_text(name: str) -> str:
    return (_KEYBOARD / name).read_text(encoding="utf-8")


def needed(parts: Iterable[str]) -> list[str]:
    """The files of these parts of streamlit, and of all that they import, each once.

    >>> any(name.startswith("react-dom.") for name in needed(["Button"]))
    True
    """
    found: list[str] = []
    waiting = [_file(part) for part in parts]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting += _IMPORTED.findall(
                (STATIC / "static" / "js" / name).read_text(encoding="utf-8")
            )
    return found


def _file(part: str) -> str:
    return next((STATIC / "static" / "js").glob(f"{part}.*.js")).name


def hashes(page: str) -> Iterator[str]:
    """What a content policy knows the scripts by that stand in the page itself.

    >>> list(hashes("<script>go()</script>"))
    ['sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw=']
    """
    for text in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        yield f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def pages() -> list[Route]:
    """Where it is served: at the root, and at every page's own address."""

    async def answer(request: Request) -> HTMLResponse:
        return HTMLResponse(shell(), headers={"cache-control": "no-cache"})

    return [Route(path, answer) for path in ("/", *(f"/{name}" for name in get_args(PageName)))]
