"""What an essay is called, by the file that a person saved: a page's title, a heading, or a short
first line.
"""

import re
from typing import Final

from forecasts.questions.new_question import short_name
from tracker.essays.extracting import FRONT_MATTER, LONGEST_FILE, is_markdown, page_in
from tracker.feeds.markup import page_text, read_markup
from tracker.feeds.text import decoded, shortened, visible

LONGEST_TITLE: Final = 200
LONGEST_LINE: Final = 120
"""Characters of a first line that may be a title."""

_SAYS_NOTHING: Final = frozenset(
    "article blog-post document download essay essay-text file index new page post print"
    " saved test text untitled".split()
)
"""Names of files that stand for no essay in particular."""

_HEADING: Final = re.compile(r"#{1,6}[ \t]+(\S.*?)[ \t]*#*")
_EMPHASIS: Final = re.compile(r"[*_`]+(?=\S)|(?<=\S)[*_`]+")


def title_of(raw: bytes, name: str) -> str:
    """The title of an essay in a saved file; empty when it shows none.

    Of a web page its heading, if that is part of the page's title, which mostly names the site too;
    else the title. Of Markdown the first heading. Of plain text the first line, when it is short,
    no sentence, and stands alone.

    >>> title_of(b"The river treaty\\n\\nArland will sign it.\\n", "essay.txt")
    'The river treaty'
    >>> title_of(b"Arland will sign it.\\n", "essay.txt")
    ''
    """
    page = page_in(raw, name)
    found = (
        _of_page(page)
        if page is not None
        else _of_text(decoded(raw, "text/plain"), is_markdown(name))
    )
    return shortened(" ".join(visible(found).split()), LONGEST_TITLE)


def name_of(stem: str, title: str) -> str:
    """A short name for an essay: from its file's name, or from its title where that says nothing of
    it.

    >>> name_of("Grain Trade", "Why it moves"), name_of("page", "Why grain moves")
    ('grain-trade', 'why-grain-moves')
    """
    named = short_name(stem)
    return named if named and named not in _SAYS_NOTHING else short_name(title) or named


def _of_page(page: bytes) -> str:
    reader = _Titles()
    read_markup(page_text(page, "text/html", LONGEST_FILE), reader)
    title, heading = (
        " ".join("".join(said).split()) for said in (reader.said["title"], reader.said["h1"])
    )
    return heading if heading and (not title or heading.casefold() in title.casefold()) else title


class _Titles:
    """Hears the page's title and its first heading."""

    def __init__(self) -> None:
        self.said: dict[str, list[str]] = {"title": [], "h1": []}
        self._inside = ""
        self._done: set[str] = set()

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """A picture's title, as in an SVG, comes later than the page's own."""
        if not self._inside and tag in self.said and tag not in self._done:
            self._inside = tag

    def end(self, tag: str) -> None:
        """A heading that holds a picture alone is none."""
        if tag == self._inside:
            self._inside = ""
            if "".join(self.said[tag]).strip():
                self._done.add(tag)

    def data(self, data: str) -> None:
        """Text of either."""
        if self._inside:
            self.said[self._inside].append(data)

    def close(self) -> None:
        """Nothing is left to do."""


def _of_text(text: str, markdown: bool) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = FRONT_MATTER.sub("", lines) if markdown else lines
    first, *more = [line.strip() for line in lines.strip().split("\n")]
    wanted = [first, *more] if markdown else [first]
    heading = next((found for line in wanted if (found := _HEADING.fullmatch(line))), None)
    if heading is not None:
        return _EMPHASIS.sub("", heading[1])
    alone = bool(more) and not more[0] and any(more)
    return (
        first
        if alone and len(first) <= LONGEST_LINE and not first.endswith((".", ",", ";", ":", "!"))
        else ""
    )
