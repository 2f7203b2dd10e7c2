"""Run feedparser: by the lean parsers where the installed version supports them, else as it is.

The lean parsers subclass private classes of feedparser (see `lean_feedparser`), which another
version may have changed. So they are tried once on a small feed, as XML and malformed, and have to
return what the public `feedparser.parse` returns. If they do not, the public function parses every
document: four times as slow, without the protection from e-mail patterns and repeated categories
(hence `ParserPool` gives every document to a worker, which has limits), and with ids that follow
xml:base.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any, Final
from xml.sax import SAXException

import feedparser

_XML_BASE: Final = re.compile(r"base\s{0,9}=")

_SAMPLE: Final = """<rss version="2.0"><channel><title>T</title><link>http://a.example/</link><item>
<title>A &amp; B</title><link>http://a.example/1</link><guid isPermaLink="false">1</guid>
<description>&lt;p&gt;S&lt;/p&gt;</description><pubDate>Wed, 01 Jun 2022 10:30:00 GMT</pubDate>
</item><item><title>C</title><guid>http://a.example/2</guid></item></channel></rss>"""
_COMPARED: Final = ("id", "title", "link", "summary", "published", "published_parsed")


@dataclass(frozen=True, slots=True)
class FeedparserResult:
    """Result of feedparser; `fault` says why the document is no XML, "" if it is."""

    version: str
    feed: Any
    entries: Any
    fault: str


Run = Callable[[str, str], FeedparserResult]
"""Parses a document; the second argument is the address that xml:base is relative to."""


def run_feedparser(document: str, url: str) -> FeedparserResult:
    """Parse a document as XML, else with feedparser's lenient parser.

    Only xml:base needs the feed's address here. (feedparser also obeys an attribute `base`. Without
    an address to return to, the base of one entry would apply to those after it.)
    """
    run, _ = _choose_run()
    return run(document, url if _XML_BASE.search(document) else "")


def is_lean() -> bool:
    """Return True if the lean parsers work with the installed feedparser."""
    return not _choose_run()[1]


@cache
def _choose_run() -> tuple[Run, str]:
    """Return the way to run feedparser, and the reason for the fallback ("" for none); log it."""
    try:
        run = _load_lean()
    except (AttributeError, ImportError, LookupError, TypeError, ValueError) as error:
        import structlog  # the workers do without it

        reason = f"{type(error).__name__}: {error}"
        structlog.get_logger("tracker.feeds.parsing").warning("feedparser.slow", reason=reason)
        return _run_plain, reason
    return run, ""


def _load_lean() -> Run:
    """Import and try the lean parsers; fail if they are not usable."""
    from tracker.feeds.parsing.lean_feedparser import list_missing_parts, parse_lean

    def run_lean(document: str, home: str) -> FeedparserResult:
        parser, fault = parse_lean(document, home)
        return FeedparserResult(parser.version, parser.feeddata, parser.entries, fault)

    if missing := list_missing_parts():
        raise AttributeError(f"feedparser has no {', '.join(missing)}")
    for sample in (_SAMPLE, _SAMPLE.removesuffix("</channel></rss>")):
        if _summarise(run_lean(sample, "")) != _summarise(_run_plain(sample, "")):
            raise ValueError("the lean parsers read a sample differently")
    return run_lean


def _summarise(result: FeedparserResult) -> object:
    """Return the parts of a result that are used."""
    entries = [[entry.get(name) for name in _COMPARED] for entry in result.entries]
    return result.version, result.feed.get("title"), result.feed.get("link"), entries, result.fault


def _run_plain(document: str, home: str) -> FeedparserResult:
    """Parse with the public function; it neither fetches nor opens anything given bytes."""
    result = feedparser.parse(
        BytesIO(document.encode(errors="replace")),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": home,
        },
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    problem = result.get("bozo_exception")
    fault = problem.getMessage() if isinstance(problem, SAXException) else ""
    return FeedparserResult(result.get("version", ""), result.feed, result.entries, fault)
