"""Feeds of every kind, made up: the same entries as RSS, Atom and RDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal, get_args

Kind = Literal["rss", "atom", "rdf"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Entry:
    """An entry; "" leaves the element out."""

    guid: str = ""
    link: str = ""
    title: str = "A title"
    text: str = ""
    date: str = ""


def document(kind: Kind, entries: Sequence[Entry], built: str = "now") -> bytes:
    """A feed of these entries that was made at a time of its own."""
    between = "\n  ".join(xml(kind, entry) for entry in entries)
    match kind:
        case "rss":
            return (
                "<?xml version='1.0'?><rss version='2.0' "
                f"xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>News</title><lastBuildDate>{built}</lastBuildDate><ttl>30</ttl>\n{between}</channel></rss>\n"
            ).encode()
        case "atom":
            return (
                "<?xml version='1.0' encoding='utf-8'?>\n<feed "
                f"xmlns='http://www.w3.org/2005/Atom'><title>News</title><updated>{built}</updated>{between}</feed>"
            ).encode()
        case "rdf":
            return (
                "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
                "xmlns='http://purl.org/rss/1.0/' "
                "xmlns:dc='http://purl.org/dc/elements/1.1/'><channel "
                f"rdf:about='x'><title>News</title><dc:date>{built}</dc:date></channel>{between}</rdf:RDF>"
            ).encode()


def xml(kind: Kind, entry: Entry) -> str:
    """One entry as its kind of feed has it."""
    guid, link, title, text, date = (
        escape(part) for part in (entry.guid, entry.link, entry.title, entry.text, entry.date)
    )
    match kind:
        case "rss":
            inside = (
                _element("title", title),
                _element("link", link),
                f"<guid isPermaLink='false'>{guid}</guid>" if guid else "",
                _element("description", text),
                _element("pubDate", date),
            )
            return f"<item>{''.join(inside)}</item>"
        case "atom":
            inside = (
                _element("id", guid),
                f"<link href='{link}'/>" if link else "",
                _element("title", title),
                f"<content type='html'>{text}</content>" if text else "",
                _element("updated", date),
            )
            return f"<entry>{''.join(inside)}</entry>"
        case "rdf":
            inside = (
                _element("title", title),
                _element("link", link),
                _element("description", text),
                _element("dc:date", date),
            )
            return f"<item{f' rdf:about={chr(34)}{guid}{chr(34)}' if guid else ''}>{''.join(inside)}</item>"


def _element(name: str, text: str) -> str:
    return f"<{name}>{text}</{name}>" if text else ""
