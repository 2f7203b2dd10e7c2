"""Inflection of English verbs for reports: "signs", "signed", "has signed"."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final


@cache
def _load_words() -> Mapping[str, str]:
    text = resources.files("forecasts.essays").joinpath("words.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(text))


def read_words(name: str) -> tuple[str, ...]:
    """Return a list of words of `words.toml`.

    >>> read_words("third_persons")[:2]
    ('is/be', 'are/be')
    """
    return tuple(_load_words()[name].split())


def match_words(name: str) -> str:
    """Return a pattern for any word of a list of `words.toml`; "_" stands for a blank.

    >>> match_words("before_names")[:14]
    '(?:there|it|in'
    """
    return f"(?:{'|'.join(word.replace('_', ' ') for word in read_words(name))})"


_COMMON_WORDS: Final = frozenset(read_words("common"))
_NAME_PRECEDERS: Final = frozenset(read_words("before_names"))


def lowercase_subject(subject: str) -> str:
    """Lower-case the start of a subject within a sentence: "The war" → "the war"; names stay.

    >>> [lowercase_subject(s) for s in ("The war", "China", "EU members", "Central Asia")]
    ['the war', 'China', 'EU members', 'Central Asia']
    >>> lowercase_subject("Additional rate increases"), lowercase_subject("Electric cars")
    ('additional rate increases', 'electric cars')
    """
    first, _, remainder = subject.partition(" ")
    is_small = (is_common_word(first) or (_ADJECTIVE.fullmatch(first) and remainder)) and (
        first.lower() in _NAME_PRECEDERS or not remainder[:1].isupper()
    )
    return subject[:1].lower() + subject[1:] if is_small else subject


_ADJECTIVE: Final = re.compile(
    r"[A-Z][a-z]+(?:[ntr]al|ric|ble|ful|less|ous|ive|ing|ary|ler|ed|mer|tic|ence|ance|ity|ness|ism"
    r"|ship|sion)"
)
"""Adjectives and other words that begin a sentence, by an ending that few names have."""


def is_common_word(word: str) -> bool:
    """Return True if a capitalised word is known to be no name.

    >>> is_common_word("Exports"), is_common_word("Airbus")
    (True, False)
    """
    return word.lower() in _COMMON_WORDS or word.endswith(("tion", "tions", "ment", "ments"))


_IRREGULAR: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        base: (past, participle)
        for base, past, participle in (forms.split("/") for forms in read_words("irregular_verbs"))
    }
)
_BASES_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        form: tuple(base for base, forms in _IRREGULAR.items() if form in forms)
        for form in {form for forms in _IRREGULAR.values() for form in forms}
    }
)
_PARTICIPLES: Final = frozenset(participle for _, participle in _IRREGULAR.values())
_KNOWN_BASES: Final = frozenset(read_words("regular_verbs"))
_PLURAL: Final = frozenset("they we you these those many some both few several".split())
_RELATIVE: Final = re.compile(r",?\s(?:that|which|who|whose|where|such as|than|as)\s")
_PREPOSITION: Final = re.compile(
    r"\s(?:of|in|to|from|with|between|for|on|by|at|against|under|over|among|behind)\s"
)
_VOWELS: Final = "aeiou"
_DOUBLING_VERBS: Final = frozenset(read_words("doubling_verbs"))
_ONE_SYLLABLE: Final = re.compile(r"[^aeiou]*(?:qu)?[aeiou][bdgklmnprtv]")
_BASE_EXCEPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    dict(pair.split("/") for pair in read_words("third_persons"))
)
_ES_ENDING: Final = re.compile(r"(?:ss|sh|ch|x|zz)es$")
_NOT_THIRD_PERSON: Final = re.compile(r"(?:ss|us|is|as)$")
_NAMES_IN_S: Final = frozenset("netherlands philippines maldives bahamas seychelles".split())
_ADVERBS: Final = frozenset(
    "worldwide abroad alone together overall today everywhere elsewhere combined".split()
)
_SINGULAR: Final = frozenset("news series species means headquarters".split())
_PEOPLE: Final = frozenset("people men women children police".split())
_ADJECTIVES: Final = frozenset(
    "the young|the old|the poor|the rich|the elderly|the unemployed".split("|")
)
_QUANTIFIER: Final = re.compile(
    r"^(?:some|many|most|half|all|both|few|several|dozens|hundreds|thousands"
    r"|(?:a|one|two)[ -](?:third|quarter|fifth|few|number|handful|majority|dozen|thirds)"
    r"|(?:at least |more than |only )?\d+(?: per ?cent|%)) of (?P<what>.+)",
    re.IGNORECASE,
)
_ALSO_NOUNS: Final = frozenset(read_words("verbs_or_nouns"))


def base_form(verb: str) -> str:
    """Return the base form of a third-person verb; other words unchanged.

    >>> [base_form(verb) for verb in ("exists", "has", "reaches", "denies", "does", "pass", "sign")]
    ['exist', 'have', 'reach', 'deny', 'do', 'pass', 'sign']
    """
    if verb in _BASE_EXCEPTIONS:
        return _BASE_EXCEPTIONS[verb]
    if len(verb) < 4 or not verb.endswith("s") or _NOT_THIRD_PERSON.search(verb):
        return verb
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    return verb[:-2] if _ES_ENDING.search(verb) else verb[:-1]


def possible_bases(word: str) -> tuple[str, ...]:
    """Return candidate verbs of a past form: irregular ones by a list, others by their ending.

    Candidates need not be real words.

    >>> possible_bases("fell"), possible_bases("raised"), possible_bases("treaty")
    (('fall',), ('raise', 'rais'), ())
    """
    if word in _BASES_OF:
        return _BASES_OF[word]
    if not word.endswith("ed"):
        return ()
    candidates = (word[:-1], word[:-2], word[:-3], f"{word[:-3]}y")
    return tuple(verb for verb in candidates if len(verb) > 1 and _regular_past(verb) == word)


def find_base(word: str, *, gerund: bool = False) -> str:
    """Return the base form of a finite verb, or of a form in -ing; "" for any other word.

    >>> [find_base(word) for word in ("closes", "took", "are", "treaty", "bought", "sold")]
    ['close', 'take', 'be', '', 'buy', 'sell']
    >>> find_base("winning", gerund=True), find_base("making", gerund=True)
    ('win', 'make')
    """
    if gerund:
        stem = word.removesuffix("ing")
        candidates = (stem, f"{stem}e", stem[:-1]) if stem != word and len(stem) > 1 else ()
        known = [verb for verb in candidates if present_participle(verb) == word]
        silent = known[1:] if re.search(r"[sczvgu]$", stem) else known
        return next((verb for verb in known if is_base_form(verb)), next(iter(silent), ""))
    if word in ("is", "are", "was", "were"):
        return "be"
    if is_past(word):
        bases = possible_bases(word)
        return next((base for base in bases if is_base_form(base)), bases[-1] if bases else "")
    base = base_form(word)
    is_verb = base != word and (is_base_form(base) or base in ("have", "do", "go"))
    return base if is_verb else ""


def is_past(word: str) -> bool:
    """Return True if a word can be a verb in the past tense and in no other.

    >>> is_past("fell"), is_past("raised"), is_past("put"), is_past("taken")
    (True, True, False, False)
    """
    bases = _BASES_OF.get(word)
    if bases is None:
        return word.endswith("ed") and len(word) > 4 and word not in ("indeed", "hundred", "need")
    return word not in bases and any(_IRREGULAR[base][0] == word for base in bases)


def third_person(verb: str) -> str:
    """Return the third person singular.

    >>> [third_person(verb) for verb in ("sign", "reach", "deny", "be", "have", "do")]
    ['signs', 'reaches', 'denies', 'is', 'has', 'does']
    """
    if verb in ("be", "have"):
        return {"be": "is", "have": "has"}[verb]
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{verb}s"


def present_participle(verb: str) -> str:
    """Return the -ing form.

    >>> [present_participle(verb) for verb in ("sign", "agree", "ease", "stop", "begin")]
    ['signing', 'agreeing', 'easing', 'stopping', 'beginning']
    """
    if verb.endswith("e") and not verb.endswith("ee"):
        return f"{verb[:-1]}ing"
    return f"{verb}{verb[-1]}ing" if _doubles_last_letter(verb) else f"{verb}ing"


def past_tense(verb: str) -> str:
    """Return the simple past, "was" for "be".

    >>> [past_tense(verb) for verb in ("sign", "agree", "deny", "ban", "fall")]
    ['signed', 'agreed', 'denied', 'banned', 'fell']
    """
    return _IRREGULAR[verb][0] if verb in _IRREGULAR else _regular_past(verb)


def past_participle(verb: str) -> str:
    """Return the past participle.

    >>> [past_participle(verb) for verb in ("sign", "fall", "be")]
    ['signed', 'fallen', 'been']
    """
    return _IRREGULAR[verb][1] if verb in _IRREGULAR else _regular_past(verb)


def is_participle(word: str) -> bool:
    """Return True if a word can follow "be" in a passive: "signed", "built".

    >>> is_participle("caught"), is_participle("likely")
    (True, False)
    """
    return word.endswith("ed") or word in _PARTICIPLES


def is_base_form(word: str) -> bool:
    """Return True for a known base form; verbs that are as often nouns are excluded."""
    return (word in _IRREGULAR and word not in _ALSO_NOUNS) or word in _KNOWN_BASES


def is_plural(subject: str) -> bool:
    """Guess by its words if a subject takes "are".

    >>> is_plural("Moscow and Beijing"), is_plural("Sales of cars"), is_plural("The crisis")
    (True, True, False)
    >>> is_plural("some of the banks"), is_plural("the war between A and B")
    (True, False)
    """
    if quantifier := _QUANTIFIER.match(subject):
        return is_plural(quantifier["what"])
    words = [
        word
        for word in _PREPOSITION.split(_RELATIVE.split(subject)[0], maxsplit=1)[0].split()
        if word not in _ADVERBS
    ]
    if not words:
        return False
    if "and" in words or subject.lower() in _PLURAL | _ADJECTIVES:
        return True
    head = words[-1].strip("“”\"',").lower()
    return head in _PEOPLE or (
        head.endswith("s")
        and not head.endswith(("ss", "us", "is", "ics", "’s", "'s"))
        and head not in _SINGULAR
        and not _is_name(words, subject)
    )


def _is_name(words: Sequence[str], subject: str) -> bool:
    """Return True for a single name, such as "Airbus" and "the United States", not "the Greens"."""
    name_words = words[1:] if words[0].lower() == "the" else words
    if not all(word[:1].isupper() for word in name_words):
        return False
    is_alone = words[0] == subject and not is_common_word(subject)
    return len(name_words) > 1 or is_alone or words[-1].lower() in _NAMES_IN_S


def _regular_past(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if _doubles_last_letter(verb) else f"{verb}ed"


def _doubles_last_letter(verb: str) -> bool:
    return verb in _DOUBLING_VERBS or _ONE_SYLLABLE.fullmatch(verb) is not None
