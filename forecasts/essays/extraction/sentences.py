"""Sentence segmentation by rules and short lists.

Runs in time linear in the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from forecasts.essays.extraction.lines import TextBlock, split_blocks

_ABBREVIATIONS: Final = frozenset(
    """
    adm approx apr art asst aug av ave bn bros capt cf ch cie co col corp dec dept dr e.g ed eds eq
    esp est etc feb fig figs ft gen gov hon i.e inc jan jr jul jun lt ltd maj mar messrs mlle mme mn
    mr mrs ms mt no nos nov oct op p para pp prof rep rev rs sec sen sept sep sgt sr st tel trans v
    viz vol vs
    """.split()
)
_ALWAYS_FOLLOWED: Final = frozenset(
    """
    adm approx capt cf col dr e.g esp fig figs gen gov hon i.e lt maj messrs mlle mme mr mrs ms mt
    prof rep rev sen sgt st v viz vs
    """.split()
)
"""Abbreviations always followed by something, whatever its first letter."""

_BEFORE_NUMBERS: Final = frozenset(
    """
    art ch eq fig figs no nos p para pp sec vol
    """.split()
)
_OPENERS: Final = frozenset(
    """
    a after all although an and as at because both but by despite during each even every few for
    from he here his how however i if in it its many meanwhile more most much nor not now of on once
    one only or other our over she since so some still such that the their then there these they
    this those though thus to today under until we what when where whether which while who why with
    without yet you
    """.split()
)
"""Words that start a sentence more often than a name, as after "in the U.S."."""

_END: Final = re.compile(r"[.!?…。！？]+[\"'”’»)\]*_]{0,4}(?=\s|$)|[.!?…]{1,3}”(?=[A-Z])")
_LAST_WORD: Final = re.compile(r"[\w.&'’-]{1,40}$")
_NEXT: Final = re.compile(r"\s*([\"'“‘«(\[*_–—-]{0,4}\s?)(\S?)([\w.'’-]{0,40})")
_RULE: Final = re.compile(r"[\s*_=#>|:+-]*")


@dataclass(frozen=True, slots=True)
class SentenceSpan:
    """Sentence at `text[offset:end]`; `line` numbers its paragraph, list item or heading.

    `shape` is that of the block: "text", "quote", "item" (of a list) or "heading".
    """

    offset: int
    end: int
    line: int
    shape: str


def segment_sentences(text: str) -> tuple[SentenceSpan, ...]:
    """Return the sentences of a text in order; only white space and layout marks lie between them.

    Layout marks are those of Markdown before headings, list items and quotations. A line break ends
    a sentence, except in hard-wrapped text. A semicolon does not.

    >>> text = "Mr. A. Smith left the U.S. in May. Will he return?"
    >>> [text[span.offset : span.end] for span in segment_sentences(text)]
    ['Mr. A. Smith left the U.S. in May.', 'Will he return?']
    """
    sentences: list[SentenceSpan] = []
    for number, block in enumerate(split_blocks(text)):
        sentences.extend(
            SentenceSpan(start, end, number, block.shape)
            for start, end in _split_block(text, block)
        )
    return tuple(sentences)


def _split_block(text: str, block: TextBlock) -> Iterator[tuple[int, int]]:
    """Yield start and end of the sentences of a block."""
    start = block.offset
    if _RULE.fullmatch(text, start, min(block.end, start + 200)) and block.end - start <= 200:
        yield start, block.end  # a rule such as "* * *"
        return
    for match in _END.finditer(text, block.offset, block.end):
        end = match.end()
        if end >= block.end or end <= start or not _is_sentence_end(text, match, block):
            continue
        yield start, end
        start = end
        while start < block.end and text[start].isspace():
            start += 1
    yield start, block.end  # not empty, as a block never ends in white space


def _is_sentence_end(text: str, match: re.Match[str], block: TextBlock) -> bool:
    """Return True at a sentence end; False after an abbreviation or an initial and at a pause."""
    following = _NEXT.match(text, match.end(), block.end)
    opening, first, remainder = following.groups() if following else ("", "", "")
    if not first or not (first.isalnum() or first in "$€£%#@"):
        return bool(first) and match[0][0] in "!?" and not opening
    mark = match[0].rstrip("\"'”’»)]*_")
    is_quoted = len(mark) < len(match[0])
    if mark == ".":
        return _is_full_stop_end(
            text[max(block.offset, match.start() - 40) : match.start()], first, remainder, is_quoted
        )
    return not first.islower()  # as in: “Why?” he asked; and in: a pause … goes on


def _is_full_stop_end(before: str, first: str, remainder: str, is_quoted: bool) -> bool:
    match = _LAST_WORD.search(before)
    last = match[0].lstrip("'’.-") if match else ""
    word = last.lower()
    if first.islower():  # a typing error, unless the word may be an abbreviation
        return not is_quoted and len(word) >= 2 and word.isalpha() and word not in _ABBREVIATIONS
    if word in _BEFORE_NUMBERS:
        return not first.isdigit() and (word != "no" or last == "no")
    if word in _ALWAYS_FOLLOWED:
        return False
    if word in _ABBREVIATIONS or (
        "." in word.rstrip(".") and len(word) <= 8 and not word[0].isdigit()
    ):
        return (first + remainder).lower() in _OPENERS
    is_initial = len(last) == 1 and last.isalpha() and last.isupper() and last != "I"
    return not is_initial or (first + remainder).lower() in _OPENERS - {"a", "i"}
