"""Where the sentences of a text begin and end, to the character.

Rules and short lists, no model: an essay has a few hundred sentences, and a person reads the
result. Time grows with the length of the text, whatever the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from forecasts.essays.extraction.lines import Block, blocks

_ABBREVIATIONS: Final = frozenset(
    """
    adm approx apr art asst aug av ave bn bros capt cf ch cie co col corp dec dept dr e.g ed eds eq
    esp est etc feb fig figs ft gen gov hon i.e inc jan jr jul jun lt ltd maj mar messrs mlle mme mn
    mr mrs ms mt no nos nov oct op p para pp prof rep rev rs sec sen sept sep sgt sr st tel trans v
    viz vol vs
    """.split()
)
_NEVER_LAST: Final = frozenset(
    """
    adm approx capt cf col dr e.g esp fig figs gen gov hon i.e lt maj messrs mlle mme mr mrs ms mt
    prof rep rev sen sgt st v viz vs
    """.split()
)
"""Abbreviations that something always follows, whatever letter it begins with."""

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
"""Words that begin a sentence more often than a name, as after "in the U.S."."""

_END: Final = re.compile(r"[.!?…。！？]+[\"'”’»)\]*_]{0,4}(?=\s|$)|[.!?…]{1,3}”(?=[A-Z])")
_LAST_WORD: Final = re.compile(r"[\w.&'’-]{1,40}$")
_NEXT: Final = re.compile(r"\s*([\"'“‘«(\[*_–—-]{0,4}\s?)(\S?)([\w.'’-]{0,40})")
_RULE: Final = re.compile(r"[\s*_=#>|:+-]*")


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence's place: `text[offset:end]`. `line` numbers the paragraph, list item or heading
    that it stands in.

    `shape` says what that is: a "text", a "quote", an "item" of a list, or a "heading" by its mark.
    """

    offset: int
    end: int
    line: int
    shape: str


def spans(text: str) -> tuple[Span, ...]:
    """Every sentence of a text, in order. Between two of them is white space and marks of layout,
    and nothing else.

    Marks of layout are those of Markdown before a heading, an item of a list and a quotation. A
    line break ends a sentence, except where lines were broken by hand. A semicolon does not.

    >>> text = "Mr. A. Smith left the U.S. in May. Will he return?"
    >>> [text[span.offset : span.end] for span in spans(text)]
    ['Mr. A. Smith left the U.S. in May.', 'Will he return?']
    """
    found: list[Span] = []
    for number, block in enumerate(blocks(text)):
        found.extend(Span(start, end, number, block.shape) for start, end in _split(text, block))
    return tuple(found)


def _split(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """Sentences within a paragraph."""
    start = block.offset
    if _RULE.fullmatch(text, start, min(block.end, start + 200)) and block.end - start <= 200:
        yield start, block.end  # a rule such as "* * *"
        return
    for match in _END.finditer(text, block.offset, block.end):
        end = match.end()
        if end >= block.end or end <= start or not _ends(text, match, block):
            continue
        yield start, end
        start = end
        while start < block.end and text[start].isspace():
            start += 1
    yield start, block.end  # a block never ends in white space, so something is left


def _ends(text: str, match: re.Match[str], block: Block) -> bool:
    """Does the sentence end at this point, or is it an abbreviation, an initial, a pause?"""
    following = _NEXT.match(text, match.end(), block.end)
    opening, first, rest = following.groups() if following else ("", "", "")
    if not first or not (first.isalnum() or first in "$€£%#@"):
        return bool(first) and match[0][0] in "!?" and not opening
    stop = match[0].rstrip("\"'”’»)]*_")
    quoted = len(stop) < len(match[0])
    if stop == ".":
        return _full_stop_ends(
            text[max(block.offset, match.start() - 40) : match.start()], first, rest, quoted
        )
    return not first.islower()  # “Why?” he asked; and a pause … goes on


def _full_stop_ends(before: str, first: str, rest: str, quoted: bool) -> bool:
    found = _LAST_WORD.search(before)
    last = found[0].lstrip("'’.-") if found else ""
    word = last.lower()
    if first.islower():  # a slip of the hand, unless the word may be an abbreviation
        return not quoted and len(word) >= 2 and word.isalpha() and word not in _ABBREVIATIONS
    if word in _BEFORE_NUMBERS:
        return not first.isdigit() and (word != "no" or last == "no")
    if word in _NEVER_LAST:
        return False
    if word in _ABBREVIATIONS or (
        "." in word.rstrip(".") and len(word) <= 8 and not word[0].isdigit()
    ):
        return (first + rest).lower() in _OPENERS
    initial = len(last) == 1 and last.isalpha() and last.isupper() and last != "I"
    return not initial or (first + rest).lower() in _OPENERS - {"a", "i"}
