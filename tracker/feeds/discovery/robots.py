"""What a site lets robots fetch. The only file that knows protego.

Asked before the page of an item is fetched for its full text, which is a robot's visit; a feed that
somebody subscribed to is not. protego takes patterns apart without regular expressions, so a
hostile one costs a search at most; what costs it the square is naming many agents above many rules,
which `MOST_ENTRIES` bounds.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from protego import Protego

LARGEST: Final = 512_000
"""Bytes that are read (RFC 9309 asks for 500 KiB at least); what comes after them is not heard."""

LONGEST_DELAY: Final = 86_400.0
"""Seconds. A site that asks for more than a day between two visits is taken to mean a day."""

MOST_AGENTS: Final = 1_000
MOST_ENTRIES: Final = 500_000
"""Agents of a group times its rules, summed over the groups: what protego keeps, at about 1 µs and
70 bytes each.
"""

_AGENT: Final = re.compile(r"user[- ]?agent", re.IGNORECASE)
_RULE: Final = re.compile(
    r"(?:allow|disallow|crawl-delay|request-rate|visit-time)\s*:", re.IGNORECASE
)
"""What ends a list of agents for certain. protego takes other words for it as well."""


@dataclass(frozen=True, slots=True)
class Robots:
    """A site's wishes. Without `rules` it is `open` to everybody or to nobody."""

    rules: Protego | None
    open: bool

    def allows(self, url: str, user_agent: str) -> bool:
        """May the robot that calls itself `user_agent` (the whole header or its product name) fetch
        this address?
        """
        if self.rules is None:
            return self.open
        try:
            return bool(self.rules.can_fetch(url, user_agent))
        except ValueError:  # no address at all
            return False

    def delay_seconds(self, user_agent: str) -> float:
        """Seconds that the site wants between two visits of this robot, 0 to a day; 0 if it does
        not say.
        """
        if self.rules is None:
            return 0.0
        rate = self.rules.request_rate(user_agent)
        delay = self.rules.crawl_delay(user_agent) or 0.0
        return min(max(delay, rate.seconds / rate.requests if rate else 0.0), LONGEST_DELAY)


EVERYTHING: Final = Robots(None, open=True)
NOTHING: Final = Robots(None, open=False)


def read_robots(status: int | None, body: bytes = b"") -> Robots:
    """The wishes in an answer to `robots_url`; a status of None means that there was no answer.

    By RFC 9309 a site without the file (4xx) allows everything, and one that cannot be asked (5xx,
    no answer) allows nothing for now. So does one that answers "too many requests" (429).
    """
    if status is None or status == 429 or not 200 <= status < 500:
        return NOTHING
    if status >= 300:  # also redirects that led nowhere
        return EVERYTHING
    text = _within(body).decode("utf-8-sig", "replace")
    return NOTHING if _too_tangled(text) else Robots(Protego.parse(text), open=True)


def robots_url(url: str) -> str:
    """Where the robots.txt of an address's site is; "" if it is no http(s) address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return (
        f"{parts.scheme}://{host}/robots.txt" if parts.scheme in ("http", "https") and host else ""
    )


def _within(body: bytes) -> bytes:
    """What is read of a file: whole lines, for half of "Disallow: /private" forbids everything."""
    return (
        body
        if len(body) <= LARGEST
        else body[: max(body.rfind(end, 0, LARGEST) for end in (b"\n", b"\r")) + 1]
    )


def _too_tangled(text: str) -> bool:
    agents = entries = 0
    ruled = True
    for line in filter(None, (line.partition("#")[0].strip() for line in text.splitlines())):
        if _AGENT.match(line):
            agents = 1 if ruled else agents + 1
            ruled = False
        else:
            entries += agents
            ruled = ruled or _RULE.match(line) is not None
        if agents > MOST_AGENTS or entries > MOST_ENTRIES:
            return True
    return False
