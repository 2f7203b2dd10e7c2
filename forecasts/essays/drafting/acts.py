"""Questions on an act that takes place or not, or a state that lasts or ends."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from forecasts.essays.catalogue.entries import (
    PLACE_FIELDS,
    CatalogueEntry,
    Place,
    load_catalogue,
)
from forecasts.essays.catalogue.lookup import (
    CatalogueMatch,
    find_part,
    find_places,
    list_local_cases,
)
from forecasts.essays.dates import format_long_date
from forecasts.essays.drafting.grammar import find_predicate_fault, find_subject_fault
from forecasts.essays.drafting.plan import Claim, QuestionPlan
from forecasts.essays.drafting.subjects import ACTOR_GAP
from forecasts.essays.drafting.window import add_days
from forecasts.essays.english import past_participle, read_words
from forecasts.essays.extraction.segmentation import INNER_STOP
from forecasts.questions.question import HorizonShape, Kind

OTHER_GAP: Final = "[… with or against whom]"
OPTION_GAPS: Final = ("[… first option]", "[… second option]", "Other")

_DELAY_DAYS: Final = 14
_FIELD: Final = re.compile(r"\{(\w+)\}")
_NAME: Final = re.compile(
    r"(?:\bthe )?(?<![.?!] )\b[A-Z][\w’'-]*[a-z][\w’'-]*"
    rf"(?:(?:{INNER_STOP})?(?: of(?: the)?)? [A-Z][\w’'-]+)*"
    r"|\b[A-Z]{2,6}\b"
)
_SHAPES: Final[Mapping[Kind, HorizonShape]] = MappingProxyType(
    {
        "binary": "event_by",
        "date": "event_by",
        "numeric": "state_at",
        "categorical": "state_at",
        "ordered": "state_at",
    }
)


def plan_act(match: CatalogueMatch, claim: Claim, kind: Kind = "binary") -> QuestionPlan:
    """Plan a question on an act or a state, with the actor and the object of the claim."""
    entry, window, claim = match.entry, claim.window, activate(claim, match.entry.verbs)
    roles, cases = fill_roles(match, claim), list_local_cases(match)
    published = add_days(window.last, _DELAY_DAYS)
    text, rule = _word(entry, claim, roles, kind)
    source = _name_local_source(match, roles)
    enough = fill_fields(entry.not_counts, roles)
    criteria = " ".join(
        [
            rule,
            *([f"Not enough: {enough}."] if enough else []),
            *(f"{case.rstrip('.')}." for case in cases),
            f"Source: {source}; if there is nothing by "
            f"{format_long_date(published)}, {entry.fallback}.",
        ]
    )
    return QuestionPlan(
        kind=kind,
        shape="holds_until" if entry.kind == "state" and kind == "binary" else _SHAPES[kind],
        text=text,
        criteria=criteria,
        sources=(source, f"{entry.fallback}, as fall-back"),
        last=window.last,
        published=published,
        bears_out=_name_outcome(match, claim, kind),
        options=OPTION_GAPS if kind in ("categorical", "ordered") else (),
        unit="" if kind != "numeric" else "days" if entry.kind == "state" else "times",
        base_rate=_describe_base(entry),
        edge_cases=cases,
        notes=list_notes(claim, match),
    )


def _name_local_source(match: CatalogueMatch, roles: Mapping[str, str]) -> str:
    """Return the source of an act, of its examples by place only the one where it takes place."""
    source = fill_fields(match.entry.source, roles)
    listed, catalogue = _BY_PLACE.search(source), load_catalogue()
    places = (match.place,) if match.place else find_places(roles["actor"], catalogue)
    if listed is None or not places:
        return source
    named = dict(part.split(": ", 1) for part in listed["list"].split("; "))
    local = next((n for p, n in named.items() if places[0] in find_places(p, catalogue)), "")
    base = source[: listed.start()]
    if local:
        return f"{base} ({local})"
    return f"{base} of {places[0].name}" if base == "official gazette" else base


_BY_PLACE: Final = re.compile(
    r" \((?P<list>[A-Z][^():;]*: [^():;]*(?:; [A-Z][^():;]*: [^():;]*)*)\)$"
)
"""Examples of a source: "(United States: Federal Register; European Union: Official Journal)"."""


def activate(claim: Claim, verbs: Iterable[str]) -> Claim:
    """Turn a passive with its actor, "the pact will be signed by Arland", to who does the act."""
    passive = _PASSIVE.match(claim.clause.event)
    verb = next((v for v in verbs if passive and past_participle(v) == passive["participle"]), "")
    if passive is None or not verb:
        return claim
    clause = replace(claim.clause, subject=passive["agent"], event=f"{verb} {claim.actor}")
    return replace(claim, actor=passive["agent"], clause=clause)


_PASSIVE: Final = re.compile(r"be (?P<participle>[a-z]+) by (?P<agent>(?:the )?[A-Z][^,;]*)$")


def fill_roles(match: CatalogueMatch, claim: Claim) -> Mapping[str, str]:
    """Return the words of the claim for the roles and place of an entry, gaps for what it lacks.

    The act of the claim itself, "sign the river treaty", stands before the general one of the
    entry if its verb is one of the entry's and it reads as a predicate.
    """
    entry, place = match.entry, match.place
    actor, event = _find_actor(match, claim), claim.clause.event
    verb, _, complement = event.partition(" ")
    other_names = [
        name
        for name in find_names(claim.text.text)
        if name not in actor and match.subject.lower() not in name.lower()
    ]
    roles = {
        **_name_offices(place),
        "actor": actor or ACTOR_GAP,
        "other": next(iter(other_names), OTHER_GAP),
    }
    verbs = {v.partition(" ")[0] for v in entry.verbs}
    is_own = entry.kind == "act" and verb in verbs and verb != "be" and complement != ""
    is_free = not entry.actor or _ONLY_OBJECT.fullmatch(entry.act)
    if entry.actor and place is not None:
        event = event.removesuffix(f" in {place.name}")
        complement = complement.removesuffix(f" in {place.name}")
    is_named = match.is_subject_carried or match.subject.lower() in event.lower()
    is_own = is_own and (bool(entry.actor) or is_named)
    if is_own and is_free and not find_predicate_fault(event):
        return {**roles, "object": complement, "act": event}
    object_ = fill_fields(entry.object, roles)
    return {**roles, "object": object_, "act": fill_fields(entry.act, {**roles, "object": object_})}


_ONLY_OBJECT: Final = re.compile(r"[a-z ]+ \{object\}")
"""Act of a body that takes any object: "pass {object}"."""


def _find_actor(match: CatalogueMatch, claim: Claim) -> str:
    """Return who acts: the body that always does, the claim’s subject, or the place; else ""."""
    entry, place = match.entry, match.place
    if entry.actor:
        return (place.fill(entry.actor) if place else entry.actor) or ""
    subject = claim.actor
    verb = claim.clause.event.partition(" ")[0]
    acts = verb != "be" and verb in {v.partition(" ")[0] for v in entry.verbs}
    if not find_actor_fault(claim) and (entry.is_thing or acts or can_act(subject)):
        return subject
    if place is None or subject or entry.is_thing or place.name in claim.clause.event:
        return ""
    return place.name


def find_actor_fault(claim: Claim) -> str:
    """Return why the subject of a claim reads badly; at its beginning small words are a phrase."""
    subject = claim.actor
    is_first = claim.text.text.lower().startswith(subject.lower())
    return find_subject_fault(f"{subject[:1].upper()}{subject[1:]}" if is_first else subject)


def can_act(subject: str) -> bool:
    """Return True for a name, or a noun phrase whose head is a person or a body.

    >>> can_act("the Norwegian government"), can_act("ministers"), can_act("additional steps")
    (True, True, False)
    >>> can_act("chip exports to Arland")
    False
    """
    words = re.split(r" (?:of|in|from|at|for|with|to|on|under|who|that) ", subject)[0].split()
    head = next(reversed(words), "")
    return head[:1].isupper() or head.lower() in _AGENTS or _PERSONS.search(head) is not None


_PERSONS: Final = re.compile(r"[a-z](?:ers|ors|ists|ians|crats|men|women)$")


_SINGULAR_AGENTS: Final = frozenset(read_words("agents"))
_AGENTS: Final = (
    _SINGULAR_AGENTS
    | {f"{noun}s" for noun in _SINGULAR_AGENTS}
    | {f"{noun[:-1]}ies" for noun in _SINGULAR_AGENTS if noun.endswith("y")}
    | {"military", "police", "troops", "forces", "people", "men", "women"}
)
"""Nouns of persons and bodies that act."""


def _name_offices(place: Place | None) -> Mapping[str, str]:
    """Return the fields of a place."""
    if place is None:
        return {}
    offices = {name: getattr(place, name) for name in PLACE_FIELDS - {"place"}}
    return {"place": place.name, **offices}


def find_names(text: str) -> tuple[str, ...]:
    """Return the names in a text: capitalised words that do not begin it.

    >>> find_names("The bank of Arland will sign a pact with the Borland Union.")
    ('Arland', 'the Borland Union')
    """
    return tuple(match[0].strip() for match in _NAME.finditer(text) if match.start() > 0)


def fill_fields(template: str, roles: Mapping[str, str]) -> str:
    """Fill the fields of a template; a thing that only the claim could name is a gap.

    >>> fill_fields("repeal the law in question", {})
    'repeal [… which law]'
    """
    filled = _FIELD.sub(lambda match: roles.get(match[1], match[0]), template)
    return _UNNAMED.sub(lambda match: f"[… which {match[1] or match[2]}]", filled)


_UNNAMED: Final = re.compile(
    r"\bthe ([\w ]{3,40}?) in question\b|(?<=\bon )the (subject|matter)(?: named)?\b"
)


def _word(
    entry: CatalogueEntry, claim: Claim, roles: Mapping[str, str], kind: Kind
) -> tuple[str, str]:
    """Return question and rule."""
    actor, act, counts = roles["actor"], roles["act"], fill_fields(entry.counts, roles)
    opening, last = (format_long_date(d) for d in (claim.window.first, claim.window.last))
    period = f"between {opening} and {last} (UTC)"
    match kind:
        case "binary" if entry.kind == "state":
            return (
                f"Will {actor} still {act} on {last}?",
                f"YES if, at the end of {last} (UTC), {counts}. NO if not.",
            )
        case "date" if entry.kind == "state":
            return (
                f"When will {actor} no longer {act}?",
                f"The first day, {period}, on which this is no longer so: {counts}; “never” if "
                "there is none.",
            )
        case "numeric" if entry.kind == "state":
            return (
                f"On how many days {period.removesuffix(' (UTC)')} will {actor} {act}?",
                f"The number of days, {period}, on which {counts}.",
            )
        case "binary":
            return f"Will {actor} {act} by {last}?", f"YES if, {period}, {counts}. NO if not."
        case "date":
            return (
                f"When will {actor} {act}?",
                f"The first day, {period}, on which {counts}; “never” if there is none.",
            )
        case "numeric":
            return (
                f"How many times will {actor} {act} by {last}?",
                f"The number of times, {period}, that {counts}.",
            )
        case _:
            return (
                f"Which of these will come first by {last}: {', '.join(OPTION_GAPS)}?",
                f"The first of the options, {period}, of which this is true: {counts}.",
            )


def _name_outcome(match: CatalogueMatch, claim: Claim, kind: Kind) -> str:
    """Return the answer that bears the claim out."""
    if claim.clause.asks:
        return ""
    if kind == "binary":
        return "no" if claim.clause.negated else "yes"
    is_act = match.entry.kind == "act" and not claim.clause.negated
    return f"by {claim.window.last.isoformat()}" if kind == "date" and is_act else ""


def _describe_base(entry: CatalogueEntry) -> str:
    """Describe the base rate of an act, for whoever sets it."""
    rate = entry.base_rate
    if rate is None:
        return f"No count is known for this: {entry.name}. Give one, k of n comparable cases."
    return f"It happened in {rate.count} of {rate.of} {rate.cases}."


def note_part(match: CatalogueMatch | None, claim: Claim) -> list[str]:
    """Return the note on a place of which the claim names only a part."""
    place = match.place if match else None
    part = find_part(place, claim.text.text) if place else ""
    return (
        [f"The claim is about {part}, the question about {place.name}."] if place and part else []
    )


def list_notes(claim: Claim, match: CatalogueMatch | None = None) -> tuple[str, ...]:
    """Return what was read into the claim: names, a place, a season, a day it does not name."""
    time, notes = claim.window.time, [*claim.notes]
    if claim.is_carried:
        notes.append(f"The claim has a pronoun: {claim.actor} is taken from the text before it.")
    if match is not None and match.place is not None and match.is_place_carried:
        notes.append(
            f"The claim names no place: {match.place.name} is taken from the text before it."
        )
    notes += note_part(match, claim)
    if time is not None and time.season and time.first < time.last:
        days = f"{format_long_date(time.first)} to {format_long_date(time.last)}"
        notes.append(f"The season is read as {days}: check it.")
    if time is None and claim.window.last in claim.window.horizons[:2]:
        notes.append("The claim names no day: check the last one.")
    return tuple(notes)
