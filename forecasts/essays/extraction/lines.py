"""Text blocks: paragraphs, list items, headings and quotations."""

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
