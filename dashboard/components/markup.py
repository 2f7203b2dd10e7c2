"""HTML of our own for prose that streamlit's elements would split into many boxes.

Every text in it is escaped when a tag is made, so feed text may stand in it. Nothing else on a page
may call `st.html`.
"""

import re
from html import escape
from typing import Final

import streamlit as st

from dashboard.wording.numbers import safe_web_link

_DIRECTION_MARKS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that would reorder the text after them."""


class Markup(str):
    """HTML whose texts are escaped."""

    __slots__ = ()


def make_tag(name: str, *content: str, kind: str = "", **attributes: str) -> Markup:
    """Return an element of this class around content; plain strings are escaped.

    >>> make_tag("p", "a < b ", make_tag("b", "c"), kind="note")
    '<p class="note">a &lt; b <b>c</b></p>'
    """
    named = {"class": kind, **attributes} if kind else attributes
    written = "".join(f' {key}="{escape(value)}"' for key, value in named.items())
    return Markup(f"<{name}{written}>{join_markup(content)}</{name}>")


def make_site_link(label: str, url: str) -> Markup:
    """Return a link to another site, or its address as text if it is not safe to open.

    >>> make_site_link("Source", "https://a.example/?b&c")
    '<a href="https://a.example/?b&amp;c" target="_blank" rel="nofollow noopener
    noreferrer">Source ↗</a>'
    """
    safe = safe_web_link(url)
    if safe is None:
        return make_tag("p", f"Broken link: {url[:200]}")
    return make_tag(
        "a", f"{label} ↗", href=safe, target="_blank", rel="nofollow noopener noreferrer"
    )


def join_markup(content: tuple[str, ...] | list[str]) -> Markup:
    """Return pieces as one, plain strings escaped."""
    texts = (p if isinstance(p, Markup) else escape(_DIRECTION_MARKS.sub("", p)) for p in content)
    return Markup("".join(texts))


def show_markup(*content: Markup) -> None:
    """Show elements as one of streamlit's."""
    if content:
        st.html(join_markup(content))
