"""A saved file becomes the plain text of an essay, or is refused with what to do instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.errors import Refused
from tracker.essays.extracting import MAX_FILE_BYTES, extract_text

FIRST = (
    "The two governments have agreed to meet in the spring, and the talks could well fail "
    "before the summer. "
) * 3
SECOND = (
    "Neither side will say whether the border is to be talked about, and prices remain "
    "where they were. "
) * 3


def a_page(*paragraphs: str) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        "<!doctype "
        "html><html><head><title>Site</title><script>track()</script></head><body><nav><a "
        "href='/'>Home</a> <a href='/subscribe'>Subscribe</a></nav><article><h1>A "
        f"title</h1>{body}</article><footer>All rights reserved</footer></body></html>"
    )


def refusal(raw: bytes, name: str) -> str:
    with pytest.raises(Refused) as refused:
        extract_text(raw, name)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_text_keeps_its_words_in_any_format() -> None:
    text = "A title\n\nPrices “will” rise — or so they\u00a0say…\n"
    assert extract_text(text.encode(), "essay.txt") == text
    actual = extract_text(b"One line.\r\nTwo lines.\rThree lines.", "essay.txt")
    assert actual == "One line.\nTwo lines.\nThree lines."
    assert (
        extract_text("Pri\u00adces will\u200b rise.".encode(), "essay.txt") == "Prices will rise."
    )
    assert extract_text(
        b"---\ntitle: Prices\ndate: 2026-01-02\n---\n# Prices\n\n* They *will* rise.\n", "essay.md"
    ) == ("# Prices\n\n* They *will* rise.\n")
    text = "Prices rise.\n\n---\n\nThey will fall.\n\n---\n"
    assert extract_text(text.encode(), "essay.md") == text


@check_rows(["utf-8-sig", "utf-16", "cp1252"])
def test_text_in_other_encodings_is_read(encoding: str) -> None:
    actual = extract_text("It’s a cliché that prices rise.".encode(encoding), "essay.txt")
    assert actual == "It’s a cliché that prices rise."


@check_rows(["page.html", "PAGE.HTM", "page.txt", "page"])
def test_of_a_saved_page_only_the_article_stays(name: str) -> None:
    text = extract_text(a_page(FIRST, SECOND).encode(), name)
    assert text.splitlines()[-2:] == [FIRST.strip(), SECOND.strip()]
    assert "Subscribe" not in text
    assert "track()" not in text


def test_a_page_is_read_to_its_end() -> None:
    paragraphs = [
        f"Paragraph {number} says that prices will rise in the year {2000 + number}. " * 5
        for number in range(99)
    ]
    assert "year 2098" in extract_text(a_page(*paragraphs).encode(), "page.html").splitlines()[-1]
    archive = (
        "From: <Saved by a browser>\nMIME-Version: 1.0\nContent-Type: multipart/related; "
        "boundary=edge\n\n--edge\nContent-Type: text/html; charset=utf-8\n\n"
        + a_page(FIRST, SECOND)
        + "\n--edge--\n"
    )
    assert extract_text(archive.encode(), "page.mhtml").splitlines()[-1] == SECOND.strip()


def test_a_file_without_an_essay_says_what_to_do() -> None:
    assert "holds no web page" in refusal(
        b"MIME-Version: 1.0\nContent-Type: text/plain\n\nNothing.", "page.mht"
    )
    reason = refusal(b"<!doctype html><html><body><div id='app'></div></body></html>", "page.html")
    assert "no essay was found in page.html" in reason
    assert "copy its text" in reason
    assert "holds no words" in refusal(b"1 2 3 ...", "essay.txt")
    assert "5 MB" in refusal(b"a" * (MAX_FILE_BYTES + 1), "essay.txt")


@check_rows([b"", b"  \n\t ", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(raw: bytes) -> None:
    assert refusal(raw, "essay.txt").startswith("essay.txt is empty")


@check_rows([
    (b"%PDF-1.7 ...", "a PDF document: open it, select all, copy"),
    (b"PK\x03\x04rest", "word processor"), (b"\xd0\xcf\x11\xe0rest", "word processor"),
    (b"{\\rtf1 words}", "rich text"), (b"\x89PNG\r\n", "picture"),
    (b"\xff\xd8\xff\xe0", "picture"), (b"\x1f\x8brest", "unpack"),
    (bytes(range(32)) * 20, "not text"),
])  # fmt: skip
def test_what_is_no_text_is_refused_with_what_to_do(raw: bytes, said: str) -> None:
    assert said in refusal(raw, "essay.txt")


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.md", "a.html", "a.mhtml", "a"]))
def test_any_bytes_are_text_or_refused(raw: bytes, name: str) -> None:
    try:
        text = extract_text(raw, name)
    except Refused:
        return
    assert text.strip()
    assert "\r" not in text
