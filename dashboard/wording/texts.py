"""Names and text from outside."""

import re
from typing import Final
from urllib.parse import urlsplit

from forecasts.questions.question import Forecaster, ForecasterId


def display_name(forecaster: Forecaster, me: ForecasterId) -> str:
    """Return the display name of a forecaster; the viewer is `Me`."""
    return "Me" if forecaster.id == me else forecaster.name


def clip(text: str, limit: int) -> str:
    """Shorten a text to `limit` characters with an ellipsis, at a word boundary if one is near."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    at_word = cut.rpartition(" ")[0]
    return (at_word if len(at_word) > limit * 0.5 else cut).rstrip(" ,;:.") + "…"


_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_AUTO_MARKUP: Final = re.compile(
    r"(?<=:)(?=//)|(?<=w)(?=ww\.)|(?<=@)|(?<=:)(?=streamlit:)|(?<=[-<>=.])(?=[-<>=.])",
    re.IGNORECASE,
)
_WHITESPACE: Final = re.compile(r"[^\S\u00a0]+")  # keeps no-break spaces
_WORD_JOINER: Final = "\u2060"
_DIRECTION_MARKS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Bidirectional control characters, which would reorder the text after them."""


def escape_markdown(text: str) -> str:
    """Escape a text for Markdown.

    All punctuation is escaped; a word joiner breaks automatic links, images and arrows.
    Bidirectional control characters are removed.

    >>> escape_markdown("*a* \\u202eb")
    '\\\\*a\\\\* b'

    Feed text is shown by `st.text` and table cells, which render no Markdown. Only the clipped
    title of a feed comes here, as a heading or the label of a link.
    """
    flat = _DIRECTION_MARKS.sub("", _WHITESPACE.sub(" ", text)).strip()
    return _PUNCTUATION.sub(r"\\\1", _AUTO_MARKUP.sub(_WORD_JOINER, flat))


def safe_web_link(url: str) -> str | None:
    """Return the address if it is a safe link, http(s) with a host and no user name, else None."""
    if any(ord(mark) <= 32 or mark in '<>"\\`' for mark in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else None
