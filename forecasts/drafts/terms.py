"""Search terms from phrasings, so that each phrasing matches all of them."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_](?:[\w’'-]*[^\W_])?")
_STOP: Final = frozenset(
    """a an and any are as at be been being but by can could did do does for from had has have he her his if in into
    is it its may might more most no nor not of off on or our out over she should so some such than that the their
    them then there these they this those to under up was we were what when where which who will with would you
    reports officials confirm deny sign yet denials""".split()
)
_MOST_COMMON: Final = 3
_STEM: Final = 4


def terms_from(examples: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """An AND of ORs that every example fulfils: the words they share, then one more of each; () without any word.

    >>> terms_from(("The bank raises rates", "The bank raised rates"))
    (('bank*',), ('raise*',), ('rate*',))
    """
    words = [_content(example) for example in examples]
    words = [found for found in words if found]
    if not words:
        return ()
    shared = [term for word in words[0] if (term := _shared(word, words)) is not None]
    groups: list[tuple[str, ...]] = [(term,) for term in [*dict.fromkeys(shared)][:_MOST_COMMON]]
    if len(groups) < 2:
        taken = {group[0].rstrip("*") for group in groups}
        rest = [max((w for w in found if not _is_taken(w, taken)), key=len, default="") for found in words]
        if all(rest):
            groups.append(tuple(dict.fromkeys(rest)))
    return tuple(groups) or ((*dict.fromkeys(found[0] for found in words),),)


def _content(example: str) -> list[str]:
    found = [re.sub(r"[’']s$", "", word) for word in _WORD.findall(example)]
    return list(dict.fromkeys(word for word in found if word.lower() not in _STOP and len(word) > 1))


def _shared(word: str, words: Sequence[Sequence[str]]) -> str | None:
    """A term for a word that stands in all examples, in whatever form; None for one that does not."""
    forms = {word.lower()}
    for others in words:
        alike = [other.lower() for other in others if _alike(word, other)]
        if not alike:
            return None
        forms.add(alike[0])
    stem = _common(min(forms), max(forms))
    whole = word if len(forms) == 1 else stem
    cut = whole.removesuffix("s") if len(whole) > _STEM and not whole.endswith("ss") else whole
    return f"{cut}*" if len(cut) >= _STEM and cut.isascii() else whole


def _alike(word: str, other: str) -> bool:
    a, b = word.lower(), other.lower()
    return a == b or (len(_common(a, b)) >= max(_STEM, min(len(a), len(b)) - 1))


def _common(a: str, b: str) -> str:
    """The beginning that two words share."""
    return "".join(x for x, _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _is_taken(word: str, taken: set[str]) -> bool:
    return any(word.lower().startswith(term.lower()) for term in taken)
