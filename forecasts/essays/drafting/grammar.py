"""Gate for drafted sentences: parts that do not read as "Will SUBJECT PREDICATE" are refused.

Heuristic, no parser: a part that holds a second verb, a pronoun without a name, a word of saying or
a loose end is taken for garbled. A refused part is shown as a gap, since a person mends a gap in
seconds and a garbled question hardly ever.
"""

import re
from typing import Final

MAX_SUBJECT_WORDS: Final = 10
MAX_PREDICATE_WORDS: Final = 22

_PRONOUN: Final = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|he|him|his|she|her|hers|we|(?-i:us)|our|ours"
    r"|you|your|i|me|my|this|that|these|those|one|such|so|here|there|then|who|whom|whose|which|what"
    r"|former|latter"
    r"|above|same)\b",
    re.IGNORECASE,
)
_BARE_PRONOUN: Final = re.compile(
    r"\b(?:it|itself|they|them|theirs|he|him|she|hers|we|(?-i:us)|our|you|your|i|me|my|this|these"
    r"|those|such|so|here|there|then|what|the (?:former|latter|same))\b",
    re.IGNORECASE,
)
"""Pronouns that need a name in a predicate, where "its" and "a law that" need none."""

_FINITE: Final = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|did|will|would|could|may|might|can|shall|should|must"
    r"|cannot|say|says|said|added|argues?|argued|believes?|believed|thinks?|thought)\b|n[’']t\b",
    re.IGNORECASE,
)
_SECOND_CLAUSE: Final = re.compile(
    r"\b(?:will|would|could|might|shall|should|must|cannot|was|were|has|had|does|did|says?|said)\b"
    r"|\b(?:and|but|or) (?:he|she|it|they|we|I|you|there)\b|[;:“”\"()\[\]]|\s[–—-]\s",
)
_CONJUNCTION: Final = re.compile(
    r"\b(?:although|though|because|since|while|whereas|unless|if|when|as soon as|so that|even"
    r"|however|therefore|thus|rather|instead|also|too)\b",
    re.IGNORECASE,
)
_LOOSE_END: Final = re.compile(
    r"\b(?:of|in|on|to|by|for|from|with|at|and|or|but|the|a|an|that|than|as|is|are|be|very|more"
    r"|most|not|into|between|until|about|against|over|under|its|their|his|her|no)$",
    re.IGNORECASE,
)
_SUBORDINATE: Final = re.compile(
    r",?\s(?:once|before|after|while|until|whatever|whoever|however|unless|because|so that"
    r"|in order to|though|although|(?:sooner|later|earlier|faster|longer) than|just as"
    r"|as (?:he|she|it|they|we|every|if)|the (?:day|week|month|year|moment) (?:after|before|that)"
    r"|(?:\w+ )?(?:years|months) (?:late|early))\b.*"
)
"""Clauses after the act, which say when or why, and that no answer depends on."""

_DENIAL: Final = re.compile(
    r"(?:no|none|nobody|no one|neither|hardly|scarcely|few|little)\b", re.IGNORECASE
)
_DETERMINER: Final = re.compile(
    r"(?:the|a|an|all|both|some|many|most|more|fewer|several|at least|no|any|each|every|half|two"
    r"|three|four|five|six|seven|eight|nine|ten|\d[\d,.]*)\s",
    re.IGNORECASE,
)
_NOUN_ALONE: Final = re.compile(r"[a-z-]+(?:s|tion|ment|ity|ness|ism|ance|ence|cy|men|people)\b")
_EVALUATION: Final = re.compile(
    r"\b(?:important|appropriate|crucial|essential|vital|wrong|right|good|bad|better|worse|best"
    r"|worst|great|terrible|foolish|wise|condemned|doomed|happy|sad|true|false|certain|clear"
    r"|difficult|easy|possible|impossible|necessary|needed|likely|unlikely|able|unable|content"
    r"|free)\b",
    re.IGNORECASE,
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
    if _DENIAL.match(subject):
        return "it denies what the question asks"
    if len(words) > MAX_SUBJECT_WORDS:
        return "it is too long"
    if _FINITE.search(subject):
        return "a clause of its own stands in it"
    if _PRONOUN.search(subject):
        return "a pronoun stands for a name"
    if _CONJUNCTION.search(subject) or _SECOND_CLAUSE.search(subject) or "," in subject:
        return "a clause of its own stands in it"
    if _LOOSE_END.search(subject):
        return "it ends in the middle"
    is_phrase = (
        _DETERMINER.match(subject)
        or any(word[:1].isupper() for word in words)
        or _NOUN_ALONE.search(subject)
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
    if not is_verb(words[0]):
        return "it begins with no verb"
    if _SECOND_CLAUSE.search(predicate) or _CONJUNCTION.search(predicate):
        return "a second clause stands in it"
    if _BARE_PRONOUN.search(predicate):
        return "a pronoun stands for a name"
    if _LOOSE_END.search(predicate):
        return "it ends in the middle"
    if words[0] == "be" and _EVALUATION.search(" ".join(words[1:4])):
        return "it is an opinion, not an event"
    return ""


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


_BASE_FORMS: Final = frozenset(
    """ally apply bleed breed bring bully cling comply embed exceed feed fling fly heed imply
    multiply need proceed rally rely reply ring seed shed sing speed spring sting string
    succeed supply swing wed weed wring""".split()
)
"""Base forms with the ending of another form."""

_FUNCTION_WORDS: Final = frozenset(
    """a an the of in on at by for with from to into over under about against between until since
    and or but if as than that this these those it he she they we you i who which what when
    where why how is are was were has had does did will would could can may might shall
    should must not no never more most less least much many some any all both each every own
    very too so such only just even also still already soon then now here there""".split()
)
