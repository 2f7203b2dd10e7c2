"""feedparser's own parsers without the unused parts, by subclasses of its private classes.

feedparser is the slowest part of reading, so it does only what is used: no cleaning of markup that
becomes plain text anyway, no resolving of addresses inside markup, no unused elements, and no
second decoding. 110 real feeds (25 MB, 3,371 entries) take it 0.6 s this way, 2.5 s in its own raw
mode, and 7.4 s by default.

Another version of feedparser may lack the private classes: the import of this module, or a parser,
fails then. `feedparser_adapter` checks that before it uses them.
"""

import re
from typing import Any, Final

import feedparser

from tracker.feeds.parsing.parse import FeedparserNames, parse_xml

_C1: Final = re.compile("[\x80-\x9f]")
_IGNORED_ELEMENTS: Final = frozenset(
    "author category comments contributor email enclosure name uri dc:creator dc:publisher "
    "dc:subject itunes:author itunes:duration itunes:episode itunes:episodetype itunes:explicit "
    "itunes:image itunes:keywords itunes:season media:content media:credit media:keywords "
    "media:thumbnail slash:comments thr:total wfw:commentrss".split()
)
"""Elements of an entry that are not used: a fifth of all elements in real feeds."""


OVERRIDDEN: Final = (
    "_add_tag",
    "_end_guid",
    "_end_id",
    "_matchnamespaces",
    "_sync_author_detail",
    "push_content",
    "resolve_uri",
)
"""Private methods and attributes whose names must exist: an override of another name would have no
effect.
"""


def parse_lean(document: str, home: str) -> tuple[Any, str]:
    """Parse as XML, else with feedparser's lenient parser; return the parser and the XML error."""
    strict = _StrictParser(home)
    fault = parse_xml(document, strict)
    if not fault:
        return strict, ""
    loose = _LooseParser(home)
    loose.feed(document)
    return loose, fault


def list_missing_parts() -> list[str]:
    """Return the overridden names that feedparser does not have."""
    return [name for name in OVERRIDDEN if not hasattr(feedparser.mixin._FeedParserMixin, name)]


class _LeanParser(feedparser.mixin._FeedParserMixin):  # type: ignore[misc]
    """feedparser's handling of elements, without the unused parts.

    It searches authors for e-mail addresses (40 KB of "a.a.a." take 10 s) and compares each
    category with those before it (16,000 take 6 s); both are skipped here. Ids are not resolved, so
    that entries are still recognised when the feed moves.
    """

    resolve_relative_uris = False
    sanitize_html = False
    can_be_relative_uri = feedparser.mixin._FeedParserMixin.can_be_relative_uri - {"id"}

    def __init__(self, home: str) -> None:
        super().__init__(feedparser.urls.make_safe_absolute_uri(home, home), None, "utf-8")
        self.home = self.baseuri

    def _sync_author_detail(self, key: str = "author") -> None: ...

    def _add_tag(self, *tag: object) -> None:
        self._get_context().setdefault("tags", [])

    def push_content(self, tag: str, attrs: Any, kind: str, expecting_text: Any) -> None:
        super().push_content(tag, attrs, kind, expecting_text)
        self.contentparams: Any = _ContentParams(self.contentparams)

    def resolve_uri(self, uri: str) -> Any:
        """Resolve an address against xml:base; the feed's own address is applied later."""
        if self.baseuri != self.home:
            return super().resolve_uri(uri)
        return feedparser.urls._urljoin("", uri) if ":///" in uri else uri

    def _end_guid(self) -> None:
        super()._end_guid()
        context = self._get_context()
        if context.get("guidislink"):  # the guid has become the link
            context["link"] = self.resolve_uri(context["link"])

    _end_id = _end_guid


class _ContentParams(dict[str, Any]):
    """feedparser's attributes of a text; it deep-copies them twice, which takes 20 µs
    by default.
    """

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        return dict(self)  # all values are strings


class _LooseParser(_LeanParser, feedparser.api.LooseFeedParser):  # type: ignore[misc]
    pass


class _StrictParser(_LeanParser, feedparser.api.StrictFeedParser):  # type: ignore[misc]
    """feedparser's handling of well-formed XML, called by `parse_xml`."""

    decls: dict[str, str]

    def __init__(self, home: str) -> None:
        super().__init__(home)
        self.element_names = FeedparserNames(self._matchnamespaces, self.namespaces_in_use)
        self.skipped: list[bool] = []

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        self.element_names.clear_names()
        self.startPrefixMapping(prefix, uri)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self.element_names.map_element(name)
        # feedparser keeps no text directly in an entry, so the text of a skipped element is lost.
        is_ignored = (
            tag in _IGNORED_ELEMENTS and self.inentry and self.elementstack[-1][0] == "item"
        )
        self.skipped.append(is_ignored)
        attrs, self.decls = self.decls, {}
        if is_ignored:
            self.depth += 1
            return
        if attributes:
            attrs.update(self.element_names.map_attributes(attributes))
        self.unknown_starttag(tag, list(attrs.items()))

    def end(self, name: str) -> None:
        if self.skipped.pop():
            self.depth -= 1
        else:
            self.unknown_endtag(self.element_names.map_element(name))

    @staticmethod
    def decode_entities(element: str, text: str) -> str:
        return _FastText(text)


class _FastText(str):
    """Text that is quick to translate: Windows characters in C1 are replaced only if
    there are any.
    """

    __slots__ = ()

    def translate(self, table: Any) -> str:
        return str(self).translate(table) if _C1.search(self) else str(self)
