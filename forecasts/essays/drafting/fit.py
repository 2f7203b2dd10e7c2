"""Fit of an entry of the catalogue to a claim: the series that moves, the act that is done."""

import re
from typing import Final

from forecasts.essays.catalogue.lookup import CatalogueMatch
from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.directions import moves
from forecasts.essays.drafting.quantities import QUANTITY
from forecasts.essays.english import past_participle

_COMES: Final = re.compile(r"(?:be inevitable|follow|come|happen|occur|take place|resume)\b")
"""Predicates of an act that the subject names."""

_STEM: Final = 3
"""Letters that the forms of a verb share."""


def is_about(match: CatalogueMatch, clause: Clause, actor: str) -> bool:
    """Return True if what is measured or done is the claim's own, or what its pronoun stands for.

    Of a clause with a subject, the act is named by subject and predicate, not by what surrounds it.
    """
    phrase = match.subject.lower().removesuffix(" will")
    if match.is_subject_carried:
        is_named = phrase in actor.lower() if actor else " " in phrase
        return match.entry.kind != "series" or is_named
    if not clause.is_future or clause.asks:
        return True
    if match.entry.kind == "series":
        return _is_within(clause.subject, match) or _names_series(clause, phrase)
    event = clause.event.lower()
    if _SOME.match(clause.subject):
        return False
    if match.entry.is_thing and phrase not in clause.subject.lower():
        return False
    is_named = phrase in f"{clause.subject} {event}".lower()
    return is_named and _does(match, clause) and _has_object(match, event)


_SOME: Final = re.compile(r"(?:some|many|most|few|several|others?|more)\b", re.IGNORECASE)
"""Beginning of a group without names."""


def _is_within(subject: str, match: CatalogueMatch) -> bool:
    """Return True if a subject, without asides and times, has only words of the measure named."""
    place = " ".join(match.place.words) if match.place else ""
    known = {*re.findall(r"\w+", f"of in {place} {match.entry.measure} {match.subject}".lower())}
    return match.is_measure and bool(subject) and {*re.findall(r"\w+", subject.lower())} <= known


def _names_series(clause: Clause, phrase: str) -> bool:
    """Return True if what moves is the series itself, not a thing that has to do with it."""
    head, is_subject, after = clause.subject.lower().partition(phrase)
    if not is_subject:
        event = (clause.raw_event or clause.event).lower()
        is_there = clause.subject == "there" or not event.startswith("be ")
        is_moved = phrase in event and moves(event) and is_there
        return not clause.subject or (is_moved and not _FOR.search(event.partition(phrase)[0]))
    inner = _OF_HEAD.search(head)
    is_group = after.startswith(" among ")
    return not is_group and (
        inner is None
        or re.search(rf"(?:{QUANTITY.pattern}|\b(?:all|half|most))$", inner["head"]) is not None
    )


_FOR: Final = re.compile(r"\sfor\s(?:[\w-]+\s)*$")
_OF_HEAD: Final = re.compile(r"(?P<head>.*?)\s(?:of|in|on|for|with|against|from|to|by)\s")


def _does(match: CatalogueMatch, clause: Clause) -> bool:
    """Return True if the predicate is an act of the entry, or brings about what names it."""
    event = _TO_DO.sub("", clause.event.lower())
    verb, _, tail = event.partition(" ")
    verbs = {phrase.partition(" ")[0] for phrase in match.entry.verbs}
    if not event or _COMES.match(event) or any(event.startswith(v) for v in match.entry.verbs):
        return True
    if verb == "be":
        participles = {past_participle(v) for v in verbs}
        return tail.partition(" ")[0] in participles
    names_act = any(v[:_STEM] in match.subject.lower() for v in verbs)
    return verb in verbs or (verb in _LIGHT_VERBS and names_act)


_TO_DO: Final = re.compile(r"(?:agree|decide|vote|move|choose|continue|begin|start|be forced) to ")
_LIGHT_VERBS: Final = frozenset("make deliver announce implement carry take see".split())
"""Verbs that say of an act that it is done: "deliver two rate cuts"."""


def _has_object(match: CatalogueMatch, event: str) -> bool:
    """Return False if the predicate does the act to another thing than the entry is about."""
    entry, (verb, _, complement) = match.entry, event.partition(" ")
    is_other = verb != "be" and complement and match.subject.lower() not in event
    verbs = {phrase.partition(" ")[0] for phrase in entry.verbs}
    return bool(entry.actor) or entry.is_thing or not (is_other and verb in verbs)
