"""Items × profiles → matches with reasons: rules, words and meaning, the same whatever else is
matched.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_denial, an_indicator
from tests.matching.small_encoder import SmallEncoder
from tests.tables import check_rows
from tracker.matching import matcher as module
from tracker.matching import static_encoder
from tracker.matching.line_features import FEATURE_NAMES
from tracker.matching.matcher import (
    MAX_WORDS_SHOWN,
    ItemText,
    Match,
    Matcher,
    clean_item_text,
    matcher_version,
)
from tracker.matching.matching_profile import Profile, profile_from_indicator
from tracker.matching.relevance_model import Head, Heads, load_heads
from tracker.matching.semantic import Encoders, open_encoders
from tracker.matching.tokens import Vocabulary

INVITATION, DENIAL = profile_from_indicator(an_indicator()), profile_from_indicator(a_denial())
EXIT = Profile(
    "Kazakhstan leaves the customs union", (), ("Kazakhstan stays in the customs union",),
    (("Kazakhstan",),), "The government of Kazakhstan gives notice to the secretariat.",
)  # fmt: skip
FLOOD = Profile("A flood hits the harbour", ("river bursts its banks",))
PROFILES = (INVITATION, DENIAL, EXIT, FLOOD)
SHIPPED = static_encoder.load_static()
TOKENS = Vocabulary()
WORDS_ALONE = Encoders()
JUDGED = Encoders(SmallEncoder(), SmallEncoder("minilm-ofwords"))
KINDS = [WORDS_ALONE, Encoders(SmallEncoder()), Encoders(SHIPPED), JUDGED]

every_kind = pytest.mark.parametrize("encoders", KINDS, ids=["none", "small", "shipped", "judged"])


def match_one(
    encoders: Encoders, title: str, summary: str = "", *profiles: Profile
) -> tuple[Match, ...]:
    """Match one item."""
    (matches,) = Matcher(profiles or PROFILES, encoders, Vocabulary()).match(
        [ItemText(title, summary)]
    )
    return matches


@every_kind
def test_a_report_of_an_unknown_place_matches(encoders: Encoders) -> None:
    matches = match_one(encoders, "Arland invites Borland to talks")
    assert matches[0].profile == INVITATION
    assert matches[0].relevance >= load_heads(encoders.kind).threshold
    assert matches[0].matched == ("Arland", "Borland", "invites")


@every_kind
def test_a_veto_stops_it(encoders: Encoders) -> None:
    title = "Arland invites Borland to a summit"
    assert match_one(encoders, title, "", INVITATION) != ()
    assert match_one(encoders, "Arland invites Borland to a football summit", "", INVITATION) == ()
    assert match_one(encoders, title, "of football officials", INVITATION) == ()


@every_kind
def test_what_is_about_something_else_matches_nothing(encoders: Encoders) -> None:
    for title in ("Sensex gains as banks rally", "", "🎉", "The of and", "\ud800", "\0"):
        assert match_one(encoders, title) == (), title


def test_a_shared_year_matches_nothing() -> None:
    dated = Profile("Kazakhstan leaves the customs union by 31 December 2026")
    for encoders in (*KINDS, open_encoders("minilm")):
        assert match_one(encoders, "Fireworks on 31 December 2026", "", dated) == ()


def test_the_surest_match_comes_first() -> None:
    (matches,) = Matcher(PROFILES, WORDS_ALONE, TOKENS).match(
        [ItemText("Arland invites Borland to a summit", "")], 0.0
    )
    assert [m.relevance for m in matches] == sorted((m.relevance for m in matches), reverse=True)
    day, night = Profile("harbour by day"), Profile("harbour at night")
    for profiles in ((day, night), (night, day)):
        matcher = Matcher(profiles, WORDS_ALONE, TOKENS, make_heads())
        (matches,) = matcher.match([ItemText("harbour", "")])
        assert [m.profile for m in matches] == [night, day]


def make_heads(
    wide: float = 0.0,
    judge: float = 0.0,
    gate: float = 0.5,
    threshold: float = 0.5,
    reach: float = 0.0,
) -> Heads:
    """Heads that give every line the same log-odds."""
    indifferent = tuple(0.0 for _ in FEATURE_NAMES)
    return Heads(*(Head(b, indifferent) for b in (wide, judge, wide)), gate, threshold, 1, reach)


@every_kind
def test_a_price_needs_news_of_the_thing_itself(encoders: Encoders) -> None:
    gold = Profile("Gold rises above $9,000", subject=("gold", "bullion"))
    assert match_one(encoders, "Gold rises above $9,000 an ounce", "", gold) != ()
    assert match_one(encoders, "Silver rises above $9,000 an ounce", "", gold) == ()


@every_kind
def test_what_is_in_another_script_gets_no_side(encoders: Encoders) -> None:
    talks = Profile(
        "China visits Kazakhstan", ("China visits Kazakhstan",), ("China shuns Kazakhstan",),
        (("China",), ("Kazakhstan",)),
    )  # fmt: skip
    (matches,) = Matcher([talks], encoders, TOKENS).match(
        [ItemText("Китай посетил Казахстан", "")], 0.0
    )
    (plain,) = Matcher([talks], WORDS_ALONE, TOKENS).match(
        [ItemText("Китай посетил Казахстан", "")], 0.0
    )
    assert [(m.relevance, m.polarity.sign) for m in matches] == [(plain[0].relevance, 0)]
    assert "script" in matches[0].polarity.why


def test_without_an_encoder_everything_works_and_says_so() -> None:
    matcher = Matcher(PROFILES, WORDS_ALONE, Vocabulary())
    assert matcher.version.split("/")[1] == "lexical"
    (matches,) = matcher.match([ItemText("Arland invites Borland to talks", "")])
    assert (matches[0].cosine, matches[0].nearest) == (0.0, INVITATION.examples[0])
    assert matcher.encode([ItemText("Arland", ""), ItemText("", "")]).shape == (2, 0)


def test_a_match_comes_with_its_reason() -> None:
    matches = match_one(KINDS[1], "Arland invites Borland to a summit", "", INVITATION)
    assert matches[0].nearest == "Arland invites Borland to a summit"
    assert matches[0].cosine == pytest.approx(1.0, abs=1e-3)
    signs = [
        match_one(WORDS_ALONE, title, "", INVITATION)[0].polarity.sign
        for title in (
            "Arland invites Borland to a summit",
            "Arland refuses to invite Borland to a summit",
        )
    ]
    assert signs == [1, -1]
    (matches,) = Matcher([FLOOD], WORDS_ALONE, Vocabulary()).match(
        [ItemText("Harbour FLOODED by the Flood of the year", "")], 0.0
    )
    assert matches[0].matched == ("Harbour", "FLOODED", "Flood")
    text = "alpha bravo charlie delta foxtrot golf hotel india juliet kilo lima"
    (matches,) = Matcher([Profile(text)], WORDS_ALONE, Vocabulary()).match(
        [ItemText(text, "")], 0.0
    )
    assert len(matches[0].matched) == MAX_WORDS_SHOWN
    actual = clean_item_text("Arland invites Borland to a summit - Reuters", "").title
    assert actual == "Arland invites Borland to a summit"


def test_the_line_that_fits_best_is_the_reason() -> None:
    matches = match_one(JUDGED, "Kazakhstan stays in the customs union", "", EXIT)
    assert matches[0].nearest == "Kazakhstan stays in the customs union"
    assert matches[0].polarity.sign == -1


@given(
    st.lists(
        st.sampled_from(
            "Arland Borland invites flood harbour river Kazakhstan leaves union 中国".split()
        )
    )
)
def test_matched_words_are_words_of_the_item_as_they_stand(words: list[str]) -> None:
    title = " ".join(words)
    for matches in Matcher(PROFILES, WORDS_ALONE, TOKENS).match([ItemText(title, "")], 0.0):
        assert all(shown in title for match in matches for shown in match.matched)


WORDS = "Arland Borland invites summit cancels flood harbour river zebra Kazakhstan union".split()
texts = st.lists(st.sampled_from(WORDS), max_size=8).map(
    lambda words: ItemText(" ".join(words[:5]), " ".join(words[5:]))
)
items = st.lists(texts, max_size=7)


def match_batches(
    encoders: Encoders, batches: Sequence[Sequence[ItemText]]
) -> list[tuple[Match, ...]]:
    """Match batch by batch with one matcher, whose vocabulary may know other texts."""
    matcher = Matcher(PROFILES, encoders, TOKENS)
    return [matches for batch in batches for matches in matcher.match(batch, 0.01)]


@settings(max_examples=12)
@given(st.sampled_from(KINDS), items, st.integers(0, 7))
def test_batches_and_order_change_no_bit_of_a_match(
    encoders: Encoders, batch: list[ItemText], cut: int
) -> None:
    whole = match_batches(encoders, [batch])
    assert match_batches(encoders, [batch[:cut], batch[cut:]]) == whole
    assert match_batches(encoders, [[item] for item in reversed(batch)]) == whole[::-1]


def test_items_weighed_together_are_as_many_as_memory_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = [
        ItemText("Arland invites Borland to talks", ""),
        ItemText("nothing", ""),
        ItemText("Arland cancels", "Borland"),
    ]
    whole = match_batches(WORDS_ALONE, [batch])
    monkeypatch.setattr(module, "BATCH_SIZE", 2)
    assert match_batches(WORDS_ALONE, [batch]) == whole
    assert len(whole) == 3


@every_kind
def test_no_profiles_and_no_items_are_no_trouble(encoders: Encoders) -> None:
    assert list(Matcher((), encoders, Vocabulary()).match([ItemText("Arland", "")])) == [()]
    assert list(Matcher(PROFILES, encoders, Vocabulary()).match([])) == []


@check_rows([(0.5, True), (0.51, False)])
def test_the_working_point_decides_unless_another_is_asked_for(
    threshold: float, matches: bool
) -> None:
    matcher = Matcher([FLOOD], WORDS_ALONE, TOKENS, make_heads(threshold=threshold))
    assert list(map(bool, matcher.match([ItemText("harbour", "")]))) == [matches]
    assert list(map(bool, matcher.match([ItemText("harbour", "")], 0.5))) == [True]


def test_the_judge_reads_candidates_alone() -> None:
    """Each item once, beside the lines of the profiles that it is a candidate for."""
    judge = SmallEncoder("minilm-ofwords")
    matcher = Matcher(PROFILES, Encoders(SmallEncoder(), judge), Vocabulary())
    assert judge.asked == []
    flood, bank = "Flood hits harbour as river bursts its banks", "Sensex gains as banks rally"
    flooded, nothing = matcher.match([ItemText(flood, ""), ItemText(bank, "")])
    assert (flooded[0].profile, nothing) == (FLOOD, ())
    assert judge.asked[0] == flood
    assert sorted(set(judge.asked)) == sorted(["", flood, *FLOOD.lines])
    assert len(judge.asked) == len(set(judge.asked))
    assert len(matcher.score_items([ItemText(bank, "")]).rows) > 0  # proposed, if not judged


@check_rows([(0.2, True), (0.6, False)])
def test_a_summary_is_read_where_its_headline_is_within_reach(reach: float, is_read: bool) -> None:
    judge = SmallEncoder("minilm-ofwords")
    encoders, heads = Encoders(SmallEncoder(), judge), make_heads(reach=reach)
    matcher = Matcher([FLOOD], encoders, TOKENS, heads)
    scored = matcher.score_items([ItemText("harbour flood", "river banks")])
    assert ("harbour flood. river banks" in judge.asked) is is_read
    assert judge.asked.count("harbour flood") == 1
    columns = [FEATURE_NAMES.index(f"{name} near the line") for name in ("judged", "headline")]
    text, headline = scored.features[:, columns].T
    assert headline.any()
    assert np.array_equal(text, headline) is not is_read


def test_a_line_that_the_judge_did_not_read_stays_below_those_it_found_good() -> None:
    items_, low = [ItemText("harbour flood", "")], np.log(0.4 / 0.6)
    closed = Matcher([FLOOD], JUDGED, TOKENS, make_heads(wide=low, judge=9.0, gate=0.5))
    assert closed.score_items(items_).relevance.tolist() == pytest.approx([0.2, 0.2])
    opened = Matcher([FLOOD], JUDGED, TOKENS, make_heads(wide=low, judge=9.0, gate=0.3))
    assert min(opened.score_items(items_).relevance.tolist()) > 0.99


def test_shipped_lines_below_the_gate_never_become_evidence() -> None:
    heads = load_heads("minilm")
    assert heads.gate * module.NOT_JUDGED_FACTOR < heads.gate < heads.reach < heads.threshold


def test_the_version_changes_with_the_weights_and_the_encoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small, known = Encoders(SmallEncoder()), load_heads("static")
    other = replace(known, wide=replace(known.wide, bias=known.wide.bias + 0.001))
    first = matcher_version(small)
    assert first == matcher_version(small, known) == Matcher(PROFILES, small, Vocabulary()).version
    versions = [
        first,
        Matcher(PROFILES, small, Vocabulary(), other).version,
        matcher_version(Encoders(SmallEncoder("static-another"))),
        matcher_version(WORDS_ALONE),
        matcher_version(JUDGED),
    ]
    monkeypatch.setattr(module, "_hash_word_files", lambda: b"another gazetteer")
    versions.append(matcher_version(small))
    assert len(set(versions)) == len(versions)


@check_rows(["中" * 100_000, "a" * 100_000, "Arland invites Borland " * 4_000, "a\0b" * 30_000])
def test_hostile_texts_are_matched_like_others(text: str) -> None:
    for encoders in (Encoders(SHIPPED), open_encoders("minilm")):
        (matches,) = Matcher(PROFILES, encoders, Vocabulary()).match(
            [clean_item_text(text, text)], 0.0
        )
        assert all(0.0 <= match.relevance <= 1.0 for match in matches)
