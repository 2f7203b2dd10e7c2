"""Splitting of a sentence into claims, and a claim into its core and what surrounds it.

The core says what will happen; the catalogue is looked up by it.
"""

import re
from typing import Final

from forecasts.essays.drafting.attitudes import strip_attitude
from forecasts.essays.drafting.clauses import (
    LEADING_ADJUNCT,
    find_modal,
    looks_ahead,
    parse_clause,
)
from forecasts.essays.drafting.figures import find_chance
from forecasts.essays.drafting.grammar import ADDITION, is_verb
from forecasts.essays.drafting.subjects import LEADING_PHRASE, parse_subject
from forecasts.essays.english import is_base_form
from forecasts.essays.extraction.segmentation import INNER_STOP

_ADJUNCT: Final = re.compile(
    r"(?:,\s(?:which|who|whose|where)\b[^,;]*,"
    r"|,?\s(?:because|since(?!\s\d)|although|though|whereas|while|unless|even if|if|when|whenever"
    r"|where|(?:after|before|until)(?! [a-z]+ing\b| (?:the )?(?:(?:end|start) of )?(?:the )?"
    r"(?:early |late |mid-?|next |this |coming )?"
    r"(?:spring|summer|autumn|fall|winter|year|decade|century|month|week|\d|[A-Z]))"
    r"|so that|so as to|in order to|despite|due to|thanks to|amid|given"
    r"|without|instead of|rather than|regardless of|unlike|provided that|as long as|so long as"
    r"|by (?=(?:not )?[a-z]+ing\b)"
    r"|as (?!an?\b|well\b|much\b|many\b|high\b|low\b|far\b|few\b|little\b"
    r"|early\b|late\b|president\b|of\b|the (?:president|leader|head|largest|world)\b)"
    r"|than (?!\W?\d|US\b|half\b|an?\b|one\b|two\b|three\b|four\b|five\b|ten\b|twenty\b)"
    r"|,\s(?:which|who|whose))\b[^,;]*)"
    rf"|{ADDITION}",
)


def find_core(text: str) -> str:
    """Return the part of a claim that says what will happen, without condition, time and reason.

    >>> find_core("If wages rise, prices will fall because demand is weak.")
    'prices will fall'
    >>> find_core("Rents will rise faster than wages.")
    'Rents will rise faster'
    """
    if text.rstrip().endswith("?"):
        return text
    bare = text
    while (shorter := LEADING_ADJUNCT.sub("", bare, count=1)) != bare:
        bare = shorter
    core = keep_prediction(" ".join(_ADJUNCT.sub(" ", bare).split()))
    is_cut = find_modal(core) is None and find_modal(text) is not None
    return text if is_cut or len(core.split()) < _MIN_CORE_WORDS else core


def keep_prediction(text: str) -> str:
    """Return the coordinated statement that looks ahead, if only one does.

    >>> keep_prediction("The models point to a dry year, and the drought will last.")
    'the drought will last.'
    """
    for joint in _STATEMENT_JOINT.finditer(text):
        head, tail = text[: joint.start()], text[joint.end() :]
        if looks_ahead(tail) and not looks_ahead(head):
            return keep_prediction(tail)
        if looks_ahead(head) and _PAST_VERB.search(tail) and not looks_ahead(tail):
            return head
    return text


_STATEMENT_JOINT: Final = re.compile(
    rf",\s(?:and|but|so|yet)\s(?=\S+\s\S+\s)|(?:;|(?!{INNER_STOP})\.)\s"
)
_PAST_VERB: Final = re.compile(r"\b(?:was|were|has|have|had|did|said|is|are)\b")

_MIN_CORE_WORDS: Final = 3


_NO_STATEMENT: Final = (
    r"(?:or|nor|as|because|since|if|unless|when|where|which|who|that|though|although|until|before"
    r"|after|for|so)"
)
"""Words after a comma that begin an alternative or a subordinate clause."""

_COORDINATED: Final = re.compile(
    rf",?\s(?:and|while|whereas|but|yet)\s|,\s(?!{_NO_STATEMENT}\s)|(?!{INNER_STOP})[;:.]\s"
)


def split_predictions(text: str) -> tuple[str, ...]:
    """Split a sentence at a conjunction between two statements that each have subject and modal.

    >>> split_predictions("The lira will fall and the bank will raise its rate.")
    ('The lira will fall', 'the bank will raise its rate.')
    >>> split_predictions("The lira will fall and prices rise.")
    ('The lira will fall and prices rise.',)
    >>> split_predictions("It will rain, I doubt that he will come, and she will leave.")[1:]
    ('I doubt that he will come', 'she will leave.')
    """
    lead = LEADING_ADJUNCT.match(text)
    for joint in _COORDINATED.finditer(text, lead.end() if lead else 0):
        head, tail = text[: joint.start()], text[joint.end() :]
        newest = re.split(r",\s(?:and|but)\s", head)[-1]
        is_ended = joint[0] != ", " and joint[0][0] in ",;:."
        heads = (_is_prediction(part, is_ended=is_ended) for part in (head, newest))
        if all(heads) and _is_prediction(tail):
            return (*split_predicates(head.strip()), *split_predictions(tail.strip()))
    return split_predicates(text)


def split_predicates(text: str) -> tuple[str, ...]:
    """Split the acts of one subject.

    >>> split_predicates("Oslo will sell its trams, close the line and not open a new one.")[1:]
    ('Oslo will close the line.', 'Oslo will not open a new one.')
    """
    modal = find_modal(text)
    for joint in _NEXT_ACT.finditer(text, modal.end() if modal else len(text)):
        head = text[modal.end() : joint.start()] if modal else ""
        is_within = joint[0].startswith(",") and _OPEN_ADJUNCT.search(head)
        if modal and not is_within and _is_act(joint) and (joint["modal"] or len(head.split()) > 1):
            first = f"{text[: joint.start()].rstrip(' ,')}."
            verb = (joint["modal"] or "").removeprefix("to").strip()
            ahead = f"{text[: modal.start()]}{verb}" if verb else text[: modal.end()]
            denial = joint["not"] or ""
            return (first, *split_predicates(f"{ahead} {denial}{text[joint.start('act') :]}"))
    return (text,)


_NEXT_ACT: Final = re.compile(
    r"(?:,?\s(?:and|but)|,)\s(?P<modal>(?:will|would|may|might|could|can|to)\s)?"
    r"(?P<not>not\s)?(?:(?:then|also|later|soon)\s)?"
    r"(?P<act>(?:(?P<be>be [a-z]+)|(?P<verb>[a-z]+)) "
    r"(?:(?P<new>the|an?|its|their|his|her|no|all|\d[\d.,]*)"
    r"|to|by|with|from|at|in|[a-z-]+s|[A-Z][\w’-]*)\b)"
)
"""Joint before another predicate with an object."""


_OPEN_ADJUNCT: Final = re.compile(
    r"\b(?:if|unless|when|once|as|after|before|because|which|who)\b[^,]*$"
)
"""Beginning of a clause that a comma ends, and no act."""


def _is_act(joint: re.Match[str]) -> bool:
    """Return True for a predicate after its joint: with "be", a known verb, or a word that is small
    before what begins an object.
    """
    if joint["be"] or is_base_form(joint["verb"]):
        return True
    is_unknown = joint["verb"].endswith("s") and not joint["verb"].endswith("ss")
    is_verb_like = is_verb(joint["verb"]) and not is_unknown and joint["verb"] not in _NO_ACT
    return bool(joint["modal"] or joint["new"]) and is_verb_like


_NO_ACT: Final = frozenset(
    "half part twice double perhaps maybe almost about later again first last next".split()
)
"""Words between "and" and an object that are no verb: "the trams and half the buses"."""


def list_left_out(text: str, drafted: str) -> tuple[str, ...]:
    """List the coordinated parts of a sentence that look ahead and are hardly in `drafted`.

    >>> list_left_out("Oslo will shrink, and so will its ports.", "Oslo shrink")
    ('so will its ports',)
    >>> list_left_out("Oslo will shrink, and the ports will close.", "Oslo shrink ports close")
    ()
    """
    known, pieces = _list_words(drafted), (piece.strip(" .!?”") for piece in _ANY_JOINT.split(text))
    return tuple(piece for piece in pieces if _is_left_out(piece, known))


_ANY_JOINT: Final = re.compile(
    rf",?\s(?:and|or|but|yet|while|whereas)\s|,\s|(?!{INNER_STOP})[;:.]\s"
)


def _is_left_out(piece: str, known: frozenset[str]) -> bool:
    claim = strip_attitude(piece).text
    if _ASIDE.match(claim) or find_chance(piece) or not looks_ahead(claim):
        return False
    words = _list_words(parse_clause(claim).event)
    return len(words - known) > len(words) / 2


_ASIDE: Final = re.compile(
    r"(?:I|we|you|this|that|which|who|where|when|if|as|because|though|although|then)\b",
    re.IGNORECASE,
)
"""Beginning of words of the writer, and of what is no statement of its own."""


def _list_words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text)) - _EMPTY


_WORD: Final = re.compile(r"[^\W_]{2,}")
_EMPTY: Final = frozenset(
    "will would may might could can should shall not the an of to in on by be and or".split()
)
"""Words that tell nothing about an act."""


def _is_prediction(text: str, *, is_ended: bool = False) -> bool:
    """Return True for a statement about the future with a subject; `is_ended`: at a mark."""
    text = strip_attitude(text).text
    modal, opened = find_modal(text), _OPEN_CLAUSE.search(text)
    is_open = opened is not None and not _CLOSED_RELATIVE.match(opened[0])
    if (is_open and not is_ended) or not looks_ahead(text):
        return False
    if modal is None:  # "The bank expects wheat to rise"
        clause = parse_clause(text)
        return clause.subject != "" or clause.pronoun in _PERSONAL
    before = text[: modal.start()]
    is_within = (
        "," in before
        and not _APPOSITION.match(before)
        and not LEADING_ADJUNCT.match(text)
        and not LEADING_PHRASE.match(text)
    )
    subject, pronoun = parse_subject(before)
    return not is_within and (subject != "" or pronoun in _PERSONAL)


_PERSONAL: Final = frozenset("it they he she".split())


_APPOSITION: Final = re.compile(r"[^,]+, (?:its|the|an?|which|who|whose|where|due) [^,]+, $")
_OPEN_CLAUSE: Final = re.compile(
    r"\b(?:that|which|who|whether|if|as|because|while|when)\s(?:[\w’-]+\s){0,3}[\w’-]+$"
)
"""End of a text that has begun a clause of a few words, and not come to its verb."""

_CLOSED_RELATIVE: Final = re.compile(r"(?:which|who) (?:[a-z]+s|is|are|was|were|has|have) \S+")
