"""Tensors are read as they were written, and what is written is a model that runs."""

import numpy as np
import pytest
from onnxruntime import InferenceSession

from tracker.matching.onnx_file import FLOAT, GraphWriter, read_tensors


def write_sums(*, axis: int = -1) -> bytes:
    """Write a model that adds weights to its rows and takes the soft maximum."""
    writer = GraphWriter()
    weights = writer.add_constant("weights", np.array([[1, 2, 4]], np.float32))
    writer.add_constant("weights", np.zeros(1, np.float32))  # the first stays
    writer.add_constant("bytes", np.array([-3, 300 % 128], np.int8))
    writer.add_constant("long", np.arange(200, dtype=np.int64))
    writer.add_constant("single", np.float32(0.5))
    total = writer.add_node("Add", "rows", weights)
    output = writer.add_node("Softmax", total, axis=axis)
    return writer.write({"rows": FLOAT}, {output: FLOAT}, ("many", "three"))


def test_tensors_are_read_as_they_were_written() -> None:
    tensors = read_tensors(write_sums())
    assert sorted(tensors) == ["bytes", "long", "single", "weights"]
    assert tensors["weights"].tolist() == [[1.0, 2.0, 4.0]]
    assert tensors["bytes"].tolist() == [-3, 44]
    assert tensors["long"].tolist() == list(range(200))
    assert tensors["single"].shape == ()
    assert tensors["single"] == 0.5


def test_a_written_model_runs_with_its_attributes() -> None:
    rows = np.array([[0, 1, 2], [3, 1, 0]], np.float32)
    powers = np.exp(rows + np.array([1, 2, 4], np.float32))
    for axis in (-1, 0):
        session = InferenceSession(write_sums(axis=axis), providers=["CPUExecutionProvider"])
        (output,) = session.run(None, {"rows": rows})
        assert output == pytest.approx(powers / powers.sum(axis=axis, keepdims=True))


def test_a_model_has_one_graph() -> None:
    with pytest.raises(ValueError, match="unpack"):
        read_tensors(b"")
