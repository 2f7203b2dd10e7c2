"""Check that whoever acts in a question of a model is of the essay, and not invented.

A vague claim is tested by what an expert would watch instead: the price of a thing, the count of an
agency. So a question needs no word of the essay. But if it says that a person, a body or a country
does something, then the essay, an offered entry of the catalogue or the source names them.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType
from typing import Final

from forecasts.essays.catalogue.entries import Place, load_catalogue
from forecasts.essays.catalogue.phrases import compile_phrases
from forecasts.essays.dates import MONTHS


@dataclass(frozen=True)
class EssayNames:
    """Names that a question may use: `claim` is its sentence, `subject` the title, the
    setting and the sentences before.

    `around` is all that is known of the essay, `entries` the offered entries in words.
    """

    claim: str
    subject: str
    around: str
    entries: str = ""

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Places that essay and entries name."""
        return _find_places(self.text)

    @cached_property
    def text(self) -> str:
        """All that may be named: the essay and the entries."""
        return f"{self.around}\n{self.entries}"

    @cached_property
    def words(self) -> frozenset[str]:
        """Words of the text, in lower case."""
        return frozenset(_list_words(self.text))

    @cached_property
    def names(self) -> frozenset[tuple[str, ...]]:
        """Names as the text uses them, without titles, each as its words."""
        ordinary = frozenset(re.findall(r"(?<!\w)[a-z][\w’'-]*", self.text))
        names = {name for chunk in _find_chunks(self.text) for name in _split_name(chunk[0])}
        return frozenset(name for name in names if len(name) > 1 or name[0] not in ordinary)

    @cached_property
    def acronyms(self) -> frozenset[str]:
        """Acronyms that the text uses."""
        return frozenset(_ACRONYM.findall(self.text)) - _COMMON

    @cached_property
    def initials(self) -> frozenset[str]:
        """Initials of the names of several words."""
        return frozenset(_join_initials(chunk[0]) for chunk in _find_chunks(self.text)) - {""}


def find_actor_fault(text: str, sources: str, essay: EssayNames) -> str:
    """Return why a question is about somebody else than the essay, "" if it is not.

    `sources` are the source and the fall-back that the question names.

    >>> essay = EssayNames("Norway will join the EU.", "", "Norway will join the EU.")
    >>> find_actor_fault("Will the Storting vote on the EU by 2030?", "", essay)
    ''
    >>> find_actor_fault("Will Sweden join the EU by 2030?", "", essay)
    'it is about Sweden, which the essay does not name'
    >>> find_actor_fault("Will Ada Berg join the EU by 2030?", "", essay)
    'it is about Ada Berg, whom neither essay nor source names'
    """
    actors, places = _find_actors(text), _find_places(text)
    acting = _find_places(actors[0][0]) if actors and not _split_name(actors[0][0]) else ()
    if strange := _find_strange(acting or places, essay):
        return f"it is about {strange.name.removeprefix('the ')}, which the essay does not name"
    for actor in actors:
        if not (_is_known(actor[0], essay) or _is_published(actor, text, sources, essay)):
            return f"it is about {actor[0]}, whom neither essay nor source names"
    if not actors and not places and not _shares_word(text, essay):
        return "nothing in it is of the essay"
    return ""


def _find_strange(places: tuple[Place, ...], essay: EssayNames) -> Place | None:
    """Return the first place if the essay names none of them.

    If claim and subject are about no place, any place may stand for all. A claim about Europe may
    be tested in a member of its unions, and the other way round.
    """
    if not places or not _find_places(f"{essay.claim}\n{essay.subject}"):
        return None
    known = essay.places
    has_union = any(place.name in _UNIONS for place in known)
    has_member = any(place.central_bank == _UNION_BANK for place in known)
    for place in places:
        is_member = has_union and place.central_bank == _UNION_BANK
        if place in known or is_member or (has_member and place.name in _UNIONS):
            return None
    return places[0]


_UNIONS: Final = frozenset(("the European Union", "the euro area"))
_UNION_BANK: Final = "the European Central Bank"
"""Bank of the members of the unions."""


def _find_actors(text: str) -> tuple[re.Match[str], ...]:
    """Return the first name of a question, with those that are its apposition.

    >>> [match[0] for match in _find_actors("Will Arland’s minister Ada Berg visit Borland?")]
    ['Arland’s', 'Ada Berg']
    """
    skipped = _CONDITION.match(text) or _OPENING.match(text)
    actors: list[re.Match[str]] = []
    for chunk in _find_chunks(text, skipped.end() if skipped else 0):
        is_apart = actors and not _APPOSITION.fullmatch(text[actors[-1].end() : chunk.start()])
        if is_apart or _is_document(chunk[0]):
            break
        actors.append(chunk)
    return tuple(actors)


def _find_chunks(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Yield the names of a text, without dates and common acronyms."""
    for chunk in _NAME.finditer(text, start):
        if not _COMMON.issuperset(_POSSESSIVE.sub("", chunk[0]).split()):
            yield chunk


def _is_document(chunk: str) -> bool:
    """Return True for the name of a law or a report: "Reform Bill of Arland"."""
    parts = _JOINER.split(_POSSESSIVE.sub("", chunk))
    return not _DOCUMENTS.isdisjoint(part.split()[-1] for part in (parts[0], parts[-1]))


def _split_name(chunk: str) -> tuple[tuple[str, ...], ...]:
    """Return the names that a chunk is made of, without places, titles and kinds of bodies.

    >>> _split_name("Minister Ada Berg of Norway"), _split_name("Bank of England")
    ((('ada', 'berg'),), ())
    """
    parts = (_list_words(part) for part in _JOINER.split(_place_pattern().sub(" ", chunk)))
    names = (tuple(word for word in part if word not in _BODY_WORDS) for part in parts)
    return tuple(name for name in names if name)


def _is_known(chunk: str, essay: EssayNames) -> bool:
    """Return True if the essay names one of those that a chunk names, in this or another form."""
    if chunk in essay.initials or _join_initials(chunk) in essay.acronyms:
        return True
    return any(
        all(_is_name_known(name, essay) for name in _split_name(part))
        for part in _COORDINATION.split(chunk)
    )


def _is_name_known(name: tuple[str, ...], essay: EssayNames) -> bool:
    if name in essay.names:
        return True
    if any(_is_namesake(name, other) for other in essay.names):
        return False
    return essay.words.issuperset(name) or any(_is_longer(name, other) for other in essay.names)


def _is_longer(name: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return True for a name with what the other leaves out: "Donald Trump", "Tesla Motors"."""
    is_company = name[: len(other)] == other and _COMPANY_WORDS.issuperset(name[len(other) :])
    return is_company or name[-len(other) :] == other


def _is_namesake(name: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return True for two full names that have only the family name in common."""
    is_full = len(name) == len(other) == 2
    return is_full and name[1] == other[1] and name[0] != other[0]


def _is_published(actor: re.Match[str], text: str, sources: str, essay: EssayNames) -> bool:
    """Return True if a name is the source's, which publishes, or acts as no one in the claim."""
    published = {word for chunk in _find_chunks(sources) for word in _list_distinctive(chunk[0])}
    if _MEASURE.match(text):
        return any(published & _list_distinctive(chunk[0]) for chunk in _find_chunks(text))
    if not published & _list_distinctive(actor[0]):
        return False
    is_publisher = _PUBLISHES.match(text, actor.end()) or _BY.search(text[: actor.start()])
    claimed = (name for chunk in _find_chunks(essay.claim) for name in _split_name(chunk[0]))
    return bool(is_publisher) or not any(name in essay.names for name in claimed)


def _list_distinctive(chunk: str) -> set[str]:
    return {word for name in _split_name(chunk) for word in name}


def _shares_word(text: str, essay: EssayNames) -> bool:
    """Return True if a question without a name shares a word with the essay, in any form."""
    known = {word[:_STEM] for word in essay.words if len(word) >= MIN_WORD}
    words = set(_list_words(text)) - _FRAME_WORDS
    return any(word[:_STEM] in known for word in words if len(word) >= MIN_WORD)


def _find_places(text: str) -> tuple[Place, ...]:
    """Return the places that a text names, without those of currencies: "US dollars"."""
    words = _place_pattern().findall(_CURRENCY.sub(" ", text))
    places = _index_places()
    return tuple(dict.fromkeys(places[word.replace("'", "’").lower()] for word in words))


@cache
def _index_places() -> dict[str, Place]:
    """Index the places by their words, in lower case, their parts and their offices."""
    places = load_catalogue().places
    index = {word.lower(): place for place in places for word in _list_place_words(place)}
    offices = [(name, place) for place in places for name in _list_offices(place)]
    counts = Counter(name for name, _ in offices)
    return {name.lower(): place for name, place in offices if counts[name] == 1} | index


@cache
def _place_pattern() -> re.Pattern[str]:
    places = load_catalogue().places
    words = (w for place in places for w in (*_list_place_words(place), *_list_offices(place)))
    return compile_phrases(tuple(word for word in words if word.lower() in _index_places()))


def _list_place_words(place: Place) -> tuple[str, ...]:
    return place.words + _PARTS.get(place.name, ())


_PARTS: Final = MappingProxyType(
    {"the United Kingdom": ("England", "Scotland", "Wales", "Northern Ireland")}
)
"""Parts of a place for which figures are published."""


def _list_offices(place: Place) -> set[str]:
    offices = (place.central_bank, place.legislature, place.statistics, place.elections)
    return {office.removeprefix("the ") for office in offices if office}


def _list_words(text: str) -> tuple[str, ...]:
    return tuple(_POSSESSIVE.sub("", word).lower() for word in _WORD.findall(text))


def _join_initials(chunk: str) -> str:
    """Return the initials of a name of several words, "" of one word.

    >>> _join_initials("US Energy Information Administration"), _join_initials("Ada")
    ('EIA', '')
    """
    words = [word for word in _place_pattern().sub(" ", chunk).split() if word[0].isupper()]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


_WORD: Final = re.compile(r"\w[\w.&’'-]*\w|\w")
_POSSESSIVE: Final = re.compile(r"[’']s?$")
_ACRONYM: Final = re.compile(r"\b[A-Z]{2,}\b")
_CAPITALISED: Final = r"[A-ZÀ-ÖØ-ÞĆČĐİŁŚŞŠŹŻŽ](?:[\w.&’'-]*\w)?"
_BETWEEN: Final = r"\s(?:(?:of|for)\s(?:the\s)?|and\s|&\s)?"
_NAME: Final = re.compile(rf"(?<![\w-])(?![A-Z]-[a-z]){_CAPITALISED}(?:{_BETWEEN}{_CAPITALISED})*")
_JOINER: Final = re.compile(r"\s(?:of|for)\s(?:the\s)?|[’']s\s")
_COORDINATION: Final = re.compile(r"\sand\s")
_OPENING: Final = re.compile(r"\w+\s")
_CONDITION: Final = re.compile(r"(?:If|Unless)\b.*?,\s")
_MEASURE: Final = re.compile(r"(?:What|How (?:many|much)|By how|At what)\b")
_APPOSITION: Final = re.compile(
    r"(?:,|[’']s)?\s(?:[a-z]+\s){0,2}(?:minister|president|chancellor|governor|premier|secretary"
    r"|leader|head|chair\w*|director|ambassador|king|queen|judge|senator|candidate|envoy|company"
    r"|firm|maker|party|group|agency|founder|executive),?\s"
)
_PUBLISHES: Final = re.compile(
    r"(?:[’']s)?\s(?:\w+\s)?(?:publish|report|state|announce|show|list|count|record|estimate|say"
    r"|give|attribute|put|measure|rank|rate|declare|classify|project|forecast|assess|find|name)\b"
)
_BY: Final = re.compile(r"\b(?:by|in|from|according to)\s(?:the\s)?$")
_CURRENCY: Final = re.compile(
    r"\b[A-Z][\w.]*\s(?=dollars?|pounds?|kron\w+|francs?|rubles?|roubles?)"
)
_STEM: Final = 6
MIN_WORD: Final = 4
"""Letters by which forms of a word are compared, and of the shortest word that is."""

_COMMON: Final = frozenset(
    "A AI AGI LLM GDP CPI PPI PCE EV EVs CO2 GPU GPUs IT TV PC DNA RNA HIV COVID LNG UTC I YES NO"
    " January February March April May June July August September October November December"
    " Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
)
"""Capitalised words that name nobody."""

_DOCUMENTS: Final = frozenset(
    "Act Bill Law Treaty Convention Regulation Directive Agreement Protocol Survey Review Report"
    " Outlook Index Census Statement Accounts Catalog Catalogue Database Bulletin Yearbook"
    " Average Composite Election Elections Cup Games".split()
)
"""Last words of names that nobody acts by."""

_BODY_WORDS: Final = frozenset(
    "the a an in on at by with from but if when while as that this these those it he she they we i"
    " you our its their his her there here then after before since under to not no yes so or yet"
    " because although though however what how why who which where will would for of and"
    " mr mrs ms dr sir lord lady president prime minister chancellor governor secretary premier"
    " king queen senator general chief chair justice foreign interior finance defence defense"
    " government cabinet ministry department bank court supreme federal national central"
    " constitutional state states congress senate house commons lords representatives parliament"
    " assembly council commission agency office bureau administration authority institute treasury"
    " reserve army navy police party union republic kingdom high upper lower".split()
)
"""Titles, kinds of bodies and small words: they tell nobody apart."""

_COMPANY_WORDS: Final = frozenset(
    "motors inc corp corporation company co group ltd plc llc ag holdings project foundation"
    " technologies".split()
)
"""Words that a company or project may have behind its name."""

_FRAME_WORDS: Final = frozenset(
    "will what when how unless any some with from for and not than that this before after until"
    " between average first last least most more less many much high somebody".split()
    + [month.lower() for month in MONTHS]
)
"""Words of any question."""
