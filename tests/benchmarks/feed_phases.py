"""The server of the 500 feeds: what it answers in each phase of the benchmark.

cold         documents that nobody has seen
same         nothing has changed, and those who name the validators are told so (304)
slow         the same, 150 ms after each request
changed      5 % of the feeds have three new entries and an edited one; 304 for the others
identical    the documents of the phase before, in full, and no validators
timestamps   these again, but with another time of building in each
"""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Literal

from tests.benchmarks.feed_server import header, reply
from tests.benchmarks.feed_world import CHANGED_EVERY, FEEDS, START, FeedText, feed_texts

Phase = Literal["cold", "same", "slow", "changed", "identical", "timestamps"]
PHASES: tuple[Phase, ...] = ("cold", "same", "slow", "changed", "identical", "timestamps")
PORTS = 50
LATENCY_SECONDS = 0.15


class PhaseSite:
    """Answers `/NUMBER.xml` by the phase."""

    def __init__(self, corpus: Path | None = None) -> None:
        self._texts = feed_texts(corpus=corpus)
        self._latency = 0.0
        self._statuses: Counter[str] = Counter()
        self.phase("cold")

    def phase(self, name: Phase) -> None:
        """Put together the answers of a phase; the count of what was answered starts anew."""
        self._latency = LATENCY_SECONDS if name == "slow" else 0.0
        self._statuses.clear()
        self._pages = [_page(text, name, number) for number, text in enumerate(self._texts)]

    def answered(self) -> dict[str, int]:
        """How often each status was sent in this phase."""
        return dict(self._statuses)

    def answer(self, path: str, head: bytes, transport: asyncio.Transport) -> None:
        """The feed, or that it has not changed."""
        etag, whole, unchanged = self._pages[int(path[1:-4])]
        known = bool(etag) and header(head, "If-None-Match") == etag
        self._statuses["304" if known else "200"] += 1
        answer = unchanged if known else whole
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, transport.write, answer)
        else:
            transport.write(answer)


def make_site(corpus: Path | None) -> partial[PhaseSite]:
    """What the server's process calls."""
    return partial(PhaseSite, corpus)


def addresses(hosts: list[str]) -> list[str]:
    """Where the feeds are, ten a port."""
    return [f"http://{hosts[number % len(hosts)]}/{number}.xml" for number in range(FEEDS)]


def _page(text: FeedText, phase: Phase, number: int) -> tuple[str, bytes, bytes]:
    changed = phase not in ("cold", "same", "slow") and number % CHANGED_EVERY == 0
    built = START + timedelta(hours=int(changed) + 2 * (phase == "timestamps"))
    headers = [f"Content-Type: {text.dialect.content_type}"]
    etag = ""
    if phase not in ("identical", "timestamps"):
        etag = f'"{number}-{int(changed)}"'
        headers += [f"ETag: {etag}", f"Last-Modified: {built:%a, %d %b %Y %H:%M:%S} GMT"]
    body = text.document(changed=changed, built=built)
    return etag, reply("200 OK", headers, body), reply("304 Not Modified", headers[1:])
