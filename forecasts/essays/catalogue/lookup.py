"""Lookup of the entries of the catalogue that a claim is about, best first."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from forecasts.essays.catalogue.entries import Catalogue, CatalogueEntry, Place, load_catalogue
from forecasts.essays.catalogue.measures import (
    Measure,
    Word,
    find_measure,
    read_measure,
    split_words,
)
from forecasts.essays.catalogue.narrowing import is_narrowed
from forecasts.essays.catalogue.phrases import (
    compile_phrases,
    compile_verbs,
    unify_apostrophes,
)

_IN_CONTEXT: Final = 0.75
"""Weight of a subject that only the sentences before the claim name."""

_IN_SENTENCE: Final = 0.8
"""Weight of a subject that only another part of the sentence names."""

_VERB: Final = 1.0
_NAMED_PLACE: Final = 0.5
_MEASURE: Final = 2.0
"""Weight of a verb of an act, of an entry about the very place, and of the words of a measure."""


_HEAD: Final = 12
"""Characters by which the core of a claim is found in it."""

_MAX_WORDS_BETWEEN: Final = 8
"""Maximum number of words between a subject and the verb of its act."""

_POINTS_BACK: Final = re.compile(
    r"\W*(?:\w+,?\s+){0,2}?(?:it|they|he|she"
    r"|(?:this|these|those|that)(?=\s(?:will|would|could|may|might|can|is|are|should)\b))\s",
    re.IGNORECASE,
)
"""Beginning of a claim whose subject stands in a sentence before it."""


@dataclass(frozen=True, slots=True)
class ClaimText:
    """Claim with what an essay says around it.

    `before` are the sentences before the claim, nearest last; `title` is that of the essay.
    `setting` names the place that the whole essay is about, "" if it is about several. `core` is
    the part of the claim that says what will happen, "" for all of it.
    """

    text: str
    before: Sequence[str] = ()
    title: str = ""
    setting: str = ""
    core: str = ""

    @property
    def main(self) -> str:
        """Part of the claim in which an entry has to be named."""
        return self.core or self.text

    @property
    def context(self) -> str:
        """Title and sentences before the claim."""
        return " \n ".join([self.title, *self.before])


@dataclass(frozen=True, slots=True)
class CatalogueMatch:
    """Entry that a claim is about, for a place if the entry has one.

    `subject` is the phrase that named it; `is_subject_carried`: only the sentence before the claim
    has it. `is_measure`: it has all words of the measure.
    `is_place_carried`: the claim does not name the place, the text around it does. `verb` is the
    word of the claim that makes it an act, "" for a series.
    """

    entry: CatalogueEntry
    score: float
    subject: str
    is_subject_carried: bool = False
    place: Place | None = None
    is_place_carried: bool = False
    verb: str = ""
    is_measure: bool = False


def find_entries(claim: ClaimText, catalogue: Catalogue) -> tuple[CatalogueMatch, ...]:
    """Return the entries that a claim is about, best first.

    An entry matches if the claim names its subject, points back to it by a pronoun, or has the
    words of its measure; a subject that is only a part of such words is none. An act needs one of
    its verbs in the claim. An entry with places needs one of them in the claim or around it.

    >>> from forecasts.essays.catalogue.entries import load_catalogue
    >>> claim = ClaimText("Inflation in Norway will accelerate.")
    >>> match = find_entries(claim, load_catalogue())[0]
    >>> match.entry.id, match.place.name, match.subject
    ('consumer-prices', 'Norway', 'Inflation')
    """
    index = _index_catalogue(catalogue)
    named = index.find_places(claim.text)
    around = (*index.find_places(claim.context), *index.find_places(claim.setting))
    behind = claim.text[: max(0, claim.text.find(claim.main[:_HEAD]))].strip()
    behind = behind or "".join(claim.before[-1:])
    near = behind if _POINTS_BACK.match(claim.main) else ""
    words = index.split_words(claim.text)
    entries = tuple(index.iterate_near(f"{claim.main} {near}"))
    by_measure = [
        match
        for entry in entries
        if (match := _match_measure(entry, claim, index.measures, words)) is not None
    ]
    whole = max((match.subject.lower() for match in by_measure), key=len, default="")
    by_subject = (
        match
        for entry in entries
        if (match := _match_entry(entry, claim, near)) is not None
        and match.subject.lower() not in whole
    )
    matches = (*(m for m in by_measure if m.subject.lower() == whole), *by_subject)
    around = () if _GROUP.search(claim.text) else around
    placed = (
        _place_match(match, named, around)
        for match in matches
        if not index.is_elsewhere(match, named)
    )
    return tuple(sorted((m for m in placed if m is not None), key=lambda m: -m.score))


@dataclass(frozen=True, slots=True)
class _Index:
    places: re.Pattern[str]
    place_of: dict[str, Place]
    by_stem: dict[str, tuple[CatalogueEntry, ...]]
    measures: dict[str, Measure]

    def split_words(self, text: str) -> tuple[Word, ...]:
        """Split a text into words by which measures are compared, each place as one."""
        return _split_words(text, self.places, self.place_of)

    def iterate_near(self, text: str) -> Iterator[CatalogueEntry]:
        """Yield the entries that share the beginning of a word with a text, each once."""
        stems = dict.fromkeys(word[:_STEM] for word in _WORD.findall(text.lower()))
        entries = (entry for stem in stems for entry in self.by_stem.get(stem, ()))
        yield from {entry.id: entry for entry in entries}.values()

    def is_elsewhere(self, match: CatalogueMatch, named: Sequence[Place]) -> bool:
        """Return True if a series is about a place or the world, and a claim about others."""
        entry = match.entry
        if entry.places or not named or entry.kind != "series":
            return False
        measured = {*self.find_places(entry.measure)}
        is_world = _WORLD.search(entry.measure) is not None and not match.is_measure
        return not measured & {*named} if measured else is_world

    def find_places(self, text: str) -> tuple[Place, ...]:
        """Return the places that a text names, in the order of their first mention."""
        return tuple(dict.fromkeys(self.iterate_places(text)))

    def iterate_places(self, text: str) -> Iterator[Place]:
        """Yield the place of each mention."""
        return (_name_place(match[0], self.place_of) for match in self.places.finditer(text))


def _name_place(mention: str, place_of: Mapping[str, Place]) -> Place:
    word = unify_apostrophes(mention)
    return place_of[word] if word in place_of else place_of[word.lower()]


def _split_words(
    text: str, places: re.Pattern[str], place_of: Mapping[str, Place]
) -> tuple[Word, ...]:
    mentions = (
        (match.start(), match.end(), _name_place(match[0], place_of).name)
        for match in places.finditer(text)
    )
    return split_words(text, tuple(mentions))


@cache
def _index_catalogue(catalogue: Catalogue) -> _Index:
    place_of = {
        unify_apostrophes(word): place
        for place in catalogue.places
        for word in (*place.words, *place.parts)
    }
    by_stem = defaultdict[str, dict[str, CatalogueEntry]](dict)
    for entry in catalogue.entries:
        for phrase in entry.subjects:
            by_stem[_find_stem(phrase)][entry.id] = entry
        if entry.kind == "series":
            by_stem[_find_stem(_PLACE_SLOT.sub(" ", entry.measure))][entry.id] = entry
    places = compile_phrases(tuple(place_of))
    measures = {
        entry.id: read_measure(
            _split_words(_PLACE_SLOT.sub(" ", entry.measure), places, place_of),
            frozenset(f"@{name}" for name in entry.places),
            len(_PLACE_SLOT.findall(entry.measure)),
        )
        for entry in catalogue.entries
        if entry.kind == "series"
    }
    stems = {stem: tuple(entries.values()) for stem, entries in by_stem.items()}
    return _Index(places, place_of, stems, measures)


_PLACE_SLOT: Final = re.compile(r"\{place\}(?:’s)?")


def _find_stem(phrase: str) -> str:
    """Return the beginning of the longest word of a phrase, by which it is looked up."""
    words: list[str] = _WORD.findall(phrase.lower())
    return max(words, key=len)[:_STEM]


_WORD: Final = re.compile(r"\w+")
_STEM: Final = 4


def _match_measure(
    entry: CatalogueEntry, claim: ClaimText, measures: Mapping[str, Measure], words: Sequence[Word]
) -> CatalogueMatch | None:
    """Match a series whose measure the claim has the words of."""
    measure = measures.get(entry.id)
    phrase = find_measure(measure, claim.text, words) if measure else ""
    is_other = compile_phrases(entry.excludes).search(claim.text.replace(phrase, " "))
    if is_other or not phrase or phrase.split()[0] not in claim.main:
        return None
    return CatalogueMatch(entry, _MEASURE + 0.5 * phrase.count(" "), phrase, is_measure=True)


def _match_entry(entry: CatalogueEntry, claim: ClaimText, near: str) -> CatalogueMatch | None:
    """Match an entry that the claim names, or the sentence `near` to which it points back."""
    pattern = compile_phrases(entry.subjects)
    hits = [hit for hit in pattern.finditer(claim.main) if not is_narrowed(hit, claim.main)]
    in_claim = bool(hits)
    hits = hits or list(pattern.finditer(near))[-1:]
    if not hits or compile_phrases(entry.excludes).search(claim.text if in_claim else near):
        return None
    verb = _find_verb(compile_verbs(entry.verbs), claim.main, hits if in_claim else [])
    if entry.kind != "series" and verb is None:
        return None
    best = max(hits, key=lambda hit: len(hit[0].split()))
    score = len({hit[0].lower() for hit in hits}) ** 0.5 * (1 + 0.5 * best[0].count(" "))
    return CatalogueMatch(
        entry,
        score * _weigh_context(in_claim, near in claim.text) + (_VERB if verb else 0.0),
        best[0],
        not in_claim,
        verb=verb[0] if verb else "",
    )


def _weigh_context(in_claim: bool, in_sentence: bool) -> float:
    return 1.0 if in_claim else _IN_SENTENCE if in_sentence else _IN_CONTEXT


def _find_verb(
    verbs: re.Pattern[str], text: str, subjects: Sequence[re.Match[str]]
) -> re.Match[str] | None:
    """Return a verb of an act that stands near one of its subjects, the first one without any."""
    for verb in verbs.finditer(text):
        gaps = (
            text[subject.end() : verb.start()] or text[verb.end() : subject.start()]
            for subject in subjects
        )
        if _AFTER_PREPOSITION.search(text[: verb.start()]) and verb[0].split()[0].endswith("ing"):
            continue
        if not subjects or min(len(gap.split()) for gap in gaps) <= _MAX_WORDS_BETWEEN:
            return verb
    return None


_AFTER_PREPOSITION: Final = re.compile(
    r"\b(?:of|without|by|from|against|for|after|before|through)\s$", re.IGNORECASE
)
"""Words after which a verb in -ing is no act of the claim."""


def _place_match(
    match: CatalogueMatch, named: Sequence[Place], around: Sequence[Place]
) -> CatalogueMatch | None:
    """Add the place of a match, the one that the claim names before those around it."""
    entry = match.entry
    if not entry.places:
        return match
    is_any = "any" in entry.places
    for places, is_carried in ((named, False), (around, True)):
        for place in places:
            fits = entry.name_publisher(place) is not None if is_any else place.name in entry.places
            if fits:
                bonus = 0.0 if is_any or is_carried else _NAMED_PLACE
                score = match.score + bonus
                return replace(match, score=score, place=place, is_place_carried=is_carried)
    return None


_GROUP: Final = re.compile(
    r"\b(?:G7|G20|BRICS|OECD|(?:advanced|emerging|developing|major|rich|poor) (?:\w+ )?"
    r"(?:economies|countries|markets|nations)|worldwide|global(?:ly)?)\b"
)
"""Many countries, of which none is taken from the text around."""

_WORLD: Final = re.compile(r"\b(?:world|worldwide|global)\b")
"""Measure of everywhere, which is none of a claim about one place."""


def find_places(text: str, catalogue: Catalogue) -> tuple[Place, ...]:
    """Return the places that a text names, in the order of their first mention.

    >>> from forecasts.essays.catalogue.entries import load_catalogue
    >>> [place.name for place in find_places("Scots in Oslo and Wales", load_catalogue())]
    ['Norway', 'the United Kingdom']
    """
    return _index_catalogue(catalogue).find_places(text)


def find_place_around(claim: ClaimText, catalogue: Catalogue) -> Place | None:
    """Return the place that title or setting name, or the sentences before the claim, nearest last.

    >>> from forecasts.essays.catalogue.entries import load_catalogue
    >>> claim = ClaimText("The government will resign.", ("Oslo is cold.",), "A winter")
    >>> find_place_around(claim, load_catalogue()).name
    'Norway'
    """
    index = _index_catalogue(catalogue)
    for text in (claim.setting, claim.title, *reversed(claim.before)):
        if places := index.find_places(text):
            return places[0]
    return None


def find_part(place: Place, text: str) -> str:
    """Return the part of a place that a text names, "" if it names the whole.

    >>> from forecasts.essays.catalogue.entries import load_catalogue
    >>> place = find_places("Wales", load_catalogue())[0]
    >>> find_part(place, "Rents in Wales fall."), find_part(place, "Wales and the UK")
    ('Wales', '')
    """
    if not place.parts or compile_phrases(place.words).search(text):
        return ""
    match = compile_phrases(place.parts).search(text)
    return match[0] if match else ""


def list_local_cases(match: CatalogueMatch) -> tuple[str, ...]:
    """Return the edge cases of an entry, without those that are about other places than its own."""
    entry, place = match.entry, match.place
    if place is None:
        return entry.edge_cases
    index = _index_catalogue(load_catalogue())
    return tuple(
        case
        for case in entry.edge_cases
        if not (places := index.find_places(case)) or place.name in {p.name for p in places}
    )


def find_setting(text: str, catalogue: Catalogue) -> str:
    """Return the place that a text names at least twice as often as any other, "" without one.

    >>> from forecasts.essays.catalogue.entries import load_catalogue
    >>> find_setting("Oslo is cold. Norwegians ski. Norway is not America.", load_catalogue())
    'Norway'
    """
    index = _index_catalogue(catalogue)
    counts = Counter(place.name for place in index.iterate_places(text))
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < _MIN_MENTIONS:
        return ""
    return ranked[0][0] if len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1] else ""


_MIN_MENTIONS: Final = 3
