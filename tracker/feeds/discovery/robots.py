"""Rules of sites for robots (robots.txt). The only module that imports protego.

Obeyed before the page of an item is fetched for its full text, and before the table of a series is
asked; subscribed feeds are exempt. protego matches patterns without regular expressions, so a
hostile one costs at most a search; many agents above many rules take quadratic time, which
`MAX_RULE_ENTRIES` bounds.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from protego import Protego

MAX_ROBOTS_BYTES: Final = 512_000
"""Bytes that are read (RFC 9309 requires at least 500 KiB); the rest is ignored."""

MAX_DELAY_SECONDS: Final = 86_400.0
"""Maximum delay in seconds: a site that asks for more is taken to mean a day."""

MAX_AGENTS: Final = 1_000
MAX_RULE_ENTRIES: Final = 500_000
"""Agents of a group times its rules, summed over the groups: what protego stores, at about 1 µs and
70 bytes each.
"""

_AGENT: Final = re.compile(r"user[- ]?agent", re.IGNORECASE)
_RULE: Final = re.compile(
    r"(?:allow|disallow|crawl-delay|request-rate|visit-time)\s*:", re.IGNORECASE
)
"""Certain end of a list of agents. protego accepts other words as well."""


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """Rules of a site. Without `rules` it is `open` to all robots or to none."""

    rules: Protego | None
    open: bool

    @property
    def unreadable(self) -> bool:
        """Return True if the site did not say which robots may come."""
        return self.rules is None and not self.open

    def allows(self, url: str, user_agent: str) -> bool:
        """Return True if the robot `user_agent` (the whole header or its product name) may fetch
        this address.
        """
        if self.rules is None:
            return self.open
        try:
            return bool(self.rules.can_fetch(url, user_agent))
        except ValueError:  # not an address
            return False

    def delay_seconds(self, user_agent: str) -> float:
        """Return the delay between two visits of this robot in seconds, 0 to a day; 0 if
        unspecified.
        """
        if self.rules is None:
            return 0.0
        rate = self.rules.request_rate(user_agent)
        delay = self.rules.crawl_delay(user_agent) or 0.0
        return min(max(delay, rate.seconds / rate.requests if rate else 0.0), MAX_DELAY_SECONDS)


ALLOW_ALL: Final = RobotsRules(None, open=True)
ALLOW_NONE: Final = RobotsRules(None, open=False)


def parse_robots(status: int | None, body: bytes = b"") -> RobotsRules:
    """Parse the answer to a request for robots.txt; a status of None means that there was no
    answer.

    By RFC 9309 a site without the file (4xx) allows everything, and one that cannot be reached
    (5xx, no answer) allows nothing for now. So does one that answers "too many requests" (429).
    """
    if status is None or status == 429 or not 200 <= status < 500:
        return ALLOW_NONE
    if status >= 300:  # also redirects without a target
        return ALLOW_ALL
    text = _cut_to_limit(body).decode("utf-8-sig", "replace")
    return (
        ALLOW_NONE if _has_too_many_entries(text) else RobotsRules(Protego.parse(text), open=True)
    )


def make_robots_url(url: str) -> str:
    """Return the address of a site's robots.txt; "" for anything but http(s)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return (
        f"{parts.scheme}://{host}/robots.txt" if parts.scheme in ("http", "https") and host else ""
    )


def _cut_to_limit(body: bytes) -> bytes:
    """Cut a file to whole lines, as half of "Disallow: /private" would forbid everything."""
    return (
        body
        if len(body) <= MAX_ROBOTS_BYTES
        else body[: max(body.rfind(end, 0, MAX_ROBOTS_BYTES) for end in (b"\n", b"\r")) + 1]
    )


def _has_too_many_entries(text: str) -> bool:
    agents = entries = 0
    has_rules = True
    for line in filter(None, (line.partition("#")[0].strip() for line in text.splitlines())):
        if _AGENT.match(line):
            agents = 1 if has_rules else agents + 1
            has_rules = False
        else:
            entries += agents
            has_rules = has_rules or _RULE.match(line) is not None
        if agents > MAX_AGENTS or entries > MAX_RULE_ENTRIES:
            return True
    return False
