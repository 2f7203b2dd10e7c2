"""English verbs in the forms that reports use: "signs", "signed", "has signed"."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_IRREGULAR: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        base: (past, participle)
        for base, past, participle in (
            forms.split("/")
            for forms in """be/was/been become/became/become begin/began/begun bear/bore/borne beat/beat/beaten
            break/broke/broken bring/brought/brought build/built/built buy/bought/bought catch/caught/caught
            choose/chose/chosen come/came/come cost/cost/cost cut/cut/cut deal/dealt/dealt do/did/done
            draw/drew/drawn drive/drove/driven fall/fell/fallen feel/felt/felt fight/fought/fought
            find/found/found fly/flew/flown forbid/forbade/forbidden forgive/forgave/forgiven get/got/got
            give/gave/given go/went/gone grow/grew/grown have/had/had hit/hit/hit hold/held/held hurt/hurt/hurt
            keep/kept/kept know/knew/known lay/laid/laid lead/led/led leave/left/left lend/lent/lent let/let/let
            lie/lay/lain lose/lost/lost make/made/made mean/meant/meant meet/met/met overcome/overcame/overcome
            overtake/overtook/overtaken pay/paid/paid put/put/put quit/quit/quit read/read/read
            rebuild/rebuilt/rebuilt rise/rose/risen run/ran/run say/said/said see/saw/seen seek/sought/sought
            sell/sold/sold send/sent/sent set/set/set shake/shook/shaken shed/shed/shed show/showed/shown
            shrink/shrank/shrunk shut/shut/shut sink/sank/sunk speak/spoke/spoken spend/spent/spent
            split/split/split spread/spread/spread stand/stood/stood steal/stole/stolen strike/struck/struck
            sweep/swept/swept take/took/taken teach/taught/taught tell/told/told think/thought/thought
            throw/threw/thrown undergo/underwent/undergone undertake/undertook/undertaken wage/waged/waged
            win/won/won withdraw/withdrew/withdrawn write/wrote/written""".split()
        )
    }
)
_PARTICIPLES: Final = frozenset(participle for _, participle in _IRREGULAR.values())
_KNOWN: Final = frozenset(
    """accept achieve act adopt agree allow announce annex apply approve arrive avoid back ban benefit block boycott
    call cease change close collapse condemn continue cooperate create cross declare decline default defend
    deliver demand deny deploy devalue dominate emerge end endorse enforce ensure enter escalate establish exceed
    expand expel extend face fail follow forgive form gain happen help impose improve include increase intervene
    introduce invade invest join launch legalise legalize lift maintain manage move need negotiate obtain offer
    open oppose outlast outperform pass persist pursue ratify reach recognise recognize recover reduce refuse
    regain reject release remain remove replace resign resist resolve restore resume retain return reverse
    sanction serve share sign slow start stay stop strengthen succeed suffer support surpass survive suspend
    tolerate turn use veto visit vote warn weaken welcome work""".split()
)
_OF: Final = re.compile(r"\s(?:of|in|to|from|with|between|for|on|by|at|against|under|over|among|behind)\s")
_VOWELS: Final = "aeiou"
_DOUBLED: Final = frozenset(
    "ban drop plan stop ship step top wrap grab permit commit admit submit prefer defer refer".split()
)


def third_person(verb: str) -> str:
    """The form for he, she and it.

    >>> [third_person(verb) for verb in ("sign", "reach", "deny", "be", "have", "do")]
    ['signs', 'reaches', 'denies', 'is', 'has', 'does']
    """
    if verb in ("be", "have"):
        return {"be": "is", "have": "has"}[verb]
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{verb}s"


def past(verb: str) -> str:
    """The simple past, "was" for "be".

    >>> [past(verb) for verb in ("sign", "agree", "deny", "ban", "fall")]
    ['signed', 'agreed', 'denied', 'banned', 'fell']
    """
    return _IRREGULAR[verb][0] if verb in _IRREGULAR else _with_ed(verb)


def participle(verb: str) -> str:
    """The form after "has".

    >>> [participle(verb) for verb in ("sign", "fall", "be")]
    ['signed', 'fallen', 'been']
    """
    return _IRREGULAR[verb][1] if verb in _IRREGULAR else _with_ed(verb)


def is_participle(word: str) -> bool:
    """Whether a word can follow "be" in a passive: "signed", "built".

    >>> is_participle("caught"), is_participle("likely")
    (True, False)
    """
    return word.endswith("ed") or word in _PARTICIPLES


def is_base(word: str) -> bool:
    """Whether a word is known as a verb in its base form. Words that are as often nouns are left out."""
    return word in _IRREGULAR or word in _KNOWN


def is_plural(subject: str) -> bool:
    """Whether a subject takes "are": a guess by its words.

    >>> is_plural("Moscow and Beijing"), is_plural("Sales of cars"), is_plural("The crisis"), is_plural("China’s trade")
    (True, True, False, False)
    """
    words = _OF.split(subject, maxsplit=1)[0].split()
    if not words:
        return False
    if "and" in subject.split() or subject.lower() in ("they", "we", "you", "these", "those", "many", "some"):
        return True
    head = words[-1].strip("“”\"',").lower()
    is_name = words[-1][:1].isupper() and subject == words[-1]
    return head == "people" or (
        head.endswith("s") and not head.endswith(("ss", "us", "is", "’s", "'s")) and not is_name
    )


def _with_ed(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if verb in _DOUBLED else f"{verb}ed"
