"""What stands on an essay's page and is no part of it: titles over again, advertisements, buttons,
broken markup.
"""

import re
from collections.abc import Sequence
from typing import Final

from forecasts.claims import phrases
from forecasts.claims.marks import plain, without_inline
from forecasts.claims.sentences import Span
from forecasts.claims.words import Phrases

_MARKUP: Final = re.compile(
    r"""\b(?:class|href|src|style|id|rel|onclick|data-[a-z]{1,20})\s?=\s?["'“”‘’]"""
    r"""|</?[a-zA-Z][a-zA-Z0-9]{0,9}(?:\s|/?>)"""
    r"""|\{\{|\}\}|\bfunction\s?\(|^\s{0,9}[.#][\w-]{1,30}\s?\{"""
)
_FINISHED: Final = re.compile(r"[.!?…;:。！？][\"'”’»)\]*_]{0,4}$")
_IN_TAGS: Final = 5
"""Sentences with tags. When there are as many, and most are so, the essay was written with tags:
they are no dirt.
"""

_LONGEST_LINE: Final = 45
"""Words of a line that is judged as a whole: an advertisement is seldom longer, a paragraph
mostly.
"""

_LONGEST_TITLE: Final = 16
_SHORTEST: Final = 3
_BOILERPLATE: Final = Phrases([phrases.BOILERPLATE])
_ALONE: Final = Phrases([phrases.BOILERPLATE_ALONE])


def reasons(text: str, spans: Sequence[Span], spellings: Sequence[str]) -> list[str]:
    """For each sentence why it is no part of the essay's argument; "" for those that are."""
    by_line: dict[int, list[int]] = {}
    for at, span in enumerate(spans):
        by_line.setdefault(span.line, []).append(at)
    own = _own_reasons([text[span.offset : span.end] for span in spans], spellings)
    found = [""] * len(spans)
    for members in by_line.values():
        for at, reason in zip(
            members, _line_reasons((text, spans), spellings, own, members), strict=True
        ):
            found[at] = reason
    _mark_repeats(spellings, found)
    return found


def _own_reasons(quotes: Sequence[str], spellings: Sequence[str]) -> list[str]:
    """What each sentence by itself is, if it is no part of the essay."""
    tagged = [bool(_MARKUP.search(without_inline(quote[:2000]))) for quote in quotes]
    if sum(tagged) >= _IN_TAGS and sum(tagged) * 2 > len(quotes):
        tagged = [bool(_MARKUP.search(plain(quote[:2000]))) for quote in quotes]
    return [
        "broken markup" if has_tags else _boilerplate(spelling)
        for has_tags, spelling in zip(tagged, spellings, strict=True)
    ]


def _line_reasons(
    source: tuple[str, Sequence[Span]],
    spellings: Sequence[str],
    reasons: Sequence[str],
    members: Sequence[int],
) -> list[str]:
    text, spans = source
    own = [reasons[at] for at in members]
    whole = sum(len(spellings[at].split()) for at in members)
    dirty = next((reason for reason in own if reason), "")
    if dirty and whole <= _LONGEST_LINE:
        return [dirty] * len(own)
    first = spans[members[0]]
    title = (
        len(members) == 1
        and not own[0]
        and _is_title(text[first.offset : first.end], first.shape, spellings)
    )
    return ["a heading"] if title else own


def _boilerplate(spelling: str) -> str:
    words = spelling.split()
    if len(words) <= _LONGEST_LINE and _BOILERPLATE.any_within(spelling):
        return "boilerplate"
    return (
        "boilerplate"
        if len(words) <= 6 and _ALONE.any_within(spelling) and words[-1] not in (".", "?")
        else ""
    )


def _is_title(sentence: str, shape: str, spellings: Sequence[str]) -> bool:
    """A line of its own that is no whole sentence. One that asks is kept: it may be the essay's
    main claim.
    """
    if shape == "item" or sentence.rstrip("*_ ").endswith("?"):
        return False
    words = len(sentence.split())
    return (
        len(spellings) > 1
        and words <= _LONGEST_TITLE
        and (shape == "heading" or not _FINISHED.search(sentence))
    )


def _mark_repeats(spellings: Sequence[str], found: list[str]) -> None:
    """Mark sentences that came before, word for word, and titles that came before with a word or
    two more.
    """
    seen: set[str] = set()
    titles: dict[tuple[str, ...], int] = {}
    for at, spelling in enumerate(spellings):
        words = [word for word in spelling.split() if word[0].isalnum()]
        plain = " ".join(words)
        if len(words) < _SHORTEST:
            found[at] = found[at] or "too short to say anything"
            continue
        start = (*words[:6],)
        near = len(words) >= 6 and abs(titles.get(start, -9) - len(words)) <= 2
        if plain in seen or (
            near and found[at] in ("", "a heading") and len(words) <= _LONGEST_TITLE
        ):
            found[at] = (
                found[at] if found[at] not in ("", "a heading") else "repeats an earlier line"
            )
        seen.add(plain)
        if found[at] == "a heading":
            titles[start] = len(words)
