"""Gate for drafted sentences: parts that do not read as "Will SUBJECT PREDICATE" are refused.

Heuristic, no parser: a part that holds a second verb, a pronoun without a name, a word of saying or
a loose end is taken for garbled. A refused part is shown as a gap, since a person mends a gap in
seconds and a garbled question hardly ever.
"""

import re
from typing import Final

from forecasts.essays.drafting.quantities import QUANTITY
from forecasts.essays.english import match_words, read_words

MAX_SUBJECT_WORDS: Final = 16
MAX_PREDICATE_WORDS: Final = 22
MAX_CONDITION_WORDS: Final = 14

_PRONOUN: Final = re.compile(
    rf"\b(?:{match_words('pronouns')}|its|their|his|her|(?-i:us)|that|one\b(?!\s[a-z])|(?-i:who)"
    r"|whom|whose|which|former|latter|above(?! \d)|same)\b",
    re.IGNORECASE,
)
_BARE_PRONOUN: Final = re.compile(
    rf"\b(?:{match_words('pronouns')}|(?-i:us)|the (?:former|latter|same(?! (?:moment|time)\b)))"
    r"\b",
    re.IGNORECASE,
)
"""Pronouns that need a name in a predicate, where "its" and "a law that" need none."""

FINITE: Final = re.compile(rf"\b{match_words('finite_verbs')}\b|n[’']t\b", re.IGNORECASE)
_SAYS: Final = re.compile(
    r"\b(?:cannot|says?|added|argue[sd]?|believe[sd]|thinks?|thought)\b", re.IGNORECASE
)
_SECOND_CLAUSE: Final = re.compile(
    r"\b(?:will|would|could|might|shall|should|must|cannot|was|were|has|had|does|did|says?|said)\b"
    r"|\bmay (?:be|have|not)\b|, [a-z]+ (?:expect|say|think|predict|believe)\b"
    r"|\b(?:and|but|or) (?:he|she|it|they|we|I|you|there)\b|[;:?!“”\"()\[\]]|\s[–—-]{1,2}\s",
)
_CONJUNCTION: Final = re.compile(
    rf"\b(?:{match_words('subordinators')}|since(?! (?:19|20)\d\d)|as soon as|even|however"
    r"|therefore|thus|instead|also|too)\b",
    re.IGNORECASE,
)
_LOOSE_END: Final = re.compile(
    rf"\b(?:{match_words('prepositions')}|and|or|but|nor|the|a|an|that|than|is|are|be|very|more"
    r"|most|not|its|their|his|her|own|no|right|as well|so many|such)$",
    re.IGNORECASE,
)
ADDITION: Final = (
    r",\s(?:for )?(?:the|its|his|her|their) (?:first|second|third|[a-z]+th|last)"
    r" (?:time|year|month)\b[^,;]*|,\sall$"
    r"|,?\s(?:up|down) (?:\w+ )?from\b[^,;]*"
    r"|,\s(?:its (?:lowest|highest|first)|roughly|about|or (?:about|roughly|some)|from"
    r"|below|above|compared|according"
    r"|(?:driven|led|helped|followed|[a-z]+ed) by|(?:[a-z]+ly )?[a-z]{3,}ing)\b"
    r"(?![^;]*\b(?:will|would|could|may|might|can)\b)[^;]*"
)
"""Additions to a claim: a figure to compare with, a cause, a consequence."""

_SUBORDINATE: Final = re.compile(
    rf"{ADDITION}|"
    r",?\s(?:once(?! (?:before|by|in)\b|$)|before|after|while|until|whatever|whoever|however"
    r"|unless|because|since(?! (?:19|20)\d\d)|so that"
    r"|when|whenever|where|wherever|whereas|despite|because of|thanks to|due to|amid"
    r"|in order to|though|although|(?:[a-z]+ (?:years?|months?|weeks?) )?"
    r"(?:sooner|later|earlier|faster|longer) than|just as"
    r"|as (?:he|she|it|they|we|every|if|the \w+ [a-z]+s)\b"
    r"|as (?:[a-z]+|[A-Z]\w+) (?:from [A-Z]\w+ )?[a-z]+s (?:its|their|the|off|in)"
    r"|the (?:day|week|month|year|moment) (?:after|before|that)"
    r"|(?:\w+ )?(?:years|months) (?:late|early))\b.*|,\s(?:unchanged|up|down|compared|against)\b.*"
)
"""Clauses after the act, which say when or why, and that no answer depends on."""

_PREPOSITION: Final = re.compile(rf"{match_words('prepositions')}\s", re.IGNORECASE)
_DENIAL: Final = re.compile(
    r"(?:no|nor|none|nobody|no one|neither|hardly|scarcely|few|little)\b", re.IGNORECASE
)
_DETERMINER: Final = re.compile(
    r"(?:the|a|an|all|both|some|many|most|more|fewer|several|at least|no|any|each|every|half|two"
    r"|three|four|five|six|seven|eight|nine|ten|\d[\d,.]*)\s",
    re.IGNORECASE,
)
_NOUN_ALONE: Final = re.compile(r"[a-z-]+(?:s|tion|ment|ity|ness|ism|ance|ence|cy|men|people)\b")
_NOUN_WITH_PLACE: Final = re.compile(r"(?:[a-z-]+ ){1,4}(?:in|of|from|for|on|at) [a-z]")
_CLAUSE_VERB: Final = re.compile(r"\b(?:is|are|was|were|has|have|had|does|do|did)\b", re.IGNORECASE)
_RELATIVE: Final = re.compile(
    r"\b(?:that|which|who|whose|where|what|how|whether)\b"
    r"|\b(?:[a-z]+est|first|worst|best|last) [a-z]+ (?=the |we |[A-Z])",
    re.IGNORECASE,
)
_POINTER: Final = re.compile(
    r"\bthat (?:new|same|very|kind|sort|day|moment|era|goal|point|way|rate|level|trend|time|end"
    r"|direction|case|regard|respect|end|role|view|status)\b",
    re.IGNORECASE,
)
"""Reference to what stands before the claim."""

_TWO_FIGURES: Final = re.compile(r"\d\S*(?: [a-z]+)? and [$€£]?\d")
"""Figures for two years, of which the years are gone."""

_LOST_WORD: Final = re.compile(
    r"\b(?:of|in|at|by|for|with|than(?! in \d)) (?:for|of|in|by|until|at(?! (?:least|most|or)\b)"
    r"|with|and|or"
    r"|but)\b",
    re.IGNORECASE,
)
"""Prepositions between which a time was taken out."""

_NO_VERB: Final = re.compile(
    r"(?!worship|pity|bless|witness|harness)"
    r"[a-z-]+(?:tive|sive|ous|ful|less|ical|ional|cial|tial|ship|ness|ism|ity|tic)$"
)
"""Adjectives and nouns by their ending, which begin no predicate."""

_EVALUATION: Final = re.compile(
    r"\b(?:important|appropriate|crucial|essential|vital|wrong|right|good|bad|better|worse|best"
    r"|worst|great|terrible|foolish|wise|condemned|doomed|happy|sad|true|false|certain|clear"
    r"|difficult|easy|possible|impossible|necessary|needed|likely|unlikely|able|unable|content"
    r"|free)\b",
    re.IGNORECASE,
)


_COMMA: Final = re.compile(r"^(?!(?:[A-Z]\S*,? )+(?:and|or) [A-Z]).*,(?!\d)")
"""Comma that joins no names: "Arland, Borland and Carland"."""

_SUBJECT_FAULTS: Final = (
    (re.compile(rf"^{_DENIAL.pattern}", re.IGNORECASE), "it denies what the question asks"),
    (
        re.compile(rf"^(?!at (?:least|most)\b){_PREPOSITION.pattern}", re.IGNORECASE),
        "it begins with a preposition",
    ),
    (FINITE, "a clause of its own stands in it"),
    (_SAYS, "a clause of its own stands in it"),
    (_PRONOUN, "a pronoun stands for a name"),
    (_CONJUNCTION, "a clause of its own stands in it"),
    (_SECOND_CLAUSE, "a clause of its own stands in it"),
    (_COMMA, "a clause of its own stands in it"),
    (_LOOSE_END, "it ends in the middle"),
)
_PREDICATE_FAULTS: Final = (
    (_SECOND_CLAUSE, "a second clause stands in it"),
    (_CONJUNCTION, "a second clause stands in it"),
    (_BARE_PRONOUN, "a pronoun stands for a name"),
    (_POINTER, "a pronoun stands for a name"),
    (_LOOSE_END, "it ends in the middle"),
    (_TWO_FIGURES, "it has two figures"),
    (_LOST_WORD, "a word is missing in it"),
)


def find_subject_fault(subject: str) -> str:
    """Return why a subject is no name or noun phrase, "" if it reads as one.

    >>> find_subject_fault("the central bank of Arland"), find_subject_fault("it")
    ('', 'a pronoun stands for a name')
    >>> find_subject_fault("Lindqvist added that the retreat")
    'a clause of its own stands in it'
    """
    words = subject.split()
    if not words or "[…" in subject:
        return "it is missing"
    if len(words) > MAX_SUBJECT_WORDS:
        return "it is too long"
    if fault := next((why for bad, why in _SUBJECT_FAULTS if bad.search(subject)), ""):
        return fault
    is_phrase = (
        _DETERMINER.match(subject)
        or any(word[:1].isupper() for word in words)
        or _NOUN_ALONE.search(subject)
        or (len(words) > 1 and QUANTITY.search(subject))
        or _NOUN_WITH_PLACE.match(subject)
    )
    return "" if is_phrase else "it is no name"


def find_predicate_fault(predicate: str) -> str:
    """Return why a predicate does not follow "Will SUBJECT", "" if it does.

    >>> find_predicate_fault("sign the treaty"), find_predicate_fault("finallies stop buying")
    ('', 'it begins with no verb')
    >>> find_predicate_fault("sign it"), find_predicate_fault("hold substantive until")
    ('a pronoun stands for a name', 'it ends in the middle')
    """
    words = predicate.split()
    if not words or "[…" in predicate:
        return "it is missing"
    if len(words) > MAX_PREDICATE_WORDS:
        return "it is too long"
    if not is_verb(words[0]) or _NO_VERB.match(words[0]):
        return "it begins with no verb"
    if _CLAUSE_VERB.search(_RELATIVE.split(" ".join(words[1:]))[0]):
        return "a second clause stands in it"
    if words[0] in ("be", "become", "remain") and _EVALUATION.search(" ".join(words[1:4])):
        return "it is an opinion, not an event"
    return next((why for bad, why in _PREDICATE_FAULTS if bad.search(predicate)), "")


def find_condition_fault(condition: str) -> str:
    """Return why a condition does not follow "If", "" if it does.

    >>> find_condition_fault("it rains"), find_condition_fault("they cover this at all")
    ('', 'a pronoun stands for a name')
    """
    if len(condition.split()) > MAX_CONDITION_WORDS:
        return "it is too long"
    named = re.sub(r"^it |\bthere (?=is|are)", "", condition)
    if _BARE_PRONOUN.search(named) or _POINTER.search(named):
        return "a pronoun stands for a name"
    if _MARKS.search(condition) or _LOOSE_END.search(condition):
        return "it ends in the middle"
    return "" if len(condition.split()) > 1 else "it has no verb"


_MARKS: Final = re.compile(r"[;:?!“”\"()\[\]]|\s[–—-]{1,2}\s")


def trim_predicate(predicate: str) -> str:
    """Cut the clause after an act that says when or why, if an act is left.

    >>> trim_predicate("sign the treaty sooner than the sceptics think")
    'sign the treaty'
    >>> trim_predicate("open before"), trim_predicate("open years late")
    ('open', 'open')
    """
    return _SUBORDINATE.sub("", predicate) or predicate


def is_verb(word: str) -> bool:
    """Return True for a word that may follow "will": it is small, and no form of another kind.

    >>> [word for word in ("sign", "be", "rain", "finally", "signed", "until") if is_verb(word)]
    ['sign', 'be', 'rain']
    """
    is_inflected = word.endswith(("ly", "ing", "ed", "ies")) and word not in _BASE_FORMS
    is_word = word == word.lower() and word.replace("-", "").isalpha()
    return is_word and not is_inflected and word not in _FUNCTION_WORDS


_BASE_FORMS: Final = frozenset(read_words("base_forms"))
_FUNCTION_WORDS: Final = frozenset(read_words("function_words"))
