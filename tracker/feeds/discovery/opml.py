"""Read and write subscription lists. The only module that imports listparser.

listparser reads the common formats (OPML 1 and 2, FOAF, iGoogle), malformed lists too: of 123 lists
in the tests of other readers it finds feeds in 67, and in 21 only other lists or pages. Its handler
is extended here rather than called, for three reasons: it drops the attributes that we write and
the addresses of sites; it takes undeclared UTF-8 for Windows-1252; and a hostile list blocks it for
hours (10,000 folders around one address take 2 s, in quadratic time) or takes all memory (100,000
nested outlines, 4 MB).

Our own attributes have a namespace, which other readers ignore.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from listparser.common import SuperDict
from listparser.foaf import FoafMixin
from listparser.igoogle import IgoogleMixin
from listparser.opml import OpmlMixin
from listparser.xml_handler import XMLHandler

from tracker.feeds.discovery.subscription_list import (
    MAX_FIELD_LENGTH,
    ListedFeed,
    clean_line,
    clean_paths,
    read_attributes,
    write_attributes,
)
from tracker.feeds.feed import Feed
from tracker.feeds.markup import parse_markup
from tracker.feeds.plain_text import decode_document, remove_invisible, shorten_text
from tracker.feeds.urls import resolve_feed_link

OPML_NAMESPACE: Final = "urn:scenario-tracker:feed"

MAX_LIST_BYTES: Final = 10_000_000
"""Bytes. 5,000 feeds with our attributes take 1 MB."""

MAX_OUTLINES: Final = 100_000
MAX_OTHER_TAGS: Final = 20_000
"""Tags other than outlines: a list has ten, FOAF and iGoogle a few for each feed."""

MAX_OUTLINE_DEPTH: Final = 500
"""Nesting of outlines; a list with unclosed outlines has all its feeds inside the first."""

MAX_CATEGORIES: Final = 50
MAX_SKIPPED: Final = 1_000

_DIVIDERS: Final = re.compile("[/,]+")
"""Separators of the names and paths of a category attribute. OPML has no way to escape them."""


@dataclass(frozen=True, slots=True)
class FeedList:
    """Title and feeds of a list, each address once; `skipped` describes what was ignored."""

    title: str
    feeds: tuple[ListedFeed, ...]
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListFailed:
    """The document is no readable list; reason and remedy in one line."""

    reason: str


def read_list(document: bytes) -> FeedList | ListFailed:
    """Parse a subscription list. Accepts any bytes; takes linear time."""
    if len(document) > MAX_LIST_BYTES:
        return ListFailed(
            f"a list of more than {MAX_LIST_BYTES // 1_000_000} MB; split it and import the parts"
        )
    text = decode_document(document, "")
    reader = _ListReader()
    try:
        parse_markup(text, reader)
    except _TooMuchError as error:
        return ListFailed(str(error))
    harvest = reader.harvest
    problem = ""
    if not (harvest["feeds"] or harvest["lists"]):
        problem = _describe_document(text, harvest["version"])
    return ListFailed(problem) if problem else _convert_harvest(harvest)


def write_list(feeds: Sequence[Feed], title: str) -> bytes:
    """Write the feeds as OPML 2.0, in the folders of their first category, independent of their
    order.
    """
    root = ET.Element("opml", {"version": "2.0", "xmlns:tracker": OPML_NAMESPACE})
    ET.SubElement(ET.SubElement(root, "head"), "title").text = clean_line(title)
    folders: dict[tuple[str, ...], ET.Element] = {(): ET.SubElement(root, "body")}
    for folder, feed in sorted(
        ((next(iter(clean_paths(feed.categories)), ()), feed) for feed in feeds), key=_sort_key
    ):
        for depth, name in enumerate(folder):
            if folder[: depth + 1] not in folders:
                folders[folder[: depth + 1]] = ET.SubElement(
                    folders[folder[:depth]], "outline", {"text": name}
                )
        ET.SubElement(folders[folder], "outline", _outline_attributes(feed))
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


# Reading


class _TooMuchError(Exception):  # internal; returned as a ListFailed
    pass


class _ListReader(OpmlMixin, FoafMixin, IgoogleMixin, XMLHandler):
    """listparser's handler with limits and with more data of each outline.

    listparser compares each folder of a feed with those before it. So they are taken from it at
    once and collected under "paths"; our own attributes are stored under "said", the site's address
    under "site".
    """

    def __init__(self) -> None:
        super().__init__()
        self.harvest.update(feeds=[], lists=[], opportunities=[], meta=SuperDict(), version="")
        self.outlines = self.other_tags = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self.other_tags += tag != "outline"
        if self.other_tags > MAX_OTHER_TAGS:
            raise _TooMuchError(
                "not a list of feeds, or one with very much else in it; export one from your reader"
            )
        if len(self.hierarchy) > MAX_OUTLINE_DEPTH:
            raise _TooMuchError(
                f"folders more than {MAX_OUTLINE_DEPTH} deep; export the list from your reader "
                "again"
            )
        super().start(tag, attrs)

    def end(self, tag: str) -> None:
        with suppress(LookupError):  # listparser ends unopened elements of malformed lists
            super().end(tag)

    def start_opml_outline(self, attrs: dict[str, str]) -> None:
        self.outlines += 1
        if self.outlines > MAX_OUTLINES:
            raise _TooMuchError(
                f"a list of more than {MAX_OUTLINES:,} entries; split it and import the parts"
            )
        tags = attrs.pop("category", "")
        super().start_opml_outline(attrs)
        kind, entry = self.found_urls.get(attrs.get("xmlurl", "").strip(), ("", SuperDict()))
        if kind == "feeds":
            self._record_feed(entry, attrs, tags)

    def _clean_found_objs(self) -> None:
        # Each person nested in others repeats all of their feeds.
        if len(self.group_objs) > MAX_OUTLINES:
            raise _TooMuchError("people nested too deep; export the list from your reader again")
        super()._clean_found_objs()

    def _record_feed(self, entry: dict[str, Any], attrs: Mapping[str, str], tags: str) -> None:
        attributes = {name: value for key, value in attrs.items() if (name := self._own_name(key))}
        folders, entry["categories"] = entry["categories"], []
        new_paths = (
            _unescape_paths(attributes["categories"])
            if "categories" in attributes
            else [*folders, *_split_paths(tags)]
        )
        known_paths = entry.setdefault("paths", {})
        known_paths.update(
            dict.fromkeys(clean_paths(new_paths)[: MAX_CATEGORIES - len(known_paths)])
        )
        entry["said"] = attributes | entry.get("said", {})
        entry["site"] = entry.get("site") or attrs.get("htmlurl", "")

    def _own_name(self, key: str) -> str:
        """Return the name of one of our own attributes, "" for any other."""
        prefix, _, name = key.rpartition(":")
        return name if prefix and self.uris.get(prefix, [])[-1:] == [OPML_NAMESPACE] else ""


def _split_paths(tags: str) -> list[list[str]]:
    """Split a category attribute such as "/a/b,/c"."""
    return [
        tag.split("/")
        for tag in tags[: MAX_CATEGORIES * MAX_FIELD_LENGTH].split(",")[:MAX_CATEGORIES]
    ]


def _unescape_paths(tags: str) -> list[list[str]]:
    return [[unquote(name) for name in names] for names in _split_paths(tags)]


def _describe_document(text: str, version: str) -> str:
    """Describe a document that is no list, with a remedy; "" for a list without feeds."""
    beginning = text[:2_000].lower()
    if re.search(r"<(?:rss|feed)[\s>]", beginning) or (
        version == "rdf" and "purl.org/rss/1.0/" in beginning
    ):
        return "a feed, not a list of feeds; add it by its address"
    if version:
        return ""
    if re.search(r"<html[\s>]", beginning):
        return "an HTML page, not an OPML list; export one from your reader"
    return "not an OPML list; export one from your reader"


def _convert_harvest(harvest: Mapping[str, Any]) -> FeedList:
    """Convert the usable results of listparser."""
    feeds: dict[str, ListedFeed] = {}
    skipped: list[str] = []
    for entry in harvest["feeds"]:
        listed, problems = _convert_entry(entry)
        skipped += [f"{_entry_title(entry)}: {problem}" for problem in problems]
        if listed and listed.url in feeds:  # two ways to write it, or iGoogle, which repeats itself
            categories = dict.fromkeys(feeds[listed.url].categories + listed.categories)
            feeds[listed.url] = replace(
                feeds[listed.url], categories=tuple(categories)[:MAX_CATEGORIES]
            )
        elif listed:
            feeds[listed.url] = listed
    skipped += [
        f"{_entry_title(entry)}: another list, not a feed; import it by itself"
        for entry in harvest["lists"]
    ]
    skipped += [
        f"{_entry_title(entry)}: a page without a feed; look for its feed"
        for entry in harvest["opportunities"]
    ]
    if len(skipped) > MAX_SKIPPED:
        skipped[MAX_SKIPPED:] = [f"and {len(skipped) - MAX_SKIPPED:,} more"]
    return FeedList(
        clean_line(harvest["meta"].get("title", "")), tuple(feeds.values()), tuple(skipped)
    )


def _convert_entry(entry: Mapping[str, Any]) -> tuple[ListedFeed | None, list[str]]:
    """Convert an entry, to None without a usable address; also return its problems."""
    url = resolve_feed_link(entry["url"])
    if not url:
        return None, ["not an http(s) address"]
    fields, problems = read_attributes(entry.get("said", {}))
    categories = clean_paths([*entry.get("paths", ()), *entry.get("categories", ())])[
        :MAX_CATEGORIES
    ]
    return ListedFeed(
        url,
        clean_line(entry["title"]),
        resolve_feed_link(entry.get("site", "")),
        categories,
        **fields,
    ), problems


def _entry_title(entry: Mapping[str, Any]) -> str:
    return shorten_text(clean_line(entry["title"]) or clean_line(entry["url"]), 80)


# Writing


def _sort_key(folder_and_feed: tuple[tuple[str, ...], Feed]) -> tuple[object, ...]:
    folder, feed = folder_and_feed
    return [name.casefold() for name in folder], folder, feed.title.casefold(), feed.id


def _outline_attributes(feed: Feed) -> dict[str, str]:
    title = clean_line(feed.title) or feed.id
    addresses = {"xmlUrl": feed.url, "htmlUrl": feed.site_url}
    own_attributes = {f"tracker:{name}": value for name, value in write_attributes(feed).items()}
    attributes = {
        "text": title,
        "title": title,
        "type": "rss",
        **addresses,
        **_category_attributes(feed),
        **own_attributes,
    }
    return {
        name: remove_invisible(value)
        for name, value in attributes.items()
        if value or name in own_attributes
    }


def _category_attributes(feed: Feed) -> dict[str, str]:
    """Return all paths but the first, which the folders express; also all of them escaped if one
    contains a separator.
    """
    _, *further = clean_paths(feed.categories) or ((),)
    tags = ",".join(
        _join_path(" ".join(_DIVIDERS.sub(" ", name).split()) for name in names)
        for names in further
    )
    if not any(_DIVIDERS.search(name) for names in further for name in names):
        return {"category": tags}
    escaped = ",".join(
        _join_path(map(_escape_name, names)) for names in clean_paths(feed.categories)
    )
    return {"category": tags, "tracker:categories": escaped}


def _join_path(names: Iterable[str]) -> str:
    return "".join(f"/{name}" for name in names)


def _escape_name(name: str) -> str:
    return name.replace("%", "%25").replace("/", "%2F").replace(",", "%2C")
