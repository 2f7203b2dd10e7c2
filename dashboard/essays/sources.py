"""Sources of a draft: the first one, its fall-back, and bodies that could be it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from forecasts.essays.catalogue.entries import load_catalogue
from forecasts.essays.drafting.plan import GAP
from forecasts.essays.drafting.rewording import SOURCE_GAP

USUAL_FALLBACK: Final = "Reuters"
MAX_PROPOSALS: Final = 4

_FALLBACK: Final = re.compile(r",?\s*as (?:a )?fall-?back\s*$", re.IGNORECASE)
_BODY_WORDS: Final = (
    "Academy|Administration|Agency|Association|Authority|Bank|Board|Bureau|Centre|Center|Chamber"
    "|Commission|Committee|Corporation|Council|Court|Department|Federation|Foundation|Fund"
    "|Institute|Institution|Laboratory|League|Ministry|Observatory|Office|Organi[sz]ation"
    "|Parliament|Programme|Reserve|Secretariat|Service|Society|Survey|Treasury|Tribunal|Union"
    "|University|Watch"
)
_NAME_WORD: Final = r"[A-Z][\w-]*(?:['’]s)?"
_NAME: Final = rf"{_NAME_WORD}(?:\s(?:(?:of|for|on|and|the)\s){{0,2}}{_NAME_WORD})*"
_BODY: Final = re.compile(
    rf"\b(?P<name>{_NAME})|\bthe\s(?P<small>(?:[a-z]+\s){{1,3}}(?:{_BODY_WORDS.lower()}))\b"
)
_IS_BODY: Final = re.compile(rf"\b(?:{_BODY_WORDS})\b|\b[A-Z]{{3,}}\b")
_ACTOR: Final = re.compile(rf"Will (?:the )?(?P<name>{_NAME})\s[a-z]")
_ARTICLE: Final = re.compile(
    r"^(?:(?:The|A|An|When|If|While|But|And|As|In|On|By|Will|So|That)\s(?:the\s)?)+(?=[A-Z])"
)


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
    ('UNESCO', 'Reef Office')
    """
    used = Counter(
        line for lines in earlier for line in lines if line and not _FALLBACK.search(line)
    )
    near = [body for sentence in (question, *sentences) for body in find_bodies(sentence)]
    named = [*find_actor(question), *near]
    known = [line for line, _ in used.most_common()]
    # An earlier source in full is better than the bare name of the same body.
    full = [next((line for line in known if body.lower() in line.lower()), body) for body in named]
    distinct = list(dict.fromkeys([*full, *known]))
    longest = [
        line
        for line in distinct
        if not any(line != other and line.lower() in other.lower() for other in distinct)
    ]
    return tuple(longest[:MAX_PROPOSALS])


def find_actor(question: str) -> tuple[str, ...]:
    """Find the named actor of a question, unless it is a place: a company tells of itself.

    >>> [find_actor(f"Will {words}?") for words in ("Airbus deliver", "Norway join", "Eton's boys")]
    [('Airbus',), (), ()]
    """
    match = _ACTOR.match(question)
    name = match["name"] if match else ""
    is_owner = name.endswith(("'s", "’s"))
    return () if not name or is_owner or name.lower() in _list_places() else (name,)


@cache
def _list_places() -> frozenset[str]:
    places = load_catalogue().places
    return frozenset(word.lower() for place in places for word in (place.name, *place.words))


def find_bodies(sentence: str) -> tuple[str, ...]:
    """Find the bodies that a sentence names and that could publish something.

    >>> find_bodies("When the Institute of Marine Science reports, the park authority will wait.")
    ('Institute of Marine Science', 'Park authority')
    >>> find_bodies("I would not be surprised if NOAA's Coral Reef Watch stopped.")
    ("NOAA's Coral Reef Watch",)
    """
    bodies = []
    for match in _BODY.finditer(sentence):
        name = _ARTICLE.sub("", match["name"] or "")
        small = match["small"] or ""
        if small:
            bodies.append(f"{small[:1].upper()}{small[1:]}")
        elif _IS_BODY.search(name):
            bodies.append(re.sub(r"['’]s$", "", name))
    return tuple(dict.fromkeys(bodies))
