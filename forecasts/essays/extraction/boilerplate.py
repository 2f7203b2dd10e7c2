"""Exclusion of page elements: repeated titles, advertisements, buttons and broken markup."""

import re
from collections.abc import Sequence
from typing import Final

from forecasts.essays.extraction import phrases
from forecasts.essays.extraction.marks import strip_essay_markup, strip_inline_markup
from forecasts.essays.extraction.sentences import SentenceSpan
from forecasts.essays.extraction.words import PhraseMatcher

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
