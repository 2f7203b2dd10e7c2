"""Drafts of the catalogue: what it fills completely, a stranger can answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import cycle
from typing import get_args

import pytest

from forecasts.essays.catalogue.entries import CatalogueEntry, Place, load_catalogue
from forecasts.essays.catalogue.lookup import CatalogueMatch, find_places
from forecasts.essays.draft import ClaimDraft, ClaimSource, propose_drafts, redraft
from forecasts.essays.draft_question import build_new_question
from forecasts.essays.extract import Sentence
from forecasts.linting.lint import LintContext, find_flaws
from forecasts.questions.question import Kind, utc
from tests.tables import check_rows

NOW = utc("2026-11-24T12:00:00Z")
CATALOGUE = load_catalogue()
BARE = replace(CATALOGUE, entries=())
"""Places alone: these tests choose the entry of a claim."""
NORWAY = next(place for place in CATALOGUE.places if place.name == "Norway")


def choose_place(entry: CatalogueEntry) -> Place | None:
    """Return a place that the entry is published for, Norway where it may be any."""
    if not entry.places:
        return None
    if entry.places[0] == "any":
        return NORWAY
    return next(place for place in CATALOGUE.places if place.name == entry.places[0])


def word_claim(entry: CatalogueEntry, place: Place | None, verb: str) -> str:
    """Word a claim that fits an entry, with actor, counterpart and object filled in."""
    if entry.kind == "series":
        where = f" in {place.name}" if place else ""
        return f"{entry.subjects[0].replace('*', '')}{where} will {verb} by the end of 2027."
    roles = {"actor": "Kenya", "other": "Uganda", "object": entry.object or "the accord"}
    actor = entry.actor or ("The tunnel at Lyon" if entry.is_thing else "Kenya")
    act = entry.act
    for name, value in (*roles.items(), *roles.items()):
        actor, act = (text.replace(f"{{{name}}}", value) for text in (actor, act))
    if place is not None:
        actor, act = (place.fill(text) or text for text in (actor, act))
    return f"{actor[:1].upper()}{actor[1:]} will {act} by the end of 2027."


def word_sentence(text: str) -> Sentence:
    return Sentence(0, len(text), text, "explicit prediction", "", 1.0, 0.9, True, "")


def draft_entry(entry: CatalogueEntry, direction: str) -> Iterator[ClaimDraft]:
    """Yield the drafts of every kind for a claim of an entry."""
    place = choose_place(entry)
    sentence = word_sentence(word_claim(entry, place, direction))
    verb = entry.verbs[0] if entry.verbs else ""
    match = CatalogueMatch(entry, 1.0, entry.subjects[0], 0, place, verb=verb)
    first = replace(propose_drafts(ClaimSource(sentence, NOW.date()), BARE)[-1], match=match)
    for kind in get_args(Kind):
        yield redraft(first, kind=kind, last=date(2027, 12, 31))


@pytest.mark.slow
def test_most_entries_fill_a_draft_that_is_not_blocked() -> None:
    filled = set()
    for entry, direction in zip(CATALOGUE.entries, cycle(("rise", "fall")), strict=False):
        for draft in draft_entry(entry, direction):
            if draft.plan.gaps:
                continue
            filled.add(entry.id)
            question = build_new_question(draft, name="draft", now=NOW)
            flaws = find_flaws(question, LintContext(NOW))
            assert [f for f in flaws if f.severity == "blocking"] == [], draft.plan.text
    assert len(filled) > 0.9 * len(CATALOGUE.entries)


def word_own_measure(entry: CatalogueEntry) -> str:
    """Word a claim by the measure of a series itself, for one of its places."""
    place = choose_place(entry)
    measure = (place.fill(entry.measure) if place else None) or entry.measure
    where = f" in {place.name}" if place and place not in find_places(measure, CATALOGUE) else ""
    return f"{measure[:1].upper()}{measure[1:]}{where} will rise by the end of 2027."


def is_named_by_measure(entry: CatalogueEntry) -> bool:
    """Return False for a measure that stands for an office, or tells what somebody says."""
    slots = entry.measure.replace("{place}", "")
    return entry.kind == "series" and "{" not in slots and " say that " not in slots


@pytest.mark.slow
@check_rows([entry for entry in CATALOGUE.entries if is_named_by_measure(entry)])
def test_a_series_is_drafted_from_its_own_measure(entry: CatalogueEntry) -> None:
    text = word_own_measure(entry)
    drafts = propose_drafts(ClaimSource(word_sentence(text), NOW.date()))
    assert [made.match and made.match.entry.id for made in drafts][:1] == [entry.id]
