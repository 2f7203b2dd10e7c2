"""Words become tokens that mean the same whoever met them first, in three languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.matching import tokens as tokens_module
from tracker.matching.gazetteer import WORD_PATTERN, Aliases, parse_aliases
from tracker.matching.tokens import (
    ASCII_WORD_PATTERN,
    MAX_TEXT_LENGTH,
    NO_TOKEN,
    STOP_WORDS,
    Vocabulary,
    make_token_name,
    stem_word,
)

SMALL = parse_aliases(
    """
    [[concept]]
    name = "china"
    en = ["Beijing"]
    ru = ["китайск*"]
    zh = ["中国"]

    [[concept]]
    name = "united-states"
    en = ["White House"]
    exact = ["US"]
    """
)

sentences = st.lists(
    st.sampled_from(
        [
            "Beijing", "китайский", "中国外交部", "the", "sanctions", "US", "us", "White House", "é",
            "x", "9",
        ]
    ),
    max_size=8,
).map(" ".join)  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Vocabulary:
    return Vocabulary()


def named(tokens: Vocabulary, text: str) -> list[str]:
    """The names of a text's tokens that say something."""
    return [tokens.names[t] for t in tokens.of(text) if t != NO_TOKEN]


@check_rows(
    ["Beijing", "CHINESE", "China's", "китайского", "Пекине", "中国", "中方", "PRC"], "text"
)
def test_english_russian_and_chinese_names_meet(shipped: Vocabulary, text: str) -> None:
    assert "@china" in named(shipped, text)


def test_names_are_found_in_any_form(shipped: Vocabulary) -> None:
    assert named(shipped, "US") == ["@united-states"]
    assert named(shipped, "us") == []
    assert named(shipped, "the U.S. position")[-1] == "@united-states"
    assert "@india" not in named(shipped, "印度尼西亚总统访问")
    assert "@indonesia" in named(shipped, "印度尼西亚总统访问")
    assert "@russia" not in named(shipped, "白俄罗斯")
    assert {"@russia", "@belarus"} <= {*named(shipped, "俄罗斯和白俄罗斯")}
    known = parse_aliases('[[concept]]\nname = "rate"\nen = ["interest rate*"]')
    assert "@rate" in named(Vocabulary(known), "Interest  rates rise")
    assert "@rate" not in named(Vocabulary(known), "Interests rated")
    assert [shipped.is_entity(t) for t in shipped.of("Beijing")] == [True]
    assert [shipped.is_entity(t) for t in shipped.of("harbour")] == [False]
    assert not shipped.is_entity(NO_TOKEN)


def test_words_become_tokens_without_their_endings(shipped: Vocabulary) -> None:
    assert shipped.of("the of a I 9, - !") == [NO_TOKEN] * 5
    assert shipped.of("") == []
    assert (
        shipped.of("sanctioning")
        == shipped.of("Sanctions")
        == shipped.of("sanction's")
        == shipped.of("sanction’s")
    )
    assert stem_word("санкции") == stem_word("санкций")
    text = "BEIJING’s envoy visits the White  House — 印度尼西亚, İstanbul"
    wanted = shipped.of("China United States Indonesia Istanbul")
    assert shipped.find_surfaces(text, wanted) == ("BEIJING’s", "White House", "印度尼西亚")
    assert shipped.find_surfaces(text, [NO_TOKEN]) == ()


@check_rows(sorted(STOP_WORDS)[:20])
def test_a_stopped_word_has_no_name_in_any_case(word: str) -> None:
    assert make_token_name(word, Aliases()) == make_token_name(word.capitalize(), Aliases()) == ""


@given(st.lists(sentences, max_size=6), st.randoms())
def test_a_text_means_the_same_whatever_was_read_before(texts: list[str], chance: object) -> None:
    one, other = Vocabulary(SMALL), Vocabulary(SMALL)
    shuffled = sorted(texts, key=lambda _: chance.random())  # type: ignore[attr-defined]
    for text in shuffled:
        other.of(text)
    assert [named(one, text) for text in texts] == [named(other, text) for text in texts]


@given(sentences)
def test_tokens_are_stable_and_have_one_name(text: str) -> None:
    tokens = Vocabulary(SMALL)
    assert tokens.of(text) == tokens.of(text)
    assert len(tokens.names) == len(set(tokens.names)) == len(tokens)


@given(st.text(max_size=300))
def test_any_text_has_tokens_and_words_that_stand_in_it(text: str) -> None:
    tokens = Vocabulary(Aliases())
    found = tokens.of(text)
    assert all(0 <= token < len(tokens) for token in found)
    assert all(surface in text for surface in tokens.find_surfaces(text, found))


@check_rows(
    ["Beijing \ud800 talks", "Beijing\0talks", "🇨🇳 Beijing 🎉 talks", "\u202eBeijing talks"], "text"
)
def test_broken_and_odd_characters_leave_the_words(shipped: Vocabulary, text: str) -> None:
    assert named(shipped, text) == ["@china", *named(shipped, "talks")]


def test_only_the_beginning_of_a_long_text_is_read(
    shipped: Vocabulary,
) -> None:
    text = "padding " * (MAX_TEXT_LENGTH // 8) + "Beijing"
    assert "@china" not in named(shipped, text)
    assert "@china" in [shipped.names[t] for t in shipped.of(text, len(text))]
    assert len(shipped.of("word " * 20_000)) == MAX_TEXT_LENGTH // 5


def test_words_are_learned_again_when_the_memory_was_emptied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens_module, "MAX_CACHED_WORDS", 3)
    tokens = Vocabulary(Aliases())
    first = tokens.of("one harbour opens today while another closes")
    assert tokens.of("one harbour opens today while another closes") == first
    assert tokens.find_surfaces("harbour opens", first) == ("harbour", "opens")


def test_a_vocabulary_says_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Vocabulary(Aliases())
    assert not tokens.full
    monkeypatch.setattr(tokens_module, "MAX_TOKENS", 3)
    tokens.of("harbour opens again")
    assert tokens.full


@check_rows(
    ["China’s envoy meets Putin — again", "China's envoy", "Élysée: Macron calls", "é", ""], "text"
)
def test_english_with_odd_punctuation_stays_as_it_is(shipped: Vocabulary, text: str) -> None:
    assert shipped.in_english(text) == text


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_words_in_plain_ascii_are_the_same_by_either_way(text: str) -> None:
    assert ASCII_WORD_PATTERN.findall(text) == WORD_PATTERN.findall(text)
