"""The transformer in integers says nearly what it says in full, the same in any company."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from tracker.matching import minilm, table
from tracker.matching.minilm import PACKAGES, MiniLMEncoder, load_minilm
from tracker.matching.minilm_graph import build_overflow_probe

TEXTS = (
    "EU adopts new sanctions on Russian oil",
    "Brussels bans crude imports from Moscow",
    "Will there be a ceasefire in Ukraine before 2026?",
    "Tea harvest in Taiwan",
)

EXPECTED = (0.527, 0.2541, 0.0394, 0.0926, 0.0906, -0.0429)
"""Of each pair, in the order of the rows."""


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    loaded = load_minilm()
    assert loaded is not None
    return loaded


ALIKE = [
    f"{who} {verb} talks with {whom} in {place}"
    for who in ("France", "Egypt", "Japan")
    for verb in ("holds", "ends")
    for whom in ("Chile", "Spain")
    for place in ("Geneva", "Vienna")
]
"""Texts of one length, more than are read together."""


def test_cosines_are_those_of_the_model_in_full_precision(encoder: MiniLMEncoder) -> None:
    """Expected cosines: a forward pass in float32 over the published weights (model.safetensors,
    53aa5117…).
    """
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert (vectors @ vectors.T)[np.triu_indices(4, 1)] == pytest.approx(EXPECTED, abs=0.03)


def test_a_text_has_the_same_vector_in_whatever_company(encoder: MiniLMEncoder) -> None:
    texts = [*TEXTS, "A much longer text, " * 40, *reversed(TEXTS), *ALIKE]
    together = encoder.encode(texts)
    assert np.array_equal(together, np.vstack([encoder.encode([text]) for text in texts]))


def test_other_processors_multiply_to_the_same_vectors(
    encoder: MiniLMEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that add two products in sixteen bits take another way, with the same integers."""
    probe = minilm._open_session(build_overflow_probe(), is_exact=False)
    assert (probe.run(None, {"large": np.full((2, 64), 255, np.uint8)})[0] == 2072640).all()
    monkeypatch.setattr(minilm, "_multiplies_exactly", lambda: False)
    other = load_minilm()
    assert other is not None
    assert np.array_equal(other.encode(TEXTS), encoder.encode(TEXTS))


def test_a_text_without_words_is_all_zeros(encoder: MiniLMEncoder) -> None:
    assert not encoder.encode(["", "  \n"]).any()
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_what_lies_beyond_the_longest_text_does_not_count(encoder: MiniLMEncoder) -> None:
    first, second = encoder.encode(["war " * 126, "war " * 126 + "peace"])
    assert np.array_equal(first, second)


def test_the_library_leaves_no_id_of_the_machine_behind(tmp_path: Path) -> None:
    """It would keep one in the home directory, to send it to its maker with each start."""
    program = "from tracker.matching import minilm; assert minilm.load_minilm()"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "_read_shipped_weights", lambda: b"not the model")
    with capture_logs() as logs:
        assert load_minilm() is None
    assert [log["event"] for log in logs] == ["weights of the transformer are others"]


@pytest.mark.parametrize("absent", PACKAGES)
def test_without_one_of_the_packages_there_is_no_transformer(
    monkeypatch: pytest.MonkeyPatch, absent: str
) -> None:
    monkeypatch.setattr(
        minilm, "find_spec", lambda name: None if name == absent else find_spec(name)
    )
    with capture_logs() as logs:
        assert load_minilm() is None
    assert logs[0]["missing"] == [absent]


def test_without_the_table_there_is_no_vocabulary_and_no_transformer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "read_table", lambda: None)
    assert load_minilm() is None
