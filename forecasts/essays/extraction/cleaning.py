"""Exclusion of page elements: repeated titles, advertisements, buttons and broken markup."""

import html
import re
from collections.abc import Sequence
from typing import Final

from forecasts.essays.extraction import phrases
from forecasts.essays.extraction.phrase_matching import PhraseMatcher
from forecasts.essays.extraction.segmentation import SentenceSpan

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

    >>> strip_inline_markup("<b>It</b> won&rsquo;t *fail*, says [the `mayor`](https://a.org/b_c).")
    'It won’t fail, says the mayor.'
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

    >>> strip_essay_markup("**Traffic:** we  expect _growth_ of 2*3 per cent.*")
    'Traffic: we expect growth of 2*3 per cent.'
    """
    bare = strip_inline_markup(quote)
    if "<" in bare:
        bare = _TAG.sub(" ", bare)
    says_something = any(letter.isalnum() for letter in bare)
    return " ".join((bare if says_something else quote).split())


_MARKUP: Final = re.compile(
    r"""\b(?:class|href|src|style|id|rel|onclick|data-[a-z]{1,20})\s?=\s?["'“”‘’]"""
    r"""|</?[a-zA-Z][a-zA-Z0-9]{0,9}(?:\s|/?>)"""
    r"""|\{\{|\}\}|\bfunction\s?\(|^\s{0,9}[.#][\w-]{1,30}\s?\{"""
)
_SENTENCE_END: Final = re.compile(r"[.!?…;:。！？][\"'”’»)\]*_]{0,4}$")
_MIN_TAGGED_SENTENCES: Final = 5
"""Tagged sentences from which tags count as the essay's own markup, if most sentences have them."""

_MAX_LINE_WORDS: Final = 45
"""Maximum words of a line judged as a whole: advertisements are short, paragraphs long."""

_MAX_TITLE_WORDS: Final = 16
_MIN_WORDS: Final = 3
_BOILERPLATE: Final = PhraseMatcher([phrases.BOILERPLATE])
_BOILERPLATE_ALONE: Final = PhraseMatcher([phrases.BOILERPLATE_ALONE])


def find_exclusion_reasons(
    text: str, spans: Sequence[SentenceSpan], spellings: Sequence[str]
) -> list[str]:
    """Return for each sentence the reason to exclude it; "" if it belongs to the essay."""
    by_line: dict[int, list[int]] = {}
    for index, span in enumerate(spans):
        by_line.setdefault(span.line, []).append(index)
    sentence_reasons = _sentence_reasons(
        [text[span.offset : span.end] for span in spans], spellings
    )
    line_reasons = [""] * len(spans)
    for indexes in by_line.values():
        quotes = [text[spans[index].offset : spans[index].end] for index in indexes]
        judged = _line_reasons(
            quotes,
            [spellings[index] for index in indexes],
            [sentence_reasons[index] for index in indexes],
            shape=spans[indexes[0]].shape,
            is_only_sentence=len(spellings) <= 1,
        )
        for index, reason in zip(indexes, judged, strict=True):
            line_reasons[index] = reason
    _mark_repeats(spellings, line_reasons)
    return line_reasons


def _sentence_reasons(quotes: Sequence[str], spellings: Sequence[str]) -> list[str]:
    """Return for each sentence by itself the reason to exclude it."""
    tagged = [bool(_MARKUP.search(strip_inline_markup(quote[:2000]))) for quote in quotes]
    if sum(tagged) >= _MIN_TAGGED_SENTENCES and sum(tagged) * 2 > len(quotes):
        tagged = [bool(_MARKUP.search(strip_essay_markup(quote[:2000]))) for quote in quotes]
    return [
        "broken markup" if has_tags else _boilerplate_reason(spelling)
        for has_tags, spelling in zip(tagged, spellings, strict=True)
    ]


def _line_reasons(
    quotes: Sequence[str],
    spellings: Sequence[str],
    reasons: list[str],
    *,
    shape: str,
    is_only_sentence: bool,
) -> list[str]:
    """Return the reasons of a line's sentences, after judging the line as a whole."""
    word_count = sum(len(spelling.split()) for spelling in spellings)
    dirty = next((reason for reason in reasons if reason), "")
    if dirty and word_count <= _MAX_LINE_WORDS:
        return [dirty] * len(reasons)
    is_title = (
        len(quotes) == 1 and not reasons[0] and not is_only_sentence and _is_title(quotes[0], shape)
    )
    return ["a heading"] if is_title else reasons


def _boilerplate_reason(spelling: str) -> str:
    words = spelling.split()
    if len(words) <= _MAX_LINE_WORDS and _BOILERPLATE.first_match(spelling):
        return "boilerplate"
    return (
        "boilerplate"
        if len(words) <= 6
        and _BOILERPLATE_ALONE.first_match(spelling)
        and words[-1] not in (".", "?")
        else ""
    )


def _is_title(sentence: str, shape: str) -> bool:
    """Return True for a line that is no whole sentence; a question may be the main claim."""
    if shape == "item" or sentence.rstrip("*_ ").endswith("?"):
        return False
    word_count = len(sentence.split())
    return word_count <= _MAX_TITLE_WORDS and (
        shape == "heading" or not _SENTENCE_END.search(sentence)
    )


def _mark_repeats(spellings: Sequence[str], reasons: list[str]) -> None:
    """Mark verbatim repeats, and repeats of titles with up to two more words."""
    seen_texts: set[str] = set()
    titles: dict[tuple[str, ...], int] = {}
    for index, spelling in enumerate(spellings):
        words = [word for word in spelling.split() if word[0].isalnum()]
        joined = " ".join(words)
        if len(words) < _MIN_WORDS:
            reasons[index] = reasons[index] or "too short to say anything"
            continue
        opening = (*words[:6],)
        is_near_title = len(words) >= 6 and abs(titles.get(opening, -9) - len(words)) <= 2
        if joined in seen_texts or (
            is_near_title and reasons[index] in ("", "a heading") and len(words) <= _MAX_TITLE_WORDS
        ):
            reasons[index] = (
                reasons[index]
                if reasons[index] not in ("", "a heading")
                else "repeats an earlier line"
            )
        seen_texts.add(joined)
        if reasons[index] == "a heading":
            titles[opening] = len(words)
