"""Hostile feeds, polled over HTTP beside a good one: each harms itself alone, and within its
limits.
"""

import gzip
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from tests.builders import FakeClock, a_feed, a_set, an_rss
from tests.feeds.feed_server import FeedServer, reply
from tracker.app.tracker import open_tracker
from tracker.settings import Settings

NEWS = an_rss(("Arland invites Borland to a summit", "https://wire.invalid/1"))
HEAD = b"<rss version='2.0'><channel><title>x</title>"
LOL = b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
HOSTILE = {
    "bomb": b"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY l0 'lol'>"
    + LOL
    + b"]><rss><channel><title>&l9;</title></channel></rss>",
    "outside": b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    + HEAD
    + b"<item><title>&x;</title></item></channel></rss>",
    "comments": HEAD
    + b"<item><description>"
    + b"<!--" * 200_000
    + b"</description></item></channel></rss>",
    "namespaces": b"<rss "
    + b" ".join(b"xmlns:n%d='urn:%d'" % (n, n) for n in range(50_000))
    + b"></rss>",
    "unclosed": HEAD + b"<item><title>Something happened" * 50_000,
    "many": HEAD
    + b"<item><title>Something happened</title></item>" * 100_000
    + b"</channel></rss>",
    "long": HEAD + b"<item><title>" + b"A" * 10_000_000 + b"</title></item></channel></rss>",
    "deep": HEAD + b"<a>" * 100_000,
    "nothing": b"\0" * 100_000,
}


def drip(request: BaseHTTPRequestHandler) -> None:
    """A document that comes one byte at a time."""
    request.send_response(200)
    request.end_headers()
    for _ in range(100):
        request.wfile.write(b"<")
        request.wfile.flush()
        time.sleep(0.1)


def zipped(request: BaseHTTPRequestHandler) -> None:
    """A kilobyte that becomes 60 MB."""
    body = gzip.compress(b" " * 60_000_000, 9)
    reply(request, 200, body, {"Content-Encoding": "gzip", "Content-Type": "application/rss+xml"})


@pytest.mark.slow
def test_hostile_feeds_harm_only_themselves(
    on_sqlite: Settings, clock: FakeClock, feed_server: FeedServer
) -> None:
    for name, body in HOSTILE.items():
        feed_server.serve(f"/{name}", body)
    feed_server.script("/drip", drip)
    feed_server.script("/zipped", zipped)
    feed_server.answer(
        "/inside", 301, headers={"Location": "http://169.254.169.254/latest/meta-data/"}
    )
    feed_server.serve("/wire", NEWS)
    names = [*HOSTILE, "drip", "zipped", "inside", "wire"]
    settings = replace(on_sqlite, private_feeds="127.0.0.1", fetch_seconds=3, fetch_megabytes=15)
    with open_tracker(settings, now=clock) as tracker:
        tracker.question_sets.load(
            a_set(feeds=[a_feed(name, url=feed_server.url(f"/{name}")) for name in names])
        )
        report = tracker.feeds.poll()
        found = {row.state.id: row.state for row in tracker.feeds.list()}
        items = [item for name in names for item in tracker.feeds.get(name).items]
    assert report.feeds == len(names)
    assert (found["wire"].last_error, report.new_evidence) == ("", 1)
    errors = {name: found[name].last_error for name in names}
    assert errors["drip"] == "timed out after 3 s"
    assert "larger than 15 MB" in errors["zipped"]
    assert "not a public address" in errors["inside"]
    assert "namespaces" in errors["namespaces"]
    assert "entries, of which the newest 500" in errors["many"]
    assert found["many"].items_seen <= 500
    assert all("root:" not in item.title and len(item.title) <= 300 for item in items)
