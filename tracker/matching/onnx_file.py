"""Files of the ONNX format, as far as the transformer needs it: read tensors, write a graph.

A file is a protocol buffer: a message is a row of fields, each with its number and kind, and a
field may be a message itself. The numbers are those of `onnx.proto`.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5

FLOAT, UINT8, INT8, INT32, INT64 = 1, 2, 3, 6, 7

TYPE_NAMES: Final = {FLOAT: "<f4", UINT8: "u1", INT8: "i1", INT32: "<i4", INT64: "<i8"}

IR_VERSION: Final = 10

DOMAINS: Final = {"": 18, "com.microsoft": 1}
"""Sets of operators, and their versions."""


def read_tensors(file: bytes) -> "dict[str, NDArray[Any]]":
    """Return the constants of a model's graph by name, as views of the file."""
    import numpy as np

    tensors = {}
    (graph,) = [value for number, value in _iterate_fields(memoryview(file)) if number == 7]
    for number, tensor in _iterate_fields(graph):
        if number != 5:
            continue
        fields = list(_iterate_fields(tensor))
        known = dict(fields)
        if known[2] in TYPE_NAMES:
            shape = [value for number, value in fields if number == 1]
            content = np.frombuffer(known.get(9, b""), TYPE_NAMES[known[2]])
            tensors[bytes(known[8]).decode()] = content.reshape(shape)
    return tensors


def _iterate_fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """Yield numbers and values of a message's fields."""
    place = 0
    while place < len(message):
        key, place = _read_varint(message, place)
        kind = key & 7
        if kind == VARINT:
            value, place = _read_varint(message, place)
            yield key >> 3, value
            continue
        length = {FIXED32: 4, FIXED64: 8}.get(kind)
        if length is None:
            length, place = _read_varint(message, place)
        yield key >> 3, message[place : place + length]
        place += length


def _read_varint(message: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 127) << shift
        place += 1
        shift += 7
        if byte < 128:
            return value, place


@dataclass(slots=True)
class GraphWriter:
    """Nodes and constants of a graph that grows; each method returns the name of its output."""

    nodes: list[bytes] = field(default_factory=list)
    constants: dict[str, bytes] = field(default_factory=dict)

    def add_constant(self, name: str, values: "NDArray[Any] | np.generic") -> str:
        """Add a tensor; one that is there already stays."""
        if name not in self.constants:
            self.constants[name] = _write_tensor(name, values)
        return name

    def add_node(
        self, operator: str, *inputs: str, domain: str = "", **attributes: int | float
    ) -> str:
        """Add an operator with one output."""
        output = f"{operator}_{len(self.nodes)}"
        self.nodes.append(
            b"".join(
                [
                    *(_write_field(1, name.encode()) for name in inputs),
                    _write_field(2, output.encode()),
                    _write_field(4, operator.encode()),
                    *(_write_field(5, _write_attribute(*item)) for item in attributes.items()),
                    _write_field(7, domain.encode()),
                ]
            )
        )
        return output

    def write(
        self, inputs: Mapping[str, int], outputs: Mapping[str, int], dimensions: Sequence[str]
    ) -> bytes:
        """Return the file. Inputs and outputs have a name and a type; sizes are open, and those of
        the inputs have the names of `dimensions`.
        """
        graph = [
            *(_write_field(1, node) for node in self.nodes),
            _write_field(2, b"graph"),
            *(_write_field(5, tensor) for tensor in self.constants.values()),
            *(_write_field(11, _write_value(*item, dimensions)) for item in inputs.items()),
            *(_write_field(12, _write_value(*item, ())) for item in outputs.items()),
        ]
        domains = [
            _write_field(8, _write_field(1, name.encode()) + _write_field(2, version))
            for name, version in DOMAINS.items()
        ]
        return b"".join([_write_field(1, IR_VERSION), *domains, _write_field(7, b"".join(graph))])


def _write_tensor(name: str, values: "NDArray[Any] | np.generic") -> bytes:
    (kind,) = [kind for kind, known in TYPE_NAMES.items() if values.dtype == known]
    return b"".join(
        [
            *(_write_field(1, size) for size in values.shape),
            _write_field(2, kind),
            _write_field(8, name.encode()),
            _write_field(9, values.tobytes()),
        ]
    )


def _write_attribute(name: str, value: int | float) -> bytes:
    start = _write_field(1, name.encode())
    if isinstance(value, int):
        return start + _write_field(3, value) + _write_field(20, 2)
    return start + _write_key(2, FIXED32) + struct.pack("<f", value) + _write_field(20, 1)


def _write_value(name: str, kind: int, dimensions: Sequence[str]) -> bytes:
    """Write name and type of an input or output; without dimensions its shape is open."""
    shape = b"".join(_write_field(1, _write_field(2, size.encode())) for size in dimensions)
    tensor = _write_field(1, kind) + (_write_field(2, shape) if shape else b"")
    return _write_field(1, name.encode()) + _write_field(2, _write_field(1, tensor))


def _write_field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return _write_key(number, VARINT) + _write_varint(value)
    return _write_key(number, LENGTH) + _write_varint(len(value)) + value


def _write_key(number: int, kind: int) -> bytes:
    return _write_varint(number << 3 | kind)


def _write_varint(value: int) -> bytes:
    value &= 2**64 - 1  # negative numbers take ten bytes
    content = bytearray()
    while value > 127:
        content.append(value & 127 | 128)
        value >>= 7
    content.append(value)
    return bytes(content)
