"""From bytes to text, and from markup to plain text."""

import html
import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.feeds.plain_text import (
    MAX_MARKUP_LENGTH,
    decode_document,
    guess_encodings,
    markup_to_text,
    remove_invisible,
    shorten_text,
    strip_markup,
)

RUSSIAN = "Пекин и Москва"
CHINESE = "中俄关系与能源合作"


def declared(text: str, encoding: str) -> bytes:
    return f"<?xml version='1.0' encoding='{encoding}'?><t>{text}</t>".encode(encoding)


# Decoding


@check_rows(["utf-8", "windows-1251", "koi8-r", "iso-8859-5", "utf-16", "utf-32"])
def test_a_document_is_read_as_it_declares(encoding: str) -> None:
    assert f"<t>{RUSSIAN}</t>" in decode_document(declared(RUSSIAN, encoding), "")


@check_rows([
    ("gb2312", "gb18030"), ("gbk", "gb18030"), ("big5", "big5"), ("iso-2022-jp", "iso-2022-jp"),
    ("utf-8", "utf-8"),
])  # fmt: skip
def test_chinese_is_read_even_if_a_narrower_encoding_is_declared(
    declaration: str, true: str
) -> None:
    text = (
        "中國" if true in ("big5", "iso-2022-jp") else CHINESE + "镕"
    )  # the last is in no GB 2312
    body = (
        f"<?xml version='1.0' encoding='{declaration}'?><t>".encode() + text.encode(true) + b"</t>"
    )
    assert text in decode_document(body, "")


@check_rows(["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp037"])
def test_encodings_unlike_ascii_are_recognised_without_a_mark(encoding: str) -> None:
    assert "<t>news</t>" in decode_document("<?xml version='1.0'?><t>news</t>".encode(encoding), "")


def test_the_likeliest_encoding_is_tried_first() -> None:
    assert decode_document("\ufeff<t>é</t>".encode(), "text/xml; charset=iso-8859-1") == "<t>é</t>"
    actual = decode_document(f"<t>{RUSSIAN}</t>".encode(), "text/xml; charset=iso-8859-1")
    assert actual == f"<t>{RUSSIAN}</t>"
    assert (
        decode_document(f"<t>{RUSSIAN}</t>".encode(), "text/xml; charset=us-ascii")
        == f"<t>{RUSSIAN}</t>"
    )
    body = b"<?xml version='1.0' encoding='koi8-r'?><t>" + RUSSIAN.encode("windows-1251")
    assert RUSSIAN in decode_document(body, 'text/xml; Charset = "windows-1251"')
    assert next(guess_encodings(b"<t/>", "text/xml; charset=latin-1")) == "utf-8"
    assert next(guess_encodings(b"\xef\xbb\xbf<t/>", "")) == "utf-8-sig"
    assert (
        next(guess_encodings(b"<?xml version='1.0' encoding='iso-2022-jp'?>", "")) == "iso2022_jp"
    )


@check_rows(["nonsense", "punycode", "unicode_escape", "utf-7", "base64", "rot13", "idna"])
def test_a_codec_that_is_no_encoding_is_ignored(label: str) -> None:
    body = (
        f"<?xml version='1.0' encoding='{label}'?><t>\\x41 +AEE- ".encode() + b"\x93caf\xe9\x94</t>"
    )
    assert decode_document(body, f"text/xml; charset={label}").endswith("<t>\\x41 +AEE- “café”</t>")


def test_what_cannot_be_decoded_costs_one_character() -> None:
    body = declared(RUSSIAN, "utf-8").replace(b"<t>", b"<t>\xff")
    assert decode_document(body, "").endswith(f"<t>\ufffd{RUSSIAN}</t>")
    assert decode_document(b"<t>\xff\xd0\x9f</t>", "text/xml; charset=utf-8") == "<t>\ufffdП</t>"
    body = "<?xml version='1.0' encoding='shift_jis'?><t>日本".encode("shift_jis") + b"\x81</t>"
    assert decode_document(body, "").endswith("<t>日本\ufffd</t>")
    assert decode_document(b"<t>\x93\x81\x94</t>", "") == "<t>“\ufffd”</t>"
    assert decode_document("\ufeff<t>a</t>".encode("utf-16")[2:] + b"\x00", "").startswith("<t>a")
    assert decode_document(b"<t>a\x00b\x0bc\xef\xbf\xbfd</t>", "") == "<t>abcd</t>"
    assert (
        decode_document(b"<t>&#0;&#x0B;&#xD800;&#65535;&#99999999;&#x110000;</t>", "")
        == "<t>" + "\ufffd" * 6 + "</t>"
    )
    assert (
        decode_document(b"<t>&#9;&#65;&#x1F600;&#x0041;</t>", "")
        == "<t>&#9;&#65;&#x1F600;&#x0041;</t>"
    )
    assert markup_to_text("a&#" + "9" * 5_000 + ";b", 300) == "a\ufffdb"
    assert markup_to_text("a&#x" + "F" * 5_000 + ";b", 300) == "a\ufffdb"


@settings(deadline=None)
@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_become_text_that_can_be_stored(body: bytes, content_type: str) -> None:
    text = decode_document(body, content_type)
    assert "\0" not in text
    text.encode()


# Plain text


@check_rows(
    [
        ("Ordinary title", "Ordinary title"),
        ("  white \t space\n\xa0is\u3000folded ", "white space is folded"),
        ("<p>One</p><p>Two<br/>Three</p>", "One Two Three"),
        ("<b>bold</b>er <a href='x'>link</a>s", "bolder links"),
        ("ex<!-- hidden -->ample<?php x ?>s<!DOCTYPE y>", "examples"),
        ("a<script>alert(1)</script>b<STYLE type='x'>p{}</STYLE >c", "a b c"),
        ("<script>never closed", ""),
        ("<style-guide>kept</style-guide>", "kept"),
        ("<img alt=\"a > b\" title='c > d'>after", "after"),
        ("AT&amp;T &lt; R&D &copy; 5 < 6 and 7 > 6 <3", "AT&T < R&D © 5 < 6 and 7 > 6 <3"),
        ("Q&amp;amp;A &amp;#8220;quoted&amp;#8221;", "Q&A “quoted”"),
        ("&lt;p&gt;Escaped&lt;/p&gt; &amp;lt;b&amp;gt;twice&amp;lt;/b&amp;gt;", "Escaped twice"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;safe", "safe"),
        ("cut in a tag <a href='http://exam", "cut in a tag"),
        ("&#8217;s &#x2019;s &#146;s", "’s ’s ’s"),
    ]
)
def test_markup_becomes_the_text_that_a_reader_sees(markup: str, text: str) -> None:
    assert markup_to_text(markup, 300) == text


@check_rows([
    ("\u202egnp.exe", "gnp.exe"), ("\u2066left\u2069 &#x202E;right", "left right"),
    ("pass\u200bword\ufeff \u2060in\u00advisible", "password invisible"),
    ("bell\x07 \x1b[31mred null&#0;", "bell [31mred null\ufffd"), ("sp\u200dy", "spy"),
    ("می\u200cخواهم", "می\u200cخواهم"),  # Persian spelling needs it
    ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"), ("Tag\U000e0041s", "Tags"), ("\ud83d lone", "lone"),
])  # fmt: skip
def test_what_cannot_be_seen_is_not_kept(text: str, seen: str) -> None:
    assert markup_to_text(text, 300) == seen


def test_long_text_ends_at_a_word() -> None:
    assert shorten_text("one two three", 13) == "one two three"
    assert shorten_text("one two three", 12) == "one two…"
    assert shorten_text("one " + "x" * 20, 12) == "one xxxxxxx…"
    assert shorten_text("中" * 20, 5) == "中中中中…"


@settings(deadline=None)
@given(
    st.text(alphabet=st.characters() | st.sampled_from("<>&;#!-/x\"' \u202e"), max_size=300),
    st.integers(1, 80),
)
def test_plain_text_is_one_visible_line_of_bounded_length(markup: str, longest: int) -> None:
    text = markup_to_text(markup, longest)
    assert len(text) <= longest
    assert text == remove_invisible(text) == " ".join(text.split())
    text.encode()


# The plain way to write it, with no thought for time: what is quick has to say the same.

UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
    "|(?<![\u0600-\u109f\u1780-\u17ff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)
TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|template|iframe)(?![\w-]).*?(?:</\1\s*+>|\Z)"
    r"""|<(/?[a-z][\w:-]*+)(?:=\s{0,9}(?:"[^"]{0,2000}"|'[^']{0,2000}')|[^>])*+(?:>|\Z)"""
    r"|<[!?][^>]*+(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
NUMBER = re.compile(
    r"&#(?:[xX]0*([0-9a-fA-F]{1,7})|0*([0-9]{1,8}));|&#(?:[xX][0-9a-fA-F]{8,}|[0-9]{9,});?"
)
WITHIN_WORDS = (
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small"
    " span strike strong sub sup tt u var wbr"
).split()


def slowly(markup: str) -> str:
    text = UNSEEN.sub("", markup[:MAX_MARKUP_LENGTH])
    for _ in range(3):
        before = text
        text = TAG.sub(lambda tag: "" if not (tag[1] or tag[2]) or within(tag) else " ", text)
        text = UNSEEN.sub("", html.unescape(NUMBER.sub(character, text)))
        if text == before:
            break
    return " ".join(text.split())


def within(tag: re.Match[str]) -> bool:
    return not tag[1] and tag[2].lstrip("/").lower() in WITHIN_WORDS


def character(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2] or "0")
    forbidden = number > 0x10FFFF or re.match(
        "[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", chr(number)
    )
    return "\ufffd" if forbidden else reference[0]


PIECES = st.sampled_from([
    *"""< </ > = ' " a b p P /p script STYLE iframe template !-- --> &lt; &amp; & &# x 8217 ; &#8205; &#0; &#xD800;
    &#99999999; &lt;b&gt; &amp;lt; - / ? ! é 👨""".split(),
    *" \n\xa0\x07\u200c\u200d\u061c\u0627\ufe0f\u202e\u212a\u0131\u017f",
])  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(st.lists(PIECES | st.text(max_size=2), max_size=40).map("".join))
def test_the_quick_way_says_what_the_plain_way_says(markup: str) -> None:
    assert strip_markup(markup) == slowly(markup)
    assert remove_invisible(markup) == UNSEEN.sub("", markup)


@check_rows([
    "<!--", "<a '", '<a ="', "<a", "<script></scrip", "&#", "&#x0", "</script ", "<!",
    "=\"<a ='", "&lt;!--",
])  # fmt: skip
def test_hostile_markup_takes_no_more_than_its_length(pattern: str) -> None:
    started = time.process_time()
    markup_to_text(pattern * (1_000_000 // len(pattern)), 2_000)
    decode_document((pattern * (1_000_000 // len(pattern))).encode(), "")
    assert time.process_time() - started < 1
