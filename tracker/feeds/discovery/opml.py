"""Subscription lists: what people bring from their readers and take to others. The only file that
knows listparser.

listparser reads what is around (OPML 1 and 2, FOAF, iGoogle), malformed lists too: of 123 lists in
the tests of other readers it finds feeds in 67, and in 21 only other lists or pages. Its handler is
extended here rather than called, for three reasons: it drops the attributes that we write and the
addresses of sites; it takes undeclared UTF-8 for Windows-1252; and a hostile list holds it for
hours (10,000 folders around one address take 2 s, the time grows with their square) or takes all
memory (100,000 nested outlines, 4 MB).

Our own attributes stand in a namespace, which other readers pass over.
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

from tracker.feeds.discovery.feed_names import feed_link
from tracker.feeds.discovery.subscription_list import (
    LONGEST_WORDS,
    Listed,
    paths,
    read_attributes,
    words,
    written_attributes,
)
from tracker.feeds.feed import Feed
from tracker.feeds.markup import read_markup
from tracker.feeds.text import decoded, shortened, visible

NAMESPACE: Final = "urn:scenario-tracker:feed"

LARGEST: Final = 10_000_000
"""Bytes. 5,000 feeds with our attributes take 1 MB."""

MOST_OUTLINES: Final = 100_000
MOST_OTHERS: Final = 20_000
"""Tags that are no outlines: a list has ten, FOAF and iGoogle a few for each feed."""

DEEPEST: Final = 500
"""Outlines inside each other, for a list that forgets to close them has all its feeds inside the
first.
"""

MOST_CATEGORIES: Final = 50
MOST_SKIPPED: Final = 1_000

_DIVIDERS: Final = re.compile("[/,]+")
"""What parts the names and the paths of a category attribute. OPML has no way to escape them."""


@dataclass(frozen=True, slots=True)
class FeedList:
    """A list's title and feeds, each address once; `skipped` says in words what was passed over."""

    title: str
    feeds: tuple[Listed, ...]
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListFailed:
    """The document is no list, or none that can be read, and what to do, in one line."""

    reason: str


def read_list(document: bytes) -> FeedList | ListFailed:
    """The feeds of a subscription list. Any bytes may come; the time is in proportion to them."""
    if len(document) > LARGEST:
        return ListFailed(
            f"a list of more than {LARGEST // 1_000_000} MB; split it and import the parts"
        )
    text = decoded(document, "")
    reader = _ListReader()
    try:
        read_markup(text, reader)
    except _TooMuchError as error:
        return ListFailed(str(error))
    found = reader.harvest
    what_came = "" if found["feeds"] or found["lists"] else _what_came(text, found["version"])
    return ListFailed(what_came) if what_came else _feed_list(found)


def write_list(feeds: Sequence[Feed], title: str) -> bytes:
    """The feeds as OPML 2.0, in the folders of their first category; the same whatever order they
    come in.
    """
    root = ET.Element("opml", {"version": "2.0", "xmlns:tracker": NAMESPACE})
    ET.SubElement(ET.SubElement(root, "head"), "title").text = words(title)
    folders: dict[tuple[str, ...], ET.Element] = {(): ET.SubElement(root, "body")}
    for folder, feed in sorted(
        ((next(iter(paths(feed.categories)), ()), feed) for feed in feeds), key=_place
    ):
        for depth, name in enumerate(folder):
            if folder[: depth + 1] not in folders:
                folders[folder[: depth + 1]] = ET.SubElement(
                    folders[folder[:depth]], "outline", {"text": name}
                )
        ET.SubElement(folders[folder], "outline", _outline(feed))
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


# Reading


class _TooMuchError(Exception):  # it travels inside this file only, and leaves as a ListFailed
    pass


class _ListReader(OpmlMixin, FoafMixin, IgoogleMixin, XMLHandler):
    """listparser's handler, kept within bounds, that hears more of each outline.

    listparser compares each folder of a feed with those before it. So they are taken from it at
    once and kept under "paths"; what our own attributes say goes under "said", the site's address
    under "site".
    """

    def __init__(self) -> None:
        super().__init__()
        self.harvest.update(feeds=[], lists=[], opportunities=[], meta=SuperDict(), version="")
        self.outlines = self.others = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self.others += tag != "outline"
        if self.others > MOST_OTHERS:
            raise _TooMuchError(
                "not a list of feeds, or one with very much else in it; export one from your reader"
            )
        if len(self.hierarchy) > DEEPEST:
            raise _TooMuchError(
                f"folders more than {DEEPEST} deep; export the list from your reader again"
            )
        super().start(tag, attrs)

    def end(self, tag: str) -> None:
        with suppress(LookupError):  # on malformed lists listparser ends what has not begun
            super().end(tag)

    def start_opml_outline(self, attrs: dict[str, str]) -> None:
        self.outlines += 1
        if self.outlines > MOST_OUTLINES:
            raise _TooMuchError(
                f"a list of more than {MOST_OUTLINES:,} entries; split it and import the parts"
            )
        tags = attrs.pop("category", "")
        super().start_opml_outline(attrs)
        kind, entry = self.found_urls.get(attrs.get("xmlurl", "").strip(), ("", SuperDict()))
        if kind == "feeds":
            self._hear(entry, attrs, tags)

    def _clean_found_objs(self) -> None:
        if (
            len(self.group_objs) > MOST_OUTLINES
        ):  # each person inside others brings all of their feeds again
            raise _TooMuchError("people nested too deep; export the list from your reader again")
        super()._clean_found_objs()

    def _hear(self, entry: dict[str, Any], attrs: Mapping[str, str], tags: str) -> None:
        said = {name: value for key, value in attrs.items() if (name := self._own(key))}
        folders, entry["categories"] = entry["categories"], []
        heard = (
            _exact_paths(said["categories"])
            if "categories" in said
            else [*folders, *_tag_paths(tags)]
        )
        kept = entry.setdefault("paths", {})
        kept.update(dict.fromkeys(paths(heard)[: MOST_CATEGORIES - len(kept)]))
        entry["said"] = said | entry.get("said", {})
        entry["site"] = entry.get("site") or attrs.get("htmlurl", "")

    def _own(self, key: str) -> str:
        """Our name of an attribute, "" when it is not one of ours."""
        prefix, _, name = key.rpartition(":")
        return name if prefix and self.uris.get(prefix, [])[-1:] == [NAMESPACE] else ""


def _tag_paths(tags: str) -> list[list[str]]:
    """Paths of a category attribute: "/a/b,/c"."""
    return [
        tag.split("/")
        for tag in tags[: MOST_CATEGORIES * LONGEST_WORDS].split(",")[:MOST_CATEGORIES]
    ]


def _exact_paths(tags: str) -> list[list[str]]:
    return [[unquote(name) for name in names] for names in _tag_paths(tags)]


def _what_came(text: str, version: str) -> str:
    """What came instead of a list, and what to do; "" for a list without feeds."""
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


def _feed_list(found: Mapping[str, Any]) -> FeedList:
    """Of what listparser found, what can be used."""
    feeds: dict[str, Listed] = {}
    skipped: list[str] = []
    for entry in found["feeds"]:
        listed, wrong = _listed(entry)
        skipped += [f"{_name(entry)}: {what}" for what in wrong]
        if listed and listed.url in feeds:  # two ways to write it, or iGoogle, which repeats itself
            both = dict.fromkeys(feeds[listed.url].categories + listed.categories)
            feeds[listed.url] = replace(feeds[listed.url], categories=tuple(both)[:MOST_CATEGORIES])
        elif listed:
            feeds[listed.url] = listed
    skipped += [
        f"{_name(entry)}: another list, not a feed; import it by itself" for entry in found["lists"]
    ]
    skipped += [
        f"{_name(entry)}: a page without a feed; look for its feed"
        for entry in found["opportunities"]
    ]
    if len(skipped) > MOST_SKIPPED:
        skipped[MOST_SKIPPED:] = [f"and {len(skipped) - MOST_SKIPPED:,} more"]
    return FeedList(words(found["meta"].get("title", "")), tuple(feeds.values()), tuple(skipped))


def _listed(entry: Mapping[str, Any]) -> tuple[Listed | None, list[str]]:
    """An entry of the list, None if it has no usable address, and what is wrong with it."""
    url = feed_link(entry["url"])
    if not url:
        return None, ["not an http(s) address"]
    said, wrong = read_attributes(entry.get("said", {}))
    categories = paths([*entry.get("paths", ()), *entry.get("categories", ())])[:MOST_CATEGORIES]
    return Listed(
        url, words(entry["title"]), feed_link(entry.get("site", "")), categories, **said
    ), wrong


def _name(entry: Mapping[str, Any]) -> str:
    return shortened(words(entry["title"]) or words(entry["url"]), 80)


# Writing


def _place(placed: tuple[tuple[str, ...], Feed]) -> tuple[object, ...]:
    folder, feed = placed
    return [name.casefold() for name in folder], folder, feed.title.casefold(), feed.id


def _outline(feed: Feed) -> dict[str, str]:
    title = words(feed.title) or feed.id
    addresses = {"xmlUrl": feed.url, "htmlUrl": feed.site_url}
    own = {f"tracker:{name}": value for name, value in written_attributes(feed).items()}
    said = {"text": title, "title": title, "type": "rss", **addresses, **_categories(feed), **own}
    return {name: visible(value) for name, value in said.items() if value or name in own}


def _categories(feed: Feed) -> dict[str, str]:
    """All paths but the first, which the folders say; all of them exactly if one holds what parts
    them.
    """
    _, *others = paths(feed.categories) or ((),)
    tags = ",".join(
        _tag(" ".join(_DIVIDERS.sub(" ", name).split()) for name in names) for names in others
    )
    if not any(_DIVIDERS.search(name) for names in others for name in names):
        return {"category": tags}
    exact = ",".join(_tag(map(_escaped, names)) for names in paths(feed.categories))
    return {"category": tags, "tracker:categories": exact}


def _tag(names: Iterable[str]) -> str:
    return "".join(f"/{name}" for name in names)


def _escaped(name: str) -> str:
    return name.replace("%", "%25").replace("/", "%2F").replace(",", "%2C")
