"""Proposal of a source for a claim that no entry of the catalogue is about.

A body that the text names comes first, then one that publishes on the topic, then the actor's own
announcements, then news agencies. A proposal is for a person to check, and says why it was made.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from forecasts.essays.catalogue.entries import Catalogue, Institution, load_catalogue
from forecasts.essays.catalogue.lookup import find_places
from forecasts.essays.catalogue.phrases import compile_phrases
from forecasts.essays.drafting.acts import can_act
from forecasts.essays.drafting.plan import Claim
from forecasts.essays.drafting.quantities import is_measure

AGENCIES: Final = "at least two of Reuters, AP and AFP"


@dataclass(frozen=True, slots=True)
class ProposedSource:
    """Publisher of the answer: its name, what to look at, and why it is proposed.

    `is_body`: a body that the text names or that publishes on the topic.
    """

    name: str
    work: str
    why: str
    is_body: bool = True

    @property
    def lines(self) -> tuple[str, ...]:
        """Sources of a question: the one proposed, and a fall-back."""
        first = f"{self.name}, {self.work}" if self.work else self.name
        return (first, f"{AGENCIES}, as fall-back") if self.name != AGENCIES else (first,)

    @property
    def note(self) -> str:
        """Note for the person who checks the source."""
        return f"The source is proposed {self.why}: check that it publishes this."


def propose_source(claim: Claim, catalogue: Catalogue) -> ProposedSource:
    """Propose who publishes the answer to a claim.

    >>> from datetime import date
    >>> from forecasts.essays.catalogue.entries import load_catalogue
    >>> from forecasts.essays.catalogue.lookup import ClaimText
    >>> from forecasts.essays.drafting.clauses import parse_clause
    >>> from forecasts.essays.drafting.window import choose_window
    >>> def source(text):
    ...     window = choose_window(text, date(2026, 11, 24), date(2026, 11, 24))
    ...     claim = Claim(ClaimText(text), parse_clause(text), window, parse_clause(text).subject)
    ...     return propose_source(claim, load_catalogue()).lines[0]
    >>> source("The Rhone glacier in Switzerland will retreat again.")
    'GLAMOS, reports of the Swiss glacier monitoring network'
    >>> source("The Institute of Bridges will see a record."), source("It will rain.")
    ('the Institute of Bridges, its publications', 'at least two of Reuters, AP and AFP')
    """
    event, is_measured = claim.clause.event, is_measure(claim.clause.event)
    drafted = f"{claim.actor} \n {event}" if claim.clause.subject else claim.text.text
    text = f"{drafted} \n {claim.text.text}"
    acts = claim.actor != "" and not is_measured and can_act(claim.actor)
    near = " \n ".join([*([] if acts else claim.text.before[-1:]), claim.text.title])
    around = f"{claim.text.setting} \n {claim.text.context}"
    actor = "" if is_measured else claim.actor
    unknown = ProposedSource(
        AGENCIES, "", "as the claim names nobody who publishes it", is_body=False
    )
    sources = _iterate_sources(catalogue, text, near, around, actor=actor, drafted=drafted)
    return next(sources, unknown)


def list_sources(question: str, near: str, around: str) -> tuple[str, ...]:
    """List the bodies that may publish the answer to a question, the nearest to it first.

    >>> list_sources("Will hard coral die?", "The Institute of Reefs sees it.", "")[1:]
    ('NOAA Coral Reef Watch, statements and data', 'the Institute of Reefs, its publications')
    """
    match = re.match(r"Will (?:the )?(?P<actor>[A-Z][\w.-]*(?: [A-Z][\w.-]*)*) [a-z]", question)
    actor = match["actor"] if match else ""
    sources = _iterate_sources(load_catalogue(), question, near, around, actor=actor)
    return tuple(dict.fromkeys(source.lines[0] for source in sources))


def follow_source(criteria: str, before: str, after: str) -> str:
    """Name another source in criteria: the first source of a question was `before`, and is `after`.

    >>> follow_source("YES if FIFA reports that so.", "FIFA, results", "the Cup’s office, news")
    'YES if the Cup’s office reports that so.'
    >>> follow_source(f"{AGENCIES} report it. Source: {AGENCIES};", AGENCIES, "ESPN")
    'ESPN reports it. Source: ESPN;'
    """
    old, new = (_name_source(line) for line in (before, after))
    if not old or not new:
        return criteria
    is_plural = new == AGENCIES

    def word(match: re.Match[str]) -> str:
        ending = "" if is_plural else "s" if match["verb"] == "report" else "es"
        return f"{new}{match['first'] or ''} {match['verb']}{ending}"

    tells = rf"(?<!\w){re.escape(old)}(?P<first> first)? (?P<verb>report|publish)(?:e?s)?\b"
    named = re.sub(tells, word, criteria)
    return named.replace(f"Source: {before};", f"Source: {after};")


def _name_source(line: str) -> str:
    return AGENCIES if line.startswith(AGENCIES) else line.partition(",")[0].strip()


def _iterate_sources(
    catalogue: Catalogue, text: str, near: str, around: str, *, actor: str, drafted: str = ""
) -> Iterator[ProposedSource]:
    """Yield sources, the nearest to the claim first; the topic is that of the `drafted` clause."""
    bodies = _list_local(catalogue, f"{text} \n {near} \n {around}")
    yield from _find_named(bodies, text, "as the claim names it")
    if match := _BODY.search(text):
        yield ProposedSource(_add_article(match[0]), "its publications", "as the claim names it")
    itself = ProposedSource(actor, "its own announcements", "as the one who acts", is_body=False)
    is_own = actor != "" and not find_places(actor, catalogue)
    if is_own and _DECIDES.search(actor):
        yield itself
    yield from _find_by_topic(bodies, drafted or text)
    yield from _find_named(bodies, near, "as the text before the claim names it")
    if match := _BODY.search(near):
        why = "as the text before the claim names it"
        yield ProposedSource(_add_article(match[0]), "its publications", why, is_body=False)
    if is_own and _is_organisation(actor):
        yield itself


def _list_local(catalogue: Catalogue, around: str) -> tuple[tuple[Institution, str], ...]:
    """Return the institutions with their names, those of the place of a text first."""
    places = find_places(around, catalogue)
    local, general = [], []
    for body in catalogue.institutions:
        if "any" in body.places:
            names = [name for place in places if (name := place.fill(body.name))]
            local += [(body, name) for name in names[:1]]
        elif any(place.name in body.places for place in places):
            local.append((body, body.name))
        elif not body.places:
            general.append((body, body.name))
    specific = [pair for pair in local if "any" not in pair[0].places]
    return (*specific, *general, *(pair for pair in local if pair not in specific))


def _find_named(
    bodies: tuple[tuple[Institution, str], ...], text: str, why: str
) -> Iterator[ProposedSource]:
    for body, name in bodies:
        if body.words and compile_phrases(body.words).search(text):
            yield ProposedSource(name, body.source, why)


def _find_by_topic(
    bodies: tuple[tuple[Institution, str], ...], text: str
) -> Iterator[ProposedSource]:
    """Yield the institutions on whose topics a text touches, the longest topic first.

    A topic that is part of a longer name, "World Cup" in "Esports World Cup", is none.
    """
    hits = [
        (len(hit[0].split()), hit[0], body, name)
        for body, name in bodies
        if (hit := compile_phrases(body.topics).search(text))
        and not (_TITLE.search(hit[0]) and _NAME_BEFORE.search(text[: hit.start()]))
    ]
    for _, topic, body, name in sorted(hits, key=lambda hit: -hit[0]):
        yield ProposedSource(name, body.source, f"from the topic “{topic}”")


_TITLE: Final = re.compile(r"(?:Cup|League|Championships?|Games|Open|Tour|Prix|Awards?|Prize)$")
_NAME_BEFORE: Final = re.compile(
    r"\b(?!The |A |An |In |At |By |For |And |But |Next |This |Winter |Summer |Men’s |Women’s )"
    r"[A-Z][\w’-]* $"
)


_BODY: Final = re.compile(
    r"(?:[Tt]he )?(?:[A-Z][\w’&-]+ ){0,4}(?:Institute|Authority|Agency|Office|Committee|Commission"
    r"|Council|Federation|Association|Ministry|Department|Survey|Observatory|Bureau"
    r"|Administration|Academy|Tribunal|Registry)(?: (?:of|for|on)(?: the)?(?: [A-Z][\w’-]+)+"
    r"(?: and [A-Z][\w’-]+)?)?"
)
"""Name of a body that publishes or decides."""


def _add_article(name: str) -> str:
    return f"the {name[4:] if name.lower().startswith('the ') else name}"


def _is_organisation(actor: str) -> bool:
    """Return True for a name that may announce what it does; two words are mostly a person."""
    words = actor.removeprefix("the ").split()
    is_named = words[0][:1].isupper()
    return is_named and (len(words) == 1 or _ORGANISATION.search(actor) is not None)


_DECIDES: Final = re.compile(r"\b(?:Court|Congress|Parliament|Senate|Bundestag)\b")
_ORGANISATION: Final = re.compile(
    r"\b(?:Bros|Co|Corp|Inc|Ltd|Group|Company|Bank|Motors|Airlines|Airways|Lines|Energy|Press"
    r"|Books|Records"
    r"|Studios|Pictures|Resorts|Foods|Systems|Technologies|Labs|Capital|Partners|Holdings|Museum"
    r"|University|Court|Club|FC|United|City|Party|Union|Church|Opera|Theatre|Orchestra|Health)\b|&"
)
