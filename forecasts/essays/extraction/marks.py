"""Stripping of Markdown and HTML markup from sentences."""

import html
import re
from typing import Final

_IMAGE: Final = re.compile(
    r"!\[([^\[\]]{0,300})\]\([^()\s]{0,1000}(?:\s[\"'][^\"'\n]{0,300}[\"'])?\)"
)
_LINK: Final = re.compile(
    r"\[([^\[\]]{1,300})\](?:\([^()\s]{0,1000}(?:\s[\"'][^\"'\n]{0,300}[\"'])?\)"
    r"|\[[^\[\]]{0,100}\])"
)
_END_OF_LINK: Final = re.compile(r"\]\([^()\s]{0,1000}(?:\s[\"'][^\"'\n]{0,300}[\"'])?\)")
_FOOTNOTE: Final = re.compile(r"\[\^[^\[\]\s]{1,40}\]")
_INLINE_TAG: Final = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|em|font|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|tt|u"
    r"|wbr)(?:\s[^<>]{0,400})?/?>",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,12}(?:\s[^<>]{0,400})?/?>")
_EMPHASIS: Final = re.compile(
    r"(?<![\s*])\*{1,3}(?![\w*])"
    r"|(?<![\w*])\*{1,3}(?![\s*])"  # beside a word or a mark; not 2*3, and not " * "
    r"|(?<!\w)_{1,3}(?=[^\s_])|(?<=[^\s_])_{1,3}(?!\w)|~~(?=\S)|(?<=\S)~~|`+"
)
_ESCAPED: Final = re.compile(r"\\([*_`\[\]#>~\\])")


def strip_inline_markup(quote: str) -> str:
    """Remove emphasis, code, links and inline HTML tags, and decode HTML entities.

    >>> strip_inline_markup("The <b>bank</b> won&rsquo;t *fail*, says [the `mayor`](https://a.org/a_b).")
    'The bank won’t fail, says the mayor.'
    """
    if "&" in quote:
        quote = html.unescape(quote)
    if "<" in quote:
        quote = _INLINE_TAG.sub(lambda tag: " " if tag[0][1:3].lower() == "br" else "", quote)
    if "[" in quote or "](" in quote:
        quote = _LINK.sub(r"\1", _IMAGE.sub(r"\1", _FOOTNOTE.sub("", quote)))
        quote = _END_OF_LINK.sub("", quote)
        if quote.lstrip('*_"“').startswith("[") and "]" not in quote:
            quote = quote.replace("[", "", 1)  # a link that continues in the next sentence
    return _ESCAPED.sub(r"\1", _EMPHASIS.sub("", quote)) if _has_marks(quote) else quote


def _has_marks(quote: str) -> bool:
    return any(mark in quote for mark in "*_`~\\")


def strip_essay_markup(quote: str) -> str:
    """Remove all markup and collapse white space; text of marks alone, such as a rule, keeps them.

    >>> strip_essay_markup("**Traffic:** we  expect _growth_ of 2*3 per cent.*"), strip_essay_markup("* * *")
    ('Traffic: we expect growth of 2*3 per cent.', '* * *')
    """
    bare = strip_inline_markup(quote)
    if "<" in bare:
        bare = _TAG.sub(" ", bare)
    says_something = any(letter.isalnum() for letter in bare)
    return " ".join((bare if says_something else quote).split())
