"""Addresses of articles: which may be kept, and when two are the same."""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

from tracker.feeds.text import visible

LONGEST_LINK: Final = 2_000

TRACKING: Final = re.compile(
    r"(?:(?:utm_|at_|mc_|hsa?_|pk_|mtm_|wt[._]|ns_).*|(?:fb|g|d|y|tw|ms|igs|ttc|wbra|gbra)cl(?:k?id|src)|igshid|_ga|_hsenc|_hsmi"
    r"|cmpid|ncid|ocid|ito|ftag|smid|taid|guccounter|xtor|mkt_tok|ref_src|ref_url|ftcamp|traffic_source)(?:=.*)?|mod=rss.*",
    re.IGNORECASE,
)
"""Parameters of an address that say who followed it, not what it leads to."""


def canonical_url(url: str) -> str:
    """One name for all addresses of an article; "" for an address that is not http(s).

    No scheme, `www.`, `m.`, default port, user, fragment, tracking parameter or trailing slash:
    `https://www.Example.org:443/news/?id=7&utm_source=x#top` is `example.org/news?id=7`.
    """
    parts = _http_parts(url)
    if parts is None:
        return ""
    host, port, path, query = parts
    while host.startswith(("www.", "m.")) and "." in host.partition(".")[2]:
        host = host.partition(".")[2]
    kept = [p for p in query.split("&") if p and not TRACKING.fullmatch(p)]
    return host + port + path.rstrip("/") + ("?" + "&".join(kept) if kept else "")


def _http_parts(url: str) -> tuple[str, str, str, str] | None:
    """Host in lower case, port (":8080", "" for the usual ones), path and query of an http(s)
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


def web_link(link: str, base: str) -> str:
    """An absolute http(s) address, or "" for anything else, such as javascript: and data:."""
    try:
        absolute = urljoin(base, visible(link).strip()) if link.strip() else ""
    except ValueError:
        return ""
    return absolute if len(absolute) <= LONGEST_LINK and _http_parts(absolute) else ""
