"""Names for the words of a claim that point back: "it", "do so", "a dozen more".

Each name that is filled in has a note, for a person to check.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from forecasts.essays.drafting.acts import can_act
from forecasts.essays.drafting.attitudes import strip_attitude
from forecasts.essays.drafting.clauses import Clause, parse_clause
from forecasts.essays.drafting.grammar import find_predicate_fault, find_subject_fault
from forecasts.essays.drafting.quantities import QUANTITY, is_measure
from forecasts.essays.drafting.subjects import OWNER_GAP, parse_subject, settle_case
from forecasts.essays.english import (
    find_base,
    is_base_form,
    is_common_word,
    is_participle,
    is_plural,
)


@dataclass(frozen=True, slots=True)
class FilledClause:
    """Clause whose pronouns have names. `carried` is the name of its subject, "" for its own."""

    clause: Clause
    carried: str = ""
    notes: tuple[str, ...] = ()


def fill_references(clause: Clause, part: str, before: Sequence[str]) -> FilledClause:
    """Fill what a clause of a part of a sentence points back to, nearest sentence last in `before`.

    >>> clause = parse_clause("It will not do so.")
    >>> filled = fill_references(clause, "It will not do so.", ["Will Oslo sell the trams?"])
    >>> filled.carried, filled.clause.event, filled.clause.negated
    ('Oslo', 'sell the trams', True)
    """
    start = part.find(clause.subject) if clause.subject else 0
    head = _cut_before_pronoun(part, clause) or part[: max(0, start)]
    texts = (*before, head)
    carried, notes = "", []
    if _SAME_ACT.match(clause.event) or (clause.pronoun and clause.is_future and not clause.event):
        for other in _iterate_acts(before):
            carried = other.subject if clause.pronoun else ""
            carried = "" if find_subject_fault(carried) else carried
            notes.append(f"“{other.event}” is taken from the text before the claim.")
            clause = replace(clause, event=other.event, raw_event=other.event)
            break
    carried = carried or carry_actor(texts, clause)
    if owned := _fill_owner(clause, part, before):
        clause = replace(clause, subject=owned)
        notes.append(f"“{owned}”: the owner stands for a pronoun, check it.")
    name = carry_object(clause, texts)
    if name:
        event = _OBJECT.sub(name, clause.event, count=1)
        clause = replace(clause, event=event)
        notes.append(f"“{name}” stands for the claim’s pronoun: check it.")
    if (noun := _find_counted(clause.subject, (*before, part))) != "":
        clause = replace(clause, subject=f"{clause.subject} {noun}")
        notes.append(f"“{noun}” is taken from the text before the claim.")
    if (cases := _CASES.search(clause.event)) and (topic := _find_topic(before)):
        event = f"{clause.event[: cases.end()]} of {topic}{clause.event[cases.end() :]}"
        clause = replace(clause, event=event)
        notes.append(f"“{topic}” is taken from the text before the claim: check it.")
    for short, full in _find_full_names(clause, before):
        subject, event = (
            re.sub(rf"\b[Tt]he {short}\b(?! of)", full, text, count=1)
            for text in (clause.subject, clause.event)
        )
        clause = replace(clause, subject=subject, event=event)
        notes.append(f"“the {short}” is read as {full}.")
    notes += _note_nameless(clause)
    return FilledClause(clause, carried, tuple(notes))


def _fill_owner(clause: Clause, part: str, before: Sequence[str]) -> str:
    """Return a subject with the owner that its pronoun stands for, "" without one.

    >>> _fill_owner(parse_clause("Its crop will fail."), "Its crop will fail.", ["Chad is dry."])
    'Chad’s crop'
    """
    owned = clause.subject.removeprefix(f"{OWNER_GAP} ")
    match = re.search(rf"\b(its|their|his|her) {re.escape(owned)}", part, re.IGNORECASE)
    if owned == clause.subject or match is None:
        return ""
    nearest = next((t for t in (part[: match.start()], *reversed(before)) if t.strip()), "")
    pronouns = _OWNERS[match[1].lower()]
    owner = next((o for p in pronouns if (o := carry_actor((nearest,), Clause(pronoun=p)))), "")
    if (inner := _OWNER_OF_THING.match(owner)) and not _BODY.search(owner):
        owner = inner["owner"]  # "Oslo's budget has shrunk. Its mayor": Oslo's
    if not any(word[:1].isupper() for word in owner.split()):
        return ""
    apostrophe = "'" if "'" in nearest else "’"
    return f"{owner}{apostrophe}{'' if owner.endswith('s') else 's'} {owned}"


_OWNERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"its": ("it",), "their": ("they", "it"), "his": ("he",), "her": ("she",)}
)
"""Pronouns of an owner; a club or a company is "their", too."""

_OWNER_OF_THING: Final = re.compile(r"(?P<owner>.+?)['’]s? .+")
_BODY: Final = re.compile(
    r"(?:er|or|ment|ency|ission|ority|istry|board|court|council|bank|party|parliament)s?$"
)
_SAME_ACT: Final = re.compile(r"do (?:so|it|that|this|the same)\b")
_OBJECT: Final = re.compile(r"(?<![\w’'])(?:it|them)(?![\w’'])(?! (?:is|was|has|will))")


def _iterate_acts(before: Sequence[str]) -> Iterator[Clause]:
    """Yield the clauses before a claim that tell an act to come, nearest first."""
    for sentence in reversed([text for text in before if text]):
        clause = parse_clause(strip_attitude(sentence).text)
        is_act = clause.is_future and not _SAME_ACT.match(clause.event)
        if is_act and not find_predicate_fault(clause.event):
            yield clause


def _cut_before_pronoun(part: str, clause: Clause) -> str:
    """Return what stands in a sentence before its pronoun: "Oslo has said that it will"."""
    head, word, _ = part.partition(f" {clause.pronoun} ")
    starts = part.lower().startswith(f"{clause.pronoun} ")
    return head if clause.pronoun and word and not starts else ""


def carry_object(clause: Clause, before: Sequence[str]) -> str:
    """Return the name for a pronoun in the predicate: the object before it, there or in the
    nearest text.

    Without one it is the subject of that text, unless no such act is done to it: a body is not
    voted on, and one without a name is told by its own sentence only.
    """
    match = _OBJECT.search(clause.event)
    if match is None:
        return ""
    is_plural_one = match[0] == "them"
    text = next((text for text in reversed(before) if text), "")
    if inner := _find_objects(clause.event[: match.start()], is_plural_one):
        return inner[-1]
    named = f"{clause.subject} {clause.event}".lower()
    objects = [name for name in _find_objects(text, is_plural_one) if name.lower() not in named]
    if objects:
        owners = "an?" if clause.pronoun else "an?|its|their"
        return re.sub(rf"^(?:{owners})\b", "the", objects[-1])
    pronoun = "they" if is_plural_one else "it"
    name = "" if clause.pronoun else carry_actor((text,), replace(clause, pronoun=pronoun))
    is_act_on_text = _ON_TEXT.match(clause.event) is not None
    is_other = can_act(name) and (is_act_on_text or not _NAMED.match(name))
    return "" if is_other or name.lower() in named else name


_ON_TEXT: Final = re.compile(
    r"(?:adopt|amend|approve|debate|enact|pass|publish|ratify|reject|repeal|sign|veto|vote)\b"
)
"""Acts that are done to a text or a plan, and to no body."""

_NAMED: Final = re.compile(r"(?:the )?[A-Z]")


def _find_objects(text: str, is_plural_one: bool) -> list[str]:
    """Return the objects in a text that a pronoun of this number can stand for.

    >>> _find_objects("Oslo will publish its plan before May and keep the trams.", False)
    ['its plan']
    """
    objects = [hit["what"] for hit in _THING.finditer(text) if _is_verb(hit)]
    return [name for name in objects if is_plural(name) == is_plural_one]


_THING: Final = re.compile(
    r"(?P<ahead>\b(?:will|would|may|might|could|shall|should|must|to)(?: not)? )?"
    r"\b(?P<verb>[a-z]+) (?P<what>(?:its|the|their|an?) (?:[a-z-]+ ){0,2}?[A-Za-z-]+)"
    r"(?= (?:in|by|before|and|or|but|as|at|for|on|to|with|from|once|twice|last|this|that|again)\b"
    r"|[,.;]| ?$)"
)


def _is_verb(hit: re.Match[str]) -> bool:
    """Return True for a verb before its object, in any form."""
    word = hit["verb"]
    is_form = find_base(word) or is_participle(word) or word.endswith("ing")
    return bool(hit["ahead"] or is_form or is_base_form(word))


def carry_actor(before: Sequence[str], clause: Clause) -> str:
    """Return the last subject before a claim that its pronoun can stand for, "" without one.

    A figure is one of a quantity, if the text names any; what binds or expires is a text or a plan,
    not the body that made it. Of the nearest sentence the subject may be the thing that it is
    about; beyond it only a name is taken.

    >>> it = parse_clause("It will grow.")
    >>> carry_actor(["Norway signed the accord.", "Prices fell."], it)
    'Norway'
    >>> carry_actor(["They talk about the fifth bleaching event as if it had a date."], it)
    'the fifth bleaching event'
    >>> falls = parse_clause("It will fall by 20 per cent.")
    >>> carry_actor(["Oslo has it worse: its tram revenue has been falling."], falls)
    'tram revenue'
    """
    if clause.pronoun not in ("it", "they", "he", "she"):
        return ""
    is_measured, is_of_text = is_measure(clause.event), _BY_TEXT.match(clause.event) is not None
    candidates = []
    for distance, sentence in enumerate(text for text in reversed(before) if text):
        objects = _find_objects(sentence, clause.pronoun == "they") if is_of_text else []
        candidates += [re.sub(r"^(?:its|their|an?)\b", "the", name) for name in objects[-1:]]
        for part in _CLAUSE_JOINT.split(sentence):
            verb = _FIRST_VERB.search(part)
            subject = parse_subject(part[: verb.start()])[0] if verb else ""
            subject = settle_case(subject.removeprefix(f"{OWNER_GAP} "), sentence)
            fits = subject and is_plural(subject) == (clause.pronoun == "they")
            if fits and is_measured and QUANTITY.search(subject):
                return subject
            if not fits or find_subject_fault(subject) or (is_of_text and can_act(subject)):
                continue
            if distance == 0 or any(word[:1].isupper() for word in subject.split()):
                candidates.append(subject)
        topic = _TOPIC.search(sentence) if distance == 0 and clause.pronoun == "it" else None
        if topic is not None and not find_subject_fault(topic["what"]):
            candidates.append(topic["what"])
    return next(iter(candidates), "")


_BY_TEXT: Final = re.compile(
    r"(?:apply|bind|contain|cover|expire|lapse|oblige|take effect|(?:come|enter|go) into)\b"
)
"""Predicates of a law, a contract or a plan, and of no body."""

_CLAUSE_JOINT: Final = re.compile(r"[;:—]\s|,\s(?:and|but|though|while)\s")
_TOPIC: Final = re.compile(
    r"\b(?:about|of|on|for|discuss(?:ing)?|call(?:ing)? for)"
    r" (?P<what>the (?:[a-z-]+ ){1,4}?[a-z-]+)"
    r"(?= (?:as|if|in|on|to|that|which|and|is|was|has)\b|[,.;:])"
)
"""Thing that a sentence is about, where its subject does not fit."""

_FIRST_VERB: Final = re.compile(
    r"\s(?:[a-z]{3,}ed|is|are|was|were|has|have|had|will|would|could|may|might|can|must|should"
    r"|did|does|fell|rose|began|became|made|took|went|came|gave|won|lost|met|led|left|held|said"
    r"|says|wants|needs|plans|seeks|hopes|faces)\s"
)


_CASES: Final = re.compile(r"\b(?:cases|infections|outbreaks)\b(?! (?:of|from|with|among)\b)")
"""Counts that do not say of what."""


def _find_topic(before: Sequence[str]) -> str:
    """Return the bare noun that a sentence before the claim is about: "Measles was declared"."""
    for sentence in reversed(before):
        if (topic := _BARE_SUBJECT.match(sentence)) and not is_common_word(topic[1]):
            return topic[1].lower()
    return ""


_BARE_SUBJECT: Final = re.compile(
    r"(?:And |But )?([A-Z][a-z]{3,}) (?:is|was|has|will|kills|spreads)\b"
)


def _find_counted(subject: str, texts: Sequence[str]) -> str:
    """Return the noun that a subject such as "at least a dozen more" counts, "" without one."""
    if not re.search(r"\b(?:more|others|further ones)$", subject):
        return ""
    counted = [match for text in texts for match in _COUNTED.finditer(text)]
    return counted[-1]["noun"] if counted else ""


_COUNTED: Final = re.compile(
    r"\b(?:\d[\d,]*|hundreds of|thousands of|dozens of|many|several) "
    r"(?P<noun>(?:[a-z-]+ )?[a-z]+s)\b(?= (?:since|have|has|in|to|from|that|are|were|last)\b|[,.;])"
)


def _find_full_names(clause: Clause, before: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the nouns of a clause that a longer name before it ends in: "the treaty"."""
    text = " \n ".join(before)
    for match in _SHORT_NAME.finditer(f"{clause.subject} | {clause.event}"):
        noun = match[1]
        full = re.findall(rf"\b((?:[A-Z][\w’-]+ )+{noun.capitalize()})\b", text)
        if full:
            yield noun, f"the {full[-1].removeprefix('The ')}"


def _note_nameless(clause: Clause) -> list[str]:
    """Return a note on a thing that only the essay knows by name: "the reef"."""
    match = _NAMELESS.search(f"{clause.subject} | {clause.event}")
    return [f"Say which {match['noun']} is meant."] if match else []


_NAMELESS: Final = re.compile(
    r"\b[Tt]he (?P<noun>reef|treaty|federation|company|government|law|club|league|city|region|park"
    r"|river|lake|country|team|agency|institute|committee|minister|president|party|deal|bill"
    r"|project|plant|mine|bridge|museum|festival|show|series|game|drug|vaccine|disease|north|south"
    r"|east|west|season|league|venue|airline|airport|port)\b"
    r"(?=$|[,.;]| \|| (?:on|by|from|into|out|off|with|and|again|be)\b)"
)
_SHORT_NAME: Final = re.compile(r"\b[Tt]he ([a-z]{4,})\b(?! (?:of|for)\b)")
