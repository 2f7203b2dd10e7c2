"""From bytes to text, and from markup to the plain text in it.

Everything here takes time in proportion to its input, whatever the input: each pattern either
cannot fail after its first character or looks ahead a bounded way. (The standard library's
HTMLParser is not so: 800 KB of `<!--` cost it their square, CVE-2025-6069.)
"""

import codecs
import html
import re
from collections.abc import Iterator
from typing import Final

LONGEST_MARKUP: Final = 65_536
"""Characters of markup that are looked at for one field; more of it is an article's full text."""

_MARKS: Final = (
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
_WIDER: Final = {
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
"""Encodings that are named when a wider one is meant."""

_NEVER: Final = ("punycode", "idna", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined")
"""Python's codecs that are no encodings of documents; some of them cost the square of their
input.
"""

_NO_CHARACTER: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE: Final = re.compile(
    r"&#(?:[xX]0*([0-9a-fA-F]{1,7})|0*([0-9]{1,8}));|&#(?:[xX][0-9a-fA-F]{8,}|[0-9]{9,});?"
)

_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_INVISIBLE_ASCII: Final = dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0x7F])
# Joiners belong to Arabic, Indian and Khmer spelling and to emoji; elsewhere they only split words
# unseen.
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
"""Tags that stand within words; any other one ends a word."""


def decoded(body: bytes, content_type: str) -> str:
    """A document as text that XML allows.

    A byte-order mark is believed first. UTF-8 comes next, whatever was said: text in another
    encoding is hardly ever valid UTF-8 by chance, and servers that call it Latin-1 are many. Then
    come the server's charset and the document's own declaration; with neither, Windows-1252.
    """
    candidates = [*encodings(body, content_type)]
    for encoding in candidates:
        try:
            return _mended(body.decode(encoding))
        except (UnicodeError, LookupError):
            continue
    said = next((e for e in candidates if e != "utf-8"), "cp1252")
    declared_utf8 = (
        _codec(_declaration(body)) == "utf-8" or _codec(_charset(content_type)) == "utf-8"
    )
    return _mended(body.decode("utf-8" if declared_utf8 else said, "replace"))


def plain(markup: str, longest: int) -> str:
    """The text of a piece of markup in one line of at most `longest` characters."""
    return shortened(unmarked(markup), longest)


def unmarked(markup: str) -> str:
    """The text of a piece of markup in one line, without characters that cannot be seen.

    Scripts go with their content. Feeds escape once or twice, so what comes out of escapes is
    treated as markup again, three times at most. Most texts have nothing left to take out after the
    first time, or have nothing at all, and each step looks first: looking costs a fiftieth of
    doing.
    """
    text = visible(markup[:LONGEST_MARKUP])
    for _ in range(3):
        if not any(sign in text for sign in ("<", "&", *_JOINERS)):
            break
        before = text
        text = _untagged(text)
        if "&" in text:
            text = html.unescape(_REFERENCE.sub(_character, text))
        text = visible(text)
        if text == before:
            break
    return " ".join(text.split())


def visible(text: str) -> str:
    """Text without control characters and without those that hide or turn others round."""
    if text.isascii():
        return text.translate(_INVISIBLE_ASCII)
    if any(joiner in text for joiner in _JOINERS):
        text = _LONE_JOINER.sub(
            "", text
        )  # first, for what matters is what stands before each as it came
    return _INVISIBLE.sub("", text)


def shortened(text: str, longest: int) -> str:
    """Text of at most `longest` characters; what is cut off ends at a word and leaves an
    ellipsis.
    """
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    words = cut.rpartition(" ")[0]
    return (
        words if 2 * len(words) > longest else cut
    ).rstrip() + "…"  # Chinese has no spaces to cut at


def _untagged(text: str) -> str:
    """Text without tags; those that end a word leave a gap."""
    parts = _MARKUP.split(text)  # text, element that goes with its content, other tag, text, ...
    if len(parts) > 1:
        gaps = {name: _gap(name) for name in {*parts[2::3]}}
        parts[1::3] = [" " if name else "" for name in parts[1::3]]
        parts[2::3] = [gaps[name] for name in parts[2::3]]
    return "".join(parts)


def _gap(name: str | None) -> str:
    return " " if name and name.lstrip("/").lower() not in _INLINE else ""


def encodings(body: bytes, content_type: str) -> Iterator[str]:
    """Python's names of the encodings that a document may be in, the likeliest first."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            yield encoding
            return
    said = [
        codec for codec in (_codec(_charset(content_type)), _codec(_declaration(body))) if codec
    ]
    yield from (
        codec for codec in said if codec.startswith(("iso2022", "hz"))
    )  # ASCII bytes, so valid UTF-8 too
    yield "utf-8"
    yield from said
    if not said:
        yield "cp1252"


def _charset(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return found[1] if found else ""


def _declaration(body: bytes) -> str:
    found = _DECLARED.match(body)
    return found[1].decode("ascii", "replace") if found else ""


def _codec(label: str) -> str:
    """Python's name for an encoding; "" if there is none, or none that a document may have."""
    try:
        name = codecs.lookup(label).name
        b"<".decode(name, "replace")  # base64 and its like are codecs too, but not of text
    except (LookupError, UnicodeError):
        return ""
    return "" if name.replace("_", "-") in _NEVER else _WIDER.get(name, name)


def _mended(text: str) -> str:
    """Text without the characters, plain or as references, that make XML unreadable."""
    text = _NO_CHARACTER.sub("", text)
    return _REFERENCE.sub(_character, text) if "&#" in text else text


def _character(reference: re.Match[str]) -> str:
    """The reference itself, unless it stands for no character: one such would cost us the
    document.
    """
    number = int(reference[1], 16) if reference[1] else int(reference[2] or "0")
    return "\ufffd" if number > 0x10FFFF or _NO_CHARACTER.match(chr(number)) else reference[0]
