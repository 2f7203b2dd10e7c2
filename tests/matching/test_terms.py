"""Terms decide what an item bears on, and the words that matched are the reason."""

import pytest

from tests.builders import a_denial, an_indicator
from tracker.matching.terms import IN_SUMMARY, IN_TITLE, Words, match


def relevance(title: str, summary: str = "", **changed: object) -> float | None:
    """How relevant an item is to one indicator; None when it does not match."""
    found = match(Words(title, summary), [an_indicator(**changed)])
    return found[0].relevance if found else None


def test_an_item_matches_when_every_group_has_a_term_in_it() -> None:
    assert relevance("Arland invites Borland to talks") == IN_TITLE
    assert relevance("Arland invites Corland to talks") is None


def test_words_of_the_summary_count_less_than_those_of_the_headline() -> None:
    assert relevance("Arland sends a letter", "Borland's leader is invited to the capital") == IN_SUMMARY


def test_a_veto_term_anywhere_stops_the_match() -> None:
    assert relevance("Arland invites Borland to a summit", "of football officials") is None


@pytest.mark.parametrize(
    ("term", "text", "matches"),
    [
        ("invit*", "an INVITATION arrives", True),
        ("invite", "an invitation arrives", False),
        ("art", "party", False),
        ("Power of Siberia", "the power  of\nSiberia line", True),
        ("U.S.", "the U.S. position", True),
        ("U.S.", "UPS", False),
        ("中国", "昨天中国外交部说", True),
        ("Росси*", "Отношения с Россией крепнут", True),
        ("Росс", "Отношения с Россией крепнут", False),
    ],
)
def test_terms_are_whole_words_unless_starred_in_any_script(term: str, text: str, matches: bool) -> None:
    assert bool(match(Words(text, ""), [an_indicator(terms=((term,),))])) is matches


def test_the_reason_is_the_words_as_they_stand_in_the_item() -> None:
    found = match(Words("ARLAND's leader invited Borland's", ""), [an_indicator()])
    assert found[0].matched == ("ARLAND", "Borland", "invited")


def test_the_most_relevant_indicator_comes_first() -> None:
    words = Words("Arland cancels its invitation", "to Borland")
    found = match(words, [an_indicator(), a_denial()])
    assert [m.indicator.name for m in found] == ["A summit is called off", "One leader invites the other"]


def test_nothing_matches_nothing() -> None:
    assert match(Words("", ""), [an_indicator()]) == ()
    assert match(Words("Arland invites Borland to a summit", ""), []) == ()
