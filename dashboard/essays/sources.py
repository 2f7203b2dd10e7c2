"""Sources of a draft: the first one, its fall-back, and bodies that could be it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.essays.drafting.plan import GAP
from forecasts.essays.drafting.publishers import list_sources
from forecasts.essays.drafting.rewording import SOURCE_GAP

USUAL_FALLBACK: Final = "Reuters"
MAX_PROPOSALS: Final = 4

_FALLBACK: Final = re.compile(r",?\s*as (?:a )?fall-?back\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DraftSources:
    """Sources as a form has them: `first` with | between, the fall-back's name alone."""

    first: str
    fallback: str


def split_sources(sources: Sequence[str]) -> DraftSources:
    """Split the sources of a draft into the two fields; a gap is an empty first one.

    >>> split_sources(["[… who publishes the answer, and where]"])
    DraftSources(first='', fallback='Reuters')
    >>> split_sources(["Statistics Norway", "Reuters, as fall-back"])
    DraftSources(first='Statistics Norway', fallback='Reuters')
    """
    lines = [line for line in sources if not GAP.search(line)]
    fallbacks = [_FALLBACK.sub("", line) for line in lines if _FALLBACK.search(line)]
    first = " | ".join(line for line in lines if not _FALLBACK.search(line))
    usual = "" if first else USUAL_FALLBACK
    return DraftSources(first, ", ".join(fallbacks) or usual)


def join_sources(first: str, fallback: str) -> tuple[str, ...]:
    """Join the two fields to the sources of a question; without a first one it is a gap.

    >>> join_sources("Statistics Norway | Norges Bank", "Reuters")
    ('Statistics Norway', 'Norges Bank', 'Reuters, as fall-back')
    """
    name = _FALLBACK.sub("", fallback).strip()
    after = (f"{name}, as fall-back",) if name else ()
    named = tuple(filter(None, map(str.strip, first.split("|"))))
    return (*(named or (SOURCE_GAP,)), *after)


def propose_sources(
    question: str, sentences: Sequence[str], earlier: Iterable[Sequence[str]]
) -> tuple[str, ...]:
    """Propose sources: bodies that question and sentences name, then those of earlier questions.

    >>> propose_sources("Will it?", ["UNESCO lists it."], [("Reef Office", "BBC, as fall-back")])
    ('UNESCO, decisions of the World Heritage Committee', 'Reef Office')
    """
    used = Counter(
        line for lines in earlier for line in lines if line and not _FALLBACK.search(line)
    )
    near, *around = sentences or ("",)
    lines = list_sources(question, near, " ".join(around))
    return tuple(dict.fromkeys([*lines, *(line for line, _ in used.most_common())]))[:MAX_PROPOSALS]
