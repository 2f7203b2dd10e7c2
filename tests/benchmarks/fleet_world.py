"""10,000 feeds, 30 % of them bad in nine ways, and the server of those that have one.

Feed NUMBER of a kind has the address http://HOST/KIND/NUMBER, 20 feeds a host. The hosts are
addresses of the loopback network (127.1.x.y), which Linux has all of without being asked, so that
what is said of one host is not said of all. Good feeds have ten entries and validators; a tenth of
them have news every hour, three tenths every six hours, the others once a day.
"""

import asyncio
import random
import time
from datetime import datetime, timedelta
from email.utils import format_datetime

from tests.benchmarks.feed_server import header, reply
from tests.benchmarks.feed_world import START, Writer

FEEDS = 10_000
GOOD = 7_000
BAD_KINDS = ("refused", "dns", "404", "410", "429", "500", "badxml", "circle", "drip")
WITHOUT_SERVER = ("refused", "dns")
FEEDS_PER_HOST = 20
SHOWN = 10
RETRY_AFTER_SECONDS = 3600
DRIP_SECONDS = 0.1
HOSTS = [f"127.1.{number // 200}.{number % 200 + 1}" for number in range(FEEDS // FEEDS_PER_HOST)]

_NOT_A_FEED = b'<?xml version="1.0"?>\n<page><p>We are &nbsp; <b>rebuilding</p> our site < soon & better</page'
_ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: 99999\r\n\r\n"
_FIXED = {
    "404": reply("404 Not Found"),
    "410": reply("410 Gone"),
    "429": reply("429 Too Many Requests", [f"Retry-After: {RETRY_AFTER_SECONDS}"]),
    "500": reply("500 Internal Server Error"),
    "badxml": reply("200 OK", ["Content-Type: application/rss+xml", 'ETag: "broken"'], _NOT_A_FEED),
}


def kind(number: int) -> str:
    """What is the matter with a feed: the good ones come first, the kinds of bad ones take
    turns.
    """
    return "good" if number < GOOD else BAD_KINDS[(number - GOOD) % len(BAD_KINDS)]


def address(number: int, hosts: list[str]) -> str:
    """Where a feed is."""
    match kind(number):
        case "refused":  # nobody listens on port 1
            return f"http://{hosts[number // FEEDS_PER_HOST].split(':')[0]}:1/refused/{number}"
        case "dns":
            return f"http://feed-{number}.invalid/dns/{number}"
        case name:
            return f"http://{hosts[number // FEEDS_PER_HOST]}/{name}/{number}"


def opml(hosts: list[str]) -> bytes:
    """The whole fleet as a list of subscriptions."""
    lines = [
        f'<outline type="rss" text="{kind(n)} {n}" xmlUrl="{address(n, hosts)}"/>'
        for n in range(FEEDS)
    ]
    return f'<opml version="2.0"><head/><body>{"".join(lines)}</body></opml>'.encode()


class FleetSite:
    """Answers by what is the matter with a feed, and keeps a list of who asked for what when."""

    def __init__(self) -> None:
        self._hour = 0
        self._seen: list[tuple[int, float]] = []
        self._writer = Writer(random.Random(0))

    def at_hour(self, hour: int) -> None:
        """So many simulated hours have passed."""
        self._hour = hour

    def seen(self) -> list[tuple[int, float]]:
        """The requests since this was last asked: which feed, and when by the clock that all
        processes share.
        """
        seen, self._seen = self._seen, []
        return seen

    def answer(self, path: str, head: bytes, transport: asyncio.Transport) -> None:
        """The feed, or what it has instead."""
        _, name, number, *hops = path.split("/")
        if not hops:  # what redirects lead to is part of the same attempt
            self._seen.append((int(number), time.monotonic()))
        match name:
            case "good":
                transport.write(self._feed(int(number), header(head, "If-None-Match")))
            case "circle":
                further = f"/circle/{number}/{int(hops[0]) + 1 if hops else 1}"
                transport.write(reply("302 Found", [f"Location: {further}"]))
            case "drip":
                transport.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: 99999\r\n\r\n"
                )
                _drip(transport)
            case _:
                transport.write(_FIXED[name])

    def _feed(self, number: int, known: str) -> bytes:
        period = _period_hours(number)
        newest = (self._hour + number) // period
        etag = f'"{number}-{newest}"'
        if known == etag:
            return reply("304 Not Modified", [f"ETag: {etag}"])
        items = "".join(
            self._item(number, n, _published(number, n)) for n in range(newest, newest - SHOWN, -1)
        )
        body = f'<rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'
        return reply(
            "200 OK", ["Content-Type: application/rss+xml", f"ETag: {etag}"], body.encode()
        )

    def _item(self, number: int, n: int, published: datetime) -> str:
        self._writer.rng.seed(f"{number} {n}")
        return (
            f"<item><title>{self._writer.title()}</title><link>https://news.example/{number}/{n}</link>"
            f"<guid>tag:news.example,{number}:{n}</guid><pubDate>{format_datetime(published)}</pubDate>"
            f"<description>{' '.join(self._writer.words(40))}</description></item>\n"
        )


def _period_hours(number: int) -> int:
    return 1 if number % 10 == 0 else 6 if number % 10 < 4 else 24


def _published(number: int, n: int) -> datetime:
    return START + timedelta(hours=n * _period_hours(number) - number)


def _drip(transport: asyncio.Transport) -> None:
    if not transport.is_closing():
        transport.write(b" ")
        asyncio.get_running_loop().call_later(DRIP_SECONDS, _drip, transport)
