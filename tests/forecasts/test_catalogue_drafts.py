"""Drafts of the catalogue: what it fills completely, a stranger can answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from forecasts.essays.catalogue.entries import CatalogueEntry, Place, load_catalogue
from forecasts.essays.catalogue.lookup import CatalogueMatch
from forecasts.essays.draft import ClaimDraft, ClaimSource, propose_drafts, redraft
from forecasts.essays.draft_question import build_new_question
from forecasts.essays.extract import Sentence
from forecasts.linting.lint import LintContext, find_flaws
from forecasts.questions.question import Kind, utc
from tests.tables import check_rows

NOW = utc("2026-11-24T12:00:00Z")
CATALOGUE = load_catalogue()
NORWAY = next(place for place in CATALOGUE.places if place.name == "Norway")


def choose_place(entry: CatalogueEntry) -> Place | None:
    """Return a place that the entry is published for, Norway where it may be any."""
    if not entry.places:
        return None
    if entry.places[0] == "any":
        return NORWAY
    return next(place for place in CATALOGUE.places if place.name == entry.places[0])


def list_claims(entry: CatalogueEntry, place: Place | None) -> Iterator[str]:
    """Yield claims that fit an entry, with actor, counterpart and object filled in."""
    where = f" in {place.name}" if place else ""
    if entry.kind == "series":
        yield f"{entry.subjects[0].replace('*', '')}{where} will rise by the end of 2027."
        yield f"{entry.subjects[0].replace('*', '')}{where} will fall by the end of 2027."
        return
    roles = {"actor": "Kenya", "other": "Uganda", "object": entry.object or "the accord"}
    actor = entry.actor or ("The tunnel at Lyon" if entry.is_thing else "Kenya")
    act = entry.act
    for name, value in (*roles.items(), *roles.items()):
        actor, act = (text.replace(f"{{{name}}}", value) for text in (actor, act))
    if place is not None:
        actor, act = (place.fill(text) or text for text in (actor, act))
    yield f"{actor[:1].upper()}{actor[1:]} will {act} by the end of 2027."


def draft_entry(entry: CatalogueEntry) -> Iterator[ClaimDraft]:
    """Yield the drafts of every kind for the claims of an entry."""
    place = choose_place(entry)
    for text in list_claims(entry, place):
        sentence = Sentence(0, len(text), text, "explicit prediction", "", 1.0, 0.9, True, "")
        source = ClaimSource(sentence, NOW.date())
        verb = entry.verbs[0] if entry.verbs else ""
        match = CatalogueMatch(entry, 1.0, entry.subjects[0], 0, place, verb=verb)
        first = replace(propose_drafts(source, CATALOGUE)[-1], match=match)
        for kind in get_args(Kind):
            yield redraft(first, kind=kind, last=date(2027, 12, 31))


@pytest.mark.slow
@check_rows(CATALOGUE.entries)
def test_drafts_without_gaps_are_not_blocked(entry: CatalogueEntry) -> None:
    for draft in draft_entry(entry):
        if draft.plan.gaps:
            continue
        question = build_new_question(draft, name="draft", now=NOW)
        flaws = find_flaws(question, LintContext(NOW))
        blocking = [flaw for flaw in flaws if flaw.severity == "blocking"]
        assert blocking == [], draft.plan.text


@pytest.mark.slow
def test_most_entries_fill_a_draft() -> None:
    filled = [
        entry.id
        for entry in CATALOGUE.entries
        if any(not draft.plan.gaps for draft in draft_entry(entry))
    ]
    assert len(filled) > 0.9 * len(CATALOGUE.entries)
