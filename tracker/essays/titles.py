"""Title and short name of an essay, from its saved file."""

import re
from typing import Final

from forecasts.questions.new_question import short_name
from tracker.essays.extracting import FRONT_MATTER, MAX_FILE_BYTES, find_web_page, is_markdown
from tracker.feeds.markup import decode_page, parse_markup
from tracker.feeds.plain_text import decode_document, remove_invisible, shorten_text

MAX_TITLE_CHARS: Final = 200
MAX_TITLE_LINE_CHARS: Final = 120
"""Characters of a first line that may be a title."""

_GENERIC_NAMES: Final = frozenset(
    "article blog-post document download essay essay-text file index new page post print"
    " saved test text untitled".split()
)
"""File names that identify no essay."""

_HEADING: Final = re.compile(r"#{1,6}[ \t]+(\S.*?)[ \t]*#*")
_EMPHASIS: Final = re.compile(r"[*_`]+(?=\S)|(?<=\S)[*_`]+")


def find_title(raw: bytes, name: str) -> str:
    """Find the title of an essay in a saved file; empty if there is none.

    Of a web page the heading, if it is part of the page's title, which mostly names the site too;
    else the title. Of Markdown the first heading. Of plain text the first line, if it is short, no
    sentence, and followed by an empty line.

    >>> find_title(b"The river treaty\\n\\nArland will sign it.\\n", "essay.txt")
    'The river treaty'
    >>> find_title(b"Arland will sign it.\\n", "essay.txt")
    ''
    """
    page = find_web_page(raw, name)
    title = (
        _find_page_title(page)
        if page is not None
        else _find_text_title(decode_document(raw, "text/plain"), is_markdown(name))
    )
    return shorten_text(" ".join(remove_invisible(title).split()), MAX_TITLE_CHARS)


def choose_essay_name(stem: str, title: str) -> str:
    """Choose a short name for an essay: from its file name, or from its title if that is generic.

    >>> choose_essay_name("Grain Trade", "Why it moves")
    'grain-trade'
    >>> choose_essay_name("page", "Why grain moves")
    'why-grain-moves'
    """
    from_file = short_name(stem)
    return (
        from_file
        if from_file and from_file not in _GENERIC_NAMES
        else short_name(title) or from_file
    )


def _find_page_title(page: bytes) -> str:
    reader = _TitleHandler()
    parse_markup(decode_page(page, "text/html", MAX_FILE_BYTES), reader)
    title, heading = (
        " ".join("".join(pieces).split()) for pieces in (reader.texts["title"], reader.texts["h1"])
    )
    return heading if heading and (not title or heading.casefold() in title.casefold()) else title


class _TitleHandler:
    """Markup handler that collects the page's title and its first heading."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {"title": [], "h1": []}
        self._inside = ""
        self._done: set[str] = set()

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """Start the title or heading; only the first counts, as an SVG picture may have a later
        title.
        """
        if not self._inside and tag in self.texts and tag not in self._done:
            self._inside = tag

    def end(self, tag: str) -> None:
        """End the title or heading, unless it holds a picture alone."""
        if tag == self._inside:
            self._inside = ""
            if "".join(self.texts[tag]).strip():
                self._done.add(tag)

    def data(self, data: str) -> None:
        """Collect the text of either."""
        if self._inside:
            self.texts[self._inside].append(data)

    def close(self) -> None:
        """Do nothing."""


def _find_text_title(text: str, markdown: bool) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = FRONT_MATTER.sub("", lines) if markdown else lines
    first, *more = [line.strip() for line in lines.strip().split("\n")]
    candidates = [first, *more] if markdown else [first]
    heading = next((match for line in candidates if (match := _HEADING.fullmatch(line))), None)
    if heading is not None:
        return _EMPHASIS.sub("", heading[1])
    alone = bool(more) and not more[0] and any(more)
    return (
        first
        if alone
        and len(first) <= MAX_TITLE_LINE_CHARS
        and not first.endswith((".", ",", ";", ":", "!"))
        else ""
    )
