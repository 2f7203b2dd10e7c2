"""Words split into pieces as BERT's own tokenizer splits them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.matching import static_encoder, table
from tracker.matching.static_encoder import WordPiece

SMALL = (
    "[UNK]", "[CLS]", "[SEP]", "sanction", "##s", "##ed", "san", "##ction", ",", "'", "t", "isn",
    "平", "cafe",
)  # fmt: skip


@pytest.fixture(scope="module")
def english() -> tuple[WordPiece, tuple[str, ...]]:
    """The whole vocabulary, as it ships."""
    shipped = table.read_table()
    assert shipped is not None
    return WordPiece(shipped.vocabulary), shipped.vocabulary


@check_rows(
    [
        (
            "Zelenskyy isn't in Überlingen: 50.5% of €3bn",
            "ze ##len ##sky ##y isn ' t in uber ##ling ##en : 50 . 5 % of € ##3 ##bn",
        ),
        ("Xi–Putin «без границ»", "xi – putin « б ##е ##з г ##р ##ан ##и ##ц »"),
        ("习近平 meets Putin", "[UNK] [UNK] 平 meets putin"),
        ("naïve cafe\u0301\u200b\u00a0x\u0007y", "naive cafe x ##y"),
        ("İstanbul’da ﬁve ½ 🇷🇺", "istanbul ’ da ﬁ ##ve ½ [UNK]"),
        ("tab\tnew\nline\u2028sep\u3000wide", "tab new line sep wide"),
        ("x\ufffdy \u00ad soft-hyphen", "x ##y soft - h ##yp ##hen"),
        ("$100+tax=^_^~|<b>", "$ 100 + tax = ^ _ ^ ~ | < b >"),
        ("हिन्दी العَرَبِيَّة", "ह ##ि ##न ##द ##ी ا ##ل ##ع ##ر ##ب ##ي ##ة"),
        ("", ""),
    ],
    "text",
    "pieces",
)
def test_pieces_are_those_of_the_reference_tokenizer(
    english: tuple[WordPiece, tuple[str, ...]], text: str, pieces: str
) -> None:
    """What is expected here was written by the library `tokenizers` 0.23 for the model's own
    tokenizer.json.
    """
    splitter, vocabulary = english
    assert [vocabulary[i] for i in splitter.encode(text, limit=64)] == [
        "[CLS]",
        *pieces.split(),
        "[SEP]",
    ]


def test_the_longest_piece_wins() -> None:
    splitter = WordPiece(SMALL)
    assert splitter.pieces("SANCTIONED") == (3, 5)
    assert splitter.pieces("sanctions,") == (3, 4, 8)
    assert WordPiece(SMALL).pieces("sanctioning") == (0,)
    assert WordPiece(SMALL).pieces("café's") == (13, 9, 0)
    splitter = WordPiece((*SMALL, "##t"))
    assert splitter.pieces("t" * static_encoder.MAX_WORD_LENGTH) == (10,) + (14,) * 99
    assert splitter.pieces("t" * (static_encoder.MAX_WORD_LENGTH + 1)) == (0,)
    numbers = WordPiece(SMALL).encode("sanctions, " * 50, limit=9)
    assert numbers == [1, 3, 4, 8, 3, 4, 8, 3, 2]
    with pytest.raises(KeyError):
        WordPiece(("war", "peace"))


def test_a_full_memory_starts_anew_and_gives_the_same_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(static_encoder, "MAX_CACHED_WORDS", 2)
    splitter = WordPiece(SMALL)
    words = ("sanctions", "cafe", "isn't", "sanctions", "CAFE")
    assert [splitter.pieces(word) for word in words] == [(3, 4), (13,), (11, 9, 10), (3, 4), (13,)]


@given(st.lists(st.sampled_from(["sanctions", "Cafés", "isn't", "平平", "x", ","])))
def test_a_text_is_the_pieces_of_its_words(words: list[str]) -> None:
    splitter = WordPiece(SMALL)
    pieces = [number for word in words for number in splitter.pieces(word)]
    assert splitter.encode("  ".join(words), limit=1_000) == [1, *pieces, 2]


@given(st.text())
def test_any_text_is_split_without_an_error(text: str) -> None:
    splitter = WordPiece(SMALL)
    assert all(0 <= number < splitter.size for number in splitter.pieces(text))
