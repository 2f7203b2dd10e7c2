"""Run feedparser on sanitised documents: by the lean parsers, else as it is.

The lean parsers subclass private classes of feedparser (see `lean_feedparser`), which another
version may have changed. So they are tried once on a small feed, as XML and malformed, and have to
return what the public `feedparser.parse` returns. If they do not, the public function parses every
document: four times as slow, without the protection from e-mail patterns and repeated categories
(hence `ParserPool` gives every document to a worker, which has limits), and with ids that follow
xml:base.

feedparser reads almost anything, but it is not hardened: a document of a few kilobytes can block it
for minutes. Each limit names the measurement behind it (feedparser 6.0.14, one core; "real feeds"
are 3,000 documents from the tests of other readers). Within them 10 MB take it 10 s at worst.
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
_VERSION: Final = re.compile(r"([a-z]+)(\d?)(\d*)")
_FORMAT_NAMES: Final = {"rss": "RSS", "atom": "Atom"}
_COMPARED: Final = ("id", "title", "link", "summary", "published", "published_parsed")


@dataclass(frozen=True, slots=True)
class FeedparserResult:
    """Result of feedparser; `fault` says why the document is no XML, "" if it is."""

    version: str
    feed: Any
    entries: Any
    fault: str

    @property
    def format(self) -> str:
        """Name and version of the format: RSS 2.0 for `rss20`; "" where feedparser knows none."""
        version = _VERSION.match(self.version or "")
        if version is None:
            return ""
        name, major, minor = version.groups("")
        return f"{_FORMAT_NAMES.get(name, name.upper())} {major}.{minor}".rstrip(" .")


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


MAX_ENTRIES_PER_END: Final = 1_000
"""Entries read at each end. Feeds run from new to old or from old to new, so the newest 500 of a
huge one are at one of its ends. 100,000 entries take feedparser 8 s, these 2,000 a fraction of one.
"""

MAX_NAMESPACES: Final = 100
"""Distinct namespaces, which take quadratic time: 10,000 take 2 to 8 s, 50,000 minutes. Of 3,000
real feeds none has more than 15, though some repeat theirs with each entry.
"""

MAX_ODD_NAMESPACES: Final = 1_000
"""Occurrences of the word in text, or declarations too long to compare."""

MAX_TAGS: Final = 400_000
"""Tags cost 10 to 35 µs each; no real feed has more than 46,000."""

MAX_REFERENCES: Final = 1_000_000
"""Occurrences of "&", which cost 2 to 3 µs each; no real feed has more than 195,000."""

MAX_XML_BASES: Final = 1_000
"""Occurrences of xml:base, whose nesting takes quadratic time: 160 KB of them take 7 s. No real
feed has more than 100.
"""

MANY_ATTRIBUTES: Final = re.compile(
    r"""<[^\s<>/!?"']++(?:\s++[^\s=<>"']++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+')){300}"""
)
"""The attributes of one tag take quadratic time: 16,000 take 4 s, 100,000 minutes."""

# Each alternative accepts the end of the text for a missing end, so none is tried twice.
_PROLOG: Final = re.compile(
    r"(?:[^<]++|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)"
    r"|<!DOCTYPE[^>\[]*+(?:\[.*?(?:\]\s*+>|\Z)|>|\Z)|<(?![A-Za-z_]))*+",
    re.DOTALL | re.IGNORECASE,
)
_NAMESPACE: Final = re.compile(
    r"""xmlns(?::[^\s=<>"']{1,100})?\s{0,9}=\s{0,9}(?:"[^"<]{0,300}"|'[^'<]{0,300}')"""
)
_ENTRY: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SanitisedDocument:
    """A sanitised document: from its first element on, at most 2,000 entries of it.

    `cut_from` is the original number of entries if some were cut out, else 0. `danger` says why it
    must not be parsed, "" if it may be.
    """

    document: str
    cut_from: int
    danger: str


def sanitise_document(text: str) -> SanitisedDocument:
    """Check and trim a document before it is parsed, in linear time."""
    document = strip_prolog(text)
    tags = document.count("<")
    starts = (
        [match.start() for match in _ENTRY.finditer(document)]
        if tags > 2 * MAX_ENTRIES_PER_END
        else []
    )
    if len(starts) <= 2 * MAX_ENTRIES_PER_END:
        return SanitisedDocument(document, 0, _find_danger(document, tags))
    ends = document[: starts[MAX_ENTRIES_PER_END]] + document[starts[-MAX_ENTRIES_PER_END] :]
    return SanitisedDocument(ends, len(starts), _find_danger(ends, ends.count("<")))


def strip_prolog(text: str) -> str:
    """Return the document from its first element on: without declaration, comments and document
    type.

    feedparser's patterns for these take quadratic or cubic time (44 KB of `encoding=` in the first
    line take 8 minutes, 16 KB of empty lines 3 s), and the document type holds the entities of XML
    bombs.
    """
    prolog = _PROLOG.match(text)
    return text[prolog.end() :] if prolog else text


def _find_danger(document: str, tags: int) -> str:
    """Return why feedparser must not parse this document, or ""."""
    if _has_many_namespaces(document):
        return f"more than {MAX_NAMESPACES} namespaces"
    if tags > MAX_TAGS:
        return f"more than {MAX_TAGS:,} tags"
    if len(document) > MAX_REFERENCES and document.count("&") > MAX_REFERENCES:
        return f"more than {MAX_REFERENCES:,} references"
    if document.count("xml:base") > MAX_XML_BASES:
        return f"more than {MAX_XML_BASES:,} uses of xml:base"
    if MANY_ATTRIBUTES.search(document):
        return "a tag with 300 attributes or more"
    return ""


def _has_many_namespaces(document: str) -> bool:
    uses = document.count("xmlns")
    if uses <= MAX_NAMESPACES:
        return False
    declared = _NAMESPACE.findall(document)
    return len(set(declared)) > MAX_NAMESPACES or uses - len(declared) > MAX_ODD_NAMESPACES


_HTML: Final = re.compile(r"<html[\s>]", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,40})")
_ROOT_DESCRIPTIONS: Final = {
    "html": "an HTML page",
    "opml": "an OPML list of feeds",
    "sitemapindex": "a sitemap",
    "urlset": "a sitemap",
}


def is_html_page(document: str) -> bool:
    """Return True if the document is an HTML page."""
    return bool(_HTML.match(document))


def describe_document(text: str, document: str, content_type: str) -> str:
    """Describe a document that is no feed; `document` is `text` without its prolog."""
    root = _ROOT.match(document)
    name = root[1].lower() if root else ""
    kind = content_type.partition(";")[0].strip().lower()
    if text.startswith("%PDF"):
        return "a PDF document, not a feed"
    if "\ufffd" in text[:100] or kind.startswith(("image/", "audio/", "video/")):
        return f"not text but {kind or 'unknown data'}"
    if not name:
        return "plain text, not a feed"
    return f"{_ROOT_DESCRIPTIONS.get(name, f'an XML document <{name}>')}, not a feed"
