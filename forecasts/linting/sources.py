"""Lint checks of the sources: that they are named, and publish what is asked."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Final

from forecasts.essays.catalogue.entries import load_catalogue
from forecasts.essays.catalogue.lookup import ClaimText, find_entries
from forecasts.linting.context import content_stems
from forecasts.linting.flaws import Flaw, LintTarget, compile_regex

_UNNAMED_SOURCE: Final = compile_regex("unnamed_source")
_FALL_BACK: Final = compile_regex("fall_back")
_ADDRESS: Final = re.compile(
    r"https?://|\bwww\.|\b[\w-]+\.(?:org|com|net|gov|int|eu|io|[a-z]{2})\b"
)
_CITES: Final = compile_regex("cites")
_NEWSROOMS: Final = compile_regex("newsrooms", re.NOFLAG)
_BODY: Final = compile_regex("body", re.NOFLAG)
_MIN_SCORE: Final = 1.0
"""Score from which a question is taken to be about an entry of the catalogue."""


def find_source_flaws(question: LintTarget) -> Iterator[Flaw]:
    """Yield flaws of the sources: none is named, only one, or one that publishes other things."""
    named = [source for source in dict.fromkeys(question.sources) if is_named_source(source)]
    if not named:
        quoted = ", ".join(f"“{source}”" for source in question.sources)
        is_told = bool(_ADDRESS.search(question.criteria) or _CITES.search(question.criteria))
        named_badly = f"{quoted} names nobody who publishes the answer"
        reason = named_badly if quoted else "no source is given"
        yield Flaw("no-source", "advice" if is_told else "blocking", "sources", reason)
    elif len(named) == 1 and not _FALL_BACK.search(f"{named[0]} {question.criteria}"):
        reason = f"“{named[0]}” is the only source, and it may fail"
        yield Flaw("no-fall-back", "advice", "sources", reason)
    yield from _check_publisher(question, named)


def is_named_source(source: str) -> bool:
    """Return True for a source that can be found: a name or an address, not “the media”.

    >>> [is_named_source(source) for source in ("Reuters", "customs.gov.cn", "official sources")]
    [True, True, False]
    """
    return bool(re.search(r"\w", _UNNAMED_SOURCE.sub(" ", source)))


def _check_publisher(question: LintTarget, named: list[str]) -> Iterator[Flaw]:
    """Yield a source that publishes other things, or that nobody knows where others publish it."""
    first = next(iter(named), "")
    if not first or _ADDRESS.search(first) or _NEWSROOMS.search(first):
        return
    subjects = _list_published(first)
    if subjects & content_stems(f"{question.text} {question.criteria}"):
        return
    if not subjects and not _BODY.search(first):
        return
    known = _find_publishers(question.text)
    if known and not any(content_stems(name) & content_stems(first) for name in known):
        reason = f"“{first}” is not known to publish it; {known[0]} does"
        yield Flaw("wrong-source", "blocking" if subjects else "advice", "sources", reason)


def _find_publishers(text: str) -> list[str]:
    """Return who publishes what a text is about: of entries of the catalogue, or an office."""
    catalogue = load_catalogue()
    matches = find_entries(ClaimText(text), catalogue)
    names = [m.entry.name_publisher(m.place) or "" for m in matches if m.score >= _MIN_SCORE]
    offices = (
        office
        for place in catalogue.places
        for office in (place.legislature, place.central_bank, place.elections, place.statistics)
    )
    names += [office for office in offices if office and office.removeprefix("the ") in text]
    return [name for name in names if name and "{" not in name]


def _list_published(source: str) -> frozenset[str]:
    """Return the words of all that a source publishes as far as the catalogue knows."""
    return frozenset(
        stem
        for name, stems in _index_publishers().items()
        if name in source and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", source)
        for stem in stems
    )


@cache
def _index_publishers() -> dict[str, frozenset[str]]:
    """Index the words of the entries by the names of publishers that are no template.

    Words that many publishers share, such as "price", say nothing and are left out.
    """
    index: dict[str, frozenset[str]] = {}
    for entry in load_catalogue().entries:
        words = (entry.name, entry.measure, entry.act, entry.counts, *entry.subjects)
        stems = content_stems(" ".join(words).replace("*", ""))
        for publisher in (entry.publisher, *entry.publishers.values()):
            name = publisher.removeprefix("the ")
            if name[:1].isupper() and "{" not in name:
                index[name] = index.get(name, frozenset()) | stems
    counts = Counter(stem for stems in index.values() for stem in stems)
    return {
        name: frozenset(stem for stem in stems if counts[stem] <= _MAX_PUBLISHERS)
        for name, stems in index.items()
    }


_MAX_PUBLISHERS: Final = 32
