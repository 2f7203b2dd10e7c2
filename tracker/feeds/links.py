"""Normalise the addresses of articles."""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

from tracker.feeds.text import remove_invisible

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
