"""Splitting of a sentence into claims, and a claim into its core and what surrounds it.

The core says what will happen; the catalogue is looked up by it.
"""

import re
from typing import Final

from forecasts.essays.drafting.attitudes import strip_attitude
from forecasts.essays.drafting.clauses import LEADING_ADJUNCT, find_modal, looks_ahead
from forecasts.essays.drafting.grammar import ADDITION
from forecasts.essays.drafting.subjects import LEADING_PHRASE, parse_subject
from forecasts.essays.english import is_base_form

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


_STATEMENT_JOINT: Final = re.compile(r",\s(?:and|but|so|yet)\s(?=\S+\s\S+\s)|(?:;|(?<![A-Z])\.)\s")
_PAST_VERB: Final = re.compile(r"\b(?:was|were|has|have|had|did|said|is|are)\b")

_MIN_CORE_WORDS: Final = 3


_COORDINATED: Final = re.compile(r",?\s(?:and|while|whereas|but)\s|[;:.]\s")


def split_predictions(text: str) -> tuple[str, ...]:
    """Split a sentence at a conjunction between two statements that each have subject and modal.

    >>> split_predictions("The lira will fall and the bank will raise its rate.")
    ('The lira will fall', 'the bank will raise its rate.')
    >>> split_predictions("The lira will fall and prices rise.")
    ('The lira will fall and prices rise.',)
    """
    for joint in _COORDINATED.finditer(text):
        head, tail = text[: joint.start()], text[joint.end() :]
        newest = re.split(r",\s(?:and|but)\s", head)[-1]
        if all(_is_prediction(part) for part in (head, newest, tail)):
            return (*_split_predicates(head.strip()), *split_predictions(tail.strip()))
    return _split_predicates(text)


def _split_predicates(text: str) -> tuple[str, ...]:
    """Split two acts of one subject: "Oslo will sell its trams and close the line"."""
    modal = find_modal(text)
    for joint in _SECOND_ACT.finditer(text):
        head = text[modal.end() : joint.start()] if modal else ""
        if modal and len(head.split()) > 1 and (is_base_form(joint["verb"]) or joint["be"]):
            first = f"{text[: joint.start()].rstrip(' ,')}."
            return (first, f"{text[: modal.end()]} {text[joint.start('act') :]}")
    return (text,)


_SECOND_ACT: Final = re.compile(
    r",?\s(?:and|but)\s(?P<act>(?P<be>be [a-z]+)?(?P<verb>[a-z]+)? ?(?:the|an?|its|their|his|her|to"
    r"|by|with|from|at|in|no|all|\d|[A-Z])\b)"
)
"""Joint before a second predicate with an object."""


def _is_prediction(text: str) -> bool:
    text = strip_attitude(text).text
    modal, opened = find_modal(text), _OPEN_CLAUSE.search(text)
    is_cut_off = opened is not None and not _CLOSED_RELATIVE.match(opened[0])
    if modal is None or is_cut_off:
        return False
    before = text[: modal.start()]
    is_within = (
        "," in before
        and not _APPOSITION.match(before)
        and not LEADING_ADJUNCT.match(text)
        and not LEADING_PHRASE.match(text)
    )
    return not is_within and bool(parse_subject(before)[0])


_APPOSITION: Final = re.compile(r"[^,]+, (?:its|the|an?|which|who|whose|where|due) [^,]+, $")
_OPEN_CLAUSE: Final = re.compile(
    r"\b(?:that|which|who|whether|if|as|because|while|when)\s(?:[\w’-]+\s){0,3}[\w’-]+$"
)
"""End of a text that has begun a clause of a few words, and not come to its verb."""

_CLOSED_RELATIVE: Final = re.compile(r"(?:which|who) (?:[a-z]+s|is|are|was|were|has|have) \S+")
