"""Answers of hostile feed servers: what is wrong with them is in their name."""

import gzip
import json
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Final

from tests.feeds.feed_server import FeedServer, reply
from tests.test_hostile_feeds import HEAD, HOSTILE

TAIL: Final = b"</channel></rss>"
ENDLESS_SECONDS: Final = 60
"""Servers that never end give up after so long, so that the test ends."""

Script = Callable[[BaseHTTPRequestHandler], None]


def an_entry(title: bytes, rest: bytes = b"") -> bytes:
    """A feed with one entry."""
    return HEAD + b"<item><title>" + title + b"</title>" + rest + b"</item>" + TAIL


BODIES: Final[Mapping[str, bytes]] = {
    **HOSTILE,
    "quadratic entities": b"<!DOCTYPE r [<!ENTITY a '"
    + b"a" * 100_000
    + b"'>]><rss><channel><title>"
    + b"&a;" * 20_000
    + b"</title></channel></rss>",
    "entity from the network": b"<!DOCTYPE r [<!ENTITY x SYSTEM 'http://127.0.0.1:1/x'>]>"
    + an_entry(b"&x;"),
    "bad UTF-8": an_entry(b"\xff\xfe\xc3\x28 broken \xed\xa0\x80"),
    "NUL and surrogates": an_entry(b"a\0b&#xD800;&#0;c"),
    "UTF-7": b"<?xml version='1.0' encoding='UTF-7'?>" + an_entry(b"+ADw-script+AD4-"),
    "titles of a megabyte": HEAD
    + b"".join(
        b"<item><guid>%d</guid><title>" % n + b"B" * 1_000_000 + b"</title></item>"
        for n in range(15)
    )
    + TAIL,
    "200,000 nested tags": an_entry(b"x", b"<description>" + b"<b>" * 200_000 + b"</description>"),
    "200,000 attributes": HEAD
    + b"<item "
    + b" ".join(b"a%d='1'" % n for n in range(200_000))
    + b"/></channel></rss>",
    "years 1 and 9999": an_entry(b"Old", b"<pubDate>Mon, 01 Jan 0001 00:00:00 GMT</pubDate>")
    + an_entry(b"New", b"<pubDate>Fri, 31 Dec 9999 23:59:59 +1400</pubDate>"),
    "JSON of arrays": b'{"version": "https://jsonfeed.org/version/1.1", "items": '
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}",
    "JSON of odd types": json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": {"a": 1},
            "items": [None, 7, {"id": [], "title": {}, "url": 5, "date_published": -1e300}],
        }
    ).encode(),
    "a page of 18 MB": b"<html><body>" + b"<p>not a feed" * 1_500_000,
}


def _begin(request: BaseHTTPRequestHandler, headers: Mapping[str, str], status: int = 200) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name, value)
    request.end_headers()


def _write_slowly(request: BaseHTTPRequestHandler, pieces: Iterable[bytes], every: float) -> None:
    ended = time.monotonic() + ENDLESS_SECONDS
    for piece in pieces:
        request.wfile.write(piece)
        request.wfile.flush()
        time.sleep(every)
        if time.monotonic() > ended:
            return


def _forever(piece: bytes) -> Iterable[bytes]:
    while True:
        yield piece


def drip_body(request: BaseHTTPRequestHandler) -> None:
    """A byte of the body at a time."""
    _begin(request, {"Content-Type": "application/rss+xml"})
    _write_slowly(request, _forever(b"<"), 0.1)


def drip_head(request: BaseHTTPRequestHandler) -> None:
    """A byte of the head at a time."""
    _write_slowly(request, (bytes([c]) for c in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 999), 0.1)


def stay_silent(_request: BaseHTTPRequestHandler) -> None:
    """No answer at all."""
    time.sleep(6)


def send_bomb(body: bytes, request: BaseHTTPRequestHandler) -> None:
    """A small file that becomes a large one."""
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/rss+xml"}
    reply(request, 200, body, headers)


def claim_length(request: BaseHTTPRequestHandler) -> None:
    """A length of 10 GB, and then nothing."""
    _begin(request, {"Content-Length": "10000000000"})
    request.wfile.write(HEAD)
    time.sleep(6)


def send_chunks(request: BaseHTTPRequestHandler) -> None:
    """Chunks without end, as fast as they go."""
    _begin(request, {"Transfer-Encoding": "chunked"})
    _write_slowly(request, _forever(b"10000\r\n" + b"x" * 65_536 + b"\r\n"), 0)


def send_headers(request: BaseHTTPRequestHandler) -> None:
    """Twenty thousand headers."""
    _begin(request, {f"X-{n}": "y" * 50 for n in range(20_000)})


def change_always(request: BaseHTTPRequestHandler) -> None:
    """Another body each time."""
    reply(request, 200, an_entry(str(time.time_ns()).encode()), {})


def answer_with(status: int, headers: Mapping[str, str], body: bytes = b"") -> Script:
    """A script of one answer."""
    return lambda request: reply(request, status, body, headers)


def make_scripts(server: FeedServer) -> dict[str, Script]:
    """Every hostile answer by its name; some lead on to further paths of the server."""
    bomb = gzip.compress(b" " * 300_000_000, 9)
    circle = [server.url(f"/circle/{n}") for n in range(2)]
    for n in range(2):
        server.redirect(f"/circle/{n}", 302, circle[1 - n])
    for n in range(40):
        server.redirect(f"/further/{n}", 302, server.url(f"/further/{n + 1}"))
    feed = an_entry(b"Something happened")
    answers = {
        name: answer_with(200, {"Content-Type": _content_type(name)}, body)
        for name, body in BODIES.items()
    }
    redirects = {
        "redirects in a circle": circle[0],
        "redirects without end": server.url("/further/0"),
        "redirect to a file": "file:///etc/passwd",
        "redirect inside": "http://169.254.169.254/latest/meta-data/",
    }
    answers |= {
        name: answer_with(301, {"Location": address}) for name, address in redirects.items()
    }
    return answers | {
        "drip in the body": drip_body,
        "drip in the head": drip_head,
        "silence": stay_silent,
        "gzip bomb of 300 MB": partial(send_bomb, bomb),
        "10 GB announced": claim_length,
        "chunks without end": send_chunks,
        "20,000 headers": send_headers,
        "a body that changes": change_always,
        "validators of 60 kB": answer_with(200, {"ETag": f'"{"e" * 60_000}"'}, feed),
        "Retry-After of 1e20": answer_with(429, {"Retry-After": "1e20"}),
        "Retry-After of -5": answer_with(503, {"Retry-After": "-5"}),
        "status 999 with codes": answer_with(999, {"X": "\x1b[31m"}, b"\x1b[2J"),
    }


def _content_type(name: str) -> str:
    if name.startswith("JSON"):
        return "application/feed+json"
    return "text/html" if "page" in name else "application/rss+xml"
