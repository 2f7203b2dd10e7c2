"""Extract the plain text of an essay from a saved file, and find its title."""

import email
import email.policy
import re
from typing import Final

from forecasts.questions.new_question import short_name
from tracker.errors import Refused
from tracker.feeds.discovery.article import NoArticle
from tracker.feeds.discovery.article import extract_article as article_on
from tracker.feeds.markup import decode_page, parse_markup
from tracker.feeds.plain_text import decode_document, remove_invisible, shorten_text

MAX_FILE_BYTES: Final = 5_000_000
"""Bytes. A long book has less than two million letters."""

MAX_EXTRACT_CHARS: Final = 2_000_000
"""Characters."""

_SAVE_AS: Final = "save its text as a .txt, .md or .html file and give that"
_BINARY_FORMATS: Final = (
    (b"%PDF", "a PDF document: open it, select all, copy, and paste into a plain text file"),
    (b"PK\x03\x04", f"a word processor's document or an archive: {_SAVE_AS}"),
    (b"\xd0\xcf\x11\xe0", f"a word processor's document: {_SAVE_AS}"),
    (b"{\\rtf", f"a document in rich text: {_SAVE_AS}"),
    (b"\x89PNG", "a picture, and pictures are not read: type or copy the text"),
    (b"\xff\xd8\xff", "a picture, and pictures are not read: type or copy the text"),
    (b"GIF8", "a picture, and pictures are not read: type or copy the text"),
    (b"\x1f\x8b", "a packed file: unpack it first"),
)
_PAGE_NAMES: Final = (".html", ".htm", ".xhtml", ".shtml")
_ARCHIVE_NAMES: Final = (".mhtml", ".mht")
_PAGE_BEGINS: Final = re.compile(
    rb"\s{0,99}(?:<\?xml[^>]{0,200}>\s{0,99})?(?:<!--[^>]{0,500}-->\s{0,99})?"
    rb"<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE,
)
FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n(?:[^\n]{0,2000}\n){0,200}?---[ \t]*(?:\n|\Z)")
_WORD: Final = re.compile(r"[^\W\d_]{2}")


def extract_text(raw: bytes, name: str) -> str:
    """Extract the text of an essay from a saved file: plain text, Markdown, or a web page, by its
    contents and its `name`.

    Lines end in a line feed, and invisible characters are removed; the front matter of a Markdown
    file is dropped. Of a web page only the article is kept, one paragraph a line, without
    navigation, scripts and comments. Offsets of sentences count in this text, so it is the text to
    store. Raises `Refused` for a file without an essay in it, with what to do instead.

    >>> extract_text(b"Prices will rise.\\r\\nWages may not.\\r\\n", "essay.txt")
    'Prices will rise.\\nWages may not.\\n'
    """
    _check_file(raw, name)
    page = find_web_page(raw, name)
    if page is not None:
        return _extract_article(page, name)
    text = remove_invisible(
        decode_document(raw, "text/plain").replace("\r\n", "\n").replace("\r", "\n")
    )
    if is_markdown(name):
        text = FRONT_MATTER.sub("", text)
    if not _WORD.search(text):
        raise Refused(f"{name} holds no words: give a file with the text of the essay in it")
    return text


def is_markdown(name: str) -> bool:
    """Return True if a file is Markdown, by its name."""
    return name.lower().endswith((".md", ".markdown"))


def find_web_page(raw: bytes, name: str) -> bytes | None:
    """Return the web page that a file is or contains, None for plain text; raises `Refused` for an
    archive without a page.
    """
    if name.lower().endswith(_ARCHIVE_NAMES):
        return _find_archived_page(raw, name)
    begins = decode_document(raw, "text/plain")[:2000].encode()
    is_page = (
        name.lower().endswith(_PAGE_NAMES) or _PAGE_BEGINS.match(raw) or _PAGE_BEGINS.match(begins)
    )
    return raw if is_page else None


def _check_file(raw: bytes, name: str) -> None:
    """Refuse an empty file, one that is too large, and one that is not text."""
    if not raw.strip(b" \t\r\n\0\xef\xbb\xbf\xfe\xff"):
        raise Refused(f"{name} is empty: give a file with the text of the essay in it")
    if len(raw) > MAX_FILE_BYTES:
        raise Refused(
            f"{name} is larger than {MAX_FILE_BYTES // 1_000_000} MB, which no essay is: cut out "
            "the essay's text"
        )
    for magic, description in _BINARY_FORMATS:
        if raw.startswith(magic):
            raise Refused(f"{name} is {description}")
    beginning = raw[:4096]
    if not beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        odd = sum(byte < 9 or 13 < byte < 32 for byte in beginning)
        if odd * 50 > len(beginning):
            raise Refused(f"{name} is not text: {_SAVE_AS}")


def _extract_article(raw: bytes, name: str) -> str:
    article = article_on(raw, "text/html", "", MAX_EXTRACT_CHARS)
    if isinstance(article, NoArticle):
        raise Refused(
            f"no essay was found in {name} ({article.reason}): copy its text into a plain text "
            "file and give that"
        )
    return article.text + "\n"


def _find_archived_page(raw: bytes, name: str) -> bytes:
    """Return the first HTML part of a saved web archive (MHTML)."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            page = part.get_payload(decode=True)
            if isinstance(page, bytes) and page:
                return page
    raise Refused(f"{name} holds no web page: save the page as HTML and give that")


MAX_TITLE_CHARS: Final = 200
MAX_TITLE_LINE_CHARS: Final = 120
"""Characters of a first line that may be a title."""

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
    """Choose a short name for an essay: from its file name, or from its title if that has no words.

    >>> choose_essay_name("Grain Trade", "Why it moves")
    'grain-trade'
    >>> choose_essay_name("…", "Why grain moves")
    'why-grain-moves'
    """
    return short_name(stem) or short_name(title)


_ENGLISH: Final = frozenset(
    "the of and to that is for with it as by this will not are from have be has which".split()
)
NOT_ENGLISH: Final = "This does not look English: claims are found in English text only."
_MIN_LETTERS: Final = 100
_MIN_ENGLISH: Final = 0.08
"""Share of English function words; English prose has a quarter, German and Dutch a twentieth."""


def is_english(text: str) -> bool:
    """Return False for a text that is long enough to tell, and is not in English.

    >>> is_english("Der Strom wird im Winter knapp, und die Preise steigen wieder. " * 5)
    False
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    if sum(map(len, words)) < _MIN_LETTERS:
        return True
    return sum(word in _ENGLISH for word in words) >= _MIN_ENGLISH * len(words)


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
