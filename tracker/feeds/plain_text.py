"""Decode documents and extract plain text from markup.

All functions take linear time: each pattern either cannot fail after its first character or has
bounded look-ahead. (The standard library's HTMLParser has not: 800 KB of `<!--` take quadratic
time, CVE-2025-6069.)
"""

import codecs
import html
import re
from collections.abc import Iterator
from typing import Final

MAX_MARKUP_LENGTH: Final = 65_536
"""Characters of markup that are read for one field; longer fields hold full articles."""

_SIGNATURES: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0<\0", "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\x4c\x6f\xa7\x94", "cp037"),  # "<?xm" in EBCDIC
)
_DECLARED: Final = re.compile(
    rb"""\s*<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})["']"""
)
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_SUPERSETS: Final = {
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
"""Encodings that are usually declared for a superset of them."""

_EXCLUDED_CODECS: Final = (
    "punycode",
    "idna",
    "unicode-escape",
    "raw-unicode-escape",
    "utf-7",
    "undefined",
)
"""Python codecs that are no document encodings; some take quadratic time."""

_INVALID_CHARACTER: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE: Final = re.compile(
    r"&#(?:[xX]0*([0-9a-fA-F]{1,7})|0*([0-9]{1,8}));|&#(?:[xX][0-9a-fA-F]{8,}|[0-9]{9,});?"
)

_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_INVISIBLE_ASCII: Final = dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0x7F])
# Joiners belong to Arabic, Indic and Khmer spelling and to emoji; elsewhere they only split words.
_LONE_JOINER: Final = re.compile(
    "(?<![\u0600-\u109f\u1780-\u17ff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)
_JOINERS: Final = ("\u200c", "\u200d")
_MARKUP: Final = re.compile(
    r"<(?:!--.*?(?:-->|\Z)"
    r"|(script|style|template|iframe)(?![\w-]).*?(?:</\1\s*+>|\Z)"
    r"|(/?[a-z][\w:-]*+)[^>=]*+"
    r"""(?:=(?:\s{0,9}(?:"[^"]{0,2000}"|'[^']{0,2000}'))?+[^>=]*+)*+(?:>|\Z)"""
    r"|[!?][^>]*+(?:>|\Z))",
    re.DOTALL | re.IGNORECASE,
)
_INLINE: Final = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small"
    " span strike strong sub sup tt u var wbr".split()
)
"""Tags that occur inside words; any other one ends a word."""


def decode_document(body: bytes, content_type: str) -> str:
    """Decode a document to text that XML allows.

    A byte-order mark has priority. UTF-8 comes next, whatever was declared: text in another
    encoding is hardly ever valid UTF-8, and many servers wrongly declare Latin-1. Then come the
    server's charset and the document's own declaration; with neither, Windows-1252.
    """
    candidates = [*guess_encodings(body, content_type)]
    for encoding in candidates:
        try:
            return _remove_invalid(body.decode(encoding))
        except (UnicodeError, LookupError):
            continue
    fallback = next((e for e in candidates if e != "utf-8"), "cp1252")
    declared_utf8 = (
        _lookup_codec(_find_declaration(body)) == "utf-8"
        or _lookup_codec(_find_charset(content_type)) == "utf-8"
    )
    return _remove_invalid(body.decode("utf-8" if declared_utf8 else fallback, "replace"))


def markup_to_text(markup: str, longest: int) -> str:
    """Return the text of markup in one line of at most `longest` characters."""
    return shorten_text(strip_markup(markup), longest)


def strip_markup(markup: str) -> str:
    """Return the text of markup in one line, without invisible characters.

    Scripts are removed with their content. Feeds escape once or twice, so unescaped text is treated
    as markup again, three times at most. Each step first checks whether it is needed: checking
    costs a fiftieth of doing.
    """
    text = remove_invisible(markup[:MAX_MARKUP_LENGTH])
    for _ in range(3):
        if not any(sign in text for sign in ("<", "&", *_JOINERS)):
            break
        before = text
        text = _remove_tags(text)
        if "&" in text:
            text = html.unescape(_REFERENCE.sub(_replace_invalid, text))
        text = remove_invisible(text)
        if text == before:
            break
    return " ".join(text.split())


def remove_invisible(text: str) -> str:
    """Remove control characters, and those that hide text or change its direction."""
    if text.isascii():
        return text.translate(_INVISIBLE_ASCII)
    if any(joiner in text for joiner in _JOINERS):
        # First, since the pattern looks at the original character before each joiner.
        text = _LONE_JOINER.sub("", text)
    return _INVISIBLE.sub("", text)


def shorten_text(text: str, longest: int) -> str:
    """Cut text to at most `longest` characters, at a word, with an ellipsis."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    words = cut.rpartition(" ")[0]
    # Chinese has no spaces to cut at.
    return (words if 2 * len(words) > longest else cut).rstrip() + "…"


def _remove_tags(text: str) -> str:
    """Return text without tags; those that end a word become a space."""
    parts = _MARKUP.split(text)  # text, element that goes with its content, other tag, text, ...
    if len(parts) > 1:
        separators = {name: _tag_separator(name) for name in {*parts[2::3]}}
        parts[1::3] = [" " if name else "" for name in parts[1::3]]
        parts[2::3] = [separators[name] for name in parts[2::3]]
    return "".join(parts)


def _tag_separator(name: str | None) -> str:
    return " " if name and name.lstrip("/").lower() not in _INLINE else ""


def guess_encodings(body: bytes, content_type: str) -> Iterator[str]:
    """Yield Python's names of the possible encodings, the likeliest first."""
    for mark, encoding in _SIGNATURES:
        if body.startswith(mark):
            yield encoding
            return
    declared = [
        codec
        for codec in (
            _lookup_codec(_find_charset(content_type)),
            _lookup_codec(_find_declaration(body)),
        )
        if codec
    ]
    # These consist of ASCII bytes and are valid UTF-8 too.
    yield from (codec for codec in declared if codec.startswith(("iso2022", "hz")))
    yield "utf-8"
    yield from declared
    if not declared:
        yield "cp1252"


def _find_charset(content_type: str) -> str:
    match = _CHARSET.search(content_type)
    return match[1] if match else ""


def _find_declaration(body: bytes) -> str:
    match = _DECLARED.match(body)
    return match[1].decode("ascii", "replace") if match else ""


def _lookup_codec(label: str) -> str:
    """Return Python's name of an encoding; "" if there is none, or none for documents."""
    try:
        name = codecs.lookup(label).name
        b"<".decode(name, "replace")  # base64 and its like are codecs too, but not of text
    except (LookupError, UnicodeError):
        return ""
    return "" if name.replace("_", "-") in _EXCLUDED_CODECS else _SUPERSETS.get(name, name)


def _remove_invalid(text: str) -> str:
    """Remove characters, literal or as references, that make XML unreadable."""
    text = _INVALID_CHARACTER.sub("", text)
    return _REFERENCE.sub(_replace_invalid, text) if "&#" in text else text


def _replace_invalid(reference: re.Match[str]) -> str:
    """Keep a character reference unless it is invalid, which would make the document unreadable."""
    number = int(reference[1], 16) if reference[1] else int(reference[2] or "0")
    return "\ufffd" if number > 0x10FFFF or _INVALID_CHARACTER.match(chr(number)) else reference[0]
