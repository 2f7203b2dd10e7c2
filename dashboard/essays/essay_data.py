"""An essay as it is read: its sentences in their paragraphs with their looks, and its record by
word and by kind.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import pandas as pd

from dashboard.components.columns_data import frame_of
from dashboard.essays.essay_text import (
    DRAFTED,
    LOOK,
    LOOKS_BACK,
    Look,
    mark_of,
    record,
    shade_of,
    standing,
)
from dashboard.wording import capital, percent, plural
from forecasts.essays.claim_map import Mapped, Verdict, VerdictLine
from forecasts.essays.extraction.marks import plain
from tracker.model.essays import EssayPage

Record = Literal["live", "looking back"]

_PARAGRAPH: Final = re.compile(r"\n[ \t\r]*\n")
_LIST: Final = re.compile(r"\n[ \t]*(?:[-*+>#•]|\d{1,3}[.)])[ \t]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence as it is shown, or text between two (`at` is None).

    `at` is its offset in the text, `look` and `mark` say its state without words, `words` with
    them, and `shade` (6 to 48) is how strongly an open one is coloured.
    """

    at: int | None
    text: str
    look: str = "plain"
    mark: str = ""
    words: str = ""
    shade: int | None = None


Block = tuple[Piece, ...]
"""The pieces of one paragraph."""


def blocks(page: EssayPage) -> tuple[Block, ...]:
    """The paragraphs of an essay; of one whose text is not kept, the quotes of its claims, each as
    one.
    """
    if page.text is None:
        quotes = [
            (one, f"“{one.sentence.text.rstrip('.')} …”")
            for one in page.mapped
            if one.sentence.text
        ]
        return tuple((_piece(one, said, page.drafts),) for one, said in quotes)
    text = page.text.text
    found = _paragraphs(text, [one for one in page.mapped if stands(text, one)], page.drafts)
    return tuple(found)


def stands(text: str, one: Mapped) -> bool:
    """Whether a sentence stands in this text where it says; a claim of an earlier version may
    not.
    """
    sentence = one.sentence
    return bool(sentence.text) and plain(text[sentence.offset : sentence.end]) == sentence.text


def elsewhere(page: EssayPage) -> tuple[Mapped, ...]:
    """Claims that are in no sentence of the text that is kept: it is another version of the
    essay.
    """
    if page.text is None:
        return ()
    return tuple(one for one in page.mapped if one.claim_ids and not stands(page.text.text, one))


def _paragraphs(text: str, mapped: Sequence[Mapped], drafts: Collection[int]) -> Iterator[Block]:
    a_line_each = not _PARAGRAPH.search(text)
    block: list[Piece] = []
    at = 0
    for one in mapped:
        if one.sentence.offset < at:
            continue  # a quote that reaches into a sentence of its own place
        between = text[at : one.sentence.offset]
        if block and _breaks(between, a_line_each=a_line_each):
            yield tuple(block)
            block = []
        block += [*_plain(between), _piece(one, one.sentence.text, drafts)]
        at = one.sentence.end
    block += _plain(text[at:])
    if block:
        yield tuple(block)


def _breaks(between: str, *, a_line_each: bool) -> bool:
    """Whether a new paragraph begins: at an empty line, at an item of a list, or where every line
    is a paragraph.
    """
    return (
        ("\n" in between)
        if a_line_each
        else bool(_PARAGRAPH.search(between) or _LIST.search(between))
    )


def _plain(text: str) -> list[Piece]:
    said = " ".join(text.split())
    return [Piece(None, said)] if any(mark.isalnum() for mark in said) else []


def _piece(one: Mapped, said: str, drafts: Collection[int]) -> Piece:
    look = _look(one, drafts)
    drafted = look is DRAFTED
    words = capital(DRAFTED.words) if drafted else standing(one)
    mark = DRAFTED.mark if drafted else mark_of(one)
    return Piece(one.sentence.offset, said, look.name, mark, words, shade_of(one))


def as_sent(found: Iterable[Block]) -> list[list[dict[str, Any]]]:
    """The paragraphs as the browser takes them."""
    return [[asdict(piece) for piece in block] for block in found]


def legend(page: EssayPage) -> tuple[tuple[Look, int], ...]:
    """The looks that occur, and how many sentences have each; what does not look ahead is left
    out.
    """
    counts: dict[Look, int] = dict.fromkeys([*LOOK.values(), DRAFTED, LOOKS_BACK], 0)
    for one in page.mapped:
        counts[_look(one, page.drafts)] += 1
        counts[LOOKS_BACK] += one.retrospective
    return tuple((look, n) for look, n in counts.items() if look.mark and n)


def _look(one: Mapped, drafts: Collection[int]) -> Look:
    """The look of a sentence's state; a draft that was kept shows where nothing was asked yet."""
    return (
        DRAFTED
        if one.state == "no question yet" and one.sentence.offset in drafts
        else LOOK[one.state]
    )


def at_offset(page: EssayPage, asked: str) -> Mapped | None:
    """The sentence in which the character stands that an address names; None for anything else."""
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 9:
        return None
    offset = int(asked)
    exact = next((one for one in page.mapped if one.sentence.offset == offset), None)
    return exact or next(
        (one for one in page.mapped if one.sentence.offset <= offset < one.sentence.end), None
    )


def next_unasked(page: EssayPage, after: int) -> Mapped | None:
    """The next sentence behind a character that has no question yet, else the first; None without
    any.
    """
    waiting = [one for one in page.mapped if one.state == "no question yet"]
    return next(
        (one for one in waiting if one.sentence.offset > after), waiting[0] if waiting else None
    )


def told_apart(
    lines: Sequence[VerdictLine],
) -> tuple[tuple[VerdictLine, ...], tuple[VerdictLine, ...]]:
    """The lines worth drawing, of two claims or more, and the others; all are drawn where there are
    none of those.
    """
    many = tuple(line for line in lines if line.claims > 1)
    single = tuple(line for line in lines if line.claims < 2)
    return (many, single) if many else (single, ())


def record_frame(lines: Sequence[VerdictLine]) -> pd.DataFrame:
    """How claims did by what they share, the most claims first. Columns:

    label, share (0..1, empty before the first answer), low and high (its 95 % interval), chance
    (0..1, what the open ones are held to be), n (answered), said ("8 of 10, 3 open"), interval (in
    words).
    """
    types = {
        "label": "str", "share": "float64", "low": "float64", "high": "float64", "chance": "float64", "n": "int64",
        "said": "str", "interval": "str",
    }  # fmt: skip
    return frame_of(types, (_row(line) for line in lines))


def _row(line: VerdictLine) -> tuple[Any, ...]:
    low, high = line.interval or (None, None)
    told = "–" if low is None or high is None else f"{percent(low)} to {percent(high)}"
    said = [f"{round(line.borne_out, 1):g} of {line.answered}"] if line.answered else []
    said += [f"{line.open} open"] if line.open else []
    said += [f"{line.unanswered} without an answer"] if line.unanswered else []
    return line.label, line.share, low, high, line.mean_chance, line.answered, ", ".join(said), told


def records(page: EssayPage) -> Mapping[Record, Verdict]:
    """The records that say something: live ones first, and never both in one."""
    both: dict[Record, Verdict] = {"live": page.live, "looking back": page.retrospective}
    return {name: verdict for name, verdict in both.items() if verdict.overall.claims}


def in_a_row(live: Verdict, retrospective: Verdict) -> tuple[str, str]:
    """The two records of an essay as one row tells them: live, and looking back."""
    line = live.overall
    told = record(line)
    open_ = f"{plural(line.open, 'claim')} open" if line.open else ""
    back = record(retrospective.overall)
    return ", ".join(
        filter(None, [told, open_])
    ), f"looking back: {back}" if retrospective.overall.answered else ""
