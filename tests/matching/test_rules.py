"""Terms decide what an author demanded: all groups, whole words, no veto; the words are shown as
they stand.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_denial, an_indicator
from tests.tables import check_rows
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


def test_every_group_needs_a_term_in_headline_or_summary() -> None:
    assert fulfils_rule("Arland invites Borland to talks", INVITATION)
    assert not fulfils_rule("Arland invites Corland to talks", INVITATION)
    rules = TermRules([INVITATION])
    spotted = rules.spot(
        ["Arland sends a letter", "Arland"], ["Borland's leader is invited to the capital", ""]
    )
    assert rules.find_fulfilled(spotted).items.tolist() == [0]
    assert shares("Arland sends a letter", "Borland's leader is invited", INVITATION) == [
        (float(np.float32(1 / 3)), 1.0)
    ]
    assert shares("Arland invites Borland", "", INVITATION) == [(1.0, 1.0)]
    assert shares("Arland invites Borland", "", Profile("nothing is demanded")) == [(0.0, 0.0)]


def test_a_veto_term_stops_its_own_profile() -> None:
    rules = TermRules([INVITATION, profile_from_indicator(a_denial())])
    spotted = rules.spot(
        ["Arland invites Borland to a summit, rules out delay"], ["of FOOTBALL officials"]
    )
    pairs = rules.find_fulfilled(spotted)
    assert pairs.profiles.tolist() == [0, 1]
    assert rules.find_vetoed(spotted, pairs).tolist() == [True, False]
    assert not fulfils_rule("Arland invites Borland to a football summit", INVITATION)
    calm, storm = (
        Profile("calm", terms=(("sea",),), unless=("storm*",)),
        Profile("storm", terms=(("storm*",),)),
    )
    rules = TermRules([calm, storm])
    spotted = rules.spot(["Storms at sea"], [""])
    pairs = rules.find_fulfilled(spotted)
    assert rules.find_vetoed(spotted, pairs).tolist() == [True, False]


@check_rows([(), ((),), (("arland",), ())])
def test_a_rule_without_terms_is_not_fulfilled(
    terms: tuple[tuple[str, ...], ...],
) -> None:
    assert not fulfils_rule("Arland", Profile("x", terms=terms))


def test_the_reason_is_the_words_as_they_stand() -> None:
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
    assert TermRules([INVITATION]).words("Arland sings", INVITATION) == ()
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
def test_many_profiles_together_are_as_one_by_one(words: list[str]) -> None:
    text, profiles = (
        " ".join(words),
        (INVITATION, profile_from_indicator(a_denial()), Profile("bare")),
    )
    rules = TermRules(profiles)
    spotted = rules.spot([text], [""])
    pairs = rules.find_fulfilled(spotted)
    kept = pairs.profiles[~rules.find_vetoed(spotted, pairs)].tolist()
    assert kept == [n for n, profile in enumerate(profiles) if fulfils_rule(text, profile)]
