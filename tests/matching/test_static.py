"""A text's vector is the sum of its words' rows; the table that ships knows what is alike."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from structlog.testing import capture_logs

from tests.tables import check_rows
from tests.training.packing import pack_table
from tracker.matching import static_encoder, table
from tracker.matching.static_encoder import StaticEncoder, count_words

VOCABULARY = ("[UNK]", ",", "war", "peace", "talk", "##s", "oil")
ROWS = np.array([[10, 0, 0], [-10, 0, 0], [0, 7, 0], [0, 0, 5], [0, 0, 127]], np.int8)
SCALES = np.array([0.125, 0.125, 0.5, 0.25, 0.5], np.float32)
PACKED = pack_table(VOCABULARY, np.array([2, 3, 4, 5, 6], np.uint16), ROWS, SCALES)

words = st.lists(
    st.sampled_from(["war", "peace", "talks", "Oil", ",", "unheard", "é"]), max_size=12
)


@pytest.fixture(scope="module")
def small() -> StaticEncoder:
    return StaticEncoder(table.unpack_table(PACKED))


@pytest.fixture(scope="module")
def shipped() -> StaticEncoder:
    encoder = static_encoder.load_static()
    assert encoder is not None
    return encoder


def cosine(encoder: StaticEncoder, a: str, b: str) -> float:
    first, second = encoder.encode([a, b])
    return float(first @ second)


def test_a_vector_is_the_sum_of_its_pieces(small: StaticEncoder) -> None:
    expected = np.array([1.25, 3.5, 1.25])  # war + talk + ##s
    assert small.encode(["War talks"])[0] == pytest.approx(expected / np.linalg.norm(expected))
    expected = np.array([2.5, 3.5, 1.25])
    assert small.encode(["war, war talks"])[0] == pytest.approx(expected / np.linalg.norm(expected))
    assert small.encode([]).shape == (0, 3)
    assert small.encode([]).dtype == np.float32


@check_rows(["", "  \n", "unheard words", ", , !", "习近平", "war peace"], "text")
def test_a_text_without_meaning_is_all_zeros(small: StaticEncoder, text: str) -> None:
    assert not small.encode([text]).any()  # the rows of war and peace cancel out


@given(st.lists(words, max_size=6))
def test_every_vector_has_length_one_or_is_zero(texts: list[list[str]]) -> None:
    vectors = StaticEncoder(table.unpack_table(PACKED)).encode([" ".join(text) for text in texts])
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))


@given(words)
def test_the_order_of_words_does_not_matter(text: list[str]) -> None:
    first, second = StaticEncoder(table.unpack_table(PACKED)).encode(
        [" ".join(text), " ".join(sorted(text))]
    )
    assert first == pytest.approx(second, abs=1e-5)


def test_a_text_has_the_same_vector_in_whatever_company(
    small: StaticEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["war talks", "oil", "", "peace, oil and talks", "talks talks"]
    whole = small.encode(texts)
    monkeypatch.setattr(static_encoder, "BATCH_SIZE", 2)
    assert small.encode(texts) == pytest.approx(whole)
    assert np.vstack([small.encode([text]) for text in texts]) == pytest.approx(whole)


def test_words_counted_by_another_give_the_same_vectors(small: StaticEncoder) -> None:
    texts = ["war talks", "oil, oil and peace talks"]
    counts, names = count_words(texts)
    more = [
        "peace-talks",
        *reversed(names),
        "never used",
    ]  # another order, and words that no text has
    columns = [more.index(name) for name in names]
    wide: NDArray[np.float32] = np.zeros((2, len(more)), np.float32)
    wide[:, columns] = counts.toarray()
    assert small.encode_words(csr_matrix(wide), more) == pytest.approx(small.encode(texts))


def test_a_missing_table_is_no_encoder_and_is_logged(tmp_path: Path) -> None:
    with capture_logs() as logs:
        assert table.read_table(tmp_path / "words.npz") is None
    assert [log["event"] for log in logs] == ["word table missing"]


def test_a_table_that_is_not_the_expected_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "words.npz"
    damaged.write_bytes(table.TABLE_FILE.read_bytes()[:-1] + b"x")
    monkeypatch.setattr(table, "read_table", lambda read=table.read_table: read(damaged))
    with capture_logs() as logs:
        assert static_encoder.load_static() is None
    assert [log["event"] for log in logs] == ["word table is another one"]


def test_the_shipped_table_is_small_and_named_by_hash(shipped: StaticEncoder) -> None:
    assert table.TABLE_FILE.stat().st_size <= 8_000_000
    assert (shipped.name, shipped.dim) == (f"static-{table.TABLE_SHA256[:8]}", 256)


@check_rows(
    [
        (
            "EU adopts new sanctions on Russian oil",
            "Brussels bans crude imports from Moscow",
            "Brussels opens a museum",
        ),
        (
            "Xi Jinping meets Vladimir Putin in Beijing",
            "Chinese and Russian presidents hold talks",
            "Chess final",
        ),
        (
            "Will there be a ceasefire in Ukraine?",
            "Kyiv and Moscow agree to a truce",
            "Inflation in Turkey slows",
        ),
        (
            "Central bank raises interest rates",
            "Monetary policy tightened to fight inflation",
            "Flood kills dozens",
        ),
        ("Earthquake strikes Japan", "Strong tremor shakes Tokyo", "Japan wins the football match"),
        (
            "Taiwan reports Chinese warplanes near the island",
            "PLA aircraft cross the strait",
            "Tea harvest in Kenya",
        ),
    ],
    "text",
    "like",
    "unlike",
)
def test_the_table_finds_a_paraphrase_nearer_than_another_topic(
    shipped: StaticEncoder, text: str, like: str, unlike: str
) -> None:
    assert cosine(shipped, text, like) > cosine(shipped, text, unlike)
