"""How certain a headline says a fact is, and which evidence counts."""

from dataclasses import replace

from forecasts.evidence.evidence import Evidence
from forecasts.evidence.rungs import Rung, read_rung
from forecasts.evidence.weights import DEFAULT_MODEL, visible_evidence
from tests.forecasts.strategies import (
    QUESTION,
    day,
    evidence,
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


@check_rows([
    ("logged", 0.69, False), ("logged", 0.7, True), ("confirmed", 0.2, True), ("edited", 0.2, True),
])  # fmt: skip
def test_unsure_evidence_counts_once_a_person_confirmed_it(
    status: str, relevance: float, counts: bool
) -> None:
    piece = replace(evidence(relevance=relevance), status=status)
    assert (visible_evidence([piece], QUESTION, day(20)) == [piece]) is counts
    every = replace(DEFAULT_MODEL, min_relevance=0.0)
    assert visible_evidence([piece], QUESTION, day(20), every) == [piece]
