"""Feeds that publish when they are told to, in a process of its own that counts what it published.

A feed shows all that it ever published, so that what a reader lacks in the end it has lost. Every
fifth entry bears on the question of the rows.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate

from tests.benchmarks.feed_server import Server, header, reply
from tests.benchmarks.feed_world import Writer

HOSTS = [f"127.1.0.{number}" for number in range(1, 11)]
"""Several, since the feeds of one site are asked one after the other."""

BEARS_EVERY = 5


class Newsroom:
    """The feeds /feed/0, /feed/1 and so on."""

    def __init__(self) -> None:
        self._entries: dict[int, list[str]] = {}
        self._addresses: list[str] = []
        self._requests: list[tuple[int, float]] = []
        self._writer = Writer(random.Random(0))

    def publish(self, feeds: int, each: int, words: int = 40) -> int:
        """Publish entries in the first feeds; return how many were published until now."""
        for feed in range(feeds):
            for _ in range(each):
                self._publish(feed, words)
        return len(self._addresses)

    def _publish(self, feed: int, words: int) -> None:
        number = len(self._addresses)
        title = self._writer.title()
        if number % BEARS_EVERY == 0:
            title = f"Arland invites Borland to a summit in {title}"
        address = f"https://news.example/{feed}/{number}"
        self._addresses.append(address)
        self._entries.setdefault(feed, []).insert(
            0,
            f"<item><title>{title}</title><link>{address}</link><guid>{address}</guid>"
            f"<pubDate>{formatdate()}</pubDate>"
            f"<description>{' '.join(self._writer.words(words))}</description></item>",
        )

    def published(self) -> list[str]:
        """The addresses of all entries."""
        return self._addresses

    def requests(self) -> list[tuple[int, float]]:
        """Requests since this was last asked: which feed, and the monotonic time."""
        requests, self._requests = self._requests, []
        return requests

    def answer(self, path: str, head: bytes, transport: asyncio.Transport) -> None:
        """Serve a feed; 304 to those who know its newest entry."""
        feed = int(path.rsplit("/", 1)[1])
        self._requests.append((feed, time.monotonic()))
        entries = self._entries.get(feed, [])
        etag = f'"{len(entries)}"'
        if header(head, "If-None-Match") == etag:
            transport.write(reply("304 Not Modified", [f"ETag: {etag}"]))
            return
        body = (
            f'<rss version="2.0"><channel><title>Feed {feed}</title>{"".join(entries)}'
            "</channel></rss>"
        )
        transport.write(
            reply("200 OK", ["Content-Type: application/rss+xml", f"ETag: {etag}"], body.encode())
        )


@contextmanager
def open_newsroom() -> Iterator[Server]:
    """Serve the feeds until the end of the block."""
    with Server(Newsroom, HOSTS) as server:
        yield server


def feed_address(server: Server, feed: int) -> str:
    """The address of a feed."""
    return f"http://{server.addresses[feed % len(HOSTS)]}/feed/{feed}"
