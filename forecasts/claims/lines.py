"""Paragraphs, items of lists, headings and quotations: which lines of a text belong together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

TERMINAL: Final = re.compile(r"[.!?…:;。！？][\"'”’»)\]*_]{0,4}$")
"""What stands at the end of a sentence, or of a half of one."""

_BULLET: Final = re.compile(
    r"[ \t]{0,12}((?:[-*+•‣◦▪●–—]|\(?\d{1,3}[.)]|[a-z]\))[ \t]+(?:\[[ xX]\][ \t]+)?)(?=\S)"
)
_HEADING: Final = re.compile(r"[ \t]{0,3}(#{1,6}[ \t]+)(?=\S)")
_QUOTED: Final = re.compile(r"[ \t]{0,3}((?:>[ \t]?){1,5})(?=\S)")
_WIDEST_WRAP: Final = 130
"""Characters. Longer lines are paragraphs that were never broken by hand."""

_LONG: Final = 45
"""Characters. Shorter lines may be titles, verses or entries of a list."""

_CANNOT_END: Final = re.compile(
    r"(?:,|\b(?:a|an|the|of|to|by|in|on|at|for|from|with|and|or|but|nor|than|that|which|who|whose"
    r"|as|into|its|their|his"
    r"|our|is|are|was|were|has|have|will|would|may|might|could|should|not|between|under|over|until"
    r"|before|after)"
    r"|(?<=\w)['’]s)$"
)
"""What no sentence and no title ends with."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph at `text[offset:end]`, without its marks, which say what it is.

    `shape` is "text", "quote", "item" (of a list) or "heading".
    """

    offset: int
    end: int
    shape: str


@dataclass(frozen=True, slots=True)
class _Line:
    offset: int
    end: int
    shape: str
    indent: int
    wide: int
    """How many characters it has with its indent and its marks."""
    near: bool
    """No empty line stands between it and the line before."""


def blocks(text: str) -> Iterator[Block]:
    """Paragraphs, list items, quotations and headings in order, however their lines are broken.

    >>> text = "- Sales will double by\\n  May, and not\\n  before.\\n- Wages fall."
    >>> [text[block.offset : block.end] for block in blocks(text)]
    ['Sales will double by\\n  May, and not\\n  before.', 'Wages fall.']
    """
    lines = _lines(text)
    said = [text[line.offset : line.end] for line in lines]
    page = _is_wrapped(said)
    width = _width(lines, said)
    for run in _runs(lines):
        wrapped = page or _is_filled(lines[run.start : run.stop], said[run.start : run.stop])
        held = _block(lines[run.start])
        for at in range(run.start + 1, run.stop):
            if _joins(text, held, (lines[at - 1], lines[at]), (wrapped, width)):
                held = replace(held, end=lines[at].end)
            else:
                yield held
                held = _block(lines[at])
        yield held


def _block(line: _Line) -> Block:
    return Block(line.offset, line.end, line.shape)


def _lines(text: str) -> list[_Line]:
    """Lines that hold something, trimmed, with what their mark says they are."""
    found: list[_Line] = []
    at = 0
    near = False
    for raw in text.splitlines(keepends=True):
        start, stop = at, at + len(raw)
        at = stop
        shape = "text"
        for mark, its_shape in ((_QUOTED, "quote"), (_HEADING, "heading"), (_BULLET, "item")):
            if match := mark.match(text, start, stop):
                start, shape = match.end(1), its_shape
        start += len(text[start:stop]) - len(text[start:stop].lstrip())
        stop = start + len(text[start:stop].rstrip())
        if start < stop:
            found.append(
                _Line(
                    start, stop, shape, len(raw) - len(raw.lstrip(" \t")), len(raw.rstrip()), near
                )
            )
        near = start < stop
    return found


def _runs(lines: Sequence[_Line]) -> Iterator[range]:
    """Stretches of lines without an empty line, an item or a heading between them."""
    start = 0
    for at, line in enumerate(lines):
        if at > start and (
            not line.near or line.shape in ("item", "heading") or lines[at - 1].shape == "heading"
        ):
            yield range(start, at)
            start = at
    if lines:
        yield range(start, len(lines))


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Was the whole text broken by hand? Then most long lines end within a sentence, and none is
    very long.
    """
    long = [line for line in lines if len(line) >= _LONG]
    if len(long) < 3 or sum(len(line) > _WIDEST_WRAP for line in long) * 20 > len(long):
        return False
    return sum(not TERMINAL.search(line[-8:]) for line in long) * 2 > len(long)


def _width(lines: Sequence[_Line], said: Sequence[str]) -> int:
    """The width to which lines were broken by hand, by those that surely were; 0 where no line
    surely was.
    """
    sure = [
        before.wide
        for before, line, a, b in zip(lines, lines[1:], said, said[1:], strict=False)
        if line.near and line.shape == "text" and b[0].islower() and _is_open(before, a)
    ]
    return max(sure, default=0)


def _is_open(line: _Line, said: str) -> bool:
    return (
        _LONG <= line.wide <= _WIDEST_WRAP
        and not TERMINAL.search(said[-8:])
        and not said.startswith("|")
    )


def _is_filled(lines: Sequence[_Line], said: Sequence[str]) -> bool:
    """Has a paragraph been broken by hand? Then the next word fits on none of its lines, and one is
    an open end.
    """
    if len(lines) < 3 or any(line.wide > _WIDEST_WRAP for line in lines):
        return False
    width = max(line.wide for line in lines[:-1])
    full = all(
        line.wide + 1 + len(after.split(maxsplit=1)[0]) > width
        for line, after in zip(lines, said[1:], strict=False)
    )
    return full and any(_is_open(line, one) for line, one in zip(lines[:-1], said, strict=False))


def _joins(text: str, held: Block, pair: tuple[_Line, _Line], setting: tuple[bool, int]) -> bool:
    """Is this line the rest of what the one before it began?"""
    before, line = pair
    wrapped, width = setting
    if line.shape not in ("text", held.shape) or held.shape == "heading":
        return False
    if held.shape == "item" and line.indent >= 2:
        return True  # as Markdown has it
    last, said = text[before.offset : before.end], text[line.offset : line.end]
    if last.startswith("|") or said.startswith("|") or _repeats(last, said):
        return False
    if TERMINAL.search(last[-8:]):
        return wrapped and before.wide >= _LONG
    full = width > 0 and before.wide <= width < before.wide + 1 + len(said.split(maxsplit=1)[0])
    return (
        said[0].islower()
        or bool(_CANNOT_END.search(last[-20:]))
        or (before.wide >= _LONG and (wrapped or full))
    )


def _repeats(last: str, said: str) -> bool:
    """Is it a title over again?"""
    first, second = (one[:200].casefold().split()[:4] for one in (last, said))
    return first == second
