"""Items × profiles → matches with reasons: rules, words and meaning, the same whatever else is
matched.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_denial, an_indicator
from tests.matching.small_encoder import SmallEncoder
from tests.tables import check_rows
from tracker.matching import matcher as module
from tracker.matching import static_encoder
from tracker.matching.matcher import (
    MAX_WORDS_SHOWN,
    ItemText,
    Match,
    Matcher,
    clean_item_text,
    matcher_version,
)
from tracker.matching.matching_profile import Profile, profile_from_indicator
from tracker.matching.relevance_model import FEATURE_NAMES, Head, Heads, load_heads
from tracker.matching.semantic import Encoder
from tracker.matching.tokens import Vocabulary

INVITATION, DENIAL = profile_from_indicator(an_indicator()), profile_from_indicator(a_denial())
BARE = Profile("Will Kazakhstan leave the customs union?")
PROFILES = (
    INVITATION, DENIAL, BARE, Profile("A flood hits the harbour", ("river bursts its banks",)),
)  # fmt: skip
SHIPPED = static_encoder.load_static()
TOKENS = Vocabulary()

encoders = pytest.mark.parametrize(
    "encoder", [None, SmallEncoder(), SHIPPED], ids=["none", "small", "shipped"]
)


def matches(
    encoder: Encoder | None, title: str, summary: str = "", *profiles: Profile
) -> tuple[Match, ...]:
    """What one item bears on."""
    (found,) = Matcher(profiles or PROFILES, encoder, Vocabulary()).match(
        [ItemText(title, summary)]
    )
    return found


@encoders
def test_a_rule_fulfilled_in_the_headline_matches_unknown_names(
    encoder: Encoder | None,
) -> None:
    found = matches(encoder, "Arland invites Borland to talks")
    assert found[0].profile == INVITATION
    assert found[0].relevance >= load_heads("lexical" if encoder is None else "static").threshold
    assert found[0].matched == ("Arland", "Borland", "invites")


@encoders
def test_a_veto_stops_it(encoder: Encoder | None) -> None:
    assert matches(encoder, "Arland invites Borland to a football summit", "", INVITATION) == ()
    assert (
        matches(encoder, "Arland invites Borland to a summit", "of football officials", INVITATION)
        == ()
    )


@encoders
@pytest.mark.parametrize(
    "title", ["Sensex gains 200 points as banks rally", "", "🎉", "The of and", "\ud800", "\0"]
)
def test_what_is_about_something_else_matches_nothing(encoder: Encoder | None, title: str) -> None:
    assert matches(encoder, title) == ()


def test_the_surest_match_comes_first() -> None:
    (found,) = Matcher(PROFILES, None, TOKENS).match(
        [ItemText("Arland invites Borland to a summit", "")], 0.0
    )
    assert [m.relevance for m in found] == sorted((m.relevance for m in found), reverse=True)
    one, other = Profile("harbour by day"), Profile("harbour at night")
    indifferent = Head(0.0, tuple(0.0 for _ in FEATURE_NAMES), 0.5, 1)
    for profiles in ((one, other), (other, one)):
        matcher = Matcher(profiles, None, TOKENS, Heads(indifferent, indifferent))
        (found,) = matcher.match([ItemText("harbour", "")])
        assert [m.profile for m in found] == [other, one]


def test_without_an_encoder_everything_works_and_says_so() -> None:
    matcher = Matcher(PROFILES, None, Vocabulary())
    assert matcher.version.split("/")[1] == "lexical"
    (found,) = matcher.match([ItemText("Arland invites Borland to talks", "")])
    assert (found[0].cosine, found[0].nearest) == (0.0, INVITATION.text)
    assert matcher.encode([ItemText("Arland", ""), ItemText("", "")]).shape == (2, 0)


def test_a_match_comes_with_its_reason() -> None:
    found = matches(SmallEncoder(), "Arland invites Borland to a summit", "", INVITATION)
    assert found[0].nearest == "Arland invites Borland to a summit"
    assert found[0].cosine == pytest.approx(1.0, abs=1e-3)
    for_it = matches(None, "Arland invites Borland to a summit", "", INVITATION)[0].polarity
    denied = matches(None, "Arland refuses to invite Borland to a summit", "", INVITATION)[
        0
    ].polarity
    assert (for_it.sign, denied.sign) == (1, -1)
    flood = Profile("A flood hits the harbour", ("river bursts its banks",))
    (found,) = Matcher([flood], None, Vocabulary()).match(
        [ItemText("Harbour FLOODED by the Flood of the year", "")], 0.0
    )
    assert found[0].matched == ("Harbour", "FLOODED", "Flood")
    text = "alpha bravo charlie delta foxtrot golf hotel india juliet kilo lima"
    (found,) = Matcher([Profile(text)], None, Vocabulary()).match([ItemText(text, "")], 0.0)
    assert len(found[0].matched) == MAX_WORDS_SHOWN
    actual = clean_item_text("Arland invites Borland to a summit - Reuters", "").title
    assert actual == "Arland invites Borland to a summit"


@given(
    st.lists(
        st.sampled_from(
            "Arland Borland invites flood harbour river Kazakhstan leaves union 中国".split()
        )
    )
)
def test_matched_words_are_words_of_the_item_as_they_stand(words: list[str]) -> None:
    title = " ".join(words)
    for found in Matcher(PROFILES, None, TOKENS).match([ItemText(title, "")], 0.0):
        assert all(shown in title for match in found for shown in match.matched)


items = st.lists(
    st.lists(
        st.sampled_from(
            "Arland Borland invites summit cancels flood harbour river zebra Kazakhstan union".split()
        ),
        max_size=8,
    ).map(lambda words: ItemText(" ".join(words[:5]), " ".join(words[5:]))),
    max_size=7,
)


def found_by(
    encoder: Encoder | None, batches: Sequence[Sequence[ItemText]]
) -> list[tuple[Match, ...]]:
    """What one matcher finds batch by batch; it may have read other texts before."""
    matcher = Matcher(PROFILES, encoder, TOKENS)
    return [found for batch in batches for found in matcher.match(batch, 0.01)]


@pytest.mark.parametrize(
    "encoder", [None, SmallEncoder(), SHIPPED], ids=["none", "small", "shipped"]
)
@settings(max_examples=25, deadline=None)
@given(items, st.data())
def test_batches_and_order_change_no_bit_of_a_match(
    encoder: Encoder | None, said: list[ItemText], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(said)))
    whole = found_by(encoder, [said])
    assert found_by(encoder, [said[:cut], said[cut:]]) == whole
    assert found_by(encoder, [[one] for one in reversed(said)]) == whole[::-1]


def test_items_weighed_together_are_as_many_as_memory_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = [
        ItemText("Arland invites Borland to talks", ""),
        ItemText("nothing", ""),
        ItemText("Arland cancels", "Borland"),
    ]
    whole = found_by(None, [said])
    monkeypatch.setattr(module, "BATCH_SIZE", 2)
    assert found_by(None, [said]) == whole
    assert len(whole) == 3


def test_no_profiles_and_no_items_are_no_trouble() -> None:
    assert list(Matcher((), None, Vocabulary()).match([ItemText("Arland", "")])) == [()]
    assert list(Matcher((), SmallEncoder(), Vocabulary()).match([ItemText("Arland", "")])) == [()]
    assert list(Matcher(PROFILES, SmallEncoder(), Vocabulary()).match([])) == []


def test_each_head_has_its_own_working_point() -> None:
    weights = tuple(0.0 for _ in FEATURE_NAMES)
    strict = Heads(
        Head(0.0, weights, 0.4, 1), Head(0.0, weights, 0.6, 1)
    )  # every candidate has the chance 0.5
    phrased, bare = Profile("harbour", ("harbour",)), Profile("harbour")
    (found,) = Matcher((phrased, bare), None, Vocabulary(), strict).match([ItemText("harbour", "")])
    assert [match.profile for match in found] == [phrased]
    (found,) = Matcher((phrased, bare), None, Vocabulary(), strict).match(
        [ItemText("harbour", "")], 0.5
    )
    assert {match.profile for match in found} == {phrased, bare}


def test_the_version_changes_with_the_weights_and_the_encoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = load_heads("static")
    other = replace(known, phrased=replace(known.phrased, bias=known.phrased.bias + 0.001))
    first = matcher_version(SmallEncoder())
    assert (
        first
        == matcher_version(SmallEncoder(), known)
        == Matcher(PROFILES, SmallEncoder(), Vocabulary()).version
    )
    assert Matcher(PROFILES, SmallEncoder(), Vocabulary(), other).version != first
    assert matcher_version(SmallEncoder("static-another")) != first
    assert matcher_version(None) != first
    monkeypatch.setattr(module, "_hash_word_files", lambda: b"another gazetteer")
    assert matcher_version(SmallEncoder()) != first


@check_rows(["中" * 100_000, "a" * 100_000, "Arland invites Borland " * 4_000, "a\0b" * 30_000])
def test_hostile_texts_are_matched_like_others(text: str) -> None:
    (found,) = Matcher(PROFILES, SHIPPED, Vocabulary()).match([clean_item_text(text, text)], 0.0)
    assert all(0.0 <= match.relevance <= 1.0 for match in found)
