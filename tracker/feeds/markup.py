"""Tags and text of any page or list, in the order of the document. The only file that knows lxml.

libxml2's HTML parser reads whatever there is, XML with its case ignored too, keeps no tree when it
is given a reader, and takes time in proportion to its input: of `<!--` 8 MB cost it 0.03 s, of `<`
5 MB
0.4 s, 200,000 namespaces 0.4 s, 100,000 nested tags 0.2 s.
"""

import re
from io import BytesIO
from typing import Final, Protocol

from lxml import etree

from tracker.feeds.text import decoded

_META: Final = re.compile(
    rb"""<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})""", re.IGNORECASE
)
_META_WITHIN: Final = 4_096
"""Bytes in which a page has to name its encoding; browsers look at 1,024."""


class Reader(Protocol):
    """What wants to hear of each tag. Names of tags and attributes come in lower case."""

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """A tag opens."""

    def end(self, tag: str) -> None:
        """A tag is closed, by the document or because it could not stay open."""

    def data(self, data: str) -> None:
        """Text; one stretch of it may come in several pieces."""

    def close(self) -> None:
        """The document has ended."""


def read_markup(text: str, reader: Reader) -> None:
    """Tell the reader of each tag and text. What the reader raises comes out; malformed markup
    raises nothing.
    """
    # Named here, because the parser knows no XML declaration and takes undeclared UTF-8 for
    # Windows-1252.
    parser = etree.HTMLParser(target=reader, encoding="utf-8", recover=True)
    etree.parse(BytesIO(text.encode()), parser)


def page_text(page: bytes, content_type: str, longest: int) -> str:
    """The first `longest` bytes of a page as text. Its own <meta charset> counts if the server
    names no charset.
    """
    if len(page) > longest:
        page = page[:longest]
        page = (
            page[: page.rfind(b">") + 1] or page
        )  # no half character, which would make the rest look like no UTF-8
    found = None if "charset" in content_type.lower() else _META.search(page, 0, _META_WITHIN)
    return decoded(page, f"text/html; charset={found[1].decode()}" if found else content_type)
