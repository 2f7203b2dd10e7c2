"""Terms decide what an author demanded: all groups, whole words, no veto; the words are shown as
they stand.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_denial, an_indicator
from tracker.matching.lexical_index import CandidatePairs
from tracker.matching.matching_profile import Profile, profile_from_indicator
from tracker.matching.term_rules import TermRules, fulfils_rule

INVITATION = profile_from_indicator(an_indicator())


def shares(title: str, summary: str, *profiles: Profile) -> list[tuple[float, float]]:
    """The share of each profile's groups in the headline, and anywhere."""
    rules = TermRules(profiles)
    spotted = rules.spot([title], [summary])
    pairs = CandidatePairs(np.zeros(len(profiles), dtype=np.int64), np.arange(len(profiles)))
    return list(zip(*(found.tolist() for found in rules.shares(spotted, pairs)), strict=True))


def test_a_rule_is_fulfilled_when_every_group_has_a_term_in_the_item() -> None:
    assert fulfils_rule("Arland invites Borland to talks", INVITATION)
    assert not fulfils_rule("Arland invites Corland to talks", INVITATION)


def test_headline_and_summary_fulfil_a_rule_together() -> None:
    rules = TermRules([INVITATION])
    spotted = rules.spot(
        ["Arland sends a letter", "Arland"], ["Borland's leader is invited to the capital", ""]
    )
    assert rules.find_fulfilled(spotted).items.tolist() == [0]


def test_words_of_the_summary_are_told_from_those_of_the_headline() -> None:
    assert shares("Arland sends a letter", "Borland's leader is invited", INVITATION) == [
        (float(np.float32(1 / 3)), 1.0)
    ]
    assert shares("Arland invites Borland", "", INVITATION) == [(1.0, 1.0)]
    assert shares("Arland invites Borland", "", Profile("nothing is demanded")) == [(0.0, 0.0)]


def test_a_veto_term_anywhere_stops_the_match() -> None:
    rules = TermRules([INVITATION, profile_from_indicator(a_denial())])
    spotted = rules.spot(
        ["Arland invites Borland to a summit, rules out delay"], ["of FOOTBALL officials"]
    )
    pairs = rules.find_fulfilled(spotted)
    assert pairs.profiles.tolist() == [0, 1]
    assert rules.find_vetoed(spotted, pairs).tolist() == [True, False]
    assert not fulfils_rule("Arland invites Borland to a football summit", INVITATION)


def test_a_term_demanded_by_one_may_be_the_veto_of_another() -> None:
    calm, storm = (
        Profile("calm", terms=(("sea",),), unless=("storm*",)),
        Profile("storm", terms=(("storm*",),)),
    )
    rules = TermRules([calm, storm])
    spotted = rules.spot(["Storms at sea"], [""])
    pairs = rules.find_fulfilled(spotted)
    assert rules.find_vetoed(spotted, pairs).tolist() == [True, False]


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
        ("*", "anything", False),
        ("", "anything", False),
    ],
)
def test_terms_are_whole_words_unless_starred_in_any_script(
    term: str, text: str, matches: bool
) -> None:
    assert fulfils_rule(text, Profile("x", terms=((term,),))) is matches


@pytest.mark.parametrize("terms", [(), ((),), (("arland",), ())])
def test_a_rule_that_demands_nothing_or_cannot_be_met_is_not_fulfilled(
    terms: tuple[tuple[str, ...], ...],
) -> None:
    assert not fulfils_rule("Arland", Profile("x", terms=terms))


def test_the_reason_is_the_words_as_they_stand_in_the_item() -> None:
    rules = TermRules([INVITATION])
    assert rules.words("ARLAND's leader  invited Borland's", INVITATION) == (
        "ARLAND",
        "Borland",
        "invited",
    )
    assert rules.words("  İn İstanbul: ARLAND invited\nBorland", INVITATION) == (
        "ARLAND",
        "Borland",
        "invited",
    )


def test_half_a_rule_is_no_reason() -> None:
    assert TermRules([INVITATION]).words("Arland sings", INVITATION) == ()


def test_nothing_matches_nothing() -> None:
    assert not fulfils_rule("", INVITATION)
    empty = TermRules([])
    assert len(empty.find_fulfilled(empty.spot(["Arland invites Borland"], [""]))) == 0
    some = TermRules([INVITATION])
    assert len(some.find_fulfilled(some.spot([], []))) == 0


@given(
    st.lists(
        st.sampled_from(["Arland", "Borland", "invites", "cancels", "football", "x"]), max_size=6
    )
)
def test_many_profiles_at_once_are_the_same_as_one_by_one(words: list[str]) -> None:
    text, profiles = (
        " ".join(words),
        (INVITATION, profile_from_indicator(a_denial()), Profile("bare")),
    )
    rules = TermRules(profiles)
    spotted = rules.spot([text], [""])
    pairs = rules.find_fulfilled(spotted)
    kept = pairs.profiles[~rules.find_vetoed(spotted, pairs)].tolist()
    assert kept == [n for n, profile in enumerate(profiles) if fulfils_rule(text, profile)]
