"""Ids, hosts and links of new feeds."""

import hashlib
import unicodedata
from collections.abc import Container
from itertools import chain, count
from typing import Final
from urllib.parse import urlsplit

from tracker.feeds.item import FeedId
from tracker.feeds.links import resolve_web_link

MAX_ID_LENGTH: Final = 60
DEFAULT_ID: Final = "feed"

MAX_NUMBERED_IDS: Final = 99
"""Feeds of one name that get numbers. Further ones get part of a hash, so that 10,000 of them do
not take quadratic time.
"""


def make_feed_id(title: str, url: str, used_ids: Container[str]) -> FeedId:
    """Make an unused id: at most 60 of a-z, 0-9 and hyphens.

    It is made from the title, or from the host if the title is mostly in another script.
    """
    base = _make_slug(title) or _make_slug(extract_host(url)) or DEFAULT_ID
    numbers = ("", *(f"-{number}" for number in range(2, MAX_NUMBERED_IDS + 1)))
    hashes = (
        f"-{hashlib.sha256(f'{url} {number}'.encode()).hexdigest()[:12]}" for number in count()
    )
    names = (
        base[: MAX_ID_LENGTH - len(suffix)].rstrip("-") + suffix
        for suffix in chain(numbers, hashes)
    )
    return FeedId(next(name for name in names if name not in used_ids))


def extract_host(url: str) -> str:
    """Return the host of an address in lower case, without `www.`; "" if it has none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def resolve_feed_link(link: str, base: str = "") -> str:
    """Return the absolute http(s) address of a link, or "". Some readers write `feed://` and
    `feed:https://`.
    """
    link = link.strip()
    if link[:5].lower() == "feed:":
        target = link[5:]
        link = f"http:{target}" if target.startswith("//") else target
    return resolve_web_link(link, base)


def _make_slug(text: str) -> str:
    """Return ASCII letters and digits in lower case, joined by hyphens; "" if most letters are not
    ASCII.
    """
    text = text[:1_000]
    # Lower case before (ß becomes ss) and after (𝐀 becomes A only by NFKD).
    plain = (
        unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode().lower()
    )
    if 2 * sum(map(str.isalpha, plain)) < sum(map(str.isalpha, text)):
        return ""
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())[
        :MAX_ID_LENGTH
    ].rstrip("-")
