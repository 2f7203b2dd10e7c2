"""How certain a headline says a fact is, and what that does to the novelty of a story."""

from dataclasses import replace

import pytest
from hypothesis import given

from forecasts.evidence.evidence import Direction, Evidence
from forecasts.evidence.rungs import Rung, read_rung
from forecasts.evidence.weights import MODELS, novelty_factors, visible_evidence
from tests.forecasts.strategies import (
    QUESTION,
    day,
    evidence,
    evidence_lists,
    law,
    moments,
)
from tests.tables import check_rows


@check_rows([
    ("Arland may sign gas deal with Borland", Rung.TALK),
    ("Arland considers leaving the union", Rung.TALK),
    ("Arland and Borland close in on pipeline deal", Rung.TALK),
    ("Will Arland leave the union?", Rung.TALK),
    ("Minister says deal could be signed by May", Rung.TALK),
    ("Arland in talks on pipeline", Rung.TALK),
    ("Arland agrees to sell pipeline", Rung.ANNOUNCED),
    ("Leaders of Arland and Borland to meet in June", Rung.ANNOUNCED),
    ("Arland announces tariffs on grain", Rung.ANNOUNCED),
    ("Arland will leave the union", Rung.ANNOUNCED),
    ("Arland signs gas deal with Borland", Rung.DONE),
    ("Parliament ratifies river treaty", Rung.DONE),
    ("Leaders of Arland and Borland meet in Cape Town", Rung.DONE),
    ("Arland holds talks with Borland", Rung.DONE),
    ("Deal signed after months of haggling", Rung.DONE),
    ("Maker of weight-loss drug opens plant near the coast in May", Rung.DONE),
    ("Arland pushes back plane show to May 2031", Rung.DONE),
    ("Arland and Borland near deal on gas", Rung.TALK),
    ("Troops of Arland gather close to Borland, study says", Rung.DONE),
    ("Tariffs on grain take effect", Rung.IN_FORCE),
    ("River treaty enters into force", Rung.IN_FORCE),
])  # fmt: skip
def test_rungs_of_headlines(headline: str, rung: Rung) -> None:
    assert read_rung(headline) is rung


def told(story: Evidence, rung: Rung) -> Evidence:
    """A story whose first report says so, and whose later one says otherwise."""
    (first,) = story.reports
    late = replace(first, first_seen_at=day(400), rung=Rung.IN_FORCE)
    return replace(story, reports=(late, replace(first, rung=rung)))


def novelties(*rungs: Rung, every: float = 2.0) -> list[float]:
    stories = [told(evidence(n, n * every), rung) for n, rung in enumerate(rungs)]
    return [novelty for _, novelty in novelty_factors(stories)]


def test_the_deed_counts_fully_after_four_rumours() -> None:
    rumour, plan, deed, force = Rung
    assert novelties(rumour, rumour, rumour, rumour, deed) == [1, 0.5, 0.25, 0.125, 1]
    # Each rung begins anew, and what is lower than what was known is old.
    assert novelties(rumour, plan, deed, force) == [1, 1, 1, 1]
    assert novelties(deed, rumour, deed) == [1, 0.5, 0.5]
    # After three months without it a fact is new again.
    assert novelties(deed, deed, every=91.0) == [1, 1]


def test_facts_differ_by_indicator_direction_and_option() -> None:
    first = evidence(1, 1.0, option="Moscow")
    others = [
        replace(first, id=2, option="Beijing"),
        replace(first, id=3, direction=Direction.NO),
        replace(first, id=4, indicator_id="other"),
        replace(first, id=5),
    ]
    factors = [novelty for _, novelty in novelty_factors([first, *others])]
    assert factors == [1, 1, 1, 1, 0.5]


@law
@given(evidence_lists(), moments)
def test_later_stories_never_change_the_novelty_of_earlier_ones(
    known: list[Evidence], at: float
) -> None:
    graded = [
        replace(e, reports=tuple(replace(r, rung=Rung(e.id % 4)) for r in e.reports)) for e in known
    ]
    seen = visible_evidence(graded, QUESTION, day(500))
    before = [pair for pair in novelty_factors(seen) if pair[0].first_seen_at <= day(at)]
    assert list(novelty_factors([e for e in seen if e.first_seen_at <= day(at)])) == before


def test_the_model_of_earlier_releases_knows_no_rungs() -> None:
    stories = [told(evidence(n, n), rung) for n, rung in enumerate(Rung)]
    factors = [novelty for _, novelty in novelty_factors(stories, MODELS[0])]
    assert factors == pytest.approx([1, 0.5, 0.25, 0.125])


@check_rows([
    ("logged", 0.69, False), ("logged", 0.7, True), ("confirmed", 0.2, True), ("edited", 0.2, True),
])  # fmt: skip
def test_unsure_evidence_counts_once_a_person_confirmed_it(
    status: str, relevance: float, counts: bool
) -> None:
    piece = replace(evidence(relevance=relevance), status=status)
    assert (visible_evidence([piece], QUESTION, day(20)) == [piece]) is counts
    assert visible_evidence([piece], QUESTION, day(20), MODELS[0]) == [piece]
