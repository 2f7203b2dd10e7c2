"""Answer of the gate while the database is away and nobody can be identified."""

from typing import Final

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from tracker.interfaces.api.problems import make_problem

RETRY_SECONDS: Final = 5
_AGAIN: Final = {"retry-after": str(RETRY_SECONDS), "cache-control": "no-store"}
_PAGE: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Database away</title>"
    f"<meta http-equiv=refresh content={RETRY_SECONDS}>"
    "<meta name=viewport content='width=device-width'><meta name=color-scheme content='light dark'>"
    "<body style='font:16px sans-serif;max-width:30em;margin:15vh auto;padding:0 1em'>"
    "<h1>The database does not answer</h1><p>What was saved is safe. This page tries again every "
    f"{RETRY_SECONDS} seconds; the log of the server has the reason.</html>"
)


async def answer_outage(scope: Scope, receive: Receive, send: Send) -> None:
    """Tell a browser that the database is away, with a page that asks again; a program by 503."""
    response: Response | WebSocketClose
    if scope["type"] == "websocket":
        response = WebSocketClose(1013, "try again")
    elif "text/html" in Headers(scope=scope).get("accept", ""):
        response = HTMLResponse(_PAGE, 503, _AGAIN)
    else:
        response = make_problem(503, "the database does not answer: try again", headers=_AGAIN)
    await response(scope, receive, send)
