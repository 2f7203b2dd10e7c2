"""Stream tags and text of HTML and XML documents. The only module that imports lxml.

libxml2's HTML parser reads anything, XML with its case ignored too, builds no tree if given a
handler, and takes linear time: 8 MB of `<!--` take 0.03 s, 5 MB of `<` 0.4 s, 200,000 namespaces
0.4 s, 100,000 nested tags 0.2 s.
"""

import re
from io import BytesIO
from typing import Final, Protocol

from lxml import etree

from tracker.feeds.plain_text import decode_document

_META: Final = re.compile(
    rb"""<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})""", re.IGNORECASE
)
_META_BYTES: Final = 4_096
"""Bytes in which a page has to declare its encoding; browsers read 1,024."""


class MarkupHandler(Protocol):
    """Handler of tags and text. Names of tags and attributes are lower-case."""

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """Handle a start tag."""

    def end(self, tag: str) -> None:
        """Handle an end tag, also an implied one."""

    def data(self, data: str) -> None:
        """Handle text; one text may come in several calls."""

    def close(self) -> None:
        """Handle the end of the document."""


def parse_markup(text: str, reader: MarkupHandler) -> None:
    """Parse markup and call the reader. Exceptions of the reader propagate; malformed markup raises
    none.
    """
    # The parser ignores XML declarations and takes undeclared UTF-8 for Windows-1252.
    parser = etree.HTMLParser(target=reader, encoding="utf-8", recover=True)
    etree.parse(BytesIO(text.encode()), parser)


def decode_page(page: bytes, content_type: str, longest: int) -> str:
    """Return the first `longest` bytes of a page as text. Its own <meta charset> counts if the
    server names no charset.
    """
    if len(page) > longest:
        page = page[:longest]
        # Half a character at the end would make the page invalid UTF-8.
        page = page[: page.rfind(b">") + 1] or page
    meta = None if "charset" in content_type.lower() else _META.search(page, 0, _META_BYTES)
    return decode_document(page, f"text/html; charset={meta[1].decode()}" if meta else content_type)
