"""Names and text from outside."""

import re
from typing import Final
from urllib.parse import urlsplit

from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import ForecasterId


def named(forecaster: Forecaster, me: ForecasterId) -> str:
    """How a forecaster is called on a page: the person who looks is `Me`."""
    return "Me" if forecaster.id == me else forecaster.name


def capital(text: str) -> str:
    """The text with a capital at its start, the rest as it is."""
    return text[:1].upper() + text[1:]


def clipped(text: str, limit: int) -> str:
    """The text with an ellipsis where it was cut, at a word where that is near."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    head = cut.rpartition(" ")[0]
    return (head if len(head) > limit * 0.5 else cut).rstrip(" ,;:.") + "…"


_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_AUTOMATIC: Final = re.compile(
    r"(?<=:)(?=//)|(?<=w)(?=ww\.)|(?<=@)|(?<=:)(?=streamlit:)|(?<=[-<>=.])(?=[-<>=.])",
    re.IGNORECASE,
)
_BLANKS: Final = re.compile(
    r"[^\S\u00a0]+"
)  # a no-break space keeps a number and its unit together
_WORD_JOINER: Final = "\u2060"
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of the text after it, beyond its own end."""


def inert(text: str) -> str:
    """Text for a place that reads Markdown, made to show as it is.

    Every mark is escaped; a word joiner breaks what turns into links, pictures and arrows by
    itself. What would turn the words after it around is left out.

    >>> inert("*a* \\u202eb")
    '\\\\*a\\\\* b'

    Feed text does not come here: it goes through `st.text` and table cells, which read no Markdown.
    Only a feed's own title does, cut short, where it is a heading or the label of a link.
    """
    flat = _TURNS.sub("", _BLANKS.sub(" ", text)).strip()
    return _PUNCTUATION.sub(r"\\\1", _AUTOMATIC.sub(_WORD_JOINER, flat))


def web_link(url: str) -> str | None:
    """The address if it may be offered as a link: http(s) with a host and no tricks, else None."""
    if any(ord(mark) <= 32 or mark in '<>"\\`' for mark in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else None
