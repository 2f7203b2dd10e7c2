"""Sentence segmentation by rules and short lists.

Runs in time linear in the length of the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

SENTENCE_END: Final = re.compile(r"[.!?…:;。！？][\"'”’»)\]*_]{0,4}$")
"""End of a sentence or of a clause."""

_BULLET: Final = re.compile(
    r"[ \t]{0,12}((?:[-*+•‣◦▪●–—]|\(?\d{1,3}[.)]|[a-z]\))[ \t]+(?:\[[ xX]\][ \t]+)?)(?=\S)"
)
_HEADING: Final = re.compile(r"[ \t]{0,3}(#{1,6}[ \t]+)(?=\S)")
_QUOTED: Final = re.compile(r"[ \t]{0,3}((?:>[ \t]?){1,5})(?=\S)")
_MAX_WRAP_WIDTH: Final = 130
"""Characters. Longer lines are unwrapped paragraphs."""

_MIN_WRAPPED_WIDTH: Final = 45
"""Characters. Shorter lines may be titles, verses or entries of a list."""

_CANNOT_END: Final = re.compile(
    r"(?:,|\b(?:a|an|the|of|to|by|in|on|at|for|from|with|and|or|but|nor|than|that|which|who|whose"
    r"|as|into|its|their|his|our|is|are|was|were|has|have|will|would|may|might|could|should|not"
    r"|between|under|over|until|before|after)|(?<=\w)['’]s)$"
)
"""Words that end neither a sentence nor a title."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Paragraph at `text[offset:end]`, without its markup.

    `shape` is "text", "quote", "item" (of a list) or "heading".
    """

    offset: int
    end: int
    shape: str


@dataclass(frozen=True, slots=True)
class _TextLine:
    offset: int
    end: int
    shape: str
    indent: int
    width: int
    """Length in characters, with indent and markup."""
    follows_line: bool
    """True if no empty line separates it from the line before."""


def split_blocks(text: str) -> Iterator[TextBlock]:
    """Yield paragraphs, list items, quotations and headings in order, joining wrapped lines.

    >>> text = "- Sales will double by\\n  May, and not\\n  before.\\n- Wages fall."
    >>> [text[block.offset : block.end] for block in split_blocks(text)]
    ['Sales will double by\\n  May, and not\\n  before.', 'Wages fall.']
    """
    lines = _split_lines(text)
    texts = [text[line.offset : line.end] for line in lines]
    is_page_wrapped = _is_wrapped(texts)
    width = _wrap_width(lines, texts)
    for run in _find_runs(lines):
        is_wrapped = is_page_wrapped or _is_filled(
            lines[run.start : run.stop], texts[run.start : run.stop]
        )
        block = _to_block(lines[run.start])
        for index in range(run.start + 1, run.stop):
            if _continues_block(
                text,
                block,
                lines[index - 1],
                lines[index],
                is_wrapped=is_wrapped,
                width=width,
            ):
                block = replace(block, end=lines[index].end)
            else:
                yield block
                block = _to_block(lines[index])
        yield block


def _to_block(line: _TextLine) -> TextBlock:
    return TextBlock(line.offset, line.end, line.shape)


def _split_lines(text: str) -> list[_TextLine]:
    """Return the non-empty lines, trimmed, with the shape that their markup gives."""
    lines: list[_TextLine] = []
    position = 0
    follows_line = False
    for raw in text.splitlines(keepends=True):
        start, stop = position, position + len(raw)
        position = stop
        shape = "text"
        for mark, marked_shape in ((_QUOTED, "quote"), (_HEADING, "heading"), (_BULLET, "item")):
            if match := mark.match(text, start, stop):
                start, shape = match.end(1), marked_shape
        start += len(text[start:stop]) - len(text[start:stop].lstrip())
        stop = start + len(text[start:stop].rstrip())
        if start < stop:
            lines.append(
                _TextLine(
                    start,
                    stop,
                    shape,
                    len(raw) - len(raw.lstrip(" \t")),
                    len(raw.rstrip()),
                    follows_line,
                )
            )
        follows_line = start < stop
    return lines


def _find_runs(lines: Sequence[_TextLine]) -> Iterator[range]:
    """Yield ranges of lines without an empty line, an item or a heading between them."""
    start = 0
    for index, line in enumerate(lines):
        if index > start and (
            not line.follows_line
            or line.shape in ("item", "heading")
            or lines[index - 1].shape == "heading"
        ):
            yield range(start, index)
            start = index
    if lines:
        yield range(start, len(lines))


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Return True if the text is hard-wrapped: most long lines end within a sentence, few are very
    long.
    """
    long = [line for line in lines if len(line) >= _MIN_WRAPPED_WIDTH]
    if len(long) < 3 or sum(len(line) > _MAX_WRAP_WIDTH for line in long) * 20 > len(long):
        return False
    return sum(not SENTENCE_END.search(line[-8:]) for line in long) * 2 > len(long)


def _wrap_width(lines: Sequence[_TextLine], texts: Sequence[str]) -> int:
    """Return the hard-wrap width by the lines that surely are wrapped; 0 without one."""
    widths = [
        before.width
        for before, line, text, next_text in zip(lines, lines[1:], texts, texts[1:], strict=False)
        if line.follows_line
        and line.shape == "text"
        and next_text[0].islower()
        and _ends_open(before, text)
    ]
    return max(widths, default=0)


def _ends_open(line: _TextLine, text: str) -> bool:
    return (
        _MIN_WRAPPED_WIDTH <= line.width <= _MAX_WRAP_WIDTH
        and not SENTENCE_END.search(text[-8:])
        and not text.startswith("|")
    )


def _is_filled(lines: Sequence[_TextLine], texts: Sequence[str]) -> bool:
    """Return True if a paragraph is hard-wrapped: no line has room for the next word, and one ends
    open.
    """
    if len(lines) < 3 or any(line.width > _MAX_WRAP_WIDTH for line in lines):
        return False
    width = max(line.width for line in lines[:-1])
    is_full = all(
        line.width + 1 + len(after.split(maxsplit=1)[0]) > width
        for line, after in zip(lines, texts[1:], strict=False)
    )
    return is_full and any(
        _ends_open(line, text) for line, text in zip(lines[:-1], texts, strict=False)
    )


def _continues_block(
    text: str, block: TextBlock, before: _TextLine, line: _TextLine, *, is_wrapped: bool, width: int
) -> bool:
    """Return True if a line continues the block of the line before it."""
    if line.shape not in ("text", block.shape) or block.shape == "heading":
        return False
    if block.shape == "item" and line.indent >= 2:
        return True  # as in Markdown
    previous, current = text[before.offset : before.end], text[line.offset : line.end]
    if previous.startswith("|") or current.startswith("|") or _is_repeated_title(previous, current):
        return False
    if SENTENCE_END.search(previous[-8:]):
        return is_wrapped and before.width >= _MIN_WRAPPED_WIDTH
    is_full = width > 0 and before.width <= width < before.width + 1 + len(
        current.split(maxsplit=1)[0]
    )
    return (
        current[0].islower()
        or bool(_CANNOT_END.search(previous[-20:]))
        or (before.width >= _MIN_WRAPPED_WIDTH and (is_wrapped or is_full))
    )


def _is_repeated_title(previous: str, current: str) -> bool:
    """Return True for two titles with the same first words."""
    first, second = (text[:200].casefold().split()[:4] for text in (previous, current))
    return first == second


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
