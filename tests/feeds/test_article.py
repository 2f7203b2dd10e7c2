"""The text of an article on its page."""

import socket
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.patience import patience
from tests.tables import check_rows
from tracker.feeds.discovery.article import MAX_ARTICLE_LENGTH, Article, NoArticle, extract_article

URL = "https://site.example/news/summit.html"
FIRST = (
    "Arland and Borland agreed on Tuesday to meet in the spring, their governments said in "
    "a joint statement. "
) * 2
SECOND = (
    "Neither side would say whether the border was to be talked about, and markets hardly "
    "moved on the news. "
) * 2


def a_page(article: str, head: str = "") -> bytes:
    navigation = "<nav><a href='/'>Home</a> <a href='/world'>World</a></nav>"
    body = f"{navigation}<article>{article}</article><footer>All rights reserved</footer>"
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def text_of(page: bytes, content_type: str = "text/html") -> str:
    found = extract_article(page, content_type, URL)
    assert isinstance(found, Article), found
    return found.text


def reason(page: bytes, content_type: str = "text/html") -> str:
    found = extract_article(page, content_type, URL)
    assert isinstance(found, NoArticle), found
    return found.reason


def test_an_article_is_the_words_that_a_reader_sees() -> None:
    assert text_of(a_page(paragraphs(FIRST, SECOND))) == f"{FIRST.strip()}\n{SECOND.strip()}"
    more = (
        "<script>track('x')</script><style>p {}</style><div class='comments' "
        "id='comments'><p>First!</p></div>"
    )
    text = text_of(a_page(paragraphs(FIRST, SECOND) + more))
    assert text == f"{FIRST.strip()}\n{SECOND.strip()}"
    table = "<table><tr><th>Side</th><th>Seats</th></tr><tr><td>Arland</td><td>12</td></tr></table>"
    assert text_of(a_page(paragraphs(FIRST) + table + paragraphs(SECOND))).splitlines()[1:3] == [
        "Side Seats",
        "Arland 12",
    ]
    hidden = FIRST.replace("Borland", "Bor\u200bland\u202e").replace(
        "spring", "&#x2066;spr\u00ad\u3164\U000e0101ing"
    )
    assert text_of(a_page(paragraphs(hidden, SECOND))) == f"{FIRST.strip()}\n{SECOND.strip()}"


CYRILLIC = "Стороны договорились встретиться весной и обсудить границу. " * 8


@check_rows(
    [
        ("utf-8", "text/html", ""),
        ("utf-8", "text/html; charset=iso-8859-1", ""),
        ("utf-16", "text/html", ""),
        ("windows-1251", "text/html; charset=windows-1251", ""),
        ("windows-1251", "text/html", "<meta charset='windows-1251'>"),
        (
            "koi8-r",
            "",
            "<title>t</title><meta http-equiv='Content-Type' content='text/html; charset=koi8-r'>",
        ),
    ]
)
def test_the_page_is_read_in_its_own_encoding(encoding: str, content_type: str, head: str) -> None:
    page = a_page(paragraphs(CYRILLIC, CYRILLIC), head).decode().encode(encoding)
    assert text_of(page, content_type).splitlines()[0] == CYRILLIC.strip()


def test_a_long_text_ends_at_a_word() -> None:
    text = text_of(a_page(paragraphs(*(f"{number} {FIRST}" for number in range(300)))))
    assert len(text) <= MAX_ARTICLE_LENGTH
    assert text.endswith("…")
    assert text.startswith("0 Arland")


@check_rows(
    [
        (b"", "text/html", "empty page"),
        (b" \n\0", "text/html", "empty page"),
        (b"%PDF-1.7 ...", "text/html", "PDF"),
        (b"anything", "Application/PDF; x=y", "PDF"),
        (b"\x89PNG", "image/png", "image/png, not a page"),
        (b"\x89PNG", "image/" + "x" * 500, "…, not a page"),
        (b'{"a": 1}', "application/json", "no text"),
        (b"<html><body></body></html>", "text/html", "no text"),
        (b"\xff\xfe\xfd" * 99, "text/html", "no text"),
        (a_page("<p>Subscribe to read the whole article.</p>"), "text/html", "paywall"),
        (b"<html><body>" + b"<p>word</p>" * 3_000, "text/html", "too many tags"),
        (
            b"<html><body>" + (b"<div>" + b"<p>word</p>" * 500 + b"</div>") * 50,
            "text/html",
            "too many tags",
        ),
        (
            b"<p " + b" ".join(b"a%d=1" % number for number in range(100_000)) + b">",
            "text/html",
            "too many tags",
        ),
        (
            b"<html><body><script type='application/ld+json'>" + b'"@type": [' * 200_000,
            "text/html",
            "too many tags",
        ),
    ]
)
def test_where_there_is_no_article_the_reason_is_said(
    page: bytes, content_type: str, why: str
) -> None:
    assert why in reason(page, content_type)


@check_rows([
    "<!--" * 300_000, "<" * 19_000, "<div>word " * 19_000, "<ul><li>word " * 9_000,
    ("<p>" + "<a href='/x'>word</a> " * 1_900) * 2, "<p>" + "word " * 500_000,
    "<p>" + "&amp;" * 150_000, ("<table>" + "<tr><td>word" * 1_900) * 3,
    ("<p " + " ".join(f"a{number}=1" for number in range(290)) + ">word") * 150,
])  # fmt: skip
def test_a_hostile_page_ends(inside: str) -> None:
    with patience():
        extract_article(a_page(inside), "text/html", URL)


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    head = (
        f"<link rel='canonical' href='{URL}'><script "
        f"src='https://cdn.example/x.js'></script><base href='{URL}'>"
    )
    assert text_of(
        a_page(paragraphs(FIRST, SECOND) + "<img src='https://cdn.example/x.png'>", head)
    )


def test_trafilatura_is_imported_only_when_an_article_is_read() -> None:
    program = "import sys, tracker.feeds.discovery.article; sys.exit('trafilatura' in sys.modules)"
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(
        st.binary(max_size=300), st.text(alphabet="<>/pab =\"'&;!-", max_size=200).map(str.encode)
    )
)
def test_nothing_that_is_served_raises(page: bytes) -> None:
    assert isinstance(extract_article(page, "text/html", URL), Article | NoArticle)
