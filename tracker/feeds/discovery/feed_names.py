"""What a new feed is called: its id, its host, and its address as links give it."""

import hashlib
import unicodedata
from collections.abc import Container
from itertools import chain, count
from typing import Final
from urllib.parse import urlsplit

from tracker.feeds.item import FeedId
from tracker.feeds.links import web_link

LONGEST_ID: Final = 60
LAST_RESORT: Final = "feed"

MOST_NUMBERS: Final = 99
"""Feeds of one name that get numbers. More of them get a piece of a hash, so that 10,000 namesakes
cost no square.
"""


def feed_id(title: str, url: str, taken: Container[str]) -> FeedId:
    """An id that is not taken: at most 60 of a-z, 0-9 and hyphens.

    It is made from the title, or from the host when the title is mostly in another script.
    """
    base = _slug(title) or _slug(host_of(url)) or LAST_RESORT
    numbers = ("", *(f"-{number}" for number in range(2, MOST_NUMBERS + 1)))
    hashes = (
        f"-{hashlib.sha256(f'{url} {number}'.encode()).hexdigest()[:12]}" for number in count()
    )
    names = (
        base[: LONGEST_ID - len(ending)].rstrip("-") + ending for ending in chain(numbers, hashes)
    )
    return FeedId(next(name for name in names if name not in taken))


def host_of(url: str) -> str:
    """The host of an address in lower case, without `www.`; "" if it has none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def feed_link(link: str, base: str = "") -> str:
    """The absolute http(s) address behind a link, or "". `feed://` and `feed:https://` are how some
    readers link.
    """
    link = link.strip()
    if link[:5].lower() == "feed:":
        rest = link[5:]
        link = f"http:{rest}" if rest.startswith("//") else rest
    return web_link(link, base)


def _slug(words: str) -> str:
    """Letters and digits of ASCII in lower case, hyphens between; "" when most of the letters are
    others.
    """
    words = words[:1_000]
    # Small letters before (ß has none but ss) and after (𝐀 is an A only then).
    plain = (
        unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode().lower()
    )
    if 2 * sum(map(str.isalpha, plain)) < sum(map(str.isalpha, words)):
        return ""
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())[:LONGEST_ID].rstrip(
        "-"
    )
