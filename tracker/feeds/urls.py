"""Normalise the addresses of articles."""

import hashlib
import re
import unicodedata
from collections.abc import Container
from itertools import chain, count
from typing import Final
from urllib.parse import urljoin, urlsplit

from tracker.feeds.item import FeedId
from tracker.feeds.plain_text import remove_invisible

MAX_URL_LENGTH: Final = 2_000

TRACKING_PARAMETERS: Final = re.compile(
    r"(?:(?:utm_|at_|mc_|hsa?_|pk_|mtm_|wt[._]|ns_).*"
    r"|(?:fb|g|d|y|tw|ms|igs|ttc|wbra|gbra)cl(?:k?id|src)|igshid|_ga|_hsenc|_hsmi"
    r"|cmpid|ncid|ocid|ito|ftag|smid|taid|guccounter|xtor|mkt_tok|ref_src|ref_url|ftcamp"
    r"|traffic_source)(?:=.*)?|mod=rss.*",
    re.IGNORECASE,
)
"""Query parameters that identify the referrer, not the article."""


def canonical_url(url: str) -> str:
    """Return one key for all addresses of an article; "" unless http(s).

    No scheme, `www.`, `m.`, default port, user, fragment, tracking parameter or trailing slash:
    `https://www.Example.org:443/news/?id=7&utm_source=x#top` is `example.org/news?id=7`.
    """
    parts = _split_http_url(url)
    if parts is None:
        return ""
    host, port, path, query = parts
    while host.startswith(("www.", "m.")) and "." in host.partition(".")[2]:
        host = host.partition(".")[2]
    parameters = [p for p in query.split("&") if p and not TRACKING_PARAMETERS.fullmatch(p)]
    return host + port + path.rstrip("/") + ("?" + "&".join(parameters) if parameters else "")


def extract_part(url: str) -> str:
    """Return the part of a page that an address points to, its fragment; "" for the whole page.

    Tracking parameters and highlighted text are none.

    >>> extract_part("https://t.me/channel#42"), extract_part("https://example.org/a#xtor=RSS-1")
    ('42', '')
    """
    try:
        fragment = urlsplit(url.strip()).fragment.partition(":~:")[0]
    except ValueError:
        return ""
    parts = [p for p in fragment.split("&") if p and not TRACKING_PARAMETERS.fullmatch(p)]
    return "&".join(parts)


def _split_http_url(url: str) -> tuple[str, str, str, str] | None:
    """Return lower-case host, port (":8080", "" for the default ones), path and query of an http(s)
    address.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("http", "https") or not host:
        return None
    return (
        f"[{host}]" if ":" in host else host,
        "" if port in (None, 80, 443) else f":{port}",
        parts.path,
        parts.query,
    )


def resolve_web_link(link: str, base: str) -> str:
    """Return the absolute http(s) address, or "" for anything else, such as javascript:
    and data:.
    """
    try:
        absolute = urljoin(base, remove_invisible(link).strip()) if link.strip() else ""
    except ValueError:
        return ""
    return absolute if len(absolute) <= MAX_URL_LENGTH and _split_http_url(absolute) else ""


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
